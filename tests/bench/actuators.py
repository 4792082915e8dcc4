"""Actuators: the cost and the speed of moving memory, on a real guest without the daemon. The simulator's figures
(src/sim/world/physics.h) come from here; docs/design/actuators.md has the table.

    script/bench actuators [--rounds N] [--json FILE]
"""

import argparse
import json
import shutil
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.bench.report_delay import report_delays
from tests.harness.accel import accelerator
from tests.harness.guest import MIB, Guest
from tests.harness.paths import new_rundir
from tests.harness.waiting import until

STEP_MIB = 512
SMALL_MIB = 640    # of the guest whose memory is in use
IN_USE_MIB = 450
SQUEEZE_MIB = 256  # taken of it
PARTS = 16  # orders for STEP_MIB, one right after the other
STALLED_SECONDS = 4  # nothing more moved for this long: that was all

Figures = dict[str, list[float]]


def assigned(guest: Guest) -> float:
    return guest.memory().assigned / MIB


def follow(guest: Guest, command: Callable[[], None], to_mib: float, timeout: float = 60) -> tuple[float, float, float]:
    """(seconds to the first change, MiB/s from there on, MiB moved) of a change to `to_mib`, or to where it stalled."""
    start, level = assigned(guest), assigned(guest)
    began = time.monotonic()
    command()
    first, last, changed = None, began, began
    while time.monotonic() - began < timeout and time.monotonic() - last < STALLED_SECONDS:
        now_level = assigned(guest)
        if now_level != level:
            changed = time.monotonic()
            first = first or (changed, abs(now_level - start))
            level, last = now_level, changed
        if abs(level - to_mib) < 1:
            break
        time.sleep(0.001)
    if first is None:
        return float("nan"), 0.0, 0.0
    moved = abs(level - start)
    # All at once, between two looks: the rate is at least that of the whole.
    span = changed - first[0]
    rate = (moved - first[1]) / span if span > 0.002 else moved / (changed - began)
    return first[0] - began, rate, moved


def in_parts(guest: Guest, command: Callable[[int], None], out: Figures) -> None:
    """How much of STEP_MIB had arrived when the last of PARTS orders was given: none, if each order restarted the wait and
    orders are closer to each other than a first change takes."""
    start = assigned(guest)
    began = time.monotonic()
    for part in range(1, PARTS):
        command(part * STEP_MIB // PARTS)
    came = assigned(guest) - start
    gap = (time.monotonic() - began) / PARTS
    command(STEP_MIB)
    until(lambda: assigned(guest) == start + STEP_MIB, 30, "all has come")
    out.setdefault(f"plug in {PARTS} orders: ms from one to the next", []).append(1000 * gap)
    out.setdefault(f"plug in {PARTS} orders: % there before the last", []).append(100 * came / STEP_MIB)


def counts(guest: Guest, total_kib: int, when: str) -> None:
    """Until the guest counts so much memory, to the MiB."""
    seen = 0

    def is_so() -> bool:
        nonlocal seen
        seen = guest.workload.stat()["mem_total_kib"]
        return abs(seen - total_kib) <= 1024

    try:
        until(is_so, 30, when)
    except TimeoutError as error:
        raise TimeoutError(f"{error}: MemTotal is {seen} KiB, not {total_kib}") from None


def free_memory(guest: Guest, rounds: int, out: Figures) -> None:
    """Plug, unplug, balloon up and down, with nothing in the way."""
    def note(name: str, command: Callable[[], None], to_mib: float) -> None:
        latency, rate, moved = follow(guest, command, to_mib)
        out.setdefault(f"{name}: first change, ms", []).append(1000 * latency)
        out.setdefault(f"{name}: MiB/s", []).append(rate)
        out.setdefault(f"{name}: moved, MiB", []).append(moved)

    total = guest.workload.stat()["mem_total_kib"]
    for _ in range(rounds):
        base = assigned(guest)
        before = guest.workload.stat()
        note("plug", lambda: guest.request_plugged(STEP_MIB), base + STEP_MIB)
        counts(guest, total + STEP_MIB * 1024, "memory is online")
        after = guest.workload.stat()
        gained = (after["mem_available_kib"] - before["mem_available_kib"]) / 1024
        out.setdefault("memmap and reserves: MiB lost per GiB plugged", []).append((STEP_MIB - gained) * 1024 / STEP_MIB)
        note("unplug, free", lambda: guest.request_plugged(0), base)
        # QEMU has the memory back before the guest has taken down its block, which it counts once more until then.
        counts(guest, total, "the last block is taken down")
        in_parts(guest, guest.request_plugged, out)
        counts(guest, total + STEP_MIB * 1024, "memory is online")
        note("unplug, free", lambda: guest.request_plugged(0), base)
        counts(guest, total, "the last block is taken down")
        note("balloon inflate, free", lambda: guest.set_balloon(guest.startup_mib - STEP_MIB), base - STEP_MIB)
        note("balloon deflate", lambda: guest.set_balloon(guest.startup_mib), base)
        counts(guest, total, "the balloon is empty")


def used_memory(guest: Guest, rounds: int, out: Figures) -> None:
    """Balloon inflation into memory that programs hold, at the speed of paging out to zram; and paging in again."""
    for _ in range(rounds):
        work = guest.workload
        work.run(f"alloc:{IN_USE_MIB}", 120)
        before = work.stat()
        began = time.monotonic()
        _, _, moved = follow(guest, lambda: guest.set_balloon(SMALL_MIB - SQUEEZE_MIB), SMALL_MIB - SQUEEZE_MIB, 60)
        took = time.monotonic() - began
        after = work.stat()
        out.setdefault("balloon inflate, in use: moved, MiB", []).append(moved)
        out.setdefault("balloon inflate, in use: MiB/s", []).append(moved / took)
        out.setdefault("paging out to zram: MiB/s", []).append((after["pswpout"] - before["pswpout"]) / 256 / took)
        guest.set_balloon(SMALL_MIB)
        until(lambda: assigned(guest) == SMALL_MIB, 30, "the balloon is empty")
        before, began = work.stat(), time.monotonic()
        work.run(f"hold:1:{IN_USE_MIB}", 120)
        after = work.stat()
        pages = after["pswpin"] - before["pswpin"]
        out.setdefault("paging in from zram: MiB/s", []).append(pages / 256 / (time.monotonic() - began))
        work.run("free", 60)


def measure(rounds: int) -> Figures:
    out: Figures = {}
    rundir = new_rundir()
    try:
        with Guest("free", rundir, startup_mib=1024, maximum_mib=2048, append="memhp_default_state=online_movable") as guest:
            guest.wait_ready(180)
            free_memory(guest, rounds, out)
        with Guest("used", rundir, startup_mib=SMALL_MIB, maximum_mib=SMALL_MIB) as guest:
            guest.wait_ready(180)
            used_memory(guest, rounds, out)
        out["report: from sample to daemon, ms"] = report_delays(rundir)
    finally:
        shutil.rmtree(rundir, ignore_errors=True)
    return out


def main() -> int:
    parser = argparse.ArgumentParser(prog="script/bench actuators", description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--short", action="store_true", help="one round: does it work at all")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    figures = measure(1 if options.short else options.rounds)
    print(f"accelerator: {accelerator()}\n\n| figure | median | least | most | times |\n|---|---|---|---|---|")
    for name, values in figures.items():
        print(f"| {name} | {statistics.median(values):.1f} | {min(values):.1f} | {max(values):.1f} | {len(values)} |")
    if options.json:
        options.json.write_text(json.dumps({"accelerator": accelerator(), "figures": figures}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
