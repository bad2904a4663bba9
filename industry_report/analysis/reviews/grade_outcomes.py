"""Grades against other indicators: what customers of a grade did next, and whether the grade orders it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

from ...base import table_metadata
from ...base.language import text
from ..customers.snapshots import snapshot
from ..effects import estimate_rate
from ..group_tests import FALLS, NO_TREND, RISES, TOO_FEW, trend
from ..rates import ALPHA, FEW, FEWEST

_Float = npt.NDArray[np.float64]
ORDERED, AMOUNT, COMPLAINED = "ordered", "amount", "complained"
INDICATORS = {
    ORDERED: ("下单客户占比", "Share of customers with an order"),
    AMOUNT: ("户均订单净额", "Net amount per customer"),
    COMPLAINED: ("投诉客户占比", "Share of customers with a complaint"),
}
_SOURCES = {
    ORDERED: ("orders", "orders"),
    AMOUNT: ("orders", "amount"),
    COMPLAINED: ("complaints", "complaints"),
}


@dataclass(frozen=True)
class OrderedTest:
    """Whether an indicator moves with the grade: the test's name, z, two-sided p and the verdict."""

    name: str
    z: float
    p: float
    verdict: str


def jonckheere(groups: Sequence[npt.ArrayLike]) -> tuple[float, float]:
    """Test for a trend of values over ordered groups; z is positive where they rise from first to last.

    Returns
    -------
    tuple of float
        z and its two-sided p; NaN where all values are equal or fewer than two groups have some.

    Notes
    -----
    Jonckheere (1954), Terpstra (1952): over all pairs of groups, how often the later group's value is the
    larger, ties counted half; normal approximation with the variance for ties (Hollander and Wolfe 1999,
    6.19). Values need not be normal, as amounts are not.

    Examples
    --------
    >>> z, p = jonckheere([[1, 2, 3], [2, 3, 4], [4, 5, 6]])
    >>> round(z, 3), round(p, 4)
    (2.593, 0.0095)
    """
    parts = [values for group in groups if len(values := np.sort(np.asarray(group, dtype=float)))]
    if len(parts) < 2:
        return math.nan, math.nan
    wins = sum(_count_wins(lower, upper) for place, upper in enumerate(parts) for lower in parts[:place])
    sizes = np.array([len(part) for part in parts], dtype=float)
    ties = np.unique(np.concatenate(parts), return_counts=True)[1].astype(float)
    total = sizes.sum()
    variance = _find_variance(total, sizes, ties)
    if variance <= 0:
        return math.nan, math.nan
    z = float((wins - (total**2 - (sizes**2).sum()) / 4) / math.sqrt(variance))
    return z, float(2 * norm.sf(abs(z)))


def _count_wins(lower: _Float, upper: _Float) -> float:
    """Count pairs in which the second group's value is larger, ties half; both are sorted."""
    below = np.searchsorted(lower, upper, "left").sum()
    up_to = np.searchsorted(lower, upper, "right").sum()
    return float(below + up_to) / 2


def _find_variance(total: float, sizes: _Float, ties: _Float) -> float:
    def cubes(n: _Float) -> float:
        return float((n * (n - 1) * (2 * n + 5)).sum())

    def triples(n: _Float) -> float:
        return float((n * (n - 1) * (n - 2)).sum())

    def pairs(n: _Float) -> float:
        return float((n * (n - 1)).sum())

    whole = np.array([total])
    first = (cubes(whole) - cubes(sizes) - cubes(ties)) / 72
    second = triples(sizes) * triples(ties) / (36 * triples(whole)) if total > 2 else 0.0
    return first + second + pairs(sizes) * pairs(ties) / (8 * pairs(whole))


