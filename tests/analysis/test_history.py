"""Grades over time: who moved where, and margins that equal both periods."""

from collections import Counter
from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scoring
from industry_report.analysis import history
from industry_report.base import language, table_metadata
from industry_report.base.errors import InputError
from industry_report.report import tables

CARD = scoring.load_scorecard("params/scorecards/consultation.yaml")
DIMENSIONS = [dimension.column for dimension in CARD.dimensions]


@pytest.fixture(autouse=True)
def in_english():
    language.use("en")
    yield
    language.use("zh")


def table(*records):
    """Score records of customer, date and three scores."""
    frame = pd.DataFrame(records, columns=["customer_id", "consulted_on", *DIMENSIONS])
    frame["consulted_on"] = pd.to_datetime(frame["consulted_on"])
    frame["year"] = frame["consulted_on"].dt.year.astype("Int64")
    return scoring.score(frame.astype(dict.fromkeys(DIMENSIONS, "Int64")), CARD)


A, B, D = (5, 5, 5), (3, 3, 3), (1, 1, 1)


def test_the_latest_graded_consultation_of_a_period_decides():
    trail = history.history(
        table(
            ("x", "2024-03-01", *A), ("x", "2024-09-01", *D), ("x", "2024-10-01", 1, None, 1),
            ("x", "2025-01-01", *B), ("y", "2024-05-05", None, 1, 1),
        )
    )  # fmt: skip
    rows = [(r.customer_id, str(r.period), r.consultations, r.grade) for r in trail.itertuples()]
    assert rows[:2] == [("x", "2024", 3, "D"), ("x", "2025", 1, "B")]
    assert rows[2][:3] == ("y", "2024", 1) and pd.isna(rows[2][3])


def test_of_one_day_the_last_row_decides_and_one_without_date_comes_first():
    scored = table(("x", "2024-03-01", *A), ("x", "2024-03-01", *D), ("y", "2024-03-01", *A))
    undated = scored.iloc[[1]].assign(customer_id="y", consulted_on=pd.NaT)
    trail = history.history(pd.concat([scored, undated], ignore_index=True))
    assert trail["grade"].tolist() == ["D", "A"]


def test_quarters_and_months_are_those_of_the_consultation():
    scored = table(("x", "2024-03-31", *A), ("x", "2024-04-01", *B), ("x", None, *D))
    quarters = history.history(scored, period="quarter")
    assert quarters["period"].astype(str).tolist() == ["2024Q1", "2024Q2"]
    assert [table_metadata.fact(quarters, name) for name in ("unidentified", "undated")] == [0, 1]
    assert history.moves(quarters, "2024Q1", "2024Q2")["move"].tolist() == ["down"]
    months = history.history(scored, period="month")
    assert history.moves(months, "2024-04", "2024-05")["move"].tolist() == ["gone"]


def test_a_consultation_without_customer_is_counted_and_left_out():
    trail = history.history(table((None, "2024-01-01", *A), ("x", "2024-01-01", *A)))
    assert trail["customer_id"].tolist() == ["x"]
    assert table_metadata.fact(trail, "unidentified") == 1


def test_every_kind_of_move():
    scored = table(
        ("up", "2024-01-01", *D), ("up", "2025-01-01", *A),
        ("down", "2024-01-01", *A), ("down", "2025-01-01", *B),
        ("same", "2024-01-01", *A), ("same", "2025-01-01", *A),
        ("gone", "2024-01-01", *A), ("new", "2025-01-01", *A),
        ("unclear", "2024-01-01", *A), ("unclear", "2025-01-01", None, 1, 1),
    )  # fmt: skip
    moved = history.moves(history.history(scored), 2024, 2025)["move"]
    assert moved.drop("unclear").to_dict() == {name: name for name in ("up", "down", "same", "gone", "new")}
    assert moved["unclear"] == "not comparable"
    counts = history.count_moves(history.moves(history.history(scored), 2024, 2025))["customers"]
    assert counts.to_dict() == dict.fromkeys(("up", "same", "down", "new", "gone", "not comparable"), 1)


def test_a_period_before_the_data_makes_all_new():
    trail = history.history(table(("x", "2024-01-01", *A)))
    assert history.moves(trail, 2023, 2024)["move"].tolist() == ["new"]


SCORE = st.one_of(st.none(), st.integers(1, 5))
RECORD = st.tuples(
    st.sampled_from("abcdef"), st.dates(pd.Timestamp(2024, 1, 1).date(), pd.Timestamp(2025, 12, 31).date()),
    SCORE, SCORE, SCORE,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(RECORD, min_size=1, max_size=40))
