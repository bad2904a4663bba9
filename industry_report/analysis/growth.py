"""What changed since the year before: of a whole, of each group, and how much of it is a changed mix."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..base import origin, table_metadata
from ..base.language import text
from . import conversion
from .conversion import COUNTS, REST


def of_total(now: float, before: float, years: tuple[int, int]) -> pd.DataFrame:
    """Return a count of two years and what it gained.

    Parameters
    ----------
    now, before : float
        Counts; one that is not a number is withheld.
    years : (int, int)
        The year before and this year.

    Returns
    -------
    DataFrame
        Index ``year``; ``received``, ``gained`` on the year before and ``growth``, which is ``gained`` over
        the count of the year before.

    Examples
    --------
    >>> of_total(5588, 4955, (2024, 2025)).loc[2025, ["received", "gained", "growth"]].round(3).tolist()
    [5588.0, 633.0, 0.128]
    """
    counts = np.array([float(before), float(now)])
    gained = np.array([np.nan, counts[1] - counts[0]])
    growth = np.array([np.nan, gained[1] / counts[0] if counts[0] else np.nan])
    table = pd.DataFrame(
        {"received": counts, "gained": gained, "growth": growth}, index=pd.Index(years, name="year")
    )
    hidden = [year for year, count in zip(years, counts, strict=True) if np.isnan(count)]
    return table_metadata.describe(table, withheld={"received": hidden} if hidden else None)


def of_groups(now: pd.DataFrame, before: pd.DataFrame, *, overlapping: bool = False) -> pd.DataFrame:
    """Compare each group with itself a year before: how many came, and whether the rate changed.

    Parameters
    ----------
    now, before : DataFrame
        Published tables of `conversion.by` or `conversion.by_grade`, whose rates measure the same over the
        same time to purchase.

    Returns
    -------
    DataFrame
        Index of `now`; ``consultations``, ``year_before``, ``gained``, ``growth`` (of the count before) and
        ``contribution``, the share that the group has in the net gain of all groups, where all groups of both
        years are shown and the gain is not zero; ``rate``, ``reference`` (the rate before), ``difference``
        with its interval ``low``, ``high``, and the ``verdict`` after Benjamini and Hochberg. A number that
        either year withholds, or that follows from one, is missing. The pooled rest is left out: what is in
        it differs between years.
    """
    column = "received" if "received" in now or "received" in before else "consultations"
    groups = [group for group in now.index if group not in REST.values()]
    everybody, earlier = _all_consultations(now), _all_consultations(before)
    counts = pd.DataFrame({column: everybody, "year_before": earlier.reindex(now.index)})
    counts = counts.loc[groups].astype(float)
    counts["gained"] = counts[column] - counts["year_before"]
    counts["growth"] = counts["gained"] / counts["year_before"].where(counts["year_before"] > 0)
    whole = np.nan if overlapping else _total_gain(everybody, earlier)
    counts["contribution"] = counts["gained"] / whole
    shown = [table.loc[table.index.isin(groups), COUNTS].dropna().astype("int64") for table in (now, before)]
    both = shown[0].index.intersection(shown[1].index, sort=False)
    tested = conversion.differences(shown[0].loc[both], shown[1].loc[both], planned=False)
    rates = tested[["rate", "reference", "difference", "low", "high", "verdict"]].reindex(groups)
    table = counts.join(rates).rename_axis(now.index.name)
    heads = {
        "year_before": text(zh="上年咨询数", en="Year before"),
        "gained": text(zh="比上年增减", en="Change"),
        "growth": text(zh="增长", en="Growth"),
        "contribution": text(zh="占净增量", en="Share of the gain"),
        "reference": text(zh="上年比率", en="Rate a year before"),
        "difference": text(zh="比上年（个百分点）", en="Change of rate (points)"),
    }
    hidden = {
        column: [group for group in groups if pd.isna(everybody[group])],
        "year_before": [group for group in groups if group in earlier.index and pd.isna(earlier[group])],
    }
    return table_metadata.describe(table, heads=heads, withheld=hidden, afresh=True)


def _all_consultations(table: pd.DataFrame) -> pd.Series:
    """Return all consultations of each group: a column of its own where some have no outcome yet."""
    return table["received" if "received" in table else "consultations"]


def _total_gain(now: pd.Series, before: pd.Series) -> float:
    """Return what all groups gained together; not a number where one is withheld or nothing was gained."""
    if now.isna().any() or before.isna().any():
        return np.nan
    gain = float(now.sum() - before.sum())
    return gain or np.nan


def decompose(n: pd.DataFrame, x: pd.DataFrame) -> pd.Series:
    """Split the change of a rate into changes within groups and the change of their mix.

    Direct standardisation (Kitagawa 1955 with the mix of the earlier year as the standard): ``within`` is how
    the rate would have changed with the earlier year's mix, ``mix`` is what is left.

    Parameters
    ----------
    n, x : DataFrame
        Consultations and conversions of each group (columns) in the earlier and the later year (rows).

    Returns
    -------
    Series
        ``reference`` (rate of the earlier year), ``within``, ``mix``, ``rate`` and ``standardised``, the
        later year's rate at the earlier mix: ``reference + within + mix == rate``. All missing where a group
        is empty in the later year, whose rate it would need.

    Examples
    --------
    >>> n = pd.DataFrame({"a": [50, 80], "b": [50, 20]}, index=[2024, 2025])
    >>> x = pd.DataFrame({"a": [5, 16], "b": [25, 12]}, index=[2024, 2025])
    >>> decompose(n, x).round(3).to_dict()  # doctest: +NORMALIZE_WHITESPACE
    {'reference': 0.3, 'within': 0.1, 'mix': -0.12, 'rate': 0.28, 'standardised': 0.4}
    """
    names = ["reference", "within", "mix", "rate", "standardised"]
    if len(n) != 2 or n.empty or (n.iloc[1][n.iloc[0] > 0] == 0).any() or not n.sum(axis=1).all():
        return pd.Series(np.nan, index=names)
    earlier, later = x.iloc[0].sum() / n.iloc[0].sum(), x.iloc[1].sum() / n.iloc[1].sum()
    weights = n.iloc[0] / n.iloc[0].sum()
    rates = (x.iloc[1] / n.iloc[1].where(n.iloc[1] > 0)).fillna(0.0)
    same = float((weights * rates).sum())
    return pd.Series([earlier, same - earlier, later - same, later, same], index=names, dtype=float)


origin.trace_module(globals())
