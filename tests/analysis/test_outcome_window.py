"""Rates at equal follow-up: what is open is in no rate, and years are compared fairly."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scoring
from industry_report.analysis import conversion, outcome_window
from industry_report.analysis.outcome_window import STATES, Window
from industry_report.base.errors import InputError
from industry_report.intake import dataset

CUT = pd.Timestamp("2025-12-31")


def register(*rows):
    """Return consultations from (consulted, converted, bought) triples."""
    table = pd.DataFrame(rows, columns=["consulted_on", "converted", "converted_on"])
    for column in ("consulted_on", "converted_on"):
        table[column] = pd.to_datetime(table[column])
    return table.astype({"converted": "boolean"})


@pytest.fixture(scope="module")
def huangshan():
    """Huangshan 2024 and 2025 as they would have been exported on 31 December 2025."""
    card = scoring.load_scorecard("params/scorecards/consultation.yaml")
    parts = [dataset.load("sample", region="黄山市", year=year) for year in (2024, 2025)]
    return scoring.score(pd.concat(parts, ignore_index=True), card)


def rates(scored, days):
    followed = outcome_window.follow(scored, Window(days, CUT))
    graded = followed[followed["grade"].notna()]
    measure = conversion.choose_measure(graded)
    years = {year: conversion.overall(graded[graded["year"] == year], measure) for year in (2024, 2025)}
    return graded, years


@pytest.mark.parametrize(
    ("days", "counts"), [(90, ((1088, 4930), (899, 3997))), (60, ((1063, 4930), (971, 4367)))]
)
def test_years_are_compared_at_equal_follow_up(huangshan, days, counts):
    _, years = rates(huangshan, days)
    assert tuple((one.conversions, one.consultations) for one in years.values()) == counts


def test_a_year_that_is_not_over_shows_no_change_where_there_is_none(huangshan):
    _, years = rates(huangshan, 90)
    later, earlier = years[2025], years[2024]
    assert [round(100 * v, 1) for v in (later.rate, later.low, later.high)] == [22.5, 21.2, 23.8]
    apart = conversion.difference(later, earlier)
    assert [round(100 * value, 1) for value in apart] == [0.4, -1.3, 2.2]


def test_months_that_are_not_followed_in_full_have_no_rate(huangshan):
    graded, _ = rates(huangshan, 90)
    year = graded[graded["year"] == 2025]
    table = conversion.by_period(year, conversion.choose_measure(year))
    assert table["rate"].notna().tolist() == [True] * 9 + [False] * 3
    assert table["received"].sum() == len(year)


def test_open_outcomes_are_counted_by_year_and_month(huangshan):
    graded, _ = rates(huangshan, 90)
    table = outcome_window.count_outcomes(graded, "year")
    assert table.loc[2024, "open"] == 0
    assert table.loc[2025, "followed"] == 3997
    assert table.loc[2025, "open"] == (graded["year"] == 2025).sum() - 3997
    months = outcome_window.count_outcomes(graded[graded["year"] == 2025], "month")
    assert (months["open"] > 0).tolist() == [False] * 9 + [True] * 3


def test_every_state_of_an_outcome():
    table = register(
        ("2025-01-01", True, "2025-01-01"),
        ("2025-01-01", True, "2025-04-01"),
        ("2025-01-01", True, "2025-04-02"),
        ("2025-01-01", False, None),
        ("2025-10-03", True, "2025-10-04"),
        ("2026-01-01", False, None),
        ("2025-05-01", True, "2025-04-30"),
        (None, True, "2025-04-30"),
        ("2025-05-01", None, None),
        ("2025-05-01", True, None),
        ("2025-10-02", False, None),
    )
    found = outcome_window.follow(table, Window(90, CUT))
    assert found["outcome"].tolist() == [
        *("bought", "bought", "not bought", "not bought", "open", "later"),
        *("bought before", "undated", "unknown", "bought", "not bought"),
    ]
    assert found["converted"].isna().tolist() == [False] * 4 + [True] * 5 + [False] * 2


def test_a_purchase_after_the_cut_date_is_not_known_at_it():
    table = register(("2025-09-01", True, "2026-02-01"))
    assert outcome_window.follow(table, Window(90, CUT))["outcome"].tolist() == ["not bought"]


def test_no_window_without_dates_of_purchases():
    table = register(("2025-01-01", True, "2025-01-05"), ("2025-01-01", True, None))
    assert outcome_window.choose_window(table) is None
    assert outcome_window.choose_window(table.drop(columns="converted_on")) is None
    assert outcome_window.follow(table, None) is table
    assert outcome_window.count_outcomes(table).empty


def test_the_cut_date_is_the_latest_day_of_the_data_unless_told():
    table = register(("2025-01-01", True, "2025-03-05"), ("2025-02-01", False, None))
    assert outcome_window.choose_window(table) == Window(90, pd.Timestamp("2025-03-05"))
    assert outcome_window.choose_window(table, 30, "2025-12-31") == Window(30, CUT)


@pytest.mark.parametrize(("days", "cut"), [(0, ""), (True, ""), (1.5, ""), (90, "31.12.2025")])
def test_wrong_windows_are_refused(days, cut):
    with pytest.raises(InputError, match=r"follow_up_days|data_cut"):
        outcome_window.choose_window(register(("2025-01-01", True, "2025-03-05")), days, cut)


days_of_data = st.integers(0, 500).map(lambda n: pd.Timestamp("2025-01-01") + pd.Timedelta(days=n))
rows = st.lists(
    st.tuples(st.none() | days_of_data, st.sampled_from([True, False, None]), st.none() | days_of_data),
    min_size=1,
    max_size=25,
)


@given(rows=rows, days=st.integers(1, 200))
@settings(max_examples=50, deadline=None)
def test_nothing_is_lost_and_nothing_is_known_too_early(rows, days):
    table = register(*rows)
    found = outcome_window.follow(table, Window(days, CUT))
    counts = outcome_window.count_outcomes(found).iloc[0]
    assert counts["received"] == len(table) == counts[["followed", *STATES[2:]]].sum()
    # What happens after the cut date changes nothing that is known at it.
    blind = table.copy()
    late = (blind["converted_on"] > CUT) & blind["converted"].fillna(False)
    blind.loc[late, ["converted", "converted_on"]] = [False, pd.NaT]
    again = outcome_window.follow(blind, Window(days, CUT))
    assert again["outcome"].tolist() == found["outcome"].tolist()
