"""`aerostat simulate` and `aerostat plan` as users call them: options, files, and one clear sentence for each mistake."""

import gzip
import json
import shutil
import subprocess
import unittest

from tests.harness.daemon import command
from tests.harness.paths import new_rundir


class Lab(unittest.TestCase):
    def setUp(self) -> None:
        self.rundir = new_rundir()
        self.addCleanup(shutil.rmtree, self.rundir, ignore_errors=True)

    def trace(self, text: str, name: str = "t.csv") -> str:
        file = self.rundir / name
        file.write_text(text)
        return str(file)

    def good_trace(self) -> str:
        rows = "".join(f"{s},web,{800 if s < 100 else 300},2048\n{s},db,{300 if s < 100 else 900},2048\n" for s in range(200))
        return self.trace("time_s,vm,need_mib,limit_mib\n" + rows, "good.csv")

    def run_well(self, *arguments: str) -> str:
        run = command(*arguments)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(run.stderr, "", "no progress bar where there is no terminal")
        return run.stdout

    def sentence(self, run: subprocess.CompletedProcess[str], status: int, *parts: str) -> None:
        self.assertEqual(run.returncode, status, run.stdout + run.stderr)
        self.assertEqual(run.stdout, "")
        self.assertEqual(len(run.stderr.strip().splitlines()), 1, run.stderr)
        for part in parts:
            self.assertIn(part, run.stderr)

    def test_a_bad_trace_is_told_with_file_and_line(self) -> None:
        head = "time_s,vm,need_mib\n"
        for text, parts in ((head + "0,a,1\n1,a,x\n", ("t.csv: line 3", "need_mib is 'x'")),
                            (head + "5,a,1\n4,a,1\n", ("t.csv: line 3", "goes back", "sort")),
                            (head + "5,a\n", ("t.csv: line 2", "2 fields")),
                            ("# a remark\ntime,vm,need_mib\n", ("t.csv: line 2", "'time_s'")),
                            ("", ("t.csv", "is empty")),
                            (head, ("no rows",)),
                            (head + "0,a,1\n10,a,1\n", ("too short",))):
            with self.subTest(text=text):
                for which in (("simulate", "--host-memory", "4G"), ("plan",)):
                    self.sentence(command(*which, "--trace", self.trace(text)), 1, *parts)
        self.sentence(command("simulate", "--host-memory", "4G", "--trace", str(self.rundir / "none.csv")), 1, "none.csv", "No such file")

    def test_wrong_usage_is_told_before_anything_is_read(self) -> None:
        trace = self.good_trace()
        for arguments, parts in ((("simulate", "--host-memory", "4G"), ("no trace",)),
                                 (("plan",), ("no trace",)),
                                 (("simulate", "--trace", trace), ("no host memory",)),
                                 (("simulate", "--trace", trace, "--host-memory", "4"), ("unit",)),
                                 (("simulate", "--trace", trace, "--host-memory", "4G", "--policy", "magic"), ("'magic'", "aerostat")),
                                 (("simulate", "--trace", trace, "--generate", "farm", "--host-memory", "4G"), ("exclude each other; give one",)),
                                 (("simulate", "--generate", "storm", "--host-memory", "4G"), ("'storm'", "farm")),
                                 (("simulate", "--generate", "farm:soon", "--host-memory", "4G"), ("length in seconds",)),
                                 (("simulate", "--generate", "farm:90:x", "--host-memory", "4G"), ("a seed",)),
                                 (("simulate", "--trace", trace, "--host-memory", "4G", "--profile", "fast"), ("profile",)),
                                 (("simulate", "--trace", trace, "--host-memory", "4G", "--period", "nan"), ("--period", "0.01 to 2.5")),
                                 (("simulate", "--trace", trace, "--host-memory", "4G", "--hot-cache", "nan"), ("--hot-cache",)),
                                 (("simulate", "--trace", trace, "--host-memory", "4G", "--estimator-error", "nan"), ("--estimator-error",)),
                                 (("simulate", "--trace", trace, "--host-memory", "4G", "--seed", "-1"), ("--seed", "an integer from 0")),
                                 (("plan", "--trace", trace, "--episode", "nan"), ("--episode", "0 to 3600")),
                                 (("trace", trace, "--tolerance", "nan"), ("--tolerance", "0 to 1024")),
                                 (("plan", "--trace", trace, "--violation", "0"), ("0.01%",)),
                                 (("plan", "--trace", trace, "--violation", "lots"), ("0.01%",)),
                                 (("plan", "--trace", trace, "--policy", "oracle"), ("no host bounds it",)),
                                 (("plan", "--trace", trace, "--policy", "magic"), ("'magic'",))):
            with self.subTest(arguments=arguments):
                self.sentence(command(*arguments), 2, *parts)

    def test_what_cannot_be_written_is_told_and_nothing_is_left(self) -> None:
        nowhere = str(self.rundir / "none" / "out")
        for option in ("--json", "--plot"):
            self.sentence(command("simulate", "--generate", "steady:90", "--host-memory", "16G", option, nowhere), 1, nowhere)
        self.assertEqual(list(self.rundir.iterdir()), [])

    def test_policies_are_replayed_side_by_side_from_gzip_too(self) -> None:
        plain = self.good_trace()
        packed = self.rundir / "good.csv.gz"
        with open(plain, "rb") as source, gzip.open(packed, "wb") as target:
            target.write(source.read())
        asked = ("simulate", "--host-memory", "3G", "--policy", "aerostat,static,oracle", "--seed", "3", "--json", "-", "--trace")
        figures = json.loads(self.run_well(*asked, str(packed)))
        self.assertEqual([p["policy"] for p in figures["policies"]], ["aerostat", "static", "oracle"])
        self.assertEqual([p["law_violations"] for p in figures["policies"]], [0, 0, 0])
        self.assertEqual(figures["policies"], json.loads(self.run_well(*asked, plain))["policies"])

    def test_a_generated_load_is_the_same_for_the_same_seed(self) -> None:
        def s(what: str) -> float:
            return json.loads(self.run_well("simulate", "--generate", what, "--host-memory", "16G", "--json", "-"))["policies"][0]["s"]

        self.assertEqual(s("farm:120:7"), s("farm:120:7"))
        self.assertNotEqual(s("farm:120:7"), s("farm:120:8"))

    def test_a_profile_and_settings_of_one_vm_change_the_outcome(self) -> None:
        trace = self.good_trace()
        base = ("simulate", "--trace", trace, "--host-memory", "4G", "--json", "-")
        dense = json.loads(self.run_well(*base, "--profile", "dense"))["policies"][0]
        self.assertEqual(dense["policy"], "aerostat-dense")
        settings = self.rundir / "s.toml"
        settings.write_text('[vm.web]\nminimum = "2G"\n')
        usual = json.loads(self.run_well(*base))["policies"][0]
        held = json.loads(self.run_well(*base, "--settings", str(settings)))["policies"][0]
        self.assertGreater(held["waste"], usual["waste"] + 0.3)
        settings.write_text('[vm.nobody]\nminimum = "2G"\n')
        self.sentence(command(*base, "--settings", str(settings)), 1, "nobody", "s.toml")

    def test_the_page_stands_alone(self) -> None:
        page = self.rundir / "p.html"
        self.run_well("simulate", "--trace", self.good_trace(), "--host-memory", "4G", "--policy", "aerostat,static", "--plot", str(page))
        text = page.read_text()
        self.assertTrue(text.startswith("<!DOCTYPE html>"))
        for part in ("aerostat", "static", "web", "db", "prefers-color-scheme"):
            self.assertIn(part, text)

    def test_a_plan_answers_all_its_questions(self) -> None:
        asked = ("plan", "--trace", self.good_trace(), "--violation", "5%", "--episode", "30", "--host-memory", "4G", "--seeds", "3")
        plan = json.loads(self.run_well(*asked, "--json", "-"))
        host = plan["smallest_host"]
        self.assertEqual(host["static_maxima_mib"], 4096)
        self.assertLessEqual(host["memory_mib"], host["largest_tried_mib"])
        self.assertLessEqual(host["violation"], 0.05)
        self.assertEqual([s["seed"] for s in plan["density"]["seeds"]], [1, 2, 3])
        self.assertEqual(plan["density"]["static_maxima"], 2)
        self.assertEqual([vm["vm"] for vm in plan["vms"]], ["web", "db"])
        for vm in plan["vms"]:
            self.assertLessEqual(vm["minimum_mib"], vm["maximum_mib"])
        text = self.run_well(*asked)
        for part in ("Smallest host:", "ideal pooling", "SEEDS 1 2 3", "web", "Simulated"):
            self.assertIn(part, text)

    def test_lists_and_help_teach(self) -> None:
        self.assertIn("free-page-reporting", self.run_well("simulate", "--list-policies"))
        for which in ("simulate", "plan"):
            text = self.run_well(which, "--help")
            self.assertIn("Examples:", text)
            self.assertIn("--generate", text)


if __name__ == "__main__":
    unittest.main()
