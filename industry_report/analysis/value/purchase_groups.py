"""Customers by recency, frequency and amount (RFM), each in fifths by rank, and the groups that they form."""

from __future__ import annotations

import numpy as np
import pandas as pd

PARTS = 5
# Group → what it is called, and what to do about it (001: strategies by level).
GROUPS = {
    "steady": ("近期购买的高额客户", "Recent, large"),
    "lapsing": ("久未购买的高额客户", "Lapsing, large"),
    "recent": ("近期购买的一般客户", "Recent, smaller"),
    "between": ("居中的客户", "In between"),
    "gone": ("久未购买的一般客户", "Lapsing, smaller"),
}


def fifths(values: pd.Series) -> pd.Series:
    """Return in which fifth by rank each value lies, 5 the largest; equal values lie in the middle of theirs.

    So customers who are all alike are neither large nor small, and neither recent nor lapsing.

    Examples
    --------
    >>> fifths(pd.Series([10, 20, 30, 40, 50])).tolist(), fifths(pd.Series([7, 7, 7, 9, 9])).tolist()
    ([1, 2, 3, 4, 5], [2, 2, 2, 4, 4])
    """
    rank = values.rank(method="average")  # a whole or half number, so that 2 x rank is exact
    n = int(values.notna().sum())
    return ((2 * rank - 1) * PARTS // max(2 * n, 1) + 1).astype("Int64")


def group_purchases(customers: pd.DataFrame) -> pd.DataFrame:
    """Return the fifths of each buyer and the group they fall into.

    Parameters
    ----------
    customers : DataFrame
        Index customer_id; ``recency_days`` since the last order, ``orders``, ``amount``.

    Returns
    -------
    DataFrame
        ``recency`` (5 the most recent), ``frequency``, ``monetary``; ``purchase_group``, a key of `GROUPS`.
    """
    table = pd.DataFrame(
        {
            "recency": fifths(-customers["recency_days"]),
            "frequency": fifths(customers["orders"]),
            "monetary": fifths(customers["amount"]),
        }
    )
    recency, amount = table["recency"].fillna(3), table["monetary"].fillna(1)
    large = (amount >= 4).to_numpy(bool)
    late, new = (recency <= 2).to_numpy(bool), (recency >= 4).to_numpy(bool)
    names = np.select(
        [large & new, large & late, ~large & new, ~large & late],
        ["steady", "lapsing", "recent", "gone"],
        "between",
    )
    return table.assign(purchase_group=names)


def sum_groups(customers: pd.DataFrame) -> pd.DataFrame:
    """Return customers, orders and amounts by group.

    Parameters
    ----------
    customers : DataFrame
        ``purchase_group``, ``orders``, ``amount``.

    Returns
    -------
    DataFrame
        Index ``purchase_group``, those of `GROUPS` that have customers; ``customers``, ``orders``,
        ``amount``, ``share`` of all amounts, missing where these sum to nothing.
    """
    groups = customers.groupby("purchase_group")
    table = pd.DataFrame(
        {"customers": groups.size(), "orders": groups["orders"].sum(), "amount": groups["amount"].sum()}
    )
    table = table.reindex([name for name in GROUPS if name in table.index]).rename_axis("purchase_group")
    total = table["amount"].sum()
    return table.assign(share=table["amount"] / total if total > 0 else np.nan)
