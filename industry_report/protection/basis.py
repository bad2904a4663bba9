"""What a slice's numbers rest on, as far as it may be told: window, bases, customers, completeness.

Each is a small set of counts beside the protected tables. It leaves the gate whole or not at all: not where
one of its counts, or the difference to a number that is printed anyway, is from 1 to one below the threshold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..analysis import bases, days_to_purchase, market, outcome_window, workload
from ..analysis.conversion import Measure
from ..analysis.outcome_window import Window
from ..base import table_metadata
from ..base.origin import Number, Withheld
from ..scorecard.scorecards import Scorecard
from ..settings.editions import Policy
from .masked_tables import mark

PLACES = 3


@dataclass(frozen=True, eq=False)
class Basis:
    """What the numbers of a slice rest on.

    Attributes
    ----------
    window : Window or None
        How long each consultation is followed; see `outcome_window.choose_window`.
    outcomes : DataFrame
        See `outcome_window.count_outcomes`. Where one part without an outcome is small, all are missing.
    days : DataFrame
        See `days_to_purchase.estimate`; empty where too few bought.
    bases : DataFrame
        See `bases.conversion_bases`; empty where two bases differ by few.
    customers : DataFrame
        See `bases.cluster`; empty where it would tell of few.
    missing : DataFrame
        See `bases.missing`; a small number is missing.
    stated : dict of str to Number
        How many consultations state type, source, product; see `market.count_stated`.
    off_year : DataFrame
        One row: ``share`` of the dates that lies outside of the year; 0 where few do.
    """

    window: Window | None
    outcomes: pd.DataFrame
    days: pd.DataFrame
    bases: pd.DataFrame
    customers: pd.DataFrame
    missing: pd.DataFrame
    stated: Mapping[str, Number | Withheld]
    off_year: pd.DataFrame


def describe_basis(
    registered: pd.DataFrame,
    scored: pd.DataFrame,
    window: Window | None,
    measure: Measure,
    columns: Sequence[str],
    year: int,
    policy: Policy,
    *,
    enough: bool,
) -> Basis:
    """Return what the numbers of a slice rest on.

    Parameters
    ----------
    registered, scored : DataFrame
        Scored consultations before and after `outcome_window.follow`.
    window, measure
        What outcomes are.
    columns : sequence of str
        Of which it is told how many consultations state them.
    year : int
        Of the report.
    policy : Policy
        See `load_policy`.
    enough : bool
        Whether enough customers stand behind the slice for anything to be told of it.
    """
    window = window if "outcome" in scored else None  # a year may lack what the register of all years has
    if not enough:
        registered, scored = registered.iloc[:0], scored.iloc[:0]
    graded = scored[scored["grade"].notna()]
    days = days_to_purchase.estimate(registered, window)
    return Basis(
        window=window,
        outcomes=mask_outcomes(scored, policy),
        days=_protect_days(days, policy),
        bases=_protect_bases(bases.conversion_bases(scored), policy),
        customers=_protect_customers(bases.cluster(graded, measure), policy),
        missing=_mask_missing(bases.missing(_with_dates(scored, registered)), policy),
        stated={
            column: Number(market.count_stated(graded, column)) if enough else Withheld()
            for column in columns
        },
        off_year=_protect_off_year(registered, year, policy),
    )


def _with_dates(scored: pd.DataFrame, registered: pd.DataFrame) -> pd.DataFrame:
    """Return the consultations with the dates of the register: one of another year is not a missing one."""
    return scored.assign(consulted_on=registered["consulted_on"]) if "consulted_on" in scored else scored


def is_small(counts: np.ndarray | Sequence[float], policy: Policy) -> bool:
    """Tell whether any of these counts is from 1 to one below the threshold."""
    values = np.asarray(counts, dtype=float)
    return not policy.internal and bool(((values > 0) & (values < policy.threshold)).any())


def mask_outcomes(scored: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Count outcomes and why there is none, and withhold the reasons, all or none.

    The parts add up to a printed total: of a single small one the total less the others would tell. Zeros
    are withheld with them: else it would be known which reason, such as a purchase before, is of few.
    """
    table = outcome_window.count_outcomes(scored)
    if policy.internal or table.empty:
        return table
    told = table.astype("float64")
    told = told.where(~(told.gt(0) & told.lt(policy.threshold)))
    parts = [name for name in told if name not in ("received", "followed")]
    return told.assign(**dict.fromkeys(parts, np.nan)) if told[parts].isna().any(axis=None) else told


def _mask_missing(table: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Withhold how often a field is missing where few lack it, have it, or should have it."""
    if policy.internal or table.empty:
        return table
    counts = (table["missing"], table["consultations"], table["consultations"] - table["missing"])
    few = np.any([(n.gt(0) & n.lt(policy.threshold)).to_numpy() for n in counts], axis=0)
    names = ("consultations", "missing", "share")
    return table.assign(**{name: table[name].astype("float64").mask(few) for name in names})


def _protect_days(days: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    if days.empty:
        return days
    row = days.iloc[0]
    few = is_small([row["conversions"], row["consultations"] - row["conversions"]], policy)
    return (days.iloc[:0] if few else days).round({"bought": PLACES})


def _protect_bases(table: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    counts = table[["due", "consultations", "conversions"]]
    parts = counts.assign(
        unknown=counts["due"] - counts["consultations"],
        failed=counts["consultations"] - counts["conversions"],
    )
    apart = parts.diff().abs().to_numpy() if len(parts) > 1 else []
    return table.iloc[:0] if is_small(parts.to_numpy(), policy) or is_small(apart, policy) else table


def _protect_customers(found: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    if found.empty or policy.internal:
        return found
    row = found.iloc[0]
    if row["customers"] < policy.threshold or pd.isna(row["rate"]):
        return found.iloc[:0]
    buyers = round(row["per_customer"] * row["customers"])
    counts = [
        *(buyers, row["customers"] - buyers, row["consultations"] - row["customers"]),
        *(row["conversions"], row["consultations"] - row["conversions"], row["conversions"] - buyers),
    ]
    places = dict.fromkeys(("low", "high", "effect", "per_customer"), PLACES)
    return (found.iloc[:0] if is_small(counts, policy) else found).round(places)


def _protect_off_year(scored: pd.DataFrame, year: int, policy: Policy) -> pd.DataFrame:
    share = bases.share_off_year(scored, year)
    dated = scored["consulted_on"].notna().sum() if "consulted_on" in scored else 0
    outside = round(share * dated)
    told = 0.0 if is_small([outside, dated - outside], policy) else round(share, PLACES)
    return pd.DataFrame({"share": [told]})  # a table: a number by itself bears no mark of the gate


def count_open_customers(
    graded: pd.DataFrame, scorecard: Scorecard, policy: Policy, like: pd.DataFrame
) -> pd.DataFrame:
    """Return the contacts of customers without a purchase; see `workload.customers_to_contact`.

    Parameters
    ----------
    graded : DataFrame
        Graded consultations, as registered.
    scorecard, policy
        See `publication.publish`.
    like : DataFrame
        The protected contacts of all consultations: where they withhold a number, so does this.
    """
    table = workload.contacts(workload.customers_to_contact(graded), scorecard)
    hidden = is_small(table["consultations"].to_numpy(), policy) or bool(table_metadata.withheld_rows(like))
    return mark(table.iloc[:0] if hidden and not policy.internal else table)
