import doctest
import itertools
import math
import pickle
import re
from dataclasses import FrozenInstanceError, replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scoring
from industry_report.scorecard.rating import columns
from scoring import Dimension, Scorecard, ScorecardError, ScoreError, load_scorecard, score

PATH = Path(__file__).parents[2] / "params" / "scorecards" / "consultation.yaml"
STANDARD = PATH.read_text(encoding="utf-8")
SCORECARD = load_scorecard(PATH)
DIMENSIONS = ["intent", "clarity", "satisfaction"]
TRIPLES = list(itertools.product(range(1, 6), repeat=3))
BORDERS = [triple for triple in TRIPLES if np.dot(triple, (4, 3, 3)) in (20, 30, 40)]


def table(rows, **columns):
    return pd.DataFrame(list(rows), columns=DIMENSIONS).assign(**columns)


def exact(triple, weights=("0.4", "0.3", "0.3")):
    return sum(Fraction(weight) * one for weight, one in zip(weights, triple, strict=True))


def exact_grade(composite):
    return next(grade for grade, floor in zip("ABCD", (4, 3, 2, 0), strict=True) if composite >= floor)


def grade_of(*triple):
    return score(table([triple]), SCORECARD)["grade"].iloc[0]


# The standard


def test_every_triple_has_the_grade_and_composite_of_exact_fractions():
    scored = score(table(TRIPLES), SCORECARD)
    assert scored["grade"].tolist() == [exact_grade(exact(triple)) for triple in TRIPLES]
    assert scored["composite"].tolist() == [float(exact(triple)) for triple in TRIPLES]


def test_the_standard_has_the_published_counts():
    scored = score(table(TRIPLES), SCORECARD)
    assert scored["grade"].value_counts().to_dict() == {"A": 17, "B": 48, "C": 46, "D": 14}
    assert scored["composite"].nunique() == 35


def test_composites_equal_their_decimals():
    scored = score(table(TRIPLES), SCORECARD)
    tenths = [4 * i + 3 * c + 3 * s for i, c, s in TRIPLES]
    assert scored["composite"].map(str).tolist() == [f"{t // 10}.{t % 10}" for t in tenths]
    assert (scored.loc[scored[DIMENSIONS].eq([3, 4, 5]).all(axis=1), "composite"] == 3.9).all()


@pytest.mark.parametrize(
    ("triple", "grade"),
    [
        ((3, 4, 5), "B"),  # closed bands and floats lose these two between 3.9 and 4
        ((3, 5, 4), "B"),
        ((5, 5, 5), "A"),  # a left-closed top edge at 5 drops it
        ((1, 1, 1), "D"),
        ((4, 4, 4), "A"),
        ((1, 5, 5), "B"),  # no intent at all, yet the rule says B
        ((5, 1, 1), "C"),
    ],
)
def test_traps_of_the_standard(triple, grade):
    assert grade_of(*triple) == grade


@pytest.mark.parametrize("triple", BORDERS)
def test_a_border_belongs_to_the_grade_above(triple):
    assert grade_of(*triple) == {20: "C", 30: "B", 40: "A"}[np.dot(triple, (4, 3, 3))]


def test_grades_are_ordered_lowest_first():
    dtype = score(table(TRIPLES), SCORECARD)["grade"].dtype
    assert dtype == pd.CategoricalDtype(["D", "C", "B", "A"], ordered=True)
    assert SCORECARD.grades == ("D", "C", "B", "A")


def test_the_standard_is_read_whole():
    intent = SCORECARD.dimensions[0]
    assert [dimension.column for dimension in SCORECARD.dimensions] == DIMENSIONS
    assert [dimension.weight for dimension in SCORECARD.dimensions] == [Fraction(n, 10) for n in (4, 3, 3)]
    assert (intent.label["zh"], intent.levels[5]["zh"]) == ("意向度", "购买意向强烈，近期有购买计划")
    assert all(set(dimension.levels) == {1, 2, 3, 4, 5} for dimension in SCORECARD.dimensions)
    assert [band.follow_up.contacts_per_year for band in SCORECARD.bands] == [1, 4, 12, 52]
    assert [band.follow_up.role["zh"] for band in SCORECARD.bands] == ["销售", "销售", "金牌销售", "客户经理"]
    assert [band.interval for band in SCORECARD.bands] == [
        "[0, 2.0)",
        "[2.0, 3.0)",
        "[3.0, 4.0)",
        "[4.0, 5.0]",
    ]
    top = SCORECARD.bands[-1]
    assert (top.low, top.high, top.low_closed, top.high_closed) == (4, 5, True, True)


