"""A real guest without virtio-mem grows by DIMMs, gives back by its balloon, and is known to a daemon that starts again."""

import unittest

from tests.e2e.base import RealGuests
from tests.harness.daemon import DYNAMIC, Daemon
from tests.harness.guest import MIB, Guest
from tests.harness.waiting import until


class Dimms(RealGuests):
    def guest(self, slots: int) -> Guest:
        """384 MiB at boot, 1 GiB of room, no virtio-mem."""
        room = ["-m", f"384M,slots={slots},maxmem=1408M"]  # the last -m counts
        return Guest("web", self.rundir, virtio_mem=False, zram_mib=256, extra=room if slots else [])

    def test_a_guest_grows_by_dimms_and_gives_back_by_its_balloon(self) -> None:
        with Daemon(self.rundir, "3G", DYNAMIC) as daemon, self.guest(4) as web:
            web.wait_ready()
            daemon.wait_served("web", timeout=20)
            web.workload.run("alloc:700:150", 60)
            grown = web.memory()
            self.assertGreater(grown.assigned, 700 * MIB)
            self.assertGreater(grown.dimms, 300 * MIB)
            self.assertGreater(web.workload.stat()["mem_total_kib"], 700 * 1024, "its kernel brought them online")
            web.workload.run("free", 30)
            until(lambda: web.memory().ballooned > 128 * MIB, 60, "its balloon takes back what it no longer needs")
            self.assertEqual(web.memory().dimms, grown.dimms, "a DIMM stays")
            self.assertIn("stay plugged: the balloon holds what is taken back", daemon.vm("web")["devices"])

            daemon.kill()
            daemon.start()
            daemon.wait_served("web", timeout=20)
            self.assertEqual(web.memory().dimms, grown.dimms)
            self.assertIn("stay plugged", daemon.vm("web")["devices"])
            web.workload.run("alloc:650:150", 60)
            self.assertGreater(web.memory().assigned, 650 * MIB)
            stat = web.workload.stat()
            self.assertEqual(stat["oom_kill"], 0)
            self.assertEqual(daemon.host()["over_committed_passes"], 0)

    def test_without_slots_it_stays_as_it_is(self) -> None:
        with Daemon(self.rundir, "3G", DYNAMIC) as daemon, self.guest(0) as web:
            web.wait_ready()
            daemon.wait_served("web", timeout=20)
            web.workload.run("alloc:450:150", 60)
            self.assertEqual(web.memory().assigned, 384 * MIB)
            self.assertEqual(web.memory().dimms, 0)
            self.assertIn("cannot grow beyond 384 MiB", daemon.vm("web")["devices"])


if __name__ == "__main__":
    unittest.main()
