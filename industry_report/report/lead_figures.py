"""Tables about leads → figures: what each column is worth, and whether predicted rates came true."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ..base import language, origin, style
from ..base.language import text
from . import layout


def spans(table: pd.DataFrame, title: str = "") -> Figure:
    """Draw from how few to how many points each column of the card gives.

    Parameters
    ----------
    table : DataFrame
        See `PublishedLeads.columns`.
    title : str
        The finding, one line.
    """
    rows = table.head(layout.rows_on_a_page(table["label"]))
    numbers = {text(zh="分差", en="Span"): [str(one) for one in rows["span"]]}
    measure = text(zh="每个字段最少和最多的分数", en="Fewest and most points of each column")
    figure, ax = layout.begin_rows(list(rows["label"]), numbers, title, measure, scale=True)
    least, most = rows["least"].to_numpy(float), rows["most"].to_numpy(float)
    places = np.arange(len(rows))
    ax.barh(places, np.minimum(least, 0), color=style.LOWER_COLOUR, height=0.5)
    ax.barh(places, np.maximum(most, 0), color=style.ACCENT, height=0.5)
    ax.axvline(0, color=style.INK, linewidth=0.8)
    reach = max([1.0, *np.abs(least), *np.abs(most)]) * 1.05
    ax.set_xlim(-reach, reach)
    ax.xaxis.set_visible(True)
    ax.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10], integer=True))
    ax.tick_params(axis="x", length=0)
    return figure


def grades(table: pd.DataFrame, title: str = "") -> Figure:
    """Draw how often the leads of each grade converted, with intervals, beside what was predicted.

    Parameters
    ----------
    table : DataFrame
        See `PublishedLeads.by_grade`.
    title : str
        The finding, one line.
    """
    upper = layout.end_of_rates([*table["high"], *table["predicted"]])
    numbers = {
        text(zh="实际", en="Observed"): [_share(one) for one in table["rate"]],
        text(zh="预测", en="Predicted"): [_share(one) for one in table["predicted"]],
        text(zh="线索", en="Leads"): [f"{one:,}" for one in table["leads"]],
    }
    measure = text(
        zh="成交率：横线为95%置信区间，◇为预测", en="Conversion rate: lines are 95% intervals, ◇ is predicted"
    )
    names = [language.grade_name(str(grade)) for grade in table.index]
    figure, ax = layout.begin_rows(names, numbers, title, measure, scale=True)
    places = np.arange(len(table))
    told = table["rate"].notna().to_numpy()
    layout.draw_intervals(ax, places[told], table[told], vertical=False)
    ax.plot(table["rate"][told], places[told], "o", color=style.ACCENT, markersize=6)
    ax.plot(
        table["predicted"], places, "D", color=style.PAPER, markeredgecolor=style.INK, markersize=5, zorder=4
    )
    layout.set_rate_scale(ax, "x", upper)
    return figure


def _share(rate: float) -> str:
    return "–" if np.isnan(rate) else language.formatted(rate, "rate")


origin.trace_module(globals())
