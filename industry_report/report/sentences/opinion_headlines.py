"""What page 1 of a report on satisfaction says in a few words: headlines of panels, points, changes."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from ...analysis.opinions.questionnaire import Questionnaire
from ...analysis.rates import difference
from ...base import language, origin
from ...base.language import mention, text
from ...protection.complaint_publication import Complained
from ...protection.survey_publication import Surveyed
from . import complaints, satisfaction
from . import satisfaction_drivers as drivers
from .wording import percent, points

SEVERAL = 2  # names in a headline
FEWEST_COMPARED = 30  # answers of a grade; see `satisfaction.grade_relation`


def headline_items(told: Surveyed, survey: Questionnaire) -> str:
    """Return which item is rated lowest, or that the items cannot be told apart."""
    known = told.tops.loc[[item.column for item in survey.items if item.column in told.tops.index]]
    known = known.dropna(subset=["rate"])
    if len(known) < SEVERAL or known["low"].max() <= known["high"].min():
        return text(zh="各项满意占比差异不显著", en="Items do not clearly differ")
    name = satisfaction.names_of(survey)[str(known["rate"].idxmin())]
    return text(zh=f"{name}的满意占比最低", en=f"Lowest: {drivers.lower(name)}")


def headline_drivers(told: Surveyed, survey: Questionnaire) -> str:
    """Return what overall satisfaction is most closely tied to, where that is sure."""
    table = told.drivers.shares
    first = list(table.index[table["rank_low"] == 1]) if len(table) else []
    sure = bool(first) and len(first) <= SEVERAL and bool((table.loc[first, "rank_high"] <= len(first)).all())
    if not sure:
        return text(zh="各项目的影响份额", en="Shares of importance")
    names = satisfaction.names_of(survey)
    listed = language.listing([text(zh=names[str(one)], en=drivers.lower(names[str(one)])) for one in first])
    return text(zh=f"{listed}影响最大", en=f"{language.capital(listed)} matter most")


def headline_topics(codes: pd.DataFrame) -> str:
    """Return the topic of most texts; its name is that of the table."""
    if codes.empty:
        return text(zh="反馈主题", en="Topics of feedback")
    name, share = str(codes.index[0]), percent(codes["share"].iloc[0])
    return text(zh=f"反馈最多的是{name}，占{share}", en=f"{share} of feedback: {drivers.lower(name)}")


def headline_complaints(told: Complained) -> str:
    """Return how the complaint rate changed, or what is drawn."""
    if told.ratio is None or told.before is None or pd.isna(told.ratio.value):
        return text(zh="投诉率", en="Complaint rate")
    if told.ratio.low <= 1 <= told.ratio.high:
        return text(zh="投诉率变化不显著", en="Complaint rate: no clear change")
    word = text(zh="下降" if told.ratio.value < 1 else "上升", en="down" if told.ratio.value < 1 else "up")
    size = percent(abs(told.ratio.value - 1))
    return text(zh=f"投诉率比上年{word}{size}", en=f"Complaint rate {word} {size}")


def headline_reasons(told: Complained) -> str:
    """Return the category of most complaints, where all may be told."""
    table = told.by["category"]
    known = table.dropna(subset=["consultations"])
    if known.empty or len(known) < len(table):
        return text(zh="投诉的类别", en="Reasons of complaints")
    most = known["consultations"].idxmax()
    share = percent(known.loc[most, "share"])
    return text(zh=f"{mention(str(most))}占投诉{share}", en=f"{share} of complaints: {mention(str(most))}")


def headline_closing(told: Complained, within_days: int) -> str:
    """Return how many complaints were closed in time, and the median."""
    if told.closed is None:
        return ""
    share = percent(told.closed[0])
    said = text(zh=f"{within_days}天内办结{share}", en=f"{share} closed within {within_days} days")
    if pd.isna(told.median_days):
        return said
    return said + text(zh=f"，中位数{told.median_days:g}天", en=f", median {told.median_days:g} days")


def headline_grades(told: Surveyed) -> str:
    """Return whether customers of the highest grade were more often satisfied than of the lowest compared."""
    known = told.by_grade.dropna(subset=["rate"]).sort_index()
    known = known[known["consultations"] >= FEWEST_COMPARED]
    if len(known) < SEVERAL:
        return text(zh="各等级的满意占比", en="Satisfied, by grade")
    gap, low, high = difference(known.iloc[0], known.iloc[-1])
    first, last = (language.grade_name(str(known.index[place])) for place in (0, -1))
    if low <= 0 <= high:
        return text(zh=f"{first}与{last}的满意占比差异不显著", en="Grades do not clearly differ")
    size = points(abs(gap)).lstrip("+")
    word = text(zh="高" if gap > 0 else "低", en="more" if gap > 0 else "fewer")
    return text(
        zh=f"{first}满意占比比{last}{word}{size}",
        en=f"{size} {word} satisfied of {first} than of {last}",
    )


# --- the lead and the points


def complaint_rate(told: Complained) -> str:
    """State the complaint rate with its change on the year before."""
    said = complaints.rate(told)
    change = complaints.rate_change(told)
    return said + text(zh=f"；{change}" if change else "", en=f". {change}" if change else "")


def points_for_service(
    told: Surveyed | None, complained: Complained | None, survey: Questionnaire, within_days: int
) -> list[str]:
    """Return what follows for the head of service: a claim, its evidence, what to do."""
    said = [_driver(told, survey), drivers.weakest(told, survey)] if told else []
    said += [_closing(complained, within_days)] if complained else []
    return [one for one in said if one]


def _driver(told: Surveyed, survey: Questionnaire) -> str:
    headline = headline_drivers(told, survey)
    if headline == text(zh="各项目的影响份额", en="Shares of importance"):
        return drivers.importance(told, survey)
    return f"{headline}{text(zh='。', en='. ')}{drivers.importance(told, survey)}"


def _closing(told: Complained, within_days: int) -> str:
    headline = headline_closing(told, within_days)
    if not headline or told.closed is None:
        return complaints.closing(told, within_days)
    _, low, high = told.closed
    slow = percent(1 - told.closed[0])
    return text(
        zh=f"{headline}。其余{slow}超过{within_days}天或仍在办理（办结占比的95%置信区间{percent(low)}～{percent(high)}），仍在办理的宜逐件催办",
        en=f"{headline}. The other {slow} took longer or are still open (95% interval of the share closed {percent(low)} to "
        f"{percent(high)}): chase the open ones one by one",
    )


# --- the cover


def changes(told: Surveyed | None, complained: Complained | None) -> list[str]:
    """Return what stands under each key figure of the cover, in their order."""
    by_label: Mapping[str, str] = {
        text(zh="满意占比", en="Satisfied"): _changed_share(told),
        text(zh="净推荐值", en="NPS"): _changed_score(told),
        complaints.rate_label(): _changed_rate(complained),
    }
    figures = [*satisfaction.key_figures(told), *complaints.key_figures(complained)]
    return [by_label.get(label, "") for label, _ in figures]


def _changed_share(told: Surveyed | None) -> str:
    if told is None or told.satisfied_change is None:
        return _first_time() if told else ""
    gap, low, high = told.satisfied_change
    if low <= 0 <= high:
        return text(zh="比上批次变化不显著", en="no clear change since the last wave")
    return text(zh=f"比上批次{points(gap)}", en=f"{points(gap)} since the last wave")


def _changed_score(told: Surveyed | None) -> str:
    if told is None or told.change is None:
        return _first_time() if told else ""
    gap, low, high = told.change
    if low <= 0 <= high:
        return text(zh="比上批次变化不显著", en="no clear change since the last wave")
    shown = language.formatted(gap, "nps")
    return text(zh=f"比上批次变化{shown}", en=f"{shown} since the last wave")


def _changed_rate(told: Complained | None) -> str:
    if told is None or told.ratio is None or pd.isna(told.ratio.value):
        return _first_time() if told else ""
    if told.ratio.low <= 1 <= told.ratio.high:
        return text(zh="比上年变化不显著", en="no clear change on the year before")
    shown = f"{told.ratio.value - 1:+.1%}".replace("-", "−")
    return text(zh=f"比上年{shown}", en=f"{shown} on the year before")


def _first_time() -> str:
    return text(zh="首次统计", en="first count")


origin.trace_module(globals())
