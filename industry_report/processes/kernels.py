"""Warm kernels: every notebook gets a fresh process, forked from one that has imported what notebooks need.

A `jupyter_client` kernel provisioner, so papermill, nbclient and JupyterLab start such kernels as any other.
Where a fork is not safe (Windows, macOS) or would not be the same (another Python, a folder with a package of
its own), the stock provisioner starts the kernel.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import json
import math
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from pathlib import Path
from queue import Empty
from typing import Any

from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner
from traitlets import Type

from . import watchdog
from .forking import OWN, PACKAGE, can_fork, describe_state

PROVISIONER = "industry-report"  # the name of the entry point
LAUNCHER = ["-Xfrozen_modules=off", "-m", "ipykernel_launcher"]  # the flag spares the debugger a warning
SOCKET_PATH = 107  # bytes that the path of a Unix socket may have
DEATH = 5.0  # seconds until a killed kernel is given up
LOOK = 0.01  # seconds between two looks whether a process has ended
PATIENCE = 0.5  # seconds that the zygote has to end of itself when this process ends
MESSAGE = 64  # bytes; "pid 4194304" is the longest
START = "import sys; del sys.path[0]; from industry_report.zygote import main; main()"


class Forked:
    """A kernel's process as `subprocess.Popen` would show it; its parent is the zygote."""

    stdin = stdout = stderr = None

    def __init__(self, line: socket.socket) -> None:
        line.setblocking(False)
        self.line = line
        self.pid = 0
        self.ready = False
        self.returncode: int | None = None

    async def listen(self) -> None:
        """Wait for the next message and take note of it."""
        try:
            message = await asyncio.get_running_loop().sock_recv(self.line, MESSAGE)
        except ConnectionError:
            message = b""
        self._note(message.decode())

    def poll(self) -> int | None:
        """Return the exit status, or None while the kernel runs."""
        while self.returncode is None:
            try:
                message = self.line.recv(MESSAGE)
            except BlockingIOError:
                return None
            except ConnectionError:
                message = b""
            self._note(message.decode())
        return self.returncode

    def _note(self, message: str) -> None:
        word, _, number = message.partition(" ")
        if word == "pid":
            self.pid = int(number)
        elif word == "ready":
            self.ready = True
        elif self.returncode is None:  # "exit", or silence: the zygote is gone and the kernel with it
            self.returncode = int(number) if word else -signal.SIGKILL

    def wait(self) -> int | None:
        """Return the exit status of a kernel that has ended, and let go of it."""
        status = self.poll()
        self.line.close()
        return status

    def send_signal(self, number: int) -> None:
        """Signal the kernel and its children; as in `subprocess`, one that has ended takes no notice."""
        if self.poll() is None:
            with contextlib.suppress(ConnectionError):  # it ended in this moment
                self.line.send(bytes([number]))

    def kill(self) -> None:
        """End the kernel and its children at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask the kernel and its children to end."""
        self.send_signal(signal.SIGTERM)


class Zygote:
    """The process to fork from, and what it was started with."""

    def __init__(self, environ: dict[str, str]) -> None:
        self.state = describe_state(environ)
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self.process = fork_warm(theirs) or start_cold(theirs, environ)
        watchdog.keep(self.process.pid)

    def fork(self, argv: list[str], cwd: str, environ: dict[str, str], folder: str) -> Forked:
        """Ask for a kernel; its first messages are still to come."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        request = json.dumps({"argv": argv, "cwd": cwd, "environ": environ, "folder": folder}).encode()
        with theirs, contextlib.suppress(OSError):  # a zygote that has just died answers with silence
            socket.send_fds(self.control, [request], [theirs.fileno()])
        return Forked(ours)

    def leave(self) -> None:
        """Want no more kernels of it: it ends with the last one that runs."""
        self.control.close()


class Branch:
    """A process that was forked from this one, as far as `subprocess.Popen` would show it."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return the exit status, or None while it runs."""
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.returncode = os.waitstatus_to_exitcode(status) if pid else None
        return self.returncode

    def wait(self, timeout: float = math.inf) -> int:
        """Return the exit status once it has ended.

        Raises
        ------
        subprocess.TimeoutExpired
            If that takes longer than so many seconds.
        """
        end = time.monotonic() + timeout
        while (status := self.poll()) is None:
            if time.monotonic() > end:
                raise subprocess.TimeoutExpired("fork", timeout)
            time.sleep(LOOK)
        return status

    def kill(self) -> None:
        """End it at once."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)


def fork_warm(control: socket.socket) -> Branch | None:
    """Fork this process, if it has everything imported and does nothing else yet: a new worker."""
    preloaded = sys.modules.get(f"{__package__}.preloaded")
    if preloaded is None or threading.active_count() > 1:
        return None
    pid = os.fork()
    if pid:
        return Branch(pid)
    status: object = 1
    try:
        preloaded.zygote.become_zygote(control, preloaded.START)
        status = 0
    except SystemExit as end:  # of a kernel
        status = end.code
    except BaseException:  # this process ends here: what asked for it must not go on in two
        traceback.print_exc()
    finally:
        os._exit(status if isinstance(status, int) else int(status is not None))


def start_cold(control: socket.socket, environ: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start Python afresh and let it import everything."""
    number = control.fileno()
    command = [sys.executable, LAUNCHER[0], "-c", START, str(number)]
    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, env=environ, pass_fds=[number], start_new_session=True
    )


_zygote: Zygote | None = None
_left: list[subprocess.Popen[bytes] | Branch] = []
_folders: set[Path] = set()


def prepare() -> None:
    """Start the process to fork from, so that it is ready when the first kernel is wanted."""
    if can_fork():
        find_zygote(dict(os.environ))


