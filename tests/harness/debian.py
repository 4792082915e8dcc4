"""A guest as users run it: an image of script/guest-image, started as the README says.

The tests add to the README's command line: a monitor of their own; the console in a file; the image's kernel and initrd,
loaded by QEMU (with root= and console= only) instead of a boot loader; and two ports, a shell and a watch."""

import base64
import functools
import os
import select
import shlex
import socket
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from . import process
from .accel import accelerator, timer_came_late
from .paths import ROOT, bin_dir, socket_path
from .qmp import Qmp
from .waiting import until

MIB = 1 << 20
KIB_OF_MIB = 1024

# Root and console, as the README says; nothing that makes a guest faster or smaller than users' guests.
KERNEL_LINE = ("root=/dev/vda", "console=ttyS0")
# Linux accepts words up to 128 KiB. A multiple of 4, so that each part of the encoded text can be decoded by
# itself.
LONGEST_WORD = 64 * 1024
# Emulated, systemd is up within a minute on an idle machine.
BOOT_SECONDS = 400


class GuestGone(Exception):
    """The guest's end of a port was closed, or QEMU ended."""


@dataclass(frozen=True)
class Done:
    """A command that ran to its end in the guest."""

    status: int
    text: str


@dataclass(frozen=True)
class Look:
    """One look at the guest's memory from inside."""

    ms: int
    total_kib: int
    available_kib: int
    swapped_in: int
    swapped_out: int
    kills: int
    committed_kib: int


@dataclass(frozen=True)
class Seen:
    """The watch's observations over a time."""

    least_mib: int
    starved_s: float       # longest time with less than the threshold available
    swapped_in: int        # pages
    swapped_out: int
    kills: int
    longest_gap_s: float   # between two looks: the watch itself could not run


def seen(looks: list[Look], threshold_mib: int = 16) -> Seen:
    """A summary of these looks. A time of too little ends with the first look that shows enough."""
    if not looks:
        raise GuestGone("the watch said nothing")
    longest = gap = 0
    since: int | None = None
    for before, now in zip([looks[0], *looks], looks):
        gap = max(gap, now.ms - before.ms)
        if now.available_kib < threshold_mib * KIB_OF_MIB:
            since = now.ms if since is None else since
        if since is not None:
            longest = max(longest, now.ms - since)
            if now.available_kib >= threshold_mib * KIB_OF_MIB:
                since = None
    first, last = looks[0], looks[-1]
    return Seen(min(look.available_kib for look in looks) // KIB_OF_MIB, longest / 1000, last.swapped_in - first.swapped_in,
                last.swapped_out - first.swapped_out, last.kills - first.kills, gap / 1000)


class _Port:
    """The host's end of a port, connected from the start, so that the guest finds a peer."""

    def __init__(self, path: Path) -> None:
        self.socket = until(lambda: self._connect(path), 30, f"{path.name}")

    @staticmethod
    def _connect(path: Path) -> socket.socket | None:
        attempt = socket.socket(socket.AF_UNIX)
        try:
            attempt.connect(str(path))
            return attempt
        except (FileNotFoundError, ConnectionRefusedError):
            attempt.close()
            return None

    def close(self) -> None:
        self.socket.close()


