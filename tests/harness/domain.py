"""One small guest as a libvirt domain: the demo's kernel and initramfs, and the devices that Aerostat manages."""

import re
import socket
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from .accel import processor, timer_came_late
from .guest import KERNEL, MIB, Memory, build_image, memory_of
from .libvirtd import Libvirtd
from .paths import guest_dir, socket_path
from .qmp import Qmp
from .work import WorkPort


@dataclass
class Domain:
    """A domain that is not defined until define()."""

    name: str
    libvirtd: Libvirtd
    rundir: Path
    startup_mib: int = 384
    maximum_mib: int = 2048
    agent: bool = True
    agent_args: list[str] = field(default_factory=list)
    balloon: bool = True
    settings: str = ""  # attributes of our <settings> in its <metadata>: it is managed from the start

    def __post_init__(self) -> None:
        self._work: WorkPort | None = None
        self._observer: Qmp | None = None

    @property
    def observe_socket(self) -> Path:
        """The tests' own QMP socket, past libvirt."""
        return self.rundir / "observe" / f"{self.name}.qmp"

    @property
    def work_socket(self) -> Path:
        return self.rundir / "work" / f"{self.name}.sock"

    @property
    def agent_socket(self) -> Path:
        return self.rundir / "agent" / f"{self.name}.sock"

    @property
    def console(self) -> Path:
        return self.rundir / "log" / f"{self.name}.console"

    def xml(self) -> str:
        features = "".join(f"<feature policy='disable' name='{name.removeprefix('-')}'/>" for name in processor("tcg").split(",")[1:])
        words = f"{KERNEL} zram=1024 ports=2" + ("" if self.agent else " noagent")
        words += f" agent_args={','.join(self.agent_args)}" if self.agent_args else ""
        metadata = (f"<metadata><aerostat:domain xmlns:aerostat='urn:aerostat:domain:1'><aerostat:settings {self.settings}/>"
                    "</aerostat:domain></metadata>") if self.settings else ""
        plug = self.maximum_mib - self.startup_mib
        return f"""<domain type='qemu' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><name>{self.name}</name>{metadata}
<maxMemory slots='2' unit='MiB'>{self.maximum_mib}</maxMemory><memory unit='MiB'>{self.maximum_mib}</memory>
<currentMemory unit='MiB'>{self.startup_mib}</currentMemory><vcpu>1</vcpu>
<os><type arch='x86_64' machine='q35'>hvm</type><kernel>{guest_dir()}/vmlinuz</kernel><initrd>{guest_dir()}/initramfs.cpio</initrd>
<cmdline>{words}</cmdline></os><features><acpi/></features>
<cpu mode='maximum'>{features}<numa><cell id='0' cpus='0' memory='{self.startup_mib}' unit='MiB'/></numa></cpu>
<on_reboot>restart</on_reboot>
<devices><emulator>/usr/bin/qemu-system-x86_64</emulator>
<controller type='usb' model='none'/>
<serial type='file'><source path='{self.console}'/></serial>
<memory model='virtio-mem'><target><size unit='MiB'>{plug}</size><node>0</node><block unit='MiB'>2</block>
<requested unit='MiB'>0</requested></target></memory>
<memballoon model='{'virtio' if self.balloon else 'none'}'/>
<channel type='unix'><source mode='bind' path='{self.agent_socket}'/><target type='virtio' name='org.aerostat.guest.0'/></channel>
<channel type='unix'><source mode='bind' path='{self.work_socket}'/><target type='virtio' name='org.aerostat.work.0'/></channel>
</devices>
<qemu:commandline><qemu:arg value='-qmp'/><qemu:arg value='unix:{self.observe_socket},server=on,wait=off'/></qemu:commandline>
</domain>"""

    def define(self) -> None:
        build_image()
        self._make_folders()
        self.libvirtd.define(self.xml())

    def _make_folders(self) -> None:
        for file in (socket_path(self.work_socket), socket_path(self.agent_socket), socket_path(self.observe_socket), self.console):
            file.parent.mkdir(parents=True, exist_ok=True)

    def start(self) -> Self:
        self.libvirtd.virsh("start", self.name)
        return self

    def stop(self) -> None:
        """Ends it, if it runs."""
        self.forget_workload()
        self.libvirtd.virsh("destroy", self.name, check=False)

    def wait_ready(self, timeout: float = 180) -> None:
        """Waits until the workload generator answers."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            try:
                self.workload.wait("ready", timeout=1)
                return
            except (TimeoutError, OSError):
                if timer_came_late(self.console):
                    print(f"{self.name}: its timer came late; it is reset", flush=True)
                    self.console.write_bytes(b"")
                    self.libvirtd.virsh("reset", self.name)
        tail = self.console.read_text(errors="replace")[-800:] if self.console.exists() else ""
        raise TimeoutError(f"{self.name}: not ready within {timeout:g} s: {tail}")

    @property
    def workload(self) -> WorkPort:
        if self._work is None:
            self._work = WorkPort(self.work_socket)
        return self._work

    def forget_workload(self) -> None:
        """Its guest, or its QEMU, is another one now."""
        for connection in (self._work, self._observer):
            if connection:
                connection.close()
        self._work = self._observer = None

    def migrate(self, to: Libvirtd, rundir: Path) -> None:
        """Live, with its definition. On one host two QEMU cannot have the same sockets, so it gets others in `rundir`."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        files = []
        for option in ("--migratable", "--inactive"):
            files.append(to.root / f"{self.name}{option}.xml")
            files[-1].write_text(self.libvirtd.xml(self.name, option).replace(f"{self.rundir}/", f"{rundir}/"))
        here = self.libvirtd
        self.forget_workload()
        self.libvirtd, self.rundir = to, rundir
        self._make_folders()
        here.virsh("migrate", "--live", "--persistent", "--undefinesource", self.name, to.uri, "--migrateuri", f"tcp://127.0.0.1:{port}",
                   "--xml", str(files[0]), "--persistent-xml", str(files[1]), timeout=300)

    def memory(self) -> Memory:
        """QEMU's own numbers now."""
        if self._observer is None:
            self._observer = Qmp(self.observe_socket)
        return memory_of(self._observer, self.balloon)

    # libvirt's own view.
    def assigned_mib(self) -> int:
        """What its balloon leaves, as QEMU says, and what is plugged, as libvirt last heard."""
        actual = re.search(r"^actual (\d+)", self.libvirtd.virsh("dommemstat", self.name).stdout, re.M)
        plugged = re.search(r"<current unit='KiB'>(\d+)", self.libvirtd.xml(self.name))
        assert actual and plugged
        return (int(actual.group(1)) + int(plugged.group(1))) * 1024 // MIB

    def requested_mib(self) -> int:
        found = re.search(r"<requested unit='KiB'>(\d+)", self.libvirtd.xml(self.name))
        assert found
        return int(found.group(1)) * 1024 // MIB
