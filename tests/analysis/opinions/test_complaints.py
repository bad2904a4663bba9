"""Complaints against worked numbers; open ones counted, none lost."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import poisson

from industry_report.analysis import survival
from industry_report.analysis.opinions import complaints

CUT = pd.Timestamp("2025-12-31")


def test_rate_with_its_exact_interval():
    rate = complaints.complaint_rate(37, 1480)
    told = (rate.value, rate.low, rate.high)
    assert told == pytest.approx((25.0, 17.60, 34.46), abs=5e-3)
    assert complaints.complaint_rate(0, 500).high == pytest.approx(7.38, abs=5e-3)
    assert np.isnan(complaints.complaint_rate(3, 0).value)


@given(st.integers(0, 200))
def test_the_limits_are_where_so_many_or_more_extreme_have_a_fortieth(count):
    rate = complaints.complaint_rate(count, 1000)
    assert poisson.cdf(count, rate.high) == pytest.approx(0.025)
    assert count == 0 or poisson.sf(count - 1, rate.low) == pytest.approx(0.025)


def test_two_years():
    ratio = complaints.rate_ratio(complaints.complaint_rate(37, 1480), complaints.complaint_rate(52, 1400))
    assert (ratio.value, ratio.low, ratio.high) == pytest.approx((0.673, 0.429, 1.046), abs=5e-4)
    assert ratio.p == pytest.approx(0.071, abs=5e-4)


def test_two_years_without_complaints():
    none, some = complaints.complaint_rate(0, 100), complaints.complaint_rate(4, 100)
    assert np.isnan(complaints.rate_ratio(none, none).value)
    assert complaints.rate_ratio(none, some).value == 0
    assert complaints.rate_ratio(some, none).high == np.inf


def test_customer_years():
    since = pd.Series(pd.to_datetime(["2020-01-01", "2025-07-02", "2026-03-01", None]))
    start, end = pd.Timestamp("2025-01-01"), CUT
    assert complaints.customer_years(since, start, end) == pytest.approx((365 + 183) / 365.25)


def make(days, closed):
    received = CUT - pd.to_timedelta(days, unit="D")
    frame = pd.DataFrame({"complaint_id": [str(n) for n in range(len(days))], "received_on": received})
    ended = received + pd.to_timedelta(days, unit="D")
    return frame.assign(closed_on=ended.where(np.array(closed, dtype=bool)))


def test_open_ones_are_counted_as_far_as_they_are_known():
    table = make([1, 1, 2, 3, 3, 5, 8, 8, 13, 20], [1, 1, 1, 1, 0, 1, 1, 0, 1, 0])
    estimate = complaints.time_to_close(table, CUT)
    assert survival.quantile(estimate) == 5
    assert survival.share_ended(estimate, 7)[0] == pytest.approx(0.52)


def test_what_was_closed_after_the_cut_is_open_at_it():
    table = make([30, 20], [1, 1]).assign(closed_on=CUT + pd.Timedelta(days=3))
    days, is_closed = complaints.watch_closing(table, CUT)
    assert days.tolist() == [30, 20]
    assert not is_closed.any()


def test_without_a_date_of_closing_all_are_open():
    days, is_closed = complaints.watch_closing(make([4], [1]).drop(columns="closed_on"), CUT)
    assert (days.tolist(), is_closed.tolist()) == ([4], [False])


def test_only_those_count_for_a_deadline_that_were_due():
    received = pd.to_datetime(["2025-12-01", "2025-12-10", "2025-12-28"])
    replied = pd.to_datetime(["2025-12-02", None, None])
    table = pd.DataFrame({"received_on": received, "first_reply_on": replied})
    told = complaints.reply_shares(table, CUT, "first_reply_on", 7).iloc[0]
    assert (told["consultations"], told["conversions"]) == (2, 1)


def test_repeated_ones_by_the_data_or_by_customer_and_category():
    table = pd.DataFrame(
        {
            "received_on": pd.to_datetime(["2025-03-01", "2025-01-01", "2025-02-01", "2025-02-02"]),
            "customer_id": ["a", "a", "a", None],
            "category": ["x", "x", "y", "x"],
        }
    )
    assert complaints.is_repeated(table).tolist() == [True, False, False, False]
    told = table.assign(reopened=pd.array([False, True, None, None], dtype="boolean"))
    assert complaints.is_repeated(told).tolist() == [False, True, False, False]


def test_months_without_a_complaint_are_zero():
    table = pd.DataFrame({"received_on": pd.to_datetime(["2025-03-01", "2025-03-09", "2025-05-31"])})
    counts = complaints.count_by_month(table, pd.period_range("2025-01", "2025-06", freq="M"))
    assert counts.tolist() == [0, 0, 2, 0, 1, 0]


def test_by_category_and_all_together():
    table = pd.DataFrame(
        {"category": ["x"] * 12 + ["y"] * 3, "reopened": pd.array([True] * 5 + [False] * 10, dtype="boolean")}
    )
    by = complaints.complaints_by(table, "category")
    assert by["consultations"].to_dict() == {"x": 12, "y": 3}
    assert by.loc["x", "rate"] == pytest.approx(5 / 12)
    assert np.isnan(by.loc["y", "rate"])
    assert complaints.count_complaints(table)["conversions"] == 5
    assert complaints.complaints_by(table, "product").empty
