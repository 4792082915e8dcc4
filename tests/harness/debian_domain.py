"""A Debian guest as a domain of libvirt, as virt-install defines one; the tests add a shell and a watch."""

import subprocess
import time
from dataclasses import dataclass
from typing import Self

from .debian import KERNEL_LINE, Debian, Shell, Watch
from .libvirtd import Libvirtd

CHANNEL = "<channel type='unix'><source mode='bind' path='{path}'/><target type='virtio' name='org.aerostat.{what}.0'/></channel>"


@dataclass
class DebianDomain(Debian):
    """Not defined until define(), and not running until start()."""

    libvirtd: Libvirtd | None = None
    memory_mib: int = 512

    def xml(self) -> str:
        channels = "".join(CHANNEL.format(path=self._socket(what), what=what) for what in ("shell", "watch"))
        return f"""<domain type='qemu'><name>{self.name}</name>
<memory unit='MiB'>{self.memory_mib}</memory><vcpu>1</vcpu>
<os><type arch='x86_64' machine='q35'>hvm</type><kernel>{self.image.parent}/vmlinuz</kernel><initrd>{self.image.parent}/initrd</initrd>
<cmdline>{" ".join([*KERNEL_LINE, *self.kernel])}</cmdline></os><features><acpi/></features>
<on_reboot>restart</on_reboot>
<devices><emulator>/usr/bin/qemu-system-x86_64</emulator>
<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='{self.disk}'/><target dev='vda' bus='virtio'/></disk>
<serial type='file'><source path='{self.console}'/></serial>
<memballoon model='virtio'/>{channels}</devices></domain>"""

    def define(self) -> None:
        assert self.libvirtd
        for folder in (self.console.parent, self.disk.parent):
            folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", "-b", str(self.image), "-F", "raw", str(self.disk)], check=True)
        self.libvirtd.define(self.xml())

    def start(self) -> Self:
        assert self.libvirtd
        self.libvirtd.virsh("start", self.name)
        self._shell, self._watch = Shell(self._socket("shell")), Watch(self._socket("watch"))
        self._looked, self._running = time.monotonic(), True
        return self

    @property
    def running(self) -> bool:
        """As libvirt says, at most a second ago."""
        assert self.libvirtd
        if time.monotonic() - self._looked > 1:
            self._running = self.libvirtd.virsh("domstate", self.name, check=False).stdout.strip() == "running"
            self._looked = time.monotonic()
        return self._running

    def stop(self) -> None:
        super().stop()
        if self.libvirtd:
            self.libvirtd.virsh("destroy", self.name, check=False)
