"""What a trade association reads of a market: sales and why they moved, share, regions, growth."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...analysis.trade.market_share import NO_SALES, TOO_SMALL, find_extremes
from ...base import language, origin
from ...base.language import listing, name, text
from ...protection.market_publication import Market
from ...protection.market_regions import NET
from .market_amounts import month_words, moved, ranged, signed, yuan
from .wording import bracketed, percent

MOST_REGIONS = 5  # named in a sentence


def reader(edition: str) -> str:
    """Return for whom the points of the summary are."""
    return {
        "government": text(zh="主管部门", en="public bodies"),
        "enterprise": text(zh="本单位", en="the company"),
    }.get(edition, text(zh="行业", en="the trade"))


def audience(edition: str) -> str:
    """Return for whom the report is, for its cover."""
    return {
        "government": text(zh="行业主管部门、统计部门", en="Government departments"),
        "enterprise": text(zh="本单位管理层", en="Management"),
    }.get(edition, text(zh="行业协会、厂商与服务商", en="Trade associations, vendors, service providers"))


# --- what there is and what there is not


def absent(now: Market, table: str) -> str:
    """Say that a table is not supplied, and what is left out for it; nothing where it is there."""
    if table not in now.absent:
        return ""
    return {
        "orders": text(
            zh="未提供订单：销售、市场份额、购买力和客户群规模从略，咨询部分不受影响",
            en="Orders are not supplied: sales, market share, purchasing power and next year's customers are left "
            "out; what rests on consultations is not affected",
        ),
        "market": text(
            zh="未提供市场总量：不计算市场份额。没有分母的份额没有依据",
            en="Totals of the market are not supplied: no market share is given, for it would lack a base",
        ),
        "customers": text(
            zh="未提供客户档案：购买力不按客户类型和企业规模分列",
            en="Customers' profiles are not supplied: purchasing power is not told by type and size",
        ),
        "consultations": text(
            zh="未提供咨询记录：购买意向和按转化率推算的需求从略",
            en="Consultations are not supplied: intent and the demand that follows from conversion are left out",
        ),
    }[table]


def reach(now: Market) -> str:
    """Say which months the orders cover, and which of them are unfinished or empty."""
    if now.monthly.empty:
        return ""
    first, last = now.monthly.index[0], now.monthly.index[-1]
    parts = [
        text(
            zh=f"订单覆盖{month_words(first)}至{month_words(last)}，共{len(now.monthly):,}个月",
            en=f"Orders cover {month_words(first)} to {month_words(last)}, {len(now.monthly):,} months",
        )
    ]
    if now.unfinished:
        parts.append(
            text(
                zh=f"{month_words(now.unfinished)}数据未到月底，不计入",
                en=f"{month_words(now.unfinished)} is not complete and is left out",
            )
        )
    if now.gaps:
        parts.append(
            text(
                zh=f"其中{len(now.gaps):,}个月没有任何订单，是没有销售还是没有导出，数据不能说明",
                en=f"{len(now.gaps):,} of these have no order at all; the data do not say whether nothing was sold",
            )
        )
    return text(zh="；", en="; ").join(parts)


# --- sales


def sales(now: Market) -> str:
    """State the sales of the year and how they changed."""
    if "orders" in now.absent:
        return text(zh="未提供订单，不统计销售额", en="Orders are not supplied; sales are not counted")
    if now.year not in now.yearly.index:
        return text(zh=f"{now.year}年没有订单", en=f"There are no orders in {now.year}")
    row, place = now.yearly.loc[now.year], name(now.region)
    if pd.isna(row["sales"]):
        return text(
            zh=f"{place}{now.year}年的销售额涉及个别客户，不予公布",
            en=f"Sales in {place}, {now.year}, would tell of single customers and are not published",
        )
    said = text(
        zh=f"{place}{now.year}年销售额{yuan(row['sales'])}",
        en=f"Sales in {place}, {now.year}: {yuan(row['sales'])}",
    )  # the change stands behind the amount that it belongs to
    return (
        said
        + _change(now)
        + text(
            zh=f"；订单{row['orders']:,.0f}笔，客户{row['customers']:,.0f}户",
            en=f"; {row['orders']:,.0f} orders, {row['customers']:,.0f} customers",
        )
    )


def _change(now: Market) -> str:
    if now.year not in now.whole:
        return text(zh="（数据不足全年）", en=" (not a whole year of data)")
    if now.year - 1 not in now.whole:
        return text(
            zh="（上年没有可比的全年数据）", en=" (the year before has no whole year to compare with)"
        )
    before, after = (float(now.yearly.loc[year, "sales"]) for year in (now.year - 1, now.year))
    if not before:
        return ""
    change = after / before - 1
    if change == 0:
        return text(zh="，与上年持平", en=f", as in {now.year - 1}")
    word = text(zh="增长" if change > 0 else "下降", en="up" if change > 0 else "down")
    return text(zh=f"，比上年{word}{abs(change):.1%}", en=f", {word} {abs(change):.1%} on {now.year - 1}")


def sales_title(now: Market) -> str:
    """State sales and change, as short as a figure's title."""
    if now.year not in now.yearly.index or pd.isna(now.yearly.loc[now.year, "sales"]):
        return ""
    total = yuan(now.yearly.loc[now.year, "sales"])
    return text(zh=f"{now.year}年销售额{total}", en=f"Sales in {now.year}: {total}") + _change(now)


