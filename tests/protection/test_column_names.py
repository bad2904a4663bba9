"""A scorecard's columns may be called as anything: the same data under other names give the same numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import cards
import numpy as np
import pandas as pd
import pytest

import scoring
from industry_report.analysis import history, outcome_window, overrides, sales
from industry_report.analysis.follow_up import calendar, triggers
from industry_report.base import language, origin, own_names
from industry_report.base.errors import InputError
from industry_report.intake.headers import COLUMNS
from industry_report.protection import disclosure, publication, source_files
from industry_report.report import display, tables

PUBLIC, INTERNAL = disclosure.Policy(10, 10.0), disclosure.Policy(10, 10.0, internal=True)
NOTHING = source_files.Files(pd.DataFrame(), pd.DataFrame(), pd.DataFrame(), synthetic=True)
# Words of the program, of pandas, of statistics; what crashed, and what was silently wrong.
HOSTILE = [
    *("size", "reached", "failed", "score", "month", "count", "rate", "total", "n"),
    *("index", "level_0", "weight", "lower", "upper", "low", "high", "consultations", "conversions"),
    *("share", "received", "dimension", "value", "variable", "field", "all", "group", "success"),
    *("outcome", "registered", "window_days", "overridden", "period", "step", "changed", "average", "grades"),
    *("shares", "means", "contacts", "by_grade", "role", "due", "move", "cause", "level"),
    *("stratum", "cell", "last_contact", "days_overdue", "customers", "verdict", "bought", "state", "days"),
    *("columns", "values", "dtype", "name", "T", "sum", "mean", "item"),
]
NEUTRAL = ["first", "second", "third"]
LEVELS = "levels: {1: {zh: 低, en: low}, 2: {zh: 中, en: mid}, 3: {zh: 高, en: high}}"
BINS = """bins: [{level: 1, values: "(-inf, 40)"}, {level: 2, values: "[40, 70)"},
      {level: 3, values: "[70, inf)"}]"""
TEXTS = "points: [{values: [远], points: 1}, {values: [近], points: 3}]"
LABELS = ["甲项", "乙项", "丙项"]


def make_card(folder: Any, names: list[str]) -> scoring.Scorecard:
    """Return one and the same scorecard, its columns under these names."""
    rules = zip(names, (LEVELS, BINS, TEXTS), ("2", "1", "1"), strict=True)
    text = cards.weighted(list(rules), [("C", "[4, 7)"), ("B", "[7, 10)"), ("A", "[10, 12]")])
    for name, label in zip(names, LABELS, strict=True):
        text = text.replace(f"label: {{zh: 项, en: {name}}}", f"label: {{zh: {label}, en: {label}}}")
    return cards.load(folder, text)


def draw_rows(names: list[str], count: int = 500) -> pd.DataFrame:
    random = np.random.default_rng(5)
    level, place = random.integers(1, 4, count), random.choice(["远", "近"], count)
    bought = random.random(count) < 0.15 + 0.12 * level
    day = pd.Timestamp("2025-01-01") + pd.to_timedelta(random.integers(0, 250, count), unit="D")
    table = pd.DataFrame(
        {
            "customer_id": [f"K{number % 350}" for number in range(count)],
            "customer_type": random.choice(["小微企业", "个体工商户", "中型企业"], count),
            "source": random.choice(["搜索引擎", "电话咨询", "官网"], count),
            "product": random.choice(["总账", "报税"], count),
            "region": "黄山市",
            "year": 2025,
            "consulted_on": day,
            "converted": pd.array(bought, dtype="boolean"),
            "converted_on": pd.Series(day + pd.Timedelta(days=20)).where(bought),
            "amount": pd.Series(1000.0 + np.arange(count)).where(bought),
        }
    )
    rated = (level, random.uniform(0, 100, count).round(), place)
    table = table.assign(**dict(zip(names, rated, strict=True)))
    return table.mask(
        pd.DataFrame(random.random(table.shape) < 0.02, columns=table.columns) & table.columns.isin(names)
    )


def publish(
    folder: Any, names: list[str], policy: Any, rows: pd.DataFrame | None = None, **options: Any
) -> Any:
    card = make_card(folder, names)
    display.begin("zh", card, policy)
    rows = draw_rows(names) if rows is None else rows
    window = outcome_window.choose_window(rows, 90)
    return publication.protect_slice(rows, 2025, card, policy, NOTHING, window, **options)


def list_printed(thing: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every table and number of a result as a reader sees it."""
    if isinstance(thing, pd.DataFrame):
        # A table is read by its labels: two columns that print under one head would hide each other.
        assert thing.columns.is_unique, path
        yield path, tables.printed(thing).to_csv(index=False)
    elif isinstance(thing, pd.Series):
        yield path, thing.rename(None).to_csv()
    elif isinstance(thing, dict):
        for key, part in thing.items():
            yield from list_printed(part, f"{path}.{key}")
    elif is_dataclass(thing):
        for field in fields(thing):
            if field.name not in ("fields", "files", "levels"):
                yield from list_printed(getattr(thing, field.name), f"{path}.{field.name}")
    else:
        yield path, repr(thing)


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    yield
    origin.watch(None)
    language.use("zh")


