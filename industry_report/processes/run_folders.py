"""Where temporary files of our processes lie: with paths short enough for sockets, in folders of our own.

The path of a Unix socket has at most 107 bytes (`sun_path` of ``sys/un.h``), and TMPDIR may be longer.
"""

from __future__ import annotations

import atexit
import multiprocessing.process
import os
import sys
import tempfile
from pathlib import Path

from ..base import own_folders
from ..base.errors import InputError
from ..base.own_folders import OwnFolder

PREFIX = "industry-report-"
SOCKET_PATH_BYTES = 107
# Below the folder for temporary files: a build's folder, in it a kernel's, in it the kernel's sockets.
DEEPEST = f"{PREFIX}12345678/kernel-12345678/kernel-5"
SHORT = "/tmp"


def make_run_folder() -> OwnFolder:
    """Make the folder for the temporary files of one build; those of builds that were killed are swept.

    Raises
    ------
    InputError
        If there is no place for it.
    """
    try:
        parent = _find_parent()
        own_folders.sweep(parent, PREFIX)
        return own_folders.make_folder(parent, PREFIX)
    except OSError as error:
        problem = f"there is no folder for temporary files: {error.strerror}."
        raise InputError("TMPDIR", problem, "Set it to a folder that you may write.") from None


def _find_parent() -> str:
    """Return the system's folder for temporary files; a shorter one where its path leaves sockets no room."""
    usual = tempfile.gettempdir()
    is_short = len(os.fsencode(Path(usual, DEEPEST))) <= SOCKET_PATH_BYTES
    return SHORT if not is_short and os.access(SHORT, os.W_OK) else usual


def make_socket_folder() -> Path | None:
    """Make a folder that only this user can enter, with a path short enough for a kernel's sockets.

    Returns
    -------
    Path or None
        None if there is no such place; the kernel then listens on ports.
    """
    for parent in (tempfile.gettempdir(), SHORT):
        try:
            folder = Path(tempfile.mkdtemp(prefix="kernel-", dir=parent))
        except OSError:
            continue
        if len(os.fsencode(folder / "kernel-5")) <= SOCKET_PATH_BYTES:
            return folder
        folder.rmdir()
    return None


# --- as long as this program runs


_own: OwnFolder | None = None


def has_own() -> bool:
    """Tell whether this program has such a folder."""
    return _own is not None


def own() -> OwnFolder:
    """Return the folder of this program, made at first use and removed at its end."""
    global _own
    if _own is None:
        _own = make_run_folder()
        atexit.register(_remove, _own, os.getpid())
    return _own


def _remove(folder: OwnFolder, pid: int) -> None:
    if os.getpid() == pid:  # not in a fork, which inherits what is to be done at the end
        folder.remove()


def place_sockets() -> bool:
    """Let `multiprocessing` put its sockets into this program's folder; False if no path is short enough.

    It would make a folder of its own below TMPDIR, however long that is, and leave it behind when it is
    killed.
    """
    config = multiprocessing.process.current_process()._config  # type: ignore[attr-defined]
    if config.get("tempdir") is None:
        config["tempdir"] = str(own().path)
    return len(os.fsencode(Path(config["tempdir"], "listener-12345678"))) <= SOCKET_PATH_BYTES


def place_home_files() -> dict[str, str]:
    """Return where matplotlib and IPython are to keep their files: nothing where the home can be written.

    They would make temporary folders, which the first of several forked processes removes under the others.
    """
    fonts = _list_font_places()
    moved = {} if fonts and all(map(_can_write, fonts)) else {"MPLCONFIGDIR": "matplotlib"}
    if not (os.environ.get("IPYTHONDIR") or _can_write(Path(os.path.expanduser("~/.ipython")))):  # noqa: PTH111
        moved["IPYTHONDIR"] = "ipython"
    for name in moved.values():
        (own().path / name).mkdir(exist_ok=True)
    return {variable: str(own().path / name) for variable, name in moved.items()}


def _list_font_places() -> list[Path]:
    """Return where matplotlib keeps its settings and its list of fonts, by its rules; none without a home."""
    if told := os.environ.get("MPLCONFIGDIR"):
        return [Path(told)]
    try:
        home = Path("~").expanduser()
    except RuntimeError:  # a user whom the system does not know, as in containers
        return []
    if sys.platform != "linux":
        return [home / ".matplotlib"]
    names = {"XDG_CONFIG_HOME": ".config", "XDG_CACHE_HOME": ".cache"}
    return [Path(os.environ.get(key) or home / name, "matplotlib") for key, name in names.items()]


def _can_write(folder: Path) -> bool:
    """Tell whether a folder can be written; made where it is missing, as matplotlib would."""
    if not folder.is_absolute():  # below a home that nobody knows
        return False
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)
