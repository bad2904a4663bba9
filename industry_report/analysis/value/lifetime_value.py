"""Customer lifetime value by the formula, exact: it decides grades, so no floating point is in it.

Orders a year × average amount × lifetime × margin, the payments of later years discounted. Money is in whole
分, everything else in fractions.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import pandas as pd

from .assumptions import FOR_EVER, NOW, Lifetime

DAYS_A_YEAR = 365
Rational = Fraction | int


def discount_factor(rules: Lifetime) -> Fraction:
    """Return what one yuan a year is worth today over the time that a customer stays.

    A lifetime that is no whole number of years ends with a payment for the part of the last year.

    Examples
    --------
    >>> three_years = Lifetime(Fraction(6, 10), Fraction(1, 10), Fraction(3))
    >>> float(4 * 2500 * three_years.margin * discount_factor(three_years)).__round__(2)
    14921.11
    """
    rate = 1 + rules.discount
    if rules.horizon == FOR_EVER and rules.retention is not None:
        stay = rules.retention / (rate - rules.retention)
        return stay + 1 if rules.first_payment == NOW else stay
    whole = int(rules.years)
    first = 0 if rules.first_payment == NOW else 1
    payments = sum((rate ** -(first + year) for year in range(whole)), Fraction(0))
    return payments + (rules.years - whole) * rate ** -(first + whole)


def lifetime_value(frequency: Rational, amount: Rational, rules: Lifetime) -> Fraction:
    """Return the value of a customer with so many orders a year of so much on average.

    Examples
    --------
    >>> undiscounted = Lifetime(Fraction(6, 10), Fraction(0), Fraction(3))
    >>> lifetime_value(4, 2500, undiscounted)
    Fraction(18000, 1)
    """
    return frequency * amount * rules.margin * discount_factor(rules)


def lifetime_values(amount: pd.Series, days: pd.Series, rules: Lifetime) -> pd.Series:
    """Return the value of each customer in yuan, exact to the 分 (halves up).

    Parameters
    ----------
    amount : Series
        All they bought, refunds deducted, in yuan: orders a year × average amount is this ÷ years.
    days : Series
        Since the first order; less than a year counts as one, else a first order would be taken for a habit.

    Returns
    -------
    Series
        Float64; 0 where nothing is left after refunds, missing where an amount is.
    """
    factor = rules.margin * discount_factor(rules) * DAYS_A_YEAR
    above, below = factor.numerator, factor.denominator
    fen = [
        None
        if pd.isna(a) or pd.isna(d)
        else _divide(max(to_fen(a), 0) * above, max(int(d), DAYS_A_YEAR) * below)
        for a, d in zip(amount, days, strict=True)
    ]
    return from_fen(fen, amount.index)


def _divide(above: int, below: int) -> int:
    """Divide whole numbers that are not negative, halves up."""
    return (2 * above + below) // (2 * below)


def to_fen(yuan: float | int | Fraction) -> int:
    """Return an amount in whole 分."""
    return round(yuan * 100)


def from_fen(fen: Sequence[int | None], index: pd.Index) -> pd.Series:
    """Return amounts in yuan: each the double nearest to its 分, so that a tier's limit decides."""
    return pd.Series([None if f is None else f / 100 for f in fen], index=index, dtype="Float64")
