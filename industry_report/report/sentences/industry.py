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
from ...base import language
from ...base.language import capital, grade_name, listing, text
from ...scorecard import explanation
from .advice import advise_dimension, advise_follow_up, advise_groups, effort, staffing, yearly
from .coverage import (
    absent,
    amounts_withheld,
    no_outcomes,
    no_scores,
    protection,
    reconciliation,
    unlisted,
    unrated,
    withheld,
)
from .score_quality import bounds, contributions, discrimination, early, lift, what_auc_is
from .wording import kind, listed, p_value, percent, where

# A notebook finds all sentences of the industry report here.
__all__ = [
    "absent",
    "advise_dimension",
    "advise_follow_up",
    "advise_groups",
    "amounts_withheld",
    "bounds",
    "contributions",
    "discrimination",
    "distribution",
    "early",
    "effort",
    "extremes",
    "gradient",
    "key_figures",
    "lift",
    "mix",
    "no_outcomes",
    "no_scores",
    "overall",
    "protection",
    "reconciliation",
    "rule",
    "scores",
    "season",
    "span",
    "staffing",
    "trend",
    "unlisted",
    "unrated",
    "versus",
    "what_auc_is",
    "withheld",
    "yearly",
]


def distribution(grades: pd.DataFrame) -> str:
    """State the most frequent grade and the share of the highest one."""
    if grades["consultations"].isna().any():
        return text(zh="部分等级数目过小，不逐级列出", en="Some grades are too small to be listed")
    if not grades["consultations"].sum():
        return text(zh="没有可评级的咨询", en="No consultation could be graded")
    most, top = where(grades["consultations"], grades["consultations"].max()), grades.index[0]
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
    of = kind(table)
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


def span(table: pd.DataFrame, measure: Measure) -> str:
    """State between which rates groups lie, where they overlap and must not be compared by a test."""
    rates = table["rate"].dropna()
    if rates.empty:
        return text(zh="样本不足，不作比较", en="Too few consultations to compare groups")
    low, high = percent(rates.min()), percent(rates.max())
    of = kind(table)
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
    most, fewest = (_months(where(counts, count), count) for count in (counts.max(), counts.min()))
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
        listing([labels[dimension] for dimension in where(known, mean)])
        for mean in (known.max(), known.min())
    )
    return text(
        zh=f"{best}平均分最高（{known.max():.2f}分），{worst}最低（{known.min():.2f}分）",
        en=f"Highest mean score: {best} ({known.max():.2f}); lowest: {worst} ({known.min():.2f})",
    )


def trend(result: Trend) -> str:
    """State the trend test of the conversion rate across the grades."""
    if result.verdict == TOO_FEW:
        return text(zh="各等级样本不足，不作趋势检验", en="Too few consultations for a trend test")
    if pd.isna(result.z):
        return text(
            zh="全部成交或无一成交，趋势检验不适用", en="All or none converted: a trend test does not apply"
        )
    test = f"Z={result.z:.1f}, {p_value(result.p)}".replace(", ", text(zh="，", en=", "))
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


def versus(table: pd.DataFrame, measure: Measure) -> str:
    """State which groups differ from all others together, after adjustment for the number of comparisons.

    Parameters
    ----------
    table : DataFrame
        See `conversion.compare`.
    """
    if table.empty or not table["verdict"].isin([HIGHER, LOWER, NO_DIFFERENCE]).any():
        return text(zh="各组样本不足，不作比较", en="Too few consultations to compare groups")
    higher, lower = (listed(table.index[table["verdict"] == verdict]) for verdict in (HIGHER, LOWER))
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


def rule(scorecard: Any) -> str:
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
