"""Tidy table → what it says of the value and behaviour of customers, in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ...analysis.value.assumptions import FOR_EVER, LIST_PRICE, NOW, WALLET, Assumptions
from ...analysis.value.contribution import gini_of_curve
from ...analysis.value.lifetime_value import discount_factor
from ...base import language, origin
from ...base.language import text
from .value_changes import contribution_label, growth, moved, sales_label
from .wording import cut, percent

CONCENTRATED = 0.6  # the Gini coefficient from which on sales are said to hang on few


def yuan(amount: float) -> str:
    """Return an amount as a sentence gives it: 908.6万元, 3,358元."""
    if pd.isna(amount):
        return language.protected()
    if abs(amount) >= 1e8:
        return text(zh=f"{amount / 1e8:,.2f}亿元", en=f"{amount / 1e6:,.1f} million yuan")
    if abs(amount) >= 1e5:
        return text(zh=f"{amount / 1e4:,.1f}万元", en=f"{amount:,.0f} yuan")
    return text(zh=f"{amount:,.0f}元", en=f"{amount:,.0f} yuan")


def _count(number: Any) -> str:
    """Print a number of customers as the gate hands it out: withheld or not."""
    return f"{number:,}" if isinstance(number, int) else str(number)


def _households(number: Any) -> str:
    """Print a number of customers with its unit; a withheld one stands alone."""
    return text(zh=f"{number:,}户", en=f"{number:,}") if isinstance(number, int) else str(number)


def _is_some(number: Any) -> bool:
    return isinstance(number, int) and number > 0


# --- what there is


def missing(table: str) -> str:
    """Say that a table was not supplied, and what is therefore left out."""
    said = {
        "purchases": (
            "未提供订单，也没有带金额和成交日期的成交记录，购买、价值和利润各节从略",
            "Neither orders nor dated purchases with amounts were supplied; purchases, value and profit are left out",
        ),
        "orders": (
            "未提供订单表，以咨询登记的成交（按成交日期和金额）代替；续费、增购和退款因此不在其中",
            "No table of orders was supplied; the purchases registered with consultations stand in, without renewals, additions and refunds",
        ),
        "interactions": (
            "未提供互动记录，行为和服务成本未计",
            "No interactions were supplied; behaviour and the cost of service are left out",
        ),
        "customers": (
            "未提供客户档案，客户类型取自咨询，集团关系和企业规模未知",
            "No customers' table was supplied; types come from consultations, groups of firms and sizes are not known",
        ),
        "costs": ("订单未提供成本，贡献利润未知", "The orders give no cost, so contributions are not known"),
        "consultations": (
            "未提供当年的咨询，意向等级未知",
            "No consultations of the year were supplied, so intent is not known",
        ),
    }
    return text(zh=said[table][0], en=said[table][1])


def absences(supplied: Mapping[str, bool]) -> list[str]:
    """Return a sentence for each table or column that is not there."""
    if not supplied["purchases"]:
        names = ["purchases", *(n for n in ("interactions", "customers", "consultations") if not supplied[n])]
        return [missing(name) for name in names]
    return [missing(name) for name, there in supplied.items() if not there and name != "purchases"]


def conventions(rules: Assumptions, year: int, last_day: str) -> list[str]:
    """Say how value is reckoned: period, discount, first payment, margin, refunds."""
    life = rules.lifetime
    first = (
        text(zh="当期期初", en="at once")
        if life.first_payment == NOW
        else text(zh="一年后", en="in a year's time")
    )
    margin, rate = percent(float(life.margin)), percent(float(life.discount))
    years = f"{float(life.years):g}"
    span = text(zh=f"生命周期{years}年", en=f"a lifetime of {years} years")
    if life.horizon == FOR_EVER and life.retention is not None:
        kept = percent(float(life.retention))
        span = text(zh=f"不设年限、年留存率{kept}", en=f"no end, {kept} staying each year")
    factor = f"{float(discount_factor(life)):.3f}"
    return [
        text(
            zh=f"生命周期价值＝年订单数×平均金额×毛利率{margin}×折现系数{factor}（{span}，年折现率{rate}，首次付款在{first}）",
            en=f"Lifetime value = orders a year × average amount × margin of {margin} × {factor}, the sum of discounted years ({span}, {rate} a year, first payment {first})",
        ),
        text(
            zh=f"金额已扣除退款；数据截至{last_day}；贡献利润、净销售额和潜力按{year}年计，生命周期价值按截至该日的全部订单计，首次购买不满一年的按一年计",
            en=f"Refunds are deducted. The data reach to {last_day}. Contribution, net sales and potential are of {year}; lifetime value rests on all orders up to that day, and less than a year since the first order counts as one",
        ),
        _potential_rule(rules),
        text(
            zh="毛利率、折现率和服务单价是参数文件给出的假设，不是测算结果",
            en="Margin, discount and the prices of service are assumptions of the parameters file, not findings",
        ),
    ]


def _potential_rule(rules: Assumptions) -> str:
    if rules.potential.formula == WALLET:
        rate = percent(float(rules.potential.wallet_rate))
        return text(
            zh=f"潜力价值＝（客户年营业收入×{rate}－当年购买额）×毛利率",
            en=f"Potential = (yearly revenue × {rate} − purchases of the year) × margin",
        )
    price = text(zh="目录价", en="the list price")
    median = text(zh="其年购买额中位数", en="the median of what these spend on it a year")
    worth = price if rules.potential.formula == LIST_PRICE else median
    fewest = rules.potential.fewest_peers
    return text(
        zh=f"潜力价值＝客户尚未购买的各产品之和：同类型、同规模客户中购买该产品的比例×{worth}×毛利率；同类客户不足{fewest}户的不测算",
        en=f"Potential = over the products that a customer lacks, the share of customers of the same type and size who have it × {worth} × margin; fewer than {fewest} such customers give none",
    )


# --- findings


def key_figures(counts: Mapping[str, Any], total: pd.Series) -> list[tuple[str, str]]:
    """Return what opens the report; nothing where nobody bought."""
    if counts["buyers"] == 0:
        return []
    contribution = (contribution_label(), yuan(total["contribution"]))
    return [
        (text(zh="购买客户", en="Customers who bought"), _households(counts["buyers"])),
        (sales_label(), yuan(total["sales"])),
        *([contribution] if pd.isna(total["sales"]) or pd.notna(total["contribution"]) else []),
        (text(zh="户均生命周期价值", en="Mean lifetime value"), yuan(total["mean_clv"])),
    ]


def totals(counts: Mapping[str, Any], total: pd.Series, year: int, before: pd.Series | None = None) -> str:
    """State sales, contribution and lifetime value; of the sales also how they changed on the year before."""
    if counts["buyers"] == 0:
        return text(zh=f"截至{year}年末没有购买客户", en=f"Nobody had bought by the end of {year}")
    if pd.isna(total["sales"]):
        return text(
            zh="销售额或价值集中于个别客户，或客户过少，合计金额不予公布",
            en="Sales or value hang on single customers, or there are too few, so no sums are published",
        )
    profit = _state_profit(total, is_whole=counts["unknown_contribution"] == 0)
    grown = moved(growth(total, before, "sales"), year - 1)
    return text(
        zh=f"截至{year}年末，购买客户{_count(counts['buyers'])}户；{year}年净销售额（扣除退款）{yuan(total['sales'])}{grown}{profit}；全部客户的生命周期价值合计{yuan(total['clv'])}",
        en=f"{_count(counts['buyers'])} customers had bought by the end of {year}. Net sales of {year} (after refunds) were {yuan(total['sales'])}{grown}{profit}; the lifetime values of all customers sum to {yuan(total['clv'])}",
    )


def _state_profit(total: pd.Series, *, is_whole: bool) -> str:
    if pd.isna(total["contribution"]):
        return ""
    margin = percent(total["contribution"] / total["sales"]) if is_whole and total["sales"] > 0 else ""
    rate = text(zh=f"（占净销售额的{margin}）", en=f" ({margin} of net sales)") if margin else ""
    told = yuan(total["contribution"])
    return text(zh=f"，贡献利润{told}{rate}", en=f", with a contribution of {told}{rate}")


def who_earns(curve: pd.DataFrame) -> str:
    """State which share of value the first customers have; nothing without a curve."""
    first = curve[curve["share_of_customers"] < 1]
    if first.empty:
        return ""
    near = first.iloc[int((first["share_of_customers"] - 0.2).abs().to_numpy().argmin())]
    gini = gini_of_curve(curve["share_of_customers"].to_numpy(float), curve["share"].to_numpy(float))
    verdict = text(zh="，价值集中于少数客户", en=": value hangs on few") if gini >= CONCENTRATED else ""
    first = cut(near["share_of_customers"])
    return text(
        zh=f"价值最高的{first}客户占全部生命周期价值的{percent(near['share'])}{verdict}",
        en=f"The most valuable {first} of customers hold {percent(near['share'])} of all lifetime value{verdict}",
    )


def tenths(table: pd.DataFrame) -> str:
    """State what the first and the last tenth of customers hold; nothing without ten of them."""
    if len(table) < 10:
        return ""
    first, last = percent(table["share"].iloc[0]), percent(table["share"].iloc[-1])
    return text(
        zh=f"价值最高的十分之一客户占全部生命周期价值的{first}，最低的十分之一占{last}",
        en=f"The most valuable tenth of customers hold {first} of all lifetime value, the least valuable {last}",
    )


def gini(curve: pd.DataFrame) -> str:
    """State the Gini coefficient of the points of a curve."""
    if curve.empty:
        return text(
            zh="客户过少或金额集中于个别客户，不公布集中度",
            en="There are too few customers, or money hangs on single ones: no concentration is published",
        )
    value = gini_of_curve(curve["share_of_customers"].to_numpy(float), curve["share"].to_numpy(float))
    return text(
        zh=f"按图中各点计算，基尼系数不低于{value:.2f}（各段内按相等计，故为下限）",
        en=f"From the points drawn, the Gini coefficient is at least {value:.2f} (within a stretch all count as equal)",
    )


def losing(counts: Mapping[str, Any], whale: pd.DataFrame) -> str:
    """State how many customers cost more than they bring, and what they take from the whole."""
    if not _is_some(counts["losing"]):
        if counts["losing"] != 0 or counts["unknown_contribution"] != 0 or counts["buyers"] == 0:
            return ""
        return text(zh="没有贡献利润为负的客户", en="No customer costs more than they bring")
    peak = whale["share"].max() if len(whale) else np.nan
    above = ""
    if pd.notna(peak) and peak > 1:
        above = text(
            zh=f"；其余客户的贡献合计为总额的{percent(peak)}",
            en=f"; without them the contribution would be {percent(peak)} of the total",
        )
    return text(
        zh=f"{_count(counts['losing'])}户客户全年贡献利润为负：成本、服务费用和退款超过销售额{above}",
        en=f"{_count(counts['losing'])} customers cost more in the year than they brought: cost, service and refunds exceed their sales{above}",
    )


def no_whale(counts: Mapping[str, Any], supplied: Mapping[str, bool]) -> str:
    """Say why there is no curve of contributions."""
    if not supplied["purchases"]:
        return missing("purchases")
    if not supplied["costs"]:
        return missing("costs")
    return text(
        zh="客户过少、合计不为正或金额集中于个别客户，不列贡献利润曲线",
        en="There are too few customers, their sum is not above zero or it hangs on single ones: no curve of contributions",
    )


def unknown(counts: Mapping[str, Any]) -> str:
    """State of how many customers the contribution is unknown; nothing where it is of none."""
    number = counts["unknown_contribution"]
    if number == 0:
        return ""
    return text(
        zh=f"{_count(number)}户客户因成本或服务时长缺失，贡献未知，不按零成本计，也不列入合计",
        en=f"Of {_count(number)} customers the contribution is unknown, because a cost or the minutes of a service are missing; they do not count as free of cost, and are in no sum",
    )


def refunds(counts: Mapping[str, Any]) -> str:
    """State how many refunds were deducted."""
    if not _is_some(counts["refunds"]):
        return ""
    return text(
        zh=f"共{_count(counts['refunds'])}笔退款，已扣除",
        en=f"{_count(counts['refunds'])} refunds were deducted",
    )


def largest_gap(gaps: pd.DataFrame) -> str:
    """State where the largest potential lies; nothing without any."""
    if gaps.empty or not gaps["potential"].max() > 0:
        return ""
    row, product = gaps.iloc[0], language.mention(str(gaps.index[0]))
    return text(
        zh=f"潜力最大的产品是{product}：{row['customers']:,.0f}户客户尚未购买，潜力价值{yuan(row['potential'])}",
        en=f"The largest potential is in {product}: {row['customers']:,.0f} customers lack it, worth {yuan(row['potential'])}",
    )


def potential(counts: Mapping[str, Any], gaps: pd.DataFrame) -> list[str]:
    """State where the largest potential lies, and of how many customers none is known."""
    said = [largest_gap(gaps)]
    if _is_some(counts["no_potential"]):
        said.append(
            text(
                zh=f"{_count(counts['no_potential'])}户客户因同类客户过少或类型、收入未知，不测算潜力价值",
                en=f"Of {_count(counts['no_potential'])} customers no potential is reckoned: they have too few of their kind, or their type or revenue is not known",
            )
        )
    return [one for one in said if one] or [
        text(zh="没有可测算的潜力价值", en="No potential can be reckoned")
    ]


def no_engagement(supplied: Mapping[str, bool], internal: bool) -> str:
    """Say why there is no table of engagement and purchases."""
    for table in ("interactions", "purchases"):
        if not supplied[table]:
            return missing(table)
    if internal:
        return text(zh="观察期内没有可比较的客户", en="There are no customers to compare")
    return text(
        zh="因小数目保护，不公布行为与其后购买的关系",
        en="To protect small numbers, purchases by engagement are not published",
    )


def no_matrix(supplied: Mapping[str, bool]) -> str:
    """Say why value and intent are not set side by side."""
    for table in ("purchases", "consultations"):
        if not supplied[table]:
            return missing(table)
    return text(
        zh="没有同时具有价值等级和意向等级的客户",
        en="No customer has both a grade of value and one of intent",
    )


def interests(table: pd.DataFrame) -> str:
    """State in which product interest tells most of a later purchase; nothing where in none."""
    clear = table[(table["p_adjusted"] < 0.05) & (table["rate"] > table["other_rate"])]
    if clear.empty:
        return text(
            zh="关注某一产品的客户，其后购买该产品的比例没有显著高于其他客户",
            en="Interest in a product did not clearly go with its purchase afterwards",
        )
    lift = (clear["rate"] / clear["other_rate"].where(clear["other_rate"] > 0)).fillna(np.inf)
    row, product = clear.loc[lift.idxmax()], language.mention(str(lift.idxmax()))
    return text(
        zh=f"关注{product}的客户其后90天内有{_interval(row)}购买该产品，其他客户为{percent(row['other_rate'])}（相关，不等于因果）",
        en=f"{_interval(row)} of those interested in {product} bought it within 90 days, against {percent(row['other_rate'])} of the others (they go together; that is no cause)",
    )


def active(table: pd.DataFrame) -> str:
    """State whether behaviour goes with purchases; nothing where it cannot be told."""
    known = table[table["rate"].notna()]
    if len(known) < 2:
        return ""
    first, last = known.iloc[0], known.iloc[-1]
    if first["low"] > last["high"]:
        verdict = text(
            zh="行为越活跃，其后购买的越多", en="Those who were more active bought more often afterwards"
        )
    else:
        verdict = text(
            zh="行为活跃与否，其后的购买率差异不显著",
            en="Active or not, customers bought about as often afterwards",
        )
    return text(
        zh=f"{verdict}：活跃度{known.index[0]}级其后90天内有{_interval(first)}购买，{known.index[-1]}级为{_interval(last)}",
        en=f"{verdict}: {_interval(first)} of engagement {known.index[0]} within 90 days, {_interval(last)} of engagement {known.index[-1]}",
    )


def _interval(row: pd.Series) -> str:
    low, high = percent(row["low"]), percent(row["high"])
    return text(zh=f"{percent(row['rate'])}（{low}～{high}）", en=f"{percent(row['rate'])} ({low} to {high})")


def observed(counts: Mapping[str, Any]) -> str:
    """Tell the customers of whom nothing was observed from those who were inactive."""
    if "active" not in counts:
        return ""
    return text(
        zh=f"{_count(counts['customers'])}户客户中，{_count(counts['active'])}户近90天有浏览、邮件或社交活动，"
        f"{_count(counts['inactive'])}户有记录但近90天没有活动，{_count(counts['not_observed'])}户没有任何互动记录（未观察到，不等于不活跃）",
        en=f"Of {_count(counts['customers'])} customers, {_count(counts['active'])} viewed pages, opened mails or responded in the last 90 days, "
        f"{_count(counts['inactive'])} are known and did not, and of {_count(counts['not_observed'])} nothing was observed, which is not to say that they did nothing",
    )


def left_out(counts: Mapping[str, Any]) -> str:
    """State which rows of interactions do not count; nothing where all do."""
    kinds = {
        "staff": ("内部人员", "of staff"),
        "robots": ("程序访问", "of programs"),
        "capped": ("超过每日上限", "beyond the daily limit"),
        "no_customer": ("无客户编号", "without a customer"),
    }
    out = {name: words for name, words in kinds.items() if counts.get(name, 0) != 0}
    if not out:
        return ""
    parts = language.listing(
        [
            text(zh=f"{zh}{_count(counts[name])}行", en=f"{_count(counts[name])} {en}")
            for name, (zh, en) in out.items()
        ]
    )
    return text(
        zh=f"互动记录{_count(counts['rows'])}行中，{parts}不计",
        en=f"Of {_count(counts['rows'])} rows of interactions, {parts} do not count",
    )


def mails(table: pd.DataFrame) -> str:
    """State open and click rates; nothing without mails."""
    if table.empty or table["rate"].isna().all():
        return ""
    opened, clicked = table.loc["opened"], table.loc["clicked"]
    return text(
        zh=f"邮件打开率{_interval(opened)}，点击率{_interval(clicked)}；部分邮件程序会自动打开邮件，宜以点击为准",
        en=f"{_interval(opened)} of mails were opened and {_interval(clicked)} clicked; some mail programs open mails by themselves, so trust the clicks",
    )


def matrix(strategies: pd.DataFrame) -> str:
    """State how many customers are valuable and lack intent, and how many are both."""
    if strategies.empty or not strategies["customers"].sum():
        return ""
    n = strategies.set_index(["value_half", "intent_half"])["customers"]
    return text(
        zh=f"价值和意向都高的客户{n['high', 'high']:,}户；价值高而意向低的{n['high', 'low']:,}户，应先查明原因",
        en=f"{n['high', 'high']:,} customers are high in value and intent; {n['high', 'low']:,} are high in value and low in intent: find out why first",
    )


def what_groups_are(groups: pd.DataFrame) -> str:
    """Say what the groups of customers rest on; nothing without them."""
    if groups.empty:
        return ""
    return text(
        zh="客户分群（RFM）按最近一次购买距今天数、订单数和累计净额，各按名次分为五等：净额在前两等的为高额客户；最近购买在前两等的为近期，在后两等的为久未购买",
        en="Groups (RFM) rest on days since the last order, number of orders and net amount, each in fifths by rank: the upper two fifths of amount are large, the upper two of recency recent, the lower two lapsing",
    )


def protected(internal: bool) -> str:
    """Say of an internal edition that nothing is withheld."""
    if not internal:
        return ""
    return text(
        zh="本版为内部资料，金额和户数未作保护，不得转发和公开",
        en="This edition is internal: nothing is withheld; do not pass it on",
    )


def largest_group(groups: pd.DataFrame) -> str:
    """State what the lapsing customers of large amounts stand for; nothing without them."""
    if "lapsing" not in groups.index or pd.isna(groups.loc["lapsing", "share"]):
        return ""
    row = groups.loc["lapsing"]
    return text(
        zh=f"久未购买的高额客户有{row['customers']:,.0f}户，占累计净额的{percent(row['share'])}，宜优先回访",
        en=f"{row['customers']:,.0f} customers of large amounts have not bought for long; they stand for {percent(row['share'])} of all that was bought: call them first",
    )


origin.trace_module(globals())
