import itertools
import re
from collections import Counter
from datetime import date
from decimal import Decimal, getcontext
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from industry_report.analysis import conversion
from industry_report.analysis.conversion import Measure
from industry_report.base import language

getcontext().prec = 40
Z = Decimal("1.959963984540054235524594430520551527955")  # the 97.5 % point of the normal distribution
SALE, TOP = Measure(), Measure(grade="A")
SCORES = ["intent", "clarity", "satisfaction"]
SEPARATED = re.compile("[、,，;；/]")


pytestmark = pytest.mark.usefixtures("rates_of_few")


def wilson(successes: int, n: int) -> tuple[Decimal, Decimal]:
    p, z2 = Decimal(successes) / n, Z * Z
    centre, width = p + z2 / (2 * n), Z * (p * (1 - p) / n + z2 / (4 * n * n)).sqrt()
    return (centre - width) / (1 + z2 / n), (centre + width) / (1 + z2 / n)


def newcombe(x1: int, n1: int, x2: int, n2: int) -> tuple[Decimal, Decimal]:
    p1, p2, (l1, u1), (l2, u2) = Decimal(x1) / n1, Decimal(x2) / n2, wilson(x1, n1), wilson(x2, n2)
    low = p1 - p2 - ((p1 - l1) ** 2 + (u2 - p2) ** 2).sqrt()
    return low, p1 - p2 + ((u1 - p1) ** 2 + (p2 - l2) ** 2).sqrt()


def scored(rows: list[dict[str, object]], index: list[int] | None = None) -> pd.DataFrame:
    """A scored table as `scoring.score` gives it; what a row leaves out is missing."""
    columns = ["customer_type", "product", "consulted_on", "converted", "grade", *SCORES]
    table = pd.DataFrame(rows, columns=columns, index=index, dtype=object)
    return table.astype(
        {
            "customer_type": "string",
            "product": "string",
            "converted": "boolean",
            "consulted_on": "datetime64[ns]",
        }
        | dict.fromkeys(SCORES, "Int64")
        | {"grade": pd.CategoricalDtype(list("DCBA"), ordered=True)}
    )


def outcomes(*groups: tuple[str, int, int]) -> pd.DataFrame:
    """A table with (customer type, consultations, conversions) of each group."""
    return scored(
        [
            {"customer_type": name, "converted": number < bought, "grade": "A"}
            for name, n, bought in groups
            for number in range(n)
        ]
    )


# Intervals


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (0, 20, 0.0, 0.1611), (8, 10, 0.4902, 0.9433)],
)
def test_interval_of_a_rate_is_the_published_one(successes: int, n: int, low: float, high: float) -> None:
    row = conversion.overall(outcomes(("甲", n, successes)), SALE)
    assert (round(row.low, 4), round(row.high, 4)) == (low, high)


