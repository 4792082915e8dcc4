"""The finished programs that read hostile bytes: how they were compiled and linked, as readelf and CMake tell it."""

import json
import re
import subprocess
import unittest
from pathlib import Path

from tests.harness.paths import ROOT, bin_dir

BUILD = bin_dir().parent
PROGRAMS = [BUILD / "bin" / name for name in ("aerostatd", "aerostat-guest", "aerostat")]
# Where there is a compiler for it.
I386 = [file for file in (BUILD / "linux-i386/aerostat-guest",) if file.exists()]
STATIC = [BUILD / "bin/aerostat-guest", *I386]
COMPILED_WITH = ["-fstack-protector-strong", "-fPIE"]


def cache() -> dict[str, str]:
    text = (BUILD / "CMakeCache.txt").read_text()
    return dict(re.findall(r"^(\w+):\w+=(.*)$", text, re.M))


def is_optimised() -> bool:
    values = cache()
    return values.get("CMAKE_BUILD_TYPE") in ("RelWithDebInfo", "Release", "MinSizeRel") and values.get("AEROSTAT_ASAN") != "ON"


def readelf(program: Path, *what: str) -> str:
    return subprocess.run(["readelf", "--wide", *what, str(program)], capture_output=True, text=True, check=True).stdout


def faults(header: str, segments: str, dynamic: str) -> list[str]:
    """What a program lacks, by readelf's text."""
    wrong = []
    if not re.search(r"Type:\s+DYN", header) or not re.search(r"\(FLAGS_1\).*\bPIE\b", dynamic):
        wrong.append("is not position-independent")
    if "GNU_RELRO" not in segments:
        wrong.append("has no RELRO")
    if not re.search(r"\(FLAGS_1\).*\bNOW\b|\(BIND_NOW\)", dynamic):
        wrong.append("binds lazily, so that RELRO is partial")
    if re.search(r"GNU_STACK.*RWE", segments) or "GNU_STACK" not in segments:
        wrong.append("has an executable stack")
    return wrong


@unittest.skipUnless((BUILD / "CMakeCache.txt").exists() and is_optimised(), "only builds for people are hardened")
class Hardening(unittest.TestCase):
    def test_programs_are_position_independent_and_bound_for_good(self) -> None:
        for program in (*PROGRAMS, *I386):
            with self.subTest(program):
                self.assertEqual(faults(readelf(program, "-h"), readelf(program, "-l"), readelf(program, "-d")), [])

    def test_the_guests_service_needs_no_c_library_and_no_loader(self) -> None:
        """Guests have glibc, musl or neither."""
        for program in STATIC:
            with self.subTest(program):
                self.assertNotIn("INTERP", readelf(program, "-l"))
                self.assertNotIn("(NEEDED)", readelf(program, "-d"))
        # So that a list that says nothing is no success.
        self.assertIn("INTERP", readelf(PROGRAMS[0], "-l"))

    def test_the_daemon_checks_its_stack_and_its_buffers(self) -> None:
        symbols = readelf(PROGRAMS[0], "--dyn-syms")
        self.assertTrue("__stack_chk_fail" in symbols, "no stack protector")
        self.assertTrue(re.search(r"__\w+_chk@", symbols), "no fortified function")

    def test_every_file_of_the_programs_is_compiled_so(self) -> None:
        commands = json.loads((BUILD / "compile_commands.json").read_text())
        seen = 0
        for entry in commands:
            # A unity build's are in the build folder, in the same folders.
            inside = entry["file"].removeprefix(f"{BUILD}/").removeprefix(f"{ROOT}/")
            if not inside.startswith(("src/", "apps/")):
                continue
            seen += 1
            missing = [flag for flag in COMPILED_WITH if flag not in entry["command"].split()]
            if not re.search(r"-D_FORTIFY_SOURCE=[23]\b", entry["command"]):
                missing.append("-D_FORTIFY_SOURCE")
            self.assertEqual(missing, [], inside)
        self.assertGreater(seen, 50)


class Faults(unittest.TestCase):
    def test_each_is_found(self) -> None:
        good = ("  Type:   DYN (Position-Independent Executable file)", "GNU_RELRO\nGNU_STACK 0x0 RW 0x10", "0x6ffffffb (FLAGS_1) Flags: NOW PIE")
        self.assertEqual(faults(*good), [])
        self.assertEqual(faults("  Type:   EXEC", *good[1:]), ["is not position-independent"])
        self.assertEqual(faults(good[0], "GNU_STACK 0x0 RWE 0x10", good[2]), ["has no RELRO", "has an executable stack"])
        self.assertEqual(faults(*good[:2], "0x6ffffffb (FLAGS_1) Flags: PIE"), ["binds lazily, so that RELRO is partial"])


if __name__ == "__main__":
    unittest.main()
