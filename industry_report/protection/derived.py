"""What is computed of a slice beside its tables: each statistic with the rule by which it leaves the gate.

A statistic that rests on a number which the tables withhold is withheld with it: AUC, weights, calibration
and sensitivity are functions of the joint distribution of scores and outcomes, and one withheld margin would
follow from them. Tests compare published groups alone: an adjusted p value depends on all that were compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..analysis import conversion, validity
from ..analysis.conversion import REST, Measure, Standardised
from ..base import table_metadata
from ..scorecard.scorecards import Scorecard
from ..settings.editions import Policy
from .amounts import protect_amounts
from .customers import find_thin
from .disclosure import is_protected
from .groups import rank_label
from .masked_tables import mark

PLACES = 3  # of a rate that is printed as a percentage with one decimal
_COUNTS = ["consultations", "conversions"]


@dataclass(frozen=True, eq=False)
class ScoreQuality:
    """How good the scores are, as far as it may be told; see `validity`.

    Attributes
    ----------
    auc, weights, lift, tenths : DataFrame
        Empty where they are withheld or there are no outcomes.
    early : DataFrame
        Purchases no later than the consultation; ``share`` is missing where the count is small.
    moves : DataFrame
        Grades that change if one score does; empty where a count is small.
    withheld : bool
        Whether anything was withheld of what the data would give.
    """

    auc: pd.DataFrame
    weights: pd.DataFrame
    lift: pd.DataFrame
    tenths: pd.DataFrame
    early: pd.DataFrame
    moves: pd.DataFrame
    withheld: bool


def judge_scores(
    rated: pd.DataFrame, scorecard: Scorecard, grid: pd.DataFrame, policy: Policy, tables: tuple[Any, ...]
) -> ScoreQuality:
    """Return how good the scores are.

    Parameters
    ----------
    rated : DataFrame
        Graded consultations with the level of every dimension.
    scorecard : scoring.Scorecard
        Their standard.
    grid : DataFrame
        `scoring.combinations`.
    policy : Policy
        See `load_policy`.
    tables : tuple
        The protected tables by grade and score and the average; a gap in one withholds all of this.
    """
    hidden = not policy.internal and is_protected(*tables)
    used = rated.iloc[:0] if hidden else rated
    tenths, best = validity.calibration(used), validity.lift(used)
    moves = validity.sensitivity(used, scorecard, grid)
    if not policy.internal and not (_is_safe(tenths, policy) and _is_safe(best, policy)):
        tenths, best, hidden = tenths.iloc[:0], best.iloc[:0], True
    moves = moves.iloc[:0] if hidden else moves
    if not policy.internal and moves["changed"].between(1, policy.threshold - 1).any():
        moves, hidden = moves.iloc[:0], True
    return ScoreQuality(
        auc=validity.auc(used),
        weights=validity.weights(used, scorecard),
        lift=best.round({"lift": 2, "share": PLACES}),
        tenths=tenths.round({"composite": 2}),
        early=_protect_early(validity.outcome_before_score(rated), policy),
        moves=moves,
        withheld=hidden,
    )


def _is_safe(table: pd.DataFrame, policy: Policy) -> bool:
    """Tell whether all counts of a table of rates are large, or zero."""
    n, x = (table[column].to_numpy(float) for column in _COUNTS)
    return not any(((counts > 0) & (counts < policy.threshold)).any() for counts in (n, x, n - x))


def _protect_early(order: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    if order.empty or policy.internal:
        return order
    row = order.iloc[0]
    early = row["earlier"] + row["same_day"]
    counts = (row["earlier"], row["same_day"], early, row["consultations"] - early)
    if not any(0 < count < policy.threshold for count in counts):
        return order[["share"]].round(PLACES)
    # That there are some is a warning to the reader; how many would tell of them.
    return order[["share"]].astype("float64").where(order["share"].eq(0), np.nan)


def compare_groups(table: pd.DataFrame, average: pd.Series, *, planned: bool = False) -> pd.DataFrame:
    """Compare each published group with all others, adjusted over the published ones alone.

    Parameters
    ----------
    table : DataFrame
        Protected table of `conversion.by`.
    average : Series
        Protected `conversion.overall`: where some groups are withheld, the others of a group are all
        consultations but its own.
    planned : bool
        See `conversion.compare`.
    """
    told = table.dropna(subset=_COUNTS)
    if len(told) < len(table):
        told = told if average[_COUNTS].notna().all() else told.iloc[:0]
        every = {column: int(average[column]) for column in _COUNTS} if len(told) else {}
        told = told.astype(dict.fromkeys(_COUNTS, "int64"))
        told = table_metadata.tell(told, all=every) if every else told
    return conversion.compare(told, planned=planned)


def standardise(
    rows: pd.DataFrame, table: pd.DataFrame, over: str, measure: Measure, policy: Policy
) -> Standardised:
    """Return the rates of published groups as if all were of the same composition.

    Parameters
    ----------
    rows : DataFrame
        Graded consultations with pooled categories.
    table : DataFrame
        Protected table of the groups; nothing is standardised where it withholds a number.
    over : str
        Column whose composition is held fixed.
    measure, policy
        See `conversion.choose_measure` and `load_policy`.

    Returns
    -------
    Standardised
        Over the finest strata, in the order of `rank_label`, of which every cell is large enough on both
        sides, successes and failures; the others are one stratum. Empty if there are fewer than two.
    """
    by = str(table.index.name)
    if over not in rows or table.empty or is_protected(table):
        return _nothing(by, over, measure)
    known = rows.assign(success=measure.successes(rows)).dropna(subset=[by, over, "success"])
    order = sorted(known[over].unique(), key=rank_label)
    for rest in range(len(order) - 1):
        strata = known.assign(**{over: known[over].where(~known[over].isin(order[:rest]), REST["zh"])})
        n, x = _count_cells(strata, by, over)
        if policy.internal or _are_cells_large(strata, n, x, by, over, policy):
            return _rounded(conversion.standardise_counts(n, x, measure))
    return _nothing(by, over, measure)


def _count_cells(rows: pd.DataFrame, by: str, over: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    cells = rows.astype({"success": "int64"}).groupby([by, over], observed=True)["success"]
    counted = cells.agg(["size", "sum"])
    return counted["size"].unstack(fill_value=0), counted["sum"].unstack(fill_value=0)


def _are_cells_large(
    rows: pd.DataFrame, n: pd.DataFrame, x: pd.DataFrame, by: str, over: str, policy: Policy
) -> bool:
    least = min(int(part.min(axis=None)) for part in (n, x, n - x))
    if least < policy.threshold:
        return False
    cell = rows[by].astype(str) + "\n" + rows[over].astype(str)
    thin = find_thin(rows.assign(cell=cell), rows["success"], ["cell"], policy)
    return not thin.get("cell")


def _rounded(result: Standardised) -> Standardised:
    """Keep what is printed: fifteen decimals of a weighted sum are a system of equations for its cells."""
    columns = dict.fromkeys(("standardised", "low", "high"), PLACES)
    weights = result.weights.drop(columns="consultations").round({"weight": PLACES})
    pairs = result.pairs[["one", "other", "verdict"]]
    reversals = result.reversals[["first", "second", "clear"]]
    return Standardised(result.rates.round(columns), weights, reversals, pairs)


def _nothing(by: str, over: str, measure: Measure) -> Standardised:
    nothing = pd.DataFrame(index=pd.Index([], name=by), columns=pd.Index([], name=over), dtype="int64")
    return conversion.standardise_counts(nothing, nothing, measure)


def sum_amounts(rows: pd.DataFrame, table: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Return the sums of money of published groups; empty without amounts, identifiers or groups.

    Parameters
    ----------
    rows : DataFrame
        Graded consultations with pooled categories.
    table : DataFrame
        Protected table of the groups. Where a group's rate is withheld, so is its sum: that enough customers
        bought for a sum to be shown would tell of the group it is withheld with.
    policy : Policy
        See `load_policy`.
    """
    column = str(table.index.name)
    if not {"amount", "customer_id", column} <= set(rows):
        return mark(pd.DataFrame({"amount": []}, dtype=float).rename_axis(column))
    # Money is of all purchases that the register has, not of those within the window of the rates.
    bought = rows["registered"] if "registered" in rows else rows["converted"]
    paid = rows["amount"].notna() & bought.fillna(False).astype(bool)
    sales = rows[(rows["amount"] > 0) & paid]
    if paid.any() and sales.empty:
        nothing = mark(pd.DataFrame({"amount": []}, dtype=float).rename_axis(column))
        return table_metadata.tell(nothing, none_above_zero=True)
    sums = protect_amounts(policy, sales, column)
    told = [group for group in table.index[table["rate"].notna()] if group in sums.index]
    return table_metadata.carry(sums, sums.loc[told].sort_values("amount", ascending=False))
