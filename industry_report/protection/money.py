"""Money as it may be published: sums, means, quantiles, concentration; and survival curves in large steps.

The face for every report that prints money. A *contributor* is a customer or, where ``parent_id`` names one,
the group of firms that it belongs to: a sum must not tell what one of them gave. `protect_sums` takes all
groupings and all columns of money of a slice at once, for each of them tells of the others. Of an internal
edition nothing is withheld.

>>> policy = Policy(threshold=3, dominance=10, internal=False)
>>> rows = pd.DataFrame({"customer_id": range(12), "type": [*"aaabbbcccddd"],
...                      "sales": [90, 3, 2, 50, 40, 30, 10, 10, 10, 20, 20, 20]})
>>> sums = protect_sums(policy, rows, columns=["sales"], by=["type"])
>>> sums.total["sales"], sums.by["type"]["sales"].to_dict()  # with b withheld, a does not follow
(np.float64(305.0), {'d': 60.0, 'c': 30.0, 'a': nan, 'b': nan})
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..base.errors import InputError
from ..settings.editions import Policy
from .customers import IDENTIFIER
from .groups import ORDERED
from .masked_tables import mark, mask_columns
from .money_masks import NOBODY, arrange, find_masks, is_sensitive

__all__ = ["Sums", "pool_steps", "protect_concentration", "protect_quantiles", "protect_sums"]

FEN = 100  # sums are added in 分: whole numbers give the same sum in every order
PLACES = 3  # of a share that is printed as a percentage with one decimal
DIGITS = 2  # of a quantile: it is some customer's own amount


@dataclass(frozen=True, eq=False)
class Sums:
    """Sums of money of one slice, protected together; see `protect_sums`.

    Attributes
    ----------
    total : Series
        ``customers``, the columns of money and, where asked for, ``mean_…``; missing where withheld.
    by : dict of str to DataFrame
        Grouping → the same columns by group, the largest first and what is withheld last; months and what
        else has an order stay in it.
    """

    total: pd.Series
    by: Mapping[str, pd.DataFrame]


def protect_sums(
    policy: Policy,
    rows: pd.DataFrame,
    columns: Sequence[str],
    by: Sequence[str],
    *,
    means: bool = False,
    hidden: Mapping[str, Any] | None = None,
    known: Mapping[str, Mapping[Any, float]] | None = None,
) -> Sums:
    """Return sums of money by several groupings and their total as they may be published together.

    A group is withheld in all columns where it is sensitive in one: a cost and a profit give the sale. Where
    the total is told, more is withheld until no sum that must not be known follows from it.

    Parameters
    ----------
    policy : Policy
        See `load_policy`.
    rows : DataFrame
        One row a sale or a customer: ``customer_id`` and, if there are such, ``parent_id``; the groupings, of
        which a row belongs to one group or, where it is missing, to none; the columns of money in yuan, of
        either sign. A missing amount is not known and counts nowhere.
    columns, by : sequence of str
        Columns of money, groupings.
    means : bool
        Add ``mean_…``: sum ÷ customers whose amount is known, withheld exactly where the sum is.
    hidden : mapping, optional
        Grouping → groups that another table of the slice withholds; they are withheld here, too.
    known : mapping, optional
        Grouping → group → an amount that another report of the slice shows, at most the group's sum of the
        first column. What readers know of a group anyway hides nobody.

    Raises
    ------
    InputError
        A column is missing.

    Examples
    --------
    >>> policy = Policy(threshold=3, dominance=10, internal=False)
    >>> rows = pd.DataFrame({"customer_id": list("abcd"), "sales": [900, 60, 50, 45], "type": "x"})
    >>> protect_sums(policy, rows, ["sales"], ["type"], means=True).by["type"].to_dict("list")
    {'customers': [4], 'sales': [1055.0], 'mean_sales': [263.75]}
    >>> fewer = rows.assign(sales=[900, 60, 30, 20])  # 30 + 20 is less than 10 % of 900
    >>> protect_sums(policy, fewer, ["sales"], ["type"]).total.isna().all()
    np.True_
    """
    _check_columns(rows, [IDENTIFIER, *columns, *by])
    counted = _with_contributor(rows).assign(**{c: (_to_float(rows[c]) * FEN).round() for c in columns})
    given = arrange(counted, by, columns, policy, known or {})
    tables = {g: _tabulate(counted, g, columns, policy, means=means) for g in by}
    whole = _tabulate(counted.assign(**{NOBODY: "total"}), NOBODY, columns, policy, means=means)
    total = whole.iloc[0] if len(whole) else pd.Series(np.nan, index=whole.columns)
    total = total.astype("float64").rename("total")
    if policy.internal or not len(rows):
        marked = {g: mark(table, internal=policy.internal) for g, table in tables.items()}
        return Sums(mark(total, internal=policy.internal), marked)
    masks, told = find_masks(given, hidden or {})
    by_group = {g: _mask_groups(tables[g], masks[g], given.labels[g]) for g in by}
    if told:
        return Sums(mark(total), by_group)
    return Sums(mark(total * np.nan, {column: ["total"] for column in total.index}), by_group)


def _check_columns(rows: pd.DataFrame, names: Sequence[str]) -> None:
    if missing := [name for name in names if name not in rows]:
        there = ", ".join(map(str, rows.columns))
        raise InputError("money", f"there is no column {', '.join(missing)}.", f"There are: {there}.")


def _to_float(values: pd.Series) -> pd.Series:
    return pd.to_numeric(values).astype("float64")


def _with_contributor(rows: pd.DataFrame) -> pd.DataFrame:
    """Add whose contribution a row is: that of the group of firms, where there is one.

    Who is a parent is named by it as are its daughters; a row of nobody is a contributor of its own.
    """
    own = rows[IDENTIFIER].astype(object)
    named = (
        rows["parent_id"].astype(object).where(rows["parent_id"].notna(), own) if "parent_id" in rows else own
    )
    unnamed = named.isna().to_numpy()
    alone = pd.Series([(place,) for place in range(len(rows))], index=rows.index, dtype=object)
    return rows.assign(contributor=named.where(~unnamed, alone))


def _tabulate(
    counted: pd.DataFrame, grouping: str, columns: Sequence[str], policy: Policy, *, means: bool
) -> pd.DataFrame:
    """Return customers and sums in yuan by group, nothing withheld."""
    groups = counted.groupby(grouping, observed=True)
    table = pd.DataFrame({"customers": groups[IDENTIFIER].nunique().astype("int64")})
    for column in columns:
        table[column] = groups[column].sum(min_count=1) / FEN
    for column in columns if means else ():
        known = counted[counted[column].notna()].groupby(grouping, observed=True)[IDENTIFIER].nunique()
        known = known.reindex(table.index, fill_value=0)
        # Mean and sum tell of how many customers the amount is known, so of how many it is not.
        few = (table["customers"] - known).between(1, policy.threshold - 1) & (not policy.internal)
        table[f"mean_{column}"] = (table[column] / known.where(known > 0)).mask(few)
    return _sort(table, grouping, columns)


def _sort(table: pd.DataFrame, grouping: str, columns: Sequence[str]) -> pd.DataFrame:
    has_order = grouping in ORDERED or not (
        table.index.dtype == object or str(table.index.dtype).startswith("str")
    )
    return table if has_order else table.sort_values([*columns, "customers"], ascending=False, kind="stable")


def _mask_groups(table: pd.DataFrame, mask: Any, labels: Sequence[Any]) -> pd.DataFrame:
    """Withhold all numbers of some groups, which stand last: their place would tell their size."""
    if table.index.name not in ORDERED and not pd.api.types.is_numeric_dtype(table.index):
        last = [label for label in labels if label in mask and label in table.index]
        table = table.reindex([*(label for label in table.index if label not in mask), *last])
    hidden = table.index.isin(list(mask))
    return mask_columns(table, dict.fromkeys(table.columns, hidden))


# --- quantiles


def protect_quantiles(
    policy: Policy,
    rows: pd.DataFrame,
    column: str,
    by: str = "",
    *,
    shares: Sequence[float] = (0.25, 0.5, 0.75),
    hidden: Any = (),
) -> pd.DataFrame:
    """Return quantiles of money, of which enough contributors lie on either side.

    Parameters
    ----------
    policy, rows, column
        As in `protect_sums`; one row a customer.
    by : str
        Grouping; all in one row ``"total"`` without it.
    shares : sequence of float
        Which quantiles. The smallest and the largest amount (0 and 1) are never told.
    hidden : collection
        Groups that another table of the slice withholds.

    Returns
    -------
    DataFrame
        By group: ``customers`` and ``q25``, ``q50``, ``q75``. A quantile is told where n · min(q, 1 − q)
        contributors are at least the threshold, rounded to two significant digits.

    Examples
    --------
    >>> policy = Policy(threshold=3, dominance=10, internal=False)
    >>> rows = pd.DataFrame({"customer_id": range(8), "sales": [110, 120, 130, 140, 150, 160, 170, 180]})
    >>> protect_quantiles(policy, rows, "sales").to_dict("records")
    [{'customers': 8, 'q25': nan, 'q50': 140.0, 'q75': nan}]
    """
    _check_columns(rows, [IDENTIFIER, column, *([by] if by else [])])
    known = _with_contributor(rows)[_to_float(rows[column]).notna()]
    groups = known.groupby(by or (lambda _: "total"), observed=True)
    table = pd.DataFrame({"customers": groups[IDENTIFIER].nunique().astype("int64")})
    least = groups["contributor"].nunique()
    withheld = {"customers": (least < policy.threshold) | least.index.isin(list(hidden))}
    for share in shares:
        name = f"q{share * 100:g}"
        table[name] = groups[column].quantile(share).astype("float64")
        # 300 · 0.3 is 90 and not 89.999…
        withheld[name] = (np.round(least * min(share, 1 - share), 9) < policy.threshold) | withheld[
            "customers"
        ]
    if policy.internal:
        return mark(table, internal=True)
    for name in list(table)[1:]:
        table[name] = table[name].map(_round_digits)
    return mask_columns(table, {name: mask.to_numpy(bool) for name, mask in withheld.items()})


def _round_digits(value: float) -> float:
    """Round to `DIGITS` significant digits."""
    return float(f"{value:.{DIGITS - 1}e}") if np.isfinite(value) else value


# --- concentration


def protect_concentration(
    policy: Policy, rows: pd.DataFrame, column: str, *, steps: int = 10
) -> pd.DataFrame:
    """Return which share of all money the largest contributors give: Lorenz or whale curve in large steps.

    Parameters
    ----------
    policy, rows, column
        As in `protect_sums`.
    steps : int
        Into how many equal steps of contributors the curve is cut, at most.

    Returns
    -------
    DataFrame
        One row a point, the largest contributors first, ending with all of them: ``contributors``,
        ``share_of_customers``, ``share`` of the total, which passes 1 where some contributions are negative.
        Between two points lie at least the threshold of contributors, whose sum passes the p% rule. No rows
        where the total must not be told or is not positive.

    Examples
    --------
    >>> policy = Policy(threshold=3, dominance=10, internal=False)
    >>> rows = pd.DataFrame({"customer_id": range(9), "sales": [40, 30, 20, 4, 3, 3, 0, 0, 0]})
    >>> protect_concentration(policy, rows, "sales").to_dict("list")
    {'contributors': [3, 6, 9], 'share_of_customers': [0.333, 0.667, 1.0], 'share': [0.9, 1.0, 1.0]}
    """
    _check_columns(rows, [IDENTIFIER, column])
    counted = _with_contributor(rows).assign(**{column: (_to_float(rows[column]) * FEN).round()})
    given = counted.dropna(subset=[column]).groupby("contributor")[column].sum()
    amounts = np.sort(given.to_numpy(float))[::-1]
    n, total = len(amounts), float(amounts.sum())
    marks = [_divide_up(n * step, steps) for step in range(1, steps + 1)]
    if total <= 0:
        points: list[int] = []
    elif policy.internal:
        points = sorted(set(marks))
    else:
        points = _choose_points(amounts, marks, policy)
    sums = np.cumsum(amounts)[np.array(points, int) - 1] if points else np.array([])
    table = pd.DataFrame(
        {
            "contributors": np.array(points, np.int64),
            "share_of_customers": np.round(np.array(points) / max(n, 1), PLACES),
            "share": np.round(sums / total, PLACES) if points else sums,
        }
    )
    return mark(table, internal=policy.internal)


def _divide_up(product: int, divisor: int) -> int:
    """Return a quotient rounded up, in whole numbers."""
    return -(-product // divisor)


def _choose_points(amounts: np.ndarray, marks: Sequence[int], policy: Policy) -> list[int]:
    """Return the points between which every stretch may be told; none where all together may not be."""
    if is_sensitive(amounts, policy):
        return []
    points: list[int] = []
    for mark_ in marks:
        last = points[-1] if points else 0
        if mark_ - last >= policy.threshold and not is_sensitive(amounts[last:mark_], policy):
            points.append(mark_)
    # What is left at the end is too little to be told apart: it goes with the stretch before it.
    while points and points[-1] < len(amounts):
        points.pop()
        last = points[-1] if points else 0
        if not is_sensitive(amounts[last:], policy):
            points.append(len(amounts))
    while len(points) > 1 and _is_top_narrowed(amounts, points, policy):
        points.pop(0)
    return points if len(points) > 1 else []


def _is_top_narrowed(amounts: np.ndarray, points: Sequence[int], policy: Policy) -> bool:
    """Tell whether the curve bounds the largest contribution to within p percent.

    All of the first stretch give at least what those of the second give on average. What is above that is
    all that the largest can have more, and it must not be nearly all known.
    """
    top, floor = amounts[: points[0]], amounts[points[0] : points[1]].mean()
    above = np.maximum(top - max(floor, 0), 0)
    return bool(above[2:].sum() < policy.dominance / 100 * top[0])


# --- survival curves


def pool_steps(policy: Policy, curve: pd.DataFrame, events: str = "events") -> pd.DataFrame:
    """Return a survival curve in steps that each stand for enough events.

    Parameters
    ----------
    policy : Policy
        See `load_policy`.
    curve : DataFrame
        One row a time, in order: ``survival``, if there are such ``low`` and ``high``, and how many `events`
        happened at that time.
    events : str
        Column of the events.

    Returns
    -------
    DataFrame
        The times at which at least the threshold of events has happened since the one before, with
        ``survival``, ``low`` and ``high``, rounded. How many events and how many were at risk is left out:
        their differences tell who was censored. The curve ends where too few events are left.

    Examples
    --------
    >>> curve = pd.DataFrame({"survival": [0.9, 0.8, 0.7, 0.5], "events": [1, 2, 1, 2]}, index=[1, 2, 3, 5])
    >>> pool_steps(Policy(threshold=3, dominance=10, internal=False), curve)["survival"].to_dict()
    {2: 0.8, 5: 0.5}
    """
    _check_columns(curve, ["survival", events])
    if policy.internal:
        return mark(curve, internal=True)
    kept, since = [], 0
    for place, count in enumerate(curve[events].astype("int64")):
        since += count
        if since >= policy.threshold:
            kept.append(place)
            since = 0
    told = [column for column in ("survival", "low", "high") if column in curve]
    return mark(curve.iloc[kept][told].astype("float64").round(PLACES))
