"""What feedback and complaints say: topics, rate, time to close, reasons, signals; every number computed."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from ...analysis.control_charts import SHIFT
from ...base import language, origin
from ...base.language import formatted, listing, text
from ...protection.complaint_publication import Complained
from ...protection.feedback_publication import Feedback
from ..opinion_tables import table_names
from .control_signals import name_signals
from .wording import percent, point_range, points

# --- feedback


def no_feedback() -> str:
    """Say that there is no feedback."""
    return text(zh="数据未提供客户反馈，本节从略", en="The data hold no feedback; this section is left out")


def topics(told: Feedback, names: Mapping[str, str]) -> str:
    """State what feedback is about most, and what it blames most."""
    if told.codes.empty:
        return text(zh="没有可以公布的反馈主题", en="No topic of the feedback can be published")
    first = told.codes.iloc[0]
    head = text(
        zh=f"全年反馈{told.texts}条，提及最多的是{names[str(first.name)]}（{percent(first.share)}）",
        en=f"Of {told.texts} texts in the year, most are about {names[str(first.name)].lower()} ({percent(first.share)})",
    )
    known = told.codes.dropna(subset=["rate"])
    bad = known[known["low"] > 0.5].sort_values("negative", ascending=False)
    if bad.empty:
        return head
    listed = language.listing([names[str(code)] for code in bad.index[:3]])
    return head + text(zh=f"；以负面反馈为主的有{listed}", en=f"; mostly negative: {listed.lower()}")


def uncoded(told: Feedback) -> str:
    """State how many texts have no topic; nothing where that is withheld."""
    if pd.isna(told.uncoded):
        return ""
    return text(
        zh=f"约{told.uncoded:.0%}的反馈没有归入任何主题",
        en=f"About {told.uncoded:.0%} of the texts have no topic",
    )


def agreement(told: Feedback) -> str:
    """State how well the words agree with a person, or that nobody checked."""
    if told.agreement.empty or not told.agreement.iloc[0]["by_hand"]:
        return text(
            zh="主题按词表逐字匹配，尚未经人工核对，准确程度未知；核对方法见附录",
            en="Topics are found by words and were not checked by hand, so how well is not known; see the appendix",
        )
    row = told.agreement.iloc[0]
    precision = f"{percent(row['precision'])}{_interval(row['precision_low'], row['precision_high'])}"
    recall = f"{percent(row['recall'])}{_interval(row['recall_low'], row['recall_high'])}"
    return text(
        zh=f"与人工核对相比，词表的查准率为{precision}，查全率为{recall}",
        en=f"Against coding by hand, precision is {precision} and recall {recall}",
    )


# --- complaints


def no_complaints() -> str:
    """Say that there is no register of complaints."""
    return text(zh="数据未提供投诉记录，本节从略", en="The data hold no complaints; this section is left out")


def rate(told: Complained) -> str:
    """State how many complaints came, for how many customer-years."""
    if told.received == 0:
        return text(zh="本年度没有投诉", en="There were no complaints in the year")
    if told.rate is None:
        reason = (
            text(zh="件数过少，投诉率不公布", en="too few for a rate to be published")
            if told.knows_customers
            else text(
                zh="数据没有客户的起始日期，无法计算投诉率",
                en="nothing tells how many customers there were, so there is no rate",
            )
        )
        return text(
            zh=f"本年度受理投诉{told.received}件，{reason}",
            en=f"{told.received} complaints came in the year; {reason}",
        )
    found = told.rate
    return text(
        zh=f"本年度受理投诉{found.complaints:,}件，每千客户年{found.value:.1f}件（95%置信区间{found.low:.1f}～{found.high:.1f}）",
        en=f"{found.complaints:,} complaints came in the year, {found.value:.1f} for 1,000 customer-years (95% interval {found.low:.1f} to "
        f"{found.high:.1f})",
    )


def rate_change(told: Complained) -> str:
    """State how the rate changed since the year before; nothing without one."""
    if told.ratio is None or told.before is None or pd.isna(told.ratio.value):
        return ""
    ratio = told.ratio
    high = f"{ratio.high:.2f}" if ratio.high != float("inf") else text(zh="无上限", en="no upper limit")
    interval = text(
        zh=f"（95%置信区间{ratio.low:.2f}～{high}）", en=f" (95% interval {ratio.low:.2f} to {high})"
    )
    before = f"{told.before.value:.1f}"
    if ratio.high < 1 or ratio.low > 1:
        word = text(zh="下降" if ratio.value < 1 else "上升", en="fell" if ratio.value < 1 else "rose")
        return text(
            zh=f"投诉率比上年（{before}件）{word}，为上年的{ratio.value:.2f}倍{interval}",
            en=f"The rate {word} from {before} the year before, to {ratio.value:.2f} of it{interval}",
        )
    return text(
        zh=f"投诉率与上年（{before}件）相比变化不显著，为上年的{ratio.value:.2f}倍{interval}",
        en=f"The rate did not clearly change from {before} the year before: ratio {ratio.value:.2f}{interval}",
    )


def closing(told: Complained, within_days: int) -> str:
    """State by when half of the complaints are closed, and how many within the days asked."""
    if told.received == 0:
        return ""
    parts = []
    if told.median_days == told.median_days:
        ends = [f"{end:g}" if end == end else "–" for end in (told.median_low, told.median_high)]
        parts.append(
            text(
                zh=f"投诉办结天数的中位数为{told.median_days:g}天（95%置信区间{ends[0]}～{ends[1]}天）",
                en=f"Half of the complaints are closed within {told.median_days:g} days (95% interval {ends[0]} to {ends[1]})",
            )
        )
    if told.closed is not None:
        share, low, high = told.closed
        interval = _interval(low, high)
        parts.append(
            text(
                zh=f"{within_days}天内办结的占{percent(share)}{interval}",
                en=f"{percent(share)} within {within_days} days{interval}",
            )
        )
    if not parts:
        return text(
            zh="办结天数不公布或尚不能估计", en="How long it takes is withheld or cannot be estimated yet"
        )
    return text(zh="，", en="; ").join(parts) + text(
        zh="。尚在办理的计入到数据截止日为止的天数，没有剔除",
        en=". Open complaints count up to the last day known; none is left out",
    )


def replied(told: Complained, within_days: int) -> str:
    """State how many were answered in time, or that the data do not tell."""
    if told.replied is not None:
        share, low, high = told.replied
        return text(
            zh=f"{within_days}天内首次响应的占{percent(share)}{_interval(low, high)}",
            en=f"{percent(share)} were first answered within {within_days} days{_interval(low, high)}",
        )
    if told.has_replies:
        return ""
    return text(zh="数据未提供首次响应日期", en="The data do not tell when complaints were first answered")


def repeated(told: Complained) -> str:
    """State how many complaints came again; nothing where that is withheld."""
    row = told.average
    if pd.isna(row["conversions"]) or not row["consultations"]:
        return ""
    ends = _interval(row["low"], row["high"])
    share = f"{percent(row['rate'])}{ends}" if pd.notna(row["rate"]) else ""
    return text(
        zh=f"重复投诉{row['conversions']:,.0f}件" + (f"，占{share}" if share else ""),
        en=f"{row['conversions']:,.0f} complaints came again" + (f", {share}" if share else ""),
    )


def handling(told: Complained) -> str:
    """State how satisfied customers were with the handling, and of how many that is known."""
    row = told.handling
    if row is None:
        return ""
    of = (
        text(zh=f"{row['asked']:,.0f}件办结投诉中的", en=f" of {row['asked']:,.0f} closed ones")
        if pd.notna(row["asked"])
        else ""
    )
    return text(
        zh=f"{of}{row['consultations']:,.0f}件有处理满意度，其中满意（4至5分）的占{percent(row['rate'])}{_interval(row['low'], row['high'])}",
        en=f"{row['consultations']:,.0f}{of} were rated: {percent(row['rate'])} are satisfied with the handling (4 or 5)"
        f"{_interval(row['low'], row['high'])}",
    )


def reasons(told: Complained) -> str:
    """State what complaints are about most; nothing where that is withheld."""
    table = told.by["category"]
    known = table.dropna(subset=["consultations"])
    if known.empty or len(known) < len(table):
        return (
            text(zh="投诉类别的件数不足以公布", en="Complaints by category are withheld")
            if len(table)
            else text(zh="数据未提供投诉类别", en="The data hold no categories of complaints")
        )
    most = known[known["consultations"] == known["consultations"].max()]
    share, each = percent(most["share"].iloc[0]), len(most) > 1
    named = listing([language.mention(str(name)) for name in most.index])
    return text(
        zh=f"投诉最多的是{named}，{'各' if each else ''}占{share}",
        en=f"Most complaints are about {named}, {share}{' each' if each else ''}",
    )


def months(told: Complained) -> str:
    """State whether a month left the usual variation."""
    if told.withheld_months:
        return text(
            zh="部分月份的投诉件数过少，为保护小数目，不公布逐月件数",
            en="Some months have too few complaints, so the numbers by month are withheld",
        )
    table = told.months
    if table.empty:
        return text(zh="不足六个月，不作控制图", en="Fewer than six months, so there is no control chart")
    if signals := name_signals(table):
        shifted = (table["signal"] == SHIFT).any()
        tail = text(zh="，水平可能已经改变", en=": the level may have changed") if shifted else ""
        return language.capital(signals) + tail
    return text(zh="各月投诉都在通常的波动范围内", en="All months lie within the usual variation")


def month_measure(told: Complained) -> str:
    """Return what the chart of months draws: a rate, or counts where nothing tells how many customers there were."""
    if told.knows_customers:
        return text(zh="逐月投诉（每千客户年件数）", en="Complaints by month, per 1,000 customer-years")
    return text(zh="逐月受理的投诉件数", en="Complaints received by month")


def key_figures(told: Complained | None) -> list[tuple[str, str]]:
    """Return what opens the report: label and printed number."""
    if told is None:
        return []
    figures = []
    if told.rate is not None:
        found = told.rate
        ends = text(zh=f"（{found.low:.1f}～{found.high:.1f}）", en=f" ({found.low:.1f} to {found.high:.1f})")
        figures.append((rate_label(), text(zh=f"{found.value:.1f}件", en=f"{found.value:.1f}") + ends))
    if told.median_days == told.median_days:
        days = text(zh=f"{told.median_days:g}天", en=f"{told.median_days:g}")
        figures.append((text(zh="办结天数中位数", en="Median days to close"), days))
    return figures


def rate_label() -> str:
    """Return what the complaint rate is called on the cover."""
    return text(zh="每千客户年投诉", en="Complaints per 1,000")


# --- what followed


def purchases(table: pd.DataFrame, wave: str, days: int) -> str:
    """State whether satisfied customers ordered again more often; only those whose time has passed count.

    Parameters
    ----------
    table : DataFrame
        See `opinion_publication.Opinions`.
    wave : str
        Which wave they answered.
    days : int
        Within how many days an order counts.
    """
    from ...analysis.rates import difference

    if table.empty:
        return text(
            zh=f"没有订单，或各批次答卷后都不满{days}天，不能比较是否再次下单",
            en=f"There are no orders, or no wave lies {days} days back, so repeat orders cannot be compared",
        )
    known = table.dropna(subset=["rate"])
    if not {"satisfied", "others"} <= set(known.index):
        return text(zh="再次下单的数目过小，不公布", en="Repeat orders are too few to be published")
    one, other = known.loc["satisfied"], known.loc["others"]
    gap, low, high = difference(one, other)
    interval = text(
        zh=f"（95%置信区间{point_range(low, high)}）",
        en=f" (95% interval {point_range(low, high)})",
    )
    head = text(
        zh=f"{wave}批次中，满意的客户{days}天内再次下单的占{percent(one['rate'])}，其余客户占{percent(other['rate'])}",
        en=f"In wave {wave}, {percent(one['rate'])} of the satisfied ordered again within {days} days, {percent(other['rate'])} of the others",
    )
    if low > 0 or high < 0:
        return head + text(
            zh=f"，相差{points(gap)}{interval}；这是相关关系", en=f": {points(gap)}{interval}, an association"
        )
    return head + text(zh=f"，差异不显著{interval}", en=f"; no clear difference{interval}")


def _interval(low: float, high: float) -> str:
    if pd.isna(low) or pd.isna(high):
        return ""
    return text(zh=f"（{percent(low)}～{percent(high)}）", en=f" ({percent(low)} to {percent(high)})")


def named(table: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Return a table of topics called as the report calls them; all together where the code is empty."""
    from ...base import table_metadata

    told = {"": text(zh="合计", en="All"), **names}
    shown = table.rename(index=told)
    withheld = {
        column: [told.get(str(row), row) for row in rows]
        for column, rows in table_metadata.withheld(table).items()
    }
    return table_metadata.describe(shown, withheld=withheld or None)


def reconcile(quality: pd.DataFrame) -> str:
    """State of each table that nothing was lost: rows read are kept, rejected or duplicates."""
    if quality.empty:
        return ""
    names = table_names()
    counts = quality.groupby("table", sort=False)[["read", "graded", "rejected", "duplicates"]].sum(
        min_count=1
    )
    parts = []
    for table, row in counts.iterrows():
        if pd.isna(row["read"]) or pd.isna(row["graded"]):
            continue
        name = names.get(str(table), str(table))
        kept = formatted(row["graded"], "graded")
        parts.append(
            text(
                zh=f"{name}读入{row['read']:,.0f}条＝保留{kept}＋剔除{row['rejected']:,.0f}＋重复{row['duplicates']:,.0f}",
                en=f"{name}: {row['read']:,.0f} read = {kept} kept + {row['rejected']:,.0f} rejected + {row['duplicates']:,.0f} duplicates",
            )
        )
    return text(zh="；", en="; ").join(parts)


origin.trace_module(globals())
