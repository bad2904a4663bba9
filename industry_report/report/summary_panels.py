"""The panels of the industry report's summary, one a function; draw others with `small_figures`.

Each names its finding, its unit and the chapter that tells more, and is None where there is nothing to draw.
"""

from __future__ import annotations

import pandas as pd

from ..base import language, origin
from ..base.language import text
from ..protection.standing import Standing
from ..protection.year_on_year import YearOnYear
from . import small_figures
from .one_page import Panel
from .sentences import headlines


def volume(pair: YearOnYear, see: str = "") -> Panel | None:
    """Draw how many consultations there were, this year beside the year before."""
    unit = text(zh="有效咨询，条", en="Consultations")
    return small_figures.columns(
        pair.volumes, "received", title=headlines.headline_volume(pair), measure=unit, see=see
    )


MOST_BESIDE = 4  # other regions whose names have room beside a panel


def rate(pair: YearOnYear, place: Standing | None = None, see: str = "") -> Panel | None:
    """Draw the measure as a whole with its interval, this year and the year before; other regions in grey."""
    label = pair.now.measure.label
    if place is not None and len(beside := place.table["rate"].dropna().drop(place.region, errors="ignore")):
        return _rate_among_others(pair, place, beside, see)
    unit = text(zh=f"{label}；线段为95%置信区间", en=f"{label}; line: 95% confidence interval")
    title = headlines.headline_rate(pair)
    return small_figures.columns(pair.rates, "rate", title=title, measure=unit, see=see)


def _rate_among_others(pair: YearOnYear, place: Standing, beside: pd.Series, see: str) -> Panel | None:
    """Draw the course of the measure, and where others stand in the last year: of many, the ends."""
    several = len(beside) > MOST_BESIDE
    ends = beside.loc[[beside.idxmax(), beside.idxmin()]] if several else beside
    others = pd.DataFrame({language.name(str(other)): {pair.year: value} for other, value in ends.items()})
    count = len(beside)
    which = text(
        zh=f"{count}个地区中最高、最低的" if several else "其他地区",
        en=f"highest and lowest of {count} regions" if several else "other regions",
    )
    unit = text(zh=f"含95%置信区间；灰色为{which}", en=f"With 95% interval; grey: {which}")
    return small_figures.course(
        pair.rates, "rate", name=language.name(place.region), title=headlines.headline_rate(pair),
        others=others, measure=unit, see=see,
    )  # fmt: skip


def grades(pair: YearOnYear, see: str = "") -> Panel | None:
    """Draw the conversion rate of each grade or, without outcomes, its share."""
    by_grade, label = pair.now.by_grade, text(zh="各等级成交率", en="Conversion rate by grade")
    if by_grade.empty:
        share = text(zh="各等级占比", en="Share of each grade")
        return small_figures.bars(pair.now.grades, "share", title=share, measure="", see=see)
    title = headlines.headline_grades(by_grade, label)
    return small_figures.bars(by_grade, "rate", title=title, measure=label, see=see)


def gains(pair: YearOnYear, kind: str = "source", see: str = "") -> Panel | None:
    """Draw which groups brought more and fewer consultations than the year before."""
    if kind not in pair.by:
        return None
    name = language.term(kind)
    unit = text(zh=f"各{name}咨询数比上年增减，条", en=f"Change of consultations by {name.lower()}")
    title = headlines.headline_gains(pair, kind, text(zh="咨询数的变化", en="Change of consultations"))
    return small_figures.changes(pair.by[kind], "gained", title=title, measure=unit, see=see)


def groups(pair: YearOnYear, kind: str, see: str = "") -> Panel | None:
    """Draw the measure by group, coloured by the verdict of its test."""
    now, name = pair.now, language.term(kind)
    unit = text(
        zh=f"{now.measure.label}；▲显著偏高，▼显著偏低，虚线为全体",
        en=f"{now.measure.label}; ▲ ▼ significantly above, below; dashed: all",
    )
    title = headlines.headline_groups(now.versus[kind], now.by[kind], name)
    return small_figures.bars(
        now.by[kind], "rate", title=title, measure=unit, versus=now.versus[kind], average=now.average, see=see
    )


def effort(pair: YearOnYear, see: str = "") -> Panel | None:
    """Draw each grade's share of the consultations above its share of the contacts."""
    contacts = pair.now.contacts
    unit = text(zh="各等级占咨询、占规定回访次数，%", en="Grades' shares of consultations and of contacts, %")
    title = headlines.headline_effort(contacts, text(zh="规定回访次数", en="Contacts required"))
    return small_figures.parts(contacts, ["consultations", "contacts"], title=title, measure=unit, see=see)


origin.trace_module(globals())
