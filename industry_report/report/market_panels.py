"""The panels of a market's summary, one a function; draw others with `small_figures`.

Each names its finding, its unit and the section that tells more, and is None where there is nothing to draw.
"""

from __future__ import annotations

import pandas as pd

from ..base import origin
from ..base.language import text
from ..protection.market_publication import Market
from . import market_tables, small_figures
from .one_page import Panel
from .sentences import market, market_headlines

MOST_YEARS = 5


def sales(now: Market, see: str = "") -> Panel | None:
    """Draw the sales of each whole year that may be told."""
    known = now.yearly.loc[[year for year in now.yearly.index if year in now.whole]].tail(MOST_YEARS)
    if known.empty:
        return None
    table = pd.DataFrame({"sales": known["sales"] / market_tables.small_size()}).rename_axis("year")
    unit = text(
        zh=f"各年销售额，{market_tables.small_unit()}", en=f"Sales by year, {market_tables.small_unit()}"
    )
    return small_figures.columns(
        table, "sales", title=market_headlines.headline_sales(now), measure=unit, see=see
    )


def effects(now: Market, see: str = "") -> Panel | None:
    """Draw what each factor added to the change of sales."""
    unit = text(
        zh=f"各因素对销售额变动的影响，{market_tables.small_unit()}",
        en=f"Effect on the change of sales, {market_tables.small_unit()}",
    )
    table = market_tables.small_effects(now)
    return small_figures.changes(table, "effect", title=market.largest_effect(now), measure=unit, see=see)


def share(now: Market, see: str = "") -> Panel | None:
    """Draw the share of the market by year; lines are the range of the total."""
    unit = text(zh="销售额占市场总量；线段为总量的范围", en="Share of sales; line: range of the total")
    title = market_headlines.headline_share(now)
    return small_figures.columns(market_tables.told_shares(now), "rate", title=title, measure=unit, see=see)


def regions(now: Market, see: str = "") -> Panel | None:
    """Draw how many of a thousand firms are customers, by region."""
    table = market_tables.regions(now)
    if "per_thousand" not in table:
        return None
    unit = text(
        zh=f"每千户企业中的客户数，{now.places.year}年", en=f"Customers per 1,000 firms, {now.places.year}"
    )
    title = market_headlines.headline_regions(now)
    return small_figures.bars(table, "per_thousand", title=title, measure=unit, see=see)


def intent(now: Market, see: str = "") -> Panel | None:
    """Draw how often consultations led to a purchase, by stated intent."""
    label = now.consultations.measure.label
    unit = text(zh=f"各意向评分的{label}", en=f"{label} by stated intent")
    title = market_headlines.headline_intent(now)
    return small_figures.bars(market_tables.intent(now), "rate", title=title, measure=unit, see=see)


def returning(now: Market, see: str = "") -> Panel | None:
    """Draw the share of last year's customers who bought again, with its interval."""
    if now.outlook.returning.empty:
        return None
    unit = text(
        zh="上年客户本年再次购买；线段为95%置信区间", en="Of last year's customers; line: 95% interval"
    )
    title = market_headlines.headline_returning(now)
    return small_figures.columns(now.outlook.returning, "rate", title=title, measure=unit, see=see)


origin.trace_module(globals())
