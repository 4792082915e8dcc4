"""kill -9 of the daemon at 20 random instants, while memory moves: guests run on, a new daemon converges, law 1 holds."""

import os
import random
import time
import unittest

from tests.e2e.base import RealGuests
from tests.harness.daemon import DYNAMIC, Daemon
from tests.harness.guest import MIB, Guest
from tests.harness.ledger import Ledger
from tests.harness.waiting import Stopwatch, until

CAPACITY_MIB = 2048
KILLS = 20
HEALTHY = {"ok", "low", "warning", "paging", "stalled"}


class Load:
    """Makes one guest ramp up and down repeatedly."""

    def __init__(self, guest: Guest, first: str) -> None:
        self.guest = guest
        self.phases = [first]
        self.running = guest.workload.start(first)

    def step(self) -> None:
        """Sends the next phase when the last one has ended."""
        self.guest.workload.poll()
        ended = [e for e in self.guest.workload.pending if e.get("id") == self.running and e["event"] in ("done", "failed", "killed")]
        if not ended:
            return
        assert ended[0]["event"] == "done", ended[0]
        self.guest.workload.pending.clear()
        self.phases.append("free" if self.phases[-1].startswith("alloc") else "alloc:800:150:pattern")
        self.running = self.guest.workload.start(self.phases[-1])


class Crash(RealGuests):
    def test_a_killed_daemon_harms_nobody_and_its_successor_goes_on(self) -> None:
        seed = int(os.environ.get("AEROSTAT_SEED", random.randrange(1 << 32)))
        print(f"AEROSTAT_SEED={seed}")
        chance = random.Random(seed)
        daemon = Daemon(self.rundir, f"{CAPACITY_MIB}M", DYNAMIC)
        with daemon, Guest("web", self.rundir) as web, Guest("db", self.rundir) as db:
            for guest in (web, db):
                guest.wait_ready()
                daemon.wait_served(guest.name, timeout=20)
            ledger = Ledger([web, db], CAPACITY_MIB * MIB).start()
            self.addCleanup(ledger.stop)
            loads = [Load(web, "alloc:800:150:pattern"), Load(db, "hold:2")]
            slowest = 0.0
            for _ in range(KILLS):
                self.live(loads, chance.uniform(0.1, 2.5))
                daemon.kill()
                self.live(loads, chance.uniform(0.0, 0.5))
                took = Stopwatch()
                daemon.start()
                self.converged(daemon, ledger, loads)
                slowest = max(slowest, took())
                self.assertTrue(web.running and db.running, "a guest ended with the daemon")
            self.assertEqual(daemon.host()["over_committed_passes"], 0)
            self.settled(daemon, ledger, loads)
            ledger.stop()
            self.assertEqual(ledger.violations, 0, ledger.worst)
            print(f"{KILLS} kills; converged within {slowest:.2f} s; at most {ledger.committed_peak // MIB} of {CAPACITY_MIB} MiB "
                  f"in {ledger.seen['web'].samples} looks; moved {ledger.seen['web'].least // MIB} to {ledger.seen['web'].peak // MIB} MiB")
            self.assertGreater(ledger.seen["web"].peak, 700 * MIB, "nothing moved: the test shows nothing")
            for guest in (web, db):
                self.assertEqual(guest.workload.stat()["oom_kill"], 0)

    def live(self, loads: list[Load], seconds: float) -> None:
        """Lets time pass while the guests work: the kill should hit that."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for load in loads:
                load.step()
            time.sleep(0.02)

    def converged(self, daemon: Daemon, ledger: Ledger, loads: list[Load]) -> None:
        """Both are managed again, and the new daemon counts no less than QEMU shows."""

        def same() -> bool:
            for load in loads:
                load.step()
            vms = daemon.vms()
            return all(name in vms and vms[name]["status"] in HEALTHY and vms[name]["target_bytes"] is not None
                       and vms[name]["demand_bytes"] is not None for name in ledger.seen)

        until(same, 5, "the new daemon manages both guests")

    def settled(self, daemon: Daemon, ledger: Ledger, loads: list[Load]) -> None:
        """Left alone, the last daemon agrees with QEMU."""
        for load in loads:
            load.guest.workload.stop()

        def agree() -> bool:
            vms = daemon.vms()
            return all(vms[name]["assigned_bytes"] == seen.now for name, seen in ledger.seen.items())

        until(agree, 5, "the daemon's book equals QEMU's numbers")


if __name__ == "__main__":
    unittest.main()
