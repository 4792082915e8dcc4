"""Scenarios of the fidelity bench: the phases of each guest's workload generator, and the host.

All is defined before a run: phases are commands of the generator (demo/workload/README.md), random ones come from a
fixed seed. Amounts are MiB.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

MAXIMUM = 1536


@dataclass(frozen=True)
class Vm:
    name: str
    phases: list[str]
    startup: int = 384
    minimum: int = 256
    maximum: int = MAXIMUM
    weight: int = 5000
    fixed: int = MAXIMUM  # what an owner without Dynamic Memory would give it


@dataclass(frozen=True)
class Scenario:
    name: str
    about: str
    vms: list[Vm]
    capacity: int = 4096
    seed: int = 0  # 0: nothing is random


@dataclass
class Story:
    """Writes phases, and tracks the memory held: all of it is touched once a second while it is held."""

    phases: list[str] = field(default_factory=list)
    held: int = 0

    def rise(self, mib: int, rate: int = 0) -> "Story":
        self.phases.append(f"alloc:{mib}:{rate}")
        self.held += mib
        return self

    def fall(self, mib: int) -> "Story":
        self.phases.append(f"free:{min(mib, self.held)}")
        self.held -= min(mib, self.held)
        return self

    def stay(self, seconds: float) -> "Story":
        self.phases.append(f"hold:{seconds:.1f}:{self.held}" if self.held else f"hold:{seconds:.1f}")
        return self


def steady() -> Story:
    story = Story().rise(300, 150).stay(6)
    for _ in range(9):
        story.rise(60, 60).stay(1.5).fall(60).stay(3)
    return story


def staircase() -> Story:
    story = Story().stay(2)
    for steps, seconds in ((5, 3.5), (3, 3.0)):
        for _ in range(steps):
            story.rise(900 // steps, 180).stay(seconds)
        for _ in range(steps):
            story.fall(900 // steps).stay(seconds)
    return story


def bursts(seed: int) -> Story:
    dice, story = random.Random(seed), Story().rise(100, 100).stay(2)
    for _ in range(11):
        mib = dice.randrange(150, 500, 10)
        story.rise(mib).stay(dice.uniform(0.5, 2)).fall(mib).stay(dice.uniform(1, 5))
    return story


def leak() -> Story:
    story = Story().rise(100, 100).stay(2)
    for _ in range(3):
        story.rise(540, 30).fall(540).stay(3)
    return story


def walk(seed: int) -> Story:
    dice, story = random.Random(seed), Story().rise(400, 200).stay(1)
    for _ in range(34):
        mib = dice.randrange(30, 160, 10)
        up = dice.random() < 0.5 if 150 < story.held < 850 else story.held <= 150
        (story.rise(mib, 150) if up else story.fall(mib)).stay(dice.uniform(0.5, 1.8))
    return story


def builds(seed: int) -> Story:
    """Compilers come and go, the linker comes last."""
    dice, story = random.Random(seed), Story().rise(80, 100).stay(1)
    for _ in range(4):
        parts = [dice.randrange(40, 140, 10) for _ in range(7)]
        for at, mib in enumerate(parts):
            story.rise(mib, 200).stay(dice.uniform(0.3, 1.2))
            if at % 3 == 2:
                story.fall(mib + parts[at - 1]).stay(0.3)
        story.rise(350, 250).stay(1.5).fall(story.held - 80).stay(dice.uniform(2, 5))
    return story


def tide(first: float) -> Story:
    """Two of these, out of step, together need more than the host has for a few seconds at a time."""
    story = Story().rise(100, 100).stay(first)
    for _ in range(4):
        story.rise(420, 120).stay(3).fall(420).stay(5.5)
    return story


def jump() -> Story:
    story = Story().rise(100, 100).stay(3)
    for _ in range(3):
        story.rise(900, 400).stay(6).fall(900).stay(6)
    return story


def make_all(seed: int) -> list[Scenario]:
    def one(name: str, about: str, story: Callable[[], Story] | Story, **host: int) -> Scenario:
        made = story() if callable(story) else story
        return Scenario(name, about, [Vm("vm", made.phases)], **host)

    return [
        one("steady", "a level with a ripple of 60 MiB", steady),
        one("staircase", "5 steps up and down, then 3 larger ones", staircase),
        one("bursts", "11 bursts as fast as the guest can", bursts(seed), seed=seed),
        one("leak", "a leak of 30 MiB/s, restarted three times", leak),
        one("walk", "a random walk between 150 and 850 MiB", walk(seed), seed=seed),
        one("builds", "compilers and a linker, four times", builds(seed), seed=seed),
        Scenario("scarce", "two guests of weight 8000 and 2000 want more than there is",
                 [Vm("heavy", tide(2).phases, weight=8000, maximum=1024, fixed=512),
                  Vm("light", tide(6).phases, weight=2000, maximum=1024, fixed=512)], capacity=1024),
        Scenario("jump", "a jump beyond what the host has", [Vm("vm", jump().phases, fixed=1024)], capacity=1024),
    ]
