"""The panels of a review's summary, one a function; draw others with `small_figures`.

Each names its finding, its unit and the section that tells more, and is None where there is nothing to draw.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from ..analysis import effects as judged
from ..analysis.reviews import action_effects, grade_outcomes
from ..analysis.reviews import proposals as rules
from ..analysis.reviews.review_file import DOWN
from ..base import origin
from ..base.language import text
from . import small_figures
from .one_page import Panel
from .sentences import review, review_headlines


def proposals(proposed: pd.DataFrame, see: str = "") -> Panel | None:
    """Draw how many changes each rule proposes."""
    if proposed.empty:
        return None
    unit = text(zh="各条规则的建议，户", en="Proposals by rule, customers")
    table = rules.count_proposals(proposed)
    title = review_headlines.headline_proposals(proposed)
    return small_figures.bars(table, "customers", title=title, measure=unit, see=see)


def waiting(by_grade: pd.DataFrame, reviewed: pd.DataFrame, see: str = "") -> Panel | None:
    """Draw how many proposals nobody has decided on, by grade."""
    unit = text(zh="各现等级尚未评估的建议，条", en="Proposals not reviewed, by present grade")
    table = by_grade.rename_axis("grade")
    title = review_headlines.headline_progress(reviewed)
    return small_figures.bars(table, "not_reviewed", title=title, measure=unit, see=see)


def causes(likely: pd.DataFrame, see: str = "") -> Panel | None:
    """Draw what stands behind the falls since the year before."""
    if likely.empty:
        return None
    table = likely[[DOWN]].rename(columns={DOWN: "customers"})
    fallen = int(table["customers"].sum())
    unit = text(
        zh=f"比上年降级{fallen:,}户的可能原因，户", en=f"Likely causes of {fallen:,} falls since last year"
    )
    title = review_headlines.headline_causes(likely)
    return small_figures.bars(table, "customers", title=title, measure=unit, see=see)


def outcomes(
    table: pd.DataFrame, tests: Mapping[str, Any], indicator: str, days: int, see: str = ""
) -> Panel | None:
    """Draw a share of customers by grade, of what followed it."""
    if indicator not in tests:
        return None
    own = grade_outcomes.choose_indicator(table, indicator)
    unit = text(
        zh=f"此后{days}天的{review.name_indicator(indicator)}",
        en=f"{review.name_indicator(indicator)}, next {days} days",
    )
    title = review_headlines.headline_order(tests, indicator)
    return small_figures.bars(own, "rate", title=title, measure=unit, see=see)


def effects(taken: Sequence[action_effects.Outcome], see: str = "") -> Panel | None:
    """Draw the difference that each action made; what is not proven is grey."""
    compared = [one for one in taken if one.effect.is_known and one.action.is_share]
    if not compared:
        return None
    table = action_effects.tabulate(compared)
    clear = pd.Series([one.verdict == judged.FOUND for one in compared], index=table.index)
    unit = text(zh="与对照组之差，百分点；灰色为未证实", en="Difference, points; grey: not proven")
    title = review_headlines.headline_effects(taken)
    return small_figures.changes(table, "difference", title=title, measure=unit, clear=clear, see=see)


origin.trace_module(globals())
