"""Effects of actions: published and typed-in numbers, a second computation, and what may not be said."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_ind
from statsmodels.api import OLS, add_constant

from industry_report.analysis import effects
from industry_report.analysis.effects import Estimate, exact
from industry_report.base.errors import InputError

BEFORE_AND_AFTER = ((40, 200), (66, 220)), ((50, 250), (55, 250))


def near(estimate, value, low, high, digits):
    found = (estimate.value, estimate.low, estimate.high)
    return [round(number, digits) for number in found] == [value, low, high]


def test_randomised_groups_have_newcombes_interval():
    assert near(effects.difference_of_rates((56, 70), (48, 80)), 0.2, 0.0524, 0.3339, 4)


def test_difference_in_differences_by_mover_and_wald():
    assert near(effects.difference_in_differences(*BEFORE_AND_AFTER), 0.08, -0.0295, 0.1877, 4)
    wald = effects.difference_in_differences(*BEFORE_AND_AFTER, method=effects.WALD)
    assert near(wald, 0.08, -0.0288, 0.1888, 4)


def test_wald_is_the_interaction_of_a_linear_regression_with_whites_errors():
    rows = []
    for group, periods in zip((1, 0), BEFORE_AND_AFTER, strict=True):
        for after, (successes, number) in enumerate(periods):
            rows += [(group, after, 1)] * successes + [(group, after, 0)] * (number - successes)
    group, after, outcome = np.array(rows, dtype=float).T
    fitted = OLS(outcome, add_constant(np.column_stack([group, after, group * after]))).fit(cov_type="HC0")
    wald = effects.difference_in_differences(*BEFORE_AND_AFTER, method=effects.WALD)
    assert fitted.params[3] == pytest.approx(wald.value)
    assert fitted.bse[3] == pytest.approx(0.055506, abs=1e-6)
    assert list(fitted.conf_int()[3]) == pytest.approx([wald.low, wald.high])


def test_card_and_krueger():
    assert effects.compare_changes((20.44, 21.03), (23.33, 21.17)) == pytest.approx(2.75)


def test_sum_of_two_groups_of_customers():
    whole = effects.add(Estimate(880, 830, 932), Estimate(3900, 3600, 4200))
    assert whole.value == 4780
    assert whole.low == pytest.approx(4780 - math.hypot(50, 300))
    assert whole.high == pytest.approx(4780 + math.hypot(52, 300))


def test_a_chain_of_factors_keeps_its_product_and_covers_it():
    share, buyers = Estimate(0.35, 0.31, 0.39), Estimate(0.62, 0.55, 0.68)
    chain = effects.multiply(exact(12_000), share, buyers, exact(1_800))
    assert chain.value == pytest.approx(4_687_200)
    assert math.log(chain.value / chain.low) == pytest.approx(
        math.hypot(math.log(0.35 / 0.31), math.log(0.62 / 0.55))
    )
    # Delta method, a second computation: relative errors add as squares.
    relative = math.hypot(0.04 / 0.35, 0.065 / 0.62)
    assert (chain.high - chain.low) / 2 / chain.value == pytest.approx(relative, rel=0.03)


def test_products_of_nothing_of_zero_and_of_debts():
    assert effects.multiply() == exact(1.0)
    nothing = effects.multiply(effects.estimate_rate(0, 20), exact(100))
    assert (nothing.value, nothing.low) == (0, 0)
    assert nothing.high == pytest.approx(16.11, abs=0.01)
    assert effects.multiply(Estimate(0.5, 0.0, 0.6), exact(2)).low == 0
    assert not effects.multiply(effects.UNKNOWN, exact(2)).is_known
    with pytest.raises(InputError, match="negative"):
        effects.multiply(Estimate(1, -1, 2), exact(2))


@given(st.lists(st.floats(-50, 50), min_size=2, max_size=30), st.lists(st.floats(-50, 50), min_size=2))
def test_welch_agrees_with_scipy(treated, control):
    first, second = np.array(treated), np.array(control)
    found = effects.difference_of_means(first, second)
    assert found.low <= found.value <= found.high
    if np.var(first) > 1e-6 and np.var(second) > 1e-6:
        interval = ttest_ind(first, second, equal_var=False).confidence_interval(0.95)
        assert [found.low, found.high] == pytest.approx([interval.low, interval.high])


def test_changes_of_the_same_customers_know_what_their_values_share():
    draw = np.random.default_rng(7)
    inclined = draw.random(400) < 0.5  # who buys at all, in both periods
    before, after = (inclined & (draw.random(400) < 0.9) for _ in range(2))
    both = np.column_stack([before, after]).astype(float)
    treated, control = both[:200], both[200:]
    counts = [tuple((float(g[:, p].sum()), float(len(g))) for p in (0, 1)) for g in (treated, control)]
    own, apart = effects.difference_in_changes(treated, control), effects.difference_in_differences(*counts)
    assert own.value == pytest.approx(apart.value)
    assert own.high - own.low < 0.8 * (apart.high - apart.low)


def test_an_interval_of_changes_covers_in_95_of_100():
    draw = np.random.default_rng(11)
    covered = 0
    for _ in range(400):
        inclined = draw.random((2, 150, 1)) * 0.6
        rise = np.array([[[0.0, 0.2]], [[0.0, 0.1]]])
        bought = draw.random((2, 150, 2)) < inclined + rise
        found = effects.difference_in_changes(*bought.astype(float))
        covered += found.low <= 0.1 <= found.high
    assert 0.92 <= covered / 400 <= 0.98


def test_mover_of_shares_covers_in_95_of_100():
    draw = np.random.default_rng(13)
    shares, sizes = np.array([0.05, 0.12, 0.08, 0.10]), np.array([40, 40, 60, 60])
    covered = 0
    for counts in draw.binomial(sizes, shares, (400, 4)):
        (a, b, c, d), (n, m, o, p) = map(int, counts), map(int, sizes)
        found = effects.difference_in_differences(((a, n), (b, m)), ((c, o), (d, p)))
        covered += found.low <= 0.05 <= found.high
    assert covered / 400 >= 0.93


def test_an_empty_group_says_nothing():
    assert not effects.difference_of_rates((0, 0), (1, 2)).is_known
    assert not effects.difference_in_differences(((0, 0), (1, 2)), ((1, 2), (1, 2))).is_known
    wald = effects.difference_in_differences(((0, 0), (1, 2)), ((1, 2), (1, 2)), effects.WALD)
    assert not wald.is_known
    assert not effects.difference_of_means(np.array([1.0]), np.array([1.0, 2.0])).is_known
    assert effects.judge_effect(effects.UNKNOWN, randomised=True) == effects.NOT_SURE
    assert effects.judge_target(effects.UNKNOWN, 0.1) == effects.CANNOT_SAY


@pytest.mark.parametrize(
    ("low", "high", "randomised", "said"),
    [
        (0.01, 0.07, True, effects.FOUND),
        (-0.07, -0.01, True, effects.FOUND),
        (-0.01, 0.07, True, effects.NOT_FOUND),
        (0.0, 0.07, True, effects.NOT_FOUND),
        (0.01, 0.07, False, effects.NOT_SURE),
    ],
)
def test_only_chance_assigns_an_effect(low, high, randomised, said):
    assert effects.judge_effect(Estimate(0.03, low, high), randomised=randomised) == said


@pytest.mark.parametrize(
    ("low", "high", "target", "said"),
    [
        (0.02, 0.07, 0.02, effects.REACHED),
        (0.01, 0.019, 0.02, effects.NOT_REACHED),
        (0.01, 0.03, 0.02, effects.CANNOT_SAY),
        (-0.07, -0.03, -0.02, effects.REACHED),
        (-0.01, 0.03, -0.02, effects.NOT_REACHED),
        (-0.03, 0.03, -0.02, effects.CANNOT_SAY),
    ],
)
def test_a_target_is_reached_by_the_whole_interval(low, high, target, said):
    assert effects.judge_target(Estimate((low + high) / 2, low, high), target) == said


def test_more_successes_than_customers_are_refused():
    with pytest.raises(InputError, match="got 3 of 2"):
        effects.difference_of_rates((3, 2), (1, 2))
    with pytest.raises(InputError, match="no interval 'bootstrap'"):
        effects.difference_in_differences(*BEFORE_AND_AFTER, method="bootstrap")
