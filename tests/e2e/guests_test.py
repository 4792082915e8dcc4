"""Kinds of guests and events of their lives: one big malloc, no agent, reboot, pause, power-off."""

import unittest

from tests.e2e.base import RealGuests
from tests.harness.daemon import DYNAMIC, Daemon, command, held_at
from tests.harness.guest import MIB, Guest
from tests.harness.waiting import until

# A program that never has time for a shrink.
HOOK = """#!/bin/busybox sh
echo "hook: $AEROSTAT_EVENT $1 $2" >/dev/console
[ "$AEROSTAT_EVENT" = before-shrink ] || exit 0
echo "a checkpoint is running"
exit 75
"""


class Guests(RealGuests):
    def test_a_static_vm_is_resized_by_hand(self) -> None:
        with Daemon(self.rundir, "2G") as daemon, Guest("web", self.rundir, zram_mib=512) as web:
            daemon.wait_status("web", "static", timeout=60)
            until(lambda: daemon.vm("web")["demand_bytes"], 60, "its service is heard")
            for size in (1024, 320):
                done = command("resize", "web", f"{size}M", socket_path=daemon.socket)
                self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
                self.assertAlmostEqual(web.memory().assigned / MIB, size, delta=4)
            refused = command("resize", "web", "3G", socket_path=daemon.socket)
            self.assertEqual(refused.returncode, 1, refused.stdout)
            self.assertIn("'web' can have", refused.stderr)

    def test_one_malloc_beyond_memory_and_swap_needs_the_relaxed_rule(self) -> None:
        """384 MiB and 128 MiB of swap: the kernel refuses 1.4 GiB at once, unless the service may relax its rule."""
        with Daemon(self.rundir, "3G", DYNAMIC) as daemon:
            for name, arguments, ends in (("strict", [], "failed"), ("relaxed", ["--relax-overcommit"], "done")):
                with Guest(name, self.rundir, zram_mib=128, agent_args=arguments) as guest:
                    guest.wait_ready()
                    daemon.wait_served(name, timeout=20)
                    event = guest.workload.finish(guest.workload.start("malloc:1434:150"), 60)
                    self.assertEqual(event["event"], ends, event)
                    stat = guest.workload.stat()
                    self.assertEqual((stat["pswpout"], stat["oom_kill"]), (0, 0))
                    if ends == "done":
                        self.assertGreater(guest.memory().assigned, 1434 * MIB)

    def test_a_guest_that_was_short_of_memory_is_given_some_at_once(self) -> None:
        """Held at its boot memory until it pages, as on a full host. Its kernel could not add a block in that state, so it added one before."""
        with Daemon(self.rundir, "3G", held_at("web", 384)) as daemon, Guest("web", self.rundir, zram_mib=512) as web:
            web.wait_ready()
            daemon.wait_served("web", timeout=20)
            until(lambda: web.memory().plugged, 20, "a first block is added")
            self.assertLessEqual(web.memory().assigned, 384 * MIB)
            self.runs_short_and_recovers(daemon, web, fills=700)

    def test_a_guest_that_was_short_at_the_end_of_a_block_is_given_some_at_once(self) -> None:
        """Held at boot memory and one block. It added the next while it had memory to spare."""
        with Daemon(self.rundir, "3G", held_at("web", 512)) as daemon, Guest("web", self.rundir, zram_mib=512) as web:
            web.wait_ready()
            daemon.wait_served("web", timeout=20)
            web.workload.run("alloc:360:100", 60)
            until(lambda: web.memory().plugged > 128 * MIB, 20, "the next block is added")
            self.assertLessEqual(web.memory().assigned, 512 * MIB)
            self.runs_short_and_recovers(daemon, web, fills=540)

    def runs_short_and_recovers(self, daemon: Daemon, web: Guest, fills: int) -> None:
        fill = web.workload.start(f"alloc:{fills}:100")
        until(lambda: web.workload.stat()["pswpout"] > 8000, 60, "it pages")
        before = web.workload.stat()
        daemon.set("web", maximum_bytes=1536 * MIB)
        web.workload.finish(fill, 60)
        after = web.workload.stat()
        self.assertLess(after["pswpout"] - before["pswpout"], 16384, "it paged out 64 MiB and more while memory was on its way; 200 to 400 MiB without that block")
        self.assertEqual(daemon.host()["over_committed_passes"], 0)

    def test_programs_in_a_guest_hear_of_a_shrink_and_of_growth_and_refuse_once(self) -> None:
        """What they refuse is left alone, until a VM that starts needs it."""
        folder = "/etc/aerostat-guest/hooks.d"
        hooks = {f"{folder}/{event}/db": HOOK for event in ("before-shrink", "after-growth")}
        with Daemon(self.rundir, "2G", DYNAMIC) as daemon, Guest("db", self.rundir, zram_mib=0, programs=hooks) as db:
            db.wait_ready()
            daemon.wait_served("db", timeout=20)
            until(lambda: "others are asked first: db: a checkpoint is running" in self.explained("db", daemon), 20, "the refusal is explained")
            old, new = self.told(db, "before-shrink")[0]
            self.assertLess(new, old)
            self.assertEqual(db.memory().assigned, 384 * MIB)
            # What is free, and 100 MiB more.
            daemon.request("POST", "/v1/reservations", {"vm": "new", "memory_bytes": (2048 - 384 + 100) * MIB, "wait_seconds": 60})
            until(lambda: db.memory().assigned <= 284 * MIB, 10, "its memory goes")
            self.assertIn("this is overruled: db: a checkpoint is running", self.explained("db", daemon))
            daemon.request("DELETE", "/v1/reservations/new")
            db.workload.run("alloc:500:100", 60)
            old, new = until(lambda: self.told(db, "after-growth"), 30, "its programs hear of growth")[-1]
            self.assertLess(old, 284 * MIB >> 10)
            self.assertGreater(new, 500 * MIB >> 10)
            self.assertEqual(daemon.host()["over_committed_passes"], 0)

    def explained(self, name: str, daemon: Daemon) -> str:
        return command("explain", name, "--last", "50", socket_path=daemon.socket).stdout

    def told(self, guest: Guest, event: str) -> list[tuple[int, int]]:
        """The old and the new size in KiB, each time that its program ran."""
        lines = guest.console.read_text(errors="replace").splitlines()
        return [(int(words[2]), int(words[3])) for words in map(str.split, lines) if words[:2] == ["hook:", event] and len(words) == 4]

    def test_a_guest_without_the_service_grows_by_its_balloon_statistics(self) -> None:
        with Daemon(self.rundir, "3G", DYNAMIC) as daemon:
            plain = Guest("plain", self.rundir, agent=False, agent_port=False, append="memhp_default_state=online")
            with plain:
                plain.wait_ready()
                daemon.wait_status("plain", "ok", timeout=20)
                self.assertEqual(daemon.vm("plain")["integration"], "balloon statistics")
                plain.workload.run("alloc:700:40", 60)
                until(lambda: daemon.vm("plain")["assigned_bytes"] >= 780 * MIB, 10, "it grew")
                plain.workload.run("free", 30)
                until(lambda: daemon.vm("plain")["assigned_bytes"] <= 600 * MIB, 60, "it gave back")
                plain.workload.run("alloc:500:40", 60)
                until(lambda: daemon.vm("plain")["assigned_bytes"] >= 580 * MIB, 10, "it grew again")
                self.assertEqual(plain.workload.stat()["oom_kill"], 0)

    def test_what_a_balloon_that_its_guest_may_empty_holds_is_no_need(self) -> None:
        """Linux counts it as memory in use. The service takes it off, or else the driver."""
        with Daemon(self.rundir, "3G", DYNAMIC) as daemon:
            served = Guest("served", self.rundir, startup_mib=768, zram_mib=0, deflates_on_oom=True)
            plain = Guest("plain", self.rundir, startup_mib=768, zram_mib=0, deflates_on_oom=True, agent=False, agent_port=False)
            with served, plain:
                for guest in (served, plain):
                    guest.wait_ready()
                daemon.wait_served("served", timeout=20)
                daemon.wait_status("plain", "ok", timeout=20)
                # What is free, and 300 MiB of each.
                daemon.request("POST", "/v1/reservations", {"vm": "new", "memory_bytes": (3072 - 2 * 768 + 600) * MIB, "wait_seconds": 60})
                for guest in (served, plain):
                    until(lambda: guest.memory().ballooned >= 256 * MIB, 60, f"{guest.name} gives")
                    vm = until(lambda: (vm := daemon.vm(guest.name)) and vm["demand_bytes"] < 300 * MIB and vm, 10, f"the need of {guest.name} is as before")
                    self.assertIn("deflate-on-oom", vm["devices"])
                    self.assertLess(vm["visible_bytes"], (768 - 256) * MIB)

    def test_a_reboot_starts_anew_with_what_it_boots_with(self) -> None:
        with Daemon(self.rundir, "3G", DYNAMIC) as daemon, Guest("web", self.rundir, reboots=True) as web:
            web.wait_ready()
            daemon.wait_served("web", timeout=20)
            web.workload.run("alloc:700:150", 60)
            self.assertGreater(web.memory().assigned, 700 * MIB)
            web.workload.send("reboot")
            until(lambda: daemon.vm("web")["reboots"] == 1, 30, "the reboot is seen")
            after = daemon.events()[-1]["seq"]
            web.wait_ready(60)
            daemon.wait_served("web", timeout=30)
            told = [event["text"] for event in daemon.events(after) if event["code"] == "vm.status"]
            self.assertFalse([text for text in told if "Not responding" in text], "a guest that boots is Starting")
            until(lambda: daemon.vm("web")["assigned_bytes"] <= 384 * MIB, 20, "it has what it boots with, not what it once needed")
            web.workload.run("alloc:500:150", 60)
            until(lambda: daemon.vm("web")["assigned_bytes"] >= 600 * MIB, 10, "it is managed again")
            self.assertEqual(daemon.host()["over_committed_passes"], 0)

    def test_a_guest_grown_large_does_not_die_of_its_page_tables(self) -> None:
        """Programs have plenty, but in memory that page tables cannot use: more of the right kind must arrive in time."""
        with Daemon(self.rundir, "3G", DYNAMIC) as daemon, Guest("web", self.rundir) as web:
            web.wait_ready()
            daemon.wait_served("web", timeout=20)
            web.workload.run("alloc:1100:150", 60)
            event = web.workload.finish(web.workload.start("tables:400:40"), 90)
            stat = web.workload.stat()
            self.assertEqual(event["event"], "done", f"{event}; {stat}")
            self.assertEqual(stat["oom_kill"], 0)
            # A steady guest keeps little on purpose: the floor of the profile is 12 MiB.
            self.assertGreater(stat["mem_available_kib"], 16 * 1024)

    def test_a_paused_vm_is_held_and_a_closed_one_forgotten(self) -> None:
        with Daemon(self.rundir, "3G", DYNAMIC) as daemon:
            with Guest("web", self.rundir) as web:
                web.wait_ready()
                daemon.wait_served("web", timeout=20)
                web.qmp.execute("stop")
                daemon.wait_status("web", "paused", timeout=5)
                self.assertGreaterEqual(daemon.host()["committed_bytes"], web.memory().assigned)
                web.qmp.execute("cont")
                daemon.wait_status("web", "ok", timeout=10)
            until(lambda: "web" not in daemon.vms(), 10, "the VM is forgotten")
            gone = [event["text"] for event in daemon.events() if event["code"] == "vm.vanished"]
            self.assertEqual(gone, ["the guest was shut down"])
            until(lambda: daemon.host()["committed_bytes"] == 0, 5, "what it held is free")


if __name__ == "__main__":
    unittest.main()
