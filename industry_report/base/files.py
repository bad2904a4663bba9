"""Find files as people name them, write them whole, tell them apart.

A name that no system can have is the name of no file, not an error.
"""

import hashlib
import uuid
from contextlib import suppress
from pathlib import Path

DRAFT = ".draft-"  # how the name of a file begins until it is whole


def find_upwards(path: str | Path) -> Path | None:
    """Return a file named relative to the working folder or to a folder above it, absolute.

    A notebook, which runs in its own folder, so finds the same file as a command. None if there is none, or
    only something that is no plain file.
    """
    try:
        path = Path(path).expanduser()
    except RuntimeError:  # a user without a home
        return None
    folder = Path.cwd()
    return next((f / path for f in (folder, *folder.parents) if is_file(f / path)), None)


def is_file(path: Path) -> bool:
    """Tell whether there is a plain file: no folder, no device, nothing with a NUL in its name."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def is_folder(path: Path) -> bool:
    """Tell whether there is such a folder."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def list_files(folder: Path, pattern: str) -> list[Path]:
    """Return the files of a folder that match, in order; none if the folder cannot be read."""
    try:
        return sorted(folder.glob(pattern))
    except (OSError, ValueError):
        return []


def write_whole(path: Path, text: str) -> Path:
    """Write a text file in one step: a reader sees the old one or the new one, never half of it.

    Raises
    ------
    OSError
        If it cannot be written; then nothing is left of it.
    """
    draft = path.with_name(f"{DRAFT}{uuid.uuid4().hex[:8]}-{path.name}")
    try:
        draft.write_text(text, encoding="utf-8", newline="\n")
        narrow_mode(draft, path.parent)
        return draft.replace(path)
    except OSError:
        with suppress(OSError):  # where the folder is none, there is no draft either
            draft.unlink()
        raise


def narrow_mode(path: Path, like: Path) -> None:
    """Take from a file or folder what nobody may do with another one, such as the folder that it is in.

    Systems without such modes, and another user's files, stay as they are.
    """
    with suppress(OSError):
        allowed = like.stat().st_mode & 0o777
        if path.is_dir():
            allowed |= (allowed & 0o444) >> 2 | 0o700
        mode = path.stat().st_mode & 0o777
        if mode & ~allowed:
            path.chmod(mode & allowed)


def digest_file(file: Path) -> str:
    """Return a file's SHA-256; nothing if it is missing or cannot be read."""
    with suppress(OSError), file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
    return ""
