"""What lies ahead of a market, in words: demand, intent, forecasts; what was planned and what was found."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...analysis.conversion import FEW, HIGHER, LOWER
from ...analysis.customers.data_coverage import name_channel
from ...analysis.trade.forecast import CONSTANT, GAPS, LEAST, NAIVE, SHORT, WITHHELD, Forecast
from ...base import language, origin
from ...base.language import listing, name, term, text
from ...protection.market_publication import Market
from .market_amounts import month_words, ranged, yuan
from .wording import bracketed, percent, points


def measured(what: str) -> str:
    """Return what a series counts, as a sentence names it."""
    return {
        "sales": text(zh="销售额", en="Sales"),
        "consultations": text(zh="可评级的咨询", en="Graded consultations"),
        "new": text(zh="新客户", en="New customers"),
    }[what]


def comparison_name(key: str) -> str:
    """Return what a planned comparison is called."""
    return {
        "average_purchase": text(
            zh="户均购买金额与上年比较", en="amount per customer against the year before"
        ),
        "returning": text(zh="再次购买的比例与上年比较", en="share who bought again against the year before"),
        "region": text(zh="渗透率与其他地区合计比较", en="penetration against all other regions"),
        "intent": text(
            zh="意向最高的与其余咨询的成交率比较", en="conversion at the highest intent against the rest"
        ),
    }[key]


# --- demand, intent, purchasing power


def demand(now: Market) -> str:
    """State demand as a chain, or which factor is missing."""
    if now.outlook.lacking:
        lacking = listing([_factors()[factor] for factor in now.outlook.lacking])
        return text(
            zh=f"未提供{lacking}，不推算市场需求", en=f"Not supplied: {lacking}; demand is not reckoned"
        )
    table = now.outlook.demand
    total, widest = table.loc["demand"], str(table["weight"].astype(float).idxmax())
    return text(
        zh=f"按链式推算，{name(now.region)}一年的潜在需求为{yuan(total['mid'])}，各因素都取低值或高值时为"
        f"{ranged(total['low'], total['high'], money=True)}；范围主要由{factor_name(widest)}决定",
        en=f"By the chain, demand in {name(now.region)} is {yuan(total['mid'])} a year, "
        f"{ranged(total['low'], total['high'], money=True)} with all factors at one end; most of the range is due to "
        f"the {factor_name(widest)}",
    )


def _factors() -> dict[str, str]:
    """Return what the factors of demand are called, and where they come from."""
    return {
        "firms": text(zh="企业数（市场总量表）", en="number of firms (table of totals)"),
        "need": text(
            zh="有需求的企业占比（params/market.yaml中的need）",
            en="share that needs it (need in params/market.yaml)",
        ),
        "buys": text(zh="成交率", en="conversion rate"),
        "amount": text(zh="户均金额", en="amount per customer"),
    }


def factor_name(key: str) -> str:
    """Return what a factor of demand is called."""
    return _factors()[key].split("（")[0].split(" (")[0]


def intent(now: Market) -> str:
    """Say what a stated intent was worth: the rate at the highest and at the lowest score."""
    rows = now.consultations.by_score
    mine = rows[(rows["dimension"] == "intent") & rows["rate"].notna()] if len(rows) else rows
    if len(mine) < 2:
        return text(
            zh="没有可以公布的意向评分与成交结果，不评价购买意愿的实际价值",
            en="There are no scores of intent with outcomes to publish; what intent is worth is not told",
        )
    low, high = mine.iloc[0], mine.iloc[-1]
    label = now.consultations.measure.label
    return text(
        zh=f"意向{high['score']}分的咨询{label}为{percent(high['rate'])}{bracketed(ranged(high['low'], high['high']))}，"
        f"{low['score']}分的为{percent(low['rate'])}{bracketed(ranged(low['low'], low['high']))}",
        en=f"{label} at intent {high['score']}: {percent(high['rate'])}{bracketed(ranged(high['low'], high['high']))}, "
        f"at {low['score']}: {percent(low['rate'])}{bracketed(ranged(low['low'], low['high']))}",
    )


def power(now: Market) -> str:
    """Say how far the medians of the types reach; no type is called highest, for that is not tested."""
    table = now.outlook.power
    if len(table) < 2:
        return text(
            zh="没有足够多客户的客户类型，不列购买力",
            en="No types have customers enough to tell their purchasing power",
        )
    high, low = table["middle"].idxmax(), table["middle"].idxmin()
    if table.loc[high, "middle"] == table.loc[low, "middle"]:
        return text(
            zh="各客户类型年购买金额的中位数相同", en="The median amount a year is the same for all types"
        )
    return text(
        zh=f"各客户类型年购买金额的中位数从{yuan(table.loc[low, 'middle'])}（{language.mention(str(low))}）"
        f"到{yuan(table.loc[high, 'middle'])}（{language.mention(str(high))}）",
        en=f"The median amount a year reaches from {yuan(table.loc[low, 'middle'])} ({language.mention(str(low))}) to "
        f"{yuan(table.loc[high, 'middle'])} ({language.mention(str(high))})",
    )


# --- next year


def size(now: Market) -> str:
    """State how many customers next year will have."""
    table = now.outlook.size
    if table.empty:
        return _no_size(now)
    total, back, new = (table.loc[part] for part in ("total", "returning", "new"))
    return text(
        zh=f"预计{now.year + 1}年客户{total['forecast']:,.0f}户（{total['low95']:,.0f}～{total['high95']:,.0f}）："
        f"再次购买{back['forecast']:,.0f}户，新客户{new['forecast']:,.0f}户",
        en=f"Customers expected in {now.year + 1}: {total['forecast']:,.0f} ({total['low95']:,.0f} to "
        f"{total['high95']:,.0f}), {back['forecast']:,.0f} of them returning and {new['forecast']:,.0f} new",
    )


def _no_size(now: Market) -> str:
    if "orders" in now.absent:
        return text(
            zh="未提供订单，不推算客户群规模",
            en="Orders are not supplied; next year's customers are not reckoned",
        )
    if now.year not in now.outlook.returning.index:
        return text(
            zh="没有可以公布的两个全年的客户，不推算客户群规模",
            en="Two whole years of customers that may be told are not there; next year's are not reckoned",
        )
    return text(
        zh="新客户不作预测，因此不推算客户群规模",
        en="New customers are not forecast, so next year's customers are not reckoned",
    )


def forecast(now: Market, what: str) -> str:
    """State a forecast with its interval and the test it won, or why there is none."""
    found, subject = now.forecasts[what], measured(what)
    if found.reason:
        return _no_forecast(found, subject)
    first, last = (month_words(found.table.index[place]) for place in (0, -1))
    value, low, high = found.total
    money = what == "sales"
    shown = yuan(value) if money else f"{value:,.0f}"
    between = (
        ranged(low, high, money=True)
        if money
        else text(zh=f"{low:,.0f}～{high:,.0f}", en=f"{low:,.0f} to {high:,.0f}")
    )
    return text(
        zh=f"预计{first}至{last}{subject}合计{shown}（95%预测区间{between}）",
        en=f"{subject} expected from {first} to {last}: {shown} in all (95% prediction interval {between})",
    )


def model_name(model: str) -> str:
    """Return what a model is called."""
    if model == NAIVE:
        return text(zh="上年同月值", en="the value of the same month a year ago")
    return text(zh=f"指数平滑{model}", en=f"exponential smoothing, {model}")


def _no_forecast(found: Forecast, subject: str) -> str:
    if found.reason == SHORT:
        return text(
            zh=f"{subject}：数据不足{LEAST}个月（现有{found.months:,}个月），不作预测",
            en=f"{subject}: fewer than {LEAST} months of data ({found.months:,}); no forecast",
        )
    why = {
        WITHHELD: text(zh="部分月份不公布", en="some months are not published"),
        GAPS: text(zh="有的月份没有数据", en="some months have no data"),
        CONSTANT: text(zh="各月数值完全相同", en="all months are the same"),
    }.get(found.reason, text(zh="没有数据", en="there are no data"))
    return text(zh=f"{subject}：{why}，不作预测", en=f"{subject}: {why}; no forecast")


def tested(now: Market, what: str) -> str:
    """Say how the model did against last year's value on the last months, or that it could not be tested."""
    found = now.forecasts[what]
    if found.reason:
        return ""
    if found.test.empty:
        return text(
            zh=f"{measured(what)}的历史只有{found.months:,}个月，不足以检验模型，采用上年同月值",
            en=f"{measured(what)}: {found.months:,} months are too few to test a model, so last year's value is used",
        )
    best = found.test.loc[found.model]
    other = found.test.drop(index=found.model).iloc[0]
    winner, loser = (model_name(str(m)) for m in (found.model, found.test.drop(index=found.model).index[0]))
    shown = [yuan(row["mae"]) if what == "sales" else f"{row['mae']:,.1f}" for row in (best, other)]
    return text(
        zh=f"{measured(what)}：最近{best['tested']:.0f}个月逐月检验（只用当时已知的数据），{winner}的平均绝对误差为{shown[0]}，"
        f"{loser}为{shown[1]}，因此采用{winner}",
        en=f"{measured(what)}: over the last {best['tested']:.0f} months, forecast one by one from what was known, the "
        f"mean absolute error of {winner} is {shown[0]}, of {loser} {shown[1]}: the former is used",
    )


