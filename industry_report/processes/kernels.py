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
from .forking import OWN, PACKAGE, PRELOADED, can_fork, describe_state
from .run_folders import make_socket_folder

PROVISIONER = "industry-report"  # the name of the entry point
LAUNCHER = ["-Xfrozen_modules=off", "-m", "ipykernel_launcher"]  # the flag spares the debugger a warning
KILL_SECONDS = 5.0  # until a killed kernel is given up
EXIT_POLL_SECONDS = 0.01  # between two looks whether a process has ended
SERVER_EXIT_SECONDS = 0.5  # that the kernel server has to end of itself when this process ends
LIFE_MESSAGE_BYTES = 64  # "pid 4194304" is the longest
START = "import sys; del sys.path[0]; from industry_report.processes.kernel_server import main; main()"


class ForkedKernel:
    """A kernel's process as `subprocess.Popen` would show it; its parent is the kernel server."""

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
            message = await asyncio.get_running_loop().sock_recv(self.line, LIFE_MESSAGE_BYTES)
        except ConnectionError:
            message = b""
        self._note(message.decode())

    def poll(self) -> int | None:
        """Return the exit status, or None while the kernel runs."""
        while self.returncode is None:
            try:
                message = self.line.recv(LIFE_MESSAGE_BYTES)
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
        elif self.returncode is None:  # "exit", or silence: the kernel server is gone and the kernel with it
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


class ServerHandle:
    """The process to fork from, and what it was started with."""

    def __init__(self, environ: dict[str, str]) -> None:
        self.state = describe_state(environ)
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self.process = fork_warm(theirs) or start_afresh(theirs, environ)
        watchdog.keep(self.process.pid)

    def fork(self, argv: list[str], cwd: str, environ: dict[str, str], folder: str) -> ForkedKernel:
        """Ask for a kernel; its first messages are still to come."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        request = json.dumps({"argv": argv, "cwd": cwd, "environ": environ, "folder": folder}).encode()
        with theirs, contextlib.suppress(OSError):  # a kernel server that has just died answers with silence
            socket.send_fds(self.control, [request], [theirs.fileno()])
        return ForkedKernel(ours)

    def leave(self) -> None:
        """Want no more kernels of it: it ends with the last one that runs."""
        self.control.close()


class ForkedProcess:
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
            time.sleep(EXIT_POLL_SECONDS)
        return status

    def kill(self) -> None:
        """End it at once."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)


def fork_warm(control: socket.socket) -> ForkedProcess | None:
    """Fork this process, if it has everything imported and does nothing else yet: a new worker."""
    preloaded = sys.modules.get(PRELOADED)
    if preloaded is None or threading.active_count() > 1:
        return None
    pid = os.fork()
    if pid:
        return ForkedProcess(pid)
    status: object = 1
    try:
        preloaded.kernel_server.become_kernel_server(control, preloaded.START)
        status = 0
    except SystemExit as end:  # of a kernel
        status = end.code
    except BaseException:  # this process ends here: what asked for it must not go on in two
        traceback.print_exc()
    finally:
        os._exit(status if isinstance(status, int) else int(status is not None))


def start_afresh(control: socket.socket, environ: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start Python afresh and let it import everything."""
    number = control.fileno()
    command = [sys.executable, LAUNCHER[0], "-c", START, str(number), PRELOADED]
    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, env=environ, pass_fds=[number], start_new_session=True
    )


_kernel_server: ServerHandle | None = None
_left: list[subprocess.Popen[bytes] | ForkedProcess] = []
_folders: set[Path] = set()


def prepare() -> None:
    """Start the process to fork from, so that it is ready when the first kernel is wanted."""
    if can_fork():
        find_kernel_server(dict(os.environ))


def find_kernel_server(environ: dict[str, str]) -> ServerHandle:
    """Return this process's kernel server; a new one if the old no longer gives what a fresh start does."""
    global _kernel_server
    _left[:] = [process for process in _left if process.poll() is None]
    if _kernel_server and (
        _kernel_server.process.poll() is not None or _kernel_server.state != describe_state(environ)
    ):
        leave_kernel_server()
    if _kernel_server is None:
        _kernel_server = ServerHandle(environ)
    return _kernel_server


def leave_kernel_server() -> None:
    """Let the kernel server end, which it does once no kernel runs."""
    global _kernel_server
    if _kernel_server:
        _kernel_server.leave()
        _left.append(_kernel_server.process)
        _kernel_server = None


@atexit.register
def end_kernel_servers() -> None:
    """Leave no process and no file behind, not even of kernels that nobody shut down."""
    leave_kernel_server()
    for process in _left:
        try:
            process.wait(SERVER_EXIT_SECONDS)
        except subprocess.TimeoutExpired:  # it still imports, or a kernel runs; that ends with it
            process.kill()
            process.wait()
    for folder in _folders:
        shutil.rmtree(folder, ignore_errors=True)


class WarmProvisioner(LocalProvisioner):
    """Forks kernels from the kernel server; where it cannot, it is the stock provisioner."""

    folder: Path | None = None

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Let the kernel listen on sockets in a folder of its own instead of on open ports."""
        manager = self.parent
        if can_fork() and self.folder is None and manager and not manager.shell_port:
            self.folder = make_socket_folder()
        if self.folder and manager:
            _folders.add(self.folder)
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

    async def _fork(self, argv: list[str], cwd: str, environ: dict[str, str]) -> ForkedKernel:
        own = {name: value for name, value in environ.items() if name.startswith(OWN)}
        process = find_kernel_server(environ).fork(argv, cwd, own, str(self.folder))
        while not process.ready and process.returncode is None:
            await process.listen()
        return process

    async def kill(self, restart: bool = False) -> None:
        """End the kernel, and return when it has ended: who asks looks only ten times a second."""
        await super().kill(restart)
        if isinstance(self.process, ForkedKernel):
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._end(self.process), KILL_SECONDS)

    async def _end(self, process: ForkedKernel) -> None:
        while process.poll() is None:
            await process.listen()

    async def cleanup(self, restart: bool = False) -> None:
        """Remove the folder with the sockets, unless the kernel is about to start again."""
        await super().cleanup(restart)
        if restart:
            return
        if isinstance(self.process, ForkedKernel):
            self.process.wait()
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)
            _folders.discard(self.folder)
            self.folder = None


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
