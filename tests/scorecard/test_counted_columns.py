"""Blanks that count, numbers taken linearly, shares of a total, and conditions that are not met."""

import itertools
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

import scoring
from industry_report import cli
from industry_report.protection import publication
from industry_report.report import tables
from industry_report.scorecard import explanation
from industry_report.scorecard.rating.cumulative_shares import share_out
from industry_report.settings.editions import Policy
from scoring import ScorecardError, ScoreError, score
from tests import cards

BINS = 'bins: [{level: -1, values: "(-inf, 0.3)"}, {level: 4, values: "[0.3, inf)"}]'
TEXTS = "points: [{values: [展会], points: 3}, {values: [网站], points: 1}], otherwise: -2"
GRADES = [("C", "[-10, 1)"), ("B", "[1, 3)"), ("A", "[3, 40]")]


def grade_at(total):
    return "A" if total >= 3 else "B" if total >= 1 else "C"


# --- blanks


@pytest.fixture
def blank_card(tmp_path):
    rows = [
        ("share", f"{BINS}, missing: {{points: 2}}", "0.5"),
        ("source", f"{TEXTS}, missing: {{points: -7}}"),
    ]
    return cards.load(tmp_path, cards.weighted(rows, GRADES))


def expected_total(share, source):
    bins = 2 if share is None else 4 if Fraction(str(share)) >= Fraction("0.3") else -1
    texts = -7 if source in (None, "", " ") else {"展会": 3, "网站": 1}.get(source, -2)
    return Fraction(bins, 2) + texts


def test_blanks_earn_their_points_exactly(blank_card):
    rows = list(
        itertools.product([None, 0.1, 0.3, 9, 0.1 + 0.2 - 1e-17], [None, "", " ", "展会", "网站", "别的"])
    )
    table = pd.DataFrame(rows, columns=["share", "source"])
    scored = score(table, blank_card)
    totals = [expected_total(*row) for row in rows]
    assert scored["composite"].tolist() == [float(total) for total in totals]
    assert scored["grade"].tolist() == [grade_at(total) for total in totals]
    assert scoring.status(scored, blank_card).eq("graded").all()
    assert scoring.possible(table, blank_card).empty


def test_blanks_are_levels_among_the_combinations(blank_card):
    grid = scoring.combinations(blank_card)
    assert sorted(grid["source"].unique()) == [-7, -2, 1, 3]
    assert sorted(grid["share"].unique()) == [-1, 2, 4]
    assert grid["grade"].tolist() == [
        grade_at(Fraction(a, 2) + b) for a, b in grid[["share", "source"]].itertuples(index=False)
    ]
    levels = scoring.levels(pd.DataFrame({"share": [None, 5.0], "source": [None, "展会"]}), blank_card)
    assert levels.to_dict("list") == {"share": [2, 4], "source": [-7, 3]}


def test_a_blank_that_does_not_count_still_leaves_grades_open(tmp_path):
    rows = [("share", BINS), ("source", f"{TEXTS}, missing: {{points: -7}}")]
    card = cards.load(tmp_path, cards.weighted(rows, GRADES))
    table = pd.DataFrame({"share": [None, None, 1.0], "source": [None, "展会", None]})
    scored = score(table, card)
    assert scored["grade"].isna().tolist() == [True, True, False]
    left = scoring.possible(table, card)
    assert left.index.tolist() == [0, 1]
    assert left[["lowest", "highest"]].astype(str).to_numpy().tolist() == [["C", "C"], ["B", "A"]]
    assert scoring.status(scored, card).astype(str).tolist() == ["ungradable", "ungradable", "graded"]


def test_a_gate_needs_its_column_even_where_the_dimension_counts_a_blank(tmp_path):
    rows = [("source", f"{TEXTS}, missing: {{points: 3}}")]
    card = cards.load(tmp_path, cards.weighted(rows, GRADES, zero_when="{column: source, is: [网站]}"))
    scored = score(pd.DataFrame({"source": [None, "展会", "网站"]}), card)
    assert scored["grade"].astype(object).where(scored["grade"].notna(), None).tolist() == [None, "A", "C"]


