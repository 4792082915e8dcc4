"""Kernels of other Debian releases: the demo's guests boot with them, grow ahead of their need, and hand memory over.

e2e.story does the same with this machine's own series, script/bench kernels with all of them."""

import os
import re
import subprocess
import unittest
from pathlib import Path
from unittest.mock import patch

from tests.e2e.base import RealGuests, needs
from tests.harness.daemon import DYNAMIC, Daemon
from tests.harness.guest import MIB, Guest
from tests.harness.kernels import RELEASES, fetched, played, release
from tests.harness.paths import guest_bin_dir
from tests.harness.qemu_10 import command as qemu_10
from tests.harness.waiting import until

I386 = "bookworm/linux-image-686-pae:i386"


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


class ThirtyTwoBits(RealGuests):
    def test_a_32_bit_guest_is_ballooned_and_never_given_memory_that_it_cannot_add(self) -> None:
        """Programs, busybox and kernel are for i686; 1.5 GiB are more than such a kernel can use for itself."""
        if not (guest_bin_dir(I386) / "aerostat-guest").exists():
            needs("the programs for i386 were not built: the cross compiler is missing; run script/setup")
        self.enterContext(patch.dict(os.environ, AEROSTAT_GUEST_KERNEL=I386))
        needs(fetched(I386))
        daemon = self.enterContext(Daemon(self.rundir, "3G", DYNAMIC))
        old = self.enterContext(Guest("old", self.rundir, startup_mib=1536, maximum_mib=2048, append="tell=5")).wait_ready()
        daemon.wait_served("old", timeout=30)

        until(lambda: "686-pae cannot be given memory by virtio-mem while it runs" in daemon.vm("old")["note"], 10, "the note says why")
        vm = daemon.vm("old")
        self.assertEqual((vm["guest"]["os"], vm["guest"]["arch"], vm["guest"]["row"]), ("linux", "i686", "linux-32-bit"))
        self.assertIn("686-pae", vm["guest"]["release"])
        self.assertEqual(vm["maximum_bytes"], 1536 * MIB)

        until(lambda: old.memory().assigned < 512 * MIB, 60, "its idle memory is taken")
        until(lambda: abs(daemon.vm("old")["visible_bytes"] - old.workload.stat()["mem_total_kib"] * 1024) < 2 * MIB, 10, "it reports what it has")
        reported, own = daemon.vm("old"), old.workload.stat()
        self.assertAlmostEqual(reported["available_bytes"] / MIB, own["mem_available_kib"] / 1024, delta=24)

        old.workload.run("alloc:1000:100", 60)
        self.assertGreater(old.memory().assigned, 1000 * MIB)
        stat = old.workload.stat()
        self.assertEqual((stat["pswpout"], stat["oom_kill"]), (0, 0))
        old.workload.run("free", 30)
        until(lambda: old.memory().assigned < 512 * MIB, 60, "it gives the memory back")
        self.assertEqual((old.memory().plugged, old.memory().requested), (0, 0))
        # A service that never waits leaves the guest's kernel no time to give memory back.
        spent = re.findall(r"service: (\d+) ns.* at ([\d.]+)", old.console.read_text(errors="replace"))
        (first, since), (last, until_then) = spent[0], spent[-1]
        self.assertLess((int(last) - int(first)) / 1e9, 0.2 * (float(until_then) - float(since)), spent)
        self.assertEqual(daemon.host()["over_committed_passes"], 0)


class Asking(unittest.TestCase):
    def test_a_release_that_nobody_knows_is_refused(self) -> None:
        self.assertIn("is no suite", fetched("No such") or "")

    def test_an_act_that_there_is_not_is_refused(self) -> None:
        asked = subprocess.run(["python3", "-m", "demo.story", "--acts", "a,z"], capture_output=True, text=True, check=False)
        self.assertEqual(asked.returncode, 2)
        self.assertIn("there is no act 'z'", asked.stderr)


if __name__ == "__main__":
    unittest.main()
