"""The daemon's cost beside many VMs: its share of a core, memory, passes, late passes, and the time of a list.

The VMs are scripted monitors and services, each a process of its own (tests/bench/fleet_peers.cc), so that no guest's
work is in the figures. Quiet: 300 VMs with memory to spare and constant need. Restless: 600 VMs on a host that is nearly
full, each with a different need every second.

    script/bench fleet                     both
    script/bench fleet --short             20 and 20 VMs for 3 s: checks only that it works
    script/bench fleet --load quiet --vms 1000 --seconds 30
    script/bench fleet --load quiet --vms 500 --readers 20    also with 20 open pages: readers of the live feed
"""

import argparse
import os
import resource
import selectors
import shutil
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from tests.harness import process
from tests.harness.daemon import DYNAMIC, Daemon
from tests.harness.paths import bin_dir, new_rundir
from tests.harness.waiting import Stopwatch, until

BASE_MIB = 128
MINIMUM_MIB = 48
MAXIMUM_MIB = 512
VMS = {"quiet": 300, "restless": 600}
# As a multiple of the VMs' boot memory: plenty, and less than their largest joint want.
CAPACITY = {"quiet": 3.0, "restless": 1.02}
WARM_UP_SECONDS = 8


@dataclass
class Cost:
    cpu_s: float
    resident_kib: int
    passes: int
    late: int

    @classmethod
    def of(cls, daemon: Daemon) -> "Cost":
        fields = Path(f"/proc/{daemon.pid}/stat").read_text().rsplit(")", 1)[1].split()
        ticks = int(fields[11]) + int(fields[12])
        host = daemon.host()
        return cls(ticks / os.sysconf("SC_CLK_TCK"), process.resident_kib(daemon.pid), host["passes"], host["late_ticks"])


def host_of(rundir: Path, mib: int) -> list[str]:
    """The command prefix for a program that sees a host with this much available memory: the VMs use none of ours.

    Empty if this host has as much. Otherwise it needs root."""
    meminfo = Path("/proc/meminfo").read_text().splitlines()
    if next(int(line.split()[1]) for line in meminfo if line.startswith("MemAvailable")) >= mib * 1024:
        return []
    larger = rundir / "meminfo"
    larger.write_text(f"MemTotal: {mib * 1024} kB\nMemAvailable: {mib * 1024} kB\n")
    return ["unshare", "--mount", "sh", "-c", f'mount --bind {larger} /proc/meminfo && exec "$@"', "sh"]


class Readers:
    """Open pages: each follows the live feed."""

    def __init__(self, daemon: Daemon, count: int) -> None:
        self.bytes = 0
        self._selector = selectors.DefaultSelector()
        self._sockets = [socket.socket(socket.AF_UNIX) for _ in range(count)]
        for each in self._sockets:
            each.connect(str(daemon.socket))
            each.sendall(b"GET /v1/live HTTP/1.1\r\nHost: aerostat\r\n\r\n")
            each.setblocking(False)
            self._selector.register(each, selectors.EVENT_READ)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        while self._selector.get_map():
            for key, _ in self._selector.select(1):
                got = key.fileobj.recv(1 << 16)  # type: ignore[union-attr]
                self.bytes += len(got)
                if not got:
                    self._selector.unregister(key.fileobj)

    @property
    def followed(self) -> int:
        return len(self._selector.get_map())


def with_readers(daemon: Daemon, count: int, seconds: float, alone: float) -> None:
    readers = Readers(daemon, count)
    time.sleep(3)
    before, began, watch = Cost.of(daemon), readers.bytes, Stopwatch()
    time.sleep(seconds)
    after, took = Cost.of(daemon), watch()
    cpu = (after.cpu_s - before.cpu_s) / took
    print(f"with {readers.followed} pages: {cpu:.1%} of a core, {cpu - alone:+.1%}; {(readers.bytes - began) / took / count / 1024:.0f} KiB a page and s", flush=True)


def measure(load: str, vms: int, seconds: float, readers: int) -> None:
    rundir = new_rundir()
    capacity = int(BASE_MIB * vms * CAPACITY[load])
    with Daemon(rundir, f"{capacity}M", DYNAMIC.replace("256M", f"{MINIMUM_MIB}M"), prefix=host_of(rundir, 4 * BASE_MIB * vms)) as daemon:
        empty = Cost.of(daemon)
        peers = subprocess.Popen([str(bin_dir() / "aerostat_fleet_peers"), "--vms", str(vms), "--dir", str(rundir), "--load", load,
                                  "--base", str(BASE_MIB), "--maximum", str(MAXIMUM_MIB)],
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
        try:
            until(lambda: daemon.host()["vms"] == vms, 60, f"{vms} VMs are found")
            until(lambda: all(vm["integration"].startswith("service") for vm in daemon.vms(60).values()), 120, "all services are heard")
            time.sleep(min(WARM_UP_SECONDS, seconds))
            before, watch = Cost.of(daemon), Stopwatch()
            time.sleep(seconds)
            after, took = Cost.of(daemon), watch()
            asked = Stopwatch()
            daemon.vms(60)
            listed = asked()
            cpu = (after.cpu_s - before.cpu_s) / took
            if readers:
                with_readers(daemon, readers, seconds, cpu)
        finally:
            peers.stdin.close()
            peers.wait(10)
    shutil.rmtree(rundir, ignore_errors=True)
    print(f"{load:>9} {vms:>5} {cpu:>9.1%} {cpu / vms * 1e6:>13.0f} {(after.resident_kib - empty.resident_kib) / vms:>11.0f}"
          f" {(after.passes - before.passes) / took:>9.1f} {after.late - before.late:>6} {listed * 1e3:>9.1f}", flush=True)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, prog="script/bench fleet")
    options.add_argument("--load", choices=list(VMS), nargs="+", default=list(VMS))
    options.add_argument("--vms", type=int)
    options.add_argument("--seconds", type=float, default=20)
    options.add_argument("--readers", type=int, default=0, metavar="N")
    options.add_argument("--short", action="store_true")
    chosen = options.parse_args()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    print(f"{'load':>9} {'VMs':>5} {'of a core':>9} {'us a VM and s':>13} {'KiB a VM':>11} {'passes/s':>9} {'late':>6} {'list, ms':>9}")
    for load in chosen.load:
        vms = 20 if chosen.short else chosen.vms or VMS[load]
        measure(load, vms, 3 if chosen.short else chosen.seconds, chosen.readers)


if __name__ == "__main__":
    sys.exit(main())
