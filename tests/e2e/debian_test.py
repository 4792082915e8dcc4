"""Real systems, set up by the README's first steps, at everyday work. Nothing is killed, and nothing is paged out for want of memory.

Debian 12 without swap does all the work; Debian 13 with a swap file the main case. The whole table: script/bench guests."""

import base64
import io
import subprocess
import tarfile
import tempfile
import unittest

from tests.bench.guests import STARVED_SECONDS, TAKE, rest
from tests.e2e.base import RealGuests
from tests.harness import daemon as aerostat
from tests.harness.daemon import Daemon
from tests.harness.debian import MIB, Debian, Seen, seen
from tests.harness.paths import ROOT, bin_dir
from tests.harness.waiting import until

CAPACITY = "6G"

# A developer's compilation: two programs' worth of this project's own sources.
SOURCES = ["src/agent/common/json_reader.cc", "src/agent/common/messages.cc", "src/agent/linux/proc_parse.cc", "src/agent/linux/sampler.cc"]

IMPORT = '''
import random
with open("/root/rows.csv", "w") as out:
    for i in range(400000):
        out.write(f"{i},{random.random()},name-{i % 997},{'x' * 40}\\n")
'''


# The least that Linux reclaims at once (SWAP_CLUSTER_MAX). Its reclaim is also woken for a free piece of 2 MiB, with much
# available: Debian 13 wrote 3 pages in two runs, with 46 and 68 MiB available. A guest in want writes thousands.
FEW_PAGES = 32


