"""Figures that were worked out from the sample's workbooks by other means, to be met by the analysis."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import scoring
from industry_report.analysis import conversion, workload
from industry_report.intake import dataset

CARD = scoring.load_scorecard(Path(__file__).parents[2] / "params" / "scorecards" / "consultation.yaml")
YEARLY = {"A": 52, "B": 12, "C": 4, "D": 1}  # contacts that the standard asks for
CITIES = ["杭州市", "黄山市", "盐城市"]
STRATA = ["个体工商户", "中型企业", "事业单位", "代理记账公司", "小微企业"]  # those that all three publish


@pytest.fixture(scope="module")
def graded() -> pd.DataFrame:
    """The consultations of Huangshan, 2025."""
    table = scoring.score(dataset.load("sample", region="黄山市", year=2025), CARD)
    return table[table["grade"].notna()]


def staff(contacts: float) -> str:
    """Return full-time equivalents at 20 minutes and 1,600 hours."""
    return f"{contacts * 20 / 60 / 1600:.1f}"


def mid(grades: pd.DataFrame) -> str:
    """Return what the report computes for 20 minutes."""
    found = workload.full_time_equivalents(
        workload.contacts(grades, CARD), {"low": 10, "mid": 20, "high": 30}, 1600
    )
    return f"{found.loc[found['assumption'] == 'mid', 'full_time_equivalents'].sum():.1f}"


def test_full_time_equivalents_of_four_bases(graded: pd.DataFrame) -> None:
    """The published figure is the largest of four: an upper bound, with that of open customers beside it."""
    contacts = graded["grade"].astype(str).map(YEARLY)
    assert mid(conversion.grades(graded)) == staff(contacts.sum()) == "16.9"  # every row a customer

    latest = graded.sort_values("consulted_on", kind="stable").drop_duplicates("customer_id", keep="last")
    assert len(latest) == 4787
    assert mid(conversion.grades(latest)) == staff(latest["grade"].astype(str).map(YEARLY).sum()) == "14.5"

    left = latest[
        ~latest["converted"].fillna(False).astype(bool)
    ]  # the latest consultation brought no purchase
    asked = left["grade"].astype(str).map(YEARLY)
    assert mid(workload.customers_to_contact(graded)) == staff(asked.sum()) == "8.3"

    of_the_year = (pd.Timestamp("2026-01-01") - left["consulted_on"]).dt.days / 365
    assert staff((asked * of_the_year).sum()) == "3.9"  # what falls into the year itself


def wilson(successes: float, n: float) -> np.ndarray:
    """Return rate, lower and upper limit."""
    p, z = successes / n, 1.959963984540054
    middle, half = p + z**2 / (2 * n), z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return np.array([p, *(middle + np.array([-half, half])) / (1 + z**2 / n)])


def test_a_league_table_of_crude_rates_ranks_the_mix() -> None:
    """Hangzhou is 2.1 points above Huangshan; with the same mix +0.8 (−0.7 to 2.3), so not clearly."""
    rows = pd.concat([dataset.load("sample", region=city, year=2025) for city in CITIES])
    rows = scoring.score(rows, CARD)
    rows = rows[rows["grade"].notna() & rows["converted"].notna()]
    rows["customer_type"] = rows["customer_type"].where(rows["customer_type"].isin(STRATA), "其余")
    found = conversion.standardised(rows, "region", "customer_type", conversion.Measure())
    row = found.pairs.set_index(["one", "other"]).loc[("杭州市", "黄山市")]
    assert round(row["crude"] * 100, 1) == 2.1

    mix = rows["customer_type"].value_counts(normalize=True)
    sums = {}
    for city in CITIES[:2]:
        of_city = rows[rows["region"] == city].groupby("customer_type")["converted"].agg(["sum", "count"])
        limits = np.array([wilson(of_city["sum"][kind], of_city["count"][kind]) for kind in mix.index])
        weights = mix.to_numpy()
        sums[city] = (
            weights @ limits[:, 0],
            ((weights * (limits[:, 0] - limits[:, 1])) ** 2).sum(),
            ((weights * (limits[:, 2] - limits[:, 0])) ** 2).sum(),
        )
    (first, below, above), (second, under, over) = sums["杭州市"], sums["黄山市"]
    apart = first - second
    expected = [apart, apart - np.sqrt(below + over), apart + np.sqrt(above + under)]
    assert row[["difference", "low", "high"]].tolist() == pytest.approx(expected)
    assert [f"{value * 100:+.1f}" for value in expected] == ["+0.8", "-0.7", "+2.3"]

    places = conversion.rank_places(CITIES, found.pairs)
    assert places[["best", "worst"]].to_numpy().tolist() == [[1, 2], [1, 2], [3, 3]]