# --- planned and not planned


def planned(now: Market) -> str:
    """List what was planned to be compared, before the data were seen."""
    if now.planned.empty:
        return text(zh="参数中没有预设比较", en="The parameters plan no comparison")
    names = listing([comparison_name(str(key)) for key in now.planned.index])
    return text(
        zh=f"见到数据之前预先设定的比较共{len(now.planned):,}项：{names}；P值按Holm法一并校正",
        en=f"Comparisons planned before the data were seen ({len(now.planned):,}): {names}; "
        "their P values are adjusted together by Holm's method",
    )


def verdicts(now: Market) -> str:
    """Say which planned comparisons show a difference."""
    clear = now.planned[now.planned["verdict"].isin([HIGHER, LOWER])]
    few = now.planned[now.planned["p"].isna()]
    words = {
        HIGHER: text(zh="显著较高的是", en="significantly higher: "),
        LOWER: text(zh="显著较低的是", en="significantly lower: "),
    }
    parts = [
        head + listing([comparison_name(str(key)) for key in clear.index[clear["verdict"] == verdict]])
        for verdict, head in words.items()
        if (clear["verdict"] == verdict).any()
    ]
    said = (
        language.capital(text(zh="；", en="; ").join(parts))
        if parts
        else text(zh="各项预设比较的差异都不显著", en="No planned comparison shows a clear difference")
    )
    if len(few):
        names = listing([comparison_name(str(key)) for key in few.index])
        said += text(
            zh=f"；{names}缺少数据、不予公布或不足{FEW}户，未作",
            en=f"; not made for want of data or of {FEW} customers, or withheld: {names}",
        )
    return said


