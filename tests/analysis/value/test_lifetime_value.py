"""Lifetime value by the formula, exact; contribution, potential, concentration."""

import doctest
import importlib
from decimal import Decimal, getcontext
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from industry_report.analysis.rates import wilson
from industry_report.analysis.value import contribution, lifetime_value, potential, purchase_groups
from industry_report.analysis.value.assumptions import FOR_EVER, LIST_PRICE, NOW, WALLET, Lifetime, Potential
from industry_report.analysis.value.lifetime_value import discount_factor, lifetime_values

MODULES = (
    *("behaviour", "behaviour_rates", "contribution", "lifetime_value", "model_check", "potential"),
    *("purchase_groups", "purchase_models", "renewal_models"),
)


@pytest.mark.parametrize("module", MODULES)
def test_examples(module: str) -> None:
    assert doctest.testmod(importlib.import_module(f"industry_report.analysis.value.{module}")).failed == 0


def rules(years: str = "3", discount: str = "0.1", **given_: object) -> Lifetime:
    return Lifetime(Fraction("0.6"), Fraction(discount), Fraction(years), **given_)  # type: ignore[arg-type]


def test_the_formula_is_exact() -> None:
    value = lifetime_value.lifetime_value(4, 2500, rules())
    assert value == Fraction(19_860_000, 1331)
    assert round(float(value), 2) == 14921.11
    annuity = (1 - Fraction(10, 11) ** 3) / Fraction(1, 10)
    assert value == 6000 * annuity
    assert lifetime_value.lifetime_value(4, 2500, rules(discount="0")) == 18_000


def test_retention_for_ever_is_the_limit_of_its_payments() -> None:
    later = Lifetime(Fraction(1), Fraction("0.1"), Fraction(5), Fraction("0.8"), horizon=FOR_EVER)
    now = Lifetime(Fraction(1), Fraction("0.1"), Fraction(5), Fraction("0.8"), NOW, FOR_EVER)
    assert 6000 * discount_factor(later) == 16_000
    assert 6000 * discount_factor(now) == 22_000
    terms = sum(6000 * (0.8 / 1.1) ** year for year in range(2000))
    assert terms == pytest.approx(22_000)
    fee = Lifetime(Fraction(1), Fraction("0.08"), Fraction(4), Fraction("0.75"), NOW, FOR_EVER)
    assert round(float(1800 * discount_factor(fee)), 2) == 5890.91


def test_a_broken_year_counts_in_part_and_the_first_payment_may_be_at_once() -> None:
    assert discount_factor(rules("2.5", "0")) == Fraction("2.5")
    assert discount_factor(rules("1", first_payment=NOW)) == 1
    assert discount_factor(rules("0.5")) == Fraction(1, 2) * Fraction(10, 11)


@given(st.integers(0, 10**9), st.integers(1, 4000), st.integers(1, 9), st.integers(0, 99))
def test_values_of_customers_are_exact_to_the_fen(fen: int, days: int, years: int, discount: int) -> None:
    """Against decimals of 60 places, rounded once."""
    getcontext().prec = 60
    life = Lifetime(Fraction("0.6"), Fraction(discount, 100), Fraction(years))
    factor = sum(Decimal(1) / (1 + Decimal(discount) / 100) ** year for year in range(1, years + 1))
    exact = Decimal(fen) * Decimal("0.6") * factor * 365 / max(days, 365)
    found = lifetime_values(pd.Series([fen / 100]), pd.Series([days]), life).iloc[0]
    assert abs(Decimal(round(found * 100)) - exact) <= Decimal("0.5000001")


def test_who_gave_all_back_is_worth_nothing() -> None:
    values = lifetime_values(pd.Series([0.0, -50.0, np.nan]), pd.Series([10, 400, 10]), rules())
    assert values.tolist()[:2] == [0, 0]
    assert values.isna().tolist() == [False, False, True]


# --- contribution

COSTS = {"上门": (None, Fraction(150)), "电话": (Fraction(20), None)}


def orders(**columns: object) -> pd.DataFrame:
    return pd.DataFrame({"customer_id": "a", "kind": "新购", **columns})


def test_the_seeds_example_of_contribution() -> None:
    bought = orders(amount=[12_000, 3600.50], cost=[3000, 900.25])
    served = pd.DataFrame(
        {"customer_id": "a", "kind": ["上门"] * 12 + ["电话"], "minutes": [None] * 12 + [30]}
    )
    row = contribution.contributions(bought, served, COSTS).loc["a"]
    assert row["contribution"] == 9300.25
    assert round(row["contribution"] / row["sales"], 3) == 0.596


def test_a_cost_that_is_not_known_is_not_zero() -> None:
    bought = orders(amount=[100.0, 50.0], cost=[30.0, np.nan])
    row = contribution.contributions(bought, None, COSTS).loc["a"]
    assert (row["sales"], pd.isna(row["cost"]), pd.isna(row["contribution"])) == (150, True, True)
    no_column = contribution.contributions(orders(amount=[100.0]), None, COSTS).loc["a"]
    assert pd.isna(no_column["contribution"])
    unmeasured = pd.DataFrame({"customer_id": ["a"], "kind": ["电话"], "minutes": [None]})
    known = orders(amount=[100.0], cost=[30.0])
    assert pd.isna(contribution.contributions(known, unmeasured, COSTS).loc["a", "contribution"])
    free = unmeasured.assign(kind="培训")  # not in the list of costs
    assert contribution.contributions(known, free, COSTS).loc["a", "contribution"] == 70
    own = unmeasured.assign(cost=12.5)
    assert contribution.contributions(known, own, COSTS).loc["a", "contribution"] == 57.5


