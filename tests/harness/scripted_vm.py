"""A VM that is a script: a monitor like QEMU's with a balloon that obeys, and a port for the guest's service. The service
is a real one that has no QEMU around it: it opens a terminal of this host. Say "scripted" wherever its results are told.
"""

import json
import os
import pty
import selectors
import socket
import threading
import tty
from pathlib import Path
from typing import Any, Self

from .paths import socket_path


class ScriptedVm:
    """Listens when it is made, in this process: the daemon talks to a guest's service only through the VM's process.

    `terminal` is the path of the serial line that the service opens. The line stays up whoever opens it, like the port of
    a QEMU whose guest is there."""

    def __init__(self, rundir: Path, name: str, base: int) -> None:
        self.name = name
        self.base = self.balloon = base
        self.orders: list[int] = []
        self._port_path = socket_path(rundir / "ports" / f"{name}.agent")
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.terminal = os.ttyname(self._slave)
        self._selector = selectors.DefaultSelector()
        self._sockets: list[socket.socket] = []
        self._host: socket.socket | None = None
        self._listen(socket_path(rundir / "qmp" / f"{name}.qmp"), self._greet)
        self._listen(self._port_path, self._take_host)
        self._selector.register(self._master, selectors.EVENT_READ, self._from_guest)
        self._wake, self._woken = socket.socketpair()
        self._selector.register(self._woken, selectors.EVENT_READ, None)
        self._thread = threading.Thread(target=self._run, name=f"scripted {name}", daemon=True)
        self._thread.start()

    def _listen(self, path: Path, handler: Any) -> None:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(path))
        listener.listen(4)
        self._sockets.append(listener)
        self._selector.register(listener, selectors.EVENT_READ, lambda: handler(listener.accept()[0]))

    def _run(self) -> None:
        while True:
            for key, _ in self._selector.select():
                if key.data is None:
                    return
                key.data()

    # The monitor.
    def _greet(self, client: socket.socket) -> None:
        self._sockets.append(client)
        self._say(client, {"QMP": {"version": {"qemu": {"major": 7, "minor": 2, "micro": 22}, "package": ""}, "capabilities": []}})
        held = bytearray()
        self._selector.register(client, selectors.EVENT_READ, lambda: self._hear(client, held))

    def _hear(self, client: socket.socket, held: bytearray) -> None:
        data = client.recv(65536)
        if not data:
            self._selector.unregister(client)
            client.close()
            return
        held += data
        while (end := held.find(b"\n")) >= 0:
            request = json.loads(held[:end])
            del held[: end + 1]
            answer = self._answer(request["execute"], request.get("arguments", {}))
            self._say(client, {**answer, "id": request.get("id")})
            if request["execute"] == "balloon":
                event = {"event": "BALLOON_CHANGE", "data": {"actual": self.balloon}}
                self._say(client, {**event, "timestamp": {"seconds": 0, "microseconds": 0}})

    def _say(self, client: socket.socket, message: dict[str, Any]) -> None:
        client.sendall(json.dumps(message).encode() + b"\r\n")

    def _answer(self, command: str, given: dict[str, Any]) -> dict[str, Any]:
        if command == "balloon":
            self.balloon = min(int(given["value"]), self.base)
            self.orders.append(self.balloon)
        # A device is a child of the object tree, and its port one of the devices without a name.
        tree = {"/machine/peripheral": [("bal0", "child<virtio-balloon-pci>")], "/machine/peripheral-anon": [("device[1]", "child<virtserialport>")]}
        properties = {"name": "org.aerostat.guest.0", "chardev": "agent0"}
        answers: dict[str, Any] = {
            "qmp_capabilities": {},
            "balloon": {},
            "qom-set": {},
            "query-status": {"status": "running", "running": True},
            "query-migrate": {},
            "query-memory-size-summary": {"base-memory": self.base, "plugged-memory": 0},
            "query-balloon": {"actual": self.balloon},
            "query-memory-devices": [],
            "query-chardev": [{"label": "agent0", "filename": f"disconnected:unix:{self._port_path},server=on", "frontend-open": True}],
            "qom-list": [{"name": name, "type": kind} for name, kind in tree.get(given.get("path", ""), [])],
        }
        if command == "qom-get" and given.get("property") in properties:
            return {"return": properties[given["property"]]}
        if command in answers:
            return {"return": answers[command]}
        return {"error": {"class": "GenericError", "desc": f"{command} is not in the script"}}

    # The port.
    def _take_host(self, host: socket.socket) -> None:
        self._drop_host()
        self._host = host
        self._sockets.append(host)
        self._selector.register(host, selectors.EVENT_READ, self._from_host)

    def _drop_host(self) -> None:
        if self._host is not None:
            self._selector.unregister(self._host)
            self._host.close()
            self._host = None

    def _from_host(self) -> None:
        assert self._host
        data = self._host.recv(4096)
        if not data:
            return self._drop_host()
        try:
            os.write(self._master, data)
        except BlockingIOError:
            pass  # nobody reads the line: a service that comes later asks again

    def _from_guest(self) -> None:
        data = os.read(self._master, 4096)
        if self._host is not None:
            self._host.sendall(data)

    def close(self) -> None:
        self._wake.send(b"x")
        self._thread.join()
        for one in [*self._sockets, self._wake, self._woken]:
            one.close()
        os.close(self._master)
        os.close(self._slave)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
