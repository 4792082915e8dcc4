"""Estimator: the daemon's estimate of a real guest's demand against need that is known by construction
(tests/bench/phases.py).

The guest keeps its memory (mode static), so that only the estimate is judged. Its need at rest is measured once, before
the phases: while the workload holds 100 MiB that it has just filled, assigned memory less MemAvailable (asked of the
workload generator, not of the service) less these 100 MiB and their page tables. Filling them first uses up the free
pages that each processor keeps, which MemAvailable omits although they are free. An estimate is compared with the need
at the time of its sample. Samples within SETTLE seconds of a change of step are not judged; the real settling time of a
step is reported. Exit status 1 if a limit is not met.

    script/bench estimator [--json FILE] [--only PHASES] [--with-only | --without-only] [--vcpus N] [--understated P] [--spread P] [--understated-without P] [--spread-without P]
"""

import argparse
import bisect
import json
import resource
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.bench.phases import PHASES, TABLES, Gauge, Phase
from tests.harness.daemon import Daemon
from tests.harness.guest import MIB, Guest
from tests.harness.paths import bin_dir, new_rundir
from tests.harness.waiting import until

SETTLE = {True: 0.5, False: 2.5}  # seconds, with the service and without: its period twice and more
AMPLE_MIB, SHORT_MIB = 1536, 448
FILES_MIB = 256
BASE_MIB = 100  # held while the need at rest is measured
SAMPLE_HZ = 10
COST_TIMES = 1000  # what aerostat-guest --cost repeats
NEAR = 0.02  # settled: understated by no more than this


@dataclass
class Seen:
    """One estimate."""

    phase: str
    at: float       # of its sample, monotonic
    since: float    # seconds since the step began
    demand: float   # MiB
    need: float     # MiB

    @property
    def error(self) -> float:
        return (self.demand - self.need) / self.need


class Watch:
    """Follows one guest through steps."""

    def __init__(self, daemon: Daemon, guest: Guest, base: float) -> None:
        self.daemon, self.guest, self.base = daemon, guest, base
        self.seen: list[Seen] = []
        self._last = 0.0

    def report(self) -> tuple[float, float] | None:
        """(time of the sample, demand in MiB) if there is a new one."""
        before = time.monotonic()
        vm = self.daemon.vm(self.guest.name)
        if vm.get("demand_bytes") is None or vm.get("sample_age_s") is None:
            return None
        at = (before + time.monotonic()) / 2 - vm["sample_age_s"]
        if at - self._last < 0.02:  # the same sample, seen again
            return None
        self._last = at
        return at, vm["demand_bytes"] / MIB

    def step(self, phase: str, command: str, gauge: Gauge | None) -> None:
        work = self.guest.workload
        id = work.start(command)
        work.wait("start", timeout=30, id=id)
        began = time.monotonic()
        times, needs, reports = [], [], []
        ended = False
        while not ended:
            event = work.progress(timeout=60)
            ended = event["id"] != id
            if gauge and not ended:
                times.append(event["host_ns"] / 1e9)
                needs.append(self.base + gauge(event))
            if found := self.report():
                reports.append(found)
            time.sleep(0.01)
        end = work.finish(id, 60)
        if end["event"] != "done":
            raise RuntimeError(f"{command}: {end}")
        if len(times) < 2:
            return
        for at, demand in reports:
            if times[0] <= at <= times[-1]:
                self.seen.append(Seen(phase, at, at - began, demand, between(times, needs, at)))

    def run(self, phase: Phase) -> None:
        for command, gauge in phase.steps:
            self.step(phase.name, command, gauge)
        for command in phase.clean:
            self.guest.workload.finish(self.guest.workload.start(command), 60)
        time.sleep(1)  # so that what a phase leaves behind is gone before the next


def between(times: list[float], values: list[float], at: float) -> float:
    """The value at a time, by linear interpolation."""
    right = max(1, bisect.bisect_left(times, at))
    left_time, right_time = times[right - 1], times[right]
    share = (at - left_time) / (right_time - left_time) if right_time > left_time else 0.0
    return values[right - 1] + share * (values[right] - values[right - 1])


def base_need(guest: Guest) -> float:
    """MiB at rest: the median of five times."""
    levels = []
    for _ in range(5):
        guest.workload.run(f"alloc:{BASE_MIB}", 60)
        used = guest.memory().assigned / MIB - guest.workload.stat()["mem_available_kib"] / 1024
        levels.append(used - BASE_MIB * (1 + TABLES))
        guest.workload.run("free", 60)
    return statistics.median(levels)


