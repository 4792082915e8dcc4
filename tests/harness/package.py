"""The packages of the build under test, as script/package makes them."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from .paths import ROOT, bin_dir


@dataclass(frozen=True)
class Packages:
    """Both packages of one kind and version; the guest's for 32 bits where there is one."""

    host: Path
    guest: Path
    guest_i386: Path | None

    def all(self) -> list[Path]:
        return [file for file in (self.host, self.guest, self.guest_i386) if file]


def make(kind: str, version: str, into: Path) -> Packages:
    """Builds them of the programs that are built."""
    command = [str(ROOT / "script/package"), kind, "--version", version, "--build", str(bin_dir().parent), "--no-build",
               "--into", str(into)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"script/package: {done.stdout}{done.stderr}")
    host, guest, i386 = None, None, None
    for file in map(Path, done.stdout.split()):
        if not file.name.startswith("aerostat-guest"):
            host = file
        elif "_i386." in file.name:
            i386 = file
        else:
            guest = file
    assert host and guest, done.stdout
    return Packages(host, guest, i386)