def test_a_scorecard_is_a_value():
    again = load_scorecard(PATH)
    assert again == SCORECARD == pickle.loads(pickle.dumps(SCORECARD))
    assert {again: 1}[SCORECARD] == 1
    with pytest.raises(FrozenInstanceError):
        SCORECARD.version = "2"


def test_the_examples_of_the_module_run(monkeypatch):
    monkeypatch.chdir(PATH.parents[2])
    assert doctest.testmod(scoring).failed == 0


# Tables of every kind

SCORE = st.integers(1, 5)
ROWS = st.lists(st.tuples(SCORE, SCORE, SCORE), max_size=30)
SCORE_OR_NONE = st.one_of(st.none(), SCORE)
GAPPY_ROWS = st.lists(st.tuples(SCORE_OR_NONE, SCORE_OR_NONE, SCORE_OR_NONE), max_size=30)
INDEXES = st.sampled_from(["range", "shuffled", "text", "dates", "multi", "duplicate"])
WITH_MISSING = {
    "Int64": lambda column: column.astype("Int64"),
    "Int8": lambda column: column.astype("Int8"),
    "Float64": lambda column: column.astype("Float64"),
    "float": lambda column: column.astype("Float64").to_numpy(dtype=float, na_value=np.nan),
    "float32": lambda column: column.astype("Float64").to_numpy(dtype="float32", na_value=np.nan),
    "object": lambda column: column,
    "categorical": lambda column: column.astype(pd.CategoricalDtype([1, 2, 3, 4, 5])),
    "ordered": lambda column: column.astype(pd.CategoricalDtype([5, 4, 3, 2, 1], ordered=True)),
    "arrow": lambda column: column.astype("Int64").astype("int64[pyarrow]"),
    "arrow float": lambda column: column.astype("Int64").astype("double[pyarrow]"),
}


def make_index(kind, length):
    return {
        "range": lambda: pd.RangeIndex(length),
        "shuffled": lambda: pd.Index(np.random.default_rng(length).permutation(length)),
        "text": lambda: pd.Index([f"C{n:03}" for n in range(length)], name="客户ID"),
        "dates": lambda: pd.date_range("2025-01-01", periods=length, name="day"),
        "multi": lambda: pd.MultiIndex.from_arrays([range(length), ["x"] * length], names=["a", "b"]),
        "duplicate": lambda: pd.Index([7] * length),
    }[kind]()


@settings(max_examples=60, deadline=None)
@given(ROWS, INDEXES)
def test_index_order_and_other_columns_are_kept(rows, kind):
    consultations = table(rows, source="展会", amount=1.5).set_index(make_index(kind, len(rows)))
    before = consultations.copy(deep=True)
    scored = score(consultations, SCORECARD)
    pd.testing.assert_frame_equal(consultations, before)
    pd.testing.assert_frame_equal(scored[list(before)], before)
    assert list(scored) == [*before, "composite", "grade"]
    assert scored["grade"].tolist() == [exact_grade(exact(row)) for row in rows]


@settings(max_examples=60, deadline=None)
@given(GAPPY_ROWS, st.tuples(*[st.sampled_from(sorted(WITH_MISSING))] * 3))
def test_missing_scores_are_ungradable_in_every_type(rows, kinds):
    objects = pd.DataFrame(rows, columns=DIMENSIONS, dtype=object)
    consultations = pd.DataFrame(
        {name: WITH_MISSING[kind](objects[name]) for name, kind in zip(DIMENSIONS, kinds, strict=True)}
    )
    before = consultations.copy(deep=True)
    scored = score(consultations, SCORECARD)
    pd.testing.assert_frame_equal(consultations, before)
    for row, composite, grade in zip(rows, scored["composite"], scored["grade"], strict=True):
        if None in row:
            assert math.isnan(composite) and pd.isna(grade)
        else:
            assert (composite, grade) == (float(exact(row)), exact_grade(exact(row)))