@pytest.mark.parametrize("n", [1, 2, 7, 30, 263, 5601])
def test_interval_agrees_with_the_formula_in_decimals(n: int) -> None:
    tried = sorted({0, 1, n // 3, n // 2, n - 1, n})
    table = conversion.by(outcomes(*((str(x), n, x) for x in tried)), "customer_type", SALE).loc[
        map(str, tried)
    ]
    expected = [wilson(x, n) for x in tried]
    assert table["low"].to_list() == pytest.approx([float(low) for low, _ in expected], abs=1e-12)
    assert table["high"].to_list() == pytest.approx([float(high) for _, high in expected], abs=1e-12)
    assert table["rate"].to_list() == [float(Fraction(x, n)) for x in tried]


def test_interval_of_a_difference_is_the_published_one() -> None:
    table = conversion.by(outcomes(("先", 70, 56), ("后", 80, 48)), "customer_type", SALE)
    gap, low, high = conversion.difference(table.loc["先"], table.loc["后"])
    assert (round(gap, 4), round(low, 4), round(high, 4)) == (0.2, 0.0524, 0.3339)


@pytest.mark.parametrize("sizes", [(1, 1), (5, 30), (70, 80), (1000, 3)])
def test_interval_of_a_difference_agrees_with_the_formula_in_decimals(sizes: tuple[int, int]) -> None:
    m, n = sizes
    for x, y in itertools.product({0, m // 2, m}, {0, n // 3, n}):
        table = conversion.by(outcomes(("甲", m, x), ("乙", n, y)), "customer_type", SALE)
        gap, low, high = conversion.difference(table.loc["甲"], table.loc["乙"])
        assert gap == pytest.approx(x / m - y / n)
        assert (low, high) == pytest.approx(tuple(map(float, newcombe(x, m, y, n))), abs=1e-9)


def test_difference_to_an_empty_group_is_missing() -> None:
    table = conversion.by_grade(outcomes(("甲", 10, 5)))
    assert all(np.isnan(value) for value in conversion.difference(table.loc["A"], table.loc["B"]))


# Measures


def test_measure_is_conversion_where_outcomes_are_given() -> None:
    assert conversion.choose_measure(outcomes(("甲", 3, 1))) == SALE


@pytest.mark.parametrize("column", ["absent", "all missing"])
def test_measure_is_the_share_of_the_top_grade_where_no_outcome_is_given(column: str) -> None:
    table = scored([{"grade": "A"}, {"grade": "B"}, {}])
    table = table.drop(columns="converted") if column == "absent" else table
    assert not conversion.has_outcomes(table)
    assert conversion.choose_measure(table) == TOP
    assert conversion.by_grade(table).empty
    row = conversion.overall(table, TOP)
    assert (row.consultations, row.conversions, row.rate) == (2, 1, 0.5)


def test_measures_name_their_columns() -> None:
    assert (SALE.label, SALE.heads) == ("成交率", {"conversions": "成交数", "rate": "成交率"})
    assert (TOP.label, TOP.heads) == ("A级占比", {"conversions": "A级数", "rate": "A级占比"})
    language.use("en")
    assert (TOP.label, TOP.heads["conversions"]) == ("Share of grade A", "Grade A")


def test_overall_of_nothing_is_missing() -> None:
    row = conversion.overall(scored([]), TOP)
    assert row.consultations == 0
    assert row[["rate", "low", "high"]].isna().all()


# Grades


def test_grades_run_from_the_highest_and_keep_those_that_nobody_has() -> None:
    table = conversion.grades(scored([{"grade": "B"}, {"grade": "B"}, {"grade": "D"}, {}]))
    assert table["consultations"].to_dict() == {"A": 0, "B": 2, "C": 0, "D": 1}
    assert list(table.index) == ["A", "B", "C", "D"]
    assert table["share"].sum() == pytest.approx(1)


def test_grades_of_nothing_have_no_share() -> None:
    table = conversion.grades(scored([{}]))
    assert (table["consultations"] == 0).all()
    assert table["share"].isna().all()


def test_by_grade_leaves_out_unknown_outcomes_and_ungradable_rows() -> None:
    rows = [("A", True), ("A", False), ("A", None), (None, True), ("D", False)]
    table = conversion.by_grade(scored([{"grade": grade, "converted": bought} for grade, bought in rows]))
    assert table[["consultations", "conversions"]].to_numpy().tolist() == [[2, 1], [0, 0], [0, 0], [1, 0]]
    assert table.loc[["B", "C"], ["rate", "low", "high"]].isna().all(axis=None)


def test_by_grade_of_outcomes_without_any_grade() -> None:
    table = conversion.by_grade(scored([{"converted": True}]))
    assert table["consultations"].to_list() == [0, 0, 0, 0]


# Groups


def test_groups_run_from_the_largest_and_ties_keep_one_order() -> None:
    table = conversion.by(outcomes(("丙", 2, 1), ("乙", 5, 0), ("甲", 2, 2)), "customer_type", SALE)
    assert list(table.index) == ["乙", *sorted(["丙", "甲"])]


def test_a_column_that_the_source_lacks_gives_an_empty_table() -> None:
    bare = scored([{"grade": "A"}]).drop(columns=["customer_type", "consulted_on"])
    for table in (conversion.by(bare, "customer_type", TOP), conversion.by_period(bare, TOP)):
        assert table.empty
        assert {"consultations", "conversions", "rate", "low", "high"} <= set(table.columns)


def test_a_product_named_twice_in_one_consultation_counts_once() -> None:
    table = scored(
        [
            {"product": "总账、总账 ", "converted": True},
            {"product": "报税，总账", "converted": False},
            {"product": "；,报税/ 进销存;", "converted": True},
            {"product": None, "converted": True},
        ],
        index=[7, 7, 7, 7],
    )
    result = conversion.by(table, "product", SALE)
    assert result["consultations"].to_dict() == {"总账": 2, "报税": 2, "进销存": 1}
    assert result["conversions"].to_dict() == {"总账": 1, "报税": 1, "进销存": 1}


def test_only_the_product_column_is_split() -> None:
    assert list(conversion.by(outcomes(("甲/乙、丙", 2, 1)), "customer_type", SALE).index) == ["甲/乙、丙"]


def test_smallest_groups_are_pooled_together_with_a_group_of_that_name() -> None:
    table = outcomes(("甲", 9, 1), ("其他", 8, 2), ("乙", 3, 3), ("丙", 2, 0), ("丁", 1, 1))
    result = conversion.by(table, "customer_type", SALE, most=3)
    assert result["consultations"].to_dict() == {"甲": 9, "其他": 11, "乙": 3}
    assert result["conversions"].to_dict() == {"甲": 1, "其他": 3, "乙": 3}


def test_groups_under_the_least_size_are_pooled_with_the_next_smallest() -> None:
    table = outcomes(("甲", 30, 1), ("乙", 20, 2), ("丙", 12, 3), ("丁", 4, 1))
    result = conversion.by(table, "customer_type", SALE, least=10)
    assert result["consultations"].to_dict() == {"甲": 30, "乙": 20, "其他": 16}
    assert conversion.by(table, "customer_type", SALE, least=4)["consultations"].to_dict() == {
        "甲": 30,
        "乙": 20,
        "丙": 12,
        "丁": 4,
    }


def test_pooled_rest_has_a_name_in_the_language_of_the_report() -> None:
    language.use("en")
    result = conversion.by(outcomes(*((str(i), 20 - i, 1) for i in range(16))), "customer_type", SALE)
    assert len(result) == 15
    assert result.loc["Other", "consultations"] == 6 + 5


def test_no_group_is_pooled_where_they_are_few_enough() -> None:
    result = conversion.by(outcomes(*((str(i), 2, 1) for i in range(15))), "customer_type", SALE)
    assert len(result) == 15
    assert "其他" not in result.index


@pytest.mark.parametrize("most", [2, 15])
def test_categories_that_nobody_has_are_left_out(most: int) -> None:
    table = outcomes(("甲", 3, 1), ("乙", 2, 1), ("丙", 1, 1))
    table["customer_type"] = pd.Categorical(table["customer_type"], categories=["丁", "丙", "乙", "甲"])
    result = conversion.by(table, "customer_type", SALE, most=most)
    assert dict(result["consultations"]) == (
        {"甲": 3, "乙": 2, "丙": 1} if most == 15 else {"甲": 3, "其他": 3}
    )


# Months and scores


def test_months_run_from_january_and_count_consultations_whose_outcome_is_open() -> None:
    days = ["2025-01-05", "2025-01-31", "2025-12-01", "2025-12-02", None]
    bought = [True, False, None, None, True]
    rows = [{"consulted_on": day, "converted": known} for day, known in zip(days, bought, strict=True)]
    table = conversion.by_period(scored(rows), SALE)
    assert list(table.index) == list(range(1, 13))
    assert table.loc[[1, 2, 12], "received"].to_list() == [2, 0, 2]
    assert table.loc[[1, 2, 12], "consultations"].to_list() == [2, 0, 0]
    assert table.loc[1, "rate"] == 0.5
    assert np.isnan(table.loc[12, "rate"])


def test_scores_are_shared_out_within_each_dimension_in_the_order_asked_for() -> None:
    table = scored([{"intent": 5, "clarity": 1}, {"intent": 5, "clarity": 2}, {"intent": 1}])
    shares = conversion.score_shares(table, SCORES)
    assert shares["dimension"].to_list() == ["intent", "intent", "clarity", "clarity"]
    assert shares["score"].to_list() == [1, 5, 1, 2]
    assert shares["share"].to_list() == pytest.approx([1 / 3, 2 / 3, 1 / 2, 1 / 2])
    means = conversion.score_means(table, SCORES)
    assert means["consultations"].to_dict() == {"intent": 3, "clarity": 2, "satisfaction": 0}
    assert means["mean"].to_list() == pytest.approx([11 / 3, 1.5, np.nan], nan_ok=True)


def test_scores_stay_whole_numbers_where_some_are_missing() -> None:
    table = scored([{"intent": 5, "converted": True}, {"intent": None, "converted": True}])
    result = conversion.by_score(table, SCORES, SALE)
    assert pd.api.types.is_integer_dtype(result["score"])
    assert result[["dimension", "score", "consultations"]].to_numpy().tolist() == [["intent", 5, 1]]


def test_tables_of_nothing_are_empty() -> None:
    nothing = scored([])
    assert conversion.score_shares(nothing, SCORES).empty
    assert conversion.by_score(nothing, SCORES, TOP).empty
    assert conversion.by(nothing, "product", TOP).empty
    assert conversion.by_period(nothing, TOP).empty


# Nothing counted twice, nothing lost

maybe_score = st.none() | st.integers(1, 5)
products = st.lists(st.sampled_from(["总账", "报税", " 其他 ", ""]), max_size=4).map("、".join)
rows = st.fixed_dictionaries(
    {
        "customer_type": st.sampled_from(["小微企业", "其他", "Other", "<b>", "a", "b", None]),
        "product": st.none() | products,
        "consulted_on": st.none() | st.dates(date(2025, 1, 1), date(2025, 12, 31)),
        "converted": st.none() | st.booleans(),
        "grade": st.none() | st.sampled_from("DCBA"),
        "intent": maybe_score,
        "clarity": maybe_score,
        "satisfaction": maybe_score,
    }
)


@st.composite
def tables(draw: st.DrawFn) -> pd.DataFrame:
    drawn = draw(st.lists(rows, max_size=25))
    return scored(drawn, index=[draw(st.integers(0, 3)) for _ in drawn])


measures = st.sampled_from([SALE, TOP])


def successes_of(table: pd.DataFrame, measure: Measure) -> list[bool | None]:
    if measure == SALE:
        return [None if pd.isna(value) else bool(value) for value in table["converted"]]
    return [None if pd.isna(value) else value == "A" for value in table["grade"]]


def check_sums(result: pd.DataFrame, expected: Counter, bought: Counter) -> None:
    assert Counter(result["consultations"].to_dict()) == expected
    assert Counter(result["conversions"].to_dict()) == bought
    known = result[result["consultations"] > 0]
    assert (known["rate"] == known["conversions"] / known["consultations"]).all()
    assert ((known["low"] <= known["rate"] + 1e-12) & (known["rate"] <= known["high"] + 1e-12)).all()
    assert known[["low", "high"]].stack().between(0, 1).all()


@settings(max_examples=60, deadline=None)
@given(table=tables(), measure=measures, most=st.integers(1, 5))
def test_groups_add_up(table: pd.DataFrame, measure: Measure, most: int) -> None:
    before = table.copy(deep=True)
    pairs = list(zip(table["customer_type"], successes_of(table, measure), strict=True))
    result = conversion.by(table, "customer_type", measure, most=most)
    pd.testing.assert_frame_equal(table, before)
    known = [bool(success) for group, success in pairs if pd.notna(group) and success is not None]
    assert result["consultations"].sum() == len(known)
    assert result["conversions"].sum() == sum(known)
    assert len(result) <= most
    full = conversion.by(table, "customer_type", measure, most=99)
    counted = [
        ("其他" if group == "Other" else group, success)  # a group of that name is the pooled rest
        for group, success in pairs
        if pd.notna(group) and success is not None
    ]
    check_sums(
        full,
        Counter(group for group, _ in counted),
        Counter({g: sum(s for h, s in counted if h == g) for g, _ in counted}),
    )


@settings(max_examples=40, deadline=None)
@given(table=tables(), measure=measures)
def test_products_add_up(table: pd.DataFrame, measure: Measure) -> None:
    expected, bought = Counter(), Counter()
    for named, success in zip(table["product"], successes_of(table, measure), strict=True):
        products = set() if pd.isna(named) else {part.strip() for part in SEPARATED.split(named)} - {""}
        for product in products if success is not None else ():
            expected[product] += 1
            bought[product] += success
    check_sums(conversion.by(table, "product", measure), expected, bought)


@settings(max_examples=40, deadline=None)
@given(table=tables(), measure=measures)
def test_months_grades_and_scores_add_up(table: pd.DataFrame, measure: Measure) -> None:
    known = pd.Series(
        [success is not None for success in successes_of(table, measure)], index=table.index, dtype=bool
    )
    monthly = conversion.by_period(table, measure)
    assert monthly["received"].sum() == table["consulted_on"].notna().sum()
    assert monthly["consultations"].sum() == (known & table["consulted_on"].notna()).sum()
    grades = conversion.grades(table)
    assert grades["consultations"].sum() == table["grade"].notna().sum()
    if conversion.has_outcomes(table):
        by_grade = conversion.by_grade(table)
        assert by_grade["consultations"].sum() == (table["grade"].notna() & table["converted"].notna()).sum()
    by_score = conversion.by_score(table, SCORES, measure)
    shares = conversion.score_shares(table, SCORES)
    for dimension in SCORES:
        asked = table[dimension].notna()
        assert (
            by_score.loc[by_score["dimension"] == dimension, "consultations"].sum() == (known & asked).sum()
        )
        assert shares.loc[shares["dimension"] == dimension, "consultations"].sum() == asked.sum()
