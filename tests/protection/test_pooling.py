"""What goes into one before anything is protected; attacks on it stand in `test_publication`."""

from __future__ import annotations

import pandas as pd
import pytest
from test_publication import INTERNAL, POLICY, assert_no_small_count, publish, rows

from industry_report.base import language
from industry_report.protection import disclosure, pooling
from industry_report.protection.comparison import months
from industry_report.report import figures
from industry_report.report.sentences import absences, industry, reading


def dated(count: int, first: str = "2025-01-01") -> pd.DataFrame:
    """Return consultations of a year, one after the other."""
    days = pd.date_range(first, periods=count, freq=f"{365 * 24 * 60 // count}min")
    return rows(count, consulted_on=days)


@pytest.mark.parametrize(
    ("total", "policy", "period"),
    [
        (359, POLICY, "quarter"),
        (360, POLICY, "month"),
        (1, INTERNAL, "month"),
        (1_000, disclosure.Policy(30, 10.0), "quarter"),
        (0, POLICY, "quarter"),
    ],
)
def test_the_total_alone_decides_between_months_and_quarters(total, policy, period):
    assert pooling.choose_period(total, policy) == period


@pytest.mark.parametrize("count", [80, 130, 200, 350])
def test_a_small_year_is_told_by_quarter(count):
    table = dated(count)
    now = publish(table)
    assert now.by_month.index.tolist() == [1, 2, 3, 4] and now.by_month.index.name == "quarter"
    own = table["consulted_on"].dt.quarter.value_counts().sort_index()
    assert now.by_month["received"].tolist() == own.tolist()
    assert_no_small_count(now)


def test_quarters_have_rates_where_months_have_none():
    now, whole = publish(dated(350)), dated(350)
    assert now.by_month["rate"].notna().all()
    bought = whole.groupby(whole["consulted_on"].dt.quarter)["converted"].sum()
    assert now.by_month["conversions"].tolist() == bought.tolist()


def test_a_quarter_of_few_is_withheld():
    now = publish(pd.concat([dated(100).iloc[:70], dated(3, "2025-11-01")], ignore_index=True))
    assert now.by_month["received"].isna().any()
    assert_no_small_count(now)


@pytest.mark.parametrize(
    ("spoken", "title", "axis", "why"),
    [
        ("zh", "一季度咨询最多（91条），四季度最少（80条）", "一季度", "咨询较少，只按季度公布"),
        (
            "en",
            "Most consultations in the first quarter (91), fewest in the fourth quarter (80)",
            "Q1",
            "told by quarter, not by month",
        ),
    ],
)
def test_sentences_figures_and_tables_speak_of_quarters(spoken, title, axis, why):
    now = publish(dated(349))
    language.use(spoken)
    table = now.by_month
    assert industry.season(table.assign(received=[91, 90, 88, 80])) == title
    [ax] = figures.seasons(table).axes
    assert next(label.get_text() for label in ax.get_xticklabels()) == axis
    assert language.formatted(table.index[0], "quarter") == axis
    assert why in absences.no_months(table, now.fields)
    assert ("季度" if spoken == "zh" else "quarter") in str(reading.months(table))
    assert months({"黄山市": now}).empty  # shares of months and of quarters are not compared
