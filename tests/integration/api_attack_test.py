"""The API of a real aerostatd under attack, over its socket and over TCP. Each attack gets a clear answer, and the daemon goes
on: it makes its passes in time."""

import concurrent.futures
import http.client
import json
import resource
import shutil
import socket
import ssl
import subprocess
import time
import unittest
from pathlib import Path
from typing import Any, Self

from tests.harness.daemon import Daemon, command
from tests.harness.paths import new_rundir
from tests.harness.waiting import until


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Raw:
    """A client that sends what it is told, byte by byte, and keeps what comes."""

    def __init__(self, place: Path | int) -> None:
        self.socket = socket.socket(socket.AF_UNIX if isinstance(place, Path) else socket.AF_INET)
        self.socket.settimeout(30)
        self.socket.connect(str(place) if isinstance(place, Path) else ("127.0.0.1", place))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, text: str | bytes) -> None:
        self.socket.sendall(text.encode() if isinstance(text, str) else text)

    def until(self, word: bytes) -> bytes:
        got = b""
        while word not in got and (part := self.socket.recv(65536)):
            got += part
        return got

    def rest(self) -> bytes:
        got = b""
        while part := self.socket.recv(65536):
            got += part
        return got


class Attack(unittest.TestCase):
    daemon: Daemon
    port: int

    @classmethod
    def setUpClass(cls) -> None:
        # One client has 1,000 connections at a time.
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 4096)), hard))
        cls.port = free_port()
        cls.rundir = new_rundir()
        cls.daemon = Daemon(cls.rundir, config="").start()
        cls.daemon.stop()
        text = cls.daemon.config_file.read_text()
        cls.daemon.config_file.write_text(text.replace("[api]\n", f'[api]\nlisten = "127.0.0.1:{cls.port}"\n'))
        cls.daemon.start()

    @classmethod
    def tearDownClass(cls) -> None:
        cls.daemon.stop()
        shutil.rmtree(cls.rundir)

    def setUp(self) -> None:
        self.before = self.daemon.host()

    def tearDown(self) -> None:
        after = self.daemon.host()
        passes = after["passes"] - self.before["passes"]
        late = after["late_ticks"] - self.before["late_ticks"]
        print(f"  {self._testMethodName}: alive, {passes} passes, {late} late")
        self.assertTrue(self.daemon.running)

    def token(self, name: str, role: str) -> str:
        return self.daemon.request("POST", "/v1/tokens", {"name": name, "role": role})["token"]

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any, dict[str, str]]:
        """Over TCP."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            sent = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, json.dumps(body) if body is not None else None, sent)
            answer = connection.getresponse()
            text = answer.read()
            is_json = "json" in (answer.getheader("Content-Type") or "")
            return answer.status, json.loads(text) if is_json else text.decode(), dict(answer.getheaders())
        finally:
            connection.close()

    def refused(self, status: int, answer: tuple[int, Any, dict[str, str]]) -> str:
        self.assertEqual(answer[0], status, answer)
        self.assertEqual(answer[2]["Content-Type"], "application/problem+json")
        self.assertEqual(answer[1]["status"], status)
        self.assertGreater(len(answer[1]["detail"]), 20)
        return answer[1]["detail"]

    def test_bad_json_and_wrong_types_are_refused_in_a_sentence(self) -> None:
        for body in (b"", b"{", b"[]", b"null", b'"x"', b"{}", b'{"weight":"x"}', b'{"weight":1e99}', b'{"weight":[[[[]]]]}',
                     b'{"minimum_bytes":-1}', b'{"minimum_bytes":"1,5G"}', b'{"mode":7}', b'{"x":1}', b"\xff\xfe",
                     b'{"weight":' + b"[" * 60000, b'{"minimum_bytes":99999999999999999999999999}'):
            with Raw(self.daemon.socket) as raw:
                raw.send(b"PATCH /v1/vms/web HTTP/1.1\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
                answer = raw.rest()
            self.assertTrue(answer.startswith(b"HTTP/1.1 400 "), (body[:40], answer))
            self.assertIn(b'"detail":"', answer)

    def test_huge_bodies_and_headers_are_refused_without_a_reset(self) -> None:
        for place in (self.daemon.socket, self.port):
            with Raw(place) as raw:
                raw.send("PATCH /v1/vms/web HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500000\r\n\r\n")
                raw.send(b"x" * 500000)
                self.assertTrue(raw.rest().startswith(b"HTTP/1.1 413 "))
            with Raw(place) as raw:
                raw.send(b"GET /v1/host HTTP/1.1\r\nX: " + b"y" * 200000)
                self.assertTrue(raw.rest().startswith(b"HTTP/1.1 431 "))

    def test_a_client_that_waits_for_a_word_gets_it(self) -> None:
        with Raw(self.daemon.socket) as raw:
            raw.send("PATCH /v1/vms/web?dry_run=1 HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 12\r\n\r\n")
            self.assertEqual(raw.until(b"\r\n\r\n"), b"HTTP/1.1 100 Continue\r\n\r\n")
            raw.send('{"weight":7}')
            self.assertTrue(raw.until(b"}").startswith(b"HTTP/1.1 200 "))
        with Raw(self.daemon.socket) as raw:
            raw.send("PATCH /v1/vms/web HTTP/1.1\r\nExpect: miracles\r\nContent-Length: 12\r\n\r\n")
            self.assertTrue(raw.rest().startswith(b"HTTP/1.1 417 "))

    def test_no_path_leads_to_a_file(self) -> None:
        for path in ("/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd", "/assets/../../aerostatd", "/etc/passwd%00.js",
                     "/assets/%2e%2e%2findex.html", "/.git/config", "/state/tokens.json", "/v1/vms/%2e%2e%2f%2e%2e", "/v1/../healthz"):
            with Raw(self.port) as raw:
                raw.send(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                answer = raw.rest()
            self.assertRegex(answer, rb"^HTTP/1.1 40[014] ", path)
            self.assertNotIn(b"root:", answer)

    def test_tokens_are_needed_checked_and_revoked_at_once(self) -> None:
        self.assertEqual(self.ask("GET", "/healthz")[:2], (200, "ok\n"))
        self.assertIn("a token is needed", self.refused(401, self.ask("GET", "/v1/vms")))
        self.assertIn("not known", self.refused(401, self.ask("GET", "/v1/vms", Authorization="Bearer aerostat_" + "0" * 64)))
        self.refused(401, self.ask("GET", "/v1/vms", Authorization="Basic cm9vdDo="))
        reader, owner = self.token("reader", "read"), self.token("owner", "operator")
        self.assertEqual(self.ask("GET", "/v1/me", Authorization=f"Bearer {reader}")[1], {"name": "token reader", "scope": "read"})
        self.assertIn("may only read", self.refused(403, self.ask("POST", "/v1/pause", Authorization=f"Bearer {reader}")))
        self.assertEqual(self.ask("PATCH", "/v1/vms/web", {"weight": 7}, Authorization=f"Bearer {owner}")[0], 200)
        self.refused(403, self.ask("POST", "/v1/tokens", {"name": "x", "role": "operator"}, Authorization=f"Bearer {owner}"))
        self.assertIn('event=api.change by="token owner" method=PATCH target="/v1/vms/web" status=200', self.daemon.logs())
        for text in (reader, owner):
            self.assertNotIn(text, self.daemon.logs() + (self.rundir / "state/tokens.json").read_text())
        with Raw(self.port) as stream:
            stream.send(f"GET /v1/live HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {owner}\r\n\r\n")
            stream.until(b"event: state")
            self.daemon.request("DELETE", "/v1/tokens/owner")
            stream.rest()  # ends
        self.refused(401, self.ask("GET", "/v1/vms", Authorization=f"Bearer {owner}"))

    def test_the_command_makes_lists_and_revokes_tokens(self) -> None:
        made = command("token", "create", "grafana", "--role", "read", socket_path=self.daemon.socket)
        self.assertEqual(made.returncode, 0, made.stderr)
        secret = made.stdout.strip()
        self.assertEqual(self.ask("GET", "/v1/vms", Authorization=f"Bearer {secret}")[0], 200)
        listed = command("token", "list", socket_path=self.daemon.socket).stdout
        self.assertRegex(listed, r"grafana +read +20")
        self.assertNotIn(secret, listed)
        self.assertEqual(command("token", "revoke", "grafana", socket_path=self.daemon.socket).returncode, 0)
        self.assertEqual(self.ask("GET", "/v1/vms", Authorization=f"Bearer {secret}")[0], 401)
        again = command("token", "revoke", "grafana", socket_path=self.daemon.socket)
        self.assertEqual(again.returncode, 1)
        self.assertIn("there is no token 'grafana'", again.stderr)

    def test_a_login_is_good_for_its_own_page_only(self) -> None:
        owner = self.token("login", "operator")
        self.refused(401, self.ask("POST", "/v1/login", {"token": "wrong"}))
        status, me, headers = self.ask("POST", "/v1/login", {"token": owner}, Origin=f"http://127.0.0.1:{self.port}")
        self.assertEqual((status, me["scope"]), (200, "change"))
        self.assertIn("; HttpOnly; SameSite=Strict", headers["Set-Cookie"])
        cookie = headers["Set-Cookie"].split(";")[0]
        self.assertNotIn(owner, cookie)
        own = f"http://127.0.0.1:{self.port}"
        self.assertEqual(self.ask("PATCH", "/v1/vms/web", {"weight": 8}, Cookie=cookie, Origin=own)[0], 200)
        for origin in ("http://evil.example", "null", "http://127.0.0.1:1"):
            self.assertIn("own page", self.refused(403, self.ask("PATCH", "/v1/vms/web", {"weight": 9}, Cookie=cookie, Origin=origin)))
        self.refused(403, self.ask("PATCH", "/v1/vms/web", {"weight": 9}, Cookie=cookie))
        self.assertIn("not a name of this daemon", self.refused(403, self.ask("GET", "/v1/vms", Cookie=cookie, Host="evil.example")))
        self.ask("POST", "/v1/logout", Cookie=cookie, Origin=own)
        self.refused(401, self.ask("GET", "/v1/vms", Cookie=cookie))

    def test_a_thousand_connections_leave_room_for_the_owner(self) -> None:
        held: list[Raw] = []
        refused = 0
        try:
            for _ in range(1000):
                try:
                    held.append(Raw(self.port))
                except OSError:
                    refused += 1
            began = time.monotonic()
            self.daemon.host()
            took = time.monotonic() - began
            answers = []
            for raw in held:
                raw.socket.settimeout(0.01)
                try:
                    answers.append(raw.socket.recv(4096))
                except TimeoutError:
                    pass
                except ConnectionError:
                    refused += 1
            told = sum(answer.startswith(b"HTTP/1.1 503 ") for answer in answers)
            print(f"  1,000 connections: {len(held) - len(answers)} held, {told} told 503, {len(answers) - told} closed, "
                  f"{refused} refused; the owner was answered in {took * 1000:.0f} ms")
            self.assertGreater(told, 0)
            self.assertLessEqual(len(held) - len(answers), 80)
        finally:
            for raw in held:
                raw.socket.close()
        until(lambda: self.ask("GET", "/healthz")[0] == 200, 30, "TCP answers again")

    def test_a_reader_in_a_loop_is_slowed_down(self) -> None:
        reader = self.token("loop", "read")
        request = f"GET /v1/vms HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {reader}\r\n\r\n".encode()

        def used() -> float:
            fields = Path(f"/proc/{self.daemon.pid}/stat").read_text().rsplit(")", 1)[1].split()
            return (int(fields[11]) + int(fields[12])) / 100

        with Raw(self.port) as raw:
            for _ in range(450):  # its credit
                raw.send(request)
                raw.until(b"}\n")
            began, processor, answers = time.monotonic(), used(), 0
            while time.monotonic() - began < 3:
                raw.send(request)
                raw.until(b"}\n")
                answers += 1
            rate = answers / (time.monotonic() - began)
            print(f"  a loop: {rate:.0f} answers a second, {100 * (used() - processor) / (time.monotonic() - began):.0f} % of a processor")
        self.assertLess(rate, 300)

    def test_slow_clients_hinder_nobody(self) -> None:
        slow = [Raw(self.daemon.socket) for _ in range(30)]
        for raw in slow:
            raw.send("GET /v1/ho")
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            hosts = list(pool.map(lambda _: self.daemon.host(), range(40)))
        self.assertEqual(len(hosts), 40)
        for raw in slow:
            raw.socket.close()


class Encrypted(unittest.TestCase):
    def test_other_addresses_need_a_certificate(self) -> None:
        rundir = new_rundir()
        self.addCleanup(shutil.rmtree, rundir)
        pem, key, port = rundir / "api.pem", rundir / "api.key", free_port()
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(pem)],
                       check=True, capture_output=True)
        daemon = Daemon(rundir)
        plain = daemon.config_file.read_text()
        daemon.config_file.write_text(plain.replace("[api]\n", f'[api]\nlisten = "0.0.0.0:{port}"\n'))
        with self.assertRaisesRegex(RuntimeError, "nothing is encrypted; set tls_certificate"):
            daemon.start()
        daemon.config_file.write_text(plain.replace(
            "[api]\n", f'[api]\nlisten = "0.0.0.0:{port}"\ntls_certificate = "{pem}"\ntls_key = "{key}"\n'))
        with daemon:
            connection = http.client.HTTPSConnection("localhost", port, timeout=30, context=ssl.create_default_context(cafile=str(pem)))
            connection.request("GET", "/healthz")
            self.assertEqual(connection.getresponse().read(), b"ok\n")
            connection.close()
            with Raw(port) as raw:
                raw.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
                self.assertNotIn(b"200", raw.rest())
            self.assertTrue(daemon.running)


if __name__ == "__main__":
    unittest.main()
