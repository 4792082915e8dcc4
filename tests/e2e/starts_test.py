"""VMs that ask for their memory before they start: real QEMU processes behind `aerostat start-gate`."""

import subprocess
import unittest
from pathlib import Path

from tests.e2e.base import RealGuests
from tests.harness import process
from tests.harness.daemon import DYNAMIC, Daemon, command
from tests.harness.guest import Guest
from tests.harness.paths import bin_dir, socket_path
from tests.harness.waiting import Stopwatch, holds, until

MIB = 1 << 20
SIZE_MIB = 512
FITTING = 6
STARTS = 10


class Gate:
    """One `aerostat start-gate`, and the QEMU that it becomes. Its VM runs no guest: it is stopped from the start."""

    def __init__(self, rundir: Path, name: str, *options: str, mib: int = SIZE_MIB) -> None:
        self.name = name
        self.log = rundir / "log" / f"{name}.gate"
        self.log.parent.mkdir(exist_ok=True)
        monitor = socket_path(rundir / "qmp" / f"{name}.qmp")
        self.process = process.start(
            [str(bin_dir() / "aerostat"), "--socket", str(rundir / "api.sock"), "start-gate", name, *options, "--",
             "qemu-system-x86_64", "-nodefaults", "-display", "none", "-accel", "tcg", "-S", "-m", f"{mib}M",
             "-qmp", f"unix:{monitor},server=on,wait=off"], self.log)

    @property
    def is_qemu(self) -> bool:
        if self.process.poll() is not None:
            return False
        return Path(f"/proc/{self.process.pid}/comm").read_text().startswith("qemu")

    @property
    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def end(self) -> None:
        process.stop(self.process)


def in_law(daemon: Daemon) -> bool:
    host = daemon.host()
    return host["over_committed_passes"] == 0


class Starts(RealGuests):
    def setUp(self) -> None:
        super().setUp()
        self.gates: list[Gate] = []
        self.addCleanup(lambda: [gate.end() for gate in self.gates])

    def gate(self, name: str, *options: str, mib: int = SIZE_MIB) -> Gate:
        self.gates.append(Gate(self.rundir, name, *options, mib=mib))
        return self.gates[-1]

    def running(self) -> list[Gate]:
        return [gate for gate in self.gates if gate.is_qemu]

    def test_ten_starts_on_a_host_for_six(self) -> None:
        daemon = Daemon(self.rundir, f"{FITTING * SIZE_MIB}M")
        with daemon:
            for i in range(STARTS):
                self.gate(f"vm{i}", "--wait", "300")
            until(lambda: len(self.running()) == FITTING, 30, "six run")
            until(lambda: daemon.host()["vms"] == FITTING and daemon.host()["reserved_bytes"] == 0, 30, "six are counted")
            states = {start["vm"]: start for start in daemon.items("/v1/reservations")}
            waiting = [start for start in states.values() if start["state"] == "waiting"]
            self.assertEqual(len(waiting), STARTS - FITTING, states)
            self.assertIn("512 MiB of 512 MiB are missing", waiting[0]["why"])
            self.assertIn("static", waiting[0]["why"])
            holds(lambda: len(self.running()) == FITTING and in_law(daemon), 2, "four wait")

            # Memory that comes free goes to the next by itself.
            self.running()[0].end()
            until(lambda: len(self.running()) == FITTING, 20, "the seventh starts by itself")
            # A VM that ends before it was heard may start again: its memory is kept for it. So it is heard first.
            until(lambda: daemon.host()["reserved_bytes"] == 0, 20, "it is counted")

            # A daemon that is killed forgets neither who waits nor what it promised.
            daemon.kill()
            daemon.start()
            until(lambda: daemon.host()["vms"] == FITTING and daemon.host()["reserved_bytes"] == 0, 20,
                  "the new daemon sees the six")
            left = [start["vm"] for start in daemon.items("/v1/reservations") if start["state"] == "waiting"]
            self.assertEqual(len(left), STARTS - FITTING - 1)
            self.running()[0].end()
            until(lambda: len(self.running()) == FITTING, 20, "the eighth starts by itself")
            until(lambda: daemon.host()["reserved_bytes"] == 0, 20, "it is counted")
            self.assertTrue(in_law(daemon), daemon.host())

            # A start with little patience is refused, with the reason. Heavier, it does not wait behind the others.
            impatient = self.gate("impatient", "--wait", "1", "--weight", "9000")
            self.assertEqual(impatient.process.wait(20), 1)
            self.assertIn("512 MiB of 512 MiB were missing after 1 s; most is held by vm", impatient.said)

            # Nothing is kept for ever: who waits may be sent home.
            for name in left:
                command("release", name, socket_path=daemon.socket)
            until(lambda: all(start["state"] not in ("waiting", "gathering", "ready")
                              for start in daemon.items("/v1/reservations")), 10, "nobody waits")

    def test_running_guests_make_room(self) -> None:
        with Daemon(self.rundir, "1536M", DYNAMIC) as daemon, Guest("idle", self.rundir, startup_mib=1024) as idle:
            daemon.wait_served("idle", timeout=60)
            new = self.gate("new", "--wait", "120", mib=768)
            until(lambda: new.is_qemu, 120, "the idle guest gave enough")
            until(lambda: daemon.host()["vms"] == 2, 20, "both are counted")
            self.assertLessEqual(daemon.vm("idle")["committed_bytes"], 768 * MIB)
            self.assertTrue(in_law(daemon), daemon.host())
            self.assertTrue(idle.running)

    def test_without_a_daemon_the_owner_decides(self) -> None:
        watch = Stopwatch()
        refused = self.gate("refused", "--unreached", "refuse")
        self.assertEqual(refused.process.wait(30), 3)
        # Each of some 16 looks takes a moment as well; far below a boot's own time-outs all the same.
        self.assertLess(watch(), 15)
        self.assertIn("aerostat:", refused.said)
        (self.rundir / "qmp").mkdir(exist_ok=True)
        started = self.gate("started")
        until(lambda: started.is_qemu, 30, "it starts without a promise")
        self.assertIn("starts without a promise of memory", started.said)

    def test_a_program_that_is_not_there_keeps_nothing(self) -> None:
        with Daemon(self.rundir, "1G") as daemon:
            run = subprocess.run([str(bin_dir() / "aerostat"), "--socket", str(daemon.socket), "start-gate", "web",
                                  "--memory", "512M", "--", str(self.rundir / "nothing")],
                                 capture_output=True, text=True, timeout=30, check=False)
            self.assertEqual(run.returncode, 1, run)
            self.assertIn("cannot be started: No such file or directory", run.stderr)
            self.assertEqual(daemon.host()["reserved_bytes"], 0)


if __name__ == "__main__":
    unittest.main()
