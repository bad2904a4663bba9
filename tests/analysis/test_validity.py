import itertools
from collections import Counter
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu
from statsmodels.discrete.discrete_model import Logit
from statsmodels.stats.proportion import proportion_confint

import scoring
from industry_report.analysis import bases, conversion, validity
from industry_report.analysis.conversion import Measure
from industry_report.base import language, table_metadata
from industry_report.report import tables

CARD = scoring.load_scorecard(Path(__file__).parents[2] / "params" / "scorecards" / "consultation.yaml")
GRID = scoring.combinations(CARD)
SCORES = ["intent", "clarity", "satisfaction"]
Z = 1.959963984540054
FULL = [(*triple, None) for triple in itertools.product(range(1, 6), repeat=3)]


pytestmark = pytest.mark.usefixtures("rates_of_few")


Row = tuple[int | None, int | None, int | None, bool | None]


def scored(rows: list[Row]) -> pd.DataFrame:
    """A scored table of (intent, clarity, satisfaction, converted); None is missing."""
    table = pd.DataFrame(rows, columns=[*SCORES, "converted"], dtype=object)
    return scoring.score(table.astype(dict.fromkeys(SCORES, "Int64") | {"converted": "boolean"}), CARD)


def drawn(rows: int, seed: int, slopes: tuple[float, float, float] = (0.8, 0.4, 0.3)) -> pd.DataFrame:
    """Random scores and outcomes that follow them."""
    rng = np.random.default_rng(seed)
    points = rng.integers(1, 6, (rows, 3))
    bought = rng.random(rows) < 1 / (1 + np.exp(3.5 - points @ np.array(slopes)))
    return scored([(*map(int, triple), bool(x)) for triple, x in zip(points, bought, strict=True)])


def tenths(row: Row) -> int | None:
    return None if None in row[:3] else 4 * row[0] + 3 * row[1] + 3 * row[2]


def known(rows: list[Row]) -> list[tuple[int, bool]]:
    """Composite in tenths and outcome of the rows that have both, lowest first."""
    pairs = [(tenths(row), row[3]) for row in rows]
    return sorted((t, bought) for t, bought in pairs if t is not None and bought is not None)


maybe_score = st.none() | st.integers(1, 5)
some_rows = st.lists(
    st.tuples(maybe_score, maybe_score, st.integers(1, 5), st.none() | st.booleans()), max_size=40
) | st.lists(st.tuples(*[st.integers(3, 4)] * 3, st.booleans()), max_size=60)


# Without outcomes


@pytest.mark.parametrize("lack", ["no column", "all missing"])
def test_without_outcomes_there_is_nothing_to_judge_the_scores_by(lack: str) -> None:
    table = scored(FULL)
    table = table.drop(columns="converted") if lack == "no column" else table
    found = [function(table) for function in (validity.auc, validity.calibration, validity.lift)]
    found += [validity.outcome_before_score(table), validity.weights(table, CARD)]
    assert all(result.empty for result in found)
    assert table_metadata.fact(found[-1], "reason") == "no outcomes"
    assert {"rate", "low", "high"} <= set(found[1])
    assert {"rate", "low", "high", "share", "lift"} <= set(found[2])


# AUC


def brute_auc(rows: list[Row]) -> tuple[Fraction, float | None]:
    """AUC by all pairs, and DeLong's standard error from the placements of every single consultation."""
    bought = [t for t, x in known(rows) if x]
    others = [t for t, x in known(rows) if not x]
    wins = [[Fraction((b > o) * 2 + (b == o), 2) for o in others] for b in bought]
    value = sum(map(sum, wins), Fraction()) / (len(bought) * len(others))
    if min(len(bought), len(others)) < 2:
        return value, None
    by_buyer = [sum(row) / len(others) for row in wins]
    by_other = [sum(column) / len(bought) for column in zip(*wins, strict=True)]
    variance = sum(
        sum((v - value) ** 2 for v in placements) / (len(placements) - 1) / len(placements)
        for placements in (by_buyer, by_other)
    )
    return value, float(variance) ** 0.5 if variance else None


