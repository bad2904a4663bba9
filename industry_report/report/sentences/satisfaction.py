"""What a survey says: who answered, how satisfied they are, what that goes with; every number computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from ...analysis.opinions.questionnaire import Questionnaire
from ...analysis.opinions.ratings import RELIABLE
from ...base import language, origin
from ...base.language import formatted, text
from ...base.origin import Withheld
from ...protection.survey_publication import Surveyed
from ..opinion_tables import columns_withheld
from .wording import kind, percent, point_range, points


def audience(internal: bool) -> str:
    """Return for whom the report is, for its cover."""
    if internal:
        return text(zh="客户服务负责人", en="The head of customer service")
    return text(zh="行业协会、厂商与服务商", en="Trade associations, vendors, service providers")


def names_of(survey: Questionnaire) -> dict[str, str]:
    """Return item → what the report calls it."""
    return {item.column: item.name for item in survey.asked}


def no_survey(provided: bool, answered_few: bool) -> str:
    """Say why there is nothing on the survey.

    Parameters
    ----------
    provided : bool
        Whether the data hold answer sheets.
    answered_few : bool
        Whether there are answers, too few to tell of.
    """
    if answered_few:
        return text(
            zh="有效答卷过少，或未答卷的客户过少，不公布调查结果",
            en="Too few customers answered, or too few did not, for results to be published",
        )
    if provided:
        return text(
            zh="本年度没有问卷调查批次，本节从略",
            en="There was no survey in this year; this section is left out",
        )
    return text(
        zh="数据未提供问卷答卷，本节从略",
        en="The data hold no survey answers; this section is left out",
    )


# --- who answered


def response(told: Surveyed) -> str:
    """State how many were invited and answered, and with which interval the rate goes."""
    asked = told.response
    if asked is None:
        return text(zh="答卷过少，回收情况不公布", en="Too few answers to tell of the response")
    if not told.knows_invited:
        return text(
            zh=f"{told.wave}批次有效答卷{asked.complete:,}份。数据没有受邀客户的名单或人数，无法计算回收率，结果只代表答卷的客户",
            en=f"Wave {told.wave}: {asked.complete:,} answered. Nothing tells how many were invited, so there is no response rate "
            "and the results stand for those who answered alone",
        )
    if isinstance(asked.invited, Withheld):
        return text(
            zh=f"{told.wave}批次有效答卷{asked.complete:,}份。受邀户数与其他公布的数字对照可推算个别客户的情况，因此不公布",
            en=f"Wave {told.wave}: {asked.complete:,} answered. How many were invited would, beside other published numbers, tell of "
            "few customers and is withheld",
        )
    interval = _interval(asked.low, asked.high)
    partly = ""
    if asked.partial == asked.partial and asked.partial > 0 and asked.with_partial == asked.with_partial:
        partly = text(
            zh=f"；另有部分作答{asked.partial:,}份，计入后为{percent(asked.with_partial)}",
            en=f"; {asked.partial:,} more answered in part, {percent(asked.with_partial)} with these",
        )
    if pd.isna(asked.rate):
        return text(
            zh=f"{told.wave}批次邀请{asked.invited:,}户，有效答卷{asked.complete:,}份",
            en=f"Wave {told.wave}: {asked.complete:,} of {asked.invited:,} invited customers answered",
        )
    return text(
        zh=f"{told.wave}批次邀请客户{asked.invited:,}户，有效答卷{asked.complete:,}份，回收率{percent(asked.rate)}{interval}{partly}",
        en=f"Wave {told.wave}: {asked.complete:,} of {asked.invited:,} invited customers answered, "
        f"{percent(asked.rate)}{interval}{partly}",
    )


def representative(told: Surveyed) -> str:
    """State whether groups answered at different rates; nothing where it could not be tested."""
    if not told.knows_invited or not told.differs:
        return ""
    words = {
        "customer_type": text(zh="客户类型", en="customer type"),
        "grade_before": text(zh="调查前的等级", en="grade before the survey"),
    }
    apart = [words[name] for name, differs in told.differs.items() if differs]
    alike = [words[name] for name, differs in told.differs.items() if not differs]
    parts = []
    if apart:
        parts.append(
            text(
                zh=f"回收率因{language.listing(apart)}而不同，未加权的结果不能直接代表全部客户",
                en=f"Response differs by {language.listing(apart)}: unweighted results do not stand for all customers",
            )
        )
    if alike:
        parts.append(
            text(
                zh=f"回收率按{language.listing(alike)}看差异不显著，但答卷客户在其他方面仍可能与未答卷客户不同",
                en=f"Response does not clearly differ by {language.listing(alike)}; those who answered may differ in other ways",
            )
        )
    return text(zh="；", en=". ").join(parts)


def left_out(table: pd.DataFrame) -> str:
    """Say what is withheld of every group of a table of responses, and so has no column; else nothing."""
    names = {
        "received": text(zh="受邀客户数", en="how many were invited"),
        "returned": text(zh="回收率", en="response rates"),
    }
    gone = [names[column] for column in columns_withheld(table)]
    if not gone:
        return ""
    groups = kind(table)
    return text(
        zh=f"各{groups}的{language.listing(gone)}因小数目保护不公布，表中不列",
        en=f"To protect small numbers, {language.listing(gone)} by {groups} are not published and have no column",
    )


def bound(told: Surveyed) -> str:
    """State between what the share of all invited lies if nothing is assumed of those who did not answer."""
    if told.bound is None:
        return ""
    low, high = map(percent, told.bound)
    return text(
        zh=f"未答卷客户的看法无从得知：不作任何假设时，全部受邀客户的满意占比介于{low}与{high}之间",
        en=f"Nothing is known of those who did not answer: without any assumption the share of satisfied among all invited lies "
        f"between {low} and {high}",
    )


def weighted(told: Surveyed) -> str:
    """State the estimate for the customer list beside the raw one; nothing where there is none."""
    table = told.weighted
    if "raw" not in table.index or len(table) < 2:
        return ""
    raw, other = table.iloc[0], table.iloc[1]
    by = {"by_type": text(zh="客户类型", en="type"), "by_grade": text(zh="调查前等级", en="grade")}[
        str(table.index[1])
    ]
    return text(
        zh=f"按客户名单的{by}构成加权后，满意占比为{percent(other.rate)}{_interval(other.low, other.high)}，未加权为{percent(raw.rate)}；"
        f"加权后的有效样本量约{other.effective:,.0f}份",
        en=f"Weighted to the customer list by {by}, {percent(other.rate)} are satisfied{_interval(other.low, other.high)}, "
        f"unweighted {percent(raw.rate)}; that is worth about {other.effective:,.0f} answers",
    )


def apart() -> str:
    """Say once that the satisfaction with consultations is another thing."""
    return text(
        zh="本报告的满意度来自客户问卷，与咨询登记表中对咨询服务的满意度评分是两回事，两者不合并计算",
        en="Satisfaction here is that of the survey; the satisfaction score of the consultations is another thing and is never mixed in",
    )


# --- how satisfied they are


def satisfied(told: Surveyed, survey: Questionnaire) -> str:
    """State the share of satisfied, and how it changed since the wave before."""
    row, item = told.average, survey.overall or survey.recommend
    if item is None or pd.isna(row["rate"]):
        return text(
            zh="满意占比因小数目保护不公布", en="The share of satisfied is withheld to protect small numbers"
        )
    top = text(zh=f"{item.name}{item.top}至{item.high}分", en=f"{item.name} {item.top} to {item.high}")
    return text(
        zh=f"表示满意的客户（{top}）占{percent(row['rate'])}{_interval(row['low'], row['high'])}",
        en=f"{percent(row['rate'])} of those who answered are satisfied ({_lower(top)}; 95% interval {_ends(row['low'], row['high'])})",
    )


def satisfied_change(told: Surveyed) -> str:
    """State how the share of satisfied changed since the wave before; nothing without one."""
    if told.satisfied_change is None or not told.before:
        return ""
    gap, low, high = told.satisfied_change
    interval = text(
        zh=f"（95%置信区间{point_range(low, high)}）",
        en=f" (95% interval {point_range(low, high)})",
    )
    if low > 0 or high < 0:
        word = text(zh="上升" if gap > 0 else "下降", en="rose" if gap > 0 else "fell")
        size = points(abs(gap)).lstrip("+")
        return text(
            zh=f"比{told.before}批次{word}{size}{interval}",
            en=f"The share of satisfied {word} by {size} from wave {told.before}{interval}",
        )
    return text(
        zh=f"与{told.before}批次相比，满意占比变化不显著{interval}",
        en=f"The share of satisfied did not clearly change from wave {told.before}{interval}",
    )


def items(told: Surveyed, survey: Questionnaire) -> str:
    """State between which shares the items lie, and whether they can be told apart."""
    names = names_of(survey)
    table = told.tops.loc[[item.column for item in survey.items if item.column in told.tops.index]]
    known = table.dropna(subset=["rate"])
    if len(known) < 2:
        return text(
            zh="可公布满意占比的项目不足两个", en="Fewer than two items have a share that can be published"
        )
    low, high = known["rate"].idxmin(), known["rate"].idxmax()
    if known["rate"].nunique() == 1:
        return text(
            zh=f"各项目的满意占比都是{percent(known.loc[low, 'rate'])}",
            en=f"{percent(known.loc[low, 'rate'])} are satisfied with each item",
        )
    span = text(
        zh=f"各项目的满意占比在{percent(known.loc[low, 'rate'])}与{percent(known.loc[high, 'rate'])}之间",
        en=f"Between {percent(known.loc[low, 'rate'])} and {percent(known.loc[high, 'rate'])} are satisfied with each item",
    )
    if known["low"].max() <= known["high"].min():
        return span + text(zh="，差异都在误差范围内", en=", differences within the margin of error")
    return span + text(
        zh=f"，最低的是{names[str(low)]}，最高的是{names[str(high)]}",
        en=f"; lowest for {_lower(names[str(low)])}, highest for {_lower(names[str(high)])}",
    )


def promotion(told: Surveyed) -> str:
    """State the net promoter score; nothing where it was not asked or is withheld."""
    score = told.promotion
    if score is None:
        return ""
    return text(
        zh=f"净推荐值为{_score(score.value)}（95%置信区间{_score(score.low)}～{_score(score.high)}）：推荐者{score.promoters:,}户，"
        f"中立者{score.passives:,}户，贬损者{score.detractors:,}户",
        en=f"The net promoter score is {_score(score.value)} (95% interval {_score(score.low)} to {_score(score.high)}): "
        f"{score.promoters:,} promoters, {score.passives:,} passives, {score.detractors:,} detractors",
    )


def promotion_change(told: Surveyed) -> str:
    """State how the score changed since the wave before; nothing without one."""
    if told.change is None or not told.before:
        return ""
    gap, low, high = told.change
    interval = text(
        zh=f"（95%置信区间{_score(low)}～{_score(high)}）",
        en=f" (95% interval {_score(low)} to {_score(high)})",
    )
    if low > 0 or high < 0:
        word = text(zh="上升" if gap > 0 else "下降", en="rose" if gap > 0 else "fell")
        return text(
            zh=f"净推荐值比{told.before}批次{word}{_score(abs(gap))}{interval}",
            en=f"NPS {word} by {_score(abs(gap))} from wave {told.before}{interval}",
        )
    return text(
        zh=f"净推荐值与{told.before}批次相比变化不显著，相差{_score(gap)}{interval}",
        en=f"NPS did not clearly change from wave {told.before}: {_score(gap)}{interval}",
    )


def reliability(told: Surveyed) -> str:
    """State whether the items measure one thing, so that their mean may be told."""
    scale = told.reliabilities.get("")
    if scale is None or pd.isna(scale.alpha):
        return text(
            zh="各项目不足以计算克朗巴赫α系数，不给出综合均分",
            en="Cronbach's alpha cannot be computed, so no mean of the items is given",
        )
    interval = f"{scale.low:.2f}" + text(zh="～", en=" to ") + f"{scale.high:.2f}"
    head = text(
        zh=f"{scale.items}个项目的克朗巴赫α系数为{scale.alpha:.2f}（95%置信区间{interval}）",
        en=f"Cronbach's alpha of the {scale.items} items is {scale.alpha:.2f} (95% interval {interval})",
    )
    least = f"{RELIABLE}"
    if scale.is_reliable:
        return head + text(
            zh=f"，达到{least}，可以看综合均分", en=f", at least {least}: their mean may be read"
        )
    return head + text(
        zh=f"，低于{least}，不给出综合均分", en=f", below {least}: no mean of the items is given"
    )


# --- what it goes with


def grade_relation(told: Surveyed) -> str:
    """State whether customers of higher grades are more satisfied; nothing without two grades to compare."""
    from ...analysis.rates import difference

    known = told.by_grade.dropna(subset=["rate"]).sort_index()
    known = known[known["consultations"] >= 30]
    if len(known) < 2:
        return text(zh="可比较的等级不足两个，不作比较", en="Fewer than two grades can be compared")
    first, last = known.iloc[0], known.iloc[-1]
    gap, low, high = difference(first, last)
    names = [language.grade_name(str(known.index[place])) for place in (0, -1)]
    interval = text(
        zh=f"（95%置信区间{point_range(low, high)}）",
        en=f" (95% interval {point_range(low, high)})",
    )
    if low > 0 or high < 0:
        return text(
            zh=f"调查前为{names[0]}的客户满意占比比{names[1]}{'高' if gap > 0 else '低'}{points(abs(gap)).lstrip('+')}{interval}",
            en=f"Customers of {names[0]} before the survey are {'more' if gap > 0 else 'less'} often satisfied than those of {names[1]}: "
            f"{points(gap)}{interval}",
        )
    return text(
        zh=f"调查前为{names[0]}与{names[1]}的客户，满意占比差异不显著，相差{points(gap)}{interval}",
        en=f"Customers of {names[0]} and {names[1]} before the survey are not clearly more or less satisfied: {points(gap)}{interval}",
    )


def faults(told: Surveyed) -> str:
    """Say that some cells were no answers; nothing where all were."""
    if told.faults.empty:
        return ""
    return text(
        zh="部分单元格不是有效答案（超出量表、无法识别或单选题选了多项），按未答处理，件数如下",
        en="Some cells are no answers (off the scale, unreadable, or several to a single question); they count as not answered",
    )


def key_figures(told: Surveyed | None) -> list[tuple[str, str]]:
    """Return what opens the report: label and printed number."""
    if told is None:
        return []
    figures = []
    if told.response is not None and told.response.rate == told.response.rate:
        figures.append((text(zh="回收率", en="Response"), percent(told.response.rate)))
    if pd.notna(told.average["rate"]):
        row = told.average
        ends = _interval(row["low"], row["high"])
        figures.append((text(zh="满意占比", en="Satisfied"), f"{percent(row['rate'])}{ends}"))
    if told.promotion is not None:
        score = told.promotion
        ends = text(
            zh=f"（{_score(score.low)}～{_score(score.high)}）",
            en=f" ({_score(score.low)} to {_score(score.high)})",
        )
        figures.append((text(zh="净推荐值", en="NPS"), f"{_score(score.value)}{ends}"))
    return figures


def named(table: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Return a table whose items are called as the report calls them."""
    from ...base import table_metadata

    shown = table.rename(index=dict(names))
    withheld = {
        column: [names.get(str(row), row) for row in rows]
        for column, rows in table_metadata.withheld(table).items()
    }
    return table_metadata.describe(shown, withheld=withheld or None)


def _interval(low: float, high: float) -> str:
    if pd.isna(low) or pd.isna(high):
        return ""
    return text(zh=f"（{percent(low)}～{percent(high)}）", en=f" ({percent(low)} to {percent(high)})")


def _ends(low: float, high: float) -> str:
    return text(zh=f"{percent(low)}～{percent(high)}", en=f"{percent(low)} to {percent(high)}")


def _score(value: float) -> str:
    return formatted(value, "nps")


def _lower(words: str | Sequence[str]) -> str:
    return str(words)[:1].lower() + str(words)[1:]


origin.trace_module(globals())
