"""Outcomes lie in (at, at + horizon]; where that is not over they are not yet known."""

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from industry_report.analysis.customers import count_outcomes, outcomes
from industry_report.base.errors import InputError


def stamps(*texts: str) -> pd.Series:
    return pd.to_datetime(pd.Series(texts), format="ISO8601").astype("datetime64[us]")


def starts(*moments: str) -> pd.DataFrame:
    return pd.DataFrame({"customer_id": ["a"] * len(moments), "at": stamps(*moments)})


def orders(*days: str, **more: list[str]) -> pd.DataFrame:
    return pd.DataFrame({"customer_id": ["a"] * len(days), "ordered_on": stamps(*days), **more})


def test_the_worked_case_of_the_design():
    """Horizon 90 days, export to 2025-12-31: a lead created after 2025-10-02 has no outcome yet."""
    told = outcomes(starts("2025-10-02", "2025-10-03"), orders("2025-12-31"), 90)
    assert told["outcome"].isna().tolist() == [False, True]
    assert count_outcomes(told) == {"starts": 2, "yes": 1, "no": 0, "not_yet_known": 1}


def test_an_early_success_of_an_open_horizon_is_not_counted():
    told = outcomes(starts("2025-12-01"), orders("2025-12-02"), 90, covered_to="2025-12-31")
    assert told["outcome"].isna().all()
    assert told[["events", "first_on"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("at", "day", "follows"),
    [
        ("2025-01-01 12:00", "2025-01-01 12:00", False),
        ("2025-01-01 12:00", "2025-01-01 12:01", True),
        ("2025-01-01 12:00", "2025-01-01", True),  # a date alone counts as after
        ("2025-01-01", "2025-01-01", True),
        ("2025-01-02", "2025-01-01", False),
        ("2025-01-01", "2025-01-11", True),
        ("2025-01-01", "2025-01-12", False),
        ("2025-01-01 12:00", "2025-01-11 12:01", False),
    ],
)
def test_borders(at, day, follows):
    told = outcomes(starts(at), orders(day), 10, covered_to="2025-03-01")
    assert told["outcome"].tolist() == [follows]


def test_a_refund_is_no_outcome_and_several_are_counted():
    rows = orders("2025-01-02", "2025-01-03", "2025-01-04", kind=["退款", "新购", "续费"])
    told = outcomes(starts("2025-01-01"), rows, 10, covered_to="2025-02-01")
    assert told["events"].tolist() == [2]
    assert told["first_on"].tolist() == [pd.Timestamp("2025-01-03")]


def test_without_rows_the_days_covered_must_be_told():
    empty = orders("2025-01-01").iloc[:0]
    with pytest.raises(InputError, match="covered_to"):
        outcomes(starts("2025-01-01"), empty, 10)
    assert outcomes(starts("2025-01-01"), empty, 10, covered_to="2025-02-01")["outcome"].tolist() == [False]
    with pytest.raises(InputError, match="horizon"):
        outcomes(starts("2025-01-01"), empty, 0)


BEGIN = dt.datetime(2025, 1, 1)
days = st.integers(0, 60).map(lambda day: BEGIN + dt.timedelta(days=day))


@settings(max_examples=60, deadline=None)
@given(st.lists(days, min_size=1, max_size=8), st.lists(days, max_size=8), st.integers(1, 30))
def test_against_a_loop_over_days(begun, bought, horizon):
    heads = pd.DataFrame({"customer_id": "a", "at": pd.Series(begun, dtype="datetime64[us]")})
    rows = pd.DataFrame({"customer_id": "a", "ordered_on": pd.Series(bought, dtype="datetime64[us]")})
    rows["customer_id"] = rows["customer_id"].astype("str")
    end = BEGIN + dt.timedelta(days=60)
    told = outcomes(heads, rows, horizon, covered_to=end)
    for place, at in enumerate(begun):
        window = [day for day in bought if at <= day <= at + dt.timedelta(days=horizon)]
        if at + dt.timedelta(days=horizon) > end:
            assert told["outcome"].isna()[place]
        else:
            assert told["events"][place] == len(window)
            assert told["outcome"][place] == bool(window)
