"""Attacks on what is published of a slice, each kind once: what goes around the protected tables.

The instances are those of an audit; the data are made here.
"""

from __future__ import annotations

import copy
import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import scoring
from industry_report.analysis import outcome_window
from industry_report.base import language, origin, table_metadata
from industry_report.base.table_metadata import Counts
from industry_report.protection import disclosure, pooling, publication, source_files
from industry_report.protection.publication import Published

ROOT = Path(__file__).parents[2]
CARD = scoring.load_scorecard(ROOT / "params" / "scorecards" / "consultation.yaml")
POLICY, INTERNAL = disclosure.Policy(10, 10.0), disclosure.Policy(10, 10.0, internal=True)
NOTHING = source_files.Files(pd.DataFrame(), pd.DataFrame(), pd.DataFrame(), synthetic=True)
LEVELS = {"consultations": "known", "conversions": "successes"}


@pytest.fixture(autouse=True)
def chinese() -> Iterator[None]:
    language.use("zh")
    yield
    origin.watch(None)
    language.use("zh")


def rows(count: int, seed: int = 1, bought: float | Sequence[bool] = 0.4, **columns: Any) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    table = pd.DataFrame({d.column: random.integers(1, 6, count) for d in CARD.dimensions}, dtype="Int64")
    table["customer_id"] = [f"K{seed}-{number}" for number in range(count)]
    table["customer_type"] = random.choice(["小微企业", "个体工商户", "中型企业"], count)
    table["source"] = random.choice(["搜索引擎", "电话咨询", "官网"], count)
    table["product"] = random.choice(["总账", "报税", "进销存"], count)
    chosen = random.random(count) < bought if isinstance(bought, float) else np.asarray(bought)
    table["converted"] = pd.array(chosen, dtype="boolean")
    table["amount"] = pd.Series(1000.0, table.index).where(chosen)
    return table.assign(**columns)


def of_cells(cells: Mapping[str, tuple[int, int]], column: str, **columns: Any) -> pd.DataFrame:
    """Return rows of groups of so many consultations and purchases."""
    labels = [label for label, (n, _) in cells.items() for _ in range(n)]
    bought = [place < x for n, x in cells.values() for place in range(n)]
    return rows(len(labels), bought=bought, **{column: labels}, **columns)


def publish(table: pd.DataFrame, **options: Any) -> Published:
    return publication.protect_slice(table, 2025, CARD, POLICY, NOTHING, **options)


def list_tables(thing: Any) -> Iterator[pd.DataFrame | pd.Series]:
    """Yield all tables that a notebook is given, the rating standard's own left out."""
    if isinstance(thing, pd.DataFrame | pd.Series):
        yield thing
    elif isinstance(thing, Mapping):
        for part in thing.values():
            yield from list_tables(part)
    elif is_dataclass(thing):
        for field in fields(thing):
            if field.name not in ("grid", "cases", "status", "audit", "files", "fields"):
                yield from list_tables(getattr(thing, field.name))


def list_counts(now: Published) -> set[float]:
    counted = ("received", "consultations", "conversions", "changed", "rows", "due", "open", "missing")
    tables = [t.to_frame().T if isinstance(t, pd.Series) else t for t in list_tables(now)]
    return {
        float(value)
        for table in tables
        for column in table.columns
        if column in counted
        for value in pd.to_numeric(table[column], errors="coerce").dropna()
    }


def list_labels(now: Published) -> set[str]:
    return {
        str(label) for table in list_tables(now) if isinstance(table, pd.DataFrame) for label in table.index
    }


def assert_no_small_count(now: Published) -> None:
    assert not [count for count in list_counts(now) if 0 < count < POLICY.threshold]


# --- rows and labels


def test_a_source_of_one_customer_is_named_nowhere() -> None:
    one = rows(1, 63, source="同行介绍", bought=[True])
    few = rows(3, 64, source="报纸广告", bought=[True, False, False])
    now = publish(pd.concat([rows(260, 62), one, few], ignore_index=True))
    assert not {"同行介绍", "报纸广告"} & list_labels(now)
    assert set(now.mix.rates.index) <= set(now.by["source"].index)
    assert_no_small_count(now)


