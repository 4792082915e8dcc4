"""The packages of the build under test, as script/package makes them."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from .paths import ROOT, bin_dir


@dataclass(frozen=True)
class Packages:
    """Both packages of one kind and version."""

    host: Path
    guest: Path


def make(kind: str, version: str, into: Path) -> Packages:
    """Builds them of the programs that are built."""
    command = [str(ROOT / "script/package"), kind, "--version", version, "--build", str(bin_dir().parent), "--no-build",
               "--into", str(into)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"script/package: {done.stdout}{done.stderr}")
    files = [Path(line) for line in done.stdout.split()]
    guest = next(file for file in files if file.name.startswith("aerostat-guest"))
    return Packages(next(file for file in files if file != guest), guest)
