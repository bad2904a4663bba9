"""What customers contributed in a period (CCP), and how unequally.

Contribution = sales less refunds, less the cost of what was sold, less the cost of service. A cost that is
not known is not zero: the contribution of such a customer is *unknown*, and counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import numpy as np
import pandas as pd

from ...intake.code_lists import REFUND
from .lifetime_value import from_fen

Costs = Mapping[str, tuple[Fraction | None, Fraction | None]]


def contributions(orders: pd.DataFrame, interactions: pd.DataFrame | None, costs: Costs) -> pd.DataFrame:
    """Return what each customer contributed.

    Parameters
    ----------
    orders : DataFrame
        Orders of the period: ``customer_id``, ``amount`` (refunds negative), ``kind``, ``cost`` if there is.
        A refund without a cost gives none back: what was bought for it is spent.
    interactions : DataFrame or None
        Services of the period: ``kind``, ``minutes``, ``cost``; None where no such table is there, and then
        service is left out.
    costs : mapping
        Kind of service → (yuan a minute, yuan a contact); see `Assumptions.service`.

    Returns
    -------
    DataFrame
        By customer_id, in yuan: ``sales`` (net), ``cost``, ``service``, ``contribution``; a cost that is
        unknown, and the contribution with it, is missing.

    Examples
    --------
    >>> bought = {"customer_id": ["a", "a"], "amount": [12000.0, 3600.5], "cost": [3000, 900.25]}
    >>> served = pd.DataFrame({"customer_id": "a", "kind": ["上门"] * 12 + ["电话"], "minutes": 30})
    >>> costs = {"上门": (None, Fraction(150)), "电话": (Fraction(20), None)}
    >>> contributions(pd.DataFrame(bought), served, costs).loc["a"].to_dict()
    {'sales': 15600.5, 'cost': 3900.25, 'service': 2400.0, 'contribution': 9300.25}
    """
    sold = _sum_orders(orders)
    served = _sum_services(interactions, costs) if interactions is not None else None
    everyone = sold.index if served is None else sold.index.union(served.index)
    sold = sold.reindex(everyone)
    bought = pd.Series(everyone.isin(orders["customer_id"]), index=everyone)
    sales = sold["sales"].fillna(0)
    cost = sold["cost"].where(bought, 0.0)
    service = served.reindex(everyone).where(everyone.isin(served.index), 0.0) if served is not None else 0.0
    table = pd.DataFrame({"sales": sales, "cost": cost, "service": service}, index=everyone)
    table["contribution"] = table["sales"] - table["cost"] - table["service"]
    fen = {name: [None if np.isnan(v) else round(v) for v in table[name]] for name in table}
    return pd.DataFrame({name: from_fen(values, everyone) for name, values in fen.items()}).rename_axis(
        "customer_id"
    )


def _sum_orders(orders: pd.DataFrame) -> pd.DataFrame:
    """Sum sales and costs in 分; a cost is missing where that of any sale is."""
    refund = is_refund(orders)
    cost = _float(orders["cost"]) if "cost" in orders else pd.Series(np.nan, index=orders.index)
    cost = cost.mask(refund, cost.fillna(0))
    fen = pd.DataFrame({"sales": _fen(_float(orders["amount"])), "cost": _fen(cost)})
    groups = fen.groupby(orders["customer_id"])
    summed = groups.sum()
    return summed.assign(cost=summed["cost"].mask(groups["cost"].count() < groups.size()))


def is_refund(orders: pd.DataFrame) -> pd.Series:
    """Tell which orders give money back: by their kind or, where none is told, by their sign."""
    kind = orders["kind"] if "kind" in orders else pd.Series(pd.NA, index=orders.index)
    return kind.eq(REFUND).fillna(False).astype(bool) | (_float(orders["amount"]) < 0)


def _sum_services(interactions: pd.DataFrame, costs: Costs) -> pd.Series:
    """Sum what services cost, in 分; missing where the minutes of any that is paid by the minute are."""
    rows = interactions[interactions["kind"].isin(list(costs))]
    zero = pd.Series(np.nan, index=rows.index)
    minutes = _float(rows["minutes"]) if "minutes" in rows else zero
    by_minute = rows["kind"].map(
        {kind: float(rate) * 100 for kind, (rate, _) in costs.items() if rate is not None}
    )
    by_contact = rows["kind"].map(
        {kind: float(rate) * 100 for kind, (_, rate) in costs.items() if rate is not None}
    )
    own = _float(rows["cost"]) * 100 if "cost" in rows else zero
    cost = own.fillna(by_contact.astype(float)).fillna(by_minute.astype(float) * minutes).round()
    groups = cost.groupby(rows["customer_id"])
    return groups.sum().mask(groups.count() < groups.size()).astype("float64")


def _float(values: pd.Series) -> pd.Series:
    return pd.to_numeric(values).astype("float64")


def _fen(yuan: pd.Series) -> pd.Series:
    return (yuan * 100).round()


def gini(values: pd.Series | np.ndarray) -> float:
    """Return the Gini coefficient of amounts that are not negative, missing where all are zero.

    Examples
    --------
    >>> round(gini(np.array([1, 1, 2, 2, 3, 4, 5, 8, 14, 60])), 3)
    0.662
    """
    x = np.sort(np.asarray(values, float))
    if not len(x) or x.sum() <= 0:
        return np.nan
    n = len(x)
    return float((2 * np.arange(1, n + 1) - n - 1) @ x / (n * x.sum()))


def gini_of_curve(customers: np.ndarray, share: np.ndarray) -> float:
    """Return the Gini coefficient of a Lorenz curve that is given by some points, the largest first.

    Between two points all are taken to give the same, so it is a lower bound.
    """
    x, y = np.concatenate([[0.0], customers]), np.concatenate([[0.0], share])
    return float(2 * np.trapezoid(y, x) - 1)
