"""Figures of satisfaction: items, recommendation, importance and performance, time to close, months."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ..analysis.control_charts import OUTSIDE, RUN, SHIFT
from ..base import language, origin, style
from ..base.language import text
from ..protection.complaint_publication import Complained
from . import layout
from .figure_marks import score_key, write_shares

BOXES = ("low", "middle", "top")
MARK_POINTS = 6.0
MAP_INCHES = 2.6  # height of the map of importance and performance


def items(
    distribution: pd.DataFrame,
    boxes: pd.DataFrame,
    names: Mapping[str, str],
    title: str = "",
    tops: pd.DataFrame | None = None,
) -> Figure:
    """Draw how each item was answered: a full bar, from poor to excellent.

    Parameters
    ----------
    distribution, boxes : DataFrame
        See `survey_publication.Surveyed`. The steps are drawn where all items of the boxes have the same and
        each may be told; else the boxes poor, between and satisfied.
    names : mapping of str to str
        Item → what it is called.
    title : str
        The finding, one line.
    tops : DataFrame, optional
        Item → ``rate`` and ``mean``, printed beside the bars.
    """
    steps = _as_steps(distribution, boxes)
    table = boxes if steps is None else steps
    labels = _name_boxes() if steps is None else [str(step) for step in table.columns]
    measure = text(zh="各项评价占答卷的比重", en="Share of answers to each item")
    shown = [names.get(str(item), str(item)) for item in table.index]
    numbers = {} if tops is None else _list_tops(tops.reindex(table.index))
    figure, ax = layout.begin_rows(shown, numbers, title, measure, height=0.36, top=0.38)
    colours = list(style.grade_colours(labels).values())
    left = np.zeros(len(table))
    for box, colour in zip(table.columns, colours, strict=True):
        width = table[box].to_numpy(float)
        ax.barh(np.arange(len(table)), width, left=left, color=colour, edgecolor=style.PAPER, height=0.76)
        write_shares(ax, left, width, colour)
        left = left + width
    score_key(ax, labels, colours)
    ax.set_xlim(0, 1)
    ax.spines["left"].set_visible(False)
    ax.xaxis.set_visible(False)
    return figure


def _list_tops(tops: pd.DataFrame) -> dict[str, list[str]]:
    """Return the columns of numbers beside the bars: share satisfied and, where they are told, means."""
    heads = {"rate": text(zh="满意占比", en="Satisfied"), "mean": text(zh="平均分", en="Mean")}

    def say_number(value: float, column: str) -> str:
        return language.protected() if pd.isna(value) else language.formatted(value, column)

    told = [column for column in heads if tops[column].notna().any()]
    return {heads[column]: [say_number(value, column) for value in tops[column]] for column in told}


def _as_steps(distribution: pd.DataFrame, boxes: pd.DataFrame) -> pd.DataFrame | None:
    if distribution.empty:
        return None
    wide = distribution.pivot(index="dimension", columns="score", values="share")
    if wide.isna().any(axis=None) or set(wide.index) != set(boxes.index) or wide.shape[1] > 7:
        return None
    return wide.loc[list(boxes.index)]


def _name_boxes() -> list[str]:
    return [
        text(zh="评价低", en="poor"),
        text(zh="评价中等", en="between"),
        text(zh="满意", en="satisfied"),
    ]


def promotion(waves: pd.DataFrame, title: str = "") -> Figure:
    """Draw the net promoter score of each wave with its interval.

    Parameters
    ----------
    waves : DataFrame
        See `ratings.promotion_by_wave`.
    title : str
        The finding, one line.
    """
    known = waves[waves["nps"].notna()]
    measure = text(
        zh="净推荐值（推荐者占比减贬损者占比，−100至100）及95%置信区间",
        en="Net promoter score (−100 to 100) with 95% confidence interval",
    )
    numbers = {
        text(zh="净推荐值", en="NPS"): [language.formatted(value, "nps") for value in known["nps"]],
        text(zh="答卷数", en="n"): [f"{count:,.0f}" for count in known["consultations"]],
    }
    figure, ax = layout.begin_rows(list(map(str, known.index)), numbers, title, measure, scale=True)
    places = np.arange(len(known))
    layout.draw_intervals(ax, places, known, vertical=False)
    ax.plot(known["nps"], places, "o", color=style.ACCENT, markersize=5.5)
    _set_signed_scale(ax, [*known["low"], *known["high"], 0.0])
    return figure


def _set_signed_scale(ax: Axes, values: Sequence[float]) -> None:
    """Give an axis round numbers with their signs, zero among them."""
    low, high = min(values), max(values)
    room = max((high - low) * 0.06, 1.0)
    ax.set_xlim(low - room, high + room)
    ax.axvline(0, color=style.GREY, linewidth=1)
    ax.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:g}".replace("-", "−"))
    ax.tick_params(axis="x", length=0)
    ax.xaxis.grid(True)


def importance(shares: pd.DataFrame, names: Mapping[str, str], title: str = "") -> Figure:
    """Draw the share of importance of each item with its interval.

    Parameters
    ----------
    shares : DataFrame
        See `drivers.Drivers`.
    names : mapping of str to str
        Item → what it is called.
    title : str
        The finding, one line.
    """
    numbers = {
        text(zh="份额", en="Share"): [language.formatted(value, "share") for value in shares["share"]],
        text(zh="名次", en="Rank"): [
            f"{low:.0f}" if low == high else f"{low:.0f}–{high:.0f}"
            for low, high in zip(shares["rank_low"], shares["rank_high"], strict=True)
        ],
    }
    measure = text(
        zh="对总体满意度差异的影响份额及95%区间；名次差异不显著的，写明可能的范围",
        en="Share of importance with 95% interval; ranks that cannot be told apart are given as a range",
    )
    shown = [names.get(str(item), str(item)) for item in shares.index]
    figure, ax = layout.begin_rows(shown, numbers, title, measure, scale=True)
    places = np.arange(len(shares))
    ax.barh(places, shares["share"], color=style.GRID, height=0.7)
    layout.draw_intervals(ax, places, shares, vertical=False)
    layout.set_rate_scale(ax, "x", layout.end_of_rates(shares["high"]))
    return figure


def importance_performance(table: pd.DataFrame, names: Mapping[str, str], title: str = "") -> Figure:
    """Draw importance against performance; the lines cross at the medians, the corners say what follows.

    Parameters
    ----------
    table : DataFrame
        See `drivers.importance_performance`.
    names : mapping of str to str
        Item → what it is called.
    title : str
        The finding, one line.
    """
    measure = text(
        zh="横轴：满意度（高分占比）；纵轴：影响份额；线段为95%区间，虚线为中位数",
        en="Across: satisfied (top box); up: share of importance; lines are 95% intervals, dashed: medians",
    )
    sheet = layout.begin_sheet(MAP_INCHES + 0.45, title, measure)
    upper = max(0.05, float(table["high"].max())) * 1.18
    left = layout.rate_scale_width(upper)
    ax = sheet.panel(left, style.WIDTH_INCHES - layout.MARGIN_INCHES - 0.1, 0.05, 0.05 + MAP_INCHES)
    ax.hlines(table["share"], table["rate_low"], table["rate_high"], color=style.ACCENT, linewidth=1)
    ax.vlines(table["rate"], table["low"], table["high"], color=style.ACCENT, linewidth=1)
    ax.plot(table["rate"], table["share"], "o", color=style.ACCENT, markersize=MARK_POINTS)
    _write_points(ax, table, names, upper, MAP_INCHES)
    ax.axhline(table["share"].median(), color=style.GREY, linewidth=1, linestyle=(0, (4, 3)))
    ax.axvline(table["rate"].median(), color=style.GREY, linewidth=1, linestyle=(0, (4, 3)))
    _set_map_scales(ax, table, upper)
    _write_corners(ax)
    return sheet.figure


def _write_points(
    ax: Axes, table: pd.DataFrame, names: Mapping[str, str], upper: float, height: float
) -> None:
    """Write the names of points to the right of all intervals, each at the height of its point or near it."""
    least = layout.LINE_INCHES / height * upper  # of the scale, from one name to the next
    ordered = table.sort_values("share")
    places = ordered["share"].to_numpy(float).copy()
    for place in range(1, len(places)):
        places[place] = max(places[place], places[place - 1] + least)
    end = float(table["rate_high"].max())
    for (item, row), place in zip(ordered.iterrows(), places, strict=True):
        name = style.shorten(names.get(str(item), str(item)), 1.3).replace("\n", " ")
        ax.annotate(
            name, (row["rate"], row["share"]), (end, place), textcoords="data", va="center_baseline",
            ha="left", annotation_clip=False, zorder=4,
            bbox={"facecolor": style.PAPER, "edgecolor": "none", "pad": 0.5},  # over a median that runs there
            arrowprops={"arrowstyle": "-", "color": style.GRID, "linewidth": 0.8, "shrinkA": 2, "shrinkB": 4},
        )  # fmt: skip


def _set_map_scales(ax: Axes, table: pd.DataFrame, upper: float) -> None:
    layout.set_rate_scale(ax, "y", upper)
    low, high = float(table["rate_low"].min()), float(table["rate_high"].max())
    room = max((high - low) * 0.12, 0.03)
    ax.set_xlim(max(low - room, 0), high + max(5 * room, (high - low) * 0.45))
    ax.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    ax.xaxis.set_major_formatter(lambda value, _: f"{round(100 * value, 6):g}%")
    ax.tick_params(axis="x", length=0)


def _write_corners(ax: Axes) -> None:
    corners = {
        (0.01, 0.99): text(zh="优先改进", en="Improve first"),
        (0.99, 0.99): text(zh="继续保持", en="Keep up"),
        (0.01, 0.01): text(zh="稍后改进", en="Later"),
        (0.99, 0.01): text(zh="已经足够", en="Sufficient"),
    }
    for (x, y), words in corners.items():
        ax.text(
            x, y, words, transform=ax.transAxes, color=style.GREY,
            ha="left" if x < 0.5 else "right", va="bottom" if y < 0.5 else "top",
        )  # fmt: skip


def time_to_close(told: Complained, title: str = "") -> Figure:
    """Draw the share of complaints that are still open by days since they came.

    Parameters
    ----------
    told : Complained
        Its curve, and by when half are closed, which is not drawn where it is missing.
    title : str
        The finding, one line.
    """
    curve, median = told.curve, told.median_days
    measure = text(
        zh="受理后各天仍未办结的投诉占比及95%置信区间（在办的按在办处理）",
        en="Share still open by days since received, with 95% confidence band (open ones are censored)",
    )
    sheet = layout.begin_sheet(2.6, title, measure)
    right = style.WIDTH_INCHES - layout.MARGIN_INCHES - 0.1
    ax = sheet.panel(layout.rate_scale_width(1.0), right, 0.05, 2.1)
    days = np.concatenate([[0.0], curve["days"].to_numpy(float)])
    open_ones, low, high = (
        np.concatenate([[1.0], curve[name].to_numpy(float)]) for name in ("survival", "low", "high")
    )
    ax.fill_between(days, low, high, step="post", color=style.ACCENT, alpha=0.18, linewidth=0)
    ax.step(days, open_ones, where="post", color=style.ACCENT, linewidth=1.8)
    if not np.isnan(median):
        ax.plot([0, median, median], [0.5, 0.5, 0], color=style.GREY, linewidth=1, linestyle=(0, (4, 3)))
    layout.set_rate_scale(ax, "y", 1.02)
    ax.set_xlim(0, max(days.max() * 1.02, 1))
    ax.set_xlabel(text(zh="受理后天数", en="Days since received"))
    ax.xaxis.set_major_locator(MaxNLocator(7, integer=True))
    return sheet.figure


def control_chart(table: pd.DataFrame, measure: str, title: str = "") -> Figure:
    """Draw a series with its limits; signals are marked.

    Parameters
    ----------
    table : DataFrame
        See `control_charts.chart`, indexed by month.
    measure : str
        What is drawn and in which unit, in the report's language.
    title : str
        The finding, one line.
    """
    key = text(
        zh=f"；虚线为控制限；▲超出控制限，△连续{RUN}个月以上在平均水平同一侧",
        en=f"; dashed: limits; ▲ beyond them, △ {RUN} months or more running on one side of the average",
    )
    sheet = layout.begin_sheet(2.4, title, measure + key)
    most = 1.12 * max(1.0, float(table[["value", "upper"]].max(axis=None)))
    ticks = layout.find_ticks(most, 4, whole=True)
    labels = [f"{tick:,.0f}" for tick in ticks]
    left = layout.MARGIN_INCHES + layout.widest(labels) + 0.08
    right = style.WIDTH_INCHES - layout.MARGIN_INCHES - 0.1
    ax = sheet.panel(left, right, 0.05, 2.05)
    places = np.arange(len(table))
    ax.plot(places, table["value"], "o-", color=style.ACCENT, markersize=4)
    row = table.iloc[0]
    ax.axhline(row["centre"], color=style.GREY, linewidth=1)
    for end in ("lower", "upper"):
        ax.axhline(row[end], color=style.GREY, linewidth=1, linestyle=(0, (4, 3)))
    for signal, fill in ((OUTSIDE, style.LOWER_COLOUR), (SHIFT, style.PAPER)):
        flagged = (table["signal"] == signal).to_numpy()
        months, values, colour = places[flagged], table["value"][flagged], style.LOWER_COLOUR
        ax.plot(months, values, "^", color=colour, markerfacecolor=fill, markersize=8)
    layout.set_scale(ax, "y", ticks, labels, most)
    names = list(map(str, table.index))
    named = layout.fit_names([style.text_width(name) for name in names], (right - left) / len(names))
    ax.set_xlim(-0.6, len(table) - 0.4)
    ax.set_xticks([*named.values()], [names[place] for place in named])
    ax.tick_params(axis="x", length=0)
    return sheet.figure


origin.trace_module(globals())
