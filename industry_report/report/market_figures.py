"""Figures of a market: sales with a forecast fan, share with its range, quotients, what moved the sum."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..analysis.trade.forecast import Forecast
from ..base import language, origin, style
from ..base.language import text
from . import layout
from .figure_marks import every_nth
from .market_tables import effect_name
from .sentences.market_amounts import signed, yuan

SHOWN_MONTHS = 36
FAN_INCHES = 2.6


def sales_fan(monthly: pd.DataFrame, found: Forecast, title: str = "") -> Figure:
    """Draw sales by month and, where there is one, the forecast with its 80 and 95 % intervals.

    Parameters
    ----------
    monthly : DataFrame
        See `market_publication.Market`; the latest 36 months are drawn, a month that is withheld is a gap.
    found : Forecast
        Of sales.
    title : str
        The finding, one line.
    """
    past, ahead = monthly["sales"].tail(SHOWN_MONTHS), found.table
    measure = text(zh="各月销售额（万元）", en="Sales by month (10,000 yuan)")
    if len(ahead):
        measure += text(
            zh="；虚线为预测，深浅两带为80%和95%预测区间",
            en="; dashed: forecast, with 80% and 95% prediction intervals",
        )
    sheet = layout.begin_sheet(FAN_INCHES, title, measure)
    values, names = past.to_numpy(float) / 1e4, [str(month) for month in (*past.index, *ahead.index)]
    highest = ahead["high95"].to_numpy(float) / 1e4
    most = 1.06 * max([1.0, *np.nan_to_num(values), *highest])
    ticks = layout.find_ticks(most, 5, whole=most >= 5)
    labels = [f"{tick:,.6g}" for tick in ticks]
    left = layout.MARGIN_INCHES + layout.widest(labels) + 0.08
    right = style.WIDTH_INCHES - layout.MARGIN_INCHES - layout.widest(names[-1:]) / 2
    ax = sheet.panel(left, right, 0.05, FAN_INCHES - 0.3)
    ax.plot(np.arange(len(values)), values, "-o", color=style.ACCENT, markersize=3.2, linewidth=1.6)
    _draw_fan(ax, len(values), values, ahead / 1e4)
    layout.set_scale(ax, "y", ticks, labels, most)
    ax.set_xlim(-0.6, max(len(names), 1) - 0.4)
    step = every_nth(names, right - left)
    ax.set_xticks(np.arange(len(names))[::step], names[::step])
    return sheet.figure


def _draw_fan(ax: Axes, start: int, values: np.ndarray, ahead: pd.DataFrame) -> None:
    if not len(ahead):
        return
    last = values[-1:] if len(values) else ahead["forecast"].to_numpy(float)[:1]
    places = np.arange(start - 1, start + len(ahead))
    for level, shade in ((95, 0.14), (80, 0.26)):
        low, high = (
            np.concatenate([last, ahead[f"{end}{level}"].to_numpy(float)]) for end in ("low", "high")
        )
        ax.fill_between(places, low, high, color=style.ACCENT, alpha=shade, linewidth=0)
    points = np.concatenate([last, ahead["forecast"].to_numpy(float)])
    ax.plot(places, points, "--", color=style.ACCENT, linewidth=1.6)


def share_range(shares: pd.DataFrame, title: str = "") -> Figure:
    """Draw the market share of each year and source as a point with the range of its total.

    Parameters
    ----------
    shares : DataFrame
        See `market_share.shares`; rows without a share are left out.
    title : str
        The finding, one line.
    """
    known = shares[shares["rate"].notna()]
    shown = known.head(layout.rows_on_a_page([""] * len(known)))
    names = [f"{row.year} {row.source}" for row in shown.itertuples()]
    numbers = {text(zh="份额", en="Share"): [language.formatted(rate, "rate") for rate in shown["rate"]]}
    measure = text(
        zh="市场份额；线段为市场总量的范围所给出", en="Market share; lines: the range of the total"
    )
    figure, ax = layout.begin_rows(
        names, numbers, title, measure, scale=True, note=layout.count_left_out(len(known) - len(shown))
    )
    layout.draw_intervals(ax, np.arange(len(shown)), shown, vertical=False)
    ax.plot(shown["rate"], np.arange(len(shown)), "o", color=style.ACCENT, markersize=6)
    layout.set_rate_scale(ax, "x", layout.end_of_rates([*shown["high"], *shown["rate"]]))
    return figure


def quotients(regions: pd.DataFrame, title: str = "") -> Figure:
    """Draw the location quotient of each region against 1, crude and standardised.

    Parameters
    ----------
    regions : DataFrame
        See `market_share.penetration`.
    title : str
        The finding, one line.
    """
    names = [language.name(str(region)) for region in regions.index]
    shown = regions.head(layout.rows_on_a_page(names, 0.34))
    both = "standardised" in shown
    columns = ["quotient", *(["standardised"] if both else [])]
    key = text(zh="  ● 实际  ◇ 按客户类型标准化", en="  ● crude  ◇ standardised for type") if both else ""
    numbers = {
        (text(zh="实际", en="Crude") if name == "quotient" else text(zh="标准化", en="Standardised")): [
            f"{value:.2f}" for value in shown[name]
        ]
        for name in columns
    }
    measure = text(
        zh="区位商：客户占比与企业占比之比，虚线为1",
        en="Location quotient: share of customers over share of firms; dashed line: 1",
    )
    note = layout.count_left_out(len(regions) - len(shown))
    figure, ax = layout.begin_rows(
        names[: len(shown)], numbers, title, measure + key, scale=True, height=0.34, note=note
    )
    places = np.arange(len(shown))
    ax.axvline(1, color=style.GREY, linewidth=1, linestyle=(0, (4, 3)))
    ax.hlines(places, 1, shown["quotient"], color=style.ACCENT, linewidth=1.4)
    ax.plot(shown["quotient"], places, "o", color=style.ACCENT, markersize=6)
    if both:
        ax.plot(
            shown["standardised"],
            places + 0.2,
            "D",
            color=style.ACCENT,
            markerfacecolor=style.PAPER,
            markersize=5,
        )
    upper = 1.08 * max([1.2, *shown[columns].max()])
    ticks = layout.find_ticks(upper, 6)
    layout.set_scale(ax, "x", ticks, [f"{tick:.6g}" for tick in ticks], upper)
    return figure


def effects(table: pd.DataFrame, title: str = "") -> Figure:
    """Draw what each factor added to the change of sales or took from it.

    Parameters
    ----------
    table : DataFrame
        See `decomposition.lmdi`.
    title : str
        The finding, one line.
    """
    names = [effect_name(str(key)) for key in table.index]
    head = text(zh="影响额", en="Effect")
    numbers = {head: [signed(value) for value in table["effect"]]}
    measure = text(zh="各因素对销售额变动的影响", en="What each factor added to the change of sales")
    figure, ax = layout.begin_rows(names, numbers, title, measure)
    values = table["effect"].to_numpy(float)
    colours = [style.HIGHER_COLOUR if value > 0 else style.LOWER_COLOUR for value in values]
    ax.barh(np.arange(len(values)), values, color=colours, height=0.6)
    ax.axvline(0, color=style.GREY, linewidth=1)
    edge = 1.05 * max([1.0, *np.abs(values)])
    ax.set_xlim(
        min(0.0, *values) * 1.05 if (values < 0).any() else 0, edge if (values > 0).any() else 0.05 * edge
    )
    ax.xaxis.set_visible(False)
    return figure


__all__ = ["effects", "quotients", "sales_fan", "share_range", "yuan"]

origin.trace_module(globals())
