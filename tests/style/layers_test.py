"""The rooms of the house and who may use whom: every #include in src/ and apps/, and every room that CMake links, is
checked against this table.
"""
import pathlib
import re
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]

# room -> rooms whose headers it may include (itself is always allowed)
MAY_USE = {
    "base": set(),
    "reactor": {"base"},
    "model": {"base"},
    # Which guest systems can take part in what.
    "guests": {"base", "model"},
    "config": {"base", "model", "guests"},
    "policy": {"base", "model"},
    "guard": {"base", "model"},
    "host": {"base"},
    "vmm": {"base", "model"},
    "vmm/qemu": {"base", "model", "reactor", "vmm"},
    # What the driver and the adoption both read and write of a libvirt domain's XML.
    "domain": {"base", "model"},
    "vmm/libvirt": {"base", "model", "domain", "reactor", "vmm"},
    # Definitions of libvirt's domains: XML in, XML out.
    "adopt": {"base", "model", "domain"},
    "guest": {"base", "model", "reactor"},
    "history": {"base", "model"},
    "control": {"base", "model", "policy", "guard", "vmm", "guest", "guests"},
    # Why memory moves or does not: facts in, findings out.
    "doctor": {"base", "model", "host", "vmm", "guest", "guests", "control"},
    # The lab runs the loop itself, and the guest's own rules of when to report and of whose memory is whose.
    "sim": {"base", "model", "policy", "guard", "vmm", "guest", "control", "agent/common"},
    "research": {"base", "model", "policy", "sim"},
    # A host's own history, replayed with other settings.
    "whatif": {"base", "model", "policy", "history", "sim"},
    # Reports as Prometheus reads them.
    "metrics": {"base", "model"},
    "api": {"base", "model", "history", "metrics", "reactor", "control", "whatif"},
    "console": {"base"},
    # Speaks to the daemon and has no part of it.
    "client": {"base", "model", "console"},
    # All but its terminal is pure.
    "top": {"base", "model", "console", "client"},
    "lab_cli": {"base", "model", "config", "guard", "console", "client", "sim", "research"},
    "cli": {"base", "model", "config", "adopt", "vmm/libvirt", "console", "client", "lab_cli", "top"},
    "agent/common": {"guest"},
    "agent/linux": {"agent/common", "guest", "model"},
    "agent/windows": {"agent/common", "guest", "model"},
    "apps/aerostatd": {"base", "model", "guests", "config", "host", "history", "control", "doctor", "guest", "reactor",
                       "vmm", "vmm/qemu", "vmm/libvirt", "whatif", "api"},
    "apps/aerostat": {"cli"},
    "apps/aerostat-guest": {"agent/linux"},
    "apps/aerostat-guest-windows": {"agent/windows", "model"},
}
# Narrower than a room: the loop knows interfaces only, the API knows the manager only.
ONLY_HEADERS = {
    ("control", "guest"): {"guest/guest_link.h"},
    ("control", "vmm"): {"vmm/machine.h"},
    ("api", "control"): {"control/manager.h"},
    ("doctor", "control"): {"control/exam.h"},
    ("doctor", "host"): {"host/host_health.h"},
    ("doctor", "vmm"): {"vmm/machine.h"},
    ("doctor", "guest"): {"guest/guest_link.h"},
    ("api", "history"): {"history/reader.h"},
    ("api", "whatif"): {"whatif/desk.h"},
    ("whatif", "history"): {"history/reader.h"},
    # Changes definitions, drives no domain.
    ("cli", "vmm/libvirt"): {"vmm/libvirt/libvirt_api.h"},
    ("sim", "guest"): {"guest/guest_link.h"},
    # Its virtual VMs have the devices that QEMU's have.
    ("sim", "vmm"): {"vmm/machine.h", "vmm/balloon_and_blocks.h"},
    ("sim", "agent/common"): {"agent/common/reporter.h", "agent/common/zone_choice.h"},
    # Text for people only: it measures and asks nothing.
    ("client", "console"): {"console/table.h"},
    # The part of the wire that both ends share, free of everything the host's end needs.
    ("agent/common", "guest"): {"guest/line_reader.h"},
    ("agent/linux", "guest"): {"guest/line_reader.h"},
    ("agent/windows", "guest"): {"guest/line_reader.h"},
    # The columns of a recording, free of everything but the language.
    ("agent/linux", "model"): {"model/recording.h"},
    ("agent/windows", "model"): {"model/recording.h"},
    ("apps/aerostat-guest-windows", "model"): {"model/recording.h"},
}
# Tests may look across: they put a real thing on the other side.
TEST_MAY_ALSO_USE = {"guard": {"policy"}, "guest": {"agent/common"}, "guests": {"config"}, "control": {"config"},
                      "sim": {"research"}}
# What the command is to stay free of, through however many rooms.
ENGINE = {"control", "policy", "guard", "vmm", "sim"}
PURE = {"policy", "guard", "adopt", "doctor", "guests"}
IMPURE = re.compile(r"<(fstream|iostream|thread|mutex|unistd\.h|sys/[a-z]+\.h|boost/.*)>|base/log\.h|steady_clock::now|system_clock::now")
# Targets of CMake that are a part of a room.
ROOM_OF_TARGET = {"control_interface": "control", "guest_interface": "guest", "history_interface": "history", "whatif_interface": "whatif",
                  "agent_common": "agent/common",
                  "agent_linux": "agent/linux", "agent_windows_pure": "agent/windows", "vmm_qemu": "vmm/qemu",
                  "vmm_libvirt": "vmm/libvirt",
                  "libvirt_api": "vmm/libvirt"}


def room_of(path: str) -> str:
    parts = path.split("/")
    for length in (2, 1):
        room = "/".join(parts[:length])
        if room in MAY_USE:
            return room
    return parts[0]


