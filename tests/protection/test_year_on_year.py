"""This year beside the year before: a reader of both reports learns no count that either withholds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_attack import (
    CUTS,
    Truth,
    attack,
    draw_consultations,
    grade,
    make_grid,
    read_tables,
    slices,
    tabulate,
    tell_what_is_hidden,
)
from test_publication import CARD, NOTHING, POLICY

from industry_report.analysis import growth
from industry_report.base.errors import InputError
from industry_report.protection import disclosure, publication, year_on_year
from industry_report.protection.year_on_year import YearOnYear
from industry_report.shelf import released

CHANGES = ["gained", "growth", "contribution", "reference", "difference", "low", "high", "verdict"]


def draw(seed: int, rows: int, rare: float) -> pd.DataFrame:
    """Draw a slice in which some groups are so small that they are withheld."""
    random = np.random.default_rng(seed)
    table = pd.DataFrame({d.column: random.integers(1, 6, rows) for d in CARD.dimensions}, dtype="Int64")
    table["customer_id"] = [f"K{number}" for number in range(rows)]
    for column, names in (
        ("customer_type", ["小微企业", "院校", "甲类", "乙类"]),
        ("source", ["官网", "电话咨询", "搜索引擎", "短视频平台"]),
        ("product", ["总账", "报税", "总账、报税"]),
    ):
        shares = np.array([1, 0.5, rare, rare][: len(names)])
        table[column] = random.choice(names, rows, p=shares / shares.sum())
    table["converted"] = pd.array(random.random(rows) < 0.3, dtype="boolean")
    return table


def both(seeds: tuple[int, int], rows: tuple[int, int], rare: float) -> YearOnYear:
    years = [
        publication.protect_slice(draw(seed, count, rare), year, CARD, POLICY, NOTHING)
        for seed, count, year in zip(seeds, rows, (2024, 2025), strict=True)
    ]
    return year_on_year.compare_years(years[1], years[0], 2025, 2024)


def parted(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.drop(columns="verdict").astype(float)


@settings(max_examples=8, deadline=None, derandomize=True, database=None)
@given(
    st.tuples(*[st.integers(0, 9999)] * 2),
    st.tuples(*[st.integers(40, 400)] * 2),
    st.sampled_from([0.02, 0.06, 0.2]),
)
def test_a_change_rests_on_numbers_that_both_years_show(
    seeds: tuple[int, int], rows: tuple[int, int], rare: float
) -> None:
    """All that is printed of both years is a function of what the two reports print each for itself."""
    pair = both(seeds, rows, rare)
    assert pair.before is not None
    for kind, table in pair.by.items():
        ours, theirs = (
            year_on_year._with_all_graded(one) if kind == "grade" else one.by[kind]
            for one in (pair.now, pair.before)
        )
        column = "received" if "received" in ours else "consultations"
        withheld = ours[column].reindex(table.index).isna() | theirs[column].reindex(table.index).isna()
        assert table.loc[withheld, ["gained", "growth", "contribution"]].isna().all(axis=None)
        known = theirs[column].reindex(table.index)
        pd.testing.assert_series_equal(table["year_before"], known.astype(float), check_names=False)
        hidden = ours["rate"].reindex(table.index).isna() | theirs["rate"].reindex(table.index).isna()
        assert table.loc[hidden, ["difference", "low", "high"]].isna().all(axis=None)
        # what was masked is gone before anything is computed: set to any number, it changes nothing
        again = growth.of_groups(ours.copy(), theirs.copy(), overlapping=kind == "product")
        pd.testing.assert_frame_equal(parted(again), parted(table))
    totals = pair.now.average[["consultations", "conversions"]].isna().any()
    if totals:
        assert pair.rate.empty
        assert all(parts.isna().all() for parts in pair.mix.values())


@settings(max_examples=6, deadline=None, derandomize=True, database=None)
@given(slices, st.integers(0, 10_000))
def test_the_attacker_with_both_reports_narrows_no_count_of_either(drawn: dict, seed: int) -> None:
    """Adds to each year's tables what the other year's report prints of it, changes solved for it."""
    grid, policy = make_grid(drawn["scores"], CUTS[drawn["scores"]][0]), disclosure.Policy(10, 10.0)
    years = []
    for one in (drawn, drawn | {"seed": seed}):
        scored = grade(draw_consultations(**one), CUTS[drawn["scores"]][0])
        tables = tabulate(scored)
        published = disclosure.protect(policy, *tables, grid=grid, total=len(scored))
        years.append((published, tell_what_is_hidden(Truth(tables, grid, len(scored), 10), published)))
    (earlier, truth_before), (later, truth_now) = years
    solved: dict[str, list[Any]] = {"before": [], "now": []}
    for before, now in zip(earlier, later, strict=True):
        if not isinstance(now, pd.DataFrame) or "rate" not in now or now.index.nlevels > 1 or "score" in now:
            continue
        change = growth.of_groups(now, before)
        column = "received" if "received" in now else "consultations"
        # Beside a rate, consultations are those with an outcome: the reader knows by the column of purchases.
        base = {} if column == "received" else {"conversions": np.nan}
        for year, count in (
            ("before", change[column] - change["gained"]),
            ("now", change["year_before"] + change["gained"]),
        ):
            table = pd.DataFrame({column: count, **base}).rename_axis(now.index.name)
            solved[year].append(table.dropna(subset=[column]))
    assert attack(read_tables([*earlier, *solved["before"]]), truth_before) == []
    assert attack(read_tables([*later, *solved["now"]]), truth_now) == []


def test_one_year_alone_has_no_change() -> None:
    now = publication.protect_slice(draw(1, 300, 0.2), 2025, CARD, POLICY, NOTHING)
    pair = year_on_year.compare_years(now, None, 2025, 2024)
    assert pair.total.empty and pair.rate.empty and pair.by == {}
    assert all(parts.isna().all() for parts in pair.mix.values())


def test_years_that_measure_something_else_are_not_compared() -> None:
    now = publication.protect_slice(draw(1, 300, 0.2), 2025, CARD, POLICY, NOTHING)
    unknown = draw(2, 300, 0.2).drop(columns="converted")
    before = publication.protect_slice(unknown, 2024, CARD, POLICY, NOTHING)
    pair = year_on_year.compare_years(now, before, 2025, 2024)
    assert pair.rate.empty and pair.by == {}
    assert len(pair.total) == 2  # how many came can be compared


def test_a_later_year_is_no_earlier_one() -> None:
    with pytest.raises(InputError, match="a year before 2025, got 2025"):
        year_on_year.publish("nowhere", "黄山市", 2025, scorecard=CARD, policy=POLICY, earlier=2025)


# --- a report of last year that was made from other data


PARAMETERS = {"region": "黄山市", "year": 2025, "earlier_year": 0}


def record(parameters: dict[str, Any], rows: list[dict[str, Any]]) -> dict[str, Any]:
    columns = [{"name": "source", "role": "row"}]
    return {"parameters": parameters, "exhibits": [{"columns": columns, "data": rows}]}


def test_a_report_is_about_the_year_before_too() -> None:
    assert released.list_slices(PARAMETERS) == {("黄山市", 2025), ("黄山市", 2024)}
    assert released.list_slices({"region": "黄山市", "year": 2025}) == {("黄山市", 2025)}


def test_a_count_of_the_year_before_is_read_as_that_year_s() -> None:
    ours = record(PARAMETERS, [{"source": "官网", "consultations": 120, "year_before": 100}])
    key = (frozenset({"官网"}), "consultations")
    assert released.list_counts(ours, ("黄山市", 2025)) == {key: 120}
    assert released.list_counts(ours, ("黄山市", 2024)) == {key: 100}


@pytest.mark.parametrize(("then", "told"), [(100, False), (97, True), (50, False)])
def test_last_year_s_own_report_of_other_data_is_found_out(then: int, told: bool) -> None:
    ours = record(PARAMETERS, [{"source": "官网", "consultations": 120, "year_before": 100}])
    own = record(PARAMETERS | {"year": 2024}, [{"source": "官网", "consultations": then, "year_before": 90}])
    shared = released.list_slices(ours["parameters"]) & released.list_slices(own["parameters"])
    assert shared == {("黄山市", 2024)}
    assert released.differ_by_few(ours, own, shared, 10) == told
