"""Sentences on how good the scores are: distinction, lift, weights, what the ungraded leave open."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from ...analysis.conversion import Measure, difference
from ...base import language, origin, table_metadata
from ...base.language import grade_name, text
from .wording import percent


def what_auc_is(auc: pd.DataFrame) -> str:
    """Explain the AUC to who meets it for the first time; nothing where none is given."""
    if not discrimination(auc):
        return ""
    by = language.term(table_metadata.fact(auc, "by", "composite"))
    return text(
        zh=f"AUC（受试者工作特征曲线下面积）表示任取一条成交和一条未成交的咨询，成交的那条{by}较高的概率，相同的计一半；"
        "0.5表示不能区分，1表示完全区分",
        en="The AUC (area under the ROC curve) is the chance that, of one consultation that converted and one that did not, the "
        f"former has the higher {by.lower()}, ties counting half: 0.5 means no distinction, 1 a perfect one",
    )


def discrimination(auc: pd.DataFrame) -> str:
    """State how well the overall score tells buyers from others; nothing if that cannot be said."""
    if auc.empty or pd.isna(auc["auc"].iloc[0]):
        return ""
    row = auc.iloc[0]
    if (
        row.auc == 0.5 and pd.isna(row.low) and 1 < row.conversions < row.consultations - 1
    ):  # no score differs
        return text(
            zh="各条咨询的综合评分相同，不能区分成交与未成交",
            en="All consultations have the same score, which tells nobody from anybody",
        )
    row, by = auc.iloc[0], language.term(table_metadata.fact(auc, "by", "composite"))
    value, low, high = (language.formatted(row[key], "auc") for key in ("auc", "low", "high"))
    interval = (
        ""
        if pd.isna(row.low)
        else text(zh=f"（95%置信区间{low}～{high}）", en=f" (95% confidence interval {low} to {high})")
    )
    return text(
        zh=f"{by}区分成交与未成交的AUC为{value}{interval}{_meant(row)}",
        en=f"The {by.lower()} tells buyers from others with an AUC of {value}{interval}{_meant(row)}",
    )


def steepest(by_score: pd.DataFrame, measure: Measure) -> str:
    """State along which criterion a measure rises most from its lowest score to its highest, or that all rise.

    Parameters
    ----------
    by_score : DataFrame
        See `conversion.by_score`.
    measure : Measure
        Names the rate.

    Returns
    -------
    str
        One is named if two criteria show both ends, and the interval of the steepest one's rise lies above
        those of all others: the criteria are of the same consultations, and intervals that do not touch are
        apart whatever their correlation. Else that all rise, if each interval excludes zero: a claim on all is
        no stronger than the weakest, and needs no adjustment (intersection-union test). Else nothing.
    """
    ends = []
    for dimension, rows in by_score.groupby("dimension", sort=False):
        first, last = rows.iloc[0], rows.iloc[-1]
        if len(rows) > 1 and pd.notna(first.rate) and pd.notna(last.rate):
            ends.append((difference(last, first), str(dimension), first, last))
    if len(ends) < 2:
        return ""
    best, *others = sorted(ends, key=lambda end: -end[0][0])
    (_, lowest, _), dimension, first, last = best
    if not all(lowest > max(high, 0) for (_, _, high), *_ in others):
        return _all_rise(measure) if all(low > 0 for (_, low, _), *_ in ends) else ""
    label, low, high = language.term(dimension), percent(first.rate), percent(last.rate)
    at = [_name_score(first.score), _name_score(last.score)]
    return text(
        zh=f"{label}最能区分{measure.label}：{at[0]}的为{low}，{at[1]}的为{high}",
        en=f"{label} tells most: {measure.label.lower()} {low} at score {at[0]}, {high} at {at[1]}",
    )


def _all_rise(measure: Measure) -> str:
    return text(
        zh=f"各评分项最高分的{measure.label}均显著高于最低分",
        en=f"Every criterion: {measure.label.lower()} significantly higher at the top score",
    )


def _name_score(score: object) -> str:
    """Return a score as a sentence says it."""
    return text(zh=f"{score}分", en=str(score)) if pd.api.types.is_number(score) else str(score)


def is_upside_down(auc: pd.DataFrame) -> bool:
    """Tell whether a higher composite clearly goes with fewer purchases."""
    return not auc.empty and bool(auc["high"].iloc[0] < 0.5)


def _meant(row: pd.Series) -> str:
    """Say what an AUC means that is not clearly above one half; nothing where it is, or has no interval."""
    if pd.isna(row.low) or row.low > 0.5:
        return ""
    if row.high < 0.5:
        return text(
            zh="，评分越高成交反而越少，与评级标准的用意相反",
            en=": the higher the score, the fewer the purchases, against what the standard intends",
        )
    return text(zh="，不能认为评分能够区分", en=": it cannot be said to tell them apart")


def lift(table: pd.DataFrame) -> str:
    """State how much more often the best-scored consultations convert; nothing if that cannot be said."""
    if table.empty or pd.isna(table["lift"].iloc[0]):
        return ""
    row = table.iloc[0]
    if row.share == 1 or f"{row.lift:.2f}" == "1.00":  # all are the best-scored, or they buy as all do
        return ""
    return text(
        zh=f"综合评分最高的{percent(row.share)}的咨询，成交率是全体的{row.lift:.2f}倍",
        en=f"The best-scored {percent(row.share)} of consultations convert {row.lift:.2f} times as often as all",
    )


REASONS = {
    "no outcomes": ("数据没有成交结果", "the data give no outcomes"),
    "all bought": ("咨询全部成交", "every consultation ended in a purchase"),
    "none bought": ("没有一条咨询成交", "no consultation ended in a purchase"),
    "too few": ("成交或未成交的咨询太少", "there are too few purchases or too few others"),
    "constant score": (
        "有评分项没有变化，或随其他评分项同步变化",
        "a score does not vary, or moves with the others",
    ),
    "separated": ("评分把成交与未成交完全分开", "the scores separate buyers from others completely"),
    "opposed": ("有评分的作用方向显著与标准相反", "a score clearly acts against the standard"),
    "not clear": ("各项评分与成交的关系不够明确", "how the scores act on purchases is not clear"),
    "no fit": ("估计没有收敛", "the estimate did not converge"),
}


def contributions(fit: pd.DataFrame, labels: Mapping[str, str]) -> str:
    """State what each dimension adds in these outcomes beside the standard's weight: an observation, no verdict.

    Parameters
    ----------
    fit : DataFrame
        See `validity.weights`.
    labels : mapping of str to str
        Dimension → its name in the report's language.
    """
    if table_metadata.fact(fit, "reason") in ("no outcomes", "no scores"):
        return ""
    if fit.empty or fit["share"].isna().any():
        zh, en = REASONS[table_metadata.fact(fit, "reason", "not clear")]
        return text(
            zh=f"{zh}，不估计各项评分的相对作用",
            en=f"The relative weight of each score is not estimated: {en}",
        )
    parts = [
        text(
            zh=f"{labels[row.Index]}{percent(row.share)}（{percent(row.low)}～{percent(row.high)}），标准权重{row.weight:.0%}",
            en=f"{labels[row.Index]} {percent(row.share)} ({percent(row.low)} to {percent(row.high)}, standard {row.weight:.0%})",
        )
        for row in fit.itertuples()
    ]
    return text(
        zh=f"从成交结果估计的各项评分相对作用（括号内为95%置信区间）：{'；'.join(parts)}。{_weights_met(fit, labels)}；"
        "上述结果仅反映本年数据，不作为评价评级标准的依据",
        en=f"Relative weight of each score as estimated from the outcomes, with 95% interval: {'; '.join(parts)}. "
        f"{_weights_met(fit, labels)}. This describes the period and is no verdict on the standard",
    )


def _weights_met(fit: pd.DataFrame, labels: Mapping[str, str]) -> str:
    """State which weights of the standard lie outside the interval of what was estimated."""
    outside = fit.index[(fit["weight"] < fit["low"]) | (fit["weight"] > fit["high"])]
    if outside.empty:
        return text(
            zh="各项标准权重均在置信区间内", en="Every weight of the standard lies within its interval"
        )
    named = language.listing([labels[dimension] for dimension in outside])
    return text(
        zh=f"{named}的标准权重在置信区间之外",
        en=f"Outside its interval lies the standard weight of: {named}",
    )


def bounds(table: pd.DataFrame) -> str:
    """State how far the ungradable leave the share of the highest grade open.

    Parameters
    ----------
    table : DataFrame
        See `bases.ungradable_bounds`.
    """
    top = table.iloc[0]
    if pd.isna(top.lowest) or pd.isna(top.highest):
        return ""
    low, high = percent(top.lowest), percent(top.highest)
    if low == high:  # all are graded, or too few are not to show in a percentage
        return ""
    if top.lowest == 0 and top.highest == 1:  # none is graded, and from nothing to all says nothing
        return ""
    return text(
        zh=f"无论未评级的咨询归入何级，{grade_name(table.index[0])}占比都在{low}～{high}之间",
        en=f"Whatever the grades of the ungradable, between {low} and {high} would be {grade_name(table.index[0])}",
    )


def early(order: pd.DataFrame) -> str:
    """Warn that scores may have been given with the outcome known, and say if dates prove it for some.

    No number is given: a share of a published count is a count, often of very few customers. Nothing without
    purchases.

    Parameters
    ----------
    order : DataFrame
        See `validity.outcome_before_score`.
    """
    if order.empty:
        return ""
    always = text(
        zh="日期不能说明评分是否在已知结果之后给出，上述指标可能因此偏高",
        en="Dates cannot tell whether scores were given after the outcome was known; the figures above may flatter them",
    )
    if order["share"].iloc[0] == 0:
        return always
    some = not order["share"].iloc[0] >= 0.5  # a withheld share is that of a few
    return (
        text(
            zh=f"{'有一部分' if some else '多数'}成交不晚于咨询日期；",
            en=f"{'Some' if some else 'Most'} purchases are no later than the consultation. ",
        )
        + always
    )


origin.trace_module(globals())
