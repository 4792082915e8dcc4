"""Records what real kernels say of their memory, as trees that the sampler's unit tests read: src/agent/linux/fixtures/NAME.

    python3 -m tests.harness.fixture_trees [NAME…]     default: all; each boots a guest for some seconds

The tests know what is true of these guests: what they were started with, and what sysinfo() said (the file `free`).
"""

import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from .accel import accelerator, processor
from .beside import unpacked
from .cpio import archive_of
from .kernels import fetched
from .paths import ROOT, guest_dir_of, qemu
from .qmp import Qmp
from .waiting import until

FIXTURES = ROOT / "src/agent/linux/fixtures"
RECORD = ROOT / "tests/guest/record-init"


@dataclass(frozen=True)
class Tree:
    """A guest of `mib` MiB with the kernel of this release ("" is this machine's), or with that of a package for i386."""

    kernel: str
    words: str
    mib: int = 384
    i386: str = ""
    disk: int = 0  # MiB of a disk
    balloon: int = 0  # MiB that its balloon takes
    deflates: bool = False  # on its own, when the guest runs out


TREES = {
    "linux-5.10": Tree("bullseye", "zram=64"),
    "linux-6.1": Tree("", "zram=64"),
    "linux-6.12": Tree("trixie", "zram=64"),
    "zswap": Tree("", "zram=64 zswap=24"),
    # Cache that was read once and cache that was read often, with both ways to age pages. 6.1 of Debian has lru_gen off.
    "cache-6.1": Tree("", "read=96", disk=96),
    "cache-6.12": Tree("trixie", "read=96", disk=96),
    "cache-6.12-lru-gen-off": Tree("trixie", "lru_gen=0 read=96", disk=96),
    "balloon": Tree("", "balloon=128", balloon=128),
    "deflate-on-oom": Tree("", "balloon=128", balloon=128, deflates=True),
    "without-psi": Tree("", "psi=0"),
    "hugetlb": Tree("", "hugepages=64"),
    "cgroup-v1": Tree("", "group=20"),
    "32-bit": Tree("bookworm", "", 1536, "linux-image-686"),
}


def system(tree: Tree, folder: Path) -> tuple[Path, list[Path]]:
    """The kernel, and the archives that make its file system."""
    own = folder / "own"
    for name in ("proc", "sys", "dev", "bin"):
        (own / name).mkdir(parents=True)
    shutil.copy(RECORD, own / "record")
    archives = []
    if tree.i386:
        parts = [unpacked(tree.kernel, package, "i386") for package in (tree.i386, "busybox-static")]
        if missing := [part for part in parts if isinstance(part, str)]:
            sys.exit(missing[0])
        kernel, busybox = (part for part in parts if isinstance(part, Path))
        shutil.copy(next(busybox.glob("**/bin/busybox")), own / "bin/busybox")
        image = next(kernel.glob("boot/vmlinuz*"))
    else:
        if missing_kernel := fetched(tree.kernel):
            sys.exit(missing_kernel)
        image = guest_dir_of(tree.kernel) / "vmlinuz"
        archives = [guest_dir_of(tree.kernel) / "initramfs.cpio"]
    own_archive = folder / "own.cpio"
    own_archive.write_bytes(archive_of(own))
    return image, [*archives, own_archive]


def shown(tree: Tree) -> str:
    """All that the guest said, until it powered off."""
    with tempfile.TemporaryDirectory(prefix="aerostat-tree-") as name:
        folder = Path(name)
        image, archives = system(tree, folder)
        initramfs, console = folder / "initramfs.cpio", folder / "console"
        initramfs.write_bytes(b"".join(archive.read_bytes() for archive in archives))
        accel = accelerator()
        command = [qemu(), "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-machine", "q35", "-accel", accel,
                   "-cpu", processor(accel), "-m", str(tree.mib), "-kernel", str(image), "-initrd", str(initramfs),
                   "-append", f"console=ttyS0 quiet rdinit=/record {tree.words}", "-serial", f"file:{console}", *devices(tree, folder)]
        with subprocess.Popen(command) as guest:
            try:
                if tree.balloon:
                    inflate(tree, folder, console)
                if guest.wait(timeout=180):
                    sys.exit(f"{qemu()} ended with {guest.returncode}")
            finally:
                guest.kill()
        return console.read_text(errors="replace").replace("\r", "")


def devices(tree: Tree, folder: Path) -> list[str]:
    """Beside the least."""
    out = []
    if tree.disk:
        disk = folder / "disk"
        with disk.open("wb") as file:
            file.truncate(tree.disk << 20)
        out += ["-drive", f"file={disk},format=raw,if=virtio,readonly=on"]
    if tree.balloon:
        out += ["-qmp", f"unix:{folder / 'qmp'},server=on,wait=off",
                "-device", f"virtio-balloon,deflate-on-oom={'on' if tree.deflates else 'off'}"]
    return out


def inflate(tree: Tree, folder: Path, console: Path) -> None:
    """Once the guest has its driver."""
    until(lambda: console.exists() and "waits for the balloon" in console.read_text(errors="replace"), 120, "the guest's balloon driver")
    with Qmp(folder / "qmp") as qmp:
        qmp.execute("balloon", value=(tree.mib - tree.balloon) << 20)


def record(name: str) -> None:
    said = shown(TREES[name])
    if "\n@@ end" not in said:
        sys.exit(f"{name}: the guest did not end its list:\n{said[-2000:]}")
    shutil.rmtree(FIXTURES / name, ignore_errors=True)
    for path, text in re.findall(r"^@@ (\S+)\n(.*?)(?=^@@ )", said, flags=re.MULTILINE | re.DOTALL):
        place = FIXTURES / name / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    print(f"{name}: {sum(1 for file in (FIXTURES / name).rglob('*') if file.is_file())} files", flush=True)


if __name__ == "__main__":
    for each in sys.argv[1:] or TREES:
        record(each)
