"""Why a sum moved: customers, frequency and amount (LMDI); growth against the market (shift-share)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ...base import origin


def lmdi(before: Mapping[str, float], after: Mapping[str, float]) -> pd.DataFrame:
    """Split the change of a product among its factors, with nothing left over.

    Logarithmic mean Divisia index, additive (Ang 2004, Energy Policy 32): each factor has the logarithmic
    mean of both products times the logarithm of its own ratio.

    Parameters
    ----------
    before, after : mapping
        Factor → its value, the same factors in both, all positive.

    Returns
    -------
    DataFrame
        Index ``factor``; ``before``, ``after``, ``effect`` in the unit of the product. The effects add up to
        the change. Empty where a factor is not positive: nothing can be split then.

    Examples
    --------
    >>> lmdi({"customers": 100, "amount": 10}, {"customers": 200, "amount": 10})["effect"].tolist()
    [1000.0, 0.0]
    """
    table = pd.DataFrame({"before": pd.Series(before, dtype=float), "after": pd.Series(after, dtype=float)})
    table = table.rename_axis("factor")
    if table.empty or not (table > 0).all(axis=None):
        return table.iloc[:0].assign(effect=pd.Series(dtype=float))
    first, last = table["before"].prod(), table["after"].prod()
    weight = first if np.isclose(first, last, rtol=1e-12) else (last - first) / np.log(last / first)
    return table.assign(effect=weight * np.log(table["after"] / table["before"]))


def sales_effects(before: pd.Series, after: pd.Series) -> pd.DataFrame:
    """Split the change of sales into customers × orders per customer × amount per order.

    Parameters
    ----------
    before, after : Series
        Rows of `sales.by_year`; a withheld number gives an empty table.
    """

    def split(year: pd.Series) -> dict[str, float]:
        sales, orders, customers = (float(year[name]) for name in ("sales", "orders", "customers"))
        frequency = orders / customers if customers else np.nan
        return {
            "customers": customers,
            "frequency": frequency,
            "amount": sales / orders if orders else np.nan,
        }

    return lmdi(split(before), split(after))


def shift_share(own: pd.DataFrame, market: pd.DataFrame) -> pd.DataFrame:
    """Split growth into that of the whole market, of the segments one is in, and one's own.

    Classical shift-share (Dunn 1960): with G the growth of the whole market and g that of a segment, a
    segment's sales before times G, times g - G, and what is left.

    Parameters
    ----------
    own, market : DataFrame
        Index segment (such as region); ``before`` and ``after``. Segments that one of them lacks, or whose
        market was 0 before, are left out.

    Returns
    -------
    DataFrame
        Index of the segments; ``before``, ``after``, ``change`` and its parts ``market``, ``mix``, ``own``.

    Examples
    --------
    >>> own = pd.DataFrame({"before": [100, 50], "after": [130, 45]}, index=["x", "y"])
    >>> all_of_it = pd.DataFrame({"before": [1000, 1000], "after": [1200, 900]}, index=["x", "y"])
    >>> shift_share(own, all_of_it)[["market", "mix", "own"]].sum().round(6).tolist()
    [7.5, 7.5, 10.0]
    """
    whole_market = market[["before", "after"]].add_suffix("_of_all")
    parts = own[["before", "after"]].join(whole_market).astype(float).dropna()
    parts = parts[parts["before_of_all"] > 0]
    whole = parts["after_of_all"].sum() / parts["before_of_all"].sum() - 1 if len(parts) else np.nan
    growth = parts["after_of_all"] / parts["before_of_all"] - 1
    table = parts[["before", "after"]].assign(change=parts["after"] - parts["before"])
    return table.assign(
        market=parts["before"] * whole,
        mix=parts["before"] * (growth - whole),
        own=parts["after"] - parts["before"] * (1 + growth),
    )


origin.trace_module(globals())
