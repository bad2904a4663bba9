"""Tidy table → figure. Every function returns a matplotlib Figure that a cell may go on changing.

All are laid out in inches from the measured width of their texts: nothing is cut off and nothing overlaps
whatever the data are, and no layout engine needs to draw a figure twice. The title states the finding, the
line below it the measure and its unit; numbers and names stand where they belong instead of in a legend.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from . import language, style
from .conversion import Measure
from .language import text

# Inches.
_MARGIN = 0.06  # around a figure
_GAP = 0.14  # between names, drawing and columns of numbers
_NAMES = 1.5  # the widest column of names
_TALLEST = 7.0  # all rows together: the page holds a title and a caption, too
_LINE = style.TEXT * style.LEADING / 72


def grade_distribution(grades: pd.DataFrame, title: str = "") -> Figure:
    """Draw how many consultations have each grade, highest grade on top.

    Parameters
    ----------
    grades : DataFrame
        See `conversion.grades`.
    title : str
        The finding, one line.
    """
    numbers = {
        _count_head(): [_count_label(count) for count in grades["consultations"]],
        language.term("share"): [_share_label(row) for row in grades.itertuples()],
    }
    names, colours = _grade_labels(grades.index)
    measure = text(zh="各等级咨询数（条）及占比", en="Consultations by grade, and share of all")
    figure, ax = _rows(names, numbers, title, measure)
    counts = grades["consultations"].fillna(0).to_numpy(float)
    ax.barh(np.arange(len(names)), counts, color=colours, height=0.7)
    ax.set_xlim(0, max([1, *counts]))
    ax.xaxis.set_visible(False)
    return figure


def conversion_by_grade(by_grade: pd.DataFrame, title: str = "") -> Figure:
    """Draw the conversion rate of each grade with its interval, highest grade on top.

    Parameters
    ----------
    by_grade : DataFrame
        See `conversion.by_grade`.
    title : str
        The finding, one line.
    """
    names, colours = _grade_labels(by_grade.index)
    measure = Measure()
    figure, ax = _rows(names, _rate_numbers(by_grade, measure), title, _with_interval(measure), scale=True)
    ax.barh(np.arange(len(names)), by_grade["rate"].fillna(0).to_numpy(float), color=colours, height=0.7)
    _bar_intervals(ax, by_grade, colours)
    _percent_scale(ax, "x", _upper(by_grade["high"]))
    return figure


def rates(table: pd.DataFrame, measure: Measure, average: float, title: str = "") -> Figure:
    """Draw a measure by group as points with intervals, highest rate on top.

    Of more groups than a page holds, the largest are drawn and the others counted below the figure.

    Parameters
    ----------
    table : DataFrame
        See `conversion.by`.
    measure : Measure
        Names the rate.
    average : float
        The measure over all consultations, drawn as a line.
    title : str
        The finding, one line.
    """
    shown = _largest(table)
    shown = shown.sort_values(["rate", "consultations"], ascending=False, kind="stable", na_position="last")
    names = [language.name(str(group)) for group in shown.index]
    figure, ax = _rows(
        names,
        _rate_numbers(shown, measure),
        title,
        _with_interval(measure),
        scale=True,
        note=_left_out(len(table) - len(shown)),
    )
    positions = np.arange(len(shown))
    _intervals(ax, positions, shown, vertical=False)
    ax.plot(shown["rate"], positions, "o", color=style.ACCENT, markersize=5.5, clip_on=False)
    for label, row in zip(ax.get_yticklabels(), shown.itertuples(), strict=True):
        label.set_color(style.GREY if pd.isna(row.rate) else style.INK)
    _percent_scale(ax, "x", _upper([*shown["high"], average]))
    if not np.isnan(average):
        _mark_average(ax, average)
    return figure


def score_shares(shares: pd.DataFrame, title: str = "") -> Figure:
    """Draw how often each score was given, one stacked bar a dimension.

    Parameters
    ----------
    shares : DataFrame
        See `conversion.score_shares`.
    title : str
        The finding, one line.
    """
    table = shares.pivot(index="dimension", columns="score", values="share").fillna(0.0)
    table = table.loc[list(dict.fromkeys(shares["dimension"]))]
    protected = table.sum(axis=1) < 1 - 1e-9
    measure = text(zh="各分值咨询占比", en="Share of consultations given each score")
    if protected.any():
        measure += text(zh="（斜线部分不公布）", en=" (hatched: not published)")
    names = [language.term(dimension) for dimension in table.index]
    figure, ax = _rows(names, {}, title, measure, height=0.42, top=0.38)
    colours = list(style.grade_colours([str(score) for score in table.columns]).values())
    left = np.zeros(len(table))
    for score, colour in zip(table.columns, colours, strict=True):
        width = table[score].to_numpy(float)
        ax.barh(np.arange(len(table)), width, left=left, color=colour, edgecolor=style.PAPER, height=0.76)
        _write_shares(ax, left, width, colour)
        left += width
    _mark_protected(ax, left)
    _score_key(ax, [_score_name(score) for score in table.columns], colours)
    ax.set_xlim(0, 1)
    ax.spines["left"].set_visible(False)
    ax.xaxis.set_visible(False)
    return figure


def rates_by_score(table: pd.DataFrame, measure: Measure, title: str = "") -> Figure:
    """Draw a measure against the score, one panel a dimension, three panels a row.

    Parameters
    ----------
    table : DataFrame
        See `conversion.by_score`.
    measure : Measure
        Names the rate.
    title : str
        The finding, one line.
    """
    dimensions = list(dict.fromkeys(table["dimension"])) or [""]
    rows = [dimensions[start : start + 3] for start in range(0, len(dimensions), 3)]
    upper = _upper(table["high"])
    left = _scale_width(upper)
    across = (style.WIDTH - left - _MARGIN - 2 * _GAP) / 3
    heads = [[style.shorten(language.term(name), across) for name in row] for row in rows]
    top = max(head.count("\n") + 1 for row in heads for head in row) * _LINE + 0.08
    height = top + 1.5 + 0.28
    scores = text(zh="，按分值", en=", by score")
    sheet = _sheet(height * len(rows), title, _with_interval(measure) + scores)
    for line, (row, names) in enumerate(zip(rows, heads, strict=True)):
        for place, (dimension, head) in enumerate(zip(row, names, strict=True)):
            start = left + place * (across + _GAP)
            ax = sheet.panel(start, start + across, line * height + top, line * height + top + 1.5)
            _score_panel(ax, table[table["dimension"] == dimension], upper, labelled=place == 0)
            ax.set_title(head, pad=6, linespacing=1.25)
    return sheet.figure


def calibration(table: pd.DataFrame, title: str = "") -> Figure:
    """Draw the conversion rate against the composite, a point for each tenth.

    Parameters
    ----------
    table : DataFrame
        See `validity.calibration`.
    title : str
        The finding, one line.
    """
    upper, measure = _upper(table["high"]), Measure()
    of_tenths = text(zh="，按综合评分十等分组", en=", by tenth of the composite")
    sheet = _sheet(2.6, title, _with_interval(measure) + of_tenths)
    ax = sheet.panel(_scale_width(upper), style.WIDTH - _MARGIN - 0.1, 0.05, 2.1)
    known = table[table["rate"].notna()]
    places = known["composite"].to_numpy(float)
    _intervals(ax, places, known, vertical=True)
    ax.plot(places, known["rate"], "o-", color=style.ACCENT, markersize=5)
    _percent_scale(ax, "y", upper)
    ax.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    ax.set_xlabel(text(zh="平均综合评分（分）", en="Mean composite"))
    return sheet.figure


def months(table: pd.DataFrame, measure: Measure, title: str = "") -> Figure:
    """Draw consultations and a measure by month, one above the other.

    Parameters
    ----------
    table : DataFrame
        See `conversion.monthly`; an index of periods may run over several years.
    measure : Measure
        Names the lower axis.
    title : str
        The finding, one line.
    """
    heads = style.wrap(_with_interval(measure), style.WIDTH - 2 * _MARGIN)
    top = 2.0 + len(heads) * _LINE
    sheet = _sheet(top + 1.65, title, "")
    sheet.write([text(zh="咨询数（条）", en="Consultations")], 0.0)
    sheet.write(heads, 1.95)
    names, upper, most = list(map(_month_name, table.index)), _upper(table["high"]), table["received"].max()
    most = (1 if np.isnan(most) else max(most, 1)) * 1.18
    left = max(_scale_width(upper), _MARGIN + _widest(map(_count_label, _ticks(most, 4, whole=True))) + 0.08)
    right = style.WIDTH - _MARGIN
    if _step(names, right - left) > 1:
        right -= _widest(names[-1:]) / 2  # the last name may reach beyond its bar
    counts = sheet.panel(left, right, 0.26, 1.75)
    rates = sheet.panel(left, right, top + 0.05, top + 1.35)
    _count_bars(counts, table["received"].to_numpy(float), most)
    places = np.arange(len(table))
    slot = (right - left) / max(len(table), 1)
    _intervals(rates, places, table, vertical=True, ends=min(8.0, 0.6 * 72 * slot))
    rates.plot(places, table["rate"], "o-", color=style.ACCENT, markersize=4.5)
    _percent_scale(rates, "y", upper)
    rates.set_xlim(counts.get_xlim())
    step = _step(names, right - left)
    rates.set_xticks(places[::step], names[::step])
    return sheet.figure


def workload(contacts: pd.DataFrame, title: str = "") -> Figure:
    """Draw each grade's share of the consultations beside its share of the contacts.

    Parameters
    ----------
    contacts : DataFrame
        See `workload.contacts`.
    title : str
        The finding, one line.
    """
    names, _ = _grade_labels(contacts.index)
    measure = text(
        zh="各等级的咨询数（条）与全年回访次数（次），括号内为占比",
        en="Consultations and contacts a year by grade, with their shares of all",
    )
    figure, ax = _rows(names, {}, title, measure, height=0.5)
    positions, ends = np.arange(len(contacts)), []
    for column, colour, offset in (
        ("consultations", style.GRID, -0.2),
        ("contacts", style.ACCENT, 0.2),
    ):
        shares = (contacts[column] / max(contacts[column].sum(), 1)).fillna(0).to_numpy(float)
        ax.barh(positions + offset, shares, color=colour, height=0.36)
        for place, share, count in zip(positions + offset, shares, contacts[column], strict=True):
            label = _effort_label(column, count, share)
            ax.annotate(label, (share, place), (4, 0), textcoords="offset points", va="center_baseline")
            ends.append((share, style.text_width(label) + 0.1))
    ax.set_xlim(0, _room_for(ends, ax.get_position().width * style.WIDTH))
    ax.xaxis.set_visible(False)
    return figure


# How a figure is laid out


@dataclass(frozen=True)
class _Sheet:
    """A figure with its head and foot set; distances below are inches, from the left and down the body."""

    figure: Figure
    height: float
    head: float

    def panel(self, left: float, right: float, top: float, bottom: float) -> Axes:
        """Return axes with their edges at these distances."""
        lower = self.height - self.head - bottom
        width, height = (right - left) / style.WIDTH, (bottom - top) / self.height
        return self.figure.add_axes((left / style.WIDTH, lower / self.height, width, height))

    def write(self, lines: Sequence[str], top: float) -> None:
        """Write grey lines across the body."""
        _write(self.figure, lines, self.height - self.head - top)


def _sheet(body: float, title: str, measure: str, note: str = "") -> _Sheet:
    """Start a figure: finding and measure above a body of so many inches, note and source below it."""
    room = style.WIDTH - 2 * _MARGIN
    findings = style.wrap(title, room, style.TITLE) if title else []
    measures = style.wrap(measure, room) if measure else []
    feet = [line for part in (note, style.source()) if part for line in style.wrap(part, room)]
    titled = len(findings) * style.TITLE * style.LEADING / 72
    titled += 0.04 if findings and measures else 0
    head = _MARGIN + titled + len(measures) * _LINE + (0.04 if findings or measures else 0)
    foot = _MARGIN + (len(feet) * _LINE + 0.06 if feet else 0)
    height = head + body + foot
    figure = Figure(figsize=(style.WIDTH, height))
    if findings:
        figure.suptitle(
            "\n".join(findings),
            x=_MARGIN / style.WIDTH,
            y=1 - _MARGIN / height,
            ha="left",
            va="top",
            fontsize=style.TITLE,
            linespacing=1.3,
        )
    _write(figure, measures, height - _MARGIN - titled)
    _write(figure, feet, foot - 0.06)
    return _Sheet(figure, height, head)


def _write(figure: Figure, lines: Sequence[str], top: float) -> None:
    """Write grey lines, each a text of its own, from so many inches above the figure's lower edge."""
    width, height = figure.get_size_inches()
    for number, line in enumerate(lines):
        place = (top - number * _LINE) / height
        figure.text(_MARGIN / width, place, line, color=style.GREY, va="top")


