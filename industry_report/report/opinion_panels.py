"""The panels of the summary on satisfaction, one a function; draw others with `small_figures`.

Each names its finding, its unit and the section that tells more, and is None where there is nothing to draw.
"""

from __future__ import annotations

import pandas as pd

from ..analysis.opinions.questionnaire import Questionnaire
from ..base import origin
from ..base.language import text
from ..protection.complaint_publication import Complained
from ..protection.survey_publication import Surveyed
from . import small_figures
from .one_page import Panel
from .sentences import opinion_headlines as said
from .sentences import satisfaction


def items(told: Surveyed | None, survey: Questionnaire, see: str = "") -> Panel | None:
    """Draw how many are satisfied with each item."""
    if told is None:
        return None
    table = satisfaction.named(told.tops, satisfaction.names_of(survey))
    unit = text(zh="满意占比（高分占比）", en="Share of satisfied")
    return small_figures.bars(table, "rate", title=said.headline_items(told, survey), measure=unit, see=see)


def drivers(told: Surveyed | None, survey: Questionnaire, see: str = "") -> Panel | None:
    """Draw what overall satisfaction goes with."""
    if told is None or told.drivers.shares.empty:
        return None
    table = satisfaction.named(told.drivers.shares, satisfaction.names_of(survey))
    unit = text(zh="对总体满意度的影响份额，合计100%", en="Shares of importance, 100% in all")
    return small_figures.bars(
        table, "share", title=said.headline_drivers(told, survey), measure=unit, see=see
    )


def grades(told: Surveyed | None, see: str = "") -> Panel | None:
    """Draw how many were satisfied by their grade before the survey, highest grade first."""
    if told is None or told.by_grade.empty:
        return None
    table = told.by_grade.sort_index().rename_axis("grade")
    unit = text(zh="满意占比，按调查前的等级", en="Satisfied, by grade before the survey")
    return small_figures.bars(table, "rate", title=said.headline_grades(told), measure=unit, see=see)


def topics(codes: pd.DataFrame | None, see: str = "") -> Panel | None:
    """Draw what feedback is about; its rows are named as the report names them."""
    if codes is None or codes.empty:
        return None
    unit = text(zh="占全年反馈，一条可有多个主题", en="Of all texts; one may have several topics")
    return small_figures.bars(codes, "share", title=said.headline_topics(codes), measure=unit, see=see)


def complaint_rate(told: Complained | None, year: int, see: str = "") -> Panel | None:
    """Draw complaints for 1,000 customer-years, this year beside the year before."""
    if told is None or told.rate is None:
        return None
    pairs = {year - 1: told.before, year: told.rate}
    known = {when: one for when, one in pairs.items() if one is not None}
    rows = {when: (one.value, one.low, one.high) for when, one in known.items()}
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["per_thousand", "low", "high"])
    unit = text(zh="每千客户年投诉，件；线段为95%置信区间", en="Per 1,000 customer-years; line: 95% interval")
    return small_figures.columns(
        table.rename_axis("year"), "per_thousand", title=said.headline_complaints(told), measure=unit, see=see
    )


def reasons(told: Complained | None, see: str = "") -> Panel | None:
    """Draw what complaints are about."""
    if told is None or told.by["category"].empty:
        return None
    unit = text(zh="各类别占全年投诉", en="Share of all complaints")
    return small_figures.bars(
        told.by["category"], "share", title=said.headline_reasons(told), measure=unit, see=see
    )


origin.trace_module(globals())
