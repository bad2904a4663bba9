"""Tidy table → sentence. What may be claimed follows from the numbers.

A difference is claimed only where its interval excludes zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations, pairwise
from typing import Any

import pandas as pd

from ...analysis.conversion import (
    FALLS,
    FEW,
    HIGHER,
    LOWER,
    NO_DIFFERENCE,
    NO_TREND,
    REST,
    RISES,
    TOO_FEW,
    Measure,
    Standardised,
    Trend,
    difference,
)
from ...base import language, table_metadata
from ...base.language import capital, grade_name, listing, text
from ...scorecard import explanation
from ...scorecard.scorecards import Scorecard


def percent(value: float) -> str:
    """Return 0.632 as 63.2%."""
    return language.formatted(value, "rate")


def distribution(grades: pd.DataFrame) -> str:
    """State the most frequent grade and the share of the highest one."""
    if grades["consultations"].isna().any():
        return text(zh="部分等级数目过小，不逐级列出", en="Some grades are too small to be listed")
    if not grades["consultations"].sum():
        return text(zh="没有可评级的咨询", en="No consultation could be graded")
    most, top = _where(grades["consultations"], grades["consultations"].max()), grades.index[0]
    names, share = listing([grade_name(grade) for grade in most]), percent(grades.share[most[0]])
    if len(most) > 1:
        first = text(
            zh=f"{names}咨询最多，各占{share}", en=f"{capital(names)} are the most common ({share} each)"
        )
    else:
        first = text(zh=f"{names}咨询最多，占{share}", en=f"{capital(names)} is the most common ({share})")
    if top in most:
        return first
    return first + text(
        zh=f"；{grade_name(top)}占{percent(grades.share[top])}",
        en=f"; {percent(grades.share[top])} are {grade_name(top)}",
    )


def _compared(one: pd.Series, other: pd.Series) -> str:
    first, second = grade_name(str(one.name)), grade_name(str(other.name))
    return text(
        zh=f"{first}{percent(one.rate)}，{second}{percent(other.rate)}",
        en=f"{percent(one.rate)} for {first}, {percent(other.rate)} for {second}",
    )


def _where(values: pd.Series, value: float) -> list[Any]:
    """Return the labels that have a value: a tie is not won by whoever comes first."""
    return list(values.index[values == value])


def gradient(by_grade: pd.DataFrame) -> str:
    """State whether conversion rises with the grade; nothing if the source gives no outcomes."""
    if by_grade.empty:
        return ""
    counted = by_grade[by_grade["consultations"] >= FEW]
    enough = counted[counted["rate"].notna()]
    if len(enough) < len(counted):
        return _partial_gradient(enough)
    if len(enough) < 2:
        return text(
            zh="各等级样本不足，不比较成交率", en="Too few consultations to compare conversion by grade"
        )
    top, bottom = enough.iloc[0], enough.iloc[-1]
    _, low, high = difference(top, bottom)
    rates = _compared(top, bottom)
    steps = pairwise(row for _, row in enough.iterrows())
    if low > 0 and all(difference(one, other)[1] > 0 for one, other in steps):
        return text(
            zh=f"等级越高，成交率越高：{rates}",
            en=f"The higher the grade, the higher the conversion rate: {rates}",
        )
    if low > 0:
        return text(
            zh=f"成交率总体随等级上升，但并非逐级明显上升：{rates}",
            en=f"Conversion rises with the grade, not clearly at every step: {rates}",
        )
    if high < 0:
        return text(
            zh=f"成交率未随等级上升，反而下降：{rates}", en=f"Conversion falls as the grade rises: {rates}"
        )
    if pair := _clearest(enough):
        rates = _compared(*pair)
        return text(
            zh=f"成交率高低与等级不一致：{rates}", en=f"Conversion does not follow the grade: {rates}"
        )
    return text(zh=f"各等级成交率没有明显差异：{rates}", en=f"No clear difference between grades: {rates}")


def _partial_gradient(shown: pd.DataFrame) -> str:
    """State what the grades whose rate is shown allow to say; the others may be anything."""
    if len(shown) < 2:
        return text(
            zh="部分等级的成交率不公布，不作等级间比较",
            en="Some grades' rates are withheld; grades are not compared",
        )
    top, bottom = shown.iloc[0], shown.iloc[-1]
    one, other = grade_name(str(top.name)), grade_name(str(bottom.name))
    if difference(top, bottom)[1] > 0:
        return text(
            zh=f"在公布成交率的等级中，{one}（{percent(top.rate)}）高于{other}（{percent(bottom.rate)}）",
            en=f"Of the grades shown, {one} ({percent(top.rate)}) is above {other} ({percent(bottom.rate)})",
        )
    return text(
        zh=f"在公布成交率的等级中，{one}并不明显高于{other}",
        en=f"Of the grades shown, {one} is not clearly above {other}",
    )


def _clearest(table: pd.DataFrame) -> tuple[pd.Series, pd.Series] | None:
    """Return the two rows farthest apart, higher rate first, among those whose difference excludes zero."""
    rows = [row for _, row in table.sort_values("rate", ascending=False, kind="stable").iterrows()]
    clear = [(one, other) for one, other in combinations(rows, 2) if difference(one, other)[1] > 0]
    return max(clear, key=lambda pair: pair[0].rate - pair[1].rate, default=None)


def extremes(table: pd.DataFrame, measure: Measure) -> str:
    """State which groups have the highest and lowest rate, if that can be told apart.

    Groups of fewer than 30 consultations are left out of the comparison, and the pooled rest is no group.
    """
    told = table["rate"].notna() & ~table.index.isin(REST.values())
    enough = table[(table["consultations"] >= FEW) & told]
    if len(enough) < 2:
        return text(zh="各组样本不足，不作比较", en="Too few consultations to compare groups")
    pair = _clearest(enough)
    of = _kind(table)
    if not pair:
        return text(
            zh=f"各{of}的{measure.label}没有明显差异", en=f"{measure.label}: no clear difference by {of}"
        )
    best, worst = (language.mention(str(row.name)) for row in pair)
    high, low = (percent(row.rate) for row in pair)
    if (enough["rate"] >= pair[0].rate).sum() > 1 or (enough["rate"] <= pair[1].rate).sum() > 1:
        return text(
            zh=f"分{of}看，{best}的{measure.label}（{high}）高于{worst}（{low}）",
            en=f"{measure.label} by {of}: {best} ({high}) above {worst} ({low})",
        )
    if table["rate"].isna().any():
        return text(
            zh=f"公布{measure.label}的{of}中，{best}最高（{high}），{worst}最低（{low}）",
            en=f"{measure.label} by {of}, where published: highest for {best} ({high}), lowest for {worst} ({low})",
        )
    return text(
        zh=f"分{of}看，{best}{measure.label}最高（{high}），{worst}最低（{low}）",
        en=f"{measure.label} by {of}: highest for {best} ({high}), lowest for {worst} ({low})",
    )


def _kind(table: pd.DataFrame) -> str:
    """Return what the rows of a table are, so that a sentence read without its figure names it."""
    name = language.term(str(table.index.name)) if table.index.name else text(zh="组", en="group")
    return text(zh=name, en=name.lower())


def span(table: pd.DataFrame, measure: Measure) -> str:
    """State between which rates groups lie, where they overlap and must not be compared by a test."""
    rates = table["rate"].dropna()
    if rates.empty:
        return text(zh="样本不足，不作比较", en="Too few consultations to compare groups")
    low, high = percent(rates.min()), percent(rates.max())
    of = _kind(table)
    return text(
        zh=f"各{of}的{measure.label}在{low}至{high}之间",
        en=f"{measure.label} by {of}: between {low} and {high}",
    )


MONTHS_NAMED = 4  # more are counted


def season(table: pd.DataFrame) -> str:
    """State the busiest and the quietest month."""
    counts = table["received"]
    if counts.isna().any():
        return text(zh="部分月份数目过小，不比较各月", en="Some months are too small to be compared")
    if not counts.sum():
        return text(zh="没有注明日期的咨询", en="No consultation has a date")
    if counts.min() == counts.max():
        return text(
            zh=f"各月咨询数相同（{counts.max():,.0f}条）",
            en=f"Every month has {counts.max():,.0f} consultations",
        )
    most, fewest = (_months(_where(counts, count), count) for count in (counts.max(), counts.min()))
    return text(
        zh=f"{most[0]}咨询最多{most[1]}，{fewest[0]}最少{fewest[1]}",
        en=f"Most consultations in {most[0]} {most[1]}, fewest in {fewest[0]} {fewest[1]}",
    )


def _months(numbers: list[int], count: int) -> tuple[str, str]:
    names = listing([language.month(number) for number in numbers])
    if len(numbers) > MONTHS_NAMED:
        names = text(zh=f"{len(numbers)}个月", en=f"{len(numbers)} months")
    each = len(numbers) > 1
    return names, text(
        zh=f"（{'各' if each else ''}{count:,.0f}条）", en=f"({count:,.0f}{' each' if each else ''})"
    )


def scores(means: pd.DataFrame, labels: Mapping[str, str]) -> str:
    """State which dimension is scored highest and which lowest on average.

    Parameters
    ----------
    means : DataFrame
        See `conversion.score_means`; no rows where the dimensions have no common scale.
    labels : mapping of str to str
        Dimension → its name in the report's language.
    """
    if means.empty:
        return text(
            zh="各项评分的分值范围不同，平均分不作比较",
            en="The scores have different scales, so means are not compared",
        )
    known = means["mean"].dropna()
    if known.empty:
        return text(zh="没有有效评分", en="No valid score")
    known = known.round(2)
    if known.min() == known.max():
        return text(zh=f"各项平均分相同（{known.min():.2f}分）", en=f"All mean scores are {known.min():.2f}")
    best, worst = (
        listing([labels[dimension] for dimension in _where(known, mean)])
        for mean in (known.max(), known.min())
    )
    return text(
        zh=f"{best}平均分最高（{known.max():.2f}分），{worst}最低（{known.min():.2f}分）",
        en=f"Highest mean score: {best} ({known.max():.2f}); lowest: {worst} ({known.min():.2f})",
    )


def effort(contacts: pd.DataFrame) -> str:
    """State how much of the follow-up the highest grade takes."""
    if contacts["contacts"].isna().any():
        return ""
    top = contacts.iloc[0]
    total = contacts["consultations"].sum()
    if not total:
        return text(zh="没有需要回访的咨询", en="No consultation calls for follow-up")
    if not top.consultations:
        return text(
            zh="没有最高等级的咨询，回访以低频为主",
            en="Nobody has the highest grade; follow-up is infrequent",
        )
    share = top.consultations / total
    return text(
        zh=f"{grade_name(top.name)}咨询占可评级咨询的{percent(share)}，按规定频次推算的回访占全年的{percent(top.share)}",
        en=f"{capital(grade_name(top.name))}, {percent(share)} of graded consultations, calls for "
        f"{percent(top.share)} of all contacts",
    )


def yearly(contacts: pd.DataFrame) -> str:
    """State how many contacts a year the policy asks for, and why that is an upper bound; no number if withheld."""
    total = contacts["contacts"].sum(skipna=False)
    number = "" if pd.isna(total) else f"{total:,.0f}"
    return text(
        zh=f"按评分标准规定的回访频次推算，全年回访{f'{number}次' if number else '次数见下表'}。每条可评级咨询按一户计，"
        "同一客户多次咨询的重复计算，已成交客户未予扣除，因此是上限",
        en=f"The follow-up policy of the scorecard asks for {number or 'the following'} contacts a year. This is an upper "
        "bound: every graded consultation counts as one customer, even if the same customer asked twice or has since bought",
    )


def trend(result: Trend) -> str:
    """State the trend test of the conversion rate across the grades."""
    if result.verdict == TOO_FEW:
        return text(zh="各等级样本不足，不作趋势检验", en="Too few consultations for a trend test")
    if pd.isna(result.z):
        return text(
            zh="全部成交或无一成交，趋势检验不适用", en="All or none converted: a trend test does not apply"
        )
    test = f"Z={result.z:.1f}, {_p(result.p)}".replace(", ", text(zh="，", en=", "))
    found = {
        RISES: text(zh="成交率随等级上升", en="conversion rises with the grade"),
        FALLS: text(zh="成交率随等级下降", en="conversion falls as the grade rises"),
        NO_TREND: text(zh="成交率未见随等级变化的明显趋势", en="no clear trend across the grades"),
    }[result.verdict]
    if result.verdict != NO_TREND and not result.monotone:
        found += text(zh="，但并非逐级变化", en=", but not at every step")
    return text(
        zh=f"科克伦-阿米蒂奇（Cochran-Armitage）趋势检验：{test}，{found}",
        en=f"Cochran-Armitage trend test ({test}): {found}",
    )


def _p(value: float) -> str:
    shown = language.formatted(value, "p")
    return f"P{shown}" if shown.startswith("<") else f"P={shown}"


def versus(table: pd.DataFrame, measure: Measure) -> str:
    """State which groups differ from all others together, after adjustment for the number of comparisons.

    Parameters
    ----------
    table : DataFrame
        See `conversion.compare`.
    """
    if table.empty or not table["verdict"].isin([HIGHER, LOWER, NO_DIFFERENCE]).any():
        return text(zh="各组样本不足，不作比较", en="Too few consultations to compare groups")
    higher, lower = (_listed(table.index[table["verdict"] == verdict]) for verdict in (HIGHER, LOWER))
    if not higher and not lower:
        return text(
            zh=f"各组与其余各组相比，{measure.label}均无明显差异",
            en=f"{measure.label}: no group differs clearly from all others",
        )
    zh = [
        f"{groups}的{measure.label}{word}" for groups, word in ((higher, "更高"), (lower, "更低")) if groups
    ]
    en = [f"{word} for {groups}" for groups, word in ((higher, "higher"), (lower, "lower")) if groups]
    return text(
        zh=f"与其余各组相比，{'，'.join(zh)}（校正后P<0.05）",
        en=f"{measure.label} against all others (adjusted P<0.05): {'; '.join(en)}",
    )


def unlisted(protected: bool) -> str:
    """Continue `versus` where the table it rests on is withheld."""
    if not protected:
        return ""
    return text(
        zh="；因小数目保护，不列出逐组比较的数字",
        en="; to protect small numbers, the comparisons are not listed",
    )


def amounts_withheld(amounts: pd.DataFrame) -> str:
    """Say why sums of money are withheld beside rates that are not; nothing where all are shown.

    Parameters
    ----------
    amounts : DataFrame
        See `disclosure.protect_amounts`.
    """
    if not amounts["amount"].isna().any():
        return ""
    return text(
        zh="客户过少或金额过于集中于个别客户的组，以及可据以推算出这些组的其他组，不公布金额",
        en="No amount is published where customers are few or one dominates, nor where it would give such an amount away",
    )


def _listed(groups: pd.Index) -> str:
    return language.listing([language.mention(str(group)) for group in groups])


def mix(result: Standardised, by: str, over: str, measure: Measure) -> str:
    """State whether the order of groups turns round once all have the same composition; nothing without data."""
    if result.rates.empty:
        return ""
    same = text(
        zh=f"按{language.term(over)}构成标准化后", en=f"Standardised for {language.term(over).lower()}"
    )
    if result.reversals.empty:
        return text(
            zh=f"{same}，各{language.term(by)}{measure.label}的高低次序没有逆转",
            en=f"{same}, no two groups change their order",
        )
    named = result.reversals[["first", "second"]].astype(str).map(language.mention)
    pairs = [
        text(zh=f"{row.first}与{row.second}", en=f"{row.first} and {row.second}")
        for row in named.itertuples()
    ]
    clear = bool(result.reversals["clear"].any())
    return text(
        zh=f"{same}，{'；'.join(pairs[:3])}{'等' if len(pairs) > 3 else ''}的次序逆转，"
        + ("未标准化时的高低部分来自构成差异" if clear else "但这些差异都不明显"),
        en=f"{same}, the order of {'; '.join(pairs[:3])}{' and others' if len(pairs) > 3 else ''} turns round"
        + ("" if clear else ", though these differences are not clear"),
    )


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
    """State how well the composite tells buyers from others; nothing if that cannot be said."""
    if auc.empty or pd.isna(auc["auc"].iloc[0]):
        return ""
    row, by = auc.iloc[0], language.term(table_metadata.fact(auc, "by", "composite"))
    value, low, high = (language.formatted(row[key], "auc") for key in ("auc", "low", "high"))
    interval = (
        "" if pd.isna(row.low) else text(zh=f"（95%置信区间{low}～{high}）", en=f" (95% CI {low} to {high})")
    )
    return text(
        zh=f"{by}区分成交与未成交的AUC为{value}{interval}",
        en=f"The {by.lower()} tells buyers from others with an AUC of {value}{interval}",
    )


def lift(table: pd.DataFrame) -> str:
    """State how much more often the best-scored consultations convert; nothing if that cannot be said."""
    if table.empty or pd.isna(table["lift"].iloc[0]):
        return ""
    row = table.iloc[0]
    return text(
        zh=f"综合评分最高的{percent(row.share)}的咨询，成交率是全体的{row.lift:.2f}倍",
        en=f"The best-scored {percent(row.share)} of consultations convert {row.lift:.2f} times as often as all",
    )


REASONS = {
    "no outcomes": ("数据没有成交结果", "the data give no outcomes"),
    "too few": ("成交或未成交的咨询太少", "there are too few purchases or too few others"),
    "constant score": ("有评分项没有变化", "a score does not vary"),
    "separated": ("评分把成交与未成交完全分开", "the scores separate buyers from others completely"),
    "opposed": ("有评分越高成交反而越少", "a score goes with fewer purchases"),
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
        zh, en = REASONS[table_metadata.fact(fit, "reason", "too few")]
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
        "以上仅描述本期数据，不构成对评分标准的评价",
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
        See `validity.ungradable_bounds`.
    """
    top = table.iloc[0]
    if pd.isna(top.lowest) or pd.isna(top.highest):
        return ""
    low, high = percent(top.lowest), percent(top.highest)
    return text(
        zh=f"不可评级的咨询无论归入何级，{grade_name(table.index[0])}占比都在{low}～{high}之间",
        en=f"However the ungradable had been graded, between {low} and {high} would be {grade_name(table.index[0])}",
    )


