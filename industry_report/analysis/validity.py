"""How good the scores are: AUC, calibration, lift, weights, sensitivity.

Functions that need outcomes return an empty table where the source gives none, as `conversion.by_grade` does.
"""

from __future__ import annotations

import itertools
import warnings
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import linprog
from scipy.stats import norm

from ..base import table_metadata
from ..base.language import text
from ..scorecard.scorecards import Scorecard
from . import conversion
from .conversion import ALPHA, TOO_FEW, Measure, has_outcomes

_Float = npt.NDArray[np.float64]

# Best-scored parts of all consultations; the vocabulary words them.
PARTS = {"top tenth": Fraction(1, 10), "top fifth": Fraction(1, 5), "top half": Fraction(1, 2)}
# Why the weights cannot be estimated.
NO_OUTCOMES, NO_SCORES = "no outcomes", "no scores"
CONSTANT, SEPARATED, NO_FIT = "constant score", "separated", "no fit"
ALL_BOUGHT, NONE_BOUGHT = "all bought", "none bought"
OPPOSED = "opposed"  # clearly against the sign of its weight
NOT_CLEAR = "not clear"  # the sum of the effects is not clearly above zero, or one effect is on neither side
PER_COEFFICIENT = 10  # purchases, and consultations without one, for each coefficient (Peduzzi et al. 1996)
_NO_DATES = pd.DataFrame({"consultations": [], "earlier": [], "same_day": [], "share": []})


def auc(scored: pd.DataFrame) -> pd.DataFrame:
    """Return how well the composite tells those who bought from those who did not.

    A scorecard without composites, of tiers, is judged by its grades.

    Returns
    -------
    DataFrame
        One row: ``consultations`` graded and with an outcome, ``conversions``, ``auc`` (the chance that of a
        buyer and a non-buyer, drawn at random, the buyer has the higher composite; ties count half) and its
        95 % interval ``low``, ``high``. The AUC is missing if all or none bought; the interval also if only
        one did or did not, and where it would have no width: no overlap, or the same composite for all.
        The fact ``by`` says which it is about, "composite" or "grade".

    Notes
    -----
    DeLong, DeLong and Clarke-Pearson (1988), Biometrics 44: 837-845; the interval is cut off at 0 and 1.
    """
    has_composite = scored["composite"].notna().any()
    grade = scored["grade"].cat.codes.where(scored["grade"].notna())
    table = _by_composite(scored if has_composite else scored.assign(composite=grade))
    if table.empty:
        return pd.DataFrame(columns=["consultations", "conversions", "auc", "low", "high"], dtype=float)
    bought = table["conversions"].to_numpy(float)
    not_bought = table["consultations"].to_numpy(float) - bought
    value, error = _delong(bought, not_bought)
    half = norm.isf(ALPHA / 2) * error
    counts = table[["consultations", "conversions"]].sum()
    low, high = np.clip([value - half, value + half], 0, 1)
    found = counts.to_frame().T.assign(auc=value, low=low, high=high)
    return table_metadata.tell(found, by="composite" if has_composite else "grade")


def _delong(bought: _Float, not_bought: _Float) -> tuple[float, float]:
    """Return AUC and standard error from counts at each composite, lowest first; missing as `auc` says."""
    m, n = bought.sum(), not_bought.sum()
    if not m or not n:
        return np.nan, np.nan
    beaten = (np.cumsum(not_bought) - not_bought / 2) / n  # by a buyer at this composite
    beating = 1 - (np.cumsum(bought) - bought / 2) / m  # a non-buyer at this composite
    value = float((bought * beaten).sum() / m)
    if min(m, n) < 2:
        return value, np.nan
    spread = (bought * (beaten - value) ** 2).sum() / (m - 1) / m
    spread += (not_bought * (beating - value) ** 2).sum() / (n - 1) / n
    return value, float(np.sqrt(spread)) if spread > 0 else np.nan


