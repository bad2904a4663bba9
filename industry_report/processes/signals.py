"""Ctrl-C, a terminal that closes (SIGHUP) and a request to end (SIGTERM) end a command in the same way."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

NAMES = ("SIGINT", "SIGTERM", "SIGHUP")
NUMBERS = frozenset(getattr(signal, name) for name in NAMES if hasattr(signal, name))  # Windows: no SIGHUP
BURST_SECONDS = 2.0  # in which several signals are one: a terminal that closes sends more than one

_asked: int | None = None  # the signal that ends the command


class Stopped(KeyboardInterrupt):
    """The user, or the system, wants the command to end.

    Attributes
    ----------
    status : int
        The exit status that shells expect: 128 and the signal's number.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.status = 128 + number


def raise_again() -> None:
    """Raise `Stopped` if a signal came and its exception was swallowed.

    Python prints and drops what is raised while an object is deleted or a library calls back.
    """
    if _asked is not None:
        raise Stopped(_asked)


@contextmanager
def raise_stopped() -> Iterator[None]:
    """Raise `Stopped` at each of these signals; one that the command was started to ignore stays ignored."""
    global _asked
    if threading.current_thread() is not threading.main_thread():  # it gets no signals
        yield
        return
    before = {}
    last = -BURST_SECONDS

    def stop(number: int, _: object) -> None:
        nonlocal last
        global _asked
        if time.monotonic() - last > BURST_SECONDS:
            last, _asked = time.monotonic(), number
            raise Stopped(number)

    for number in NUMBERS:
        if signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
            before[number] = signal.signal(number, stop)
    try:
        yield
    finally:
        _asked = None
        for number, handler in before.items():
            signal.signal(number, handler)
