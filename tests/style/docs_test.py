"""Documentation must match the code (constants, linked files, named tests) and stay readable (length, width)."""

import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), ROOT / "traces/README.md", ROOT / "demo/workload/README.md", *(ROOT / "docs").rglob("*.md")])
SPEC = sorted((ROOT / "docs/design/spec").glob("*.md"))
TUNING = sorted((ROOT / "docs/design/tuning").glob("*.md"))
CONSTANTS = [ROOT / "src/model/memory_block.h", ROOT / "src/model/settings.h",
             *(file for room in ("policy", "guard") for end in ("h", "cc")
               for file in sorted((ROOT / "src" / room).glob(f"*.{end}")) if not file.stem.endswith("_test"))]
# Units, bounds against impossible values, names, values that follow from other constants, and profiles, which have a
# table.
UNTUNED = {"kMostWished", "kPage", "kPageBytes", "kStart", "kMibOfGib", "kMostPages", "kSpanSlots", "kNames", "kSettingIds", "kSettingNames", "kBalanced", "kDense", "kSwift"}


class Docs(unittest.TestCase):
    def test_every_constant_of_policy_and_guards_is_in_the_tuning_page(self) -> None:
        page = "\n".join(file.read_text() for file in TUNING)
        text = "\n".join(file.read_text() for file in CONSTANTS)
        # One statement may declare several constants.
        names = {name for line in re.findall(r"\bconstexpr\b([^;]*);", text) for name in re.findall(r"\b(k[A-Z]\w*)\s*[={]", line)}
        self.assertGreater(len(names), 90)
        self.assertEqual(UNTUNED - names, set())
        self.assertEqual([name for name in sorted(names - UNTUNED) if not re.search(rf"`(\w+::)?{name}`", page)], [])

    def test_pages_are_short_and_their_lines_fit(self) -> None:
        wrong = []
        for page in PAGES:
            lines = page.read_text().splitlines()
            most = 150 if page == ROOT / "README.md" else 200
            if len(lines) > most:
                wrong.append(f"{page.relative_to(ROOT)}: {len(lines)} lines instead of at most {most}")
            wrong += [f"{page.relative_to(ROOT)}:{n}: {len(line)} columns instead of at most 120"
                      for n, line in enumerate(lines, 1) if len(line) > 120]
        self.assertEqual(wrong, [])

    def test_every_decision_has_its_number_and_a_status(self) -> None:
        pages = sorted((ROOT / "docs/adr").glob("*.md"))
        self.assertGreater(len(pages), 40)
        self.assertEqual([page.name for page in pages if not re.match(rf"# {page.name[:4]}: .+\n\nStatus: ", page.read_text())], [])

    def test_every_link_leads_somewhere(self) -> None:
        broken = []
        for page in PAGES:
            for target in re.findall(r"\]\(([^)#\s]+)", page.read_text()):
                if not re.match(r"[a-z]+:", target) and not (page.parent / target).exists():
                    broken.append(f"{page.relative_to(ROOT)}: {target}")
        self.assertEqual(broken, [])

    def test_every_test_that_the_specification_names_exists(self) -> None:
        sources = "\n".join(f.read_text() for f in [*ROOT.glob("src/**/*_test.cc"), *ROOT.glob("tests/**/*_test.cc"), *ROOT.glob("tests/**/*.py"), *ROOT.glob("apps/**/*.cc"), *ROOT.glob("demo/**/*_test.cc")])
        named = re.findall(r"`([A-Z]\w+)\.([A-Z]\w+)`", "\n".join(file.read_text() for file in SPEC))
        self.assertGreater(len(named), 30)
        missing = [f"{suite}.{test}" for suite, test in named
                   if not re.search(rf"\(\s*{suite}\w*,\s*{test}\b", sources)]
        self.assertEqual(missing, [])


if __name__ == "__main__":
    unittest.main()