def test_a_refund_takes_the_sale_back_and_not_its_cost() -> None:
    back = orders(amount=[1000.0, -1000.0], cost=[300.0, np.nan], kind=["新购", "退款"])
    row = contribution.contributions(back, None, COSTS).loc["a"]
    assert (row["sales"], row["contribution"]) == (0, -300)
    unnamed = back.drop(columns="kind")  # a refund shows by its sign
    assert contribution.contributions(unnamed, None, COSTS).loc["a", "contribution"] == -300


def test_service_without_a_sale_is_a_loss() -> None:
    served = pd.DataFrame({"customer_id": ["b"], "kind": ["上门"]})
    found = contribution.contributions(orders(amount=[100.0], cost=[40.0]), served, COSTS)
    assert found["contribution"].to_dict() == {"a": 60, "b": -150}


def test_gini_by_two_formulas() -> None:
    x = np.array([1, 1, 2, 2, 3, 4, 5, 8, 14, 60])
    pairs = np.abs(x[:, None] - x[None, :]).sum() / (2 * len(x) ** 2 * x.mean())
    assert contribution.gini(x) == pytest.approx(pairs)
    assert round(contribution.gini(x), 3) == 0.662
    assert contribution.gini(np.array([5, 5, 5])) == 0
    assert np.isnan(contribution.gini(np.zeros(3)))
    every = np.arange(1, 11) / 10
    largest = np.cumsum(np.sort(x)[::-1]) / x.sum()
    assert contribution.gini_of_curve(every, largest) == pytest.approx(pairs)
    assert contribution.gini_of_curve(every[[1, 9]], largest[[1, 9]]) < pairs  # a lower bound


# --- potential


def peers(owners: int, others: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """`owners` of 41 customers have p at 2,600; six have q at 3,800; the last one has neither."""
    index = pd.Index([f"c{n:02}" for n in range(41)], name="customer_id")
    customers = pd.DataFrame({"customer_type": "小微企业", "employees": 20.0}, index=index)
    bought = [(f"c{n:02}", "p", 2600.0) for n in range(owners)]
    bought += [(f"c{n:02}", "q", 3800.0) for n in range(others)]
    return customers, pd.DataFrame(bought, columns=["customer_id", "product", "amount"])


@pytest.mark.parametrize(("others", "value"), [(0, 936), (6, 1278)])
def test_white_space_is_the_share_of_peers_times_what_they_spend(others: int, value: int) -> None:
    customers, bought = peers(24, others)
    worth, table = potential.potentials(customers, bought, Potential("white_space", (50,)), Fraction("0.6"))
    assert worth["c40"] == value
    low, high = wilson(np.array([24.0]), np.array([40.0]))
    assert [round(end * 2600 * 0.6) for end in (low[0], high[0])] == [696, 1149]
    assert table.loc["p", "customers"] == 17
    assert table.loc["p", "potential"] == pytest.approx(17 * 936)


def test_too_few_peers_give_no_value_and_sizes_do_not_mix() -> None:
    customers, bought = peers(24, 0)
    few = potential.potentials(customers, bought, Potential("white_space", (50,), 41), Fraction(1))[0]
    assert few.isna().all()
    customers.loc["c40", "employees"] = 200.0
    apart = potential.potentials(customers, bought, Potential("white_space", (50,)), Fraction(1))[0]
    assert pd.isna(apart["c40"])
    assert pd.notna(apart["c39"])
    unknown = potential.potentials(
        customers.drop(columns="customer_type"), bought, Potential("white_space", (50,)), Fraction(1)
    )[0]
    assert unknown.isna().all()


def test_list_prices_and_a_share_of_revenue() -> None:
    customers, bought = peers(24, 0)
    priced = Potential(LIST_PRICE, (50,), 30, {"p": Fraction(1000)})
    assert potential.potentials(customers, bought, priced, Fraction("0.6"))[0]["c40"] == 360
    customers["annual_revenue"] = 1_000_000.0
    customers.loc["c01", "annual_revenue"] = np.nan
    wallet = potential.potentials(
        customers, bought, Potential(WALLET, wallet_rate=Fraction("0.01")), Fraction("0.6")
    )
    assert wallet[0]["c40"] == 6000
    assert wallet[0]["c00"] == 0.6 * (10_000 - 2600)
    assert pd.isna(wallet[0]["c01"])
    assert wallet[1].empty


def test_purchases_in_fifths_by_rank() -> None:
    customers = pd.DataFrame(
        {"recency_days": [1, 2, 300, 400, 50], "orders": [9, 1, 9, 1, 3], "amount": [900, 10, 800, 20, 100]},
        index=pd.Index(list("abcde"), name="customer_id"),
    )
    groups = purchase_groups.group_purchases(customers)
    assert groups.loc["a", ["recency", "frequency", "monetary"]].tolist() == [5, 4, 5]
    assert groups["purchase_group"].to_dict() == {
        "a": "steady", "b": "recent", "c": "lapsing", "d": "gone", "e": "between"
    }  # fmt: skip
    table = purchase_groups.sum_groups(customers.join(groups))
    assert table["share"].sum() == pytest.approx(1)
    assert list(table.index) == ["steady", "lapsing", "recent", "between", "gone"]
    nothing = purchase_groups.sum_groups(customers.assign(amount=0).join(groups))
    assert nothing["share"].isna().all()


def test_customers_who_are_all_alike_are_neither_large_nor_lapsing() -> None:
    alike = pd.DataFrame({"recency_days": [90] * 40, "orders": [1] * 40, "amount": [500.0] * 40})
    assert set(purchase_groups.group_purchases(alike)["purchase_group"]) == {"between"}
    assert purchase_groups.group_purchases(alike.head(1))["purchase_group"].tolist() == ["between"]
