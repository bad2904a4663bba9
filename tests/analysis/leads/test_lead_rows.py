"""What is known of a lead when it comes in, and whether it converts within the horizon."""

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from industry_report.analysis.customers import time_rule
from industry_report.analysis.leads.lead_rows import NOT_TOLD, NOT_YET, UNDATED, count_outcomes, gather
from industry_report.base.errors import InputError

START = dt.datetime(2025, 3, 1)


def stamps(*texts):
    return pd.to_datetime(pd.Series(texts, dtype=object), format="ISO8601").astype("datetime64[us]")


def leads(**columns):
    size = len(next(iter(columns.values())))
    base = {
        "lead_id": [f"L{n}" for n in range(size)],
        "customer_id": [f"c{n}" for n in range(size)],
        "created_on": stamps(*["2025-03-10 12:00"] * size),
    }
    return pd.DataFrame(base | columns)


def test_outcomes_within_the_horizon():
    made = leads(
        converted=pd.array([True, True, False, True, None, False], dtype="boolean"),
        converted_on=stamps("2025-06-08 11:00", "2025-06-09", None, None, None, None),
        created_on=stamps(*["2025-03-10 12:00"] * 5, "2025-12-01"),
    )
    told = gather({"leads": made}, [], 90, "2025-12-31").set_index("lead_id")
    assert told.loc["L0", "outcome"] and not told.loc["L1", "outcome"]  # 90 days end on 8 June at noon
    assert told["open"].to_dict() == {
        "L0": "",
        "L1": "",
        "L2": "",
        "L3": UNDATED,
        "L4": NOT_TOLD,
        "L5": NOT_YET,
    }
    assert count_outcomes(told) == {
        "leads": 6, "converted": 1, "not converted": 2, NOT_YET: 1, NOT_TOLD: 1, UNDATED: 1,
    }  # fmt: skip


def test_an_export_of_the_last_day_leaves_young_leads_open():
    made = leads(
        created_on=stamps("2025-10-02", "2025-10-03"), converted=pd.array([False, False], dtype="boolean")
    )
    assert gather({"leads": made}, [], 90, "2025-12-31")["open"].tolist() == ["", NOT_YET]


def test_orders_tell_where_the_leads_do_not():
    made = leads(source=["a", "b"])
    orders = pd.DataFrame({"customer_id": ["c0"], "ordered_on": stamps("2025-04-01")})
    told = gather({"leads": made, "orders": orders}, [], 30, "2025-12-31")
    assert told["outcome"].tolist() == [True, False]
    assert gather({"leads": made}, [], 30, "2025-12-31")["open"].eq(NOT_TOLD).all()


@settings(max_examples=80, deadline=None)
@given(st.lists(st.integers(-3 * 1440, 12 * 1440), max_size=12), st.sampled_from([7, 30, 90]))
def test_events_count_before_the_lead_alone(minutes, days):
    at = dt.datetime(2025, 3, 10, 12)
    moments = [at - dt.timedelta(minutes=one) for one in minutes]
    events = pd.DataFrame(
        {
            "customer_id": "c0",
            "kind": "浏览",
            "occurred_at": pd.Series(moments, dtype="datetime64[us]"),
            "seconds": 10.0,
            "session": "s",
        }
    )
    told = gather(
        {"leads": leads(source=["a"]), "interactions": events},
        [f"pages_{days}", f"seconds_{days}"],
        30,
        "2025-12-31",
    )
    floor = dt.datetime(2025, 3, 10) - dt.timedelta(days=days)
    known = [
        one
        for one in moments
        if floor <= one < at and not (one.time() == dt.time() and one.date() == at.date())
    ]
    assert told[f"pages_{days}"].tolist() == [len(known)]
    assert told[f"seconds_{days}"].tolist() == [10 * len(known)]


def test_staff_and_other_kinds_do_not_count():
    events = pd.DataFrame(
        {
            "customer_id": ["c0"] * 4,
            "kind": ["浏览", "浏览", "邮件打开", "邮件点击"],
            "occurred_at": stamps(*["2025-03-09 10:00"] * 4),
            "staff": pd.array([True, False, None, False], dtype="boolean"),
            "session": ["a", "b", None, None],
        }
    )
    told = gather(
        {"leads": leads(source=["x", "y"]), "interactions": events},
        ["pages_7", "sessions_7", "mails_opened_7", "seconds_7"], 30, "2025-12-31",
    )  # fmt: skip
    assert told[["pages_7", "sessions_7", "mails_opened_7"]].to_numpy().tolist() == [[1, 1, 1], [0, 0, 0]]
    assert told["seconds_7"].isna().all()  # the file has no seconds: not zero


def test_a_firm_is_taken_as_it_stood_before_the_lead():
    customers = pd.DataFrame(
        {
            "customer_id": ["c0", "c0", "c0", "c1", "c2"],
            "employees": pd.array([5, 7, 9, 11, 13], dtype="Int64"),
            "updated_on": stamps("2025-01-01", "2025-03-09", "2025-03-10", "2025-06-01", None),
        }
    )
    told = gather(
        {"leads": leads(source=list("xyz")), "customers": customers}, ["employees"], 30, "2025-12-31"
    )
    assert told["employees"].tolist()[0] == 7 and told["employees"].isna().tolist() == [False, True, False]


def test_a_column_that_is_nowhere_is_named():
    with pytest.raises(InputError, match="column budgets: is no column of the leads"):
        gather({"leads": leads(budget=["yes"])}, ["budgets"], 30, "2025-12-31")


@pytest.mark.parametrize(
    ("day", "known", "within"),
    [
        ("2025-03-10 11:59", True, False),
        ("2025-03-10 12:00", False, False),
        ("2025-03-10", False, True),
        ("2025-03-09", True, False),
        ("2025-03-17 12:00", False, True),
        ("2025-03-17 12:01", False, False),
    ],
)
def test_rows_and_expressions_keep_one_rule_of_time(day, known, within):
    days, at = stamps(day), stamps("2025-03-10 12:00")
    assert time_rule.was_known(days, at).tolist() == [known]
    assert time_rule.was_within(days, at, 7).tolist() == [within]
    rows = pd.DataFrame({"ordered_on": days})
    assert len(time_rule.known_before(rows, "2025-03-10 12:00", "orders")) == known
