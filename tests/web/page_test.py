"""The web page in Chromium, over the scripted daemon of web/test/fake.mjs."""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from tests.harness.paths import ROOT
from tests.web.unit_test import script_web


class Page(unittest.TestCase):
    def test_the_page_in_a_browser(self) -> None:
        if not any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")):
            self.skipTest("chromium is not installed; script/setup installs it")
        folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, folder)
        script_web(str(folder))
        done = subprocess.run(["node", "--test", "test/page/page.test.mjs"], cwd=ROOT / "web",
                              env=dict(os.environ, AEROSTAT_WEB=str(folder)), capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
