"""Every kind of scorecard and every shipped file, against exact fractions worked out here anew."""

import itertools
import math
import pickle
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import cards
import leads
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scoring
from industry_report.scorecard.rating import columns
from scoring import ScoreError, load_scorecard, score

FOLDER = Path(__file__).parents[2] / "params" / "scorecards"
SHIPPED = {path.stem: load_scorecard(path) for path in sorted(FOLDER.glob("*.yaml"))}
INF = math.inf


def grades_of(card, rows, columns):
    scored = score(pd.DataFrame(rows, columns=columns), card)
    return scored["grade"].astype(object).where(scored["grade"].notna(), None).tolist()


def around(*borders):
    """Numbers on, and just beside, every border."""
    return [number for b in borders for number in (np.nextafter(b, -INF), b, np.nextafter(b, INF))]


# Shipped: tiers


def purchases(amount, times):
    if amount > 100_000 and times >= 12:
        return "高"
    if 50_000 <= amount <= 100_000 and 4 <= times < 12:
        return "中"
    return "低" if 0 <= amount < 50_000 and 0 <= times < 4 else None


def upgrades(amount, count):
    if amount > 500_000 and count >= 3:
        return "A"
    if 200_000 <= amount <= 500_000 and count >= 2:
        return "B"
    return "C" if 0 <= amount < 200_000 and 0 <= count <= 1 else None


def browsing(rate, minutes):
    if Fraction("0.15") < rate <= 1 and minutes > 30:
        return "高"
    if Fraction("0.05") <= rate <= Fraction("0.15") and 15 <= minutes <= 30:
        return "中"
    return "低" if 0 <= rate < Fraction("0.05") and 0 <= minutes < 15 else None


@pytest.mark.parametrize(
    ("name", "expected", "first", "second"),
    [
        ("annual-purchases", purchases, around(0, 50_000, 100_000), [*around(0, 4, 12), 7, 100]),
        ("upgrades", upgrades, around(0, 200_000, 500_000), [-1, 0, 1, 2, 3, 4, 50]),
        (
            "browsing",
            browsing,
            [0, 0.01, 0.04999, 0.05, 0.0501, 0.1, 0.14999, 0.15, 0.1500001, 1, 1.01],
            [*around(0, 15, 30), 20, 600],
        ),
    ],
)
def test_shipped_tiers_on_a_grid_with_every_border(name, expected, first, second):
    rows = list(itertools.product(first, second))
    # What a person wrote is meant: 0.15 is fifteen hundredths, not the double beside it.
    exact = [[Fraction(Decimal(repr(float(value)))) for value in row] for row in rows]
    assert grades_of(SHIPPED[name], rows, SHIPPED[name].columns) == [expected(*row) for row in exact]


def test_too_few_upgrades_for_the_money_is_undefined_not_ungradable():
    card = SHIPPED["upgrades"]
    rows = pd.DataFrame({"annual_amount": [600_000, 600_000, 600_000], "upgrades": [2, 3, None]})
    scored = score(rows, card)
    assert scoring.status(scored, card).tolist() == ["undefined", "graded", "ungradable"]
    assert scored["grade"].isna().tolist() == [True, False, True]
    assert scored["composite"].isna().all()


def test_what_remains_possible_for_tiers():
    card = SHIPPED["upgrades"]
    rows = pd.DataFrame(
        {"annual_amount": [600_000, None, 300_000, 1.0, None], "upgrades": [None, 2, None, 1, None]},
        index=list("abcde"),
    )
    left = scoring.possible(rows, card)
    assert left.index.tolist() == ["a", "b", "c", "e"]
    assert left["lowest"].tolist() == ["A", "B", "B", "C"]
    assert left["highest"].tolist() == ["A", "B", "B", "A"]
    assert left["undefined"].tolist() == [True, True, True, True]


def test_the_trigger_of_the_shipped_cards():
    [trigger] = SHIPPED["annual-purchases"].triggers
    assert (trigger.column, trigger.monthly, trigger.months) == ("amount", "sum", 3)
    assert 100_000 not in trigger.interval and Fraction("100000.01") in trigger.interval
    assert SHIPPED["annual-purchases"].bands[-1].score_range == "[90, 100]"


