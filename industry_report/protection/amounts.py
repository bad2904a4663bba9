"""Sums of money by group: the threshold counts customers, and none may dominate (the p% rule)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..base.errors import InputError
from ..settings.editions import Policy
from .groups import rank_label
from .masked_tables import mark, mask_columns


def dominance(amounts: pd.Series | np.ndarray, p: float) -> bool:
    """Tell whether a sum gives its largest contribution away: the p% rule.

    The second largest contributor, who knows their own, could bound the largest contribution to within p
    percent: what all others give, total - x1 - x2, is less than p/100 of x1 (Hundepool and others 2012,
    section 4.2.2).

    Parameters
    ----------
    amounts : Series or array
        One amount a contributor, not negative.
    p : float
        Percent.
    """
    largest = np.sort(np.asarray(amounts, dtype=float))[::-1]
    return len(largest) > 0 and bool(largest[2:].sum() < p / 100 * largest[0])


def protect_amounts(policy: Policy, sales: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return sums of money by group as they may be published.

    Parameters
    ----------
    policy : Policy
        See `load_policy`.
    sales : DataFrame
        One row a sale: `column`, ``customer_id``, ``amount`` in yuan. Rows where one is missing do not count.
    column : str
        What to group by.

    Returns
    -------
    DataFrame
        Index `column`; ``amount``, missing where the customers are too few or one of them dominates. No total
        is ever published, so nothing can be subtracted from it and no further sum is masked for others' sake.

    Raises
    ------
    InputError
        If an amount is negative: the rule holds for contributions.
    """
    parts = sales[[column, "customer_id", "amount"]].dropna().astype({"amount": "float64"})
    if (parts["amount"] < 0).any():
        problem = f"expected amounts of 0 or more, got {parts['amount'].min():,.2f}."
        raise InputError("disclosure.protect_amounts", problem, "Add refunds to the sales they belong to.")
    given = parts.groupby([column, "customer_id"])["amount"].sum()
    table = given.groupby(level=0).sum().to_frame("amount").rename_axis(column)
    if policy.internal or table.empty:
        return mark(table, internal=policy.internal)
    table = table.reindex(sorted(table.index, key=rank_label))
    hidden = [
        len(part) < policy.threshold or dominance(part, policy.dominance)
        for part in (given.loc[group] for group in table.index)
    ]
    return mask_columns(table, {"amount": np.array(hidden)})
