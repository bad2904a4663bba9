"""Scored consultations → what a sales lead asks: whom to call, where buyers are lost, what is weak."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control, ttest_ind

from ..base import own_names, table_metadata
from ..base.errors import InputError
from ..base.language import capital, grade_name, listing, text
from ..scorecard.scorecards import Scorecard
from ..settings.editions import Policy
from . import conversion
from .conversion import ALPHA, FEW, HIGHER, LOWER, NO_DIFFERENCE, Measure
from .history import DOWN

# What a line of the work list tells, where the data have it.
_LISTED = ("customer_id", "grade", "composite", "role", "last_contact", "due", "days_overdue")
_ABOUT = ("customer_type", "source", "product")


@dataclass(frozen=True)
class HighGrades(Measure):
    """Success is a grade of the upper half."""

    grades: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """These grades as running text calls them: A级和B级 / grade A and grade B."""
        return listing([grade_name(grade) for grade in reversed(self.grades)])

    def successes(self, scored: pd.DataFrame) -> pd.Series:
        """Return 1, 0 or missing for each consultation, as nullable integers."""
        return scored["grade"].isin(self.grades).astype("Int64").where(scored["grade"].notna())


RECENT_DAYS = 30  # how recent a consultation is that is called recent
_AGES = (0, RECENT_DAYS, 90, 180)  # days since the last consultation, from which each class begins


def require_internal(policy: Policy, edition: str) -> None:
    """Refuse to list customers in an edition that is made for readers outside of the house.

    Raises
    ------
    InputError
        The publisher's rules do not call the edition internal.
    """
    if not policy.internal:
        problem = f"this report lists customers, and the edition {edition} is public."
        raise InputError(
            "parameter edition", problem, "Use an edition that the publisher's rules call internal."
        )


def high_grades(card: Scorecard) -> HighGrades:
    """Return the upper half of a scorecard's grades: of four the upper two, of three the upper two."""
    return HighGrades(grades=tuple(card.grades[len(card.grades) // 2 :]))


def funnel(scored: pd.DataFrame, column: str, promising: HighGrades, most: int = 12) -> pd.DataFrame:
    """Return how many consultations of each group reach a promising grade, and how many of those a purchase.

    Parameters
    ----------
    scored : DataFrame
        Scored consultations.
    column : str
        For example ``"source"``. A ``"product"`` that names several counts for each of them.
    promising : HighGrades
        See `promise`.
    most : int
        How many groups, the largest, are kept.

    Returns
    -------
    DataFrame
        Index `column`, largest group first; ``graded`` consultations, ``promising`` ones and their ``share``;
        where outcomes are given ``conversions`` of the promising ones, their ``rate`` and its interval
        ``low``, ``high``, over promising consultations with a known outcome, ``known``. Empty if the source
        has no such column.
    """
    reached = conversion.by(scored, column, promising, most=len(scored) + 1).head(most)
    table = reached.rename(columns={"consultations": "graded", "conversions": "promising", "rate": "share"})
    table = table[["graded", "promising", "share"]]
    heads = {
        "promising": capital(promising.name),
        "share": text(zh=f"{promising.name}占比", en=f"Share of {promising.name}"),
    }
    if conversion.has_outcomes(scored) and len(table):
        chosen = scored[scored["grade"].isin(promising.grades)]
        bought = conversion.by(chosen, column, Measure(), most=len(scored) + 1).reindex(table.index)
        counts = bought[["consultations", "conversions"]].fillna(0).astype("int64")
        rated = conversion.with_interval(counts, Measure()).rename(columns={"consultations": "known"})
        table = table.join(rated[["conversions", "rate", "low", "high", "known"]])
        heads |= {
            "conversions": text(zh="其中成交", en="Of these converted"),
            "rate": text(zh=f"{promising.name}成交率", en=f"Conversion of {promising.name}"),
        }
    return table_metadata.describe(table, heads=heads)


def weak_points(scored: pd.DataFrame, column: str, dimensions: Sequence[str], most: int = 12) -> pd.DataFrame:
    """Compare each group's mean score in each dimension with that of all others.

    Welch's t test; the p values of all groups and dimensions are adjusted after Benjamini and Hochberg
    (1995), for the data are searched.

    Parameters
    ----------
    scored : DataFrame
        Scored consultations.
    column : str
        For example ``"customer_type"``.
    dimensions : sequence of str
        Columns of scores.
    most : int
        How many groups, the largest, are kept. Those with fewer than 30 scores are left out.

    Returns
    -------
    DataFrame
        Columns `column`, ``dimension``, ``consultations``, ``mean``, ``gap`` (to the mean of all others) and
        its 95 % interval ``low``, ``high``, ``p_adjusted``, ``verdict`` ("lower", "higher", "no clear
        difference"). Empty if the source has no such column or no two groups are large enough.
    """
    columns = ["consultations", "mean", "gap", "low", "high", "p"]
    if column not in scored:
        return pd.DataFrame(columns=[column, "dimension", *columns, "p_adjusted", "verdict"])
    groups = (
        scored[column].value_counts().sort_index().sort_values(ascending=False, kind="stable").index[:most]
    )
    rows = [
        (group, dimension, *_compare(scored.loc[(scored[column] == group).fillna(False), dimension],
                                     scored.loc[(scored[column] != group).fillna(False), dimension]))
        for group in groups for dimension in dimensions
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=[column, "dimension", *columns])
    table = table[table["gap"].notna()].reset_index(drop=True)
    table["p_adjusted"] = false_discovery_control(table["p"]) if len(table) else table["p"]
    clear = (table["p_adjusted"] < ALPHA) & ((table["low"] > 0) | (table["high"] < 0))
    table["verdict"] = np.where(clear, np.where(table["gap"] < 0, LOWER, HIGHER), NO_DIFFERENCE)
    return table.drop(columns="p")


def _compare(own: pd.Series, others: pd.Series) -> tuple[float, ...]:
    """Return count and mean of a group, its difference from others with interval, and p; NaN if too few."""
    ours, theirs = own.dropna().to_numpy(float), others.dropna().to_numpy(float)
    if min(len(ours), len(theirs)) < FEW or (ours.std() == 0 and theirs.std() == 0):
        return len(ours), *[np.nan] * 5
    test = ttest_ind(ours, theirs, equal_var=False)
    interval = test.confidence_interval(1 - ALPHA)
    gap = ours.mean() - theirs.mean()
    return len(ours), ours.mean(), gap, interval.low, interval.high, test.pvalue


def find_buyers(scored: pd.DataFrame, by: str = "customer_id") -> pd.Index:
    """Return the customers whose latest consultation ended in a purchase; they need no call as prospects."""
    if not {by, "converted"} <= set(scored):
        return pd.Index([])
    named = scored[scored[by].notna()]
    if "consulted_on" in named:
        named = named.sort_values("consulted_on", kind="stable", na_position="first")
    last = named.drop_duplicates(by, keep="last")
    return pd.Index(last.loc[last["converted"].fillna(False).astype(bool), by])


def work_list(
    latest: pd.DataFrame,
    calendar: pd.DataFrame,
    causes: pd.DataFrame,
    moves: pd.DataFrame,
    card: Scorecard,
    buyers: pd.Index,
    refusing: Collection[str] = (),
) -> pd.DataFrame:
    """Return whom to call: customers who have not bought, by grade, role and date due.

    Parameters
    ----------
    latest : DataFrame
        The rows of one period of `history.history`.
    calendar : DataFrame
        See `follow_up.calendar`.
    causes, moves : DataFrame
        See `history.causes` and `history.moves`.
    card : scoring.Scorecard
        Its follow-up policy names the roles, its dimensions the scores to list.
    buyers : Index
        See `find_buyers`.
    refusing : collection of str
        Customers who gave no consent or opted out, see `dataset.find_refusing`: nobody may call them. How
        many of them would be on the list is its fact ``refusing``.

    Returns
    -------
    DataFrame
        One row per customer, highest grade first: customer, ``grade``, ``composite``, ``role``,
        ``last_contact``, ``due``, ``days_overdue``, what else the data say of the customer, the dimensions
        (under `Dimension.level_name`), ``move`` since the period before and its ``cause``. Columns without
        any value are left out.
    """
    by = str(latest.columns[0])
    roles = {band.grade: text(**band.follow_up.role) for band in card.bands}
    scores = {one.column: one.level_name for one in card.dimensions if one.column not in _ABOUT}
    open_ones = latest[latest["grade"].notna() & ~latest[by].isin(buyers)]
    chosen = open_ones[~open_ones[by].isin(list(refusing))]
    known = dict.fromkeys(name for name in (by, "grade", "composite", *_ABOUT) if name in chosen)
    told = own_names.bring_back(chosen, list(scores))
    listed = told[[column for column in scores if column in told]].rename(columns=scores)
    table = chosen[list(known)].join(listed[[name for name in listed if name not in known]])
    table = table.assign(role=table["grade"].astype(str).map(roles))
    table = table.merge(calendar[[by, "last_contact", "due", "days_overdue"]], on=by, how="left")
    table = table.join(moves["move"].astype(str), on=by).join(causes["cause"], on=by)
    columns = dict.fromkeys([*_LISTED, *_ABOUT, *scores.values(), "move", "cause"])
    kept = [column for column in columns if column in table and table[column].notna().any()]
    rank = table.assign(grade=-table["grade"].cat.codes.astype(int))
    order = rank.sort_values(["grade", "due", by], kind="stable").index
    listed = table.loc[order, kept or list(_LISTED[:2])].reset_index(drop=True)
    return table_metadata.tell(listed, refusing=len(open_ones) - len(chosen))


PER_ROLE = 15  # customers on one desk's sheet


def fresh_leads(calls: pd.DataFrame, promising: HighGrades, most: int = PER_ROLE) -> dict[str, pd.DataFrame]:
    """Return of each role the customers of high grades who asked last: who is most likely to buy still.

    Parameters
    ----------
    calls : DataFrame
        See `work_list`.
    promising : HighGrades
        See `high_grades`.
    most : int
        Customers of each role.

    Returns
    -------
    dict of str to DataFrame
        Role → rows of `calls`, most recent consultation first; roles in the order of their grades.
    """
    if calls.empty or not {"role", "last_contact"} <= set(calls):
        return {}
    high = calls[calls["grade"].astype(str).isin(promising.grades)]
    newest = high.sort_values("last_contact", ascending=False, kind="stable")
    return {str(role): newest[newest["role"] == role].head(most) for role in dict.fromkeys(high["role"])}


def fallen_leads(calls: pd.DataFrame, most: int = PER_ROLE) -> pd.DataFrame:
    """Return customers without a purchase whose grade fell since the period before, most recent first."""
    if "move" not in calls or "last_contact" not in calls:
        return calls.iloc[:0]
    fell = calls[calls["move"] == DOWN].sort_values("last_contact", ascending=False, kind="stable")
    kept = [c for c in ("customer_id", "grade", "role", "last_contact", "cause") if c in fell]
    return fell[kept].head(most)


def sum_purchases(scored: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return what purchases of each group amount to, refunds beside them.

    Only consultations registered as purchases count: an amount beside "no" is a contradiction, not a sale.

    Parameters
    ----------
    scored : DataFrame
        Consultations with ``converted`` and ``amount``.
    column : str
        For example ``"customer_type"``.

    Returns
    -------
    DataFrame
        Index `column`, largest first; ``purchases`` with a positive amount, ``gross``, their sum,
        ``refunds``, the sum of negative amounts, ``net`` of both, and ``unnamed``, purchases that name no
        customer: no rule of dominance can be applied to them. Empty where the source lacks a column.
    """
    columns = ["purchases", "gross", "refunds", "net", "unnamed"]
    if not {"converted", "amount", column} <= set(scored):
        return pd.DataFrame(columns=columns, dtype=float).rename_axis(column)
    bought = scored[scored["converted"].fillna(False).astype(bool) & scored["amount"].notna()]
    amount = bought["amount"].astype(float)
    nameless = bought["customer_id"].isna() if "customer_id" in bought else pd.Series(True, bought.index)
    parts = pd.DataFrame(
        {
            column: bought[column],
            "purchases": (amount > 0).astype("int64"),
            "gross": amount.clip(lower=0),
            "refunds": amount.clip(upper=0),
            "net": amount,
            "unnamed": (nameless & (amount > 0)).astype("int64"),
        }
    )
    table = parts.groupby(column, observed=True)[columns].sum()
    return table.sort_values("gross", ascending=False, kind="stable")


def count_recency(work_list: pd.DataFrame, promising: HighGrades, today: pd.Timestamp) -> pd.DataFrame:
    """Return how long ago the customers of high grades on the work list asked.

    Parameters
    ----------
    work_list : DataFrame
        See `work_list`.
    promising : HighGrades
        See `high_grades`.
    today : Timestamp
        The day that it is reckoned from.

    Returns
    -------
    DataFrame
        Index ``days``, from which each class begins, the most recent first; ``customers``. Empty where the
        list has no dates.

    Examples
    --------
    >>> days = pd.to_datetime(["2025-12-20", "2025-01-02"])
    >>> rows = pd.DataFrame({"grade": ["A", "A"], "last_contact": days})
    >>> count_recency(rows, HighGrades(grades=("A",)), pd.Timestamp("2025-12-31"))["customers"].tolist()
    [1, 0, 0, 1]
    """
    if "last_contact" not in work_list or work_list["last_contact"].isna().all():
        return pd.DataFrame({"customers": pd.Series(dtype="int64")}).rename_axis("days")
    high = work_list[work_list["grade"].astype(str).isin(promising.grades)]
    age = (today - high["last_contact"].dropna()).dt.days
    counts = pd.cut(age, [*_AGES, np.inf], right=False, labels=list(_AGES)).value_counts(sort=False)
    return pd.DataFrame({"customers": counts.astype("int64")}).rename_axis("days")