def test_a_type_that_only_bought_is_pooled_as_the_others_are() -> None:
    eleven = rows(11, 42, customer_type="农民专业合作社", bought=[True] * 11)
    two = rows(2, 43, customer_type="社会团体", bought=[False, False])
    common = rows(200, 41)
    common["customer_type"] = np.where(np.arange(200) < 112, "小微企业", "个体工商户")
    now = publish(pd.concat([common, eleven, two], ignore_index=True))
    assert not {"农民专业合作社", "社会团体"} & list_labels(now)
    assert set(now.amounts.index) <= set(now.by["customer_type"].index)


def test_the_threshold_counts_customers() -> None:
    one = rows(12, 77, customer_type="社会团体", customer_id="K-ONE", bought=[True] * 12)
    now = publish(pd.concat([rows(300, 21), one], ignore_index=True))
    assert "社会团体" not in list_labels(now)


def test_nobody_dominates_a_count() -> None:
    many = rows(200, 78, customer_type="院校", customer_id="K-BIG")
    others = rows(12, 79, customer_type="院校")
    now = publish(pd.concat([rows(300, 21), many, others], ignore_index=True))
    by_type = now.by["customer_type"]
    assert "院校" not in by_type.index or by_type.loc["院校"].isna().all()


def test_of_one_customer_everything_is_withheld() -> None:
    now = publish(rows(500, 104, customer_id="K1"))
    assert now.average[["consultations", "conversions", "rate"]].isna().all()
    assert f"{now.received:,}" == f"{now.graded}" == language.protected()
    assert f"{copy.deepcopy(now.graded)}" == language.protected()
    assert list_counts(now) <= {0.0}
    assert now.scores.auc.empty and now.mix.rates.empty and now.trend is None and now.amounts.empty


# --- what is derived


def test_no_cross_table_follows_from_standardised_rates() -> None:
    cells = {
        ("搜索引擎", "小微企业"): (40, 14), ("搜索引擎", "个体工商户"): (25, 5), ("搜索引擎", "院校"): (3, 2),
        ("电话咨询", "小微企业"): (22, 9), ("电话咨询", "个体工商户"): (30, 8), ("电话咨询", "院校"): (2, 1),
        ("官网", "小微企业"): (18, 6), ("官网", "个体工商户"): (9, 2), ("官网", "院校"): (22, 9),
    }  # fmt: skip
    table = of_cells(cells, "cell")
    table["source"], table["customer_type"] = zip(*table.pop("cell"), strict=True)
    assert publish(table).mix.rates.empty


def test_standardised_rates_have_the_decimals_that_are_printed() -> None:
    now = publish(rows(4000, 5))
    told = now.mix.rates[["standardised", "low", "high"]]
    assert len(told) == 3
    np.testing.assert_array_equal(told, told.round(3))
    assert "consultations" not in now.mix.weights


def grade_cells(cells: Mapping[tuple[int, int, int], tuple[int, int]]) -> pd.DataFrame:
    table = of_cells(cells, "cell")
    table[[d.column for d in CARD.dimensions]] = pd.DataFrame(table.pop("cell").tolist()).astype("Int64")
    return table


def test_auc_weights_and_all_of_that_kind_go_with_a_withheld_grade() -> None:
    now = publish(
        grade_cells({(5, 4, 4): (50, 30), (3, 4, 4): (80, 25), (2, 3, 3): (90, 12), (1, 2, 1): (60, 4)})
    )
    assert now.scores.withheld and now.trend is None
    for table in (now.scores.auc, now.scores.weights, now.scores.tenths, now.scores.lift, now.scores.moves):
        assert table.empty


def test_the_lowest_grades_stand_in_one_row_and_the_highest_whole() -> None:
    now = publish(
        grade_cells({(5, 4, 4): (50, 30), (3, 4, 4): (80, 25), (2, 3, 3): (90, 12), (1, 2, 1): (60, 4)})
    )
    assert now.by_grade["conversions"].to_dict() == {"A": 30, "B": 25, "C、D": 16}
    assert disclosure.is_protected(now.by_grade)


