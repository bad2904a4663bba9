import itertools
import math
from decimal import Decimal, getcontext
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2_contingency
from statsmodels.stats.contingency_tables import Table
from statsmodels.stats.multitest import multipletests

from industry_report.analysis import conversion
from industry_report.analysis.conversion import Measure
from industry_report.base import language, table_metadata
from industry_report.base.errors import InputError
from industry_report.report import tables

getcontext().prec = 40
Z = Decimal("1.959963984540054235524594430520551527955")  # the 97.5 % point of the normal distribution
SALE, TOP = Measure(), Measure(grade="A")
TESTED = ["difference", "low", "high", "p", "p_adjusted"]


pytestmark = pytest.mark.usefixtures("rates_of_few")


def rates(name: str = "source", **groups: tuple[int, int]) -> pd.DataFrame:
    """A table as `conversion.by` gives it, from (consultations, conversions) of each group."""
    counts = pd.DataFrame(list(groups.values()), columns=["consultations", "conversions"])
    return conversion.with_interval(counts.set_axis(pd.Index(groups, name=name, dtype=object)), SALE)


def by_grade(*groups: tuple[int, int]) -> pd.DataFrame:
    return rates("grade", **dict(zip("ABCDEFG", groups, strict=False)))


def scored(rows: list[tuple[str | None, str | None, bool | None]]) -> pd.DataFrame:
    """A scored table of (source, customer type, converted); who converted has grade A."""
    table = pd.DataFrame(rows, columns=["source", "customer_type", "converted"]).astype(
        {"source": "string", "customer_type": "string", "converted": "boolean"}
    )
    grade = ["A" if bought is True else None if bought is None else "D" for *_, bought in rows]
    return table.assign(grade=pd.Categorical(grade, list("DCBA"), ordered=True))


def cells(*counts: tuple[str, str, int, int]) -> pd.DataFrame:
    """A scored table of (source, customer type, consultations, conversions)."""
    return scored([(a, b, i < x) for a, b, n, x in counts for i in range(n)])


def wilson(x: int, n: int) -> tuple[Decimal, Decimal]:
    p, z2 = Decimal(x) / n, Z * Z
    centre, width = p + z2 / (2 * n), Z * (p * (1 - p) / n + z2 / (4 * n * n)).sqrt()
    return (centre - width) / (1 + z2 / n), (centre + width) / (1 + z2 / n)


def linear(*terms: tuple[Fraction, int, int]) -> tuple[Decimal, Decimal, Decimal]:
    """Σ weight · x / n and its interval (Zou, Huang and Zhang 2009) from (weight, x, n), in decimals."""
    total, down, up = Decimal(0), Decimal(0), Decimal(0)
    for weight, x, n in terms:
        w, p, (low, high) = (
            Decimal(weight.numerator) / weight.denominator,
            Decimal(x) / n,
            wilson(x, n),
        )
        total += w * p
        below, above = (p - low, high - p) if w > 0 else (high - p, p - low)
        down, up = down + (w * below) ** 2, up + (w * above) ** 2
    return total, total - down.sqrt(), total + up.sqrt()


def fisher(x: int, n: int, y: int, m: int) -> float:
    """Two-sided p by enumeration: all tables of these margins that are no likelier than this one."""
    reached, total = x + y, math.comb(n + m, x + y)
    ways = [math.comb(n, k) * math.comb(m, reached - k) for k in range(reached + 1)]
    return float(Fraction(sum(way for way in ways if way <= ways[x]), total))


# Each group against all others

group = st.integers(0, 90).flatmap(
    lambda n: st.tuples(st.just(n), st.sampled_from([0, n]) | st.integers(0, n))
)
some_groups = st.lists(group, max_size=6).map(lambda counts: dict(zip("abcdef", counts, strict=False)))