def _rows(
    names: Sequence[str],
    numbers: Mapping[str, Sequence[str]],
    title: str,
    measure: str,
    *,
    scale: bool = False,
    height: float = 0.29,
    top: float = 0.0,
    note: str = "",
) -> tuple[Figure, Axes]:
    """Lay out a row a name, the first on top: the name, room to draw, then columns of numbers with heads."""
    labels = [style.shorten(name, _NAMES) for name in names]
    height = _row_height(labels, height)
    widths = [_widest([head, *cells]) for head, cells in numbers.items()]
    left = _MARGIN + _widest(line for label in labels for line in label.split("\n")) + _GAP
    right = style.WIDTH - _MARGIN - sum(width + _GAP for width in widths)
    top = top or (_LINE if numbers else 0.04)
    body = top + max(len(names), 1) * height
    sheet = _sheet(body + (0.26 if scale else 0), title, measure, note)
    ax = sheet.panel(left, right, top, body)
    ax.set_ylim(max(len(names), 1) - 0.5, -0.5)
    ax.set_yticks(np.arange(len(names)), labels, linespacing=1.2)
    ax.tick_params(length=0)
    ax.spines["bottom"].set_visible(False)
    _write_numbers(ax, numbers, widths)
    if not names:
        ax.text(0.5, 0.5, text(zh="没有数据", en="No data"), transform=ax.transAxes, ha="center", va="center")
    return sheet.figure, ax