@pytest.mark.parametrize(
    "dtype", ["int8", "uint8", "int32", "uint64", "int64", "UInt8", "uint8[pyarrow]", "object"]
)
def test_every_integer_type_is_graded_alike(dtype):
    scored = score(table(TRIPLES).astype(dtype), SCORECARD)
    assert scored["composite"].tolist() == [float(exact(triple)) for triple in TRIPLES]


@given(st.permutations(range(len(TRIPLES))))
@settings(max_examples=10, deadline=None)
def test_a_row_is_rated_whatever_stands_around_it(order):
    consultations = table(TRIPLES)
    shuffled = score(consultations.iloc[order], SCORECARD)
    pd.testing.assert_frame_equal(shuffled, score(consultations, SCORECARD).iloc[order])


def test_writing_to_the_result_leaves_the_input_alone():
    consultations = table(TRIPLES)
    before = consultations.copy(deep=True)
    scored = score(consultations, SCORECARD)
    scored.loc[0, "intent"] = 5
    scored.iloc[:, 1] = 2
    pd.testing.assert_frame_equal(consultations, before)


def test_writing_to_the_input_leaves_the_result_alone():
    consultations = table(TRIPLES)
    scored = score(consultations, SCORECARD)
    before = scored.copy(deep=True)
    consultations.loc[0, "intent"] = 5
    pd.testing.assert_frame_equal(scored, before)


def test_blocks_meet_without_a_seam(monkeypatch):
    consultations = table(TRIPLES).astype("Int64")
    consultations.loc[::7, "clarity"] = pd.NA
    whole = score(consultations, SCORECARD)
    for rows in (1, 2, 62, 63, 124, 125, 126):
        monkeypatch.setattr(columns, "BLOCK_ROWS", rows)
        pd.testing.assert_frame_equal(score(consultations, SCORECARD), whole)


def test_more_rows_than_a_block():
    repeats = columns.BLOCK_ROWS // len(TRIPLES) + 2
    scored = score(table(TRIPLES * repeats), SCORECARD)
    assert scored["composite"].tolist() == [float(exact(triple)) for triple in TRIPLES] * repeats


def test_an_empty_table_gets_its_columns():
    scored = score(table([]), SCORECARD)
    assert list(scored) == [*DIMENSIONS, "composite", "grade"]
    assert (scored["composite"].dtype, scored["grade"].dtype.ordered) == (np.float64, True)


def test_a_column_with_no_score_at_all_is_ungradable():
    scored = score(table(TRIPLES, clarity=None), SCORECARD)
    assert scored[["composite", "grade"]].isna().all(axis=None)


def test_an_unused_category_is_no_fault():
    consultations = table(TRIPLES)
    consultations["intent"] = consultations["intent"].astype(pd.CategoricalDtype([0, 1, 2, 3, 4, 5, "无"]))
    assert score(consultations, SCORECARD)["grade"].notna().all()


