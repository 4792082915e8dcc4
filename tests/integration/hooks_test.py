"""The example hooks with the programs that they are for: the real service, a real Redis, a real PostgreSQL. The test plays
the host, and the machine's memory is a file. The service has the capabilities and the families of sockets that its unit and
the guide give it, and the guide's options. Its files, devices and system calls are not restricted: that needs systemd."""

import os
import re
import shutil
import socket
import subprocess
import time
import unittest
from pathlib import Path

from tests.e2e.base import needs
from tests.harness import process
from tests.harness.beside import program, wrapper
from tests.harness.guest import require_program
from tests.harness.host_port import HostPort
from tests.harness.paths import ROOT, cache_dir, new_rundir
from tests.harness.unit_rights import with_rights_of
from tests.harness.waiting import until

MIB = 1024  # in KiB
NOBODY = 65534
UNIT = (ROOT / "packaging/aerostat-guest.service").read_text()
GUIDE = (ROOT / "docs/guide/hooks.md").read_text()


def options() -> list[str]:
    """What the guide puts into /etc/default/aerostat-guest. Only root can run hooks as another user."""
    given = re.search(r'^ +AEROSTAT_GUEST_OPTIONS="(.*)"$', GUIDE, re.M)
    assert given
    return given[1].split() if os.geteuid() == 0 else []


class HookTest(unittest.TestCase):
    """A machine of 2 GiB with a service whose hooks are this repository's examples."""

    def setUp(self) -> None:
        self.rundir = new_rundir()
        self.rundir.chmod(0o755)
        self.addCleanup(shutil.rmtree, self.rundir, ignore_errors=True)
        self.root = self.rundir / "root"
        (self.root / "proc/sys/vm").mkdir(parents=True)
        (self.root / "proc/sys/vm/overcommit_memory").write_text("0\n")
        (self.root / "etc").mkdir()
        (self.root / "etc/passwd").write_text(f"root:x:0:0::/:/bin/sh\npostgres:x:{NOBODY}:{NOBODY}::/:/bin/sh\n")
        self.out = self.rundir / "out"  # where hooks may write
        self.out.mkdir()
        self.out.chmod(0o777)
        self.has(2048 * MIB)

    def has(self, kib: int) -> None:
        """The machine's memory from now on. Written in place: the service keeps the file open."""
        text = f"MemTotal: {kib} kB\nMemFree: {kib // 2} kB\nMemAvailable: {kib // 2} kB\n"
        (self.root / "proc/meminfo").write_text(text.ljust(200) + "\n")

    def install(self, name: str, conf: str) -> None:
        """The example, in both folders. What it connects with stands in a file beside it, as an owner would write it."""
        script = (ROOT / "packaging/hooks" / name).read_text()
        text = script.replace("/etc/aerostat-guest/hooks.conf", str(self.rundir / "hooks.conf"))
        (self.rundir / "hooks.conf").write_text(conf)
        for when in ("before-shrink", "after-growth"):
            folder = self.root / "etc/aerostat-guest/hooks.d" / when
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
            (folder / name).chmod(0o755)

    def serve(self, hooks: bool = True) -> HostPort:
        host = HostPort(self.rundir / "host.sock")
        self.addCleanup(host.close)
        command = [str(require_program("aerostat-guest")), "--root", str(self.root), "--port", str(host.path), *options()]
        service = process.start(with_rights_of(UNIT + GUIDE, command), self.rundir / "service.log")
        self.addCleanup(process.stop, service)
        self.addCleanup(lambda: print(self.told(), end=""))
        self.assertEqual("hooks" in host.welcome()["caps"], hooks)
        host.hear("sample")
        return host

    def told(self) -> str:
        return (self.rundir / "service.log").read_text(errors="replace")


