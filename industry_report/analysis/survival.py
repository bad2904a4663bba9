"""Time until something ends, the ones that have not ended counted as far as they are known (Kaplan-Meier)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..base import origin

_Z95 = 1.959963984540054  # two-sided 95 % of the normal distribution

Numbers = npt.ArrayLike


def curve(days: Numbers, ended: Numbers) -> pd.DataFrame:
    """Return the product-limit estimate of the share that has not ended yet.

    Kaplan and Meier (1958), Journal of the American Statistical Association 53: 457-481. What is censored on
    a day was still there on it. The interval is Greenwood's, on the log-log scale (Kalbfleisch and Prentice
    2002, section 1.4), so that it stays between 0 and 1.

    Parameters
    ----------
    days : array of numbers
        How long each was watched: until its end, or until the last day that is known. 0 is a day, too.
    ended : array of bool
        Whether it ended then; false for one that is still open (right-censored).

    Returns
    -------
    DataFrame
        One row for each time at which some ended: ``days``, ``at_risk``, ``ended``, ``survival``, ``low``,
        ``high``. No rows where none ended.

    Examples
    --------
    >>> days = [1, 1, 2, 3, 3, 5, 8, 8, 13, 20]
    >>> is_closed = [1, 1, 1, 1, 0, 1, 1, 0, 1, 0]
    >>> curve(days, is_closed)["survival"].round(2).tolist()
    [0.8, 0.7, 0.6, 0.48, 0.36, 0.18]
    """
    length, end = np.asarray(days, dtype=float), np.asarray(ended, dtype=bool)
    times, counts = np.unique(length[end], return_counts=True)
    at_risk = len(length) - np.searchsorted(np.sort(length), times, side="left")
    survival = np.cumprod(1 - counts / at_risk)
    left = at_risk - counts
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.sqrt(np.cumsum(np.where(left > 0, counts / (at_risk * left), np.inf))) / np.abs(
            np.log(survival)
        )
        low, high = (survival ** np.exp(sign * _Z95 * spread) for sign in (1, -1))
    is_open = survival > 0
    return pd.DataFrame(
        {
            "days": times,
            "at_risk": at_risk,
            "ended": counts,
            "survival": survival,
            "low": np.where(is_open, low, 0.0),
            "high": np.where(is_open, high, np.nan),
        }
    )


def quantile(estimate: pd.DataFrame, share: float = 0.5) -> float:
    """Return by when a share has ended; not a number where the curve does not come so far.

    Parameters
    ----------
    estimate : DataFrame
        See `curve`.
    share : float
        0.5 for the median.

    Examples
    --------
    >>> quantile(curve([1, 2, 3, 9], [1, 1, 1, 0]), 0.5)
    2.0
    """
    reached = estimate["survival"].to_numpy(float) <= 1 - share + 1e-12
    return float(estimate["days"].iloc[int(np.argmax(reached))]) if reached.any() else np.nan


def quantile_interval(estimate: pd.DataFrame, share: float = 0.5) -> tuple[float, float]:
    """Return the 95 % interval of a quantile (Brookmeyer and Crowley 1982), an open end as infinity.

    Examples
    --------
    >>> quantile_interval(curve([1, 2, 3, 9], [1, 1, 1, 0]))[1]
    inf
    """
    limit = 1 - share + 1e-12
    ends = []
    for side in ("low", "high"):
        reached = np.nan_to_num(estimate[side].to_numpy(float), nan=1.0) <= limit
        ends.append(float(estimate["days"].iloc[int(np.argmax(reached))]) if reached.any() else np.inf)
    return ends[0], ends[1]


def share_ended(estimate: pd.DataFrame, within: float) -> tuple[float, float, float]:
    """Return which share has ended after so many days, with its 95 % interval.

    Parameters
    ----------
    estimate : DataFrame
        See `curve`.
    within : float
        Days; an end on the last of them counts.

    Returns
    -------
    tuple of float
        Share, low, high; 0 and an unknown interval before the first end.

    Examples
    --------
    >>> round(share_ended(curve([1, 1, 2, 3, 3, 5, 8], [1, 1, 1, 1, 0, 1, 0]), 7)[0], 3)
    0.786
    """
    known = estimate[estimate["days"] <= within]
    if known.empty:
        return 0.0, np.nan, np.nan
    last = known.iloc[-1]
    return float(1 - last["survival"]), float(1 - last["high"]), float(1 - last["low"])


origin.trace_module(globals())