def searched(now: Market) -> str:
    """Say how many questions an exploratory search asked, and how many answers held."""
    found = now.discoveries
    if found is None:
        return ""
    if not found.questions or not np.isfinite(found.critical):
        return text(
            zh="客户过少或成交结果没有差别，不作探索性搜索",
            en="There are too few customers, or no difference in outcomes, for an exploratory search",
        )
    return text(
        zh=f"探索性搜索共提出{found.questions:,}个问题，在一半客户（{found.rows_a:,}户）中进行；随机打乱成交结果后，最大的|z|"
        f"有95%不超过{found.critical:.2f}，超过它的有{found.candidates:,}个。在另一半客户（{found.rows_b:,}户）中得到证实、"
        f"且不能由更简单的条件解释的有{len(found.found):,}个",
        en=f"The search asked {found.questions:,} questions of one half of the customers ({found.rows_a:,}). With "
        f"outcomes shuffled, the largest |z| stays below {found.critical:.2f} in 95% of cases; {found.candidates:,} "
        f"conditions exceed it. Held in the other half ({found.rows_b:,}) and not explained by a simpler condition: "
        f"{len(found.found):,}",
    )


def condition(parts: tuple[tuple[str, str], ...]) -> str:
    """Return a condition in words: 客户类型为小微企业且季度为Q1."""
    said = [
        text(zh=f"{term(column)}为{value}", en=f"{term(column)}: {name(name_channel(value))}")
        for column, value in parts
    ]
    return text(zh="且", en="; ").join(said)


