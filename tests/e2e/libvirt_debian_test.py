"""A real Debian guest of a real libvirtd, from its definition as virt-install writes it: adopted, started, at work, rebooted, saved."""

import subprocess
import unittest

from tests.bench.guests import STARVED_SECONDS, TAKE, rest
from tests.e2e.base import RealDomains
from tests.harness.daemon import Daemon
from tests.harness.debian import MIB, seen
from tests.harness.debian_domain import DebianDomain
from tests.harness.libvirtd import Libvirtd
from tests.harness.paths import bin_dir
from tests.harness.waiting import until


class DebianOfLibvirt(RealDomains):
    def setUp(self) -> None:
        super().setUp()
        self.libvirtd = Libvirtd(self.rundir).start()
        self.addCleanup(self.libvirtd.stop)

    def daemon(self) -> Daemon:
        """It sees the folders that its libvirtd sees, as on a host: the guest's port is in one of them."""
        inside = ["nsenter", f"--mount=/proc/{self.libvirtd.pid}/ns/mnt"] if self.libvirtd.privileged else []
        return Daemon(self.rundir, "6G", f'[libvirt]\nenabled = "true"\nuris = ["{self.libvirtd.uri}"]\n', prefix=inside)

    def takes_a_gib(self, daemon: Daemon, guest: DebianDomain, piece: int) -> None:
        rest(daemon, "web", still=10)
        mark = guest.watch.mark() - 1
        done = guest.run(f"python3 /root/take.py {1024 // piece} {piece}", 300)
        saw = seen(guest.watch.looks[mark:])
        print(f"Debian 12 as a domain: 1 GiB in pieces of {piece} MiB: {saw}; {daemon.vm('web')['assigned_bytes'] // MIB} MiB assigned", flush=True)
        self.assertEqual((done.status, saw.kills, saw.swapped_out), (0, 0, 0), f"{saw}\n{done.text[-1500:]}")
        self.assertLessEqual(saw.starved_s, STARVED_SECONDS, saw)
        self.assertEqual(daemon.host()["over_committed_passes"], 0)

    def test_adopted_and_at_work(self) -> None:
        guest = DebianDomain("web", self.rundir, 12, libvirtd=self.libvirtd)
        guest.define()
        subprocess.run([str(bin_dir() / "aerostat"), "adopt", "web", "--minimum", "256M", "--maximum", "4G", "--yes",
                        "--connect", self.libvirtd.uri], check=True, stdout=subprocess.DEVNULL, timeout=60)
        with self.daemon() as daemon, guest:
            guest.wait_ready()
            daemon.wait_served("web", timeout=120)
            self.assertEqual(daemon.vm("web")["mode"], "dynamic", "as its definition says")
            guest.put("/root/take.py", TAKE)
            self.takes_a_gib(daemon, guest, 16)
            rest(daemon, "web", still=10)
            self.assertLess(daemon.vm("web")["assigned_bytes"], 1024 * MIB, "idle memory came back")
            guest.restart()
            daemon.wait_served("web", timeout=120)
            self.libvirtd.virsh("managedsave", "web", timeout=300)
            until(lambda: "web" not in daemon.vms(), 30, "it is gone")
            guest.start()
            daemon.wait_served("web", timeout=120)
            self.takes_a_gib(daemon, guest, 1)


if __name__ == "__main__":
    unittest.main()
