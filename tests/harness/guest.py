"""One QEMU guest: the demo's kernel and initramfs, the devices that Aerostat drives, and the tests' own view of it."""

import functools
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from . import process
from .accel import accelerator, processor, timer_came_late
from .cpio import archive_of
from .paths import ROOT, guest_bin_dir, guest_dir, guest_kernel, qemu, socket_path
from .qmp import Qmp
from .waiting import until
from .work import WorkPort

MIB = 1 << 20
BLOCK_MIB = 128  # the guest's memory block on x86-64: what it brings online at once

# A stock kernel with its default arguments, like a user's guest. All other words are for the guest's own init.
KERNEL = "console=ttyS0"


@dataclass(frozen=True)
class Memory:
    """QEMU's own numbers, in bytes."""

    base: int
    dimms: int
    plugged: int     # virtio-mem: what the guest really took
    requested: int   # virtio-mem: what it was asked to take
    ballooned: int

    @property
    def assigned(self) -> int:
        return self.base + self.dimms + self.plugged - self.ballooned

    @property
    def committed(self) -> int:
        """The most it may hold as far as QEMU can tell. Only the one that set a balloon's target knows it."""
        return self.assigned + max(0, self.requested - self.plugged)


def memory_of(qmp: Qmp, balloon: bool) -> Memory:
    """QEMU's own numbers now."""
    base = qmp.execute("query-memory-size-summary")["base-memory"]
    devices = qmp.execute("query-memory-devices")
    virtio = [device["data"] for device in devices if device["type"] == "virtio-mem"]
    dimms = sum(device["data"]["size"] for device in devices if device["type"] == "dimm")
    # The balloon's value counts base memory and DIMMs, but not virtio-mem.
    actual = qmp.execute("query-balloon")["actual"] if balloon else base + dimms
    return Memory(base, dimms, sum(device["size"] for device in virtio),
                  sum(device["requested-size"] for device in virtio), base + dimms - actual)