# Shipped: weighted


def test_every_combination_of_the_value_card():
    card, table = SHIPPED["value"], scoring.combinations(SHIPPED["value"])
    weights = [Fraction(one) for one in ("0.4", "0.3", "0.3", "0.2", "0.1")]
    assert len(table) == 5**5 and not card.normalised
    for *levels, composite, grade in table.itertuples(index=False):
        total = sum(weight * level for weight, level in zip(weights, levels, strict=True))
        floors = [("A", "5.2"), ("B", "3.9"), ("C", "2.6"), ("D", "1.3")]
        assert grade == next(name for name, floor in floors if total >= Fraction(floor))
        assert composite == float(total)


def test_the_value_card_from_raw_columns():
    table = pd.DataFrame(
        {
            "annual_amount": [10_000, 10_000.01, 50_000, 100_000.5, 500_001],
            "willingness": [1, 2, 3, 4, 5],
            "years": [0.5, 1, 2, 4, 8],
            "standing": ["个体户", "小微企业", " 中型企业", "MAJOR", "leader"],
            "referrals": [0, 1, 2, 3, 4],
            "region": "黄山市",
        }
    )
    levels = scoring.levels(table, SHIPPED["value"])
    expected = {"annual_amount": [1, 2, 2, 4, 5], "years": [1, 2, 3, 4, 5], "standing": [1, 2, 3, 4, 5]}
    for column, values in expected.items():
        assert levels[column].tolist() == values
    assert levels["referrals"].tolist() == [1, 2, 3, 4, 5]
    scored = score(table, SHIPPED["value"])
    assert scored["composite"].tolist() == [1.3, 2.6, 3.5, 5.2, 6.5]
    assert scored["grade"].tolist() == ["D", "C", "C", "A", "A"]


@pytest.mark.parametrize(
    ("name", "weights", "floors"),
    [
        (
            "six-levels",
            ("0.5", "0.3", "0.2"),
            [("L6", "4.5"), ("L5", "4"), ("L4", "3"), ("L3", "2.5"), ("L2", "2")],
        ),
        ("three-levels", ("0.4", "0.3", "0.3"), [("高", "4"), ("中", "2.5")]),
    ],
)
def test_cards_of_other_levels_on_the_scores_of_a_consultation(name, weights, floors):
    card = SHIPPED[name]
    for *scores, _, grade in scoring.combinations(card).itertuples(index=False):
        total = sum(Fraction(weight) * one for weight, one in zip(weights, scores, strict=True))
        owned = name == "six-levels"  # there the upper end belongs to the level below
        reached = [
            code for code, floor in floors if (total > Fraction(floor) if owned else total >= Fraction(floor))
        ]
        assert grade == (reached[0] if reached else card.grades[0])


BINS = {
    "visits": [(1, 0), (3, 1), (6, 2), (INF, 3)],
    "seconds_on_site": [(60, 0), (300, 1), (900, 3), (INF, 5)],
    "pages_per_visit": [(1, 0), (3, 1), (INF, 2)],
}
ACTIVITY = {"Had a Phone Conversation": 5, "SMS Sent": 4, "Email Opened": 2, "Unsubscribed": -3, "Olark": 0}


def behaviour(visits, seconds, pages, activity, no_mail):
    numbers = zip(BINS.values(), (visits, seconds, pages), strict=True)
    total = sum(next(points for end, points in bins if value < end) for bins, value in numbers)
    total = 0 if no_mail == "Yes" else total + ACTIVITY[activity]
    return next(grade for grade, low in zip("ABCDE", (10, 7, 4, 1, -3), strict=True) if total >= low)


def test_the_behaviour_card_on_a_grid_with_every_border():
    values = [[0, *around(*(end for end, _ in bins[:-1]))] for bins in BINS.values()]
    rows = list(itertools.product(*values, ACTIVITY, ["Yes", "No"]))
    assert len(rows) == 7_000
    assert grades_of(SHIPPED["behaviour"], rows, SHIPPED["behaviour"].columns) == [
        behaviour(*row) for row in rows
    ]


