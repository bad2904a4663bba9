"""Small multiples and plots of change: tidy table → figure. Every function returns a matplotlib Figure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from numbers import Integral
from textwrap import wrap
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

from . import language, style
from .conversion import Measure
from .language import text

ACROSS = 4  # panels in a row
GAP = 0.6  # rows left free between kinds of groups


def demand(table: pd.DataFrame) -> Figure:
    """Draw which share of all consultations each group makes up, with intervals, largest on top.

    Parameters
    ----------
    table : DataFrame
        See `market.demand`. A number that is withheld shows as an ellipsis.
    """
    figure = Figure(figsize=(style.WIDTH, 0.3 * len(table) + 0.7), layout="constrained")
    ax = figure.subplots()
    places = np.arange(len(table))[::-1]
    ax.barh(places, table["rate"].fillna(0), color=style.ACCENT, height=0.6)
    ax.hlines(places, table["low"], table["high"], color=style.INK, linewidth=1.2)
    for place, row in zip(places, table.itertuples(), strict=True):
        end = 0 if pd.isna(row.high) else row.high
        share = language.PROTECTED if pd.isna(row.rate) else language.formatted(row.rate, "rate")
        ax.annotate(share, (end, place), (5, 0), textcoords="offset points", va="center")
    ax.set_yticks(places, [language.name(str(group)) for group in table.index])
    ax.set(xlim=(0, max([0.05, *table["high"].dropna()]) * 1.12))
    ax.xaxis.set_visible(False)
    ax.spines[["bottom", "left"]].set_visible(False)
    ax.tick_params(axis="y", length=0)
    return figure


def directions(table: pd.DataFrame, words: dict[str, str]) -> Figure:
    """Draw the change of each share with its interval; a filled mark where a direction is claimed.

    Parameters
    ----------
    table : DataFrame
        See `market.directions`; rows without a change are left out.
    words : dict of str to str
        Direction → what it is called, for the key. The first is drawn filled and pointing up, the last filled
        and pointing down, so that the figure needs no colour.
    """
    shown = table[table["difference"].notna()]
    places = np.array(list(_with_gaps(shown["kind"])), dtype=float)
    figure = Figure(figsize=(style.WIDTH, 0.23 * (len(shown) + GAP * shown["kind"].nunique()) + 1.1))
    figure.set_layout_engine("constrained")
    ax = figure.subplots()
    ax.axvline(0, color=style.GREY, linewidth=1)
    ax.hlines(places, 100 * shown["low"], 100 * shown["high"], color=style.ACCENT, linewidth=1.3)
    marks = dict(zip(words, ("^", "s", "o", "v"), strict=True))
    for key, mark in marks.items():
        mine = (shown["direction"] == key).to_numpy()
        filled = style.ACCENT if mark in "^v" else "white"
        ax.plot(
            100 * shown.loc[mine, "difference"], places[mine], mark,
            color=style.ACCENT, markerfacecolor=filled, markersize=6, label=words[key],
        )  # fmt: skip
    ax.set_yticks(places, [language.name(str(group)) for group in shown["group"]])
    ax.set(ylim=(max(places, default=0) + 0.7, -0.7), xlabel=language.term("difference"))
    ax.xaxis.set_major_locator(MaxNLocator(7, steps=[1, 2, 5, 10]))
    ax.xaxis.set_major_formatter(
        FuncFormatter(lambda value, _: f"{value:+g}".replace("-", "−") if value else "0")
    )
    ax.xaxis.grid(True)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    figure.legend(loc="outside upper left", ncols=len(words), fontsize=8.5, handletextpad=0.3)
    return figure


def _with_gaps(kinds: pd.Series) -> Any:
    place = 0.0
    for _, group in groupby(kinds):
        for _ in group:
            yield place
            place += 1
        place += GAP


def overview(table: pd.DataFrame, measure: Measure, title: str, name: Callable[[Any], str]) -> Figure:
    """Draw the crude and the standardised rate of each side beside each other.

    Parameters
    ----------
    table : DataFrame
        Index the sides; ``rate``, ``low``, ``high`` and, where there are some, ``standardised``.
    measure : Measure
        Names the axis.
    title : str
        The finding, one line.
    name : callable
        Side → what the axis calls it.
    """
    figure = Figure(figsize=(style.WIDTH, 2.8), layout="constrained")
    ax = figure.subplots()
    places = np.arange(len(table), dtype=float)
    aside = 0.09 if "standardised" in table else 0.0
    _points(ax, places - aside, table, text(zh="实际", en="crude"))
    for place, row in zip(places, table.itertuples(), strict=True):
        label = language.PROTECTED if pd.isna(row.rate) else language.formatted(row.rate, "rate")
        ax.annotate(
            label, (place - aside, row.rate), (-7, 0), textcoords="offset points", va="center", ha="right"
        )
    if "standardised" in table:
        label = text(zh="标准化", en="standardised")
        ax.plot(places + aside, table["standardised"], "D", color=style.ACCENT, markerfacecolor="white",
                markersize=6, label=label)  # fmt: skip
        figure.legend(loc="outside lower center", ncols=2, fontsize=8.5)
    ax.set_xticks(places, [name(side) for side in table.index])
    ax.set(xlim=(-0.6, len(table) - 0.4), ylim=(0, _upper(table["high"])), ylabel=measure.label)
    _finish(ax)
    if title:
        figure.suptitle(title, x=0.01, ha="left", fontsize=11)
    return figure


def rates(
    table: pd.DataFrame, measure_label: str, name: Callable[[Any], str], group_name: Callable[[Any], str]
) -> Figure:
    """Draw small multiples: a panel for each group, a point with interval for each side.

    Parameters
    ----------
    table : DataFrame
        See `comparison.groups`. What is withheld leaves a gap.
    measure_label : str
        Names the axis.
    name, group_name : callable
        Side and group → what they are called.
    """
    groups, sides = list(dict.fromkeys(table["group"])), list(dict.fromkeys(table["side"]))
    down = -(-len(groups) // ACROSS)
    figure = Figure(figsize=(style.WIDTH, 1.45 * down + 0.5), layout="constrained")
    axes = figure.subplots(down, min(ACROSS, len(groups)), sharex=True, sharey=True, squeeze=False).ravel()
    places = {side: float(place) for place, side in enumerate(sides)}
    for ax, group in zip(axes, groups, strict=False):
        rows = table[table["group"] == group]
        _points(ax, rows["side"].map(places).to_numpy(float), rows, None, line=isinstance(sides[0], Integral))
        ax.set_title("\n".join(wrap(group_name(group), 18)), fontsize=8.5, pad=3)
        ax.set(xlim=(-0.5, len(sides) - 0.5), ylim=(0, _upper(table["high"])))
        ax.set_xticks(list(places.values()), [_short(name(side), len(sides)) for side in sides])
        ax.tick_params(axis="x", labelsize=8, labelbottom=True)
        _finish(ax)
    for ax in axes[len(groups) :]:
        ax.set_visible(False)
    figure.supylabel(measure_label, fontsize=9, color=style.GREY)
    return figure


def months(table: pd.DataFrame, name: Callable[[Any], str]) -> Figure:
    """Draw the share of each month in a year's consultations, a panel for each side.

    Parameters
    ----------
    table : DataFrame
        See `comparison.months`.
    name : callable
        Side → what it is called.
    """
    sides = list(dict.fromkeys(table["side"]))
    down = -(-len(sides) // 3)
    figure = Figure(figsize=(style.WIDTH, 1.6 * down + 0.3), layout="constrained")
    axes = figure.subplots(down, min(3, len(sides)), sharex=True, sharey=True, squeeze=False).ravel()
    for ax, side in zip(axes, sides, strict=False):
        rows = table[table["side"] == side]
        ax.bar(rows["month"], rows["share"], color=style.ACCENT, width=0.7)
        ax.axhline(1 / 12, color=style.GREY, linewidth=1, linestyle=(0, (4, 3)))
        ax.set_title(name(side), fontsize=9, pad=3)
        ax.set_xticks([1, 4, 7, 10], [language.month(month, short=True) for month in (1, 4, 7, 10)])
        ax.tick_params(axis="x", labelsize=8)
        _finish(ax)
    for ax in axes[len(sides) :]:
        ax.set_visible(False)
    figure.supylabel(text(zh="占全年咨询的比重", en="Share of the year"), fontsize=9, color=style.GREY)
    return figure


def _points(
    ax: Axes, places: np.ndarray, rows: pd.DataFrame, label: str | None, *, line: bool = False
) -> None:
    ax.vlines(places, rows["low"], rows["high"], color=style.ACCENT, linewidth=1.3)
    ax.plot(places, rows["rate"], "o-" if line else "o", color=style.ACCENT, markersize=5, label=label)


def _short(label: str, sides: int) -> str:
    """Shorten what an axis of a small panel has no room for: 2025年 becomes 2025, of many sides 25."""
    if not label[:4].isdigit():
        return label
    return label[2:4] if sides > 4 else label[:4]


def _upper(highs: Sequence[float] | pd.Series) -> float:
    known = [high for high in highs if not np.isnan(high)]
    return min(max(max(known) * 1.15, 0.05), 1.05) if known else 1.0


def _finish(ax: Axes) -> None:
    ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    ax.yaxis.grid(True)
