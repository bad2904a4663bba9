"""Ctrl-C, TERM and HUP end a command in the same way, each with its own status."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from industry_report.processes import fork_server, signals

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")


@pytest.fixture(autouse=True)
def default_handlers():
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    for number in before:
        signal.signal(number, signal.SIG_DFL)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_each_signal_is_told(number, status):
    with pytest.raises(KeyboardInterrupt) as stopped, signals.raise_stopped():
        os.kill(os.getpid(), number)
        time.sleep(1)
    assert stopped.value.status == status
    assert signal.getsignal(number) == signal.SIG_DFL


def test_several_at_once_are_one():
    with signals.raise_stopped():
        with pytest.raises(signals.Stopped):
            os.kill(os.getpid(), signal.SIGHUP)
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGTERM)  # while it clears up
        time.sleep(0.05)


def test_what_was_to_be_ignored_stays_ignored():
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # nohup
    with signals.raise_stopped():
        os.kill(os.getpid(), signal.SIGHUP)
        time.sleep(0.05)


def test_another_thread_has_no_signals():
    done = []

    def work() -> None:
        with signals.raise_stopped():
            done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [True]


def test_a_stop_that_a_library_swallowed_is_raised_again():
    class Careless:
        def __del__(self) -> None:
            with pytest.raises(signals.Stopped):
                os.kill(os.getpid(), signal.SIGTERM)
                time.sleep(1)

    with pytest.raises(signals.Stopped) as stopped, signals.raise_stopped():
        del (thing := [Careless()])[:]
        assert thing == []
        signals.raise_again()
    assert stopped.value.status == 143
    signals.raise_again()  # of a command that ended nothing is left


@pytest.mark.parametrize("number", sorted(signals.NUMBERS))
@pytest.mark.parametrize("way", ["main thread", "another"])
def test_no_signal_is_lost_while_a_process_starts_and_it_gets_none(way, number):
    """It was, one time in some hundred builds, when it was ignored for that moment."""
    started = []

    def start() -> None:
        with fork_server.deaf_to_interrupts():
            code = "import time; print('up', flush=True); time.sleep(60)"
            started.append(subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE))
            if way == "main thread":
                os.kill(os.getpid(), number)

    with pytest.raises(signals.Stopped), signals.raise_stopped():
        if way == "another":
            thread = threading.Thread(target=start)
            thread.start()
            thread.join()
            os.kill(os.getpid(), number)
        else:
            start()
        time.sleep(1)
    with started[0] as process:
        assert process.stdout is not None and process.stdout.readline() == b"up\n"
        process.send_signal(number)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.3)
        process.kill()
