"""The limit: a notebook's cells, and nothing else, run by `exec` in one process that is warm.

Reads a job per line from the standard input, as JSON: notebook and parameters; answers each with the
seconds of processor time it took.
"""

from __future__ import annotations

import io
import json
import linecache
import os
import sys
import time
from contextlib import redirect_stdout
from types import SimpleNamespace
from typing import Any

import nbformat

from industry_report.report import display


def main() -> None:
    os.environ["MPLBACKEND"] = "agg"
    for line in sys.stdin:
        cells = read_cells(**json.loads(line))
        start = time.process_time()
        run_cells(cells)
        print(time.process_time() - start, flush=True)


def read_cells(notebook: str, parameters: dict[str, Any], **_: Any) -> list[str]:
    """Return the code of a notebook, with the parameters put in where papermill puts them."""
    given = "\n".join(f"{name} = {value!r}" for name, value in parameters.items())
    code = []
    for cell in nbformat.read(notebook, as_version=4).cells:
        if cell.cell_type == "code":
            tags = cell.metadata.get("tags", [])
            code += [cell.source, given] if "parameters" in tags else [cell.source]
    return code


def run_cells(cells: list[str]) -> None:
    names: dict[str, Any] = {}
    display.get_ipython = lambda: SimpleNamespace(user_ns=names)  # where it finds the parameters
    with redirect_stdout(io.StringIO()):  # where display() writes without a kernel
        for number, cell in enumerate(cells):
            name = f"<cell {number}>"  # a public edition looks up which numbers the cell's author wrote
            linecache.cache[name] = len(cell), None, cell.splitlines(keepends=True), name
            exec(compile(cell, name, "exec"), names)


if __name__ == "__main__":
    main()
