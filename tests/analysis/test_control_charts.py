"""Charts of single values against a worked example, and what must hold of any series."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from industry_report.analysis import control_charts
from industry_report.base.errors import InputError

BEFORE = [52, 47, 53, 51, 50, 48, 55, 49, 54, 46, 51]


def test_limits_of_the_worked_example():
    limits = control_charts.find_limits(pd.Series(BEFORE))
    assert limits.centre == pytest.approx(50.545, abs=5e-4)
    assert limits.moving_range == pytest.approx(4.7)
    assert (limits.lower, limits.upper) == (pytest.approx(38.04, abs=5e-3), pytest.approx(63.05, abs=5e-3))


def test_a_value_beyond_the_limits_of_the_period_before_is_a_signal():
    table = control_charts.chart(pd.Series([*BEFORE, 68]), baseline=len(BEFORE))
    assert table["signal"].tolist() == [""] * 11 + ["outside"]
    assert table["moving_range"].iloc[-1] == 17


def test_eight_in_a_row_on_one_side_are_a_signal_and_seven_are_none():
    values = pd.Series([50, 54, 46, 50, 54, 46, *[52] * 8, 49, *[52] * 7])
    signals = control_charts.chart(values, baseline=6)["signal"].tolist()
    assert signals == [""] * 13 + ["shift"] + [""] * 8


def test_a_value_on_the_centre_ends_a_run():
    values = pd.Series([50, 54, 46, 50, 54, 46, *[52] * 7, 50, 52])
    assert set(control_charts.chart(values, baseline=6)["signal"]) == {""}


def test_a_count_has_no_limit_below_zero():
    assert control_charts.find_limits(pd.Series([0, 9, 0, 9]), least=0).lower == 0


def test_too_few_values_give_no_chart_and_one_gives_an_error():
    assert control_charts.chart(pd.Series(BEFORE[:5])).empty
    with pytest.raises(InputError, match="two values"):
        control_charts.find_limits(pd.Series([3.0]))


def test_values_that_never_change_give_no_signal():
    assert set(control_charts.chart(pd.Series([7] * 30))["signal"]) == {""}


@given(st.lists(st.integers(0, 500), min_size=6, max_size=40), st.integers(-50, 50))
def test_moving_all_values_moves_the_limits_and_no_signal(values, shift):
    one = control_charts.chart(pd.Series(values))
    other = control_charts.chart(pd.Series(values) + shift)
    # Around the centre rounding may decide; those are left out.
    clear = ~np.isclose(one["value"], one["centre"]).any()
    assert np.allclose(one["upper"] + shift, other["upper"])
    assert not clear or one["signal"].tolist() == other["signal"].tolist()