# Tables that cannot be scored


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ([0], "0"),
        ([6], "6"),
        ([-1], "-1"),
        ([2**63 - 1], str(2**63 - 1)),
        (np.array([2**64 - 2], dtype="uint64"), str(2**64 - 2)),
        (pd.Series([10**400], dtype=object), f"{10**199}…"),
        ([3.5], "3.5"),
        ([math.inf], "inf"),
        (["5"], "'5'"),
        (["无"], "'无'"),
        ([True], "True"),
        (pd.array([True], dtype="boolean"), "True"),
        (pd.array([6], dtype="Int64"), "6"),
        (pd.array([4.5], dtype="Float64"), "4.5"),
        (pd.array(["4"], dtype="string"), "'4'"),
        (pd.Categorical(["4分"]), "'4分'"),
        (pd.Categorical([7]), "7"),
        (pd.to_datetime(["2025-01-01"]), "Timestamp('2025-01-01 00:00:00')"),
        ([[1]], "[1]"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_not_a_score_is_refused(values, shown):
    consultations = pd.DataFrame({"intent": pd.Series(values), "clarity": 3, "satisfaction": 3})
    with pytest.raises(ScoreError, match=re.escape(f"column intent, index 0: {shown} is not a score.")):
        score(consultations, SCORECARD)


def test_a_wrong_score_is_named_with_its_row_the_choices_and_the_mend():
    consultations = table(TRIPLES).set_index(pd.Index([f"C{n:03}" for n in range(125)]))
    consultations.loc[["C007", "C100"], "intent"] = 9
    consultations.loc["C011", "satisfaction"] = 0
    with pytest.raises(ScoreError) as caught:
        score(consultations, SCORECARD)
    assert str(caught.value).splitlines() == [
        "column intent, index 'C007': 9 is not a score (the first of 2 such values). "
        "Allowed are the numbers 1, 2, 3, 4, 5 and missing values. Correct the value or leave it empty.",
        "column satisfaction, index 'C011': 0 is not a score. "
        "Allowed are the numbers 1, 2, 3, 4, 5 and missing values. Correct the value or leave it empty.",
    ]


def test_a_wrong_score_in_a_later_block_is_found(monkeypatch):
    monkeypatch.setattr(columns, "BLOCK_ROWS", 10)
    consultations = table(TRIPLES)
    consultations.loc[123, "clarity"] = 0
    with pytest.raises(ScoreError, match="column clarity, index 123: 0 is not a score"):
        score(consultations, SCORECARD)


def test_a_missing_column_is_named_with_the_columns_found():
    with pytest.raises(ScoreError) as caught:
        score(table(TRIPLES).rename(columns={"clarity": "明确性", "intent": "意向度"}), SCORECARD)
    assert str(caught.value).splitlines() == [
        f"column {name}: is missing. Rename or add it; the columns found are: 意向度, 明确性, satisfaction."
        for name in ("intent", "clarity")
    ]
    with pytest.raises(ScoreError, match="the columns found are: none"):
        score(pd.DataFrame(), SCORECARD)


@pytest.mark.parametrize("name", ["composite", "grade"])
def test_a_column_that_would_be_overwritten_is_refused(name):
    with pytest.raises(ScoreError, match=f"already has a column {name}. Rename it, .* {name}_supplied"):
        score(table(TRIPLES).assign(**{name: 1}), SCORECARD)


def test_a_doubled_column_is_refused():
    consultations = pd.concat([table(TRIPLES), table(TRIPLES)[["intent"]]], axis=1)
    with pytest.raises(ScoreError, match=r"column intent: is there 2 times\. Keep one of them\."):
        score(consultations, SCORECARD)


# Other scorecards


@st.composite
def scorecards(draw):
    """Weights that sum to 1, the floors of the grades above the lowest, and whether each floor is closed."""
    places = draw(st.integers(1, 6))
    count = draw(st.integers(1, 5))
    cuts = draw(st.lists(st.integers(1, 10**places - 1), min_size=count - 1, max_size=count - 1, unique=True))
    edges = [0, *sorted(cuts), 10**places]
    weights = [f"{(b - a) / 10**places:.{places}f}" for a, b in itertools.pairwise(edges)]
    floors = sorted(draw(st.sets(st.integers(11, 49), max_size=5)))
    closed = [draw(st.booleans()) for _ in floors]
    return weights, [Fraction(floor, 10) for floor in floors], closed


def write_scorecard(weights, floors, closed):
    wording = "{zh: 字, en: word}"
    levels = "{" + ", ".join(f"{one}: {wording}" for one in range(1, 6)) + "}"
    policy = f"{{role: {wording}, cadence: {wording}, contacts_per_year: 2, action: {wording}}}"
    lines = ["kind: weighted", "name: other", "version: 1", f"title: {wording}", "dimensions:"]
    for number, weight in enumerate(weights):
        lines += [f"  - {{column: d{number}, label: {wording}, weight: {weight}, levels: {levels}}}"]
    edges = [(str(float(floor)), low) for floor, low in zip(floors, closed, strict=True)]
    starts = ["[0", *(("[" if low else "(") + edge for edge, low in edges)]
    ends = [*(edge + (")" if low else "]") for edge, low in edges), "5]"]
    lines += ["bands:"]
    for number, (start, end) in reversed(list(enumerate(zip(starts, ends, strict=True)))):
        band = f'grade: L{number}, label: {wording}, composite: "{start}, {end}", follow_up: {policy}'
        lines += [f"  - {{{band}}}"]
    return "\n".join(lines)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("scorecards")


@settings(max_examples=40, deadline=None)
@given(scorecards(), st.data())
def test_any_weights_and_bands_are_exact(folder, facts, data):
    weights, floors, closed = facts
    (folder / "other.yaml").write_text(write_scorecard(weights, floors, closed), encoding="utf-8")
    scorecard = load_scorecard(folder / "other.yaml")
    rows = data.draw(st.lists(st.tuples(*[SCORE] * len(weights)), min_size=1, max_size=40))
    rows += [(one,) * len(weights) for one in range(1, 6)]  # exact composites, often on an edge
    scored = score(pd.DataFrame(rows, columns=[f"d{n}" for n in range(len(weights))]), scorecard)
    for row, composite, grade in zip(rows, scored["composite"], scored["grade"], strict=True):
        value = exact(row, weights)
        reached = sum(
            value > floor or (low and value == floor) for floor, low in zip(floors, closed, strict=True)
        )
        assert composite == float(value)
        assert grade == f"L{reached}"


@pytest.mark.parametrize(
    "weights", [("0.35", "0.25", "0.4"), ("0.333", "0.333", "0.334"), ("0.999999999", "0.000000001")]
)
def test_uneven_weights_are_exact(tmp_path, weights):
    path = tmp_path / "uneven.yaml"
    path.write_text(write_scorecard(weights, [Fraction(2), Fraction(3)], [True, False]), encoding="utf-8")
    rows = list(itertools.product(range(1, 6), repeat=len(weights)))
    scored = score(pd.DataFrame(rows, columns=[f"d{n}" for n in range(len(weights))]), load_scorecard(path))
    values = [exact(row, weights) for row in rows]
    assert scored["composite"].tolist() == [float(value) for value in values]
    assert scored["grade"].tolist() == [f"L{(value >= 2) + (value > 3)}" for value in values]


def test_weights_that_no_decimal_writes_are_exact_too():
    thirds = [
        Dimension(name, {}, Fraction(1, 3), {level: {} for level in range(1, 6)}) for name in DIMENSIONS
    ]
    scored = score(table(TRIPLES), replace(SCORECARD, dimensions=tuple(thirds)))
    assert scored["composite"].tolist() == [float(Fraction(sum(triple), 3)) for triple in TRIPLES]
    assert scored["grade"].tolist() == [exact_grade(Fraction(sum(triple), 3)) for triple in TRIPLES]


def test_a_scorecard_with_many_grades(tmp_path):
    path = tmp_path / "many.yaml"
    floors = [Fraction(n, 100) for n in range(101, 400)]
    path.write_text(write_scorecard(["1.0"], floors, [True] * len(floors)), encoding="utf-8")
    scored = score(pd.DataFrame({"d0": [1, 2, 5]}), load_scorecard(path))
    assert scored["grade"].tolist() == ["L0", "L100", "L299"]


# Files


def load_text(tmp_path, text) -> Scorecard:
    path = tmp_path / "card.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_scorecard(path)


def faults_of(tmp_path, text):
    """Faults as (line, what is wrong and what to do); every line must name the file first."""
    with pytest.raises(ScorecardError) as caught:
        load_text(tmp_path, text)
    start = f"{tmp_path / 'card.yaml'}, line "
    lines = str(caught.value).splitlines()
    assert all(line.startswith(start) for line in lines)
    parts = [line.removeprefix(start).split(": ", 1) for line in lines]
    return [(int(line), fault) for line, fault in parts]


def test_the_same_relative_path_works_from_the_root_and_from_notebooks(monkeypatch, tmp_path):
    (tmp_path / "notebooks" / "deep").mkdir(parents=True)
    (tmp_path / "card.yaml").write_text(STANDARD, encoding="utf-8")
    for folder in ("", "notebooks", "notebooks/deep"):
        monkeypatch.chdir(tmp_path / folder)
        assert load_scorecard("card.yaml") == SCORECARD


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path):
    assert load_text(tmp_path, "\ufeff" + STANDARD.replace("\n", "\r\n")) == SCORECARD


