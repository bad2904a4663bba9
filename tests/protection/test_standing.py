"""A region among others: their numbers are those of their own reports, withheld alike, and claims hold."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from test_comparison import CARD, NOTHING, draw, publish

from industry_report.analysis import outcome_window
from industry_report.base import language
from industry_report.protection import disclosure, publication, standing, year_on_year
from industry_report.report import summary_panels, tables
from industry_report.report.sentences import standings

ROOT = Path(__file__).parents[2]
POLICY = disclosure.load_policy(ROOT / "params" / "publisher.yaml", "industry")


@pytest.fixture(autouse=True)
def chinese():
    language.use("zh")
    yield
    language.use("zh")


@pytest.fixture(scope="module")
def regions():
    rates = {"黄山市": 0.3, "杭州市": 0.5, "盐城市": 0.3}
    return {region: publish(draw(2000, rate, seed)) for seed, (region, rate) in enumerate(rates.items())}


@pytest.fixture(scope="module")
def few():
    rows = draw(4, 0.5, 3).assign(customer_id=[f"K{i}" for i in range(4)])
    return publication.protect_slice(rows, 2025, CARD, disclosure.Policy(10, 10.0), NOTHING)


@pytest.mark.parametrize("region", ["杭州市", "盐城市"])
def test_what_is_read_of_another_region_is_what_its_own_report_publishes(region):
    given = {"scorecard": CARD, "policy": POLICY}
    outline = publication.publish_outline("sample", region, 2025, **given)
    whole = publication.publish("sample", region, 2025, **given)
    assert (outline.measure, outline.received) == (whole.measure, whole.received)
    pd.testing.assert_series_equal(outline.average, whole.average)
    assert list(outline.by) == ["customer_type"]
    pd.testing.assert_frame_equal(outline.by["customer_type"], whole.by["customer_type"])
    pd.testing.assert_frame_equal(outline.outcomes, whole.basis.outcomes)


def test_a_region_has_a_range_of_places_and_says_whom_it_is_clearly_below(regions):
    place = standing.compare_regions(regions, "黄山市")
    assert place.table.index[0] == "杭州市"
    assert place.table[["best", "worst"]].to_numpy().tolist() == [[1, 1], [2, 3], [2, 3]]
    said = standings.standing(place)
    assert said.startswith("与另外2个地区相比，咨询数并列居第1位；客户类型构成相同时，成交率为")
    assert "显著低于杭州市（" in said and "与盐城市（" in said and "差异不显著，名次在第2～3位之间" in said
    language.use("en")
    said = standings.standing(place)
    assert "significantly below Hangzhou (" in said and "placed between 2nd and 3rd" in said


def test_the_table_shows_the_numbers_that_the_sentence_gives(regions):
    place = standing.compare_regions(regions, "黄山市")
    shown = tables.printed(standings.shown(place)).set_index("地区")
    assert shown.loc["黄山市", "名次"] == "2～3"
    assert shown["与黄山市相比"].tolist() == ["显著较高", *shown["与黄山市相比"].tolist()[1:]]
    assert shown.loc["黄山市", "构成相同时"] in standings.standing(place)


def test_regions_that_cannot_be_told_apart_have_no_places():
    alike = {region: publish(draw(600, 0.3, 7)) for region in ("黄山市", "杭州市")}
    place = standing.compare_regions(alike, "黄山市")
    assert standings.standing(place).endswith("差异不显著，不排名次")


def test_many_regions_are_counted_and_not_named():
    names = [f"{letter}市" for letter in "甲乙丙丁戊己"]
    many = {name: publish(draw(2000, 0.3 + 0.2 * (i > 3), i)) for i, name in enumerate(names)}
    said = standings.standing(standing.compare_regions(many, "甲市"))
    assert "显著低于2个地区，与3个地区差异不显著，名次在第3～6位之间" in said


def test_one_region_alone_says_nothing(regions):
    alone = standing.compare_regions({"黄山市": regions["黄山市"]}, "黄山市")
    assert alone.table.empty
    assert standings.standing(alone) == ""


def test_a_region_that_withholds_its_rate_is_not_compared(regions, few):
    place = standing.compare_regions({**regions, "芜湖市": few}, "黄山市")
    assert "芜湖市" not in standings.standing(place)
    assert "居第" not in standings.standing(place)  # its size is withheld: no place by size can be told
    printed = tables.printed(standings.shown(place)).set_index("地区").loc["芜湖市"]
    assert printed["咨询数"] == printed["成交率"] == language.protected()
    withheld = standing.compare_regions({"芜湖市": few, "杭州市": regions["杭州市"]}, "芜湖市")
    assert standings.rate(withheld) == ""


def test_regions_that_do_not_measure_the_same_or_lack_buyers_are_left_out(regions):
    other = replace(regions["杭州市"], measure=replace(regions["杭州市"].measure, days=30))
    assert standing.compare_regions({"黄山市": regions["黄山市"], "杭州市": other}, "黄山市").table.empty
    early = pd.DataFrame({outcome_window.BEFORE: [900]})
    basis = replace(regions["杭州市"].basis, outcomes=early)
    lacking = {**regions, "杭州市": replace(regions["杭州市"], basis=basis)}
    assert "杭州市" not in standing.compare_regions(lacking, "黄山市").table.index


def test_other_regions_stand_grey_in_the_panel_of_the_summary(regions):
    pair = year_on_year.compare_years(regions["黄山市"], None, 2025, 2024)
    place = standing.compare_regions(regions, "黄山市")
    panel = summary_panels.rate(pair, place)
    written = [words.get_text() for ax in panel.figure.axes for words in ax.texts]
    rates = place.table["rate"]
    assert sorted(written) == sorted(f"{name} {100 * rates[name]:.1f}%" for name in rates.index)
    alone = summary_panels.rate(pair, standing.compare_regions({"黄山市": regions["黄山市"]}, "黄山市"))
    assert alone.measure != panel.measure


def test_only_the_regions_asked_for_are_read(monkeypatch):
    asked = []
    real = standing.publish_outline
    monkeypatch.setattr(standing, "publish_outline", lambda *a, **k: asked.append(a[1]) or real(*a, **k))
    given = {"scorecard": CARD, "policy": POLICY}
    pair = year_on_year.publish("sample", "黄山市", 2025, **given)
    assert standing.publish_standing(pair, "sample", "黄山市", [], **given).table.empty
    assert asked == []
    place = standing.publish_standing(pair, "sample", "黄山市", ["黄山市", "盐城市", "芜湖市"], **given)
    assert asked == ["盐城市"]
    assert np.isclose(place.table.loc["黄山市", "rate"], pair.now.average["rate"])
