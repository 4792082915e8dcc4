"""Waiting with a deadline. Tests never just sleep: they wait until a condition holds, and fail with words if it does not."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def until(check: Callable[[], T | None], timeout: float, what: str, interval: float = 0.02) -> T:
    """The first true answer of `check`; TimeoutError with `what` and the last answer if there is none in time."""
    deadline = time.monotonic() + timeout
    while True:
        answer = check()
        if answer:
            return answer
        if time.monotonic() >= deadline:
            raise TimeoutError(f"{what}: not within {timeout:g} s (last answer: {answer!r})")
        time.sleep(interval)


def holds(check: Callable[[], bool], seconds: float, what: str, interval: float = 0.05) -> None:
    """AssertionError if `check` is false at any look during `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not check():
            raise AssertionError(f"{what}: no longer so")
        time.sleep(interval)


class Stopwatch:
    """Seconds since its creation."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    def __call__(self) -> float:
        return time.monotonic() - self._start
