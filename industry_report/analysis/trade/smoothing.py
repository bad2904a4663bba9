"""Exponential smoothing with additive errors: ETS(A,N,N), ETS(A,N,A), ETS(A,A,A), ETS(A,Ad,A).

Given the smoothing parameters, the one-step errors are linear in the initial states. So these are solved for
(variable projection, Golub and Pereyra 1973) and only two to four numbers are searched: the likelihood is
that of statsmodels, whose search over 15 to 18 numbers takes several times as long, and fifty times where the
threads of BLAS compete for the processor. The tests hold the two against each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

_Float = npt.NDArray[np.float64]

_LEAST, _MOST = 1e-4, 0.9999  # of a smoothing parameter
_DAMPING = 0.8, 0.98  # the usual region: less damps at once, more cannot be told from no damping
_STARTS = ((0.3, 0.1, 0.1, 0.9), (0.7, 0.05, 0.3, 0.95))


class Form(NamedTuple):
    """Which parts a model has, as Hyndman and others (2008) name them; errors are additive."""

    trend: bool = False
    damped: bool = False
    season: int = 12  # periods; 0 for no season

    @property
    def name(self) -> str:
        """Its name, such as ETS(A,Ad,A)."""
        trend = ("Ad" if self.damped else "A") if self.trend else "N"
        return f"ETS(A,{trend},{'A' if self.season else 'N'})"


@dataclass(frozen=True, eq=False)
class Fit:
    """A fitted model.

    Attributes
    ----------
    form : Form
        Which model.
    alpha, beta, gamma, phi : float
        Smoothing of level, trend and season, and damping; 0 (of `phi` 1) where the model has none.
    initial : array
        Level, trend (if any) and, but for the last, which is 0, the seasons that the series begins with.
    states : array
        Level, trend (if any) and the seasons to come, next first, at its end.
    sse : float
        Sum of squared one-step errors.
    size : int
        Number of observations.
    """

    form: Form
    alpha: float
    beta: float
    gamma: float
    phi: float
    initial: _Float
    states: _Float
    sse: float
    size: int

    @property
    def parameters(self) -> int:
        """How many numbers were estimated."""
        return 1 + self.form.trend + self.form.damped + bool(self.form.season) + len(self.initial)

    @property
    def sigma(self) -> float:
        """The standard deviation of a one-step error: SSE over observations less parameters."""
        return float(np.sqrt(self.sse / max(self.size - self.parameters, 1)))

    @property
    def aicc(self) -> float:
        """Akaike's criterion, corrected for a short series; the variance counts as a parameter."""
        k, n = self.parameters + 1, self.size
        loglik = -n / 2 * (np.log(2 * np.pi * max(self.sse, 1e-300) / n) + 1)
        return float(2 * k - 2 * loglik + 2 * k * (k + 1) / max(n - k - 1, 1e-9))

    def forecast(self, ahead: int) -> _Float:
        """Return the forecasts 1, 2 … periods ahead."""
        steps = np.arange(1, ahead + 1)
        points = np.full(ahead, self.states[0])
        if self.form.trend:
            points = points + self.states[1] * np.cumsum(self.phi**steps)
        if self.form.season:
            points = points + np.resize(self.states[1 + self.form.trend :], ahead)
        return points

    def error_weights(self, ahead: int) -> _Float:
        """Return by how much a one-step error moves the forecasts 1, 2 … periods later.

        Hyndman, Koehler, Ord and Snyder (2008), table 6.1, class 1.
        """
        steps = np.arange(1, ahead + 1)
        weights = self.alpha + self.beta * np.cumsum(self.phi**steps)
        return weights + (self.gamma * (steps % self.form.season == 0) if self.form.season else 0)


def fit_smoothing(values: Sequence[float] | _Float, form: Form, start: Fit | None = None) -> Fit:
    """Fit a model by maximum likelihood of normal errors, initial states and all.

    Parameters
    ----------
    values : sequence of float
        At least two seasons for a seasonal model.
    form : Form
        Which model.
    start : Fit, optional
        A fit to nearly the same series, from which the search goes on; without it there are two starts.

    Examples
    --------
    >>> fit_smoothing([5, 7, 6, 8, 7, 9, 8, 10], Form(season=0)).form.name
    'ETS(A,N,N)'
    """
    series = np.asarray(values, dtype=float)
    scale = float(np.std(series)) or 1.0
    starts = _STARTS if start is None else [_as_searched(start)]
    used = np.array([True, form.trend, bool(form.season), form.damped])
    bounds = np.array([(_LEAST, _MOST)] * 3 + [_DAMPING])[used]
    best = min(
        (
            minimize(_loss, np.array(point)[used], (series / scale, form, used), "L-BFGS-B", bounds=bounds)
            for point in starts
        ),
        key=lambda result: result.fun,
    )
    smoothing = _as_smoothing(best.x, used)
    errors, initial, states = _run(series, form, smoothing)
    return Fit(form, *smoothing, initial, states, float(errors @ errors), len(series))


def _as_smoothing(searched: _Float, used: npt.NDArray[np.bool_]) -> tuple[float, float, float, float]:
    """Return alpha, beta, gamma, phi: beta is at most alpha, gamma at most 1 - alpha."""
    full = np.array([0.0, 0.0, 0.0, 1.0])
    full[used] = searched
    alpha, beta, gamma, phi = (float(number) for number in full)
    return alpha, alpha * beta, (1 - alpha) * gamma, phi


def _as_searched(fit: Fit) -> tuple[float, float, float, float]:
    return fit.alpha, fit.beta / fit.alpha, fit.gamma / (1 - fit.alpha), min(fit.phi, _DAMPING[1])


def _loss(searched: _Float, series: _Float, form: Form, used: npt.NDArray[np.bool_]) -> float:
    errors, _, _ = _run(series, form, _as_smoothing(searched, used))
    return float(np.log(max(float(errors @ errors), 1e-300)))


def _run(series: _Float, form: Form, smoothing: tuple[float, ...]) -> tuple[_Float, _Float, _Float]:
    """Return one-step errors, the initial states that make them smallest, and the states at the end.

    Every quantity is a row: its part that comes from the series first, then what each initial state adds.
    """
    alpha, beta, gamma, phi = smoothing
    free = 1 + form.trend + max(form.season - 1, 0)
    unit = np.eye(free + 1)[1:]
    level, trend = unit[0], unit[1] if form.trend else np.zeros(free + 1)
    season = [*unit[1 + form.trend :], np.zeros(free + 1)] if form.season else [np.zeros(free + 1)]
    errors = np.empty((len(series), free + 1))
    for period, value in enumerate(series):
        place = period % len(season)
        before = level + phi * trend
        error = -before - season[place]
        error[0] += value
        errors[period] = error
        level, trend = before + alpha * error, phi * trend + beta * error
        season[place] = season[place] + gamma * error
    initial = _solve(errors)
    at = np.concatenate([[1.0], initial])
    place = len(series) % len(season)
    rows = [level, *([trend] if form.trend else []), *season[place:], *season[:place]]
    return errors @ at, initial, np.array(rows if form.season else rows[:-1]) @ at


def _solve(errors: _Float) -> _Float:
    """Return the initial states of least squares."""
    design, target = -errors[:, 1:], errors[:, 0]
    try:
        return np.asarray(np.linalg.solve(design.T @ design, design.T @ target), dtype=float)
    except np.linalg.LinAlgError:  # a season that the series never reaches
        return np.asarray(np.linalg.lstsq(design, target, rcond=None)[0])
