"""The 32-bit service for Windows under wine32, in a Debian guest whose kernel runs 32-bit programs, on its real virtio port,
beside a real aerostatd. Exit status 1 if it is not seen, or what it says is not what the guest's own kernel says. How much it
has resident is shown only.

    script/bench wine32           some minutes; the guest's image is made first, which takes longer once

Not part of script/test: an emulated guest needs minutes for it. e2e.wine runs the same on a machine with wine32.
"""

import json
import shlex
import shutil
import sys
from typing import Any

from tests.harness.daemon import Daemon, command
from tests.harness.debian import MIB, Debian, Wrong
from tests.harness.paths import new_rundir
from tests.harness.waiting import Stopwatch, until

SIZE_MIB = 1536
PROGRAM = r"Z:\root\aerostat-guest.exe"
PORT = r"\\.\COM33"
SERVICE = "aerostat-guest"
# The oldest that the service runs on. As wine calls it; what the service calls it.
VERSION, NAME = "win2003", "Windows Server 2003"
# Emulated, wine's first program in a boot takes minutes on a busy machine.
WINE_SECONDS = 500
# The two numbers are read a second or so apart.
SETTLE_SECONDS = 60
APART_MIB = 16
HELD_MIB = 400
STANDS_IN = "balloon statistics stand in"


def wine(guest: Debian, *words: str) -> str:
    """A program's output, once it has ended."""
    return guest.do(f"cd /root; HOME=/root WINEDEBUG=-all wine {shlex.join(words)}", WINE_SECONDS)


def be(guest: Debian) -> None:
    """What winecfg would write, without the minutes that it takes. No program of wine runs yet."""
    guest.run(rf"""printf '\n[Software\\\\Wine]\n"Version"="{VERSION}"\n' >>/root/.wine/user.reg""")


def seen(daemon: Daemon) -> dict[str, Any]:
    """The VM, once its guest says that it is this one, for 32 bits, and all is well."""

    def well() -> dict[str, Any] | None:
        vm = daemon.vms().get("win", {})
        guest = vm.get("guest") or {}
        is_it = (guest.get("os"), guest.get("name"), guest.get("arch")) == ("windows", NAME, "x86")
        return vm if is_it and vm.get("status") == "ok" and vm["integration"].startswith("service") and STANDS_IN not in vm["note"] else None

    return until(well, WINE_SECONDS, f"win is OK, and is {NAME} for x86", interval=0.2)


def check_numbers(daemon: Daemon, guest: Debian) -> str:
    """Until they agree: they are read one after the other, while programs of wine start and end. What wine 8 calls available
    is what is free or in the page cache; Linux counts less, since it leaves out what it would not give."""
    text = ""

    def agree() -> str | None:
        nonlocal text
        vm = daemon.vm("win")
        rows = dict(line.split(":") for line in guest.run("cat /proc/meminfo").text.splitlines())
        own = {row: int(text.split()[0]) // 1024 for row, text in rows.items()}
        total, available = own["MemTotal"], own["MemFree"] + own["Buffers"] + own["Cached"]
        said_total, said_available = vm["visible_bytes"] // MIB, vm["available_bytes"] // MIB
        text = f"total {said_total} MiB, the kernel says {total}; available {said_available}, the kernel says {available} (MemAvailable: {own['MemAvailable']})"
        if STANDS_IN in vm["note"]:
            text += "; it is silent"
            return None
        return text if abs(said_total - total) <= 1 and abs(said_available - available) <= APART_MIB else None

    try:
        return until(agree, SETTLE_SECONDS, "its numbers are the kernel's", interval=0.2)
    except TimeoutError as late:
        raise Wrong(text) from late


def listed(daemon: Daemon) -> dict[str, Any]:
    """What people are shown."""
    items: list[dict[str, Any]] = json.loads(command("list", "--json", socket_path=daemon.socket).stdout)["items"]
    return items[0]


def resident_kib(guest: Debian, pattern: str) -> int:
    return int(guest.run(f"sed -n 's/^VmRSS:[^0-9]*\\([0-9]*\\) kB/\\1/p' /proc/$(pgrep -of {shlex.quote(pattern)})/status").text)


def shown(daemon: Daemon, guest: Debian, how: str) -> None:
    """All that is promised of it, once it speaks."""
    seen(daemon)
    vm = listed(daemon)
    kib = resident_kib(guest, rf"aerostat-guest\.exe.* {how}")
    print(f"aerostat list --json: {json.dumps(vm)}", flush=True)
    print(f"{how}: {check_numbers(daemon, guest)}; resident {kib} KiB", flush=True)


def as_a_program(daemon: Daemon, guest: Debian) -> None:
    guest.run(f"cd /root; HOME=/root WINEDEBUG=-all setsid wine {shlex.quote(PROGRAM)} run --port {shlex.quote(PORT)} >/root/said 2>&1 </dev/null &")
    try:
        shown(daemon, guest, "run")
        before = daemon.vm("win")["available_bytes"]
        guest.run(f"python3 -c 'import time; held = b\"x\" * ({HELD_MIB} << 20); time.sleep({SETTLE_SECONDS})' >/dev/null 2>&1 &")
        until(lambda: daemon.vm("win")["available_bytes"] < before - HELD_MIB * MIB * 3 // 4, SETTLE_SECONDS, "it sees what a program takes")
        print(f"while a program holds {HELD_MIB} MiB: {check_numbers(daemon, guest)}", flush=True)
    except TimeoutError as late:
        raise Wrong(f"{late}; it is {daemon.vms().get('win')}; the program said: {guest.run('cat /root/said; ps ax | grep -i wine').text}") from late
    guest.run(r"pkill -f 'aerostat-guest\.exe.* run'")
    until(lambda: STANDS_IN in daemon.vm("win")["note"], 30, "its death is seen")


def as_a_service(daemon: Daemon, guest: Debian) -> None:
    print(wine(guest, PROGRAM, "install", "--port", PORT), flush=True)
    query = wine(guest, "sc", "query", SERVICE)
    if "RUNNING" not in query:
        raise Wrong(f"sc query {SERVICE}: {query}")
    shown(daemon, guest, "serve")
    print(wine(guest, PROGRAM, "uninstall"), flush=True)


def main() -> int:
    if sys.argv[1:]:
        print("wine32: takes no arguments", file=sys.stderr)
        return 2
    rundir = new_rundir()
    config = f'[vm.win]\nmode = "dynamic"\nminimum = "{SIZE_MIB}M"\nstartup = "{SIZE_MIB}M"\n'
    guest = Debian("win", rundir, startup=f"{SIZE_MIB}M", maximum=f"{SIZE_MIB}M", kind="wine", extra=["-smp", "2"])
    watch = Stopwatch()
    try:
        with Daemon(rundir, config=config) as daemon, guest:
            guest.wait_ready()
            print(f"the guest has booted after {watch():.0f} s: {guest.run('uname -rm').text}", flush=True)
            guest.run("ln -sfn /dev/virtio-ports/org.aerostat.guest.0 /root/.wine/dosdevices/com33")
            be(guest)
            # Services end with the last program of a user, unless wine is told to stay.
            guest.run("HOME=/root wineserver -p")
            for part in (as_a_program, as_a_service):
                part(daemon, guest)
                print(f"seen after {watch():.0f} s", flush=True)
    except (Wrong, TimeoutError) as why:
        print(f"WRONG: {why}", flush=True)
        return 1
    finally:
        shutil.rmtree(rundir, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
