"""CMake's install rules and script/install put the same files in the same places; what a host needs is all there."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from tests.harness.paths import ROOT, bin_dir

BUILD = bin_dir().parent
NEEDED = {"host": ["usr/sbin/aerostatd", "usr/bin/aerostat", "usr/share/man/man8/aerostatd.8", "usr/share/man/man1/aerostat.1",
                   "usr/share/man/man5/aerostat.toml.5", "usr/share/bash-completion/completions/aerostat",
                   "usr/share/zsh/site-functions/_aerostat", "usr/share/fish/vendor_completions.d/aerostat.fish",
                   "usr/share/aerostat/prometheus/alerts.yml", "usr/share/aerostat/prometheus/alerts_test.yml",
                   "usr/share/aerostat/grafana/aerostat.json", "usr/share/aerostat/systemd/loopback.conf",
                   "usr/share/aerostat/guests.toml",
                   "usr/share/aerostat/systemd/network.conf", "etc/aerostat/aerostat.toml", "etc/libvirt/hooks/qemu.d/aerostat", "usr/lib/sysusers.d/aerostat.conf", "usr/lib/tmpfiles.d/aerostat.conf",
                   "usr/lib/systemd/system/aerostatd.service"],
          "guest": ["usr/sbin/aerostat-guest", "usr/share/man/man8/aerostat-guest.8", "usr/lib/systemd/system/aerostat-guest.service",
                    "usr/share/aerostat-guest/hooks/redis", "usr/share/aerostat-guest/hooks/postgresql"]}


# The page is there if the build has it.
NEEDED["host"] += [f"usr/share/aerostat/web/{file.relative_to(BUILD / 'web').as_posix()}" for file in (BUILD / "web").rglob("*") if file.is_file()]


def files(root: Path) -> dict[str, tuple[int, bytes]]:
    """Each file's mode and text; programs by their size, as rules may strip what a build folder has."""
    return {p.relative_to(root).as_posix(): (p.stat().st_mode, p.read_bytes() if "bin/" not in p.as_posix() else b"")
            for p in root.rglob("*") if p.is_file() and not p.is_symlink()}


class Install(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def by_cmake(self, what: str, root: Path) -> str:
        command = ["cmake", "--install", str(BUILD), "--prefix", "/usr", "--component", what]
        return subprocess.run(command, env=dict(os.environ, DESTDIR=str(root)), capture_output=True, text=True, check=True).stdout

    def by_script(self, what: str, root: Path) -> None:
        # Without systemctl: enabling a unit is not a matter of files.
        path = self.folder / "bin"
        if not path.exists():
            path.mkdir()
            for tool in ("bash", "dirname", "sed", "install", "id", "chmod", "cat"):
                (path / tool).symlink_to(shutil.which(tool) or "")
        command = [str(ROOT / "script/install"), what, "--root", str(root), "--prefix", "/usr", "--build", str(BUILD)]
        subprocess.run(command, env=dict(os.environ, PATH=str(path)), stdout=subprocess.DEVNULL, check=True)

    def test_both_ways_lead_to_the_same_files(self) -> None:
        for what, needed in NEEDED.items():
            if not (bin_dir() / Path(needed[0]).name).exists():
                self.skipTest(f"{needed[0]} is not built")
            with self.subTest(what):
                self.by_cmake(what, self.folder / f"cmake-{what}")
                self.by_script(what, self.folder / f"script-{what}")
                made = files(self.folder / f"cmake-{what}")
                self.assertEqual(sorted(made), sorted(needed))
                self.assertEqual(made, files(self.folder / f"script-{what}"))

    def test_a_unit_names_the_place_of_its_program(self) -> None:
        self.by_cmake("guest", self.folder)
        unit = (self.folder / "usr/lib/systemd/system/aerostat-guest.service").read_text()
        self.assertIn("ExecStart=/usr/sbin/aerostat-guest ", unit)
        self.assertNotIn("/usr/local", unit)

    def test_a_hook_that_is_killed_for_memory_does_not_end_the_service(self) -> None:
        # What systemd does by default, the last of several lines counts.
        self.by_cmake("guest", self.folder)
        unit = (self.folder / "usr/lib/systemd/system/aerostat-guest.service").read_text()
        self.assertEqual(re.findall(r"^OOMPolicy=(.*)$", unit, re.M)[-1:], ["continue"])

    def test_a_configuration_is_never_written_over(self) -> None:
        conf = self.folder / "etc/aerostat/aerostat.toml"
        conf.parent.mkdir(parents=True)
        conf.write_text("# mine\n")
        self.assertIn("Kept:", self.by_cmake("host", self.folder))
        self.assertEqual(conf.read_text(), "# mine\n")


if __name__ == "__main__":
    unittest.main()
