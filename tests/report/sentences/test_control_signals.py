"""What is said of a control chart names the rule that fired, never a limit that was not passed."""

import numpy as np
import pandas as pd
import pytest
from figure_checks import find_faults

from industry_report.analysis.control_charts import chart
from industry_report.base import language, origin, style
from industry_report.report import opinion_figures
from industry_report.report.sentences.control_signals import name_signals

USUAL = [10.0, 14, 9, 13, 10, 14, 9, 13, 10, 14, 9, 13]


@pytest.fixture(autouse=True)
def chinese():
    origin.watch(False)
    language.use("zh")
    yield
    language.use("zh")


def made(later, first="2024-01"):
    values = [*USUAL, *later]
    months = pd.period_range(first, periods=len(values), freq="M").astype(str)
    return chart(pd.Series(values, index=months), baseline=len(USUAL))


def test_a_run_between_the_limits_is_not_called_beyond_them():
    table = made([12.5] * 10)
    assert name_signals(table) == "2024年12月—2025年10月连续11个月高于平均水平（未超出控制限）"
    assert name_signals(table, "2025-09") == name_signals(table)
    assert name_signals(made([11.0] * 9, "2024-02")) == "2025年2—10月连续9个月低于平均水平（未超出控制限）"
    language.use("en")
    said = "December 2024 to October 2025: 11 months running above average (none beyond the limits)"
    assert name_signals(table) == said


def test_months_beyond_a_limit_are_named_and_months_before_the_action_are_not():
    table = made([60.0, 61.0, 9, 62.0])
    assert name_signals(table) == "2025年1—2月和2025年4月超出控制限"
    assert name_signals(table, "2025-03") == "2025年4月超出控制限"
    assert name_signals(made([9.0, 13.0])) == ""


def test_both_rules_are_told_where_both_fired():
    said = name_signals(made([60.0, *[12.5] * 8]))
    assert "2025年1月超出控制限" in said
    assert said.endswith("2024年12月—2025年9月连续10个月高于平均水平")  # one of these is beyond: not "none"


@pytest.mark.parametrize("seed", range(20))
def test_something_is_said_exactly_where_a_month_is_marked(seed):
    draw = np.random.default_rng(seed)
    table = made(list(draw.normal(11.5, 3, 24)))
    assert bool(name_signals(table)) == table["signal"].ne("").any()


def test_the_two_rules_have_marks_of_their_own():
    style.apply()
    figure = opinion_figures.control_chart(made([60.0, *[12.5] * 8]), "逐月件数")
    assert find_faults(figure) == []
    filled = [line.get_markerfacecolor() for line in figure.axes[0].lines if line.get_marker() == "^"]
    assert len(set(filled)) == 2
