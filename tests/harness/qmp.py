"""A small blocking QMP client. QEMU serves one client a socket: the daemon has its own, tests use another."""

import itertools
import json
import select
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from .lines import JsonLines


# Another thread may read what a waiting one waits for, so check again from time to time.
POLL_SECONDS = 0.05


class QmpError(Exception):
    """QEMU refused a command."""

    def __init__(self, command: str, error: dict[str, str]) -> None:
        super().__init__(f"{command}: {error['desc']}")
        self.kind = error["class"]


class Qmp:
    """Connected and ready for commands. Events that arrive meanwhile are kept in `events`, oldest first.

    Several threads may use it. A command that timed out leaves nothing behind: its late answer is dropped."""

    def __init__(self, path: Path, timeout: float = 10) -> None:
        self.timeout = timeout
        self.events: list[dict[str, Any]] = []
        self._lock = threading.Lock()
        self._ids = itertools.count(1)
        self._lines = JsonLines(path, timeout)
        if self._lines.receive(time.monotonic() + timeout) is None:
            raise TimeoutError(f"{path}: no greeting; is another client connected?")
        self.execute("qmp_capabilities")

    def execute(self, command: str, timeout: float | None = None, **arguments: Any) -> Any:
        """The command's return value. Underscores in argument names become dashes."""
        wait = self.timeout if timeout is None else timeout
        given = {name.replace("_", "-"): value for name, value in arguments.items()}
        with self._lock:
            id = next(self._ids)
            self._lines.send(json.dumps({"execute": command, "arguments": given, "id": id}).encode() + b"\n")
            answer = self._answer(id, time.monotonic() + wait)
        if answer is None:
            raise TimeoutError(f"{command}: no answer within {wait:g} s")
        if "error" in answer:
            raise QmpError(command, answer["error"])
        return answer["return"]

    def _answer(self, id: int, deadline: float) -> dict[str, Any] | None:
        while (line := self._lines.receive(deadline)) is not None:
            if "event" in line:
                self.events.append(line)
            elif line.get("id") == id:
                return line
        return None

    def poll(self, timeout: float = 0) -> None:
        """Reads the available events; waits up to `timeout` for a first one."""
        deadline = time.monotonic() + timeout
        while not self._take_events() and time.monotonic() < deadline:
            select.select([self._lines], [], [], min(POLL_SECONDS, max(0.0, deadline - time.monotonic())))

    def _take_events(self) -> int:
        """Returns how many there were. Answers that nobody waits for any more are dropped."""
        count = 0
        with self._lock:
            while (line := self._lines.receive(time.monotonic())) is not None:
                if "event" in line:
                    self.events.append(line)
                    count += 1
        return count

    def wait_event(self, name: str, timeout: float, wanted: Callable[[dict[str, Any]], bool] = lambda data: True) -> dict[str, Any]:
        """Takes the first event of this name whose data are `wanted` out of `events`; waits for it if necessary."""
        deadline = time.monotonic() + timeout
        while True:
            for event in list(self.events):
                if event["event"] == name and wanted(event.get("data", {})):
                    self.events.remove(event)
                    return event
            if time.monotonic() >= deadline:
                raise TimeoutError(f"event {name}: not within {timeout:g} s")
            self.poll(max(0.0, deadline - time.monotonic()))

    def get(self, path: str, name: str) -> Any:
        return self.execute("qom-get", path=path, property=name)

    def set(self, path: str, name: str, value: Any) -> None:
        self.execute("qom-set", path=path, property=name, value=value)

    def close(self) -> None:
        self._lines.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
