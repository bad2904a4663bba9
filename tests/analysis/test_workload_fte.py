from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scoring
from industry_report.analysis import workload
from industry_report.base.errors import InputError
from industry_report.report import tables
from industry_report.report.sentences import college

CARD = scoring.load_scorecard(Path(__file__).parents[2] / "params" / "scorecards" / "consultation.yaml")
MINUTES = {"low": 10, "mid": 20, "high": 30}


def contacts(*counts: int) -> pd.DataFrame:
    grades = pd.DataFrame({"consultations": counts}, index=pd.Index(list("ABCD"), name="grade"))
    return workload.contacts(grades, CARD)


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