def test_a_missing_file_is_named_with_the_folders_searched(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(
        ScorecardError, match=r"^none\.yaml: no such file in .* or a folder above it\. Correct"
    ):
        load_scorecard("none.yaml")


def test_a_folder_is_no_scorecard(tmp_path):
    with pytest.raises(ScorecardError, match=r"cannot be read \(.+\)\. Give a YAML file\."):
        load_scorecard(tmp_path)


def line_of(part):
    return STANDARD[: STANDARD.index(part)].count("\n") + 1


TOP, UPPER, LOWER, BOTTOM = (
    f'composite: "{interval}"' for interval in ("[4.0, 5.0]", "[3.0, 4.0)", "[2.0, 3.0)", "[0, 2.0)")
)
NOT_A_WEIGHT = "is not a decimal number other than 0. Write it with a point, such as 0.4."
NOT_A_COUNT = "is not a whole number. Write the contacts a year as a number such as 12."
NOT_A_VALUE = (
    "is not a single value. Write one; an interval or other text in brackets needs quotation marks, "
    '"[4.0, 5.0]".'
)
LOOK_AROUND = "Check indentation (spaces, no tabs), colons and quotation marks here and just above."
NORMALISE = "Change them until they do, or write `normalised: false`."
KEYS = (
    "kind, name, version, title, valid, review, normalised, dimensions, "
    "zero_when, zero_because, bands, triggers"
)
# What the standard says, what a faulty card says instead, the fault, and how far it lies below the change.
REFUSALS = [
    ("weight: 0.4", "weight: 0,4", f'weight "0,4" {NOT_A_WEIGHT}'),
    ("weight: 0.4", "weight: ０.４", f'weight "０.４" {NOT_A_WEIGHT}'),
    (
        "weight: 0.4",
        "weight: -0.4",
        "the weight -0.4 is below 0. Write `normalised: false` if it is meant to count against.",
    ),
    ("weight: 0.4", "weight: 0.0", f'weight "0.0" {NOT_A_WEIGHT}'),
    ("weight: 0.4", "weight: 1-.3-.3", f'weight "1-.3-.3" {NOT_A_WEIGHT}'),
    ("weight: 0.4", 'weight: "0.\\n4"', f'weight "0. 4" {NOT_A_WEIGHT}'),
    ("weight: 0.4", "weight: 4e-1", f'weight "4e-1" {NOT_A_WEIGHT}'),
    (
        "weight: 0.4",
        "weight: 0.5",
        f"the weights 0.5 + 0.3 + 0.3 sum to 1.1, not to 1. {NORMALISE}",
    ),
    (
        "weight: 0.4",
        "weight: 0.399999999",
        f"the weights 0.399999999 + 0.3 + 0.3 sum to 0.999999999, not to 1. {NORMALISE}",
    ),
    ("weight: 0.4", "wieght: 0.4", "unknown key wieght in entry 1 of dimensions. Did you mean weight?"),
    ("title: {zh", "title: {fr: x, zh", "unknown key fr in title. Known here are zh, en."),
    (
        "name: consultation",
        "region: x\nname: consultation",
        f"unknown key region in the scorecard. Known here are {KEYS}.",
    ),
    (
        "name: consultation",
        "? [a]\n: x\nname: consultation",
        f"unknown key in brackets in the scorecard. Known here are {KEYS}.",
    ),
    (
        "      5: {zh: 非常满意",
        "      a: {zh: 非常满意",
        'a "a" is not a whole number. Write a number such as 3 or -2.',
    ),
    (
        "      5: {zh: 非常满意",
        "      4: {zh: 非常满意",
        f"the key 4 stands twice, first on line {line_of('4: {zh: 比较满意')}. Keep one of them.",
    ),
    ("column: intent\n    label", "label", "entry 1 of dimensions lacks column. Add what is missing."),
    ("{zh: 每周, en: Weekly}", "{zh: 每周}", "cadence lacks en. Add what is missing."),
    (
        "title: {zh: 客户咨询评级标准, en: Consultation rating standard}",
        "title: x",
        "title has no keys. Give it zh, en.",
    ),
    (
        "name: consultation",
        "name: a\nname: b",
        f"the key name stands twice, first on line {line_of('name: c')}. Keep one of them.",
        1,
    ),
    (
        "{zh: 每周, en: Weekly}",
        "{zh: 每周, zh: 周}",
        f"the key zh stands twice, first on line {line_of('每周')}. Keep one of them.",
    ),
    ("{zh: 每周, en: Weekly}", "{zh: 每周, en: }", 'en "" is empty. Write a text.'),
    ("grade: A", "grade: [A]", f"grade {NOT_A_VALUE}"),
    ("grade: B", "grade: A", f"grade A stands twice, first on line {line_of('grade: A')}. Rename one."),
    (
        "column: clarity",
        "column: intent",
        f"column intent stands twice, first on line {line_of('column: intent')}. Rename one.",
    ),
    (
        "column: intent",
        "column: grade",
        'column "grade" is a column that scoring adds. Name the column that holds the scores.',
    ),
    (TOP, "composite: [4.0, 5.0]", f"composite {NOT_A_VALUE}"),
    (
        UPPER,
        "composite: [3.0, 4.0)",
        "this cannot be read, expected ',' or ']', but got ':'. "
        'Close the bracket or quotation; put an interval in quotation marks, "[3.0, 4.0)".',
    ),
    (
        UPPER,
        "composite: 3.0-3.9",
        'composite "3.0-3.9" is not an interval. Write two numbers between brackets, such as "[3.0, 4.0)".',
    ),
    (
        UPPER,
        'composite: "[4.0, 3.0)"',
        'composite "[4.0, 3.0)" has no width. Write the lower end first.',
    ),
    (UPPER, 'composite: "[3.0, 4.1)"', '[3.0, 4.1) overlaps [4.0, 5.0]. Let it end with "4.0)".'),
    (UPPER, 'composite: "[3.0, 4.0]"', '[3.0, 4.0] overlaps [4.0, 5.0]. Let it end with "4.0)".'),
    (UPPER, 'composite: "[3.0, 3.9]"', '[3.0, 3.9] leaves a gap below [4.0, 5.0]. Let it end with "4.0)".'),
    (LOWER, 'composite: "(2.0, 3.0)"', '[0, 2.0) leaves a gap below (2.0, 3.0). Let it end with "2.0]".', 9),
    (
        TOP,
        'composite: "[4.0, 5.0)"',
        '[4.0, 5.0) leaves the composite 5 without a grade. Let it end with "5]".',
    ),
    (
        BOTTOM,
        'composite: "(1.0, 2.0)"',
        '(1.0, 2.0) leaves the composite 1 without a grade. Let it begin with "[1".',
    ),
    ("contacts_per_year: 12", "contacts_per_year: 12.5", f'contacts_per_year "12.5" {NOT_A_COUNT}'),
    ("contacts_per_year: 12", "contacts_per_year: monthly", f'contacts_per_year "monthly" {NOT_A_COUNT}'),
    ("name: consultation", "name: &x consultation", "the anchor &x has no use in the scorecard. Remove it."),
    ("name: consultation", "name: *x", "*x refers to another place. Write out what stands there."),
    (
        "name: consultation",
        "name: !!python/object/apply:os.system [exit]",
        "the tag tag:yaml.org,2002:python/object/apply:os.system has no use in the scorecard. Remove it.",
    ),
    (
        "    label: {zh: 意向度",
        "\tlabel: {zh: 意向度",
        f"this cannot be read, found character '\\t' that cannot start any token. {LOOK_AROUND}",
    ),
    (
        "label: {zh: 意向度",
        "label {zh: 意向度",
        f"this cannot be read, mapping values are not allowed here. {LOOK_AROUND}",
    ),
    ("\nbands:", "\n---\nbands:", f"this cannot be read, but found another document. {LOOK_AROUND}"),
    ("name: consultation", "name: consul\x07tation", "the character 0x7 may not stand in YAML. Remove it."),
]


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal[1][:40])
def test_a_contradiction_is_refused_with_line_and_mend(tmp_path, refusal):
    before, after, fault, *below = refusal
    text = STANDARD.replace(before, after, 1)
    pairs = zip(text.splitlines(), STANDARD.splitlines(), strict=False)
    changed = next(number for number, (new, old) in enumerate(pairs, start=1) if new != old)
    faults = faults_of(tmp_path, text)
    assert fault in [told for _, told in faults]
    assert {line for line, _ in faults} == {changed + sum(below)}  # and nothing is blamed on other lines


