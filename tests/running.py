"""Run a notebook's code cells in this process, which takes a second where a kernel takes four."""

from __future__ import annotations

import linecache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode

from industry_report.base import language
from industry_report.report import display

ROOT = Path(__file__).parent.parent


def run_cells(notebook: Path, **given: Any) -> NotebookNode:
    """Return the notebook with its outputs, as papermill would, with other values for some parameters."""
    ran = nbformat.read(notebook, as_version=4)
    names: dict[str, Any] = {"__name__": "__main__"}
    with pytest.MonkeyPatch.context() as patch:
        for number, cell in enumerate(ran.cells, start=1):
            if cell.cell_type != "code":
                continue
            shown: list[NotebookNode] = []
            take = lambda data, raw, shown=shown, **_: shown.append(make_output(data))  # noqa: E731
            patch.setattr(display, "display", take)
            # The gate takes the numbers of parameters for known; it reads them where a shell has them.
            patch.setattr(display, "get_ipython", lambda names=names: SimpleNamespace(user_ns=names))
            file = f"{notebook.name}, cell {number}"
            # The gate reads the literals of a cell, whose source a shell keeps here as well.
            linecache.cache[file] = (len(cell.source), None, cell.source.splitlines(True), file)
            exec(compile(cell.source, file, "exec"), names)
            if "parameters" in cell.metadata.get("tags", []):
                unknown = given.keys() - names.keys()
                assert not unknown, f"{notebook.name} has no parameter {unknown}"
                names |= given
            cell.outputs = shown
    language.use("zh")  # as a new process has it
    return ran


def make_output(data: dict[str, Any]) -> NotebookNode:
    return nbformat.v4.new_output("display_data", data=data)
