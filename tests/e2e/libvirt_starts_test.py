"""Domains of a real libvirtd whose starts ask for memory first, through libvirt's hook. They run no guest: libvirt starts them
paused."""

import subprocess
import time
import unittest

from tests.e2e.base import RealDomains
from tests.harness.daemon import Daemon
from tests.harness.libvirtd import Libvirtd
from tests.harness.paths import bin_dir
from tests.harness.waiting import until

SIZE_MIB = 256
FITTING = 6
STARTS = 10
# What the guide promises of a start that finds no daemon, and how far a busy machine may be off.
HOOK_SECONDS = 5
SLACK_SECONDS = 10


def definition(name: str) -> str:
    return f"""<domain type='qemu'><name>{name}</name><memory unit='MiB'>{SIZE_MIB}</memory><vcpu>1</vcpu>
<os><type arch='x86_64' machine='q35'>hvm</type></os><features><acpi/></features>
<devices><emulator>/usr/bin/qemu-system-x86_64</emulator><controller type='usb' model='none'/>
<memballoon model='virtio'/></devices></domain>"""


class LibvirtStarts(RealDomains):
    def setUp(self) -> None:
        super().setUp()
        self.libvirtd = Libvirtd(self.rundir)
        hook = self.libvirtd.hook
        hook.parent.mkdir(parents=True, exist_ok=True)
        # As the package's hook, but for the places of command and configuration.
        hook.write_text(f'#!/bin/sh\nexec "{bin_dir()}/aerostat" libvirt-hook --config "{self.rundir}/aerostat.toml" "$@"\n')
        hook.chmod(0o755)
        self.libvirtd.start()
        self.addCleanup(self.libvirtd.stop)
        self.starts: dict[str, subprocess.Popen[str]] = {}
        self.addCleanup(lambda: [start.kill() for start in self.starts.values()])

    def config(self, without: str = "start") -> str:
        return (f'[libvirt]\nenabled = "true"\nuris = ["{self.libvirtd.uri}"]\n'
                f'[starts]\nlibvirt = "true"\nwait = 300\nwithout_daemon = "{without}"\n')

    def begin(self, name: str) -> None:
        """As many `virsh start` at once as there are domains to start."""
        self.starts[name] = subprocess.Popen(["virsh", "--quiet", "--connect", self.libvirtd.uri, "start", name, "--paused"],
                                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def running(self) -> list[str]:
        return self.libvirtd.virsh("list", "--name", timeout=10).stdout.split()

    def waiting(self, daemon: Daemon) -> list[str]:
        return [start["vm"] for start in daemon.items("/v1/reservations") if start["state"] == "waiting"]

    def test_ten_domains_on_a_host_for_six(self) -> None:
        names = [f"vm{i}" for i in range(STARTS)]
        for name in names:
            self.libvirtd.define(definition(name))
        with Daemon(self.rundir, f"{FITTING * SIZE_MIB}M", self.config()) as daemon:
            for name in names:
                self.begin(name)
            for name in names:
                self.starts[name].communicate(timeout=60)
            refused = [name for name in names if self.starts[name].returncode]
            until(lambda: self.settled(daemon), 60, "six run and are counted")
            self.assertEqual(sorted(self.waiting(daemon)), refused, "the others wait")
            begun = time.monotonic()
            self.assertEqual(len(self.running()), FITTING)
            print(f"`virsh list` beside {len(refused)} domains that wait: {time.monotonic() - begun:.2f} s")

            # Memory that comes free goes to the next, and libvirt starts it by our asking.
            self.libvirtd.virsh("destroy", self.running()[0])
            until(lambda: len(self.waiting(daemon)) == STARTS - FITTING - 1, 60, "it is the seventh's turn")
            until(lambda: self.settled(daemon), 60, "the seventh runs by itself")

            # A new daemon goes on with it.
            daemon.kill()
            daemon.start()
            self.libvirtd.virsh("destroy", self.running()[0])
            until(lambda: len(self.waiting(daemon)) == STARTS - FITTING - 2, 60, "it is the eighth's turn")
            until(lambda: self.settled(daemon), 60, "the eighth runs by itself")

            # Who waits may be sent home, and is not started then.
            for name in self.waiting(daemon):
                daemon.request("DELETE", f"/v1/reservations/{name}")
            self.libvirtd.virsh("destroy", self.running()[0])
            passes = daemon.host()["passes"]
            until(lambda: daemon.host()["passes"] > passes + 20, 30, "passes go by")
            self.assertEqual(len(self.running()), FITTING - 1)
            self.assertEqual(daemon.host()["over_committed_passes"], 0)

    def settled(self, daemon: Daemon) -> bool:
        host = daemon.host()
        return (host["vms"], host["reserved_bytes"], len(self.running())) == (FITTING, 0, FITTING)

    def test_a_refused_start_says_why(self) -> None:
        self.libvirtd.define(definition("web"))
        with Daemon(self.rundir, f"{SIZE_MIB // 2}M", self.config()):
            self.begin("web")
            said, _ = self.starts["web"].communicate(timeout=60)
            self.assertEqual(self.starts["web"].returncode, 1, said)
            self.assertIn("256 MiB cannot be reserved for web: the host has 128 MiB for all VMs together", said)

    def test_without_a_daemon_the_owner_decides(self) -> None:
        for without, name, status in (("start", "open", 0), ("refuse", "closed", 1)):
            self.libvirtd.define(definition(name))
            Daemon(self.rundir, config=self.config(without))  # only writes the configuration
            begun = time.monotonic()
            self.begin(name)
            said, _ = self.starts[name].communicate(timeout=60)
            seconds = time.monotonic() - begun
            print(f"without a daemon, {without}: virsh ended after {seconds:.1f} s")
            self.assertEqual(self.starts[name].returncode, status, said)
            self.assertLess(seconds, HOOK_SECONDS + SLACK_SECONDS)
        self.assertEqual(self.running(), ["open"])


if __name__ == "__main__":
    unittest.main()
