"""Planned comparisons: named in the parameters before the run, adjusted together (Holm)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy.stats import norm

from ...base import origin
from ...base.errors import InputError, did_you_mean
from ..conversion import HIGHER, LOWER, NO_DIFFERENCE
from ..group_tests import NOT_COMPARED, holm
from ..rates import ALPHA, FEW

_COLUMNS = ["now", "before", "difference", "low", "high", "p"]


def check_planned(planned: Sequence[str], known: Mapping[str, str] | Sequence[str]) -> tuple[str, ...]:
    """Return the planned comparisons, each once and in the order given.

    Raises
    ------
    InputError
        A comparison is none that the report makes.
    """
    for name in planned:
        if name not in known:
            problem = f"{name!r} is no comparison of this report."
            remedy = did_you_mean(str(name), list(known), f"There are: {', '.join(known)}.")
            raise InputError("parameter planned", problem, remedy)
    return tuple(dict.fromkeys(planned))


def compare_shares(x: float, n: float, y: float, m: float) -> dict[str, float]:
    """Compare two proportions: difference with Newcombe's interval, p of the chi-square or Fisher's test."""
    from ..group_tests import compare_pairs

    if not min(n, m) >= FEW:
        return dict.fromkeys(_COLUMNS, np.nan)
    table = pd.DataFrame({"consultations": [n, m], "conversions": [x, y]}, index=["now", "before"])
    row = compare_pairs(table.astype("int64")).iloc[0]
    return {
        "now": x / n,
        "before": y / m,
        **{name: float(row[name]) for name in ("difference", "low", "high", "p")},
    }


def compare_means(now: tuple[float, float, float], before: tuple[float, float, float]) -> dict[str, float]:
    """Compare two means with large-sample intervals (Welch).

    Parameters
    ----------
    now, before : tuple
        Mean, variance of the mean, number of customers. Customers who are in both make the means resemble
        each other; the interval supposes they do not, which is the side of caution.
    """
    if not min(now[2], before[2]) >= FEW:
        return dict.fromkeys(_COLUMNS, np.nan)
    gap, deviation = now[0] - before[0], float(np.sqrt(now[1] + before[1]))
    half = norm.ppf(1 - ALPHA / 2) * deviation
    p = float(2 * norm.sf(abs(gap) / deviation)) if deviation else float(gap == 0)
    values = (now[0], before[0], gap, gap - half, gap + half, p)
    return dict(zip(_COLUMNS, values, strict=True))


def adjust(compared: Mapping[str, Mapping[str, float]]) -> pd.DataFrame:
    """Adjust the p values of planned comparisons together.

    Parameters
    ----------
    compared : mapping
        Comparison → what `compare_shares` or `compare_means` returns.

    Returns
    -------
    DataFrame
        Index ``comparison``; ``now``, ``before``, ``difference``, ``low``, ``high``, ``p``, ``p_adjusted``
        (Holm, over those that could be made) and ``verdict``.
    """
    table = pd.DataFrame.from_dict(dict(compared), orient="index", columns=_COLUMNS, dtype=float)
    made = table["p"].notna().to_numpy(bool)
    adjusted = np.full(len(table), np.nan)
    adjusted[made] = holm(table["p"].to_numpy(float)[made])
    clear = adjusted < ALPHA
    rising, falling = (table["low"] > 0).to_numpy(bool), (table["high"] < 0).to_numpy(bool)
    verdict = np.select(
        [~made, clear & rising, clear & falling], [NOT_COMPARED, HIGHER, LOWER], NO_DIFFERENCE
    )
    return table.assign(p_adjusted=adjusted, verdict=verdict).rename_axis("comparison")


origin.trace_module(globals())