def early(order: pd.DataFrame) -> str:
    """Warn where purchases are no later than the consultation that was scored; nothing if there are none."""
    if order.empty or not order["share"].iloc[0] > 0:
        return ""
    share = percent(order["share"].iloc[0])
    return text(
        zh=f"有{share}的成交不晚于咨询日期，评分可能在已知结果后给出，上述指标可能偏高",
        en=f"{share} of purchases are no later than the consultation: scores may have been given with the outcome known",
    )


def staffing(staff: pd.DataFrame) -> str:
    """State the full-time equivalents of all roles together and the assumptions they rest on.

    Parameters
    ----------
    staff : DataFrame
        See `workload.full_time_equivalents`.
    """
    total = staff.groupby("assumption", sort=False)["full_time_equivalents"].sum(min_count=1)
    if total.isna().any():
        return ""
    first = staff.drop_duplicates("assumption")
    minutes = language.listing([f"{value:g}" for value in first["minutes_per_contact"]])
    hours = language.listing(list(dict.fromkeys(f"{value:,.0f}" for value in first["hours_per_year"])))
    values = language.listing([language.formatted(value, "full_time_equivalents") for value in total])
    return text(
        zh=f"按全时人员每年工作{hours}小时、每次回访用时{minutes}分钟（低、中、高三种假设）计，全部回访分别折合全时人员{values}人；"
        "该结果只反映工作量，不等于岗位空缺",
        en=f"At {hours} working hours a year and {minutes} minutes a contact (low, mid, high), all follow-up takes {values} "
        "full-time equivalents; this measures workload, not vacancies",
    )


