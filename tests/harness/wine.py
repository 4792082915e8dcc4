"""Windows programs under wine, in a Windows of their own (a prefix), which ends with the test."""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Self

from . import process
from .paths import bin_dir
from .waiting import until

# Wine32 is another program: 64-bit wine alone starts no 32-bit one.
WINE32 = Path("/usr/lib/wine/wine")


def program(arch: str = "x64") -> Path:
    """The service for Windows."""
    return bin_dir().parent / "windows" / arch / "aerostat-guest.exe"


def missing(arch: str = "x64") -> str | None:
    """Why its service cannot run here, or None."""
    if not shutil.which("wine") or not shutil.which("wineserver"):
        return "wine is not installed; run script/setup"
    if arch == "x86" and not WINE32.exists():
        return ("wine32:i386 is not installed; script/setup leaves it out: where a kernel runs no 32-bit programs it breaks wine. "
                "script/bench wine32 runs this program in a guest")
    if not program(arch).exists():
        return f"{program(arch)} was not built: the cross compiler is missing; run script/setup"
    return None


class Wine:
    """A new Windows each time, which takes ten seconds and 700 MiB of disk."""

    def __init__(self, rundir: Path) -> None:
        self.prefix = rundir / "wine"
        self._log = rundir / "log" / "wine.log"
        self._log.parent.mkdir(parents=True, exist_ok=True)
        # No window is ever shown, nothing is associated with it, and no other language or browser is fetched.
        self._own = {"WINEPREFIX": str(self.prefix), "WINEDEBUG": "-all", "LC_ALL": "C", "WINEDLLOVERRIDES": "mscoree,mshtml=;winemenubuilder.exe=d"}
        self._environment = {**os.environ, **self._own}
        self._environment.pop("DISPLAY", None)

    def __enter__(self) -> Self:
        self.prefix.mkdir(parents=True)
        self.run("wineboot", "--init", timeout=600)
        # The service manager of a first boot starts no service afterwards.
        self._end()
        # Services end with the last program of a user, unless wine is told to stay.
        self._server("-p")
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def _end(self) -> None:
        self._server("-k")
        self._server("-w")

    def _server(self, order: str) -> None:
        with self._log.open("ab") as log:
            subprocess.run(["wineserver", order], env=self._environment, stdout=log, stderr=log, check=False, timeout=60)

    def run(self, *command: str, timeout: float = 180, check: bool = True, trace: str = "") -> str:
        """Runs a program to its end; its outputs, with these traces of wine. A failure shows them."""
        environment = {**self._environment, "WINEDEBUG": f"-all,{trace}"}
        # A file and no pipe: a pipe would stay open in services that wine starts meanwhile.
        with tempfile.TemporaryFile() as log:
            done = subprocess.run(["wine", *command], env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                  timeout=timeout, check=False)
            log.seek(0)
            out = log.read().decode(errors="replace").replace("\r", "")
        if check and done.returncode != 0:
            raise RuntimeError(f"{' '.join(command)}: exit status {done.returncode}: {out}")
        return out

    def be(self, version: str) -> None:
        """Programs started from now on run on this Windows."""
        self.run("winecfg", "-v", version)

    def connect(self, port: str, terminal: str) -> None:
        """Gives the serial port com1 to com256 this terminal."""
        link = self.prefix / "dosdevices" / port
        link.unlink(missing_ok=True)
        link.symlink_to(terminal)

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """Starts a program that runs on. The process is the Windows program itself."""
        return process.start(["env", *(f"{name}={value}" for name, value in self._own.items()), "wine", *command],
                             self._log.with_name(f"{Path(command[0]).name}.log"))

    def pid_of(self, pattern: str) -> int | None:
        """The process of this host whose command line has it, in this prefix."""
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                mine = f"WINEPREFIX={self.prefix}\0".encode() in (folder / "environ").read_bytes()
            except OSError:
                continue
            if mine and re.search(pattern, words):
                return int(folder.name)
        return None

    def wait_pid(self, pattern: str, timeout: float = 30) -> int:
        return until(lambda: self.pid_of(pattern), timeout, f"a process of {pattern}")
