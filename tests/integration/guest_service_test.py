"""The service for Linux with a port that is none, and with one that never pauses. The machine's memory is a file."""

import re
import shutil
import signal
import subprocess
import unittest
from pathlib import Path

from tests.harness import process
from tests.harness.guest import require_program
from tests.harness.host_port import HostPort
from tests.harness.paths import new_rundir
from tests.harness.waiting import until


class GuestService(unittest.TestCase):
    def setUp(self) -> None:
        self.rundir = new_rundir()
        self.addCleanup(shutil.rmtree, self.rundir, ignore_errors=True)
        self.root = self.rundir / "root"
        (self.root / "proc").mkdir(parents=True)
        (self.root / "proc/meminfo").write_text("MemTotal: 1000000 kB\nMemFree: 500000 kB\nMemAvailable: 500000 kB\n")
        self.log = self.rundir / "service.log"

    def start(self, port: Path) -> subprocess.Popen[bytes]:
        service = process.start([str(require_program("aerostat-guest")), "--root", str(self.root), "--port", str(port)], self.log)
        self.addCleanup(service.wait)
        self.addCleanup(service.kill)
        return service

    def ends(self, service: subprocess.Popen[bytes]) -> None:
        service.send_signal(signal.SIGTERM)
        self.assertEqual(service.wait(timeout=10), 0)

    def cpu_s(self, service: subprocess.Popen[bytes]) -> float:
        return sum(map(int, Path(f"/proc/{service.pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13])) / 100

    def tries_again(self, service: subprocess.Popen[bytes]) -> None:
        """It tries five times a second. One that never waits is never seen to wait."""
        def waits() -> int:
            return int(re.findall(r"^voluntary_ctxt_switches:\s*(\d+)$", Path(f"/proc/{service.pid}/status").read_text(), re.M)[0])
        begun = waits()
        until(lambda: waits() >= begun + 5, 10, "it waits, and tries again")

    def test_a_file_is_left_alone_and_the_reason_is_told_once(self) -> None:
        file = self.rundir / "passwd"
        file.write_text("root:x:0:0\n")
        service = self.start(file)
        said = f"aerostat-guest: cannot open the port {file}: it is neither a device nor a socket; it is tried again\n"
        until(lambda: said in self.log.read_text(), 10, "it says why")
        self.tries_again(service)
        self.assertEqual(self.log.read_text().count(said), 1)
        self.assertEqual(file.read_text(), "root:x:0:0\n")
        self.ends(service)

    def test_a_port_that_is_missing_is_told_and_awaited(self) -> None:
        path = self.rundir / "host.sock"
        service = self.start(path)
        until(lambda: "No such file or directory; it is tried again" in self.log.read_text(), 10, "it says why")
        host = HostPort(path)
        self.addCleanup(host.close)
        host.welcome()
        host.hear("sample")
        self.ends(service)

    def test_a_port_at_its_end_costs_no_time(self) -> None:
        service = self.start(Path("/dev/null"))
        self.tries_again(service)
        self.ends(service)

    def test_a_host_that_never_pauses_does_not_keep_it_from_its_end(self) -> None:
        service = self.start(Path("/dev/zero"))
        until(lambda: self.cpu_s(service) > 0.3, 10, "it reads what never ends")
        self.ends(service)


if __name__ == "__main__":
    unittest.main()
