"""User mistakes: each gets one clear sentence with the place and the remedy, a failing exit status, and changes nothing."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import unittest
from datetime import datetime, timedelta
from pathlib import Path

from tests.harness.daemon import AS_NOBODY, Daemon, command
from tests.harness.paths import bin_dir, new_rundir
from tests.harness.waiting import until


class Errors(unittest.TestCase):
    def setUp(self) -> None:
        self.rundir = new_rundir()
        self.addCleanup(shutil.rmtree, self.rundir, ignore_errors=True)

    def aerostatd(self, config: str, *more: str) -> subprocess.CompletedProcess[str]:
        file = self.rundir / "host.toml"
        file.write_text(config)
        return subprocess.run([str(bin_dir() / "aerostatd"), "--config", str(file), *more],
                              capture_output=True, text=True, timeout=20, check=False)

    def sentence(self, run: subprocess.CompletedProcess[str], status: int, *parts: str) -> None:
        """Failed as intended, with all the parts, and in no more than a few lines."""
        self.assertEqual(run.returncode, status, run.stdout + run.stderr)
        for part in parts:
            self.assertIn(part, run.stderr)
        self.assertLessEqual(len(run.stderr.strip().splitlines()), 4, run.stderr)

    def good(self) -> str:
        (self.rundir / "vms").mkdir(exist_ok=True)
        return (f'capacity = "1G"\nstate_dir = "{self.rundir}/state"\n[api]\nsocket = "{self.rundir}/api.sock"\n'
                f'[qemu]\ndirectories = ["{self.rundir}/vms"]\n')

    def test_a_good_configuration_is_said_to_be_good(self) -> None:
        run = self.aerostatd(self.good(), "--check-config")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("no mistakes", run.stdout)
        self.assertFalse((self.rundir / "state").exists(), "a check changes nothing")

    def test_mistakes_in_the_configuration_are_placed(self) -> None:
        for line, parts in ((b'capasity = "1G"', ("host.toml:1:1", "capacity")),
                            (b'capacity = "1"', ("host.toml:1:", "unit")),
                            (b'capacity = 5', ("host.toml:1:",)),
                            (b'[vm.web]\nminimum = "2G"\nmaximum = "1G"', ("host.toml:", "minimum <= startup <= maximum")),
                            (b'[vm.web]\nweight = 20000', ("host.toml:2:", "0 to 10000")),
                            (b'[vm."a/b"]\nweight = 2', ("host.toml:1:",)),
                            (b'capacity = [', ("host.toml:1:",)),
                            (b'capacity = "9000G"', ("more than this host has",))):
            with self.subTest(line=line):
                self.sentence(self.aerostatd(line.decode(), "--check-config"), 1, *parts)
                self.sentence(self.aerostatd(line.decode()), 1, *parts)

    def test_a_missing_configuration_file(self) -> None:
        run = subprocess.run([str(bin_dir() / "aerostatd"), "--config", str(self.rundir / "none.toml")],
                             capture_output=True, text=True, timeout=20, check=False)
        self.sentence(run, 1, "none.toml")

    def test_a_missing_directory_of_sockets(self) -> None:
        config = self.good()
        (self.rundir / "vms").rmdir()
        self.sentence(self.aerostatd(config), 1, f"{self.rundir}/vms", "make it")
        self.assertFalse((self.rundir / "api.sock").exists(), "a daemon that could not start left its socket")

    def test_bad_arguments(self) -> None:
        for arguments in (("--nonsense",), ("extra",)):
            run = subprocess.run([str(bin_dir() / "aerostatd"), *arguments], capture_output=True, text=True, timeout=20, check=False)
            self.sentence(run, 2, arguments[0])
        for arguments in (("frobnicate",), ("set",), ("set", "web", "--mode", "fast"), ("set", "web", "--maximum", "12"),
                          ("qemu-args", "web", "--startup", "2G", "--maximum", "1G"), ("list", "--columns", "nothing")):
            run = command(*arguments, socket_path=self.rundir / "api.sock")
            self.assertEqual(run.returncode, 2, f"{arguments}: {run.returncode} {run.stderr}")
            self.assertTrue(run.stderr.strip(), arguments)
            self.assertEqual(run.stdout, "", arguments)

    def test_arguments_for_a_vm_that_runs(self) -> None:
        words = ("qemu-args", "web", "--startup", "512M", "--maximum", "1G", "--directory", str(self.rundir))
        for suffix in (".qmp", ".agent"):
            with socket.socket(socket.AF_UNIX) as server:
                server.bind(str(self.rundir / f"web{suffix}"))
                server.listen()
                run = command(*words, socket_path=self.rundir / "api.sock")
                self.sentence(run, 1, f"{self.rundir}/web{suffix}", "another name")
                self.assertEqual(run.stdout, "")
            # The file of a socket that nobody listens on any more is no obstacle: QEMU replaces it.
            self.assertEqual(command(*words, socket_path=self.rundir / "api.sock").returncode, 0)

    def test_no_daemon(self) -> None:
        run = command("list", socket_path=self.rundir / "api.sock")
        self.sentence(run, 3, str(self.rundir / "api.sock"), "aerostatd")

    @unittest.skipUnless(os.geteuid() == 0, "only root can become somebody without permission")
    def test_a_socket_without_permission(self) -> None:
        os.chmod(self.rundir, 0o755)
        with Daemon(self.rundir, "1G") as daemon:
            os.chmod(daemon.socket, 0o600)
            run = command("list", socket_path=daemon.socket, prefix=AS_NOBODY)
            self.sentence(run, 3, str(daemon.socket), "permission", "use sudo")
            self.assertNotIn("root", run.stderr, "nobody is told to join that group")
            os.chmod(daemon.socket, 0o666)
            listed = command("list", socket_path=daemon.socket, prefix=AS_NOBODY)
            self.assertEqual(listed.returncode, 0, listed.stderr)
            refused = command("pause", socket_path=daemon.socket, prefix=AS_NOBODY)
            self.assertEqual(refused.returncode, 1, refused.stderr)
            self.assertEqual(daemon.host()["manager"], "running")

    def test_a_second_daemon_is_refused_and_the_first_runs_on(self) -> None:
        with Daemon(self.rundir, "1G") as daemon:
            run = subprocess.run([str(bin_dir() / "aerostatd"), "--config", str(daemon.config_file)],
                                 capture_output=True, text=True, timeout=20, check=False)
            self.sentence(run, 1, "another aerostatd")
            self.assertTrue(daemon.running)
            self.assertEqual(daemon.host()["manager"], "running")

    def test_settings_are_refused_whole_and_kept_whole(self) -> None:
        with Daemon(self.rundir, "1G") as daemon:
            refused = command("set", "web", "--minimum", "1G", "--maximum", "512M", socket_path=daemon.socket)
            self.sentence(refused, 1, "minimum <= startup <= maximum")
            self.assertFalse((self.rundir / "state" / "settings.toml").exists())
            kept = command("set", "web", "--mode", "dynamic", "--weight", "7000", socket_path=daemon.socket)
            self.assertEqual(kept.returncode, 0, kept.stderr)
            self.assertIn("7000", (self.rundir / "state" / "settings.toml").read_text())

    def test_settings_for_a_vm_that_nobody_has_seen_are_kept_with_a_warning(self) -> None:
        with Daemon(self.rundir, "1G") as daemon:
            kept = command("set", "web", "--minimum", "256M", "--buffer", "20%", socket_path=daemon.socket)
            self.assertEqual(kept.returncode, 0, kept.stderr)
            self.assertIn("warning: no VM named 'web' was seen since aerostatd started", kept.stdout)
            self.assertNotIn("web", command("list", socket_path=daemon.socket).stdout)
            listed = command("list", "--all", "--columns", "name,status,minimum,buffer", socket_path=daemon.socket)
            self.assertRegex(listed.stdout, r"(?m)^web +Off +256 MiB +20$")
            typo = command("show", "wbe", socket_path=daemon.socket)
            self.sentence(typo, 1, "did you mean 'web'?")

    def test_a_pause_outlives_the_daemon(self) -> None:
        with Daemon(self.rundir, "1G") as daemon:
            paused = command("pause", socket_path=daemon.socket)
            self.assertEqual(paused.returncode, 0, paused.stderr)
            since = datetime.fromisoformat(daemon.host()["paused_since"])
            daemon.kill()
            daemon.start()
            self.assertEqual(daemon.host()["manager"], "paused")
            again = datetime.fromisoformat(daemon.host()["paused_since"])
            self.assertLess(abs(again - since), timedelta(seconds=2))
            self.assertIn("is paused since 2", command("list", socket_path=daemon.socket).stdout)
            self.assertEqual(command("resume", socket_path=daemon.socket).returncode, 0)
            daemon.kill()
            daemon.start()
            self.assertEqual(daemon.host()["manager"], "running")

    def test_a_bad_reload_changes_nothing(self) -> None:
        with Daemon(self.rundir, "1G") as daemon:
            good = daemon.config_file.read_text()
            daemon.config_file.write_text('capacity = "lots"\n')
            daemon.signal(signal.SIGHUP)
            until(lambda: "event=config.reload result=refused" in daemon.logs(), 5, "the reload is refused")
            self.assertEqual(daemon.host()["capacity_bytes"], 1 << 30)
            daemon.config_file.write_text(good.replace('"1G"', '"2G"'))
            daemon.signal(signal.SIGHUP)
            until(lambda: daemon.host()["capacity_bytes"] == 2 << 30, 5, "the good reload takes effect")

    def test_the_api_socket_is_not_open_to_everybody(self) -> None:
        with Daemon(self.rundir, "1G") as daemon:
            self.assertEqual(stat.S_IMODE(Path(daemon.socket).stat().st_mode), 0o660)

    def test_a_monitor_that_may_not_be_opened_is_named(self) -> None:
        if os.geteuid() == 0 and not shutil.which("setpriv"):
            self.skipTest("as root every socket may be opened, and setpriv is not there to become somebody else")
        monitor = socket.socket(socket.AF_UNIX)
        path = self.rundir / "qmp" / "locked.qmp"
        path.parent.mkdir(parents=True, exist_ok=True)
        monitor.bind(str(path))
        monitor.listen()
        self.addCleanup(monitor.close)
        os.chmod(path, 0)
        nobody = AS_NOBODY if os.geteuid() == 0 else []
        for folder in (self.rundir, self.rundir / "qmp"):
            os.chmod(folder, 0o777)
        daemon = Daemon(self.rundir, "1G")
        run = subprocess.Popen([*nobody, str(bin_dir() / "aerostatd"), "--config", str(daemon.config_file)],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(run.wait)
        self.addCleanup(run.terminate)

        def named() -> bool:
            try:
                vm = daemon.vms().get("locked", {})
            except OSError:
                return False
            return vm.get("status") == "not-responding" and str(path) in vm["note"] and "permission" in vm["note"]

        until(named, 10, "the locked monitor is named with its path and the remedy")


if __name__ == "__main__":
    unittest.main()
