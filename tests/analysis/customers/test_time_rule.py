"""Nothing is known too early: what comes later never changes what was known at a moment."""

import ast
import datetime as dt
from pathlib import Path

import pandas as pd
import pyarrow
import pyarrow.dataset
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from industry_report.analysis import customers
from industry_report.analysis.customers import known_before, snapshot
from industry_report.analysis.customers.time_rule import dating
from industry_report.base.errors import InputError
from industry_report.intake.schemas import SCHEMAS, TABLES

ROOM = Path(customers.__file__).parent
DATED = [name for name in TABLES if name != "market"]
START = dt.datetime(2025, 1, 1)


def stamps(*texts: str | None) -> pd.Series:
    return pd.to_datetime(pd.Series(texts, dtype=object), format="ISO8601").astype("datetime64[us]")


def known_by_hand(moment: dt.datetime, at: dt.datetime) -> bool:
    """The rule once more, in words of the standard library."""
    if moment.time() == dt.time():  # a date alone: its day must be over
        return moment.date() < at.date()
    return moment < at


moments = st.one_of(
    st.integers(0, 20).map(lambda day: START + dt.timedelta(days=day)),
    st.integers(0, 20 * 1440).map(lambda minute: START + dt.timedelta(minutes=minute)),
)
maybe = st.one_of(st.none(), moments)


@given(st.lists(moments, max_size=12), moments)
def test_rows_before_a_moment_stay_and_same_day_is_after(dates, at):
    rows = pd.DataFrame({"ordered_on": pd.Series(dates, dtype="datetime64[us]"), "n": range(len(dates))})
    kept = known_before(rows, at, "orders")["n"].tolist()
    assert kept == [place for place, day in enumerate(dates) if known_by_hand(day, at)]


@pytest.mark.parametrize(
    ("day", "at", "known"),
    [
        ("2025-07-01", "2025-07-01", False),
        ("2025-06-30", "2025-07-01", True),
        ("2025-07-01", "2025-07-01 18:00", False),  # a date alone may be that evening
        ("2025-07-01 17:59", "2025-07-01 18:00", True),
        ("2025-07-01 18:00", "2025-07-01 18:00", False),
    ],
)
def test_border(day, at, known):
    rows = pd.DataFrame({"ordered_on": stamps(day)})
    assert len(known_before(rows, at, "orders")) == known


def test_values_that_came_later_are_missing():
    rows = pd.DataFrame(
        {
            "received_on": stamps("2025-01-01", "2025-01-02"),
            "closed_on": stamps("2025-01-10", "2025-02-10"),
            "outcome": ["退款", "解释"],
            "cost": [10.0, 20.0],
            "reopened": [True, False],
        }
    )
    known = known_before(rows, "2025-02-01", "complaints")
    assert known["closed_on"].notna().tolist() == [True, False]
    assert known["outcome"].notna().tolist() == [True, False]
    assert known["cost"].notna().tolist() == [True, False]
    assert not known["reopened"].notna().any()  # nothing tells when that was known


def test_status_of_a_lead_and_an_open_outcome_are_not_known():
    rows = pd.DataFrame(
        {"created_on": stamps("2025-01-01"), "status": ["已转换"], "converted": [False], "source": ["官网"]}
    )
    known = known_before(rows, "2026-01-01", "leads")
    assert known[["status", "converted"]].isna().all(axis=None)
    assert known["source"].tolist() == ["官网"]


def test_a_static_row_without_a_date_is_known_and_a_dynamic_table_without_dates_is_refused():
    assert len(known_before(pd.DataFrame({"customer_id": ["a"]}), "2020-01-01", "customers")) == 1
    with pytest.raises(InputError, match="ordered_on"):
        known_before(pd.DataFrame({"customer_id": ["a"]}), "2020-01-01", "orders")
    with pytest.raises(InputError, match="none that is known"):
        known_before(pd.DataFrame(), "2020-01-01", "order")
    for at in ("next week", None, "2025-01-01T00:00+08:00"):
        with pytest.raises(InputError, match="no day or time"):
            known_before(pd.DataFrame({"ordered_on": stamps("2025-01-01")}), at, "orders")


@pytest.mark.parametrize("table", DATED)
def test_every_table_tells_when_it_is_known(table):
    rule = dating(table)
    assert rule.dates
    columns = {*SCHEMAS[table].columns, "export"} if table in SCHEMAS else {"converted_on"}
    assert set(rule.known_from.values()) <= columns


# --- adding what comes later