def test_a_gate_that_is_not_known_leaves_a_record_without_grade():
    row = {"visits": [9], "seconds_on_site": [999], "pages_per_visit": [9], "last_activity": ["SMS Sent"]}
    table = pd.DataFrame(row | {"do_not_email": [None]})
    assert score(table, SHIPPED["behaviour"])["grade"].isna().all()
    left = scoring.possible(table, SHIPPED["behaviour"])
    assert (left["lowest"].tolist(), left["highest"].tolist()) == (["E"], ["A"])


def test_the_behaviour_card_on_a_file_of_leads(tmp_path):
    from industry_report.intake import dataset

    leads.write(tmp_path)
    table = dataset.load(tmp_path, columns=FOLDER.parent / "columns" / "leads.yaml")
    card = SHIPPED["behaviour"]
    scored = score(table, card)
    assert scoring.status(scored, card).value_counts().to_dict() == {
        "graded": leads.ROWS - leads.WITHOUT_VISITS,
        "ungradable": leads.WITHOUT_VISITS,
        "undefined": 0,
    }
    known = scored[scored["grade"].notna()]
    told = known["last_activity"].map(lambda text: text if text in ACTIVITY else None)
    sure = known[told.notna()]
    expected = [behaviour(*row) for row in sure[list(card.columns)].itertuples(index=False)]
    assert len(sure) > 900 and sure["grade"].tolist() == expected
    rates = known.groupby("grade", observed=True)["converted"].mean()
    assert rates["A"] > 0.3 > 0.2 > rates["E"]


# Shipped: checklist


def test_every_answer_of_the_qualification_card():
    words = {1: ["是", "Yes", 1, True], 0: ["否", "no ", 0, False], None: [None, "未知", "Unknown", np.nan]}
    card = SHIPPED["qualification"]
    for answers in itertools.product([1, 0, None], repeat=3):
        expected = {
            sum(done)
            for done in itertools.product(*([one] if one is not None else [0, 1] for one in answers))
        }
        for spelling in range(4):
            row = [words[one][spelling] for one in answers]
            table = pd.DataFrame([row], columns=card.columns, dtype=object)
            scored = score(table, card)
            if len(expected) == 1:
                assert scored["grade"].tolist() == ["DCBA"[min(expected)]]
            else:
                assert scored["grade"].isna().all() and scored["composite"].isna().all()
                left = scoring.possible(table, card).iloc[0]
                assert (left["lowest"], left["highest"]) == ("DCBA"[min(expected)], "DCBA"[max(expected)])


def test_unknown_answers_that_cannot_change_the_grade(tmp_path):
    items = [("need", ", weight: 5"), ("budget", ", weight: -1"), ("authority", ", yes: [老板], no: [员工]")]
    card = cards.load(tmp_path, cards.checklist(items, [("L", "[-1, 3)"), ("H", "[3, 6]")]))
    rows = [["是", None, "不详"], ["否", "未知", "老板"], [None, "是", "员工"]]
    assert grades_of(card, rows, card.columns) == ["H", "L", None]
    assert scoring.levels(pd.DataFrame(rows, columns=card.columns), card).loc[1].tolist() == [0, pd.NA, 1]


# Each way to a level


def test_half_scores_where_the_card_allows_them(tmp_path):
    levels = "levels: {1: {zh: 低, en: low}, 5: {zh: 高, en: high}}, step: 0.5"
    text = cards.weighted([("a", levels, "0.9"), ("b", levels, "0.1")], [("B", "[1, 4)"), ("A", "[4, 5]")])
    card = cards.load(tmp_path, text)
    halves = [Fraction(n, 2) for n in range(2, 11)]
    table = scoring.combinations(card)
    assert len(table) == 81
    for a, b, composite, grade in table.itertuples(index=False):
        total = Fraction("0.9") * Fraction(a) + Fraction("0.1") * Fraction(b)
        assert (composite, grade) == (float(total), "A" if total >= 4 else "B")
    rows = pd.DataFrame(itertools.product(map(float, halves), repeat=2), columns=["a", "b"])
    pd.testing.assert_frame_equal(score(rows, card), table, check_like=True)
    assert scoring.levels(rows, card)["a"].dtype == "Float64"
    with pytest.raises(ScoreError, match=r"3\.75 is not a score\. Allowed are the numbers 1, 1\.5, 2, 2\.5"):
        score(pd.DataFrame({"a": [3.75], "b": [1]}), card)