@settings(max_examples=50, deadline=None)
@given(groups=some_groups, planned=st.booleans())
def test_comparisons_agree_with_independent_ones(groups: dict[str, tuple[int, int]], planned: bool) -> None:
    result = conversion.compare(rates(**groups), planned=planned)
    total, reached = (sum(counts) for counts in zip(*groups.values(), strict=True)) if groups else (0, 0)
    compared = [name for name, (n, _) in groups.items() if n >= 30 and total - n >= 30]
    assert list(result.index) == list(groups)
    assert list(result.index[result["verdict"] != "too few"]) == compared
    assert result.loc[result["verdict"] == "too few", TESTED].isna().all(axis=None)
    ps = []
    for name in compared:
        (n, x), row = groups[name], result.loc[name]
        y, m = reached - x, total - n
        assert (row.consultations, row.reference_consultations) == (n, m)
        assert (row.rate, row.reference) == (x / n, y / m)
        expected = linear((Fraction(1), x, n), (Fraction(-1), y, m))
        assert [row.difference, row.low, row.high] == pytest.approx([float(v) for v in expected], abs=1e-9)
        rare = Fraction(min(n, m) * min(reached, total - reached), total) < 5
        table = [[x, n - x], [y, m - y]]
        p = fisher(x, n, y, m) if rare else chi2_contingency(table, correction=False).pvalue
        assert row.test == ("Fisher" if rare else "chi-square")
        assert row.p == pytest.approx(p, abs=1e-9)
        ps.append(p)
    if compared:
        adjusted = multipletests(ps, method="holm" if planned else "fdr_bh")[1]
        assert result.loc[compared, "p_adjusted"].to_list() == pytest.approx(list(adjusted), abs=1e-9)
        assert set(result.loc[compared, "method"]) == {"Holm" if planned else "Benjamini-Hochberg"}
    for row in result.loc[compared].itertuples():
        claim = row.p_adjusted < 0.05 and (row.low > 0 or row.high < 0)
        direction = "higher" if row.difference > 0 else "lower"
        assert row.verdict == (direction if claim else "no clear difference")


def test_a_table_says_whether_its_comparisons_were_planned() -> None:
    table = rates(甲=(100, 50), 乙=(100, 20))
    for planned in (True, False):
        compared = conversion.compare(table, planned=planned)
        assert table_metadata.fact(compared, "planned") is planned
    assert (
        tables.printed(conversion.compare(table, planned=True))["多重比较校正"].to_list()
        == ["Holm法（预设比较）"] * 2
    )


def test_a_difference_that_does_not_survive_the_number_of_comparisons_is_not_claimed() -> None:
    many = rates(**{str(i): (100, 30) for i in range(9)}, 甲=(100, 41))
    alone = conversion.compare(rates(甲=(100, 41), 其余=(900, 270)), planned=True).loc["甲"]
    row = conversion.compare(many, planned=False).loc["甲"]
    assert (row.p, row.difference) == (pytest.approx(alone.p), pytest.approx(alone.difference))
    assert (alone.verdict, row.verdict) == ("higher", "no clear difference")


def test_one_group_has_nothing_to_be_compared_with() -> None:
    result = conversion.compare(rates(甲=(500, 100)), planned=True)
    assert result["verdict"].to_list() == ["too few"]
    assert result[TESTED].dtypes.eq(float).all()


@pytest.mark.parametrize("rest", ["其他", "Other"])
def test_the_pooled_rest_counts_among_the_others_and_is_no_group_itself(rest: str) -> None:
    result = conversion.compare(rates(**{"甲": (60, 30), "乙": (50, 10), rest: (40, 20)}), planned=True)
    assert result.loc["甲", "reference_consultations"] == 90
    assert result.loc[rest, "verdict"] == "not compared"
    assert result.loc[rest, TESTED].isna().all()


def test_others_of_a_product_are_the_consultations_that_do_not_name_it() -> None:
    kinds = {"总账、报税": (40, 10), "总账": (35, 20), "报税": (45, 5), "、": (9, 9)}
    table = scored([(None, None, i < x) for n, x in kinds.values() for i in range(n)])
    table["product"] = pd.array([kind for kind, (n, _) in kinds.items() for _ in range(n)], dtype="string")
    result = conversion.compare(conversion.by(table, "product", SALE), planned=True)
    assert result.loc["总账", ["consultations", "reference_consultations"]].to_list() == [75, 45]
    assert result.loc["总账", ["rate", "reference"]].to_list() == [30 / 75, 5 / 45]
    assert result.loc["报税", ["rate", "reference"]].to_list() == [15 / 85, 20 / 35]


