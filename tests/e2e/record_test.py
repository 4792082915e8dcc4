"""From a recording to a replay, with the real programs: aerostat-guest --record, aerostat record, trace, simulate."""

import gzip
import json
import shutil
import signal
import subprocess
import unittest
from pathlib import Path

from tests.e2e.base import RealGuests
from tests.harness.daemon import DYNAMIC, Daemon, command
from tests.harness.guest import MIB, Guest
from tests.harness.paths import ROOT, bin_dir, new_rundir
from tests.harness.waiting import until


def agent(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(bin_dir() / "aerostat-guest"), *arguments], capture_output=True, text=True, timeout=60, check=False)


def rows_of(file: Path) -> list[dict[str, str]]:
    """The rows of a recording, each as wide as the header."""
    lines = file.read_text().split("\n")
    assert lines.pop() == "", "the last line is whole"
    names = lines[0].split(",")
    rows = [line.split(",") for line in lines[1:]]
    assert all(len(row) == len(names) for row in rows), file
    return [dict(zip(names, row, strict=True)) for row in rows]


class RoundTrip(unittest.TestCase):
    def setUp(self) -> None:
        self.rundir = new_rundir()
        self.addCleanup(shutil.rmtree, self.rundir, ignore_errors=True)

    def simulate(self, *traces: Path, host: str = "1024G") -> dict[str, dict[str, float]]:
        run = command("simulate", "--trace", *map(str, traces), "--policy", "aerostat,static", "--host-memory", host, "--json", "-")
        self.assertEqual(run.returncode, 0, run.stderr)
        return {policy["policy"]: policy for policy in json.loads(run.stdout)["policies"]}

    def test_this_machine_is_recorded_and_replayed(self) -> None:
        recording = self.rundir / "here.csv"
        run = agent("--record", str(recording), "--every", "20ms", "--for", "200ms")
        self.assertEqual(run.returncode, 0, run.stderr)
        rows = rows_of(recording)
        self.assertGreater(len(rows), 1)
        for row in rows:
            self.assertEqual(int(row["used_kib"]), int(row["total_kib"]) - int(row["free_kib"]))
        # As if it had been recorded for longer than the first minute of a VM, which is not scored.
        lines = recording.read_text().splitlines()
        slow = self.rundir / "slow.csv"
        slow.write_text("\n".join([lines[0], *(f"{i * 60}.000,{line.split(',', 1)[1]}" for i, line in enumerate(lines[1:]))]) + "\n")
        trace = self.rundir / "here.trace.csv.gz"
        made = command("trace", f"here={slow}", "-o", str(trace))
        self.assertEqual(made.returncode, 0, made.stderr)
        self.assertIn(f"here: {len(rows)} rows of {len(rows)}", made.stdout)
        text = gzip.decompress(trace.read_bytes()).decode().splitlines()
        self.assertEqual(text[0], "time_s,vm,need_mib,cache_mib")
        need = float(text[1].split(",")[2])
        self.assertAlmostEqual(need, (int(rows[0]["used_kib"]) + int(rows[0]["swap_used_kib"])) / 1024, delta=0.01)
        figures = self.simulate(trace)
        self.assertEqual(figures["aerostat"]["law_violations"], 0)
        self.assertGreaterEqual(figures["aerostat"]["peak_assigned_mib"], need)

    def test_ctrl_c_leaves_whole_lines(self) -> None:
        recording = self.rundir / "cut.csv"
        run = subprocess.Popen([str(bin_dir() / "aerostat-guest"), "--record", str(recording), "--every", "10ms"], stderr=subprocess.PIPE, text=True)
        until(lambda: recording.exists() and recording.read_text().count("\n") > 3, 10, "rows are written")
        run.send_signal(signal.SIGINT)
        _, said = run.communicate(timeout=10)
        self.assertEqual(run.returncode, 0, said)
        self.assertIn(f"{len(rows_of(recording))} rows in", said)

    def test_a_reader_that_leaves_ends_it(self) -> None:
        run = subprocess.Popen([str(bin_dir() / "aerostat-guest"), "--record", "-", "--every", "10ms"], stdout=subprocess.PIPE)
        assert run.stdout
        run.stdout.readline()
        run.stdout.close()
        self.assertEqual(run.wait(10), 0)

    def test_mistakes_are_named_and_change_nothing(self) -> None:
        precious = self.rundir / "precious.csv"
        precious.write_text("precious")
        empty = self.rundir / "empty"
        empty.mkdir()
        for arguments, status, parts in (
                (("--record", str(precious)), 1, ("precious.csv", "exists", "--force")),
                (("--record", str(self.rundir / "none" / "x.csv")), 1, ("none/x.csv", "No such file")),
                (("--record", "x.csv", "--cgroup", str(empty)), 1, (str(empty), "cgroup", "/sys/fs/cgroup")),
                (("--record", "x.csv.gz"), 2, ("x.csv.gz", "gzip")),
                (("--record", "x.csv", "--every", "5"), 2, ("--every", "200ms", "5")),
                (("--record", "x.csv", "--for", "soon"), 2, ("--for", "10m", "soon")),
                (("--every", "100ms"), 2, ("--record", "--every")),
                (("--cgroup", "/x"), 2, ("--record",))):
            with self.subTest(arguments=arguments):
                run = agent(*arguments)
                self.assertEqual(run.returncode, status, run.stderr)
                self.assertEqual(len(run.stderr.splitlines()), 1, run.stderr)
                for part in parts:
                    self.assertIn(part, run.stderr)
        torn = self.rundir / "torn.csv"
        torn.write_text("time_s,used_kib\n1,2\n2\n")
        for arguments, status, parts in (
                (("trace", str(torn)), 1, ("torn.csv: line 3: 1 fields",)),
                (("trace", str(self.rundir / "none.csv")), 1, ("none.csv", "No such file")),
                (("trace", str(torn), "-o", str(precious)), 1, ("precious.csv exists", "--force")),
                (("trace",), 2, ("FILE",)),
                (("trace", str(torn), "--cache", "some"), 2, ("--cache",)),
                (("record", "a/b", "x.csv"), 2, ("a/b",)),
                (("record", "web", "x.csv", "--every", "1ms"), 2, ("100ms to 1m",))):
            with self.subTest(arguments=arguments):
                run = command(*arguments)
                self.assertEqual(run.returncode, status, run.stderr)
                for part in parts:
                    self.assertIn(part, run.stderr)
        self.assertEqual(precious.read_text(), "precious")

    def test_recording_a_vm_that_is_not_there(self) -> None:
        with Daemon(self.rundir, "1G") as daemon:
            run = command("record", "web", str(self.rundir / "web.csv"), socket_path=daemon.socket)
            self.assertEqual(run.returncode, 1, run.stderr)
            self.assertIn("web", run.stderr)
            self.assertFalse((self.rundir / "web.csv").exists())


