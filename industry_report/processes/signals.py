"""Ctrl-C, a terminal that closes (SIGHUP) and a request to end (SIGTERM) end a command in the same way."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

NAMES = ("SIGINT", "SIGTERM", "SIGHUP")  # Windows knows no SIGHUP
BURST_SECONDS = 2.0  # in which several signals are one: a terminal that closes sends more than one


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


@contextmanager
def raise_stopped() -> Iterator[None]:
    """Raise `Stopped` at each of these signals; one that the command was started to ignore stays ignored."""
    if threading.current_thread() is not threading.main_thread():  # it gets no signals
        yield
        return
    before = {}
    last = -BURST_SECONDS

    def stop(number: int, _: object) -> None:
        nonlocal last
        if time.monotonic() - last > BURST_SECONDS:
            last = time.monotonic()
            raise Stopped(number)

    for name in NAMES:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
            before[number] = signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
