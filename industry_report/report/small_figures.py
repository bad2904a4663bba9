"""Small charts for the summary, 50 mm wide: tidy table → `Panel`, or None where there is nothing to draw.

A title states the finding and stands above the drawing as text; nothing in a drawing is smaller than 8
points.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..analysis.conversion import HIGHER, LOWER, REST
from ..base import language, origin, style
from ..base.language import text
from . import layout
from .figure_texts import period_names
from .one_page import Panel

WIDTH_INCHES, HEIGHT_INCHES = 1.968, 1.5  # 50 × 38 mm: six of them on one page
TEXT_POINTS = 8.0
MOST_ROWS = 8  # of more, the largest are drawn, and the others counted
NAME_INCHES = 0.86
LEADING_ON = ("and", "or", "of", "the", "for", "with", "to", "&")
GAP_INCHES = 0.05
LINE_INCHES = TEXT_POINTS * 1.4 / 72
TWO_LINES_INCHES = 0.275  # from which on a row has room for a name of two
MARKS = {HIGHER: "▲", LOWER: "▼"}


def bars(
    table: pd.DataFrame,
    column: str,
    *,
    title: str,
    measure: str = "",
    versus: pd.DataFrame | None = None,
    average: float | pd.Series | None = None,
    see: str = "",
) -> Panel | None:
    """Draw a bar a row of a tidy table, in its order, each with its number.

    Parameters
    ----------
    table : DataFrame
        Its index names the rows; of more than 8 the largest are drawn.
    column : str
        What is drawn, such as ``rate``, ``share`` or ``consultations``.
    title, measure, see : str
        See `Panel`.
    versus : DataFrame, optional
        See `conversion.compare`: its verdict colours the bars and marks the numbers, ▲ higher, ▼ lower.
    average : float or Series, optional
        Of all, drawn as a dashed line; a Series has it under `column`.

    Examples
    --------
    >>> bars(by_grade, "rate", title="A级成交率最高", measure="各等级成交率")  # doctest: +SKIP
    """
    if table.empty or table[column].isna().all() or table.index.isin(REST.values()).all():
        return None  # the pooled rest alone is no comparison
    if column != "rate" and not table[column].fillna(0).any():  # a bar of zero is no bar, a rate of zero is
        return None
    shown, left_out = _largest(table, column)
    verdicts = _verdicts(shown, versus)
    labels = [
        f"{_printed(value, column)}{MARKS.get(verdict, '')}"
        for value, verdict in zip(shown[column], verdicts, strict=True)
    ]
    figure, ax = _begin_rows(shown, labels, left_out)
    values = shown[column].fillna(0).to_numpy(float)
    colours = _row_colours(shown, verdicts, versus is not None)
    ax.barh(np.arange(len(shown)), values, color=colours, height=0.66)
    line = (
        float(average[column] if isinstance(average, pd.Series) else average)
        if average is not None
        else np.nan
    )
    upper = max([1e-9, *values, 0 if np.isnan(line) else line])
    ax.set_xlim(0, upper)
    if not np.isnan(line):
        ax.axvline(line, color=style.INK, linewidth=0.8, linestyle=(0, (4, 3)))
    _write_ends(ax, labels)
    return Panel(title, measure, figure, table, see)


def changes(
    table: pd.DataFrame,
    column: str,
    *,
    title: str,
    measure: str = "",
    clear: pd.Series | None = None,
    see: str = "",
) -> Panel | None:
    """Draw changes up and down from zero, the greatest rise first.

    Parameters
    ----------
    table : DataFrame
        Its index names the rows.
    column : str
        A difference: of counts, or of shares in `difference`.
    title, measure, see : str
        See `Panel`.
    clear : Series of bool, optional
        Which changes are claimed, by the table's index; others are grey. All are in colour without it.
    """
    known = table[table[column].notna()].sort_values(column, ascending=False, kind="stable")
    if known.empty:
        return None
    left_out = max(len(known) - MOST_ROWS, 0)
    if left_out:
        half = MOST_ROWS // 2
        known = pd.concat([known.head(half), known.tail(half)])
    values = known[column].to_numpy(float)
    labels = [_signed(value, column) for value in values]
    figure, ax = _begin_rows(known, labels, left_out, both=bool((values < 0).any()))
    claimed = np.ones(len(known), bool) if clear is None else clear[known.index].to_numpy(bool)
    colours = np.where(claimed, np.where(values < 0, style.LOWER_COLOUR, style.ACCENT), style.EARLIER_EDGE)
    ax.barh(np.arange(len(known)), values, color=colours, height=0.66)
    ax.axvline(0, color=style.GREY, linewidth=0.8)
    _widen(ax, values, labels)
    for row, (value, label) in enumerate(zip(values, labels, strict=True)):
        side = 1 if value >= 0 else -1
        _write(ax, label, (value, row), (3 * side, 0), ha="left" if side > 0 else "right")
    return Panel(title, measure, figure, table, see)


def columns(
    table: pd.DataFrame, column: str, *, title: str, measure: str = "", see: str = ""
) -> Panel | None:
    """Draw a column a year or month, the last in colour; where labels have no room, highest and lowest alone.

    Parameters
    ----------
    table : DataFrame
        Its index is the time, in order.
    column : str
        Such as ``received``.
    title, measure, see : str
        See `Panel`.
    """
    if table.empty or table[column].isna().all():
        return None
    figure = Figure(figsize=(WIDTH_INCHES, HEIGHT_INCHES))
    ax = _axes(figure, 0.04, WIDTH_INCHES - 0.04, 0.22, HEIGHT_INCHES - 0.2)
    values = table[column].to_numpy(float)
    quarters = table.index.name == "quarter"
    is_year = len(values) <= 6 and not quarters
    colours = [style.GRID] * (len(values) - 1) + [style.ACCENT] if is_year else [style.ACCENT] * len(values)
    edges = [style.EARLIER_EDGE] * (len(values) - 1) + [style.ACCENT] if is_year else "none"
    ax.bar(np.arange(len(values)), np.nan_to_num(values), 0.62, color=colours, edgecolor=edges, linewidth=0.5)
    tops = values
    if {"low", "high"} <= set(table):
        ax.vlines(np.arange(len(values)), table["low"], table["high"], color=style.INK, linewidth=1.2)
        tops = np.fmax(values, table["high"].to_numpy(float))
    _write_tops(ax, values, tops, column)
    names = period_names(table.index) if quarters else list(map(str, table.index))
    ticks = layout.fit_names([_width(name) for name in names], (WIDTH_INCHES - 0.08) / len(names))
    ax.set_xticks([*ticks.values()], [names[tick] for tick in ticks], fontsize=TEXT_POINTS)
    ax.tick_params(length=0)
    ax.spines["left"].set_visible(False)
    ax.yaxis.set_visible(False)
    return Panel(title, measure, figure, table, see)


def course(
    table: pd.DataFrame,
    column: str = "rate",
    *,
    name: str,
    title: str,
    others: pd.DataFrame | None = None,
    measure: str = "",
    see: str = "",
) -> Panel | None:
    """Draw a rate over the years with its interval as a band; others' grey beside it.

    Parameters
    ----------
    table : DataFrame
        Its index is the years; `column`, and ``low`` and ``high`` if there are intervals.
    name : str
        Whose rate it is.
    others : DataFrame, optional
        Years by name of others, such as other cities.
    """
    if table.empty or table[column].isna().all():
        return None
    beside = pd.DataFrame(index=table.index) if others is None else others.reindex(table.index)
    lasts = {name: table[column].iloc[-1], **{str(other): beside[other].iloc[-1] for other in beside}}
    ends = {who: float(end) for who, end in lasts.items() if pd.notna(end)}
    labels = {who: f"{who} {_printed(end, column)}" for who, end in ends.items()}
    right = WIDTH_INCHES - max([0.2, *(_width(label) + 0.08 for label in labels.values())])
    figure = Figure(figsize=(WIDTH_INCHES, HEIGHT_INCHES))
    ax = _axes(figure, 0.1, max(right, 0.6), 0.22, HEIGHT_INCHES - 0.08)
    places = np.arange(len(table))
    for other in beside:
        ax.plot(places, beside[other], "o-", color=style.UNCLEAR_COLOUR, linewidth=1, markersize=2.5)
    if {"low", "high"} <= set(table):
        ax.fill_between(places, table["low"], table["high"], color=style.ACCENT, alpha=0.18, linewidth=0)
    ax.plot(places, table[column], "o-", color=style.ACCENT, linewidth=1.8, markersize=4)
    tops = [table["high" if "high" in table else column].max(), *ends.values()]
    ax.set_ylim(0, 1.15 * max([1e-9, *(top for top in tops if not np.isnan(top))]))
    _write_course(ax, ends, labels, name)
    ax.set_xlim(-0.3, len(table) - 0.7)
    ax.set_xticks(places, [str(year) for year in table.index], fontsize=TEXT_POINTS)
    ax.tick_params(length=0)
    ax.yaxis.set_visible(False)
    ax.spines["left"].set_visible(False)
    return Panel(title, measure, figure, table, see)


def parts(
    table: pd.DataFrame, wholes: Sequence[str], *, title: str, measure: str = "", see: str = ""
) -> Panel | None:
    """Draw how the same groups share two or three wholes: a full bar each, the first group first.

    Parameters
    ----------
    table : DataFrame
        Its index names the groups, such as grades; counts.
    wholes : sequence of str
        Columns, such as ``["consultations", "contacts"]``; one with a withheld number is left out.
    """
    known = [
        column for column in wholes if len(table) and table[column].notna().all() and table[column].sum()
    ]
    if not known:
        return None
    figure = Figure(figsize=(WIDTH_INCHES, HEIGHT_INCHES))
    ax = _axes(
        figure, 0.03, WIDTH_INCHES - 0.03, HEIGHT_INCHES - 0.55 * len(known) - 0.1, HEIGHT_INCHES - 0.1
    )
    ax.set_ylim(len(known) - 0.5, -0.5)
    ax.set_axis_off()
    colours = list(style.grade_colours([str(group) for group in table.index][::-1]).values())[::-1]
    left = np.zeros(len(known))
    for group, colour in zip(table.index, colours, strict=True):
        width = np.array([table.loc[group, column] / table[column].sum() for column in known])
        ax.barh(np.arange(len(known)), width, left=left, color=colour, edgecolor=style.PAPER, height=0.42)
        _write_parts(ax, left, width, colour, language.grade_label(str(group)))
        left += width
    for row, column in enumerate(known):
        _write(ax, language.term(column), (0, row - 0.21), (0, 2), va="bottom")
    ax.set_xlim(0, 1)
    return Panel(title, measure, figure, table, see)


# --- parts of a drawing


def _width(words: str) -> float:
    return style.text_width(words, TEXT_POINTS)


def _printed(value: float, column: str) -> str:
    return language.protected() if pd.isna(value) else language.formatted(value, column)


def _signed(value: float, column: str) -> str:
    """Return a change with its sign; a difference of shares in percentage points."""
    if column == "difference":
        return language.formatted(value, "difference")
    return f"{value:+,.0f}".replace("-", "−") if value else "0"


def _write(
    ax: Axes,
    words: str,
    place: tuple[float, float],
    shift: tuple[float, float] = (0, 0),
    *,
    rows: bool = False,
    color: str = style.INK,
    ha: str = "left",
    va: str = "center_baseline",
) -> None:
    """Write words so many points from a place; with `rows` its x is a part of the drawing's width."""
    across = ax.get_yaxis_transform() if rows else "data"
    ax.annotate(
        words,
        place,
        shift,
        xycoords=across,
        textcoords="offset points",
        fontsize=TEXT_POINTS,
        color=color,
        ha=ha,
        va=va,
        annotation_clip=False,
    )


