"""Law 1 observed from outside: what all guests may hold, by QEMU's own numbers, never by the daemon's."""

import threading
import time
from dataclasses import dataclass, field

from .domain import Domain
from .guest import Guest, Memory


@dataclass
class Watched:
    """The observations of one guest, in bytes."""

    now: int = 0
    peak: int = 0
    least: int = 1 << 62
    committed: int = 0
    samples: int = 0


@dataclass
class Ledger:
    """Samples all guests until stopped. A guest that does not answer counts with its last known values."""

    guests: list[Guest] | list[Domain]
    capacity: int
    interval: float = 0.1
    seen: dict[str, Watched] = field(default_factory=dict)
    committed_peak: int = 0
    violations: int = 0
    worst: str = ""

    def __post_init__(self) -> None:
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.seen = {guest.name: Watched() for guest in self.guests}

    def start(self) -> "Ledger":
        self._thread.start()
        return self

    def stop(self) -> None:
        """Harmless if it was not started, or is already stopped."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(10)

    def take(self) -> None:
        """One look at all guests. They are asked one after the other, so memory that moves from one to the next meanwhile is seen twice.

        An apparent excess is therefore checked again at once. Between the two looks each guest held at least the lesser of
        its values before and after, and that counts."""
        with self._lock:
            self._ask_all()
            committed = self._committed()
            if sum(committed.values()) > self.capacity:
                self._ask_all()
                committed = {name: min(before, self.seen[name].committed) for name, before in committed.items()}
            total = sum(committed.values())
            self.committed_peak = max(self.committed_peak, total)
            if total > self.capacity:
                self.violations += 1
                self.worst = f"{total >> 20} MiB: " + ", ".join(f"{name} {held >> 20}" for name, held in committed.items())

    def _committed(self) -> dict[str, int]:
        return {name: watched.committed for name, watched in self.seen.items()}

    def _ask_all(self) -> None:
        for guest in self.guests:
            try:
                self._note(self.seen[guest.name], guest.memory())
            except (OSError, TimeoutError, RuntimeError, ValueError):
                continue  # hung, gone or just started again: its last numbers stay

    def _note(self, watched: Watched, memory: Memory) -> None:
        watched.now = memory.assigned
        watched.peak = max(watched.peak, memory.assigned)
        watched.least = min(watched.least, memory.assigned)
        watched.committed = memory.committed
        watched.samples += 1

    def _run(self) -> None:
        while not self._stop.is_set():
            began = time.monotonic()
            self.take()
            self._stop.wait(max(0.0, self.interval - (time.monotonic() - began)))
