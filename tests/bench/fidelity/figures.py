"""Figures of runs, real ones beside the lab's; tables and limits."""

import json
import math
import statistics
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from tests.harness.paths import bin_dir

KEYS = ("footprint", "resizes", "felt_s", "waste", "violation", "converge_s", "s")
Figures = dict[str, float]


@dataclass(frozen=True)
class Limits:
    footprint: float = 3     # percent
    resizes: float = 20      # percent …
    few: float = 2           # … or so many
    felt: float = 2          # times …
    felt_grace: float = 0.3  # … or so many seconds: six looks


@dataclass
class Pair:
    """One scenario under one policy: the means of its runs."""

    scenario: str
    policy: str
    real: Figures
    lab: Figures
    runs: list[Figures] = field(default_factory=list)      # real ones
    lab_runs: list[Figures] = field(default_factory=list)  # likewise, each the mean of its seeds

    def broken(self, limits: Limits) -> list[str]:
        out = []
        where = f"{self.scenario}, {self.policy}"
        off = percent(self.lab["footprint"], self.real["footprint"])
        if abs(off) > limits.footprint:
            out.append(f"{where}: footprint {off:+.1f} % instead of at most {limits.footprint:g} %")
        off = percent(self.lab["resizes"], self.real["resizes"])
        if abs(off) > limits.resizes and abs(self.lab["resizes"] - self.real["resizes"]) > limits.few:
            out.append(f"{where}: resizes {off:+.0f} % instead of at most {limits.resizes:g} %")
        least, most = sorted((self.lab["felt_s"], self.real["felt_s"]))
        if most > limits.felt * least and most - least > limits.felt_grace:
            out.append(f"{where}: felt {self.real['felt_s']:.2f} s really and {self.lab['felt_s']:.2f} s in the lab, not within {limits.felt:g} times")
        return out


def percent(lab: float, real: float) -> float:
    """The error of the lab."""
    if real == 0:
        return 0.0 if lab == 0 else math.inf
    return 100 * (lab / real - 1)


def mean(of: list[Figures]) -> Figures:
    return {key: statistics.fmean(one[key] for one in of) for key in KEYS}


def compare(stems: list[Path], seeds: int) -> list[Pair]:
    """Replays each run in the lab."""
    program = str(bin_dir() / "aerostat_fidelity")
    answer = subprocess.run([program, *map(str, stems), "--seeds", str(seeds)], capture_output=True, text=True, check=False)
    if answer.returncode:
        raise RuntimeError(answer.stderr.strip() or f"{program} ended with status {answer.returncode}")
    found: dict[tuple[str, str], Pair] = {}
    for stem, line in zip(stems, answer.stdout.splitlines(), strict=True):
        scenario, policy, _ = stem.name.split(".")
        pair = found.setdefault((scenario, policy), Pair(scenario, policy, {}, {}))
        run = json.loads(line)
        pair.runs.append({key: run["real"][key] for key in KEYS})
        pair.lab_runs.append(mean(run["lab"]))
    for pair in found.values():
        pair.real, pair.lab = mean(pair.runs), mean(pair.lab_runs)
    return list(found.values())


def together(pairs: list[Pair]) -> list[Pair]:
    """All scenarios of each policy as one: the mean; for counts and felt time the sum."""
    out = []
    for policy in dict.fromkeys(p.policy for p in pairs):
        own = [p for p in pairs if p.policy == policy]
        if len(own) < 2:
            continue
        sides = [[getattr(p, side) for p in own] for side in ("real", "lab")]
        real, lab = (mean(side) | {key: sum(one[key] for one in side) for key in ("resizes", "felt_s")} for side in sides)
        out.append(Pair("all", policy, real, lab))
    return out


def print_pairs(pairs: list[Pair]) -> None:
    print("\n| scenario | policy | footprint | | resizes | | felt s | | waste % | | violation % | | converges s | |\n" + "|---" * 14 + "|\n"
          "| | | real | lab | real | lab | real | lab | real | lab | real | lab | real | lab |")
    for p in pairs:
        r, l = p.real, p.lab
        print(f"| {p.scenario} | {p.policy} | {r['footprint']:.3f} | {l['footprint']:.3f} ({percent(l['footprint'], r['footprint']):+.1f}) "
              f"| {r['resizes']:.0f} | {l['resizes']:.0f} ({percent(l['resizes'], r['resizes']):+.0f}) | {r['felt_s']:.2f} | {l['felt_s']:.2f} "
              f"| {100 * r['waste']:.1f} | {100 * l['waste']:.1f} | {100 * r['violation']:.2f} | {100 * l['violation']:.2f} "
              f"| {r['converge_s']:.2f} | {l['converge_s']:.2f} |", flush=True)


def print_noise(pairs: list[Pair]) -> None:
    """The second real run against the first."""
    again = [p for p in pairs if len(p.runs) > 1]
    if not again:
        return
    print("\nThe same run on real guests, the second time against the first; the lab replayed the need of each\n\n"
          "| scenario | footprint | resizes | felt s | lab: footprint | lab: resizes |\n|---|---|---|---|---|---|")
    for p in again:
        (a, b), (x, y) = p.runs[:2], p.lab_runs[:2]
        print(f"| {p.scenario} | {percent(b['footprint'], a['footprint']):+.1f} % | {a['resizes']:.0f}, then {b['resizes']:.0f} | {a['felt_s']:.2f}, then {b['felt_s']:.2f} "
              f"| {percent(y['footprint'], x['footprint']):+.1f} % | {x['resizes']:.1f}, then {y['resizes']:.1f} |")


def overall(pairs: list[Pair], side: str) -> dict[str, float]:
    """S of each policy: the geometric mean of the scenarios that all of them ran."""
    policies = list(dict.fromkeys(p.policy for p in pairs))
    ran = {p.policy: {q.scenario for q in pairs if q.policy == p.policy} for p in pairs}
    common = set.intersection(*ran.values())
    return {name: math.exp(statistics.fmean(math.log(max(1e-6, getattr(p, side)["s"])) for p in pairs if p.policy == name and p.scenario in common))
            for name in policies} if common else {}


def print_ranking(pairs: list[Pair]) -> list[str]:
    """Prints the ranking of policies; returns what is wrong with it."""
    real, lab = overall(pairs, "real"), overall(pairs, "lab")
    if len(real) < 2:
        return []
    ranks = [sorted(side, key=lambda name: side[name]) for side in (real, lab)]
    print("\nS = W + 500 V + M, geometric mean of all scenarios; lower is better\n\n| policy | real | lab | rank, real | rank, lab |\n|---|---|---|---|---|")
    for name in ranks[0]:
        print(f"| {name} | {real[name]:.3f} | {lab[name]:.3f} | {ranks[0].index(name) + 1} | {ranks[1].index(name) + 1} |")
    return [] if ranks[0] == ranks[1] else [f"policies rank {' < '.join(ranks[0])} really and {' < '.join(ranks[1])} in the lab"]