def choose_window(day: pd.Timestamp, days: int) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the moments between which lie the last `days` days up to the end of a day.

    Examples
    --------
    >>> begin, end = choose_window(pd.Timestamp("2025-09-30"), 90)
    >>> f"{begin:%Y-%m-%d} {end:%Y-%m-%d}"
    '2025-07-03 2025-10-01'
    """
    end = day.normalize() + pd.Timedelta(days=1)
    return end - pd.Timedelta(days=days), end


def follow_grades(
    grades: pd.Series, tables: Mapping[str, pd.DataFrame], begin: pd.Timestamp, end: pd.Timestamp
) -> pd.DataFrame:
    """Return what each customer did between two moments, beside the grade that he or she had before.

    Parameters
    ----------
    grades : Series
        See `proposals.find_grades`, of the moment `begin`.
    tables : mapping
        Table → its rows; orders and complaints are looked at.
    begin, end : Timestamp
        From the one up to, and without, the other.

    Returns
    -------
    DataFrame
        Index customer_id; ``grade`` and those of `INDICATORS` that the tables can tell. A customer without an
        order has none of amount 0.
    """
    found = pd.DataFrame({"grade": grades})
    for indicator, (table, column) in _SOURCES.items():
        if "customer_id" not in tables.get(table, ()) or tables[table].empty:
            continue
        late, early = (_take(tables[table], table, column, at, grades.index) for at in (end, begin))
        made = (late - early).round(2)
        found[indicator] = made if indicator == AMOUNT else (made > 0).astype(float)
    return found


def _take(rows: pd.DataFrame, table: str, column: str, at: pd.Timestamp, customers: pd.Index) -> pd.Series:
    known = snapshot({table: rows}, at)
    if column not in known:
        return pd.Series(0.0, index=customers)
    return known.set_index("customer_id")[column].astype("Float64").reindex(customers).fillna(0).astype(float)


def tabulate_outcomes(followed: pd.DataFrame) -> pd.DataFrame:
    """Return each indicator by grade, with its interval, highest grade first.

    Returns
    -------
    DataFrame
        Columns ``indicator``, ``grade``, ``customers``, ``value``, ``low``, ``high``: of shares Wilson's, of
        amounts that of the mean (Student's t); missing below 10 customers.
    """
    rows = []
    for indicator in (name for name in INDICATORS if name in followed):
        for grade in followed["grade"].cat.categories[::-1]:
            values = followed.loc[followed["grade"] == grade, indicator].to_numpy(float)
            rows.append((indicator, str(grade), len(values), *_estimate(values, indicator)))
    columns = ["indicator", "grade", "customers", "value", "low", "high"]
    return table_metadata.describe(pd.DataFrame(rows, columns=columns), heads=_heads())


def _heads() -> dict[str, str]:
    return {"indicator": text(zh="指标", en="Indicator"), "value": text(zh="数值", en="Value")}


def _estimate(values: _Float, indicator: str) -> tuple[float, float, float]:
    if len(values) < FEWEST:
        return math.nan, math.nan, math.nan
    if indicator != AMOUNT:
        rate = estimate_rate(float(values.sum()), float(len(values)))
        return rate.value, rate.low, rate.high
    from scipy.stats import t

    mean, error = float(values.mean()), float(values.std(ddof=1)) / math.sqrt(len(values))
    half = float(t.ppf(1 - ALPHA / 2, len(values) - 1)) * error
    low = mean - half
    # Where nobody brought less than nothing the mean cannot be less either.
    return mean, max(low, 0.0) if values.min() >= 0 else low, mean + half


def choose_indicator(outcomes: pd.DataFrame, indicator: str) -> pd.DataFrame:
    """Return the rows of one indicator by grade, named so that they print as what they are.

    Returns
    -------
    DataFrame
        Index ``grade``; ``consultations`` (customers), ``rate`` or ``amount``, ``low``, ``high``.
    """
    own = outcomes[outcomes["indicator"] == indicator].drop(columns="indicator").set_index("grade")
    name = "amount" if indicator == AMOUNT else "rate"
    unit = text(zh="（扣除退款，元）", en=" (after refunds, yuan)") if indicator == AMOUNT else ""
    heads = {name: text(**dict(zip(("zh", "en"), INDICATORS[indicator], strict=True))) + unit}
    heads["consultations"] = text(zh="客户数", en="Customers")
    own = own.rename(columns={"value": name, "customers": "consultations"})
    return table_metadata.describe(own, heads=heads, afresh=True)


def find_order(followed: pd.DataFrame) -> dict[str, OrderedTest]:
    """Test whether indicators move with the grade: Cochran-Armitage of shares, Jonckheere of amounts.

    Returns
    -------
    dict
        Indicator → the test; its verdict is "rises", "falls", "no clear trend" or "too few" (fewer than two
        grades have 30 customers).
    """
    found = {}
    for indicator in (name for name in INDICATORS if name in followed):
        found[indicator] = (
            _test_amounts(followed) if indicator == AMOUNT else _test_shares(followed, indicator)
        )
    return found


def _test_shares(followed: pd.DataFrame, indicator: str) -> OrderedTest:
    grouped = followed.groupby("grade", observed=False)[indicator]
    counts = pd.DataFrame({"consultations": grouped.size(), "conversions": grouped.sum()}).iloc[::-1]
    tested = trend(counts)
    return OrderedTest("Cochran-Armitage", tested.z, tested.p, tested.verdict)


def _test_amounts(followed: pd.DataFrame) -> OrderedTest:
    groups = [
        followed.loc[followed["grade"] == grade, AMOUNT].to_numpy(float)
        for grade in followed["grade"].cat.categories
    ]
    z, p = jonckheere(groups)
    clear = RISES if z > 0 else FALLS
    verdict = TOO_FEW if sum(len(one) >= FEW for one in groups) < 2 else clear if p < ALPHA else NO_TREND
    return OrderedTest("Jonckheere-Terpstra", z, p, verdict)
