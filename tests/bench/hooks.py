"""What docs/guide/hooks.md says, done in a Debian 12 with PostgreSQL and Redis under the service's stock unit, beside a real
aerostatd: both examples, and each alone. Exit status 1 if a setting does not follow the memory, or if a refusal does not
reach `aerostat explain`. Without the drop-in both have to fail.

    script/bench hooks            some minutes; the guest's image is made first, which takes longer once

Not part of script/test: an emulated guest needs minutes for it. On a busy machine a hook there may not be done in its time,
nor Redis answer in its second: that is shown, and tried again.
"""

import re
import shlex
import shutil
import sys
import time

from tests.harness.daemon import DYNAMIC, Daemon, command
from tests.harness.debian import Debian, Wrong
from tests.harness.paths import ROOT, new_rundir
from tests.harness.waiting import Stopwatch, until

GUIDE = (ROOT / "docs/guide/hooks.md").read_text()
FOLDER = "/etc/aerostat-guest"
DROP_INS = "/etc/systemd/system/aerostat-guest.service.d"

HELD_MIB = 900
LARGE_MIB, SMALL_MIB = 1150, 700  # with it, and without
REDIS_MIB = 640        # fits into 60 % of the large machine, but not into 60 % of what it needs itself
BUFFERS_MIB = 512      # of PostgreSQL, and what refuses less than 640
NEAR_MIB = 96          # a shrink is told before it is made, and growth of less than 16 MiB is not told
MOVES_SECONDS = 400  # what a shrink hurt keeps its memory for two minutes
FOLLOWS_SECONDS = 40   # growth is told every 15 s at least
TRIES = 4              # of an emulated guest on a busy machine
FILL = "for i = 1, 10 do redis.call('SET', ARGV[1] .. ':' .. i, string.rep('x', 1000000)) end return 'filled'"


def of_guide(pattern: str) -> str:
    """A block of the guide, without its margin."""
    found = re.search(pattern, GUIDE, re.M)
    if not found:
        raise Wrong(f"docs/guide/hooks.md has no {pattern}")
    return re.sub(r"^    ", "", found[0], flags=re.M)


COPY = of_guide(r"^    cd .+\n(    sudo install .+\n)+")
CONF = of_guide(r"^    redis\(\) .+\n    redis_percent=.+\n") + of_guide(r"^    sql\(\) .+\n    postgresql_percent=.+\n")
DROP_IN = of_guide(r"^    \[Service\]\n(    .+\n)+")
OPTIONS = of_guide(r"^    AEROSTAT_GUEST_OPTIONS=.+\n")


class Owner:
    """The guest's owner, who does what the guide says."""

    def __init__(self, guest: Debian, daemon: Daemon) -> None:
        self.guest, self.daemon = guest, daemon
        self._read = 0  # lines of the service's journal

    def sql(self, statement: str) -> str:
        return self.guest.do(f"cd / && su postgres -c {shlex.quote('psql -XAtqc ' + shlex.quote(statement))}")

    def has_mib(self) -> int:
        return int(self.guest.do("sed -n 's/^MemTotal: *\\([0-9]*\\) kB/\\1/p' /proc/meminfo")) >> 10

    def set_to_mib(self, name: str) -> int:
        """The size of the machine that would explain the setting."""
        if name == "redis":
            return int(int(self.guest.do("redis-cli CONFIG GET maxmemory | tail -n 1")) / 0.6) >> 20
        rows = self.sql("SELECT setting::bigint * 8 FROM pg_settings WHERE name IN ('effective_cache_size', 'shared_buffers') ORDER BY name")
        cache, buffers = map(int, rows.split())
        return int((cache - buffers) / 0.75 + buffers) >> 10

    def sets_up(self, names: list[str], drop_in: str) -> None:
        """From nothing. Root needs no sudo, and script/install installed the service."""
        lines = COPY.replace("sudo ", "").replace("cd /usr/", "cd /usr/local/").replace(" redis postgresql", f" {' '.join(names)}")
        self.guest.do(f"rm -rf {FOLDER} {DROP_INS} /etc/default/aerostat-guest; set -e\n{lines}")
        self.guest.put(f"{FOLDER}/hooks.conf", CONF)
        if drop_in:
            # An editor that writes where systemctl wants it: after its first comment. It asks for a terminal.
            self.guest.put("/root/drop-in", drop_in)
            self.guest.put("/root/editor", '#!/bin/sh\nfor file; do :; done\nsed -i "3r /root/drop-in" "$file"\n')
            self.guest.do("chmod 755 /root/editor; SYSTEMD_EDITOR=/root/editor script -qec 'systemctl edit aerostat-guest' /dev/null")
        if "postgresql" in names:
            self.guest.put("/etc/default/aerostat-guest", OPTIONS)
        self.guest.do("systemctl daemon-reload; systemctl restart aerostat-guest")
        self.daemon.wait_served("db", timeout=60)
        self.complaints()

    def complaints(self) -> list[str]:
        """What the service said of its hooks since this was asked last."""
        lines = self.guest.do("journalctl -q -o cat -u aerostat-guest").splitlines()
        new, self._read = lines[self._read:], len(lines)
        return [line for line in new if "hooks:" in line]

    def holds(self) -> None:
        """A program takes memory and keeps it."""
        program = f"import time; held = [b'x' * (16 << 20) for _ in range({HELD_MIB // 16})]; time.sleep(10000)"
        self.guest.do(f"systemd-run --quiet --collect --unit=hold python3 -c {shlex.quote(program)}")
        until(lambda: self.has_mib() >= LARGE_MIB, MOVES_SECONDS, f"the machine has {LARGE_MIB} MiB", interval=1)

    def lets_go(self) -> None:
        self.guest.do("systemctl stop hold 2>/dev/null || ! systemctl -q is-active hold")

    def shrinks(self) -> None:
        self.lets_go()
        until(lambda: self.has_mib() <= SMALL_MIB, MOVES_SECONDS, f"the machine has {SMALL_MIB} MiB", interval=1)


