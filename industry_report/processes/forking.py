"""When a forked process is as good as one that is started afresh, and what it forgets to be that."""

from __future__ import annotations

import os
import socket
import stat
import sys
import sysconfig
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).parents[1]
PRELOADED = "industry_report.building.preloaded"  # imports all that workers and kernels need; see there
STDERR = 2
# Every worker has a core to itself. More threads only wait for each other on matrices as small as ours, and
# their number may change the last digit of a sum. The linear algebra of numpy reads it when it is imported.
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "VECLIB_MAXIMUM_THREADS": "1"}
OWN = "JPY_"  # jupyter_client sets such variables for each kernel anew


@cache
def can_fork() -> bool:
    """Tell whether this system forks safely and ends a child with its parent: Linux, nothing withheld."""
    return sys.platform == "linux" and hasattr(os, "fork") and _has_fcntl() and _has_local_sockets()


def _has_fcntl() -> bool:
    try:
        import fcntl  # noqa: F401
    except ImportError:
        return False
    return True


def _has_local_sockets() -> bool:
    """Tell whether processes may talk by sockets without a network (AF_UNIX), which some sandboxes forbid."""
    try:
        for end in socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET):
            end.close()
    except (OSError, AttributeError):
        return False
    return Path("/proc/self/fd").is_dir()


def describe_state(environ: dict[str, str]) -> tuple[Any, ...]:
    """Return what a fresh start depends on: environment, our own code, what is installed."""
    variables = {name: value for name, value in environ.items() if not name.startswith(OWN)}
    written = sorted((str(file), file.stat().st_mtime_ns) for file in PACKAGE.rglob("*.py"))
    installed = Path(sysconfig.get_path("purelib")).stat().st_mtime_ns
    return os.getpid(), variables, written, installed


@dataclass(frozen=True)
class Start:
    """What a process had imported, and where from, when it was warm and had done nothing else."""

    modules: frozenset[str]
    path: tuple[str, ...]

    def restore(self) -> None:
        """Forget what was imported since, such as the program that asked for this process."""
        for name in set(sys.modules) - self.modules:
            del sys.modules[name]
        sys.path[:] = self.path


def list_files() -> list[int]:
    """List the descriptors of regular files beyond the standard ones: fonts stay open."""
    return [number for number in _list_descriptors() if _is_file(number)]


def _list_descriptors() -> list[int]:
    return [int(path.name) for path in Path("/proc/self/fd").iterdir() if int(path.name) > STDERR]


def _is_file(number: int) -> bool:
    try:
        return stat.S_ISREG(os.fstat(number).st_mode)
    except OSError:  # it was the one that listed them
        return False


def _is_only_read(number: int) -> bool:
    import fcntl  # here, because not every system has it

    return fcntl.fcntl(number, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY


def note_start() -> Start:
    """Return what is imported now."""
    return Start(frozenset(sys.modules), tuple(sys.path))


def reopen_files() -> None:
    """Give a forked process a position of its own in each file, which another may read at the same time."""
    for number in filter(_is_only_read, list_files()):
        own = os.open(f"/proc/self/fd/{number}", os.O_RDONLY)
        os.lseek(own, os.lseek(number, 0, os.SEEK_CUR), os.SEEK_SET)
        os.dup2(own, number, inheritable=False)
        os.close(own)


def close_all_but(*kept: int) -> None:
    """Close what a forked process has no use for: all but files, the standard descriptors and those named."""
    spared = {*kept, *list_files()}
    for number in set(_list_descriptors()) - spared:
        with suppress(OSError):  # the one that listed them
            os.close(number)