def test_all_independent_faults_are_told_at_once(tmp_path):
    text = STANDARD
    changes = {
        "name: consultation": "nmae: consultation",
        "weight: 0.4": "weight: 0,4",
        UPPER: 'composite: "[3.0, 3.9]"',
        "contacts_per_year: 4\n": "contacts_per_year: often\n",
        "grade: D": "grade: C",
    }
    for before, after in changes.items():
        text = text.replace(before, after)
    faults = faults_of(tmp_path, text)
    assert [line for line, _ in faults] == sorted(line_of(before) for before in changes)


def test_bands_may_be_listed_in_any_order(tmp_path):
    head, *bands = re.split(r"^  - (?=grade)", STANDARD, flags=re.MULTILINE)
    for order in itertools.permutations(bands):
        text = head + "".join(f"  - {band.rstrip()}\n" for band in order)
        assert load_text(tmp_path, text) == SCORECARD


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n"])
def test_an_empty_file_is_refused(tmp_path, text):
    fault = "the file is empty. Start from a copy of params/scorecards/consultation.yaml."
    assert faults_of(tmp_path, text) == [(1, fault)]


def test_a_text_in_another_encoding_is_refused_with_its_line(tmp_path):
    fault = "this is not UTF-8. Save the file as UTF-8."
    assert faults_of(tmp_path, STANDARD.encode("gb18030")) == [(line_of("title:"), fault)]
    assert faults_of(tmp_path, STANDARD.encode("utf-16")) == [(1, fault)]


