"""The panels of a value report's summary, one a function; draw others with `small_figures`.

Each names its finding, its unit and the section that tells more, and is None where there is nothing to draw,
as lists of single customers are in a public edition.
"""

from __future__ import annotations

import pandas as pd

from ..base import language, origin
from ..base.language import text
from ..protection.value_publication import PublishedValue
from . import small_figures, value_tables
from .one_page import Panel
from .sentences import value_headlines

UNIT = 10_000.0  # yuan, of sums in small charts
MOST_STEPS = 5  # of the curve of concentration in a small chart
# What fits beside a small bar; see `purchase_groups.GROUPS`.
_SHORT = {
    "steady": {"zh": "近期高额", "en": "Recent, large"},
    "lapsing": {"zh": "久未购买高额", "en": "Lapsing, large"},
    "recent": {"zh": "近期一般", "en": "Recent, small"},
    "between": {"zh": "居中", "en": "In between"},
    "gone": {"zh": "久未购买一般", "en": "Lapsing, small"},
}


def sales(now: PublishedValue, see: str = "") -> Panel | None:
    """Draw net sales by type of customer."""
    table = now.money.by["customer_type"]
    if table.empty:
        return None
    part = pd.DataFrame({"amount": table["sales"] / UNIT}).sort_values("amount", ascending=False)
    title = value_headlines.headline_sales(table, float(now.money.total["sales"]))
    unit = text(zh="净销售额（扣除退款），万元", en="Net sales (after refunds), 10,000 yuan")
    return small_figures.bars(part, "amount", title=title, measure=unit, see=see)


def mean_value(now: PublishedValue, see: str = "") -> Panel | None:
    """Draw the mean lifetime value by type of customer."""
    table = now.money.by["customer_type"]
    if table.empty:
        return None
    part = pd.DataFrame({"amount": table["mean_clv"]}).sort_values("amount", ascending=False)
    unit = text(zh="户均生命周期价值，元", en="Mean lifetime value, yuan")
    title = value_headlines.headline_mean(table)
    return small_figures.bars(part, "amount", title=title, measure=unit, see=see)


def groups(now: PublishedValue, see: str = "") -> Panel | None:
    """Draw how much of all that was bought each group of customers stands for."""
    if now.groups.empty:
        return None
    unit = text(zh="各客户群占累计净额", en="Share of the net amount")
    title = value_headlines.headline_groups(now.groups)
    table = value_tables.groups(now.groups)
    table.index = pd.Index([_SHORT[str(key)][language.current()] for key in now.groups.index], name="group")
    return small_figures.bars(table, "share", title=title, measure=unit, see=see)


def contribution(now: PublishedValue, see: str = "") -> Panel | None:
    """Draw the year's contribution by type of customer."""
    table = now.money.by["customer_type"]
    if table.empty or table["contribution"].isna().all():
        return None
    part = pd.DataFrame({"amount": table["contribution"] / UNIT}).sort_values("amount", ascending=False)
    unit = text(zh="贡献利润，万元", en="Contribution, 10,000 yuan")
    title = value_headlines.headline_contribution(now.counts, now.money.total)
    return small_figures.bars(part, "amount", title=title, measure=unit, see=see)


def medians(now: PublishedValue, see: str = "") -> Panel | None:
    """Draw what half of the customers of each type buy in a year."""
    if now.quantiles.empty:
        return None
    part = pd.DataFrame({"amount": now.quantiles["q50"]}).sort_values("amount", ascending=False)
    unit = text(zh="有购买客户的年净购买额中位数，元", en="Median net sales of those who bought, yuan")
    title = text(zh="各类客户的年购买额", en="What customers buy in a year")
    return small_figures.bars(part, "amount", title=title, measure=unit, see=see)


def concentration(now: PublishedValue, see: str = "") -> Panel | None:
    """Draw the share of value by tenth or, in public, that of the first customers at some points."""
    title = value_headlines.headline_concentration(now.tenths, now.concentration)
    if len(now.tenths):
        unit = text(zh="客户按价值分十组，各组占全部价值", en="Share of all value by tenth of customers")
        return small_figures.columns(now.tenths, "share", title=title, measure=unit, see=see)
    curve = now.concentration
    if curve.empty:
        return None
    shares = [f"{share:.0%}" for share in curve["share_of_customers"]]
    table = pd.DataFrame({"share": curve["share"].to_numpy()}, index=pd.Index(shares, name="tenth"))
    unit = text(zh="占全部价值，按客户累计占比", en="Share of all value, by share of customers")
    return small_figures.bars(table.iloc[:MOST_STEPS], "share", title=title, measure=unit, see=see)


def engagement(now: PublishedValue, see: str = "") -> Panel | None:
    """Draw how often customers bought after being active or not."""
    unit = text(zh="其后90天的购买率，按行为活跃度", en="Bought in the 90 days after, by engagement")
    title = value_headlines.headline_engagement(now.engagement)
    return small_figures.bars(now.engagement, "rate", title=title, measure=unit, see=see)


def gaps(now: PublishedValue, see: str = "") -> Panel | None:
    """Draw the potential by product."""
    if now.gaps.empty:
        return None
    table = pd.DataFrame({"amount": now.gaps["potential"] / UNIT})
    unit = text(zh="尚未购买的客户的潜力价值，万元", en="Of customers without it, 10,000 yuan")
    title = value_headlines.headline_gaps(now.gaps)
    return small_figures.bars(table, "amount", title=title, measure=unit, see=see)


origin.trace_module(globals())