def test_blanks_are_explained_and_compared(tmp_path, blank_card):
    rated = scoring.combinations(blank_card), scoring.cells(blank_card)
    assert "-7 blank" in explanation.explain(blank_card, *rated, "en")
    assert "各项空白时均按规定计分" in explanation.explain(blank_card, *rated, "zh")
    plain = cards.load(tmp_path, cards.weighted([("share", BINS, "0.5"), ("source", TEXTS)], GRADES))
    table = pd.DataFrame({"share": [1.0, None, 1.0], "source": ["展会", "展会", None]})
    told = []
    for card in (plain, blank_card):
        scored = score(table, card)
        told.append(scored["grade"].astype(object).fillna(scoring.status(scored, card).astype(object)))
    page = explanation.compare(told, [plain, blank_card], "en")
    assert "Of 3 records 2 (66.7%) change grade." in page


# --- numbers taken linearly

LINEAR = "linear: {per: 100, least: 0, most: 3000, step: 0.01, capped: true}, missing: {points: -5}"


@pytest.fixture
def capital_card(tmp_path):
    rows = [("capital", LINEAR), ("progress", "linear: {per: 1, least: 0, most: 30}", "0.1")]
    return cards.load(tmp_path, cards.weighted(rows, GRADES))


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.none(), st.decimals(0, 5000, places=2)), st.integers(0, 30))
def test_numbers_are_taken_exactly(capital, progress):
    card = cards_of_capital()
    points = -5 if capital is None else min(Fraction(capital), 3000) / 100
    total = points + Fraction(progress, 10)
    table = pd.DataFrame({"capital": [None if capital is None else float(capital)], "progress": [progress]})
    scored = score(table, card)
    assert scored["composite"].tolist() == [float(total)]
    assert scored["grade"].tolist() == [grade_at(total)]
    assert scoring.levels(table, card)["capital"].tolist() == [float(points)]


CARDS = {}


def cards_of_capital():
    return CARDS["capital"]


@pytest.fixture(autouse=True)
def keep_card(capital_card):
    CARDS["capital"] = capital_card


def test_a_border_between_two_hundredths_is_found(capital_card):
    table = pd.DataFrame({"capital": [99.99, 100, 299.99, 300.0, -1.0], "progress": 0})
    assert score(table, capital_card)["grade"].tolist() == ["C", "B", "B", "A", "C"]


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("progress", 31, "multiples of 1 from 0 to 30"),
        ("progress", 0.5, "0.5 is not a number of the scorecard"),
        ("capital", 1.005, "multiples of 0.01 from 0 to 3000"),
        ("capital", np.inf, "multiples of 0.01"),
        ("progress", "10", "is not a number of the scorecard"),
    ],
)
def test_a_number_off_the_scale_is_refused(capital_card, column, value, said):
    table = pd.DataFrame({"capital": [5.0], "progress": [3]}).astype(object)
    table.loc[0, column] = value
    with pytest.raises(ScoreError, match=column) as caught:
        score(table, capital_card)
    assert said in str(caught.value)


def test_a_scale_too_long_to_list_has_no_combinations_but_ends(capital_card):
    first, second = capital_card.dimensions
    assert (first.count, second.count) == (300_002, 31)  # with the blank, below the scale
    assert first.ends == (-5, 30)
    assert scoring.combinations(capital_card).empty
    page = explanation.explain(
        capital_card, scoring.combinations(capital_card), scoring.cells(capital_card), "en"
    )
    assert (
        "1 point for each 100, numbers from 0 to 3,000 in steps of 0.01, beyond them the end counts" in page
    )
    assert "-5 if blank" in page and "9,300,062 are too many to list" in page
    left = scoring.possible(pd.DataFrame({"capital": [100.0], "progress": [None]}), capital_card)
    assert left[["lowest", "highest"]].astype(str).to_numpy().tolist() == [["B", "A"]]


