"""The host's end of a guest's port, played by a test for a real service."""

import json
import socket
import time
from pathlib import Path
from typing import Any


class HostPort:
    """Listens at `path`, where the service connects (aerostat-guest --port)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(str(path))
        self._server.listen(1)
        self._server.settimeout(30)
        self._connection: socket.socket | None = None
        self._buffer = b""
        self._id = 0

    def welcome(self, keepalive_ms: int = 200, sample_ms: int = 50) -> dict[str, Any]:
        """Waits for a service, welcomes it, and returns its hello."""
        self._connection, _ = self._server.accept()
        hello = self.hear("hello")
        self.say({"t": "welcome", "protocol": [1, 0], "keepalive_ms": keepalive_ms, "sample_ms": sample_ms})
        return hello

    def say(self, message: dict[str, Any]) -> None:
        assert self._connection
        self._connection.sendall(json.dumps(message).encode() + b"\n")

    def hear(self, kind: str, patience: float = 30, **members: Any) -> dict[str, Any]:
        """The next message of this kind with these members; others are dropped."""
        assert self._connection
        deadline = time.monotonic() + patience
        while True:
            while b"\n" in self._buffer:
                line, self._buffer = self._buffer.split(b"\n", 1)
                message = json.loads(line)
                if message["t"] == kind and all(message.get(name) == value for name, value in members.items()):
                    return message
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError(f"no {kind} within {patience:g} s")
            self._connection.settimeout(left)
            chunk = self._connection.recv(65536)
            if not chunk:
                raise ConnectionError("the service has gone")
            self._buffer += chunk

    def prepare(self, amount_kib: int, patience: float = 30) -> dict[str, Any]:
        """Says that so much is about to be taken, and returns the answer."""
        self._id += 1
        self.say({"t": "prepare", "id": self._id, "amount_kib": amount_kib})
        return self.hear("prepared", patience, id=self._id)

    def leave(self) -> None:
        """The service notices, and comes again: welcome() it."""
        assert self._connection
        self._connection.close()
        self._buffer = b""

    def close(self) -> None:
        if self._connection:
            self._connection.close()
        self._server.close()
