"""Bins, weights of evidence and points, against typed-in values and another logistic regression."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from industry_report.analysis.leads import binning, fitting
from industry_report.analysis.leads.binning import Bins, Cells, cut, merge
from industry_report.analysis.leads.fitting import Rule, fit

LEADS, BOUGHT = np.array([200.0, 150, 150]), np.array([10.0, 30, 60])
TINY = Bins(np.arange(3, dtype=np.int16), LEADS, BOUGHT)


def make_leads(rows=2000, seed=0):
    rng = np.random.default_rng(seed)
    pages = rng.choice([0, 1, 2, 3, 5, 9], rows).astype(float)
    source = rng.choice(["官网", "展会", "老客户推荐", "短视频"], rows)
    chance = 1 / (1 + np.exp(-(-2 + 0.3 * pages + 1.2 * (source == "老客户推荐"))))
    table = pd.DataFrame({"pages": pages, "source": source, "noise": rng.normal(size=rows)})
    return table, pd.Series(rng.random(rows) < chance)


RULES = {"pages": Rule("up", (0.0,)), "source": Rule(), "noise": Rule()}


# --- bins


def test_weights_of_evidence_of_the_tiny_table():
    assert binning.weigh(TINY, 0) == pytest.approx([-1.558145, 0, 0.980829], abs=5e-7)
    assert binning.information(TINY, 0) == pytest.approx(0.952115, abs=5e-7)


def test_a_logistic_regression_on_weights_of_evidence_has_slope_one():
    group = np.repeat([0, 1, 2], LEADS.astype(int))
    y = np.concatenate(
        [np.repeat([True, False], [int(x), int(n - x)]) for n, x in zip(LEADS, BOUGHT, strict=True)]
    )
    woe = binning.weigh(TINY, 0)[group][:, None]
    assert fitting._find_weights(woe, y, None) == pytest.approx([1.0], abs=1e-6)
    other = LogisticRegression(C=1e12, tol=1e-12).fit(woe, y)
    assert (
        other.intercept_[0]
        == pytest.approx(-1.386294, abs=1e-4)
        == pytest.approx(np.log(100 / 400), abs=1e-4)
    )


def test_classic_scaling():
    factor = 20 / np.log(2)
    assert (factor, 600 - factor * np.log(50)) == pytest.approx((28.8539, 487.1229), abs=5e-5)
    assert np.rint(factor * binning.weigh(TINY, 0)).tolist() == [-45, 0, 28]


def test_blanks_and_special_numbers_have_bins_of_their_own():
    values = pd.Series([None] * 40 + [0.0] * 60 + [1.0, 2.0, 3.0] * 40, name="x")
    cells = cut(values, special=[0, 7])
    assert (cells.specials, cells.cuts) == ((0.0,), (2.0, 3.0))
    codes = cells.encode(pd.Series([None, 0, -1, 1, 2.5, 99]))
    assert codes.tolist() == [cells.blank, 3, 0, 0, 1, 2]


def test_neighbours_are_merged_until_all_differ():
    cells = Cells("x", True, (1.0, 2.0, 3.0))
    leads = np.array([400.0, 400, 400, 400, 0, 0])
    bins = merge(cells, leads, np.array([40.0, 44, 160, 150, 0, 0]))
    assert bins.of.tolist() == [0, 0, 1, 1, binning.NONE, binning.NONE]
    assert bins.leads.tolist() == [800, 800] and bins.converted.tolist() == [84, 310]


def test_small_bins_join_their_nearer_neighbour():
    cells = Cells("x", True, (1.0, 2.0))
    bins = merge(cells, np.array([500.0, 20, 500, 0, 0]), np.array([50.0, 9, 250, 0, 0]))
    assert bins.of.tolist()[:3] == [0, 1, 1]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.integers(30, 900), st.floats(0, 1)), min_size=2, max_size=12),
    st.sampled_from(["up", "down"]),
)
def test_a_trend_holds_whatever_the_data(counts, trend):
    leads = np.array([float(n) for n, _ in counts] + [0.0, 0.0])
    converted = np.array([float(round(n * rate)) for n, rate in counts] + [0.0, 0.0])
    cells = Cells("x", True, tuple(float(place) for place in range(1, len(counts))))
    bins = merge(cells, leads, converted, trend)
    rates = bins.converted / bins.leads
    assert (np.diff(rates) * (1 if trend == "up" else -1) >= -1e-12).all()
    assert bins.leads.sum() == leads.sum() and bins.converted.sum() == converted.sum()
    assert (np.diff(bins.of[: len(counts)]) >= 0).all()


def test_categories_are_folded_pooled_and_unseen():
    values = pd.Series(["Google"] * 60 + ["google "] * 40 + ["展会"] * 97 + ["甲", "乙", "丙"], name="source")
    cells = cut(values)
    assert cells.texts == (("Google",), ("展会",), ("丙", "乙", "甲")) and cells.has_rare
    codes = cells.encode(pd.Series(["GOOGLE", "甲", "新", None, "  "]))
    assert codes.tolist() == [0, 2, cells.size - 1, cells.blank, cells.blank]


# --- weights


def test_weights_are_the_bounded_optimum():
    rng = np.random.default_rng(4)
    x = rng.normal(size=(800, 4))
    x[:, 3] = -x[:, 0] + 0.3 * rng.normal(size=800)  # its coefficient would be negative
    y = rng.random(800) < 1 / (1 + np.exp(-(x[:, 0] + 0.5 * x[:, 1] - 1)))

    def loss(beta):
        margin = np.where(y, -1, 1) * (x @ beta[1:] + beta[0])
        return np.logaddexp(0, margin).mean()

    told = minimize(loss, np.zeros(5), bounds=[(None, None)] + [(0, 3)] * 4, method="SLSQP", tol=1e-12)
    found = fitting._find_weights(x, y, None)
    assert found == pytest.approx(told.x[1:], abs=2e-4) and found.min() == 0
    assert fitting._find_weights(x, y, np.array([-1.0, 0.8, 0.4, 0.1, 0.2])) == pytest.approx(found, abs=1e-6)


def test_an_unbounded_optimum_is_that_of_scikit_learn():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(600, 3))
    y = rng.random(600) < 1 / (1 + np.exp(-(x @ [0.8, 0.4, 0.6])))
    other = LogisticRegression(C=1e12, tol=1e-10, max_iter=1000).fit(x, y)
    assert fitting._find_weights(x, y, None) == pytest.approx(other.coef_[0], abs=1e-4)


# --- the card


def test_a_card_finds_what_was_built_in():
    leads, bought = make_leads()
    card = fit(leads, bought, RULES)
    assert {part.cells.column for part in card.parts} == {"pages", "source"}
    assert card.left_out == {"noise": fitting.CONSTANT}
    pages = next(part for part in card.parts if part.cells.column == "pages")
    ordinary = pages.points[: pages.cells.ordinary]
    assert (np.diff(ordinary) >= 0).all() and ordinary[-1] > 0 > ordinary[0]
    assert card.slope == pytest.approx(np.log(2) / 5, rel=0.15)  # five points double the odds
    total = card.total(leads)
    assert card.chance(total).sum() == pytest.approx(bought.sum(), rel=1e-6)


def test_the_same_leads_give_the_same_card():
    leads, bought = make_leads()
    cards = [fit(leads, bought, RULES) for _ in range(2)]
    assert [part.points.tolist() for part in cards[0].parts] == [
        part.points.tolist() for part in cards[1].parts
    ]
    assert (cards[0].intercept, cards[0].slope) == (cards[1].intercept, cards[1].slope)


def test_a_category_that_comes_later_earns_nothing_and_is_counted():
    leads, bought = make_leads()
    card = fit(leads, bought, RULES)
    later = pd.DataFrame({"pages": [9.0, 9.0], "source": ["新渠道", "展会"], "noise": 0.0})
    source = next(part for part in card.parts if part.cells.column == "source")
    known = source.points[source.cells.encode(later["source"])]
    assert known[0] == 0 and card.count_unseen(later) == 1
    assert card.total(later)[0] - card.total(later)[1] == -known[1]


@pytest.mark.parametrize(
    ("rows", "bought", "why"),
    [
        (0, [], fitting.NO_OUTCOMES),
        (10, [True] * 3 + [False] * 7, fitting.TOO_FEW),
        (200, [False] * 200, fitting.ALL_ALIKE),
        (200, [True] * 200, fitting.ALL_ALIKE),
        (200, [True] * 20 + [False] * 180, fitting.NOTHING_LEFT),
    ],
)
def test_what_cannot_be_learned_from_says_why(rows, bought, why):
    leads = pd.DataFrame({"x": np.ones(rows)})
    card = fit(leads, pd.Series(bought, dtype=bool), {"x": Rule()})
    assert card.why == why and not card.parts
    if why == fitting.NOTHING_LEFT:
        assert card.left_out == {"x": fitting.CONSTANT}


def test_more_columns_than_conversions_bear_are_left_out_by_strength():
    rng = np.random.default_rng(2)
    y = rng.random(300) < 0.08
    leads = pd.DataFrame({f"x{n}": y * (3.0 - n / 2) + rng.normal(size=300) for n in range(5)})
    card = fit(leads, pd.Series(y), {name: Rule() for name in leads})
    assert 10 <= y.sum() < 30
    assert len(card.parts) <= y.sum() // 10
    assert sum(why == fitting.TOO_MANY for why in card.left_out.values()) >= 3


@pytest.mark.parametrize("kind", ["perfect", "categories", "blank", "names", "one value"])
def test_odd_columns_give_a_finite_card(kind):
    rng = np.random.default_rng(9)
    leads, bought = make_leads(1500, 9)
    made = {
        "perfect": bought.astype(float),
        "categories": pd.Series([f"类{n}" for n in rng.integers(0, 200, 1500)]),
        "blank": pd.Series(np.where(rng.random(1500) < 0.97, np.nan, 1.0)),
        "names": pd.Series([f"公司{n}" for n in range(1500)]),
        "one value": pd.Series(np.zeros(1500)),
    }[kind]
    card = fit(leads.assign(odd=made), bought, RULES | {"odd": Rule(special=(0.0,))})
    assert not card.why
    for part in card.parts:
        assert np.isfinite(part.weight) and 0 <= part.weight <= fitting.HIGHEST
        assert np.abs(part.points).max() < 1000
    assert ("odd" in [part.cells.column for part in card.parts]) == (kind == "perfect")


def test_blanks_everywhere():
    leads, bought = make_leads(1500)
    rng = np.random.default_rng(8)
    for name in leads:
        leads[name] = leads[name].astype(object).where(rng.random(1500) < 0.5, None)
    leads = leads.astype({"pages": float, "noise": float})
    card = fit(leads, bought, RULES)
    assert not card.why and card.total(leads).shape == (1500,)
    empty = pd.DataFrame({"pages": [np.nan], "source": [None], "noise": [np.nan]})
    assert np.isfinite(card.total(empty)).all()
