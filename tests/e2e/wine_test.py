"""The service for Windows, under wine: as the systems of the original, against a real aerostatd, through a serial line. The
VM around it is scripted; nothing here ran on a real Windows."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
import unittest
from pathlib import Path
from statistics import median_low
from typing import Any

from tests.e2e.base import needs
from tests.harness import process, wine
from tests.harness.daemon import Daemon
from tests.harness.paths import ROOT, bin_dir, new_rundir
from tests.harness.scripted_vm import ScriptedVm
from tests.harness.waiting import holds, until

# As winecfg calls it; what the service calls it. Neighbours have different names.
SYSTEMS = [
    ("win2003", "Windows Server 2003", "5.2.3790"),
    ("vista", "Windows Vista", "6.0.6002"),
    ("win2008r2", "Windows Server 2008 R2", "6.1.7601"),
    ("win7", "Windows 7", "6.1.7601"),
    ("win10", "Windows 10", "10.0.1"),
]
PORT = r"\\.\COM33"
SERVICE = "aerostat-guest"
MOST_KIB = 8 * 1024
# Wine fills the stacks of its two more threads, 960 KiB each, and loads its RPC.
MOST_SERVICE_KIB = 11 * 1024
# How much of a library the kernel maps around a fault differs from start to start; most of it is wine's own.
CHANCE_KIB = 256


def of_this_host(row: str) -> int:
    return int(Path("/proc/meminfo").read_text().split(f"{row}:")[1].split()[0]) * 1024


class OnWine(unittest.TestCase):
    """One Windows, one VM and one daemon for all tests: they cost most of the time."""

    @classmethod
    def setUpClass(cls) -> None:
        needs(wine.missing())
        cls.rundir = new_rundir()
        cls.addClassCleanup(shutil.rmtree, cls.rundir, ignore_errors=True)
        # Wine shows the memory of this host. The VM has as much: with less it could not show that, and none can have more.
        size = of_this_host("MemTotal")
        config = f'[vm.win]\nmode = "dynamic"\nminimum = "{size // 1024}K"\nstartup = "{size // 1024}K"\n'
        cls.daemon = cls.enterClassContext(Daemon(cls.rundir, capacity=f"{size // 1024}K", config=config))
        cls.vm = cls.enterClassContext(ScriptedVm(cls.rundir, "win", size))
        cls.wine = cls.enterClassContext(wine.Wine(cls.rundir))
        cls.wine.connect("com33", cls.vm.terminal)

    def until_guest(self, name: str, arch: str = "x64", timeout: float = 30) -> dict[str, Any]:
        """The VM, once its guest says that it is this one, and all is well."""

        def seen() -> dict[str, Any] | None:
            vm = self.daemon.vms().get("win", {})
            guest = vm.get("guest") or {}
            well = vm.get("status") == "ok" and vm["integration"].startswith("service")
            return vm if well and (guest.get("name"), guest.get("arch")) == (name, arch) else None

        return until(seen, timeout, f"win is OK and is {name} for {arch}; it is {self.daemon.vms().get('win')}")

    def check_numbers(self, vm: dict[str, Any]) -> None:
        total = of_this_host("MemTotal")
        self.assertAlmostEqual(vm["visible_bytes"], total, delta=total // 50)
        # Other tests run meanwhile.
        self.assertAlmostEqual(vm["available_bytes"], of_this_host("MemAvailable"), delta=total // 5)
        sample = self.daemon.request("GET", "/v1/vms/win/sample")
        self.assertGreater(sample["promised_bytes"], 0)
        self.assertEqual(sample["commit_room_bytes"], max(0, sample["commit_limit_bytes"] - sample["promised_bytes"]))
        self.assertEqual(sample["low_memory"], 0)

    def test_each_system_reports_its_name_and_true_numbers(self) -> None:
        seen = []
        for version, name, number in SYSTEMS:
            with self.subTest(version):
                self.wine.be(version)
                program = self.wine.start(str(wine.program()), "run", "--port", PORT)
                try:
                    vm = self.until_guest(name)
                    guest = vm["guest"]
                    self.assertEqual(guest["os"], "windows")
                    self.assertTrue(guest["version"].startswith(number), guest)
                    self.assertIn(name, vm["os"])
                    self.check_numbers(vm)
                    kib = process.resident_kib(program.pid)
                    print(f"{version}: {vm['os']}, {guest['version']}; resident {kib} KiB", flush=True)
                    seen.append(kib)
                    self.assertLessEqual(kib, MOST_KIB + CHANCE_KIB)
                finally:
                    program.kill()
                    process.stop(program)
        self.assertLessEqual(median_low(seen or [0]), MOST_KIB)

    def test_the_32_bit_program_does_the_same(self) -> None:
        needs(wine.missing("x86"))
        self.wine.be("win2003")
        program = self.wine.start(str(wine.program("x86")), "run", "--port", PORT)
        self.check_numbers(self.until_guest("Windows Server 2003", "x86"))
        program.kill()
        process.stop(program)

    # Windows would restart it by itself. Wine keeps no such order, and does not even see its death.
    def test_as_a_service_it_starts_dies_is_shown_and_is_removed(self) -> None:
        name = "Windows Server 2008 R2"
        serving = r"aerostat-guest\.exe.* serve"
        self.wine.be("win2008r2")
        self.assertIn("installed and started", self.wine.run(str(wine.program()), "install", "--port", PORT))
        self.check_numbers(self.until_guest(name))
        pid = self.wine.wait_pid(serving)
        kib = process.resident_kib(pid)
        print(f"as a service: resident {kib} KiB", flush=True)
        self.assertLessEqual(kib, MOST_SERVICE_KIB)
        os.kill(pid, signal.SIGKILL)
        self.daemon.wait_status("win", "not-responding", timeout=15)
        self.assertIn("reported nothing", self.daemon.vm("win")["note"])
        self.wine.run("net", "start", SERVICE)
        self.until_guest(name)
        # An upgrade: the same again, over the one that runs.
        before = self.wine.wait_pid(serving)
        self.assertIn("installed and started", self.wine.run(str(wine.program()), "install", "--port", PORT))
        self.assertNotEqual(self.wine.wait_pid(serving), before)
        self.until_guest(name)
        # By hand: once it is stopped no process holds its program. The next one keeps the port.
        self.assertIn("stopped", self.wine.run(str(wine.program()), "stop"))
        self.assertIsNone(self.wine.pid_of(serving))
        self.assertIn("installed and started", self.wine.run(str(wine.program()), "install"))
        self.until_guest(name)
        self.assertIn("stopped and removed", self.wine.run(str(wine.program()), "uninstall"))
        self.daemon.wait_status("win", "not-responding", timeout=15)
        self.assertIsNone(self.wine.pid_of(serving))
        self.assertIn("it is not installed", self.wine.run(str(wine.program()), "uninstall", check=False))

    def make_installer(self, version: str, build: Path) -> str:
        """The installer for x64 of the programs in this build folder."""
        made = subprocess.run([str(ROOT / "script/package"), "windows", "--no-build", "--version", version, "--build", str(build),
                               "--into", str(self.rundir / "made")], capture_output=True, text=True, check=True).stdout.split()
        self.assertEqual([Path(file).name for file in made], [f"{SERVICE}-{version}-{arch}{end}.exe" for arch in ("x64", "x86") for end in ("-setup", "")])
        return made[0]

    def newer_build(self) -> Path:
        """A build with other programs, which work alike: Windows does not look at what follows the sections."""
        build = self.rundir / "newer"
        if build.exists():
            return build
        for arch in ("x64", "x86"):
            program = build / "windows" / arch / "aerostat-guest.exe"
            program.parent.mkdir(parents=True)
            program.write_bytes(wine.program(arch).read_bytes() + b"newer")
        shutil.copy(bin_dir().parent / "CPackConfig.cmake", build)
        return build

    def test_the_installer_installs_upgrades_and_removes_without_a_question(self) -> None:
        if not shutil.which("makensis"):
            needs("makensis is not installed; run script/setup")
        newer = self.newer_build()
        setup, newer_setup = self.make_installer("0.1.0", bin_dir().parent), self.make_installer("0.2.0", newer)
        self.wine.be("win2008r2")
        name = "Windows Server 2008 R2"
        listed = r"HKLM\Software\Microsoft\Windows\CurrentVersion\Uninstall" + "\\" + SERVICE
        registered = r"HKLM\System\CurrentControlSet\Services" + "\\" + SERVICE
        installed = self.wine.prefix / "drive_c/Program Files/Aerostat"
        program = installed / "aerostat-guest.exe"

        def check(version: str, expected: Path) -> None:
            self.assertEqual(program.read_bytes(), expected.read_bytes(), version)
            self.assertIn("RUNNING", self.wine.run("sc", "query", SERVICE))
            self.assertIn(version, self.wine.run("reg", "query", listed))

        self.wine.run(setup, "/S")
        check("0.1.0", wine.program())
        # What its administrator chose outlives the upgrade of the service that runs.
        self.wine.run(str(program), "install", "--port", PORT, "--sample-ms", "250")
        self.until_guest(name)
        self.wine.run(newer_setup, "/S")
        check("0.2.0", newer / "windows/x64/aerostat-guest.exe")
        self.until_guest(name)
        self.assertRegex(self.wine.run("reg", "query", registered, "/v", "ImagePath"), r'exe" serve --port "\S+COM33" --sample-ms 250\n')
        # A program that is not the service's holds the file. Then the installer says so, and what was there serves on.
        holder = self.wine.start(str(program), "run", "--port", r"\\.\COM34")
        self.wine.wait_pid(r"aerostat-guest\.exe.* run")
        try:
            with self.assertRaisesRegex(RuntimeError, "exit status 1"):
                self.wine.run(setup, "/S")
        finally:
            holder.kill()
            process.stop(holder)
        check("0.2.0", newer / "windows/x64/aerostat-guest.exe")
        self.until_guest(name)
        self.wine.run(str(installed / "uninstall.exe"), "/S")
        until(lambda: not installed.exists(), 30, "its folder is gone")
        self.assertIn("it is not installed", self.wine.run(str(wine.program()), "uninstall", check=False))
        self.assertNotIn("0.1.0", self.wine.run("reg", "query", listed, check=False))

    def test_an_upgrade_goes_where_the_older_one_is_and_what_runs_is_not_lost(self) -> None:
        if not shutil.which("makensis"):
            needs("makensis is not installed; run script/setup")
        newer = self.newer_build()
        setup, newer_setup = self.make_installer("0.1.0", bin_dir().parent), self.make_installer("0.2.0", newer)
        self.wine.be("win2008r2")
        listed = r"HKLM\Software\Microsoft\Windows\CurrentVersion\Uninstall" + "\\" + SERVICE
        folder = self.wine.prefix / "drive_c/Elsewhere"
        program = folder / "aerostat-guest.exe"
        self.wine.run(setup, "/S", r"/D=C:\Elsewhere")
        self.assertTrue(program.exists())
        self.wine.run(newer_setup, "/S")
        self.assertEqual(program.read_bytes(), (newer / "windows/x64/aerostat-guest.exe").read_bytes())
        self.assertFalse((self.wine.prefix / "drive_c/Program Files/Aerostat").exists())
        # Nobody can delete a program that runs. It stays in the list, with what removes it.
        holder = self.wine.start(str(program), "run", "--port", r"\\.\COM34")
        self.wine.wait_pid(r"aerostat-guest\.exe.* run")
        try:
            # With _?= it does not start a copy of itself, whose end nobody sees.
            with self.assertRaisesRegex(RuntimeError, "exit status 1"):
                self.wine.run(str(folder / "uninstall.exe"), "/S", r"_?=C:\Elsewhere")
        finally:
            holder.kill()
            process.stop(holder)
        self.assertIn("0.2.0", self.wine.run("reg", "query", listed))
        self.wine.run(str(folder / "uninstall.exe"), "/S")
        until(lambda: not folder.exists(), 30, "its folder is gone")
        self.assertNotIn("0.2.0", self.wine.run("reg", "query", listed, check=False))

    def test_no_library_is_taken_from_its_folder(self) -> None:
        folder = self.rundir / "planted"
        folder.mkdir()
        # Any program will do: to be loaded is enough. Only 2003 is asked whether it is R2, and user32 tells. It is loaded as
        # psapi is, which no wine needs.
        for name in ("aerostat-guest.exe", "user32.dll"):
            shutil.copy(wine.program(), folder / name)
        self.wine.be("win2003")
        traces = self.wine.run(str(folder / "aerostat-guest.exe"), "once", trace="+loaddll").splitlines()
        loaded = [line for line in traces if "user32.dll" in line]
        self.assertTrue(loaded and all(r"system32\\user32.dll" in line for line in loaded), loaded)

    def test_a_port_that_takes_nothing_is_shut_and_tried_again(self) -> None:
        # All reads from it succeed, no write does.
        self.wine.connect("com35", "/dev/full")
        program = self.wine.start(str(wine.program()), "run", "--port", r"\\.\COM35")
        folder = Path(f"/proc/{program.pid}/fd")

        def opened() -> bool:
            with contextlib.suppress(OSError):  # one was closed meanwhile
                return any(file.readlink() == Path("/dev/full") for file in folder.iterdir())
            return False

        try:
            # It has it for some ms of every 200: too short for the pace of until().
            end = time.monotonic() + 60
            while not opened():
                self.assertLess(time.monotonic(), end, "it never opened the port")
            until(lambda: not opened(), 10, "the port is shut")
        finally:
            program.kill()
            process.stop(program)

    def test_a_file_is_no_port_and_is_left_alone(self) -> None:
        file = self.wine.prefix / "drive_c/precious.txt"
        file.write_text("precious")
        log = self.rundir / "log/aerostat-guest.exe.log"
        for port, said in (
            (r"C:\precious.txt", "cannot open the port: error 66, it is a file; it is tried again"),
            (r"\\.\COM77", "cannot open the port: error 2, there is none of that name; it is tried again"),
        ):
            before = log.read_text().count(said) if log.exists() else 0
            program = self.wine.start(str(wine.program()), "run", "--port", port)
            try:
                until(lambda: log.read_text().count(said) > before, 20, f"it says {said}")
                holds(lambda: log.read_text().count(said) == before + 1, 1, "it is said once")
            finally:
                program.kill()
                process.stop(program)
        self.assertEqual(file.read_text(), "precious")

    def test_what_is_wrong_is_said_in_one_sentence(self) -> None:
        for words, said in (
            (["fly"], "unknown command or option fly"),
            (["--port", "x"], "name a command"),
            (["run", "install"], "only one command at a time"),
            (["run", "--port="], "this option needs a value --port (see"),
            (["run", "--sample-ms=5"], "--sample-ms must be an integer from 10 to 10000, not 5"),
            (["x" * 900], "x... (see aerostat-guest --help)"),
            (["run", "--sample-ms", "5"], "--sample-ms must be an integer from 10 to 10000, not 5"),
        ):
            self.assertIn(said, self.wine.run(str(wine.program()), *words, check=False), words)
        for word in ("--help", "-h", "help", "/?"):
            self.assertIn("aerostat-guest install", self.wine.run(str(wine.program()), word))
        self.assertRegex(self.wine.run(str(wine.program()), "--version"), r"^aerostat-guest \d")


if __name__ == "__main__":
    unittest.main()