def test_a_consultation_about_two_of_the_pooled_products_counts_once_among_them() -> None:
    names = ["甲"] * 60 + ["乙、丙"] * 40 + ["丙、丁", None]
    table = scored([(None, None, i % 2 == 0) for i in range(len(names))])
    table["product"] = pd.array(names, dtype="string")
    result = conversion.by(table, "product", SALE, most=2)
    assert result["consultations"].to_dict() == {"甲": 60, "其他": 41}
    assert conversion.compare(result, planned=True).loc["甲", "reference_consultations"] == 41


def test_tables_without_groups_or_outcomes_compare_to_nothing() -> None:
    empty = conversion.by_grade(scored([("a", "b", None)]))
    assert conversion.compare(empty, planned=True).empty
    assert conversion.differences(empty, empty).empty
    assert list(conversion.compare(empty, planned=True)) == list(
        conversion.compare(rates(甲=(90, 1), 乙=(90, 2)), planned=True)
    )


def test_shares_of_the_top_grade_are_compared_like_conversion_rates() -> None:
    table = cells(("甲", "x", 50, 30), ("乙", "x", 60, 10))
    sale, top = (
        conversion.compare(conversion.by(table, "source", measure), planned=True) for measure in (SALE, TOP)
    )
    pd.testing.assert_frame_equal(sale, top)
    assert [table_metadata.heads(table)["rate"] for table in (sale, top)] == ["成交率", "A级占比"]


# The same groups in two tables


def test_difference_between_two_tables_is_the_published_one() -> None:
    row = conversion.differences(rates(甲=(70, 56)), rates(甲=(80, 48))).loc["甲"]
    assert [round(value, 4) for value in (row.difference, row.low, row.high)] == [0.2, 0.0524, 0.3339]
    assert row.verdict == "higher"
    assert conversion.differences(rates(甲=(80, 48)), rates(甲=(70, 56))).loc["甲", "verdict"] == "lower"


@settings(max_examples=50, deadline=None)
@given(groups=some_groups, planned=st.booleans())
def test_two_identical_years_show_no_change(groups: dict[str, tuple[int, int]], planned: bool) -> None:
    table = rates(**groups)
    result = conversion.differences(table, table, planned=planned)
    assert set(result["verdict"]) <= {"no clear difference", "too few"}
    asked = result[result["verdict"] != "too few"]
    assert (asked["difference"] == 0).all()
    assert (asked["p"] == 1).all()
    assert ((asked["low"] < 0) & (asked["high"] > 0)).all()


@settings(max_examples=40, deadline=None)
@given(one=some_groups, other=some_groups)
def test_differences_turn_round_with_the_tables(
    one: dict[str, tuple[int, int]], other: dict[str, tuple[int, int]]
) -> None:
    there = conversion.differences(rates(**one), rates(**other))
    back = conversion.differences(rates(**other), rates(**one)).loc[there.index]
    assert set(there.index) == set(one) | set(other)
    assert there["difference"].to_list() == pytest.approx((-back["difference"]).to_list(), nan_ok=True)
    assert there["low"].to_list() == pytest.approx((-back["high"]).to_list(), nan_ok=True)
    turned = {"higher": "lower", "lower": "higher"}
    assert [turned.get(verdict, verdict) for verdict in back["verdict"]] == there["verdict"].to_list()


def test_a_group_of_one_year_only_is_too_small_to_compare() -> None:
    result = conversion.differences(rates(甲=(90, 40), 乙=(90, 30)), rates(丙=(80, 10), 甲=(90, 20)))
    assert result["verdict"].to_dict() == {"甲": "higher", "乙": "too few", "丙": "too few"}
    assert result.loc["乙", "reference_consultations"] == 0
    assert np.isnan(result.loc["丙", "rate"])


# Trend over the grades


def test_trend_is_the_published_one() -> None:
    trend = conversion.trend(by_grade((100, 40), (200, 40), (300, 30), (400, 20)))
    assert round(trend.z, 3) == 9.403
    assert (trend.monotone, trend.strict, trend.verdict) == (True, True, "rises")


grades = st.lists(
    st.integers(0, 60).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))), min_size=1, max_size=6
)


