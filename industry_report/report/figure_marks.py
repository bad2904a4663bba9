"""How marks of figures are drawn: bars, intervals, averages, shares, keys and what is withheld."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from ..analysis.conversion import HIGHER, LOWER
from ..base import language, style
from ..base.language import text
from . import layout
from .figure_texts import count_label, rate_label

WITHHELD_MARK = "×"  # in a narrow column; the note below the figure says what it means


def bar_intervals(ax: Axes, table: pd.DataFrame, colours: Sequence[str]) -> None:
    """Draw each interval in a colour that shows on its bar, and in ink beyond the bar's end."""
    rows, inside = np.arange(len(table)), [style.readable_on(colour) for colour in colours]
    ax.hlines(rows, table["low"], table["rate"], colors=inside, linewidth=1.4)
    ax.hlines(rows, table["rate"], table["high"], colors=style.INK, linewidth=1.4)
    ax.vlines(table["low"], rows - 0.16, rows + 0.16, colors=inside, linewidth=1.2)
    ax.vlines(table["high"], rows - 0.16, rows + 0.16, colors=style.INK, linewidth=1.2, clip_on=False)


VERDICT_MARKS = {
    HIGHER: ("^", style.HIGHER_COLOUR, style.HIGHER_COLOUR),
    LOWER: ("v", style.LOWER_COLOUR, style.LOWER_COLOUR),
}
UNCLEAR_MARK = ("o", style.UNCLEAR_COLOUR, style.PAPER)  # hollow


def draw_verdicts(ax: Axes, table: pd.DataFrame, versus: pd.DataFrame | None) -> None:
    """Draw each row's rate and interval; shape and colour say what the test found, where there was one."""
    if versus is None or "verdict" not in versus:
        rows = np.arange(len(table))
        layout.draw_intervals(ax, rows, table, vertical=False)
        ax.plot(table["rate"], rows, "o", color=style.ACCENT, markersize=5.5, clip_on=False)
        return
    for place, row in enumerate(table.itertuples()):
        mark, colour, fill = VERDICT_MARKS.get(str(versus["verdict"].get(row.Index, "")), UNCLEAR_MARK)
        ax.hlines(place, row.low, row.high, color=colour, linewidth=3, alpha=0.4)
        ax.plot([row.rate], [place], mark, color=colour, markerfacecolor=fill, markersize=6.5, clip_on=False)


def verdict_key(versus: pd.DataFrame | None) -> str:
    """Return what the marks of `draw_verdicts` mean, nothing where there is no test."""
    if versus is None or versus.empty or "verdict" not in versus:
        return ""
    return text(
        zh="▲显著高于、▼显著低于其他组，○不显著或未检验",
        en="▲ significantly above, ▼ significantly below the rest, ○ not significant or not tested",
    )


def mark_average(ax: Axes, average: float) -> None:
    """Draw a dashed line and name it above, within the width of the drawing."""
    ax.axvline(average, color=style.GREY, linewidth=1, linestyle=(0, (4, 3)), zorder=0)
    label = text(zh="全体", en="All ") + language.formatted(average, "rate")
    drawing = ax.get_position().width * style.WIDTH_INCHES
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


def write_shares(ax: Axes, left: np.ndarray, width: np.ndarray, colour: str) -> None:
    """Write each share into its segment of the stacked bars, where it fits."""
    drawing = ax.get_position().width * style.WIDTH_INCHES
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


def mark_protected(ax: Axes, shown: np.ndarray) -> None:
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


def score_key(ax: Axes, labels: Sequence[str], colours: Sequence[str]) -> None:
    """Draw the scale of scores above the bars: every score has its place, however rare it is."""
    step = 1 / max(len(labels), 1)
    room = step * ax.get_position().width * style.WIDTH_INCHES - 0.04
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


def score_panel(ax: Axes, rows: pd.DataFrame, upper: float, *, labelled: bool) -> None:
    """Draw the rates by score of one dimension."""
    scores = np.arange(len(rows))
    layout.draw_intervals(ax, scores, rows, vertical=True)
    ax.plot(scores, rows["rate"], "o-", color=style.ACCENT, markersize=5)
    layout.set_rate_scale(ax, "y", upper)
    if not labelled:
        ax.set_yticklabels([])
    ax.set_xlim(-0.5, max(len(rows), 1) - 0.5)
    ax.set_xticks(scores, [str(score) for score in rows["score"]])
    for place, row in zip(scores, rows.itertuples(), strict=True):
        if rate_label(row) == language.protected():
            ax.annotate(WITHHELD_MARK, (place, 0), (0, 3), textcoords="offset points", ha="center")


def count_bars(ax: Axes, counts: np.ndarray, most: float) -> None:
    """Draw a bar a month with its count; where these have no room, only the highest has one."""
    ax.bar(np.arange(len(counts)), np.nan_to_num(counts), color=style.ACCENT, width=0.7)
    ax.set_xlim(-0.6, max(len(counts), 1) - 0.4)
    ax.set_xticks([])
    ticks = layout.find_ticks(most, 4, whole=True)
    layout.set_scale(ax, "y", ticks, list(map(count_label, ticks)), most)
    labels = list(map(count_label, counts))
    reach = layout.widest(labels) / (ax.get_position().width * style.WIDTH_INCHES) * max(len(counts), 1)
    for place in range(len(counts)) if reach < 1 else [int(np.nan_to_num(counts, nan=-1).argmax())]:
        middle = min(max(place, reach / 2 - 0.6), len(counts) - 0.4 - reach / 2)
        top = np.nan_to_num(counts[place])
        ax.annotate(
            labels[place], (middle, top), (0, 2), textcoords="offset points", ha="center", va="bottom"
        )


def rate_line(ax: Axes, table: pd.DataFrame, end: float) -> None:
    """Draw rates and intervals at 0, 1, 2 …, the ends of the intervals no wider than their place."""
    places = np.arange(len(table))
    slot = 72 * ax.get_position().width * style.WIDTH_INCHES / max(len(table), 1)
    layout.draw_intervals(ax, places, table, vertical=True, ends=min(8.0, 0.6 * slot))
    ax.plot(places, table["rate"], "o-", color=style.ACCENT, markersize=4.5)
    layout.set_rate_scale(ax, "y", end)
    ax.set_xlim(-0.6, max(len(table), 1) - 0.4)


def every_nth(names: Sequence[str], width: float) -> int:
    """Return 1 if all names have room side by side on so many inches; 2, 3 … if every second, third … has."""
    return max(int(np.ceil((layout.widest(names) + 0.04) * len(names) / width)), 1)
