"""Where things are. Nothing here is created on import."""

import os
import re
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# A unix socket's path has 108 bytes; a longer one cannot be bound.
LONGEST_SOCKET = 107


def guest_dir() -> Path:
    """Where demo/build-guest puts kernel and initramfs."""
    return Path(os.environ.get("AEROSTAT_GUEST_DIR", guest_dir_of(guest_kernel())))


def guest_kernel() -> str:
    """The kernel of the demo guest (demo/build-guest --kernel); empty: this machine's own."""
    return os.environ.get("AEROSTAT_GUEST_KERNEL", "")


def guest_dir_of(kernel: str) -> Path:
    """The same for another kernel."""
    return ROOT / "build" / ("guest" + ("-" + re.sub("[/:]", "-", kernel) if kernel else ""))


def cache_dir() -> Path:
    """Where what is fetched is kept, by the scripts too."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("AEROSTAT_CACHE") or Path(base) / "aerostat")


def qemu() -> str:
    """The QEMU that runs guests: a command or a path."""
    return os.environ.get("AEROSTAT_QEMU", "qemu-system-x86_64")


def bin_dir() -> Path:
    """Where the programs under test are."""
    return Path(os.environ.get("AEROSTAT_BUILD_DIR", ROOT / "build" / "release")) / "bin"


def guest_bin_dir(kernel: str) -> Path:
    """Where the programs under test are that run in a guest with this kernel."""
    return bin_dir().parent / "linux-i386" if kernel.endswith(":i386") else bin_dir()


def new_rundir(prefix: str = "aerostat-") -> Path:
    """A fresh folder with a short path, for sockets and logs. The caller removes it."""
    return Path(tempfile.mkdtemp(prefix=prefix))


def socket_path(path: Path) -> Path:
    """The same path, or an error that states the problem; creates its folder."""
    if len(os.fsencode(path)) > LONGEST_SOCKET:
        raise ValueError(f"socket path is longer than {LONGEST_SOCKET} bytes: {path}")
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
