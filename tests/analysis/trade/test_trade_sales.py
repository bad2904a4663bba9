"""Sales by month and year, averages with intervals: typed-in numbers and odd registers."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from industry_report.analysis.trade import averages, sales


def make_orders(*rows, kinds=None):
    """Orders of (customer, day, amount)."""
    table = pd.DataFrame(rows, columns=["customer_id", "ordered_on", "amount"])
    table["ordered_on"] = pd.to_datetime(table["ordered_on"])
    return table if kinds is None else table.assign(kind=kinds)


def test_refunds_stand_apart_whatever_their_sign():
    orders = make_orders(
        ("a", "2025-01-03", 900),
        ("a", "2025-01-20", -300),
        ("b", "2025-01-21", 200),
        kinds=["新购", "退款", "退款"],
    )
    month = sales.by_month(sales.read_sales(orders)).iloc[0]
    assert (month["sales"], month["orders"], month["customers"]) == (900, 1, 1)
    assert (month["refunds"], month["refunded"], month["net"]) == (500, 2, 400)


def test_a_month_may_be_negative_and_a_month_without_orders_is_zero_and_named():
    orders = make_orders(("a", "2025-01-03", 900), ("a", "2025-03-02", -1200))
    table = sales.by_month(sales.read_sales(orders))
    assert table["net"].tolist() == [900, 0, -1200]
    assert table["sales"].tolist() == [900, 0, 0]
    assert np.isnan(table["per_order"].iloc[2])
    assert [str(month) for month in sales.find_gaps(table)] == ["2025-02"]


def test_no_order_at_all_gives_empty_tables():
    rows = sales.read_sales(make_orders())
    assert sales.by_month(rows).empty and sales.by_year(rows).empty and sales.count_new(rows).empty
    assert sales.count_returning(rows, 2025) == (0, 0, 0)
    assert all(np.isnan(part.value) for part in averages.average_purchase(rows).values())


def test_one_order_has_a_mean_and_no_interval():
    found = averages.average_purchase(sales.read_sales(make_orders(("a", "2025-01-03", 900))))
    assert found["per_order"].value == found["median"].value == 900
    assert np.isnan([found["per_order"].low, found["median"].high]).all()


def test_an_order_of_nothing_is_no_purchase():
    rows = sales.read_sales(make_orders(("a", "2025-01-03", 0), ("b", "2025-01-04", 10)))
    assert sales.by_month(rows)[["orders", "customers"]].iloc[0].tolist() == [1, 1]


def test_a_month_that_the_data_do_not_reach_the_end_of_is_left_out():
    rows = sales.read_sales(make_orders(("a", "2025-01-03", 1), ("a", "2025-02-10", 1)))
    kept, month = sales.drop_unfinished(rows, pd.Timestamp("2025-02-15"))
    assert str(month) == "2025-02" and len(kept) == 1
    assert sales.drop_unfinished(rows, pd.Timestamp("2025-02-26"))[1] is None


def test_firms_of_a_group_are_one_contributor_and_types_come_from_the_profile():
    people = pd.DataFrame(
        {"customer_id": ["a", "b"], "parent_id": ["g", "g"], "customer_type": ["小微企业", None]}
    )
    rows = sales.read_sales(
        make_orders(("a", "2025-01-03", 1), ("b", "2025-01-03", 1), ("c", "2025-01-03", 1)), people
    )
    assert rows["contributor"].tolist() == ["g", "g", "c"]
    assert rows["customer_type"].fillna("").tolist() == ["小微企业", "", ""]


def test_customers_are_new_only_after_the_first_year_of_the_data():
    orders = make_orders(
        ("a", "2023-01-05", 1), ("b", "2023-11-05", 1), ("a", "2024-01-05", 1), ("c", "2024-03-05", 1)
    )
    new = sales.count_new(sales.read_sales(orders))["new"]
    assert str(new.index[0]) == "2024-01" and new.tolist() == [0, 0, 1]
    assert sales.count_returning(sales.read_sales(orders), 2024) == (2, 2, 1)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("abcde"),
            st.dates(pd.Timestamp("2023-01-01").date(), pd.Timestamp("2024-12-31").date()),
            st.integers(-500, 500),
        ),
        max_size=40,
    )
)
def test_months_add_up_to_years_and_nothing_is_lost(rows):
    table = sales.read_sales(make_orders(*rows))
    months, years = sales.by_month(table), sales.by_year(table)
    for column in ("sales", "orders", "refunds", "refunded", "net"):
        assert months[column].sum() == pytest.approx(years[column].sum())
    assert years["net"].sum() == pytest.approx(sum(amount for _, _, amount in rows))
    if len(months):
        assert len(months) == (months.index[-1] - months.index[0]).n + 1


# --- intervals


def test_the_median_of_sixty_lies_between_ranks_22_and_39():
    ranks = averages.median_ranks(60)
    assert (ranks.low, ranks.high) == (22, 39)
    assert ranks.coverage == pytest.approx(0.973, abs=5e-4)
    assert ranks.coverage == pytest.approx(binom.cdf(38, 60, 0.5) - binom.cdf(21, 60, 0.5))


def test_the_ranks_cover_often_enough_and_no_narrower_pair_does():
    for size in range(1, 200):
        ranks = averages.median_ranks(size)
        if ranks is None:
            assert 1 - 2 * 0.5**size < 0.95
            continue
        assert ranks.coverage >= 0.95 and ranks.low + ranks.high == size + 1
        inner = binom.cdf(size - ranks.low - 1, size, 0.5) - binom.cdf(ranks.low, size, 0.5)
        assert inner < 0.95


def test_the_mean_is_resampled_by_customer_and_not_by_order():
    """Ten equal orders of each customer say no more than one: intervals by order would be a third as wide."""
    rng = np.random.default_rng(1)
    amounts = rng.gamma(2, 500, 80)
    (once,) = averages.bootstrap_ratios(amounts, [np.ones(80)])
    (often,) = averages.bootstrap_ratios(10 * amounts, [np.full(80, 10.0)])
    assert often == pytest.approx(once)
    half = 1.96 * amounts.std(ddof=1) / np.sqrt(80)
    assert once.high - once.low == pytest.approx(2 * half, rel=0.1)


def test_the_bootstrap_is_the_same_for_any_order_of_rows():
    orders = make_orders(*((f"c{i % 7}", "2025-01-03", 10 + i) for i in range(30)))
    shuffled = orders.sample(frac=1, random_state=3)
    one, other = (averages.average_purchase(sales.read_sales(part)) for part in (orders, shuffled))
    assert one == other


def test_the_bootstrap_covers_the_mean_of_a_skewed_register():
    hits, rng = 0, np.random.default_rng(5)
    for _ in range(60):
        (found,) = averages.bootstrap_ratios(rng.lognormal(0, 0.7, 150), [np.ones(150)])
        hits += found.low < np.exp(0.245) < found.high
    assert hits >= 52


def test_quartiles_are_told_only_with_enough_on_either_side():
    values = pd.Series(range(1, 101), dtype=float)
    groups = pd.Series(["x"] * 60 + ["y"] * 40, name="customer_type")
    everything = averages.quartiles(values, groups)
    assert everything.loc["x"].tolist() == [60, 15.75, 30.5, 45.25]
    public = averages.quartiles(values, groups, 10)
    assert public.loc["x"].tolist() == [16, 30, 45] and "customers" not in public
    assert list(averages.quartiles(values, groups, 11).index) == ["x"]
