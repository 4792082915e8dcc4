"""What the service in a Linux guest costs: processor time and resident memory, in a small real guest at rest, and natively here.

The guest reports to a real daemon every 0.1 s. What it took is the guest kernel's own word. Without KVM each of its instructions
is emulated, so that its processor time is many times too much: then the limit is for the time that the same program takes
natively, on this machine's own /proc. Exit status 1 above a limit.
"""

import argparse
import os
import re
import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.harness import process
from tests.harness.accel import accelerator
from tests.harness.daemon import DYNAMIC, Daemon
from tests.harness.guest import Guest, require_program
from tests.harness.host_port import HostPort
from tests.harness.paths import new_rundir
from tests.harness.waiting import until

TELLS_EVERY = 5  # seconds
TOLD = re.compile(r"service: (\d+) ns of processor time, (\d+) KiB resident at ([\d.]+)")


@dataclass(frozen=True)
class Spent:
    cpu_ns: int
    resident_kib: int
    at: float  # seconds, of its own clock


def core_percent(first: Spent, last: Spent) -> float:
    return (last.cpu_ns - first.cpu_ns) / (last.at - first.at) / 1e7


def told(console: Path) -> list[Spent]:
    return [Spent(int(cpu), int(resident), float(at)) for cpu, resident, at in TOLD.findall(console.read_text(errors="replace"))]


def in_guest(rundir: Path, seconds: float) -> tuple[Spent, Spent]:
    """What it had spent when the guest had come to rest, and `seconds` later."""
    guest = Guest("rest", rundir, startup_mib=384, append=f"tell={TELLS_EVERY}")
    with Daemon(rundir, "2G", DYNAMIC) as daemon, guest:
        guest.wait_ready(180)
        daemon.wait_served("rest", timeout=60)
        begun = len(until(lambda: told(guest.console), 60, "the guest tells what its service spends"))
        first = until(lambda: told(guest.console)[begun:], 60, "it has come to rest")[0]
        last = until(lambda: [one for one in told(guest.console) if one.at >= first.at + seconds], seconds + 60, "it rests on")[0]
    return first, last


def spent_by(pid: int) -> Spent:
    return Spent(int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]), process.resident_kib(pid), time.monotonic())


def natively(rundir: Path, seconds: float) -> tuple[Spent, Spent]:
    """The same for this machine as the guest; it changes nothing here."""
    host = HostPort(rundir / "host.sock")
    service = process.start([str(require_program("aerostat-guest")), "--no-online", "--port", str(host.path)], rundir / "service.log")
    try:
        host.welcome(keepalive_ms=1000, sample_ms=100)
        host.hear("sample")
        first = spent_by(service.pid)
        until(lambda: host.hear("sample") and time.monotonic() >= first.at + seconds, seconds + 60, "it reports")
        return first, spent_by(service.pid)
    finally:
        process.stop(service)
        host.close()


def main() -> int:
    parser = argparse.ArgumentParser(prog="script/bench sampling", description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=float, default=60, help="how long each is watched")
    parser.add_argument("--core", type=float, default=0.1, help="limit, percent of one processor")
    parser.add_argument("--resident", type=float, default=4, help="limit, MiB")
    options = parser.parse_args()
    rundir = new_rundir()
    try:
        guest, here = in_guest(rundir, options.seconds), natively(rundir, options.seconds)
    finally:
        shutil.rmtree(rundir, ignore_errors=True)
    how = accelerator()
    rows = {f"a guest at rest ({how})": guest, f"natively, {os.uname().release}": here}
    print("| where | % of a processor | resident MiB |\n|---|---|---|")
    for name, (first, last) in rows.items():
        print(f"| {name} | {core_percent(first, last):.3f} | {last.resident_kib / 1024:.2f} |")
    judged = guest if how == "kvm" else here
    broken = []
    if (core := core_percent(*judged)) > options.core:
        broken.append(f"it takes {core:.3f} % of a processor instead of at most {options.core:g} %")
    if (resident := max(last.resident_kib for _, last in rows.values()) / 1024) > options.resident:
        broken.append(f"it has {resident:.1f} MiB resident instead of at most {options.resident:g} MiB")
    print("\n".join(broken) or "within its limits")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
