"""The deb of the service, installed with dpkg in Debian guests that no test of script/test boots: Debian 11, and both 11 and 12
for 32 bits, under its stock unit and a real aerostatd. Exit status 1 if it does not start, ends, does not report, is not
filtered by the kernel as its unit says, does not move memory, or is not there after a reboot.

    script/bench packages                  all, some minutes each; the guests' images are made first, which takes longer once
    script/bench packages 12-i386 11       only these

Not part of script/test: an emulated guest needs minutes for it.
"""

import base64
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.guests import rest
from tests.harness import package
from tests.harness.daemon import DYNAMIC, Daemon
from tests.harness.debian import MIB, Debian, Wrong
from tests.harness.paths import new_rundir
from tests.harness.waiting import Stopwatch, until

GUESTS = ("12-i386", "11-i386", "11")
STARTUP_MIB = 1024  # of 32 bits: never more
HELD_MIB = 500
SMALL_MIB = 600
MOVES_SECONDS = 200
STAYS_SECONDS = 30


def unit(guest: Debian) -> dict[str, str]:
    wanted = "ActiveState,SubState,NRestarts,MainPID,FragmentPath,DropInPaths,UnitFileState"
    return dict(line.split("=", 1) for line in guest.do(f"systemctl show aerostat-guest -p {wanted}").splitlines())


def check_unit(guest: Debian, restarts: str = "0") -> None:
    """A system call that its unit does not allow would have ended it."""
    now = unit(guest)
    if (now["ActiveState"], now["NRestarts"], now["UnitFileState"], now["DropInPaths"]) != ("active", restarts, "enabled", ""):
        raise Wrong(f"its unit: {now}; {guest.do('journalctl -q -o cat -u aerostat-guest | tail -n 20')}")
    if now["FragmentPath"] not in ("/lib/systemd/system/aerostat-guest.service", "/usr/lib/systemd/system/aerostat-guest.service"):
        raise Wrong(f"it is not the package's unit: {now['FragmentPath']}")
    # 2: the kernel filters its system calls.
    if "Seccomp:\t2" not in (status := guest.do(f"cat /proc/{now['MainPID']}/status")):
        raise Wrong(f"its system calls are not filtered: {status}")


def install(guest: Debian, deb: Path) -> None:
    guest.put("/root/deb.base64", base64.b64encode(deb.read_bytes()).decode())
    print(guest.do(f"cd /root && base64 -d deb.base64 >{deb.name} && dpkg -i {deb.name} 2>&1"), flush=True)


def moves(guest: Debian, daemon: Daemon) -> None:
    until(lambda: daemon.vm("web")["assigned_bytes"] <= SMALL_MIB * MIB, MOVES_SECONDS, "its idle memory goes", interval=0.5)
    rest(daemon, "web", still=10)
    before = daemon.vm("web")["assigned_bytes"] // MIB
    guest.do(f"systemd-run --quiet --collect --unit=hold python3 -c 'import time; held = b\"x\" * ({HELD_MIB} << 20); time.sleep(1000)'")
    until(lambda: daemon.vm("web")["assigned_bytes"] >= (before + HELD_MIB * 3 // 4) * MIB, MOVES_SECONDS, "memory comes back", interval=0.5)
    time.sleep(5)
    print(f"{before} MiB at rest; {daemon.vm('web')['assigned_bytes'] // MIB} MiB with {HELD_MIB} MiB in use", flush=True)
    guest.do("systemctl is-active hold && systemctl stop hold")


def play(which: str, debs: package.Packages) -> None:
    system, _, bits = which.partition("-")
    deb, arch = (debs.guest_i386, "i686") if bits else (debs.guest, "x86_64")
    if not deb:
        raise Wrong("the program for i386 was not built: the cross compiler is missing; run script/setup")
    rundir, watch = new_rundir(), Stopwatch()
    try:
        guest = Debian("web", rundir, int(system), f"{STARTUP_MIB}M", f"{STARTUP_MIB if bits else 2 * STARTUP_MIB}M", service=False, kind=bits)
        with Daemon(rundir, "4G", DYNAMIC) as daemon, guest:
            guest.wait_ready()
            print(f"{which}: up after {watch():.0f} s: {guest.do('uname -rm; systemctl --version | head -n 1')}", flush=True)
            install(guest, deb)
            daemon.wait_served("web", timeout=120)
            about = daemon.vm("web")["guest"]
            if (about["os"], about["arch"]) != ("linux", arch):
                raise Wrong(f"it reports {about}")
            check_unit(guest)
            moves(guest, daemon)
            time.sleep(STAYS_SECONDS)
            check_unit(guest)
            guest.do("systemctl kill -s KILL aerostat-guest")
            until(lambda: (now := unit(guest))["NRestarts"] == "1" and now["SubState"] == "running", 60, "it is started again")
            daemon.wait_served("web", timeout=60)
            check_unit(guest, restarts="1")
            guest.restart()
            daemon.wait_served("web", timeout=120)
            check_unit(guest)
            print(f"{which}: {about['name']} {about['version']}, {about['arch']}: all seen after {watch():.0f} s", flush=True)
    finally:
        shutil.rmtree(rundir, ignore_errors=True)


def main() -> int:
    wanted = sys.argv[1:] or list(GUESTS)
    if unknown := [word for word in wanted if word not in GUESTS]:
        print(f"packages: no guest {' '.join(unknown)}; there are {', '.join(GUESTS)}", file=sys.stderr)
        return 2
    failed = 0
    with tempfile.TemporaryDirectory() as into:
        debs = package.make("deb", "0.0.1", Path(into))
        for which in wanted:
            try:
                play(which, debs)
            except (Wrong, TimeoutError) as why:
                failed += 1
                print(f"WRONG: {which}: {why}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
