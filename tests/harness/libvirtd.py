"""A libvirtd of the tests' own, without systemd and apart from the host's: nothing of /etc, /var or /run is touched.

Root starts it in a mount namespace where these are folders of the run folder, as qemu:///system. Anybody else starts it as
qemu:///session with its folders there. Several may run at once, each with its own host UUID."""

import os
import re
import shutil
import signal
import subprocess
import uuid
from pathlib import Path
from typing import Self

from . import process
from .paths import socket_path
from .waiting import until

# Guests are files and processes of the tests' user; cgroups and security drivers of the host are left alone.
QEMU_CONF = """user = "root"
group = "root"
security_driver = "none"
cgroup_controllers = []
namespaces = []
remember_owner = 0
stdio_handler = "file"
"""
# Over what of the host, and where in the run folder.
PRIVATE = {"/etc/libvirt": "etc", "/var": "var", "/run": "run", "/etc/passwd": "passwd", "/etc/group": "group"}
# Debian's libvirt looks its own user up before it reads that another one is wanted. Its package libvirt-daemon-system
# makes that user; the tests need nothing else of that package, which would start a daemon on the host.
USER = "libvirt-qemu"


def missing() -> str | None:
    """Why a libvirtd cannot be started here; None if it can."""
    for program, package in (("libvirtd", "libvirt-daemon"), ("virsh", "libvirt-clients"), ("qemu-system-x86_64", "qemu-system-x86")):
        if not _program(program):
            return f"{program} is not installed (package {package})"
    if not list(Path("/usr/lib").glob("**/libvirt/connection-driver/libvirt_driver_qemu.so")):
        return "libvirt has no QEMU driver (package libvirt-daemon-driver-qemu)"
    return None


def _program(name: str) -> str | None:
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


class Libvirtd:
    """Not running until start(). Use it as a context manager, or call stop(), which also ends its domains."""

    def __init__(self, rundir: Path, name: str = "libvirt") -> None:
        self.root = rundir / name
        self.log = self.root / "libvirtd.log"
        self.host_uuid = str(uuid.uuid4())
        self.privileged = os.geteuid() == 0
        self._process: subprocess.Popen[bytes] | None = None
        for folder in ("etc", "var/lib", "var/cache", "var/log", "run", "home"):
            (self.root / folder).mkdir(parents=True, exist_ok=True)
        if not (self.root / "var" / "run").is_symlink():
            (self.root / "var" / "run").symlink_to("/run")
        for file, line in (("passwd", f"{USER}:x:64055:64055::/var/lib/libvirt:/usr/sbin/nologin\n"), ("group", f"{USER}:x:64055:\n")):
            known = Path("/etc", file).read_text()
            (self.root / file).write_text(known if f"\n{USER}:" in known else known.rstrip("\n") + "\n" + line)
        (self.root / "etc" / "qemu.conf").write_text(QEMU_CONF)
        (self.root / "etc" / "libvirtd.conf").write_text(
            f'host_uuid = "{self.host_uuid}"\nauth_unix_rw = "none"\nauth_unix_ro = "none"\nunix_sock_rw_perms = "0700"\n')

    @property
    def socket(self) -> Path:
        """Its socket, as the tests see it."""
        return self.root / "run" / "libvirt" / "libvirt-sock"

    @property
    def hook(self) -> Path:
        """Where a hook of QEMU's domains belongs. libvirtd looks for hooks when it starts."""
        return self.root / ("etc" if self.privileged else "home/config/libvirt") / "hooks" / "qemu.d" / "aerostat"

    @property
    def uri(self) -> str:
        """How a client outside of the namespace connects."""
        return f"qemu+unix:///{'system' if self.privileged else 'session'}?socket={self.socket}"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def inside(self, path: str | Path) -> Path:
        """A path that libvirt names, as the tests see it."""
        for there, here in PRIVATE.items():
            if str(path).startswith(there + "/") and self.privileged:
                return self.root / here / str(path).removeprefix(there + "/")
        return Path(path)

    def start(self) -> Self:
        """Returns when it answers."""
        reason = missing()
        if reason:
            raise RuntimeError(reason)
        socket_path(self.socket)
        self._process = process.start(self._command(), self.log)
        until(self._answers, 30, "libvirtd answers", interval=0.1)
        return self

    def _command(self) -> list[str]:
        daemon = [_program("libvirtd") or "libvirtd", "--config", str(self.root / "etc" / "libvirtd.conf"), "--timeout", "0"]
        if self.privileged:
            mounts = " && ".join(f"mount --bind '{self.root / here}' {there}" for there, here in PRIVATE.items())
            return ["unshare", "--mount", "--propagation", "private", "sh", "-c", mounts + ' && exec "$@"', "sh", *daemon]
        home = self.root / "home"
        return ["env", f"HOME={home}", f"XDG_CONFIG_HOME={home}/config", f"XDG_CACHE_HOME={home}/cache",
                f"XDG_RUNTIME_DIR={self.root}/run", *daemon]

    def _answers(self) -> bool:
        if self._process is not None and self._process.poll() is not None:
            raise RuntimeError(f"libvirtd ended: {self.log.read_text(errors='replace').strip()[-2000:]}")
        return self.virsh("uri", check=False).returncode == 0

    def virsh(self, *words: str, check: bool = True, timeout: float = 60) -> subprocess.CompletedProcess[str]:
        """Runs virsh against it; with `check` an error has virsh's own words."""
        run = subprocess.run(["virsh", "--quiet", "--connect", self.uri, *words], capture_output=True, text=True, timeout=timeout, check=False,
                             env=dict(os.environ, LC_ALL="C"))
        if check and run.returncode != 0:
            raise RuntimeError(f"virsh {' '.join(words)}: {run.stderr.strip()}")
        return run

    def xml(self, domain: str, *options: str) -> str:
        """`virsh dumpxml`; with --inactive the persistent definition."""
        return self.virsh("dumpxml", domain, *options).stdout

    def define(self, xml: str, *options: str) -> str:
        """Defines a domain, strictly validated with "--validate"; returns its name."""
        file = self.root / "define.xml"
        file.write_text(xml)
        said = self.virsh("define", str(file), *options).stdout
        name = re.search(r"Domain '(.*)' defined", said)
        return name.group(1) if name else re.findall(r"<name>(.*?)</name>", xml)[0]

    def qmp(self, domain: str, command: str) -> str:
        """Asks QEMU itself, past libvirt."""
        return self.virsh("qemu-monitor-command", domain, command).stdout

    def freeze(self) -> None:
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def stop_daemon(self) -> None:
        """Only the daemon; its domains run on, and start() finds them again."""
        if self._process is not None:
            process.stop(self._process)
            self._process = None

    def stop(self) -> None:
        """Domains and daemon."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self.thaw()
            for name in self.virsh("list", "--name", check=False, timeout=20).stdout.split("\n"):
                if name.strip():
                    self.virsh("destroy", name.strip(), check=False, timeout=20)
        self.stop_daemon()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
