"""What customers ask for: shares of demand, where they go, when they come, where service falls short.

All tables rest on published ones, so they show nothing that the report of the slice withholds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from ..base import origin, table_metadata
from ..base.errors import InputError
from ..base.language import text
from .conversion import (
    ALPHA,
    HIGHER,
    LOWER,
    NO_DIFFERENCE,
    REST,
    Measure,
    difference,
    differences,
    with_interval,
)
from .group_tests import holm
from .seasonality import Season, find_season

__all__ = [
    "FALLING",
    "RISING",
    "STEADY",
    "UNSURE",
    "Season",
    "compare_weak",
    "count_stated",
    "demand",
    "directions",
    "find_season",
    "gain",
    "service",
]

RISING, STEADY, FALLING, UNSURE = "rising", "steady", "falling", "not enough evidence"
_SHARE = Measure()  # only its interval is used; heads are set here


def demand(table: pd.DataFrame, total: int, stated: int | None = None) -> pd.DataFrame:
    """Return which share of the consultations each group makes up.

    Parameters
    ----------
    table : DataFrame
        A published table of `conversion.by`.
    total : int
        All consultations of the slice.
    stated : int, optional
        Those that name a group at all: the base of the shares. A blank field is no falling demand. By
        default all name one.

    Returns
    -------
    DataFrame
        Index of `table`; ``asked``, the consultations of the group, ``rate``, their share of those that name
        one, and its interval ``low``, ``high``. A number that `table` withholds is withheld here.
        The fact ``total`` is the base, ``stated`` its share of `total`. Empty if `table` is.
    """
    column = "received" if "received" in table else "consultations"
    base = total if stated is None else stated
    asked = table[column].astype("float64")
    known = pd.DataFrame({"consultations": float(base), "conversions": asked}, index=table.index)
    shares = with_interval(known.fillna({"conversions": 0.0}), _SHARE)[["rate", "low", "high"]]
    result = shares[asked.notna()].reindex(table.index).assign(asked=asked)
    result = result[["asked", "rate", "low", "high"]].sort_values("asked", ascending=False, kind="stable")
    hidden = table_metadata.withheld(table).get(column, [])
    table_metadata.describe(
        result,
        heads={"rate": text(zh="占注明该项的咨询的比例", en="Share of consultations that name one")},
        withheld=dict.fromkeys(result.columns, hidden) if hidden else {},
        afresh=True,
    )
    return table_metadata.tell(result, total=base, stated=base / total if total else 1.0)


def count_stated(scored: pd.DataFrame, column: str) -> int:
    """Return how many consultations state a column; of a product that names several, once each."""
    if column not in scored:
        return 0
    values = scored[column].astype("string").str.strip()
    return int((values.notna() & (values != "")).sum())


def directions(
    now: Mapping[str, pd.DataFrame], before: Mapping[str, pd.DataFrame], steady_within: float
) -> pd.DataFrame:
    """Tell which shares of demand rise, stay and fall, and of which that cannot be said.

    Parameters
    ----------
    now, before : mapping of str to DataFrame
        Kind of group (such as "product") → `demand` of this year and of the earlier one.
    steady_within : float
        A share is steady if its change, with the whole interval, is less than so many percent of the earlier
        share: a point is little of a third of the demand and much of a fiftieth. This is equivalence (two
        one-sided tests, Schuirmann 1987), not a lack of evidence, so it comes before any direction: a change
        that is surely small is steady even if it is surely not zero.

    Returns
    -------
    DataFrame
        Columns ``kind``, ``group``, ``share_before``, ``share``, ``difference`` with Newcombe's interval
        ``low``, ``high``, and ``direction``: "steady" where the whole interval lies within `steady_within`;
        "rising" or "falling" only where the interval excludes zero and the p value, adjusted after Benjamini
        and Hochberg over all rows, is below 0.05; else "not enough evidence", as where a number is withheld
        or the share of consultations that name the kind changed by more than the margin of the group: a
        product that more records leave blank has not lost demand. The pooled rest is left out. Empty without
        an earlier year.

    Raises
    ------
    InputError
        `steady_within` is not above zero.
    """
    if not steady_within > 0:
        problem = f"expected a percentage above 0, got {steady_within!r}."
        raise InputError("parameter steady_within", problem, "Write for example steady_within: 20.")
    ours, theirs = _counts(now), _counts(before)
    groups = ours.index.intersection(theirs.index, sort=False)
    counts = (table.loc[groups].reset_index(drop=True) for table in (ours, theirs))
    table = differences(*counts, planned=False).set_axis(groups)
    margin = steady_within / 100 * table["reference"]
    steady = (table["low"] >= -margin) & (table["high"] <= margin)
    incomplete = _incomplete(now, before, margin)
    direction = np.select(
        [incomplete, steady, table["verdict"] == HIGHER, table["verdict"] == LOWER],
        [UNSURE, STEADY, RISING, FALLING],
        UNSURE,
    )
    found = pd.DataFrame(
        {
            "share_before": table["reference"],
            "share": table["rate"],
            "difference": table["difference"],
            "low": table["low"],
            "high": table["high"],
            "direction": direction,
        },
        index=groups,
    )
    return _with_untold(found, now)


def _incomplete(
    now: Mapping[str, pd.DataFrame], before: Mapping[str, pd.DataFrame], margin: pd.Series
) -> np.ndarray:
    """Tell of which groups the kind was recorded so differently that no direction may be stated."""
    changed = {
        kind: abs(
            table_metadata.fact(now[kind], "stated", 1.0) - table_metadata.fact(before[kind], "stated", 1.0)
        )
        for kind in now
        if kind in before
    }
    kinds = margin.index.get_level_values("kind").map(changed).to_numpy(float)
    return np.asarray(kinds > margin.to_numpy(float))


def _counts(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return shown counts of all kinds of groups as `conversion.differences` takes them."""
    parts = [
        pd.DataFrame(
            {"consultations": table_metadata.fact(table, "total"), "conversions": asked.to_numpy("int64")},
            index=pd.MultiIndex.from_product([[kind], asked.index], names=["kind", "group"]),
        )
        for kind, table in tables.items()
        if len(asked := table.loc[~table.index.isin(REST.values()), "asked"].dropna())
    ]
    if parts:
        return pd.concat(parts)
    nothing = pd.MultiIndex.from_arrays([[], []], names=["kind", "group"])
    return pd.DataFrame({"consultations": [], "conversions": []}, index=nothing, dtype="int64")


