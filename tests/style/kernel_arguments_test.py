"""Guests of the tests, the demo and the scripts are started as those of users: with no kernel argument that the README
does not tell people to use."""

import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from tests.harness.debian import KERNEL_LINE
from tests.harness.guest import Guest

ROOT = Path(__file__).resolve().parents[2]

# Who may write a guest's kernel arguments down. The last two run no guest of Aerostat: one records what kernels say that were
# started in other ways, one lets a system finish its own image.
WRITERS = {"tests/harness/guest.py", "tests/harness/debian.py", "tests/harness/accel.py", "tests/harness/fixture_trees.py",
           "script/guest-image"}

# What a guest has because the test is about it, as guests of users have it too.
SUBJECTS = {
    "crashkernel": "memory that the guest never sees; Debian's crash dump package asks for it",
    "module_blacklist": "a guest without a balloon's driver",
}


def told() -> set[str]:
    """What the README tells people to use."""
    paragraph = re.search(r"Kernel arguments:(.*?)\n\s*\n", (ROOT / "README.md").read_text(), re.DOTALL)
    assert paragraph, "the README says nothing of kernel arguments"
    return {name(word) for word in re.findall(r"`([^`]+)`", paragraph[1])}


def read_by_init() -> set[str]:
    """Words for the small guest's own init; the kernel ignores them."""
    return set(re.findall(r"^#   (\w+)\b", (ROOT / "demo/guest/init").read_text(), re.MULTILINE))


def name(word: str) -> str:
    return word.split("=")[0]


def sources() -> dict[str, str]:
    files = subprocess.run(["git", "ls-files", "tests", "demo", "script"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()
    return {file: (ROOT / file).read_text(errors="replace") for file in files
            if "style/" not in file and (file.endswith(".py") or "." not in Path(file).name)}


class KernelArguments(unittest.TestCase):
    def test_a_small_guest_has_none_that_people_do_not_have(self) -> None:
        with tempfile.TemporaryDirectory() as rundir, mock.patch.dict(os.environ, AEROSTAT_ACCEL="tcg"):
            for guest in (Guest("a", Path(rundir)), Guest("b", Path(rundir), agent=False, agent_port=False, reboots=True, work="idle", agent_args=["-x"])):
                command = guest.command()
                words = command[command.index("-append") + 1].split()
                self.assertEqual([word for word in words if name(word) not in told() | read_by_init()], [])

    def test_a_debian_has_none_that_people_do_not_have(self) -> None:
        self.assertEqual([word for word in KERNEL_LINE if name(word) not in told()], [])

    def test_what_tests_add_is_told_or_is_what_they_are_about(self) -> None:
        allowed = told() | read_by_init() | set(SUBJECTS)
        wrong = []
        for file, text in sources().items():
            for words in re.findall(r"\bappend=f?\"([^\"]*)\"|\bkernel=\(([^)]*)\)|\"-append\", \"([^\"]*)\"", text):
                wrong += [f"{file}: {word}" for word in re.split(r"[\s\",]+", " ".join(words)) if word and name(word) not in allowed]
        self.assertEqual(wrong, [])

    def test_nobody_else_writes_them(self) -> None:
        self.assertEqual({file for file, text in sources().items() if '"-append"' in text or " -append " in text} - WRITERS, set())


if __name__ == "__main__":
    unittest.main()