def withheld() -> str:
    """Say that a section would tell too much of small groups."""
    return text(
        zh="部分等级或分值的数目过小，为避免据以推算单个客户的情况，本节不公布相关结果。",
        en="Some grades or scores are so rare that results derived from them could identify a customer; "
        "they are not published.",
    )


def absent(column: str, graded: pd.DataFrame) -> str:
    """Say why a section is missing."""
    if graded.empty:
        return text(
            zh="没有可评级的咨询，本节从略。", en="No consultation could be graded; this section is left out."
        )
    name = language.term(column)
    return text(
        zh=f"数据未提供“{name}”，本节从略。",
        en=f"The data have no column “{name}”; this section is left out.",
    )


def no_scores(graded: pd.DataFrame) -> str:
    """Say why there is no section on scores."""
    if graded.empty:
        return absent("score", graded)
    return text(
        zh="评级标准按条件分级，没有分值，本节从略。",
        en="The scorecard grades by conditions and has no scores; this section is left out.",
    )


def no_outcomes(graded: pd.DataFrame) -> str:
    """Say that grades are potential only, or that there are no grades."""
    if graded.empty:
        return absent("converted", graded)
    return text(
        zh="数据未提供成交结果。等级只反映转化潜力，本报告不给出成交率，各维度以最高等级占比作比较。",
        en="The data give no purchase outcomes. A grade is a potential; this report prints no conversion rate and "
        "compares groups by the share of the highest grade.",
    )


