"""What counts as behaviour: visits, stays, windows, mails, what is left out and what is not known."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from industry_report.analysis.value import behaviour, behaviour_rates
from industry_report.analysis.value.assumptions import Behaviour
from industry_report.analysis.value.behaviour import features, observe
from industry_report.analysis.value.customer_values import Tables

RULES = Behaviour()
START = pd.Timestamp("2025-05-01 09:00")


def views(minutes: list[float], **columns: object) -> pd.DataFrame:
    moments = START + pd.to_timedelta(minutes, unit="min")
    return pd.DataFrame({"customer_id": "a", "kind": "浏览", "occurred_at": moments, **columns})


def events(*rows: tuple[str, str, str], **columns: object) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["customer_id", "kind", "occurred_at"])
    return table.assign(occurred_at=pd.to_datetime(table["occurred_at"]), **columns)


def test_the_seeds_example_of_visits() -> None:
    """Minutes 0, 3, 10, 45, 47, 120: three visits, six pages, twelve minutes known, three stays unknown."""
    row = features(views([0, 3, 10, 45, 47, 120]), None, "2025-05-03", RULES).loc["a"]
    assert row[["visits_7", "pages_7", "seconds_7", "unknown_stays"]].tolist() == [3, 6, 12 * 60, 3]
    assert row["recency_days"] == 2


def test_times_in_the_wrong_order_make_no_difference() -> None:
    right = features(views([0, 3, 10, 45, 47, 120]), None, "2025-05-03", RULES)
    wrong = features(views([47, 0, 120, 10, 3, 45]), None, "2025-05-03", RULES)
    pd.testing.assert_frame_equal(right, wrong)


def test_sessions_and_recorded_stays_come_first() -> None:
    table = views([0, 50, 55], session=["s", "s", "t"], seconds=[np.nan, 20.0, np.nan])
    row = features(table, None, "2025-05-03", RULES).loc["a"]
    assert (row["visits_7"], row["unknown_stays"]) == (2, 1)
    assert row["seconds_7"] == 1800 + 20  # the stay until the next page of the session has a limit


def test_windows_count_whole_days_before_the_moment() -> None:
    table = events(("a", "浏览", "2025-06-30 10:00"), ("a", "浏览", "2025-06-01 10:00"),
                   ("a", "浏览", "2025-04-05 10:00"), ("a", "浏览", "2025-07-01 00:00"))  # fmt: skip
    row = features(table, None, "2025-07-01", RULES).loc["a"]
    assert row[["pages_7", "pages_30", "pages_90"]].tolist() == [1, 2, 3]  # 1 July is not yet known


def test_staff_and_programs_are_left_out_and_counted() -> None:
    bot = views(list(np.arange(150) / 60), session="B").assign(customer_id="b")
    staff = views([0]).assign(customer_id="c", staff=True)
    nobody = views([1]).assign(customer_id=None)
    rows, left_out = observe(pd.concat([views([0, 1]), bot, staff, nobody]), "2025-05-03", RULES)
    assert rows["customer_id"].tolist() == ["a", "a"]
    assert left_out == {"rows": 154, "no_customer": 1, "staff": 1, "robots": 150, "capped": 0}


def test_only_so_many_rows_of_a_day_count() -> None:
    rows, left_out = observe(views(list(range(50))), "2025-05-03", RULES)
    assert (len(rows), left_out["capped"]) == (20, 30)


def test_a_mail_opened_twice_is_opened_once() -> None:
    table = events(
        ("a", "邮件发送", "2025-06-01"), ("a", "邮件打开", "2025-06-02"), ("a", "邮件打开", "2025-06-03"),
        ("a", "邮件点击", "2025-06-03"), ("b", "邮件发送", "2025-06-01"), campaign="六月",
    )  # fmt: skip
    row = features(table, None, "2025-07-01", RULES).loc["a"]
    assert row[["sent_90", "opened_90", "clicked_90"]].tolist() == [1, 1, 1]
    rows, _ = observe(table, "2025-07-01", RULES)
    assert behaviour.open_rates(rows)["count"].to_dict() == {"opened": 1, "clicked": 1}
    assert behaviour.open_rates(rows)["sent"].tolist() == [2, 2]
    assert behaviour.open_rates(rows.drop(columns="campaign")).empty


def test_not_observed_is_not_inactive() -> None:
    table = features(
        events(("a", "浏览", "2025-06-30"), ("b", "浏览", "2024-06-30")), None, "2025-07-01", RULES
    )
    counts = behaviour.count_observed(pd.Index(list("abcd")), table)
    assert counts == {"customers": 4, "not_observed": 2, "inactive": 1, "active": 1}


def test_orders_are_counted_and_refunds_are_not() -> None:
    orders = pd.DataFrame(
        {
            "customer_id": "a",
            "ordered_on": pd.to_datetime(["2025-06-30", "2025-05-01", "2024-01-01", "2025-06-29"]),
            "amount": [10.0, 20.0, 30.0, -5.0],
            "product": ["x", "y", "x", "x"],
        }
    )
    row = features(views([0]), orders, "2025-07-01", RULES).loc["a"]
    assert row[["orders_7", "orders_90", "orders_365", "products_90"]].tolist() == [1, 2, 2, 2]


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("abc"),
            st.sampled_from(["浏览", "邮件打开", "社交互动", "电话"]),
            st.integers(-200, 100),
            st.integers(0, 1439),
        ),
        max_size=40,
    )
)
def test_later_rows_change_nothing_and_windows_are_nested(rows: list[tuple[str, str, int, int]]) -> None:
    at = pd.Timestamp("2025-07-01")
    moments = [at + pd.Timedelta(days=day, minutes=minute) for _, _, day, minute in rows]
    table = pd.DataFrame({"customer_id": [r[0] for r in rows], "kind": [r[1] for r in rows]}, dtype="string")
    table["occurred_at"] = pd.Series(moments, dtype="datetime64[us]")
    now = features(table, None, at, RULES)
    pd.testing.assert_frame_equal(now, features(table[table["occurred_at"] < at], None, at, RULES))
    for name in behaviour.COLUMNS:
        assert (now[f"{name}_7"] <= now[f"{name}_30"]).all()
        assert (now[f"{name}_30"] <= now[f"{name}_90"]).all()
    assert (now["visits_90"] <= now["pages_90"]).all()
    assert all(str(kind).startswith("int") for kind in now.dtypes)


def test_interests_and_ties() -> None:
    table = pd.DataFrame({"customer_id": list("aaabbc"), "product": ["x", "x", "y", "y", "x", None]})
    assert behaviour.interests(table.assign(kind="浏览")).to_dict() == {"a": "x", "b": "x、y"}
    assert behaviour.interests(table.drop(columns="product")).empty


def test_behaviour_is_held_against_purchases_after_it() -> None:
    """Nothing after the look-back day is behaviour, nothing before it a purchase."""
    ids = [f"K{n:03}" for n in range(80)]
    seen = events(*((customer, "浏览", "2025-08-01") for customer in ids), product=["x"] * 40 + ["y"] * 40)
    late = events(("K079", "邮件点击", "2025-12-01"), campaign="十二月")
    orders = pd.DataFrame(
        {
            "customer_id": ids[:20] + ids[20:60],
            "ordered_on": pd.to_datetime(["2025-11-15"] * 20 + ["2025-08-15"] * 40),
            "amount": 10.0,
            "product": "x",
        }
    )
    before = behaviour_rates.look_back(Tables(orders, pd.concat([seen, late]), None), "2026-01-01", RULES)
    assert before["outcome"].sum() == 20
    assert before["clicked_90"].sum() == 0
    table = behaviour_rates.compare_interests(before["interest"], orders, "2026-01-01")
    assert table.loc["x", ["customers", "buyers", "rate", "other_rate"]].tolist() == [40, 20, 0.5, 0]
    assert table.loc["x", "p_adjusted"] < 0.001
    grades = pd.Series(pd.Categorical(["A"] * 40 + ["B"] * 40, ["B", "A"], ordered=True), index=before.index)
    rates = behaviour_rates.rate_grades(grades, before["outcome"])
    assert rates["rate"].to_dict() == {"A": 0.5, "B": 0}


@pytest.mark.parametrize(
    ("day", "follows"), [("2025-10-01", False), ("2025-10-02", True), ("2025-12-31", True)]
)
def test_both_tables_of_what_followed_look_at_the_same_days(day: str, follows: bool) -> None:
    ids = [f"K{n:03}" for n in range(80)]
    seen = events(*((customer, "浏览", "2025-08-01") for customer in ids), product=["x"] * 40 + ["y"] * 40)
    orders = pd.DataFrame(
        {"customer_id": ids[:9], "ordered_on": pd.Timestamp(day), "amount": 10.0, "product": "x"}
    )
    before = behaviour_rates.look_back(Tables(orders, seen, None), "2026-01-01", RULES)
    assert before["outcome"].sum() == 9 * follows
    told = behaviour_rates.compare_interests(before["interest"], orders, "2026-01-01")
    assert told.loc["x", "buyers"] == 9 * follows


def test_open_rate_with_its_interval() -> None:
    row = behaviour_rates.with_rates(pd.DataFrame({"consultations": [60], "conversions": [18]})).iloc[0]
    assert [round(row[name], 4) for name in ("rate", "low", "high")] == [0.3, 0.1990, 0.4251]
    few = behaviour_rates.with_rates(pd.DataFrame({"consultations": [9], "conversions": [3]})).iloc[0]
    assert np.isnan(few["rate"])


@pytest.mark.parametrize("kind", ["浏览", "电话"])
def test_one_row_is_enough(kind: str) -> None:
    row = features(views([0]).assign(kind=kind), None, "2025-05-03", RULES).loc["a"]
    assert row["pages_90"] == (kind == "浏览")
