"""One program fills a fresh guest beyond what it booted with, while the host's processors have other work: what it felt of that.

A guest that has run out of memory cannot add any. On a busy host reports come late and the guest is slow to add a block, so this is where that happens.
"""

import argparse
import json
import os
import shutil
import statistics
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.harness import process
from tests.harness.daemon import DYNAMIC, Daemon
from tests.harness.guest import Guest
from tests.harness.paths import new_rundir

LEAST_FELT_PAGES = 4096  # 16 MiB: below that a guest hardly notices


@contextmanager
def busy(processes: int) -> Iterator[None]:
    """So many processes that take all the processor time they get."""
    running = [process.start([sys.executable, "-c", "while True: pass"], Path(os.devnull)) for _ in range(processes)]
    try:
        yield
    finally:
        for each in running:
            process.stop(each)


def fill(rundir: Path, args: argparse.Namespace) -> dict[str, Any]:
    """One fill of a fresh guest under a fresh daemon."""
    guest = Guest("fill", rundir, zram_mib=128, agent_args=["--relax-overcommit"], device_block_mib=args.block)
    with Daemon(rundir, "3G", DYNAMIC) as daemon, guest:
        guest.wait_ready(180)
        daemon.wait_served("fill", timeout=60)
        before = guest.workload.stat()
        event = guest.workload.finish(guest.workload.start(f"malloc:{args.mib}:{args.rate}"), 300)
        after = guest.workload.stat(60)
    return {"ended": event["event"], "seconds": (event["host_ns"] - before["host_ns"]) / 1e9,
            "pages_out": after["pswpout"] - before["pswpout"], "oom_kills": after["oom_kill"],
            "stalled_ms": (after["psi_some_us"] - before["psi_some_us"]) / 1000}


def show(fills: list[dict[str, Any]]) -> None:
    felt = sum(each["pages_out"] >= LEAST_FELT_PAGES for each in fills)
    killed = sum(each["oom_kills"] > 0 for each in fills)
    stalled = sorted(each["stalled_ms"] for each in fills)
    print(f"{len(fills)} fills: {killed} killed for want of memory, {felt} paged out 16 MiB or more, "
          f"{sum(each['pages_out'] > 0 for each in fills)} anything; stalled {statistics.median(stalled):.0f} ms "
          f"(median), {stalled[-1]:.0f} ms (most)")


def main() -> int:
    parser = argparse.ArgumentParser(prog="script/bench fill", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=10, metavar="N", help="fills; default 10, some 30 s each")
    parser.add_argument("--busy", type=int, default=4, metavar="N", help="processes that keep the host's processors busy; default 4")
    parser.add_argument("--mib", type=int, default=1434, help="how much is filled; default 1434, of a guest that booted with 384")
    parser.add_argument("--rate", type=int, default=150, metavar="MIB_S", help="how fast, MiB/s at most; default 150")
    parser.add_argument("--block", type=int, default=0, metavar="MIB", help="the device's block; default: QEMU's choice, 2")
    parser.add_argument("--json", type=Path, metavar="FILE", help="all figures")
    args = parser.parse_args()
    if args.times < 1:
        parser.error("--times: at least 1")
    fills: list[dict[str, Any]] = []
    with busy(args.busy):
        for number in range(1, args.times + 1):
            rundir = new_rundir()
            try:
                fills.append(fill(rundir, args))
            finally:
                shutil.rmtree(rundir, ignore_errors=True)
            last = fills[-1]
            print(f"{number:3}: {last['ended']:6} in {last['seconds']:5.1f} s, {last['pages_out']:6} pages out, "
                  f"stalled {last['stalled_ms']:6.0f} ms, {last['oom_kills']} killed", flush=True)
    show(fills)
    if args.json:
        args.json.write_text(json.dumps({"busy": args.busy, "block_mib": args.block or 2, "fills": fills}, indent=1) + "\n")
    return 1 if any(each["oom_kills"] for each in fills) else 0


if __name__ == "__main__":
    sys.exit(main())