def reconciliation(quality: pd.DataFrame, graded: int) -> str:
    """State that nothing was lost: every row read is graded, not graded, of another slice, rejected or a duplicate.

    Parameters
    ----------
    quality : DataFrame
        See `dataset.quality`.
    graded : int
        Consultations of the slice that have a grade.
    """
    n = quality[["read", "used", "elsewhere", "rejected", "duplicates"]].sum()
    other = text(zh=f" + 其他地区或年度{n.elsewhere:,}条", en=f" + {n.elsewhere:,} of other regions or years")
    return text(
        zh=f"读入{n.read:,}条 = 已评级{graded:,}条 + 未评级{n.used - graded:,}条{other if n.elsewhere else ''}"
        f" + 剔除{n.rejected:,}条 + 重复{n.duplicates:,}条",
        en=f"{n.read:,} rows read = {graded:,} graded + {n.used - graded:,} not graded{other if n.elsewhere else ''}"
        f" + {n.rejected:,} rejected + {n.duplicates:,} duplicates",
    )


def unrated(status: pd.Series, least: int) -> str:
    """State how many consultations have no grade and why; nothing if all have one.

    Parameters
    ----------
    status : Series
        See `scoring.status`.
    least : int
        Smaller counts are not told apart, because they could identify a customer.
    """
    undefined, ungradable = ((status == kind).sum() for kind in ("undefined", "ungradable"))
    if not undefined + ungradable:
        return ""
    total = undefined + ungradable
    lacking = text(zh="缺少评级所需的数据", en="that lack what grading needs")
    outside = text(zh="不符合任何等级的条件（未定义）", en="that meet the conditions of no grade (undefined)")
    others = "其余" if total < len(status) else ""
    rest = text(zh=f"{others}{total:,}条", en=f"Not graded: {total:,} ")
    if not undefined:
        return text(zh=f"{rest}{lacking}，不可评级", en=f"{rest}{lacking}")
    if not ungradable:
        return f"{rest}{outside}"
    if min(undefined, ungradable) < least:
        return text(zh=f"{rest}{lacking}，或{outside}", en=f"{rest}{lacking} or {outside}")
    return text(
        zh=f"{rest}中，{ungradable:,}条{lacking}，不可评级；{undefined:,}条{outside}",
        en=f"Not graded: {ungradable:,} {lacking}; {undefined:,} {outside}",
    )


