"""The Kaplan-Meier estimate against worked numbers, a published example and statsmodels."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.duration.survfunc import SurvfuncRight

from industry_report.analysis import survival

DAYS = [1, 1, 2, 3, 3, 5, 8, 8, 13, 20]
CLOSED = [1, 1, 1, 1, 0, 1, 1, 0, 1, 0]
# Remission in weeks under 6-MP (Freireich and others 1963); 0 where the child was still in remission.
WEEKS = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
RELAPSED = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]


def test_worked_example():
    estimate = survival.curve(DAYS, CLOSED)
    assert estimate["survival"].to_numpy() == pytest.approx([0.8, 0.7, 0.6, 0.48, 0.36, 0.18])
    assert survival.quantile(estimate) == 5
    assert np.median([day for day, closed in zip(DAYS, CLOSED, strict=True) if closed]) == 3
    assert survival.share_ended(estimate, 7)[0] == pytest.approx(0.52)


def test_published_example():
    estimate = survival.curve(WEEKS, RELAPSED)
    known = [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482]
    assert estimate["survival"].to_numpy() == pytest.approx(known, abs=5e-5)
    assert survival.quantile(estimate) == 23


def test_what_never_comes_so_far_has_no_median():
    estimate = survival.curve([3, 9, 9, 9], [1, 0, 0, 0])
    assert np.isnan(survival.quantile(estimate))
    assert survival.quantile_interval(estimate)[1] == np.inf


def test_nothing_ended():
    estimate = survival.curve([1, 2], [0, 0])
    assert estimate.empty
    assert np.isnan(survival.quantile(estimate))
    assert survival.share_ended(estimate, 30)[0] == 0


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=2, max_size=60))
def test_agrees_with_statsmodels(pairs):
    days, ended = map(np.array, zip(*pairs, strict=True))
    if not ended.any():
        return
    estimate, other = survival.curve(days, ended), SurvfuncRight(days + 1, ended.astype(int))
    assert estimate["days"].to_numpy() == pytest.approx(other.surv_times - 1)
    assert estimate["survival"].to_numpy() == pytest.approx(other.surv_prob)
    assert (np.diff(estimate["survival"]) < 0).all()
    inside = estimate[estimate["survival"] > 0]
    assert (inside["low"] <= inside["survival"] + 1e-12).all()
    assert (inside["survival"] <= inside["high"] + 1e-12).all()
