"""Domains of a real libvirtd with real guests: managed when their owner says so, never touched before, and disturbed by nothing
that happens to libvirtd."""

import os
import signal
import subprocess
import time
import unittest
from pathlib import Path

from tests.bench.reaction import episodes, quantile
from tests.e2e.base import RealDomains
from tests.harness.daemon import Daemon
from tests.harness.domain import Domain
from tests.harness.guest import MIB, Guest
from tests.harness.libvirtd import Libvirtd
from tests.harness.waiting import until

GROWS = 700  # MiB that the workload takes: more than the guest booted with


class LibvirtDomains(RealDomains):
    def setUp(self) -> None:
        super().setUp()
        self.libvirtd = Libvirtd(self.rundir).start()
        self.addCleanup(self.libvirtd.stop)
        self.domain = Domain("web", self.libvirtd, self.rundir)
        self.addCleanup(self.domain.forget_workload)

    def daemon(self, more: str = "", libvirtd: Libvirtd | None = None, rundir: Path | None = None) -> Daemon:
        uri = (libvirtd or self.libvirtd).uri
        return Daemon(rundir or self.rundir, "3500M", f'[libvirt]\nenabled = "true"\nuris = ["{uri}"]\n{more}')

    def boot(self) -> None:
        self.domain.define()
        self.domain.start()
        self.domain.wait_ready()

    def manage(self, daemon: Daemon) -> None:
        daemon.set("web", mode="dynamic", minimum_bytes=256 * MIB, buffer_percent=20)
        daemon.wait_served("web", 60)

    def grow(self, daemon: Daemon) -> None:
        self.domain.workload.run(f"alloc:{GROWS}:150", 90)
        until(lambda: self.domain.assigned_mib() > GROWS, 30, "libvirt shows that it has grown")
        self.assertEqual(self.domain.workload.stat()["oom_kill"], 0)
        self.assertEqual(daemon.host()["over_committed_passes"], 0)

    def events(self) -> "Events":
        events = Events(self.libvirtd)
        self.addCleanup(events.stop)
        return events

    def test_a_domain_that_nobody_adopted_is_never_touched(self) -> None:
        with self.daemon('[defaults]\nmode = "dynamic"\nminimum = "128M"\n') as daemon:
            self.domain.define()
            events = self.events()
            self.domain.start()
            self.domain.wait_ready()
            daemon.wait_status("web", "static", timeout=20)
            self.domain.workload.run("alloc:250:100", 60)
            self.domain.workload.run("free", 30)
            before = self.libvirtd.xml("web")
            passes = daemon.host()["passes"]
            until(lambda: daemon.host()["passes"] > passes + 60, 60, "passes go by")
            self.assertEqual(self.libvirtd.xml("web"), before)
            self.assertEqual(self.domain.requested_mib(), 0)
            self.assertEqual(events.seen("balloon-change", "memory-device-size-change", "tunable", "metadata-change", "device-"), [])
            self.assertEqual(daemon.vm("web")["mode"], "static")

    def test_a_domain_lives_with_aerostat(self) -> None:
        """Managed by its owner's word, which is kept in its definition; grown, shrunk, rebooted; set by hand; destroyed."""
        self.boot()
        with self.daemon() as daemon:
            daemon.wait_status("web", "static", timeout=20)
            self.manage(daemon)
            self.assertIn('mode="dynamic"', self.libvirtd.xml("web", "--inactive").replace("'", '"'))
            self.grow(daemon)
            self.domain.workload.run("free", 30)
            until(lambda: self.domain.assigned_mib() < GROWS, 60, "idle memory comes back", interval=0.5)
            self.edits_are_noticed(daemon)
            self.reboot(daemon)
            self.another_manager(daemon)
            self.libvirtd.virsh("destroy", "web")
            until(lambda: "web" not in daemon.vms(), 10, "it is gone")
            self.assertEqual(daemon.host()["committed_bytes"], 0)
            self.assertEqual(daemon.host()["over_committed_passes"], 0)

    def edits_are_noticed(self, daemon: Daemon) -> None:
        text = '<domain><settings mode="dynamic" minimum="256M" buffer="20" weight="7000"/></domain>'
        self.libvirtd.virsh("metadata", "web", "--uri", "urn:aerostat:domain:1", "--key", "aerostat", "--set", text, "--live", "--config")
        until(lambda: daemon.vm("web")["weight"] == 7000, 10, "settings written by others are in force")

    def reboot(self, daemon: Daemon) -> None:
        self.domain.workload.send("reboot")
        until(lambda: any(e["code"] == "vm.rebooted" for e in daemon.events()), 60, "the reboot is noticed")
        self.domain.forget_workload()
        self.domain.wait_ready()
        daemon.wait_served("web", 120)
        self.grow(daemon)
        self.domain.workload.run("free", 30)

    def rests(self, daemon: Daemon) -> None:
        """Waits until nothing was asked of it in 40 passes, and it has what it was asked for."""
        seen = (-1, 0)

        def still() -> bool:
            nonlocal seen
            vm, passes = daemon.vm("web"), daemon.host()["passes"]
            changes = vm["grows"] + vm["shrinks"]
            if changes != seen[0]:
                seen = (changes, passes)
            return passes > seen[1] + 40 and vm["target_bytes"] == vm["assigned_bytes"]

        until(still, 120, "it rests", interval=0.25)

    def another_manager(self, daemon: Daemon) -> None:
        """`virsh setmem` behind our back: Aerostat steps back, until its owner says otherwise."""
        self.rests(daemon)
        self.libvirtd.virsh("setmem", "web", "384M", "--live")
        until(lambda: any(e["code"] == "vm.meddled" for e in daemon.events()), 30, "it is noticed")
        vm = daemon.vm("web")
        self.assertEqual(vm["status"], "static")
        self.assertIn("something else than Aerostat moves its balloon", vm["note"])
        changes = vm["grows"] + vm["shrinks"]
        passes = daemon.host()["passes"]
        until(lambda: daemon.host()["passes"] > passes + 20, 30, "passes go by")
        vm = daemon.vm("web")
        self.assertEqual(vm["grows"] + vm["shrinks"], changes, "it is left alone")
        daemon.set("web", mode="dynamic")
        daemon.wait_served("web", 60)
        self.grow(daemon)

    def test_libvirtd_is_restarted_in_the_middle_of_a_move(self) -> None:
        self.boot()
        with self.daemon() as daemon:
            daemon.wait_status("web", "static", timeout=20)
            self.manage(daemon)
            growing = self.domain.workload.start(f"alloc:{GROWS}:60")
            until(lambda: daemon.vm("web")["assigned_bytes"] > 450 * MIB, 60, "it grows")
            self.libvirtd.stop_daemon()
            until(lambda: daemon.status("web") == "not-responding", 10, "the loss is noticed")
            counted = daemon.vm("web")["committed_bytes"]
            self.assertGreaterEqual(counted, 450 * MIB)
            self.libvirtd.start()
            daemon.wait_served("web", 120)
            self.assertEqual(self.domain.workload.finish(growing, 300)["event"], "done")
            self.assertEqual(self.domain.workload.stat()["oom_kill"], 0)
            until(lambda: self.domain.assigned_mib() > GROWS, 30, "it arrives")
            self.assertFalse([e for e in daemon.events() if e["code"] in ("vm.meddled", "vm.vanished")])
            self.assertEqual(daemon.host()["over_committed_passes"], 0)
            self.saved_and_restored(daemon)

    def saved_and_restored(self, daemon: Daemon) -> None:
        self.libvirtd.virsh("managedsave", "web", timeout=300)
        until(lambda: "web" not in daemon.vms(), 20, "it is gone")
        self.domain.forget_workload()
        self.libvirtd.virsh("start", "web", timeout=300)
        daemon.wait_served("web", 120)
        self.assertFalse([e for e in daemon.events() if e["code"] == "vm.meddled"])
        self.assertEqual(self.domain.workload.stat()["oom_kill"], 0)

    def test_a_domain_migrates_to_another_libvirtd(self) -> None:
        """Each has its own aerostatd, as on two hosts. Its settings go with it."""
        there = Libvirtd(self.rundir, "there").start()
        self.addCleanup(there.stop)
        self.boot()
        with self.daemon() as here, self.daemon(libvirtd=there, rundir=self.rundir / "b") as other:
            here.wait_status("web", "static", timeout=20)
            self.manage(here)
            self.grow(here)
            self.domain.migrate(there, self.rundir / "b")
            until(lambda: "web" not in here.vms(), 20, "it is gone here")
            self.assertTrue([e for e in here.events() if "migrated" in e["text"]], here.events())
            self.assertEqual(here.host()["committed_bytes"], 0)
            other.wait_served("web", 60)
            vm = other.vm("web")
            self.assertEqual((vm["mode"], vm["settings"]["minimum_bytes"], vm["settings"]["buffer_percent"]), ("dynamic", 256 * MIB, 20))
            self.assertGreater(vm["assigned_bytes"], GROWS * MIB)
            self.domain.workload.run("free", 30)
            until(lambda: self.domain.assigned_mib() < GROWS, 60, "idle memory comes back there", interval=0.5)
            self.grow(other)
            for daemon in (here, other):
                self.assertEqual(daemon.host()["over_committed_passes"], 0)
                self.assertFalse([e for e in daemon.events() if e["code"] == "vm.meddled"])

    def test_a_frozen_libvirtd_disturbs_no_other_driver(self) -> None:
        self.boot()
        plain = Guest("plain", self.rundir)
        self.addCleanup(plain.stop)
        with self.daemon('[vm.plain]\nmode = "dynamic"\nminimum = "256M"\nbuffer = 20\n') as daemon:
            plain.start()
            plain.wait_ready(300)
            daemon.wait_served("plain", 60)
            self.manage(daemon)
            committed = daemon.vm("web")["committed_bytes"]
            self.addCleanup(self.libvirtd.thaw)
            os.kill(self.libvirtd.pid, signal.SIGSTOP)
            frozen = time.monotonic()
            until(lambda: daemon.status("web") == "not-responding", 15, "its silence is noticed")
            seen = [episode.reaction_ms for episode in episodes(daemon, plain, 4)]
            print(f"reaction beside a frozen libvirtd: {[round(ms) for ms in seen]} ms, median {quantile(seen, 0.5):.0f}")
            self.assertTrue(seen)
            self.assertGreaterEqual(daemon.vm("web")["committed_bytes"], committed)
            until(lambda: time.monotonic() - frozen >= 30, 30, "30 s")
            self.libvirtd.thaw()
            daemon.wait_served("web", 120)
            self.assertEqual(daemon.host()["over_committed_passes"], 0)
            self.assertFalse([e for e in daemon.events() if e["code"] in ("vm.meddled", "vm.vanished")])


class Events:
    """libvirt's own event log, as `virsh event` writes it."""

    def __init__(self, daemon: Libvirtd) -> None:
        self._log = daemon.root / "events"
        with self._log.open("wb") as log:
            self._virsh = subprocess.Popen(["virsh", "--connect", daemon.uri, "event", "--all", "--loop", "--timestamp"],
                                           stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)

    def seen(self, *kinds: str) -> list[str]:
        return [line for line in self._log.read_text().splitlines() if any(f"event '{kind}" in line for kind in kinds)]

    def stop(self) -> None:
        self._virsh.kill()
        self._virsh.wait()


if __name__ == "__main__":
    unittest.main()
