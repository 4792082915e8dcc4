"""aerostatd as a child process, with its own configuration, used over its API like any client."""

import http.client
import json
import os
import signal
import socket
import subprocess
from pathlib import Path
from typing import Any, Self

from . import process
from .paths import bin_dir
from .waiting import until

GIB = 1 << 30

# All VMs, down to less than their boot memory.
DYNAMIC = '[defaults]\nmode = "dynamic"\nminimum = "256M"\n'


def held_at(name: str, mib: int) -> str:
    """One VM, down to less than its boot memory, and for now at most up to the given size."""
    return f'[vm.{name}]\nmode = "dynamic"\nminimum = "256M"\nmaximum = "{mib}M"\n'


class ApiError(Exception):
    """The daemon refused."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(f"{status}: {body.get('detail', body)}")
        self.status = status
        self.body = body


class _UnixHttp(http.client.HTTPConnection):
    def __init__(self, path: Path, timeout: float) -> None:
        super().__init__("aerostat", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


class Daemon:
    """Not running until start(). `config` is additional TOML, after the lines that every test needs; `prefix` is a command
    that starts the daemon and becomes it; `listen` an address for TCP."""

    def __init__(self, rundir: Path, capacity: str = "3G", config: str = "", profile: str = "balanced",
                 prefix: list[str] | None = None, listen: str = "") -> None:
        self.rundir = rundir
        self.config_file = rundir / "aerostat.toml"
        self.socket = rundir / "api.sock"
        self.log = rundir / "log" / "aerostatd.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._starts = 0
        self._prefix = prefix or []
        (rundir / "qmp").mkdir(parents=True, exist_ok=True)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        # The host's own domains are nobody's test.
        libvirt = "" if "[libvirt]" in config else '[libvirt]\nenabled = "false"'
        self.config_file.write_text(f"""capacity = "{capacity}"
profile = "{profile}"
state_dir = "{rundir}/state"
[api]
socket = "{self.socket}"
{f'listen = "{listen}"' if listen else ""}
[qemu]
directories = ["{rundir}/qmp"]
{libvirt}
{config}
""")

    def start(self) -> Self:
        """Starts it and waits until it answers."""
        self._starts += 1
        log = self.log.with_suffix(f".{self._starts}.log")
        self._process = process.start([*self._prefix, str(bin_dir() / "aerostatd"), "--config", str(self.config_file)], log)
        until(lambda: self._answers(log), 15, "aerostatd answers")
        return self

    def _answers(self, log: Path) -> bool:
        if not self.running:
            raise RuntimeError(f"aerostatd ended: {log.read_text(errors='replace')[-2000:]}")
        try:
            self.host()
            return True
        except (OSError, http.client.HTTPException):
            return False

    def kill(self) -> None:
        """Like a crash: no chance to clean up."""
        assert self._process
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def signal(self, number: int) -> None:
        assert self._process
        self._process.send_signal(number)

    def stop(self) -> None:
        if self._process:
            process.stop(self._process)

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    def logs(self) -> str:
        """The logs of all starts."""
        files = sorted(self.log.parent.glob("aerostatd.*.log"))
        return "".join(file.read_text(errors="replace") for file in files)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    # The API.
    def request(self, method: str, path: str, body: dict[str, Any] | None = None, timeout: float = 5) -> Any:
        connection = _UnixHttp(self.socket, timeout)
        try:
            connection.request(method, path, json.dumps(body) if body is not None else None,
                               {"Content-Type": "application/json"} if body is not None else {})
            answer = connection.getresponse()
            data = json.loads(answer.read() or b"null")
        finally:
            connection.close()
        if answer.status >= 400:
            raise ApiError(answer.status, data)
        return data

    def text(self, path: str, timeout: float = 5) -> str:
        """The body of an answer that is not JSON."""
        connection: http.client.HTTPConnection = _UnixHttp(self.socket, timeout)
        try:
            connection.request("GET", path)
            return connection.getresponse().read().decode()
        finally:
            connection.close()

    def items(self, path: str, timeout: float = 5) -> list[dict[str, Any]]:
        return self.request("GET", path, timeout=timeout)["items"]

    def host(self) -> dict[str, Any]:
        return self.request("GET", "/v1/host")

    def vms(self, timeout: float = 5) -> dict[str, dict[str, Any]]:
        return {vm["name"]: vm for vm in self.items("/v1/vms", timeout)}

    def vm(self, name: str) -> dict[str, Any]:
        return self.request("GET", f"/v1/vms/{name}")

    def set(self, name: str, **settings: Any) -> dict[str, Any]:
        return self.request("PATCH", f"/v1/vms/{name}", settings)

    def decisions(self, name: str, limit: int = 100) -> list[dict[str, Any]]:
        return self.items(f"/v1/vms/{name}/decisions?limit={limit}")

    def reactions(self) -> list[dict[str, Any]]:
        return self.items("/v1/reactions")

    def events(self, after: int = 0) -> list[dict[str, Any]]:
        return self.items(f"/v1/events?after={after}")

    def status(self, name: str) -> str:
        """A VM's status as a code, empty while the VM is not known."""
        return self.vms().get(name, {}).get("status", "")

    def wait_status(self, name: str, *wanted: str, timeout: float) -> str:
        return until(lambda: (s := self.status(name)) in wanted and s, timeout, f"{name} is {' or '.join(wanted)}")

    def wait_served(self, name: str, timeout: float) -> None:
        """Waits until all is well by its service's report. Balloon statistics can say so before the service is there."""

        def served() -> bool:
            vm = self.vms().get(name, {})
            return vm.get("status") == "ok" and vm.get("integration", "").startswith("service")

        until(served, timeout, f"{name} is OK, as its service says")


# A program started this way has no root privileges, wherever the build is: setpriv drops them at the start.
AS_NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


def command(*arguments: str, socket_path: Path | None = None, prefix: list[str] | None = None) -> subprocess.CompletedProcess[str]:
    """Runs the `aerostat` command to its end."""
    environment = dict(os.environ, NO_COLOR="1")
    if socket_path:
        environment["AEROSTAT_SOCKET"] = str(socket_path)
    return subprocess.run([*(prefix or []), str(bin_dir() / "aerostat"), *arguments], capture_output=True, text=True,
                          env=environment, timeout=60, check=False)
