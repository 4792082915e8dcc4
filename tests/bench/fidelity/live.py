"""One scenario on real guests under the real daemon, recorded: need as it happened, memory, and each change of a target.

A run is two files. NAME.csv is a trace of the lab (`time_s,vm,need_mib`) with more columns: `assigned_mib` from QEMU;
`target_mib` as ordered by the daemon; `demand_mib` and `kernel_free_mib`, the daemon's estimates, to examine
differences. NAME.json has what the lab needs to repeat it. Time 0 is when the daemon found its VMs. Guests booted
before, and their need at rest was measured, so that both daemons begin alike.
"""

import json
import shutil
import statistics
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.bench.estimator import base_need, between
from tests.bench.fidelity.scenarios import Scenario, Vm
from tests.bench.phases import TABLES
from tests.harness.accel import accelerator
from tests.harness.daemon import Daemon
from tests.harness.guest import MIB, Guest
from tests.harness.paths import new_rundir
from tests.harness.waiting import until

LOOK_SECONDS = 0.05
AT_REST_SECONDS = 3  # what the boot leaves behind; and how long the daemon knows its VMs before they work
BLOCK_MIB = 2        # of QEMU's virtio-mem device: what targets are multiples of


@dataclass(frozen=True)
class Policy:
    """The same for the daemon and for the lab."""

    name: str
    lab: str                   # in the lab's registry
    mode: str = "dynamic"
    profile: str = "balanced"
    buffer: int | None = None


POLICIES = [
    Policy("aerostat", "aerostat"),
    Policy("swift", "aerostat-swift", profile="swift"),
    Policy("buffer-50", "aerostat", buffer=50),
    Policy("static", "static", mode="static"),
]


@dataclass
class Watched:
    """The observations of one guest. Times are of the host's monotonic clock."""

    vm: Vm
    guest: Guest
    base: float = 0
    offset_ns: int = 0  # of the host's clock over the guest's
    last: int = 0       # phase
    need_at: list[float] = field(default_factory=list)
    need: list[float] = field(default_factory=list)
    memory: list[tuple[float, ...]] = field(default_factory=list)  # time, assigned, target, demand, free for kernel data
    ended: float = 0

    def look(self, daemon: Daemon, vm: dict[str, Any]) -> None:
        event = self.guest.workload.progress(timeout=30)
        self.need_at.append((event["ns"] + self.offset_ns) / 1e9)
        self.need.append(self.base + event["held_mib"] * (1 + TABLES))
        at, assigned = assigned_mib(self.guest)
        told = daemon.request("GET", f"/v1/vms/{self.vm.name}/sample") if vm.get("demand_bytes") else {}
        mib = [(value or 0) / MIB for value in (vm.get("target_bytes"), vm.get("demand_bytes"), told.get("normal_free_bytes"))]
        self.memory.append((at, assigned, mib[0] or assigned, *mib[1:]))
        if not self.ended and self.last and event["id"] == 0 and event["queued"] == 0:
            self.ended = at


def assigned_mib(guest: Guest) -> tuple[float, float]:
    """(when, MiB) in two questions: a look must not cost much."""
    before = time.monotonic()
    actual = guest.qmp.execute("query-balloon")["actual"]
    plugged = sum(d["data"]["size"] for d in guest.qmp.execute("query-memory-devices") if d["type"] == "virtio-mem")
    return (before + time.monotonic()) / 2, (actual + plugged) / MIB


def settings(vm: Vm, policy: Policy) -> dict[str, Any]:
    """Of the daemon and of the lab."""
    still = policy.mode == "static"
    out = {"name": vm.name, "mode": policy.mode, "startup_mib": vm.fixed if still else vm.startup,
           "minimum_mib": vm.fixed if still else vm.minimum, "maximum_mib": vm.fixed if still else vm.maximum, "weight": vm.weight}
    return out | ({"buffer": policy.buffer} if policy.buffer else {})


def config(scenario: Scenario, policy: Policy) -> str:
    lines = []
    for vm in scenario.vms:
        one = settings(vm, policy)
        lines += [f"[vm.{vm.name}]", f'mode = "{policy.mode}"', f"weight = {vm.weight}"]
        lines += [f'{key} = "{one[key + "_mib"]}M"' for key in ("startup", "minimum", "maximum")]
        lines += [f"buffer = {policy.buffer}"] if policy.buffer else []
    return "\n".join(lines)


def wall(text: str) -> float:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


