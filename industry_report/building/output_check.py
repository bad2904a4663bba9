"""What a public notebook may put out: what `display` checked and stamped, nothing that a cell prints."""

from __future__ import annotations

import json
import re
from typing import Any

from nbformat import NotebookNode

from ..base import origin
from ..base.errors import InputError
from ..report.display import STAMP

REMEDY = (
    "In a public edition end a cell with show, say, cover, section or attach, which print what came from the "
    "gate; print and bare expressions are for internal editions."
)
_OURS = re.compile(r"^[^\S\n]*(?:import|from)\s+(?:industry_report|scoring)\b", re.M)


def _reads_records(notebook: NotebookNode) -> bool:
    """Tell whether a notebook works with customers' records: it imports what loads or grades them.

    Any other notebook is set as it is: a picture of a researcher's own has no gate to come from.
    """
    return any(cell.cell_type == "code" and _OURS.search(cell.source) for cell in notebook.cells)


def check_outputs(notebook: NotebookNode, stem: str, *, is_public: bool) -> None:
    """Refuse outputs of a public edition that went around the gate.

    Texts without a number may stay; a year is none. A notebook that imports nothing of ours is not checked.

    Raises
    ------
    InputError
        Names the cell by its first line.
    """
    if not is_public or not _reads_records(notebook):
        return
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if fault := _find_fault(output):
                first = cell.source.strip().splitlines()[0] if cell.source.strip() else ""
                raise InputError(stem, f"the cell `{first}` {fault}.", REMEDY)


def _find_fault(output: NotebookNode) -> str:
    stamp = output.get("metadata", {}).get(STAMP)
    if stamp is not None:
        return "" if stamp.get("public") else "was shown as internal, and the edition is public"
    if output.output_type == "stream":
        printed = output.name == "stdout" and _has_number(output.text)
        return "prints a number that did not come from the gate" if printed else ""
    data = output.get("data", {})
    shown = any(kind.startswith("image/") or kind == "text/html" for kind in data)
    return "puts out what did not come from the gate" if shown or _has_number(data) else ""


def _has_number(content: Any) -> bool:
    words = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, default=str)
    return bool(origin.find_numbers(words))
