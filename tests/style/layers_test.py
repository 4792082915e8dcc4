"""The rooms of the house and who may use whom: every #include in src/ and apps/ is checked against this table.

CMake links the same way; this test also catches an include that happens to compile.
"""
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]

# room -> rooms whose headers it may include (itself is always allowed)
MAY_USE = {
    "base": set(),
    "model": {"base"},
    "config": {"base", "model"},
    "policy": {"base", "model"},
    "guard": {"base", "model"},
    "host": {"base"},
    "vmm": {"base", "model"},
    "vmm/qemu": {"base", "model", "vmm"},
    "guest": {"base", "model"},
    "control": {"base", "model", "policy", "guard", "vmm", "guest"},
    # The lab runs the loop itself, and the guest's own rules of when to report and of whose memory is whose.
    "sim": {"base", "model", "policy", "guard", "vmm", "guest", "control", "agent/common"},
    "api": {"base", "model", "control"},
    "cli": {"base", "model", "config", "guard", "sim"},
    "agent/common": {"guest"},
    "agent/linux": {"agent/common", "guest", "model"},
}
# Narrower than a room: the loop knows interfaces only, the API knows the manager only.
ONLY_HEADERS = {
    ("control", "guest"): {"guest/guest_link.h"},
    ("control", "vmm"): {"vmm/machine.h"},
    ("api", "control"): {"control/manager.h"},
    ("sim", "guest"): {"guest/guest_link.h"},
    ("sim", "vmm"): {"vmm/machine.h"},
    ("sim", "agent/common"): {"agent/common/reporter.h", "agent/common/zone_choice.h"},
    # The part of the wire that both ends share, free of everything the host's end needs.
    ("agent/common", "guest"): {"guest/line_reader.h"},
    ("agent/linux", "guest"): {"guest/line_reader.h"},
    # The columns of a recording, free of everything but the language.
    ("agent/linux", "model"): {"model/recording.h"},
}
# Tests may look across: they put a real thing on the other side.
TEST_MAY_ALSO_USE = {"guard": {"policy"}, "guest": {"agent/common"}}
PURE = {"policy", "guard"}
IMPURE = re.compile(r"<(fstream|iostream|thread|mutex|unistd\.h|sys/[a-z]+\.h|boost/.*)>|base/log\.h|steady_clock::now|system_clock::now")


def room_of(path: str) -> str:
    parts = path.split("/")
    for length in (2, 1):
        room = "/".join(parts[:length])
        if room in MAY_USE:
            return room
    return parts[0]


def sources() -> list[pathlib.Path]:
    return sorted(p for p in (ROOT / "src").rglob("*") if p.suffix in (".h", ".cc"))


class Layers(unittest.TestCase):
    def test_every_include_points_down(self) -> None:
        wrong = []
        for path in sources():
            inside = path.relative_to(ROOT / "src").as_posix()
            room = room_of(inside)
            self.assertIn(room, MAY_USE, f"{inside}: a room that is not in the table")
            allowed = MAY_USE[room] | {room}
            if path.stem.endswith("_test"):
                allowed |= TEST_MAY_ALSO_USE.get(room, set())
            for header in re.findall(r'^#include "([^"]+)"', path.read_text(), re.M):
                if "/" not in header:
                    wrong.append(f"{inside}: includes {header} without its room")
                    continue
                target = room_of(header)
                if target not in allowed:
                    wrong.append(f"{inside}: {room} may not use {target} ({header})")
                only = ONLY_HEADERS.get((room, target))
                if only and header not in only:
                    wrong.append(f"{inside}: of {target}, {room} may use only {sorted(only)} ({header})")
        self.assertEqual(wrong, [], "\n".join(wrong))

    def test_policy_and_guard_are_pure(self) -> None:
        wrong = []
        for path in sources():
            inside = path.relative_to(ROOT / "src").as_posix()
            if room_of(inside) in PURE and not path.stem.endswith("_test") and IMPURE.search(path.read_text()):
                wrong.append(inside)
        self.assertEqual(wrong, [], "no clock, I/O or log in policy and guard")

    def test_the_table_can_fail(self) -> None:
        self.assertEqual(room_of("vmm/qemu/qmp_client.h"), "vmm/qemu")
        self.assertNotIn("control", MAY_USE["policy"])
        self.assertTrue(IMPURE.search("#include <fstream>"))


class Files(unittest.TestCase):
    def test_no_file_is_a_maze(self) -> None:
        long = [(p.relative_to(ROOT).as_posix(), n) for p in sources() if (n := len(p.read_text().splitlines())) > 500]
        self.assertEqual(long, [], "files above 500 lines: make two rooms")

    def test_every_header_says_what_it_is(self) -> None:
        silent = [p.relative_to(ROOT).as_posix() for p in sources()
                  if p.suffix == ".h" and not p.read_text().startswith("//")]
        self.assertEqual(silent, [])


if __name__ == "__main__":
    unittest.main()
