"""aerostatd under a service manager, played by this test: what it says from its start to its end."""

import os
import re
import signal
import socket
import unittest
from pathlib import Path
from unittest import mock

from tests.harness.daemon import Daemon
from tests.harness.paths import ROOT, new_rundir


class ServiceManager(unittest.TestCase):
    def setUp(self) -> None:
        self.rundir = new_rundir()
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.socket.close)
        self.socket.bind(str(self.rundir / "notify"))
        self.socket.settimeout(60)

    def heard(self, word: str) -> str:
        """The next message that is no sign of life, unless that is what is waited for."""
        while True:
            text = self.socket.recv(4096).decode()
            if text != "WATCHDOG=1" or word == text:
                return text

    def test_it_says_that_it_is_ready_alive_reloading_and_stopping(self) -> None:
        environment = {"NOTIFY_SOCKET": str(self.rundir / "notify"), "WATCHDOG_USEC": "300000"}
        with mock.patch.dict(os.environ, environment):
            daemon = Daemon(self.rundir).start()
        self.addCleanup(daemon.stop)
        self.assertEqual(self.heard("READY=1"), "READY=1")
        for _ in range(3):
            self.assertEqual(self.heard("WATCHDOG=1"), "WATCHDOG=1")
        daemon.signal(signal.SIGHUP)
        self.assertRegex(self.heard("RELOADING=1"), r"^RELOADING=1\nMONOTONIC_USEC=\d+$")
        self.assertEqual(self.heard("READY=1"), "READY=1")
        daemon.signal(signal.SIGTERM)
        self.assertEqual(self.heard("STOPPING=1"), "STOPPING=1")

    def test_the_unit_waits_for_it_and_watches_it(self) -> None:
        unit = Path(ROOT / "packaging/aerostatd.service").read_text()
        self.assertRegex(unit, re.compile("^Type=notify$", re.M))
        self.assertRegex(unit, re.compile(r"^WatchdogSec=\d+s$", re.M))
        self.assertRegex(unit, re.compile("^Restart=always$", re.M))


if __name__ == "__main__":
    unittest.main()