def why(now: Market) -> str:
    """Split the change of sales into customers, frequency and amount."""
    if now.effects.empty:
        return ""
    effect = now.effects["effect"]
    names = factors()
    split = [f"{names[str(key)]}{text(zh='', en=' ')}{signed(value)}" for key, value in effect.items()]
    largest = names[str(effect.abs().idxmax())]
    return text(
        zh=f"销售额比上年{moved(effect.sum())}，主要来自{largest}的变化；各因素的影响为{'、'.join(split)}",
        en=f"Sales {moved(effect.sum())} on the year before, mostly through {largest}; effects: {', '.join(split)}",
    )


def factors() -> dict[str, str]:
    """Return what the factors of sales are called."""
    return {
        "customers": text(zh="客户数", en="customers"),
        "frequency": text(zh="户均订单数", en="orders per customer"),
        "amount": text(zh="单均金额", en="amount per order"),
    }


def average(now: Market) -> str:
    """State the average purchase with its intervals."""
    table = now.averages
    if table.empty:
        return ""
    names = {
        "per_order": text(zh="单均", en="per order"),
        "per_customer": text(zh="户均", en="per customer"),
        "median": text(zh="每户中位数", en="median per customer"),
    }
    parts = []
    for measure, row in table.iterrows():
        interval = bracketed(ranged(row["low"], row["high"], money=True)) if np.isfinite(row["low"]) else ""
        parts.append(f"{names[str(measure)]}{text(zh='', en=' ')}{yuan(row['mean'])}{interval}")
    return text(
        zh=f"平均购买额：{'，'.join(parts)}（括号内为95%置信区间）",
        en=f"Average purchase: {', '.join(parts)}; 95% intervals in brackets",
    )


def refunds(now: Market) -> str:
    """State refunds, which stand apart from sales."""
    if now.year not in now.yearly.index:
        return ""
    row = now.yearly.loc[now.year]
    if pd.isna(row["refunds"]):
        return text(
            zh="退款客户过少，退款金额不公布", en="Too few customers were refunded for the sum to be told"
        )
    if not row["refunded"]:
        return text(zh="没有退款", en="There were no refunds")
    return text(
        zh=f"另有退款{row['refunded']:,.0f}笔、{yuan(row['refunds'])}；净销售额（扣除退款）为{yuan(row['net'])}",
        en=f"Refunds stand apart: {row['refunded']:,.0f}, {yuan(row['refunds'])}; net sales (after refunds) {yuan(row['net'])}",
    )


def has_months(now: Market) -> bool:
    """Tell whether any month of sales may be told."""
    return bool(now.monthly["sales"].notna().any()) if len(now.monthly) else False


def months_withheld(now: Market) -> str:
    """Say that months are not told."""
    return text(
        zh="有的月份客户过少或金额过于集中，为避免涉及个别客户，各月销售额不公布",
        en="Some months have too few customers, or one dominates: sales by month are not published",
    )


def no_average(now: Market) -> str:
    """Say why there is no average purchase."""
    if "orders" in now.absent:
        return absent(now, "orders")
    return text(
        zh=f"{now.year}年没有可以公布的平均购买", en=f"There is no average purchase to publish for {now.year}"
    )


