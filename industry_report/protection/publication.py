"""The tables of a slice as they may be published: the same in every report that shows some of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ..analysis import conversion, workload
from ..analysis.conversion import Measure
from ..settings.publisher import Policy
from . import disclosure

GROUPINGS = ("customer_type", "source", "product")


@dataclass(frozen=True, eq=False)
class Published:
    """One slice, its tables protected together; see `publish`.

    Attributes
    ----------
    measure : Measure
        What ``rate`` is in these tables.
    received, graded : int
        All consultations, and those with a grade, which the tables are about.
    average : Series
        See `conversion.overall`.
    grades, by_grade, by_month : DataFrame
        See `conversion`.
    by : dict of str to DataFrame
        By customer type, source and product; see `conversion.by`.
    shares, by_score, means : DataFrame
        See `conversion.score_shares`, `conversion.by_score`, `conversion.score_means`.
    contacts : DataFrame
        See `workload.contacts`.
    """

    measure: Measure
    received: int
    graded: int
    average: pd.Series
    grades: pd.DataFrame
    by_grade: pd.DataFrame
    by_month: pd.DataFrame
    by: Mapping[str, pd.DataFrame]
    shares: pd.DataFrame
    by_score: pd.DataFrame
    means: pd.DataFrame
    contacts: pd.DataFrame


def publish(
    scored: pd.DataFrame, levels: pd.DataFrame, scorecard: Any, policy: Policy, grid: pd.DataFrame
) -> Published:
    """Make and protect the tables of one slice.

    A table that depends on a count which the slice's own report withholds must not show it in another report
    either. So a report that shows a part, or sets several slices side by side, takes it from the whole.

    Parameters
    ----------
    scored : DataFrame
        Scored consultations of one region and year.
    levels : DataFrame
        The level of every dimension for the same rows: `scoring.levels`.
    scorecard : scoring.Scorecard
        The standard they were scored by.
    policy : Policy
        See `disclosure.load_policy`.
    grid : DataFrame
        Every combination of levels with its grade: `scoring.combinations`.
    """
    graded = scored[scored["grade"].notna()]
    measure = conversion.choose_measure(scored)
    dimensions, rated = list(levels), scored.assign(**levels)[scored["grade"].notna()]
    alike = dimensions if scorecard.has_common_scale else []  # else their means are not to be compared
    grades = conversion.grades(graded)
    tables = (
        conversion.overall(graded, measure),
        grades,
        conversion.by_grade(graded),
        conversion.monthly(graded, measure),
        conversion.score_shares(rated, dimensions),
        conversion.by_score(rated, dimensions, measure),
        conversion.score_means(rated, alike),
        workload.contacts(grades, scorecard),
        *(conversion.by(graded, name, measure, least=policy.threshold) for name in GROUPINGS),
    )
    known = grid if scorecard.levels_decide else None  # else levels do not tell the grade
    safe = disclosure.protect(policy, *tables, grid=known, total=len(graded))
    average, grades, by_grade, by_month, shares, by_score, means, contacts, *groups = safe
    by = dict(zip(GROUPINGS, groups, strict=True))
    return Published(
        measure, len(scored), len(graded), average, grades, by_grade, by_month, by,
        shares, by_score, means, contacts,
    )  # fmt: skip
