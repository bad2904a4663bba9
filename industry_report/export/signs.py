"""The key to a report's signs: what each means that it uses, and none that it does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..base.language import MISSING_SIGN
from .html_tree import Node, find, read_text

VERDICTS = "▲▼○"
STEADY = ("平稳", "Steady")  # a square may be another thing in another figure, whose own key says so


def list_signs(nodes: Sequence[Node], symbols: Mapping[str, str], ours: bool) -> list[tuple[str, str]]:
    """Return signs and their meanings, in the order of the key.

    Parameters
    ----------
    nodes : sequence of Element or str
        The body.
    symbols : mapping
        Sign or word → meaning, in the report's language, in this order: withheld, no number, verdicts,
        steady, significant, rounding.
    ours : bool
        Whether the report is made with `display`: in another notebook a dash or a triangle means what its
        author meant.
    """
    if not ours:
        return []
    text = read_text(nodes)
    cells = {read_text(cell.children).strip() for cell in find(nodes, "td", "text")}
    withheld, missing, verdicts, steady, significant, rounding = symbols
    uses = {
        withheld: withheld in text,
        missing: MISSING_SIGN in cells,
        verdicts: any(sign in text for sign in VERDICTS),
        steady: any(f"{steady} {word}" in text for word in STEADY),
        significant: significant.casefold() in text.casefold(),
        rounding: "%" in text,
    }
    return [(sign, meaning) for sign, meaning in symbols.items() if uses[sign]]
