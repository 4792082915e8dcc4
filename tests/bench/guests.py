"""Real Debian guests that get memory while a program takes it: nothing is killed, pages or stands without memory.

Each row: a guest that came to rest (30 s without a change), then a Python program that takes 1 GiB. Observations come
from inside the guest. Exit status 1 if a row fails, or a control does not.

    script/bench guests --quick                       one row for each system, some minutes
    script/bench guests --system 12 --minimum 256     a part of the table
    script/bench guests                               everything: the table, special guests with controls, idle guests
"""

import argparse
import itertools
import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.harness import daemon as aerostat
from tests.harness.daemon import Daemon
from tests.harness.debian import MIB, Debian, GuestGone, image, seen
from tests.harness.paths import new_rundir
from tests.harness.waiting import Stopwatch, until

CAPACITY = "6G"       # of the host: always enough for the guest's maximum
REST_SECONDS = 30
REST_LIMIT = 600      # a guest that does not come to rest by then has failed
TAKES_MIB = 1024
STARVED_SECONDS = 1.0
IDLE_SECONDS = 600
IDLE_CHANGES = 6
PROGRAM_SECONDS = 300

TAKE = '''
import sys, time
pieces, mib = int(sys.argv[1]), int(sys.argv[2])
held = []
for i in range(pieces):
    try:
        held.append(b"\\x55" * (mib << 20))
    except MemoryError:
        sys.exit(f"refused at {i * mib} MiB")
print(f"took {pieces * mib} MiB", flush=True)
time.sleep(3)
'''

# A container that works far beyond its own limit, repeatedly: its cache is taken from it as fast as it reads.
BOX = ("systemd-run --quiet --unit=box -p MemoryMax=64M -p MemorySwapMax=64M "
       "sh -c 'while :; do tar -cf - /usr/lib | cat >/dev/null; done'")


@dataclass(frozen=True)
class Row:
    system: int
    swap: bool
    minimum: str
    maximum: str
    piece_mib: int           # TAKES_MIB: a single allocation
    startup: str = "512M"
    special: str = ""        # what is unusual about the guest
    managed: bool = True     # False: a control, which stays at what it booted with

    def __str__(self) -> str:
        piece = "1 GiB at once" if self.piece_mib == TAKES_MIB else f"pieces of {self.piece_mib} MiB"
        what = f", {self.special}" if self.special else ""
        return (f"Debian {self.system}, {'swap' if self.swap else 'no swap'}, minimum {self.minimum}, maximum {self.maximum}, {piece}{what}"
                + ("" if self.managed else ", control: not managed"))


@dataclass
class Result:
    row: Row
    said: str = ""
    killed: int = 0
    swapped_out: int = 0
    starved_s: float = 0.0
    least_mib: int = 0
    growths: int = 0
    rest_s: float = 0.0
    rest_available_mib: int = 0
    rest_assigned_mib: int = 0
    took_s: float = 0.0
    lost: bool = False   # the guest is of no more use
    broken: list[str] = field(default_factory=list)

    @property
    def held(self) -> bool:
        """A control shows that the row can fail."""
        return bool(self.broken) != self.row.managed


# Special features: kernel arguments, QEMU arguments, a change of the command line, and preparations.
@dataclass(frozen=True)
class Special:
    kernel: tuple[str, ...] = ()
    startup: str = "512M"
    edit: Callable[[list[str]], list[str]] | None = None
    prepare: Callable[[Debian], None] | None = None
    at_rest: Callable[[Debian], None] | None = None


def _second_device(command: list[str]) -> list[str]:
    at = command.index("-m") + 1
    size, most = command[at].removeprefix("size=").split(",maxmem=")
    more = [*command, "-object", "memory-backend-ram,id=own-ram,size=512M,reserve=off",
            "-device", "virtio-mem-pci,id=own,memdev=own-ram,requested-size=256M"]
    more[at] = f"size={size},maxmem={int(most.removesuffix('M')) + 512}M"
    return more


