"""Who plays: three managed guests and one without the service, on a budget that cannot hold all their maxima."""

from pathlib import Path

from tests.harness.daemon import Daemon
from tests.harness.guest import Guest

BUDGET_MIB = 3072
STARTUP_MIB, MINIMUM_MIB, MAXIMUM_MIB = 384, 256, 2048
WEIGHTS = {"web": 8000, "db": 2000, "cache": 5000}
LEGACY_MIB = 384


def guests(rundir: Path) -> dict[str, Guest]:
    cast = {name: Guest(name, rundir, STARTUP_MIB, MAXIMUM_MIB, agent_args=["--relax-overcommit"]) for name in WEIGHTS}
    # No service and no balloon: nothing in it can take part. It does have the device that it could grow with.
    cast["legacy"] = Guest("legacy", rundir, LEGACY_MIB, MAXIMUM_MIB, agent=False, balloon=False)
    return cast


def daemon(rundir: Path) -> Daemon:
    vms = "\n".join(f'[vm.{name}]\nmode = "dynamic"\nstartup = "{STARTUP_MIB}M"\nminimum = "{MINIMUM_MIB}M"\n'
                    f'maximum = "{MAXIMUM_MIB}M"\nweight = {weight}' for name, weight in WEIGHTS.items())
    return Daemon(rundir, f"{BUDGET_MIB}M", vms + '\n[vm.legacy]\nmode = "dynamic"\n')
