"""`aerostat adopt` and `aerostat release` with a real libvirtd: it accepts every new definition, a release gives back what it
had, and an adopted domain that really starts has the devices. Nothing here needs KVM."""

import json
import os
import re
import shutil
import subprocess
import unittest
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from tests.e2e.base import needs
from tests.harness.daemon import AS_NOBODY
from tests.harness.guest import build_image
from tests.harness.libvirtd import Libvirtd, missing
from tests.harness.paths import ROOT, bin_dir, guest_dir, new_rundir
from tests.harness.waiting import until

CORPUS = ROOT / "tests" / "data" / "domains"
# Cannot be managed, or cannot grow: what `adopt` says.
REFUSED = {"hugepages": "huge pages", "hugepages-1g": "huge pages", "locked": "locked in the host", "mdev": "<hostdev type='mdev'>",
           "passthrough": "<hostdev type='pci'>", "i686": "this is i686"}
# Real libvirtds of Debian accept at least so many of the corpus; the others need an emulator, swtpm or SEV.
LEAST_ADOPTED = 15
GUEST = """<domain type='qemu'>
  <name>started</name>
  <memory unit='MiB'>512</memory>
  <vcpu>1</vcpu>
  <os><type arch='x86_64' machine='q35'>hvm</type>
    <kernel>{kernel}</kernel><initrd>{initrd}</initrd><cmdline>console=ttyS0 noagent ports=0</cmdline></os>
  <features><acpi/></features>
  <devices>
    {ports}
    <serial type='file'><source path='{console}'/></serial>
    <memballoon model='virtio'/>
  </devices>
</domain>
"""


