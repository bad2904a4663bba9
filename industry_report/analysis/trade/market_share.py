"""Own figures beside cited totals of a market: share with its range, penetration, location quotient, HHI."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ...base import origin
from ..group_tests import HIGHER, LOWER, compare_pairs

NO_TOTAL, TOO_SMALL, NO_SALES = "no total", "total too small", "no whole year of sales"
_TOTAL = ["value", "low", "high", "source", "published_on"]


def find_totals(market: pd.DataFrame, words: Sequence[str], by: str = "") -> pd.DataFrame:
    """Return the cited totals of a measure, the latest publication first.

    Parameters
    ----------
    market : DataFrame
        The table of external totals: ``region``, ``year``, ``metric``, ``value``, ``low``, ``high``,
        ``source``, ``published_on``.
    words : sequence of str
        What the measure may be called in ``metric``; case and blanks do not count.
    by : str
        ``"customer_type"`` or ``"product"``: totals by it; without, those of everything.

    Returns
    -------
    DataFrame
        ``region``, ``year``, `by`, and what a total carries. A range that does not hold its value is dropped.
    """
    columns = ["region", "year", *([by] if by else []), *_TOTAL]
    rows = market.reindex(columns=["region", "year", "metric", "product", "customer_type", *_TOTAL])
    named = rows["metric"].astype("string").str.replace(r"\s", "", regex=True).str.casefold()
    rows = rows[named.isin(["".join(word.split()).casefold() for word in words]).fillna(False).to_numpy(bool)]
    for column in ("product", "customer_type"):
        rows = rows[rows[column].notna() if column == by else rows[column].isna()]
    numbers = rows[["value", "low", "high"]].apply(pd.to_numeric, errors="coerce").astype("float64")
    holds = (numbers["low"] <= numbers["value"]) & (numbers["value"] <= numbers["high"])
    numbers[["low", "high"]] = numbers[["low", "high"]].where(holds, np.nan)
    rows = rows.assign(**{name: numbers[name] for name in numbers})[columns]
    return rows.sort_values(["year", "published_on", "source"], ascending=False, kind="stable").reset_index(
        drop=True
    )


def share(own: float, total: float, low: float = np.nan, high: float = np.nan) -> pd.Series:
    """Return the share of a market with the range that its total has.

    Parameters
    ----------
    own : float
        Own sales.
    total, low, high : float
        The cited total and its range; NaN where the source gives none.

    Returns
    -------
    Series
        ``rate``, ``low``, ``high`` and ``reason``, empty if there is a share: a total that is missing or
        smaller than one's own sales is said, and nothing is divided by it. The share has no upper end where
        the total may be smaller than one's own sales.

    Examples
    --------
    >>> share(3.2e6, 40e6, 34e6, 48e6)[["rate", "low", "high"]].astype(float).round(3).tolist()
    [0.08, 0.067, 0.094]
    """
    reason = NO_TOTAL if not total > 0 else NO_SALES if not own > 0 else TOO_SMALL if total < own else ""
    if reason:
        return pd.Series({"rate": np.nan, "low": np.nan, "high": np.nan, "reason": reason})
    upper = own / low if low >= own else np.nan
    return pd.Series({"rate": own / total, "low": own / high, "high": upper, "reason": ""})


def shares(own: pd.Series, totals: pd.DataFrame) -> pd.DataFrame:
    """Return the share of every cited total; see `share`.

    Parameters
    ----------
    own : Series
        Own sales by year.
    totals : DataFrame
        See `find_totals`, of one region.

    Returns
    -------
    DataFrame
        ``year``, ``own``, ``value`` (the total), ``rate``, ``low``, ``high``, ``reason``, ``source``,
        ``published_on``; one row for each year and source.
    """
    records = [
        {
            "year": row.year,
            "own": float(own.get(row.year, np.nan)),
            "value": row.value,
            **share(float(own.get(row.year, np.nan)), row.value, row.low, row.high),
            "source": row.source,
            "published_on": row.published_on,
        }
        for row in totals.itertuples()
    ]
    columns = ["year", "own", "value", "rate", "low", "high", "reason", "source", "published_on"]
    return pd.DataFrame(records, columns=columns)


def penetration(
    customers: pd.Series, firms: pd.Series, low: pd.Series | None = None, high: pd.Series | None = None
) -> pd.DataFrame:
    """Return customers per 1,000 firms and the location quotient of each region.

    Parameters
    ----------
    customers : Series
        Own customers by region.
    firms, low, high : Series
        All firms by region, from a cited total, with its range.

    Returns
    -------
    DataFrame
        Index region; ``customers``, ``firms``, ``per_thousand`` with the range ``low``, ``high`` that the
        total gives it, and ``quotient``: the region's share of the customers over its share of the firms, 1
        where both are alike. Regions that lack either, or whose firms are fewer than the customers, are left
        out and are in no base.

    Examples
    --------
    >>> own, firms = pd.Series({"x": 420, "y": 180}), pd.Series({"x": 12_000, "y": 9_000})
    >>> penetration(own, firms)["per_thousand"].tolist()
    [35.0, 20.0]
    """
    table = pd.DataFrame({"customers": customers.astype(float), "firms": firms.astype(float)}).dropna()
    table = table[(table["firms"] > 0) & (table["customers"] <= table["firms"])].rename_axis("region")
    own, every = table["customers"], table["firms"]
    given = [part.reindex(table.index).astype(float) if part is not None else np.nan for part in (high, low)]
    quotient = (own / own.sum()) / (every / every.sum()) if own.sum() else np.nan * own
    return table.assign(
        per_thousand=1000 * own / every,
        low=1000 * own / given[0],
        high=1000 * own / given[1],
        quotient=quotient,
    )


def find_extremes(table: pd.DataFrame) -> tuple[str, str]:
    """Return the regions that are reached most and least, each only where that is clear.

    Clear means: beyond the range that the totals of firms leave to both, and by Holm's adjustment over all
    pairs. A superlative is a claim about all regions, not about the two that differ most.

    Parameters
    ----------
    table : DataFrame
        See `penetration`.

    Returns
    -------
    tuple of str
        Highest and lowest; empty where it cannot be told.
    """
    if len(table) < 2:
        return "", ""
    counts = pd.DataFrame(
        {"consultations": table["firms"].round(), "conversions": table["customers"]}, index=table.index
    ).astype("int64")
    verdicts = compare_pairs(counts)
    low, high = table["low"].fillna(table["per_thousand"]), table["high"].fillna(table["per_thousand"])

    def is_above(one: str, other: str) -> bool:
        pair = verdicts[verdicts["one"].isin([one, other]) & verdicts["other"].isin([one, other])]
        return bool(low[one] > high[other]) and bool(len(pair)) and pair["verdict"].iloc[0] in (HIGHER, LOWER)

    top, bottom = str(table["per_thousand"].idxmax()), str(table["per_thousand"].idxmin())
    is_top = all(is_above(top, str(other)) for other in table.index if other != top)
    is_bottom = all(is_above(str(other), bottom) for other in table.index if other != bottom)
    return top if is_top else "", bottom if is_bottom else ""


def standardised_quotient(own: pd.DataFrame, firms: pd.DataFrame) -> pd.Series:
    """Return the location quotient of each region, standardised for its composition (indirectly).

    Observed customers over those that the region would have if each type of firm there were reached as often
    as in all regions together.

    Parameters
    ----------
    own, firms : DataFrame
        Index region, a column a type; the same in both, no value missing.
    """
    rate = own.sum() / firms.sum()
    expected = (firms * rate).sum(axis=1)
    return (own.sum(axis=1) / expected.where(expected > 0)).rename("standardised")


def hhi(shares: Mapping[str, float] | Sequence[float]) -> tuple[float, float]:
    """Return the least and the greatest Herfindahl-Hirschman index that goes with these market shares.

    Parameters
    ----------
    shares : mapping or sequence
        In percent. What is missing to 100 may be many small competitors, or one.

    Examples
    --------
    >>> hhi([30, 25, 20, 15, 10])
    (2250.0, 2250.0)
    """
    known = np.asarray(list(shares.values() if isinstance(shares, Mapping) else shares), dtype=float)
    rest = max(100.0 - known.sum(), 0.0)
    least = float((known**2).sum())
    return least, least + rest**2


origin.trace_module(globals())
