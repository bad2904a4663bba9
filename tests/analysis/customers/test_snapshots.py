"""A snapshot against the same in plain pandas, and what is left out of it."""

import numpy as np
import pandas as pd
import pytest

from industry_report.analysis.customers import coverage, snapshot
from industry_report.base.errors import InputError
from industry_report.intake.code_lists import CHANNELS

AT = pd.Timestamp("2025-07-01")


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    draw = np.random.default_rng(4)

    def days(size, hours=False):
        unit = "s" if hours else "D"
        span = 86_400 * 1000 if hours else 1000
        return pd.Timestamp("2023-01-01") + pd.to_timedelta(draw.integers(1, span, size), unit=unit)

    def ids(size):
        return pd.Series([f"C-{number:03}" for number in draw.integers(0, 300, size)])

    orders = pd.DataFrame(
        {
            "customer_id": ids(2000),
            "ordered_on": days(2000),
            "amount": draw.integers(1, 10**6, 2000) / 100,
            "kind": draw.choice(np.array(["新购", "续费", "退款"], dtype=object), 2000),
        }
    )
    orders["amount"] = orders["amount"].where(orders["kind"] != "退款", -orders["amount"])
    visits = pd.DataFrame(
        {"customer_id": ids(9000), "occurred_at": days(9000, hours=True), "staff": draw.random(9000) < 0.1}
    )
    asked = pd.DataFrame(
        {"customer_id": ids(800), "consulted_on": days(800), "intent": draw.integers(1, 6, 800)}
    ).drop_duplicates(["customer_id", "consulted_on"])
    return {"orders": orders, "interactions": visits, "consultations": asked}


def test_against_plain_pandas(tables):
    found = snapshot(tables, AT).set_index("customer_id")
    orders = tables["orders"]
    orders = orders[orders["ordered_on"] < AT]
    bought = orders[orders["kind"] != "退款"].groupby("customer_id")
    assert found["orders"].sum() == bought.size().sum()
    expected = orders.groupby("customer_id")["amount"].sum().round(2)
    assert np.allclose(found["amount"].astype(float), expected.reindex(found.index, fill_value=0))
    last = bought["ordered_on"].max()
    assert found["last_order_on"].dropna().to_dict() == last.to_dict()
    recent = orders[(orders["ordered_on"] >= AT - pd.Timedelta(days=90)) & (orders["kind"] != "退款")]
    assert found["orders_90"].sum() == len(recent)
    visits = tables["interactions"]
    visits = visits[(visits["occurred_at"] < AT) & ~visits["staff"]]
    for window in (7, 30, 90):
        counted = (
            visits[visits["occurred_at"] >= AT - pd.Timedelta(days=window)].groupby("customer_id").size()
        )
        assert (
            found[f"interactions_{window}"].to_dict() == counted.reindex(found.index, fill_value=0).to_dict()
        )
    asked = tables["consultations"]
    asked = (
        asked[asked["consulted_on"] < AT].sort_values("consulted_on").groupby("customer_id")["intent"].last()
    )
    assert found["last_intent"].dropna().astype(int).to_dict() == asked.to_dict()


def test_amounts_are_exact_and_do_not_depend_on_the_order_of_rows(tables):
    rows = pd.DataFrame({"customer_id": "a", "ordered_on": pd.Timestamp("2025-01-01"), "amount": [0.1] * 30})
    assert snapshot({"orders": rows}, AT)["amount"].tolist() == [3.0]
    shuffled = {name: table.sample(frac=1, random_state=3) for name, table in tables.items()}
    pd.testing.assert_frame_equal(snapshot(tables, AT), snapshot(shuffled, AT))


def test_a_table_that_is_missing_has_no_columns_and_one_without_rows_counts_0():
    rows = pd.DataFrame({"customer_id": ["a"], "ordered_on": pd.to_datetime(["2025-01-01"]), "amount": [1.0]})
    assert not [name for name in snapshot({"orders": rows}, AT) if "interaction" in name]
    visits = pd.DataFrame({"customer_id": ["b"], "occurred_at": pd.to_datetime(["2025-01-01"])})
    both = snapshot({"orders": rows, "interactions": visits}, AT).set_index("customer_id")
    assert both.loc["a", "interactions"] == 0
    assert both.loc["b", "orders"] == 0
    assert both.loc["b", "amount"] == 0
    assert snapshot({}, AT).empty


def test_the_last_update_of_a_profile_counts():
    profiles = pd.DataFrame(
        {
            "customer_id": ["a", "a", "a", "b"],
            "updated_on": pd.to_datetime(["2024-01-01", "2025-06-01", "2025-07-01", None]),
            "customer_type": ["小微企业", "中型企业", "大型企业", "院校"],
        }
    )
    found = snapshot({"customers": profiles}, AT).set_index("customer_id")
    assert found["customer_type"].to_dict() == {"a": "中型企业", "b": "院校"}


def test_coverage_counts_rows_customers_shares_and_orphans():
    day = pd.to_datetime
    tables = {
        "customers": pd.DataFrame(
            {"customer_id": ["a", "b"], "channel": ["官网", "名片"], "updated_on": day(["2025-01-01", None])}
        ),
        "orders": pd.DataFrame(
            {"customer_id": ["a", "a", "x"], "ordered_on": day(["2025-01-01", "2025-01-03", "2025-01-11"])}
        ),
    }
    found = coverage(tables).set_index(["table", "channel"])
    assert found.loc[("customers", "网站"), ["rows", "customers", "share"]].tolist() == [1, 1, 1 / 3]
    assert found.loc[("customers", "联系卡"), "rows"] == 1
    assert pd.isna(found.loc[("customers", "联系卡"), "first_on"])
    told = found.loc[("orders", "未注明")]
    assert (told["rows"], told["customers"], told["orphans"]) == (3, 2, 1)
    assert told["median_age_days"] == 8
    assert str(told["first_on"]), str(told["last_on"]) == ("2025-01-01", "2025-01-11")
    with pytest.raises(InputError, match="no table"):
        coverage({"order": tables["orders"]})


def test_there_are_twelve_channels():
    assert len(CHANNELS) == 12
