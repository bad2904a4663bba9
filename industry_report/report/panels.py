"""Small multiples and plots of change: tidy table → figure. Every function returns a matplotlib Figure.

Of more groups or sides than a page holds the first are drawn and the others counted below the figure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from numbers import Integral
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from ..analysis.conversion import Measure
from ..base import language, origin, style
from ..base.language import text
from . import layout

PANEL_INCHES = 1.3  # height of a panel of years
SIDE_ROW_INCHES = 0.24  # a side in a panel of regions
APART_INCHES = 0.4  # between panels that each have a scale of rates below
MARKS = ("▲", "□", "○", "▼")  # what is claimed is filled, so that the figure needs no colour
_DRAWN = {"▲": "^", "□": "s", "○": "o", "▼": "v"}


def demand(table: pd.DataFrame, title: str = "") -> Figure:
    """Draw which share of all consultations each group makes up, with intervals, largest on top.

    Parameters
    ----------
    table : DataFrame
        See `market.demand`. A number that is withheld shows as an ellipsis.
    title : str
        The finding, one line.
    """
    names = [language.name(str(group)) for group in table.index]
    most = layout.rows_on_a_page(names)
    shown = table.head(most)
    numbers = {
        language.term("share"): [_share(rate) for rate in shown["rate"]],
        text(zh="咨询数", en="n"): [_count(count) for count in shown["asked"]],
    }
    measure = text(zh="占比及95%置信区间", en="Share of all consultations with 95% confidence interval")
    note = layout.count_left_out(len(table) - len(shown))
    figure, ax = layout.begin_rows(names[:most], numbers, title, measure, scale=True, note=note)
    places = np.arange(len(shown))
    ax.barh(places, shown["rate"].fillna(0), color=style.GRID, height=0.7)
    layout.draw_intervals(ax, places, shown, vertical=False)
    layout.set_rate_scale(ax, "x", layout.end_of_rates(shown["high"]))
    return figure


def directions(table: pd.DataFrame, words: dict[str, str], title: str = "") -> Figure:
    """Draw the change of each share with its interval; a filled mark where a direction is claimed.

    Parameters
    ----------
    table : DataFrame
        See `market.directions`; rows without a change are left out.
    words : dict of str to str
        Direction → what it is called, for the key: the one that points up first, the one that points down
        last.
    title : str
        The finding, one line.
    """
    known = table[table["difference"].notna()]
    names = [language.name(str(group)) for group in known["group"]]
    shown = known.head(layout.rows_on_a_page(names))
    head = text(zh="百分点", en="Points")
    numbers = {head: [language.formatted(value, "difference") for value in shown["difference"]]}
    key = "  ".join(f"{mark} {word}" for mark, word in zip(MARKS, words.values(), strict=True))
    measure = text(
        zh=f"占比之差（个百分点）及95%置信区间  {key}",
        en=f"Change of share (percentage points) with 95% confidence interval  {key}",
    )
    note = layout.count_left_out(len(known) - len(shown))
    figure, ax = layout.begin_rows(names[: len(shown)], numbers, title, measure, scale=True, note=note)
    ax.axvline(0, color=style.GREY, linewidth=1)
    points = shown[["difference", "low", "high"]] * 100
    layout.draw_intervals(ax, np.arange(len(shown)), points, vertical=False)
    for mark, direction in zip(MARKS, words, strict=True):
        mine = (shown["direction"] == direction).to_numpy()
        filled = style.ACCENT if mark in "▲▼" else style.PAPER
        ax.plot(points["difference"][mine], np.flatnonzero(mine), _DRAWN[mark],
                color=style.ACCENT, markerfacecolor=filled, markersize=6.5)  # fmt: skip
    _set_points_scale(ax)
    return figure


def overview(table: pd.DataFrame, measure: Measure, title: str, name: Callable[[Any], str]) -> Figure:
    """Draw the crude and the standardised rate of each side.

    Parameters
    ----------
    table : DataFrame
        Index the sides; ``consultations``, ``rate``, ``low``, ``high`` and, where there are some,
        ``standardised``.
    measure : Measure
        Names the scale.
    title : str
        The finding, one line.
    name : callable
        Side → what the figure calls it.
    """
    names = [name(side) for side in table.index]
    shown = table.head(layout.rows_on_a_page(names, 0.36))
    both = "standardised" in table
    numbers = {text(zh="实际", en="Crude"): [_share(rate) for rate in shown["rate"]]}
    if both:
        numbers[text(zh="标准化", en="Standardised")] = [_share(rate) for rate in shown["standardised"]]
    key = text(zh="  ● 实际  ◇ 标准化", en="  ● crude  ◇ standardised") if both else ""
    figure, ax = layout.begin_rows(
        names[: len(shown)],
        numbers,
        title,
        text(zh=f"{measure.label}及95%置信区间", en=f"{measure.label} with 95% confidence interval") + key,
        scale=True,
        height=0.36,
        note=layout.count_left_out(len(table) - len(shown)),
    )
    places = np.arange(len(shown))
    layout.draw_intervals(ax, places, shown, vertical=False)
    ax.plot(shown["rate"], places, "o", color=style.ACCENT, markersize=5.5)
    if both:
        ax.plot(shown["standardised"], places + 0.2, "D", color=style.ACCENT,
                markerfacecolor=style.PAPER, markersize=5)  # fmt: skip
    layout.set_rate_scale(ax, "x", layout.end_of_rates(shown["high"]))
    return figure


def rates(
    table: pd.DataFrame,
    measure_label: str,
    name: Callable[[Any], str],
    group_name: Callable[[Any], str],
    title: str = "",
) -> Figure:
    """Draw small multiples: a panel for each group, a point with interval for each side.

    Years run from left to right and are joined by a line; regions stand below each other, for their names
    need room. What is withheld leaves a gap.

    Parameters
    ----------
    table : DataFrame
        See `comparison.groups`.
    measure_label : str
        Names the scale.
    name, group_name : callable
        Side and group → what they are called.
    title : str
        The finding, one line.
    """
    measure = text(zh=f"{measure_label}及95%置信区间", en=f"{measure_label} with 95% confidence interval")
    sides = list(dict.fromkeys(table["side"]))
    groups = {group: group_name(group) for group in dict.fromkeys(table["group"])}
    draw = _rates_of_years if sides and isinstance(sides[0], Integral) else _rates_of_regions
    return draw(table, {side: name(side) for side in sides}, groups, title, measure)


def _share(rate: float) -> str:
    return language.protected() if pd.isna(rate) else language.formatted(rate, "rate")


def _count(count: float) -> str:
    return language.protected() if pd.isna(count) else language.formatted(count, "consultations")


def _set_points_scale(ax: Axes) -> None:
    """Give an axis of percentage points round numbers with their signs."""
    most = max(int(ax.get_position().width * style.WIDTH_INCHES / 0.5), 2)
    ax.xaxis.set_major_locator(MaxNLocator(most, steps=[1, 2, 5, 10]))
    ax.xaxis.set_major_formatter(
        FuncFormatter(lambda value, _: f"{value:+g}".replace("-", "−") if value else "0")
    )
    ax.tick_params(axis="x", length=0)
    ax.xaxis.grid(True)


# Panels


def _across(names: Sequence[str], left: float, apart: float = layout.GAP_INCHES) -> int:
    """Return how many panels stand in a row: two where three leave one over or break names that two hold."""
    if len(names) in (2, 4):
        return 2
    three, two = (_are_whole(names, _panel_width(across, left, apart)) for across in (3, 2))
    return 2 if two and not three else 3


def _are_whole(names: Sequence[str], width: float) -> bool:
    """Tell whether names keep all their English words where they are broken into lines of a width."""
    words = re.compile(r"[!-~]+")
    return all(set(words.findall(name)) <= set(words.findall(style.shorten(name, width))) for name in names)


def _panel_width(across: int, left: float, apart: float) -> float:
    """Return the width of a panel of which so many stand in a row, inches."""
    right = layout.MARGIN_INCHES + apart / 2
    return (style.WIDTH_INCHES - left - right - (across - 1) * apart) / across


def _begin_panels(
    names: Sequence[str],
    title: str,
    measure: str,
    *,
    left: float,
    height: float = PANEL_INCHES,
    apart: float = layout.GAP_INCHES,
    note: str = "",
) -> tuple[Figure, list[Axes]]:
    """Start a figure of panels with their names above, as many as a page holds.

    Parameters
    ----------
    left : float
        Room for what stands at the left of the first panel of a row, inches.
    height, apart : float
        Of a panel, and from one to the next, inches.
    note : str
        See `layout.begin_sheet`; a line on panels that have no room is added.
    """
    across = _across(names, left, apart)
    width = _panel_width(across, left, apart)
    heads = [style.shorten(name, width) for name in names]
    top = layout.LINE_INCHES * max((head.count("\n") + 1 for head in heads), default=1) + 0.08
    whole = top + height + 0.3
    heads = heads[: across * max(int(layout.TALLEST_INCHES / whole), 1)]
    notes = [layout.count_left_out(len(names) - len(heads)), note]
    down = -(-len(heads) // across)
    sheet = layout.begin_sheet(max(down, 1) * whole, title, measure, " ".join(filter(None, notes)))
    axes = []
    for number, head in enumerate(heads):
        start, line = left + number % across * (width + apart), number // across * whole
        ax = sheet.panel(start, start + width, line + top, line + top + height)
        ax.set_title(head, pad=6, linespacing=1.25)
        axes.append(ax)
    if not axes:
        sheet.write([text(zh="没有数据", en="No data")], top)
    return sheet.figure, axes


def _of_sides(table: pd.DataFrame, group: Any, sides: Sequence[Any]) -> pd.DataFrame:
    """Return the rows of a group in the order of the sides; a side without it is a gap."""
    return table[table["group"] == group].set_index("side").reindex(sides)


def _rates_of_years(
    table: pd.DataFrame, sides: Mapping[Any, str], groups: Mapping[Any, str], title: str, measure: str
) -> Figure:
    upper = layout.end_of_rates(table["high"])
    left = layout.rate_scale_width(upper)
    across = _across(list(groups.values()), left)
    figure, axes = _begin_panels(list(groups.values()), title, measure, left=left)
    years = _name_years(list(sides.values()), axes[0] if axes else None)
    for place, (ax, group) in enumerate(zip(axes, groups, strict=False)):
        _year_panel(ax, _of_sides(table, group, list(sides)), upper, years, labelled=place % across == 0)
    return figure


def _rates_of_regions(
    table: pd.DataFrame, sides: Mapping[Any, str], groups: Mapping[Any, str], title: str, measure: str
) -> Figure:
    upper = layout.end_of_rates(table["high"])
    names = [style.shorten(name, layout.NAMES_INCHES).split("\n")[0] for name in sides.values()]
    names = names[
        : int(layout.TALLEST_INCHES / SIDE_ROW_INCHES) - 4
    ]  # as many as one row of panels has room for
    left, height = layout.MARGIN_INCHES + layout.widest(names) + 0.08, max(len(names), 1) * SIDE_ROW_INCHES
    note = layout.count_left_out(len(sides) - len(names))
    labels = list(groups.values())
    across = _across(labels, left, APART_INCHES)
    figure, axes = _begin_panels(
        labels, title, measure, left=left, height=height, apart=APART_INCHES, note=note
    )
    for place, (ax, group) in enumerate(zip(axes, groups, strict=False)):
        rows = _of_sides(table, group, list(sides)[: len(names)])
        _region_panel(ax, rows, upper, names if place % across == 0 else [""] * len(names))
    return figure


def _year_panel(
    ax: Axes, rows: pd.DataFrame, upper: float, labels: dict[int, str], *, labelled: bool
) -> None:
    places = np.arange(len(rows))
    layout.draw_intervals(ax, places, rows, vertical=True, ends=min(8.0, 60 / len(rows)))
    ax.plot(places, rows["rate"], "o-", color=style.ACCENT, markersize=5)
    _scale_left(ax, upper, labelled=labelled)
    beyond = (list(labels)[1] if len(labels) > 1 else 1) / 2  # half of what a name takes
    ax.set_xlim(-beyond, len(rows) - 1 + beyond)
    ax.set_xticks(list(labels), list(labels.values()))


def _region_panel(ax: Axes, rows: pd.DataFrame, upper: float, names: Sequence[str]) -> None:
    places = np.arange(len(rows))
    layout.draw_intervals(ax, places, rows, vertical=False, ends=7)
    ax.plot(rows["rate"], places, "o", color=style.ACCENT, markersize=5)
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.set_yticks(places, names)
    ax.tick_params(axis="y", length=0)
    layout.set_rate_scale(ax, "x", upper)


def _scale_left(ax: Axes, upper: float, *, labelled: bool) -> None:
    layout.set_rate_scale(ax, "y", upper)
    ax.tick_params(axis="x", length=0)
    if not labelled:
        ax.set_yticklabels([])


def _name_years(names: Sequence[str], ax: Axes | None) -> dict[int, str]:
    """Return place → name of the years that have room below a panel: 2025年 becomes 2025, or 25."""
    if ax is None:
        return {}
    width = ax.get_position().width * style.WIDTH_INCHES
    digits = [name[:4] for name in names]
    if (layout.widest(digits) + 0.06) * len(names) > width:
        digits = [year[2:] for year in digits]
    room = layout.widest(digits) + 0.06
    steps = range(1, len(names) + 1)
    step = next((step for step in steps if step * width >= room * (len(names) - 1 + step)), len(names))
    return dict(list(enumerate(digits))[::step])


origin.trace_module(globals())
