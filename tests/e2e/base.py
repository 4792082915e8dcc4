"""The common setup and teardown of end-to-end tests."""

import shutil
import unittest

from tests.harness import libvirtd
from tests.harness.paths import new_rundir


def needs(reason: str | None) -> None:
    """Skips what cannot run here, and says why."""
    if reason:
        print(f"SKIPPED: {reason}")
        raise unittest.SkipTest(reason)


class RealGuests(unittest.TestCase):
    """A run folder of its own, removed afterwards; the daemon's log is shown if a test failed."""

    @classmethod
    def setUpClass(cls) -> None:
        if not shutil.which("qemu-system-x86_64"):
            needs("qemu-system-x86_64 is not installed and script/setup could not install it")

    def setUp(self) -> None:
        self.rundir = new_rundir()
        self.addCleanup(shutil.rmtree, self.rundir, ignore_errors=True)
        self.addCleanup(self.show_logs)

    def show_logs(self) -> None:
        outcome = self._outcome  # type: ignore[attr-defined]
        failed = any(error for _, error in getattr(outcome.result, "errors", []) + getattr(outcome.result, "failures", []))
        if failed:
            for log in sorted(self.rundir.glob("**/log/aerostatd*.log")):
                print(f"--- {log.name}\n" + "\n".join(log.read_text(errors="replace").splitlines()[-60:]))


class RealDomains(RealGuests):
    """The same, where a libvirtd can be started."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        needs(libvirtd.missing())