def _axes(figure: Figure, left: float, right: float, bottom: float, top: float) -> Axes:
    width, height = figure.get_size_inches()
    return figure.add_axes((left / width, bottom / height, (right - left) / width, (top - bottom) / height))


def _largest(table: pd.DataFrame, column: str) -> tuple[pd.DataFrame, int]:
    if len(table) <= MOST_ROWS:
        return table, 0
    by = "consultations" if "consultations" in table else column
    kept = table.sort_values(by, ascending=False, kind="stable").index[: MOST_ROWS - 1]
    return table[table.index.isin(kept)], len(table) - (MOST_ROWS - 1)


def _verdicts(table: pd.DataFrame, versus: pd.DataFrame | None) -> list[str]:
    if versus is None or "verdict" not in versus:
        return [""] * len(table)
    return [str(versus["verdict"].get(group, "")) for group in table.index]


def _row_colours(table: pd.DataFrame, verdicts: Sequence[str], judged: bool) -> list[str]:
    if judged:
        by_verdict = {HIGHER: style.HIGHER_COLOUR, LOWER: style.LOWER_COLOUR}
        return [by_verdict.get(verdict, style.EARLIER_EDGE) for verdict in verdicts]
    if table.index.name == "grade":
        colours = style.grade_colours([str(grade) for grade in table.index][::-1])
        return [colours[str(grade)] for grade in table.index]
    return [style.ACCENT] * len(table)