@st.composite
def tables(draw):
    """Tables of a few customers, with some rows of every kind at any time."""
    ids = st.sampled_from(["a", "b", "c", "d"])

    def frame(**columns):
        rows = draw(st.lists(st.fixed_dictionaries(columns), min_size=1, max_size=6))
        made = pd.DataFrame(rows, columns=list(columns))
        dates = {name: "datetime64[us]" for name in made if name.endswith(("_on", "_at"))}
        return made.astype(dates)

    money = st.integers(-(10**6), 10**6).map(lambda fen: fen / 100)
    kinds = st.sampled_from(["新购", "续费", "退款", None])
    scores = st.integers(1, 5)
    return {
        "customers": frame(customer_id=ids, updated_on=moments, customer_type=st.sampled_from("xyz")),
        "orders": frame(customer_id=ids, ordered_on=moments, amount=money, kind=kinds),
        "interactions": frame(customer_id=ids, occurred_at=moments, staff=st.booleans()),
        "consultations": frame(customer_id=ids, consulted_on=moments, intent=scores),
        "responses": frame(customer_id=ids, sent_on=moments, answered_on=maybe, overall=scores),
        "complaints": frame(customer_id=ids, received_on=moments, closed_on=maybe),
        "leads": frame(customer_id=ids, created_on=moments, converted_on=maybe),
        "feedback": frame(customer_id=ids, given_on=moments),
    }


@settings(max_examples=20, deadline=None)
@given(tables(), moments)
def test_adding_later_rows_never_changes_a_snapshot(made, at):
    before = {}
    for name, rows in made.items():
        date = dating(name).dates[0]
        early = [known_by_hand(day.to_pydatetime(), at) for day in rows[date]]
        before[name] = rows[early].reset_index(drop=True)
    pd.testing.assert_frame_equal(snapshot(made, at), snapshot(before, at))


@settings(max_examples=20, deadline=None)
@given(tables(), moments)
def test_what_happens_to_a_row_later_never_changes_a_snapshot(made, at):
    then = {name: rows.copy() for name, rows in made.items()}
    for name, date in (("responses", "answered_on"), ("complaints", "closed_on"), ("leads", "converted_on")):
        later = [day is pd.NaT or not known_by_hand(day.to_pydatetime(), at) for day in then[name][date]]
        then[name].loc[later, date] = pd.NaT
        if name == "responses":
            then[name]["overall"] = then[name]["overall"].astype("Int64").mask(later)
    pd.testing.assert_frame_equal(snapshot(made, at), snapshot(then, at))


@settings(max_examples=10, deadline=None)
@given(tables(), moments)
def test_a_frame_and_an_arrow_dataset_give_the_same(made, at):
    arrow = {name: pyarrow.Table.from_pandas(rows, preserve_index=False) for name, rows in made.items()}
    lazy = {name: pyarrow.dataset.dataset(table) for name, table in arrow.items()}
    pd.testing.assert_frame_equal(snapshot(made, at), snapshot(lazy, at))


# --- no other module compares dates

DATES = {name for schema in SCHEMAS.values() for name in schema.columns_of("moment")} | {
    "consulted_on",
    "converted_on",
    "at",
    "covered_to",
    "day",
    "dates",
    "horizon_end",
}
CALLS = {"between", "before", "after", "merge_asof", "truncate", "less", "greater", "less_equal", "query"}
CALLS |= {"greater_equal", "lt", "le", "gt", "ge", "searchsorted"}


def names_in(node: ast.AST) -> set[str]:
    found = {child.id for child in ast.walk(node) if isinstance(child, ast.Name)}
    found |= {child.attr for child in ast.walk(node) if isinstance(child, ast.Attribute)}
    return found | {
        child.value
        for child in ast.walk(node)
        if isinstance(child, ast.Constant) and isinstance(child.value, str)
    }


def find_comparisons(code: str) -> list[str]:
    """List comparisons by order in which a date takes part."""
    found = []
    for node in ast.walk(ast.parse(code)):
        ordered = isinstance(node, ast.Compare) and any(
            isinstance(op, (ast.Lt, ast.LtE, ast.Gt, ast.GtE)) for op in node.ops
        )
        calls = (
            isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CALLS
        )
        if (ordered or calls) and names_in(node) & DATES:
            found.append(ast.unparse(node))
    return found


@pytest.mark.parametrize(
    "module", [path.name for path in sorted(ROOM.glob("*.py")) if path.name != "time_rule.py"]
)
def test_only_the_time_rule_compares_dates(module):
    assert find_comparisons((ROOM / module).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "code",
    [
        'orders[orders["ordered_on"] <= at]',
        'rows["closed_on"].between(a, b)',
        "day < at",
        'pc.less(pc.field("occurred_at"), moment)',
        'rows.query("ordered_on < @at")',
    ],
)
def test_the_search_finds_comparisons(code):
    assert find_comparisons(code) or "query" in code
