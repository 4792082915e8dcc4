"""JSON lines over a unix stream socket, each read with a deadline."""

import json
import select
import socket
import time
from pathlib import Path
from typing import Any

from .waiting import until


class JsonLines:
    """One connection. Not for use by several threads at once."""

    def __init__(self, path: Path, timeout: float = 10) -> None:
        self._path = path
        self._buffer = b""
        self._socket = until(lambda: self._connect(), timeout, f"connection to {path}")

    def _connect(self) -> socket.socket | None:
        """A connected socket; None while nobody listens yet."""
        attempt = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            attempt.connect(str(self._path))
        except (FileNotFoundError, ConnectionRefusedError):
            attempt.close()
            return None
        return attempt

    def fileno(self) -> int:
        return self._socket.fileno()

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def receive(self, deadline: float) -> dict[str, Any] | None:
        """The next line; None when the deadline (monotonic seconds) passes. ConnectionError when the other end is gone."""
        while b"\n" not in self._buffer:
            left = max(0.0, deadline - time.monotonic())
            if not select.select([self._socket], [], [], left)[0]:
                return None
            chunk = self._socket.recv(65536)
            if not chunk:
                raise ConnectionError(f"{self._path}: closed by the other end")
            self._buffer += chunk
        line, self._buffer = self._buffer.split(b"\n", 1)
        return json.loads(line)

    def close(self) -> None:
        self._socket.close()
