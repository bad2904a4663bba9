"""When customers are due, what is overdue, which triggers fire."""

import calendar as months
from datetime import date, timedelta
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scoring
from industry_report.analysis import follow_up
from industry_report.base import language
from industry_report.base.errors import InputError
from industry_report.scorecard.conditions import read_interval
from industry_report.scorecard.scorecards import Trigger

CARD = scoring.load_scorecard("params/scorecards/consultation.yaml")
SCORES = {"A": (5, 5, 5), "B": (3, 3, 3), "C": (2, 2, 2), "D": (1, 1, 1), "": (None, 1, 1)}


def table(*records):
    """Score records of customer, date and the grade wanted."""
    rows = [(customer, day, *SCORES[grade]) for customer, day, grade in records]
    frame = pd.DataFrame(rows, columns=["customer_id", "consulted_on", "intent", "clarity", "satisfaction"])
    frame["consulted_on"] = pd.to_datetime(frame["consulted_on"])
    return scoring.score(frame, CARD)


def due(*records, today="2025-12-31"):
    return follow_up.calendar(table(*records), CARD, pd.Timestamp(today)).set_index("customer_id")


def days(last, k, count):
    rows = pd.Series([pd.Timestamp(last)] * count)
    return [f"{d:%m-%d}" for d in follow_up.add_contacts(rows, k, np.arange(1, count + 1))]


def test_month_ends_are_right():
    assert days("2025-01-31", 12, 4) == ["02-28", "03-31", "04-30", "05-31"]
    assert days("2024-01-31", 12, 2) == ["02-29", "03-31"]
    assert days("2025-11-30", 4, 2) == ["02-28", "05-30"]
    assert days("2024-02-29", 1, 4) == ["02-28", "02-28", "02-28", "02-29"]


def test_weeks_and_other_cadences():
    assert days("2025-01-01", 52, 2) == ["01-08", "01-15"]
    assert days("2025-01-01", 26, 2) == ["01-15", "01-29"]
    assert days("2025-01-01", 10, 2) == ["02-06", "03-15"]