def _shorten(names: Sequence[str], room: float, lines: int) -> list[str]:
    """Return names on so many lines: the first words of a long one, where they tell it from the others."""
    worded = [_keep_words(name, room, lines) for name in names]
    return [
        word if word and worded.count(word) == 1 else _cut(name, room, lines)
        for name, word in zip(names, worded, strict=True)
    ]


def _keep_words(name: str, room: float, lines: int) -> str:
    """Return the first words that have room, none that leads on to what is left out; empty for none."""
    kept = name.split()
    while kept:
        told = style.wrap(" ".join(kept), room, TEXT_POINTS)
        is_whole = len(kept) == len(name.split())
        if len(told) <= lines and (is_whole or kept[-1] not in LEADING_ON):
            return "\n".join(told)
        kept.pop()
    return ""


def _cut(name: str, room: float, lines: int) -> str:
    """Return a name on so many lines; what has no room is left out, of one line its end."""
    if lines > 1 or _width(name) <= room:
        return style.shorten(name, room, TEXT_POINTS)
    kept = name
    while kept and _width(kept + "…") > room:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def _begin_rows(
    table: pd.DataFrame, labels: Sequence[str], left_out: int, *, both: bool = False
) -> tuple[Figure, Axes]:
    """Start a drawing of rows: a name, room to draw, room for a number."""
    grades = table.index.name == "grade"
    told = [
        language.capital(language.grade_name(str(group))) if grades else language.name(str(group))
        for group in table.index
    ]
    rows, note = max(len(table), 1), LINE_INCHES if left_out else 0.0
    room = HEIGHT_INCHES - note - 0.04
    height = min(room, 0.4 * rows)
    lines = 2 if height / rows >= TWO_LINES_INCHES else 1
    told = _shorten([name.replace("\n", " ") for name in told], NAME_INCHES, lines)
    left = max((_width(line) for name in told for line in name.split("\n")), default=0.0) + 2 * GAP_INCHES
    numbers = max(map(_width, labels), default=0.0)
    right = WIDTH_INCHES - (GAP_INCHES if both else numbers + 2 * GAP_INCHES)
    figure = Figure(figsize=(WIDTH_INCHES, HEIGHT_INCHES))
    ax = _axes(figure, left, right, HEIGHT_INCHES - 0.02 - height, HEIGHT_INCHES - 0.02)
    ax.set_ylim(rows - 0.5, -0.5)
    ax.yaxis.set_visible(False)
    ax.xaxis.set_visible(False)
    for side in ("bottom", "left"):
        ax.spines[side].set_visible(False)
    for row, name in enumerate(told):
        _write(ax, name, (0, row), (-GAP_INCHES * 72, 0), rows=True, ha="right")
    if left_out:
        note_said = text(zh=f"另有{left_out}项，见正文", en=f"{left_out} more in the report")
        figure.text(0.03, 0.02, note_said, fontsize=TEXT_POINTS, color=style.GREY, va="bottom")
    return figure, ax