def test_lists_that_are_none_or_empty(tmp_path):
    faults = faults_of(
        tmp_path,
        "kind: weighted\nname: a\nversion: 1\ntitle: {zh: a, en: b}\ndimensions: []\nbands: A to D\n",
    )
    assert faults == [
        (5, "dimensions is not a list. Write entries that begin with a dash."),
        (6, "bands is not a list. Write entries that begin with a dash."),
    ]


@pytest.mark.parametrize(
    "text", ["[" * 5000 + "]" * 5000, "a: " + "{a: " * 5000 + "}" * 5000], ids=["lists", "keys"]
)
def test_deep_nesting_is_refused(tmp_path, text):
    assert faults_of(tmp_path, text) == [(1, "the file is nested too deeply. Shorten what stands here.")]


def test_anchors_gone_mad_are_refused_at_once(tmp_path):
    laughs = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30))
    faults = faults_of(tmp_path, f"a0: &a0 [lol]\n{laughs}\n")
    assert faults == [(2, "*a0 refers to another place. Write out what stands there.")]


@pytest.mark.parametrize("text", ["? &a [*a]\n: 1\n", "dimensions: &a [*a]\n", "bands: &a [{grade: *a}]\n"])
def test_a_text_that_refers_to_itself_is_refused(tmp_path, text):
    assert faults_of(tmp_path, text) == [(1, "*a refers to another place. Write out what stands there.")]


@settings(max_examples=150, deadline=None)
@given(
    st.integers(0, len(STANDARD)),
    st.integers(0, 12),
    st.text("[]{}(),:&*!|>'\"#%@`-? \n\tA0.é\x00", max_size=3),
)
def test_a_damaged_file_is_refused_or_read_but_never_a_crash(folder, start, length, insertion):
    (folder / "damaged.yaml").write_text(
        STANDARD[:start] + insertion + STANDARD[start + length :], encoding="utf-8"
    )
    try:
        assert isinstance(load_scorecard(folder / "damaged.yaml"), Scorecard)
    except ScorecardError as error:
        assert str(error).startswith(f"{folder / 'damaged.yaml'}, line ")
