from pathlib import Path

import pandas as pd
import pytest

import scoring
from industry_report.analysis import workload
from industry_report.base import language

CARD = scoring.load_scorecard(Path(__file__).parents[2] / "params" / "scorecards" / "consultation.yaml")


def grades(*counts: int) -> pd.DataFrame:
    return pd.DataFrame({"consultations": counts}, index=pd.Index(list("ABCD"), name="grade"))


def test_contacts_follow_the_cadence_of_each_grade() -> None:
    table = workload.contacts(grades(10, 20, 30, 40), CARD)
    assert table["contacts_per_year"].to_list() == [52, 12, 4, 1]
    assert table["contacts"].to_list() == [520, 240, 120, 40]
    assert table["share"].to_list() == pytest.approx([520 / 920, 240 / 920, 120 / 920, 40 / 920])
    assert table.index.to_list() == ["A", "B", "C", "D"]


def test_contacts_name_who_follows_up_in_the_language_of_the_report() -> None:
    assert workload.contacts(grades(1, 1, 1, 1), CARD)["role"].to_list() == [
        "客户经理",
        "金牌销售",
        "销售",
        "销售",
    ]
    language.use("en")
    assert workload.contacts(grades(1, 1, 1, 1), CARD)["role"].iloc[0] == "Account manager"


def test_nobody_to_follow_up_is_no_contact_and_no_share() -> None:
    table = workload.contacts(grades(0, 0, 0, 0), CARD)
    assert table["contacts"].to_list() == [0, 0, 0, 0]
    assert table["share"].isna().all()


def test_the_table_of_grades_is_left_as_it_was() -> None:
    counts = grades(1, 2, 3, 4)
    workload.contacts(counts, CARD)
    assert list(counts.columns) == ["consultations"]
