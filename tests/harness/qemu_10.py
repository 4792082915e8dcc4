"""QEMU 10 of Debian 12's backports, beside the QEMU that is installed. AEROSTAT_QEMU=$(python3 -m tests.harness.qemu_10) lets
guests of tests and demo run on it. Their virtio-mem devices take memory slots only as blocks are plugged, which is new."""

import sys
from pathlib import Path

from .beside import LIBRARIES, unpacked, wrapper


def command() -> Path | str:
    """What to call instead of qemu-system-x86_64; otherwise why there is none."""
    folder = unpacked("bookworm-backports", "qemu-system-x86")
    if isinstance(folder, str):
        return folder
    return wrapper(folder, "usr/bin/qemu-system-x86_64", f'-L "{folder}/usr/share/qemu" -L "{folder}/usr/share/seabios" '
                   "-global virtio-mem.dynamic-memslots=on ",
                   f'QEMU_MODULE_DIR="{folder / LIBRARIES}/qemu" ')


if __name__ == "__main__":
    found = command()
    if isinstance(found, str):
        sys.exit(found)
    print(found)
