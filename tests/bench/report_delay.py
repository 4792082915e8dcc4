"""How long a guest's sample is on its way: the bench takes the daemon's end of the port, and aligns the two clocks."""

import json
import time
from pathlib import Path

from tests.harness.guest import Guest
from tests.harness.lines import JsonLines

SAMPLES = 60


def report_delays(rundir: Path) -> list[float]:
    """Milliseconds from the guest's look to the host's end of the port, for each of SAMPLES samples."""
    with Guest("report", rundir, startup_mib=640, maximum_mib=640) as guest:
        guest.wait_ready(180)
        offset, _ = guest.workload.clock_offset()
        lines = JsonLines(guest.agent_socket, 10)
        delays: list[float] = []
        deadline = time.monotonic() + 120
        while len(delays) < SAMPLES:
            message = lines.receive(deadline)
            if message is None:
                raise TimeoutError(f"{len(delays)} of {SAMPLES} samples within 120 s")
            if message["t"] == "hello":
                welcome = {"t": "welcome", "protocol": [1, 0], "sample_ms": 100, "keepalive_ms": 100}
                lines.send(json.dumps(welcome).encode() + b"\n")
            elif message["t"] == "sample":
                delays.append((time.monotonic_ns() - message["ns"] - offset) / 1e6)
        lines.close()
        return delays