def no_effects(now: Market) -> str:
    """Say why the change of sales is not split."""
    return text(
        zh=f"没有{now.year - 1}年和{now.year}年两个全年可以公布的销售额，不作分解",
        en=f"{now.year - 1} and {now.year} are not both whole years of sales that may be told; the change is not split",
    )


def largest_effect(now: Market) -> str:
    """Name the factor that moved sales most, in a few words."""
    if now.effects.empty:
        return text(zh="销售额变动", en="Change of sales")
    largest = factors()[str(now.effects["effect"].abs().idxmax())]
    return text(zh=f"销售额变动主要来自{largest}", en=f"Sales changed mostly through {largest}")


def protection(threshold: int, dominance: float) -> str:
    """Say what is protected of sums of money."""
    return text(
        zh=f"销售额按月、按年公布的条件是：购买的客户（同一集团计一户）不少于{threshold}户，且其余客户合计不低于最大客户的{dominance:g}%。"
        "一年中有一个月不符合，当年各月都不公布。含不公布月份的序列不作预测",
        en=f"Sales are told by month and year where at least {threshold} customers bought (firms of a group are one) and what all "
        f"but the two largest bought is at least {dominance:g}% of the largest. If one month fails, all months of its year are "
        "withheld; a series with a withheld month is not forecast",
    )


# --- share, regions, growth


def share(now: Market) -> str:
    """State the market share with range and citation, or why there is none."""
    if "market" in now.absent:
        return text(
            zh="未提供市场总量，不计算市场份额", en="Totals of the market are not supplied; no share is given"
        )
    if "orders" in now.absent:
        return text(zh="未提供订单，不计算市场份额", en="Orders are not supplied; no share is given")
    table = now.places.shares
    if table.empty:
        return text(
            zh=f"市场总量表中没有{name(now.region)}的销售额，不计算市场份额",
            en=f"The totals hold no sales of {name(now.region)}; no share is given",
        )
    told = table[table["reason"] == ""]
    return _cite(told.iloc[0], now) if len(told) else _no_share(table.iloc[0])


def share_title(now: Market) -> str:
    """State the share, as short as a figure's title."""
    told = now.places.shares[now.places.shares["reason"] == ""]
    if told.empty:
        return ""
    row = told.iloc[0]
    share = f"{percent(row['rate'])}{_share_range(row)}"
    return text(zh=f"{row['year']}年市场份额{share}", en=f"Market share in {row['year']}: {share}")


def _cite(row: pd.Series, now: Market) -> str:
    basis = (
        text(zh="扣除退款", en="net of refunds")
        if now.places.basis == NET
        else text(zh="未扣除退款", en="before refunds")
    )
    interval = _share_range(row)
    earlier = (
        ""
        if row["year"] == now.year
        else text(zh="，为最近有市场总量的年份", en=", the latest year with a total")
    )
    return text(
        zh=f"{row['year']}年市场份额为{percent(row['rate'])}{interval}{earlier}。销售额{basis}；"
        f"市场总量来源：{row['source']}（{language.day(row['published_on'])}发布）",
        en=f"Market share in {row['year']}: {percent(row['rate'])}{interval}{earlier}. Sales are {basis}; the total comes from "
        f"{row['source']}, published {language.day(row['published_on'])}",
    )


def _share_range(row: pd.Series) -> str:
    if np.isfinite(row["low"]) and np.isfinite(row["high"]):
        return bracketed(ranged(row["low"], row["high"]))
    if np.isfinite(row["low"]):
        return text(
            zh=f"（至少{percent(row['low'])}，总量下限小于本单位销售额，不给上限）",
            en=f" (at least {percent(row['low'])}; the total's lower end is below own sales, so there is no upper end)",
        )
    return text(zh="（来源未给出总量的范围）", en=" (the source gives no range)")


def _no_share(row: pd.Series) -> str:
    year = row["year"]
    if row["reason"] == TOO_SMALL:
        return text(
            zh=f"{year}年引用的市场总量（{yuan(row['value'])}）小于本单位销售额，口径不一致，不计算市场份额",
            en=f"The total cited for {year} ({yuan(row['value'])}) is smaller than own sales: the two do not measure "
            "the same, so no share is given",
        )
    if row["reason"] == NO_SALES:
        return text(
            zh=f"{year}年没有可以公布的全年销售额，不计算市场份额",
            en=f"There is no whole year of sales to publish for {year}; no share is given",
        )
    return text(
        zh=f"{year}年的市场总量为零或空缺，不计算市场份额",
        en=f"The total for {year} is zero or blank; no share",
    )


