"""Tables about leads → sentences for a sales lead and for whoever checks the card."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ...analysis.leads import fitting, model
from ...analysis.leads.lead_rows import NOT_TOLD, NOT_YET, UNDATED
from ...base import origin
from ...base.language import capital, formatted, grade_name, listing, text
from ...base.origin import Number, Withheld
from ...protection.lead_publication import FEW, NO_LEADS, PublishedLeads
from ..lead_tables import reason
from .wording import percent

SMALL_SHIFT = 0.1  # the usual limit of a population stability index
MOST_NAMED = 3


def absent(now: PublishedLeads) -> str:
    """Say why nothing can be learned from the data; nothing where it can."""
    if now.state == NO_LEADS:
        return text(
            zh="未提供线索数据，不作线索评分。提供线索表（线索编号、创建时间、是否转换、转换时间）后即可编制",
            en="No leads are supplied, so no card is learned. A table of leads (id, created, converted, when) is needed",
        )
    if now.state == FEW:
        return text(
            zh="线索涉及少数客户，公开版不公布评分卡及其检验",
            en="The leads are those of few customers: a public edition shows neither the card nor its test",
        )
    if now.state:
        return text(
            zh=f"没有一条线索的结果是已知的（满{now.within_days}天），不作线索评分",
            en=f"Of no lead is the outcome known after {now.within_days} days, so no card is learned",
        )
    return no_card(now)


def no_card(now: PublishedLeads) -> str:
    """Say why there is no card; nothing where there is one."""
    told = {
        fitting.NO_OUTCOMES: (
            f"{now.test_from}之前没有结果已知的线索，无从拟合",
            f"No lead before {now.test_from} has an outcome to learn from",
        ),
        fitting.ALL_ALIKE: (
            f"{now.test_from}之前的线索结果都相同，无从拟合",
            f"All leads before {now.test_from} have the same outcome: there is nothing to learn",
        ),
        fitting.TOO_FEW: (
            f"{now.test_from}之前成交（或未成交）的线索不足{fitting.PER_COEFFICIENT}条，不拟合评分卡",
            f"Fewer than {fitting.PER_COEFFICIENT} leads before {now.test_from} converted (or did not): no card is learned",
        ),
        fitting.NOTHING_LEFT: (
            "没有一个可用的字段能区分成交与未成交的线索，不拟合评分卡",
            "No column that may be used tells buyers from others, so there is no card",
        ),
    }
    if now.why not in told:
        return ""
    zh, en = told[now.why]
    return text(zh=zh, en=en)


def key_figures(now: PublishedLeads) -> list[tuple[str, str]]:
    """Return what opens the report: label and printed number."""
    if now.state or not now.counts:
        return []
    counts, known = now.counts, _rate(now.counts)
    count = counts["leads"]
    told = str(count) if isinstance(count, Withheld) else text(zh=f"{count:,}条", en=f"{count:,}")
    figures = [(text(zh="线索", en="Leads"), told)]
    figures += (
        [(text(zh=f"{now.within_days}天成交率", en=f"Convert in {now.within_days} days"), known)]
        if known
        else []
    )
    if len(now.test):
        figures.append(
            (text(zh="成交排在前面的可能性", en="Buyers ranked first"), percent(now.test["auc"].iloc[0]))
        )
    top = now.by_grade.iloc[:1]
    if len(top) and top["rate"].notna().all():
        label = grade_name(str(top.index[0]))
        figures.append((text(zh=f"{label}成交率", en=f"Conversion of {label}"), percent(top["rate"].iloc[0])))
    if len(now.stability):
        figures.append(
            (
                text(zh="等级稳定的线索", en="Leads that keep their grade"),
                percent(now.stability["same"].iloc[0]),
            )
        )
    return figures


def _rate(counts: object) -> str:
    given = dict(counts)  # type: ignore[call-overload]
    if any(isinstance(count, Withheld) for count in given.values()):
        return ""
    known = int(given["converted"]) + int(given["not converted"])
    return percent(int(given["converted"]) / known) if known else ""


def counted(now: PublishedLeads) -> str:
    """Say within how many days a purchase counts, and that a lead still open is not lost."""
    return text(
        zh=f"线索到来之日起{now.within_days}天内成交的计为成交。尚未满期的线索没有结果，不当作未成交",
        en=f"A lead counts as converted if it buys within {now.within_days} days. One that has not been followed so long "
        "has no outcome yet; it does not count as lost",
    )


def outcomes(now: PublishedLeads) -> str:
    """State how many leads there are, and of how many the outcome is known."""
    counts = now.counts
    if not counts or any(isinstance(count, Withheld) for count in counts.values()):
        return text(
            zh="线索的条数涉及少数客户，不公布",
            en="How many leads there are would tell of few customers, and is not published",
        )
    said = text(
        zh=f"共{counts['leads']:,}条线索：{now.within_days}天内成交{counts['converted']:,}条，未成交{counts['not converted']:,}条",
        en=f"Of {counts['leads']:,} leads {counts['converted']:,} converted within {now.within_days} days and {counts['not converted']:,} did not",
    )
    open_ = [
        _open(name, counts[name], now.within_days)
        for name in (NOT_YET, NOT_TOLD, UNDATED)
        if int(counts[name])
    ]
    return said + "".join(open_)


def _open(name: str, count: Number | Withheld, days: int) -> str:
    zh, en = {
        NOT_YET: (f"尚未满{days}天、结果未知", f"have not been followed {days} days yet"),
        NOT_TOLD: ("没有登记结果", "tell no outcome"),
        UNDATED: ("登记成交而没有日期、无从判断", "converted on a day that is not told"),
    }[name]
    return text(zh=f"；另有{count:,}条{zh}，不计入", en=f"; {count:,} {en} and are left out")


def accuracy(now: PublishedLeads) -> str:
    """State how well the card tells buyers from others on leads it was not learned from."""
    if now.test.empty:
        return no_test(now)
    row = now.test.iloc[0]
    auc, low, high = (formatted(row[name], "auc") for name in ("auc", "low", "high"))
    return text(
        zh=f"用{now.test_from}起的新线索检验，任取成交、未成交各一条，评分卡把成交的排在前面的可能性为{percent(row['auc'])}"
        f"（AUC {auc}，95%置信区间{low}～{high}）",
        en=f"Tested on new leads since {now.test_from}, the card ranks a buyer above another lead {percent(row['auc'])} of the "
        f"time (AUC {auc}, 95% interval {low} to {high})",
    )


def no_test(now: PublishedLeads) -> str:
    """Say why there is no test; nothing where there is one, or no card to test."""
    if now.state or now.why or len(now.test):
        return ""
    return text(
        zh=f"{now.test_from}起的线索还没有可供检验的结果，或检验结果涉及少数客户：评分卡未经检验，不宜使用",
        en=f"The leads since {now.test_from} have no outcomes to test with, or would tell of few customers: the card is not tested and should not be used",
    )


def grades_off(now: PublishedLeads) -> str:
    """State of which grades the predicted rate is off."""
    if now.by_grade.empty:
        return ""
    verdicts = now.by_grade["verdict"]
    low, high = (list(verdicts.index[verdicts == one]) for one in (model.TOO_LOW, model.TOO_HIGH))
    parts = []
    if low:
        named = listing([grade_name(str(one)) for one in low])
        parts.append(
            text(
                zh=f"{named}的实际成交率高于预测", en=f"{capital(named)} converted more often than predicted"
            )
        )
    if high:
        named = listing([grade_name(str(one)) for one in high])
        parts.append(
            text(
                zh=f"{named}的实际成交率低于预测", en=f"{capital(named)} converted less often than predicted"
            )
        )
    if not parts:
        return text(
            zh="各等级的预测成交率都在实际成交率的置信区间之内",
            en="All predicted rates lie in the intervals of what was observed",
        )
    return text(zh="；", en="; ").join(parts)


def strongest(now: PublishedLeads) -> str:
    """State which columns the card gives most points by."""
    if now.columns.empty:
        return ""
    top = now.columns.head(MOST_NAMED)
    parts = listing(
        [text(zh=f"{row.label}（{row.span}分）", en=f"{row.label} ({row.span})") for row in top.itertuples()]
    )
    if len(top) == 1:
        return text(zh=f"评分卡只用一个字段：{parts}", en=f"The card uses one column: {parts}")
    return text(zh=f"分差最大的字段是{parts}", en=f"The columns with the widest span of points are {parts}")


def versus(now: PublishedLeads) -> str:
    """State whether the card is better than those in use, on the same leads."""
    told = [_versus(row) for row in now.comparison.itertuples() if pd.notna(row.low)]
    if not told:
        return (
            text(zh="没有可供比较的现行标准", en="No standard in use could be compared")
            if len(now.test)
            else ""
        )
    return text(zh="；", en="; ").join(told)


def _versus(row: Any) -> str:
    card, own, other, low, high = (getattr(row, name) for name in ("card", "auc", "other", "low", "high"))
    areas = text(
        zh=f"AUC {formatted(own, 'auc')}对{formatted(other, 'auc')}，差{_gap(row.difference)}，95%置信区间{_gap(low)}～{_gap(high)}",
        en=f"AUC {formatted(own, 'auc')} against {formatted(other, 'auc')}, difference {_gap(row.difference)}, 95% interval {_gap(low)} to {_gap(high)}",
    )
    if low > 0:
        return text(
            zh=f"同一批线索上，评分卡优于《{card}》（{areas}）",
            en=f"On the same leads the card does better than “{card}” ({areas})",
        )
    if high < 0:
        return text(
            zh=f"同一批线索上，评分卡不如《{card}》（{areas}），不建议采用",
            en=f"On the same leads the card does worse than “{card}” ({areas}): it is not advised",
        )
    return text(
        zh=f"没有证据表明评分卡优于《{card}》（{areas}），不必更换标准",
        en=f"There is no evidence that the card does better than “{card}” ({areas}): no reason to change",
    )


def _gap(value: float) -> str:
    return formatted(abs(value), "auc") if value >= 0 else f"-{formatted(abs(value), 'auc')}"


def stable(now: PublishedLeads) -> str:
    """State how many leads would keep their grade had the card been learned from other leads."""
    if now.stability.empty:
        return ""
    row = now.stability.iloc[0]
    times = int(row["resamples"])
    return text(
        zh=f"用随机抽取的一半历史线索重新拟合{times}次，平均{percent(row['same'])}的线索等级不变（{percent(row['lowest'])}～{percent(row['highest'])}）",
        en=f"Learned again from random halves of the past, {times} times, the card gives {percent(row['same'])} of leads the same grade ({percent(row['lowest'])} to {percent(row['highest'])})",
    )


def audited(now: PublishedLeads) -> str:
    """State what the leakage audit stopped."""
    if now.audit.empty:
        return ""
    stopped = now.audit[now.audit["stopped"].astype(bool)]
    if stopped.empty:
        return text(zh="泄漏检查没有发现事后填写的字段", en="The leakage audit stopped no column")
    named = listing(
        [
            text(zh=f"“{row.label}”（{reason(row.why)}）", en=f"“{row.label}” ({reason(row.why).lower()})")
            for row in stopped.itertuples()
        ]
    )
    return text(
        zh=f"泄漏检查停用了{named}：这样的字段在历史数据中极准，对新线索却没有用处",
        en=f"The leakage audit stopped {named}: such a column is right about the past and useless for a new lead",
    )


def off_overall(now: PublishedLeads) -> str:
    """Return whether predicted rates are too low or too high in all; nothing where that is not clear."""
    if now.test.empty:
        return ""
    row = now.test.iloc[0]
    if row["ratio_low"] > 1:
        return text(zh="偏低", en="too low")
    return text(zh="偏高", en="too high") if row["ratio_high"] < 1 else ""


def calibrated(now: PublishedLeads) -> str:
    """State whether predicted rates are right in all, and whether they spread too far."""
    if now.test.empty:
        return ""
    row = now.test.iloc[0]
    ratio, low, high = (formatted(row[name], "mean") for name in ("ratio", "ratio_low", "ratio_high"))
    side = off_overall(now)
    slope, error = row["slope"], 1.96 * row["slope_error"]
    spread = text(zh="与1没有显著差异", en="not clearly different from 1")
    if slope - error > 1:
        spread = text(zh="预测过于保守，高低之差小于实际", en="they differ less than what was observed")
    elif slope + error < 1:
        spread = text(zh="预测过于极端，高低之差大于实际", en="they differ more than what was observed")
    verdict = (
        text(zh=f"预测总体{side}", en=f"so predictions are {side} in all")
        if side
        else text(zh="总体偏差不显著", en="no clear bias in all")
    )
    return text(
        zh=f"实际成交数是预测的{ratio}倍（95%置信区间{low}～{high}），{verdict}；校准斜率{formatted(slope, 'mean')}，{spread}",
        en=f"Conversions were {ratio} times those predicted (95% interval {low} to {high}), {verdict}; the calibration slope is {formatted(slope, 'mean')}: {spread}",
    )


def shifted(now: PublishedLeads) -> str:
    """State whether the leads of the test are like those of the past: by the usual limit and by chance."""
    if now.test.empty:
        return ""
    row = now.test.iloc[0]
    index, limit = f"{row['shift']:.4f}", f"{row['limit']:.4f}"
    usual = text(zh="低于", en="below") if row["shift"] < SMALL_SHIFT else text(zh="高于", en="above")
    chance = (
        text(zh="没有超过", en="within") if row["shift"] <= row["limit"] else text(zh="超过", en="beyond")
    )
    return text(
        zh=f"总分分布的群体稳定性指标（PSI）为{index}：{usual}常用界限{SMALL_SHIFT:g}，{chance}纯属偶然时的95%上限{limit}",
        en=f"The population stability index of totals is {index}: {usual} the usual limit of {SMALL_SHIFT:g}, and {chance} what chance alone would give ({limit})",
    )


def drifting(now: PublishedLeads) -> str:
    """State whether the card is to be learned anew; internal."""
    if now.drift.empty:
        return ""
    if now.drift["due"].any():
        first = now.drift.index[now.drift["due"]][0]
        return text(
            zh=f"到{first}，实际与预测连续{model.MONTHS_OFF}个月不符，应重新拟合",
            en=f"By {first} outcomes had been off for {model.MONTHS_OFF} months running: learn the card anew",
        )
    if side := off_overall(now):
        return text(
            zh=f"没有连续{model.MONTHS_OFF}个月实际与预测不符，但预测总体{side}，宜重新校准",
            en=f"Outcomes were never off for {model.MONTHS_OFF} months running, but predictions are {side} overall: recalibrate the card",
        )
    return text(
        zh=f"没有连续{model.MONTHS_OFF}个月实际与预测不符，暂不需要重新拟合",
        en=f"Outcomes were never off for {model.MONTHS_OFF} months running: no need to learn the card anew",
    )


def question(now: PublishedLeads) -> str:
    """State which one question would settle most grades; internal."""
    if now.settled.empty or not now.settled["settled"].iloc[0] > 0:
        return ""
    row = now.settled.iloc[0]
    return text(
        zh=f"如果只多问一个问题，问“{row['item']}”最有用：{row['open']:,}条等级未定的线索中，约{row['settled']:,.0f}条（{percent(row['share'])}）可以定级",
        en=f"If one more question is asked, “{row['item']}” settles most: about {row['settled']:,.0f} ({percent(row['share'])}) of {row['open']:,} leads without a certain grade",
    )


def worthwhile(now: PublishedLeads) -> str:
    """State from which total on a contact pays."""
    if now.break_even is None:
        return ""
    if now.break_even <= int(now.columns["least"].sum()):
        return text(
            zh="按参数中的联系成本和毛利，得分最低的线索也值得联系",
            en="At the cost of a contact and the margin of the model file, every lead is worth a contact",
        )
    if now.break_even > int(now.columns["most"].sum()):
        return text(
            zh="按参数中的联系成本和毛利，得分最高的线索也不值得联系",
            en="At the cost of a contact and the margin of the model file, no lead is worth a contact",
        )
    least = f"{now.break_even}".replace("-", "−")
    return text(
        zh=f"按参数中的联系成本和毛利，总分在{least}分及以上的线索值得联系",
        en=f"At the cost of a contact and the margin of the model file, leads of {least} points or more are worth a contact",
    )


def to_contact(now: PublishedLeads, year: int) -> str:
    """State how many leads of the year are on the list, by grade; internal."""
    if now.scored.empty:
        return text(zh=f"{year}年没有未成交的线索需要联系", en=f"No lead of {year} is left to contact")
    counts = now.scored["grade"].astype(str).value_counts()
    names = [one for one in now.scored["grade"].cat.categories[::-1] if one in counts]
    parts = listing(
        [text(zh=f"{grade_name(n)}{counts[n]:,}条", en=f"{counts[n]:,} of {grade_name(n)}") for n in names]
    )
    return text(
        zh=f"{year}年未成交的线索{len(now.scored):,}条列入名单：{parts}",
        en=f"{len(now.scored):,} leads of {year} without a purchase are on the list: {parts}",
    )


def first_step(now: PublishedLeads, year: int) -> str:
    """Return what follows first: whom to contact or, in a public edition, what the card looks at."""
    if now.state or now.why:
        return ""
    return to_contact(now, year) if now.text else strongest(now)


def columns_used(now: PublishedLeads) -> str:
    """Return the columns of the card as a sentence lists them."""
    return listing([str(label) for label in now.columns["label"]]) if len(now.columns) else ""


def grades_short(now: PublishedLeads) -> str:
    """Return the finding of the small chart of grades."""
    top = now.by_grade.iloc[:1]
    if top.empty or top["rate"].isna().any():
        return ""
    label = grade_name(str(top.index[0]))
    return text(
        zh=f"{label}线索成交{percent(top['rate'].iloc[0])}",
        en=f"{percent(top['rate'].iloc[0])} of {label} buy",
    )


def strongest_short(now: PublishedLeads) -> str:
    """Return the finding of the small chart of columns."""
    if now.columns.empty:
        return ""
    label = now.columns["label"].iloc[0]
    return text(zh=f"“{label}”分差最大", en=f"“{label}” has the widest span")


def no_items() -> str:
    """Say that the leads tell nothing of need, budget and authority."""
    return text(zh="线索表没有需求、预算、决策权", en="The leads do not tell of need, budget and authority")


def no_coverage() -> str:
    """Say that nothing of the tables may be told."""
    return text(zh="各表的条数涉及少数客户，不公布", en="The sizes of the tables would tell of few customers")


origin.trace_module(globals())