@pytest.fixture(scope="module")
def neutral(tmp_path_factory: pytest.TempPathFactory) -> dict[bool, dict[str, str]]:
    folder = tmp_path_factory.mktemp("neutral")
    found = {
        policy.internal: dict(list_printed(publish(folder, NEUTRAL, policy))) for policy in (PUBLIC, INTERNAL)
    }
    language.use("zh")
    return found


THREES = [tuple(HOSTILE[place : place + 3]) for place in range(0, len(HOSTILE), 3)]


@pytest.mark.parametrize("names", THREES, ids="-".join)
def test_any_column_name_gives_the_same_numbers(names: tuple[str, ...], tmp_path: Any, neutral: Any) -> None:
    used = [*names, *NEUTRAL][:3]
    assert dict(list_printed(publish(tmp_path, used, INTERNAL))) == neutral[True]


@pytest.mark.parametrize("names", [*THREES[:3], ("month", "outcome", "grades")], ids="-".join)
def test_any_column_name_is_protected_alike(names: Any, tmp_path: Any, neutral: Any) -> None:
    assert dict(list_printed(publish(tmp_path, list(names), PUBLIC))) == neutral[False]


def test_the_comparison_would_see_another_number(tmp_path: Any, neutral: Any) -> None:
    other = draw_rows(NEUTRAL).head(490)
    assert dict(list_printed(publish(tmp_path, NEUTRAL, PUBLIC, other))) != neutral[False]


@pytest.mark.parametrize(
    "name", ["month", "rate", "outcome", "grades", "average", "consultations", "total", "size"]
)
def test_groups_by_a_column_of_any_name_are_the_same(name: str, tmp_path: Any) -> None:
    district = np.where(np.arange(500) % 3 > 0, "东区", "西区")
    results = {}
    for called in ("district", name):
        rows = draw_rows(NEUTRAL).assign(**{called: district})
        now = publish(tmp_path, NEUTRAL, PUBLIC, rows, also=(called,))
        table = tables.printed(now.by.pop(called))
        assert table.columns[0] == called, "the head of the groups is the data's own name"
        printed = dict(list_printed(now))
        for path in (".basis.missing", ".audit"):  # they name the column
            printed[path] = printed[path].replace(called, "district")
        results[called] = table.set_axis([*"ab", *table.columns[2:]], axis=1).to_csv(), printed
    assert results["district"] == results[name]


@pytest.mark.parametrize("column", ["source", "customer_type", "amount", "region", "year"])
def test_a_card_that_rates_by_a_column_of_the_standard_leaves_that_column_as_it_is(
    column: str, tmp_path: Any
) -> None:
    values = {"source": "搜索引擎", "customer_type": "小微企业", "region": "黄山市"}
    rule = f"points: [{{values: [{values.get(column)}], points: 3}}], otherwise: 1"
    if column not in values:
        rule = f"{BINS}, missing: {{points: 2}}"
    card = cards.load(tmp_path, cards.weighted([(column, rule)], [("B", "[1, 3)"), ("A", "[3, 3]")]))
    display.begin("zh", card, INTERNAL)
    rows = draw_rows(NEUTRAL)
    now = publication.protect_slice(rows, 2025, card, INTERNAL, NOTHING)
    assert set(now.by["source"].index) == {"搜索引擎", "电话咨询", "官网"}
    assert set(now.by["customer_type"].index) == {"小微企业", "个体工商户", "中型企业"}
    assert int(now.amounts["amount"].sum()) == int(rows["amount"].sum())
    assert set(now.shares["score"]) <= {1, 2, 3}