def find_zygote(environ: dict[str, str]) -> Zygote:
    """Return this process's zygote; a new one if the old would no longer give what a fresh start gives."""
    global _zygote
    _left[:] = [process for process in _left if process.poll() is None]
    if _zygote and (_zygote.process.poll() is not None or _zygote.state != describe_state(environ)):
        leave_zygote()
    if _zygote is None:
        _zygote = Zygote(environ)
    return _zygote


def leave_zygote() -> None:
    """Let the zygote end, which it does once no kernel runs."""
    global _zygote
    if _zygote:
        _zygote.leave()
        _left.append(_zygote.process)
        _zygote = None


@atexit.register
def end_zygotes() -> None:
    """Leave no process and no file behind, not even of kernels that nobody shut down."""
    leave_zygote()
    for process in _left:
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:  # it still imports, or a kernel runs; that ends with it
            process.kill()
            process.wait()
    for folder in _folders:
        shutil.rmtree(folder, ignore_errors=True)


class WarmProvisioner(LocalProvisioner):
    """Forks kernels from the zygote; where it cannot, it is the stock provisioner."""

    folder: Path | None = None

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Let the kernel listen on sockets in a folder of its own instead of on open ports."""
        manager = self.parent
        if can_fork() and self.folder is None and manager and not manager.shell_port:
            self.folder = make_folder()
            manager.transport, manager.ip = "ipc", str(self.folder / "kernel")
            manager.cache_ports = False
            if not manager.connection_file:
                manager.connection_file = str(self.folder / "connection.json")
        return await super().pre_launch(**kwargs)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Fork a kernel and wait until it listens."""
        cwd = str(kwargs.get("cwd") or Path.cwd())
        if not (can_fork() and self.folder and is_plain(cmd, kwargs) and not is_shadowed(cwd)):
            return await super().launch_kernel(cmd, **kwargs)
        process: Any = await self._fork(cmd[1 + len(LAUNCHER) :], cwd, kwargs["env"])
        if not process.pid:
            process.wait()
            self.log.warning("The process to fork kernels from did not start; this kernel starts cold.")
            return await super().launch_kernel(cmd, **kwargs)
        self.process, self.pid, self.pgid, self.cwd = process, process.pid, None, cwd
        return self.connection_info

    async def _fork(self, argv: list[str], cwd: str, environ: dict[str, str]) -> Forked:
        own = {name: value for name, value in environ.items() if name.startswith(OWN)}
        process = find_zygote(environ).fork(argv, cwd, own, str(self.folder))
        while not process.ready and process.returncode is None:
            await process.listen()
        return process

    async def kill(self, restart: bool = False) -> None:
        """End the kernel, and return when it has ended: who asks looks only ten times a second."""
        await super().kill(restart)
        if isinstance(self.process, Forked):
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._end(self.process), DEATH)

    async def _end(self, process: Forked) -> None:
        while process.poll() is None:
            await process.listen()

    async def cleanup(self, restart: bool = False) -> None:
        """Remove the folder with the sockets, unless the kernel is about to start again."""
        await super().cleanup(restart)
        if restart:
            return
        if isinstance(self.process, Forked):
            self.process.wait()
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)
            _folders.discard(self.folder)
            self.folder = None


def make_folder() -> Path:
    """Make a folder that only this user can enter, with a path short enough for sockets."""
    folder = Path(tempfile.mkdtemp(prefix="industry-report-"))
    if len(os.fsencode(folder / "kernel-5")) > SOCKET_PATH:
        folder.rmdir()
        folder = Path(tempfile.mkdtemp(prefix="industry-report-", dir="/tmp"))
    _folders.add(folder)
    return folder


def is_plain(cmd: list[str], kwargs: dict[str, Any]) -> bool:
    """Tell whether a command starts IPython's kernel in this Python, with nothing only `Popen` can do."""
    same = Path(cmd[0]) == Path(sys.executable) and cmd[1 : 1 + len(LAUNCHER)] == LAUNCHER
    return same and not set(kwargs) - {"cwd", "env"}


def is_shadowed(cwd: str) -> bool:
    """Tell whether a kernel in a folder would import another `industry_report` than this one."""
    local = Path(cwd) / PACKAGE.name
    return local.is_dir() and not local.samefile(PACKAGE)


class ReadyClient(AsyncKernelClient):
    """A client that starts when the kernel does."""

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait for the kernel's first reply and for its outputs to arrive.

        The stock client then listens for 0.2 s to what else may come; callers tell messages by their parent.

        Raises
        ------
        RuntimeError
            If the kernel dies or does not answer in time.
        """
        deadline = time.monotonic() + (float("inf") if timeout is None else timeout)
        self.kernel_info()
        for channel in (self.shell_channel, self.iopub_channel):
            while True:
                try:
                    await channel.get_msg(timeout=1)
                except Empty:
                    if not await self._async_is_alive():
                        raise RuntimeError("Kernel died before replying to kernel_info") from None
                    if time.monotonic() > deadline:
                        raise RuntimeError(f"Kernel did not respond in {timeout} seconds") from None
                else:
                    break


class WarmKernelManager(AsyncKernelManager):
    """Manages kernels of this Python that `WarmProvisioner` starts, whatever kernels are installed."""

    client_class = "industry_report.processes.kernels.ReadyClient"
    client_factory = Type(klass=ReadyClient)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.provisioner = WarmProvisioner(kernel_spec=self.kernel_spec, parent=self)

    @property
    def kernel_spec(self) -> KernelSpec:
        """A kernel of this Python."""
        argv = [sys.executable, *LAUNCHER, "-f", "{connection_file}"]
        return KernelSpec(argv=argv, display_name="Python 3", language="python")
