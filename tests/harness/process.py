"""Child processes that never outlive the test, however it ends."""

import atexit
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

# The kernel's death signal comes when the *thread* that started the child ends. One thread that lives as long as the
# program therefore starts them all.
_starter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="starter")
_alive: set[subprocess.Popen[bytes]] = set()


def start(command: list[str], log: Path) -> subprocess.Popen[bytes]:
    """Starts a program with both outputs in `log`."""

    def spawn() -> subprocess.Popen[bytes]:
        with log.open("wb") as output:
            return subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *command], stdin=subprocess.DEVNULL,
                                    stdout=output, stderr=subprocess.STDOUT)

    process = _starter.submit(spawn).result()
    _alive.add(process)
    return process


def resident_kib(pid: int) -> int:
    """What it has in memory now."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))


def stop(process: subprocess.Popen[bytes], grace: float = 5) -> int:
    """SIGTERM, then SIGKILL after `grace`; its exit status."""
    process.terminate()
    process.send_signal(signal.SIGCONT)  # a frozen one would not notice
    try:
        status = process.wait(grace)
    except subprocess.TimeoutExpired:
        process.kill()
        status = process.wait()
    _alive.discard(process)
    return status


@atexit.register
def _kill_all() -> None:
    for process in list(_alive):
        process.kill()
        process.wait()
