"""The live view: `aerostat list`, repeated, with the story's text below it."""

import sys
import threading
from pathlib import Path

from tests.harness.daemon import command

COLUMNS = "name,status,assigned_bytes,visible_bytes,demand_bytes,wanted_bytes,pressure_percent,weight,swap_used_bytes,grows,shrinks,refusals"


class View:
    """On a terminal: a table that is redrawn every half second above the last lines of the story. Elsewhere: only the lines."""

    KEEP = 16

    def __init__(self, socket: Path, live: bool) -> None:
        self._socket = socket
        self._live = live
        self._lines: list[str] = []
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def say(self, text: str = "") -> None:
        with self._lock:
            self._lines += text.split("\n")
        if not self._live:
            print(text, flush=True)

    def table(self) -> str:
        shown = command("list", "--columns", COLUMNS, socket_path=self._socket)
        return shown.stdout if shown.returncode == 0 else shown.stderr

    def _draw(self) -> None:
        table = self.table()
        with self._lock:
            story = "\n".join(self._lines[-self.KEEP:])
        sys.stdout.write(f"\x1b[H\x1b[2J{table}\n{story}\n")
        sys.stdout.flush()

    def _run(self) -> None:
        while not self._stop.is_set():
            self._draw()
            self._stop.wait(0.5)

    def __enter__(self) -> "View":
        if self._live:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live:
            self._stop.set()
            self._thread.join(5)
            self._draw()
        else:
            print("\n" + self.table(), flush=True)
