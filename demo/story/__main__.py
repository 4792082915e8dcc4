"""python3 -m demo.story: plays the story. script/demo prepares everything and calls this."""

import argparse
import os
import shutil
import signal
import sys
import threading
import time
from pathlib import Path

from tests.harness.accel import accelerator
from tests.harness.guest import MIB
from tests.harness.paths import new_rundir

from . import cast, report
from .acts import STORY
from .stage import Stage
from .view import View


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/demo", description="Watch memory move between four real virtual machines.")
    parser.add_argument("--seconds", type=float, default=0, metavar="N",
                        help="how long the whole run should take: it waits between the acts to fill the time (default: as long as the story needs)")
    parser.add_argument("--report", type=Path, metavar="FILE", help="write what was seen as JSON, and show no live view")
    parser.add_argument("--libvirt", action="store_true", help="the machines are domains of a libvirtd that the demo starts for itself")
    names = [name for name, _, _ in STORY]
    parser.add_argument("--acts", default=",".join(names), metavar="NAME,...", help=f"only these of {', '.join(names)} (default: all)")
    parser.add_argument("--kernel", default="", metavar="SUITE",
                        help="the guests have the kernel of another Debian: bullseye, trixie or sid (default: this machine's)")
    parser.add_argument("--keep", action="store_true", help="leave sockets and logs behind and say where")
    options = parser.parse_args()
    if options.report and not options.report.absolute().parent.is_dir():
        parser.error(f"--report {options.report}: there is no folder {options.report.absolute().parent}; make it first")
    options.acts = options.acts.split(",")
    for name in options.acts:
        if name not in names:
            parser.error(f"--acts: there is no act '{name}'; they are {', '.join(names)}")
    if options.kernel:
        os.environ["AEROSTAT_GUEST_KERNEL"] = options.kernel
    return options


class VisiblePeaks:
    """The most memory each guest ever saw. This is the daemon's number, because QEMU does not know it."""

    def __init__(self, stage: Stage) -> None:
        self.peaks: dict[str, int] = {}
        self._stage = stage
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.wait(0.25):
            try:
                vms = self._stage.daemon.vms()
            except OSError:
                continue
            for name, vm in vms.items():
                self.peaks[name] = max(self.peaks.get(name, 0), (vm["visible_bytes"] or 0) // MIB)

    def stop(self) -> dict[str, int]:
        self._stop.set()
        self._thread.join(5)
        return self.peaks


def play(options: argparse.Namespace, rundir: Path) -> bool:
    live = sys.stdout.isatty() and not options.report
    began = time.monotonic()
    print(f"starting {len(cast.WEIGHTS) + 1} guests ({accelerator()}) on a budget of {cast.BUDGET_MIB} MiB …", flush=True)
    stage = Stage(rundir, options.libvirt)
    with stage, View(stage.daemon.socket, live) as view:
        stage.say = view.say
        peaks = VisiblePeaks(stage)
        acts = [act for act in STORY if act[0] in options.acts]
        for number, (name, title, act) in enumerate(acts):
            stage.act(name, title, act)
            spare = began + options.seconds * (number + 1) / len(acts) - time.monotonic()
            if spare > 0 and number + 1 < len(acts):
                time.sleep(spare)  # asked for: --seconds
        made = report.make(stage, peaks.stop(), time.monotonic() - began)
    if options.report:
        report.write(made, options.report)
    print("every act held" if made["held"] else "NOT every act held", flush=True)
    return made["held"]


def main() -> int:
    options = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    rundir = new_rundir()
    try:
        return 0 if play(options, rundir) else 1
    except KeyboardInterrupt:
        return 130
    except (TimeoutError, RuntimeError, OSError) as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    finally:
        if options.keep:
            print(f"kept: {rundir}")
        else:
            shutil.rmtree(rundir, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