def test_verdicts_are_adjusted_over_published_groups_alone() -> None:
    """However the withheld purchases are shared out, what is said of the others is the same."""
    seen = set()
    for first in range(1, 10):
        cells = {
            "小微企业": (200, 50),
            "个体工商户": (190, 56),
            "院校": (40, first),
            "社会团体": (50, 10 - first),
        }
        now = publish(of_cells(cells, "customer_type"))
        told = now.versus["customer_type"]
        assert not {"院校", "社会团体"} & set(told.index)
        seen.add(str(told.round(12).to_dict()))
    assert len(seen) == 1


def test_calibration_with_a_small_tenth_is_left_out() -> None:
    for seed in range(12):
        scores = publish(rows(300, seed, bought=0.12)).scores
        for table in (scores.tenths, scores.lift):
            counts = {*table["conversions"], *(table["consultations"] - table["conversions"])}
            assert not [n for n in counts if 0 < n < 10]


def test_how_many_bought_early_is_not_told_of_few() -> None:
    table = rows(300, 21)
    day = pd.Series(pd.Timestamp("2025-03-01"), table.index)
    bought = table["converted"].fillna(False).astype(bool)
    later = (day + pd.Timedelta(days=9)).where(bought)
    later[table.index[bought][:3]] = pd.Timestamp("2025-02-20")
    now = publish(table.assign(consulted_on=day, converted_on=later))
    assert now.scores.early["share"].isna().all() and list(now.scores.early) == ["share"]


def test_withheld_contacts_have_no_full_time_equivalents() -> None:
    cells = {(5, 4, 4): (4, 1), (3, 4, 4): (70, 30), (2, 3, 3): (80, 30), (1, 2, 1): (60, 20)}
    now = publish(grade_cells(cells))
    assert table_metadata.withheld_rows(now.contacts)
    assert now.open_contacts.empty


def test_bases_that_differ_by_few_are_not_both_told() -> None:
    table = rows(600, 9)
    few = table.assign(intent=table["intent"].where(np.arange(600) > 3))
    assert publish(few).basis.bases.empty
    assert len(publish(table.assign(intent=table["intent"].where(np.arange(600) > 99))).basis.bases) == 2


def test_small_notes_on_the_files_are_withheld_and_no_checksum_is_told() -> None:
    reasons = pd.DataFrame({"code": ["a", "b"], "rows": [40, 3]})
    told = source_files.protect_reasons(reasons, POLICY)
    assert told["rows"].isna().to_list() == [False, True]


# --- order and names


