"""After how many days consultations end in a purchase: the median and the quartiles, by Kaplan and Meier."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .outcome_window import Window

_DATES = ["consulted_on", "converted_on"]
_QUANTILES = {"quarter_days": 0.25, "median_days": 0.5, "three_quarter_days": 0.75}


def estimate(scored: pd.DataFrame, window: Window | None) -> pd.DataFrame:
    """Return after how many days purchases come, open consultations counted as far as they are known.

    Kaplan and Meier (1958), Journal of the American Statistical Association 53: 457-481.

    Parameters
    ----------
    scored : DataFrame
        Consultations as registered, before `outcome_window.follow`.
    window : Window or None
        See `outcome_window.choose_window`.

    Returns
    -------
    DataFrame
        One row: ``consultations`` at risk, ``conversions`` up to the cut date, ``bought``, the share that
        buys within the window, ``median_days``, by which half of these have bought, and ``quarter_days`` and
        ``three_quarter_days`` likewise. Missing where nobody buys within the window, or where no
        consultation has been followed to its end: nobody knows then how many will buy late in it. No row
        where there is no window, since without dates nothing is known of the time.
    """
    if window is None:
        return pd.DataFrame(columns=["consultations", "conversions", "bought", *_QUANTILES])
    days, event = _durations(scored, window)
    row = {"consultations": len(days), "conversions": int(event.sum()), "bought": np.nan}
    if not event.any():
        return pd.DataFrame([row | dict.fromkeys(_QUANTILES, np.nan)])
    # Here, not above: most reports hold no dates, and the module takes long to import.
    from statsmodels.duration.survfunc import SurvfuncRight

    # A consultation that ends on its own day was there for that day: time 0 becomes 1, and back.
    curve = SurvfuncRight(days + 1, event)
    times, bought = curve.surv_times - 1, 1 - curve.surv_prob
    within = times <= window.days
    if not within.any() or days[event == 0].max(initial=0) < window.days:
        return pd.DataFrame([row | dict.fromkeys(_QUANTILES, np.nan)])
    reached = bought[within][-1]
    quantiles = {
        name: times[np.argmax(bought >= part * reached - 1e-12)] for name, part in _QUANTILES.items()
    }
    return pd.DataFrame([row | {"bought": reached} | quantiles])


def _durations(scored: pd.DataFrame, window: Window) -> tuple[np.ndarray, np.ndarray]:
    """Return for how many days each consultation is known, and whether it ended in a purchase."""
    consulted, bought_on = (scored[column].dt.normalize() for column in _DATES)
    bought = scored["converted"].fillna(False).astype(bool) & ~(bought_on > window.cut)
    end = bought_on.where(bought, window.cut)
    days = (end - consulted).dt.days
    usable = scored["converted"].notna() & (days >= 0)  # a missing date compares as false
    return days[usable].to_numpy("int64"), bought[usable].to_numpy("int64")
