"""The web page without a browser: its types, its unit tests, and how large it is."""

import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from tests.harness.paths import ROOT

LARGEST = 70 * 1024  # compressed, all files together


def script_web(*arguments: str) -> str:
    """What script/web says; skips where it leaves the page out."""
    done = subprocess.run([str(ROOT / "script/web"), *arguments], capture_output=True, text=True, check=False)
    if "page left out" in done.stdout:
        raise unittest.SkipTest(done.stdout.strip())
    if done.returncode:
        raise AssertionError(f"script/web failed: {done.stdout}{done.stderr}")
    return done.stdout


class Unit(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def test_the_page_is_small(self) -> None:
        script_web(str(self.folder))
        packed = {file.relative_to(self.folder).as_posix(): file.stat().st_size for file in self.folder.rglob("*.gz")}
        self.assertIn("assets/app.js.gz", packed)
        print(f"compressed: {sum(packed.values())} bytes, {packed}")
        self.assertLessEqual(sum(packed.values()), LARGEST)

    def test_the_page_names_no_other_place(self) -> None:
        script_web(str(self.folder))
        for name in ("index.html", "assets/style.css"):
            self.assertNotRegex((self.folder / name).read_text(), r"(https?:)?//[a-z]")

    def test_the_lock_file_names_no_host(self) -> None:
        self.assertNotIn("://", (ROOT / "web/package-lock.json").read_text())

    def test_unit_tests_of_the_page(self) -> None:
        script_web("--check")
        done = subprocess.run(["node", "test/run.mjs"], cwd=ROOT / "web", capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_a_build_without_node_goes_on_without_the_page(self) -> None:
        tools = self.folder / "bin"
        tools.mkdir()
        for tool in ("bash", "dirname", "mkdir", "sed"):
            (tools / tool).symlink_to(shutil.which(tool) or "")
        done = subprocess.run([str(ROOT / "script/web"), str(self.folder / "web")], env={"PATH": str(tools)}, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("web: page left out: node is missing; script/setup installs it", done.stdout)
        self.assertFalse((self.folder / "web/index.html").exists())


if __name__ == "__main__":
    unittest.main()