def calibration(scored: pd.DataFrame) -> pd.DataFrame:
    """Return the conversion rate by tenth of the composite, lowest tenth first.

    Returns
    -------
    DataFrame
        Index ``tenth``, 1 to 10; ``composite`` (its mean) and the columns of `conversion.by`. Consultations
        of the same composite stay together, in the tenth of their middle one: tenths differ in size, and one
        that a large tie swallows is not there.
    """
    counts = _by_composite(scored)
    n = counts["consultations"].to_numpy(np.int64)
    middle = 2 * n.cumsum() - n  # twice the rank, so that it stays whole
    counts["tenth"] = 10 * middle // max(2 * n.sum(), 1) + 1
    counts["composite"] = counts.index.to_numpy(float) * n
    table = counts.groupby("tenth")[["composite", "consultations", "conversions"]].sum()
    table["composite"] /= table["consultations"]
    table = conversion.with_interval(table, Measure())
    heads = {**Measure().heads, "composite": text(zh="平均综合评分", en="Mean composite")}
    return table_metadata.describe(table, heads=heads)


def lift(scored: pd.DataFrame) -> pd.DataFrame:
    """Return how much more often the best-scored consultations convert than all do.

    Returns
    -------
    DataFrame
        Index ``part``: "top tenth", "top fifth", "top half"; the columns of `conversion.by`, ``share`` of all
        consultations that the part really is, and ``lift``, its rate over the rate of all. Consultations of
        the same composite stay together: a part is the smallest that holds at least its share.
    """
    counts = _by_composite(scored).iloc[::-1].cumsum()
    if counts.empty:
        return conversion.with_interval(counts.rename_axis("part"), Measure()).assign(share=[], lift=[])
    whole = counts.iloc[-1]
    least = [-(-whole["consultations"] * part.numerator // part.denominator) for part in PARTS.values()]
    table = counts.iloc[np.searchsorted(counts["consultations"], least)]
    table = conversion.with_interval(table.set_axis(pd.Index(PARTS, name="part")), Measure())
    table["share"] = table["consultations"] / whole["consultations"]
    overall = whole["conversions"] / whole["consultations"]
    return table.assign(lift=table["rate"] / overall if overall else np.nan)


def _by_composite(scored: pd.DataFrame) -> pd.DataFrame:
    """Return consultations and conversions at each composite, lowest first."""
    columns = {"consultations": "size", "conversions": "sum"}
    if not has_outcomes(scored):
        return pd.DataFrame(columns=list(columns), dtype="int64").rename_axis("composite")
    known = pd.DataFrame({"composite": scored["composite"], "success": scored["converted"]}).dropna()
    return known.astype({"success": "int64"}).groupby("composite")["success"].agg(**columns)


def weights(scored: pd.DataFrame, scorecard: Scorecard) -> pd.DataFrame:
    """Return what each dimension adds to the odds of a purchase, beside the standard's weight.

    An observation on these outcomes, not a verdict on the standard: the scores were given by people who may
    have known more than the scores, and a score acts on the log odds in a straight line here.

    Parameters
    ----------
    scored : DataFrame
        Scored consultations, with the level of every dimension: `scoring.levels`.
    scorecard : scoring.Scorecard
        Its dimensions and weights.

    Returns
    -------
    DataFrame
        Index ``dimension``; ``coefficient`` (change of the log odds for one point) and its 95 % interval
        ``coefficient_low``, ``coefficient_high``; ``share`` of the sum of coefficients and its interval
        ``low``, ``high``; ``weight`` of the standard as a share of all weights. A dimension of negative
        weight is to go with fewer purchases, and its share is that of its effect in this direction. Shares
        are missing, and the fact ``reason`` says why, where the sum is not clearly above zero or an effect
        against the standard is no more than noise ("not clear"), or where an effect is clearly against the
        sign of its weight ("opposed"). Where nothing can be estimated there are no rows, and the reason is:

        - "no outcomes";
        - "no scores": the scorecard is of tiers;
        - "all bought", "none bought";
        - "too few" purchases or others (ten for each coefficient), or combinations of scores;
        - "constant score": one never varies, or moves with the others;
        - "separated": the scores tell buyers from others without overlap;
        - "no fit": the search did not end.

    Notes
    -----
    Logistic regression by maximum likelihood, Wald intervals; the shares by the delta method.
    """
    if scorecard.kind == "tiers":
        return _no_weights(NO_SCORES)
    columns = [dimension.level_name for dimension in scorecard.dimensions]
    scores, reached, failed = _by_scores(scored, columns)
    design = np.column_stack([np.ones(len(scores)), scores])
    if reason := _unfit(scored, design, reached, failed):
        return _no_weights(reason)
    fit = _fit(design, reached, failed)
    if not fit.converged:
        return _no_weights(NO_FIT)
    return _with_shares(columns, fit.params[1:], fit.cov_params()[1:, 1:], scorecard)


def _with_shares(
    columns: list[str], coefficients: _Float, covariance: _Float, card: Scorecard
) -> pd.DataFrame:
    """Return the table of `weights` from the fit."""
    table = pd.DataFrame({"coefficient": coefficients}, index=pd.Index(columns, name="dimension"))
    half = norm.isf(ALPHA / 2) * np.sqrt(np.diag(covariance))
    table["coefficient_low"], table["coefficient_high"] = coefficients - half, coefficients + half
    given = [dimension.weight or Fraction(0) for dimension in card.dimensions]
    wanted = np.array([-1.0 if weight < 0 else 1.0 for weight in given])
    effects = coefficients * wanted  # above zero where the data agree with the standard
    table["share"], table["low"], table["high"] = _shares(effects, covariance * np.outer(wanted, wanted))
    if (effects < 0).any() or table["share"].isna().any():  # shares of a sum of both signs mean nothing
        table[["share", "low", "high"]] = np.nan
        # One claim about several effects: Bonferroni holds the chance that any is called opposed by mistake.
        wider = half * norm.isf(ALPHA / 2 / len(effects)) / norm.isf(ALPHA / 2)
        table_metadata.tell(table, reason=OPPOSED if (effects + wider < 0).any() else NOT_CLEAR)
    total = sum((abs(weight) for weight in given), Fraction(0))
    return table.assign(weight=[float(abs(weight) / total) for weight in given])


def _by_scores(scored: pd.DataFrame, columns: list[str]) -> tuple[_Float, _Float, _Float]:
    """Return every combination of scores, and how many of it purchased and how many did not."""
    if not has_outcomes(scored):
        return np.empty((0, len(columns))), np.empty(0), np.empty(0)
    bought = scored["converted"].astype("Float64")
    # Numbered, not named: a dimension may be called as anything is here.
    known = pd.concat([scored[columns].astype("Float64"), bought], axis=1)
    rows = known.set_axis(range(len(columns) + 1), axis=1).dropna().astype(float)
    counts = rows.groupby(list(range(len(columns))))[len(columns)].agg(["sum", "size"])
    reached, size = counts["sum"].to_numpy(float), counts["size"].to_numpy(float)
    return counts.index.to_frame().to_numpy(float), reached, size - reached


def _unfit(scored: pd.DataFrame, design: _Float, reached: _Float, failed: _Float) -> str:
    """Return why a logistic regression has no answer, or nothing."""
    if not has_outcomes(scored):
        return NO_OUTCOMES
    combinations, terms = design.shape
    if len(design) and (design[:, 1:] == design[0, 1:]).all(axis=0).any():
        return CONSTANT
    if len(design) and not (reached.sum() and failed.sum()):
        return ALL_BOUGHT if reached.sum() else NONE_BOUGHT
    if min(reached.sum(), failed.sum()) < PER_COEFFICIENT * (terms - 1):
        return TOO_FEW
    if np.linalg.matrix_rank(design) < terms:
        return CONSTANT
    if combinations <= terms and not _is_separated(design, reached, failed):
        return TOO_FEW
    return SEPARATED if _is_separated(design, reached, failed) else ""


def _is_separated(design: _Float, reached: _Float, failed: _Float) -> bool:
    """Tell whether some line has all buyers on one side, so that no finite coefficients fit best.

    A linear program finds it (Konis 2007): maximise the distance from the line, the line's slope bounded.
    """
    sides = np.vstack([design[reached > 0], -design[failed > 0]])
    program = linprog(-sides.sum(axis=0), A_ub=-sides, b_ub=np.zeros(len(sides)), bounds=(-1, 1))
    return bool(-program.fun > 1e-6)


def _fit(design: _Float, reached: _Float, failed: _Float) -> Any:
    """Return the fitted logistic regression, a result of statsmodels."""
    # Here, not above: these modules take 0.15 s to import, and most kernels never fit anything.
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_linear_model import GLM
    from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

    model = GLM(np.column_stack([reached, failed]), design, family=Binomial())
    with warnings.catch_warnings():
        # Separation is excluded already; rates that fit exactly give the same warning.
        warnings.simplefilter("ignore", PerfectSeparationWarning)
        return model.fit(tol=1e-10, tol_criterion="params")


def _shares(coefficients: _Float, covariance: _Float) -> tuple[_Float, _Float, _Float]:
    """Return each coefficient's share of their sum, with interval by the delta method."""
    total, error = coefficients.sum(), np.sqrt(covariance.sum())
    if total - norm.isf(ALPHA / 2) * error <= 0:
        nothing = np.full(len(coefficients), np.nan)
        return nothing, nothing, nothing
    share = coefficients / total
    slopes = (np.eye(len(share)) - share[:, None]) / total  # of each share by each coefficient
    half = norm.isf(ALPHA / 2) * np.sqrt(np.diag(slopes @ covariance @ slopes.T))
    return share, share - half, share + half


def _no_weights(reason: str) -> pd.DataFrame:
    columns = ["coefficient", "coefficient_low", "coefficient_high", "share", "low", "high", "weight"]
    table = pd.DataFrame(columns=columns, dtype=float).rename_axis("dimension")
    return table_metadata.tell(table, reason=reason)


def sensitivity(rated: pd.DataFrame, scorecard: Scorecard, grid: pd.DataFrame) -> pd.DataFrame:
    """Return how many consultations would have another grade if one score were one level off.

    Parameters
    ----------
    rated : DataFrame
        Graded consultations with the level of every dimension: `scoring.levels`.
    scorecard : scoring.Scorecard
        Its dimensions, with the levels of each.
    grid : DataFrame
        Every combination of levels with its grade: `scoring.combinations`.

    Returns
    -------
    DataFrame
        Columns ``dimension``, ``step`` (-1 or 1), ``consultations`` graded whose level can move so far on the
        scale, ``changed``, those that change grade, ``share`` of the two. No rows where grades do not follow
        from the levels alone (`Scorecard.levels_decide`).
    """
    columns = [dimension.level_name for dimension in scorecard.dimensions]
    names = ["dimension", "step", "consultations", "changed", "share"]
    if grid.empty or rated.empty or not scorecard.levels_decide:  # nothing is not zero
        return pd.DataFrame(columns=names)
    places = range(len(columns))  # numbered, not named: a dimension may be called as anything is here
    every = pd.MultiIndex.from_arrays([grid[column].astype(float) for column in columns])
    grades = pd.Series(grid["grade"].cat.codes.to_numpy(), index=every)
    found = rated[columns].astype(float).set_axis(places, axis=1).value_counts(sort=False)
    counts, n = found.index.to_frame(index=False).set_axis(places, axis=1), found.to_numpy()
    rows = []
    for (place, dimension), step in itertools.product(enumerate(scorecard.dimensions), (-1, 1)):
        moved = _moved(counts, place, dimension, step)
        before, after = (_look_up(grades, levels) for levels in (counts.loc[moved.index], moved))
        total, changed = n[moved.index].sum(), n[moved.index][before != after].sum()
        rows.append((columns[place], step, total, changed, changed / total if total else np.nan))
    return pd.DataFrame(rows, columns=names)


def _moved(counts: pd.DataFrame, place: int, dimension: Any, step: int) -> pd.DataFrame:
    """Return the combinations with one dimension at the next level up or down, where there is one."""
    levels = [float(value) for value in dimension.values]
    following = dict(pairwise(levels if step > 0 else levels[::-1]))
    moved = counts.copy()
    moved[place] = counts[place].map(following)
    return moved.dropna()


def _look_up(grades: pd.Series, levels: pd.DataFrame) -> np.ndarray:
    return grades.reindex(pd.MultiIndex.from_frame(levels)).to_numpy()


def outcome_before_score(scored: pd.DataFrame) -> pd.DataFrame:
    """Return how many purchases were made before, or on the day of, the consultation that was scored.

    A score given when the outcome is known does not predict it, and the figures of this module flatter it.

    Returns
    -------
    DataFrame
        One row: ``consultations`` that were followed by a purchase and have both dates; ``earlier``, those
        with the purchase on an earlier day; ``same_day``; ``share`` of both together. Empty if there is none.
    """
    columns = ["consulted_on", "converted_on"]
    if not has_outcomes(scored) or not set(columns) <= set(scored):
        return _NO_DATES
    known = scored.loc[scored["converted"].fillna(False).astype(bool), columns].dropna()
    if known.empty:
        return _NO_DATES
    consulted, bought = (known[column].dt.normalize() for column in columns)
    earlier, same = int((bought < consulted).sum()), int((bought == consulted).sum())
    row = {"consultations": len(known), "earlier": earlier, "same_day": same}
    return pd.DataFrame([row | {"share": (earlier + same) / len(known)}])
