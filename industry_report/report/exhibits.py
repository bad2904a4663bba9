"""A figure as an exhibit: headline, what is shown, the drawing, notes beside and below it, its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from ..base.language import text
from .layout import Surroundings


def write_figure(
    drawing: str, caption: str, around: Surroundings, notes: Sequence[tuple[str, str]], table: str
) -> str:
    """Return the HTML of a figure.

    Parameters
    ----------
    drawing : str
        As SVG.
    caption : str
        What is shown, of where and when; the headline where the drawing states no finding.
    around : Surroundings
        See `layout.take_texts`.
    notes : sequence of (str, str)
        Heads and texts that stand beside the drawing.
    table : str
        Its numbers as HTML, unfolded below; empty for none.
    """
    below = text(zh="；", en="; ").join(around.notes)
    parts = [f"<figcaption>{_write_caption(caption, around)}</figcaption>", drawing]
    if notes:
        told = "".join(f"<p><strong>{escape(head)}</strong> {escape(words)}</p>" for head, words in notes)
        parts.append(f'<div class="reading-notes">{told}</div>')
    if below:
        parts.append(f'<p class="exhibit-note">{escape(below)}</p>')
    if table:
        unfold = text(zh="查看图中数据", en="Data of this figure")
        parts.append(f"<details><summary>{unfold}</summary>{table}</details>")
    return f'<figure class="exhibit">{"".join(parts)}</figure>'


def _write_caption(caption: str, around: Surroundings) -> str:
    """Return headline and statistical subtitle; a measure that the caption says already is not said again."""
    shown = caption
    if around.measure and not _says(caption, around.measure):
        shown = text(zh=f"{caption}；{around.measure}", en=f"{caption}; {around.measure}")
    if not around.finding:
        return f"<strong>{escape(caption)}</strong>" + _subtitle(around.measure if shown != caption else "")
    return f"<strong>{escape(around.finding)}</strong>" + _subtitle(shown)


def _subtitle(words: str) -> str:
    return f' <span class="subtitle">{escape(words)}</span>' if words else ""


def _says(caption: str, measure: str) -> bool:
    return measure.casefold() in caption.casefold()


def further() -> str:
    """Return what opens a table that the PDF leaves out."""
    return text(zh="补充数据：", en="Further data:")
