"""What both aerostat-guest.exe import exists in Windows Server 2003: a program with one import more does not start."""

import os
import re
import shutil
import subprocess
import unittest
from pathlib import Path

from tests.e2e.base import needs
from tests.harness.paths import ROOT, bin_dir

TRIPLES = {"x64": "x86_64-w64-mingw32", "x86": "i686-w64-mingw32"}
ALLOWED = ROOT / "tests/data/server2003_imports.txt"


def program(arch: str) -> Path:
    return bin_dir().parent / "windows" / arch / "aerostat-guest.exe"


def headers(arch: str) -> str:
    return subprocess.run([f"{TRIPLES[arch]}-objdump", "-p", str(program(arch))], capture_output=True, text=True, check=True).stdout


def imports(dump: str) -> set[tuple[str, str]]:
    """Of objdump -p: each DLL and the functions below it."""
    found, dll = set(), ""
    for line in dump.splitlines():
        if name := re.match(r"\s+DLL Name: (\S+)", line):
            dll = name[1]
        elif dll and (function := re.match(r"\s+[0-9a-f]+\s+\d+\s+(\S+)$", line)):
            found.add((dll, function[1]))
        elif line and not line.startswith((" ", "\t")):
            dll = ""
    return found


def allowed() -> set[tuple[str, str]]:
    rows = [line.split() for line in ALLOWED.read_text().splitlines() if not line.startswith("#")]
    return {(dll, function) for dll, function, _ in rows}


class WindowsImports(unittest.TestCase):
    def check(self, arch: str) -> None:
        if not shutil.which(f"{TRIPLES[arch]}-objdump") or not program(arch).exists():
            needs(f"{program(arch)} was not built: the cross compiler is missing; run script/setup")
        dump = headers(arch)
        found = imports(dump)
        self.assertIn(("KERNEL32.dll", "ReadFile"), found, "the list was read")
        self.assertEqual(found - allowed(), set(), f"not in Windows Server 2003; look it up with GetProcAddress ({ALLOWED.name})")
        # The loader refuses a program that asks for a newer subsystem.
        self.assertIn("MajorSubsystemVersion\t5", dump)
        self.assertIn("MinorSubsystemVersion\t2", dump)
        self.assertLess(os.path.getsize(program(arch)), 400_000, "threads or exceptions came in")

    def test_the_64_bit_program_starts_on_server_2003(self) -> None:
        self.check("x64")

    def test_the_32_bit_program_starts_on_server_2003(self) -> None:
        self.check("x86")

    # What the first build of the service imported, through the threads of the C++ library.
    def test_a_function_of_vista_is_found(self) -> None:
        dump = "\tDLL Name: KERNEL32.dll\n\tvma:  Hint/Ord Member-Name Bound-To\n\t53aa8\t  780  GetTickCount64\n\t53ab8\t 1  ReadFile\n"
        self.assertEqual(imports(dump) - allowed(), {("KERNEL32.dll", "GetTickCount64")})


if __name__ == "__main__":
    unittest.main()