def rule(scorecard: Scorecard) -> str:
    """State how a consultation comes to its grade."""
    return explanation.describe_rule(scorecard, language.current())


def overall(average: pd.Series, measure: Measure) -> str:
    """State the measure over all consultations, with its interval."""
    if not average.consultations:
        return text(zh="没有可评级的咨询", en="No consultation could be graded")
    if pd.isna(average.rate):
        return text(
            zh=f"数目过小，不公布{measure.label}", en=f"Too few to publish the {measure.label.lower()}"
        )
    rate, low, high = percent(average.rate), percent(average.low), percent(average.high)
    return text(
        zh=f"{average.consultations:,.0f}条咨询的{measure.label}为{rate}（95%置信区间{low}～{high}）",
        en=f"{measure.label} over {average.consultations:,.0f} consultations: {rate} (95% CI {low} to {high})",
    )


def advise_follow_up(contacts: pd.DataFrame, top: Any) -> str:
    """Advise to staff the follow-up of the highest grade first; nothing if nobody has it or it is withheld.

    Parameters
    ----------
    contacts : DataFrame
        See `workload.contacts`.
    top : scoring.Band
        The highest grade, with its follow-up policy.
    """
    number = contacts["contacts"].iloc[0]
    if pd.isna(number) or not number:
        return ""
    role, cadence, grade = text(**top.follow_up.role), text(**top.follow_up.cadence), grade_name(top.grade)
    return text(
        zh=f"优先落实{grade}客户的跟进：由{role}{cadence}回访，全年至多{number:,.0f}次，安排前应先核定人力",
        en=f"Staff the follow-up of {grade} first: up to {number:,.0f} contacts a year ({role.lower()}, {cadence.lower()})",
    )


