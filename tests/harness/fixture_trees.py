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
from .kernels import fetched
from .paths import ROOT, guest_dir_of, qemu

FIXTURES = ROOT / "src/agent/linux/fixtures"
RECORD = ROOT / "tests/guest/record-init"


@dataclass(frozen=True)
class Tree:
    """A guest of `mib` MiB with the kernel of this release ("" is this machine's), or with that of a package for i386."""

    kernel: str
    words: str
    mib: int = 384
    i386: str = ""


TREES = {
    "linux-5.10": Tree("bullseye", "zram=64"),
    "linux-6.1": Tree("", "zram=64"),
    "linux-6.12": Tree("trixie", "zram=64"),
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
    with own_archive.open("wb") as out:
        subprocess.run("find . | cpio --quiet -o -H newc -R 0:0", shell=True, cwd=own, stdout=out, check=True)
    return image, [*archives, own_archive]


def shown(tree: Tree) -> str:
    """All that the guest said, until it powered off."""
    with tempfile.TemporaryDirectory(prefix="aerostat-tree-") as name:
        folder = Path(name)
        image, archives = system(tree, folder)
        initramfs, console = folder / "initramfs.cpio", folder / "console"
        initramfs.write_bytes(b"".join(archive.read_bytes() for archive in archives))
        accel = accelerator()
        subprocess.run([qemu(), "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-machine", "q35", "-accel", accel,
                        "-cpu", processor(accel), "-m", str(tree.mib), "-kernel", str(image), "-initrd", str(initramfs),
                        "-append", f"console=ttyS0 quiet rdinit=/record {tree.words}", "-serial", f"file:{console}"], timeout=180, check=True)
        return console.read_text(errors="replace").replace("\r", "")


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
