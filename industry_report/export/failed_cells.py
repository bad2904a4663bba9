"""A notebook that did not run to its end is no report, unless somebody asks for it."""

from __future__ import annotations

from nbconvert.utils.exceptions import ConversionException
from nbformat import NotebookNode

from ..base.errors import InputError

EXPECTED = "raises-exception"  # Jupyter's tag for a cell that shows an error on purpose


class ExportError(InputError, ConversionException):
    """A fault of an export, which nbconvert knows as one of its own."""


def find_failures(nb: NotebookNode) -> list[tuple[int, str]]:
    """Return number and error of every cell that failed and was not meant to."""
    return [
        (number, f"{output.ename}: {output.evalue}".strip(" :"))
        for number, cell in enumerate(nb.cells, start=1)
        if cell.cell_type == "code" and EXPECTED not in cell.metadata.get("tags", [])
        for output in cell.get("outputs", [])
        if output.output_type == "error"
    ]


def refuse_failed(nb: NotebookNode, name: str) -> None:
    """Keep a failed notebook from being published with a traceback for a finding.

    Raises
    ------
    ExportError
        If a cell failed; names the first, and how to export the notebook all the same.
    """
    failures = find_failures(nb)
    if not failures:
        return
    number, error = failures[0]
    first = error.splitlines()[0][:200] if error else "an error"
    remedy = (
        "Mend it and run the notebook again; --allow-errors exports it as it is, marked as incomplete, "
        f"and the tag {EXPECTED} says that a cell's error is meant."
    )
    raise ExportError(name, f"cell {number} failed with {first}.", remedy)