def advise_dimension(means: pd.DataFrame, labels: Mapping[str, str]) -> str:
    """Advise on the dimension with the lowest mean score; nothing if there is none."""
    known = means["mean"].dropna()
    if known.empty:
        return ""
    weakest = labels[known.idxmin()]
    return text(
        zh=f"{weakest}平均分最低（{known.min():.2f}分），可抽查低分咨询的记录查明原因，下一年度再作比较",
        en=f"{weakest} has the lowest mean score ({known.min():.2f}): check a sample of the low-scored records for "
        "the reasons, and compare again next year",
    )


def advise_groups(versus: pd.DataFrame, table: pd.DataFrame, measure: Measure) -> str:
    """Advise on the groups that are clearly lower than all others, the largest first; nothing if there is none.

    Parameters
    ----------
    versus : DataFrame
        See `conversion.compare`; groups whose rate is withheld left out.
    table : DataFrame
        See `conversion.by`.
    """
    lower = versus.index[versus["verdict"] == LOWER] if "verdict" in versus else pd.Index([])
    if lower.empty:
        return ""
    largest = table.loc[lower, "consultations"].idxmax()
    row, names = table.loc[largest], _listed(lower)
    count, rate = f"{row.consultations:,.0f}", percent(row.rate)
    return text(
        zh=f"{measure.label}明显偏低的{_kind(table)}有{names}，其中{language.mention(str(largest))}咨询最多（{count}条，{measure.label}{rate}），"
        "可先从中抽取客户回访，了解其需求与顾虑",
        en=f"{measure.label} clearly below that of the rest: {names}. Start with the largest, "
        f"{language.mention(str(largest))} ({count} consultations, {rate}), and ask a sample of its customers what held them back",
    )


