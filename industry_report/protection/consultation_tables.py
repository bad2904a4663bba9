"""The consultations of a slice scored and counted, and their tables protected together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from ..analysis import bases, conversion, outcome_window, workload
from ..analysis.conversion import Measure
from ..base import origin, own_names
from ..base.errors import InputError
from ..scorecard.conditions import list_columns
from ..scorecard.scorecards import RESULTS, Linear
from ..settings.editions import Policy
from . import disclosure, own_tables
from .customers import IDENTIFIER, find_thin
from .groups import Thin
from .pooling import choose_period, pool_categories

# See `publication` for why it is not imported on loading.
if TYPE_CHECKING:
    import scoring

GROUPINGS = ("customer_type", "source", "product")


@dataclass(frozen=True, eq=False)
class Counted:
    """A slice before anything of it is withheld.

    Attributes
    ----------
    registered, scored, rated : DataFrame
        All consultations with their scores, with their outcomes within the window, and of these the graded
        ones with pooled categories.
    names, dimensions : list of str
        The columns and the scores that they are counted by.
    measure : Measure
        What is a success.
    grid : DataFrame
        All combinations of scores and their grades.
    thin : dict
        Which counts too few customers stand behind.
    """

    registered: pd.DataFrame
    scored: pd.DataFrame
    rated: pd.DataFrame
    names: list[str]
    dimensions: list[str]
    measure: Measure
    grid: pd.DataFrame
    thin: Thin


def count(
    consultations: pd.DataFrame,
    year: int,
    scorecard: scoring.Scorecard,
    policy: Policy,
    window: outcome_window.Window | None,
    also: Sequence[str] = (),
) -> Counted:
    """Score the consultations of a slice and pool what groups them; see `publication.publish`."""
    import scoring

    names = _list_groupings(scorecard, policy, also)
    registered = scoring.score(consultations, scorecard)
    # Outcomes need the dates as they are; only months do without those of another year.
    scored = bases.of_the_year(outcome_window.follow(registered, window), year)
    grid = scoring.combinations(scorecard).rename(columns=scorecard.level_names)
    rated = _bring_to_levels(consultations, scored, scorecard, names)
    measure, dimensions = conversion.choose_measure(scored), _list_classifying(scorecard)
    origin.know(measure.days)  # it stands in the measure's name
    if not policy.internal:
        rated = pool_categories(rated, measure.successes(rated), names, policy)
    own_tables.check_apart(rated, names, [name for name in names if name not in GROUPINGS], policy)
    thin = {} if policy.internal else _find_thin(rated, dimensions, names, measure, policy)
    return Counted(registered, scored, rated, names, dimensions, measure, grid, thin)


def protect_tables(counted: Counted, scorecard: scoring.Scorecard, policy: Policy) -> dict[Any, Any]:
    """Return the tables of `tabulate` as they may be published together."""
    dimensions, grid = counted.dimensions, counted.grid
    tables = tabulate(counted.rated, dimensions, counted.names, counted.measure, scorecard, policy)
    known = grid if scorecard.levels_decide and len(dimensions) == len(scorecard.dimensions) else None
    safe = disclosure.protect(
        policy, *tables.values(), grid=known, total=len(counted.rated), thin=counted.thin
    )
    return dict(zip(tables, safe, strict=True))


def tabulate(
    rated: pd.DataFrame,
    dimensions: Sequence[str],
    names: Sequence[str],
    measure: Measure,
    scorecard: scoring.Scorecard,
    policy: Policy,
) -> dict[Any, Any]:
    """Return the tables of a slice that are protected together, by their names in `publication.Published`."""
    grades = conversion.grades(rated)
    alike = dimensions if scorecard.has_common_scale else []  # else their means are not to be compared
    return {
        "average": conversion.overall(rated, measure),
        "grades": grades,
        "by_grade": conversion.by_grade(rated),
        "by_month": conversion.by_period(rated, measure, choose_period(len(rated), policy)),
        "shares": conversion.score_shares(rated, dimensions),
        "by_score": conversion.by_score(rated, dimensions, measure),
        "means": conversion.score_means(rated, alike),
        "contacts": workload.contacts(grades, scorecard),
        # A pair, for a column may be called as one of those above is.
        **{("by", name): conversion.by(rated, name, measure, most=len(rated) + 1) for name in names},
    }


def _find_thin(
    rated: pd.DataFrame, dimensions: Sequence[str], names: Sequence[str], measure: Measure, policy: Policy
) -> dict[str, dict[str, frozenset[Any]]]:
    """Return which counts too few customers stand behind, by the classifications of `_tabulate`."""
    named = rated[list(dict.fromkeys(name for name in (IDENTIFIER, "grade", *names) if name in rated))].copy()
    if "consulted_on" in rated:
        period = choose_period(len(rated), policy)
        named[period] = getattr(rated["consulted_on"].dt, period)
    for dimension in dimensions:
        named[f"score {dimension}"] = rated[dimension]
    return find_thin(named, measure.successes(rated), [name for name in named if name != IDENTIFIER], policy)


def _bring_to_levels(
    consultations: pd.DataFrame, scored: pd.DataFrame, scorecard: scoring.Scorecard, names: Sequence[str]
) -> pd.DataFrame:
    """Return the graded consultations with their levels, and what groups them under its name in tables."""
    import scoring

    levels = scoring.levels(consultations, scorecard).rename(columns=scorecard.level_names)
    named = {own_names.plain_name(name): name for name in names if name not in scored}
    return scored.assign(**levels).rename(columns=named)[scored["grade"].notna()]


def _list_classifying(scorecard: scoring.Scorecard) -> list[str]:
    """Return the dimensions with levels to count by; a number that is itself the level is none of them.

    Nearly every customer may have a number of their own there: to count by it would be to list them.
    """
    kept = [one for one in scorecard.dimensions if not isinstance(one.reading, Linear)]
    return [one.level_name for one in kept] if scorecard.kind != "tiers" else []


def _list_groupings(scorecard: scoring.Scorecard, policy: Policy, also: Sequence[str]) -> list[str]:
    """Return the columns that consultations are grouped by, as tables call them; see `own_names`.

    A column that the scorecard rates by is told by its scores. Groups beside them would be one more equation
    of the joint distribution of scores and grades, which the linear programme does not know of.
    """
    rated = set() if policy.internal else _list_rated(scorecard)
    if twice := [name for name in also if name in {*RESULTS, *rated}]:
        remedy = "Take by_grade, shares and by_score, or leave it out of also."
        raise InputError(
            "publish", f"also names {', '.join(twice)}, of which grades and scores tell.", remedy
        )
    further = [own_names.name_group(name) for name in dict.fromkeys(also) if name not in GROUPINGS]
    return [*(name for name in GROUPINGS if name not in rated), *further]


def _list_rated(scorecard: scoring.Scorecard) -> set[str]:
    """Return the columns of which a record's grade is a function."""
    asked = list_columns([scorecard.zero_when]) if scorecard.zero_when else ()
    return {*asked, *(one.column for one in scorecard.dimensions)}
