"""Outcomes at equal follow-up: a purchase counts within so many days, and open is not no.

Right censoring: a consultation of last week has had a week to end in a purchase, one of January a year. Rates
over both measure time as much as success. Here every consultation is looked at for the same number of days,
and one that has not been there that long by the day of the data (the cut date) has no outcome *yet*.
"""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral

import numpy as np
import pandas as pd

from ..base import own_names, table_metadata
from ..base.errors import InputError
from ..base.language import text

DAYS = 90  # of follow-up, unless a report chooses another number
MOST_BEFORE = 0.05  # of purchases before their consultation: beyond, rates lack too many buyers to compare
DATED = 0.95  # of purchases need a date, or a window cannot be told from the lack of dates

# What the register says of a consultation at the cut date. Only the first two are in a rate.
BOUGHT, NOT_BOUGHT = "bought", "not bought"
OPEN, LATER, BEFORE = "open", "later", "bought before"
UNDATED, UNKNOWN = "undated", "unknown"
STATES = (BOUGHT, NOT_BOUGHT, OPEN, LATER, BEFORE, UNDATED, UNKNOWN)

ADDED = ("registered", "outcome", "window_days")  # columns of `follow`, not of the data
_DATES = ["consulted_on", "converted_on"]
NEEDED = ("converted", *_DATES)  # columns of a register that tell its window


@dataclass(frozen=True)
class Window:
    """How long each consultation is followed, and up to which day the data know anything.

    Attributes
    ----------
    days : int
        A purchase counts from the day of the consultation to so many days after it.
    cut : Timestamp
        The last day of which the data tell.
    """

    days: int
    cut: pd.Timestamp


def choose_window(register: pd.DataFrame, days: int = DAYS, cut: str = "") -> Window | None:
    """Return the window that outcomes of a register are taken in.

    Parameters
    ----------
    register : DataFrame
        Consultations with ``converted``, ``consulted_on`` and ``converted_on``; of all years that are set
        side by side, so that they share one cut date.
    days : int
        Length of the window.
    cut : str
        The day on which the data were drawn, such as "2025-12-31". Empty for the latest date in them, which
        is never after that day and so never takes an open outcome for a no.

    Returns
    -------
    Window or None
        None where there are no dates to tell a window by: a column is missing, or fewer than 95 % of the
        purchases have their date.

    Raises
    ------
    InputError
        `days` is not a whole number above zero, or `cut` is no date.

    Examples
    --------
    >>> day = pd.to_datetime(["2025-01-10", "2025-12-20"])
    >>> bought = pd.to_datetime(["2025-02-01", None])
    >>> register = pd.DataFrame({"consulted_on": day, "converted": [True, False], "converted_on": bought})
    >>> choose_window(register, 90).cut.date().isoformat()
    '2025-12-20'
    """
    if not isinstance(days, Integral) or isinstance(days, bool) or days < 1:
        problem = f"expected a whole number of days from 1, got {days!r}."
        raise InputError("parameter follow_up_days", problem, "Write for example follow_up_days: 90.")
    if not set(NEEDED) <= set(register):
        return None
    bought = register["converted"].fillna(False).astype(bool)
    dated = register.loc[bought, "converted_on"].notna()
    known = pd.concat([register[column] for column in _DATES]).max()
    if register["consulted_on"].isna().all() or not len(dated) or dated.mean() < DATED:
        return None
    return Window(int(days), _read_cut(cut) if cut else pd.Timestamp(known).normalize())


def _read_cut(cut: str) -> pd.Timestamp:
    try:
        return pd.to_datetime(str(cut), format="%Y-%m-%d")
    except ValueError:
        problem = f"expected a date, got {cut!r}."
        raise InputError("parameter data_cut", problem, 'Write it as "2025-12-31".') from None


