"""The story of the demo, unattended: every act must hold, and the report must have the documented form."""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from tests.e2e.base import RealGuests, needs
from tests.harness import libvirtd
from tests.harness.paths import ROOT

VM_KEYS = {"name", "mode", "status", "startup_mib", "minimum_mib", "maximum_mib", "assigned_mib", "visible_mib",
           "swap_in_pages", "swap_out_pages", "oom_kills", "grows", "shrinks", "refusals"}


class Story(RealGuests):
    def test_every_act_holds(self) -> None:
        self.play()

    def test_every_act_holds_with_libvirt(self) -> None:
        needs(libvirtd.missing())
        self.play("--libvirt")

    def play(self, *options: str) -> None:
        report_file = Path(tempfile.mkstemp(suffix=".json")[1])
        self.addCleanup(report_file.unlink, missing_ok=True)
        played = subprocess.run([sys.executable, "-m", "demo.story", *options, "--report", str(report_file)], cwd=ROOT,
                                capture_output=True, text=True, timeout=500, check=False)
        print(played.stdout)
        self.assertEqual(played.returncode, 0, played.stdout + played.stderr)
        report = json.loads(report_file.read_text())
        self.assertEqual([phase["name"] for phase in report["phases"]], ["a", "b", "a2", "c", "d"])
        for phase in report["phases"]:
            self.assertTrue(phase["held"], phase)
        self.check_vms({vm["name"]: vm for vm in report["vms"]})
        self.assertEqual(report["host"]["law1_violations"], 0)
        self.assertLessEqual(report["host"]["committed_peak_mib"], report["host"]["capacity_mib"])
        self.assertGreater(report["reclaimed_mib"], 1000)
        for part in ("detect", "decide", "actuate", "online"):
            self.assertGreater(report["reaction_ms"][part]["count"], 0, part)

    def check_vms(self, vms: dict) -> None:
        self.assertEqual(set(vms), {"web", "db", "cache", "legacy"})
        for vm in vms.values():
            self.assertGreaterEqual(set(vm), VM_KEYS)
            self.assertEqual(vm["oom_kills"], 0)
        self.assertEqual(vms["web"]["swap_out_pages"]["a"], 0)
        self.assertEqual(vms["web"]["swap_out_pages"]["a2"], 0)
        self.assertEqual(vms["legacy"]["assigned_mib"], {"now": 384, "peak": 384})
        self.assertGreater(vms["db"]["refusals"], 0)


if __name__ == "__main__":
    unittest.main()
