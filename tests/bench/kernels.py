"""Plays the demo's story on guests with the kernels of several Debian releases, and prints a row for each.

script/bench kernels [--acts a,b] [SUITE …]     default: bullseye, this machine's own ("own"), trixie, sid
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.harness.kernels import RELEASES, fetched, played, release

COLUMNS = "{:<22} {:>6} {:>9} {:>12} {:>12}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="script/bench kernels", description="The demo's story with kernels of every age.")
    parser.add_argument("--acts", default="a,b", help="which acts (default: a,b)")
    parser.add_argument("suites", nargs="*", metavar="SUITE", help="bullseye, own, trixie, sid, or SUITE/PACKAGE (default: all four)")
    options = parser.parse_args()
    print(COLUMNS.format("kernel", "held", "seconds", "react p50 ms", "react p99 ms"), flush=True)
    broken = 0
    with tempfile.TemporaryDirectory(prefix="aerostat-kernels-") as folder:
        for suite in options.suites or [suite or "own" for suite in RELEASES]:
            kernel = "" if suite == "own" else suite
            missing = fetched(kernel)
            if missing:
                print(f"{suite}: not there: {missing}", flush=True)
                broken += 1
                continue
            story = played(kernel, Path(folder) / "report.json", options.acts)
            (Path(folder) / "report.json").unlink(missing_ok=True)
            react = story.report.get("reaction_ms", {})
            print(COLUMNS.format(release(kernel), "yes" if story.held else "NO", story.report.get("seconds", "-"),
                                 str(react.get("p50")), str(react.get("p99"))), flush=True)
            if not story.held:
                broken += 1
                print(story.text)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
