"""Yearly contracts: how many customers renew, and for how long (shifted beta-geometric, sBG).

Every customer leaves with a chance of their own at each renewal, the same each time; over customers it is
Beta(α, β). Those who tend to leave have left soon, so the retention of a cohort rises with its age.

Source: Fader, Hardie: How to project customer retention, Journal of Interactive Marketing 21 (2007); expected
payments: Fader, Hardie: Customer-base valuation in a contractual setting, Marketing Science 29 (2010).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.special import betaln, hyp2f1

FEWEST_OPPORTUNITIES = 2  # of the same customers: one renewal rate does not tell α from β
_LARGEST = 12.0
_STEP = 1e-3  # of a logarithm, for second derivatives


@dataclass(frozen=True)
class Sbg:
    """Fitted parameters with the standard errors of their logarithms."""

    alpha: float
    beta: float
    log_likelihood: float = np.nan
    log_errors: tuple[float, float] = (np.nan, np.nan)


def fit_sbg(renewals: pd.DataFrame) -> Sbg:
    """Fit sBG by maximum likelihood.

    Parameters
    ----------
    renewals : DataFrame
        ``renewed`` (how often a customer did), ``lost`` (whether they then did not) and, where rows stand for
        several, ``customers``. Who was not lost is not known to stay: censored.

    Examples
    --------
    >>> survivors = np.array([1000, 869, 743, 653, 593, 551, 517, 491])
    >>> model = fit_sbg(count_from_survivors(survivors))
    >>> round(model.alpha, 3), round(model.beta, 3), round(model.log_likelihood, 2)
    (0.668, 3.806, -1611.16)
    """
    weight = renewals["customers"] if "customers" in renewals else pd.Series(1, index=renewals.index)
    rows = weight.groupby([renewals["renewed"], renewals["lost"]]).sum()
    times = rows.index.get_level_values(0).to_numpy(float)
    lost = rows.index.get_level_values(1).to_numpy(bool)
    count = rows.to_numpy(float)

    def cost(logs: np.ndarray) -> float:
        alpha, beta = np.exp(np.clip(logs, -_LARGEST, _LARGEST))
        # Lost at the (n+1)th renewal: B(α+1, β+n)/B(α, β); still there after n: B(α, β+n)/B(α, β).
        terms = betaln(np.where(lost, alpha + 1, alpha), beta + times) - betaln(alpha, beta)
        return -float(count @ terms)

    first = minimize(cost, [0.0, 0.5], method="L-BFGS-B", bounds=[(-_LARGEST, _LARGEST)] * 2)
    found = minimize(cost, first.x, method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-8})
    alpha, beta = np.exp(found.x)
    return Sbg(float(alpha), float(beta), -float(found.fun), _find_errors(cost, found.x))


def _find_errors(cost: Callable[[np.ndarray], float], at: np.ndarray) -> tuple[float, float]:
    """Return standard errors from the observed information (second differences)."""
    steps = np.eye(2) * _STEP
    information = np.array(
        [
            [
                cost(at + steps[i] + steps[j]) - cost(at + steps[i] - steps[j])
                - cost(at - steps[i] + steps[j]) + cost(at - steps[i] - steps[j])
                for j in range(2)
            ]
            for i in range(2)
        ]
    ) / (4 * _STEP**2)  # fmt: skip
    if np.linalg.det(information) <= 0:
        return np.nan, np.nan
    first, second = np.sqrt(np.maximum(np.diag(np.linalg.inv(information)), 0))
    return float(first), float(second)


def count_from_survivors(survivors: np.ndarray) -> pd.DataFrame:
    """Return the rows that `fit_sbg` reads from how many of a cohort were there after 0, 1, 2 … renewals."""
    lost = -np.diff(survivors)
    last = len(survivors) - 1
    return pd.DataFrame(
        {
            "renewed": [*range(last), last],
            "lost": [True] * last + [False],
            "customers": [*lost, survivors[-1]],
        }
    )


def retention(model: Sbg, renewal: int | np.ndarray) -> float | np.ndarray:
    """Return the share of those still there who renew for the n-th time."""
    return (model.beta + renewal - 1) / (model.alpha + model.beta + renewal - 1)


def survival(model: Sbg, renewals: int | np.ndarray) -> float | np.ndarray:
    """Return the share of a cohort that is there after n renewals."""
    return np.exp(betaln(model.alpha, model.beta + renewals) - betaln(model.alpha, model.beta))


def expect_payments(model: Sbg, discount: float, renewal: int = 0) -> float:
    """Return the discounted number of yearly payments to come.

    Parameters
    ----------
    discount : float
        A year.
    renewal : int
        0 for a new customer, whose first payment is now; n for one who is about to renew for the n-th time.

    Examples
    --------
    >>> high_end = Sbg(0.66809, 3.80610)
    >>> round(expect_payments(high_end, 0.1), 4), round(expect_payments(high_end, 0.1, renewal=3), 4)
    (5.9222, 6.2939)
    """
    alpha, beta, z = model.alpha, model.beta, 1 / (1 + discount)
    if renewal == 0:
        return float(hyp2f1(1, beta, alpha + beta, z))
    share = (beta + renewal - 1) / (alpha + beta + renewal - 1)
    return float(share * hyp2f1(1, beta + renewal, alpha + beta + renewal, z))