def follow(scored: pd.DataFrame, window: Window | None) -> pd.DataFrame:
    """Look at every consultation for the same number of days.

    Parameters
    ----------
    scored : DataFrame
        Consultations.
    window : Window or None
        See `choose_window`; None adds nothing, and nothing is added to consultations without outcomes or
        dates.

    Returns
    -------
    DataFrame
        ``converted`` is true where a purchase is dated within the window, false where there is none and the
        whole window lies before the cut date, else missing. ``outcome``, a categorical, says why: "open"
        (less follow-up than the window), "later" (consulted after the cut date), "bought before" (the
        purchase is dated before the consultation, so it is not its outcome), "undated" (no date of the
        consultation), "unknown" (the register does not say). ``registered`` is ``converted`` as it came: what
        sums of money are of; ``window_days`` repeats the length. A purchase without a date, of which few are
        allowed, counts as within the window. A column of the data that is called as one of these is moved
        aside (`own_names.move_aside`).
    """
    scored = own_names.move_aside(scored, ADDED)
    if window is None or not {"converted", *_DATES} <= set(scored):
        return scored  # a year may lack what the register of all years has
    state = _states(scored, window)
    known = np.isin(state, [BOUGHT, NOT_BOUGHT])
    converted = pd.array(state == BOUGHT, dtype="boolean")
    converted[~known] = pd.NA
    return scored.assign(
        converted=converted,
        registered=scored["converted"],
        outcome=pd.Categorical(state, categories=STATES),
        window_days=window.days,
    )


def _states(scored: pd.DataFrame, window: Window) -> np.ndarray:
    consulted, bought_on = (scored[column].dt.normalize() for column in _DATES)
    bought = scored["converted"].fillna(False).astype(bool)
    lag = (bought_on - consulted).dt.days
    seen = bought & ~(bought_on > window.cut)  # a purchase after the cut date is not known at it
    conditions = [
        scored["converted"].isna(),
        consulted.isna(),
        consulted > window.cut,
        seen & (lag < 0),
        consulted + pd.Timedelta(days=window.days) > window.cut,
        seen & ~(lag > window.days),
    ]
    found = [UNKNOWN, UNDATED, LATER, BEFORE, OPEN, BOUGHT]
    return np.select([condition.to_numpy(bool) for condition in conditions], found, NOT_BOUGHT)


def count_outcomes(followed: pd.DataFrame, by: str = "") -> pd.DataFrame:
    """Return how many consultations have which outcome, so that none of them is lost.

    Parameters
    ----------
    followed : DataFrame
        See `follow`.
    by : {"", "year", "month"}
        One row for all, or one for each year or calendar month.

    Returns
    -------
    DataFrame
        ``received``, and the parts that add up to it: ``followed`` (bought or not), ``open``, ``later``,
        ``bought before``, ``undated``, ``unknown``. No rows where there is no window.
    """
    columns = ["received", "followed", *STATES[2:]]
    if "outcome" not in followed:
        return pd.DataFrame(columns=columns, dtype="int64")
    keys = {
        "": pd.Series(0, index=followed.index),
        "year": followed.get("year"),
        "month": followed["consulted_on"].dt.month,
    }[by]
    counts = pd.crosstab(keys.array, followed["outcome"].array, dropna=False)
    counts = counts.reindex(columns=STATES, fill_value=0).rename_axis(index=by or None, columns=None)
    counts.insert(0, "followed", counts[BOUGHT] + counts[NOT_BOUGHT])
    counts.insert(0, "received", counts[["followed", *STATES[2:]]].sum(axis=1))
    table = counts[columns].astype("int64")
    formats = dict.fromkeys(columns, "consultations")
    return table_metadata.describe(table, heads=_heads(), formats=formats)


def _heads() -> dict[str, str]:
    return {
        "received": text(zh="咨询数", en="Consultations"),
        "followed": text(zh="观察期满", en="Followed in full"),
        OPEN: text(zh="观察期未满", en="Still open"),
        LATER: text(zh="晚于数据截止日", en="After the cut date"),
        BEFORE: text(zh="成交早于咨询", en="Purchase before consultation"),
        UNDATED: text(zh="未注明咨询日期", en="No date of consultation"),
        UNKNOWN: text(zh="未登记是否成交", en="Outcome not registered"),
    }