def test_the_combinations_of_a_short_scale_are_exact(tmp_path):
    rows = [("progress", "linear: {per: 3, least: -1, most: 2, step: 0.1}, missing: {points: 5}")]
    card = cards.load(tmp_path, cards.weighted(rows, GRADES))
    grid = scoring.combinations(card)
    values = [Fraction(n, 30) for n in range(-10, 21)] + [Fraction(5)]
    assert grid["composite"].tolist() == [float(value) for value in values]
    assert grid["grade"].tolist() == [grade_at(value) for value in values]
    assert card.dimensions[0].values == tuple(values) and card.dimensions[0].count == len(values)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("linear: {per: 0, least: 0, most: 30}", "is not above 0"),
        ("linear: {per: 1, least: 30, most: 30}", "most 30 is not above least 30"),
        ("linear: {per: 1, least: 0, most: 0.5}", "most 0.5 is no multiple of the step 1"),
        ("linear: {per: 1, least: 0, most: 999999999999, step: 0.000001}", "too long to be exact"),
        ("levels: {1: {zh: 一, en: one}}, missing: {points: 1}", "missing belongs to bins, linear, points"),
        ("cumulative: {parts: [{level: 1, to: 0.5}], crossing: higher}", "ends at 0.5 of the total"),
        (
            "cumulative: {parts: [{level: 1, to: 0.5}, {level: 2, to: 0.5}], crossing: higher}",
            "0.5 does not lie above 0.5",
        ),
        (
            "cumulative: {parts: [{level: 1, to: 1}], within: x, crossing: higher}",
            "sums a column up within itself",
        ),
        ("cumulative: {parts: [{level: 1, to: 1.5}], crossing: higher}", "no share of a total"),
    ],
)
def test_a_wrong_rule_is_refused_with_its_remedy(tmp_path, rule, said):
    with pytest.raises(ScorecardError) as caught:
        cards.load(tmp_path, cards.weighted([("x", rule)], [("A", "[-99999999, 99999999]")]))
    assert said in str(caught.value)


# --- shares of a total

ENDS = [Fraction(one) for one in ("0.3", "0.5", "0.7", "0.85", "0.95", "1")]
PARTS = ", ".join(
    f"{{level: {level}, to: {float(end)}}}" for level, end in zip(range(6, 0, -1), ENDS, strict=True)
)


def brute_part(number, group, crossing):
    """Part of one number, told from all numbers of its group as fractions."""
    total = sum(group)
    before = sum(one for one in group if one > number)
    through = sum(one for one in group if one >= number)
    if number == 0:
        return len(ENDS) - 1
    if crossing == "higher":
        return next(place for place, end in enumerate(ENDS) if before < end * total)
    return next(place for place, end in enumerate(ENDS) if through <= end * total)


AMOUNTS = st.lists(
    st.tuples(st.sampled_from(["甲", "乙"]), st.one_of(st.integers(0, 6), st.decimals(0, 3, places=1))),
    max_size=40,
)


@settings(max_examples=300, deadline=None)
@given(AMOUNTS, st.sampled_from(["higher", "lower"]))
def test_shares_of_a_total_are_those_of_fractions(rows, crossing):
    groups, numbers = [one for one, _ in rows], [Fraction(str(number)) for _, number in rows]
    found = share_out(
        np.array([float(n) for n in numbers]), pd.factorize(np.array(groups))[0], ENDS, crossing
    )
    told = [
        brute_part(number, [n for n, g in zip(numbers, groups, strict=True) if g == group], crossing)
        for number, group in zip(numbers, groups, strict=True)
    ]
    assert found.tolist() == told


def test_ten_tenths_are_one():
    # In floating point five of 0.1 among ten make up 0.5 of 0.9999999999999999: more than a half.
    numbers = np.array([0.1] * 5 + [0.05] * 10)
    assert (
        share_out(numbers, np.zeros(15, int), [Fraction(1, 2), Fraction(1)], "lower").tolist()
        == [0] * 5 + [1] * 10
    )


