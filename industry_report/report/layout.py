"""Where the parts of a figure stand: in inches, from the measured width of its texts.

Nothing is cut off and nothing overlaps, whatever the data are, and no layout engine has to draw a figure
twice. A figure is a sheet: the finding and the measure above, a note and the source below, and between them
the body: either rows (a name, room to draw, columns of numbers) or panels at distances of one's own.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator

from ..base import style
from ..base.language import text

# Inches.
MARGIN_INCHES = 0.06  # around a figure
GAP_INCHES = 0.14  # between names, drawing and columns of numbers
NAMES_INCHES, HEADS_INCHES = 1.5, 0.95  # the widest column of names, the widest head of a column of numbers
DRAWING_INCHES = 1.2  # the least room to draw, before names give way
TALLEST_INCHES = 7.0  # all rows together: the page holds a title and a caption, too
LINE_INCHES = style.TEXT_POINTS * style.LEADING_IN_SIZES / 72
ROW_NAME = "_name"  # marks the name of a row among the texts of axes


@dataclass(frozen=True)
class Surroundings:
    """What stands around a drawing and is text in a report: finding, measure, notes, and the room they take.

    `head` and `foot` are inches; `marks` are the texts of the drawing that say it, until `take_texts`.
    """

    finding: str
    measure: str
    notes: tuple[str, ...]
    head: float
    foot: float
    marks: tuple[Text, ...]


@dataclass(frozen=True)
class Sheet:
    """A figure with its head and foot set; distances below are inches, from the left and down the body."""

    figure: Figure
    height: float
    head: float

    def panel(self, left: float, right: float, top: float, bottom: float) -> Axes:
        """Return axes with their edges at these distances."""
        lower = self.height - self.head - bottom
        width, height = (right - left) / style.WIDTH_INCHES, (bottom - top) / self.height
        return self.figure.add_axes((left / style.WIDTH_INCHES, lower / self.height, width, height))

    def write(self, lines: Sequence[str], top: float) -> None:
        """Write grey lines across the body."""
        _write(self.figure, lines, self.height - self.head - top)


def begin_sheet(body: float, title: str, measure: str, note: str = "") -> Sheet:
    """Start a figure: finding and measure above its body, note and source below it.

    Parameters
    ----------
    body : float
        Height of what is between them, inches.
    title, measure, note : str
        In the report's language, of any length; an empty one takes no room.
    """
    room = style.WIDTH_INCHES - 2 * MARGIN_INCHES
    findings = style.wrap(title, room, style.TITLE_POINTS) if title else []
    measures = style.wrap(measure, room) if measure else []
    feet = [line for part in (note, style.source()) if part for line in style.wrap(part, room)]
    titled = len(findings) * style.TITLE_POINTS * style.LEADING_IN_SIZES / 72
    titled += 0.04 if findings and measures else 0
    head = MARGIN_INCHES + titled + len(measures) * LINE_INCHES + (0.04 if findings or measures else 0)
    foot = MARGIN_INCHES + (len(feet) * LINE_INCHES + 0.06 if feet else 0)
    height = head + body + foot
    figure = Figure(figsize=(style.WIDTH_INCHES, height))
    if findings:
        figure.suptitle(
            "\n".join(findings),
            x=MARGIN_INCHES / style.WIDTH_INCHES,
            y=1 - MARGIN_INCHES / height,
            ha="left",
            va="top",
            fontsize=style.TITLE_POINTS,
            linespacing=1.3,
        )
    marks = _write(figure, measures, height - MARGIN_INCHES - titled) + _write(figure, feet, foot - 0.06)
    notes = tuple(part for part in (note, style.source()) if part)
    around = Surroundings(title, measure, notes, head - MARGIN_INCHES, foot - MARGIN_INCHES, tuple(marks))
    figure.surroundings = around  # type: ignore[attr-defined]
    return Sheet(figure, height, head)


def _write(figure: Figure, lines: Sequence[str], top: float) -> list[Text]:
    """Write grey lines, each a text of its own, from so many inches above the figure's lower edge."""
    width, height = figure.get_size_inches()
    places = [(top - number * LINE_INCHES) / height for number in range(len(lines))]
    return [
        figure.text(MARGIN_INCHES / width, place, line, color=style.GREY, va="top")
        for place, line in zip(places, lines, strict=True)
    ]


def take_texts(figure: Figure) -> Surroundings:
    """Take finding, measure and notes out of a drawing, which a report sets as text, and the room they had.

    A drawing that is no sheet of this module gives its own title, if it has one, and keeps the rest.
    """
    around = getattr(figure, "surroundings", None)
    title = figure.get_suptitle()
    if around is None:
        around = Surroundings(title.replace("\n", " "), "", (), 0.0, 0.0, ())
    if figure._suptitle is not None:  # type: ignore[attr-defined]
        figure._suptitle.remove()  # type: ignore[attr-defined]
        figure._suptitle = None  # type: ignore[attr-defined]
    for mark in around.marks:
        mark.remove()
    _crop(figure, around.head, around.foot)
    figure.surroundings = None  # type: ignore[attr-defined]
    return around


