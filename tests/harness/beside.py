"""Programs of Debian that tests need and that nobody should have to install: a server would be started by it. What is not
installed is taken out of its package and kept beside the clone (script/debian-packages)."""

import functools
import os
import shutil
import subprocess
from pathlib import Path

from .paths import ROOT, cache_dir

LIBRARIES = "usr/lib/x86_64-linux-gnu"


@functools.cache
def unpacked(suite: str, package: str, arch: str = "") -> Path | str:
    """The folder with the package, and, unless it is another architecture's, what this machine lacks of what it needs; otherwise
    why there is none."""
    folder = cache_dir() / "-".join([package, suite, *([arch] if arch else [])])
    how = ["--arch", arch] if arch else ["--with-needed"]
    done = subprocess.run([str(ROOT / "script" / "debian-packages"), *how, "--unpack", str(folder), suite, package],
                          capture_output=True, text=True, check=False)
    return folder if done.returncode == 0 else done.stderr.strip()


def program(name: str, suite: str, package: str, place: str = "usr/bin") -> Path | str:
    """The program that is installed, or else a script that runs the one of the unpacked package; otherwise why there is none."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/{place}")
    if found:
        return Path(found)
    folder = unpacked(suite, package)
    return folder if isinstance(folder, str) else wrapper(folder, f"{place}/{name}")


def wrapper(folder: Path, program: str, options: str = "", environment: str = "") -> Path:
    """A script that runs a program of an unpacked package with the package's own libraries, and becomes it."""
    script = folder / ("run-" + Path(program).name)
    script.write_text(f'#!/bin/sh\n{environment}LD_LIBRARY_PATH="{folder / LIBRARIES}" exec "{folder / program}" {options}"$@"\n')
    script.chmod(0o755)
    return script
