import math
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scoring
from industry_report.analysis import conversion, workload
from industry_report.base.errors import InputError
from industry_report.report import tables
from industry_report.report.sentences import college

CARD = scoring.load_scorecard(Path(__file__).parents[2] / "params" / "scorecards" / "consultation.yaml")
POLICY = {"A": ("客户经理", 52), "B": ("金牌销售", 12), "C": ("销售", 4), "D": ("销售", 1)}
MINUTES = {"low": 10, "mid": 20, "high": 30}


def scored(rows: list[tuple[str | None, int | None]]) -> pd.DataFrame:
    """A scored table of (grade, month)."""
    days = [None if month is None else f"2025-{month:02}-15" for _, month in rows]
    grade = pd.Categorical([grade for grade, _ in rows], list("DCBA"), ordered=True)
    return pd.DataFrame({"consulted_on": pd.to_datetime(days), "grade": grade})


def contacts(*counts: int) -> pd.DataFrame:
    grades = pd.DataFrame({"consultations": counts}, index=pd.Index(list("ABCD"), name="grade"))
    return workload.contacts(grades, CARD)


# Contacts by month


def test_contacts_fall_due_when_their_share_of_the_year_has_passed() -> None:
    table = workload.by_month(scored([("A", 12), ("C", 11), ("D", 3)]), CARD).set_index(["role", "month"])
    assert table.loc["客户经理", "contacts"].to_list() == [4, 4, 5] * 4
    assert table.loc["金牌销售", "contacts"].to_list() == [0] * 12
    quarterly, yearly = Counter({2: 1, 5: 1, 8: 1, 11: 1}), Counter({3: 1})
    assert table.loc["销售", "contacts"].to_dict() == {m: (quarterly + yearly)[m] for m in range(1, 13)}


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.tuples(st.none() | st.sampled_from("ABCD"), st.none() | st.integers(1, 12)), max_size=40)
)
def test_contacts_by_month_agree_with_dates_one_by_one_and_with_the_year(
    rows: list[tuple[str | None, int | None]],
) -> None:
    data = scored(rows)
    table = workload.by_month(data, CARD)
    if all(month is None for _, month in rows):
        assert table.empty
        assert list(table) == ["role", "month", "contacts"]
        return
    assert table[["role", "month"]].to_numpy().tolist() == [
        [role, month] for role in ("客户经理", "金牌销售", "销售") for month in range(1, 13)
    ]
    expected: Counter[tuple[str, int]] = Counter()
    undated = Counter(grade for grade, month in rows if grade and month is None)
    for grade, month in rows:
        if grade and month:
            role, k = POLICY[grade]
            expected.update(
                (role, (month - 1 + math.ceil(Fraction(12 * i, k))) % 12 + 1) for i in range(1, k + 1)
            )
    for grade, n in undated.items():
        role, k = POLICY[grade]
        expected.update((role, math.ceil(Fraction(12 * i, n * k))) for i in range(1, n * k + 1))
    assert Counter(table.set_index(["role", "month"])["contacts"].to_dict()) == expected
    year = workload.contacts(conversion.grades(data), CARD).groupby("role")["contacts"].sum()
    assert table.groupby("role")["contacts"].sum().to_dict() == year.to_dict()


def test_months_of_contacts_need_a_column_of_dates() -> None:
    assert workload.by_month(scored([("A", 1)]).drop(columns="consulted_on"), CARD).empty


# Full-time equivalents


