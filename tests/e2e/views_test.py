"""What list, metrics and the doctor say of real guests, beside QEMU's own numbers."""

import json
import re
import unittest

from tests.e2e.base import RealGuests
from tests.harness.daemon import DYNAMIC, Daemon, command
from tests.harness.guest import Guest
from tests.harness.waiting import until


class Views(RealGuests):
    def metric(self, daemon: Daemon, name: str, vm: str) -> int:
        found = re.search(rf'^{name}{{vm="{vm}"}} (\S+)$', daemon.text("/metrics"), re.M)
        return int(float(found.group(1))) if found else -1

    def listed(self, daemon: Daemon, vm: str) -> int:
        run = command("list", "--json", socket_path=daemon.socket)
        return next(item["assigned_bytes"] for item in json.loads(run.stdout)["items"] if item["name"] == vm)

    def findings(self, daemon: Daemon, vm: str) -> dict[str, dict[str, str]]:
        run = command("doctor", vm, "--json", socket_path=daemon.socket)
        self.assertIn(run.returncode, (0, 1), run.stderr)
        return {item["check"]: item for item in json.loads(run.stdout)["items"]}

    def test_all_views_agree_with_qemu_and_the_doctor_finds_what_is_missing(self) -> None:
        with (Guest("whole", self.rundir, work="alloc:600,hold:600") as whole,
              Guest("bare", self.rundir, virtio_mem=False, balloon=False, agent=False, agent_port=False) as bare,
              Daemon(self.rundir, config=DYNAMIC) as daemon):
            whole.wait_ready()
            bare.wait_ready()
            until(lambda: daemon.vm("whole")["assigned_bytes"] > 600 << 20, 60, "it has grown")

            def agree() -> bool:
                for _ in range(5):
                    before = whole.memory().assigned
                    seen = {self.listed(daemon, "whole"), self.metric(daemon, "aerostat_vm_assigned_bytes", "whole")}
                    if seen == {before} and whole.memory().assigned == before:
                        return True
                return False
            until(agree, 30, "list and metrics say what QEMU says")
            self.assertEqual(self.metric(daemon, "aerostat_vm_demand_bytes", "bare"), -1, "not known is left out")

            until(lambda: daemon.vm("whole")["status"] == "ok", 60, "it has what it needs")
            sound = self.findings(daemon, "whole")
            self.assertLessEqual({item["severity"] for item in sound.values()}, {"ok", "note"}, sound)
            faulty = self.findings(daemon, "bare")
            self.assertIn("no device that could change its memory", faulty["devices"]["text"])
            self.assertIn("aerostat qemu-args bare --startup 384M", faulty["devices"]["remedy"])
            self.assertEqual(faulty["service"]["severity"], "problem")
            self.assertNotIn("vm", faulty)


if __name__ == "__main__":
    unittest.main()