def test_a_public_report_counts_by_a_rated_column_once(tmp_path: Any) -> None:
    """Groups by source beside scores by source would be one more equation for whoever solves for a count."""
    text = cards.weighted(
        [("source", "points: [{values: [官网], points: 3}], otherwise: 1")],
        [("B", "[1, 3)"), ("A", "[3, 3]")],
    )
    card = cards.load(tmp_path, text)
    now = publication.protect_slice(draw_rows(NEUTRAL), 2025, card, PUBLIC, NOTHING)
    assert now.by["source"].empty and len(now.by["customer_type"]) and len(now.shares)
    with pytest.raises(InputError, match="also names source"):
        publication.protect_slice(draw_rows(NEUTRAL), 2025, card, PUBLIC, NOTHING, also=("source",))


def list_columns(thing: Any) -> Iterator[str]:
    if isinstance(thing, pd.DataFrame):
        yield from map(str, thing.columns)
    elif isinstance(thing, dict):
        for part in thing.values():
            yield from list_columns(part)
    elif is_dataclass(thing):
        for field in fields(thing):
            yield from list_columns(getattr(thing, field.name)) if field.name != "fields" else ()


def test_every_column_of_a_published_table_is_known_as_the_programs_own(tmp_path: Any) -> None:
    levels = {own_names.name_level(name) for name in NEUTRAL}
    found = set(list_columns(publish(tmp_path, NEUTRAL, INTERNAL))) - levels
    assert {name for name in found if name not in own_names.TAKEN and not name.startswith("bought ")} == set()


# --- lists of customers


@pytest.mark.parametrize(
    "names",
    [
        ("period", "consultations", "role"),
        ("due", "move", "cause"),
        ("overridden", "last_contact", "days_overdue"),
    ],
    ids="-".join,
)
def test_the_work_list_is_the_same_under_any_names(names: tuple[str, ...], tmp_path: Any) -> None:
    lists = []
    for used in (NEUTRAL, list(names)):
        card = make_card(tmp_path, used)
        display.begin("zh", card, INTERNAL)
        early = draw_rows(used)
        late = early.assign(
            year=2026,
            consulted_on=early["consulted_on"] + pd.Timedelta(days=365),
            **{used[0]: early[used[0]].iloc[::-1].array},
        )
        scored = scoring.score(pd.concat([early, late], ignore_index=True), card)
        ruled = overrides.Override(1, "K1", "A", "甲", "乙", pd.Timestamp("2026-12-31"))
        everything, _ = overrides.apply_overrides(scored, (ruled,), card)
        trail = history.history(everything)
        levels = scoring.levels(trail, card)
        causes = history.causes(trail, 2025, 2026, card, levels)
        changes = history.moves(trail, 2025, 2026)
        now = everything[everything["year"] == 2026]
        today = pd.Timestamp("2026-12-31")
        latest = trail[trail["period"] == pd.Period("2026", "Y")]
        calls = sales.work_list(
            latest, calendar(now, card, today), causes, changes, card, sales.find_buyers(now)
        )
        assert set(calls.columns) >= {"role", "due", "move", "cause"} and len(calls) > 100
        lists.append((tables.printed(calls).to_csv(), tables.printed(history.count_causes(causes)).to_csv()))
    assert lists[0] == lists[1]


def test_a_trigger_on_a_column_of_any_name_fires(tmp_path: Any) -> None:
    rows = pd.DataFrame(
        {"customer_id": "K1", "on": pd.date_range("2025-01-15", periods=3, freq="MS"), "month": 5.0}
    )
    found = []
    for column in ("amount", "month"):
        text = cards.weighted([("intent", LEVELS)], [("A", "[1, 3]")])
        trigger = f"""triggers: [{{name: t, label: {{zh: 触, en: t}}, column: {column}, monthly: sum,
            in: "[4, inf)", months: 3, action: {{zh: 报, en: r}}}}]"""
        card = cards.load(tmp_path, text + trigger)
        found.append(triggers(rows.rename(columns={"month": column}), card.triggers, on="on").to_csv())
    assert found[0] == found[1] and found[0].count("K1") == 1


# --- the names themselves


def test_names_of_the_program_and_of_the_standard_are_known() -> None:
    assert set(COLUMNS) == own_names.DATA
    assert set(language.FORMATS) - {"weight"} <= own_names.TAKEN | {"weight"}
    assert all(own_names.plain_name(own_names.name_level(name)) == name for name in HOSTILE)


@pytest.mark.parametrize("name", ["composite", "grade"])
def test_the_two_columns_that_scoring_adds_are_refused_with_a_remedy(name: str, tmp_path: Any) -> None:
    with pytest.raises(scoring.ScorecardError, match="is a column that scoring adds"):
        make_card(tmp_path, [name, "second", "third"])