def _strict(guest: Debian) -> None:
    # The owner asks for the strict rule, so the service must not relax it.
    guest.run("echo 'AEROSTAT_GUEST_OPTIONS=' >/etc/default/aerostat-guest; systemctl restart aerostat-guest; sysctl -q vm.overcommit_memory=2")


def _kill_service(guest: Debian) -> None:
    guest.run("systemctl mask --runtime --quiet aerostat-guest; systemctl kill -s KILL aerostat-guest")


SPECIALS = {
    "crash kernel of 256 MiB": Special(kernel=("crashkernel=256M",), startup="1G"),
    "overcommit_memory=2": Special(prepare=_strict),
    "service killed": Special(at_rest=_kill_service),
    "second virtio-mem device": Special(edit=_second_device),
    "container that thrashes": Special(prepare=lambda guest: guest.run(BOX) and None),
}


@dataclass
class Edited(Debian):
    edit: Callable[[list[str]], list[str]] | None = None

    def command(self) -> list[str]:
        command = super().command()
        return self.edit(command) if self.edit else command


def rest(daemon: Daemon, name: str, still: float = REST_SECONDS, limit: float = REST_LIMIT) -> float:
    """Waits until nothing changed for this long; returns how long that took. TimeoutError if it never happens."""
    watch, last, since = Stopwatch(), None, time.monotonic()
    while watch() < limit:
        vm = daemon.vms().get(name, {})
        now = (vm.get("assigned_bytes"), vm.get("target_bytes"), vm.get("grows"), vm.get("shrinks"))
        if now != last:
            last, since = now, time.monotonic()
        if time.monotonic() - since >= still:
            return watch()
        time.sleep(0.5)
    raise TimeoutError(f"{name} did not come to rest within {limit:g} s: {daemon.vms().get(name)}")


@contextmanager
def managed(rundir: Path, guest: Debian, row: Row) -> Iterator[Daemon]:
    """A daemon without any knowledge: what it learned in the previous row is gone."""
    shutil.rmtree(rundir / "state", ignore_errors=True)
    with Daemon(rundir, CAPACITY) as daemon:
        until(lambda: guest.name in daemon.vms(), 30, "the VM is seen")
        if row.managed:
            words = ["set", guest.name, "--mode", "dynamic", "--minimum", row.minimum]
            done = aerostat.command(*words, socket_path=daemon.socket)
            if done.returncode:
                raise RuntimeError(f"aerostat {' '.join(words)}: {done.stderr}")
        yield daemon


def play(rundir: Path, guest: Debian, row: Row, special: Special) -> Result:
    """One row on a running guest."""
    result = Result(row)
    with managed(rundir, guest, row) as daemon:
        try:
            if special.prepare:
                special.prepare(guest)
            result.rest_s = round(rest(daemon, guest.name), 1)
            if special.at_rest:
                special.at_rest(guest)
                rest(daemon, guest.name)
            before = daemon.vm(guest.name)
            result.rest_assigned_mib = before["assigned_bytes"] // MIB
            result.rest_available_mib = guest.watch.looks[-1].available_kib // 1024
            mark, clock = guest.watch.mark() - 1, Stopwatch()
            done = guest.run(f"python3 /root/take.py {TAKES_MIB // row.piece_mib} {row.piece_mib}", timeout=PROGRAM_SECONDS)
            result.took_s, result.said = round(clock(), 1), done.text.splitlines()[-1] if done.text else ""
            judge(result, done.status, guest, mark)
            result.growths = daemon.vm(guest.name)["grows"] - before["grows"]
        except (TimeoutError, GuestGone, RuntimeError) as error:
            result.broken.append(str(error)[:300])
            result.lost = True
        if not result.held:
            words = aerostat.command("explain", guest.name, "--last", "200", socket_path=daemon.socket)
            (rundir / "log" / f"explain-{time.strftime('%H%M%S')}.txt").write_text(f"{row}\n{words.stdout}{words.stderr}")
    return result


