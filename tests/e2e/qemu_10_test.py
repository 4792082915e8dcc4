"""QEMU 10 of Debian's backports, unpacked beside the installed one: the driver's tests pass with it, and which of its devices'
properties are new. No guest is booted; e2e.kernels does that."""

import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import Any

from tests.e2e.base import needs
from tests.harness.paths import bin_dir
from tests.harness.qemu_10 import command

MACHINE = ["-nodefaults", "-no-user-config", "-display", "none", "-accel", "tcg", "-S", "-qmp", "stdio"]


class Qemu10(unittest.TestCase):
    def setUp(self) -> None:
        found = command()
        needs(found if isinstance(found, str) else None)
        assert isinstance(found, Path)
        self.qemu = found

    def asked(self, *arguments: str, questions: list[dict[str, Any]]) -> list[Any]:
        """Starts a machine that does not run, and returns its answers."""
        said = "\n".join(json.dumps(line) for line in [{"execute": "qmp_capabilities"}, *questions, {"execute": "quit"}])
        done = subprocess.run([str(self.qemu), *MACHINE, *arguments], input=said + "\n", capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        return [answer["return"] for answer in answers if "return" in answer][1:-1]

    def test_virtio_mem_takes_its_slots_as_it_needs_them(self) -> None:
        devices, slots = self.asked(
            "-machine", "q35", "-m", "256,maxmem=2G,slots=2", "-object", "memory-backend-ram,id=m0,size=1G,reserve=off",
            "-device", "virtio-mem-pci,id=vm0,memdev=m0,requested-size=0", "-device", "virtio-balloon-pci,id=balloon0",
            questions=[{"execute": "query-memory-devices"},
                       {"execute": "qom-get", "arguments": {"path": "/machine/peripheral/vm0", "property": "dynamic-memslots"}}])
        self.assertIs(slots, True)
        # What the driver reads is there as in QEMU 7.2.
        self.assertEqual(devices[0]["type"], "virtio-mem")
        self.assertLessEqual({"size", "max-size", "requested-size", "block-size", "memdev", "id"}, devices[0]["data"].keys())

    def test_the_driver_understands_it(self) -> None:
        tests = bin_dir().parent / "tests/qmp_integration_test"
        needs(None if tests.exists() else f"{tests} is not built")
        done = subprocess.run([str(tests), "--gtest_filter=RealQemuTest.*"], env={**os.environ, "AEROSTAT_QEMU": str(self.qemu)},
                              capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"PASSED  \] [1-9]")
        self.assertNotIn("SKIPPED", done.stdout)

    def test_hv_balloon_is_there_and_needs_kvm(self) -> None:
        listed = subprocess.run([str(self.qemu), "-device", "hv-balloon,help"], capture_output=True, text=True, timeout=60, check=True).stdout
        for name in ("memdev=", "addr=", "status-report="):
            self.assertIn(name, listed)
        with tempfile.TemporaryDirectory() as folder:
            line = subprocess.run([str(bin_dir() / "aerostat"), "--json", "qemu-args", "win", "--startup", "256M", "--maximum", "1G", "--hv-balloon",
                                   "--directory", folder], capture_output=True, text=True, timeout=60, check=True).stdout
            tried = subprocess.run([str(self.qemu), *MACHINE, "-machine", "q35", *json.loads(line)],
                                   input="", capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(tried.returncode, 1)
        # QEMU reads the devices in their order, and names each that cannot be: nothing else is wrong with the line.
        errors = [line for line in tried.stderr.splitlines() if line]
        self.assertEqual(len(errors), 2, tried.stderr)
        self.assertIn("VMBus requires usable Hyper-V SynIC", errors[0])
        self.assertIn("No 'vmbus' bus found for device 'hv-balloon'", errors[1])


if __name__ == "__main__":
    unittest.main()
