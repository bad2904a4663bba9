"""What page 1 of a market says in a few words: headlines of its panels, points for its reader, changes.

A headline claims what a test, an interval or the range of a total bears out; else it names the measure.
"""

from __future__ import annotations

import pandas as pd

from ...analysis.conversion import HIGHER, LOWER
from ...analysis.trade.market_share import find_extremes
from ...base import language, origin
from ...base.language import name, text
from ...protection.market_publication import Market
from . import market, market_outlook
from .market_amounts import moved, ranged, signed, yuan
from .wording import bracketed, percent


def headline_sales(now: Market) -> str:
    """Return by how much sales grew, or what is drawn."""
    change = _growth(now, "sales")
    if pd.isna(change):
        return text(zh="各年销售额", en="Sales by year")
    if percent(abs(change)) == percent(0):
        return text(zh="销售额与上年持平", en="Sales as high as the year before")
    word = text(zh="增长" if change >= 0 else "下降", en="up" if change >= 0 else "down")
    return text(zh=f"销售额比上年{word}{percent(abs(change))}", en=f"Sales {word} {percent(abs(change))}")


def headline_share(now: Market) -> str:
    """Return the latest market share, without its range."""
    told = now.places.shares[now.places.shares["reason"] == ""]
    if told.empty:
        return text(zh="市场份额", en="Market share")
    row = told.iloc[0]
    return text(
        zh=f"{row['year']}年市场份额{percent(row['rate'])}",
        en=f"{percent(row['rate'])} of the market in {row['year']}",
    )


def headline_regions(now: Market) -> str:
    """Return which region is reached most or least, or that this is not clear."""
    table = now.places.regions
    if len(table) < 2:
        return text(zh="每千户企业中的客户数", en="Customers per 1,000 firms")
    top, bottom = find_extremes(table)
    if top:
        return text(zh=f"{name(top)}的渗透率最高", en=f"{name(top)} is reached most")
    if bottom:
        return text(zh=f"{name(bottom)}的渗透率最低", en=f"{name(bottom)} is reached least")
    return text(zh="各地区渗透率的差异不显著", en="No clear difference between regions")


def headline_quotients(now: Market) -> str:
    """Return between which quotients the regions lie; they stand in the order of their penetration."""
    table = now.places.regions
    known = table["quotient"].dropna() if "quotient" in table else pd.Series(dtype=float)
    if len(known) < 2:
        return text(zh="区位商", en="Location quotient")
    low, high = f"{known.min():.2f}", f"{known.max():.2f}"
    top, bottom = find_extremes(table)
    if top or bottom:
        one, highest = (top, True) if top else (bottom, False)
        value = high if highest else low
        return text(
            zh=f"{name(one)}的区位商最{'高' if highest else '低'}，为{value}",
            en=f"{name(one)} has the {'highest' if highest else 'lowest'} location quotient, {value}",
        )
    return text(
        zh=f"各地区区位商在{low}～{high}之间，差异不显著",
        en=f"Location quotients from {low} to {high}: no clear difference",
    )


def headline_intent(now: Market) -> str:
    """Return what the highest stated intent is worth beside the lowest, where both may be told."""
    rows = now.consultations.by_score
    mine = rows[(rows["dimension"] == "intent") & rows["rate"].notna()] if len(rows) else rows
    if len(mine) < 2 or not mine.iloc[-1]["low"] > mine.iloc[0]["high"]:
        return text(zh="意向评分与成交", en="Stated intent and purchases")
    low, high = mine.iloc[0], mine.iloc[-1]
    return text(
        zh=f"意向{high['score']}分成交{percent(high['rate'])}，{low['score']}分{percent(low['rate'])}",
        en=f"{percent(high['rate'])} buy at intent {high['score']}, {percent(low['rate'])} at {low['score']}",
    )


def headline_returning(now: Market) -> str:
    """Return how the share who bought again changed, by the planned comparison."""
    verdict = str(now.planned["verdict"].get("returning", "")) if len(now.planned) else ""
    said = {
        HIGHER: text(zh="再次购买的比例显著提高", en="Significantly more bought again"),
        LOWER: text(zh="再次购买的比例显著下降", en="Significantly fewer bought again"),
    }
    return said.get(verdict, text(zh="再次购买的比例", en="Share who bought again"))


# --- the lead, the points, the cover


def share_short(now: Market) -> str:
    """State the market share and its range for the lead; the chapter cites the source."""
    told = now.places.shares[now.places.shares["reason"] == ""]
    if told.empty:
        return market.share(now)
    row = told.iloc[0]
    said = text(
        zh=f"按最近公布的市场总量计算，{row['year']}年市场份额为{percent(row['rate'])}",
        en=f"By the latest published total, its share of the market was {percent(row['rate'])} in {row['year']}",
    )
    if pd.isna(row["low"]) or pd.isna(row["high"]):
        return said
    between = ranged(row["low"], row["high"])
    return said + text(zh=f"，总量取上下限时为{between}", en=f" ({between} within the range of the total)")


