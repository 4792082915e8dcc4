"""Law 1 watched from outside: what all guests may hold, from QEMU's own numbers, never from the daemon's."""

import threading
import time
from dataclasses import dataclass, field

from .guest import Guest, Memory


@dataclass
class Watched:
    """What was seen of one guest, in bytes."""

    now: int = 0
    peak: int = 0
    least: int = 1 << 62
    committed: int = 0
    samples: int = 0


@dataclass
class Ledger:
    """Samples all guests until stopped. A guest that does not answer counts with what was last seen of it."""

    guests: list[Guest]
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
        """Harmless if it was not started, or is stopped already."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(10)

    def take(self) -> None:
        """One sample of everybody."""
        with self._lock:
            for guest in self.guests:
                try:
                    self._note(self.seen[guest.name], guest.memory())
                except (OSError, TimeoutError, RuntimeError):
                    continue  # hung or gone: its last numbers stay
            committed = sum(watched.committed for watched in self.seen.values())
            self.committed_peak = max(self.committed_peak, committed)
            if committed > self.capacity:
                self.violations += 1
                self.worst = f"{committed >> 20} MiB: " + ", ".join(
                    f"{name} {watched.committed >> 20}" for name, watched in self.seen.items())

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
