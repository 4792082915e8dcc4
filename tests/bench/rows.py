"""Replays 1 and 10 million rows, made on the fly and never on disk as CSV, and compares the peak of resident memory.
With --short a fiftieth of them.

Fails when ten times the rows need much more memory: a trace must stream.
"""

import argparse
import subprocess
import sys
import threading
import time

from tests.harness.paths import bin_dir

VMS = 10
MOST_MORE_MIB = 16


def write_rows(pipe, rows: int) -> None:
    """Needs that move up and down in small steps, ten rows a second for each VM."""
    pipe.write(b"time_s,vm,need_mib\n")
    for i in range(rows // VMS):
        wave = abs(i % 2000 - 1000)
        pipe.write(b"".join(b"%.1f,vm%d,%d\n" % (i * 0.1, vm, 1000 + wave + 50 * vm) for vm in range(VMS)))
    pipe.close()


def peak_mib(pid: int) -> float:
    """The peak of resident memory so far; 0 when the process has gone."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            return next((int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM")), 0)
    except OSError:
        return 0


def replay(rows: int) -> tuple[float, float]:
    begun = time.monotonic()
    run = subprocess.Popen([str(bin_dir() / "aerostat"), "simulate", "--trace", "/dev/stdin", "--host-memory", "64G"],
                           stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    writer = threading.Thread(target=write_rows, args=(run.stdin, rows))
    writer.start()
    peak = 0.0
    while run.poll() is None:
        peak = max(peak, peak_mib(run.pid))
        time.sleep(0.02)
    writer.join()
    if run.returncode != 0:
        sys.exit(f"rows: aerostat simulate failed with {run.returncode}")
    return peak, time.monotonic() - begun


def main() -> None:
    parser = argparse.ArgumentParser(prog="script/bench rows", description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--short", action="store_true", help="a fiftieth of the rows: does it work at all")
    shorter = 50 if parser.parse_args().short else 1
    print(f"{'rows':>12}  {'peak resident':>14}  {'time, with making the rows':>26}")
    peaks = []
    for rows in (1_000_000 // shorter, 10_000_000 // shorter):
        peak, seconds = replay(rows)
        peaks.append(peak)
        print(f"{rows:>12,}  {peak:>10.1f} MiB  {seconds:>24.1f} s", flush=True)
    if peaks[1] > peaks[0] + MOST_MORE_MIB:
        sys.exit(f"rows: ten times the rows need {peaks[1] - peaks[0]:.0f} MiB more; at most {MOST_MORE_MIB} are allowed")


if __name__ == "__main__":
    main()
