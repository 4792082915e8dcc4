"""Sick guests beside a healthy one: each is named within 10 s, its memory stays counted, and the healthy one is served."""

import os
import signal
import socket
import threading
import unittest

from tests.bench.reaction import episodes, quantile
from tests.e2e.base import RealGuests
from tests.harness.daemon import Daemon
from tests.harness.guest import MIB, Guest
from tests.harness.waiting import until

CONFIG = '[defaults]\nmode = "dynamic"\nminimum = "256M"\nbuffer = 20\n[vm.stubborn]\nminimum = "128M"\n'
NAMED_WITHIN = 10


class MuteMonitor:
    """Accepts connections and never sends anything."""

    def __init__(self, path: str) -> None:
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(path)
        self._listener.listen()
        self._accepted: list[socket.socket] = []
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            try:
                self._accepted.append(self._listener.accept()[0])
            except OSError:
                return

    def close(self) -> None:
        self._listener.close()


class Sick(RealGuests):
    def sick_guests(self) -> dict[str, Guest]:
        return {
            "stopped": Guest("stopped", self.rundir, 256, 512),
            # The balloon's driver is not there: nothing ever comes back, while the service works.
            "stubborn": Guest("stubborn", self.rundir, 384, 384, virtio_mem=False, append="module_blacklist=virtio_balloon"),
            "garbage": Guest("garbage", self.rundir, 256, 512, agent=False, append="liar=garbage"),
            "long": Guest("long", self.rundir, 256, 512, agent=False, append="liar=long"),
            "version": Guest("version", self.rundir, 256, 512, agent=False, append="liar=version"),
        }

    def test_each_is_named_and_counted_and_nobody_waits_for_it(self) -> None:
        daemon = Daemon(self.rundir, "3500M", CONFIG)
        guests = self.sick_guests()
        web = Guest("web", self.rundir)
        with daemon:
            for guest in [web, *guests.values()]:
                guest.start()
                self.addCleanup(guest.stop)
            for guest in [web, guests["stopped"], guests["stubborn"]]:
                guest.wait_ready(90)
                daemon.wait_status(guest.name, "ok", "stalled", timeout=20)
            mute = MuteMonitor(str(self.rundir / "qmp" / "mute.qmp"))
            self.addCleanup(mute.close)
            os.kill(guests["stopped"].pid, signal.SIGSTOP)
            self.addCleanup(os.kill, guests["stopped"].pid, signal.SIGCONT)
            for name in ("stopped", "mute"):
                daemon.wait_status(name, "not-responding", timeout=NAMED_WITHIN)
            # What their service says cannot be; their balloons' statistics stand in for it.
            for name, said in (("garbage", "sent"), ("long", "sent a line longer than"), ("version", "is not supported")):
                guests[name].wait_ready(90)
                until(lambda name=name, said=said: all(part in daemon.vm(name)["note"] for part in (said, "balloon statistics stand in")),
                      NAMED_WITHIN, f"{name} is named")
            self.stubborn_is_asked(daemon)
            self.counted(daemon)
            self.web_is_served(daemon, web)
            self.counted(daemon)
            self.assertEqual(daemon.host()["over_committed_passes"], 0)

    def stubborn_is_asked(self, daemon: Daemon) -> None:
        """It keeps far more than it needs. Once asked, 10 s are enough to show that it does not give."""
        until(lambda: daemon.vm("stubborn")["shrinks"] > 0, 60, "stubborn is asked to give")
        daemon.wait_status("stubborn", "stalled", timeout=NAMED_WITHIN)

    def counted(self, daemon: Daemon) -> None:
        vms = daemon.vms()
        for name, mib in (("stopped", 256), ("stubborn", 384), ("garbage", 256), ("long", 256), ("version", 256)):
            self.assertGreaterEqual(vms[name]["committed_bytes"], mib * MIB, name)
            self.assertTrue(vms[name]["note"], f"{name}: a sick status without a reason")
        self.assertGreaterEqual(daemon.host()["committed_bytes"], sum(vm["committed_bytes"] for vm in vms.values()))

    def web_is_served(self, daemon: Daemon, web: Guest) -> None:
        seen = [episode.reaction_ms for episode in episodes(daemon, web, 6)]
        print(f"reaction beside the sick: {[round(ms) for ms in seen]} ms")
        self.assertLessEqual(quantile(seen, 0.5), 200)
        self.assertLessEqual(max(seen), 600)
        self.assertEqual(web.workload.stat()["pswpout"], 0)


if __name__ == "__main__":
    unittest.main()
