"""aerostat top in a real terminal (tmux): sizes, keys, settings, a daemon that dies, and a screen that is as before."""

import os
import shutil
import signal
import subprocess
import unittest

from tests.harness.daemon import Daemon
from tests.harness.paths import bin_dir, new_rundir
from tests.harness.tmux import Tmux
from tests.harness.waiting import until

VMS = '[vm.web]\nmode = "dynamic"\nminimum = "512M"\nmaximum = "4G"\n[vm.db]\nweight = 9000\n[vm.cache]\nweight = 100\n'


@unittest.skipUnless(shutil.which("tmux"), "tmux is missing; script/setup installs it")
class Top(unittest.TestCase):
    def setUp(self) -> None:
        self.rundir = new_rundir()
        self.addCleanup(shutil.rmtree, self.rundir, ignore_errors=True)
        self.daemon = Daemon(self.rundir, config=VMS)
        self.addCleanup(self.daemon.stop)
        self.daemon.start()

    def open(self, columns: int = 80, rows: int = 24, **environment: str) -> None:
        """A shell in a terminal of that size, with top in it."""
        self.terminal = self.enterContext(Tmux(self.rundir, self.daemon, columns, rows, **environment))
        self.tmux, self.screen, self.sees, self.press = self.terminal.tell, self.terminal.screen, self.terminal.sees, self.terminal.press
        self.keys = self.terminal.type
        self.keys(f"cd {self.rundir}; stty -g > before; echo MARKER")
        until(lambda: "MARKER" in self.screen(), 10, "the shell answers")
        self.terminal.open_top()
        self.sees("web")

    def pid(self) -> int:
        shell = self.tmux("display-message", "-p", "#{pane_pid}").strip()
        return int(subprocess.run(["pgrep", "-P", shell, "-x", "aerostat"], capture_output=True, text=True, check=True).stdout)

    def restored(self) -> None:
        """The shell is back, with its own screen, a cursor, and the terminal's settings as before."""
        until(lambda: self.tmux("display-message", "-p", "#{alternate_on}").strip() == "0", 10, "the shell's screen is back")
        self.keys("stty -g > after; echo DO''NE")
        self.sees("DONE", "MARKER")
        self.assertEqual(self.tmux("display-message", "-p", "#{cursor_flag}").strip(), "1", "the cursor is hidden")
        self.assertEqual((self.rundir / "after").read_text(), (self.rundir / "before").read_text())

    def test_80_by_24(self) -> None:
        self.open()
        self.sees("capacity 3.00 GiB", "NAME▼", "STATUS", "cache", "db", "q quit")
        lines = self.screen().splitlines()
        self.assertLessEqual(len(lines), 24)
        self.assertTrue(lines[-1].startswith("q quit"), lines[-1])
        self.press("q")
        self.restored()

    def test_200_by_50_has_more_columns_and_60_fewer(self) -> None:
        self.open(200, 50)
        self.sees("WEIGHT", "MAXIMUM", "NOTE", "9000")
        self.tmux("resize-window", "-x", "60", "-y", "20")
        until(lambda: "WEIGHT" not in self.screen() and "PRESS%" in self.screen(), 10, "it is drawn anew")
        self.assertTrue(all(len(line) <= 60 for line in self.screen().splitlines()))
        self.tmux("resize-window", "-x", "20", "-y", "3")
        self.tmux("resize-window", "-x", "100", "-y", "30")
        self.sees("MIN..MAX", "q quit")
        self.press("q")
        self.restored()

    def test_without_colour_there_is_none(self) -> None:
        self.open(NO_COLOR="1")
        styled = self.tmux("capture-pane", "-p", "-e")
        self.assertNotRegex(styled, "\033\\[[0-9;]*3[0-7]m")
        self.press("q")
        self.restored()

    def test_sort_choose_details_and_help(self) -> None:
        self.open()
        order = [line.split()[0] for line in self.screen().splitlines() if line.startswith(("cache", "db", "web"))]
        self.assertEqual(order, ["cache", "db", "web"])
        self.press("r")
        self.sees("NAME▲")
        until(lambda: [line.split()[0] for line in self.screen().splitlines() if line.startswith(("cache", "db", "web"))] ==
              ["web", "db", "cache"], 10, "the order is reversed")
        self.press("s")
        self.sees("sort: status")
        self.press("End")
        self.press("Enter")
        self.sees("── ", "weight")
        self.press("?")
        self.sees("change its settings", "any key: back")
        self.press("x")
        self.sees("q quit")
        self.press("q")
        self.restored()

    def test_a_setting_is_shown_before_it_is_applied(self) -> None:
        self.open()
        self.press("End")
        self.press("e")
        self.sees("settings of web", "> mode")
        self.press("Down", "Down", "Down", "BSpace", "BSpace")
        self.keys("oops")
        self.sees("maximum: 'oops' is not a memory size")
        self.press(*["BSpace"] * 4)
        self.keys("2G")
        self.sees("Apply? y: yes", "maximum 2.00 GiB")
        self.assertEqual(self.setting("web"), 4 << 30, "it was applied before the yes")
        self.press("y")
        self.sees("done: web:")
        self.assertEqual(self.setting("web"), 2 << 30)
        self.press("q")
        self.restored()

    def setting(self, name: str) -> int:
        return next(vm["maximum_bytes"] for vm in self.daemon.items("/v1/vms?all=1") if vm["name"] == name)

    def test_pause_asks_first(self) -> None:
        self.open()
        self.press("p")
        self.sees("Stop moving memory?")
        self.press("y")
        self.sees("paused: nothing moves")
        self.assertEqual(self.daemon.host()["manager"], "paused")
        self.press("p")
        self.press("y")
        until(lambda: self.daemon.host()["manager"] == "running", 10, "it is resumed")
        self.press("q")
        self.restored()

    def test_a_daemon_that_dies_is_shown_and_comes_back(self) -> None:
        self.open()
        self.daemon.kill()
        self.sees("disconnected; what it said last:", "web")
        self.daemon.start()
        until(lambda: "disconnected" not in self.screen(), 15, "it is connected again")
        self.press("q")
        self.restored()

    def test_whatever_ends_it_the_screen_is_as_before(self) -> None:
        self.open()
        for ends in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGSEGV, signal.SIGABRT):
            with self.subTest(signal=ends.name):
                os.kill(self.pid(), ends)
                self.restored()
                self.tmux("clear-history")
                self.keys("clear; echo MARKER; " + f"{bin_dir()}/aerostat top")
                self.sees("Aerostat", "web")
        self.press("C-c")
        self.restored()

    def test_sigkill_leaves_the_screen_and_the_check_sees_it(self) -> None:
        self.open()
        os.kill(self.pid(), signal.SIGKILL)
        until(lambda: self.tmux("display-message", "-p", "#{pane_current_command}").strip() == "sh", 10, "it has ended")
        self.assertEqual(self.tmux("display-message", "-p", "#{alternate_on}").strip(), "1")

    def test_without_a_terminal_it_says_what_to_use(self) -> None:
        run = subprocess.run([bin_dir() / "aerostat", "top"], capture_output=True, text=True, timeout=20, check=False)
        self.assertEqual(run.returncode, 2)
        self.assertIn("aerostat list --watch", run.stderr)


if __name__ == "__main__":
    unittest.main()
