"""Items, recommendation and reliability against worked and published numbers, coverage by enumeration."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import multinomial

from industry_report.analysis import rates
from industry_report.analysis.opinions import questionnaire, ratings

# The clerical survey of Chatterjee and Price (1977), as R has it under `attitude`.
ATTITUDE = """
43 51 30 39 61 92 45|63 64 51 54 63 73 47|71 70 68 69 76 86 48|61 63 45 47 54 84 35|81 78 56 66 71 83 47
43 55 49 44 54 49 34|58 67 42 56 66 68 35|71 75 50 55 70 66 41|72 82 72 67 71 83 31|67 61 45 47 62 80 41
64 53 53 58 58 67 34|67 60 47 39 59 74 41|69 62 57 42 55 63 25|68 83 83 45 59 77 35|77 77 54 72 79 77 46
81 90 50 72 60 54 36|74 85 64 69 79 79 63|65 60 65 75 55 80 60|65 70 46 57 75 85 46|50 58 68 54 64 78 52
50 40 33 34 43 64 33|64 61 52 62 66 80 41|53 66 52 50 63 80 37|40 37 42 58 50 57 49|63 54 42 48 66 75 33
66 77 66 63 88 76 72|78 75 58 74 80 78 49|48 57 44 45 51 83 38|85 85 71 71 77 74 55|82 82 39 59 64 78 39
"""
NAMES = ("rating", "complaints", "privileges", "learning", "raises", "critical", "advance")


def read_attitude():
    return np.array([row.split() for row in ATTITUDE.strip().replace("\n", "|").split("|")], dtype=float)


# --- reliability


def test_reliability_of_a_published_scale():
    scale = ratings.cronbach(read_attitude(), NAMES)
    assert scale.alpha == pytest.approx(0.8431, abs=5e-5)
    assert (scale.low, scale.high) == (pytest.approx(0.739, abs=5e-4), pytest.approx(0.916, abs=5e-4))
    assert scale.standardised == pytest.approx(0.8391, abs=5e-5)
    without = dict(scale.without)
    assert without["critical"] == pytest.approx(0.8639, abs=5e-5)
    assert without["raises"] == pytest.approx(0.7954, abs=5e-5)
    assert scale.is_reliable


@pytest.mark.parametrize(
    "matrix",
    [
        np.full((30, 3), 4.0),
        np.zeros((0, 3)),
        np.ones((2, 2)),
        np.arange(10.0)[:, None],
    ],
)
def test_no_reliability_where_nothing_varies_or_nobody_answered(matrix):
    scale = ratings.cronbach(matrix)
    assert np.isnan(scale.alpha)
    assert not scale.is_reliable


# --- recommendation


def test_worked_scores():
    one, other = ratings.net_promoter(50, 30, 20), ratings.net_promoter(120, 60, 20)
    assert one.value == 30
    assert (one.low, one.high) == (pytest.approx(14.1, abs=0.05), pytest.approx(44.2, abs=0.05))
    assert ratings.interval(50, 30, 20) == (pytest.approx(14.7, abs=0.05), pytest.approx(45.3, abs=0.05))
    assert other.value == 50
    assert ratings.interval(120, 60, 20) == (pytest.approx(40.7, abs=0.05), pytest.approx(59.3, abs=0.05))
    gap = ratings.promotion_difference(other, one)
    assert gap == pytest.approx((20.0, 2.1, 37.9), abs=0.05)


def cover(shares, n, limits):
    """Return how often an interval holds the true score, over all that n answers can be."""
    true, total = 100 * (shares[0] - shares[2]), 0.0
    cells = [(p, d) for p in range(n + 1) for d in range(n + 1 - p)]
    chances = multinomial.pmf([(p, n - p - d, d) for p, d in cells], n, shares)
    for (p, d), chance in zip(cells, chances, strict=True):
        low, high = limits(p, n - p - d, d)
        total += chance * (low <= true <= high)
    return total


def adjusted(p, n, d):
    score = ratings.net_promoter(p, n, d)
    return score.low, score.high


@pytest.mark.parametrize(
    ("shares", "n", "plain"),
    [
        ((0.5, 0.3, 0.2), 10, 0.90),
        ((0.5, 0.3, 0.2), 30, 0.94),
        ((0.5, 0.3, 0.2), 100, 0.95),
        ((0.95, 0.04, 0.01), 10, 0.40),
        ((0.95, 0.04, 0.01), 30, 0.79),
        ((0.95, 0.04, 0.01), 100, 0.91),
    ],
)
def test_coverage(shares, n, plain):
    """Every outcome is counted with its probability, which a simulation only approaches."""
    assert cover(shares, n, ratings.interval) == pytest.approx(plain, abs=0.015)
    assert 0.91 <= cover(shares, n, adjusted) <= 0.985


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_a_score_lies_in_its_interval_and_is_turned_with_the_answers(p, n, d):
    score, turned = ratings.net_promoter(p, n, d), ratings.net_promoter(d, n, p)
    if not p + n + d:
        assert np.isnan(score.value)
        return
    assert -100 <= score.low <= score.high <= 100
    assert (score.low, score.high) == (pytest.approx(-turned.high), pytest.approx(-turned.low))
    assert score.value == pytest.approx(-turned.value)


def test_answers_become_points():
    answers = pd.Series([10, 9, 8, 7, 6, 0, None], dtype="Int64")
    score = ratings.count_promoters(answers)
    assert (score.promoters, score.passives, score.detractors) == (2, 2, 2)
    points = ratings.as_points(answers)
    assert points.dropna().tolist() == [100, 100, 0, 0, -100, -100]
    assert points.mean() == score.value


# --- items


def make_item(low=1, high=5, **facts):
    return questionnaire.Item("q", {"zh": "甲", "en": "A"}, {"zh": "甲", "en": "A"}, low, high, **facts)


def test_top_box_and_mean_of_worked_numbers():
    low, high = rates.wilson(np.array([74.0, 9.0]), np.array([120.0, 12.0]))
    assert (low[0], high[0]) == (pytest.approx(0.5273, abs=5e-5), pytest.approx(0.6988, abs=5e-5))
    assert (low[1], high[1]) == (pytest.approx(0.4677, abs=5e-5), pytest.approx(0.9111, abs=5e-5))
    answers = np.repeat([1.0, 2, 3, 4, 5], [3, 7, 20, 50, 40])
    assert ratings.mean_interval(answers) == pytest.approx((3.975, 3.797, 4.153), abs=5e-4)


@pytest.mark.parametrize(
    ("low", "high", "weak", "top", "delight"),
    [(1, 5, 2, 4, 5), (0, 10, 2, 8, 9), (1, 10, 3, 8, 9), (1, 7, 2, 6, 7), (1, 3, 1, 3, 3), (0, 1, 0, 1, 1)],
)
def test_boxes_of_other_scales(low, high, weak, top, delight):
    item = make_item(low, high, top=high - (high - low) // 4)
    assert (item.weak, item.top, item.delight) == (weak, top, delight)


def test_an_item_that_nobody_answered_and_all_the_same_answer():
    survey = questionnaire.Questionnaire({}, "1", (make_item(),))
    nobody = pd.DataFrame({"q": pd.array([None] * 30, dtype="Int64")})
    assert ratings.distribution(nobody, survey).empty
    boxes = ratings.top_boxes(nobody, survey)
    assert boxes["consultations"].tolist() == [0]
    assert boxes["rate"].isna().all()
    same = pd.DataFrame({"q": pd.array([4] * 30, dtype="Int64")})
    boxes = ratings.top_boxes(same, survey)
    assert boxes["rate"].tolist() == [1.0]
    assert boxes["mean_low"].tolist() == boxes["mean_high"].tolist() == [4.0]
    assert ratings.distribution(same, survey)["share"].sum() == 1


def test_answers_that_are_all_alike_have_no_interval_of_no_width():
    assert np.isnan(ratings.mean_interval(np.full(90, 5.0))[1:]).all()
    same = ratings.net_promoter(90, 0, 0)
    gap, low, high = ratings.promotion_difference(same, same)
    assert gap == 0 and -12 < low < -5 and 5 < high < 12