class WithLibvirtd(unittest.TestCase):
    libvirtd: Libvirtd
    rundir: Path

    @classmethod
    def setUpClass(cls) -> None:
        needs(missing())
        cls.rundir = new_rundir()
        cls.addClassCleanup(shutil.rmtree, cls.rundir, ignore_errors=True)
        cls.libvirtd = Libvirtd(cls.rundir)
        cls.addClassCleanup(cls.libvirtd.stop)
        cls.libvirtd.start()

    def command(self, *words: str, uri: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run([str(bin_dir() / "aerostat"), *words, "--connect", uri or self.libvirtd.uri],
                              capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL)

    def definition(self, name: str) -> str:
        return self.libvirtd.xml(name, "--inactive", "--security-info")

    def defined(self, file: Path) -> str | None:
        """Defines it; its name, or nothing with libvirt's reason printed."""
        run = self.libvirtd.virsh("define", str(file), "--validate", check=False)
        if run.returncode != 0:
            print(f"not defined by this libvirt: {file.stem}: {run.stderr.strip().splitlines()[-1]}")
            return None
        return file.stem


class Corpus(WithLibvirtd):
    def test_every_definition_is_adopted_and_given_back(self) -> None:
        done = 0
        for file in sorted(CORPUS.glob("*.xml")):
            with self.subTest(domain=file.stem):
                name = self.defined(file)
                if name is None:
                    continue
                before = self.definition(name)
                memory = int(re.findall(r"<memory unit='KiB'>(\d+)<", before)[0]) // 1024
                sizes = ("--minimum", "128M", "--maximum", f"{memory * 2}M")
                if name in REFUSED:
                    run = self.command("adopt", name, *sizes, "--yes")
                    self.assertEqual(run.returncode, 1, run.stdout)
                    self.assertIn(REFUSED[name], run.stderr)
                    self.assertEqual(len(run.stderr.strip().splitlines()), 1, run.stderr)
                    self.assertEqual(self.definition(name), before)
                    continue
                run = self.command("adopt", name, *sizes, "--yes")
                self.assertEqual(run.returncode, 0, run.stderr)
                self.assert_manageable(name, memory * 2)
                again = self.command("adopt", name, *sizes, "--yes")
                self.assertIn("needs no change", again.stdout, "libvirt's form of it counts as the same")
                heavier = self.command("adopt", name, "--weight", "7000", "--yes")
                self.assertEqual(heavier.returncode, 0, heavier.stderr)
                run = self.command("release", name, "--yes")
                self.assertEqual(run.returncode, 0, run.stderr)
                self.assertEqual(self.definition(name), before)
                done += 1
        print(f"adopted and given back: {done} definitions")
        self.assertGreaterEqual(done, LEAST_ADOPTED)

    def assert_manageable(self, name: str, maximum_mib: int) -> None:
        domain = ElementTree.fromstring(self.definition(name))
        devices = domain.find("devices")
        assert devices is not None
        sizes = [int(size.text or 0) for size in devices.findall("memory[@model='virtio-mem']/target/size")]
        cells = [int(cell.get("memory", 0)) for cell in domain.findall("cpu/numa/cell")]
        dimms = [int(size.text or 0) for size in devices.findall("memory[@model='dimm']/target/size")]
        total = (sum(sizes) + sum(cells) + sum(dimms)) // 1024
        self.assertGreaterEqual(total, maximum_mib)
        self.assertLess(total, maximum_mib + 128, "less than a guest's memory block above the maximum")
        balloon = devices.find("memballoon")
        assert balloon is not None
        self.assertEqual(balloon.get("freePageReporting"), "on")
        self.assertIsNotNone(balloon.find("stats"))
        self.assertIsNotNone(devices.find("channel/target[@name='org.aerostat.guest.0']"))
        self.assertIn("urn:aerostat:domain:1", self.definition(name))


class Mistakes(WithLibvirtd):
    def sentence(self, run: subprocess.CompletedProcess[str], status: int, *parts: str) -> None:
        self.assertEqual(run.returncode, status, run.stdout + run.stderr)
        self.assertEqual(len(run.stderr.strip().splitlines()), 1, run.stderr)
        for part in parts:
            self.assertIn(part, run.stderr)

    def test_each_is_one_sentence_and_changes_nothing(self) -> None:
        self.sentence(self.command("adopt", "nobody", "--yes"), 1, "no domain 'nobody'", "virsh list --all")
        if os.geteuid() == 0:
            denied = subprocess.run([*AS_NOBODY, str(bin_dir() / "aerostat"), "adopt", "web", "--connect", self.libvirtd.uri],
                                    capture_output=True, text=True, timeout=60, check=False)
            self.sentence(denied, 3, "Permission denied", "use sudo")
        self.sentence(self.command("adopt", "web", uri="qemu+unix:///system?socket=/nowhere/sock"), 3, "start libvirtd", "--connect")
        self.assertIsNotNone(self.defined(CORPUS / "debian12.xml"))
        before = self.definition("debian12")
        self.sentence(self.command("adopt", "debian12", "--minimum", "1G", "--maximum", "8G"), 1, "nobody can be asked", "--yes")
        self.sentence(self.command("adopt", "debian12", "--maximum", "1G", "--yes"), 1, "domain debian12", "boots with 2.00 GiB", "--startup")
        self.sentence(self.command("release", "debian12", "--yes"), 1, "was not adopted")
        look = self.command("adopt", "debian12", "--maximum", "8G", "--dry-run")
        self.assertEqual(look.returncode, 0, look.stderr)
        self.assertIn("+     <memory model='virtio-mem'>", look.stdout)
        self.assertEqual(self.definition("debian12"), before)


class Started(WithLibvirtd):
    """A domain that really runs."""

    def define_guest(self) -> None:
        build_image()
        self.addCleanup(self.libvirtd.virsh, "undefine", "started", check=False)
        self.addCleanup(self.libvirtd.virsh, "destroy", "started", check=False)
        # Free ports for devices that are plugged in, as virt-install adds them.
        ports = "<controller type='pci' model='pcie-root'/>" + "<controller type='pci' model='pcie-root-port'/>" * 8
        self.libvirtd.define(GUEST.format(kernel=guest_dir() / "vmlinuz", initrd=guest_dir() / "initramfs.cpio", ports=ports,
                                          console=self.rundir / "started.console"))

    def device_types(self) -> set[str]:
        answer = json.loads(self.libvirtd.qmp("started", '{"execute":"qom-list","arguments":{"path":"/machine/peripheral"}}'))
        return {entry["type"].removeprefix("child<").removesuffix(">") for entry in answer["return"]}

    def test_qemu_has_the_devices(self) -> None:
        self.define_guest()
        # While it runs without them: what can be had at once is told and done, the rest waits.
        self.libvirtd.virsh("start", "started")
        run = self.command("adopt", "started", "--minimum", "256M", "--maximum", "1G", "--yes", "--now", "--json")
        said = json.loads(run.stdout)
        when = {change["what"]: change["when"] for change in said["changes"]}
        print(json.dumps(when, indent=1), run.stderr)
        self.assertEqual(when["balloon statistics every 2 s"], "now")
        self.assertEqual([w for what, w in when.items() if "virtio-mem" in what], ["next-start"])
        self.assertIn("urn:aerostat:domain:1", self.libvirtd.xml("started"), "the running domain has its settings")
        self.assertNotIn("virtio-mem-pci", self.device_types())
        self.libvirtd.virsh("destroy", "started")
        # With the next start.
        self.libvirtd.virsh("start", "started")
        self.assertTrue({"virtio-mem-pci", "virtio-balloon-pci", "virtserialport"} <= self.device_types(), self.device_types())
        memory = json.loads(self.libvirtd.qmp("started", '{"execute":"query-memory-devices"}'))["return"]
        self.assertEqual([(m["type"], m["data"]["max-size"] >> 20, m["data"]["requested-size"]) for m in memory], [("virtio-mem", 512, 0)])
        # Its driver in the guest takes what it is asked to.
        self.libvirtd.virsh("update-memory-device", "started", "--requested-size", "256MiB")
        until(lambda: "<current unit='KiB'>262144</current>" in self.libvirtd.xml("started"), 120, "the guest plugs 256 MiB", interval=0.5)
        # A larger maximum is plugged while it runs as far as the address space was laid out for it: here not.
        larger = self.command("adopt", "started", "--maximum", "2G", "--yes", "--now")
        self.assertIn("After it is shut down and started again", larger.stdout)
        self.libvirtd.virsh("destroy", "started")

    def test_a_domain_with_room_gets_its_memory_device_at_once(self) -> None:
        self.define_guest()
        with_room = self.definition("started").replace("<vcpu ", "<maxMemory slots='4' unit='GiB'>4</maxMemory><vcpu ", 1).replace(
            "</cpu>", "<numa><cell id='0' cpus='0' memory='512' unit='MiB'/></numa></cpu>", 1)
        self.libvirtd.define(with_room.replace("</devices>", "<controller type='virtio-serial'/></devices>"))
        self.libvirtd.virsh("start", "started")
        run = self.command("adopt", "started", "--minimum", "256M", "--maximum", "1G", "--yes", "--now")
        self.assertEqual(run.returncode, 0, run.stderr + run.stdout)
        self.assertTrue({"virtio-mem-pci", "virtserialport"} <= self.device_types(), self.device_types())
        again = self.command("adopt", "started", "--minimum", "256M", "--maximum", "1G", "--yes", "--now")
        self.assertIn("needs no change", again.stdout)
        released = self.command("release", "started", "--yes")
        self.assertEqual(released.returncode, 0, released.stderr)
        self.assertIn("virtio-mem-pci", self.device_types(), "the running domain keeps its devices")
        self.assertNotRegex(self.definition("started"), "ua-aerostat-|urn:aerostat:")
        self.libvirtd.virsh("destroy", "started")


if __name__ == "__main__":
    unittest.main()
