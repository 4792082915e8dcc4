"""Runs the tests of one file. Exit status 77, which ctest shows as skipped, only if nothing ran and nothing failed.

    python3 -m tests.run tests/e2e/crash_test.py
"""

import sys
import unittest

SKIPPED = 77


def main() -> int:
    module = sys.argv[1].removesuffix(".py").replace("/", ".")
    result = unittest.TextTestRunner(verbosity=2).run(unittest.defaultTestLoader.loadTestsFromName(module))
    for test, reason in result.skipped:
        print(f"SKIPPED {test}: {reason}", flush=True)
    if not result.wasSuccessful():
        return 1
    if result.skipped and result.testsRun <= len(result.skipped):
        return SKIPPED
    return 0 if result.testsRun else 1  # no test at all is a mistake


if __name__ == "__main__":
    sys.exit(main())
