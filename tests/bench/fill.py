"""One program fills a fresh guest beyond its boot memory, while the host's processors are busy: what it felt of that.

A guest that has run out of memory cannot add any. On a busy host reports come late and the guest is slow to add a block, so this is where that happens.
A fill that does not end well keeps its logs. Exit status 1 if there was one: killed, refused, or not grown to hold what it filled.
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
from tests.harness.daemon import DYNAMIC, Daemon, held_at
from tests.harness.guest import MIB, Guest
from tests.harness.paths import new_rundir
from tests.harness.waiting import until

LEAST_FELT_PAGES = 4096  # 16 MiB: below that a guest hardly notices
BOOT_MIB = 384


@contextmanager
def busy(processes: int) -> Iterator[None]:
    """A number of processes that take all the CPU time they get."""
    running = [process.start([sys.executable, "-c", "while True: pass"], Path(os.devnull)) for _ in range(processes)]
    try:
        yield
    finally:
        for each in running:
            process.stop(each)


def start(guest: Guest, args: argparse.Namespace) -> int:
    return guest.workload.start(f"malloc:{args.mib}:{args.rate}")


def fill_and_free(guest: Guest, args: argparse.Namespace) -> None:
    """It was that large before, and is cut back to its boot memory; the last of it is still on its way."""
    guest.workload.finish(start(guest, args), 300)
    guest.workload.run("free", 60)
    until(lambda: guest.memory().assigned <= guest.startup_mib * MIB, 180, f"the guest has no more than the {guest.startup_mib} MiB it booted with")


def start_short(guest: Guest, args: argparse.Namespace) -> int:
    """It fills more than it may have, until it has paged out a little: as on a full host."""
    running = start(guest, args)
    until(lambda: guest.workload.stat(60)["pswpout"] >= 2 * LEAST_FELT_PAGES, 120, "the guest is short of memory")
    return running


def fill(rundir: Path, args: argparse.Namespace) -> dict[str, Any]:
    """One fill of a guest under a fresh daemon: a fresh guest; with --again one that was cut back; with --short one that lacked memory."""
    guest = Guest("fill", rundir, startup_mib=BOOT_MIB, zram_mib=512 if args.short else 128, agent_args=["--relax-overcommit"], device_block_mib=args.block)
    with Daemon(rundir, "3G", held_at("fill", args.short) if args.short else DYNAMIC) as daemon, guest:
        guest.wait_ready(180)
        daemon.wait_served("fill", timeout=60)
        if args.again:
            fill_and_free(guest, args)
        running = start_short(guest, args) if args.short else 0
        before = guest.workload.stat(60)
        if args.short:
            daemon.set("fill", maximum_bytes=2 * args.mib * MIB)
        event = guest.workload.finish(running or start(guest, args), 300)
        after = guest.workload.stat(60)
        assigned = guest.memory().assigned // MIB
    return {"ended": event["event"], "assigned_mib": assigned, "seconds": (event["host_ns"] - before["host_ns"]) / 1e9,
            "pages_out": after["pswpout"] - before["pswpout"], "oom_kills": after["oom_kill"],
            "stalled_ms": (after["psi_some_us"] - before["psi_some_us"]) / 1000}


def try_fill(rundir: Path, args: argparse.Namespace) -> dict[str, Any]:
    """A guest that does not answer is a result too."""
    try:
        return fill(rundir, args)
    except (TimeoutError, OSError) as error:
        return {"ended": "lost", "error": str(error)}


def ended_well(one: dict[str, Any], mib: int) -> bool:
    return one["ended"] == "done" and one["oom_kills"] == 0 and one["assigned_mib"] > mib


def line(number: int, one: dict[str, Any]) -> str:
    if "error" in one:
        return f"{number:3}: lost: {one['error']}"
    return (f"{number:3}: {one['ended']:6} in {one['seconds']:5.1f} s, {one['pages_out']:6} pages out, "
            f"stalled {one['stalled_ms']:6.0f} ms, {one['oom_kills']} killed")


def show(fills: list[dict[str, Any]], mib: int) -> None:
    told = [each for each in fills if "error" not in each]
    stalled = sorted(each["stalled_ms"] for each in told) or [0]
    killed = sum(each["oom_kills"] > 0 for each in told)
    other = sum(not ended_well(each, mib) for each in fills) - killed
    print(f"{len(fills)} fills: {killed} killed for want of memory, {other} not done for another reason, "
          f"{sum(each['pages_out'] >= LEAST_FELT_PAGES for each in told)} paged out 16 MiB or more, "
          f"{sum(each['pages_out'] > 0 for each in told)} anything; stalled {statistics.median(stalled):.0f} ms "
          f"(median), {stalled[-1]:.0f} ms (most)")


def main() -> int:
    parser = argparse.ArgumentParser(prog="script/bench fill", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=10, metavar="N", help="fills; default 10, some 30 s each")
    parser.add_argument("--busy", type=int, default=4, metavar="N", help="processes that keep the host's processors busy; default 4")
    parser.add_argument("--mib", type=int, default=1434, help="how much is filled; default 1434, of a guest that booted with 384")
    parser.add_argument("--rate", type=int, default=150, metavar="MIB_S", help="how fast, MiB/s at most; default 150")
    parser.add_argument("--block", type=int, default=0, metavar="MIB", help="the device's block; default: QEMU's choice, 2")
    parser.add_argument("--again", action="store_true", help="the guest was filled and cut back to its boot memory before")
    parser.add_argument("--short", type=int, nargs="?", const=BOOT_MIB, metavar="MIB",
                        help=f"the guest was held at so much, by default the {BOOT_MIB} MiB it booted with, until it paged out; what it felt since it may have more")
    parser.add_argument("--json", type=Path, metavar="FILE", help="all figures")
    args = parser.parse_args()
    if args.short is not None and (args.again or not BOOT_MIB <= args.short < args.mib):
        parser.error(f"--short: not with --again, and {BOOT_MIB} MiB or more but less than --mib")
    if args.times < 1:
        parser.error("--times: at least 1")
    fills: list[dict[str, Any]] = []
    with busy(args.busy):
        for number in range(1, args.times + 1):
            rundir = new_rundir()
            fills.append(try_fill(rundir, args))
            well = ended_well(fills[-1], args.mib)
            print(line(number, fills[-1]) + ("" if well else f"; logs: {rundir}"), flush=True)
            if well:
                shutil.rmtree(rundir, ignore_errors=True)
            if args.json:
                asked = {"busy": args.busy, "mib": args.mib, "rate_mib_s": args.rate, "block_mib": args.block or 2, "again": args.again, "short": args.short}
                args.json.write_text(json.dumps(asked | {"fills": fills}, indent=1) + "\n")
    show(fills, args.mib)
    return 0 if all(ended_well(each, args.mib) for each in fills) else 1


if __name__ == "__main__":
    sys.exit(main())
