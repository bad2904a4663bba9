"""Control charts of single values (XmR): which of a series leave the usual variation, and by which rule.

Shewhart's chart for individuals: Wheeler and Chambers (1992), Understanding Statistical Process Control.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..base import origin, table_metadata
from ..base.errors import InputError
from ..base.language import text

LIMIT_FACTOR = 2.66  # 3/d2 with d2 = 1.128 for moving ranges of two values
RANGE_FACTOR = 3.268  # D4, for the upper limit of the moving ranges
RUN = 8  # so many values in a row on one side are a signal
FEWEST = 6  # values below which limits would be guesses
OUTSIDE, SHIFT, USUAL = "outside", "shift", ""


@dataclass(frozen=True)
class Limits:
    """The limits of a chart.

    Attributes
    ----------
    centre : float
        Mean of the values.
    moving_range : float
        Mean absolute difference of neighbours.
    lower, upper : float
        Natural process limits, ``centre ∓ 2.66 · moving_range``.
    """

    centre: float
    moving_range: float
    lower: float
    upper: float


def find_limits(values: pd.Series, least: float = -np.inf) -> Limits:
    """Return the limits that a period sets for what comes after it.

    Parameters
    ----------
    values : Series
        In the order of time; missing ones are passed over.
    least : float
        What a value cannot fall below, such as 0 for a count: the lower limit is not lower.

    Raises
    ------
    InputError
        There are fewer than two values.

    Examples
    --------
    >>> limits = find_limits(pd.Series([52, 47, 53, 51, 50, 48, 55, 49, 54, 46, 51]))
    >>> round(limits.centre, 3), round(limits.moving_range, 1), round(limits.lower, 2), round(limits.upper, 2)
    (50.545, 4.7, 38.04, 63.05)
    """
    known = values.dropna().to_numpy(float)
    if len(known) < 2:
        problem = f"limits need at least two values, got {len(known)}."
        raise InputError("control chart", problem, "Give a longer period.")
    centre, spread = float(known.mean()), float(np.abs(np.diff(known)).mean())
    reach = LIMIT_FACTOR * spread
    return Limits(centre, spread, max(centre - reach, least), centre + reach)


def chart(values: pd.Series, baseline: int | None = None, least: float = -np.inf) -> pd.DataFrame:
    """Return a series with its limits and signals.

    Parameters
    ----------
    values : Series
        In the order of time, indexed by month or another period.
    baseline : int, optional
        How many of the first values set the limits; all of them without it.
    least : float
        See `find_limits`.

    Returns
    -------
    DataFrame
        Index as given; ``value``, ``moving_range`` (missing for the first), ``centre``, ``lower``, ``upper``,
        ``signal``: ``"outside"`` for a value beyond a limit, ``"shift"`` for the eighth and every further
        value in a row on one side of the centre, else empty. A value on the centre ends a run. No rows where
        the baseline has fewer than six values.

    Examples
    --------
    >>> series = pd.Series([52, 47, 53, 51, 50, 48, 55, 49, 54, 46, 51, 68])
    >>> chart(series, baseline=11)["signal"].iloc[-1]
    'outside'
    """
    before = values if baseline is None else values.iloc[:baseline]
    columns = ["value", "moving_range", "centre", "lower", "upper", "signal"]
    if before.notna().sum() < FEWEST:
        return pd.DataFrame(columns=columns).rename_axis(values.index.name)
    limits = find_limits(before, least)
    numbers = values.to_numpy(float, na_value=np.nan)
    table = pd.DataFrame(
        {
            "value": numbers,
            "moving_range": np.abs(np.diff(numbers, prepend=np.nan)),
            "centre": limits.centre,
            "lower": limits.lower,
            "upper": limits.upper,
            "signal": _find_signals(numbers, limits),
        },
        index=values.index,
    )
    formats = dict.fromkeys(columns[:-1], "nps")  # one decimal
    return table_metadata.describe(table, heads=_heads(), formats=formats)


def _find_signals(numbers: np.ndarray, limits: Limits) -> list[str]:
    side = np.sign(numbers - limits.centre)
    signals, run, last = [], 0, 0.0
    for number, where in zip(numbers, side, strict=True):
        run = run + 1 if where == last and where in (-1, 1) else int(where in (-1, 1))
        last = where
        beyond = number < limits.lower or number > limits.upper
        signals.append(OUTSIDE if beyond else SHIFT if run >= RUN else USUAL)
    return signals


def _heads() -> dict[str, str]:
    return {
        "value": text(zh="数值", en="Value"),
        "moving_range": text(zh="移动极差", en="Moving range"),
        "centre": text(zh="中心线", en="Centre"),
        "lower": text(zh="下控制限", en="Lower limit"),
        "upper": text(zh="上控制限", en="Upper limit"),
        "signal": text(zh="信号", en="Signal"),
    }


origin.trace_module(globals())
