"""Response, bounds and weighted estimates against the worked numbers, and the bias of the sample."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from industry_report.analysis.opinions import ratings, response
from industry_report.intake.sample import opinion_sample

STRATA = pd.DataFrame(
    {
        "listed": [3000, 1000],
        "answered": [60, 140],
        "mean": [0.5, 0.8],
        "variance": [0.25 * 60 / 59, 0.16 * 140 / 139],
    }
)


def test_response_rates_of_aapor():
    assert response.response_rates(200, 20, 180, 300, 0, 100) == (0.25, 0.275)
    assert np.isnan(response.response_rates(0, 0)[0])


def test_bound_without_assumptions():
    assert response.bound(0.6, 0.8) == (pytest.approx(0.48), pytest.approx(0.88))


@given(st.integers(1, 300), st.integers(0, 300), st.data())
def test_the_bound_holds_whatever_the_others_think(answered, silent, data):
    satisfied = data.draw(st.integers(0, answered))
    others = data.draw(st.integers(0, silent))
    everyone = answered + silent
    low, high = response.bound(answered / everyone, satisfied / answered)
    assert low - 1e-12 <= (satisfied + others) / everyone <= high + 1e-12


def test_weighted_estimate():
    weighted = response.post_stratify(STRATA)
    assert weighted.raw == pytest.approx(0.71)
    assert weighted.value == pytest.approx(0.575)
    assert weighted.se == pytest.approx(0.04897, abs=5e-6)
    assert weighted.effective == pytest.approx(101.8, abs=0.05)


def test_weighted_estimate_agrees_with_a_simulation():
    """The standard error is that of drawing so many out of the list, again and again."""
    rng = np.random.default_rng(1)
    lists = [np.repeat([1.0, 0.0], [1500, 1500]), np.repeat([1.0, 0.0], [800, 200])]
    draws = [
        0.75 * rng.choice(lists[0], 60, replace=False).mean()
        + 0.25 * rng.choice(lists[1], 140, replace=False).mean()
        for _ in range(4000)
    ]
    assert np.std(draws) == pytest.approx(response.post_stratify(STRATA).se, rel=0.05)
    assert np.mean(draws) == pytest.approx(0.575, abs=0.005)


def test_a_stratum_without_two_answers_joins_the_smallest_other():
    values = pd.Series([1, 0, 1, 1, 0, 1], dtype="Int64")
    groups = pd.Series(["a", "a", "a", "b", "b", "c"])
    table = response.summarise_strata(values, groups, {"a": 50, "b": 30, "c": 20, "d": 5})
    assert table["listed"].sum() == 105
    assert table["answered"].sum() == 6
    assert table["answered"].min() >= 2
    assert np.isfinite(response.post_stratify(table).value)


def test_nobody_answered():
    table = response.summarise_strata(
        pd.Series([], dtype="Int64"), pd.Series([], dtype=object), {"a": 5, "b": 6}
    )
    assert np.isnan(response.post_stratify(table).value)
    nobody = pd.DataFrame({"complete": [], "partial": []}, dtype=bool)
    assert np.isnan(response.count_response(nobody).rate)


def test_response_rates_differ_or_do_not():
    different = pd.DataFrame({"received": [400, 400], "consultations": [200, 100]})
    alike = pd.DataFrame({"received": [400, 400], "consultations": [100, 104]})
    assert response.is_different(response.compare_response(different))
    assert not response.is_different(response.compare_response(alike))
    assert np.isnan(response.compare_response(different.head(1)))


def test_those_who_answered_the_sample_are_happier_than_all():
    """The bias that is built into the sample: who is satisfied answers more often."""
    rng = np.random.default_rng(3)
    mood = rng.normal(0, 0.8, 60_000)
    latent = 0.6 * mood[:, None] + rng.normal(0, 0.8, (len(mood), 6))
    scores = 1 + np.searchsorted(opinion_sample.LIMITS, latent, side="right")
    overall = scores @ np.array(list(opinion_sample.TRUE_WEIGHTS.values()))
    rating = pd.Series((2.3 * overall - 1.6).round().clip(0, 10))
    answered = rng.random(len(mood)) < np.where(mood > 0, *opinion_sample.ANSWERED)
    told, true = (ratings.count_promoters(rating[part]) for part in (answered, answered | True))
    gap, low, _ = ratings.promotion_difference(told, true)
    assert gap > 3
    assert low > 0
    satisfied = overall >= 3.5
    rate = answered.mean()
    low, high = response.bound(rate, satisfied[answered].mean())
    assert low < satisfied.mean() < high
