"""What a report rests on: how many consultations have an outcome, a grade, a value, and how many customers.

A rate over consultations that lack something is a rate of those that do not. Where the others could move it,
bounds say how far, without an assumption on why a value is missing (Manski 1989).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

from ..base import table_metadata
from ..base.language import text
from . import conversion, outcome_window
from .conversion import ALPHA, FEWEST, Measure, has_outcomes, with_interval

_Float = npt.NDArray[np.float64]

_OF_PURCHASE = ("converted_on", "amount")  # only a purchase has them
_NO_FIELDS = ("file", "sheet", "row", "composite", "grade", *outcome_window.ADDED)  # ours, not the source's
MOST_OFF_YEAR = 0.05  # of dates outside the year, or months are not those of the year


def missing(scored: pd.DataFrame) -> pd.DataFrame:
    """Return how many values of each field are missing.

    Returns
    -------
    DataFrame
        Columns ``region`` and ``year`` (each only where there are several), ``field``, ``consultations`` that
        should have a value (for date and amount of a purchase: those that were followed by one), ``missing``,
        ``share``. A field that the source does not have is not there. An outcome that is open at the cut date
        is not missing: the register states it.
    """
    keys = [key for key in ("region", "year") if key in scored and scored[key].nunique(dropna=False) > 1]
    fields = [column for column in scored if column not in (*_NO_FIELDS, *keys)]
    due = pd.DataFrame(True, index=scored.index, columns=fields)
    if "converted" in scored:
        for field in set(fields).intersection(_OF_PURCHASE):
            due[field] = scored["converted"].fillna(False).astype(bool)
    blank = scored[fields].isna()
    if {"registered", "converted"} <= set(scored):
        blank["converted"] = scored["registered"].isna()
    groups = [scored[key] for key in keys] or [pd.Series(0, index=scored.index, name="all")]
    expected, absent = (flags.groupby(groups, dropna=False).sum() for flags in (due, due & blank))
    # Field by field, not melted: a field may be called as anything is here.
    told = [
        expected.index.to_frame(index=False).assign(
            field=field, consultations=expected[field].to_numpy(), missing=absent[field].to_numpy()
        )
        for field in fields
    ]
    nothing = pd.DataFrame(columns=[*keys, "field", "consultations", "missing"])
    table = pd.concat(told or [nothing], ignore_index=True)
    table["share"] = table["missing"] / table["consultations"].where(table["consultations"] > 0)
    table = table[[*keys, "field", "consultations", "missing", "share"]]
    return table_metadata.describe(table, heads={"consultations": text(zh="应填条数", en="Expected")})


def ungradable_bounds(scored: pd.DataFrame) -> pd.DataFrame:
    """Return how far the share of each grade could move if the ungradable had been graded.

    Returns
    -------
    DataFrame
        As `conversion.grades`, and ``lowest`` and ``highest``: the share if none, or all, of the ungradable
        had this grade. No assumption is made on why scores are missing (Manski 1989).
    """
    table, total = conversion.grades(scored), len(scored)
    ungradable = total - table["consultations"].sum()
    whole = total or np.nan
    return table.assign(
        lowest=table["consultations"] / whole, highest=(table["consultations"] + ungradable) / whole
    )


def conversion_bases(scored: pd.DataFrame) -> pd.DataFrame:
    """Return the conversion rate over each base that a report might name, and how far it could lie.

    Scores are often missing because of the outcome: who has bought is asked, who has not is not. So the rate
    of all known outcomes is the headline, and that of the graded ones is named as such.

    Parameters
    ----------
    scored : DataFrame
        Scored consultations, after `outcome_window.follow` where there is a window. What is still open there
        has no outcome yet and is in no base; what the register does not say is unknown.

    Returns
    -------
    DataFrame
        Rows "all" and "graded"; ``due``, consultations whose outcome should be known, ``consultations`` with
        an outcome, ``conversions``, ``rate``, ``low``, ``high``, and ``lowest`` and ``highest``: the rate if
        none, or all, of those without had been followed by a purchase.
    """
    measure = conversion.choose_measure(scored)
    due = (
        scored[scored["outcome"].isin(["bought", "not bought", "unknown"])] if "outcome" in scored else scored
    )
    parts = {"all": due, "graded": due[due["grade"].notna()]}
    success = (
        {name: Measure().successes(part) for name, part in parts.items()} if has_outcomes(scored) else {}
    )
    rows = {
        name: {"due": len(one), "consultations": int(one.notna().sum()), "conversions": int(one.sum())}
        for name, one in success.items()
    }
    names = ["due", "consultations", "conversions"]
    table = with_interval(pd.DataFrame.from_dict(rows, orient="index", columns=names), measure)
    whole = table["due"].where(table["due"] >= FEWEST)
    unknown = table["due"] - table["consultations"]
    table["lowest"] = table["conversions"] / whole
    table["highest"] = (table["conversions"] + unknown) / whole
    return table.rename_axis("base")


def cluster(scored: pd.DataFrame, measure: Measure, by: str = "customer_id") -> pd.DataFrame:
    """Return a rate with the interval that customers who ask several times allow.

    Consultations of one customer are alike: 408 of one customer are worth one. The variance is summed over
    customers (Liang and Zeger 1986), and the interval is Wilson's for the number of independent consultations
    that would have this variance (Korn and Graubard 1998).

    Parameters
    ----------
    scored : DataFrame
        Consultations; those of no customer count as one customer each.
    measure : Measure
        See `conversion.choose_measure`.
    by : str
        The column that tells customers apart.

    Returns
    -------
    DataFrame
        One row: ``consultations``, ``conversions``, ``customers`` among them, ``rate`` with its
        cluster-robust interval ``low``, ``high``, ``effect`` (design effect, at least 1) and
        ``per_customer``, the share of customers with a success. Empty where the data name no customers.
        Fewer than 10 customers have no rate and no interval.
    """
    columns = ["consultations", "conversions", "customers", "rate", "low", "high", "effect", "per_customer"]
    if by not in scored or scored[by].isna().all():
        return pd.DataFrame(columns=columns, dtype=float)
    success = measure.successes(scored)
    known = success.notna()
    owner = scored[by].astype(object).where(scored[by].notna(), pd.Series(range(len(scored)), scored.index))
    table = success[known].astype("int64").groupby(owner[known].to_numpy()).agg(["size", "sum"])
    n, x, customers = int(table["size"].sum()), int(table["sum"].sum()), len(table)
    row: dict[str, Any] = {"consultations": n, "conversions": x, "customers": customers}
    if customers < FEWEST:
        return pd.DataFrame([row], columns=columns)
    row["effect"] = _design_effect(table["size"].to_numpy(float), table["sum"].to_numpy(float))
    row["rate"], row["low"], row["high"] = _wilson_of(x / n, n / row["effect"])
    row["per_customer"] = float((table["sum"] > 0).mean())
    return pd.DataFrame([row], columns=columns)


def _design_effect(n: _Float, x: _Float) -> float:
    """Return by how much customers who come again widen the variance of a rate; at least 1."""
    rate, count = x.sum() / n.sum(), len(n)
    if rate in (0, 1):
        return float(max((n**2).sum() / n.sum(), 1.0))  # all alike: as many as there are customers
    variance = count / (count - 1) * ((x - n * rate) ** 2).sum() / n.sum() ** 2
    return float(max(variance / (rate * (1 - rate) / n.sum()), 1.0))


def _wilson_of(rate: float, n: float) -> tuple[float, float, float]:
    """Return a rate and its Wilson interval for a number of consultations that need not be whole."""
    z = norm.isf(ALPHA / 2)
    middle = (rate + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(rate * (1 - rate) / n + z**2 / (4 * n**2))
    return rate, float(max(middle - half, 0.0)), float(min(middle + half, 1.0))


def share_off_year(scored: pd.DataFrame, year: int) -> float:
    """Return which share of the dated consultations lies outside of their reporting year; 0 without dates."""
    dates = scored["consulted_on"].dropna() if "consulted_on" in scored else pd.Series(dtype="datetime64[us]")
    return float((dates.dt.year != year).mean()) if len(dates) else 0.0


def of_the_year(scored: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return the consultations without their dates where too many of these lie outside of the year.

    Months of another year are not those of the report; a few stray dates are left where they are.
    """
    if share_off_year(scored, year) <= MOST_OFF_YEAR:
        return scored
    return scored.assign(consulted_on=pd.Series(pd.NaT, index=scored.index, dtype="datetime64[us]"))