def check(owner: Owner, names: list[str], what: str) -> None:
    """All settings are those of the machine as it is."""
    seen = ""

    def near() -> bool:
        nonlocal seen
        has, told = owner.has_mib(), {name: owner.set_to_mib(name) for name in names}
        seen = f"{what}: the machine has {has} MiB, and is set for " + ", ".join(f"{name} {mib}" for name, mib in told.items())
        return all(abs(mib - has) <= NEAR_MIB for mib in told.values())

    try:
        until(near, FOLLOWS_SECONDS, what, interval=1)
    except TimeoutError as late:
        raise Wrong(f"{seen}; the service said {owner.complaints()}") from late
    print(f"{seen}; the service said {owner.complaints()}", flush=True)


def follow(owner: Owner, names: list[str]) -> None:
    """Up and down."""
    for tries_left in reversed(range(TRIES)):
        owner.holds()
        try:
            check(owner, names, "grown")
            owner.shrinks()
            check(owner, names, "shrunk")
            return
        except Wrong as why:
            owner.lets_go()
            print(why, flush=True)
            if not tries_left:
                raise


def refuse(owner: Owner, name: str, prepare: str, reason: str) -> None:
    """A shrink that the program could not bear is put off, and people see why."""
    for _ in range(TRIES):
        owner.holds()
        owner.guest.do(prepare, timeout=300)
        owner.complaints()
        owner.lets_go()
        watch = Stopwatch()
        while watch() < MOVES_SECONDS:
            explained = command("explain", "db", "--last", "50", socket_path=owner.daemon.socket).stdout
            if found := re.search(rf".*others are asked first: {name}: {reason}.*", explained):
                print(f"aerostat explain: {found[0].strip()}", flush=True)
                return
            if said := owner.complaints():
                print(f"instead of a refusal the service said {said}", flush=True)
                break
            time.sleep(1)
    raise Wrong(f"no refusal of {name} is explained:\n{explained}")


def need_the_drop_in(owner: Owner) -> None:
    owner.sets_up(["redis", "postgresql"], "")
    owner.holds()
    said: set[str] = set()

    def both_fail() -> bool:
        said.update(owner.complaints())
        return all(any(f"hooks: {name}:" in line for line in said) for name in ("redis", "postgresql"))

    until(both_fail, MOVES_SECONDS, "both hooks fail without the drop-in", interval=1)
    print(f"without the drop-in: {sorted(said)}; {owner.daemon.vm('db')['note']}", flush=True)
    owner.shrinks()


def both(owner: Owner) -> None:
    owner.sets_up(["redis", "postgresql"], DROP_IN)
    print(owner.guest.do("systemctl show aerostat-guest -p RestrictAddressFamilies -p CapabilityBoundingSet"), flush=True)
    follow(owner, ["redis", "postgresql"])


def redis_alone(owner: Owner) -> None:
    owner.guest.do("systemctl stop postgresql")
    owner.sets_up(["redis"], "[Service]\nRestrictAddressFamilies=AF_INET AF_INET6\n")
    follow(owner, ["redis"])
    # A few at a time: it answers nobody else meanwhile.
    fill = f"for i in $(seq {REDIS_MIB // 10}); do redis-cli EVAL {shlex.quote(FILL)} 0 $i | grep filled || exit 1; done"
    refuse(owner, "redis", f"redis-cli CONFIG SET maxmemory 0 && {fill} >/dev/null",
           r"Redis holds \d+ MiB and may not evict any")
    owner.guest.do("redis-cli FLUSHALL; systemctl stop redis-server; systemctl start postgresql")


def postgresql_alone(owner: Owner) -> None:
    owner.sets_up(["postgresql"], DROP_IN.replace(" AF_INET AF_INET6", ""))
    follow(owner, ["postgresql"])
    owner.sql(f"ALTER SYSTEM SET shared_buffers = '{BUFFERS_MIB}MB'")
    refuse(owner, "postgresql", "systemctl restart postgresql@15-main", f"shared_buffers of PostgreSQL alone are {BUFFERS_MIB} MiB")


def main() -> int:
    if sys.argv[1:]:
        print("hooks: takes no arguments", file=sys.stderr)
        return 2
    rundir = new_rundir()
    watch = Stopwatch()
    try:
        with Daemon(rundir, "6G", DYNAMIC) as daemon, Debian("db", rundir, startup="1G", maximum="3G", kind="databases") as guest:
            guest.wait_ready()
            owner = Owner(guest, daemon)
            for part in (need_the_drop_in, both, redis_alone, postgresql_alone):
                print(f"{part.__name__.replace('_', ' ')}, after {watch():.0f} s:", flush=True)
                part(owner)
    except (Wrong, TimeoutError) as why:
        print(f"WRONG: {why}", flush=True)
        return 1
    finally:
        shutil.rmtree(rundir, ignore_errors=True)
    print(f"as the guide says, after {watch():.0f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
