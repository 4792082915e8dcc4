"""The host's end of the workload generator's port. Grammar and events: demo/workload/README.md."""

import time
from pathlib import Path
from typing import Any

from .lines import JsonLines

Event = dict[str, Any]
ENDS = ("done", "failed", "stopped", "killed")


class WorkFailed(Exception):
    """A phase ended other than done. `event` has the details."""

    def __init__(self, event: Event) -> None:
        super().__init__(f"{event.get('phase', 'worker')}: {event['event']} ({event.get('reason', event.get('signal', ''))})")
        self.event = event


class WorkPort:
    """Sends commands and waits for events. All events are kept in `history`; those not yet waited for also in `pending`."""

    def __init__(self, path: Path, timeout: float = 10) -> None:
        self._lines = JsonLines(path, timeout)
        self.history: list[Event] = []
        self.pending: list[Event] = []

    def send(self, command: str) -> None:
        self._lines.send(command.encode() + b"\n")

    def poll(self, timeout: float = 0) -> None:
        """Reads available events; waits up to `timeout` for a first one."""
        deadline = time.monotonic() + timeout
        while (event := self._lines.receive(deadline)) is not None:
            event["host_ns"] = time.monotonic_ns()
            self.history.append(event)
            self.pending.append(event)
            deadline = time.monotonic()

    def wait(self, *names: str, timeout: float, id: int | None = None) -> Event:
        """Takes the first pending event of these names (and of this phase); waits for it if necessary."""
        deadline = time.monotonic() + timeout
        while True:
            for event in self.pending:
                if event["event"] in names and id in (None, event.get("id")):
                    self.pending.remove(event)
                    return event
            if time.monotonic() >= deadline:
                raise TimeoutError(f"work event {' or '.join(names)}: not within {timeout:g} s")
            self.poll(max(0.0, deadline - time.monotonic()))

    def start(self, phase: str, timeout: float = 10) -> int:
        """Submits a phase and returns its id. ValueError if the generator does not understand it."""
        self.send(phase)
        answer = self.wait("queued", "refused", timeout=timeout)
        if answer["event"] == "refused":
            raise ValueError(f"{answer['line']}: {answer['reason']}")
        return answer["id"]

    def finish(self, id: int, timeout: float) -> Event:
        """How the phase ended, in any way."""
        return self.wait(*ENDS, timeout=timeout, id=id)

    def run(self, phase: str, timeout: float) -> Event:
        """Runs a phase to its `done` event; WorkFailed if it ends otherwise."""
        event = self.finish(self.start(phase), timeout)
        if event["event"] != "done":
            raise WorkFailed(event)
        return event

    def stop(self, timeout: float = 10) -> Event | None:
        """Ends the running phase and drops the others; returns how the running one ended, None if there was none."""
        self.send("stop")
        running = self.wait("stopping", timeout=timeout)["id"]
        return self.finish(running, timeout) if running else None

    def stat(self, timeout: float = 5) -> Event:
        """The guest's own numbers."""
        self.send("stat")
        return self.wait("stat", timeout=timeout)

    def progress(self, timeout: float = 5) -> Event:
        self.send("progress")
        return self.wait("progress", timeout=timeout)

    def clock_offset(self, exchanges: int = 10) -> tuple[int, int]:
        """(host monotonic − guest monotonic, its possible error), in ns, from the fastest of some exchanges."""
        best = (0, 1 << 62)
        for _ in range(exchanges):
            before = time.monotonic_ns()
            answer = self.progress()
            half = (answer["host_ns"] - before) // 2
            if half < best[1]:
                best = (before + half - answer["ns"], half)
        return best

    def close(self) -> None:
        self._lines.close()
