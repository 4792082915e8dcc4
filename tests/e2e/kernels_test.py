"""Kernels of other Debian releases: the demo's guests boot with them, grow ahead of their need, and hand memory over.

e2e.story does the same with this machine's own series, script/bench kernels with all of them."""

import subprocess
import unittest
from pathlib import Path

from tests.e2e.base import RealGuests, needs
from tests.harness.kernels import RELEASES, fetched, played, release
from tests.harness.qemu_10 import command as qemu_10


class Kernels(RealGuests):
    def grows_and_hands_over(self, suite: str, qemu: Path | None = None) -> None:
        needs(fetched(suite))
        story = played(suite, self.rundir / "report.json", acts="a,b", qemu=qemu)
        print(story.text)
        self.assertTrue(story.held, story.text)
        self.assertTrue(release(suite).startswith(RELEASES[suite]), release(suite))
        self.assertEqual(story.report["host"]["law1_violations"], 0)
        self.assertEqual([vm["oom_kills"] for vm in story.report["vms"]], [0, 0, 0, 0])
        self.assertEqual([phase["name"] for phase in story.report["phases"]], ["a", "b"])

    def test_linux_5_10_of_debian_11(self) -> None:
        """It brings new memory online only when told to, and knows no policy of zones."""
        self.grows_and_hands_over("bullseye")

    def test_linux_6_12_of_debian_13_on_qemu_10(self) -> None:
        """It brings new memory online by itself, and ages pages by generations (MGLRU)."""
        qemu = qemu_10()
        needs(qemu if isinstance(qemu, str) else None)
        assert isinstance(qemu, Path)
        self.grows_and_hands_over("trixie", qemu)


class Asking(unittest.TestCase):
    def test_a_release_that_nobody_knows_is_refused(self) -> None:
        self.assertIn("is no suite", fetched("No such") or "")

    def test_an_act_that_there_is_not_is_refused(self) -> None:
        asked = subprocess.run(["python3", "-m", "demo.story", "--acts", "a,z"], capture_output=True, text=True, check=False)
        self.assertEqual(asked.returncode, 2)
        self.assertIn("there is no act 'z'", asked.stderr)


if __name__ == "__main__":
    unittest.main()
