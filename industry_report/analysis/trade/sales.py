"""Orders → sales, orders and customers by month and by year; refunds stand apart."""

from __future__ import annotations

import pandas as pd

from ...base import origin

REFUND = "退款"
CONTRIBUTOR, CUSTOMER = "contributor", "customer_id"
FULL_MONTH_WITHIN = 2  # days before its end from which on a month counts as reported in full
_SUMS = ["sales", "orders", "customers", "refunds", "refunded"]


def read_sales(orders: pd.DataFrame, customers: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return one row an order: what was sold and what was given back, by whom and when.

    Parameters
    ----------
    orders : DataFrame
        ``customer_id``, ``ordered_on``, ``amount`` (yuan) and, where the data have it, ``kind``. A refund is
        an order of that kind, whatever the sign of its amount, or one with a negative amount.
    customers : DataFrame, optional
        Their profiles: with ``parent_id`` the firms of a group are one contributor (for protection), with
        ``customer_type`` each order has the type of its customer.

    Returns
    -------
    DataFrame
        ``customer_id``, ``contributor``, ``customer_type``, ``product``, ``month`` (period), ``sale`` and
        ``refund`` in yuan, neither negative. An order of 0 yuan is neither.

    Examples
    --------
    >>> days = pd.to_datetime(["2025-01-03", "2025-01-09"])
    >>> rows = pd.DataFrame({"customer_id": ["a", "a"], "ordered_on": days, "amount": [900.0, -900.0]})
    >>> read_sales(rows)[["sale", "refund"]].to_numpy().tolist()
    [[900.0, 0.0], [0.0, 900.0]]
    """
    amount = orders["amount"].astype("float64")
    kind = orders["kind"] if "kind" in orders else pd.Series("", index=orders.index)
    is_refund = kind.eq(REFUND).fillna(False).to_numpy(bool) | amount.lt(0).to_numpy(bool)
    rows = pd.DataFrame(
        {
            CUSTOMER: orders[CUSTOMER].astype("object"),
            "product": orders.get("product"),
            "month": pd.to_datetime(orders["ordered_on"]).dt.to_period("M"),
            "sale": amount.where(~is_refund, 0.0),
            "refund": amount.abs().where(is_refund, 0.0),
        }
    ).reset_index(drop=True)
    return _describe_customers(rows, customers)


def _describe_customers(rows: pd.DataFrame, customers: pd.DataFrame | None) -> pd.DataFrame:
    told = pd.DataFrame(columns=[CUSTOMER]) if customers is None else customers
    told = told.drop_duplicates(CUSTOMER, keep="last").set_index(CUSTOMER)
    types = rows[CUSTOMER].map(told["customer_type"]) if "customer_type" in told else None
    parents = rows[CUSTOMER].map(told["parent_id"]) if "parent_id" in told else rows[CUSTOMER]
    return rows.assign(
        customer_type=pd.Series(types, index=rows.index, dtype="object"),
        contributor=parents.astype("object").where(parents.notna(), rows[CUSTOMER]),
    )


def by_month(rows: pd.DataFrame) -> pd.DataFrame:
    """Return sales by month, from the first to the last month that has any row.

    Parameters
    ----------
    rows : DataFrame
        See `read_sales`.

    Returns
    -------
    DataFrame
        Index ``month`` (period); ``sales`` (yuan), ``orders``, ``customers`` with a sale, ``refunds`` (yuan),
        ``refunded`` orders, ``net`` (sales less refunds, which may be negative), ``per_order`` and
        ``per_customer`` (yuan; missing in a month without a sale). A month without any row is all zero.
    """
    if rows.empty:
        return _with_averages(pd.DataFrame(columns=_SUMS, dtype=float).rename_axis("month"))
    months = pd.period_range(rows["month"].min(), rows["month"].max(), freq="M", name="month")
    return _with_averages(_sum_up(rows, "month").reindex(months, fill_value=0))


def by_year(rows: pd.DataFrame) -> pd.DataFrame:
    """Return sales by calendar year: index ``year``, columns as of `by_month`."""
    return _with_averages(_sum_up(rows.assign(year=rows["month"].dt.year), "year"))


def _sum_up(rows: pd.DataFrame, by: str) -> pd.DataFrame:
    sold, back = rows[rows["sale"] > 0], rows[rows["refund"] > 0]
    parts = {
        "sales": sold.groupby(by)["sale"].sum(),
        "orders": sold.groupby(by).size(),
        "customers": sold.groupby(by)[CUSTOMER].nunique(),
        "refunds": back.groupby(by)["refund"].sum(),
        "refunded": back.groupby(by).size(),
    }
    table = pd.DataFrame(parts).reindex(sorted(rows[by].unique())).fillna(0)
    return table.astype({"orders": "int64", "customers": "int64", "refunded": "int64"}).rename_axis(by)


def _with_averages(table: pd.DataFrame) -> pd.DataFrame:
    sold = table["sales"].where(table["orders"] > 0)
    return table.assign(
        net=table["sales"] - table["refunds"],
        per_order=sold / table["orders"],
        per_customer=sold / table["customers"],
    )


def whole_years(rows: pd.DataFrame) -> frozenset[int]:
    """Return the years of which the data hold all twelve months: only these are set against each other."""
    months = by_month(rows).index
    counts = pd.Series(months.year).value_counts() if len(months) else pd.Series(dtype="int64")
    return frozenset(int(year) for year in counts.index[counts == 12])


def find_gaps(table: pd.DataFrame) -> list[pd.Period]:
    """Return the months of a table of `by_month` in which nothing was sold or given back."""
    quiet = (table["orders"] == 0) & (table["refunded"] == 0)
    return list(table.index[quiet])


def drop_unfinished(rows: pd.DataFrame, cut: pd.Timestamp) -> tuple[pd.DataFrame, pd.Period | None]:
    """Leave out the last month if the data end before it does.

    Parameters
    ----------
    rows : DataFrame
        See `read_sales`.
    cut : Timestamp
        The last day that the data tell of.

    Returns
    -------
    DataFrame, Period or None
        The rows of full months, and the month that was left out. A month counts as full if the data reach to
        within two days of its end.
    """
    month = cut.to_period("M")
    missing = month.days_in_month - cut.day
    if missing <= FULL_MONTH_WITHIN or not (rows["month"] == month).any():
        return rows, None
    return rows[rows["month"] != month], month


def count_new(rows: pd.DataFrame, since: pd.Period | None = None) -> pd.DataFrame:
    """Return by month how many customers bought for the first time, as far as the data reach back.

    Parameters
    ----------
    rows : DataFrame
        See `read_sales`.
    since : Period, optional
        The first month to count. In the first year of the data everyone seems new, so by default that year,
        twelve months, is left out.

    Returns
    -------
    DataFrame
        Index ``month``; ``new`` customers.
    """
    sold = rows[rows["sale"] > 0]
    if sold.empty:
        return pd.DataFrame({"new": []}, dtype="int64").rename_axis("month")
    start = sold["month"].min() + 12 if since is None else since
    first = sold.groupby(CUSTOMER)["month"].min()
    months = pd.period_range(start, rows["month"].max(), freq="M", name="month")
    return first.value_counts().reindex(months, fill_value=0).to_frame("new").rename_axis("month")


def count_returning(rows: pd.DataFrame, year: int) -> tuple[int, int, int]:
    """Return the customers of a year, those of the year before, and how many are both."""
    sold = rows[rows["sale"] > 0]
    now, before = (set(sold.loc[sold["month"].dt.year == y, CUSTOMER]) for y in (year, year - 1))
    return len(now), len(before), len(now & before)


def count_reactivated(rows: pd.DataFrame, year: int) -> int:
    """Return how many customers of a year bought before, but not in the year before it."""
    sold = rows[rows["sale"] > 0]
    when = sold["month"].dt.year
    now, before, earlier = (
        set(sold.loc[chosen, CUSTOMER]) for chosen in (when == year, when == year - 1, when < year - 1)
    )
    return len((now & earlier) - before)


origin.trace_module(globals())