def _crop(figure: Figure, head: float, foot: float) -> None:
    """Cut inches off above and below; what is drawn keeps its size."""
    width, height = figure.get_size_inches()
    left = height - head - foot
    if left == height or left <= 0:
        return
    for ax in figure.axes:
        place = ax.get_position()
        lower, tall = (place.y0 * height - foot) / left, place.height * height / left
        ax.set_position((place.x0, lower, place.width, tall))
    for written in figure.texts:
        x, y = written.get_position()
        written.set_position((x, (y * height - foot) / left))
    figure.set_size_inches(width, left)


def begin_rows(
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
    """Start a figure of rows, the first on top: a name, room to draw, then columns of numbers.

    Parameters
    ----------
    names : sequence of str
        One a row. A name of more than two lines keeps its beginning and end.
    numbers : mapping of str to sequence of str
        Head of a column to its numbers as they are printed, one a row. Heads have two lines at most.
    title, measure, note : str
        See `begin_sheet`.
    scale : bool
        Leave room for a scale below the drawing; see `set_rate_scale`.
    height : float
        Of a row, inches; rows are higher if a name needs two lines.
    top : float
        Room above the drawing, inches; by default for the heads of the columns.

    Returns
    -------
    Figure, Axes
        Rows are at 0, 1, 2 … of the y axis, which points down.
    """
    numbers = {style.shorten(head, HEADS_INCHES): cells for head, cells in numbers.items()}
    widths = [widest([*head.split("\n"), *cells]) for head, cells in numbers.items()]
    right = style.WIDTH_INCHES - MARGIN_INCHES - math.fsum(width + GAP_INCHES for width in widths)
    room = min(NAMES_INCHES, max(right - MARGIN_INCHES - GAP_INCHES - DRAWING_INCHES, NAMES_INCHES / 2))
    labels = [style.shorten(name, room) for name in names]
    height = row_height(labels, height)
    left = MARGIN_INCHES + widest(line for label in labels for line in label.split("\n")) + GAP_INCHES
    top = top or max((LINE_INCHES * (1 + head.count("\n")) for head in numbers), default=0.04)
    body = top + max(len(names), 1) * height
    sheet = begin_sheet(body + (0.26 if scale else 0), title, measure, note)
    ax = sheet.panel(left, right, top, body)
    ax.set_ylim(max(len(names), 1) - 0.5, -0.5)
    ax.yaxis.set_visible(False)
    ax.spines["bottom"].set_visible(False)
    _write_names(ax, labels, left - GAP_INCHES)
    _write_numbers(ax, numbers, widths)
    if not names:
        ax.text(0.5, 0.5, text(zh="没有数据", en="No data"), transform=ax.transAxes, ha="center", va="center")
    return sheet.figure, ax


def _write_names(ax: Axes, labels: Sequence[str], end: float) -> None:
    """Write the names of rows, which end so many inches from the left; as labels of ticks they cost more."""
    drawing = ax.get_position()
    place, rows = (end / style.WIDTH_INCHES - drawing.x0) / drawing.width, ax.get_yaxis_transform()
    for row, label in enumerate(labels):
        name = ax.text(place, row, label, transform=rows, ha="right", va="center_baseline", linespacing=1.2)
        name.set_label(ROW_NAME)


def find_names(ax: Axes) -> list[Text]:
    """Return the names of the rows of axes, that of the first row first."""
    return [written for written in ax.texts if written.get_label() == ROW_NAME]


def _write_numbers(ax: Axes, numbers: Mapping[str, Sequence[str]], widths: Sequence[float]) -> None:
    """Write columns of numbers to the right of the drawing, aligned at their right ends."""
    drawing = ax.get_position().width * style.WIDTH_INCHES
    place = 1.0
    for (head, cells), width in zip(numbers.items(), widths, strict=True):
        place += (width + GAP_INCHES) / drawing
        ax.annotate(
            head,
            (place, 1),
            (0, 4),
            xycoords="axes fraction",
            textcoords="offset points",
            ha="right",
            va="bottom",
            color=style.GREY,
            linespacing=1.2,
        )
        for row, cell in enumerate(cells):
            ax.text(place, row, cell, transform=ax.get_yaxis_transform(), ha="right", va="center_baseline")


def row_height(labels: Iterable[str], least: float = 0.29) -> float:
    """Return how high rows must be for these names, inches."""
    return max(least, 2 * LINE_INCHES + 0.01) if any("\n" in label for label in labels) else least


def rows_on_a_page(names: Iterable[str], least: float = 0.29) -> int:
    """Return how many rows with these names one figure holds."""
    return int(TALLEST_INCHES / row_height((style.shorten(name, NAMES_INCHES) for name in names), least))


def count_left_out(groups: int) -> str:
    """Return a note on what a page has no room for; nothing if it holds all."""
    if not groups:
        return ""
    return text(zh=f"另有{groups}项未画出，见图中数据", en=f"{groups} more: see the data of this figure")


def widest(lines: Iterable[str]) -> float:
    """Return the width of the longest line, inches."""
    return max(map(style.text_width, lines), default=0.0)


def fit_labels(ends: Iterable[tuple[float, float]], width: float) -> float:
    """Return the end of an axis `width` inches long on which every label fits beside the end of its bar.

    Each label is given by the value where its bar ends and by its own width in inches.
    """
    return max([0.01, *(value / max(1 - label / width, 0.1) for value, label in ends)])


def fit_names(widths: Sequence[float], slot: float, gap: float = 0.06) -> dict[int, float]:
    """Return which columns are named, and where the names stand, so that none overlaps or is cut off.

    Columns stand at 0, 1, 2 … The first is named and as many at equal steps as have room; the names at the
    ends move inwards as far as they must.

    Parameters
    ----------
    widths : sequence of float
        Of each name, inches.
    slot : float
        Inches from one column to the next; the drawing reaches 0.6 of it beyond the last.
    gap : float
        Least distance of two names, inches.

    Examples
    --------
    >>> fit_names([0.4] * 4, slot=0.25)
    {0: 0.2, 2: 2.0}
    """
    halves, last = np.asarray(widths) / 2 / slot, len(widths) - 0.4
    low, high = halves - 0.6, last - halves
    places = np.clip(np.arange(len(widths), dtype=float), low, np.maximum(low, high))
    for step in range(1, len(widths)):
        chosen = np.arange(0, len(widths), step)
        ends, begins = (places + halves)[chosen], (places - halves)[chosen]
        if (begins[1:] - ends[:-1] >= gap / slot - 1e-9).all():
            return {int(tick): round(float(places[tick]), 6) for tick in chosen}
    return {0: float(places[0])}


def draw_intervals(
    ax: Axes, positions: np.ndarray, table: pd.DataFrame, *, vertical: bool, ends: float = 8.0
) -> None:
    """Draw intervals with ends wider than a point, so that even the shortest can be seen."""
    line, cap = (ax.vlines, "_") if vertical else (ax.hlines, "|")
    line(positions, table["low"], table["high"], color=style.ACCENT, linewidth=1.4)
    for end in (table["low"], table["high"]):
        places = (positions, end) if vertical else (end, positions)
        ax.plot(*places, cap, color=style.ACCENT, markersize=ends, markeredgewidth=1.2, clip_on=False)


def end_of_rates(rates: Iterable[float]) -> float:
    """Return the end of a rate axis that begins at zero: just above the highest interval."""
    known = [rate for rate in rates if not np.isnan(rate)]
    return min(max(max(known) * 1.06, 0.05), 1.02) if known else 1.0


def find_ticks(upper: float, most: int, *, whole: bool = False) -> list[float]:
    """Return at most about so many round numbers from zero to the end of an axis."""
    ticks = MaxNLocator(most, steps=[1, 2, 5, 10], integer=whole).tick_values(0, upper)
    return [tick for tick in ticks if 0 <= tick <= upper]


def _percent_labels(ticks: Iterable[float]) -> list[str]:
    return [f"{round(100 * tick, 6):g}%" for tick in ticks]


def rate_scale_width(upper: float) -> float:
    """Return how much room the scale of a y axis of rates takes at the left, inches."""
    return MARGIN_INCHES + widest(_percent_labels(find_ticks(upper, 4))) + 0.08


def set_rate_scale(ax: Axes, which: str, upper: float) -> None:
    """Give the axis ``"x"`` or ``"y"`` of rates a scale in percent from zero to `upper`."""
    length = ax.get_position().width * style.WIDTH_INCHES if which == "x" else 0
    ticks = find_ticks(upper, max(int(length / 0.6), 2) if which == "x" else 4)
    set_scale(ax, which, ticks, _percent_labels(ticks), upper)


def set_scale(ax: Axes, which: str, ticks: Sequence[float], labels: Sequence[str], upper: float) -> None:
    """Give an axis that begins at zero these ticks, as fine lines across the drawing."""
    axis: Axis = ax.xaxis if which == "x" else ax.yaxis
    axis.set_ticks(list(ticks), labels)
    axis.set_tick_params(length=0)
    axis.grid(True)
    getattr(ax, f"set_{which}lim")(0, upper)
    ax.spines["bottom" if which == "x" else "left"].set_visible(False)
