"""Runs a program with what a systemd unit leaves it of capabilities and of families of sockets. The rest of a unit needs systemd.

python3 -m tests.harness.unit_rights FAMILY,FAMILY PROGRAM ARGUMENT…"""

import ctypes
import os
import platform
import re
import socket
import struct
import sys

from .paths import ROOT

PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2
ARCH_X86_64, SOCKET_X86_64 = 0xC000003E, 41
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06  # of classic BPF
ALLOW, NO_SUCH_FAMILY = 0x7FFF0000, 0x00050000 | 97  # EAFNOSUPPORT, as systemd answers


def listed(name: str, unit: str) -> list[str]:
    """All that a unit and its drop-ins list: systemd adds them up."""
    return [word for line in re.findall(rf"^\s*{name}=(.*)$", unit, re.M) for word in line.split()]


def with_rights_of(unit: str, command: list[str]) -> list[str]:
    """The command, so that it has only these rights. Only root has capabilities to lose."""
    capabilities = ",".join("+" + name.removeprefix("CAP_").lower() for name in listed("CapabilityBoundingSet", unit))
    families = ",".join(listed("RestrictAddressFamilies", unit))
    fewer = ["--bounding-set", f"-all,{capabilities}", "--inh-caps", "-all"] if os.geteuid() == 0 else []
    return ["env", f"PYTHONPATH={ROOT}", "setpriv", *fewer, "--no-new-privs", sys.executable, "-m", "tests.harness.unit_rights",
            families, *command]


def only(families: list[int]) -> None:
    """From now on socket() knows no other families, as with RestrictAddressFamilies=."""
    if platform.machine() != "x86_64":
        return
    # One check of each family, then the refusal, then the permission; a jump counts from the next instruction.
    checks = [(EQUAL, len(families) - i, 0, family) for i, family in enumerate(families)]
    to_end = len(families) + 1
    code = [(LOAD, 0, 0, 4), (EQUAL, 0, to_end + 3, ARCH_X86_64), (LOAD, 0, 0, 0), (EQUAL, 0, to_end + 1, SOCKET_X86_64),
            (LOAD, 0, 0, 16), *checks, (RETURN, 0, 0, NO_SUCH_FAMILY), (RETURN, 0, 0, ALLOW)]
    text = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in code))
    program = ctypes.create_string_buffer(struct.pack("@HP", len(code), ctypes.addressof(text)))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "seccomp")


if __name__ == "__main__":
    only([getattr(socket, name) for name in sys.argv[1].split(",")])
    os.execv(sys.argv[2], sys.argv[2:])