class Shipped(unittest.TestCase):
    def test_every_trace_is_small_described_and_can_be_replayed(self) -> None:
        traces = sorted((ROOT / "traces").glob("*.csv.gz"))
        self.assertGreaterEqual(len(traces), 6)
        page = (ROOT / "traces" / "README.md").read_text()
        for trace in traces:
            with self.subTest(trace=trace.name):
                self.assertIn(f"`{trace.name}`", page)
                self.assertLess(trace.stat().st_size, 400 << 10)
                made = command("trace", str(trace.parent / "recordings" / trace.name))
                self.assertEqual(made.returncode, 0, made.stderr)
                self.assertTrue(made.stdout.startswith("time_s,vm,need_mib,cache_mib\n"))
                self.assertEqual(gzip.decompress(trace.read_bytes()).decode(), made.stdout, "made of its recording")
        run = command("simulate", "--trace", *map(str, traces), "--policy", "aerostat", "--host-memory", "64G", "--json", "-")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(json.loads(run.stdout)["policies"][0]["law_violations"], 0)


class ThroughTheDaemon(RealGuests):
    def test_a_guest_is_recorded_as_it_grows(self) -> None:
        recording = self.rundir / "web.csv"
        with Daemon(self.rundir, "3G", DYNAMIC) as daemon, Guest("web", self.rundir) as web:
            web.wait_ready()
            daemon.wait_served("web", timeout=20)
            run = subprocess.Popen([str(bin_dir() / "aerostat"), "--socket", str(daemon.socket), "record", "web", str(recording), "--every", "100ms"],
                                   stderr=subprocess.PIPE, text=True)
            until(recording.exists, 10, "it records")
            web.workload.run("alloc:600:150", 60)
            until(lambda: daemon.vm("web")["assigned_bytes"] >= 700 * MIB, 10, "it grew")
            before = recording.read_text().count("\n")
            until(lambda: recording.read_text().count("\n") >= before + 15, 10, "it goes on")
            run.send_signal(signal.SIGINT)
            _, said = run.communicate(timeout=10)
        self.assertEqual(run.returncode, 0, said)
        rows = rows_of(recording)
        first, last = rows[0], rows[-1]
        self.assertGreater(int(last["assigned_kib"]), int(first["assigned_kib"]) + 200 * 1024)
        self.assertGreater(int(last["used_kib"]), int(first["used_kib"]) + 500 * 1024)
        self.assertTrue(all(int(row["sample_age_ms"]) < 3000 for row in rows))
        made = command("trace", str(recording), "-o", str(self.rundir / "web.trace.csv"))
        self.assertEqual(made.returncode, 0, made.stderr)


if __name__ == "__main__":
    unittest.main()
