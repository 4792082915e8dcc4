"""A field of a log line cannot be forged: what may hold anything is quoted by log_text() or log_word(), not by hand."""

import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BY_HAND = re.compile(r'=\\"[^"=]*\{[^}]*\}')  # note=\"{}


class Logs(unittest.TestCase):
    def test_no_field_is_quoted_by_hand(self) -> None:
        files = [file for folder in ("src", "apps") for file in sorted((ROOT / folder).rglob("*.cc"))]
        self.assertGreater(len(files), 100)
        found = [f"{file.relative_to(ROOT)}: {line.strip()}" for file in files if not file.stem.endswith("_test")
                 for line in file.read_text().splitlines() if "event=" in line and BY_HAND.search(line)]
        self.assertEqual(found, [])


if __name__ == "__main__":
    unittest.main()