class RedisHook(HookTest):
    def setUp(self) -> None:
        super().setUp()
        server = program("redis-server", "bookworm", "redis-server")
        client = program("redis-cli", "bookworm", "redis-server")
        needs(server if isinstance(server, str) else client if isinstance(client, str) else None)
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = str(free.getsockname()[1])
        redis = process.start([str(server), "--bind", "127.0.0.1", "--port", port, "--save", "", "--enable-debug-command", "yes", "--dir", str(self.rundir)],
                              self.rundir / "redis.log")
        self.addCleanup(process.stop, redis)
        self.client = [str(self.for_anybody(Path(str(client)))), "-p", port]
        until(lambda: self.ask("PING") == "PONG", 30, "Redis answers")
        self.install("redis", "redis() { " + " ".join(self.client) + ' "$@"; }\n')

    def for_anybody(self, client: Path) -> Path:
        """The client, where every user may run it: what is kept beside the clone is perhaps in a private folder."""
        if cache_dir() not in client.parents:
            return client
        shutil.copytree(client.parent, self.rundir / "redis", symlinks=True)
        return wrapper(self.rundir / "redis", "usr/bin/redis-cli")

    def ask(self, *words: str) -> str:
        return subprocess.run([*self.client, *words], capture_output=True, text=True, check=False).stdout.strip()

    def maxmemory(self) -> int:
        return int(self.ask("CONFIG", "GET", "maxmemory").splitlines()[-1]) // MIB // 1024

    def test_maxmemory_follows_the_machine(self) -> None:
        host = self.serve()
        # Before the memory goes. On a busy machine a hook's time may be over too early; a host asks again, too.
        until(lambda: "refuses" not in host.prepare(1024 * MIB) and self.maxmemory() == 614, 60, "60 % of 1 GiB")
        self.has(1024 * MIB)
        host.hear("sample", total_kib=1024 * MIB)
        self.has(1536 * MIB)
        until(lambda: self.maxmemory() == 921, 40, "60 % of 1.5 GiB, when it has come")
        self.has(512 * MIB)
        until(lambda: self.maxmemory() == 307, 40, "60 % of 512 MiB, though nobody announced that they would go")

    def test_data_that_would_not_fit_are_kept_for_now(self) -> None:
        self.assertEqual(self.ask("DEBUG", "POPULATE", "300000", "key", "300")[:2], "OK")
        self.ask("CONFIG", "SET", "maxmemory-policy", "noeviction")
        host = self.serve()
        answer = until(lambda: (said := host.prepare(1900 * MIB)) and "refuses" in said and said, 60, "it refuses")
        self.assertRegex(answer["refuses"], r"^redis: Redis holds \d+ MiB and may not evict any$")
        self.assertEqual(self.maxmemory(), 0, "nothing was changed")
        self.ask("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
        until(lambda: "refuses" not in host.prepare(1900 * MIB) and self.maxmemory() == 88, 60, "what it may evict, it evicts")

    def test_one_that_does_not_tell_what_it_holds_is_not_changed(self) -> None:
        """As where its password is missing."""
        self.install("redis", f"redis() {{ case $* in *SET*) touch {self.out}/set; echo OK ;; esac; }}\n")
        host = self.serve()
        self.assertNotIn("refuses", host.prepare(1024 * MIB))
        until(lambda: "hooks: redis: failed with exit status 1" in self.told(), 10, "it has failed")
        self.assertFalse((self.out / "set").exists())

    def test_a_redis_that_hangs_holds_nobody_up(self) -> None:
        self.install("redis", "redis() { sleep 1000; }\n")
        host = self.serve()
        began = time.monotonic()
        self.assertNotIn("refuses", host.prepare(1024 * MIB, patience=30))
        self.assertGreater(time.monotonic() - began, 1.5)
        self.assertIn("hooks: redis: took too long, and was ended", self.told())


class PostgresqlHook(HookTest):
    """One PostgreSQL for all tests. It refuses to run as root; in a user namespace the user who runs the tests is no root."""

    connect: list[str]

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        place = "usr/lib/postgresql/15/bin"
        initdb, server = program("initdb", "bookworm", "postgresql-15", place), program("postgres", "bookworm", "postgresql-15", place)
        client = program("psql", "bookworm", "postgresql-client-15", place)
        needs(next((why for why in (initdb, server, client) if isinstance(why, str)), None))
        as_nobody = ["unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}"]
        needs(None if subprocess.run([*as_nobody, "true"], check=False).returncode == 0 else "there are no user namespaces here")
        rundir = new_rundir()
        cls.addClassCleanup(shutil.rmtree, rundir, ignore_errors=True)
        rundir.chmod(0o755)
        data = rundir / "data"
        subprocess.run([*as_nobody, str(initdb), "-D", str(data), "-U", "postgres", "-A", "trust", "--no-sync", "--locale=C"],
                       capture_output=True, check=True)
        postgres = process.start([*as_nobody, str(server), "-D", str(data), "-k", str(rundir), "-c", "listen_addresses=", "-c", "fsync=off",
                                  "-c", "shared_buffers=64MB"], rundir / "postgres.log")
        cls.addClassCleanup(process.stop, postgres)
        cls.connect = [str(client), "-h", str(rundir), "-U", "postgres", "-d", "postgres"]
        until(lambda: cls.ask("SELECT 1") == "1", 60, "PostgreSQL answers")

    def setUp(self) -> None:
        super().setUp()
        # What the guide has for Redis stands in the same file.
        given = re.search(r"^    redis\(\) .*\n(    \w+=.*\n)+", GUIDE, re.M)
        assert given
        self.install("postgresql", given[0] + "sql() { " + " ".join(f'"{word}"' for word in self.connect) + ' "$@"; }\n')

    @classmethod
    def ask(cls, statement: str) -> str:
        return subprocess.run([*cls.connect, "-XAtc", statement], capture_output=True, text=True, check=False).stdout.strip()

    def cache(self) -> str:
        return self.ask("SHOW effective_cache_size")

    def test_the_planner_knows_how_much_cache_there_is(self) -> None:
        before = self.ask("SHOW shared_buffers")
        host = self.serve()
        # 64 MiB and three quarters of the other 960, before the memory goes.
        until(lambda: "refuses" not in host.prepare(1024 * MIB) and self.cache() == "784MB", 60, "effective_cache_size is smaller")
        self.has(1024 * MIB)
        host.hear("sample", total_kib=1024 * MIB)
        self.has(1536 * MIB)
        until(lambda: self.cache() == "1168MB", 60, "effective_cache_size is larger again")
        self.has(128 * 1024 * MIB)
        until(lambda: self.cache() == "98320MB", 60, "as on a large machine")
        self.assertEqual(self.ask("SHOW shared_buffers"), before)

    def test_less_than_its_buffers_is_refused(self) -> None:
        host = self.serve()
        answer = host.prepare((2048 - 70) * MIB)
        self.assertEqual(answer["refuses"], "postgresql: shared_buffers of PostgreSQL alone are 64 MiB")


class Configuration(HookTest):
    """What an example reads runs as the example does."""

    def reads(self, name: str) -> bool:
        out = self.out / "read"
        out.unlink(missing_ok=True)
        done = subprocess.run([self.root / "etc/aerostat-guest/hooks.d/before-shrink" / name], env={"PATH": os.environ["PATH"]},
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0 if out.exists() else 1, done.stderr)
        return out.exists()

    def test_only_a_file_that_nobody_else_may_write_is_read(self) -> None:
        conf = self.rundir / "hooks.conf"
        for name in ("redis", "postgresql"):
            with self.subTest(name):
                self.install(name, f"touch {self.out}/read; exit 0\n")
                for mode, trusted in ((0o644, True), (0o640, True), (0o664, False), (0o646, False)):
                    conf.chmod(mode)
                    self.assertEqual(self.reads(name), trusted, oct(mode))
                conf.chmod(0o644)
                if os.geteuid() == 0:
                    os.chown(conf, NOBODY, NOBODY)
                    self.assertFalse(self.reads(name), "it is another user's")
                    os.chown(conf, 0, 0)
                conf.rename(self.rundir / "elsewhere")
                conf.symlink_to(self.rundir / "elsewhere")
                self.assertFalse(self.reads(name), "who may write the target's folder can exchange it")
                conf.unlink()


class FilesComeAndGo(HookTest):
    def add(self, when: str, script: str, name: str = "10-test") -> None:
        file = self.root / "etc/aerostat-guest/hooks.d" / when / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)

    def test_the_host_is_told_when_programs_come_and_go(self) -> None:
        host = self.serve(hooks=False)
        self.add("before-shrink", "echo not now; exit 75")
        self.assertIn("hooks", host.hear("hello")["caps"])
        self.assertEqual(host.prepare(1024 * MIB)["refuses"], "10-test: not now")
        shutil.rmtree(self.root / "etc/aerostat-guest")
        self.assertNotIn("hooks", host.hear("hello")["caps"])

    def test_who_was_not_done_hears_of_it_when_the_memory_has_gone(self) -> None:
        self.is_told_once_more("sleep 1000", refuses=False)

    def test_who_refused_hears_of_it_when_the_memory_has_gone(self) -> None:
        self.is_told_once_more("exit 75", refuses=True)

    def is_told_once_more(self, first: str, refuses: bool) -> None:
        ran = self.out / "ran"
        self.add("before-shrink", f"[ -e {ran} ] || {{ touch {ran}; {first}; }}; echo $1 $2 >>{ran}")
        host = self.serve()
        self.assertEqual("refuses" in host.prepare(1024 * MIB), refuses)
        self.has(1024 * MIB)
        until(ran.read_text, 20, "it ran again")
        time.sleep(5)
        self.assertEqual(ran.read_text(), f"{2048 * MIB} {1024 * MIB}\n", "only once")

    def test_who_made_room_for_nothing_hears_that_the_memory_stays(self) -> None:
        ran = self.out / "ran"
        self.add("before-shrink", "exit 0")
        self.add("before-shrink", "exit 75", "20-refuses")
        self.add("after-growth", f"echo $1 $2 >>{ran}")
        self.assertIn("refuses", self.serve().prepare(1024 * MIB))
        until(ran.exists, 40, "it is told")
        self.assertEqual(ran.read_text(), f"{1024 * MIB} {2048 * MIB}\n")

    def test_what_goes_while_the_host_is_away_is_no_growth(self) -> None:
        ran = self.out / "ran"
        self.add("before-shrink", f"echo shrink $1 $2 >>{ran}")
        self.add("after-growth", f"echo growth $1 $2 >>{ran}")
        host = self.serve()
        host.prepare(1024 * MIB)
        host.leave()
        self.has(768 * MIB)
        time.sleep(17)  # 15 s after it was announced, memory that has not gone is taken to stay
        host.welcome()
        until(lambda: ran.read_text().count("\n") > 1, 20, "it is told of what went beyond")
        self.assertEqual(ran.read_text(), f"shrink {2048 * MIB} {1024 * MIB}\nshrink {1024 * MIB} {768 * MIB}\n")

    def test_a_new_host_hears_of_a_failure_that_the_one_before_knew(self) -> None:
        self.add("before-shrink", "exit 1")
        host = self.serve()
        for _ in range(2):
            host.prepare(1024 * MIB)
            self.assertEqual(host.hear("notice", patience=10)["text"], "10-test: failed with exit status 1")
            host.leave()
            host.welcome()

    def test_a_new_host_is_told_of_them_while_others_run(self) -> None:
        began = self.out / "began"
        self.add("before-shrink", "exit 0")
        self.add("after-growth", f"touch {began}; sleep 1000")
        host = self.serve()
        self.has(3072 * MIB)
        until(began.exists, 40, "the program of growth runs")
        host.say({"t": "who"})
        self.assertIn("hooks", host.hear("hello", patience=5)["caps"])


if __name__ == "__main__":
    unittest.main()