def _write_ends(ax: Axes, labels: Sequence[str]) -> None:
    """Write each row's number in a column at the right."""
    for row, label in enumerate(labels):
        _write(ax, label, (1, row), (3, 0), rows=True)


def _widen(ax: Axes, values: np.ndarray, labels: Sequence[str]) -> None:
    """Set the ends of an axis so that each label fits beyond its bar."""
    drawing = ax.get_position().width * WIDTH_INCHES
    most, least = max(0.0, *values, 0.0), min(0.0, *values, 0.0)
    ends = [(value < 0, _width(label) + 0.08) for value, label in zip(values, labels, strict=True)]
    below, above = (max((room for side, room in ends if side == low), default=0.0) for low in (True, False))
    span = max(most - least, 1e-9) / max(drawing - below - above, 0.2)  # data to an inch
    ax.set_xlim(least - below * span, most + above * span)


def _write_tops(ax: Axes, values: np.ndarray, tops: np.ndarray, column: str) -> None:
    """Write each number above its column, or above the end of its interval."""
    labels = [_printed(value, column) for value in values]
    ax.set_xlim(-0.6, len(values) - 0.4)
    ax.set_ylim(0, max(1e-9, np.nanmax(tops)) * 1.02)
    slot = (WIDTH_INCHES - 0.08) / len(values)
    fits = max(map(_width, labels)) + 0.03 <= slot
    told = range(len(values)) if fits else {int(np.nanargmax(values)), int(np.nanargmin(values))}
    for place in told:
        half = _width(labels[place]) / 2 / slot
        middle = min(max(place, half - 0.6), len(values) - 0.4 - half)
        top = np.nan_to_num(tops[place])
        _write(ax, labels[place], (middle, top), (0, 2), ha="center", va="bottom")


