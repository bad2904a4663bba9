"""Repeat purchases without a contract: how many are to come (BG/NBD) and of what amount (gamma-gamma).

Time is in weeks. Of a customer three numbers count: x repeat purchases (those of one day are one), the time
of the last of them and the age, both since the first purchase.

Sources: Fader, Hardie, Lee: "Counting your customers" the easy way, Marketing Science 24 (2005), in the
numerical form of their note of 2019; Fader, Hardie: The gamma-gamma model of monetary value (2013).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.special import betaln, gammaln, hyp2f1

WEEKS_A_MONTH = 4.345
MOST_CORRELATION = 0.3  # of frequency and amount, which gamma-gamma takes to be independent
MOST_FITTED = 20_000  # customers: with more a fit takes longer and becomes no surer
_LARGEST = 12.0  # of a logarithm of a parameter


@dataclass(frozen=True)
class BgNbd:
    """Fitted parameters: purchases are Poisson with rates Gamma(r, α), dropping out is Beta(a, b)."""

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float = np.nan


@dataclass(frozen=True)
class GammaGamma:
    """Fitted parameters: amounts are Gamma(p, ν), ν is Gamma(q, γ) over customers."""

    p: float
    q: float
    gamma: float
    log_likelihood: float = np.nan

    @property
    def mean(self) -> float:
        """The mean amount over all customers; infinite where q is at most 1."""
        return self.p * self.gamma / (self.q - 1) if self.q > 1 else np.inf


def fit_bgnbd(customers: pd.DataFrame) -> BgNbd:
    """Fit BG/NBD by maximum likelihood.

    Parameters
    ----------
    customers : DataFrame
        ``x``, ``last`` and ``age`` of each customer, in weeks. Of more than `MOST_FITTED` every second,
        third … is taken.
    """
    rows = _thin_out(customers).groupby(["x", "last", "age"]).size()
    x, last, age = (rows.index.get_level_values(name).to_numpy(float) for name in ("x", "last", "age"))
    count = rows.to_numpy(float)
    start = [1.0, max(age.mean() / 8, 1), 1.0, 2.0]
    best, (r, alpha, a, b) = _fit(lambda p: (_bgnbd_likelihood(p, x, last, age), count), start)
    return BgNbd(r, alpha, a, b, log_likelihood=best)


def _thin_out(customers: pd.DataFrame) -> pd.DataFrame:
    return customers.iloc[:: -(-len(customers) // MOST_FITTED) or 1]


def _bgnbd_likelihood(parameters: np.ndarray, x: np.ndarray, last: np.ndarray, age: np.ndarray) -> np.ndarray:
    r, alpha, a, b = parameters
    alive = np.log1p(_odds_of_gone(BgNbd(r, alpha, a, b), x, last, age))
    return (
        gammaln(r + x) - gammaln(r) + r * np.log(alpha)
        + betaln(a, b + x) - betaln(a, b) - (r + x) * np.log(alpha + age) + alive
    )  # fmt: skip


def _odds_of_gone(model: BgNbd, x: Any, last: Any, age: Any) -> np.ndarray:
    """Return the odds of having dropped out after the last purchase against being there still."""
    x, last, age = np.asarray(x, float), np.asarray(last, float), np.asarray(age, float)
    power = (model.r + x) * np.log((model.alpha + age) / (model.alpha + last))
    return np.where(x > 0, model.a / (model.b + np.maximum(x, 1) - 1) * np.exp(np.minimum(power, 600)), 0.0)


def probability_alive(model: BgNbd, x: Any, last: Any, age: Any) -> np.ndarray:
    """Return how likely it is that a customer still buys.

    Examples
    --------
    >>> published = BgNbd(0.243, 4.414, 0.793, 2.426)
    >>> probability_alive(published, 2, 30.43, 38.86).round(4).item()
    0.7266
    """
    return 1 / (1 + _odds_of_gone(model, x, last, age))


def expect_purchases(model: BgNbd, weeks: float, x: Any, last: Any, age: Any) -> np.ndarray:
    """Return how many purchases of a customer are to be expected in the next weeks.

    Examples
    --------
    >>> published = BgNbd(0.243, 4.414, 0.793, 2.426)
    >>> expect_purchases(published, 39, 2, 30.43, 38.86).round(4).item()  # as in the paper
    1.226
    """
    x, age = np.asarray(x, float), np.asarray(age, float)
    r, alpha, a, b = model.r, model.alpha, model.a, model.b
    z = weeks / (alpha + age + weeks)
    series = hyp2f1(r + x, b + x, a + b + x - 1, z)
    shrunk = np.exp((r + x) * np.log1p(-z))  # ((α+T)/(α+T+t))^(r+x)
    expected = (a + b + x - 1) / (a - 1) * (1 - shrunk * series)
    return expected / (1 + _odds_of_gone(model, x, last, age))


def expect_purchases_of_new(model: BgNbd, weeks: float) -> float:
    """Return how many repeat purchases a new customer makes on average."""
    r, alpha, a, b = model.r, model.alpha, model.a, model.b
    z = weeks / (alpha + weeks)
    return float((a + b - 1) / (a - 1) * (1 - (alpha / (alpha + weeks)) ** r * hyp2f1(r, b, a + b - 1, z)))


def fit_gamma_gamma(customers: pd.DataFrame) -> GammaGamma:
    """Fit gamma-gamma by maximum likelihood.

    Parameters
    ----------
    customers : DataFrame
        ``x`` and ``mean`` (the mean amount of the repeat purchases, in yuan) of each; those without a repeat
        purchase or an amount above 0 do not count.
    """
    used = _thin_out(customers[(customers["x"] > 0) & (customers["mean"] > 0)])
    x, mean = used["x"].to_numpy(float), used["mean"].to_numpy(float)
    unit = float(np.median(mean))  # else γ is of the order of the amounts and the search crawls
    best, (p, q, gamma) = _fit(lambda v: (_gamma_likelihood(v, x, mean / unit), 1.0), [4.0, 4.0, 1.0])
    return GammaGamma(p, q, gamma * unit, log_likelihood=best - len(x) * np.log(unit))


def _gamma_likelihood(parameters: np.ndarray, x: np.ndarray, mean: np.ndarray) -> np.ndarray:
    p, q, gamma = parameters
    return (
        gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(gamma)
        + (p * x - 1) * np.log(mean) + p * x * np.log(x) - (p * x + q) * np.log(gamma + x * mean)
    )  # fmt: skip


def expect_amount(model: GammaGamma, x: Any, mean: Any) -> np.ndarray:
    """Return the mean amount of a customer's purchases, between their own and that of all.

    Examples
    --------
    >>> expect_amount(GammaGamma(6.25, 3.74, 15.44), [1, 4], [10, 50]).round(4).tolist()
    [17.6863, 48.54]
    """
    x, mean = np.asarray(x, float), np.asarray(mean, float)
    return model.p * (model.gamma + x * mean) / (model.p * x + model.q - 1)


def correlate(customers: pd.DataFrame) -> float:
    """Return the correlation of frequency and amount of repeat customers, missing where there is none."""
    used = customers[(customers["x"] > 0) & (customers["mean"] > 0)]
    if len(used) < 3 or used["x"].nunique() < 2 or used["mean"].nunique() < 2:
        return np.nan
    return float(np.corrcoef(used["x"].astype(float), used["mean"].astype(float))[0, 1])


def model_value(
    purchases: BgNbd, amounts: GammaGamma, customers: pd.DataFrame, months: int = 12, discount: float = 0.01
) -> np.ndarray:
    """Return what the purchases of the next months are worth now, in yuan of sales.

    Parameters
    ----------
    customers : DataFrame
        ``x``, ``last``, ``age``, ``mean``.
    discount : float
        A month. Payments fall at the ends of months.
    """
    known = [customers[name].to_numpy(float) for name in ("x", "last", "age")]
    counts = np.array([expect_purchases(purchases, WEEKS_A_MONTH * i, *known) for i in range(1, months + 1)])
    monthly = np.diff(counts, axis=0, prepend=0)
    weights = (1 + discount) ** -np.arange(1.0, months + 1)
    return expect_amount(amounts, known[0], customers["mean"].fillna(0)) * (weights @ monthly)


def _fit(
    likelihood: Callable[[np.ndarray], tuple[np.ndarray, Any]], start: list[float]
) -> tuple[float, list[float]]:
    """Return the greatest likelihood and its parameters, all above 0: searched for by their logarithms."""

    def cost(logs: np.ndarray) -> float:
        with np.errstate(all="ignore"):
            values, weights = likelihood(np.exp(np.clip(logs, -_LARGEST, _LARGEST)))
            total = float(np.sum(weights * values))
        return -total if np.isfinite(total) else 1e15

    first = minimize(cost, np.log(start), method="L-BFGS-B", bounds=[(-_LARGEST, _LARGEST)] * len(start))
    # The simplex mends what a difference quotient leaves.
    options = {"xatol": 1e-6, "fatol": 1e-7, "maxiter": 2000}
    found = minimize(cost, first.x, method="Nelder-Mead", options=options)
    return -float(found.fun), np.exp(np.clip(found.x, -_LARGEST, _LARGEST)).tolist()