def key_figures(
    received: int, average: pd.Series, grades: pd.DataFrame, contacts: pd.DataFrame, measure: Measure
) -> list[tuple[str, str]]:
    """Return what opens a report: label and printed number, withheld ones as “…”.

    Parameters
    ----------
    received : int
        All consultations, graded or not.
    average, grades, contacts
        Protected tables; see `conversion.overall`, `conversion.grades` and `workload.contacts`.
    measure : Measure
        See `conversion.choose_measure`.
    """
    figures = [(text(zh="有效咨询", en="Consultations"), text(zh=f"{received:,}条", en=f"{received:,}"))]
    if not average.consultations:  # nothing is graded, and a share of nothing is no figure
        return figures
    if measure.grade is None:
        top = grades.index[0]
        label = text(zh=f"{grade_name(top)}占比", en=f"Share of {grade_name(top)}")
        figures.append((label, _published(grades.share[top], "share")))
    interval = text(
        zh=f"（95%置信区间{percent(average.low)}～{percent(average.high)}）",
        en=f" (95% CI {percent(average.low)} to {percent(average.high)})",
    )
    figures.append(
        (measure.label, _published(average.rate, "rate") + (interval if pd.notna(average.rate) else ""))
    )
    total = contacts["contacts"].sum(skipna=False)
    unit = text(zh="次", en="") if pd.notna(total) else ""
    label = text(zh="全年回访次数（上限）", en="Contacts a year (upper bound)")
    figures.append((label, _published(total, "contacts") + unit))
    return figures


def _published(value: float, column: str) -> str:
    return language.PROTECTED if pd.isna(value) else language.formatted(value, column)
