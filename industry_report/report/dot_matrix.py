"""Groups as rows, sides (years or regions) as marks on one axis: one figure in place of many panels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ..analysis.conversion import HIGHER, LOWER
from ..base import language, origin, style
from ..base.language import text
from ..protection.comparison import of_years
from . import layout

SHAPES = ("o", "^", "s", "D", "v", "P")  # a side each
SIGNS = ("●", "▲", "■", "◆", "▼", "✚")
# Of sides without an order, none of which stands out: as dark as each other, apart for any colour blindness.
COLOURS = (style.ACCENT, "#9a4d00", "#2f6b4f", "#6b4c9a", "#4a5560", "#8a2f4f")
MOST_COLUMNS = 3  # of numbers; of more sides the first and the last
LONGEST_HEAD = 0.5  # inches: longer ones would take the room of the drawing and of the groups' names
LONGEST_NAME = 0.8  # inches, of a group beside three columns of numbers and one of changes
VERDICTS = {HIGHER: "▲", LOWER: "▼"}


def rates(
    table: pd.DataFrame,
    label: str,
    side_name: Callable[[Any], str],
    group_name: Callable[[Any], str],
    title: str = "",
    change: pd.DataFrame | None = None,
) -> Figure:
    """Draw a measure of groups in several sides, all on one axis that begins at zero.

    Parameters
    ----------
    table : DataFrame
        Columns ``group``, ``side``, ``rate``, ``low``, ``high``; see `comparison.groups`.
    label : str
        What the rate is.
    side_name, group_name : callable
        How a side and a group are called.
    title : str
        The finding, one line.
    change : DataFrame, optional
        See `comparison.group_changes`: the last side less the first, ▲ ▼ where significant, in a column.
    """
    sides, groups = (list(dict.fromkeys(table[name])) for name in ("side", "group"))
    wide = {name: table.pivot(index="group", columns="side", values=name) for name in ("rate", "low", "high")}
    known = {id(side): place for place, side in enumerate(sides)}
    least = max(0.28, 0.085 * len(sides) + 0.1)
    names = [group_name(group) for group in groups]
    shown = groups[: layout.rows_on_a_page(names, least)]
    told = _choose_columns(sides, names, change)
    numbers = _list_numbers(table, shown, sides, told, side_name, change)
    key = "  ".join(f"{sign} {side_name(side)}" for sign, side in zip(SIGNS, sides, strict=False))
    measure = text(zh=f"{label}及95%置信区间  {key}", en=f"{label} with 95% confidence interval  {key}")
    note = layout.count_left_out(len(groups) - len(shown))
    figure, ax = layout.begin_rows(
        names[: len(shown)], numbers, title, measure, scale=True, height=least, note=note
    )
    offsets = np.linspace(-0.28, 0.28, len(sides)) if len(sides) > 1 else [0.0]
    colours = _choose_colours(sides, in_order=of_years(sides))
    for side, offset, colour in zip(sides, offsets, colours, strict=True):
        rate, low, high = (wide[name].loc[shown, side].to_numpy(float) for name in ("rate", "low", "high"))
        places = np.arange(len(shown)) + offset
        ax.hlines(places, low, high, color=colour, linewidth=2, alpha=0.4)
        shape = SHAPES[known[id(side)] % len(SHAPES)]
        ax.plot(rate, places, shape, color=colour, markersize=5, clip_on=False)
    layout.set_rate_scale(ax, "x", layout.end_of_rates(table["high"]))
    return figure


def _choose_colours(sides: list[Any], in_order: bool) -> list[str]:
    """Return a colour for each side: of years the last stands out, of regions none does."""
    if in_order:
        return [style.UNCLEAR_COLOUR] * (len(sides) - 1) + [style.ACCENT] * bool(sides)
    return [COLOURS[place % len(COLOURS)] for place in range(len(sides))]


def _choose_columns(sides: list[Any], names: list[str], change: pd.DataFrame | None) -> list[Any]:
    """Return the sides whose numbers are printed: the ends alone where names have no room for more."""
    crowded = (
        change is not None and len(change) and max(map(style.text_width, names), default=0) > LONGEST_NAME
    )
    return sides if len(sides) <= MOST_COLUMNS and not crowded else [sides[0], sides[-1]]


def _list_numbers(
    table: pd.DataFrame,
    groups: list[Any],
    sides: list[Any],
    told: list[Any],
    side_name: Callable[[Any], str],
    change: pd.DataFrame | None,
) -> Mapping[str, list[str]]:
    """Return the columns of numbers: a side each, and the change with its verdict."""
    cells = table.set_index(["group", "side"])
    signs = dict(zip(sides, SIGNS, strict=False))
    numbers = {
        _head(side_name(side), signs.get(side, "")): [_rate(cells, group, side) for group in groups]
        for side in told
    }
    if change is not None and len(change):
        head = text(zh="变化", en="Change")
        numbers[head] = [_change(change, group) for group in groups]
    return numbers


def _head(name: str, sign: str) -> str:
    """Return the head of a column: a long name gives way to its sign, which the key explains."""
    return sign if sign and style.text_width(name) > LONGEST_HEAD else name


def _rate(cells: pd.DataFrame, group: Any, side: Any) -> str:
    if (group, side) not in cells.index:
        return language.MISSING_SIGN
    row = cells.loc[(group, side)]
    if pd.isna(row["rate"]) and row["consultations"] != 0:
        return language.protected()
    return language.formatted(row["rate"], "rate")


def _change(change: pd.DataFrame, group: Any) -> str:
    if group not in change.index or pd.isna(change.loc[group, "difference"]):
        return language.MISSING_SIGN
    row = change.loc[group]
    return f"{language.formatted(row['difference'], 'difference')}{VERDICTS.get(str(row['verdict']), '')}"


origin.trace_module(globals())
