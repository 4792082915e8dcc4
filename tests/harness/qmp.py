"""A small blocking QMP client. QEMU serves one client a socket: the daemon has its own, tests use another."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from .lines import JsonLines


class QmpError(Exception):
    """QEMU refused a command."""

    def __init__(self, command: str, error: dict[str, str]) -> None:
        super().__init__(f"{command}: {error['desc']}")
        self.kind = error["class"]


class Qmp:
    """Connected and ready for commands. Events that arrive meanwhile are kept in `events`, oldest first."""

    def __init__(self, path: Path, timeout: float = 10) -> None:
        self.timeout = timeout
        self.events: list[dict[str, Any]] = []
        self._lines = JsonLines(path, timeout)
        if self._lines.receive(time.monotonic() + timeout) is None:
            raise TimeoutError(f"{path}: no greeting; is another client connected?")
        self.execute("qmp_capabilities")

    def execute(self, command: str, timeout: float | None = None, **arguments: Any) -> Any:
        """What the command returns. Underscores in argument names become dashes."""
        wait = self.timeout if timeout is None else timeout
        message = {"execute": command, "arguments": {name.replace("_", "-"): value for name, value in arguments.items()}}
        self._lines.send(json.dumps(message).encode() + b"\n")
        deadline = time.monotonic() + wait
        while (answer := self._lines.receive(deadline)) is not None:
            if "event" in answer:
                self.events.append(answer)
            elif "error" in answer:
                raise QmpError(command, answer["error"])
            else:
                return answer["return"]
        raise TimeoutError(f"{command}: no answer within {wait:g} s")

    def poll(self, timeout: float = 0) -> None:
        """Takes in the events that are there; waits up to `timeout` for a first one."""
        deadline = time.monotonic() + timeout
        while (event := self._lines.receive(deadline)) is not None:
            self.events.append(event)
            deadline = time.monotonic()

    def wait_event(self, name: str, timeout: float, wanted: Callable[[dict[str, Any]], bool] = lambda data: True) -> dict[str, Any]:
        """Takes the first event of this name whose data are `wanted` out of `events`, waiting for it if need be."""
        deadline = time.monotonic() + timeout
        while True:
            for event in self.events:
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
