"""The search for what nobody asked: exact on a typed-in table, silent on noise, and finding what is there."""

import os

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom, hypergeom, norm

from industry_report.analysis.trade import discovery

RUNS = 200 if "SENTENCE_CASES" in os.environ else 30  # as many in `make sentences`

# Passengers of the Titanic, the first 155 whose port is known: sex, class, port, rows, saved.
TITANIC = [
    ("female", 1, "C", 3, 3), ("female", 1, "S", 5, 5), ("female", 2, "C", 2, 2), ("female", 2, "S", 10, 9),
    ("female", 3, "C", 6, 3), ("female", 3, "Q", 7, 7), ("female", 3, "S", 22, 10), ("male", 1, "C", 9, 1),
    ("male", 1, "S", 12, 2), ("male", 2, "C", 2, 0), ("male", 2, "S", 16, 3), ("male", 3, "C", 10, 3),
    ("male", 3, "Q", 6, 0), ("male", 3, "S", 45, 5),
]  # fmt: skip


@pytest.fixture(scope="module")
def titanic():
    rows, saved = [], []
    for sex, kind, port, size, good in TITANIC:
        rows += [(sex, str(kind), port)] * size
        saved += [1] * good + [0] * (size - good)
    return pd.DataFrame(rows, columns=["sex", "class", "port"]), np.array(saved, float)


def test_weighted_relative_accuracy(titanic):
    rows, saved = titanic
    women = rows["sex"] == "female"
    assert discovery.wracc(women, saved) == pytest.approx(0.130281, abs=5e-7)
    assert discovery.wracc(women & (rows["port"] == "S"), saved) == pytest.approx(0.073215, abs=5e-7)
    assert discovery.wracc(women & (rows["class"] == "3"), saved) == pytest.approx(0.051821, abs=5e-7)


def test_eleven_questions_and_the_critical_value_of_their_largest_z(titanic):
    rows, saved = titanic
    asked, matrix = discovery.ask(rows)
    assert len(asked) == 11
    maxima = discovery.permuted_maxima(matrix, saved)
    assert np.quantile(maxima, 0.95) == pytest.approx(2.692, abs=0.06)
    assert norm.isf(0.025 / 11) == pytest.approx(2.838, abs=5e-4)
    assert len(maxima) == 2000 and maxima.tolist() == discovery.permuted_maxima(matrix, saved).tolist()


def test_z_is_that_of_the_hypergeometric_distribution(titanic):
    rows, saved = titanic
    asked, matrix = discovery.ask(rows)
    for question, member, z in zip(asked, matrix > 0, discovery.find_z(matrix, saved), strict=True):
        law = hypergeom(len(saved), int(saved.sum()), int(member.sum()))
        assert z == pytest.approx((saved[member].sum() - law.mean()) / law.std()), question


def test_a_condition_is_asked_once_and_only_where_enough_rows_are(titanic):
    rows, _ = titanic
    asked, matrix = discovery.ask(rows.assign(copy=rows["sex"]))
    assert len({member.tobytes() for member in matrix}) == len(asked)
    assert matrix.sum(axis=1).min() >= 30 and (len(rows) - matrix.sum(axis=1)).min() >= 30
    assert discovery.ask(rows.head(20))[0] == []


def draw_noise(seed, size=500):
    rng = np.random.default_rng(seed)
    columns = {"type": 4, "source": 5, "product": 3, "month": 4}
    rows = pd.DataFrame({name: rng.integers(0, k, size).astype(str) for name, k in columns.items()})
    return rows.assign(staff=rng.lognormal(3, 1, size)), (rng.random(size) < 0.25).astype(float)


def count_findings(runs, draws):
    """Count runs of noise in which the search, the whole procedure and a naive search find something."""
    searched = told = naive = 0
    for seed in range(runs):
        rows, success = draw_noise(seed)
        found = discovery.discover(rows, success, range(len(rows)), draws=draws, seed=seed)
        searched += found.candidates > 0
        told += len(found.found) > 0
        first = discovery.split_halves(range(len(rows)))
        _, matrix = discovery.ask(rows[first].reset_index(drop=True))
        naive += bool((np.abs(discovery.find_z(matrix, success[first])) > 1.96).any())
    return searched, told, naive


def test_false_findings_stay_below_seven_in_a_hundred_runs_of_noise():
    searched, told, naive = count_findings(RUNS, 250)
    most = 7 * RUNS // 100 if RUNS >= 200 else binom.isf(0.001, RUNS, 0.05)
    assert searched <= most and told <= most
    assert naive >= RUNS // 2  # what a search without control would have told


def test_what_is_there_is_found_and_confirmed_and_the_pair_that_adds_nothing_is_not():
    rows, _ = draw_noise(3, 3000)
    rng = np.random.default_rng(9)
    rate = np.where(rows["type"] == "1", 0.45, 0.2)
    success = (rng.random(len(rows)) < rate).astype(float)
    found = discovery.discover(rows, success, [f"c{i}" for i in range(len(rows))], draws=400)
    best = found.found.iloc[0]
    assert best["condition"] == (("type", "1"),)
    assert best["low"] > 0.1 and best["p_confirmed"] < 0.001
    # Every pair with type 1 is explained by type 1; that another type is below all others follows from it.
    assert {len(condition) for condition in found.found["condition"]} == {1}
    assert {condition[0][0] for condition in found.found["condition"]} == {"type"}
    assert found.questions > 100 and found.rows_a + found.rows_b == 3000


def test_a_number_is_cut_where_the_first_half_was():
    rng = np.random.default_rng(4)
    staff = rng.lognormal(3, 1, 4000)
    success = (rng.random(4000) < np.where(staff > np.quantile(staff, 0.75), 0.5, 0.2)).astype(float)
    found = discovery.discover(pd.DataFrame({"staff": staff}), success, range(4000), draws=300)
    condition = found.found.iloc[0]["condition"]
    assert condition[0][0] == "staff" and found.found.iloc[0]["rate_b"] == pytest.approx(0.5, abs=0.06)


def test_a_customer_is_in_one_half_for_good():
    names = [f"HS-{i:08}" for i in range(1000)]
    assert discovery.split_halves(names).tolist() == discovery.split_halves(names[::-1])[::-1].tolist()
    assert 430 < discovery.split_halves(names).sum() < 570


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_nothing_is_found_where_nobody_or_everybody_bought(share):
    rows, _ = draw_noise(1)
    found = discovery.discover(rows, np.full(len(rows), share), range(len(rows)), draws=50)
    assert found.found.empty and found.candidates == 0


def test_no_rows_ask_nothing():
    found = discovery.discover(pd.DataFrame({"type": []}), [], [], draws=50)
    assert (found.questions, len(found.found)) == (0, 0)