class RealDebian(RealGuests):
    def first_steps(self, daemon: Daemon, guest: Debian) -> None:
        """README, first steps, 4."""
        guest.wait_ready()
        self.assertEqual(guest.run("systemctl is-active aerostat-guest").text, "active", guest.run("systemctl status --no-pager aerostat-guest").text)
        self.says(daemon, "set", "web", "--mode", "dynamic", "--minimum", "256M")
        daemon.wait_served("web", timeout=60)
        self.assertIn("OK", self.says(daemon, "list"))
        guest.put("/root/take.py", TAKE)

    def says(self, daemon: Daemon, *words: str) -> str:
        done = aerostat.command(*words, socket_path=daemon.socket)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def work(self, daemon: Daemon, guest: Debian, what: str, command: str, timeout: float = 300, kills: int = 0) -> Seen:
        """Works in a guest that is at rest."""
        rest(daemon, "web", still=15)
        mark = guest.watch.mark() - 1
        done = guest.run(command, timeout)
        saw = seen(guest.watch.looks[mark:])
        print(f"Debian {guest.system}: {what}: {saw}; {daemon.vm('web')['assigned_bytes'] // MIB} MiB assigned", flush=True)
        explained = f"{what}: {saw}\n{done.text[-1500:]}\n" + aerostat.command("explain", "web", "--last", "30", socket_path=daemon.socket).stdout
        self.assertEqual((done.status, saw.kills), (0, kills), explained)
        self.assertLess(saw.swapped_out, FEW_PAGES, explained)
        return saw

    def takes_a_gib(self, daemon: Daemon, guest: Debian, *pieces: int) -> None:
        for piece in pieces:
            saw = self.work(daemon, guest, f"1 GiB in pieces of {piece} MiB", f"python3 /root/take.py {1024 // piece} {piece}")
            self.assertLessEqual(saw.starved_s, STARVED_SECONDS, saw)
            self.assertGreater(daemon.vm("web")["grows"], 0)

    def test_debian_12_works_all_day(self) -> None:
        with Daemon(self.rundir, CAPACITY) as daemon, Debian("web", self.rundir, 12) as guest:
            self.first_steps(daemon, guest)
            self.takes_a_gib(daemon, guest, 16, 1, 1024)
            self.compiles(daemon, guest)
            self.work(daemon, guest, "tar of /usr/lib", "tar -cf - /usr/lib | cat >/dev/null")
            self.work(daemon, guest, "tmpfs", "mount -t tmpfs -o size=700M tmpfs /mnt && head -c 600M /dev/zero >/mnt/file && umount /mnt")
            guest.put("/root/rows.py", IMPORT)
            self.work(daemon, guest, "SQLite import", "python3 /root/rows.py && sqlite3 /root/rows.db 'create table t(a,b,c,d)' '.mode csv' "
                      "'.import /root/rows.csv t' 'create index i on t(c, b)' 'select count(*) from t'")
            self.contained(daemon, guest)
            self.reboots(daemon, guest)
            self.takes_a_gib(daemon, guest, 16)
            self.powers_off_and_starts(daemon, guest)
            self.takes_a_gib(daemon, guest, 16)

    def test_debian_13_with_swap_grows_and_does_not_page(self) -> None:
        with Daemon(self.rundir, CAPACITY) as daemon, Debian("web", self.rundir, 13, swap=True) as guest:
            self.first_steps(daemon, guest)
            self.assertIn("/swapfile", guest.run("cat /proc/swaps").text)
            self.takes_a_gib(daemon, guest, 16, 1)

    def compiles(self, daemon: Daemon, guest: Debian) -> None:
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w:gz") as tar:
            for room in ("agent", "guest", "base", "model"):
                tar.add(ROOT / "src" / room, f"src/{room}")
        guest.put("/root/src.b64", base64.b64encode(packed.getvalue()).decode())
        guest.run("cd /root && base64 -d src.b64 | tar xz")
        self.work(daemon, guest, "g++ -j2", "cd /root && printf '%s\\n' " + " ".join(SOURCES)
                  + " | xargs -P 2 -I F g++ -std=c++20 -O2 -Isrc -DAEROSTAT_VERSION='\"0\"' -c F -o /dev/null", timeout=400)

    def contained(self, daemon: Daemon, guest: Debian) -> None:
        """The effects of a limit inside the guest are no distress of the guest."""
        self.work(daemon, guest, "a container at its limit", self.box("-p RuntimeMaxSec=20 sh -c 'while :; do cat /usr/lib/gcc/*/*/* >/dev/null 2>&1; done'"))
        self.work(daemon, guest, "a container that is killed", self.box("python3 /root/take.py 256 1"), kills=1)

    @staticmethod
    def box(what: str) -> str:
        """Runs it under a limit of its own, and waits for its end. (systemd-run --wait needs a message bus, which a fresh system lacks.)"""
        return f"systemd-run --quiet --collect --unit=box -p MemoryMax=64M {what}; while systemctl -q is-active box; do sleep 0.5; done"

    def reboots(self, daemon: Daemon, guest: Debian) -> None:
        before = guest.run("cat /proc/sys/kernel/random/boot_id").text
        guest.restart()
        self.assertNotEqual(guest.run("cat /proc/sys/kernel/random/boot_id").text, before)
        daemon.wait_served("web", timeout=60)
        self.assertEqual(daemon.vm("web")["reboots"], 1)

    def powers_off_and_starts(self, daemon: Daemon, guest: Debian) -> None:
        guest.run("(sleep 1; systemctl poweroff) >/dev/null 2>&1 &")
        guest.wait_ended(120)
        until(lambda: daemon.vms().get("web", {}).get("status") in (None, "off"), 30, "the VM is gone")
        guest.start()
        guest.wait_ready()
        daemon.wait_served("web", timeout=60)
        self.assertEqual(daemon.vm("web")["minimum_bytes"], 256 * MIB, "its settings are kept")


class Install(unittest.TestCase):
    def test_one_command_installs_the_host(self) -> None:
        """Into a tree; the daemon accepts the installed configuration."""
        with tempfile.TemporaryDirectory() as tree:
            subprocess.run([str(ROOT / "script/install"), "host", "--root", tree, "--build", str(bin_dir().parent)], check=True, stdout=subprocess.DEVNULL)
            checked = subprocess.run([f"{tree}/usr/local/sbin/aerostatd", "--check-config", "--config", f"{tree}/etc/aerostat/aerostat.toml"],
                                     capture_output=True, text=True, check=False)
            self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)


if __name__ == "__main__":
    unittest.main()