def test_levels_need_not_be_one_to_five(tmp_path):
    levels = "levels: {-2: {zh: 差, en: bad}, 0: {zh: 中, en: fair}, 10: {zh: 好, en: good}}"
    card = cards.load(tmp_path, cards.weighted([("a", levels)], [("B", "[-2, 0]"), ("A", "(0, 10]")]))
    assert grades_of(card, [[-2], [0], [10], [None]], ["a"]) == ["B", "B", "A", None]
    for wrong in (1, 9, 11, -3, np.uint64(2**64 - 2)):
        with pytest.raises(ScoreError, match=r"is not a score\. Allowed are the numbers -2, 0, 10"):
            score(pd.DataFrame({"a": [wrong]}), card)


DECIMALS = st.decimals(-999, 999, places=3)


@settings(max_examples=60, deadline=None)
@given(st.lists(DECIMALS, min_size=1, max_size=6, unique=True), st.data())
def test_bins_are_cut_where_they_are_written(tmp_path_factory, ends, data):
    ends = sorted(ends)
    closed = [data.draw(st.booleans()) for _ in ends]  # whether the end belongs to the bin above
    starts = ["(-inf", *(("[" if up else "(") + str(end) for end, up in zip(ends, closed, strict=True))]
    stops = [*(str(end) + (")" if up else "]") for end, up in zip(ends, closed, strict=True)), "inf)"]
    bins = [f'{{level: {n}, values: "{a}, {b}"}}' for n, (a, b) in enumerate(zip(starts, stops, strict=True))]
    bins = data.draw(st.permutations(bins))
    text = cards.weighted([("a", f"bins: [{', '.join(bins)}]")], [("A", f"[0, {len(ends)}]")])
    card = cards.load(tmp_path_factory.mktemp("bins"), text)
    values = data.draw(st.lists(DECIMALS, max_size=20)) + ends
    values += [Decimal(repr(float(x))) for end in ends for x in around(float(end))]
    expected = [sum(v > e or (up and v == e) for e, up in zip(ends, closed, strict=True)) for v in values]
    for kind in (float, object):
        column = pd.Series([float(value) for value in values], dtype=kind)
        assert scoring.levels(column.to_frame("a"), card)["a"].tolist() == expected


def test_bins_of_decimals_that_no_double_holds(tmp_path):
    card = cards.load(
        tmp_path,
        cards.weighted(
            [("a", 'bins: [{level: 0, values: "(-inf, 0.3]"}, {level: 1, values: "(0.3, inf)"}]')],
            [("A", "[0, 1]")],
        ),
    )
    table = pd.DataFrame({"a": [0.3, 0.1 + 0.2, 0.29999999]})
    assert scoring.levels(table, card)["a"].tolist() == [0, 1, 0]
    for kind in ("float32", "Float32", "float[pyarrow]"):
        assert scoring.levels(table.astype(kind), card)["a"].tolist()[::2] == [0, 0]
    with pytest.raises(ScoreError, match=r"'0.3' is not a number\. Allowed are numbers and missing values"):
        score(pd.DataFrame({"a": ["0.3"]}), card)
    with pytest.raises(ScoreError, match=r"inf is not a number"):
        score(pd.DataFrame({"a": [INF]}), card)