def _write_numbers(ax: Axes, numbers: Mapping[str, Sequence[str]], widths: Sequence[float]) -> None:
    """Write columns of numbers to the right of the drawing, aligned at their right ends."""
    drawing = ax.get_position().width * style.WIDTH
    place = 1.0
    for (head, cells), width in zip(numbers.items(), widths, strict=True):
        place += (width + _GAP) / drawing
        ax.annotate(
            head,
            (place, 1),
            (0, 4),
            xycoords="axes fraction",
            textcoords="offset points",
            ha="right",
            va="bottom",
            color=style.GREY,
        )
        for row, cell in enumerate(cells):
            ax.text(place, row, cell, transform=ax.get_yaxis_transform(), ha="right", va="center_baseline")


def _widest(lines: Iterable[str]) -> float:
    return max(map(style.text_width, lines), default=0.0)


def _row_height(labels: Iterable[str], least: float = 0.29) -> float:
    return max(least, 2 * _LINE + 0.04) if any("\n" in label for label in labels) else least


def _largest(table: pd.DataFrame) -> pd.DataFrame:
    """Return the largest groups of a table, as many as a page holds."""
    most = _TALLEST / _row_height(style.shorten(language.name(str(name)), _NAMES) for name in table.index)
    return table.sort_values("consultations", ascending=False, kind="stable").head(int(most))