def measure(agent: bool, short: bool, phases: list[Phase], vcpus: int) -> list[Seen]:
    rundir = new_rundir()
    try:
        config = '[defaults]\nmode = "static"\n'
        memory = SHORT_MIB if short else AMPLE_MIB
        guest = Guest("g", rundir, startup_mib=memory, maximum_mib=AMPLE_MIB + 512, agent=agent, agent_port=agent, disk_mib=FILES_MIB,
                      vcpus=vcpus)
        with Daemon(rundir, "4G", config) as daemon, guest:
            guest.wait_ready(180)
            until(lambda: daemon.vm("g").get("demand_bytes"), 30, "a first estimate")
            time.sleep(3)  # what the boot leaves behind
            watch = Watch(daemon, guest, base_need(guest))
            print(f"  {'with' if agent else 'without'} the service, {memory} MiB: needs {watch.base:.0f} MiB at rest", flush=True)
            for phase in phases:
                watch.run(phase)
            return watch.seen
    finally:
        shutil.rmtree(rundir, ignore_errors=True)


def figures(seen: list[Seen], settle: float) -> dict[str, float]:
    """Errors in percent of need; settling in seconds, of the worst step."""
    judged = [s.error for s in seen if s.since >= settle]
    under = sorted(max(0.0, -e) for e in judged)
    late = [s.since for s in seen if s.error < -NEAR]
    return {"samples": len(judged), "under_p50": 100 * under[len(under) // 2], "under_p99": 100 * under[int(0.99 * (len(under) - 1))],
            "mean": 100 * statistics.fmean(judged), "spread": 100 * statistics.pstdev(judged), "settled_s": max(late, default=0.0)}


def table(seen: list[Seen], agent: bool) -> dict[str, dict[str, float]]:
    names = list(dict.fromkeys(s.phase for s in seen))
    rows = {name: figures([s for s in seen if s.phase == name], SETTLE[agent]) for name in names}
    unjudged = {phase.name for phase in PHASES if not phase.judged}
    if plain := [s for s in seen if "cache" not in s.phase]:
        rows["all but page cache"] = figures(plain, SETTLE[agent])
    rows["all"] = figures([s for s in seen if s.phase not in unjudged] or seen, SETTLE[agent])
    print(f"\n{'With' if agent else 'Without'} the service; the first {SETTLE[agent]} s of each step are not judged\n")
    print("| phase | estimates | understated p50 | p99 | mean error | spread σ | last understated by over 2 % |\n|---|---|---|---|---|---|---|")
    for name, row in rows.items():
        print(f"| {name}{' (not in all)' if name in unjudged else ''} | {row['samples']} | {row['under_p50']:.1f} % | {row['under_p99']:.1f} % | {row['mean']:+.1f} % | "
              f"{row['spread']:.1f} % | {row['settled_s']:.1f} s |", flush=True)
    return rows


def cost() -> float:
    """CPU microseconds of one complete look and message on this machine: the service measures 1000 of each part."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([str(bin_dir() / "aerostat-guest"), "--cost"], capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1e6 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / COST_TIMES


def main() -> int:
    parser = argparse.ArgumentParser(prog="script/bench estimator", description=__doc__.split("\n")[0])
    parser.add_argument("--json", type=Path)
    parser.add_argument("--only", default="", help="phases, separated by commas")
    side = parser.add_mutually_exclusive_group()
    side.add_argument("--with-only", action="store_true", help="leave out the guest without the service")
    side.add_argument("--without-only", action="store_true", help="only the guest without the service")
    parser.add_argument("--vcpus", type=int, default=1, help="processors of each guest")
    for name, limit in (("understated", 2), ("spread", 1.5), ("understated-without", 5), ("spread-without", 4)):
        parser.add_argument(f"--{name}", type=float, default=limit, help="limit, percent of need")
    parser.add_argument("--cost", type=float, default=0.1, help="limit, percent of a core at 10 samples a second")
    options = parser.parse_args()
    chosen = [p for p in PHASES if not options.only or p.name in options.only.split(",")]
    rows, broken = {}, []
    sample_us = cost()
    core = 100 * sample_us * SAMPLE_HZ / 1e6
    print(f"one sample costs {sample_us:.0f} us of CPU here, natively: {core:.3f} % of a core at {SAMPLE_HZ} a second")
    if core > options.cost:
        broken.append(f"a sample costs {core:.3f} % of a core instead of at most {options.cost:g} %")
    sides = [agent for agent in (True, False) if not (options.without_only if agent else options.with_only)]
    for agent in sides:
        seen = []
        for short in (False, True):
            if phases := [p for p in chosen if p.short == short]:
                seen += measure(agent, short, phases, options.vcpus)
        rows["with" if agent else "without"] = found = table(seen, agent)
        limits = (options.understated, options.spread) if agent else (options.understated_without, options.spread_without)
        for key, limit in zip(("under_p99", "spread"), limits, strict=True):
            if found["all"][key] > limit:
                broken.append(f"{'with' if agent else 'without'} the service {key}: {found['all'][key]:.1f} % instead of at most {limit:g} %")
    print("\n" + ("\n".join(broken) or "within its limits"))
    if options.json:
        options.json.write_text(json.dumps({"estimator": rows, "sample_cpu_us": sample_us, "core_percent": core}, indent=1))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
