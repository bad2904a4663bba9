"""The kernel server, which kernels are forked from: it imports what notebooks import, once.

What it has imported, its kernels share with it (copy-on-write). No Python thread starts in it: a fork copies
only the thread that calls it, and a lock that another one holds would stay locked for ever.

It speaks with the process that started it (`kernels`) over Unix sockets that keep messages whole. On the
first comes one message per kernel wanted, with a socket of that kernel's own, on which the kernel's life is
told: ``pid 12``, ``ready`` once the kernel listens, ``exit 0``; in return come signals, one byte each.
Whoever closes such a socket ends its kernel, so no kernel outlives the one that asked for it.
"""

from __future__ import annotations

import atexit
import ctypes
import gc
import io
import json
import os
import shutil
import signal
import socket
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from selectors import EVENT_READ, DefaultSelector
from typing import Any

from . import forking

MESSAGE_BYTES = 65536  # a request names a folder and a few arguments
INLINE = "module://matplotlib_inline.backend_inline"  # the backend that ipykernel chooses, too
PR_SET_PDEATHSIG = 1  # from <sys/prctl.h>: the signal that a process gets when its parent ends


@dataclass(frozen=True)
class Kernel:
    """A kernel that runs: the socket its life is told on, and the folder of its own sockets."""

    line: socket.socket
    folder: str


def main() -> None:
    """Serve until the asking process is gone, with the last of its kernels.

    Started as a program of its own, with two arguments: the number of the control socket, and the module that
    imports what notebooks need.
    """
    control = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is for the one who asked for the kernels
    import_module(sys.argv[2])
    serve(control)


