"""Who answered: response rates, how those who answered differ, bounds, estimates for the customer list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...base import origin, table_metadata
from ...base.language import text
from ...base.table_metadata import Counts
from ..rates import ALPHA, FEWEST, difference, wilson

Z95 = 1.959963984540054
_COUNTS = ["received", "consultations", "conversions"]


@dataclass(frozen=True)
class Response:
    """How many answered; AAPOR Standard Definitions (2016).

    Attributes
    ----------
    invited, complete, partial : int
        Customers asked, with the overall item answered, with some item but not that.
    rate, low, high : float
        RR1, complete answers of all invited, and its Wilson interval; missing of fewer than ten.
    with_partial : float
        RR2, which counts partial ones, too.
    """

    invited: int
    complete: int
    partial: int
    rate: float
    low: float
    high: float
    with_partial: float


def response_rates(
    complete: int, partial: int, refusal: int = 0, non_contact: int = 0, other: int = 0, unknown: int = 0
) -> tuple[float, float]:
    """Return RR1 and RR2 of AAPOR, the unknown ones taken for eligible.

    Examples
    --------
    >>> response_rates(200, 20, 180, 300, 0, 100)
    (0.25, 0.275)
    """
    asked = complete + partial + refusal + non_contact + other + unknown
    return (complete / asked, (complete + partial) / asked) if asked else (np.nan, np.nan)


def count_response(wave: pd.DataFrame, invited: int | None = None) -> Response:
    """Count who was invited and who answered.

    Parameters
    ----------
    wave : DataFrame
        One row a customer, see `answers.take_wave`: invitations and answers.
    invited : int, optional
        How many were invited, where the rows hold only those who answered.
    """
    complete, partial = int(wave["complete"].sum()), int(wave["partial"].sum())
    asked = len(wave) if invited is None else max(invited, len(wave))
    rates = response_rates(complete, partial, other=asked - complete - partial)
    n = np.array([asked if asked >= FEWEST else 0], dtype=float)
    low, high = wilson(np.array([complete], dtype=float), n)
    known = asked >= FEWEST
    return Response(
        *(asked, complete, partial, rates[0] if known else np.nan, float(low[0]), float(high[0])),
        rates[1] if known else np.nan,
    )


def has_invitations(wave: pd.DataFrame) -> bool:
    """Tell whether the rows hold invitations that were not answered: else nothing tells the response."""
    return bool((~wave["complete"] & ~wave["partial"]).any())


def bound(rate: float, share: float) -> tuple[float, float]:
    """Return between what a share of all invited lies, whatever those who did not answer think.

    Manski (1989), Journal of Human Resources 24: 343-360.

    Parameters
    ----------
    rate, share : float
        Response rate, and the share among those who answered.

    Examples
    --------
    >>> [round(end, 2) for end in bound(0.6, 0.8)]
    [0.48, 0.88]
    """
    return rate * share, rate * share + 1 - rate


@dataclass(frozen=True)
class Weighted:
    """An estimate for the customer list.

    Attributes
    ----------
    value, se, low, high : float
        The weighted mean, its standard error and 95 % interval; missing where a stratum has under two.
    raw : float
        The unweighted mean.
    effective : float
        Kish's effective number of answers.
    answered : int
        Their number.
    """

    value: float
    se: float
    low: float
    high: float
    raw: float
    effective: float
    answered: int


def post_stratify(strata: pd.DataFrame) -> Weighted:
    """Weight the means of strata by how many customers the list has in each.

    Cochran (1977), Sampling Techniques, section 5A.9, with finite population correction; effective number
    after Kish (1965).

    Parameters
    ----------
    strata : DataFrame
        One row a stratum: ``listed`` customers on the list, ``answered`` of them, ``mean`` of their answers
        and ``variance`` (with n - 1).

    Examples
    --------
    >>> share = np.array([0.5, 0.8])
    >>> n = np.array([60, 140])
    >>> table = pd.DataFrame({"listed": [3000, 1000], "answered": n, "mean": share,
    ...                       "variance": share * (1 - share) * n / (n - 1)})
    >>> round(post_stratify(table).value, 3), round(post_stratify(table).effective, 1)
    (0.575, 101.8)
    """
    n, listed = strata["answered"].to_numpy(float), strata["listed"].to_numpy(float)
    mean, variance = strata["mean"].to_numpy(float), strata["variance"].to_numpy(float)
    if not len(strata) or (n < 2).any() or (listed < n).any():
        return Weighted(np.nan, np.nan, np.nan, np.nan, np.nan, np.nan, int(n.sum()))
    share = listed / listed.sum()
    value = float(share @ mean)
    se = float(np.sqrt((share**2 * (1 - n / listed) * variance / n).sum()))
    raw, effective = float(n @ mean / n.sum()), float(1 / (share**2 / n).sum())
    return Weighted(value, se, value - Z95 * se, value + Z95 * se, raw, effective, int(n.sum()))


def summarise_strata(values: pd.Series, groups: pd.Series, listed: Mapping[str, int]) -> pd.DataFrame:
    """Return the strata of `post_stratify` out of answers and a customer list.

    Strata in which fewer than two answered go together with the next smallest, for nothing can be said of
    them alone; customers of a type that nobody on the list has are left out.

    Parameters
    ----------
    values : Series
        A number for each customer who answered, such as 1 and 0, or 100, 0 and -100 for NPS.
    groups : Series
        The stratum of each.
    listed : mapping
        Stratum → customers on the list.
    """
    known = pd.DataFrame({"value": values.astype("Float64"), "group": groups.astype(object)}).dropna()
    known = known[known["group"].isin(list(listed))].astype({"value": float})
    grouped = known.groupby("group")["value"]
    table = pd.DataFrame({"listed": pd.Series(dict(listed), dtype="int64")})
    table["answered"] = grouped.size().reindex(table.index, fill_value=0).astype("int64")
    label = _join_small(table)
    parts = known["group"].map(label)
    table = table.groupby(label).sum()
    table["mean"] = known.groupby(parts)["value"].mean()
    table["variance"] = known.groupby(parts)["value"].var(ddof=1)
    return table.rename_axis("stratum")


def _join_small(table: pd.DataFrame) -> pd.Series:
    """Return stratum → label: the smallest together until each has two answers."""
    order = table.sort_values(["answered", "listed"]).index.tolist()
    small = [name for name in order if table.loc[name, "answered"] < 2]
    while 0 < table.loc[small, "answered"].sum() < 2 and len(small) < len(order):
        small.append(order[len(small)])
    if small and table.loc[small, "answered"].sum() == 0 and len(small) < len(order):
        small.append(order[len(small)])
    joined = "、".join(map(str, small))
    return pd.Series({name: joined if name in small else str(name) for name in table.index})


def response_by(wave: pd.DataFrame, column: str, success: pd.Series) -> pd.DataFrame:
    """Return by group who was invited, who answered, and the rate of a success among these.

    Parameters
    ----------
    wave : DataFrame
        One row a customer.
    column : str
        What groups them.
    success : Series
        1, 0 or missing for each; missing for those who did not answer.

    Returns
    -------
    DataFrame
        Index `column`; ``received`` invited, ``consultations`` who answered, ``conversions`` successes,
        ``rate``, ``low``, ``high``. It declares what it counts, for `disclosure.protect`. No rows where the
        column is missing.
    """
    if column not in wave or wave.empty or wave[column].isna().all():
        return _describe(
            pd.DataFrame(columns=["received", "consultations", "conversions"], dtype="int64"), column
        )
    frame = pd.DataFrame({"group": wave[column].astype(object), "success": success.astype("Float64")})
    grouped = frame.dropna(subset=["group"]).groupby("group", sort=False)["success"]
    table = grouped.agg(["size", "count", "sum"]).astype("int64")
    table.columns = pd.Index(_COUNTS)
    return _describe(table.sort_values("received", ascending=False, kind="stable"), column)


def _describe(table: pd.DataFrame, column: str) -> pd.DataFrame:
    n = table["consultations"].to_numpy(float)
    n = np.where(n >= FEWEST, n, np.nan)
    low, high = wilson(table["conversions"].to_numpy(float), np.nan_to_num(n))
    rate = table["conversions"].to_numpy(float) / n
    table = table.assign(rate=rate, low=low, high=high).rename_axis(column)
    counts = Counts((column,), {"received": "all", "consultations": "known", "conversions": "successes"})
    return table_metadata.describe(table, heads=heads(), counts=counts)


def describe_average(counts: pd.DataFrame) -> pd.Series:
    """Return one row of ``consultations`` and ``conversions`` with its rate, for `disclosure.protect`."""
    row = _describe(counts.assign(received=counts["consultations"]), "all").iloc[0].drop("received")
    told = Counts((), {"consultations": "known", "conversions": "successes"})
    return table_metadata.describe(row, heads=heads(), counts=told, afresh=True)


def compare_shares(now: pd.Series, before: pd.Series) -> tuple[float, float, float]:
    """Return the difference of two shares of satisfied, with its 95 % interval (Newcombe 1998)."""
    gap, low, high = difference(now, before)
    return round(gap, 3), round(low, 3), round(high, 3)


def weighted_heads() -> dict[str, str]:
    """Return what the columns of estimates for the customer list are called."""
    return {
        "estimate": text(zh="估计方法", en="Estimate"),
        "rate": text(zh="满意度（高分占比）", en="Satisfied (top box)"),
        "nps": text(zh="净推荐值", en="NPS"),
        "effective": text(zh="有效样本量", en="Effective answers"),
    }


def heads() -> dict[str, str]:
    """Return what the columns of counts of a survey are called."""
    return {
        "received": text(zh="受邀客户", en="Invited"),
        "consultations": text(zh="有效答卷", en="Answered"),
        "conversions": text(zh="满意", en="Satisfied"),
        "rate": text(zh="满意度（高分占比）", en="Satisfied (top box)"),
        "returned": text(zh="回收率", en="Response rate"),
    }


def compare_response(table: pd.DataFrame) -> float:
    """Return the p value of equal response rates in all groups (chi-square); missing where there is no test.

    Parameters
    ----------
    table : DataFrame
        ``received`` and ``consultations`` by group.
    """
    from scipy.stats import chi2_contingency

    counts = table[["received", "consultations"]].dropna().to_numpy(float)
    cells = np.column_stack([counts[:, 1], counts[:, 0] - counts[:, 1]])
    cells = cells[cells.sum(axis=1) > 0]
    if len(cells) < 2 or (cells.sum(axis=0) == 0).any():
        return np.nan
    result = chi2_contingency(cells, correction=False)
    return float(result[1]) if (result[3] >= 5).mean() >= 0.8 else np.nan  # Cochran's rule


def is_different(p: float) -> bool:
    """Tell whether a p value speaks of a difference."""
    return bool(p < ALPHA)


origin.trace_module(globals())
