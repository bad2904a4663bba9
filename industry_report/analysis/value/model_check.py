"""Whether a model may be believed: fitted to what came first, held against what followed, beside naive rules.

A model is shown only if it is nearer to what followed than both naive rules, and only from 300 customers on:
with fewer its total is off by a third either way for chance alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..customers import time_rule
from ..customers.time_rule import Moment, known_before
from . import purchase_models, renewal_models
from .contribution import is_refund
from .purchase_models import BgNbd, GammaGamma
from .renewal_models import Sbg

FEWEST = 300  # customers, for a model to be shown
FEW = 1_000  # below this its total is said to be uncertain
RECENT_WEEKS = 26
RULES = ("model", "own_rate", "recent_rate", "mean")
NAIVE = ("own_rate", "recent_rate")  # that the model must beat
RENEWAL_RULES = ("model", "own_rate", "mean")
RENEWAL_NAIVE = ("own_rate", "mean")
TOO_FEW, NO_REPEATS, NO_SPAN, NOT_BETTER, SHOWN = "few", "no_repeats", "no_span", "not_better", "shown"
MOST_PURCHASES = 7  # of a group in the figure; those with more are one group


@dataclass(frozen=True, eq=False)
class Check:
    """What a model was held against.

    Attributes
    ----------
    verdict : str
        ``shown``, or why it is not: too few customers, no repeats, too short a time, not better.
    rules : DataFrame
        Index ``rule``: of model and naive rules ``ratio`` (predicted ÷ actual total), ``mae`` and ``rmse``.
        Empty where nothing could be held against anything.
    groups : DataFrame
        Predicted and actual by number of purchases so far, or by renewal.
    customers : int
        How many the check rests on.
    """

    verdict: str
    rules: pd.DataFrame
    groups: pd.DataFrame
    customers: int

    @property
    def is_shown(self) -> bool:
        """Tell whether the model passed."""
        return self.verdict == SHOWN


def summarise_purchases(orders: pd.DataFrame, at: Moment) -> pd.DataFrame:
    """Return what the models read of each buyer, as known before a moment.

    Parameters
    ----------
    orders : DataFrame
        ``customer_id``, ``ordered_on``, ``amount``, ``kind``; refunds do not count, orders of a day are one.
    at : moment
        The customer's age ends the day before it.

    Returns
    -------
    DataFrame
        Index customer_id; ``x`` repeat purchases, ``last`` and ``age`` in weeks since the first purchase,
        ``mean`` amount of the repeat purchases (0 without any).

    Examples
    --------
    >>> days = pd.to_datetime(["2025-01-01", "2025-01-15", "2025-01-15"])
    >>> bought = pd.DataFrame({"customer_id": "a", "ordered_on": days, "amount": [5.0, 6, 7]})
    >>> summarise_purchases(bought, "2025-01-30").loc["a"].tolist()
    [1.0, 2.0, 4.0, 13.0]
    """
    known = known_before(orders, at, "orders", ["customer_id", "ordered_on", "amount", "kind"])
    sold = known[~is_refund(known) & known["customer_id"].notna()]
    day = sold["ordered_on"].dt.normalize()
    daily = pd.to_numeric(sold["amount"]).astype("float64").groupby([sold["customer_id"], day]).sum()
    table = daily.reset_index()
    table.columns = ["customer_id", "day", "amount"]
    groups = table.groupby("customer_id")
    first, last, count = groups["day"].min(), groups["day"].max(), groups.size()
    begun = groups["amount"].first()  # groupby of `daily` has put the days in order
    end = time_rule.moment(at).normalize() - pd.Timedelta(days=1)
    weeks = pd.Timedelta(weeks=1)
    return pd.DataFrame(
        {
            "x": (count - 1).astype(float),
            "last": (last - first) / weeks,
            "age": (end - first) / weeks,
            "mean": ((groups["amount"].sum() - begun) / (count - 1).where(count > 1)).fillna(0.0),
        }
    )


def choose_cut(orders: pd.DataFrame, at: Moment) -> str:
    """Return the day from which on purchases are held out: a year before `at`, or half of a shorter time."""
    first = orders["ordered_on"].min()
    known = 0 if pd.isna(first) else (time_rule.moment(at) - first.normalize()).days
    return f"{time_rule.moment(at) - pd.Timedelta(days=min(365, known // 2)):%Y-%m-%d}"


def check_purchases(orders: pd.DataFrame, cut: Moment, at: Moment) -> Check:
    """Fit BG/NBD to what was known before a cut and hold it against the purchases from there to `at`.

    Parameters
    ----------
    orders : DataFrame
        As in `summarise_purchases`.
    cut, at : moment
        The hold-out lies between them.
    """
    before = summarise_purchases(orders, cut)
    weeks = (time_rule.moment(at) - time_rule.moment(cut)).days / 7
    if (verdict := _judge_data(before, weeks)) != SHOWN:
        return nothing_checked(verdict, len(before))
    actual = _count_following(orders, before.index, cut, at)
    model = purchase_models.fit_bgnbd(before)
    known = (before["x"], before["last"], before["age"])
    rate = before["x"] / before["age"].where(before["age"] > 0)
    predicted = {
        "model": pd.Series(purchase_models.expect_purchases(model, weeks, *known), before.index),
        "own_rate": (rate * weeks).fillna(0),
        "recent_rate": (rate * weeks).where(before["age"] - before["last"] <= RECENT_WEEKS, 0).fillna(0),
        "mean": pd.Series(weeks * before["x"].sum() / before["age"].sum(), before.index),
    }
    rules = _compare(predicted, actual)
    beaten = all(rules.loc["model", "mae"] < rules.loc[rule, "mae"] for rule in NAIVE)
    enough = len(before) >= FEWEST
    verdict = (SHOWN if beaten else NOT_BETTER) if enough else TOO_FEW
    return Check(verdict, rules, _group(before["x"], predicted["model"], actual), len(before))


def _judge_data(before: pd.DataFrame, weeks: float) -> str:
    if len(before) < FEWEST:
        return TOO_FEW
    if not before["x"].gt(0).any():
        return NO_REPEATS
    return SHOWN if weeks >= 4 and before["age"].max() >= weeks / 2 else NO_SPAN


def nothing_checked(verdict: str, customers: int) -> Check:
    """Return a check that could not be made."""
    rules = pd.DataFrame({"ratio": [], "mae": [], "rmse": []}, dtype=float).rename_axis("rule")
    groups = pd.DataFrame({"customers": [], "predicted": [], "actual": []}, dtype=float)
    return Check(verdict, rules, groups.rename_axis("purchases"), customers)


def _count_following(orders: pd.DataFrame, customers: pd.Index, cut: Moment, at: Moment) -> pd.Series:
    """Count the days of purchase from a cut on, up to a moment."""
    now = summarise_purchases(orders, at)["x"].reindex(customers)
    return (now - summarise_purchases(orders, cut)["x"]).fillna(0)


def _compare(predicted: Mapping[str, pd.Series], actual: pd.Series) -> pd.DataFrame:
    total = actual.sum()
    rows = {
        rule: [
            values.sum() / total if total else np.nan,
            (values - actual).abs().mean(),
            np.sqrt(((values - actual) ** 2).mean()),
        ]
        for rule, values in predicted.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=["ratio", "mae", "rmse"]).rename_axis("rule")


def _group(x: pd.Series, predicted: pd.Series, actual: pd.Series) -> pd.DataFrame:
    """Return predicted and actual means by number of repeat purchases, the many in one group."""
    groups = x.clip(upper=MOST_PURCHASES).astype(int)
    table = pd.DataFrame({"predicted": predicted, "actual": actual}).groupby(groups).mean()
    return table.assign(customers=groups.value_counts())[["customers", "predicted", "actual"]].rename_axis(
        "purchases"
    )


@dataclass(frozen=True)
class PurchaseModel:
    """BG/NBD and gamma-gamma of all that is known, with what they say of the months to come.

    Attributes
    ----------
    purchases : BgNbd
        Fitted to all buyers.
    amounts : GammaGamma or None
        None where frequency and amount go together too closely for it.
    correlation : float
        Of frequency and mean amount.
    """

    purchases: BgNbd
    amounts: GammaGamma | None
    correlation: float


def fit_purchases(customers: pd.DataFrame) -> PurchaseModel:
    """Fit both models; see `summarise_purchases`."""
    correlation = purchase_models.correlate(customers)
    independent = abs(correlation) <= purchase_models.MOST_CORRELATION
    amounts = purchase_models.fit_gamma_gamma(customers) if independent else None
    return PurchaseModel(purchase_models.fit_bgnbd(customers), amounts, correlation)


# --- renewals


def follow_renewals(orders: pd.DataFrame, at: Moment, days: int) -> pd.DataFrame:
    """Return how often each yearly contract was renewed, as far as that is known.

    Parameters
    ----------
    orders : DataFrame
        ``customer_id``, ``ordered_on``, ``kind``: 新购 begins a contract, 续费 renews it.
    at : moment
        A renewal that was due less than `days` before it is not yet known.
    days : int
        How far from the day when it was due a renewal may be ordered.

    Returns
    -------
    DataFrame
        Index customer_id, of those with a renewal that was due: ``renewed``, ``lost``.
    """
    if "kind" not in orders:
        none = {"renewed": pd.Series(dtype="int64"), "lost": pd.Series(dtype=bool)}
        return pd.DataFrame(none).rename_axis("customer_id")
    known = known_before(orders, at, "orders", ["customer_id", "ordered_on", "kind"])
    first = known[known["kind"] == "新购"].groupby("customer_id")["ordered_on"].min().dt.normalize()
    renewals = known[known["kind"] == "续费"]
    begun = pd.Series(first.reindex(renewals["customer_id"]).to_numpy("datetime64[us]"), renewals.index)
    nearest = ((renewals["ordered_on"] - begun).dt.days / 365.25).round()
    off = (renewals["ordered_on"].dt.normalize() - begun).dt.days - nearest * 365.25
    near = nearest.ge(1) & off.abs().le(days + 1)
    done = pd.DataFrame({"customer_id": renewals["customer_id"], "renewal": nearest})[near].drop_duplicates()
    age = (time_rule.moment(at).normalize() - first).dt.days - days - 1
    due = (age / 365.25).clip(lower=0).astype(int)
    return _count_renewed(due[due > 0], done)


def _count_renewed(due: pd.Series, done: pd.DataFrame) -> pd.DataFrame:
    """Count renewals one after the other, as long as each was made."""
    pairs = set(zip(done["customer_id"], done["renewal"].astype(int), strict=True))
    renewed, lost = [], []
    for customer, opportunities in due.items():
        count = next(
            (n - 1 for n in range(1, opportunities + 1) if (customer, n) not in pairs), opportunities
        )
        renewed.append(count)
        lost.append(count < opportunities)
    table = pd.DataFrame({"renewed": renewed, "lost": lost}, index=due.index)
    return table.astype({"renewed": "int64", "lost": bool}).rename_axis("customer_id")


def check_renewals(renewals: pd.DataFrame) -> Check:
    """Fit sBG to one half of the customers and hold it against the renewals of the other half.

    The halves alternate in the order of customers' numbers. A rule predicts how likely a renewal that was due
    is made; the first naive rule takes the share of the renewal before, the second the same share for all.
    """
    deepest = int((renewals["renewed"] + renewals["lost"]).max()) if len(renewals) else 0
    if len(renewals) < FEWEST:
        return nothing_checked(TOO_FEW, len(renewals))
    if deepest < renewal_models.FEWEST_OPPORTUNITIES:
        return nothing_checked(NO_SPAN, len(renewals))
    ordered = renewals.sort_index()
    fitted, held = _list_opportunities(ordered.iloc[::2]), _list_opportunities(ordered.iloc[1::2])
    model = renewal_models.fit_sbg(ordered.iloc[::2])
    share = fitted.groupby("renewal")["made"].mean()
    predicted = {
        "model": pd.Series(renewal_models.retention(model, held["renewal"].to_numpy()), held.index),
        "own_rate": held["renewal"].sub(1).clip(lower=1).map(share).fillna(fitted["made"].mean()),
        "mean": pd.Series(fitted["made"].mean(), held.index),
    }
    rules = _compare(predicted, held["made"])
    beaten = all(rules.loc["model", "rmse"] < rules.loc[rule, "rmse"] for rule in RENEWAL_NAIVE)
    groups = held.assign(predicted=predicted["model"]).groupby("renewal")
    table = pd.DataFrame(
        {"customers": groups.size(), "predicted": groups["predicted"].mean(), "actual": groups["made"].mean()}
    )
    return Check(SHOWN if beaten else NOT_BETTER, rules, table, len(renewals))


def _list_opportunities(renewals: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each renewal that was due: which one, and whether it was made."""
    number = (renewals["renewed"] + renewals["lost"]).to_numpy(int)
    row = np.repeat(np.arange(len(renewals)), number)
    renewal = np.arange(len(row)) - np.repeat(np.cumsum(number) - number, number) + 1
    made = (renewal <= renewals["renewed"].to_numpy(int)[row]).astype(float)
    return pd.DataFrame({"renewal": renewal, "made": made})


def fit_renewals(renewals: pd.DataFrame) -> Sbg:
    """Fit sBG to all; see `follow_renewals`."""
    return renewal_models.fit_sbg(renewals)
