"""What a figure says to those who cannot see it: kind, finding, values in order, where the numbers are."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from ..analysis.conversion import FEWEST
from ..base import language
from ..base.language import formatted, text

# What a table measures, the first that it has; counts come last, for most tables have them beside a rate.
MEASURES = ("rate", "difference", "share", "mean", "lift", "contacts", "consultations", "received")
NUMBERS = {*MEASURES, "low", "high", "conversions", "reference", "standardised", "p", "contacts_per_year"}
VERDICTS = ("verdict", "direction")  # of a difference, whatever is drawn
SPELLED_OUT = 8  # values that are all read out; of more, the extremes
MOST_PANELS = 6  # whose names are read out
FEWEST_CELLS = 9  # of a heat map


def describe_figure(
    figure: Figure, caption: str, data: pd.DataFrame | None = None, *, measure: str | None = None
) -> str:
    """Return the alternative text of a figure.

    A title of a single panel is never taken for the finding: of twelve panels it would name the first.

    Parameters
    ----------
    figure : Figure
        As it is drawn; its own title, or that of its only axes, states the finding.
    caption : str
        In the report's language, without full stop.
    data : DataFrame, optional
        The tidy table behind it: what its rows are in the index or in columns, and one column of `MEASURES`.
    measure : str, optional
        Of a panel of the summary: what is drawn. No table stands below it.

    Returns
    -------
    str
        For example ``各来源的成交率。点图。老客户推荐最高。由高到低：老客户推荐38.6%、…。数据见图下的表格。``
    """
    axes = [ax for ax in figure.axes if ax.has_data()]
    parts = [caption, _name_kind(axes), measure or _find_finding(figure), _tell_values(data, axes)]
    if data is not None and measure is None:
        parts.append(text(zh="数据见图下的表格", en="The numbers are unfolded below the figure"))
    said = [part.strip().rstrip("。.") for part in parts if part.strip()]
    return text(zh="。", en=". ").join(said) + (text(zh="。", en=".") if len(said) > 1 else "")


def _name_kind(axes: list[Axes]) -> str:
    """Return what kind of drawing it is, and how many panels with which names."""
    names = [name for name, holds in _KINDS.items() if any(holds(ax) for ax in axes)]
    if not names:
        return ""
    kind = language.listing([_words(name) for name in names])
    kind = text(zh=kind, en=kind[:1].upper() + kind[1:])
    panels = [title for ax in axes if (title := " ".join(_titles(ax)).replace("\n", " ").strip())]
    if len(axes) < 2 or len(panels) < 2:
        return kind
    head = text(zh=f"{kind}，{len(panels)}幅", en=f"{kind} in {len(panels)} panels")
    if len(panels) > MOST_PANELS:
        return head
    return head + text(zh="：" + "、".join(panels), en=": " + ", ".join(panels))


def _titles(ax: Axes) -> list[str]:
    return [ax.get_title(loc=place) for place in ("left", "center", "right") if ax.get_title(loc=place)]


def _has_bars(ax: Axes) -> bool:
    return any(isinstance(container, BarContainer) for container in ax.containers)


def _has_course(ax: Axes) -> bool:
    """Tell whether points are joined: a helper line across the drawing has but two."""
    joined = (line for line in ax.lines if line.get_linestyle() not in ("None", ""))
    return any(np.asarray(line.get_xdata()).size > 2 for line in joined)


def _has_points(ax: Axes) -> bool:
    scattered = [drawn for drawn in ax.collections if isinstance(drawn, PathCollection)]
    dots = any(np.asarray(drawn.get_offsets()).size > 2 for drawn in scattered)
    marks = (line for line in ax.lines if line.get_linestyle() in ("None", ""))
    return dots or any(line.get_marker() not in ("None", "", " ", None, "|", "_") for line in marks)


def _has_cells(ax: Axes) -> bool:
    """Tell whether there are cells, coloured by what stands in them."""
    return not ax.containers and sum(isinstance(patch, Rectangle) for patch in ax.patches) >= FEWEST_CELLS


_KINDS: dict[str, Callable[[Axes], bool]] = {
    "bars": _has_bars,
    "course": _has_course,
    "points": _has_points,
    "cells": _has_cells,
}


def _words(kind: str) -> str:
    return {
        "bars": text(zh="条形图", en="bar chart"),
        "course": text(zh="折线图", en="line chart"),
        "points": text(zh="点图", en="dot plot"),
        "cells": text(zh="色块图", en="heat map"),
    }[kind]


def _find_finding(figure: Figure) -> str:
    titles = [figure.get_suptitle(), *(_titles(figure.axes[0]) if len(figure.axes) == 1 else [])]
    finding = next((title for title in titles if title), "")
    # Lines of words join with a space, lines of Chinese without.
    return re.sub(r"(?<=[!-~])\n(?=[!-~])", " ", finding).replace("\n", "")


# --- values


def _tell_values(data: pd.DataFrame | None, axes: list[Axes]) -> str:
    """Return all values in the drawing's order, or of many the highest and the lowest with their names."""
    if data is None or data.empty:
        return ""
    flat = data.reset_index() if data.index.name or data.index.nlevels > 1 else data
    measure = _find_measure(flat, axes)
    if measure is None:
        return ""
    keys = _find_keys(flat)
    shown = flat[flat[measure].notna()]
    names = [_name_row(row, keys) for row in shown[keys].itertuples(index=False)] if keys else []
    if not names or len(set(names)) < len(names):  # rows that are not told apart by their names
        return ""
    values = [formatted(value, measure) for value in shown[measure]]
    pairs = [f"{name} {value}" for name, value in zip(names, values, strict=True)]
    said = (
        _spell_out(pairs, shown[measure])
        if len(pairs) <= SPELLED_OUT
        else _tell_extremes(pairs, shown[measure])
    )
    return said + _tell_missing(flat, measure)


