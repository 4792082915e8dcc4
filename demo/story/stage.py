"""The stage: all programs running, observed from outside, with the numbers by which each act is judged."""

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from tests.harness.domain import Domain
from tests.harness.guest import MIB, Guest
from tests.harness.ledger import Ledger
from tests.harness.libvirtd import Libvirtd
from tests.harness.waiting import until

from . import cast


@dataclass
class Act:
    """One act: its expectations, each with its result and the measured numbers."""

    name: str
    title: str
    expected: list[dict[str, Any]] = field(default_factory=list)
    swap: dict[str, dict[str, int]] = field(default_factory=dict)
    seconds: float = 0.0

    def expect(self, what: str, held: bool, seen: str) -> None:
        self.expected.append({"expected": what, "held": bool(held), "seen": seen})

    @property
    def held(self) -> bool:
        return bool(self.expected) and all(line["held"] for line in self.expected)


class Stage:
    """Starts everything on entry, ends everything on exit. `libvirt`: the guests are domains of a libvirtd of its own."""

    def __init__(self, rundir: Path, libvirt: bool = False, say: Any = print) -> None:
        self.say = say
        self.libvirtd = Libvirtd(rundir).start() if libvirt else None
        self.guests: dict[str, Guest] | dict[str, Domain] = cast.domains(rundir, self.libvirtd) if self.libvirtd else cast.guests(rundir)
        self.daemon = cast.daemon_of_domains(rundir, self.libvirtd) if self.libvirtd else cast.daemon(rundir)
        self.ledger = Ledger(list(self.guests.values()), cast.BUDGET_MIB * MIB)
        self.acts: list[Act] = []

    def __enter__(self) -> Self:
        try:
            for guest in self.guests.values():
                guest.start()
            self.daemon.start()
            self.ledger.start()
            for guest in self.guests.values():
                guest.wait_ready(120)
            for name in cast.WEIGHTS:
                self.daemon.wait_status(name, "ok", timeout=30)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.ledger.stop()
        self.daemon.stop()
        for guest in self.guests.values():
            guest.stop()
        if self.libvirtd:
            self.libvirtd.stop()

    def assigned_mib(self, name: str) -> int:
        return self.ledger.seen[name].now // MIB

    def stats(self) -> dict[str, dict[str, int]]:
        """Each guest's own numbers, from the workload generator, not from the service."""
        return {name: guest.workload.stat() for name, guest in self.guests.items()}

    def act(self, name: str, title: str, play: Any) -> Act:
        act = Act(name, title)
        self.say(f"\n({name}) {title}")
        before, began = self.stats(), time.monotonic()
        try:
            play(self, act)
        except (TimeoutError, RuntimeError, ValueError) as error:
            act.expect("the act can be played", False, str(error))
        after = self.stats()
        act.seconds = round(time.monotonic() - began, 1)
        act.swap = {vm: {"in": after[vm]["pswpin"] - before[vm]["pswpin"],
                         "out": after[vm]["pswpout"] - before[vm]["pswpout"]} for vm in after}
        killed = sum(after[vm]["oom_kill"] - before[vm]["oom_kill"] for vm in after)
        act.expect("nobody is killed", killed == 0, f"{killed} OOM kills")
        act.expect("no over-commitment, seen from QEMU's own numbers", self.ledger.violations == 0,
                   self.ledger.worst or f"at most {self.ledger.committed_peak // MIB} MiB of {cast.BUDGET_MIB}")
        self.acts.append(act)
        for line in act.expected:
            self.say(f"    {'held  ' if line['held'] else 'BROKEN'}  {line['expected']}: {line['seen']}")
        return act

    def settle(self, name: str, below_mib: int, timeout: float) -> None:
        until(lambda: self.assigned_mib(name) <= below_mib, timeout, f"{name} is down to {below_mib} MiB")
