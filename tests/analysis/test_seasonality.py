"""The busy season: a run that stands out of all twelve, and nothing where every day is alike."""

import numpy as np
import pandas as pd
import pytest

from industry_report.analysis import seasonality
from industry_report.analysis.seasonality import find_season


def by_month(*counts):
    return pd.DataFrame({"received": counts}, index=pd.RangeIndex(1, 13, name="month"))


def test_a_season_over_the_new_year_is_found():
    found = find_season(by_month(300, 50, 50, 50, 50, 50, 50, 50, 50, 50, 200, 300))
    assert found.months == (11, 12, 1)
    assert found.clear and found.p < 0.001
    assert found.share == 800 / 1250


def test_long_months_make_no_season():
    days = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]) * 20
    found = find_season(by_month(*days))
    assert not found.clear and found.p > 0.9


def test_the_busiest_run_is_not_tested_as_if_it_had_been_chosen_beforehand():
    counts = by_month(80, 78, 82, 80, 80, 80, 80, 80, 94, 95, 92, 80)
    searched = find_season(counts)
    chosen = find_season(counts, searched.months)
    assert searched.months == (9, 10, 11)
    assert chosen.p < 0.05 < searched.p  # so the run alone would have been called a season


def test_a_year_without_a_season_in_the_edge_data_has_none():
    # Random dates: the busiest run had 28.7 % of 400, which its own Wilson interval puts above a quarter.
    found = find_season(by_month(31, 27, 36, 33, 28, 33, 35, 29, 40, 38, 37, 33))
    assert found.months == (9, 10, 11)
    assert not found.clear


def test_a_register_of_a_day_or_two_months_has_no_season():
    for months in ([3], [11, 12], [1, 12]):
        counts = [200 if month in months else 0 for month in range(1, 13)]
        assert find_season(by_month(*counts)) is None


def test_the_same_data_find_the_same_season():
    counts = by_month(*range(60, 180, 10))
    assert find_season(counts) == find_season(counts)


def test_the_statistic_agrees_with_its_definition():
    counts = by_month(*range(10, 130, 10))
    expected = seasonality.DAYS_OF_MONTH / seasonality.DAYS_OF_MONTH.sum()
    total = counts["received"].sum()
    runs = [[(start + step) % 12 for step in range(3)] for start in range(12)]
    z = [
        (counts["received"].iloc[run].sum() - total * expected[run].sum())
        / np.sqrt(total * expected[run].sum() * (1 - expected[run].sum()))
        for run in runs
    ]
    assert find_season(counts).months == tuple(month + 1 for month in runs[int(np.argmax(z))])


@pytest.mark.parametrize(
    "counts", [by_month(*[np.nan] * 12), by_month(*[0] * 12), by_month(*[1] * 12).iloc[:0]]
)
def test_without_months_there_is_no_season(counts):
    assert find_season(counts) is None
