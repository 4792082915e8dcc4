"""Fidelity: the same load on real guests under the real daemon and in the lab, and the lab's error.

Each scenario (tests/bench/fidelity/scenarios.py) runs once for each policy, and twice for `aerostat` to show the noise.
Need is recorded as it happened. The lab replays exactly that with the same settings, and the same code scores both.
Exit status 1 if a limit is not met. docs/design/fidelity.md explains the results.

    script/bench fidelity [--scenario NAME,...] [--policy NAME,...] [--logs DIR] [--json FILE]
"""

import argparse
import json
import shutil
import sys
import time
from dataclasses import asdict
from pathlib import Path

from tests.bench.fidelity.figures import Limits, compare, print_noise, print_pairs, print_ranking, together
from tests.bench.fidelity.live import POLICIES, Policy, Run
from tests.bench.fidelity.rates import print_rates
from tests.bench.fidelity.scenarios import Scenario, make_all
from tests.harness.accel import accelerator
from tests.harness.paths import new_rundir

RUN_SECONDS = 80  # typically: for the progress only


def pick(given: str, known: list[str], what: str) -> list[str]:
    names = given.split(",") if given else known
    for name in names:
        if name not in known:
            raise SystemExit(f"fidelity: there is no {what} '{name}'; there are {', '.join(known)}")
    return names


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/bench fidelity", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenario", default="", help="only these, separated by commas")
    parser.add_argument("--policy", default="", help="only these: " + ", ".join(p.name for p in POLICIES))
    parser.add_argument("--logs", type=Path, help="keep what was written down here; runs that are there are not repeated")
    parser.add_argument("--times", type=int, default=2, help="runs of the policy aerostat; the others run once (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the random scenarios (%(default)s)")
    parser.add_argument("--lab-seeds", type=int, default=8, help="replays of each run in the lab (%(default)s)")
    parser.add_argument("--json", type=Path)
    defaults = Limits()
    for name, what in (("footprint", "percent"), ("resizes", "percent"), ("few", "resizes: a difference of so many at most is never too much"),
                       ("felt", "times"), ("felt-grace", "seconds: a difference of so much at most is never too much")):
        parser.add_argument(f"--{name}", type=float, default=getattr(defaults, name.replace("-", "_")), help=f"limit, {what} (%(default)g)")
    return parser.parse_args()


def real_runs(scenarios: list[Scenario], policies: list[Policy], times: int, logs: Path) -> list[Path]:
    """Runs those that are missing. The base policy comes first, because it is the most useful if the rest is cut off."""
    plan = [(s, p, n) for p in policies for n in range(1, (times if p is POLICIES[0] else 1) + 1) for s in scenarios]
    stems = [logs / f"{s.name}.{p.name}.{n}" for s, p, n in plan]
    left = [(one, stem) for one, stem in zip(plan, stems, strict=True) if not (logs / f"{stem.name}.json").exists()]
    for at, ((scenario, policy, _), stem) in enumerate(left):
        print(f"  {time.strftime('%H:%M:%S')} {at + 1}/{len(left)} {stem.name}: {scenario.about}", flush=True)
        Run(scenario, policy).go(stem)
    return stems


def main() -> int:
    options = arguments()
    known = make_all(options.seed)
    names = pick(options.scenario, [s.name for s in known], "scenario")
    scenarios = [s for s in known if s.name in names]
    names = pick(options.policy, [p.name for p in POLICIES], "policy")
    policies = [p for p in POLICIES if p.name in names]
    limits = Limits(options.footprint, options.resizes, options.few, options.felt, options.felt_grace)
    logs = options.logs or new_rundir("fidelity-")
    logs.mkdir(parents=True, exist_ok=True)
    try:
        print(f"real guests ({accelerator()}), seed {options.seed}; about {RUN_SECONDS} s a run", flush=True)
        stems = real_runs(scenarios, policies, options.times, logs)
        pairs = compare(stems, options.lab_seeds)
        print_rates(stems)
    finally:
        if not options.logs:
            shutil.rmtree(logs, ignore_errors=True)
    every = pairs + together(pairs)
    print_pairs(every)
    print_noise(pairs)
    broken = print_ranking(pairs) + [line for pair in every for line in pair.broken(limits)]
    print("\n" + ("\n".join(broken) or "within its limits"))
    if options.json:
        options.json.write_text(json.dumps({"accelerator": accelerator(), "seed": options.seed, "limits": asdict(limits),
                                            "pairs": [asdict(p) for p in every], "broken": broken}, indent=1))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