class Watch(_Port):
    """All looks since the guest was started, and the time of the last one on this machine's clock."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.looks: list[Look] = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        held = b""
        while True:
            try:
                got = self.socket.recv(65536)
            except OSError:
                return
            if not got:
                return
            *lines, held = (held + got).split(b"\n")
            for line in lines:
                numbers = line.split()
                if len(numbers) == 7 and all(number.lstrip(b"-").isdigit() for number in numbers):
                    self.looks.append(Look(*map(int, numbers)))

    def mark(self) -> int:
        return len(self.looks)


class Shell(_Port):
    """Runs one command after the other."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._count = 0

    def run(self, command: str, timeout: float) -> Done:
        """TimeoutError if it takes longer. It then continues in the guest, and the shell is useless."""
        self._count += 1
        mark = f"--end-{os.getpid()}-{self._count}-"
        # A child process, which the guest's kernel may kill like any program. The mark has two parts, so that no echo
        # of the command is mistaken for it.
        self.socket.sendall(f"choom -n 0 -- sh -c {shlex.quote(command)} </dev/null 2>&1; echo \"\n{mark[:5]}\"\"{mark[5:]}$?=\"\n".encode())
        got, deadline = b"", time.monotonic() + timeout
        while mark.encode() not in got or not got.rstrip().endswith(b"="):
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.socket], [], [], left)[0]:
                raise TimeoutError(f"in the guest: not done within {timeout:g} s: {command}: {got[-500:].decode(errors='replace')}")
            chunk = self.socket.recv(65536)
            if not chunk:
                raise GuestGone(f"the guest ended during: {command}")
            got += chunk
        text, _, status = got.decode(errors="replace").rpartition(mark)
        return Done(int(status.strip().rstrip("=")), text.strip())


class Wrong(Exception):
    """What was seen in a guest is not what is promised."""


@functools.cache
def image(system: int, swap: bool, service: bool, kind: str = "") -> Path:
    """The image, of a kind that script/guest-image has; created if necessary, which takes minutes once and is announced."""
    command = [str(ROOT / "script" / "guest-image"), str(system), *(["--swap"] if swap else []), *([] if service else ["--no-service"]),
               *([f"--{kind}"] if kind else [])]
    environment = dict(os.environ, AEROSTAT_BUILD_DIR=str(bin_dir().parent))
    return Path(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment).stdout.split()[-1])


