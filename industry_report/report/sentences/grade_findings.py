"""Sentences on grades: how they are distributed, and whether conversion rises with them."""

from __future__ import annotations

from itertools import pairwise

import pandas as pd

from ...analysis.conversion import (
    FALLS,
    FEW,
    HIGHER,
    LOWER,
    NO_DIFFERENCE,
    NO_TREND,
    RISES,
    TOO_FEW,
    Trend,
    compare_pairs,
)
from ...base import origin
from ...base.language import capital, grade_name, listing, text
from .wording import is_withheld, p_value, percent, where


def distribution(grades: pd.DataFrame) -> str:
    """State the most frequent grade and the share of the highest one."""
    if grades["consultations"].isna().any():
        return text(
            zh="部分等级的咨询数不公布，不作排列", en="The numbers of some grades are withheld: no ranking"
        )
    if not grades["consultations"].sum():
        return text(zh="没有可评级的咨询", en="No consultation could be graded")
    most, top = where(grades["consultations"], grades["consultations"].max()), grades.index[0]
    names, share = listing([grade_name(grade) for grade in most]), percent(grades.share[most[0]])
    if grades["consultations"].max() == grades["consultations"].sum():
        return text(zh=f"可评级的咨询均为{names}", en=f"Every graded consultation is {names}")
    if len(most) == len(grades):
        return text(zh=f"各等级咨询数相同，各占{share}", en=f"All grades are equally common ({share} each)")
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
    """State whether conversion rises with the grade; nothing if the source gives no outcomes.

    What is said of any two grades holds after Holm's adjustment over all pairs of them.
    """
    if by_grade.empty:
        return ""
    hidden = is_withheld(by_grade)
    enough = by_grade[~hidden & (by_grade["consultations"] >= FEW)]
    if len(enough) < 2:
        return _no_gradient(bool(hidden.any()))
    if enough["rate"].nunique() == 1 and enough["rate"].iloc[0] in (0, 1):
        return _all_or_none(bool(enough["rate"].iloc[0]), bool(hidden.any()))
    pairs = compare_pairs(enough)
    if hidden.any():
        return text(zh="在公布成交率的等级中，", en="Of the grades shown: ") + _partial(enough, pairs)
    return capital(_found_gradient(enough, pairs))


def _no_gradient(hidden: bool) -> str:
    if hidden:
        return text(
            zh="部分等级的成交率不公布，不作等级间比较",
            en="Some grades' rates are withheld; grades are not compared",
        )
    return text(
        zh=f"满{FEW}条的等级不足两个，不比较成交率",
        en=f"Fewer than two grades have {FEW} consultations; their conversion is not compared",
    )


def _all_or_none(bought: bool, hidden: bool) -> str:
    which = text(zh="公布成交率的" if hidden else "", en=" shown" if hidden else "")
    return text(
        zh=f"{which}各等级的咨询{'全部成交' if bought else '均未成交'}",
        en=f"{'Every' if bought else 'No'} consultation converted, in all grades{which}",
    )


def _found_gradient(shown: pd.DataFrame, pairs: pd.DataFrame) -> str:
    """State the order of the grades from their clear differences; see `gradient`."""
    top, bottom = shown.iloc[0], shown.iloc[-1]
    rates, verdicts = _compared(top, bottom), pairs.set_index(["one", "other"])["verdict"]
    steps = [verdicts[step] for step in pairwise(shown.index)]
    whole = verdicts[(shown.index[0], shown.index[-1])]
    if all(step == HIGHER for step in steps):
        return text(
            zh=f"等级越高，成交率越高：{rates}",
            en=f"the higher the grade, the higher the conversion rate: {rates}",
        )
    against = reversals_of(shown, pairs)
    if whole == LOWER:
        return text(
            zh=f"成交率未随等级上升，反而下降：{rates}", en=f"conversion falls as the grade rises: {rates}"
        )
    if whole == HIGHER:
        but = text(zh=f"，其中{against}", en=f", and {against}") if against else ""
        return text(
            zh=f"成交率总体随等级上升，但并非逐级显著上升：{rates}{but}",
            en=f"conversion rises with the grade, not clearly at every step: {rates}{but}",
        )
    if against:
        return text(
            zh=f"成交率高低与等级不一致：{against}", en=f"conversion does not follow the grade: {against}"
        )
    if (verdicts != NO_DIFFERENCE).any():
        return text(
            zh=f"只有部分等级之间成交率差异显著，最高与最低等级之间不显著：{rates}",
            en=f"only some grades differ clearly in conversion, the highest and the lowest do not: {rates}",
        )
    return text(zh=f"各等级成交率没有显著差异：{rates}", en=f"no clear difference between grades: {rates}")


def reversals_of(shown: pd.DataFrame, pairs: pd.DataFrame) -> str:
    """State which lower grades have a clearly higher rate than a higher one; nothing if none has.

    Parameters
    ----------
    shown : DataFrame
        Grades with their rates, highest first.
    pairs : DataFrame
        See `conversion.compare_pairs`.
    """
    turned = pairs[pairs["verdict"] == LOWER]
    said = [
        text(
            zh=f"{grade_name(str(row.other))}（{percent(shown.rate[row.other])}）显著高于{grade_name(str(row.one))}（{percent(shown.rate[row.one])}）",
            en=f"{grade_name(str(row.other))} ({percent(shown.rate[row.other])}) is clearly above {grade_name(str(row.one))} ({percent(shown.rate[row.one])})",
        )
        for row in turned.itertuples()
    ]
    return listing(said)


def _partial(shown: pd.DataFrame, pairs: pd.DataFrame) -> str:
    """State what the grades whose rate is shown allow to say; the others may be anything."""
    one, other = (grade_name(str(shown.index[place])) for place in (0, -1))
    high, low = percent(shown["rate"].iloc[0]), percent(shown["rate"].iloc[-1])
    verdict = pairs.set_index(["one", "other"])["verdict"][(shown.index[0], shown.index[-1])]
    word = {HIGHER: ("高于", "is above"), LOWER: ("低于", "is below")}.get(
        verdict, ("与", "does not clearly differ from")
    )
    clear = text(zh="没有显著差异" if verdict == NO_DIFFERENCE else "", en="")
    return text(
        zh=f"{one}（{high}）{word[0]}{other}（{low}）{clear}", en=f"{one} ({high}) {word[1]} {other} ({low})"
    )


def trend(result: Trend) -> str:
    """State the trend test of the conversion rate across the grades."""
    if result.verdict == TOO_FEW:
        return text(
            zh=f"满{FEW}条的等级不足两个，不作趋势检验",
            en=f"Fewer than two grades have {FEW} consultations: no trend test",
        )
    if pd.isna(result.z):
        return text(
            zh="全部成交或无一成交，趋势检验不适用", en="All or none converted: a trend test does not apply"
        )
    test = f"Z={result.z:.1f}, {p_value(result.p)}".replace(", ", text(zh="，", en=", "))
    found = {
        RISES: text(zh="成交率随等级上升", en="conversion rises with the grade"),
        FALLS: text(zh="成交率随等级下降", en="conversion falls as the grade rises"),
        NO_TREND: text(zh="成交率未见随等级变化的显著趋势", en="no clear trend across the grades"),
    }[result.verdict]
    if result.verdict != NO_TREND and not result.monotone:
        found += text(zh="，但并非逐级变化", en=", but not at every step")
    return text(
        zh=f"科克伦-阿米蒂奇（Cochran-Armitage）趋势检验：{test}，{found}",
        en=f"Cochran-Armitage trend test ({test}): {found}",
    )


origin.trace_module(globals())