def _find_keys(flat: pd.DataFrame) -> list[str]:
    """Return the columns that name the rows: words first, numbers only where words leave rows alike."""
    keys = [column for column in flat.columns if column not in NUMBERS and _is_key(flat[column])]
    keys.sort(key=lambda column: (pd.api.types.is_integer_dtype(flat[column]), column in VERDICTS))
    for count in range(1, len(keys)):
        if not flat[keys[:count]].duplicated().any():
            return keys[:count]
    return keys


def _tell_missing(flat: pd.DataFrame, measure: str) -> str:
    """Say how many values are withheld, and how many there are none of: too few, or nothing to count."""
    missing = flat[measure].isna()
    none = missing & (flat["consultations"] < FEWEST) if "consultations" in flat else missing & False
    counts = [
        (int((missing & ~none).sum()), text(zh="项不公布", en=" not published")),
        (int(none.sum()), text(zh="项没有数值", en=" without a value")),
    ]
    return "".join(text(zh="；", en="; ") + f"{count}{words}" for count, words in counts if count)


def _find_measure(flat: pd.DataFrame, axes: list[Axes]) -> str | None:
    """Return the column that is drawn; the first of `MEASURES` where no column's numbers are."""
    there = [c for c in MEASURES if c in flat and pd.api.types.is_numeric_dtype(flat[c])]
    drawn = np.array([number for ax in axes for number in _list_drawn(ax)])
    further = [c for c in flat if c not in there and pd.api.types.is_float_dtype(flat[c])]
    for column in [*there, *further]:
        values = flat[column].dropna().to_numpy(float)
        if len(values) and len(drawn) and all(np.isclose(drawn, value).any() for value in values):
            return column
    return next(iter(there), None)


def _list_drawn(ax: Axes) -> list[float]:
    """Return lengths of bars and both coordinates of points and lines."""
    bars = [size for patch in ax.patches for size in _sizes(patch)]
    points = [drawn.get_offsets() for drawn in ax.collections if isinstance(drawn, PathCollection)]
    lines = [np.column_stack(line.get_data()) for line in ax.lines]
    numbers = [np.ma.getdata(pairs).astype(float).ravel() for pairs in (*points, *lines)]
    return [*bars, *(float(number) for pairs in numbers for number in pairs)]


def _sizes(patch: Patch) -> list[float]:
    return [patch.get_width(), patch.get_height()] if isinstance(patch, Rectangle) else []


def _is_key(column: pd.Series) -> bool:
    return not pd.api.types.is_float_dtype(column) and not pd.api.types.is_bool_dtype(column)


def _name_row(row: tuple[object, ...], keys: list[str]) -> str:
    words = [
        text(zh=f"{value}年", en=str(value))
        if key == "side" and str(value).isdigit()
        else formatted(value, key)
        for key, value in zip(keys, row, strict=True)
    ]
    joined = text(zh="\n", en=" ").join(words)
    return re.sub(r"(?<=[!-~])\n(?=[!-~])", " ", joined).replace("\n", "")


def _spell_out(pairs: list[str], values: pd.Series) -> str:
    order = ""
    if values.iloc[0] > values.iloc[-1] and values.is_monotonic_decreasing:
        order = text(zh="由高到低：", en="From high to low: ")
    elif values.iloc[0] < values.iloc[-1] and values.is_monotonic_increasing:
        order = text(zh="由低到高：", en="From low to high: ")
    return order + text(zh="、", en=", ").join(pairs)


def _tell_extremes(pairs: list[str], values: pd.Series) -> str:
    """Return both ends of the range, each with its name."""
    most, least = values.to_numpy().argmax(), values.to_numpy().argmin()
    return text(
        zh=f"共{len(pairs)}个数值，最高为{pairs[most]}，最低为{pairs[least]}",
        en=f"{len(pairs)} values, the highest {pairs[most]}, the lowest {pairs[least]}",
    )
