"""Find files as people name them. A name that no system can have is the name of no file, not an error."""

from pathlib import Path


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
