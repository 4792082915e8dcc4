"""Who plays: three managed guests and one without the service, on a budget that cannot hold all their maxima."""

from pathlib import Path

from tests.harness.daemon import Daemon
from tests.harness.domain import Domain
from tests.harness.guest import Guest
from tests.harness.libvirtd import Libvirtd

BUDGET_MIB = 3072
STARTUP_MIB, MINIMUM_MIB, MAXIMUM_MIB = 384, 256, 2048
WEIGHTS = {"web": 8000, "db": 2000, "cache": 5000}
LEGACY_MIB = 384


def guests(rundir: Path) -> dict[str, Guest]:
    cast = {name: Guest(name, rundir, STARTUP_MIB, MAXIMUM_MIB, agent_args=["--relax-overcommit"]) for name in WEIGHTS}
    # No service and no balloon: nothing in it can take part. It does have the device that it could grow with.
    cast["legacy"] = Guest("legacy", rundir, LEGACY_MIB, MAXIMUM_MIB, agent=False, balloon=False)
    return cast


def domains(rundir: Path, libvirtd: Libvirtd) -> dict[str, Domain]:
    """The same as domains of libvirt, with their settings in their definitions."""
    cast = {name: Domain(name, libvirtd, rundir, STARTUP_MIB, MAXIMUM_MIB, agent_args=["--relax-overcommit"],
                         settings=f"mode='dynamic' startup='{STARTUP_MIB}M' minimum='{MINIMUM_MIB}M' maximum='{MAXIMUM_MIB}M' weight='{weight}'")
            for name, weight in WEIGHTS.items()}
    cast["legacy"] = Domain("legacy", libvirtd, rundir, LEGACY_MIB, MAXIMUM_MIB, agent=False, balloon=False, settings="mode='dynamic'")
    for domain in cast.values():
        domain.define()
    return cast


def daemon_of_domains(rundir: Path, libvirtd: Libvirtd) -> Daemon:
    return Daemon(rundir, f"{BUDGET_MIB}M", f'[libvirt]\nenabled = "true"\nuris = ["{libvirtd.uri}"]\n')


def daemon(rundir: Path) -> Daemon:
    vms = "\n".join(f'[vm.{name}]\nmode = "dynamic"\nstartup = "{STARTUP_MIB}M"\nminimum = "{MINIMUM_MIB}M"\n'
                    f'maximum = "{MAXIMUM_MIB}M"\nweight = {weight}' for name, weight in WEIGHTS.items())
    return Daemon(rundir, f"{BUDGET_MIB}M", vms + '\n[vm.legacy]\nmode = "dynamic"\n')