def sources(root: pathlib.Path = ROOT) -> list[tuple[str, pathlib.Path]]:
    """Each with its name as its room sees it: without src/, but with apps/."""
    found = [(p.relative_to(root / "src").as_posix(), p) for p in (root / "src").rglob("*")]
    found += [(p.relative_to(root).as_posix(), p) for p in (root / "apps").rglob("*")]
    return sorted((name, p) for name, p in found if p.suffix in (".h", ".cc"))


def is_for_tests(path: pathlib.Path) -> bool:
    return path.stem.endswith("_test") or path.stem in ("fakes", "talking_guest")


def wrong_include(inside: str, is_test: bool, header: str) -> str | None:
    room = room_of(inside)
    if "/" not in header:
        # A program is a folder of its own, without a room's name before its headers.
        return None if room.startswith("apps/") else f"{inside}: includes {header} without its room"
    target = room_of(header)
    allowed = MAY_USE[room] | {room} | (TEST_MAY_ALSO_USE.get(room, set()) if is_test else set())
    if target not in allowed:
        return f"{inside}: {room} may not use {target} ({header})"
    only = ONLY_HEADERS.get((room, target))
    if only and header not in only and not is_test:
        return f"{inside}: of {target}, {room} may use only {sorted(only)} ({header})"
    return None


def wrong_includes(root: pathlib.Path = ROOT) -> list[str]:
    wrong = []
    for inside, path in sources(root):
        if room_of(inside) not in MAY_USE:
            wrong.append(f"{inside}: a room that is not in the table")
            continue
        for header in re.findall(r'^\s*#\s*include\s*"([^"]+)"', path.read_text(), re.M):
            wrong.append(wrong_include(inside, is_for_tests(path), header))
    return [fault for fault in wrong if fault]


def room_of_target(target: str) -> str:
    return ROOM_OF_TARGET.get(target, target)


def linked_rooms() -> dict[str, set[str]]:
    """What each aerostat_room() of CMake links."""
    linked: dict[str, set[str]] = {}
    for file in sorted((ROOT / "src").rglob("CMakeLists.txt")):
        for name, words in re.findall(r"^aerostat_room\((\w+)([^)]*)\)", file.read_text(), re.M):
            uses = re.search(r"\bUSES\s+([\w\s]*?)(?=\bLIBS\b|$)", words)
            linked.setdefault(room_of_target(name), set()).update(map(room_of_target, uses[1].split() if uses else []))
    return linked


class Layers(unittest.TestCase):
    def test_every_include_points_down(self) -> None:
        wrong = wrong_includes()
        self.assertEqual(wrong, [], "\n".join(wrong))

    def test_an_upward_include_planted_in_any_room_is_found(self) -> None:
        for room in MAY_USE:
            where = room if room.startswith("apps/") else f"src/{room}"
            for other in sorted(set(MAY_USE) - MAY_USE[room] - {room}):
                with self.subTest(room=room, other=other), tempfile.TemporaryDirectory() as folder:
                    plant = pathlib.Path(folder) / where / "planted.cc"
                    plant.parent.mkdir(parents=True)
                    plant.write_text(f'#include "{other}/anything.h"\n')
                    self.assertEqual(len(wrong_includes(pathlib.Path(folder))), 1)

    def test_cmake_links_no_room_that_may_not_be_used(self) -> None:
        linked = linked_rooms()
        self.assertGreater(len(linked), 12)
        wrong = [f"{room} links {other}" for room, others in linked.items()
                 for other in sorted(others - MAY_USE[room] - {room})]
        self.assertEqual(wrong, [])

    def test_the_client_has_no_engine_behind_it(self) -> None:
        linked = linked_rooms()
        reached, todo = set(), ["client"]
        while todo:
            room = todo.pop()
            if room not in reached:
                reached.add(room)
                todo += linked.get(room, set())
        self.assertEqual(reached & ENGINE, set())
        self.assertIn("base", reached)

    def test_policy_guard_adopt_and_doctor_are_pure(self) -> None:
        wrong = [inside for inside, path in sources()
                 if room_of(inside) in PURE and not is_for_tests(path) and IMPURE.search(path.read_text())]
        self.assertEqual(wrong, [], "no clock, I/O or log in policy, guard, adopt and doctor")

    def test_the_table_can_fail(self) -> None:
        self.assertEqual(room_of("vmm/qemu/qmp_client.h"), "vmm/qemu")
        self.assertEqual(room_of("apps/aerostatd/daemon.h"), "apps/aerostatd")
        self.assertNotIn("control", MAY_USE["policy"])
        self.assertTrue(IMPURE.search("#include <fstream>"))


class Files(unittest.TestCase):
    def test_no_file_is_a_maze(self) -> None:
        long = [(name, n) for name, p in sources() if (n := len(p.read_text().splitlines())) > 500]
        self.assertEqual(long, [], "files above 500 lines: make two rooms")

    def test_every_header_says_what_it_is(self) -> None:
        silent = [name for name, p in sources() if p.suffix == ".h" and not p.read_text().startswith("//")]
        self.assertEqual(silent, [])

    def test_the_loop_names_no_device(self) -> None:
        device = re.compile(r"\b(has_balloon|balloon_actual|balloon_target|has_plug|plug_block|plug_requested|plug_maximum)\b")
        named = [f"{path.relative_to(ROOT)}: {match.group()}" for room in ("control", "policy", "guard")
                 for path in sorted((ROOT / "src" / room).iterdir()) if path.suffix in (".h", ".cc") and not is_for_tests(path)
                 for match in device.finditer(path.read_text())]
        self.assertEqual(named, [])


if __name__ == "__main__":
    unittest.main()
