"""A terminal of a given size (tmux) with a shell in it: keys in, screen out."""

import os
import re
import subprocess
from pathlib import Path
from typing import Self

from .daemon import Daemon
from .paths import bin_dir
from .waiting import until


class Tmux:
    """Use it as a context manager: at the end everything in it ends."""

    def __init__(self, rundir: Path, daemon: Daemon, columns: int = 80, rows: int = 24, **environment: str) -> None:
        self._rundir = rundir
        self._size = ["-x", str(columns), "-y", str(rows)]
        self._environment = dict(os.environ, LC_ALL="C.UTF-8", AEROSTAT_SOCKET=str(daemon.socket), PS1="$ ", **environment)

    def __enter__(self) -> Self:
        self._run("new-session", "-d", *self._size, "/bin/sh")
        return self

    def __exit__(self, *_: object) -> None:
        self._run("kill-server", check=False)

    def _run(self, *arguments: str, check: bool = True) -> str:
        return subprocess.run(["tmux", "-S", str(self._rundir / "tmux"), "-f", "/dev/null", *arguments], env=self._environment,
                              capture_output=True, text=True, timeout=20, check=check).stdout

    def tell(self, *arguments: str) -> str:
        """A command of tmux."""
        return self._run(*arguments)

    def type(self, line: str) -> None:
        self.tell("send-keys", "-l", line)
        self.tell("send-keys", "Enter")

    def press(self, *keys: str) -> None:
        self.tell("send-keys", *keys)

    def screen(self) -> str:
        return self.tell("capture-pane", "-p")

    def sees(self, *parts: str, timeout: float = 15) -> None:
        try:
            until(lambda: all(part in self.screen() for part in parts), timeout, f"the screen shows {parts}")
        except Exception as error:
            raise AssertionError(f"{error}\n{self.screen()}") from error

    def cell(self, vm: str, title: str) -> str:
        """What top's table shows of a VM in the column of that title; its numbers end where the title ends."""
        lines = self.screen().splitlines()
        head = next(line for line in lines if line.startswith("NAME"))
        row = next(line for line in lines if line.startswith(vm + " "))
        end = head.index(title) + len(title)
        return re.split(r"\s{2,}", row[:end].rstrip())[-1].strip()

    def open_top(self) -> None:
        self.type(f"{bin_dir()}/aerostat top")
        self.sees("Aerostat")
