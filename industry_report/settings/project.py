"""A project of one's own: the folder a report is made in, and what the program brings for a new one."""

from __future__ import annotations

import fnmatch
import os
from pathlib import Path

from ..base.files import is_file, is_folder

NOTE = ".industry-report.json"  # which templates a project was made from
CARRIED = {"notebooks": ("*.ipynb",), "params": ("*.yaml", "*.yml", "*.svg", "*.png")}
# The year's shelf of the repository is about its three sample cities; a new project begins with one report.
LEFT_OUT = ("params/annual.yaml", "*/.*", "*-checkpoint.*")
PACKAGE = Path(__file__).parents[1]


def find_project(start: Path | None = None) -> Path | None:
    """Return the project that a file or folder belongs to: the nearest one above it; None outside of any.

    A project has its note, or a folder `notebooks`.
    """
    here = (start or Path.cwd()).absolute()
    return next((folder for folder in (here, *here.parents) if is_project(folder)), None)


def is_project(folder: Path) -> bool:
    """Tell whether reports are made in a folder."""
    return is_file(folder / NOTE) or is_folder(folder / "notebooks")


def find_templates() -> Path:
    """Return the folder of the notebooks and parameter files that came with the program.

    A wheel carries them in the package (see `wheel_contents.py`); in a clone of the repository they are its
    own.
    """
    carried = PACKAGE / "project_files"
    return carried if carried.is_dir() else PACKAGE.parent


def list_templates() -> dict[str, Path]:
    """Return the templates of a project by their path in it, in order: ``notebooks/industry.ipynb``.

    They are found by pattern, so that a new notebook needs no entry anywhere.
    """
    root = find_templates()
    found = {
        path.relative_to(root).as_posix(): path
        for folder, patterns in CARRIED.items()
        for path in sorted((root / folder).rglob("*"))
        if path.is_file() and any(fnmatch.fnmatch(path.name, pattern) for pattern in patterns)
    }
    return {name: path for name, path in found.items() if not _is_left_out(name)}


def _is_left_out(name: str) -> bool:
    return any(fnmatch.fnmatch(f"/{name}" if "/." in pattern else name, pattern) for pattern in LEFT_OUT)


def name_from(folder: Path, path: Path) -> Path:
    """Return a path as it is named from a folder; absolute where it lies outside.

    A message, a record and a digest so say the same wherever the command was typed.
    """
    whole = Path(os.path.abspath(path))  # noqa: PTH100 - `resolve` would rename a linked data folder
    return whole.relative_to(folder) if whole.is_relative_to(folder) else whole
