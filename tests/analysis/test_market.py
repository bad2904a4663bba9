import numpy as np
import pandas as pd
import pytest

from industry_report.analysis import conversion, market
from industry_report.base import table_metadata
from industry_report.base.errors import InputError


def groups(name="product", **counts):
    table = pd.DataFrame({"consultations": counts}).assign(conversions=1).rename_axis(name)
    return conversion.with_interval(table, conversion.Measure())


def change(now, before, total_now, total_before, steady=20):
    kinds = [{"product": market.demand(table, n)} for table, n in ((now, total_now), (before, total_before))]
    return market.directions(*kinds, steady).set_index("group")


def test_demand_is_the_share_of_all_consultations_with_wilson_interval():
    demand = market.demand(groups(a=81, b=100), 263)
    assert demand.index.tolist() == ["b", "a"]
    assert demand.loc["a", ["asked", "rate"]].tolist() == [81, 81 / 263]
    assert demand.loc["a", ["low", "high"]].round(4).tolist() == [0.2553, 0.3662]


def test_demand_counts_consultations_whose_outcome_is_open_too():
    table = groups(a=80, b=20).assign(received=[90, 60])
    assert market.demand(table, 150)["rate"].to_dict() == {"a": 0.6, "b": 0.4}


def test_withheld_count_is_withheld_as_a_share():
    table = groups(a=80, b=20)
    table["consultations"] = [80, np.nan]
    table_metadata.describe(table, withheld={"consultations": ["b"]})
    demand = market.demand(table, 100)
    assert demand.loc["b"].isna().all()
    assert table_metadata.withheld(demand)["rate"] == ["b"]


def test_directions_need_an_interval_without_zero():
    table = change(
        groups(up=600, down=200, same=500, small=12), groups(up=400, down=400, same=500, small=10), 2000, 2000
    )
    assert table["direction"].to_dict() == {
        "up": "rising", "down": "falling", "same": "steady", "small": "not enough evidence",
    }  # fmt: skip
    clear = table["direction"].isin(["rising", "falling"])
    assert ((table["low"] > 0) | (table["high"] < 0))[clear].all()
    assert table.loc["up", ["share", "share_before", "difference"]].tolist() == pytest.approx([0.3, 0.2, 0.1])


def test_a_change_that_is_surely_small_is_steady_even_if_it_is_surely_not_zero():
    table = change(groups(a=20_500, b=30_000), groups(a=20_000, b=30_000), 100_000, 100_000, steady=50)
    assert table.loc["a", "low"] > 0
    assert table["direction"].to_dict() == {"a": "steady", "b": "steady"}
    strict = change(groups(a=20_500, b=30_000), groups(a=20_000, b=30_000), 100_000, 100_000, steady=2)
    assert strict["direction"].to_dict() == {"a": "rising", "b": "steady"}


@pytest.mark.parametrize("seed", range(5))
def test_claimed_direction_always_excludes_zero(seed):
    rng = np.random.default_rng(seed)
    now, before = (groups(**{f"g{i}": int(n) for i, n in enumerate(rng.integers(0, 200, 12))}) for _ in "ab")
    table = change(now, before, 1000, 1000)
    assert (table["low"] > 0)[table["direction"] == "rising"].all()
    assert (table["high"] < 0)[table["direction"] == "falling"].all()
    margin = 0.2 * table["share_before"]
    assert ((table["low"] >= -margin) & (table["high"] <= margin))[table["direction"] == "steady"].all()


def test_group_of_one_year_alone_and_the_rest_claim_nothing():
    table = change(groups(a=300, b=90, 其他=50), groups(a=300, 其他=99), 900, 900)
    assert table.index.tolist() == ["a", "b"]
    assert table.loc["b", "direction"] == "not enough evidence"
    assert np.isnan(table.loc["b", "difference"])


def test_without_an_earlier_year_no_direction():
    table = market.directions({"product": market.demand(groups(a=300), 900)}, {}, 20)
    assert table["direction"].tolist() == ["not enough evidence"]
    assert market.directions({}, {}, 20).empty


@pytest.mark.parametrize("value", [0, -1])
def test_margin_must_be_positive(value):
    with pytest.raises(InputError, match="steady_within"):
        market.directions({}, {}, value)


def by_month(*counts):
    return pd.DataFrame({"received": counts}, index=pd.RangeIndex(1, 13, name="month"))


def test_season_may_run_over_the_new_year():
    found = market.find_season(by_month(300, 50, 50, 50, 50, 50, 50, 50, 50, 50, 200, 300))
    assert (found.months, found.clear) == ((11, 12, 1), True)
    assert found.share == 800 / 1250


def test_even_months_have_no_season():
    assert not market.find_season(by_month(*[100] * 12)).clear
    assert not market.find_season(by_month(*[2] * 11, 5)).clear


def test_season_of_given_months():
    assert market.find_season(by_month(*range(10, 130, 10)), (1, 2, 3)).share == 60 / 780


@pytest.mark.parametrize(
    "months", [by_month(*[np.nan] * 12), by_month(*[0] * 12), by_month(*[1] * 12).iloc[:0]]
)
def test_no_season_where_months_are_not_told(months):
    assert market.find_season(months) is None


def shares(counts):
    rows = [
        (d, score, n) for d, numbers in counts.items() for score, n in zip(range(1, 6), numbers, strict=True)
    ]
    return pd.DataFrame(rows, columns=["dimension", "score", "consultations"])


def test_service_tells_weak_and_strong_scores():
    table = market.service(shares({"clarity": [10, 20, 30, 25, 15], "satisfaction": [0, np.nan, 5, 5, 5]}))
    assert table.loc["clarity", ["weak", "strong"]].tolist() == [0.3, 0.4]
    assert table.loc["satisfaction"].isna().all()
    assert table_metadata.withheld(table)["weak"] == ["satisfaction"]
    assert table_metadata.heads(table)["weak"] == "低分（低于3分）占比"


def test_gain_compares_strong_with_weak_scores():
    by_score = shares({"clarity": [40, 40, 50, 35, 35]}).assign(conversions=[24, 24, 25, 28, 28])
    apart = market.gain(by_score, "clarity")
    assert apart["rate"].tolist() == [0.8, 0.6]
    assert apart[["low", "high"]].iloc[0].round(4).tolist() == [0.0524, 0.3339]  # Newcombe 1998: 56/70, 48/80
    assert market.gain(by_score.assign(conversions=np.nan), "clarity").empty
    assert market.gain(by_score, "intent").empty
