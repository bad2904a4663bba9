"""What opens a report."""

from pathlib import Path

import numpy as np
import pandas as pd

import scoring
from industry_report.analysis import conversion, workload
from industry_report.analysis.conversion import Measure
from industry_report.base import language
from industry_report.report.sentences import industry

CARD = scoring.load_scorecard(Path(__file__).parents[3] / "params" / "scorecards" / "consultation.yaml")
SALE, TOP = Measure(), Measure(grade="A")


def open_report(counts, average, measure=SALE):
    grades = pd.DataFrame({"consultations": counts}, index=pd.Index(list("ABCD"), name="grade"))
    grades["share"] = grades["consultations"] / grades["consultations"].sum()
    contacts = workload.contacts(grades, CARD)
    return industry.key_figures(1234, average, grades, contacts, measure)


def rate(x, n, measure=SALE):
    table = pd.DataFrame({"consultations": [n], "conversions": [x]})
    return conversion.with_interval(table, measure).iloc[0]


def test_key_figures_name_and_print_what_the_report_is_about():
    assert open_report([10, 20, 30, 40], rate(81, 263)) == [
        ("有效咨询", "1,234条"),
        ("A级占比", "10.0%"),
        ("成交率", "30.8%（95%置信区间25.5%～36.6%）"),
        ("规定回访次数（推算上限）", "920次"),  # 10 × 52 + 20 × 12 + 30 × 4 + 40 × 1
    ]


def test_key_figures_are_english_in_an_english_report():
    language.use("en")
    printed = dict(open_report([10, 20, 30, 40], rate(81, 263)))
    assert printed["Conversion rate"] == "30.8% (95% confidence interval 25.5% to 36.6%)"
    assert printed["Share of grade A"] == "10.0%"


def test_without_outcomes_the_top_grade_is_the_measure_and_stands_once():
    printed = open_report([10, 20, 30, 40], rate(10, 100, TOP), TOP)
    assert [label for label, _ in printed] == ["有效咨询", "A级占比", "规定回访次数（推算上限）"]
    assert dict(printed)["A级占比"].startswith("10.0%（95%置信区间")


def test_what_is_withheld_is_not_printed_here_either():
    average = rate(81, 263)
    average[["conversions", "rate", "low", "high"]] = np.nan
    printed = dict(open_report([np.nan, np.nan, 30, 40], average))
    assert printed == {
        "有效咨询": "1,234条",
        "A级占比": language.protected(),
        "成交率": language.protected(),
        "规定回访次数（推算上限）": language.protected(),
    }


def test_where_nothing_is_graded_there_is_one_figure():
    assert open_report([0, 0, 0, 0], rate(0, 0)) == [("有效咨询", "1,234条")]