def rank_parts(values, groups, parts, ties, descending):
    """Part of every value, by counting; the definition of the file read aloud."""
    found = []
    for value, group in zip(values, groups, strict=True):
        others = [v for v, g in zip(values, groups, strict=True) if g == group and v is not None]
        if value is None or group is None:
            found.append(None)
            continue
        before = sum(v > value if descending else v < value for v in others)
        same = others.count(value)
        rank = {
            "lowest": Fraction(before + 1),
            "highest": Fraction(before + same),
            "middle": before + Fraction(same + 1, 2),
        }
        found.append(math.ceil(rank[ties] * parts / len(others)))
    return found


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.one_of(st.none(), st.integers(0, 6)), st.sampled_from(["甲", "乙", None])), max_size=25
    ),
    st.integers(1, 7),
    st.sampled_from(["lowest", "highest", "middle"]),
    st.booleans(),
)
def test_ranks_in_equal_parts(tmp_path_factory, rows, parts, ties, descending):
    order = "descending" if descending else "ascending"
    rule = f"ranks: {{parts: {parts}, within: g, ties: {ties}, order: {order}}}"
    card = cards.load(
        tmp_path_factory.mktemp("ranks"),
        cards.weighted([("a", rule)], [("A", f"[1, {parts}]")] if parts > 1 else [("A", "[1, 1]")]),
    )
    table = pd.DataFrame(rows, columns=["a", "g"]).astype({"a": "Int64", "g": object})
    expected = rank_parts([a for a, _ in rows], [g for _, g in rows], parts, ties, descending)
    found = scoring.levels(table, card)["a"]
    assert [None if pd.isna(one) else one for one in found] == expected


def test_ranks_are_taken_over_the_whole_table_not_over_a_block(tmp_path, monkeypatch):
    card = cards.load(tmp_path, cards.weighted([("a", "ranks: {parts: 5, ties: lowest}")], [("A", "[1, 5]")]))
    table = pd.DataFrame({"a": np.random.default_rng(1).permutation(100)})
    whole = score(table, card)
    monkeypatch.setattr(columns, "BLOCK_ROWS", 7)
    pd.testing.assert_frame_equal(score(table, card), whole)
    assert whole["composite"].value_counts().tolist() == [20] * 5


def test_points_for_texts(tmp_path):
    rule = "points: [{values: [Email Opened, 打开邮件], points: 3}, {values: [Unsubscribed], points: -4}]"
    strict = cards.load(tmp_path, cards.weighted([("a", rule)], [("B", "[-4, 0)"), ("A", "[0, 3]")]))
    loose = cards.load(
        tmp_path, cards.weighted([("a", rule + ", otherwise: 0")], [("B", "[-4, 0)"), ("A", "[0, 3]")])
    )
    rows = [["email opened "], ["打开邮件"], ["Unsubscribed"], [None]]
    for kind in ("object", "string", "category"):
        table = pd.DataFrame(rows, columns=["a"]).astype(kind)
        assert scoring.levels(table, strict)["a"].tolist() == [3, 3, -4, pd.NA]
    assert scoring.levels(pd.DataFrame({"a": ["SMS"]}), loose)["a"].tolist() == [0]
    with pytest.raises(
        ScoreError,
        match=r"column a, index 1: 'SMS' is not a text of the scorecard\. Allowed are Email Opened",
    ):
        score(pd.DataFrame({"a": ["Unsubscribed", "SMS"]}), strict)


def test_an_answer_that_nobody_foresaw_is_named():
    table = pd.DataFrame({"need": ["是", "也许"], "budget": "是", "authority": "是"})
    with pytest.raises(ScoreError, match=r"column need, index 1: '也许' is not an answer\. Allowed are 是"):
        score(table, SHIPPED["qualification"])


# Tiers