@pytest.fixture
def tier_card(tmp_path):
    rule = f"cumulative: {{parts: [{PARTS}], within: region, crossing: higher}}"
    bands = [(grade, f"[{level}, {level}]") for grade, level in zip("FEDCBA", range(1, 7), strict=True)]
    bands = [
        (g, f"[{n}, {n + 1})" if n < 6 else "[6, 6]") for (g, _), n in zip(bands, range(1, 7), strict=True)
    ]
    return cards.load(tmp_path, cards.weighted([("orders", rule)], bands))


def test_tiers_a_to_f_of_a_firm_by_its_orders(tier_card):
    orders = [400, 200, 150, 100, 80, 40, 20, 10, 0]
    table = pd.DataFrame({"orders": orders, "region": "甲"})
    # Before each: 0, .4, .6, .75, .85, .93, .97, .99 of 1,000.
    assert "".join(score(table, tier_card)["grade"]) == "ABCDEEFFF"
    twice = pd.concat([table, table.assign(region="乙", orders=table["orders"] * 1_000_000)])
    assert "".join(score(twice, tier_card)["grade"]) == "ABCDEEFFF" * 2
    page = explanation.explain(tier_card, scoring.combinations(tier_card), scoring.cells(tier_card), "en")
    assert "6 0% to 30% of the total" in page and "within each region" in page
    assert len(scoring.combinations(tier_card)) == 6
    assert tier_card.columns == tier_card.needed == ("orders", "region")


def test_what_has_no_number_or_group_has_no_tier_and_no_part_in_the_total(tier_card):
    table = pd.DataFrame({"orders": [9, None, 1, 90], "region": ["甲", "甲", "甲", None]})
    grades = score(table, tier_card)["grade"]
    assert grades.isna().tolist() == [False, True, False, True]
    assert grades.tolist()[0] == "A" and grades.tolist()[2] == "E"
    left = scoring.possible(table, tier_card)
    assert left[["lowest", "highest"]].astype(str).to_numpy().tolist() == [["F", "A"]] * 2


def test_a_negative_part_of_a_total_is_refused(tier_card):
    with pytest.raises(ScoreError, match="numbers of 0 or more"):
        score(pd.DataFrame({"orders": [1, -2], "region": "甲"}), tier_card)


# --- not


@pytest.fixture
def not_card(tmp_path):
    inputs = [("amount", "number"), ("kind", "text")]
    above = '{column: amount, in: "(100, inf)"}'
    bands = [
        ("A", f"all: [{above}, {{not: {{column: kind, is: [代理]}}}}]"),
        ("B", f"not: {{any: [{above}, {{column: kind, is: [代理]}}]}}"),
    ]
    return cards.load(tmp_path, cards.tiers(inputs, bands))


def test_what_is_not_met_decides_as_logic_says(not_card):
    rows = list(itertools.product([100, 100.01, 5], ["代理", "直销", " 代理 "]))
    told = [None if kind.strip() == "代理" else "A" if amount > 100 else "B" for amount, kind in rows]
    found = score(pd.DataFrame(rows, columns=["amount", "kind"]), not_card)["grade"]
    assert found.astype(object).where(found.notna(), None).tolist() == told
    assert len(scoring.cells(not_card)) == 4
    assert explanation.word_band(not_card.bands[1], not_card, "zh") == "项高于100，且并非（项为“代理”）"


def test_a_blank_is_neither_met_nor_not_met(not_card):
    table = pd.DataFrame({"amount": [500.0, None], "kind": [None, "直销"]})
    assert score(table, not_card)["grade"].isna().all()
    left = scoring.possible(table, not_card)
    assert left["undefined"].tolist() == [True, False]
    assert left[["lowest", "highest"]].astype(str).to_numpy().tolist() == [["A", "A"], ["B", "A"]]


