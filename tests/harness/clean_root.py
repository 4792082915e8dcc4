"""A minimal Debian to install packages into: a folder with a system of its own, without systemd running.

The system is installed once by mmdebstrap, from this machine's own mirror, and kept where script/guest-image keeps its
images. Nothing of it needs root: a user namespace will do."""

import fcntl
import os
import shlex
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from .paths import cache_dir

CODENAMES = {12: "bookworm", 13: "trixie"}
DEFAULT_MIRROR = "http://deb.debian.org/debian"
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}


class Unavailable(Exception):
    """The system cannot be had here; the text says why."""


@dataclass(frozen=True)
class Result:
    status: int
    text: str


def as_root() -> list[str]:
    """A prefix with which a program is root, at least over its own files."""
    return [] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--map-auto"]


def mirror() -> str:
    """Where this machine's own packages come from."""
    done = subprocess.run(["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", "Origin: Debian", "Label: Debian"],
                          capture_output=True, text=True, check=False)
    return min(done.stdout.split(), default=DEFAULT_MIRROR)


def archive(system: int) -> Path:
    """The system as a tar archive; made if necessary."""
    folder = cache_dir() / f"debian-{system}"
    folder.mkdir(parents=True, exist_ok=True)
    made = folder / "minimal.tar"
    with (cache_dir() / f".lock-minimal-{system}").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if made.exists():
            return made
        print(f"installing a minimal Debian {system} from {mirror()}: a minute or two", flush=True)
        fresh = made.with_suffix(".new")
        done = subprocess.run(["mmdebstrap", "--variant=apt", "--aptopt=Acquire::Retries \"3\"", "--dpkgopt=force-unsafe-io",
                               "--format=tar", "--include=systemd-sysv,passwd", CODENAMES[system], str(fresh), mirror()],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if done.returncode:
            fresh.unlink(missing_ok=True)
            raise Unavailable(f"Debian {system} could not be installed from {mirror()}: {done.stderr.strip().splitlines()[-1:]}")
        fresh.rename(made)
    return made


class CleanRoot:
    """Use it as a context manager: unpacked when entered, gone when left."""

    def __init__(self, system: int) -> None:
        self.system = system
        self._archive = archive(system)

    def __enter__(self) -> Self:
        self.path = Path(tempfile.mkdtemp(prefix="aerostat-root-"))
        # Devices are the host's.
        subprocess.run([*as_root(), "tar", "-xf", str(self._archive), "-C", str(self.path), "--exclude=./dev/*"], check=True)
        return self

    def __exit__(self, *_: object) -> None:
        subprocess.run([*as_root(), "rm", "-rf", str(self.path)], check=True)

    def run(self, command: str) -> Result:
        """A shell command inside, as root and without a network. Nothing it starts outlives it."""
        inside = 'mount --rbind /dev "$0/dev" && mount -t proc proc "$0/proc" && exec chroot "$0" /bin/sh -c "$1"'
        done = subprocess.run([*as_root(), "unshare", "--mount", "--pid", "--net", "--fork", "--kill-child", "sh", "-c", inside, str(self.path), command],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                              env=ENVIRONMENT)
        return Result(done.returncode, done.stdout)

    def put(self, file: Path, place: str) -> None:
        subprocess.run([*as_root(), "install", "-m", "644", str(file), f"{self.path}{place}"], check=True)

    def write(self, place: str, text: str) -> None:
        """Adds text to a file."""
        self.run(f"mkdir -p {shlex.quote(str(Path(place).parent))} && printf %s {shlex.quote(text)} >>{shlex.quote(place)}")

    def read(self, place: str) -> str:
        return self.run(f"cat {shlex.quote(place)}").text

    def has(self, place: str) -> bool:
        return self.run(f"test -e {shlex.quote(place)} -o -L {shlex.quote(place)}").status == 0

    def files(self) -> set[str]:
        """All paths but those that belong to running programs and to the package manager's own records."""
        skipped = " -o ".join(f"-path ./{place}" for place in ("proc", "sys", "dev", "tmp", "var/lib/dpkg", "var/lib/apt", "var/log", "var/cache"))
        return set(self.run(f"cd / && find . \\( {skipped} \\) -prune -o -print").text.splitlines())
