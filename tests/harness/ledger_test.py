"""The check of law 1: it distinguishes an excess from memory that moved during the look."""

import unittest
from typing import Any, cast

from tests.harness.guest import MIB, Guest, Memory
from tests.harness.ledger import Ledger


class Scripted:
    """A guest that holds the next of some amounts, in MiB, each time it is asked; the last one for ever."""

    def __init__(self, name: str, *held: int) -> None:
        self.name = name
        self.held = list(held)

    def memory(self) -> Memory:
        mib = self.held.pop(0) if len(self.held) > 1 else self.held[0]
        return Memory(mib * MIB, 0, 0, 0, 0)


def ledger(*guests: Any) -> Ledger:
    return Ledger(cast(list[Guest], list(guests)), 1000 * MIB)


class Looks(unittest.TestCase):
    def test_what_all_hold_is_within_the_capacity(self) -> None:
        watch = ledger(Scripted("web", 600), Scripted("db", 400))
        watch.take()
        self.assertEqual((watch.violations, watch.committed_peak), (0, 1000 * MIB))

    def test_too_much_that_stays_is_told(self) -> None:
        watch = ledger(Scripted("web", 600), Scripted("db", 402))
        watch.take()
        self.assertEqual(watch.violations, 1)
        self.assertIn("1002 MiB: web 600, db 402", watch.worst)

    def test_memory_that_moves_between_two_questions_is_not_counted_twice(self) -> None:
        watch = ledger(Scripted("web", 600, 590), Scripted("db", 410))
        watch.take()
        self.assertEqual((watch.violations, watch.committed_peak), (0, 1000 * MIB))


if __name__ == "__main__":
    unittest.main()