@dataclass
class Debian:
    """A guest that is not running until start(). Use it as a context manager, or call stop()."""

    name: str
    rundir: Path
    system: int = 12
    startup: str = "512M"
    maximum: str = "4G"
    swap: bool = False
    service: bool = True
    kind: str = ""                # of image: wine (with the service for Windows, which nothing starts), databases, i386
    kernel: tuple[str, ...] = ()  # more kernel arguments, where they are what a test is about
    extra: list[str] = field(default_factory=list)  # more QEMU arguments

    def __post_init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._observer: Qmp | None = None
        self._shell: Shell | None = None
        self._watch: Watch | None = None
        self.image = image(self.system, self.swap, self.service, self.kind)
        self.disk = self.rundir / "disk" / f"{self.name}.qcow2"

    @property
    def console(self) -> Path:
        return self.rundir / "log" / f"{self.name}.console"

    @property
    def log(self) -> Path:
        return self.rundir / "log" / f"{self.name}.qemu"

    def _socket(self, what: str) -> Path:
        return socket_path(self.rundir / what / f"{self.name}.sock")

    def qemu_args(self) -> list[str]:
        """The output of `aerostat qemu-args`."""
        return shlex.split(subprocess.run(
            [str(bin_dir() / "aerostat"), "qemu-args", self.name, "--startup", self.startup, "--maximum", self.maximum,
             "--directory", str(self.rundir / "qmp"), "--one-line"], check=True, stdout=subprocess.PIPE, text=True).stdout)

    def command(self) -> list[str]:
        """The README's command line with the tests' additions."""
        ports = []
        for what in ("shell", "watch"):
            ports += ["-chardev", f"socket,id={what},path={self._socket(what)},server=on,wait=off",
                      "-device", f"virtserialport,bus=aerostat-serial.0,chardev={what},name=org.aerostat.{what}.0"]
        return ["qemu-system-x86_64", "-machine", f"q35,accel={accelerator()}", "-drive", f"file={self.disk},if=virtio",
                *self.qemu_args(),
                "-display", "none", "-serial", f"file:{self.console}",
                "-kernel", str(self.image.parent / "vmlinuz"), "-initrd", str(self.image.parent / "initrd"),
                "-append", " ".join([*KERNEL_LINE, *self.kernel]),
                "-qmp", f"unix:{self._socket('observe')},server=on,wait=off", *ports, *self.extra]

    # Life.
    def start(self) -> Self:
        """Starts QEMU on the guest's disk, a new one the first time. Does not wait for the guest."""
        self.console.parent.mkdir(parents=True, exist_ok=True)
        (self.rundir / "qmp").mkdir(exist_ok=True)
        if not self.disk.exists():
            self.disk.parent.mkdir(exist_ok=True)
            subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", "-b", str(self.image), "-F", "raw", str(self.disk)], check=True)
        for what in ("shell", "watch", "observe"):
            self._socket(what).unlink(missing_ok=True)
        self._process = process.start(self.command(), self.log)
        until(lambda: self._socket("observe").exists() or not self.running, 30, f"{self.name}: its monitor")
        if not self.running:
            raise RuntimeError(f"{self.name}: QEMU ended: {self.log.read_text(errors='replace').strip()}")
        self._observer, self._shell, self._watch = Qmp(self._socket("observe")), Shell(self._socket("shell")), Watch(self._socket("watch"))
        return self

    def wait_ready(self, timeout: float = BOOT_SECONDS) -> Self:
        """systemd has started everything."""
        deadline = time.monotonic() + timeout
        mark = self.watch.mark()
        until(lambda: self.watch.mark() > mark or not self.running or timer_came_late(self.console), timeout, f"{self.name}: boots", interval=0.2)
        if timer_came_late(self.console):
            print(f"{self.name}: its timer came late; it is started again", flush=True)
            self.stop()
            return self.start().wait_ready(timeout)
        if not self.running:
            raise GuestGone(f"{self.name}: QEMU ended: {self.tail()}")
        self.run("systemctl is-system-running --wait >/dev/null; systemctl --no-legend --failed", timeout=max(1.0, deadline - time.monotonic()))
        return self

    def restart(self, timeout: float = BOOT_SECONDS) -> Self:
        """systemctl reboot; returns when everything has been started again."""
        before = self.watch.looks[-1].ms
        self.run("(sleep 1; systemctl reboot) >/dev/null 2>&1 &")
        until(lambda: self.watch.looks[-1].ms < before or not self.running or timer_came_late(self.console), timeout,
              f"{self.name}: reboots", interval=0.2)
        return self.wait_ready(timeout)

    def wait_ended(self, timeout: float) -> None:
        until(lambda: not self.running, timeout, f"{self.name} powers off", interval=0.2)
        self.stop()

    def stop(self) -> None:
        """Ends QEMU, if it has not ended. Safe to repeat."""
        for connection in (self._shell, self._watch, self._observer):
            if connection:
                connection.close()
        self._shell = self._watch = self._observer = None
        if self._process:
            process.stop(self._process)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    # Views and acts.
    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def qmp(self) -> Qmp:
        assert self._observer, "the guest is not running"
        return self._observer

    @property
    def watch(self) -> Watch:
        assert self._watch, "the guest is not running"
        return self._watch

    def run(self, command: str, timeout: float = 60) -> Done:
        """Runs a shell command in the guest, as root."""
        assert self._shell, "the guest is not running"
        return self._shell.run(command, timeout)

    def do(self, command: str, timeout: float = 120) -> str:
        """The same for one that has to succeed: its output, or Wrong."""
        done = self.run(command, timeout)
        if done.status:
            raise Wrong(f"{command}: exit status {done.status}: {done.text}")
        return done.text

    def put(self, path: str, text: str) -> None:
        """Writes a file in the guest."""
        code, place = base64.b64encode(text.encode()).decode(), shlex.quote(path)
        self.run(f": >{place}")
        for at in range(0, len(code), LONGEST_WORD):
            done = self.run(f"echo {code[at:at + LONGEST_WORD]} | base64 -d >>{place}")
            if done.status:
                raise RuntimeError(f"{path}: {done.text}")

    def tail(self, lines: int = 20) -> str:
        """The end of what QEMU and the guest said."""
        texts = [path.read_text(errors="replace") for path in (self.log, self.console) if path.exists()]
        return "\n".join("\n".join(texts).splitlines()[-lines:])