class Run:
    """One run, from boot to end."""

    def __init__(self, scenario: Scenario, policy: Policy) -> None:
        self.scenario, self.policy = scenario, policy
        self.events: list[dict[str, Any]] = []
        self._seq = 0

    def go(self, to: Path) -> None:
        rundir = new_rundir()
        try:
            with ExitStack() as stack:
                watched = [self._boot(vm, rundir, stack) for vm in self.scenario.vms]
                time.sleep(AT_REST_SECONDS)
                for one in watched:
                    one.base = base_need(one.guest)
                    one.offset_ns = one.guest.workload.clock_offset()[0]
                daemon = Daemon(rundir, f"{self.scenario.capacity}M", config(self.scenario, self.policy), self.policy.profile)
                stack.enter_context(daemon)
                self._follow(daemon, watched)
            self._write(to, watched)
        finally:
            shutil.rmtree(rundir, ignore_errors=True)

    def _boot(self, vm: Vm, rundir: Path, stack: ExitStack) -> Watched:
        still = self.policy.mode == "static"
        guest = Guest(vm.name, rundir, startup_mib=vm.fixed if still else vm.startup, maximum_mib=vm.fixed if still else vm.maximum)
        stack.enter_context(guest)
        guest.wait_ready(240)
        return Watched(vm, guest)

    def _follow(self, daemon: Daemon, watched: list[Watched]) -> None:
        until(lambda: all(daemon.vms().get(w.vm.name, {}).get("demand_bytes") for w in watched)
              or (self.policy.mode == "static" and len(daemon.vms()) == len(watched)), 30, "the daemon knows its VMs")
        # Monotonic less wall clock: the offset of the daemon's event times.
        self.wall_offset = time.monotonic() - time.time()
        self._hear(daemon)
        appeared = [wall(e["time"]) for e in self.events if e["code"] == "vm.appeared"]
        self.zero = max(appeared) + self.wall_offset
        while time.monotonic() - self.zero < AT_REST_SECONDS:
            self._turn(daemon, watched)
        self.begins = time.monotonic() - self.zero
        for one in watched:
            for phase in one.vm.phases:
                one.last = one.guest.workload.start(phase)
        longest = time.monotonic() + 600
        while not all(one.ended for one in watched):
            if time.monotonic() > longest:
                raise TimeoutError(f"{self.scenario.name}: the guests' work does not end")
            self._turn(daemon, watched)
        self._hear(daemon)
        self.decisions = [d for one in watched for d in daemon.decisions(one.vm.name, 200)]
        self.reactions = daemon.reactions()
        failed = [e for one in watched for e in one.guest.workload.history if e["event"] in ("failed", "killed")]
        if failed:
            raise RuntimeError(f"{self.scenario.name}: {failed[0]}")

    def _turn(self, daemon: Daemon, watched: list[Watched]) -> None:
        began = time.monotonic()
        vms = daemon.vms()
        for one in watched:
            one.look(daemon, vms.get(one.vm.name, {}))
        if int(began) != int(began - LOOK_SECONDS):  # about once a second: the daemon keeps 1000
            self._hear(daemon)
        time.sleep(max(0.0, LOOK_SECONDS - (time.monotonic() - began)))

    def _hear(self, daemon: Daemon) -> None:
        new = daemon.events(self._seq)
        self.events += new
        self._seq = max([self._seq, *(e["seq"] for e in new)])

    def _told(self) -> list[list[Any]]:
        """What the daemon said, for who looks into a difference."""
        return [[round(wall(e["time"]) + self.wall_offset - self.zero, 3), e["code"], e["vm"], e["text"]] for e in self.events]

    def _changes(self, name: str) -> list[list[float]]:
        ways = {"vm.grow": 1, "vm.shrink": -1}
        return [[wall(e["time"]) + self.wall_offset - self.zero, ways[e["code"]]]
                for e in self.events if e["vm"] == name and e["code"] in ways]

    def _write(self, to: Path, watched: list[Watched]) -> None:
        ends = min(one.ended for one in watched) - self.zero
        rows = []
        for one in watched:
            for at, *mib in one.memory:
                if one.need_at[0] <= at <= min(one.need_at[-1], self.zero + ends):
                    rows.append((at - self.zero, one.vm.name, between(one.need_at, one.need, at), *mib))
        rows.sort(key=lambda row: row[0])
        lines = ["# texture linear", "time_s,vm,need_mib,assigned_mib,target_mib,demand_mib,kernel_free_mib"]
        lines += [f"{at:.3f},{name}," + ",".join(f"{one:.2f}" for one in mib) for at, name, *mib in rows]
        (to.parent / f"{to.name}.csv").write_text("\n".join(lines) + "\n")
        vms = [settings(w.vm, self.policy) | {"base_mib": w.base, "changes": self._changes(w.vm.name)} for w in watched]
        looks = [b[0] - a[0] for w in watched for a, b in zip(w.memory, w.memory[1:])]
        about = {"scenario": self.scenario.name, "policy": self.policy.name, "lab_policy": self.policy.lab, "seed": self.scenario.seed,
                 "capacity_mib": self.scenario.capacity, "block_mib": BLOCK_MIB, "from_s": self.begins, "to_s": ends, "vms": vms, "events": self._told(), "decisions": self.decisions, "reactions": self.reactions,
                 "accelerator": accelerator(), "look_s": statistics.median(looks), "longest_look_s": max(looks)}
        (to.parent / f"{to.name}.json").write_text(json.dumps(about, indent=1) + "\n")
