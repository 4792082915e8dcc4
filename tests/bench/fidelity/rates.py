"""How fast memory left in real runs, from their recordings: the rates of the lab's Debian guest (docs/design/actuators.md)."""

import csv
import itertools
import json
from dataclasses import dataclass
from pathlib import Path

NEAR_MIB = 2            # of its target: it has arrived
WHOLE_BLOCK_MIB = 100   # as much at once is one of Linux's blocks of 128
LONGEST_LOOK_S = 0.12   # a look that took longer says little


@dataclass
class Moved:
    """While memory moved, not while it stood still."""

    mib: float = 0
    seconds: float = 0
    looks: int = 0

    def add(self, mib: float, seconds: float) -> None:
        self.mib += mib
        self.seconds += seconds
        self.looks += 1

    def __str__(self) -> str:
        return f"{self.mib / self.seconds:.0f} MiB/s ({self.mib:.0f} MiB in {self.looks} looks)" if self.looks else "none"


def print_rates(stems: list[Path]) -> None:
    balloon, parts, blocks = Moved(), Moved(), 0
    for stem in stems:
        boot = {vm["name"]: vm["startup_mib"] for vm in json.loads(stem.with_name(stem.name + ".json").read_text())["vms"]}
        with stem.with_name(stem.name + ".csv").open() as file:
            rows = sorted(csv.DictReader(line for line in file if not line.startswith("#")), key=lambda row: row["vm"])
        for one, then in itertools.pairwise(rows):
            seconds = float(then["time_s"]) - float(one["time_s"])
            had, has = float(one["assigned_mib"]), float(then["assigned_mib"])
            if one["vm"] != then["vm"] or seconds > LONGEST_LOOK_S or has >= had or had - float(one["target_mib"]) <= NEAR_MIB:
                continue
            if had - has >= WHOLE_BLOCK_MIB:
                blocks += 1
            else:
                (balloon if had <= boot[one["vm"]] else parts).add(had - has, seconds)
    print(f"\nmemory went, really: below boot memory {balloon}; above it, in parts of blocks, {parts}; {blocks} whole blocks")