def source_of_total(now: Market) -> str:
    """Cite the total that the share rests on; nothing without one."""
    told = now.places.shares[now.places.shares["reason"] == ""]
    if told.empty:
        return ""
    row = told.iloc[0]
    day = language.day(row["published_on"])
    return text(
        zh=f"市场总量来源：{row['source']}（{day}发布）",
        en=f"Source of the market's total: {row['source']}, published {day}",
    )


def points(now: Market) -> list[str]:
    """Return what follows for the reader: a claim, its evidence, what to do."""
    return [one for one in (_why(now), _next_year(now), _demand(now)) if one]


def _why(now: Market) -> str:
    if now.effects.empty:
        return ""
    effect = now.effects["effect"]
    largest = str(effect.abs().idxmax())
    names = market.factors()
    parts = [f"{names[str(key)]}{text(zh='', en=' ')}{signed(value)}" for key, value in effect.items()]
    todo = {
        "customers": text(zh="宜跟踪新增客户是否再次购买", en="Watch whether the new customers buy again"),
        "frequency": text(
            zh="宜查明哪些产品带来了再次购买", en="Find out which products brought repeat orders"
        ),
        "amount": text(
            zh="宜查明是价格还是产品构成的变化", en="Find out whether prices or the mix of products moved it"
        ),
    }[largest]
    listed = text(zh="、", en=", ").join(parts)
    return text(
        zh=f"{market.largest_effect(now)}。比上年{moved(effect.sum())}，各因素的影响为{listed}。{todo}",
        en=f"{market.largest_effect(now)}. Sales {moved(effect.sum())}: {listed}. {todo}",
    )


def _next_year(now: Market) -> str:
    table = now.outlook.size
    if table.empty:
        return market_outlook.size(now)
    total, back, new = (table.loc[part] for part in ("total", "returning", "new"))
    share = percent(back["forecast"] / total["forecast"])
    return text(
        zh=f"预计{now.year + 1}年客户{total['forecast']:,.0f}户，其中再次购买的占{share}。"
        f"95%预测区间为{total['low95']:,.0f}～{total['high95']:,.0f}户；再次购买{back['forecast']:,.0f}户，新客户"
        f"{new['forecast']:,.0f}户，新客户的预测更不确定，安排服务能力宜留有余地",
        en=f"About {total['forecast']:,.0f} customers in {now.year + 1}, {share} of them returning. The 95% prediction "
        f"interval is {total['low95']:,.0f} to {total['high95']:,.0f}: {back['forecast']:,.0f} returning and "
        f"{new['forecast']:,.0f} new, the less certain part. Leave room when planning service",
    )


def _demand(now: Market) -> str:
    if now.outlook.lacking:
        return market_outlook.demand(now)
    table = now.outlook.demand
    total, widest = table.loc["demand"], str(table["weight"].astype(float).idxmax())
    factor = market_outlook.factor_name(widest)
    between = ranged(total["low"], total["high"], money=True)
    return text(
        zh=f"潜在需求的范围很宽，不宜直接作为目标。推算为一年{yuan(total['mid'])}{bracketed(between)}，范围主要取决于"
        f"{factor}，宜先查清这一项",
        en=f"Potential demand is too uncertain to be a target. It is put at {yuan(total['mid'])} a year"
        f"{bracketed(between)}; most of the range is due to the {factor}, which should be established first",
    )


def changes(now: Market) -> list[str]:
    """Return what stands under the key figures: the change on the year before, where both years are whole."""
    if now.year not in now.yearly.index or pd.isna(now.yearly.loc[now.year, "sales"]):
        return []
    told = ["sales", "customers"]
    told += ["per_order"] if pd.notna(now.yearly.loc[now.year, "per_order"]) else []
    return [_on_last_year(_growth(now, column)) for column in told]


def _on_last_year(change: float) -> str:
    if pd.isna(change):
        return text(zh="首次统计", en="first count")
    shown = f"{change:+.1%}".replace("-", "−")
    return text(zh=f"比上年{shown}", en=f"{shown} on the year before")


def _growth(now: Market, column: str) -> float:
    """Return the relative change on the year before; nan where one of the years is not whole or withheld."""
    if now.year not in now.whole or now.year - 1 not in now.whole:
        return float("nan")
    before, after = (float(now.yearly.loc[year, column]) for year in (now.year - 1, now.year))
    return after / before - 1 if before else float("nan")


origin.trace_module(globals())
