"""Tables of satisfaction: no column of withheld numbers alone, and grades from the highest down."""

import numpy as np
import pandas as pd
import pytest

from industry_report.base import language, origin, table_metadata
from industry_report.report import opinion_tables, tables
from industry_report.report.sentences import satisfaction


@pytest.fixture(autouse=True)
def chinese():
    origin.watch(False)
    language.use("zh")


def responses(groups, name, hidden=()):
    table = pd.DataFrame(
        {"received": 900.0, "consultations": [300, 200, 100, 50], "returned": 0.3, "rate": 0.6,
         "low": 0.5, "high": 0.7},
        index=pd.Index(groups, name=name),
    )  # fmt: skip
    for column in ("received", "returned"):
        table.loc[list(hidden), column] = np.nan
    return table_metadata.describe(table, withheld={key: list(hidden) for key in ("received", "returned")})


def test_a_column_withheld_of_all_is_dropped_and_said_once():
    kinds = ["小微企业", "其他", "中型企业", "院校"]
    table = responses(kinds, "customer_type", kinds)
    shown = tables.printed(opinion_tables.response_by(table, knows_invited=True))
    assert not shown.isin([language.protected()]).any(axis=None)
    assert next(iter(shown.columns)) == "客户类型" and shown.shape == (4, 4)
    assert satisfaction.left_out(table) == "各客户类型的受邀客户数和回收率因小数目保护不公布，表中不列"


def test_a_column_withheld_of_some_stays():
    kinds = ["小微企业", "其他", "中型企业", "院校"]
    table = responses(kinds, "customer_type", kinds[:2])
    shown = tables.printed(opinion_tables.response_by(table, knows_invited=True))
    assert shown.isin([language.protected()]).sum().sum() == 4
    assert satisfaction.left_out(table) == ""


def test_grades_stand_from_the_highest_down_and_what_is_no_grade_last():
    table = responses(["B", "其他", "A", "C"], "grade_before")
    shown = opinion_tables.response_by(table, knows_invited=True, order=["A", "B", "C", "D"])
    assert [label[:2] for label in shown.index] == [*(language.grade_label(g)[:2] for g in "ABC"), "其他"]
    assert shown["consultations"].tolist() == [100, 300, 50, 200]