@settings(max_examples=40, deadline=None)
@given(
    counts=st.tuples(*[st.integers(0, 5000)] * 4),
    minutes=st.lists(st.integers(1, 600), min_size=3, max_size=3).map(sorted),
    hours=st.integers(1, 3000),
)
def test_full_time_equivalents_agree_with_fractions(
    counts: tuple[int, ...], minutes: list[int], hours: int
) -> None:
    given_minutes = dict(zip(("high", "mid", "low"), reversed(minutes), strict=True))
    table = workload.full_time_equivalents(contacts(*counts), given_minutes, hours)
    a, b, c, d = counts
    expected = {"客户经理": 52 * a, "金牌销售": 12 * b, "销售": 4 * c + d}
    assert table[["role", "assumption"]].to_numpy().tolist() == [
        [role, scenario] for role in expected for scenario in ("low", "mid", "high")
    ]
    for row in table.itertuples():
        work = Fraction(expected[row.role] * given_minutes[row.assumption], 60)
        assert (row.contacts, row.minutes_per_contact) == (expected[row.role], given_minutes[row.assumption])
        assert row.hours_per_year == hours
        assert row.hours == pytest.approx(float(work), rel=1e-12)
        assert row.full_time_equivalents == pytest.approx(float(work / hours), rel=1e-12)
    assert table.groupby("role")["full_time_equivalents"].is_monotonic_increasing.all()


def test_each_assumption_may_have_hours_of_its_own() -> None:
    table = workload.full_time_equivalents(
        contacts(60, 0, 0, 0), MINUTES, {"high": np.float64(1300), "low": np.int64(2080), "mid": 1600.0}
    ).head(3)
    assert table["hours_per_year"].to_list() == [2080, 1600, 1300]
    assert table["full_time_equivalents"].to_list() == pytest.approx([520 / 2080, 1040 / 1600, 1560 / 1300])


def test_assumptions_are_printed_beside_the_figures() -> None:
    shown = tables.printed(
        workload.full_time_equivalents(contacts(864, 0, 0, 0), MINUTES | {"low": 7.5}, 1600)
    )
    assert shown.iloc[:3].to_numpy().tolist() == [
        ["客户经理", "低", "44,928", "7.5", "1,600", "5,616", "3.5"],
        ["客户经理", "中", "44,928", "20", "1,600", "14,976", "9.4"],
        ["客户经理", "高", "44,928", "30", "1,600", "22,464", "14.0"],
    ]


@pytest.mark.parametrize(
    ("minutes", "hours", "thing"),
    [
        ({"low": 10, "mid": 20}, 1600, "minutes_per_contact"),
        ({**MINUTES, "max": 40}, 1600, "minutes_per_contact"),
        ({**MINUTES, "low": 0}, 1600, "minutes_per_contact"),
        ({**MINUTES, "low": "10"}, 1600, "minutes_per_contact"),
        ({**MINUTES, "low": True}, 1600, "minutes_per_contact"),
        ({**MINUTES, "high": float("nan")}, 1600, "minutes_per_contact"),
        ({**MINUTES, "high": float("inf")}, 1600, "minutes_per_contact"),
        ({**MINUTES, "low": 25}, 1600, "minutes_per_contact"),
        (MINUTES, 0, "hours_per_year"),
        (MINUTES, {"low": 1600}, "hours_per_year"),
        (MINUTES, None, "hours_per_year"),
        (MINUTES, {"low": 400, "mid": 1600, "high": 1600}, "minutes_per_contact"),
    ],
)
def test_assumptions_that_cannot_be_used_are_refused(minutes: Any, hours: Any, thing: str) -> None:
    with pytest.raises(InputError) as caught:
        workload.full_time_equivalents(contacts(1, 1, 1, 1), minutes, hours)
    assert caught.value.thing == thing
    assert "expected" in caught.value.problem


def test_a_college_reads_which_assumption_gives_which_number_of_staff():
    contacts = pd.DataFrame({"role": ["客户经理", "销售"], "contacts": [9600, 2400]}, index=["A", "B"])
    staff = workload.full_time_equivalents(contacts, {"low": 10, "mid": 20, "high": 30}, 1600)
    said = college.posts(staff)
    assert (
        "占全年回访次数的80.0%，每次回访按20分钟计折合全时人员至多2.0人（按10分钟计1.0人，按30分钟计3.0人）"
        in said
    )
    opened = college.key_figures(
        100, pd.DataFrame({"rate": []}), pd.DataFrame({"kind": [], "difference": []}),
        pd.DataFrame({"weak": []}), None, staff,
    )  # fmt: skip
    assert dict(opened)["跟进工作量折合全时人员（上限）"] == "1.2～3.8人"
