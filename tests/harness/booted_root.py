"""systemd itself, running a clean root as a container: units are started as on a real host, in seconds and without a VM.

It needs root, and a cgroup hierarchy of systemd's that may be written. The host's programs are below /host/usr, for
what the root lacks: QEMU."""

import os
import shlex
import signal
import subprocess
from pathlib import Path
from typing import Self

from .clean_root import ENVIRONMENT, CleanRoot, Result, Unavailable
from .waiting import until

CGROUP = Path("/sys/fs/cgroup")
BOOT_SECONDS = 120

# In new namespaces, with the root as the first argument and how to mount cgroups as the second.
START = r"""
set -e
mount --bind "$1" "$1"
cd "$1"
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
eval "$2"
mount -t tmpfs -o mode=755 tmpfs dev
for device in null zero full random urandom tty; do : >dev/$device; mount --bind /dev/$device dev/$device; done
mkdir dev/shm dev/pts
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
ln -s pts/ptmx dev/ptmx
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs tmpfs tmp
mkdir -p mnt host/usr
mount --bind /usr host/usr
mount -o remount,ro,bind host/usr
pivot_root . mnt
cd /
umount -l /mnt
exec env -i container=oci PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --log-target=console --show-status=0
"""


def hierarchy() -> tuple[Path, str]:
    """Where systemd's own cgroups are, and how a new cgroup namespace mounts them."""
    if (CGROUP / "cgroup.controllers").exists():
        return CGROUP, "mount -t cgroup2 cgroup2 sys/fs/cgroup"
    if (CGROUP / "systemd" / "cgroup.procs").exists():
        return CGROUP / "systemd", ("mount -t tmpfs -o mode=755 tmpfs sys/fs/cgroup; mkdir sys/fs/cgroup/systemd; "
                                    "mount -t cgroup -o none,name=systemd cgroup sys/fs/cgroup/systemd")
    raise Unavailable("there is no cgroup hierarchy in which systemd could run")


class BootedRoot(CleanRoot):
    """Use it as a context manager: systemd is up when it is entered, and everything it started is gone when it is left."""

    def __init__(self, system: int) -> None:
        if os.geteuid() != 0:
            raise Unavailable("starting systemd in a container needs root")
        self._cgroups, self._mount = hierarchy()
        super().__init__(system)

    def __enter__(self) -> Self:
        super().__enter__()
        try:
            self._boot()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _boot(self) -> None:
        (self.path / "etc/fstab").write_text("")
        (self.path / "etc/machine-id").write_text("0123456789abcdef0123456789abcdef\n")
        self._cgroup = self._cgroups / f"aerostat-test-{os.getpid()}-{self.system}"
        try:
            self._cgroup.mkdir()
        except OSError as why:
            raise Unavailable(f"{self._cgroup} cannot be made: {why}") from why
        enter = f"echo $$ >{shlex.quote(str(self._cgroup))}/cgroup.procs && exec \"$@\""
        self._log = (self.path / "boot.log").open("wb")
        self._process = subprocess.Popen(
            ["sh", "-c", enter, "-", "unshare", "--mount", "--pid", "--uts", "--ipc", "--net", "--cgroup", "--fork", "--kill-child",
             "--propagation", "private", "bash", "-c", START, "-", str(self.path), self._mount],
            stdin=subprocess.DEVNULL, stdout=self._log, stderr=subprocess.STDOUT)

        def up() -> bool:
            if self._process.poll() is not None:
                raise Unavailable(f"systemd does not start in a container here: {(self.path / 'boot.log').read_text(errors='replace')[-500:]}")
            return self.run("systemctl is-system-running").text.strip() in ("running", "degraded")

        until(up, BOOT_SECONDS, "systemd is up", interval=0.5)

    def _init(self) -> str:
        """systemd's process id out here."""
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        return children[0] if children else "0"

    def run(self, command: str) -> Result:
        """A shell command inside, as root. What it starts in the background goes on."""
        done = subprocess.run(["nsenter", "--target", self._init(), "--mount", "--pid", "--uts", "--ipc", "--net", "--cgroup", "--root",
                               "--wd", "/bin/sh", "-c", command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False, env=ENVIRONMENT)
        return Result(done.returncode, done.stdout)

    def __exit__(self, *_: object) -> None:
        if hasattr(self, "_process"):
            # systemd is the first process of its namespace: all others end with it.
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._log.close()
            until(lambda: not self._rest(), 30, "everything has ended")
            self._remove_cgroups()
        super().__exit__()

    def _rest(self) -> str:
        return "".join(file.read_text() for file in self._cgroup.rglob("cgroup.procs"))

    def _remove_cgroups(self) -> None:
        for folder in sorted((f for f in self._cgroup.rglob("*") if f.is_dir()), key=lambda f: len(f.parts), reverse=True):
            folder.rmdir()
        self._cgroup.rmdir()
