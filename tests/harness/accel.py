"""The accelerator that runs guests here. /dev/kvm may exist and still not run a guest, so it is tried once and remembered.

    python3 -m tests.harness.accel        prints it
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from .paths import guest_dir, qemu

# Far more than a guest under KVM needs to reach its init; a broken one hangs, or QEMU ends at once.
PROBE_SECONDS = 8


def accelerator() -> str:
    """`kvm` if it boots a guest, otherwise `tcg`. AEROSTAT_ACCEL decides without a trial."""
    forced = os.environ.get("AEROSTAT_ACCEL")
    if forced:
        return forced
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return "tcg"
    if not (guest_dir() / "vmlinuz").exists():
        raise FileNotFoundError(f"{guest_dir()}/vmlinuz: run demo/build-guest first")
    memory = guest_dir() / "accel.json"
    key = _machine_key()
    try:
        known = json.loads(memory.read_text())
        if known["key"] == key:
            return known["accel"]
    except (OSError, ValueError, KeyError):
        pass
    accel = "kvm" if _kvm_boots() else "tcg"
    memory.write_text(json.dumps({"key": key, "accel": accel}) + "\n")
    return accel


def processor(accel: str) -> str:
    """Under emulation without slow features: string instructions are emulated byte by byte (clearing a page takes five times
    as long with erms), and five levels of page tables are walked for nothing."""
    return "host" if accel == "kvm" else "max,-erms,-fsrm,-la57"


def timer_came_late(console: Path) -> bool:
    """On a busy host an emulated timer may be too late for the kernel's check of it at boot. The kernel then panics, and the
    guest must be started again. (no_timer_check would avoid that, but no user's guest has it.)"""
    return console.exists() and b"IO-APIC + timer doesn't work" in console.read_bytes()


def _machine_key() -> str:
    """Changes with the host's boot and with QEMU."""
    version = subprocess.run([qemu(), "--version"], capture_output=True, text=True, check=True).stdout
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip() + " " + version.splitlines()[0]


def _kvm_boots() -> bool:
    with tempfile.NamedTemporaryFile() as console:
        command = [qemu(), "-nodefaults", "-display", "none", "-no-reboot", "-machine", "q35",
                   "-accel", "kvm", "-cpu", processor("kvm"), "-m", "256", "-serial", f"file:{console.name}",
                   "-kernel", str(guest_dir() / "vmlinuz"), "-initrd", str(guest_dir() / "initramfs.cpio"),
                   "-append", "console=ttyS0 probe"]
        try:
            subprocess.run(command, timeout=PROBE_SECONDS, stdin=subprocess.DEVNULL,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        except (subprocess.SubprocessError, OSError):
            return False
        return b"guest: init" in Path(console.name).read_bytes()


if __name__ == "__main__":
    try:
        print(accelerator())
    except FileNotFoundError as missing:
        sys.exit(f"accel: {missing}")
