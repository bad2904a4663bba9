"""What customers could buy besides (CPV): white space beside their peers, list prices, or a share of revenue.

The formula is the institution's own, see params/customer-value.yaml. White space, the default: over the
products that a customer lacks, the share of peers who have it × the median yearly amount of these × margin.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd

from .assumptions import LIST_PRICE, WALLET, Potential
from .lifetime_value import from_fen


def potentials(
    customers: pd.DataFrame, bought: pd.DataFrame, rules: Potential, margin: Fraction
) -> tuple[pd.Series, pd.DataFrame]:
    """Return the potential of each buyer, and where it lies.

    Parameters
    ----------
    customers : DataFrame
        Index customer_id, all buyers: ``customer_type``, ``employees``, ``annual_revenue`` where there are.
    bought : DataFrame
        ``customer_id``, ``product``, ``amount``: what each bought of each product in a year, net, in yuan.
    rules : Potential
        See `Assumptions.potential`.
    margin : Fraction
        Share of sales that is left.

    Returns
    -------
    Series
        Yuan; missing where there are too few peers, or where their revenue is not known.
    DataFrame
        By product: ``potential`` over all customers who lack it, ``customers`` of these. None for the wallet.
    """
    bought = bought[bought["amount"] > 0]
    if rules.formula == WALLET:
        return _share_of_revenue(customers, bought, rules.wallet_rate, margin), _no_products()
    groups = group_peers(customers, rules.size_limits)
    peers = groups.map(groups.value_counts()) - 1
    worth = _value_gaps(groups, bought, rules, margin)
    has = _list_owners(customers.index, bought, worth.columns)
    enough = (peers >= rules.fewest_peers).fillna(False).to_numpy(bool)
    gaps = worth.reindex(groups.astype(object)).to_numpy(float)
    gaps = np.where(has | ~enough[:, None] | np.isnan(gaps), 0.0, gaps)
    value = from_fen(
        [round(fen) if known else None for fen, known in zip(gaps.sum(axis=1), enough, strict=True)],
        customers.index,
    )
    table = pd.DataFrame(
        {"potential": gaps.sum(axis=0) / 100, "customers": (gaps > 0).sum(axis=0)},
        index=worth.columns.rename("product"),
    )
    table = table[table["customers"] > 0]
    return value, table.sort_values("potential", ascending=False, kind="stable")


def group_peers(customers: pd.DataFrame, limits: tuple[int, ...]) -> pd.Series:
    """Return of which kind a customer is: type and size; missing without a type."""
    none = pd.Series(pd.NA, index=customers.index, dtype="object")
    kind = customers["customer_type"].astype(object) if "customer_type" in customers else none
    size = pd.to_numeric(customers.get("employees", pd.Series(np.nan, customers.index))).astype("float64")
    band = pd.Series(np.searchsorted(limits, size.fillna(-1), "right"), customers.index)
    band = band.where(size.notna(), -1)
    return (kind.astype("string") + "|" + band.astype("string")).where(kind.notna())


def _value_gaps(groups: pd.Series, bought: pd.DataFrame, rules: Potential, margin: Fraction) -> pd.DataFrame:
    """Return what lacking a product is worth, in 分, by kind of customer and product."""
    rows = bought.assign(peers=bought["customer_id"].map(groups)).dropna(subset=["peers", "product"])
    found: dict[str, dict[str, float]] = {}
    sizes = groups.value_counts()
    for (kind, product), part in rows.groupby(["peers", "product"], observed=True):
        if sizes[kind] <= 1:
            continue
        median = Fraction(float(part["amount"].median())).limit_denominator(200)
        if rules.formula == LIST_PRICE:
            median = rules.list_prices.get(str(product), Fraction(0))
        # Who lacks it is none of those who have it: of the others, so many do.
        worth = gap_value(len(part), int(sizes[kind]) - 1, median, margin)
        found.setdefault(kind, {})[str(product)] = float(worth * 100)
    return pd.DataFrame.from_dict(found, orient="index").sort_index(axis=1)


def gap_value(owners: int, peers: int, amount: Fraction | int, margin: Fraction) -> Fraction:
    """Return what a product that a customer lacks is worth: share of peers who have it × amount × margin.

    Examples
    --------
    >>> gap_value(24, 40, 2600, Fraction(6, 10)), gap_value(6, 40, 3800, Fraction(6, 10))
    (Fraction(936, 1), Fraction(342, 1))
    """
    return Fraction(owners, peers) * amount * margin


def _list_owners(index: pd.Index, bought: pd.DataFrame, products: pd.Index) -> np.ndarray:
    owners = (
        pd.crosstab(bought["customer_id"], bought["product"].astype(str)) if len(bought) else pd.DataFrame()
    )
    return owners.reindex(index=index, columns=products).fillna(0).to_numpy(float) > 0


def _share_of_revenue(
    customers: pd.DataFrame, bought: pd.DataFrame, rate: Fraction, margin: Fraction
) -> pd.Series:
    revenue = pd.to_numeric(customers.get("annual_revenue", pd.Series(np.nan, customers.index)))
    spent = bought.groupby("customer_id")["amount"].sum().reindex(customers.index).fillna(0)
    left = (revenue.astype("float64") * float(rate) - spent).clip(lower=0) * float(margin)
    return from_fen([None if np.isnan(v) else round(v * 100) for v in left], customers.index)


def _no_products() -> pd.DataFrame:
    return pd.DataFrame({"potential": [], "customers": []}, dtype=float).rename_axis("product")
