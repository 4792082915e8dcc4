"""Phases whose need is known by construction: the guest's need at rest, and the memory the workload holds hot since.

A step is one command of the workload generator with a gauge: MiB that it holds hot, by the generator's own account
(`progress`). A step without a gauge prepares the next one and is not judged.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.harness.work import Event

Gauge = Callable[[Event], float]

TABLES = 1 / 512  # page tables: 8 bytes for each page of 4 KiB


def held(event: Event) -> float:
    """Private or shared memory, all of it in use, with the tables that map it."""
    return event["held_mib"] * (1 + TABLES)


def touched(event: Event) -> float:
    """Kernel memory that this step caused."""
    return event["touched_mib"]


def always(mib: float) -> Gauge:
    return lambda _: mib


@dataclass(frozen=True)
class Phase:
    name: str
    steps: list[tuple[str, Gauge | None]]
    short: bool = False  # in a guest that has too little for it
    judged: bool = True  # counts for the limits
    clean: list[str] = field(default_factory=lambda: ["free"])


PHASES = [
    Phase("at rest", [("hold:6", always(0))]),
    Phase("anonymous", [("alloc:300:100", held), ("hold:6:300", held)]),
    Phase("shared", [("shared:200:100", held), ("hold:5:200", held)]),
    Phase("burst", [("alloc:400", held), ("hold:4:400", held), ("free", None), ("hold:4", held)]),
    Phase("leak", [("alloc:300:25", held)]),
    Phase("kernel", [("tables:80:40", touched), ("hold:6", always(80))], clean=["exit"]),
    Phase("cold cache", [("read:256", always(0)), ("hold:6", always(0))]),
    # From the third time on it cannot be called cold.
    Phase("hot cache", [("read:192", None), ("read:192", None), ("read:192:20:400", always(192))]),
    # While there is memory, no kernel number distinguishes it from cache in use: shown, and not judged.
    Phase("forgotten cache", [("hold:6", always(0))], judged=False),
    Phase("swapped out", [("alloc:450:150", None), ("hold:15:450", held)], short=True),
]
