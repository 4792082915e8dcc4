"""The history of a real daemon: over crashes, on a full disk, with a damaged file and with one of a newer version."""

import shutil
import sqlite3
import subprocess
import time
import unittest
from pathlib import Path
from typing import Any

from tests.harness.daemon import ApiError, Daemon, command
from tests.harness.paths import new_rundir
from tests.harness.waiting import until

# What a crash may lose: the daemon commits every 5 s; a busy machine adds some.
MOST_LOST = 9


class History(unittest.TestCase):
    def setUp(self) -> None:
        self.rundir = new_rundir()
        self.addCleanup(shutil.rmtree, self.rundir, ignore_errors=True)

    def daemon(self, **how: Any) -> Daemon:
        daemon = Daemon(self.rundir, **how)
        self.addCleanup(daemon.stop)
        return daemon

    def rows(self, daemon: Daemon) -> list[list[Any]]:
        table = daemon.request("GET", "/v1/history?since=10m&points=2000", timeout=20)
        return [row for row in table["rows"] if row[1] is not None]

    def database(self) -> Path:
        return self.rundir / "state" / "history.db"

    def cli(self, daemon: Daemon, *words: str) -> str:
        run = command("history", *words, socket_path=daemon.socket)
        self.assertEqual(run.returncode, 0, run.stderr)
        return run.stdout

    def test_it_outlives_crashes_and_loses_seconds_at_most(self) -> None:
        daemon = self.daemon()
        for _ in range(3):
            daemon.start()
            began = time.time()
            until(lambda began=began: [row for row in self.rows(daemon) if row[0] > began + 1], 60, "a new row")
            last = self.rows(daemon)[-1][0]
            until(lambda last=last: self.rows(daemon)[-1][0] >= last + MOST_LOST, 60, "so many rows")
            before = self.rows(daemon)
            daemon.kill()
            self.assertEqual(sqlite3.connect(self.database()).execute("PRAGMA integrity_check").fetchone()[0], "ok")
            daemon.start()
            after = self.rows(daemon)
            kept = {row[0] for row in after}
            lost = [row[0] for row in before if row[0] not in kept]
            self.assertTrue(all(time > before[-1][0] - MOST_LOST for time in lost), f"{lost} of {before[-1][0]}")
            daemon.stop()

    def test_a_stop_loses_nothing(self) -> None:
        daemon = self.daemon().start()
        before = until(lambda: self.rows(daemon), 30, "a row")
        daemon.stop()
        daemon.start()
        self.assertEqual(self.rows(daemon)[:len(before)], before)
        self.assertEqual(daemon.host()["history"], "on")

    def test_it_waits_for_a_full_disk_and_resumes_by_itself(self) -> None:
        state = self.rundir / "state"
        state.mkdir()
        own = ["unshare", "--mount", "sh", "-c", 'mount -t tmpfs -o size=1m none "$0" && exec "$@"', str(state)]
        if subprocess.run([*own, "true"], capture_output=True, check=False).returncode != 0:
            self.skipTest("no file system can be mounted here")
        daemon = self.daemon(prefix=own).start()
        until(lambda: len(self.rows(daemon)) > MOST_LOST, 60, "rows, some of them committed")
        filler = Path(f"/proc/{daemon.pid}/root{state}/filler")
        with filler.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                pass
        until(lambda: daemon.host()["history"] == "paused", 120, "it is paused")
        self.assertIn("resumes by itself", daemon.host()["note"])
        passes = daemon.host()["passes"]
        until(lambda: daemon.host()["passes"] > passes, 10, "the daemon goes on")
        self.assertTrue(self.rows(daemon), "what is there can be read")
        filler.unlink()
        until(lambda: daemon.host()["history"] == "on", 60, "it resumed")
        last = self.rows(daemon)[-1][0]
        until(lambda: self.rows(daemon)[-1][0] > last, 30, "new rows")
        self.assertIn("event=history.resumed", daemon.logs())

    def test_a_damaged_file_is_kept_aside_and_named(self) -> None:
        self.database().parent.mkdir()
        self.database().write_bytes(b"no database " * 4096)
        daemon = self.daemon().start()
        until(lambda: self.rows(daemon), 30, "a row in a new file")
        aside = list(self.database().parent.glob("history.db.damaged-*"))
        self.assertEqual(len(aside), 1)
        self.assertIn(aside[0].name, daemon.host()["note"])
        self.assertTrue(aside[0].read_bytes().startswith(b"no database"))

    def test_a_file_of_a_newer_version_is_left_alone(self) -> None:
        daemon = self.daemon().start()
        until(lambda: self.rows(daemon), 30, "a row")
        daemon.stop()
        newer = sqlite3.connect(self.database())
        newer.execute("PRAGMA user_version = 99")
        newer.close()
        daemon.start()
        until(lambda: daemon.host()["history"] == "off", 30, "it is off")
        self.assertIn("newer version", daemon.host()["note"])
        with self.assertRaises(ApiError) as refused:
            self.rows(daemon)
        self.assertEqual(refused.exception.status, 404)

    def test_it_can_be_switched_off(self) -> None:
        daemon = self.daemon(config="[history]\nenabled = false\n").start()
        self.assertEqual(daemon.host()["history"], "off")
        with self.assertRaises(ApiError) as refused:
            self.rows(daemon)
        self.assertEqual(refused.exception.status, 404)
        self.assertFalse(self.database().exists())

    def test_events_reach_back_over_a_restart_and_to_vms_that_are_gone(self) -> None:
        daemon = self.daemon().start()
        daemon.request("PATCH", "/v1/vms/web", {"weight": 7000})
        daemon.stop()
        daemon.start()
        self.assertEqual([event for event in daemon.items("/v1/events") if event["vm"] == "web"], [])
        events = daemon.items("/v1/history/events?vm=web&since=1h")
        self.assertEqual([event["code"] for event in events], ["vm.settings"])
        self.assertIn("7000", events[0]["text"])
        shown = command("events", "--since", "1h", "--vm", "web", socket_path=daemon.socket)
        self.assertIn("vm.settings", shown.stdout)
        unknown = command("explain", "nobody", socket_path=daemon.socket)
        self.assertEqual(unknown.returncode, 1)
        self.assertIn("nobody", unknown.stderr)

    def test_a_plan_without_a_need_says_so(self) -> None:
        daemon = self.daemon().start()
        until(lambda: self.rows(daemon), 30, "a row")
        plan = command("plan", "--history", "1h", socket_path=daemon.socket)
        self.assertEqual(plan.returncode, 1)
        self.assertIn("no need of any VM", plan.stderr)

    def test_the_command_shows_it_as_chart_csv_and_picture(self) -> None:
        daemon = self.daemon().start()
        until(lambda: len(self.rows(daemon)) > 2, 30, "rows")
        self.assertIn("committed", self.cli(daemon))
        lines = self.cli(daemon, "--since", "5m", "--csv").splitlines()
        self.assertTrue(lines[0].startswith("time,capacity_bytes,"))
        self.assertGreater(len(lines), 2)
        self.cli(daemon, "--plot", str(self.rundir / "host.svg"))
        self.assertIn("<svg", (self.rundir / "host.svg").read_text())
        status = self.cli(daemon, "--status")
        self.assertIn("history.db", status)
        self.assertIn("of at most 256 MiB", status)


if __name__ == "__main__":
    unittest.main()