def test_bands_that_overlap_through_not_are_refused(tmp_path):
    bands = [("A", 'not: {column: amount, in: "(-inf, 5)"}'), ("B", '{column: amount, in: "[5, inf)"}')]
    bands[1] = ("B", 'all: [{column: amount, in: "[5, inf)"}]')
    with pytest.raises(ScorecardError, match="B holds together with A, for example at amount 5"):
        cards.load(tmp_path, cards.tiers([("amount", "number")], bands))


# --- protection


def test_a_number_that_is_the_level_is_not_counted_by(tmp_path):
    rows = [("capital", LINEAR), ("source", f"{TEXTS}, missing: {{points: -7}}")]
    card = cards.load(tmp_path, cards.weighted(rows, [("C", "[-12, 5)"), ("A", "[5, 40]")]))
    rng = np.random.default_rng(1)
    size = 400
    table = pd.DataFrame(
        {
            "customer_id": [f"c{n}" for n in range(size)],
            "region": "甲市",
            "year": 2025,
            "consulted_on": pd.Timestamp("2025-03-03"),
            "capital": rng.integers(0, 4000, size).astype(float),
            "source": rng.choice(["展会", "网站", None], size),
            "converted": pd.array(rng.random(size) < 0.4, dtype="boolean"),
        }
    )
    policy = Policy(threshold=10, dominance=10, internal=False)
    told = publication.protect_slice(
        table, 2025, card, policy, publication.Files(pd.DataFrame(), pd.DataFrame(), pd.DataFrame(), False)
    )
    assert told.levels == ("source (score)",)  # `source` itself is the program's own word
    assert set(told.shares["dimension"]) == {"source (score)"} and set(told.shares["score"]) == {-7, 1, 3}
    assert int(told.grades["consultations"].sum()) == size


def test_the_command_compares_a_card_with_blanks(tmp_path):
    path = tmp_path / "blank.yaml"
    rows = [("capital", "linear: {per: 1, least: 0, most: 9}, missing: {points: 9}")]
    path.write_text(cards.weighted(rows, [("B", "[0, 5)"), ("A", "[5, 9]")]), encoding="utf-8")
    (tmp_path / "map.yaml").write_text(
        "further:\n  资本: {column: capital, type: number}\n", encoding="utf-8"
    )
    data = pd.DataFrame({"客户ID": ["a", "b"], "咨询日期": "2025-01-05", "地区": "甲市", "资本": [3, None]})
    data.to_csv(tmp_path / "data.csv", index=False)
    result = CliRunner().invoke(
        cli.main,
        ["scorecard", "--compare", str(path), str(path), "--data", str(tmp_path / "data.csv"),
         "--columns", str(tmp_path / "map.yaml"), "--language", "en"],
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "Of 2 records 0 (0.0%) change grade." in result.output


def test_the_appendix_words_a_number_by_its_ends_and_the_blank(capital_card):
    told = tables.levels(capital_card)
    capital = told[told["dimension"] == capital_card.dimensions[0].label["zh"]]
    assert sorted(told["score"].tolist()) == [-5, 0, 0, 30, 30]
    assert {"空白", "等于0", "等于3,000"} <= set(capital["meaning"])


@pytest.mark.parametrize(
    ("name", "common"),
    [("annual-purchases", True), ("qualification", True), ("consultation", True), ("behaviour", False)],
)
def test_every_shipped_kind_of_card_tells_whether_its_scales_are_one(name, common):
    assert scoring.load_scorecard(f"params/scorecards/{name}.yaml").has_common_scale == common


def test_a_long_scale_is_compared_without_being_listed(tmp_path):
    rule = "linear: {per: 1, least: 0, most: 999999999, step: 0.01}"
    card = cards.load(tmp_path, cards.weighted([("x", rule), ("y", BINS)], [("A", "[-9, 9999999999]")]))
    assert not card.has_common_scale and scoring.combinations(card).empty
    same = cards.load(tmp_path, cards.weighted([("x", rule), ("y", rule)], [("A", "[0, 9999999999]")]))
    assert same.has_common_scale
