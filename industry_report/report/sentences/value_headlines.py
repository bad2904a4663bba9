"""What page 1 of a report on value says in a few words: headlines of its panels, points for its reader."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ...analysis.value.assumptions import FOR_EVER, Assumptions
from ...base import language, origin
from ...base.language import mention, text
from ...base.origin import Withheld
from ...protection.value_publication import PublishedValue
from . import value
from .wording import percent


def audience(internal: bool) -> str:
    """Name for whom the report is, on its cover."""
    if internal:
        return text(zh="企业负责人、销售负责人", en="The owner and the sales lead")
    return text(zh="行业协会、厂商与服务商", en="Trade associations, vendors, service providers")


def reader(internal: bool) -> str:
    """Name for whom the points of the summary are."""
    return text(zh="销售负责人", en="the sales lead") if internal else text(zh="行业", en="the trade")


def headline_sales(table: pd.DataFrame, total: float) -> str:
    """Return the share of net sales of the type with the largest sum that may be told."""
    known = table["sales"].dropna()
    if known.empty or not total > 0:
        return text(zh="净销售额（扣除退款）", en="Net sales (after refunds)")
    name, share = mention(str(known.idxmax())), percent(known.max() / total)
    return text(zh=f"{name}占净销售额{share}", en=f"{language.capital(name)}: {share} of net sales")


def headline_mean(table: pd.DataFrame) -> str:
    """Return the type with the highest mean value that may be told."""
    known = table["mean_clv"].dropna()
    if known.empty:
        return text(zh="户均生命周期价值", en="Lifetime value per customer")
    name, worth = mention(str(known.idxmax())), value.yuan(known.max())
    return text(zh=f"{name}户均价值{worth}", en=f"{language.capital(name)}: {worth} each")


def headline_contribution(counts: Mapping[str, Any], total: pd.Series) -> str:
    """Return which part of net sales the contribution is, where it is known of all."""
    if counts["unknown_contribution"] != 0 or pd.isna(total["contribution"]) or not total["sales"] > 0:
        return text(zh="各类客户的贡献利润", en="Contribution by type")
    share = percent(total["contribution"] / total["sales"])
    return text(zh=f"贡献利润占净销售额{share}", en=f"Contribution: {share} of net sales")


def headline_groups(groups: pd.DataFrame) -> str:
    """Return what the lapsing customers of large amounts stand for."""
    if "lapsing" not in groups.index or pd.isna(groups.loc["lapsing", "share"]):
        return text(zh="按购买情况分群", en="By recency, frequency and amount")
    share = percent(groups.loc["lapsing", "share"])
    return text(zh=f"久未购买的高额客户占净额{share}", en=f"Lapsing large customers: {share}")


def headline_concentration(tenths: pd.DataFrame, curve: pd.DataFrame) -> str:
    """Return what the most valuable customers hold: the first tenth or, in public, the first fifth."""
    if len(tenths):
        share = percent(tenths["share"].iloc[0])
        return text(zh=f"前十分之一的客户占价值{share}", en=f"The top tenth hold {share}")
    told = value.who_earns(curve)
    return told.split(text(zh="，", en=":"))[0] if told else text(zh="价值的集中程度", en="How concentrated")


def headline_engagement(table: pd.DataFrame) -> str:
    """Return how often the most and the least active bought afterwards, where that differs."""
    known = table[table["rate"].notna()] if "rate" in table else table
    if len(known) < 2 or not known.iloc[0]["low"] > known.iloc[-1]["high"]:
        return text(zh="活跃与否，购买率差异不显著", en="Active or not, purchases hardly differ")
    first, last = known.iloc[0], known.iloc[-1]
    return text(
        zh=f"活跃{first.name}级购买{percent(first['rate'])}，{last.name}级{percent(last['rate'])}",
        en=f"{percent(first['rate'])} of engagement {first.name} buy, {percent(last['rate'])} of {last.name}",
    )


def headline_gaps(gaps: pd.DataFrame) -> str:
    """Return in which product the largest potential lies."""
    if gaps.empty or not gaps["potential"].max() > 0:
        return text(zh="各产品的潜力", en="Potential by product")
    name = mention(str(gaps.index[0]))
    return text(zh=f"潜力最大的产品是{name}", en=f"The largest potential: {name}")


# --- the points and the scope


def points(now: PublishedValue) -> list[str]:
    """Return what follows for the reader: a claim, its evidence, what to do; at most three."""
    told = [
        _lapsing(now.groups),
        _unwilling(now.strategies),
        _losing(now.counts, now.whale),
        _gap(now.gaps),
        value.active(now.engagement),
        _few(now.concentration),
    ]
    return [one for one in told if one][:3]


def _lapsing(groups: pd.DataFrame) -> str:
    if "lapsing" not in groups.index or pd.isna(groups.loc["lapsing", "share"]):
        return ""
    row = groups.loc["lapsing"]
    return text(
        zh=f"宜优先回访久未购买的高额客户。共{row['customers']:,.0f}户，占全部客户累计净额的{percent(row['share'])}，"
        "最近一次购买距今较久，流失的损失最大",
        en=f"Call the lapsing customers of large amounts first. These {row['customers']:,.0f} stand for {percent(row['share'])} "
        "of all that was bought and have not ordered for long",
    )


def _unwilling(strategies: pd.DataFrame) -> str:
    if strategies.empty or not strategies["customers"].sum():
        return ""
    count = strategies.set_index(["value_half", "intent_half"])["customers"]["high", "low"]
    return text(
        zh=f"价值高而意向低的客户{count:,}户，应先查明原因。这些客户买得多，最近咨询时的意向却偏低；宜由客户经理逐户了解",
        en=f"{count:,} customers are high in value and low in intent. They buy much, yet showed little intent when they last "
        "asked: let account managers find out why",
    )


def _losing(counts: Mapping[str, Any], whale: pd.DataFrame) -> str:
    number = counts["losing"]
    if isinstance(number, Withheld) or not number:
        return value.losing(counts, whale)
    peak = whale["share"].max() if len(whale) else float("nan")
    rest = ""
    if pd.notna(peak) and peak > 1:
        rest = text(
            zh=f"，其余客户的贡献合计为总额的{percent(peak)}",
            en=f"; without them the contribution would be {percent(peak)} of the total",
        )
    return text(
        zh=f"{number:,}户客户的贡献利润为负。成本、服务费用和退款超过销售额{rest}；宜核对服务方式和收费",
        en=f"{number:,} customers cost more than they bring. Cost, service and refunds exceed their sales{rest}. Review how they "
        "are served and charged",
    )


def _gap(gaps: pd.DataFrame) -> str:
    if gaps.empty or not gaps["potential"].max() > 0:
        return ""
    row, name = gaps.iloc[0], mention(str(gaps.index[0]))
    return text(
        zh=f"潜力最大的产品是{name}。{row['customers']:,.0f}户客户尚未购买，按同类客户推算为{value.yuan(row['potential'])}；"
        "推算值不是需求，宜先小范围试推",
        en=f"The largest potential is in {name}. {row['customers']:,.0f} customers lack it, worth {value.yuan(row['potential'])} "
        "if they bought as their like do. That is no demand: try it on few first",
    )


def _few(curve: pd.DataFrame) -> str:
    said = value.who_earns(curve)
    return said and said + text(
        zh="。续费提醒和服务宜先覆盖这部分客户", en=". Reminders and service should reach these first"
    )


def assumed(rules: Assumptions) -> str:
    """Say in a line what lifetime value rests on; the annex has the formula."""
    life = rules.lifetime
    margin, rate = percent(float(life.margin)), percent(float(life.discount))
    if life.horizon == FOR_EVER and life.retention is not None:
        kept = percent(float(life.retention))
        span = text(zh=f"年留存率{kept}、不设年限", en=f"{kept} staying each year, without end")
    else:
        years = f"{float(life.years):g}"
        span = text(zh=f"年限{years}年", en=f"a lifetime of {years} years")
    return text(
        zh=f"生命周期价值按毛利率{margin}、{span}、年折现率{rate}的假设推算，不是已实现的利润",
        en=f"Lifetime value assumes a margin of {margin}, {span} and a discount of {rate} a year; it is no profit made",
    )


origin.trace_module(globals())