def _write_course(ax: Axes, ends: dict[str, float], labels: dict[str, str], own: str) -> None:
    """Write names and numbers at the right ends of the lines, spread so that none covers another."""
    upper = ax.get_ylim()[1]
    least = upper * LINE_INCHES / (ax.get_position().height * HEIGHT_INCHES)
    order = sorted(ends, key=lambda who: ends[who])
    places: list[float] = []
    for who in order:
        places.append(max(ends[who], places[-1] + least if places else 0.0))
    over = max((places[-1] if places else 0.0) - upper, 0.0)
    for who, place in zip(order, places, strict=True):
        colour = style.ACCENT if who == own else style.GREY
        _write(ax, labels[who], (1, place - over), (3, 0), rows=True, color=colour)


def _write_parts(ax: Axes, left: np.ndarray, width: np.ndarray, colour: str, name: str) -> None:
    """Write shares in per cent into the segments that have room, and the group's name below the first bar."""
    drawing = ax.get_position().width * WIDTH_INCHES
    for row, (start, share) in enumerate(zip(left, width, strict=True)):
        label = language.formatted(share, "share").removesuffix("%")
        if _width(label) + 0.02 < share * drawing:
            _write(ax, label, (start + share / 2, row), ha="center", color=style.readable_on(colour))
    if _width(name) < width[0] * drawing + 0.06:
        middle = left[0] + width[0] / 2
        _write(ax, name, (middle, 0.21), (0, -1), ha="center", va="top", color=style.GREY)


origin.trace_module(globals())