def _with_untold(found: pd.DataFrame, now: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Add the groups of this year that the earlier one does not show; keep the order of demand."""
    groups = [
        (kind, group) for kind, table in now.items() for group in table.index if group not in REST.values()
    ]
    index = pd.MultiIndex.from_tuples(groups, names=["kind", "group"]) if groups else found.index
    table = found.reindex(index)
    table["direction"] = table["direction"].fillna(UNSURE)
    return table.reset_index()


def service(shares: pd.DataFrame) -> pd.DataFrame:
    """Return for each score of the consultation how many are weak and how many strong.

    Parameters
    ----------
    shares : DataFrame
        Published table of `conversion.score_shares`.

    Returns
    -------
    DataFrame
        Index ``dimension``; ``strong``, the share above the middle of the scale, ``weak``, that below it,
        and the interval of the latter, ``low``, ``high``; missing where a count is withheld.
    """
    rows = [_weak_and_strong(str(name), part) for name, part in shares.groupby("dimension", sort=False)]
    table = pd.DataFrame(rows, columns=["dimension", "strong", "weak", "low", "high"]).set_index("dimension")
    hidden = table.index[table["weak"].isna()].tolist()
    table_metadata.describe(table, withheld=dict.fromkeys(table.columns, hidden) if hidden else {})
    if len(shares):
        middle = (shares["score"].min() + shares["score"].max()) / 2
        heads = {
            "weak": text(zh=f"低分（低于{middle:g}分）占比", en=f"Weak (below {middle:g})"),
            "strong": text(zh=f"高分（高于{middle:g}分）占比", en=f"Strong (above {middle:g})"),
        }
        table_metadata.describe(table, heads=heads)
    return table


def _weak_and_strong(dimension: str, part: pd.DataFrame) -> list[object]:
    counts = part.set_index("score")["consultations"]
    middle = (counts.index.min() + counts.index.max()) / 2
    if counts.isna().any() or not counts.sum():
        return [dimension, *[np.nan] * 4]
    weak = pd.DataFrame(
        {"consultations": [counts.sum()], "conversions": [counts[counts.index < middle].sum()]}
    )
    row = with_interval(weak, _SHARE).iloc[0]
    return [dimension, counts[counts.index > middle].sum() / counts.sum(), row.rate, row.low, row.high]


def gain(by_score: pd.DataFrame, dimension: str) -> pd.DataFrame:
    """Compare strong with weak scores of a dimension: how the measure differs between them.

    Returns
    -------
    DataFrame
        Rows "strong" and "weak"; ``consultations``, ``conversions``, ``rate``, and in both the
        ``difference`` strong less weak with its interval ``low``, ``high``. Empty where a count is withheld
        or nobody is in one of them.
    """
    part = by_score[by_score["dimension"] == dimension].set_index("score")[["consultations", "conversions"]]
    middle = (part.index.min() + part.index.max()) / 2 if len(part) else 0
    sides = {"strong": part[part.index > middle], "weak": part[part.index < middle]}
    if part.isna().any(axis=None) or any(not side["consultations"].sum() for side in sides.values()):
        return pd.DataFrame(columns=["consultations", "conversions", "rate", "difference", "low", "high"])
    counts = pd.DataFrame({name: side.sum() for name, side in sides.items()}).T
    rates = with_interval(counts, _SHARE)[["consultations", "conversions", "rate"]]
    apart = difference(rates.loc["strong"], rates.loc["weak"])
    return rates.assign(difference=apart[0], low=apart[1], high=apart[2])


def compare_weak(levels: pd.DataFrame, dimensions: Sequence[str]) -> pd.DataFrame:
    """Test which of several scores of the same consultations is weak most often.

    Two scores of one consultation are paired: only the consultations that are weak in one of the two tell
    them apart (McNemar 1947, exact). Holm over all pairs.

    Parameters
    ----------
    levels : DataFrame
        The level of every dimension of graded consultations: `scoring.levels`.
    dimensions : sequence of str
        Columns to compare, of one scale.

    Returns
    -------
    DataFrame
        ``one``, ``other``, ``only_one`` and ``only_other`` (consultations weak in that score alone), ``p``,
        ``p_adjusted`` and the ``verdict``: "higher" if the first is weak more often.
    """
    middle = {name: (levels[name].min() + levels[name].max()) / 2 for name in dimensions}
    rows = []
    for one, other in combinations(dimensions, 2):
        pair = levels[[one, other]].dropna()
        first, second = ((pair[name] < middle[name]).to_numpy(bool) for name in (one, other))
        apart = int((first & ~second).sum()), int((second & ~first).sum())
        p = binomtest(apart[0], sum(apart)).pvalue if sum(apart) else 1.0
        rows.append((one, other, *apart, float(p)))
    table = pd.DataFrame(rows, columns=["one", "other", "only_one", "only_other", "p"])
    table["p_adjusted"] = holm(table["p"].to_numpy(float))
    clear, more = table["p_adjusted"] < ALPHA, table["only_one"] > table["only_other"]
    return table.assign(verdict=np.select([clear & more, clear], [HIGHER, LOWER], NO_DIFFERENCE))


origin.trace_module(globals())