def discovered(now: Market) -> list[str]:
    """Return what held, one sentence each, with rate and interval of the confirming half."""
    if now.discoveries is None:
        return []
    return [_discovery(row) for _, row in now.discoveries.found.iterrows()]


def _discovery(row: pd.Series) -> str:
    ends = [f"{100 * row[end]:+.1f}".replace("-", "−") for end in ("low", "high")]
    interval = text(zh=f"95%区间{ends[0]}～{ends[1]}", en=f"95% interval {ends[0]} to {ends[1]}")
    return text(
        zh=f"{condition(row['condition'])}：成交率{percent(row['rate_b'])}，其余{percent(row['rest_b'])}，相差"
        f"{points(row['difference'])}（{interval}；验证组{row['rows_b']:,}户）",
        en=f"{condition(row['condition'])}: conversion {percent(row['rate_b'])}, all others {percent(row['rest_b'])}, "
        f"difference {points(row['difference'])} ({interval}; {row['rows_b']:,} customers confirming)",
    )


def _firms(count: float) -> str:
    return text(zh=f"{count:,.0f}户", en=f"{count:,.0f}")


def key_figures(now: Market) -> list[tuple[str, str]]:
    """Return the cover's key figures: at most six that may be told."""
    figures = []
    if now.year in now.yearly.index and np.isfinite(now.yearly.loc[now.year, "sales"]):
        row = now.yearly.loc[now.year]
        figures.append((text(zh="销售额", en="Sales"), yuan(row["sales"])))
        figures.append((text(zh="客户", en="Customers"), _firms(row["customers"])))
        if np.isfinite(row["per_order"]):
            figures.append((text(zh="单均金额", en="Average per order"), yuan(row["per_order"])))
    told = now.places.shares[now.places.shares["reason"] == ""]
    if len(told):
        row = told.iloc[0]
        interval = bracketed(ranged(row["low"], row["high"])) if np.isfinite(row["high"]) else ""
        figures.append(
            (text(zh=f"{row['year']}年市场份额", en=f"Share, {row['year']}"), percent(row["rate"]) + interval)
        )
    future = now.forecasts["sales"]
    if not future.reason:
        value, low, high = future.total
        label = text(zh="未来12个月销售额", en="Sales, next 12 months")
        figures.append((label, yuan(value) + bracketed(ranged(low, high, money=True))))
    if len(now.outlook.size):
        total = now.outlook.size.loc["total"]
        label = text(zh=f"{now.year + 1}年客户", en=f"Customers, {now.year + 1}")
        between = text(
            zh=f"{total['low95']:,.0f}～{total['high95']:,.0f}户",
            en=f"{total['low95']:,.0f} to {total['high95']:,.0f}",
        )
        figures.append((label, _firms(total["forecast"]) + bracketed(between)))
    if not figures:
        figures.append((text(zh="咨询", en="Consultations"), f"{now.consultations.received:,}"))
    return figures


origin.trace_module(globals())
