"""What reports rest on: bases, bounds, customers, missing values, dates of another year."""

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import scoring
from industry_report.analysis import bases, conversion
from industry_report.analysis.conversion import Measure
from industry_report.base import language
from industry_report.intake import dataset
from industry_report.report import tables
from industry_report.report.sentences import industry

CARD = scoring.load_scorecard(Path(__file__).parents[2] / "params" / "scorecards" / "consultation.yaml")
SALE = Measure()
Row = tuple[int | None, int | None, int | None, bool | None]


@pytest.fixture(autouse=True)
def chinese() -> Iterator[None]:
    language.use("zh")
    yield
    language.use("zh")


def scored(rows: list[Row]) -> pd.DataFrame:
    """A scored table of (intent, clarity, satisfaction, converted); None is missing."""
    table = pd.DataFrame(rows, columns=["intent", "clarity", "satisfaction", "converted"])
    table = table.astype(
        {"intent": "Int64", "clarity": "Int64", "satisfaction": "Int64", "converted": "boolean"}
    )
    return scoring.score(table, CARD)


# Bases and bounds


def test_scores_that_are_missing_because_of_the_outcome_do_not_make_the_headline() -> None:
    # 277 of 1,000 bought; satisfaction is missing for 432 of those who did not.
    table = scored([(4, 4, 4, True)] * 277 + [(4, 4, 4, False)] * 291 + [(4, 4, None, False)] * 432)
    found = bases.conversion_bases(table)
    assert found["consultations"].to_dict() == {"all": 1000, "graded": 568}
    assert found["rate"].map("{:.1%}".format).to_dict() == {"all": "27.7%", "graded": "48.8%"}
    assert found.loc["all", ["low", "high"]].map("{:.1%}".format).tolist() == ["25.0%", "30.6%"]
    assert industry.base(found, 1000) == "全部已知结果的1,000条成交率为27.7%，其中可评级的568条为48.8%"


def test_unknown_outcomes_are_said_with_bounds() -> None:
    table = scored([(4, 4, 4, True)] * 46 + [(4, 4, 4, False)] * 154 + [(4, 4, 4, None)] * 200)
    found = bases.conversion_bases(table)
    assert found.loc["all", ["lowest", "highest"]].tolist() == [46 / 400, 246 / 400]
    said = industry.base(found, 400)
    assert said == "400条中200条（50.0%）已登记是否成交；其余无论成交与否，成交率都在11.5%～61.5%之间"
    language.use("en")
    assert "200 of 400 (50.0%) have a known outcome" in industry.base(found, 400)


def test_where_all_is_known_and_graded_there_is_one_base_and_nothing_to_say() -> None:
    assert industry.base(bases.conversion_bases(scored([(4, 4, 4, True)] * 40)), 40) == ""
    without = scored([(4, 4, 4, None)] * 40)
    assert bases.conversion_bases(without).empty
    assert industry.base(bases.conversion_bases(without), 40) == ""


# Customers


def by_customer(counts: list[tuple[int, int]]) -> pd.DataFrame:
    """Consultations of customers from (consultations, purchases) of each."""
    rows = [(f"K{i}", j < x) for i, (n, x) in enumerate(counts) for j in range(n)]
    return pd.DataFrame(rows, columns=["customer_id", "converted"]).astype({"converted": "boolean"})


def test_the_variance_is_summed_over_customers() -> None:
    counts = [(3, 3), (2, 0), (1, 1), (1, 0), (4, 1)] * 6
    row = bases.cluster(by_customer(counts), SALE).iloc[0]
    n, x = sum(a for a, _ in counts), sum(b for _, b in counts)
    rate = Fraction(x, n)
    squares = sum((b - a * rate) ** 2 for a, b in counts)
    variance = Fraction(30, 29) * squares / n**2
    assert row["effect"] == pytest.approx(float(variance / (rate * (1 - rate) / n)))
    assert (row["customers"], row["per_customer"]) == (30, pytest.approx(18 / 30))


def test_customers_who_ask_once_are_as_many_as_their_consultations() -> None:
    table = by_customer([(1, int(i < 60)) for i in range(200)])
    row, whole = bases.cluster(table, SALE).iloc[0], conversion.overall(table.assign(grade="A"), SALE)
    assert row["effect"] == pytest.approx(200 / 199)
    assert [row["low"], row["high"]] == pytest.approx([whole["low"], whole["high"]], abs=5e-4)
    assert industry.customers(bases.cluster(table, SALE), SALE) == ""