def test_ordered_tiers_take_the_first_that_holds(tmp_path):
    bands = [
        ("A", 'all: [{column: x, in: "[10, inf)"}]'),
        ("B", 'all: [{column: x, in: "[5, inf)"}]'),
        ("C", 'any: [{column: x, in: "[0, 1]"}, {column: t, is: [vip, 老客户]}]'),
    ]
    card = cards.load(tmp_path, cards.tiers([("x", "number"), ("t", "text")], bands, ordered="true"))
    rows = [[10, "VIP"], [9.99, "a"], [5, "a"], [1, "a"], [2, "老客户"], [2, "a"], [None, "vip"], [20, None]]
    assert grades_of(card, rows, ["x", "t"]) == ["A", "B", "B", "C", "C", None, None, None]
    left = scoring.possible(pd.DataFrame(rows, columns=["x", "t"]), card)
    assert left["lowest"].tolist() == ["C", "A"] and left["highest"].tolist() == ["A", "A"]
    assert left["undefined"].tolist() == [False, False]


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_nested_rules_mean_what_python_means(tmp_path_factory, data):
    """Random trees of conditions against their evaluation row by row."""

    def draw_tree(depth):
        if depth == 0 or data.draw(st.booleans()):
            if data.draw(st.booleans()):
                low = data.draw(st.integers(0, 4))
                ends = data.draw(st.sampled_from(["[]", "()", "[)", "(]"]))
                text = f"{ends[0]}{low}, {low + 2}{ends[1]}"
                inside = {
                    "[]": lambda x: low <= x <= low + 2,
                    "()": lambda x: low < x < low + 2,
                    "[)": lambda x: low <= x < low + 2,
                    "(]": lambda x: low < x <= low + 2,
                }[ends]
                return f'{{column: x, in: "{text}"}}', lambda row: inside(row[0])
            word = data.draw(st.sampled_from(["a", "b"]))
            return f"{{column: t, is: [{word}]}}", lambda row: row[1] == word
        key, join = data.draw(st.sampled_from([("all", all), ("any", any)]))
        parts = [draw_tree(depth - 1) for _ in range(data.draw(st.integers(1, 3)))]
        return f"{{{key}: [{', '.join(text for text, _ in parts)}]}}", lambda row: join(
            rule(row) for _, rule in parts
        )

    trees = [draw_tree(3) for _ in range(2)]
    bands = [(grade, f"all: [{text}]") for grade, (text, _) in zip("AB", trees, strict=True)]
    everything = [("Z", 'any: [{column: x, in: "(-inf, inf)"}, {column: t, is: [a]}]')]
    text = cards.tiers([("x", "number"), ("t", "text")], bands + everything, ordered="true")
    rows = list(itertools.product([n / 2 for n in range(-1, 14)], "abc"))
    expected = [
        next((grade for grade, (_, rule) in zip("AB", trees, strict=True) if rule(row)), "Z") for row in rows
    ]
    try:
        card = cards.load(tmp_path_factory.mktemp("rules"), text)
    except scoring.ScorecardError as fault:
        assert "is never reached" in str(fault) or "can never hold" in str(fault)
        assert len(set(expected)) < 3
        return
    assert grades_of(card, rows, ["x", "t"]) == expected


# The face


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_cards_are_values(name):
    card = SHIPPED[name]
    assert card == load_scorecard(FOLDER / f"{name}.yaml") == pickle.loads(pickle.dumps(card))
    assert len({hash(card), hash(load_scorecard(FOLDER / f"{name}.yaml"))}) == 1
    assert all({"zh", "en"} == set(band.name) for band in card.bands)


@pytest.mark.parametrize("name", SHIPPED)
def test_an_empty_table_is_scored_by_every_card(name):
    card = SHIPPED[name]
    table = pd.DataFrame({column: pd.Series(dtype=float) for column in card.columns})
    scored = score(table, card)
    assert scored["grade"].dtype == pd.CategoricalDtype(list(card.grades), ordered=True)
    assert scored["composite"].dtype == np.float64
    assert (
        len(scoring.status(scored, card))
        == len(scoring.possible(table, card))
        == len(scoring.levels(table, card))
        == 0
    )


@pytest.mark.parametrize("name", [name for name, card in SHIPPED.items() if card.kind != "tiers"])
def test_combinations_are_what_score_gives(name):
    card = SHIPPED[name]
    table = scoring.combinations(card)
    assert len(table) == math.prod(len(one.values) for one in card.dimensions)
    assert table["grade"].notna().all() and set(table["grade"]) == set(card.grades)