@settings(max_examples=80, deadline=None)
@given(groups=grades)
def test_trend_agrees_with_the_correlation_of_grade_and_outcome(groups: list[tuple[int, int]]) -> None:
    trend = conversion.trend(by_grade(*groups))
    places = list(enumerate(reversed(groups)))
    known = [(place, n, x) for place, (n, x) in places if n]
    total, reached = sum(n for _, n, _ in known), sum(x for _, _, x in known)
    if len(known) < 2 or reached in (0, total):
        assert np.isnan([trend.z, trend.p]).all()
        assert trend.verdict in ("too few", "no clear trend")
        return
    pairs = [(place, i < x) for place, n, x in known for i in range(n)]
    assert trend.z == pytest.approx(math.sqrt(total) * np.corrcoef(np.array(pairs, float).T)[0, 1], abs=1e-9)
    table = Table(np.array([[n - x for _, n, x in known], [x for _, _, x in known]]), shift_zeros=False)
    other = table.test_ordinal_association(col_scores=np.array([place for place, _, _ in known]))
    # statsmodels divides the variance by one less.
    assert trend.z == pytest.approx(other.zscore * math.sqrt(total / (total - 1)), abs=1e-9)
    assert trend.p == pytest.approx(math.erfc(abs(trend.z) / math.sqrt(2)), abs=1e-9)
    printed = [Fraction(x, n) for _, n, x in known if n >= 10]
    assert trend.monotone == (printed in (sorted(printed), sorted(printed, reverse=True)))
    assert trend.strict == (trend.monotone and len(set(printed)) == len(printed))
    if sum(n >= 30 for _, n, _ in known) >= 2 and trend.p < 0.05:
        assert trend.verdict == ("rises" if trend.z > 0 else "falls")


def test_a_rise_that_is_not_monotone_is_said_to_be_none_at_every_step() -> None:
    trend = conversion.trend(by_grade((300, 90), (300, 150), (300, 60), (300, 30)))
    assert (trend.verdict, trend.monotone, trend.strict) == ("rises", False, False)


def test_equal_rates_are_monotone_but_not_strictly() -> None:
    trend = conversion.trend(by_grade((300, 90), (300, 30), (200, 20)))
    assert (trend.verdict, trend.monotone, trend.strict) == ("rises", True, False)


def test_conversion_may_fall_with_the_grade_or_not_move() -> None:
    assert conversion.trend(by_grade((300, 30), (300, 90))).verdict == "falls"
    assert conversion.trend(by_grade((300, 30), (300, 30))).verdict == "no clear trend"
    assert conversion.trend(by_grade((300, 0), (300, 0))).verdict == "no clear trend"
    assert conversion.trend(by_grade((29, 29), (300, 30))).verdict == "too few"


def test_a_grade_whose_rate_is_not_printed_does_not_break_the_order() -> None:
    assert conversion.trend(by_grade((9, 0), (300, 90), (300, 30))).monotone
    assert not conversion.trend(by_grade((10, 0), (300, 90), (300, 30))).monotone


def test_a_trend_needs_grades() -> None:
    assert conversion.trend(by_grade((300, 30))).verdict == "too few"
    assert conversion.trend(conversion.by_grade(scored([("a", "b", None)]))).verdict == "too few"


# Standardised rates

# Success of two treatments of kidney stones, by size (Charig et al. 1986; Julious and Mullee 1994).
STONES = [("open", "small", 87, 81), ("open", "large", 263, 192), ("needle", "small", 270, 234)]
STONES += [("needle", "large", 80, 55)]


def test_a_simpson_reversal_is_flagged() -> None:
    result = conversion.standardised(cells(*STONES), "source", "customer_type", SALE)
    assert result.rates["rate"].round(4).to_dict() == {"open": 0.78, "needle": 0.8257}
    assert result.rates["standardised"].round(4).to_dict() == {"open": 0.8325, "needle": 0.7789}
    assert result.rates["reversal"].all()
    assert result.weights["weight"].to_dict() == {"large": 343 / 700, "small": 357 / 700}
    [pair] = result.reversals.itertuples()
    assert (pair.first, pair.second, pair.clear) == ("needle", "open", False)
    crude = linear((Fraction(1), 289, 350), (Fraction(-1), 273, 350))
    large, small = Fraction(343, 700), Fraction(357, 700)
    needle, opened = [(large, 55, 80), (small, 234, 270)], [(-large, 192, 263), (-small, 81, 87)]
    adjusted = linear(*needle, *opened)
    got = [pair.crude, pair.crude_low, pair.crude_high, pair.difference, pair.low, pair.high]
    assert got == pytest.approx([float(value) for value in (*crude, *adjusted)], abs=1e-9)