def test_transitions_against_counting_by_hand(records):
    scored = table(*records)
    trail = history.history(scored)
    matrix = history.transitions(trail, 2024, 2025)
    last = {2024: {}, 2025: {}}
    for row in sorted(scored.itertuples(), key=lambda r: (r.consulted_on, r.Index)):
        grade = "ungradable" if pd.isna(row.grade) else row.grade
        if grade != "ungradable" or row.customer_id not in last[row.year]:
            last[row.year][row.customer_id] = grade
    pairs = Counter((last[2024].get(c, "new"), last[2025].get(c, "gone")) for c in {*last[2024], *last[2025]})
    inner = matrix.drop(index="total", columns="total")
    assert {(r, c): inner.loc[r, c] for r in inner.index for c in inner if inner.loc[r, c]} == pairs
    margins = {year: Counter(grades.values()) for year, grades in last.items()}
    rows, columns = matrix["total"].drop(["new", "total"]), matrix.loc["total"].drop(["gone", "total"])
    assert Counter({k: v for k, v in rows.items() if v}) == margins[2024]
    assert Counter({k: v for k, v in columns.items() if v}) == margins[2025]
    assert matrix.loc["total", "total"] == len({*last[2024], *last[2025]})


def moved(before, after):
    scored = table(("x", "2024-01-01", *before), ("x", "2025-01-01", *after))
    return history.causes(history.history(scored), 2024, 2025, CARD)


def test_the_cause_is_the_greatest_weighted_change_in_the_direction_of_the_move():
    fell = moved((5, 5, 5), (3, 4, 5)).iloc[0]  # intent -2 · 0.4, clarity -1 · 0.3
    assert (fell["cause"], fell["intent"], fell["clarity"]) == ("Purchase intent", -2, -1)
    # Four thirds of clarity against intent: 4 · 0.3 = 1.2 = 3 · 0.4, equal to the last digit.
    assert moved((4, 5, 3), (1, 1, 3))["cause"].tolist() == ["Purchase intent and Clarity of need"]
    rose = moved((1, 1, 5), (5, 5, 4)).iloc[0]
    assert rose["cause"] == "Purchase intent"
    assert moved((3, 3, 3), (3, 3, 3)).empty


def test_levels_given_take_the_place_of_the_columns():
    scored = table(("x", "2024-01-01", *A), ("x", "2025-01-01", *D))
    trail = history.history(scored)
    levels = pd.DataFrame({"intent": [2, 2], "clarity": [2, 1], "satisfaction": [2, 2]}, dtype="Int64")
    assert history.causes(trail, 2024, 2025, CARD, levels)["cause"].tolist() == ["Clarity of need"]


def test_dimensions_without_weight_count_alike():
    card = SimpleNamespace(
        dimensions=[
            SimpleNamespace(column=d.column, level_name=d.column, label=d.label, weight=None, levels=d.levels)
            for d in CARD.dimensions
        ]
    )
    trail = history.history(table(("x", "2024-01-01", 5, 5, 5), ("x", "2025-01-01", 2, 2, 5)))
    assert history.causes(trail, 2024, 2025, card)["cause"].tolist() == [
        "Purchase intent and Clarity of need"
    ]


def test_a_grade_set_by_hand_is_put_down_to_that():
    scored = table(
        ("x", "2024-01-01", *A), ("x", "2025-01-01", *D), ("y", "2024-01-01", *A), ("y", "2025-01-01", *D)
    )
    trail = history.history(scored.assign(overridden=[False, True, False, False]))
    causes = history.causes(trail, 2024, 2025, CARD)
    assert causes["cause"].to_dict() == {"x": "set by hand", "y": "Purchase intent"}
    assert history.count_causes(causes)["down"].to_dict() == {"set by hand": 1, "Purchase intent": 1}


def test_what_is_missing_is_told():
    scored = table(("x", "2024-01-01", *A))
    with pytest.raises(InputError, match="parameter period"):
        history.history(scored, period="week")
    with pytest.raises(InputError, match="column consulted_on"):
        history.history(scored.drop(columns="consulted_on"), period="month")
    with pytest.raises(InputError, match="Periods here are 2024"):
        history.moves(history.history(scored), "last", 2024)


def test_data_that_name_no_customers_have_an_empty_history():
    trail = history.history(table(("x", "2024-01-01", *A)).drop(columns="customer_id"))
    assert trail.empty and table_metadata.fact(trail, "unidentified") == 1
    assert history.moves(trail, 2023, 2024).empty
    assert history.causes(trail, 2023, 2024, CARD).empty
    assert history.transitions(trail, 2023, 2024).loc["total", "total"] == 0


def test_years_need_no_dates():
    trail = history.history(table(("x", "2024-01-01", *A)).drop(columns="consulted_on"))
    assert trail["grade"].tolist() == ["A"]


def test_transitions_are_headed_by_the_scorecards_words():
    language.adopt({}, {grade: {"zh": f"{grade}类", "en": f"class {grade}"} for grade in "ABCD"})
    trail = history.history(table(("x", "2024-03-01", *A), ("x", "2025-03-01", *D)))
    printed = tables.printed(history.transitions(trail, 2024, 2025))
    assert list(printed)[1:5] == ["Class A", "Class B", "Class C", "Class D"]
    assert printed.iloc[:4, 0].tolist() == ["Class A", "Class B", "Class C", "Class D"]
