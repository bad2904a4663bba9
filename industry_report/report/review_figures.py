"""Figures of the review of grades: effects of actions, their course, indicators by grade."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from ..analysis.reviews.action_effects import Outcome
from ..base import language, origin, style
from ..base.language import text
from . import layout

_MARKS = {"found": ("▲", "^"), "not found": ("○", "o"), "not sure": ("□", "s")}


def effects(table: pd.DataFrame, found: Sequence[Outcome], title: str = "") -> Figure:
    """Draw the difference that each action made with its interval, about a line of no effect (forest plot).

    Parameters
    ----------
    table : DataFrame
        Rows of `action_effects.tabulate` whose differences are shares.
    found : sequence of Outcome
        Of each row: what is claimed is filled, and what is not significant once all are counted says so.
    title : str
        The finding, one line.
    """
    numbers = {
        text(zh="百分点", en="Points"): [
            language.formatted(one, "difference") for one in table["difference"]
        ],
        text(zh="实施/对照", en="Treated/control"): [
            f"{row.treated:,.0f}/{row.control:,.0f}" for row in table.itertuples()
        ],
    }
    words = {
        "found": ("有效果", "found"),
        "not found": ("未发现", "not found"),
        "not sure": ("不能确定", "not sure"),
    }
    key = "  ".join(f"{_MARKS[code][0]} {text(zh=zh, en=en)}" for code, (zh, en) in words.items())
    measure = text(
        zh=f"差异（个百分点）及95%置信区间  {key}",
        en=f"Difference (percentage points) with 95% confidence interval  {key}",
    )
    chance = text(zh="（校正后不显著）", en=" (not significant)")
    names = [f"{label}{chance * one.is_chance}" for label, one in zip(table.index, found, strict=True)]
    figure, ax = layout.begin_rows(names, numbers, title, measure, scale=True)
    ax.axvline(0, color=style.GREY, linewidth=1)
    points = table[["difference", "low", "high"]].astype(float) * 100
    layout.draw_intervals(ax, np.arange(len(points)), points, vertical=False)
    for place, (value, one) in enumerate(zip(points["difference"], found, strict=True)):
        filled = style.ACCENT if one.verdict == "found" else style.PAPER
        mark = _MARKS[one.verdict][1]
        ax.plot(value, place, mark, color=style.ACCENT, markerfacecolor=filled, markersize=6.5)
    _set_signed_scale(ax)
    return figure


def _set_signed_scale(ax: Axes) -> None:
    ax.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    signed = FuncFormatter(lambda value, _: f"{value:+g}".replace("-", "−") if value else "0")
    ax.xaxis.set_major_formatter(signed)
    ax.tick_params(axis="x", length=0)
    ax.xaxis.grid(True)


def course(table: pd.DataFrame, name: str, title: str = "") -> Figure:
    """Draw an indicator of both groups in the windows before and after an action, with intervals.

    Parameters
    ----------
    table : DataFrame
        See `action_effects.trace`; of a share.
    name : str
        What the indicator is called.
    title : str
        The finding, one line.
    """
    measure = text(
        zh=f"{name}及95%置信区间；●实施组，○对照组；措施前后天数相同",
        en=f"{name} with 95% confidence interval; ● treated, ○ control; as many days before as after",
    )
    sheet = layout.begin_sheet(2.4, title, measure)
    upper = layout.end_of_rates(table["high"])
    right = style.WIDTH_INCHES - layout.MARGIN_INCHES - 0.1
    ax = sheet.panel(layout.rate_scale_width(upper), right, 0.05, 2.0)
    for group, shift, filled in (("实施", -0.06, style.ACCENT), ("对照", 0.06, style.PAPER)):
        own = table[table["group"] == group].sort_values("window")
        places = own["window"].to_numpy(float) + shift
        layout.draw_intervals(ax, places, own, vertical=True, ends=7)
        look = "-" if group == "实施" else (0, (4, 3))
        ax.plot(places, own["value"], linestyle=look, color=style.ACCENT, linewidth=1.4)
        ax.plot(places, own["value"], "o", color=style.ACCENT, markerfacecolor=filled, markersize=6)
    windows = sorted(table["window"].unique())
    ax.set_xticks(windows, [_name_window(int(window)) for window in windows])
    ax.axvline(-0.5, color=style.GREY, linewidth=1, linestyle=(0, (4, 3)))
    ax.tick_params(axis="x", length=0)
    layout.set_rate_scale(ax, "y", upper)
    return sheet.figure


def _name_window(window: int) -> str:
    """Return what a window of time is called; those before the one before count back."""
    names = {0: text(zh="措施之后", en="after"), -1: text(zh="措施之前", en="before")}
    return names.get(window, f"{window:+d}".replace("-", "−"))


def by_grade(table: pd.DataFrame, name: str, title: str = "") -> Figure:
    """Draw a share of customers by grade with its interval, highest grade on top.

    Parameters
    ----------
    table : DataFrame
        See `grade_outcomes.choose_indicator`; a share.
    name : str
        What the indicator is called.
    title : str
        The finding, one line.
    """
    known = table[table["rate"].notna()]
    numbers = {
        text(zh="占比", en="Share"): [language.formatted(value, "rate") for value in known["rate"]],
        text(zh="客户数", en="Customers"): [f"{count:,.0f}" for count in known["consultations"]],
    }
    measure = text(zh=f"{name}及95%置信区间", en=f"{name} with 95% confidence interval")
    names = [language.grade_label(str(grade)) for grade in known.index]
    figure, ax = layout.begin_rows(names, numbers, title, measure, scale=True)
    places = np.arange(len(known))
    ax.barh(places, known["rate"], color=style.GRID, height=0.7)
    layout.draw_intervals(ax, places, known, vertical=False)
    layout.set_rate_scale(ax, "x", layout.end_of_rates(known["high"]))
    return figure


origin.trace_module(globals())