def test_a_reversal_is_clear_where_both_intervals_exclude_zero() -> None:
    result = conversion.standardised(
        cells(*((a, b, 10 * n, 10 * x) for a, b, n, x in STONES)), "source", "customer_type", TOP
    )
    assert result.reversals["clear"].to_list() == [True]


def test_groups_of_one_composition_are_not_moved() -> None:
    counts = [("甲", "x", 40, 10), ("甲", "y", 80, 60), ("乙", "x", 50, 20), ("乙", "y", 100, 70)]
    result = conversion.standardised(cells(*counts), "source", "customer_type", SALE)
    assert result.rates["standardised"].to_list() == pytest.approx(result.rates["rate"].to_list())
    assert not result.rates["reversal"].any()
    assert result.reversals.empty


counts_of_cells = st.lists(
    st.integers(0, 60).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))), min_size=6, max_size=6
)


@settings(max_examples=60, deadline=None)
@given(counts=counts_of_cells, chosen=st.none() | st.lists(st.integers(0, 4), min_size=2, max_size=2))
def test_standardised_rates_agree_with_fractions(
    counts: list[tuple[int, int]], chosen: list[int] | None
) -> None:
    names = list(itertools.product("pqr", "xy"))
    table = {name: pair for name, pair in zip(names, counts, strict=True) if pair[0]}
    data = cells(*((a, b, n, x) for (a, b), (n, x) in table.items()))
    weights = None if chosen is None else dict(zip("xy", chosen, strict=True))
    if weights and not sum(chosen):
        with pytest.raises(InputError, match="weights"):
            conversion.standardised(data, "source", "customer_type", SALE, weights)
        return
    result = conversion.standardised(data, "source", "customer_type", SALE, weights)
    sizes = {a: sum(table.get((a, b), (0, 0))[0] for b in "xy") for a in "pqr"}
    weight = weights or {b: sum(n for (_, s), (n, _) in table.items() if s == b) for b in "xy"}
    used = [b for b in "xy" if weight[b] and all((a, b) in table for a in "pqr" if sizes[a] >= 30)]
    assert result.weights.index[result.weights["weight"].notna()].to_list() == used
    for a, row in result.rates.iterrows():
        inside = [(b, *table[a, b]) for b in used if (a, b) in table]
        assert (row.consultations, row.conversions) == (
            sum(n for _, n, _ in inside),
            sum(x for *_, x in inside),
        )
        if len(inside) < len(used) or not used:
            assert np.isnan(row.standardised)
            continue
        terms = [(Fraction(weight[b], sum(weight[b] for b in used)), x, n) for b, n, x in inside]
        expected = [float(value) for value in linear(*terms)]
        assert [row.standardised, row.low, row.high] == pytest.approx(expected, abs=1e-9)
        assert -1e-12 <= row.low <= row.high <= 1 + 1e-12
    large = [a for a, row in result.rates.iterrows() if row.consultations >= 30 and sizes[a] >= 30]
    steps = result.rates[["rate", "standardised"]]
    turned = {
        frozenset(pair)
        for pair in itertools.combinations(large, 2)
        if np.prod(steps.loc[pair[0]] - steps.loc[pair[1]]) < -1e-15
    }
    assert {frozenset(pair) for pair in result.reversals[["first", "second"]].to_numpy()} == turned
    assert set(result.rates.index[result.rates["reversal"]]) == set().union(*turned)


def test_with_one_stratum_the_interval_is_wilsons() -> None:
    result = conversion.standardised(cells(("甲", "x", 263, 81)), "source", "customer_type", SALE).rates
    assert result.loc["甲", ["low", "high"]].to_list() == pytest.approx([float(v) for v in wilson(81, 263)])


