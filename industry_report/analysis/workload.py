"""Grades × follow-up policy → contacts by role and month, full-time equivalents."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real
from typing import Any

import pandas as pd

from ..base import origin, table_metadata
from ..base.errors import InputError
from ..base.language import text
from ..base.table_metadata import Counts
from ..scorecard.scorecards import Scorecard
from .conversion import grades
from .sales import find_buyers

SCENARIOS = ("low", "mid", "high")


def contacts(counts: pd.DataFrame, scorecard: Scorecard) -> pd.DataFrame:
    """Return the contacts a year that the follow-up policy asks for.

    Parameters
    ----------
    counts : DataFrame
        See `conversion.grades` and `customers_to_contact`.
    scorecard : scoring.Scorecard
        Its bands carry the follow-up policy.

    Returns
    -------
    DataFrame
        Index ``grade``, highest first; ``role``, ``consultations``, ``contacts_per_year`` for one customer,
        ``contacts`` a year for all, ``share`` of all contacts.
    """
    policy = {band.grade: band.follow_up for band in scorecard.bands}
    table = counts[["consultations"]].copy()
    table.insert(0, "role", [text(**policy[grade].role) for grade in table.index])
    table["contacts_per_year"] = [policy[grade].contacts_per_year for grade in table.index]
    table["contacts"] = table["consultations"] * table["contacts_per_year"]
    total = _whole_sum(table["contacts"])
    table["share"] = table["contacts"] / total if total else float("nan")
    counts = Counts(("grade",), {"consultations": "all", "contacts": "contacts"})
    return table_metadata.describe(table, counts=counts)


def _whole_sum(values: pd.Series) -> float:
    return float(values.sum(skipna=False))


def customers_to_contact(scored: pd.DataFrame, by: str = "customer_id") -> pd.DataFrame:
    """Return how many customers without a purchase have each grade, highest grade first.

    What `contacts` makes of them is the work that is left; of all consultations, an upper bound of it.

    Parameters
    ----------
    scored : DataFrame
        Scored consultations of a year, with ``converted`` where the source gives it.
    by : str
        The column that tells customers apart.

    Returns
    -------
    DataFrame
        As of `conversion.grades`: a customer counts once, by the latest graded consultation (without a date
        before all others), and not at all if the latest consultation ended in a purchase: those that a work
        list names. Empty where the data name no customers.
    """
    if by not in scored or scored[by].isna().all():
        return grades(scored.head(0)).head(0)
    left = scored[scored["grade"].notna() & scored[by].notna() & ~scored[by].isin(find_buyers(scored, by))]
    if "consulted_on" in left:
        left = left.sort_values("consulted_on", kind="stable", na_position="first")
    return grades(left.drop_duplicates(by, keep="last"))


def full_time_equivalents(
    contacts: pd.DataFrame,
    minutes_per_contact: Mapping[str, float],
    hours_per_year: Mapping[str, float] | float,
) -> pd.DataFrame:
    """Return how many full-time staff the contacts take, under low, mid and high assumptions.

    Parameters
    ----------
    contacts : DataFrame
        See `contacts`.
    minutes_per_contact : mapping of str to float
        Working time of one contact under the assumptions "low", "mid" and "high".
    hours_per_year : mapping of str to float, or float
        Working hours of a full-time member of staff: one number, or one for each assumption, of which "low"
        is the one that asks for the fewest staff.

    Returns
    -------
    DataFrame
        Columns ``role``, ``assumption``, ``contacts`` a year, ``minutes_per_contact``, ``hours_per_year``,
        ``hours`` of work, ``full_time_equivalents``. They measure work, not vacancies. Missing for a role of
        which a number is withheld.

    Raises
    ------
    InputError
        An assumption is missing or not above zero, or a lower one asks for more staff than a higher one.
    """
    minutes = _assumed("minutes_per_contact", minutes_per_contact)
    hours = _assumed("hours_per_year", hours_per_year)
    if (minutes / hours).diff().lt(0).any():
        raise InputError(
            "minutes_per_contact",
            f"expected low, mid and high to ask for ever more staff, got {minutes.to_dict()} minutes at "
            f"{hours.to_dict()} hours a year.",
            "Put the assumptions in order.",
        )
    # A withheld number is not zero: a role that includes one has no sum.
    by_role = contacts.groupby("role", sort=False)["contacts"].agg(_whole_sum).reset_index()
    assumptions = pd.DataFrame({"minutes_per_contact": minutes, "hours_per_year": hours})
    table = by_role.merge(assumptions.rename_axis("assumption").reset_index(), how="cross")
    table["hours"] = table["contacts"] * table["minutes_per_contact"] / 60
    table["full_time_equivalents"] = table["hours"] / table["hours_per_year"]
    order = ["role", "assumption", "contacts", *assumptions.columns, "hours", "full_time_equivalents"]
    return table[order]


def _assumed(name: str, values: Mapping[str, float] | float) -> pd.Series:
    """Return one number for each assumption, checked."""
    given = dict(values) if isinstance(values, Mapping) else dict.fromkeys(SCENARIOS, values)
    if set(given) != set(SCENARIOS) or not all(_is_positive(value) for value in given.values()):
        raise InputError(
            name,
            f"expected a number above 0 for each of {', '.join(SCENARIOS)}, got {values!r}.",
            f"Write for example {name}: "
            + ("{low: 10, mid: 20, high: 30}." if isinstance(values, Mapping) else "1600."),
        )
    return pd.Series(given, dtype=float)[list(SCENARIOS)]


def _is_positive(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and 0 < float(value) < float("inf")


origin.trace_module(globals())