@settings(max_examples=60, deadline=None)
@given(rows=some_rows)
def test_auc_agrees_with_all_pairs(rows: list[Row]) -> None:
    table = validity.auc(scored(rows))
    pairs = known(rows)
    if not pairs:
        assert table.empty
        return
    [row] = table.itertuples()
    bought = sum(x for _, x in pairs)
    assert (row.consultations, row.conversions) == (len(pairs), bought)
    if bought in (0, len(pairs)):
        assert np.isnan([row.auc, row.low, row.high]).all()
        return
    value, error = brute_auc(rows)
    assert row.auc == pytest.approx(float(value), abs=1e-12)
    groups = ([t for t, x in pairs if x is kind] for kind in (True, False))
    u = mannwhitneyu(*groups, method="asymptotic").statistic
    assert row.auc == pytest.approx(u / (bought * (len(pairs) - bought)), abs=1e-12)
    if error is None:
        assert np.isnan([row.low, row.high]).all()
    else:
        expected = [max(0, float(value) - Z * error), min(1, float(value) + Z * error)]
        assert [row.low, row.high] == pytest.approx(expected, abs=1e-9)


def test_auc_of_scores_that_separate_or_do_not_vary() -> None:
    apart = validity.auc(scored([(5, 5, 5, True)] * 9 + [(1, 1, 1, False)] * 9)).iloc[0]
    alike = validity.auc(scored([(3, 3, 3, True)] * 9 + [(3, 3, 3, False)] * 9)).iloc[0]
    assert (apart.auc, alike.auc) == (1, 0.5)
    assert np.isnan([apart.low, apart.high, alike.low, alike.high]).all()


# Calibration and lift


@settings(max_examples=60, deadline=None)
@given(rows=some_rows)
def test_tenths_keep_equal_composites_together_and_lose_nobody(rows: list[Row]) -> None:
    table = validity.calibration(scored(rows))
    pairs = known(rows)
    sizes, place = Counter(t for t, _ in pairs), {}
    for t in sizes:
        below = sum(n for other, n in sizes.items() if other < t)
        place[t] = int(10 * (below + Fraction(sizes[t], 2)) / len(pairs)) + 1
    expected = Counter(place[t] for t, _ in pairs)
    bought = Counter({p: sum(x for t, x in pairs if place[t] == p) for p in expected})
    assert Counter(table["consultations"].to_dict()) == expected
    assert Counter(table["conversions"].to_dict()) == bought
    assert list(table.index) == sorted(expected)
    for p, row in table.iterrows():
        inside = [Fraction(t, 10) for t, _ in pairs if place[t] == p]
        assert row.composite == pytest.approx(float(sum(inside) / len(inside)), abs=1e-9)
        interval = proportion_confint(bought[p], expected[p], method="wilson")
        assert [row.low, row.high] == pytest.approx(list(interval), abs=1e-9)
        assert row.rate == bought[p] / expected[p]


def test_tenths_of_different_composites_are_equal_in_size() -> None:
    triples = {4 * i + 3 * c + 3 * s: (i, c, s) for i, c, s in itertools.product(range(1, 6), repeat=3)}
    rows = [(*triple, i % 2 == 0) for i, triple in enumerate(list(triples.values())[:30])]
    assert validity.calibration(scored(rows))["consultations"].to_list() == [3] * 10


