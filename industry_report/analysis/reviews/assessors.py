"""How fairly and how completely grades were reviewed: agreement, acceptance, delays, what was left undone."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...base import table_metadata
from ...base.errors import InputError
from ...base.language import text
from ...scorecard.scorecards import Scorecard
from ..effects import UNKNOWN, Estimate, estimate_rate
from ..rates import FEWEST
from .decisions import AGREED, OPEN, REJECTED

NO_PROPOSAL, AS_PROPOSED, OTHERWISE = "no proposal", "as proposed", "otherwise"


def weighted_kappa(table: npt.ArrayLike) -> Estimate:
    """Return how far two assessors agree beyond chance, with quadratic weights, and its 95 % interval.

    Parameters
    ----------
    table : array of shape (grades, grades)
        How many customers one assessor (rows) and the other (columns) gave which grades, in the same order.

    Returns
    -------
    Estimate
        1 is full agreement, 0 what chance gives. Unknown where both gave all customers one grade.

    Notes
    -----
    Cohen (1968); the asymptotic error is that of Fleiss, Cohen and Everitt (1969), as statsmodels has it. Two
    grades apart counts four times as much as one.

    Examples
    --------
    >>> found = weighted_kappa([[20, 5, 1, 0], [4, 30, 8, 1], [0, 6, 40, 9], [0, 1, 7, 18]])
    >>> round(found.value, 4), round(found.low, 3), round(found.high, 3)
    (0.8191, 0.756, 0.883)
    """
    from statsmodels.stats.inter_rater import cohens_kappa

    counts = np.asarray(table, dtype=float)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1]:
        raise InputError("weighted kappa", "the table is not square.", "Give one row and column a grade.")
    used = (counts.sum(axis=0) > 0) | (counts.sum(axis=1) > 0)
    if used.sum() < 2:
        return UNKNOWN
    # Grades that nobody gave stay: how far apart two grades are does not depend on who was rated.
    with np.errstate(invalid="ignore", divide="ignore"):
        found = cohens_kappa(counts, wt="quadratic")
    spread = 0.0 if math.isnan(found.std_kappa) else 1.959963984540054 * float(found.std_kappa)
    value = float(found.kappa)
    return Estimate(value, max(value - spread, -1.0), min(value + spread, 1.0))


def compare_assessors(decisions: pd.DataFrame, card: Scorecard) -> pd.DataFrame:
    """Compare the grades that two assessors proposed for the same customers.

    Parameters
    ----------
    decisions : DataFrame
        Of one cycle; see `decisions.Checked.valid`. Of several grades that one assessor gave a customer the
        last counts. Opinions that nobody decided on count, too: a second assessor's look is one.

    Returns
    -------
    DataFrame
        One row for each two assessors who looked at the same customers: ``one``, ``other``, ``customers``,
        ``same`` (share with equal grades), ``kappa`` with ``low`` and ``high`` (see `weighted_kappa`; missing
        below 10 customers). Empty where nobody was looked at twice.
    """
    grades = decisions.drop_duplicates(["customer_id", "who"], keep="last")
    wide = grades.pivot(index="customer_id", columns="who", values="grade") if len(grades) else pd.DataFrame()
    rows = []
    for one, other in combinations(sorted(wide.columns), 2):
        both = wide[[one, other]].dropna()
        if len(both):
            kappa = _find_kappa(both, card)
            same = float((both[one] == both[other]).mean())
            rows.append((one, other, len(both), same, kappa.value, kappa.low, kappa.high))
    columns = ["one", "other", "customers", "same", "kappa", "low", "high"]
    table = pd.DataFrame(rows, columns=columns)
    heads = {
        "one": text(zh="评估人甲", en="One"),
        "other": text(zh="评估人乙", en="Other"),
        "customers": text(zh="共同评估客户数", en="Customers of both"),
        "same": text(zh="等级相同", en="Same grade"),
        "kappa": text(zh="加权κ", en="Weighted κ"),
    }
    return table_metadata.describe(table, heads=heads, formats={"same": "rate", "kappa": "mean"})


def _find_kappa(both: pd.DataFrame, card: Scorecard) -> Estimate:
    if len(both) < FEWEST:
        return UNKNOWN
    order = list(card.grades)
    counts = pd.crosstab(both.iloc[:, 0], both.iloc[:, 1]).reindex(index=order, columns=order, fill_value=0)
    return weighted_kappa(counts.to_numpy())


def count_accepted(decisions: pd.DataFrame) -> pd.DataFrame:
    """Return by assessor how many of the changes that he or she proposed were agreed on.

    Parameters
    ----------
    decisions : DataFrame
        See `decisions.Checked.valid`. Postponed ones and opinions are not decided yet and not counted.

    Returns
    -------
    DataFrame
        Index ``who``; ``proposed``, ``agreed`` and their ``rate`` with its Wilson interval ``low``, ``high``
        (missing below 10). Shares that differ are no proof of unfairness: assessors see other customers.
    """
    decided = decisions[decisions["decision"].isin([AGREED, REJECTED])]
    grouped = decided.assign(agreed=decided["decision"] == AGREED).groupby("who")["agreed"]
    counts = grouped.agg(proposed="size", agreed="sum").astype("int64")
    rates = [_rate(row.agreed, row.proposed) for row in counts.itertuples()]
    for name, pick in (("rate", "value"), ("low", "low"), ("high", "high")):
        counts[name] = np.array([getattr(rate, pick) for rate in rates], dtype=float)
    heads = {
        "who": text(zh="提出人", en="Proposed by"),
        "proposed": text(zh="已决定", en="Decided"),
        "agreed": text(zh="其中同意", en="Agreed"),
        "rate": text(zh="同意率", en="Share agreed"),
    }
    formats = {"proposed": "customers", "agreed": "customers"}
    return table_metadata.describe(counts, heads=heads, formats=formats)


def _rate(successes: int, of: int) -> Estimate:
    return estimate_rate(successes, of) if of >= FEWEST else UNKNOWN


def follow_proposals(proposals: pd.DataFrame, decisions: pd.DataFrame) -> pd.DataFrame:
    """Put beside each proposal what became of it in the cycle.

    Parameters
    ----------
    proposals : DataFrame
        See `proposals.propose`.
    decisions : DataFrame
        Of the same cycle; see `decisions.Checked.valid`. Of several on a customer the last counts.

    Returns
    -------
    DataFrame
        `proposals` with ``decision`` (empty where nobody decided), ``given`` (the grade decided on) and
        ``decided_on``.
    """
    last = decisions[decisions["decision"] != OPEN].drop_duplicates("customer_id", keep="last")
    last = last.rename(columns={"grade": "given", "date": "decided_on"})
    followed = proposals.merge(
        last[["customer_id", "decision", "given", "decided_on"]], "left", on="customer_id"
    )
    return table_metadata.carry(proposals, followed.fillna({"decision": OPEN}))


def count_progress(followed: pd.DataFrame) -> pd.DataFrame:
    """Return by present grade how many proposals were decided on, highest grade first.

    Returns
    -------
    DataFrame
        Index ``from``; ``proposals``, ``agreed``, ``rejected``, ``postponed`` and ``not_reviewed``.
    """
    order = list(dict.fromkeys(sorted(followed["from"])))
    rows = {}
    for grade in order:
        own = followed.loc[followed["from"] == grade, "decision"]
        counts = [(own == decision).sum() for decision in (AGREED, REJECTED)]
        left = int((own == OPEN).sum())
        rows[grade] = [len(own), *counts, len(own) - sum(counts) - left, left]
    columns = ["proposals", "agreed", "rejected", "postponed", "not_reviewed"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns, dtype="int64").rename_axis("from")
    heads = {
        "from": text(zh="现等级", en="Present grade"),
        "proposals": text(zh="调整建议", en="Proposals"),
        "agreed": text(zh="同意", en="Agreed"),
        "rejected": text(zh="驳回", en="Rejected"),
        "postponed": text(zh="暂缓", en="Postponed"),
        "not_reviewed": text(zh="尚未评估", en="Not reviewed"),
    }
    formats = dict.fromkeys(columns, "customers") | {"from": "grade"}
    return table_metadata.describe(table, heads=heads, formats=formats)


def count_against(followed: pd.DataFrame, decisions: pd.DataFrame) -> dict[str, int]:
    """Count agreed decisions by how they stand to the rules: as proposed, otherwise, without a proposal.

    Examples
    --------
    >>> nothing = pd.DataFrame(columns=["customer_id", "decision", "given", "to"])
    >>> count_against(nothing, nothing)
    {'as proposed': 0, 'otherwise': 0, 'no proposal': 0}
    """
    agreed = followed[followed["decision"] == AGREED]
    same = int((agreed["given"] == agreed["to"]).sum())
    own = decisions.loc[decisions["decision"] == AGREED, "customer_id"].drop_duplicates()
    others = int((~own.isin(followed["customer_id"])).sum())
    return {AS_PROPOSED: same, OTHERWISE: len(agreed) - same, NO_PROPOSAL: others}


def find_delay(followed: pd.DataFrame, cycle: pd.Period) -> float:
    """Return the median number of days from the begin of the cycle to a decision, NaN where there is none."""
    days = (followed["decided_on"].dropna() - cycle.start_time).dt.days if len(followed) else []
    return float(np.median(days)) if len(days) else math.nan