def by_hand(last, k, n):
    if 12 % k == 0:
        month = last.year * 12 + last.month - 1 + n * 12 // k
        year, month = month // 12, month % 12 + 1
        return date(year, month, min(last.day, months.monthrange(year, month)[1]))
    return last + timedelta(days=7 * n * 52 // k if 52 % k == 0 else n * 365 // k)


DAY = st.dates(date(2020, 1, 1), date(2025, 12, 31))


@settings(max_examples=80, deadline=None)
@given(
    st.lists(DAY, min_size=1, max_size=6), st.sampled_from([1, 2, 3, 4, 6, 10, 12, 24, 26, 52, 250, 365]), DAY
)
def test_dates_against_walking_through_the_schedule(last, k, today):
    policy = SimpleNamespace(role={"zh": "销售", "en": "Sales"}, contacts_per_year=k)
    card = SimpleNamespace(bands=[SimpleNamespace(grade=grade, follow_up=policy) for grade in "DCBA"])
    scored = table(*((f"c{i}", day, "A") for i, day in enumerate(last)))
    found = follow_up.calendar(scored, card, pd.Timestamp(today)).set_index("customer_id")
    for i, day in enumerate(last):
        if day > today:
            assert f"c{i}" not in found.index
            continue
        missed = 0
        while by_hand(day, k, missed + 1) < today:
            missed += 1
        row = found.loc[f"c{i}"]
        assert (row.missed, row.next_on.date()) == (missed, by_hand(day, k, missed + 1))
        assert row.due.date() == by_hand(day, k, 1)
        assert row.days_overdue == max((today - by_hand(day, k, 1)).days, 0)


def test_the_latest_grade_counts_and_the_latest_contact_of_all():
    found = due(
        ("x", "2025-01-01", "A"), ("x", "2025-11-30", "B"), ("x", "2025-12-15", ""), ("y", "2025-12-31", "A")
    )
    assert found.loc["x", ["grade", "role"]].tolist() == ["B", "金牌销售"]
    assert found.loc["x", "last_contact"] == pd.Timestamp(2025, 12, 15)
    assert found.loc["x", "due"] == pd.Timestamp(2026, 1, 15)
    assert list(found.index) == ["y", "x"]  # highest grade first


def test_who_is_due_today_is_not_overdue():
    found = due(("x", "2025-12-24", "A"), ("y", "2025-12-23", "A"))
    assert found["days_overdue"].to_dict() == {"y": 1, "x": 0}
    assert found.loc["x", "next_on"] == pd.Timestamp(2025, 12, 31)


def test_what_comes_after_today_is_not_known_yet():
    assert (
        due(("x", "2025-01-01", "C"), ("x", "2025-06-01", "A"), today="2025-03-01").loc["x", "grade"] == "C"
    )


def test_customers_without_grade_name_or_date_are_not_in_the_calendar():
    assert due(("x", "2025-01-01", ""), (None, "2025-01-01", "A"), ("y", None, "A")).empty
    bare = table(("x", "2025-01-01", "A")).drop(columns="consulted_on")
    assert follow_up.calendar(bare, CARD, pd.Timestamp(2025, 1, 1)).empty


def test_who_is_never_contacted_has_no_date():
    policy = SimpleNamespace(role={"zh": "销售", "en": "Sales"}, contacts_per_year=0)
    card = SimpleNamespace(bands=[SimpleNamespace(grade=grade, follow_up=policy) for grade in "DCBA"])
    found = follow_up.calendar(table(("x", "2025-01-01", "A")), card, pd.Timestamp(2025, 12, 31))
    assert found.loc[0, "missed"] == 0 and pd.isna(found.loc[0, "due"])
    assert follow_up.overdue(found, pd.Timestamp(2025, 12, 31)).empty


def test_overdue_counts_by_grade():
    found = follow_up.calendar(
        table(("x", "2025-12-01", "A"), ("y", "2025-12-30", "A"), ("z", "2025-12-30", "D")),
        CARD, pd.Timestamp(2025, 12, 31),
    )  # fmt: skip
    late = follow_up.overdue(found, pd.Timestamp(2025, 12, 31))
    assert late[["customers", "overdue", "due_soon"]].to_numpy().tolist() == [[2, 1, 1], [1, 0, 0]]
    assert late.index.tolist() == ["A", "D"] and late.loc["A", "median_days_overdue"] == 23


def test_on_a_day_only_what_came_before_is_known():
    scored = table(("x", "2025-12-31", "A"), ("y", "2026-01-01", "A"), ("z", None, "A"))
    assert follow_up.known_by(scored, pd.Timestamp(2025, 12, 31))["customer_id"].tolist() == ["x", "z"]
    assert len(follow_up.known_by(scored.drop(columns="consulted_on"), pd.Timestamp(2025, 1, 1))) == 3


def test_today_is_a_parameter_and_never_the_clock():
    scored = pd.DataFrame({"year": pd.array([2024, 2025], dtype="Int64")})
    assert follow_up.read_today("", scored) == pd.Timestamp(2025, 12, 31)
    assert follow_up.read_today("2025-06-30", scored) == pd.Timestamp(2025, 6, 30)
    with pytest.raises(InputError, match="parameter today"):
        follow_up.read_today("30.6.2025", scored)


def test_strategies_word_the_policy_highest_grade_first():
    language.use("en")
    plan = follow_up.strategies(CARD)
    language.use("zh")
    assert plan.index.tolist() == ["A", "B", "C", "D"]
    assert plan.loc["A", "role"] == "Account manager" and "strategy" not in plan
    band = SimpleNamespace(grade="A", label={"zh": "高", "en": "High"}, follow_up=SimpleNamespace(
        **{key: {"zh": "一", "en": "one"} for key in ("role", "cadence", "action")},
        strategy={"zh": "专属服务", "en": "Exclusive service"}))  # fmt: skip
    assert follow_up.strategies(SimpleNamespace(bands=[band])).loc["A", "strategy"] == "专属服务"


def trigger(interval="(100000, inf)", count=3, monthly="sum"):
    label = {"zh": "连续三个月超过10万元", "en": "Three months over 100,000"}
    action = {"zh": "定制市场报告", "en": "Tailored market report"}
    return Trigger("tailored", label, "amount", monthly, read_interval(interval), count, action)


def fires(*amounts, **options):
    """Run the trigger over months from January 2025 of one customer; None is a month without a record."""
    rows = [("x", pd.Timestamp(2025, m, 5), a) for m, a in enumerate(amounts, start=1) if a is not None]
    table = pd.DataFrame(rows, columns=["customer_id", "month", "amount"])
    found = follow_up.triggers(table, [trigger(**options)])
    return [(str(r.since), str(r.until), str(r.fired)) for r in found.itertuples()]


def test_three_consecutive_months_fire_and_a_gap_month_resets():
    assert fires(100_001, 200_000, 150_000) == [("2025-01", "2025-03", "2025-03")]
    assert fires(100_001, 200_000, None, 150_000) == []
    assert fires(100_001, 200_000, 0, 150_000, 150_000) == []
    assert fires(None, 200_000, 150_000, 150_000, 150_000) == [("2025-02", "2025-05", "2025-04")]


def test_exactly_100_000_is_not_over_100_000():
    assert fires(100_001, 100_000, 150_000) == []
    assert fires(100_001, 100_000, 150_000, interval="[100000, inf)") == [("2025-01", "2025-03", "2025-03")]
    assert fires(100_000.01, 100_000.01, 100_000.01) != []


def test_months_run_on_over_the_turn_of_the_year_and_records_of_a_month_add_up():
    days = pd.to_datetime(["2024-11-03", "2024-11-30", "2024-12-31", "2025-01-01"])
    table = pd.DataFrame(
        {"customer_id": "x", "month": days, "amount": [60_000.0, 60_000.0, 100_001.0, 100_001.0]}
    )
    assert len(follow_up.triggers(table, [trigger()])) == 1
    assert follow_up.triggers(table, [trigger(monthly="mean")]).empty


def test_cents_add_up_exactly():
    table = pd.DataFrame({"customer_id": "x", "month": pd.Timestamp(2025, 1, 1), "amount": [0.1] * 10})
    assert len(follow_up.triggers(table, [trigger("[1, inf)", count=1)])) == 1
    assert follow_up.triggers(table, [trigger("(1, inf)", count=1)]).empty


MONTH_OF = st.tuples(st.sampled_from("abc"), st.integers(0, 14))


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(MONTH_OF, st.sampled_from([50, 100, 150]), max_size=40), st.integers(1, 4))
def test_runs_against_walking_through_the_months(amounts, count):
    rows = [(c, pd.Period("2024-01", "M") + m, a) for (c, m), a in amounts.items()]
    table = pd.DataFrame(rows, columns=["customer_id", "month", "amount"]).astype({"amount": float})
    table["month"] = pd.PeriodIndex(table["month"], freq="M").to_timestamp()
    expected = []
    for customer in "abc":
        run = 0
        for month in range(16):
            holds = amounts.get((customer, month), 0) > 100
            if not holds and run >= count:
                expected.append((customer, month - run, month - 1, run))
            run = run + 1 if holds else 0
    found = follow_up.triggers(table, [trigger("(100, inf)", count=count)])
    start = pd.Period("2024-01", "M").ordinal
    got = [
        (r.customer_id, r.since.ordinal - start, r.until.ordinal - start, r.months)
        for r in found.itertuples()
    ]
    assert sorted(got) == expected


def test_triggers_of_absent_columns_and_no_triggers_find_nothing():
    table = pd.DataFrame({"customer_id": ["x"], "month": [pd.Timestamp(2025, 1, 1)]})
    assert follow_up.triggers(table, [trigger()]).empty
    assert follow_up.triggers(table, []).empty