def judge(result: Result, status: int, guest: Debian, mark: int) -> None:
    what = seen(guest.watch.looks[mark:])
    result.killed, result.swapped_out, result.starved_s, result.least_mib = what.kills, what.swapped_out, what.starved_s, what.least_mib
    if what.kills or status == 137:
        result.broken.append("killed")
    elif status:
        result.broken.append(result.said or f"ended with {status}")
    if what.swapped_out:
        result.broken.append("swapped out")
    if what.starved_s > STARVED_SECONDS:
        result.broken.append("no memory for too long")


def table_rows(wish: argparse.Namespace) -> list[Row]:
    pieces = [*wish.piece, TAKES_MIB] if "malloc" in wish.parts else wish.piece
    return [Row(system, swap, minimum, maximum, piece) for system, swap, maximum, minimum, piece
            in itertools.product(wish.system, wish.swap, wish.maximum, wish.minimum, pieces)]


def special_rows(wish: argparse.Namespace) -> list[Row]:
    return [Row(system, wish.swap[0], wish.minimum[0], wish.maximum[-1], wish.piece[-1], SPECIALS[special].startup, special, managed)
            for system, special, managed in itertools.product(wish.system, wish.special, (True, False))]


HEADER = f"{'system':6} {'swap':4} {'minimum':7} {'maximum':7} {'piece':>5} {'rest':>5} {'spare':>5} {'killed':>6} {'swapped':>8} {'starved':>8} {'least':>5} {'grown':>5} {'took':>6}  verdict"


def line(result: Result) -> str:
    row = result.row
    verdict = "held" if result.held else "FAILED"
    what = ("" if row.managed else "control: ") + (", ".join(result.broken) if result.broken else result.said)
    return (f"{row.system:6} {'yes' if row.swap else 'no':4} {row.minimum:7} {row.maximum:7} {row.piece_mib:5} {result.rest_assigned_mib:5} "
            f"{result.rest_available_mib:5} {result.killed:6} {result.swapped_out:8} {result.starved_s:6.1f} s {result.least_mib:5} "
            f"{result.growths:5} {result.took_s:4.0f} s  {verdict}: {row.special}{': ' if row.special else ''}{what}")


def run_rows(rows: list[Row], say: Callable[[str], None], keep: bool) -> list[Result]:
    """Boots a guest for rows that can share one, and again when it was lost."""
    results = []
    for (system, swap, maximum, startup, special, _), group in itertools.groupby(
            rows, lambda row: (row.system, row.swap, row.maximum, row.startup, row.special, row.managed)):
        left = list(group)
        while left:
            rundir = new_rundir()
            how = SPECIALS.get(special, Special())
            say(f"booting Debian {system}, {'with' if swap else 'without'} swap, {startup} to {maximum}{f', {special}' if special else ''}")
            clock, harmed = Stopwatch(), False
            with Edited("web", rundir, system, startup, maximum, swap, kernel=how.kernel, edit=how.edit) as guest:
                guest.wait_ready()
                guest.put("/root/take.py", TAKE)
                say(f"it is up after {clock():.0f} s, {guest.watch.looks[-1].available_kib // 1024} MiB available")
                while left:
                    row = left.pop(0)
                    say(f"{len(results) + 1}: {row}")
                    result = play(rundir, guest, row, how)
                    results.append(result)
                    say(line(result))
                    harmed |= not result.held
                    if result.lost:
                        break
            if keep or harmed:
                say(f"kept: {rundir}")
            else:
                shutil.rmtree(rundir)
    return results


@dataclass
class Idle:
    system: int
    changes: int
    least_at_rest_mib: int
    demand_mib: int
    assigned_mib: int
    held: bool


