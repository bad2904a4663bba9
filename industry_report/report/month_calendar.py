"""Months as a calendar: twelve cells a year, darker where more was asked, the season framed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import matplotlib.colors as colours
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from ..base import language, origin, style
from ..base.language import text
from . import layout

CELL_POINTS = 8.5  # of the numbers in cells
ROW_INCHES = 0.3
MONTHS = range(1, 13)
DARKEST = 0.75  # of the accent in the busiest month: what is written on it stays readable


def calendar(
    table: pd.DataFrame, name: Callable[[Any], str], title: str = "", season: Sequence[int] = ()
) -> Figure:
    """Draw the share of each month in a year's consultations, a row for each side.

    Parameters
    ----------
    table : DataFrame
        Columns ``side``, ``month`` (1 to 12), ``share``; see `comparison.months`.
    name : callable
        Side → what it is called.
    title : str
        The finding, one line.
    season : sequence of int
        The months to frame, such as those of `market.find_season`; empty for none.
    """
    every = list(dict.fromkeys(table["side"]))
    names = [style.shorten(name(side), layout.NAMES_INCHES / 2) for side in every]
    height = layout.row_height(names, ROW_INCHES)
    sides = every[: int(layout.TALLEST_INCHES / height)]
    names = names[: len(sides)]
    left = layout.MARGIN_INCHES + layout.widest(n for both in names for n in both.split("\n"))
    left += layout.GAP_INCHES / 2
    body = layout.LINE_INCHES + 0.04 + height * len(sides)
    note = layout.count_left_out(len(every) - len(sides))
    sheet = layout.begin_sheet(body + 0.04, title, _measure(season), note)
    if not sides:
        sheet.write([text(zh="没有数据", en="No data")], 0)
        return sheet.figure
    right = style.WIDTH_INCHES - layout.MARGIN_INCHES
    ax = sheet.panel(left, right, layout.LINE_INCHES + 0.04, body)
    ax.set_xlim(0.5, 12.5)
    ax.set_ylim(len(sides) - 0.5, -0.5)
    ax.set_axis_off()
    share = table.set_index(["side", "month"])["share"]
    most = float(share.max())
    for row, side in enumerate(sides):
        ax.text(0.4, row, names[row], ha="right", va="center_baseline", linespacing=1.2)
        for month in MONTHS:
            _cell(ax, row, month, float(share.get((side, month), float("nan"))), most)
    for month in MONTHS:
        said = language.month(month, short=True)
        ax.text(month, -0.56, said, ha="center", va="bottom", color=style.GREY)
    _frame(ax, sorted(season), len(sides))
    return sheet.figure


def _measure(season: Sequence[int]) -> str:
    framed = text(zh="；框出的是旺季", en="; framed: the busiest months") if len(season) else ""
    return text(zh="各月咨询占全年的比重（%）", en="Share of each month in the year (%)") + framed


def _cell(ax: Axes, row: int, month: int, share: float, most: float) -> None:
    part = 0.0 if pd.isna(share) or not most else DARKEST * share / most
    red, green, blue = (
        part * accent + (1 - part) * paper
        for accent, paper in zip(colours.to_rgb(style.ACCENT), colours.to_rgb(style.PAPER), strict=True)
    )
    fill = colours.to_hex((red, green, blue))
    ax.add_patch(Rectangle((month - 0.5, row - 0.5), 1, 1, facecolor=fill, edgecolor=style.PAPER))
    said = language.MISSING_SIGN if pd.isna(share) else f"{100 * share:.1f}".replace("100.0", "100")
    ink = style.readable_on(fill)
    ax.text(month, row, said, ha="center", va="center_baseline", fontsize=CELL_POINTS, color=ink)


def _frame(ax: Axes, months: Sequence[int], rows: int) -> None:
    """Frame months; those that follow each other share a frame."""
    starts = [month for before, month in pairwise([-1, *months]) if month != before + 1]
    for start in starts:
        end = start
        while end + 1 in months:
            end += 1
        corner, width = (start - 0.5, -0.5), end - start + 1
        box = Rectangle(corner, width, rows, fill=False, edgecolor=style.INK, linewidth=1.5, clip_on=False)
        ax.add_patch(box)


origin.trace_module(globals())
