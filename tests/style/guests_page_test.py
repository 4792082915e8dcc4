"""The page of guests says what the table of guests says, and the table says where its facts are from."""
import pathlib
import subprocess
import sys
import tomllib
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


class GuestsPage(unittest.TestCase):
    def test_it_is_made_from_the_table(self) -> None:
        done = subprocess.run([sys.executable, ROOT / "script/guests-page", "--check"], capture_output=True, text=True,
                              check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_each_text_of_the_table_is_used(self) -> None:
        data = tomllib.loads((ROOT / "data/guests.toml").read_text())
        for kind in ("install", "defects", "sources"):
            used = set()
            for row in data["guest"]:
                used |= {row[kind]} if isinstance(row[kind], str) else set(row[kind])
            self.assertEqual(set(data[kind]), used, kind)


if __name__ == "__main__":
    unittest.main()
