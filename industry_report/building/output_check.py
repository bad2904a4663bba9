"""What a public notebook may put out: what `display` checked and stamped, nothing that a cell prints."""

from __future__ import annotations

import json
from typing import Any

from nbformat import NotebookNode

from ..base.errors import InputError
from ..report.display import STAMP

REMEDY = (
    "In a public edition end a cell with show, say, cover, section or attach, which print what came from the "
    "gate; print and bare expressions are for internal editions."
)


def check_outputs(notebook: NotebookNode, stem: str, *, is_public: bool) -> None:
    """Refuse outputs of a public edition that went around the gate.

    Texts without a digit, such as a warning in words, may stay.

    Raises
    ------
    InputError
        Names the cell by its first line.
    """
    if not is_public:
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
        printed = output.name == "stdout" and _has_digit(output.text)
        return "prints a number that did not come from the gate" if printed else ""
    data = output.get("data", {})
    shown = any(kind.startswith("image/") or kind == "text/html" for kind in data)
    return "puts out what did not come from the gate" if shown or _has_digit(data) else ""


def _has_digit(content: Any) -> bool:
    return any(character.isdigit() for character in json.dumps(content, ensure_ascii=False, default=str))