def _left_out(groups: int) -> str:
    if not groups:
        return ""
    return text(
        zh=f"其余{groups}组较小，见图中数据", en=f"{groups} smaller groups: see the data of this figure"
    )


def _room_for(ends: Iterable[tuple[float, float]], width: float) -> float:
    """Return the end of an axis `width` inches long on which every label fits beside the end of its bar.

    Each label is given by the value where its bar ends and by its own width in inches.
    """
    return max([0.01, *(value / max(1 - label / width, 0.1) for value, label in ends)])


# What a figure says


def _grade_labels(grades: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return names and colours of grades that are given highest first."""
    colours = style.grade_colours(list(grades)[::-1])
    return [language.capital(language.grade_name(grade)) for grade in grades], [
        colours[grade] for grade in grades
    ]


def _with_interval(measure: Measure) -> str:
    return text(zh=f"{measure.label}及95%置信区间", en=f"{measure.label} with 95% confidence interval")


def _count_head() -> str:
    return text(zh="咨询数", en="n")


def _count_label(count: float) -> str:
    return language.PROTECTED if pd.isna(count) else f"{count:,.0f}"


def _share_label(row: Any) -> str:
    return "" if pd.isna(row.consultations) else language.formatted(row.share, "share")


def _rate_label(row: Any) -> str:
    """Print a rate; of a group that has consultations it is missing only where it is protected."""
    if pd.isna(row.rate) and row.consultations != 0:
        return language.PROTECTED
    return language.formatted(row.rate, "rate")


def _rate_numbers(table: pd.DataFrame, measure: Measure) -> dict[str, list[str]]:
    head = measure.label if style.text_width(measure.label) < 0.8 else language.term("rate")
    return {
        head: [_rate_label(row) for row in table.itertuples()],
        _count_head(): [_count_label(count) for count in table["consultations"]],
    }


def _score_name(score: Any) -> str:
    return text(zh=f"{score}分", en=str(score)) if pd.api.types.is_number(score) else str(score)


def _effort_label(column: str, count: float, share: float) -> str:
    if pd.isna(count):
        return language.PROTECTED
    number, part = f"{count:,.0f}", language.formatted(share, "share")
    unit = {"consultations": "条", "contacts": "次"}[column]
    return text(zh=f"{number}{unit}（{part}）", en=f"{number} {column} ({part})")


# How it is drawn


def _intervals(
    ax: Axes, positions: np.ndarray, table: pd.DataFrame, *, vertical: bool, ends: float = 8.0
) -> None:
    """Draw intervals with ends wider than a point, so that even the shortest can be seen."""
    line, cap = (ax.vlines, "_") if vertical else (ax.hlines, "|")
    line(positions, table["low"], table["high"], color=style.ACCENT, linewidth=1.4)
    for end in (table["low"], table["high"]):
        places = (positions, end) if vertical else (end, positions)
        ax.plot(*places, cap, color=style.ACCENT, markersize=ends, markeredgewidth=1.2, clip_on=False)


def _bar_intervals(ax: Axes, table: pd.DataFrame, colours: Sequence[str]) -> None:
    """Draw each interval in a colour that shows on its bar, and in ink beyond the bar's end."""
    rows, inside = np.arange(len(table)), [style.readable_on(colour) for colour in colours]
    ax.hlines(rows, table["low"], table["rate"], colors=inside, linewidth=1.4)
    ax.hlines(rows, table["rate"], table["high"], colors=style.INK, linewidth=1.4)
    ax.vlines(table["low"], rows - 0.16, rows + 0.16, colors=inside, linewidth=1.2)
    ax.vlines(table["high"], rows - 0.16, rows + 0.16, colors=style.INK, linewidth=1.2, clip_on=False)


def _mark_average(ax: Axes, average: float) -> None:
    """Draw a dashed line and name it above, within the width of the drawing."""
    ax.axvline(average, color=style.GREY, linewidth=1, linestyle=(0, (4, 3)), zorder=0)
    label = text(zh="全体", en="All ") + language.formatted(average, "rate")
    drawing = ax.get_position().width * style.WIDTH
    half = style.text_width(label) / 2 / drawing
    place = min(max(average / ax.get_xlim()[1], half), max(1 - half, half))
    ax.annotate(
        label,
        (place, 1),
        (0, 4),
        xycoords="axes fraction",
        textcoords="offset points",
        ha="center",
        va="bottom",
        color=style.GREY,
    )


def _write_shares(ax: Axes, left: np.ndarray, width: np.ndarray, colour: str) -> None:
    """Write each share into its segment of the stacked bars, where it fits."""
    drawing = ax.get_position().width * style.WIDTH
    for position, (start, share) in enumerate(zip(left, width, strict=True)):
        label = f"{share:.0%}"
        if style.text_width(label) + 0.06 < share * drawing:
            ax.text(
                start + share / 2,
                position,
                label,
                ha="center",
                va="center_baseline",
                color=style.readable_on(colour),
            )


def _mark_protected(ax: Axes, shown: np.ndarray) -> None:
    """Fill what is missing to the whole of each stacked bar: segments that are not told apart."""
    for position, share in enumerate(shown):
        if share < 1 - 1e-9:
            ax.barh(
                position,
                1 - share,
                left=share,
                color=style.PAPER,
                edgecolor=style.GREY,
                hatch="////",
                height=0.76,
            )


def _score_key(ax: Axes, labels: Sequence[str], colours: Sequence[str]) -> None:
    """Draw the scale of scores above the bars: every score has its place, however rare it is."""
    step = 1 / max(len(labels), 1)
    room = step * ax.get_position().width * style.WIDTH - 0.04
    for number, (label, colour) in enumerate(zip(labels, colours, strict=True)):
        ax.barh(-0.66, step, 0.1, number * step, color=colour, edgecolor=style.PAPER, clip_on=False)
        cut = label if style.text_width(label) <= room else style.shorten(label, room).split("\n")[0]
        ax.annotate(
            cut,
            ((number + 0.5) * step, -0.72),
            (0, 2),
            textcoords="offset points",
            ha="center",
            va="bottom",
            color=style.GREY,
            annotation_clip=False,
        )


def _score_panel(ax: Axes, rows: pd.DataFrame, upper: float, *, labelled: bool) -> None:
    scores = np.arange(len(rows))
    _intervals(ax, scores, rows, vertical=True)
    ax.plot(scores, rows["rate"], "o-", color=style.ACCENT, markersize=5)
    _percent_scale(ax, "y", upper)
    if not labelled:
        ax.set_yticklabels([])
    ax.set_xlim(-0.5, max(len(rows), 1) - 0.5)
    ax.set_xticks(scores, [str(score) for score in rows["score"]])
    for place, row in zip(scores, rows.itertuples(), strict=True):
        if _rate_label(row) == language.PROTECTED:
            ax.annotate(language.PROTECTED, (place, 0), (0, 3), textcoords="offset points", ha="center")


def _count_bars(ax: Axes, counts: np.ndarray, most: float) -> None:
    """Draw a bar a month with its count; where these have no room, only the highest has one."""
    ax.bar(np.arange(len(counts)), np.nan_to_num(counts), color=style.ACCENT, width=0.7)
    ax.set_xlim(-0.6, max(len(counts), 1) - 0.4)
    ax.set_xticks([])
    ticks = _ticks(most, 4, whole=True)
    _scale(ax, "y", ticks, list(map(_count_label, ticks)), most)
    labels = list(map(_count_label, counts))
    reach = _widest(labels) / (ax.get_position().width * style.WIDTH) * max(len(counts), 1)
    for place in range(len(counts)) if reach < 1 else [int(np.nan_to_num(counts, nan=-1).argmax())]:
        middle = min(max(place, reach / 2 - 0.6), len(counts) - 0.4 - reach / 2)
        top = np.nan_to_num(counts[place])
        ax.annotate(
            labels[place], (middle, top), (0, 2), textcoords="offset points", ha="center", va="bottom"
        )


def _month_name(month: Any) -> str:
    if isinstance(month, pd.Period):
        return month.strftime("%Y-%m")
    return language.month(month, short=True)


def _step(names: Sequence[str], width: float) -> int:
    """Return 1 if all names have room side by side on so many inches; 2, 3 … if every second, third … has."""
    return max(int(np.ceil((_widest(names) + 0.04) * len(names) / width)), 1)


def _upper(rates: Iterable[float]) -> float:
    """Return the end of a rate axis that begins at zero: just above the highest interval."""
    known = [rate for rate in rates if not np.isnan(rate)]
    return min(max(max(known) * 1.06, 0.05), 1.02) if known else 1.0


def _ticks(upper: float, most: int, *, whole: bool = False) -> list[float]:
    ticks = MaxNLocator(most, steps=[1, 2, 5, 10], integer=whole).tick_values(0, upper)
    return [tick for tick in ticks if 0 <= tick <= upper]


def _percent_labels(ticks: Iterable[float]) -> list[str]:
    return [f"{round(100 * tick, 6):g}%" for tick in ticks]


def _scale_width(upper: float) -> float:
    """Return how much room a rate axis at the left takes, in inches."""
    return _MARGIN + _widest(_percent_labels(_ticks(upper, 4))) + 0.08


def _percent_scale(ax: Axes, which: str, upper: float) -> None:
    length = ax.get_position().width * style.WIDTH if which == "x" else 0
    ticks = _ticks(upper, max(int(length / 0.6), 2) if which == "x" else 4)
    _scale(ax, which, ticks, _percent_labels(ticks), upper)


def _scale(ax: Axes, which: str, ticks: Sequence[float], labels: Sequence[str], upper: float) -> None:
    """Give an axis that begins at zero these ticks, as fine lines across the drawing."""
    axis: Axis = ax.xaxis if which == "x" else ax.yaxis
    axis.set_ticks(list(ticks), labels)
    axis.set_tick_params(length=0)
    axis.grid(True)
    getattr(ax, f"set_{which}lim")(0, upper)
    ax.spines["bottom" if which == "x" else "left"].set_visible(False)
