"""Where a command works: in the project of the file it is given, whatever folder it was typed in."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path

import click

from ..base.errors import InputError
from ..base.files import find_upwards
from ..settings.project import find_project, name_from


def enter_project(named: Sequence[Path]) -> Path:
    """Work, until the command ends, in the project that parameter files or a notebook belong to.

    Everything that parameters name is then found from there: notebooks, scorecards, data, `reports`. Outside
    of any project the working folder stays.

    Returns
    -------
    Path
        The folder that the command was typed in, to which its other arguments refer.

    Raises
    ------
    InputError
        The files belong to several projects.
    """
    here = Path.cwd()
    found = [find_upwards(path) or path.absolute() for path in named]
    projects = dict.fromkeys(filter(None, (find_project(path.parent) for path in found)))
    if len(projects) > 1:
        problem = f"belong to several projects: {', '.join(map(str, projects))}."
        raise InputError("the files", problem, "Give those of one project at a time.")
    if projects:
        click.get_current_context().with_resource(contextlib.chdir(next(iter(projects))))
    return here


def rename(here: Path, path: Path) -> Path:
    """Return a path that was typed in another folder as it is named from the working folder."""
    return path if here == Path.cwd() else name_from(Path.cwd(), here / path)


def rename_files(here: Path, files: Sequence[Path]) -> tuple[Path, ...]:
    """Return files as they are named from the project; what is not where it was typed is the project's."""
    return tuple(rename(here, file) if (here / file).exists() else file for file in files)


def rename_data(here: Path, data: str | None) -> str | None:
    """Return the data as `rename` does, if they are there; "sample", and what is found upwards, stays."""
    is_there = data is not None and (here / Path(data).expanduser()).exists()
    return str(rename(here, Path(data or "").expanduser())) if is_there and here != Path.cwd() else data


def place_output(here: Path, output: Path) -> Path:
    """Return the output folder: as typed, else the project's `reports`; whole where that lies elsewhere."""
    context = click.get_current_context()
    typed = context.get_parameter_source("output") is click.core.ParameterSource.COMMANDLINE
    if here == Path.cwd():
        return output
    return (here if typed else Path.cwd()) / output
