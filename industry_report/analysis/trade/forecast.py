"""Forecasts of monthly series: exponential smoothing, where it beats the seasonal naive forecast."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

from ...base import origin
from .smoothing import Fit, Form, fit_smoothing

SEASON, LEAST, AHEAD = 12, 24, 12
MOST_TESTED, LEAST_TESTED = 12, 6  # months of the rolling-origin test
SHORT, GAPS, CONSTANT, WITHHELD, NOTHING = "short", "gaps", "constant", "withheld", "nothing"
NAIVE = "seasonal naive"
CANDIDATES = (Form(), Form(trend=True, damped=True))

_Float = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Forecast:
    """What is expected of a monthly series, or why nothing is.

    Attributes
    ----------
    reason : str
        Empty if there is a forecast; else "short" (fewer than 24 months), "gaps" (a month without any
        value), "constant", "withheld" (a month is not published) or "nothing".
    months : int
        Length of the series.
    model : str
        The model that is used: an ETS model or "seasonal naive".
    test : DataFrame
        Index ``model``; ``mae`` of one-step forecasts in the rolling-origin test, ``mase`` (over the mean
        absolute seasonal difference before the test), ``tested`` months. Empty where the series is too short
        to test; then the seasonal naive forecast is used.
    table : DataFrame
        Index ``month``; ``forecast``, ``low80``, ``high80``, ``low95``, ``high95``.
    total : tuple of float
        Sum of the months and its 95 % interval.
    """

    reason: str
    months: int
    model: str
    test: pd.DataFrame
    table: pd.DataFrame
    total: tuple[float, float, float]


def roll(values: Any, form: Form | None, tested: int) -> _Float:
    """Return one-step errors over the last periods, each of a model fitted to what came before.

    Parameters
    ----------
    values : sequence of float
        The series.
    form : Form or None
        The model; None for the value of a season ago.
    tested : int
        How many periods to forecast (Tashman 2000: rolling origin, re-estimated each time).
    """
    series = np.asarray(values, dtype=float)
    first = len(series) - tested
    if form is None:
        return series[first:] - series[first - SEASON : len(series) - SEASON]
    errors, fit = [], None
    for now in range(first, len(series)):
        fit = fit_smoothing(series[:now], form, fit)
        errors.append(series[now] - fit.forecast(1)[0])
    return np.array(errors)


def spread(weights: _Float) -> _Float:
    """Return the standard deviation of forecasts 1, 2 … ahead, in units of that of a one-step error.

    Parameters
    ----------
    weights : array
        See `smoothing.Fit.error_weights`.
    """
    return np.sqrt(np.concatenate([[1.0], 1 + np.cumsum(np.square(weights[:-1]))]))


def spread_of_sum(weights: _Float) -> float:
    """Return that of the sum of all forecasts: the errors of one origin go together."""
    reach = 1 + np.concatenate([[0.0], np.cumsum(weights[:-1])])
    return float(np.sqrt(np.square(reach).sum()))


def predict(series: pd.Series, ahead: int = AHEAD) -> Forecast:
    """Forecast a monthly series by the model that did better on its own last months.

    ETS(A,N,A) or ETS(A,Ad,A), whichever has the lower AICc before the test, is set against the seasonal naive
    forecast, the value of a year ago, over the last 6 to 12 months (rolling origin, one step ahead).

    Parameters
    ----------
    series : Series
        Index of months without a hole, numbers of at least 0. A missing value is a withheld month.
    ahead : int
        Months to forecast.

    Returns
    -------
    Forecast
        Of 24 to 29 months, which leave too few to test, the seasonal naive forecast.
    """
    values = series.to_numpy(float, na_value=np.nan)
    reason = _find_reason(values)
    if reason:
        return no_forecast(reason, len(values))
    test, form = _compete(values)
    points, deviation, of_sum = _project(values, form, ahead)
    months = pd.period_range(series.index[-1] + 1, periods=ahead, freq="M", name="month")
    table = pd.DataFrame({"forecast": points}, index=months)
    for level in (80, 95):
        half = norm.ppf(0.5 + level / 200) * deviation
        table[f"low{level}"], table[f"high{level}"] = points - half, points + half
    half = norm.ppf(0.975) * of_sum
    total = (float(points.sum()), float(points.sum() - half), float(points.sum() + half))
    name = NAIVE if form is None else form.name
    return Forecast("", len(values), name, test, table.clip(lower=0), _floor(total))


def no_forecast(reason: str, months: int = 0) -> Forecast:
    """Return that there is no forecast, and why."""
    columns = ["forecast", "low80", "high80", "low95", "high95"]
    table = pd.DataFrame(columns=columns, dtype=float).rename_axis("month")
    return Forecast(reason, months, "", _no_test(), table, (np.nan,) * 3)


def _floor(total: tuple[float, float, float]) -> tuple[float, float, float]:
    value, low, high = (max(part, 0.0) for part in total)
    return value, low, high


def _find_reason(values: _Float) -> str:
    if not len(values):
        return NOTHING
    if np.isnan(values).any():
        return WITHHELD
    if len(values) < LEAST:
        return SHORT
    if (values == 0).any():
        return GAPS
    return CONSTANT if np.ptp(values) == 0 else ""


def _compete(values: _Float) -> tuple[pd.DataFrame, Form | None]:
    """Set exponential smoothing against the seasonal naive forecast; None if that is no worse."""
    tested = min(MOST_TESTED, len(values) - LEAST)
    if tested < LEAST_TESTED:
        return _no_test(), None
    before = values[: len(values) - tested]
    form = min((fit_smoothing(before, candidate) for candidate in CANDIDATES), key=lambda f: f.aicc).form
    errors = {form.name: roll(values, form, tested), NAIVE: roll(values, None, tested)}
    scale = float(np.abs(before[SEASON:] - before[:-SEASON]).mean())
    mae = pd.Series({name: float(np.abs(part).mean()) for name, part in errors.items()}, name="mae")
    table = mae.to_frame().assign(mase=mae / scale if scale else np.nan, tested=tested).rename_axis("model")
    return table, form if mae[form.name] < mae[NAIVE] else None


def _project(values: _Float, form: Form | None, ahead: int) -> tuple[_Float, _Float, float]:
    """Return points, their standard deviations and that of their sum."""
    if form is None:
        points, apart = np.resize(values[-SEASON:], ahead), values[SEASON:] - values[:-SEASON]
        sigma = float(np.sqrt(np.square(apart).mean()))
        weights = (np.arange(1, ahead + 1) % SEASON == 0).astype(float)
        # Where all months rise, errors do not cancel: whole years differ by as much as years have differed.
        years = np.convolve(apart, np.ones(min(ahead, len(apart))), "valid")
        of_years = float(np.sqrt(np.square(years).mean()))
        return points, sigma * spread(weights), max(sigma * spread_of_sum(weights), of_years)
    fit: Fit = fit_smoothing(values, form)
    points, sigma, weights = fit.forecast(ahead), fit.sigma, fit.error_weights(ahead)
    return points, sigma * spread(weights), sigma * spread_of_sum(weights)


def _no_test() -> pd.DataFrame:
    return pd.DataFrame(columns=["mae", "mase", "tested"], dtype=float).rename_axis("model")


origin.trace_module(globals())
