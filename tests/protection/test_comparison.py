"""Slices side by side, and the published tables that they are made from."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import scoring
from industry_report.analysis import conversion
from industry_report.base import language, style, table_metadata
from industry_report.base.errors import InputError
from industry_report.protection import comparison, disclosure, publication, source_files
from industry_report.report import layout, panels
from industry_report.report.sentences import college, side_by_side

ROOT = Path(__file__).parents[2]
CARD = scoring.load_scorecard(ROOT / "params" / "scorecards" / "consultation.yaml")
NOTHING = source_files.Files(pd.DataFrame(), pd.DataFrame(), pd.DataFrame(), synthetic=True)
SLICES = pd.DataFrame(
    [(r, y, 100, "", True) for r in ("黄山市", "杭州市") for y in (2023, 2024, 2025)],
    columns=["region", "year", "consultations", "digest", "synthetic"],
)


def draw(rows, rate, seed, small_share=0.5):
    rng = np.random.default_rng(seed)
    types = np.where(rng.random(rows) < small_share, "小微企业", "中型企业")
    return pd.DataFrame(
        {
            "customer_type": types,
            "source": rng.choice(["官网", "搜索引擎"], rows),
            "product": rng.choice(["总账", "报税"], rows),
            "consulted_on": pd.Timestamp(2025, 1, 1) + pd.to_timedelta(rng.integers(0, 365, rows), unit="D"),
            **{name: rng.integers(1, 6, rows) for name in ("intent", "clarity", "satisfaction")},
            "converted": pd.array(rng.random(rows) < rate, dtype="boolean"),
        }
    )


def publish(consultations):
    return publication.protect_slice(consultations, 2025, CARD, disclosure.Policy(10, 10.0), NOTHING)


@pytest.fixture(scope="module")
def years():
    rates = {2023: 0.2, 2024: 0.3, 2025: 0.31}
    return {year: publish(draw(2000, rate, year)) for year, rate in rates.items()}


@pytest.fixture(scope="module")
def regions():
    rates = {"黄山市": 0.3, "杭州市": 0.5, "盐城市": 0.3}
    return {region: publish(draw(2000, rate, seed)) for seed, (region, rate) in enumerate(rates.items())}


# --- what is compared


def test_one_region_is_compared_over_its_years():
    chosen = comparison.choose(SLICES, ["黄山市"], [])
    assert chosen == {year: ("黄山市", year) for year in (2023, 2024, 2025)}
    assert list(comparison.choose(SLICES, ["黄山市"], [2025, 2023])) == [2023, 2025]


def test_regions_are_compared_in_one_year():
    chosen = comparison.choose(SLICES, ["杭州市", "黄山市"], [2025])
    assert chosen == {"杭州市": ("杭州市", 2025), "黄山市": ("黄山市", 2025)}
    assert not comparison.of_years(chosen)


@pytest.mark.parametrize(
    ("regions", "years", "said"),
    [
        (["黄山市", "杭州市"], [2024, 2025], "one region and its years, or several regions and one year"),
        (["黄山市", "杭州市"], [], "one region and its years, or several regions and one year"),
        ([], [2025], "one region"),
        (["黄山市"], [2025], "nothing beside it"),
        (["黄山市", "芜湖市"], [2025], "hold no 芜湖市 2025"),
        (["黄山市"], [2022, 2025], "hold no 黄山市 2022"),
    ],
)
def test_what_cannot_be_compared_is_refused(regions, years, said):
    with pytest.raises(InputError) as caught:
        comparison.choose(SLICES, regions, years)
    assert said in str(caught.value)
    assert caught.value.remedy


# --- changes and places


def test_each_year_is_compared_with_the_one_before_after_holm(years):
    changes = comparison.changes(years)
    assert list(changes[["one", "other"]].itertuples(index=False, name=None)) == [
        (2024, 2023),
        (2025, 2024),
        (2025, 2023),
    ]
    assert changes["verdict"].tolist() == ["higher", "no clear difference", "higher"]
    assert set(changes["method"]) == {"Holm"}
    now, before = (years[year].average for year in (2024, 2023))
    assert changes.iloc[0][["difference", "low", "high"]].tolist() == list(conversion.difference(now, before))


def test_regions_that_cannot_be_told_apart_share_their_places(regions):
    ranks = comparison.ranks(regions, comparison.changes(regions))
    assert ranks.index[0] == "杭州市"
    assert ranks[["best", "worst"]].to_numpy().tolist() == [[1, 1], [2, 3], [2, 3]]
    assert "差异不显著，均在第2～3位之间" in side_by_side.order(ranks, conversion.Measure())


def test_regions_that_are_all_alike_are_not_ranked():
    alike = {region: publish(draw(500, 0.3, 9)) for region in ("黄山市", "杭州市")}
    ranks = comparison.ranks(alike, comparison.changes(alike))
    assert ranks[["best", "worst"]].to_numpy().tolist() == [[1, 2], [1, 2]]
    assert "不排名次" in side_by_side.order(ranks, conversion.Measure())


def test_withheld_total_is_not_compared(years):
    few = {2022: publish(draw(12, 0.3, 1)), **years}
    assert pd.isna(comparison.overview(few).loc[2022, "rate"])
    assert 2022 not in comparison.changes(few)["other"].tolist()
    assert comparison.standardise(few).rates.empty
    assert side_by_side.trend(comparison.changes(few), comparison.overview(few), conversion.Measure())


def test_sides_without_outcomes_are_left_out_of_rates_only(years):
    without = publish(draw(2000, 0.3, 1).drop(columns="converted"))
    sides = {2022: without, **years}
    assert list(comparison.comparable(sides)) == [2023, 2024, 2025]
    assert set(comparison.grade_shares(sides)["side"]) == {2022, 2023, 2024, 2025}
    assert "2022年未提供成交结果" in side_by_side.without_outcomes(sides, comparison.comparable(sides))
    assert comparison.measure_of(comparison.comparable({2022: without, 2023: without})).grade == "A"


# --- standardised


def test_difference_that_is_all_composition_vanishes_when_standardised():
    def mixed(share, seed):
        table = draw(8000, 0.0, seed, share)
        buys = np.random.default_rng(seed + 50).random(8000) < np.where(
            table["customer_type"] == "小微企业", 0.1, 0.5
        )
        return table.assign(converted=pd.array(buys, dtype="boolean"))

    sides = {"黄山市": publish(mixed(0.8, 1)), "杭州市": publish(mixed(0.3, 2))}
    rates = comparison.standardise(sides).rates
    assert abs(rates["rate"].diff().iloc[-1]) > 0.15
    assert abs(rates["standardised"].diff().iloc[-1]) < 0.03
    said = side_by_side.composition(comparison.standardise(sides), "customer_type", conversion.Measure())
    assert said.startswith("按客户类型构成标准化后，杭州市与黄山市的成交率之差由")
    assert said.endswith("差异有一部分来自客户类型构成不同")


def test_standardised_rates_are_the_weighted_rates_of_the_strata(years):
    result = comparison.standardise(years)
    table = years[2023].by["customer_type"]
    weights = sum(one.by["customer_type"]["consultations"] for one in years.values())
    expected = (table["rate"] * weights / weights.sum()).sum()
    assert result.rates.loc[2023, "standardised"] == pytest.approx(expected)


# --- groups


def test_groups_are_the_rows_of_the_published_tables(years):
    long = comparison.groups(years, "source")
    for (group, side), row in long.set_index(["group", "side"]).iterrows():
        assert row["rate"] == years[side].by["source"].loc[group, "rate"]
    assert len(long) == 6


def test_nothing_to_compare_gives_empty_tables(years):
    bare = {y: publish(draw(300, 0.3, y)[["intent", "clarity", "satisfaction"]]) for y in (2023, 2024)}
    assert comparison.groups(bare, "source").empty
    assert comparison.group_changes(bare, "source").empty
    assert comparison.months(bare).empty
    assert comparison.standardise(bare).rates.empty


def test_group_changes_compare_the_last_side_with_the_first(years):
    table = comparison.group_changes(years, "source")
    assert table_metadata.fact(table, "sides") == (2025, 2023)
    assert (table["verdict"] == "higher").all()
    said = side_by_side.shifted(table, "source", conversion.Measure())
    assert said.startswith("2025年与2023年相比，成交率显著上升的客户来源有")


def test_same_slice_is_masked_alike_wherever_it_is_shown():
    consultations = draw(400, 0.02, 3)
    one, again = publish(consultations), publish(consultations.sample(frac=1, random_state=1))
    for name in publication.GROUPINGS:
        pd.testing.assert_frame_equal(one.by[name], again.by[name])
    assert one.by["source"]["conversions"].isna().any()


# --- figures and sentences


def count_axes(figure):
    return sum(ax.get_visible() for ax in figure.axes)


def test_small_multiples_have_a_panel_for_each_group(years, regions):
    for sides in (years, regions):
        long = comparison.groups(sides, "product")
        assert count_axes(panels.rates(long, "成交率", comparison.side_name, language.name)) == 2
        shares = comparison.grade_shares(sides)
        assert count_axes(panels.rates(shares, "", comparison.side_name, side_by_side.grade_label)) == 4


def test_panels_keep_the_words_of_english_names_whole():
    groups = ["Small and micro enterprises", "Bookkeeping agencies", "Sole traders"]
    rows = [(group, side) for group in groups for side in ("Huangshan", "Hangzhou", "Yancheng")]
    table = pd.DataFrame(rows, columns=["group", "side"]).assign(rate=0.3, low=0.2, high=0.4)
    language.use("en")
    axes = panels.rates(table, "Conversion rate", str, str).axes
    titles = [ax.get_title("left") or ax.get_title() for ax in axes]
    assert [title.replace("\n", " ") for title in titles] == groups


def test_overview_shows_standardised_rates_beside_the_crude_ones(years):
    both = comparison.with_standardised(comparison.overview(years), comparison.standardise(years))
    figure = panels.overview(both, conversion.Measure(), "", comparison.side_name)
    [ax] = figure.axes
    drawn = [np.asarray(line.get_xdata()).tolist() for line in ax.lines if line.get_marker() in "oD"]
    assert drawn == [both["rate"].tolist(), both["standardised"].tolist()]
    assert [name.get_text() for name in layout.find_names(ax)] == ["2023年", "2024年", "2025年"]


def test_only_clear_directions_are_drawn_filled():
    table = pd.DataFrame(
        {"kind": "product", "group": ["甲", "乙", "丙"], "difference": [0.05, -0.05, 0.01],
         "low": [0.02, -0.08, -0.01], "high": [0.08, -0.02, 0.03],
         "direction": ["rising", "falling", "not enough evidence"]}
    )  # fmt: skip
    figure = panels.directions(table, college.direction_words())
    marks = {line.get_marker(): line for line in figure.axes[0].lines if line.get_marker() in "^sov"}
    filled = {mark: line.get_markerfacecolor() == style.ACCENT for mark, line in marks.items()}
    assert filled == {"^": True, "s": False, "o": False, "v": True}
    assert {mark: len(line.get_xdata()) for mark, line in marks.items()} == {"^": 1, "s": 0, "o": 1, "v": 1}


def test_demand_that_is_withheld_is_marked_in_the_drawing():
    columns = ["asked", "rate", "low", "high"]
    table = pd.DataFrame([[50, 0.5, 0.4, 0.6], [np.nan] * 4], ["总账", "报税"], columns)
    [ax] = panels.demand(table).axes
    assert [text.get_text() for text in ax.texts] == [
        "总账",
        "报税",
        "占比",
        "50.0%",
        "［保密］",
        "咨询数",
        "50",
        "［保密］",
    ]


@pytest.mark.parametrize("code", language.LANGUAGES)
def test_top_grade_is_said_to_differ_only_where_it_does(code):
    language.use(code)
    alike = {year: publish(draw(1000, 0.2, 1)) for year in (2023, 2024)}
    said = side_by_side.top_grade(comparison.grade_shares(alike), alike)
    assert ("没有显著差异" in said) or ("does not clearly differ" in said)
    changed = {2023: publish(draw(1000, 0.2, 1)), 2024: publish(draw(1000, 0.2, 1).assign(intent=5))}
    said = side_by_side.top_grade(comparison.grade_shares(changed), changed)
    assert ("上升到" in said) or ("is up from" in said)
