"""Kernels of other Debian releases, for the demo guest: fetched, booted, and the story played with them."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .paths import ROOT, guest_bin_dir, guest_dir_of

# The release, and the series of its kernel. "" is this machine's own.
RELEASES = {"bullseye": "5.10.", "": "6.1.", "trixie": "6.12.", "sid": ""}


@dataclass(frozen=True)
class Story:
    """What a run of the story said and reported; no report if it could not be played."""

    held: bool
    text: str
    report: dict[str, Any]


def _environment(kernel: str, qemu: Path | None = None) -> dict[str, str]:
    return {**os.environ, "AEROSTAT_GUEST_KERNEL": kernel, **({"AEROSTAT_QEMU": str(qemu)} if qemu else {})}


def fetched(kernel: str) -> str | None:
    """None if the guest with this kernel is there now; otherwise why not."""
    programs = guest_bin_dir(kernel)
    made = subprocess.run([str(ROOT / "demo" / "build-guest"), "--agent", str(programs / "aerostat-guest"),
                           "--workload", str(programs / "aerostat-workload")], env=_environment(kernel),
                          capture_output=True, text=True, check=False)
    return None if made.returncode == 0 else (made.stderr.strip() or f"build-guest ended with {made.returncode}")


def release(kernel: str) -> str:
    """The kernel's own name of itself, as `uname -r` gives it."""
    return next(path.name for path in guest_dir_of(kernel).glob("kernel/**/modules/*") if path.is_dir())


def played(kernel: str, report: Path, acts: str, seconds: float = 600, qemu: Path | None = None) -> Story:
    """The story's acts, on guests with this kernel, and on this QEMU instead of the one that is installed."""
    done = subprocess.run([sys.executable, "-m", "demo.story", "--acts", acts, "--report", str(report)], cwd=ROOT,
                          env=_environment(kernel, qemu), capture_output=True, text=True, timeout=seconds, check=False)
    found = json.loads(report.read_text()) if report.exists() else {}
    return Story(done.returncode == 0, done.stdout + done.stderr, found)