def become_kernel_server(control: socket.socket, start: forking.Start) -> None:
    """Serve in a process that was forked from a warm worker, of which nothing is left."""
    os.setsid()
    for number in (signal.SIGTERM, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    forking.close_all_but(control.fileno())
    start.restore()
    os.environ.setdefault("MPLBACKEND", INLINE)
    serve(control)
    atexit._run_exitfuncs()  # of the notebook, if this was a kernel
    sys.stdout.flush()
    sys.stderr.flush()


def serve(control: socket.socket) -> None:
    """Fork kernels; in a forked process, be one."""
    request = KernelServer(control).serve()
    if request is not None:
        become_kernel(**request)


def warm_up(modules: Iterable[str]) -> None:
    """Import modules and do once what every report does, so that caches are filled."""
    os.environ.setdefault("MPLBACKEND", INLINE)
    for name in modules:
        try:
            import_module(name)
        except ImportError:  # another version of a library may have moved it: it is then imported when needed
            continue
    _load_languages()
    _draw_figure()
    gc.collect()
    gc.freeze()  # else the first collection in a kernel would touch, and so copy, every page (copy-on-write)


def _load_languages() -> None:
    """Read how each language writes numbers and dates."""
    from babel.dates import format_date
    from babel.numbers import format_percent

    from ..base import language

    for locale in language.LOCALES.values():
        format_percent(0.5, locale=locale)
        format_date(date(2000, 1, 1), locale=locale)


def _draw_figure() -> None:
    """Draw without pyplot, whose state and backend belong to the kernels."""
    import matplotlib as mpl
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    from ..base import style

    with mpl.rc_context():
        style.apply()
        style.grade_colours("DCBA")
        figure = Figure(layout=ConstrainedLayoutEngine())
        axes = figure.subplots()
        axes.barh(["甲", "乙"], [1, 2], label="n=1")
        axes.errorbar([1, 2], [0, 1], xerr=0.5)
        axes.set_title(style.shorten("0123456789%.,—成交率", width=0.5))
        axes.legend()
        figure.savefig(io.StringIO(), format="svg")


class KernelServer:
    """The loop: fork on request, pass signals on, tell of the dead."""

    def __init__(self, control: socket.socket) -> None:
        self.control = control
        self.kernels: dict[int, Kernel] = {}
        self.selector = DefaultSelector()
        self.selector.register(control, EVENT_READ, self.take_request)
        self.woken, self.waker = socket.socketpair()
        self.woken.setblocking(False)
        self.waker.setblocking(False)
        self.selector.register(self.woken, EVENT_READ, self.reap)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # with the line below, a death wakes the selector
        signal.set_wakeup_fd(self.waker.fileno(), warn_on_full_buffer=False)

    def serve(self) -> dict[str, Any] | None:
        """Return None when all is over, or, in a forked process, what the kernel is to be."""
        while self.control.fileno() >= 0 or self.kernels:
            for key, _ in self.selector.select():
                request = key.data() if key.fileobj in (self.control, self.woken) else key.data(key.fileobj)
                if request is not None:
                    return request
        return None

    def take_request(self) -> dict[str, Any] | None:
        """Fork one kernel; returns in the child what it was asked to be."""
        message, lines, _, _ = socket.recv_fds(self.control, MESSAGE_BYTES, 1)
        if not message:  # no more will come; those that run go on
            self.selector.unregister(self.control)
            self.control.close()
            return None
        request = json.loads(message)
        kernel = Kernel(socket.socket(fileno=lines[0]), request.pop("folder"))
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            self.leave(parent)
            return {**request, "line": kernel.line}
        self.kernels[pid] = kernel
        self.selector.register(kernel.line, EVENT_READ, self.pass_signal)
        tell(kernel.line, f"pid {pid}")
        return None

    def leave(self, parent: int) -> None:
        """In the child: a session of its own, no socket of the others, and no life after the server."""
        os.setsid()
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self.selector.close()
        for kept in (
            self.control,
            self.woken,
            self.waker,
            *(kernel.line for kernel in self.kernels.values()),
        ):
            kept.close()
        forking.reopen_files()

    def pass_signal(self, line: socket.socket) -> None:
        """Send a kernel and its children the signal asked for; a closed socket asks for the last one."""
        pid = next(pid for pid, kernel in self.kernels.items() if kernel.line is line)
        number = receive(line)
        if not number:
            self.selector.unregister(line)
            self.kernels[pid].line.close()
        send_signal(pid, number[0] if number else signal.SIGKILL)

    def reap(self) -> None:
        """Tell of every kernel that ended, and take its remaining children with it."""
        while receive(self.woken):
            pass
        for pid in list(self.kernels):
            ended = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if ended is None:
                continue
            send_signal(pid, signal.SIGKILL)  # not yet reaped, so the number is still this kernel's
            _, status = os.waitpid(pid, 0)
            kernel = self.kernels.pop(pid)
            if kernel.line.fileno() >= 0:
                tell(kernel.line, f"exit {os.waitstatus_to_exitcode(status)}")
                self.selector.unregister(kernel.line)
                kernel.line.close()
            elif kernel.folder:  # the asking process is gone and cannot tidy up any more
                shutil.rmtree(kernel.folder, ignore_errors=True)


def send_signal(pid: int, number: int) -> None:
    """Signal a process group; right after a fork, before it is a group, the process."""
    for send in (os.killpg, os.kill):
        try:
            return send(pid, number)
        except ProcessLookupError:
            continue


def tell(line: socket.socket, message: str) -> None:
    """Send a message to a process that may have gone."""
    try:
        line.send(message.encode())
    except OSError:
        return


def receive(line: socket.socket) -> bytes:
    """Return a message; none if there is no more, or the other end is gone."""
    try:
        return line.recv(MESSAGE_BYTES)
    except OSError:
        return b""


def choose_backend() -> None:
    """Have matplotlib draw where the kernel's environment says; it read that when it was imported."""
    import matplotlib as mpl
    from matplotlib import pyplot

    mpl.rcParams["backend"] = os.environ.setdefault("MPLBACKEND", INLINE)
    pyplot._backend_mod = None  # the first figure loads it, as in a fresh kernel


def become_kernel(argv: list[str], cwd: str, environ: dict[str, str], line: socket.socket) -> None:
    """Run IPython's kernel in this process, as ``python -m ipykernel_launcher`` would."""
    from ipykernel.kernelapp import IPKernelApp

    gc.enable()
    os.chdir(cwd)
    os.environ.update(environ)
    choose_backend()
    sys.argv = ["ipykernel_launcher.py", *argv]
    app = IPKernelApp.instance()
    app.parent_handle = 1  # it has a parent, and need not look every second whether that still lives
    app.initialize(argv)
    tell(line, "ready")
    line.close()
    app.start()