def test_one_customer_with_hundreds_of_consultations_is_one_customer() -> None:
    row = bases.cluster(by_customer([(408, 113)]), SALE).iloc[0]
    assert row["customers"] == 1 and np.isnan(row["rate"]) and np.isnan(row["low"])
    assert industry.customers(bases.cluster(by_customer([(408, 113)]), SALE), SALE) == (
        "408条咨询来自1户，户数过少，不作推断"
    )


def test_customers_of_the_sample_stand_beside_its_consultations() -> None:
    table = scoring.score(dataset.load("sample", region="黄山市", year=2025), CARD)
    graded = table[table["grade"].notna()]
    row = bases.cluster(graded, SALE).iloc[0]
    assert (row["consultations"], row["customers"]) == (5560, 4787)
    assert round(row["effect"], 2) == 1.03
    assert round(bases.cluster(graded, Measure(grade="A"))["effect"].iloc[0], 2) == 1.04
    assert f"{row['rate']:.1%} {row['per_customer']:.1%}" == "22.9% 25.4%"


def test_without_identifiers_nothing_is_said_of_customers() -> None:
    table = by_customer([(2, 1)] * 20)
    assert bases.cluster(table.drop(columns="customer_id"), SALE).empty
    assert bases.cluster(table.assign(customer_id=None), SALE).empty
    assert industry.customers(bases.cluster(table.drop(columns="customer_id"), SALE), SALE) == ""


# Dates of another year


def test_months_of_another_year_are_left_out() -> None:
    table = pd.DataFrame({"consulted_on": pd.to_datetime(["2023-05-01"] * 400)})
    assert bases.share_off_year(table, 2025) == 1
    assert bases.of_the_year(table, 2025)["consulted_on"].isna().all()
    assert (
        industry.off_year(pd.DataFrame({"share": [1.0]}), 2025) == "100.0%的咨询日期不在2025年内，不按月统计"
    )
    few = pd.DataFrame({"consulted_on": pd.to_datetime(["2025-05-01"] * 96 + ["2024-12-31"] * 4)})
    assert bases.of_the_year(few, 2025) is few
    assert industry.off_year(pd.DataFrame({"share": [0.04]}), 2025) == ""
    assert bases.share_off_year(few.drop(columns="consulted_on"), 2025) == 0


# Missing values


def test_missing_values_are_counted_by_field() -> None:
    data = scored([(1, None, 3, True), (None, None, 3, False), (1, 2, 3, None)])
    data["converted_on"] = pd.to_datetime([None, None, "2025-01-03"])
    data["source"] = pd.array(["官网", None, None], dtype="string")
    table = bases.missing(data.set_axis([5, 5, 5]))
    assert table.set_index("field")[["consultations", "missing"]].to_dict("index") == {
        "intent": {"consultations": 3, "missing": 1},
        "clarity": {"consultations": 3, "missing": 2},
        "satisfaction": {"consultations": 3, "missing": 0},
        "converted": {"consultations": 3, "missing": 1},
        "converted_on": {"consultations": 1, "missing": 1},
        "source": {"consultations": 3, "missing": 2},
    }
    assert tables.printed(table)["字段"].to_list()[:2] == ["意向度", "需求明确性"]


def test_missing_values_are_counted_by_region_and_year_where_there_are_several() -> None:
    data = scored([(1, None, 3, True), (2, None, 3, False), (None, 2, 3, None), (None, 1, 1, None)])
    data["region"] = pd.array(["甲市", "乙市", "甲市", None], dtype="string")
    data["year"] = pd.array([2025] * 4, dtype="Int64")
    table = bases.missing(data)
    assert list(table.columns[:2]) == ["region", "field"]
    intent = table[table["field"] == "intent"]
    assert Counter(dict(zip(intent["region"].fillna("?"), intent["missing"], strict=True))) == Counter(
        {"甲市": 1, "乙市": 0, "?": 1}
    )
    both = bases.missing(data.assign(year=pd.array([2024, 2025, 2025, 2025], dtype="Int64")))
    assert list(both.columns[:3]) == ["region", "year", "field"]
    assert both["missing"].sum() == table["missing"].sum()


def test_purchases_that_nobody_made_lack_no_date() -> None:
    data = scored([(1, 1, 1, False)]).assign(amount=pd.array([None], dtype="Float64"))
    row = bases.missing(data).set_index("field").loc["amount"]
    assert (row.consultations, row.missing) == (0, 0)
    assert np.isnan(row.share)


def test_what_is_missing_most_is_said() -> None:
    table = scored([(1, None, 3, True), (None, None, 3, False), (1, 2, 3, True)])
    assert industry.completeness(bases.missing(table)) == (
        "缺失较多的字段：需求明确性（66.7%）和意向度（33.3%）；各项占比以填写了该项的咨询为基数"
    )
    assert industry.completeness(bases.missing(scored([(1, 1, 1, True)]))) == ""