def test_a_stratum_that_a_group_lacks_is_left_out_for_all_and_said() -> None:
    counts = [("甲", "x", 40, 10), ("甲", "y", 80, 60), ("乙", "x", 50, 20), ("小", "y", 9, 3)]
    result = conversion.standardised(cells(*counts), "source", "customer_type", SALE)
    assert result.weights["weight"].to_list() == pytest.approx([1, np.nan], nan_ok=True)
    assert result.weights["consultations"].to_dict() == {"x": 90, "y": 89}
    assert result.rates["consultations"].to_dict() == {"乙": 50, "甲": 40, "小": 0}
    assert result.rates["standardised"].to_list() == pytest.approx([0.4, 0.25, np.nan], nan_ok=True)


def test_groups_without_a_common_stratum_are_not_standardised() -> None:
    result = conversion.standardised(
        cells(("甲", "x", 40, 10), ("乙", "y", 50, 20)), "source", "customer_type", SALE
    )
    assert result.rates[["rate", "standardised", "low", "high"]].isna().all(axis=None)
    assert result.weights["weight"].isna().all()
    assert result.reversals.empty


def test_a_standard_may_hold_a_stratum_that_nobody_is_in() -> None:
    data = cells(("甲", "x", 40, 10), ("乙", "x", 50, 20))
    result = conversion.standardised(data, "source", "customer_type", SALE, {"x": 3, "z": 1})
    assert result.weights["weight"].to_list() == pytest.approx([1, np.nan], nan_ok=True)


@pytest.mark.parametrize(
    ("over", "weights", "problem"),
    [
        ("product", None, "one value a consultation"),
        ("customer_type", {"x": 1}, "no weight for customer_type y"),
        ("customer_type", {"x": 1, "y": -1}, "from 0"),
        ("customer_type", {"x": 1, "y": float("nan")}, "from 0"),
        ("customer_type", {"x": 1, "y": "2"}, "from 0"),
        ("customer_type", {"x": 0, "y": 0}, "from 0"),
    ],
)
def test_a_standard_that_cannot_be_used_is_refused(over: str, weights: dict | None, problem: str) -> None:
    data = cells(("甲", "x", 40, 10), ("甲", "y", 50, 20))
    with pytest.raises(InputError, match=problem):
        conversion.standardised(data, "source", over, SALE, weights)


@pytest.mark.parametrize("lacking", ["source", "customer_type"])
def test_a_column_that_the_source_lacks_gives_empty_tables(lacking: str) -> None:
    data = cells(("甲", "x", 40, 10)).drop(columns=lacking)
    result = conversion.standardised(data, "source", "customer_type", SALE)
    assert result.rates.empty
    assert result.weights.empty
    assert result.reversals.empty


def test_unknown_outcomes_groups_and_strata_do_not_count() -> None:
    data = scored([("甲", "x", None), (None, "x", True), ("甲", None, True), ("甲", "x", True)])
    result = conversion.standardised(data, "source", "customer_type", SALE)
    assert result.rates["consultations"].to_dict() == {"甲": 1}
    assert conversion.standardised(data.head(1), "source", "customer_type", SALE).rates.empty


# How they are printed


def test_verdicts_tests_and_points_are_printed_in_the_language_of_the_report() -> None:
    result = conversion.compare(rates(甲=(100, 20), 乙=(100, 50), 丙=(9, 3)), planned=False)
    shown = tables.printed(result)
    assert shown["结论"].to_list() == ["显著较低", "显著较高", "样本不足"]
    assert shown["差值（个百分点）"].to_list() == ["−28.6", "+28.9", "–"]
    assert shown["P值"].to_list() == ["<0.001", "<0.001", "–"]
    assert list(shown.columns[:5]) == ["客户来源", "咨询数", "成交率", "其余各组咨询数", "其余各组"]
    language.use("en")
    assert tables.printed(result)["Finding"].to_list() == [
        "Significantly lower",
        "Significantly higher",
        "Too few to compare",
    ]


@pytest.mark.parametrize(
    "verdict",
    ["HIGHER", "LOWER", "NO_DIFFERENCE", "RISES", "FALLS", "NO_TREND", "TOO_FEW", "NOT_COMPARED"],
)
def test_every_verdict_is_in_the_vocabulary(verdict: str) -> None:
    assert getattr(conversion, verdict) in language.VOCABULARY
