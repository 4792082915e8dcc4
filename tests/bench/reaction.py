"""Reaction: a guest allocates at 200 MiB/s; how long after its buffer fell below the threshold can it use more memory?

Measured from outside the daemon, on a real guest: the crossing from the memory that the workload touched, the arrival
from the guest's own MemTotal. Memory that came before the crossing counts as 0 ms. Exit status 1 if a limit is not met.

    script/bench reaction [--episodes N] [--json FILE]
"""

import argparse
import json
import shutil
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.harness.daemon import Daemon
from tests.harness.guest import MIB, Guest
from tests.harness.paths import new_rundir
from tests.harness.waiting import until

RATE = 200           # MiB/s
ROOM = 420           # MiB an episode may allocate at most: more than any buffer here
HEADROOM = 64 * MIB  # kLeastHeadroom
LIMITS = {"p50": 200.0, "p99": 600.0, "decide_p99": 5.0}


@dataclass
class Episode:
    assigned_mib: float   # before
    crossing_ms: float    # from the start of the ramp
    usable_ms: float      # likewise
    reaction_ms: float    # usable - crossing, at least 0


def quantile(values: list[float], share: float) -> float:
    """Nearest rank."""
    ordered = sorted(values)
    return ordered[max(0, -(-int(share * 100) * len(ordered) // 100) - 1)]


def touched_at_crossing(vm: dict) -> float:
    """MiB to touch until 80 % of the buffer is left; the buffer is 20 % of demand, at least HEADROOM."""
    assigned, demand = vm["assigned_bytes"], vm["demand_bytes"]
    by_share = assigned / (1 + 0.8 * vm["buffer_percent"] / 100) - demand
    return min(by_share, assigned - 0.8 * HEADROOM - demand) / MIB


def settle(daemon: Daemon, name: str) -> dict:
    """The VM at rest: requested memory has arrived, and its need does not change."""

    def resting() -> dict | None:
        first = daemon.vm(name)
        time.sleep(0.3)  # the interval over which it must not change
        second = daemon.vm(name)
        still = first["target_bytes"] == second["target_bytes"] == second["assigned_bytes"]
        near = abs(first["demand_bytes"] - second["demand_bytes"]) < 4 * MIB
        return second if still and near else None

    return until(resting, 20, f"{name} is at rest")


def one(daemon: Daemon, guest: Guest) -> Episode | None:
    """Ramps up until memory arrives. None: the guest is at its maximum."""
    work = guest.workload
    vm = settle(daemon, guest.name)
    distance = touched_at_crossing(vm)
    if vm["assigned_bytes"] + 64 * MIB > vm["maximum_bytes"]:
        return None
    before = work.stat()["mem_total_kib"]
    offset, _ = work.clock_offset()
    phase = work.start(f"alloc:{ROOM}:{RATE}")
    began = work.wait("start", timeout=10, id=phase)["ns"] + offset

    crossed: int | None = began if distance <= 0 else None

    def usable() -> int | None:
        nonlocal crossed
        if crossed is None:
            # A busy machine does not keep the rate, so use the memory really touched.
            progress = work.progress()
            if progress["touched_mib"] >= distance:
                crossed = progress["ns"] + offset
        stat = work.stat()
        return stat["ns"] + offset if stat["mem_total_kib"] > before else None

    arrived = until(usable, 15, "more memory", interval=0.002)
    work.stop()
    work.pending.clear()
    crossing_ms, usable_ms = ((at - began) / 1e6 for at in (arrived if crossed is None else crossed, arrived))
    return Episode(vm["assigned_bytes"] / MIB, crossing_ms, usable_ms, max(0.0, usable_ms - crossing_ms))


def episodes(daemon: Daemon, guest: Guest, count: int) -> Iterator[Episode]:
    """Up to `count`; fewer when the guest has reached its maximum."""
    for _ in range(count):
        episode = one(daemon, guest)
        if episode is None:
            return
        yield episode


def measure(count: int) -> tuple[list[Episode], list[dict]]:
    """Fresh guests, one after another, until there are enough episodes."""
    found: list[Episode] = []
    rundir = new_rundir()
    try:
        with Daemon(rundir, "4G", '[defaults]\nmode = "dynamic"\nminimum = "256M"\nbuffer = 20\n') as daemon:
            for number in range(count):
                with Guest(f"g{number}", rundir) as guest:
                    guest.wait_ready()
                    daemon.wait_status(guest.name, "ok", timeout=20)
                    for episode in episodes(daemon, guest, count - len(found)):
                        found.append(episode)
                        print(f"  {len(found):3}: at {episode.assigned_mib:5.0f} MiB, crossing after {episode.crossing_ms:5.0f} ms, "
                              f"usable after {episode.usable_ms:5.0f} ms, reaction {episode.reaction_ms:4.0f} ms", flush=True)
                if len(found) >= count:
                    break
            return found, daemon.reactions()
    finally:
        shutil.rmtree(rundir, ignore_errors=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="script/bench reaction", description=__doc__.split("\n")[0])
    parser.add_argument("--episodes", type=int, default=30)
    parser.add_argument("--short", action="store_true", help="one episode, and no limits: does it work at all")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    found, reactions = measure(1 if options.short else options.episodes)
    times = [episode.reaction_ms for episode in found]
    parts = {name: [r[f"{name}_ms"] for r in reactions if r.get(f"{name}_ms") is not None]
             for name in ("detect", "decide", "actuate", "online", "total")}
    seen = {"p50": statistics.median(times), "p99": quantile(times, 0.99), "decide_p99": quantile(parts["decide"], 0.99)}
    ahead = sum(ms == 0 for ms in times)
    print(f"{len(times)} episodes; reaction p50 {seen['p50']:.0f} ms, p99 {seen['p99']:.0f} ms; {ahead} times the memory was there first")
    for name, values in parts.items():
        if not values:
            print(f"  the daemon's own account of {name}: not seen")
            continue
        print(f"  the daemon's own account of {len(values)} growths: {name:8} p50 {statistics.median(values):6.1f} ms, p99 {quantile(values, 0.99):6.1f} ms")
    broken = [f"{name}: {seen[name]:.1f} ms instead of at most {limit:g} ms" for name, limit in LIMITS.items() if seen[name] > limit]
    print("\n".join(broken) if broken else "within its limits: " + ", ".join(f"{name} ≤ {limit:g} ms" for name, limit in LIMITS.items()))
    if options.json:
        options.json.write_text(json.dumps({"episodes": [asdict(e) for e in found], "seen": seen, "limits": LIMITS}, indent=1))
    return 1 if broken and not options.short else 0


if __name__ == "__main__":
    sys.exit(main())
