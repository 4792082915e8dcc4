"""Rooms with I/O take their time and their timers from the clock, and their tests run on simulated time. Tests do not
sleep. Where the peer is a process or a thread of its own, a test polls a condition in real time."""

import pathlib
import re
import tempfile
import unittest

from tests.harness.paths import ROOT

# Rooms that wait: for sockets, answers, the next pass.
ON_THE_CLOCK = ["src/api", "src/guest", "src/vmm", "apps/aerostatd"]
SLEEPS = re.compile(r"\bsleep_for\b|\bsleep_until\b|\busleep\(|\bnanosleep\(|::sleep\(")
# Timers and clocks of others; Beast's streams have timers of their own.
OWN_TIME = re.compile(r"\b(steady|system|high_resolution|waitable|deadline)_timer\b|\bsteady_clock::now\b"
                      r"|\bbasic_stream\b|\btcp_stream\b")
REAL_TIME = re.compile(r"\bRealClock\b|\brun_(one_)?(for|until)\(|\bwait_(for|until)\(|\bsteady_clock::now\b")
# Tests that may use real time: only as a limit that ends a test that fails.
REAL_PEERS = {
    "apps/aerostatd/history_feed_test.cc": "a thread that writes",
    "apps/aerostatd/settings_keeper_test.cc": "a thread that writes",
    "src/guest/guest_channel_test.cc": "the guest's real agent",
    "src/history/history_test.cc": "a thread that writes",
    "src/reactor/timer_test.cc": "a timer in real time",
    "src/vmm/libvirt/call_pool_test.cc": "threads that block",
    "src/vmm/libvirt/libvirt_machines_test.cc": "libvirt's threads",
    "tests/integration/qmp/lab.h": "RealLab, for a real QEMU",
}
MAY_SLEEP = {"src/cli/qemu_args_test.cc": "polls a QEMU that starts: it does not say when it listens"}


def code(root: pathlib.Path, folders: list[str]) -> list[tuple[str, str]]:
    files = sorted(p for folder in folders for p in (root / folder).rglob("*") if p.suffix in (".h", ".cc"))
    return [(p.relative_to(root).as_posix(), p.read_text()) for p in files]


def faults(root: pathlib.Path = ROOT) -> list[str]:
    found = []
    for name, text in code(root, ON_THE_CLOCK):
        if SLEEPS.search(text) or OWN_TIME.search(text):
            found.append(f"{name}: waits without the clock (see src/reactor/timer.h)")
    for name, text in code(root, ["src", "apps", "tests/integration"]):
        is_test = name.endswith("_test.cc") or name.startswith("tests/")
        if is_test and SLEEPS.search(text) and name not in MAY_SLEEP:
            found.append(f"{name}: a test sleeps")
        if is_test and REAL_TIME.search(text) and name not in REAL_PEERS:
            found.append(f"{name}: a test uses real time (see src/reactor/simulated_clock.h); if its peer is a process "
                         "or a thread of its own, name it in REAL_PEERS")
    return found


class Time(unittest.TestCase):
    def test_rooms_with_io_wait_on_the_clock_and_no_test_sleeps(self) -> None:
        self.assertEqual(faults(), [])

    def test_each_exception_is_still_needed(self) -> None:
        for rule, names in ((REAL_TIME, REAL_PEERS), (SLEEPS, MAY_SLEEP)):
            for name in names:
                self.assertRegex((ROOT / name).read_text(), rule, name)

    def test_it_finds_what_is_planted(self) -> None:
        for name, line in {
            "src/vmm/qemu/a.cc": "std::this_thread::sleep_for(1s);",
            "src/guest/a.h": "boost::asio::steady_timer timer_;",
            "src/api/a.cc": "using Stream = beast::basic_stream<Local>;",
            "apps/aerostatd/a.cc": "const auto now = std::chrono::steady_clock::now();",
            "src/host/a_test.cc": "::usleep(1000);",
            "tests/integration/qmp/a_test.cc": "io.run_one_for(5ms);",
            "src/api/a_test.cc": "RealClock clock;",
        }.items():
            with tempfile.TemporaryDirectory() as folder, self.subTest(name):
                path = pathlib.Path(folder) / name
                path.parent.mkdir(parents=True)
                path.write_text(line)
                self.assertEqual([fault.split(":")[0] for fault in faults(pathlib.Path(folder))], [name])


if __name__ == "__main__":
    unittest.main()