def compositions(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    if parts == 1:
        yield (total,)
        return
    for first in range(total + 1):
        yield from ((first, *rest) for rest in compositions(total - first, parts - 1))


@pytest.mark.parametrize("enough", [0, 2, 3])
@pytest.mark.parametrize(("total", "groups", "threshold"), [(14, 3, 3), (10, 4, 3), (12, 4, 4)])
def test_readers_who_know_the_names_learn_nothing_from_what_is_pooled(
    total: int, groups: int, threshold: int, enough: int
) -> None:
    """Try every table, pooling and masks together: those that print the same leave every small count open."""
    policy, worlds = disclosure.Policy(threshold, 10.0), defaultdict(list)
    average = pd.Series({"consultations": total, "conversions": 0, "rate": 0.0})
    table_metadata.describe(average, counts=Counts((), LEVELS))
    for known in compositions(total, groups):
        sizes = pd.Series({name: count for name, count in zip("abcd", known, strict=False) if count})
        small = set(sizes.index[sizes < threshold])
        gone = pooling.choose_pooled(sizes, small, threshold, enough * threshold)
        pooled = sizes.rename(index=lambda name, gone=gone: "其他" if name in gone else name)
        table = pooled.groupby(level=0).sum().to_frame("consultations").assign(conversions=0, rate=0.0)
        table = table_metadata.describe(
            table.rename_axis("customer_type"), counts=Counts(("customer_type",), LEVELS)
        )
        shown, _ = disclosure.protect(policy, table, average)
        worlds[repr((shown.index.to_list(), shown.to_numpy(float).tolist()))].append(known)
    for same, place in itertools.product(worlds.values(), range(groups)):
        possible = {world[place] for world in same}
        assert not possible & set(range(1, threshold)) or possible >= set(range(1, threshold)), same


def test_large_groups_stay_named_where_the_rest_would_be_everything() -> None:
    sizes = pd.Series(
        {"Business": 8, "Housewife": 9, "Student": 207, "Unemployed": 5502, "Working": 679, "Other": 15}
    )
    assert pooling.choose_pooled(sizes, {"Business", "Housewife"}, 10, 40) - {"Other", "其他"} == {
        *("Business", "Housewife"),
    }
    alone = sizes[["Business", "Student"]]
    assert pooling.choose_pooled(alone, {"Business"}, 10, 40) >= set(
        alone.index
    )  # the rest must have a threshold


def test_pooling_does_not_depend_on_the_sizes_of_this_year() -> None:
    sizes = pd.Series({"小微企业": 100, "个体工商户": 11, "社会团体": 11, "院校": 8})
    larger = sizes.replace({11: 90})
    assert pooling.choose_pooled(sizes, {"院校"}, 10) == pooling.choose_pooled(larger, {"院校"}, 10)


def test_a_table_of_ones_own_goes_through_the_gate_as_a_further_column() -> None:
    table = rows(
        300, 3, district=np.where(np.arange(300) < 3, "山村", np.where(np.arange(300) < 150, "东", "西"))
    )
    now = publish(table, also=("district",))
    assert "山村" not in now.by["district"].index
    assert origin.is_released(now.by["district"])


def test_a_comparison_names_the_base_of_its_rates_as_the_table_of_groups_does() -> None:
    table = rows(400)
    table.loc[:39, "converted"] = pd.NA
    now = publish(table)
    assert not now.by["source"]["received"].equals(now.by["source"]["consultations"])
    for name in publication.TESTED:
        heads = [table_metadata.heads(found[name])["consultations"] for found in (now.by, now.versus)]
        assert heads == ["已登记是否成交", "已登记是否成交"]


# --- slices of all sizes


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("count", [1, 7, 30, 80, 300])
def test_no_small_count_and_no_canary_stands_in_anything_a_notebook_gets(count: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    table = rows(count, seed, bought=float(random.choice([0.03, 0.4, 0.97])))
    customers = random.choice([2, 15, 10_000])
    table["customer_id"] = [f"K{n}" for n in random.integers(0, customers, count)]
    table["detail"] = "CANARY"
    table.loc[: min(2, count - 1), ["customer_type", "source", "product"]] = "CANARY"
    table.loc[random.random(count) < 0.05, "intent"] = pd.NA
    now = publish(table)
    assert "CANARY" not in "".join(sorted(list_labels(now))) or count < 10
    assert "CANARY" not in list_labels(now)
    assert_no_small_count(now)


def test_why_consultations_have_no_outcome_is_told_for_all_reasons_or_none() -> None:
    """The parts add up to a total: a single masked one would follow from the others."""
    table = rows(400, 5)
    table["consulted_on"] = pd.Timestamp("2025-01-10")
    bought = table["converted"].astype(bool)
    table["converted_on"] = pd.Series(pd.Timestamp("2025-02-01"), table.index).where(bought)
    early, late = table.index[bought][:7], table.index[~bought][:20]
    table.loc[early, "converted_on"] = pd.Timestamp("2025-01-05")
    table.loc[late, "consulted_on"] = pd.Timestamp("2025-12-01")
    window = outcome_window.Window(90, pd.Timestamp("2025-12-31"))
    told = publish(table, window=window).basis.outcomes.iloc[0]
    assert told["received"] == 400 and told["followed"] == 373
    assert told.drop(["received", "followed"]).isna().all()
    internal = publication.protect_slice(table, 2025, CARD, INTERNAL, NOTHING, window).basis.outcomes.iloc[0]
    assert internal["bought before"] == 7 and internal["open"] == 20
