"""What changed since the year before, against numbers worked out by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from industry_report.analysis import conversion, growth
from industry_report.analysis.conversion import Measure


def table(counts: dict[str, tuple[float, float]]) -> pd.DataFrame:
    rows = pd.DataFrame.from_dict(counts, orient="index", columns=["consultations", "conversions"])
    return (
        conversion.with_interval(rows.fillna(0), Measure())
        .where(rows["consultations"].notna())
        .rename_axis("source")
    )


def test_a_count_its_gain_and_its_growth() -> None:
    found = growth.of_total(5588, 4955, (2024, 2025))
    assert found["received"].tolist() == [4955, 5588]
    assert found.loc[2025, "gained"] == 633
    assert found.loc[2025, "growth"] == pytest.approx(633 / 4955)
    assert np.isnan(found.loc[2024, "gained"])


def test_nothing_grows_from_a_withheld_count_or_from_zero() -> None:
    assert growth.of_total(5588, float("nan"), (2024, 2025))["gained"].isna().all()
    assert growth.of_total(float("nan"), 12, (2024, 2025))["growth"].isna().all()
    assert np.isnan(growth.of_total(7, 0, (2024, 2025)).loc[2025, "growth"])


def test_groups_their_gain_share_and_rates() -> None:
    now = table({"短视频": (925, 119), "电话": (576, 109), "官网": (760, 159), "其他": (100, 10)})
    before = table({"短视频": (538, 70), "电话": (749, 150), "其他": (90, 9)})
    found = growth.of_groups(now, before)
    assert list(found.index) == ["短视频", "电话", "官网"]
    assert found["gained"].tolist()[:2] == [387, -173]
    assert found.loc["短视频", "growth"] == pytest.approx(387 / 538)
    assert found.loc["官网"].drop("consultations").isna().all()  # it was not told apart a year before
    assert found.loc["短视频", "contribution"] == pytest.approx(387 / (2361 - 1377))
    assert found.loc["短视频", "difference"] == pytest.approx(119 / 925 - 70 / 538)


def test_the_share_of_the_gain_is_of_the_net_gain_of_all_groups() -> None:
    now, before = table({"甲": (150, 30), "乙": (90, 20)}), table({"甲": (100, 20), "乙": (100, 20)})
    found = growth.of_groups(now, before)
    assert found["contribution"].tolist() == pytest.approx([50 / 40, -10 / 40])
    assert growth.of_groups(now, before, overlapping=True)["contribution"].isna().all()
    assert growth.of_groups(now, now)["contribution"].isna().all()  # nothing was gained


def test_all_consultations_are_counted_where_one_year_has_not_been_followed_to_its_end() -> None:
    now = table({"甲": (90, 30), "乙": (80, 20)}).assign(received=[150, 90])
    found = growth.of_groups(now, table({"甲": (100, 20), "乙": (100, 20)}))
    assert found["received"].tolist() == [150, 90]
    assert found["gained"].tolist() == [50, -10]
    assert growth.of_groups(table({"甲": (100, 20)}), now)["gained"].tolist() == [-50]


def test_a_number_that_one_year_withholds_is_missing_in_every_change() -> None:
    now = table({"甲": (150, 30), "乙": (90, 20)})
    before = table({"甲": (100, 20), "乙": (np.nan, np.nan)})
    found = growth.of_groups(now, before)
    assert found.loc["乙"].drop(["consultations"]).isna().all()
    assert found["contribution"].isna().all()
    turned = growth.of_groups(before, now)
    assert turned.loc["乙"].drop(["year_before"]).isna().all()


@pytest.mark.parametrize("open_years", [(True, True), (True, False), (False, True)])
def test_a_year_with_open_outcomes_beside_one_without(open_years: tuple[bool, bool]) -> None:
    years = [table({"甲": (150, 30), "乙": (90, 20)}), table({"甲": (100, 20), "乙": (100, 20)})]
    for place, is_open in enumerate(open_years):
        if is_open:  # ten more of each group whose window is not over yet
            years[place].insert(0, "received", years[place]["consultations"] + 10)
    found = growth.of_groups(*years)
    extra = 10 * (open_years[0] - open_years[1])
    assert found["gained"].tolist() == [50 + extra, -10 + extra]


def test_a_rate_is_split_into_changes_within_groups_and_of_the_mix() -> None:
    n = pd.DataFrame({"a": [50, 80], "b": [50, 20]}, index=[2024, 2025])
    x = pd.DataFrame({"a": [5, 16], "b": [25, 12]}, index=[2024, 2025])
    found = growth.decompose(n, x)
    # 2025's rates 0.2 and 0.6 at the mix of 2024, half and half, are 0.4
    assert found.to_dict() == pytest.approx(
        {"reference": 0.3, "within": 0.1, "mix": -0.12, "rate": 0.28, "standardised": 0.4}
    )


def test_nothing_is_split_without_two_years_or_where_a_group_vanished() -> None:
    assert growth.decompose(pd.DataFrame(), pd.DataFrame()).isna().all()
    n = pd.DataFrame({"a": [50, 100], "b": [50, 0]})
    assert growth.decompose(n, n // 2).isna().all()


@given(st.lists(st.tuples(*[st.integers(1, 500)] * 2, *[st.floats(0, 1)] * 2), min_size=1, max_size=9))
def test_parts_of_a_change_add_up(groups: list[tuple[int, int, float, float]]) -> None:
    n = pd.DataFrame({i: [g[0], g[1]] for i, g in enumerate(groups)})
    x = pd.DataFrame({i: [round(g[0] * g[2]), round(g[1] * g[3])] for i, g in enumerate(groups)})
    found = growth.decompose(n, x)
    assert found.reference + found.within + found.mix == pytest.approx(found.rate)
    if len(groups) == 1:
        assert found["mix"] == pytest.approx(0)
