"""Folders for what is not for others: closed to other users, and swept when their process was killed.

A process holds a lock on each of its folders. The system lets go of it when the process ends, however that
ends; so a folder whose lock is free belongs to nobody any more. A process number would not tell: it is given
again, and in a container another process has it.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

LOCK = ".in-use"  # the file in a folder on which its process holds a lock


class OwnFolder:
    """A folder of this process, of mode 0700; made by `make_folder`.

    Attributes
    ----------
    path : Path
        Where it is.
    """

    def __init__(self, path: Path, lock: FileLock) -> None:
        self.path = path
        self._lock = lock

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, *_: object) -> None:
        self.remove()

    def release(self) -> None:
        """Keep the folder, from now on as an ordinary one."""
        with suppress(OSError):
            (self.path / LOCK).unlink()
        self._lock.release()

    def remove(self) -> None:
        """Remove it with all that is in it."""
        _clear(self.path)
        self._lock.release()


def make_folder(parent: Path | str, prefix: str) -> OwnFolder:
    """Make a folder below another one, with a name that begins so.

    Raises
    ------
    OSError
        If it cannot be made.

    Examples
    --------
    >>> folder = make_folder(tempfile.gettempdir(), "example-")
    >>> folder.path.name.startswith("example-")
    True
    >>> folder.remove()
    """
    while True:
        path = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
        with suppress(FileNotFoundError, FileExistsError):  # a sweep came between
            lock = _lock(path)
            if lock is not None and path.is_dir():
                path.chmod(0o700)  # a folder that was swept, the lock makes anew, and open
                return OwnFolder(path, lock)


def sweep(parent: Path | str, prefix: str) -> None:
    """Remove the folders of this user with such names whose process has ended; leave all others alone."""
    with suppress(OSError):
        for path in list(Path(parent).glob(f"{prefix}*")):
            remove_abandoned(path)


def remove_abandoned(path: Path) -> None:
    """Remove a folder that `make_folder` made if its process has ended."""
    try:
        facts = path.lstat()
        is_own = not hasattr(os, "getuid") or facts.st_uid == os.getuid()
        made = (path / LOCK).is_file() or _is_unlocked(path, facts.st_mode)
        if path.is_symlink() or not is_own or not made:
            return
        lock = _lock(path)
    except OSError:  # it is gone, or another program's
        return
    if lock is not None:
        _clear(path)
        lock.release()


def _clear(path: Path) -> None:
    """Remove a folder, its lock last: so one whose removal was cut off is swept like any other."""
    with suppress(OSError):
        for inner in [inner for inner in path.iterdir() if inner.name != LOCK]:
            if inner.is_dir() and not inner.is_symlink():
                shutil.rmtree(inner, ignore_errors=True)
            else:
                inner.unlink(missing_ok=True)
    shutil.rmtree(path, ignore_errors=True)


def _is_unlocked(path: Path, mode: int) -> bool:
    """Tell whether it is as `make_folder` leaves it when its process is killed before it has the lock."""
    is_closed = os.name == "nt" or stat.S_IMODE(mode) == 0o700
    return is_closed and re.search(r"[a-z0-9_]{8}$", path.name) is not None and not any(path.iterdir())


def _lock(path: Path) -> FileLock | None:
    """Take the lock of a folder; None if another process holds it."""
    lock = FileLock(path / LOCK, thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return None
    return lock