def idle(system: int, wish: argparse.Namespace, say: Callable[[str], None]) -> Idle:
    """An unused guest, from its boot on: how often it changes in ten minutes, and the memory it keeps."""
    rundir = new_rundir()
    row = Row(system, wish.swap[0], wish.minimum[0], wish.maximum[-1], 1)
    with Debian("web", rundir, system, row.startup, row.maximum, row.swap) as guest:
        guest.wait_ready()
        with managed(rundir, guest, row) as daemon:
            say(f"Debian {system} idles for {wish.idle} s")
            clock = Stopwatch()
            while clock() < wish.idle:
                time.sleep(5)
                vm = daemon.vm("web")
                say(f"{clock():4.0f} s: {vm['status']}, {vm['assigned_bytes'] // MIB} MiB assigned, {guest.watch.looks[-1].available_kib // 1024} MiB "
                    f"available, {vm['grows']} growths, {vm['shrinks']} shrinks")
            vm = daemon.vm("web")
            # At rest: the last minute of looks.
            least = min(look.available_kib for look in guest.watch.looks[-600:]) // 1024
            demand = (vm["demand_bytes"] or 0) // MIB
            changes = vm["grows"] + vm["shrinks"]
            held = changes <= IDLE_CHANGES and least >= max(64, min(256, demand // 10))
    shutil.rmtree(rundir)
    return Idle(system, changes, least, demand, vm["assigned_bytes"] // MIB, held)


PARTS = ("table", "malloc", "special", "idle")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/bench guests", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--system", type=int, choices=(12, 13), nargs="+", default=[12, 13])
    parser.add_argument("--swap", choices=("no", "yes"), nargs="+", default=["no", "yes"], help="a swap file of 1 GiB")
    parser.add_argument("--minimum", nargs="+", default=["256M", "300M", "512M"], metavar="SIZE")
    parser.add_argument("--maximum", nargs="+", default=["2G", "4G"], metavar="SIZE")
    parser.add_argument("--piece", type=int, nargs="+", default=[1, 16], metavar="MIB")
    parser.add_argument("--part", dest="parts", choices=PARTS, nargs="+", default=list(PARTS), help="malloc: 1 GiB at once, too")
    parser.add_argument("--special", choices=sorted(SPECIALS), nargs="+", default=list(SPECIALS))
    parser.add_argument("--idle", type=int, default=IDLE_SECONDS, metavar="SECONDS")
    parser.add_argument("--quick", action="store_true", help="one row for each system: no swap, 256M to 4G, pieces of 16 MiB, and at once")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--keep", action="store_true", help="keep sockets, logs and disks of every guest")
    wish = parser.parse_args()
    if wish.quick:
        wish.swap, wish.minimum, wish.maximum, wish.piece = ["no"], ["256M"], ["4G"], [16]
        wish.parts = ["table", "malloc"]
    wish.swap = [word == "yes" for word in wish.swap]
    # A bare number means MiB.
    wish.minimum = [f"{word}M" if word.isdigit() else word for word in wish.minimum]
    wish.maximum = [f"{word}G" if word.isdigit() else word for word in wish.maximum]
    return wish


def main() -> None:
    wish = arguments()
    clock = Stopwatch()

    def say(text: str) -> None:
        print(f"{clock():6.0f} s  {text}", flush=True)

    for system, swap in itertools.product(wish.system, wish.swap):
        image(system, swap, True)
    rows = (table_rows(wish) if "table" in wish.parts else []) + (special_rows(wish) if "special" in wish.parts else [])
    results = run_rows(rows, say, wish.keep)
    idles = [idle(system, wish, say) for system in wish.system] if "idle" in wish.parts else []

    if results:
        print("\n" + HEADER + "\n" + "\n".join(line(result) for result in results))
    for one in idles:
        print(f"Debian {one.system} idle for {wish.idle} s: {one.changes} changes, {one.least_at_rest_mib} MiB available at rest, {one.assigned_mib} MiB "
              f"assigned, demand {one.demand_mib} MiB: {'held' if one.held else 'FAILED'}")
    if wish.json:
        wish.json.write_text(json.dumps({"rows": [dict(asdict(result), held=result.held) for result in results],
                                         "idle": [asdict(one) for one in idles]}, indent=1) + "\n")
    failed = sum(not one.held for one in [*results, *idles])
    print(f"{len(results) + len(idles) - failed} of {len(results) + len(idles)} held")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
