"""Numbers of scores and predicted chances, against typed-in values, scikit-learn, scipy and statsmodels."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ks_2samp
from sklearn.metrics import brier_score_loss, roc_auc_score

from industry_report.analysis.leads import accuracy

LEADS, BOUGHT = np.array([200, 150, 150]), np.array([10, 30, 60])
GROUP = np.repeat([0, 1, 2], LEADS)
Y = np.concatenate([np.repeat([True, False], [x, n - x]) for n, x in zip(LEADS, BOUGHT, strict=True)])


def test_the_tiny_table():
    found = accuracy.area(GROUP, Y)
    assert found.value == pytest.approx(119 / 160, abs=1e-15) == roc_auc_score(Y, GROUP)
    assert 2 * found.value - 1 == pytest.approx(0.4875)
    assert found.error == pytest.approx(0.02426, abs=5e-6)
    assert (found.low, found.high) == pytest.approx(
        (found.value - 1.96 * found.error, found.value + 1.96 * found.error), abs=1e-5
    )
    assert (
        accuracy.kolmogorov_smirnov(GROUP, Y)
        == pytest.approx(0.375)
        == ks_2samp(GROUP[Y], GROUP[~Y]).statistic
    )


def test_the_standard_error_is_that_of_the_bootstrap():
    rng, areas = np.random.default_rng(5), []
    for _ in range(400):
        rows = rng.integers(0, len(Y), len(Y))
        areas.append(accuracy.area(GROUP[rows], Y[rows]).value)
    assert np.std(areas) == pytest.approx(0.02418, rel=0.12)


def test_parts_of_the_brier_score():
    found = accuracy.brier(np.array([0.05, 0.2, 0.4])[GROUP], Y)
    assert (found.score, found.reliability, found.resolution, found.uncertainty) == pytest.approx(
        (0.139, 0, 0.021, 0.16)
    )
    assert found.score == pytest.approx(brier_score_loss(Y, np.array([0.05, 0.2, 0.4])[GROUP]))
    assert found.skill == pytest.approx(1 - 0.139 / 0.16)


def test_calibration_of_forecasts():
    chance = np.array([0.1, 0.2, 0.3])[GROUP]
    found = accuracy.calibrate(chance, Y)
    assert (found.intercept, found.slope) == pytest.approx((1.18863, 1.87194), abs=5e-6)
    assert (found.in_the_large, found.in_the_large_error) == pytest.approx((0.06677, 0.1145), abs=5e-5)
    assert (found.ratio, found.ratio_low, found.ratio_high) == pytest.approx((1.0526, 0.856, 1.280), abs=5e-4)
    assert found.error == pytest.approx(0.05)
    odds = np.log(chance / (1 - chance))
    glm = sm.GLM(Y.astype(float), sm.add_constant(odds), family=sm.families.Binomial()).fit()
    assert (found.intercept, found.slope) == pytest.approx(tuple(glm.params), abs=1e-7)
    assert found.slope_error == pytest.approx(glm.bse[1], rel=1e-5)
    alone = sm.GLM(Y.astype(float), np.ones((len(Y), 1)), family=sm.families.Binomial(), offset=odds).fit()
    assert (found.in_the_large, found.in_the_large_error) == pytest.approx(
        (alone.params[0], alone.bse[0]), abs=1e-7
    )


def test_shift_and_its_limit_of_chance():
    assert accuracy.shift([40, 30, 30], [30, 30, 40]).index == pytest.approx(0.057536, abs=5e-7)
    found = accuracy.shift([200, 150, 150], [120, 150, 230])
    p, q = np.array([200, 150, 150]) / 500, np.array([120, 150, 230]) / 500
    symmetric = (p * np.log(p / q)).sum() + (q * np.log(q / p)).sum()
    assert (found.index, found.limit) == pytest.approx((0.150123, 0.023966), abs=5e-7)
    assert found.index == pytest.approx(symmetric)


def test_the_limit_of_chance_holds_in_95_of_100_samples():
    rng = np.random.default_rng(11)
    shares = [0.1] * 10
    draws = [accuracy.shift(rng.multinomial(2000, shares), rng.multinomial(900, shares)) for _ in range(600)]
    assert np.mean([one.index > one.limit for one in draws]) == pytest.approx(0.05, abs=0.025)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.booleans()), min_size=8, max_size=40))
def test_paired_areas_are_those_of_all_pairs(rows):
    one, other, y = (np.array(part) for part in zip(*rows, strict=True))
    y = y.astype(bool)
    if not 2 <= y.sum() <= len(y) - 2:
        return
    found = accuracy.compare_areas(one, other, y)
    placed = []
    for score in (one, other):
        wins = np.sign(score[y][:, None] - score[~y][None, :]) / 2 + 0.5
        placed.append((wins.mean(axis=1), wins.mean(axis=0)))
    assert found.difference == pytest.approx(placed[0][0].mean() - placed[1][0].mean(), abs=1e-12)
    variance = sum(np.cov(a, b)[0, 0] + np.cov(a, b)[1, 1] - 2 * np.cov(a, b)[0, 1] for a, b in [])
    for place in (0, 1):
        covariance = np.cov(placed[0][place], placed[1][place])
        variance += (covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]) / len(placed[0][place])
    if variance > 1e-12:
        assert found.error == pytest.approx(np.sqrt(variance), rel=1e-9)
        assert 0 <= found.p <= 1
    else:
        assert np.isnan(found.error)


def test_intervals_of_the_area_cover_at_their_rate():
    rng, truth, covered = np.random.default_rng(3), 0.7602, 0  # two normals one apart: phi(1 / sqrt 2)
    for _ in range(300):
        y = rng.random(250) < 0.3
        found = accuracy.area(rng.normal(size=250) + y, y)
        covered += found.low <= truth <= found.high
    assert covered / 300 == pytest.approx(0.95, abs=0.035)


@pytest.mark.parametrize("y", [np.array([], bool), np.ones(5, bool), np.zeros(5, bool)])
def test_nothing_is_said_where_all_or_none_converted(y):
    found = accuracy.area(np.arange(len(y)), y)
    assert np.isnan([found.value, found.error, found.low, found.high]).all()
    told = accuracy.calibrate(np.full(len(y), 0.3), y)
    assert np.isnan([told.slope, told.in_the_large, told.error]).all()
    assert np.isnan(accuracy.kolmogorov_smirnov(np.arange(len(y)), y))


def test_a_separated_regression_is_missing_and_not_endless():
    beta, covariance = accuracy.fit_logistic(
        np.array([[1.0, 0], [1, 1]]), np.array([0.0, 9]), np.array([9.0, 9])
    )
    assert np.isnan(beta).all() and np.isnan(covariance).all()