def regions(now: Market) -> str:
    """Say which region is reached more or less than its share of firms, or why that cannot be said."""
    table = now.places.regions
    if table.empty:
        return text(
            zh="没有可比的企业数，不计算渗透率和区位商",
            en="There is no number of firms to compare with; penetration and quotients are not given",
        )
    if len(table) < 2:
        row = table.iloc[0]
        return text(
            zh=f"{now.places.year}年{name(now.region)}每千户企业中有客户{row['per_thousand']:.1f}户，没有其他地区可比",
            en=f"{row['per_thousand']:.1f} of 1,000 firms in {name(now.region)} were customers in "
            f"{now.places.year}; there is no other region to compare with",
        )
    return _rank(table, now.places.year)


def _rank(table: pd.DataFrame, year: int) -> str:
    """List the regions by penetration, and name the highest and lowest where that is clear."""
    ordered = table.sort_values("per_thousand", ascending=False, kind="stable").head(MOST_REGIONS)
    parts = [
        f"{name(str(region))}{text(zh='', en=' ')}{row['per_thousand']:.1f}"
        + bracketed(f"{row['quotient']:.2f}")
        for region, row in ordered.iterrows()
    ]
    listed = text(zh="、", en=", ").join(parts)
    said = text(
        zh=f"{year}年每千户企业中的客户数（括号内为区位商）：{listed}",
        en=f"Customers per 1,000 firms in {year} (location quotients in brackets): {listed}",
    )
    top, bottom = find_extremes(table)
    clear = [
        *([text(zh=f"{name(top)}最高", en=f"{name(top)} is highest")] if top else []),
        *([text(zh=f"{name(bottom)}最低", en=f"{name(bottom)} is lowest")] if bottom else []),
    ]
    unsure = text(
        zh="按企业数的范围和随机波动，差异不显著",
        en="within the range of the totals and chance, they cannot be told apart",
    )
    return said + text(zh="；", en="; ") + (text(zh="，", en=", ").join(clear) if clear else unsure)


def left_out(now: Market) -> str:
    """Say which regions could not be compared."""
    if not now.places.left_out or now.places.regions.empty:
        return ""
    names = listing([name(place) for place in now.places.left_out])
    return text(
        zh=f"{names}没有同年的企业数或客户数不公布，不参与比较",
        en=f"{names}: no number of firms of that year, or customers are not published; not compared",
    )


def growth(now: Market) -> str:
    """Say how own growth compares with that of the market."""
    table = now.places.growth
    if table.empty:
        return text(
            zh="没有连续两年的市场总量和全年销售额，不作增长分解",
            en="There are no totals and whole years of sales of two years running; growth is not split",
        )
    row = table.loc[now.region]
    parts = (
        (text(zh="随市场整体", en="with the whole market"), row["market"]),
        (text(zh="所在地区与整体之差", en="its region against the whole"), row["mix"]),
        (text(zh="自身", en="its own"), row["own"]),
    )
    kept = parts if len(table) > 1 else (parts[0], parts[2])
    said = text(zh="，", en=", ").join(
        f"{label}{text(zh='', en=' ')}{signed(value)}" for label, value in kept
    )
    year = now.places.growth_year
    return text(
        zh=f"{name(now.region)}{year}年销售额比上年{moved(row['change'])}：{said}",
        en=f"{name(now.region)}, {year}: sales {moved(row['change'])}: {said}",
    )


def competition(now: Market) -> str:
    """State the concentration of the market, where competitors' shares are known."""
    if now.places.competition.empty:
        return text(
            zh="未提供竞争者的市场份额，不计算集中度",
            en="Competitors' shares are not supplied; concentration is not given",
        )
    row = now.places.competition.iloc[0]
    if round(row["least"]) == round(row["greatest"]):
        return text(
            zh=f"市场集中度（HHI）为{row['least']:,.0f}",
            en=f"Concentration of the market (HHI): {row['least']:,.0f}",
        )
    return text(
        zh=f"市场集中度（HHI）在{row['least']:,.0f}～{row['greatest']:,.0f}之间，取决于未列出的竞争者有多少家",
        en=f"Concentration (HHI) lies between {row['least']:,.0f} and {row['greatest']:,.0f}, depending on how many "
        "competitors share what is not listed",
    )


origin.trace_module(globals())