@dataclass
class Guest:
    """A guest that is not running until start(). Use it as a context manager, or call stop()."""

    name: str
    rundir: Path
    startup_mib: int = 384
    maximum_mib: int = 2048
    vcpus: int = 1
    zram_mib: int = 1024
    agent: bool = True                 # start the integration service in the guest
    agent_port: bool = True            # give it its port
    agent_args: list[str] = field(default_factory=list)
    work: str = ""                     # phases from the start on
    virtio_mem: bool = True
    device_block_mib: int = 0          # virtio-mem's block; 0: QEMU's choice, 2 MiB
    balloon: bool = True
    deflates_on_oom: bool = False      # the guest may take back what the balloon holds
    dimm_slots: int = 0                # room for hot-added DIMMs, of 1 GiB each
    disk_mib: int = 0                  # size of the file set for `read` phases
    swap_disk_mib: int = 0             # swap on a disk, beside or (with zram_mib=0) instead of the compressed one
    append: str = ""                   # more for the kernel command line
    programs: dict[str, str] = field(default_factory=dict)  # scripts of its owner, by their path in the guest
    reboots: bool = False              # a reboot of the guest restarts it instead of ending QEMU
    extra: list[str] = field(default_factory=list)  # more QEMU arguments

    def __post_init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._observer: Qmp | None = None
        self._work: WorkPort | None = None

    # Where its sockets and logs are.
    @property
    def qmp_socket(self) -> Path:
        """The daemon's QMP socket."""
        return self.rundir / "qmp" / f"{self.name}.qmp"

    @property
    def observe_socket(self) -> Path:
        """The tests' own QMP socket."""
        return self.rundir / "observe" / f"{self.name}.qmp"

    @property
    def agent_socket(self) -> Path:
        """The host's end of org.aerostat.guest.0; beside the daemon's QMP socket."""
        return self.rundir / "qmp" / f"{self.name}.agent"

    @property
    def work_socket(self) -> Path:
        return self.rundir / "work" / f"{self.name}.sock"

    @property
    def console(self) -> Path:
        return self.rundir / "log" / f"{self.name}.console"

    @property
    def log(self) -> Path:
        return self.rundir / "log" / f"{self.name}.qemu"

    @property
    def device_mib(self) -> int:
        """The size of the virtio-mem device: whole blocks of the guest, so it may exceed the maximum by less than one."""
        return -(-max(0, self.maximum_mib - self.startup_mib) // BLOCK_MIB) * BLOCK_MIB if self.virtio_mem else 0

    def command(self) -> list[str]:
        """The QEMU command line."""
        accel = accelerator()
        room = self.device_mib + 1024 * self.dimm_slots
        memory = f"{self.startup_mib}M" + (f",slots={self.dimm_slots},maxmem={self.startup_mib + room}M" if room else "")
        reboot = [] if self.reboots else ["-no-reboot"]
        return [qemu(), "-nodefaults", "-no-user-config", "-display", "none", *reboot,
                "-name", self.name, "-machine", "q35,i8042=off,sata=off,smbus=off", "-accel", accel,
                "-cpu", processor(accel), "-smp", str(self.vcpus), "-m", memory,
                "-kernel", str(guest_dir() / "vmlinuz"), "-initrd", str(self._initramfs),
                "-append", self._kernel_line(), "-serial", f"file:{self.console}",
                *self._monitors(), *self._memory_devices(), *self._ports(), *self._disks(), *self.extra]

    def _kernel_line(self) -> str:
        words = [KERNEL, f"zram={self.zram_mib}", f"ports={1 + self.agent_port}"]
        words += [] if self.agent else ["noagent"]
        words += [f"agent_args={','.join(self.agent_args)}"] if self.agent_args else []
        words += [f"work={self.work}"] if self.work else []
        return " ".join([*words, self.append]).strip()

    def _monitors(self) -> list[str]:
        arguments = []
        for id, path in (("qmp", self.qmp_socket), ("observe", self.observe_socket)):
            arguments += ["-chardev", f"socket,id={id},path={socket_path(path)},server=on,wait=off",
                          "-mon", f"chardev={id},mode=control"]
        return arguments

    def _memory_devices(self) -> list[str]:
        arguments = []
        if self.device_mib:
            # Not reserved: most of it may never be plugged, and hosts with strict overcommit would refuse it.
            block = f",block-size={self.device_block_mib}M" if self.device_block_mib else ""
            arguments += ["-object", f"memory-backend-ram,id=vmem0,size={self.device_mib}M,reserve=off",
                          "-device", f"virtio-mem-pci,id=vm0,memdev=vmem0,requested-size=0{block}"]
        if self.balloon:
            arguments += ["-device", "virtio-balloon-pci,id=balloon0" + (",deflate-on-oom=on" if self.deflates_on_oom else "")]
        return arguments

    def _ports(self) -> list[str]:
        ports = [("work", "org.aerostat.work.0", self.work_socket)]
        if self.agent_port:
            ports.insert(0, ("agent", "org.aerostat.guest.0", self.agent_socket))
        arguments = ["-device", "virtio-serial-pci"]
        for id, name, path in ports:
            arguments += ["-chardev", f"socket,id={id},path={socket_path(path)},server=on,wait=off",
                          "-device", f"virtserialport,chardev={id},name={name},id={id}"]
        return arguments

    def _disks(self) -> list[str]:
        arguments = []
        if self.disk_mib:
            arguments += _disk("files", guest_dir() / f"files-{self.disk_mib}.img", "readonly=on")
        if self.swap_disk_mib:
            arguments += _disk("swap", self._swap_image, "cache=unsafe,discard=unmap")
        return arguments

    @property
    def _initramfs(self) -> Path:
        return self.rundir / "disk" / f"{self.name}.cpio" if self.programs else guest_dir() / "initramfs.cpio"

    def _add_programs(self) -> None:
        tree = self.rundir / "disk" / self.name
        for path, text in self.programs.items():
            place = tree / path.lstrip("/")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)
            place.chmod(0o755)
        self._initramfs.write_bytes((guest_dir() / "initramfs.cpio").read_bytes() + archive_of(tree))

    @property
    def _swap_image(self) -> Path:
        return self.rundir / "disk" / f"{self.name}.swap"

    # Life.
    def start(self) -> Self:
        """Builds the image if necessary, and starts QEMU. Does not wait for the guest."""
        build_image(self.disk_mib)
        if self.agent:
            require_program("aerostat-guest")
        self._prepare_files()
        self._process = process.start(self.command(), self.log)
        self._appeared(self.observe_socket)
        self._observer = Qmp(self.observe_socket)
        return self

    def _prepare_files(self) -> None:
        for socket in (self.qmp_socket, self.observe_socket, self.agent_socket, self.work_socket):
            socket.unlink(missing_ok=True)
        self.console.parent.mkdir(parents=True, exist_ok=True)
        if self.programs:
            self._add_programs()
        if self.swap_disk_mib:
            self._swap_image.parent.mkdir(exist_ok=True)
            with self._swap_image.open("wb") as image:
                image.truncate(self.swap_disk_mib * MIB)

    def _appeared(self, path: Path) -> None:
        """Waits until the socket is there; an error with QEMU's output if QEMU ended instead."""
        until(lambda: path.exists() or not self.running, 30, f"{self.name}: {path.name}")
        if not self.running:
            raise RuntimeError(f"{self.name}: QEMU ended: {self.log.read_text(errors='replace').strip()}")

    def wait_ready(self, timeout: float = 120) -> Self:
        """Waits until the workload generator answers; everything in the guest has then been started."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            try:
                self.workload.wait("ready", timeout=0.5)
                return self
            except (TimeoutError, ConnectionError):
                if not self.running:
                    raise RuntimeError(f"{self.name}: QEMU ended: {self.tail(60)}") from None
                if timer_came_late(self.console):
                    print(f"{self.name}: its timer came late; it is started again", flush=True)
                    self.stop()
                    self.start()
        raise TimeoutError(f"{self.name}: not ready within {timeout:g} s: {self.tail()}")

    def stop(self) -> None:
        """Ends QEMU, if it has not ended. Safe to repeat."""
        for connection in (self._work, self._observer):
            if connection:
                connection.close()
        self._work = self._observer = None
        if self._process:
            process.stop(self._process)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    # Views.
    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    @property
    def qmp(self) -> Qmp:
        """The tests' own monitor."""
        if self._observer is None:
            raise RuntimeError(f"{self.name}: the guest is not running")
        return self._observer

    @property
    def workload(self) -> WorkPort:
        if self._work is None:
            self._work = WorkPort(self.work_socket)
        return self._work

    def memory(self) -> Memory:
        """QEMU's own numbers now."""
        return memory_of(self.qmp, self.balloon)

    def resident(self) -> int:
        """Bytes of host memory that QEMU really occupies."""
        for line in Path(f"/proc/{self.pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Rss:"):
                return int(line.split()[1]) * 1024
        raise RuntimeError(f"{self.name}: no Rss")

    def tail(self, lines: int = 15) -> str:
        """The end of the output of QEMU and the guest."""
        texts = [path.read_text(errors="replace") for path in (self.log, self.console) if path.exists()]
        return "\n".join("\n".join(texts).splitlines()[-lines:])

    # Actions of a host without Aerostat.
    def request_plugged(self, mib: int) -> None:
        """Asks the guest to hold this much virtio-mem; memory() shows what it really takes."""
        self.qmp.set("/machine/peripheral/vm0", "requested-size", mib * MIB)

    def set_balloon(self, mib: int) -> None:
        """Asks the guest to keep this much of its base memory and DIMMs."""
        self.qmp.execute("balloon", value=mib * MIB)


def _disk(serial: str, image: Path, options: str) -> list[str]:
    return ["-drive", f"file={image},format=raw,if=none,id={serial},{options}",
            "-device", f"virtio-blk-pci,drive={serial},serial={serial}"]


def require_program(name: str) -> Path:
    """The program under test that runs in guests, or an error with the remedy."""
    program = guest_bin_dir(guest_kernel()) / name
    if not program.exists():
        raise FileNotFoundError(f"{program}: build it first, or name another build folder in AEROSTAT_BUILD_DIR")
    return program


@functools.cache
def build_image(disk_mib: int = 0) -> None:
    """Rebuilds changed parts of the demo guest, once in a test run. Without the agent, an image without it."""
    command = [str(ROOT / "demo" / "build-guest"), "--agent", str(guest_bin_dir(guest_kernel()) / "aerostat-guest"),
               "--workload", str(require_program("aerostat-workload")), "--disk", str(disk_mib)]
    subprocess.run(command, check=True)
