"""The page of guests says what the table of guests says, and the table says where its facts are from."""
import contextlib
import io
import pathlib
import subprocess
import sys
import tempfile
import tomllib
import types
import unittest
import unittest.mock

ROOT = pathlib.Path(__file__).resolve().parents[2]


class GuestsPage(unittest.TestCase):
    def test_it_is_made_from_the_table(self) -> None:
        done = subprocess.run([sys.executable, ROOT / "script/guests-page", "--check"], capture_output=True, text=True,
                              check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_a_table_that_it_cannot_be_made_of_is_one_sentence(self) -> None:
        file = ROOT / "script/guests-page"
        script = types.ModuleType("guests_page")
        script.__file__ = str(file)
        exec(compile(file.read_text(), str(file), "exec"), script.__dict__)
        text = (ROOT / "data/guests.toml").read_text()
        for table, said in (
            ("", "there is no guest"),
            (text.replace('install = "old_windows"\n', "", 1), "needs install"),
            (text.replace('install = "deb"', 'install = "debb"', 1), "names install 'debb', which the table at the top does not have"),
            (text.replace('balloon = "yes"', 'balloon = "yep"', 1), "has balloon 'yep', which is none of yes, no, unknown"),
            (text + '[[guest]]\nid = "z"\n', "the guest 'z' needs title"),
            (text + "[[guest\n", "Expected"),
        ):
            with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stderr(io.StringIO()) as told:
                script.TABLE = pathlib.Path(folder) / "guests.toml"
                script.TABLE.write_text(table)
                with unittest.mock.patch.object(sys, "argv", ["guests-page", "--check"]):
                    self.assertEqual(script.main(), 1, said)
                self.assertRegex(told.getvalue(), r"^data/guests\.toml: .*\n\Z")
                self.assertIn(said, told.getvalue())

    def test_each_text_of_the_table_is_used(self) -> None:
        data = tomllib.loads((ROOT / "data/guests.toml").read_text())
        for kind in ("install", "defects", "sources"):
            used = set()
            for row in data["guest"]:
                used |= {row[kind]} if isinstance(row[kind], str) else set(row[kind])
            self.assertEqual(set(data[kind]), used, kind)


if __name__ == "__main__":
    unittest.main()
