"""What Prometheus reads, its alerts and the dashboard: checked by promtool, and against the names that are exported."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from tests.harness.paths import ROOT, bin_dir, cache_dir

ALERTS = ROOT / "packaging/prometheus"
DASHBOARD = ROOT / "packaging/grafana/aerostat.json"
# Not ours: Prometheus itself tells whether it reached us.
FOREIGN = {"up"}


def promtool() -> str | None:
    fetched = cache_dir() / "promtool"
    return str(fetched) if fetched.exists() else shutil.which("promtool")


def exported() -> str:
    """The metrics of a host with two VMs of which everything is known."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "metrics"
        subprocess.run([bin_dir().parent / "tests/metrics_test", "--gtest_filter=Metrics.OfEverythingAreWrittenForOtherTools"],
                       check=True, capture_output=True, timeout=60, env=dict(os.environ, AEROSTAT_METRICS_FILE=str(file)))
        return file.read_text()


def names_in(expression: str) -> set[str]:
    """The metrics that a query reads: words that are neither functions, nor labels, nor text."""
    bare = re.sub(r'"[^"]*"', "", expression)
    bare = re.sub(r"\{[^}]*\}|\[[^]]*\]", " ", bare)
    return set(re.findall(r"\b(?:aerostat_\w+|up)\b(?!\s*\()", bare))


class Metrics(unittest.TestCase):
    def setUp(self) -> None:
        self.names = set(re.findall(r"^# TYPE (\S+)", exported(), re.M))

    def tool(self, *arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
        tool = promtool()
        if tool is None:
            self.skipTest("promtool is missing; script/setup fetches it")
        return subprocess.run([tool, *arguments], input=text, capture_output=True, text=True, timeout=60, check=False, cwd=ALERTS)

    def test_promtool_takes_what_is_exported(self) -> None:
        run = self.tool("check", "metrics", text=exported())
        self.assertEqual((run.returncode, run.stdout + run.stderr), (0, ""))

    def test_promtool_would_find_a_mistake(self) -> None:
        for wrong in (exported().replace("aerostat_vm_grows_total", "aerostat_vm_grows"), exported() + 'broken{os="a"b"} 1\n'):
            self.assertNotEqual(self.tool("check", "metrics", text=wrong).returncode, 0)

    def test_each_alert_fires_when_it_should_and_only_then(self) -> None:
        self.assertEqual(self.tool("check", "rules", "alerts.yml").returncode, 0)
        run = self.tool("test", "rules", "alerts_test.yml")
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        tests = (ALERTS / "alerts_test.yml").read_text()
        for alert in re.findall(r"alert: (\w+)", (ALERTS / "alerts.yml").read_text()):
            self.assertRegex(tests, rf"alertname: {alert}\n\s+exp_alerts:\n", f"no test shows that {alert} fires")

    def test_alerts_read_names_that_exist(self) -> None:
        used = set().union(*(names_in(e) for e in re.findall(r"expr: (.*)", (ALERTS / "alerts.yml").read_text())))
        self.assertGreater(len(used), 6)
        self.assertEqual(used - self.names - FOREIGN, set())

    def test_the_dashboard_reads_names_that_exist(self) -> None:
        board = json.loads(DASHBOARD.read_text())
        queries = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
        queries += [variable["query"]["query"].removeprefix("label_values(").split(",")[0]
                    for variable in board["templating"]["list"] if variable["type"] == "query"]
        self.assertGreater(len(queries), 20)
        for query in queries:
            with self.subTest(query=query):
                self.assertTrue(names_in(query))
                self.assertEqual(names_in(query) - self.names, set())

    def test_the_check_of_names_can_fail(self) -> None:
        self.assertEqual(names_in('rate(aerostat_vm_nothing{vm="aerostat_x"}[5m])'), {"aerostat_vm_nothing"})
        self.assertNotIn("aerostat_vm_nothing", self.names)


if __name__ == "__main__":
    unittest.main()
