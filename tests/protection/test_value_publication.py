"""The gate of customer value: any size and any missing table, and nothing told of a customer in public."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import scoring
from industry_report.analysis.value.assumptions import load_assumptions
from industry_report.base.errors import InputError
from industry_report.base.origin import Withheld
from industry_report.protection import value_protection, value_publication
from industry_report.protection.value_publication import Cards, PublishedValue, protect_value
from industry_report.settings.editions import Policy

PARAMS = Path(__file__).parents[2] / "params"
CARDS = Cards(
    *(
        scoring.load_scorecard(PARAMS / "scorecards" / f"{n}.yaml")
        for n in ("consultation", "customer-value", "engagement")
    )
)
RULES = load_assumptions(PARAMS / "customer-value.yaml")
PUBLIC = Policy(threshold=10, dominance=10, internal=False)
INTERNAL = Policy(threshold=10, dominance=10, internal=True)
TYPES = ["小微企业", "个体工商户", "中型企业", "院校"]
PRODUCTS = ["总账", "报税", "进销存"]


def moments(rng: np.random.Generator, size: int, years: list[int]) -> pd.Series:
    days = pd.to_datetime([f"{year}-01-01" for year in rng.choice(years, size)])
    found = days + pd.to_timedelta(rng.integers(0, 365 * 1440, size), unit="min")
    return pd.Series(found, dtype="datetime64[us]")


def make(size: int, seed: int = 0) -> dict[str, pd.DataFrame]:
    """Make the four tables of a region with so many customers."""
    rng = np.random.default_rng(seed)
    ids = pd.Series([f"K{n:06}" for n in range(size)], dtype="string")
    many = rng.integers(0, size, 2 * size)
    seen = rng.integers(0, size, 4 * size)
    orders = pd.DataFrame(
        {
            "order_id": [f"D{n:07}" for n in range(2 * size)],
            "customer_id": ids[many].to_numpy(),
            "ordered_on": moments(rng, 2 * size, [2023, 2024, 2025]),
            "amount": np.round(rng.lognormal(7, 0.6, 2 * size), 2),
            "product": rng.choice(PRODUCTS, 2 * size),
            "kind": rng.choice(["新购", "续费", "增购"], 2 * size),
        }
    )
    orders["cost"] = (orders["amount"] * 0.3).round(2)
    customers = pd.DataFrame(
        {
            "customer_id": ids, "customer_type": rng.choice(TYPES, size, p=[0.5, 0.3, 0.15, 0.05]),
            "employees": rng.integers(1, 300, size), "updated_on": moments(rng, size, [2023]),
            "channel": "网站",
        }
    )  # fmt: skip
    interactions = pd.DataFrame(
        {
            "customer_id": ids[seen].to_numpy(), "occurred_at": moments(rng, 4 * size, [2024, 2025]),
            "kind": rng.choice(["浏览", "邮件发送", "邮件打开", "电话", "社交互动"], 4 * size),
            "product": rng.choice(PRODUCTS, 4 * size), "minutes": 10.0, "campaign": "活动",
        }
    )  # fmt: skip
    consultations = pd.DataFrame(
        {
            "customer_id": ids, "customer_type": customers["customer_type"], "year": 2025,
            "consulted_on": moments(rng, size, [2025]).dt.normalize(),
            **{n: pd.array(rng.integers(1, 6, size), "Int64") for n in ("intent", "clarity", "satisfaction")},
        }
    )  # fmt: skip
    return {
        "consultations": consultations,
        "customers": customers,
        "orders": orders,
        "interactions": interactions,
    }


def publish(tables: dict[str, pd.DataFrame], policy: Policy = PUBLIC) -> PublishedValue:
    found = protect_value(tables, 2025, CARDS, RULES, policy)
    return PublishedValue(**found, files=pd.DataFrame(), synthetic=False)


def list_numbers(now: PublishedValue) -> list[float]:
    """Return every count that a public edition shows."""
    free = {"rows", "staff", "robots", "capped", "no_customer"}
    counts = [n for name, n in now.counts.items() if not isinstance(n, Withheld) and name not in free]
    for table in (now.engagement, now.mails):
        counts += [
            *table["consultations"],
            *table["conversions"],
            *(table["consultations"] - table["conversions"]),
        ]
    tables = [
        now.money.by["customer_type"]["customers"],
        now.quantiles["customers"] if "customers" in now.quantiles else now.quantiles["q50"],
        now.purchases.groups["customers"],
    ]
    return [*counts, *(n for column in tables for n in column.dropna())]


@pytest.mark.parametrize("size", [1, 9, 40, 300, 2000])
@pytest.mark.parametrize("policy", [PUBLIC, INTERNAL], ids=["public", "internal"])
def test_any_number_of_customers(size: int, policy: Policy) -> None:
    now = publish(make(size), policy)
    assert len(now.customers) == (now.counts["buyers"] if policy.internal else 0)
    if policy.internal:
        assert now.groups["customers"].sum() == now.counts["buyers"] == len(now.customers)
        assert now.money.by["customer_type"]["sales"].sum() == pytest.approx(now.money.total["sales"])
    else:
        assert not [n for n in list_numbers(now) if 0 < n < PUBLIC.threshold]
        assert now.groups.empty and now.gaps.empty and now.matrix.empty and now.interests.empty
    if size < 300:
        assert not now.purchases.is_shown
        assert now.purchase_model is None


@pytest.mark.long
def test_100_000_customers() -> None:
    now = publish(make(100_000), PUBLIC)
    assert now.counts["buyers"] > 80_000
    assert len(now.concentration) == 10


def test_small_slices_tell_nothing() -> None:
    now = publish(make(9))
    assert now.money.total.isna().all()
    assert now.money.by["customer_type"].drop(columns="customers").isna().all(axis=None)
    assert now.concentration.empty and now.whale.empty
    assert isinstance(now.counts["buyers"], Withheld)


def test_one_customer_with_nine_tenths_of_the_sales() -> None:
    tables = make(400)
    orders = tables["orders"]
    giant = orders["customer_id"].iloc[0]
    rest = orders.loc[orders["customer_id"] != giant, "amount"].sum()
    orders.loc[orders.index[0], ["amount", "kind", "cost"]] = [round(9 * rest, 2), "新购", 0.0]
    orders.loc[orders.index[0], "ordered_on"] = pd.Timestamp("2025-03-03")
    now = publish(tables)
    told = now.money.by["customer_type"]["sales"]
    mine = tables["customers"].set_index("customer_id").loc[giant, "customer_type"]
    assert now.money.total.isna().all()
    assert np.isnan(told[mine])
    assert told.notna().any()  # where the others are, sums can still be told
    assert now.concentration.empty and now.whale.empty
    assert publish(tables, INTERNAL).concentration["share"].iloc[0] > 0.85


def test_all_orders_refunded() -> None:
    tables = make(400)
    back = tables["orders"].assign(kind="退款", amount=-tables["orders"]["amount"], cost=np.nan)
    back["order_id"] = back["order_id"] + "R"
    tables["orders"] = pd.concat([tables["orders"], back], ignore_index=True)
    now = publish(tables, INTERNAL)
    assert now.money.total["sales"] == 0
    assert now.money.total["clv"] == 0
    assert now.money.total["contribution"] < 0
    assert now.concentration.empty
    assert publish(tables).concentration.empty
    only = {**tables, "orders": back}
    assert publish(only, INTERNAL).money.total["sales"] < 0
    assert publish(only, INTERNAL).counts["refunds"] == len(back)


@pytest.mark.parametrize("gone", ["consultations", "customers", "orders", "interactions"])
@pytest.mark.parametrize("policy", [PUBLIC, INTERNAL], ids=["public", "internal"])
def test_any_table_may_be_missing(gone: str, policy: Policy) -> None:
    now = publish({name: rows for name, rows in make(400).items() if name != gone}, policy)
    assert now.supplied[gone] is False
    assert (now.counts["buyers"] == 0) == (gone == "orders")
    assert now.engagement.empty == (gone in ("orders", "interactions"))


def test_nothing_but_one_table() -> None:
    for name, rows in make(60).items():
        now = publish({name: rows}, INTERNAL)
        assert [
            table for table, there in now.supplied.items() if there and table not in ("purchases", "costs")
        ] == [name]
    assert publish({}, INTERNAL).counts["buyers"] == 0


def test_columns_may_be_missing() -> None:
    tables = make(400)
    for name, kept in {
        "orders": ["order_id", "customer_id", "ordered_on", "amount"],
        "customers": ["customer_id", "updated_on"],
        "interactions": ["customer_id", "occurred_at", "kind"],
    }.items():
        now = publish({**tables, name: tables[name][kept]}, INTERNAL)
        assert now.counts["buyers"] > 0
        if name == "orders":
            assert now.supplied["costs"] is False
            assert now.counts["unknown_contribution"] > 0
            assert now.gaps.empty


def test_a_cost_that_is_missing_makes_contributions_unknown() -> None:
    tables = make(400)
    bought = tables["orders"]["ordered_on"].dt.year == 2025
    chosen = tables["orders"].index[bought][:30]
    tables["orders"].loc[chosen, "cost"] = np.nan
    now = publish(tables, INTERNAL)
    assert now.counts["unknown_contribution"] == tables["orders"].loc[chosen, "customer_id"].nunique()
    assert now.customers["contribution"].isna().sum() == now.counts["unknown_contribution"]


def test_purchases_of_consultations_stand_in_for_orders() -> None:
    tables = make(400)
    said = tables["consultations"].assign(
        converted=pd.array([True] * 200 + [False] * 200, dtype="boolean"), amount=1000.0, product="总账、报税"
    )
    said["converted_on"] = said["consulted_on"]
    now = publish({"consultations": said}, INTERNAL)
    assert (now.supplied["orders"], now.supplied["purchases"]) == (False, True)
    assert now.counts["buyers"] == 200
    assert now.money.total["sales"] == 200_000
    assert now.counts["unknown_contribution"] == 200


def test_rows_in_any_order_give_the_same() -> None:
    tables = make(300)
    mixed = {name: rows.sample(frac=1, random_state=4) for name, rows in tables.items()}
    one, other = publish(tables, INTERNAL), publish(mixed, INTERNAL)
    pd.testing.assert_frame_equal(one.customers, other.customers)
    pd.testing.assert_frame_equal(one.engagement, other.engagement)
    assert one.money.total.equals(other.money.total)


def test_a_year_that_is_not_over_ends_with_its_data() -> None:
    tables = make(300)
    dates = {"orders": "ordered_on", "interactions": "occurred_at", "consultations": "consulted_on"}
    half = {n: r[r[dates[n]] < "2025-07-01"] if n in dates else r for n, r in tables.items()}
    now = publish(half, INTERNAL)
    assert "2025-06-2" < now.last_day <= "2025-06-30"
    assert now.customers["recency_days"].min() <= 5
    cut, short = (
        protect_value(t, 2025, CARDS, RULES, INTERNAL, data_cut="2025-06-30") for t in (tables, half)
    )
    assert cut["last_day"] == "2025-06-30"
    pd.testing.assert_frame_equal(cut["customers"], short["customers"])
    pd.testing.assert_frame_equal(cut["engagement"], short["engagement"])


def test_nothing_of_the_next_year_is_known() -> None:
    tables = make(300)
    later = {
        "orders": tables["orders"].assign(
            ordered_on=pd.Timestamp("2026-01-01"), order_id=tables["orders"]["order_id"] + "L"
        ),
        "interactions": tables["interactions"].assign(occurred_at=pd.Timestamp("2026-01-02 09:00")),
    }
    more = {n: pd.concat([r, later[n]], ignore_index=True) if n in later else r for n, r in tables.items()}
    one, other = publish(tables, INTERNAL), publish(more, INTERNAL)
    pd.testing.assert_frame_equal(one.customers, other.customers)
    pd.testing.assert_frame_equal(one.engagement, other.engagement)


@pytest.mark.parametrize("policy", [PUBLIC, INTERNAL], ids=["public", "internal"])
def test_the_year_before_is_what_its_own_report_prints(policy: Policy) -> None:
    tables = make(280)
    own = protect_value(tables, 2024, CARDS, RULES, policy)["money"].total
    before = value_publication.sum_year(tables, 2024, RULES, policy)
    pd.testing.assert_series_equal(before, own[["sales", "contribution"]])
    tables["orders"].loc[tables["orders"]["ordered_on"].dt.year == 2024, "cost"] = np.nan
    before = value_publication.sum_year(tables, 2024, RULES, policy)
    assert before["sales"] == own["sales"] and np.isnan(before["contribution"])
    tables["orders"]["amount"] = np.where(tables["orders"].index == tables["orders"].index[0], 1e9, 0.01)
    tables["orders"].loc[tables["orders"].index[0], "ordered_on"] = pd.Timestamp("2024-05-05")
    is_told = value_publication.sum_year(tables, 2024, RULES, policy).notna()
    assert bool(is_told["sales"]) == policy.internal


def test_no_identifier_is_in_a_public_edition() -> None:
    now = publish(make(500))
    said = "\n".join(
        value.to_csv() for field in dataclasses.fields(now)
        if isinstance(value := getattr(now, field.name), pd.DataFrame)
    )  # fmt: skip
    assert "K000" not in said + now.money.by["customer_type"].to_csv()


def withheld_types(count: int) -> pd.DataFrame:
    from industry_report.base import table_metadata

    table = pd.DataFrame({"rate": [0.2] * count}, index=pd.Index(TYPES[:count], name="customer_type"))
    return table_metadata.describe(table, withheld={"rate": [TYPES[1]]})


def test_what_the_industry_report_withholds_or_pools_is_so_here() -> None:
    now = PublishedValue(
        **protect_value(make(2000), 2025, CARDS, RULES, PUBLIC, withheld_types(3)),
        files=pd.DataFrame(),
        synthetic=False,
    )
    table = now.money.by["customer_type"]
    assert TYPES[3] not in table.index
    assert "其他" in table.index
    assert table.loc[TYPES[1]].isna().all()
    assert now.quantiles.loc[TYPES[1]].isna().all()


def test_small_groups_of_a_check_are_pooled() -> None:
    from industry_report.analysis.value.model_check import Check

    groups = pd.DataFrame(
        {"customers": [500, 40, 12, 3, 1], "predicted": [0.1, 0.5, 1, 2, 3], "actual": [0.2, 0.6, 1, 2, 9]},
        index=pd.RangeIndex(5, name="purchases"),
    )
    rules = pd.DataFrame({"ratio": [1.0], "mae": [0.123456], "rmse": [0.2]}, index=["model"])
    told = value_protection.protect_check(Check("shown", rules, groups, 556), PUBLIC)
    assert told.groups["customers"].tolist() == [500, 40, 16]
    assert told.rules.loc["model", "mae"] == 0.123
    pd.testing.assert_frame_equal(
        value_protection.protect_check(Check("shown", rules, groups, 556), INTERNAL).groups, groups
    )


# --- the file of assumptions


def write(tmp_path: Path, **changes: str) -> Path:
    text = (PARAMS / "customer-value.yaml").read_text(encoding="utf-8")
    for old, new in changes.items():
        text = text.replace(old, new)
    path = tmp_path / "customer-value.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("margin: 0.6", "margin: 60", "share from 0 to 1"),
        ("lifetime_years: 3", "lifetime_years: three", "years from 0.1 to 100"),
        ("lifetime_years: 3", "lifetime_years: 3\n  retention: 0.8", "either lifetime_years or retention"),
        ("horizon: lifetime", "horizon: for_ever", "for_ever needs retention"),
        ("{per_minute: 2}", "{per_minute: 2, per_contact: 3}", "either per_minute or per_contact"),
        ("  电话:", "  传真:", "none of 电话"),
        ("[10, 50, 200]", "[10, 200, 50]", "size_limits must rise"),
        ("first_payment: year_end", "first_payment: later", "none of year_end, now"),
        ("discount: 0.10", "rebate: 0.10", "rebate"),
    ],
)
def test_faults_of_the_file_are_named_with_their_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        load_assumptions(write(tmp_path, **{old: new}))
    assert "line" in str(caught.value)


def test_retention_gives_the_lifetime(tmp_path: Path) -> None:
    rules: Any = load_assumptions(write(tmp_path, **{"lifetime_years: 3": "retention: 0.75"}))
    assert rules.lifetime.years == 4