def test_cells_of_tiers_say_what_is_undefined():
    cells = scoring.cells(SHIPPED["upgrades"], "en")
    top = cells[cells["annual_amount"] == "over 500,000"].set_index("upgrades")["grade"]
    assert top.notna().sum() == 1 and top["at least 3"] == "A"
    assert cells["grade"].value_counts().to_dict() == {"A": 1, "B": 2, "C": 1}
    assert scoring.combinations(SHIPPED["upgrades"]).empty
    assert scoring.levels(
        pd.DataFrame({"annual_amount": [1], "upgrades": [1]}), SHIPPED["upgrades"]
    ).shape == (1, 0)


def test_too_many_combinations_are_not_listed(tmp_path):
    levels = "levels: {" + ", ".join(f"{n}: {{zh: 级, en: l}}" for n in range(1, 11)) + "}"
    card = cards.load(tmp_path, cards.weighted([(f"d{n}", levels) for n in range(6)], [("A", "[6, 60]")]))
    table = scoring.combinations(card)
    assert len(table) == 0 and list(table) == [*(f"d{n}" for n in range(6)), "composite", "grade"]


def test_missing_scores_leave_bounds(tmp_path):
    card = SHIPPED["consultation"]
    table = pd.DataFrame(
        {"intent": [5, 1, None], "clarity": [5, None, None], "satisfaction": [None, 1, None]}
    )
    left = scoring.possible(table, card)
    assert left["lowest"].tolist() == ["B", "D", "D"] and left["highest"].tolist() == ["A", "C", "A"]
    for row, (low, high, _) in zip(table.itertuples(index=False), left.itertuples(index=False), strict=True):
        done = itertools.product(*([x] if x == x else range(1, 6) for x in row))
        found = score(pd.DataFrame(list(done), columns=list(table)), card)["grade"]
        assert (found.min(), found.max()) == (low, high)


def test_dates_and_strategy_are_read(tmp_path):
    text = cards.weighted(
        [("a", "levels: {1: {zh: 一, en: one}}")],
        [("甲", "[1, 1]")],
        valid="{from: 2025-01-01, to: 2025-12-31}",
        review="2025-11-30",
    )
    text = text.replace("    label: {zh: 级", "    name: {zh: 甲等, en: first class}\n    label: {zh: 级")
    text = text.replace("en: Call}}", "en: Call}, strategy: {zh: 专属服务, en: Exclusive service}}")
    card = cards.load(tmp_path, text)
    assert (card.valid_from, card.valid_to, card.review_on) == (
        date(2025, 1, 1),
        date(2025, 12, 31),
        date(2025, 11, 30),
    )
    [band] = card.bands
    assert (band.name["en"], band.follow_up.strategy["zh"]) == ("first class", "专属服务")
    assert SHIPPED["consultation"].bands[0].name == {"zh": "D级", "en": "grade D"}


def test_the_worked_example_of_the_page_does_what_its_prose_says(tmp_path):
    page = (FOLDER.parents[1] / "docs" / "your-own-scorecard.md").read_text(encoding="utf-8")
    card = cards.load(tmp_path, page.split("```yaml\n")[1].split("```")[0])
    table = scoring.combinations(card)
    assert len(table) == 25
    for intent, satisfaction, _, grade in table.itertuples(index=False):
        total = Fraction(3 * intent + satisfaction, 4)
        assert grade == ("热" if total >= 4 else "冷" if total <= Fraction(5, 2) else "温")
    assert table.set_index(["intent", "satisfaction"]).loc[(3, 1), "grade"] == "冷"


@pytest.mark.parametrize(
    ("name", "rows"), [("upgrades", [[1, 1], ["x", 1], [1, 1], ["y", 1]]), ("behaviour", None)]
)
def test_what_is_no_number_is_counted_over_all_blocks(monkeypatch, name, rows):
    monkeypatch.setattr(columns, "BLOCK_ROWS", 1)
    good = {
        "visits": 1,
        "seconds_on_site": 1,
        "pages_per_visit": 1,
        "last_activity": "a",
        "do_not_email": "no",
    }
    rows = rows or [list({**good, "visits": one}.values()) for one in (1, "x", 2, "y")]
    table = pd.DataFrame(rows, columns=SHIPPED[name].columns)
    with pytest.raises(ScoreError, match=r"index 1: 'x' is not a number \(the first of 2 such values\)"):
        score(table, SHIPPED[name])
