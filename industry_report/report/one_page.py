"""一页读懂: the page that says a report, of a lead, small charts, points for its reader and the scope.

`display.summary` shows it; here stands what may be on it and how it is laid out. On the page it is a ``div``
of the class ``summary``, in the PDF a page of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from ..base.errors import InputError
from ..base.language import text

MOST_SENTENCES, MOST_PANELS, MOST_POINTS, MOST_SCOPE = 4, 6, 3, 2


@dataclass(frozen=True, eq=False)
class Panel:
    """A small chart of the summary; `small_figures` draws some.

    Attributes
    ----------
    title : str
        The finding, a few words.
    measure : str
        What is drawn and in which unit.
    figure : Figure
        As wide as `small_figures.WIDTH_INCHES`.
    data : DataFrame or None
        Its numbers.
    see : str
        The heading of the report that tells more, in the report's language; empty for none.
    """

    title: str
    measure: str
    figure: Figure
    data: pd.DataFrame | None = None
    see: str = ""


def check(
    sentences: Sequence[str], panels: Sequence[Panel | None], points: Sequence[str], scope: Sequence[str]
) -> None:
    """Refuse more than one page holds.

    Raises
    ------
    InputError
        Names what there is too much of.
    """
    for found, most, what in (
        (len(sentences), MOST_SENTENCES, "sentences"),
        (len(panels), MOST_PANELS, "panels"),
        (len(points), MOST_POINTS, "points"),
        (len(scope), MOST_SCOPE, "lines of scope"),
    ):
        if found > most:
            problem = f"expected at most {most} {what}, got {found}."
            raise InputError("summary", problem, "Keep those that a reader would act on.")
    if strange := [one for one in panels if not isinstance(one, Panel)]:
        problem = f"expected panels, got {type(strange[0]).__name__}."
        raise InputError(
            "summary", problem, "Draw with small_figures, or write Panel(title, measure, figure)."
        )


def list_words(
    sentences: Sequence[str], panels: Sequence[Panel], points: Sequence[str], scope: Sequence[str]
) -> list[str]:
    """Return all that a summary says, for who checks and who indexes it."""
    of_panels = [words for panel in panels for words in (panel.title, panel.measure) if words]
    return [*sentences, *of_panels, *points, *scope]


def heading() -> str:
    """Return what the page is called."""
    return text(zh="一页读懂", en="At a glance")


def write_html(
    sentences: Sequence[str],
    panels: Sequence[Panel],
    drawings: Sequence[str],
    points: Sequence[str],
    meaning: str,
    scope: Sequence[str],
) -> str:
    """Return the page's HTML.

    Parameters
    ----------
    sentences, panels, points, scope
        See `display.summary`.
    drawings : sequence of str
        The panels as SVG.
    meaning : str
        What the box with the points is called.
    """
    parts = [f"<h2>{escape(heading())}</h2>"]
    if sentences:
        parts.append(f'<p class="lead">{escape(_join(sentences))}</p>')
    if panels:
        shown = "".join(_write_panel(*pair) for pair in zip(panels, drawings, strict=True))
        parts.append(f'<div class="summary-panels">{shown}</div>')
    if points:
        listed = "".join(f"<li>{_write_point(point)}</li>" for point in points)
        parts.append(
            f'<div class="summary-points"><p><strong>{escape(meaning)}</strong></p><ol>{listed}</ol></div>'
        )
    if scope:
        lines = "<br>".join(map(escape, scope))
        parts.append(f'<div class="summary-scope"><p>{lines}</p></div>')
    return f'<div class="summary">{"".join(parts)}</div>'


def name_points(reader: str) -> str:
    """Return what the box with the points is called; a report for nobody in particular has findings."""
    named = reader.strip()
    if not named:
        return text(zh="主要结论", en="Main findings")
    return text(zh=f"这对{named}意味着什么", en=f"What this means for {named}")


def _join(sentences: Sequence[str]) -> str:
    return text(zh="", en=" ").join(sentences)


def _write_panel(panel: Panel, drawing: str) -> str:
    measure = f'<p class="measure">{escape(panel.measure)}</p>' if panel.measure else ""
    see = f'<p class="see"><a href="#{escape(panel.see)}">{escape(panel.see)}</a></p>' if panel.see else ""
    title = f'<p class="finding"><strong>{escape(panel.title)}</strong></p>'
    return f'<div class="summary-panel">{title}{measure}{drawing}{see}</div>'


def _write_point(point: str) -> str:
    """Return a point with its claim, up to the first full stop, set apart from its evidence."""
    stop = text(zh="。", en=". ")
    claim, found, evidence = point.partition(stop)
    if not evidence:
        return escape(point)
    return f"<strong>{escape(claim + found.strip())}</strong> {escape(evidence)}"


def describe(
    sentences: Sequence[str],
    panels: Sequence[Panel],
    points: Sequence[str],
    scope: Sequence[str],
    records: Sequence[list[dict[str, Any]]],
) -> dict[str, Any]:
    """Return a summary JSON-ready: what it says, and the numbers of its panels."""
    told = [
        {"title": panel.title, "measure": panel.measure, "see": panel.see, "data": rows}
        for panel, rows in zip(panels, records, strict=True)
    ]
    return {"sentences": list(sentences), "panels": told, "points": list(points), "scope": list(scope)}