@settings(max_examples=60, deadline=None)
@given(rows=some_rows)
def test_lift_agrees_with_taking_the_best_one_by_one(rows: list[Row]) -> None:
    table = validity.lift(scored(rows))
    pairs = known(rows)[::-1]
    if not pairs:
        assert table.empty
        return
    overall = Fraction(sum(x for _, x in pairs), len(pairs))
    for part, share in {"top tenth": 10, "top fifth": 5, "top half": 2}.items():
        last = pairs[-(-len(pairs) // share) - 1][0]
        inside = [x for t, x in pairs if t >= last]
        row, rate = table.loc[part], Fraction(sum(inside), len(inside))
        assert (row.consultations, row.conversions) == (len(inside), sum(inside))
        assert row.share == pytest.approx(len(inside) / len(pairs), abs=1e-12)
        if overall:
            assert row.lift == pytest.approx(float(rate / overall), abs=1e-12)
        else:
            assert np.isnan(row.lift)


# Weights


def newton(points: np.ndarray, bought: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Logistic regression by Newton's method, row by row."""
    design, b = np.column_stack([np.ones(len(points)), points]), np.zeros(points.shape[1] + 1)
    for _ in range(50):
        p = 1 / (1 + np.exp(-design @ b))
        information = design.T @ (design * (p * (1 - p))[:, None])
        b = b + np.linalg.solve(information, design.T @ (bought - p))
    return b[1:], np.linalg.inv(information)[1:, 1:]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_weights_agree_with_a_regression_over_the_rows(seed: int) -> None:
    data = drawn(900, seed)
    table = validity.weights(data, CARD)
    points, bought = data[SCORES].to_numpy(float), data["converted"].to_numpy(float)
    b, covariance = newton(points, bought)
    other = Logit(bought, np.column_stack([np.ones(len(points)), points])).fit(disp=0, tol=1e-12)
    assert table["coefficient"].to_list() == pytest.approx(list(b), abs=1e-9)
    assert table["coefficient"].to_list() == pytest.approx(list(other.params[1:]), abs=1e-9)
    interval = table[["coefficient_low", "coefficient_high"]].to_numpy()
    assert interval == pytest.approx(other.conf_int()[1:], abs=1e-8)
    assert table["weight"].to_dict() == {"intent": 0.4, "clarity": 0.3, "satisfaction": 0.3}
    assert table["share"].to_list() == pytest.approx(list(b / b.sum()), abs=1e-9)
    step = 1e-6
    for place, row in enumerate(table.itertuples()):
        nudged = [b + side * step * np.eye(3)[k] for k in range(3) for side in (1, -1)]
        values = [c[place] / c.sum() for c in nudged]
        slope = np.array([(values[2 * k] - values[2 * k + 1]) / (2 * step) for k in range(3)])
        half = Z * np.sqrt(slope @ covariance @ slope)
        assert [row.low, row.high] == pytest.approx([row.share - half, row.share + half], abs=1e-7)


def test_shares_are_missing_where_the_scores_tell_nothing() -> None:
    rows = [(*triple[:3], bought) for triple in FULL for bought in (True, False)]
    table = validity.weights(scored(rows), CARD)
    assert table["coefficient"].to_list() == pytest.approx([0, 0, 0], abs=1e-9)
    assert table[["share", "low", "high"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([(i, c, s, True) for i, c, s, _ in FULL], "all bought"),
        ([(i, c, s, False) for i, c, s, _ in FULL], "none bought"),
        ([(5, 3, 1, i < 29) for i in range(200)], "constant score"),
        ([(i, c, s, k < 29) for k, (i, c, s, _) in enumerate(FULL)], "too few"),
        ([(i, 3, s, (i + s) % 2 == 0) for i, _, s, _ in FULL], "constant score"),
        ([(i, i, s, (i + s) % 2 == 0) for i, _, s, _ in FULL], "constant score"),
        ([(i, c, s, 4 * i + 3 * c + 3 * s >= 30) for i, c, s, _ in FULL], "separated"),
        ([(i, c, s, i > 3 or (i == 3 and (c + s) % 2 == 0)) for i, c, s, _ in FULL], "separated"),
        ([(i, c, s, s == 5) for i, c, s, _ in FULL] * 2, "separated"),
        ([(None, c, s, True) for _, c, s, _ in FULL], "too few"),
    ],
)
def test_weights_that_cannot_be_estimated_are_not(rows: list[Row], reason: str) -> None:
    table = validity.weights(scored(rows), CARD)
    assert table.empty
    assert table_metadata.fact(table, "reason") == reason
    assert list(table) == list(validity.weights(drawn(900, 1), CARD))


def test_overlap_at_a_single_place_is_no_separation() -> None:
    rows = [(i, c, s, 4 * i + 3 * c + 3 * s >= 30) for i, c, s, _ in FULL]
    assert not validity.weights(scored([*rows, (1, 1, 1, True), (5, 5, 5, False)]), CARD).empty


def test_rates_that_fit_exactly_are_no_separation() -> None:
    cells = {(1, 1, 1): (40, 10), (2, 1, 1): (40, 20), (1, 2, 1): (40, 25), (1, 1, 2): (40, 30)}
    cells |= {(2, 2, 1): (240, 200)}
    rows = [(*scores, i < bought) for scores, (n, bought) in cells.items() for i in range(n)]
    table = validity.weights(scored(rows), CARD)
    # Against odds of 1/3 at the lowest scores, one point more gives odds of 1, 5/3 and 3.
    assert table["coefficient"].to_list() == pytest.approx(list(np.log([3, 5, 9])), abs=1e-9)
    assert validity.weights(scored([row for row in rows if row[:3] != (2, 2, 1)]), CARD).empty


def test_a_search_that_does_not_end_gives_no_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validity, "_fit", lambda *_: SimpleNamespace(converged=False))
    assert table_metadata.fact(validity.weights(drawn(900, 1), CARD), "reason") == "no fit"


# Sensitivity


@settings(max_examples=40, deadline=None)
@given(rows=some_rows)
def test_sensitivity_agrees_with_moving_every_row(rows: list[Row]) -> None:
    data = scored(rows)
    before = data.copy(deep=True)
    table = validity.sensitivity(data, CARD, GRID)
    pd.testing.assert_frame_equal(data, before)

    def grade(triple: tuple[int, ...]) -> int:
        return sum(4 * triple[0] + 3 * triple[1] + 3 * triple[2] >= floor for floor in (20, 30, 40))

    expected = []
    for place, step in itertools.product(range(3), (-1, 1)) if rows else ():  # of nothing, nothing is told
        graded = [row[:3] for row in rows if None not in row[:3] and 1 <= row[place] + step <= 5]
        moved = [(*row[:place], row[place] + step, *row[place + 1 :]) for row in graded]
        changed = sum(grade(old) != grade(new) for old, new in zip(graded, moved, strict=True))
        expected.append([SCORES[place], step, len(graded), changed])
    assert table[["dimension", "step", "consultations", "changed"]].to_numpy().tolist() == expected
    shares = [changed / n if n else np.nan for *_, n, changed in expected]
    assert table["share"].to_list() == pytest.approx(shares, nan_ok=True)


def test_sensitivity_of_all_triples_is_known() -> None:
    table = validity.sensitivity(scored(FULL), CARD, GRID)
    assert table["consultations"].to_list() == [100] * 6
    # Up from one triple and down from another are the same pairs of triples.
    assert table["changed"].iloc[::2].to_list() == table["changed"].iloc[1::2].to_list()


# Bounds


@settings(max_examples=40, deadline=None)
@given(rows=some_rows)
def test_bounds_hold_every_way_to_grade_the_ungradable(rows: list[Row]) -> None:
    table = bases.ungradable_bounds(scored(rows))
    grades = Counter("DCBA"[sum(t >= floor for floor in (20, 30, 40))] for row in rows if (t := tenths(row)))
    lost = len(rows) - sum(grades.values())
    assert list(table.index) == list("ABCD")
    for grade, row in table.iterrows():
        assert row.consultations == grades[grade]
        if rows:
            assert row.lowest == pytest.approx(grades[grade] / len(rows))
            assert row.highest == pytest.approx((grades[grade] + lost) / len(rows))
            assert np.isnan(row.share) or row.lowest <= row.share <= row.highest + 1e-12
        else:
            assert np.isnan([row.lowest, row.highest]).all()


# Scores given after the outcome


def test_purchases_before_the_consultation_are_counted() -> None:
    data = scored([(1, 1, 1, True)] * 4 + [(1, 1, 1, False), (1, 1, 1, True), (1, 1, 1, None)])
    data["consulted_on"] = pd.to_datetime(["2025-03-02 09:00"] * 5 + [None, "2025-03-02 00:00"])
    days = ["2025-03-01", "2025-03-02 08:00", "2025-03-02 10:00", "2025-03-05"]
    data["converted_on"] = pd.to_datetime([*days, "2025-03-01", "2025-03-01", "2025-03-01"], format="mixed")
    [row] = validity.outcome_before_score(data).itertuples()
    assert (row.consultations, row.earlier, row.same_day, row.share) == (4, 1, 2, 0.75)


def test_without_dates_nothing_is_said_of_their_order() -> None:
    data = scored([(1, 1, 1, True)])
    assert validity.outcome_before_score(data).empty
    nat = pd.to_datetime([None])
    assert validity.outcome_before_score(data.assign(consulted_on=nat, converted_on=nat)).empty


# How they are printed


def test_parts_and_dimensions_are_printed_in_the_language_of_the_report() -> None:
    data = drawn(900, 1)
    assert tables.printed(validity.lift(data))["综合评分最高的部分"].to_list() == [
        "前十分之一",
        "前五分之一",
        "前二分之一",
    ]
    assert tables.printed(validity.weights(data, CARD))["评分项"].to_list() == [
        "意向度",
        "需求明确性",
        "满意度",
    ]
    assert tables.printed(validity.sensitivity(data, CARD, GRID))["评分变动"].to_list() == ["−1", "+1"] * 3
    language.use("en")
    assert tables.printed(validity.lift(data))["Highest overall scores"].iloc[0] == "Top tenth"


def test_overall_and_auc_count_the_same_consultations() -> None:
    data = drawn(300, 4)
    assert validity.auc(data)["conversions"].iloc[0] == conversion.overall(data, Measure()).conversions
