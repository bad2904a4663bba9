"""Figures on the value of customers: tidy table → figure. The title states the finding."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from ..analysis.value.model_check import Check
from ..base import language, origin, style
from ..base.language import text
from . import layout
from .value_tables import name_groups

CURVE_INCHES = 1.9  # height of a curve's panel


def concentration(curve: pd.DataFrame, measure: str, title: str = "") -> Figure:
    """Draw the share of money that the first customers have, the most valuable first.

    Parameters
    ----------
    curve : DataFrame
        See `protect_concentration`. A whale curve passes 100 % where some cost more than they bring.
    measure : str
        What is cumulated, in the report's language.
    title : str
        The finding, one line.
    """
    upper = max(1.0, float(curve["share"].max(skipna=True) if len(curve) else 1)) * 1.06
    left = layout.rate_scale_width(upper)
    sheet = layout.begin_sheet(CURVE_INCHES + 0.5, title, measure)
    ax = sheet.panel(left, style.WIDTH_INCHES - layout.MARGIN_INCHES - 0.2, 0.06, CURVE_INCHES)
    x = np.concatenate([[0.0], curve["share_of_customers"].to_numpy(float)])
    y = np.concatenate([[0.0], curve["share"].to_numpy(float)])
    ax.plot([0, 1], [0, 1], color=style.GRID, linewidth=1)
    ax.axhline(1, color=style.GREY, linewidth=0.8, linestyle=(0, (4, 3)))
    ax.plot(x, y, "o-", color=style.ACCENT, markersize=4.5, clip_on=False)
    layout.set_rate_scale(ax, "y", upper)
    ticks = (0.2, 0.4, 0.6, 0.8, 1.0)  # the zero stands on the other axis
    layout.set_scale(ax, "x", ticks, [f"{tick:.0%}" for tick in ticks], 1.0)
    sheet.write(
        [text(zh="客户的累计占比，价值高的在前", en="Share of customers, the most valuable first")],
        CURVE_INCHES + 0.26,
    )
    return sheet.figure


def tenths(table: pd.DataFrame, title: str = "") -> Figure:
    """Draw the share of all value that each tenth of customers has.

    Parameters
    ----------
    table : DataFrame
        See `customer_values.share_by_tenth`.
    title : str
        The finding, one line.
    """
    names = [text(zh=f"第{n}组", en=f"{n}") for n in table.index]
    numbers = {
        language.term("share"): [language.formatted(share, "share") for share in table["share"]],
        text(zh="户均（元）", en="Mean (yuan)"): [
            language.formatted(v, "amount") for v in table["mean_value"]
        ],
    }
    measure = text(
        zh="客户按生命周期价值从高到低分为十组，各组占全部价值的比重",
        en="Customers in tenths by lifetime value, highest first; share of all value",
    )
    figure, ax = layout.begin_rows(names, numbers, title, measure)
    ax.barh(np.arange(len(table)), table["share"], color=style.ACCENT, height=0.7)
    ax.set_xlim(0, max([0.01, *table["share"]]))
    ax.xaxis.set_visible(False)
    return figure


def held_out(tested: Check, title: str = "", *, renewals: bool = False) -> Figure:
    """Draw predicted and actual means of the hold-out.

    Parameters
    ----------
    tested : Check
        See `model_check`.
    title : str
        The finding, one line.
    renewals : bool
        Groups are renewals, and means are shares.
    """
    table = tested.groups
    names = name_groups(table.index, renewals=renewals)
    form = "share" if renewals else "lift"
    numbers = {
        text(zh="客户数", en="Customers"): [language.formatted(n, "customers") for n in table["customers"]],
        text(zh="预测", en="Predicted"): [language.formatted(v, form) for v in table["predicted"]],
        text(zh="实际", en="Actual"): [language.formatted(v, form) for v in table["actual"]],
    }
    what = (
        text(zh="续费率", en="Share renewed")
        if renewals
        else text(zh="户均购买次数", en="Purchases per customer")
    )
    measure = text(zh=f"{what}  ● 实际  ◇ 预测", en=f"{what}  ● actual  ◇ predicted")
    figure, ax = layout.begin_rows(names, numbers, title, measure)
    places = np.arange(len(table))
    ax.hlines(places, table["predicted"], table["actual"], color=style.GRID, linewidth=2)
    ax.plot(table["actual"], places, "o", color=style.ACCENT, markersize=5.5, clip_on=False)
    ax.plot(
        table["predicted"],
        places,
        "D",
        color=style.ACCENT,
        markerfacecolor=style.PAPER,
        markersize=5,
        clip_on=False,
    )
    ax.set_xlim(0, max([0.01, *table["predicted"], *table["actual"]]) * 1.05)
    ax.xaxis.set_visible(False)
    return figure


def engagement(table: pd.DataFrame, title: str = "") -> Figure:
    """Draw who bought afterwards by grade of behaviour, with intervals, highest grade on top.

    Parameters
    ----------
    table : DataFrame
        See `behaviour_rates.rate_grades`.
    title : str
        The finding, one line.
    """
    names = [text(zh=f"活跃度{grade}", en=f"Engagement {grade}") for grade in table.index]
    numbers = {
        text(zh="客户数", en="Customers"): [
            language.formatted(n, "customers") for n in table["consultations"]
        ],
        text(zh="购买率", en="Bought"): [_rate(rate) for rate in table["rate"]],
    }
    measure = text(
        zh="其后90天内购买的比率及95%置信区间",
        en="Share that bought in the 90 days after, with 95% confidence interval",
    )
    figure, ax = layout.begin_rows(names, numbers, title, measure, scale=True)
    places = np.arange(len(table))
    layout.draw_intervals(ax, places, table, vertical=False)
    ax.plot(table["rate"], places, "o", color=style.ACCENT, markersize=5.5, clip_on=False)
    layout.set_rate_scale(ax, "x", layout.end_of_rates(table["high"]))
    return figure


def _rate(value: float) -> str:
    return text(zh="不足", en="few") if pd.isna(value) else language.formatted(value, "rate")


def matrix(table: pd.DataFrame, title: str = "") -> Figure:
    """Draw customers by grade of value and of intent; the darker, the more.

    Parameters
    ----------
    table : DataFrame
        See `customer_values.cross_grades`.
    title : str
        The finding, one line.
    """
    names = [text(zh=f"价值{grade}", en=f"Value {grade}") for grade in table.index]
    heads = [text(zh=f"意向{grade}", en=f"Intent {grade}") for grade in table.columns]
    measure = text(
        zh="客户数（户）：行为价值等级，列为意向等级", en="Customers: rows by value, columns by intent"
    )
    top = layout.LINE_INCHES + 0.04
    figure, ax = layout.begin_rows(names, {}, title, measure, top=top, height=0.36)
    ax.set(xlim=(-0.5, max(len(heads), 1) - 0.5), xticks=[])
    most = max(1, int(table.to_numpy().max(initial=0)))
    shades = sorted(style.grade_colours([str(n) for n in range(5)]).values(), key=style.lightness)[::-1]
    for column, head in enumerate(heads):
        ax.annotate(
            head, (column, -0.5), (0, 4), textcoords="offset points", ha="center", va="bottom",
            color=style.GREY, annotation_clip=False,
        )  # fmt: skip
        for row, count in enumerate(table.iloc[:, column]):
            colour = shades[round(4 * count / most)]
            ax.add_patch(Rectangle((column - 0.49, row - 0.47), 0.98, 0.94, color=colour, linewidth=0))
            ax.text(
                column, row, f"{count:,}", ha="center", va="center_baseline", color=style.readable_on(colour)
            )
    return figure


def gaps(table: pd.DataFrame, title: str = "") -> Figure:
    """Draw the potential by product, largest on top.

    Parameters
    ----------
    table : DataFrame
        See `potential.potentials`.
    title : str
        The finding, one line.
    """
    names = [language.name(str(product)) for product in table.index]
    most = layout.rows_on_a_page(names)
    shown = table.head(most)
    numbers = {
        text(zh="潜力（元）", en="Potential (yuan)"): [
            language.formatted(v, "amount") for v in shown["potential"]
        ],
        text(zh="客户数", en="Customers"): [language.formatted(n, "customers") for n in shown["customers"]],
    }
    measure = text(zh="尚未购买该产品的客户的潜力价值", en="Potential of customers without the product")
    note = layout.count_left_out(len(table) - len(shown))
    figure, ax = layout.begin_rows(names[:most], numbers, title, measure, note=note)
    ax.barh(np.arange(len(shown)), shown["potential"], color=style.ACCENT, height=0.7)
    ax.set_xlim(0, max([1.0, *shown["potential"]]))
    ax.xaxis.set_visible(False)
    return figure


origin.trace_module(globals())
