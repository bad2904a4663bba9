"""An attacker who knows the program, all totals and everything published must not narrow a small count.

The attacker below is written from the published form alone: it knows nothing of how counts were masked,
turns every printed number into an equation and asks a linear programme for the least and the most that a
count can be.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from crossing import first
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

import scoring
from industry_report.analysis import bases, conversion, outcome_window, workload
from industry_report.base import language, table_metadata
from industry_report.base.table_metadata import Counts
from industry_report.intake import dataset, sample
from industry_report.protection import disclosure, pooling

ROOT = Path(__file__).parents[2]
DIMENSIONS = ["intent", "clarity", "satisfaction"]
COLUMNS = ("grade", "customer_type", "source", "product", "month")
LEVELS = {"consultations": "known", "conversions": "successes"}
OUTCOMES = ("success", "failure", "unknown")
PARTS = {
    "all": OUTCOMES,
    "known": ("success", "failure"),
    "successes": ("success",),
    "failures": ("failure",),
}


# --- reading what is published: every form becomes lists of records, as the JSON has them


def read_tables(tables: Any) -> list[list[dict]]:
    frames = [table for table in tables if isinstance(table, pd.DataFrame)]
    return [
        (frame.reset_index() if frame.index.name else frame).astype(object).to_dict("records")
        for frame in frames
    ]


def read_json(path: Path) -> list[list[dict]]:
    return [exhibit["data"] for exhibit in json.loads(path.read_text(encoding="utf-8"))["exhibits"]]


def read_html(path: Path) -> list[list[dict]]:
    """Read the tables of a Chinese page; a head that several columns share is told by its neighbours."""
    found = []
    for table in BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").find_all("table"):
        names = [th.get_text() for th in table.thead.find_all("th")]
        columns = name_columns(names)
        rows = [
            [cell.get_text() for cell in row.find_all(["th", "td"])] for row in table.tbody.find_all("tr")
        ]
        found.append([{c: read_number(v) for c, v in zip(columns, row, strict=True)} for row in rows])
    return found


def name_columns(names: list[str]) -> list[str]:
    heads = {zh: key for key, (zh, _) in reversed(language.VOCABULARY.items())}
    heads |= {"成交率": "rate", "已登记是否成交": "known", "成交数": "conversions", "等级": "grade"}
    heads |= {"95%置信区间下限": "low", "95%置信区间上限": "high"}
    names = [name if name in heads else re.sub("（[条户元次]）$", "", str(name or "")) for name in names]
    timeless = [re.sub(r"^满\d+天的咨询数$", "已登记是否成交", name) for name in names]
    timeless = [re.sub(r"^\d+天成交率$", "成交率", name) for name in timeless]
    columns = [heads.get(name, "interval" if "置信区间" in name else name) for name in timeless]
    columns = [c.replace("received", "consultations") for c in columns]
    if "上年咨询数" in names:  # a year beside the year before counts all
        columns = ["received" if c == "consultations" else c for c in columns]
    if "known" in columns:  # all consultations stand beside those with an outcome, or these alone
        columns = ["received" if c == "consultations" else c for c in columns]
        columns[columns.index("known")] = "consultations"
    return columns


def read_csv(path: Path) -> list[list[dict]]:
    """Read the long table of the appendix: one record for each row of a figure or table."""
    lines = csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline=""))
    exhibits: dict[str, dict[str, dict]] = defaultdict(dict)
    for line in lines:
        labels = dict(
            zip(name_columns(line["row_head"].split(" · ")), line["row_label"].split(" · "), strict=False)
        )
        record = exhibits[line["exhibit"]].setdefault(line["row"], labels)
        divisor = 100 if line["unit"] in ("%", "个百分点") else 1
        record[line["measure"]] = (
            float(line["value"]) / divisor if line["value"] else read_number(line["shown"])
        )
    return [list(rows.values()) for rows in exhibits.values()]


def read_workbook(path: Path) -> list[list[dict]]:
    """Read every sheet of the appendix but the contents."""
    found = []
    for sheet in openpyxl.load_workbook(path).worksheets[1:]:
        lines = [list(line) for line in sheet.iter_rows(values_only=True)]
        head = next(n for n, line in enumerate(lines) if not any(line)) + 1
        columns = name_columns(lines[head])
        has_units = sheet.freeze_panes and int(re.sub(r"\D", "", sheet.freeze_panes)) - head - 1 == 2
        rows = [
            [
                cell / 100 if isinstance(cell, float) and re.search("个百分点|%）", str(name)) else cell
                for name, cell in pairs
            ]
            for pairs in (
                zip(lines[head], row, strict=True) for row in lines[head + (2 if has_units else 1) :]
            )
        ]
        found.append(
            [
                {c: None if v in ("［保密］", "[c]", "–") else v for c, v in zip(columns, row, strict=True)}
                for row in rows
            ]
        )
    return found


def read_number(printed: str) -> Any:
    if printed in ("［保密］", "[c]", "–"):
        return None
    if re.fullmatch(r"-?[\d,]+(\.\d+)?%?", printed):
        value = float(printed.rstrip("%").replace(",", ""))
        return value / 100 if printed.endswith("%") else value
    return printed


def classify(record: dict) -> tuple[str, Any] | None:
    if "score" in record and "dimension" in record and "consultations" in record:
        dimension = language_key(record["dimension"])
        return f"score {dimension}", int(record["score"])
    names = [name for name in COLUMNS if name in record and "consultations" in record]
    if not names:
        return None
    return names[0], int(str(record["month"]).rstrip("月")) if names[0] == "month" else record[names[0]]


def language_key(name: str) -> str:
    """Tables name a dimension by its column or in the report's language."""
    return next((key for key in DIMENSIONS if language.VOCABULARY[key][0] == name), name)


def missing(value: Any) -> bool:
    return value is None or bool(pd.isna(value))


def counts_outcomes(record: dict) -> bool:
    """Tell whether the consultations of a row are those with an outcome: the base of a rate is."""
    return "conversions" in record or "rate" in record


def read_counts(publication: list[list[dict]]) -> dict[tuple[str, Any, str], float]:
    """Return the counts that are printed: (classification, group, all / known / successes) → number."""
    counts = {}
    for record in itertools.chain.from_iterable(publication):
        if (place := classify(record)) is None:
            continue
        known = counts_outcomes(record)
        columns = {
            "consultations": "known" if known else "all",
            "received": "all",
            "conversions": "successes",
        }
        for column, level in columns.items():
            if column in record and not missing(record[column]):
                counts[*place, level] = float(record[column])
    return counts


# --- the attacker


class Attacker:
    """A linear programme over cells: attributes of a consultation and its outcome."""

    def __init__(self, cells: pd.DataFrame) -> None:
        self.cells = cells
        self.rows: list[np.ndarray] = []
        self.least: list[float] = []
        self.most: list[float] = []

    def count(self, name: str | None, label: Any, level: str) -> np.ndarray:
        chosen = self.cells["outcome"].isin(PARTS[level]).to_numpy()
        if name is not None:
            column, joined = self.cells[name], str(label).split("、") if name == "grade" else [label]
            chosen = chosen & (column.isna() if label is None else column.isin(joined)).to_numpy()
        return chosen.astype(float)

    def learn(self, row: np.ndarray, least: float, most: float) -> None:
        self.rows.append(row)
        self.least.append(least)
        self.most.append(most)

    def read(self, publication: list[list[dict]], rounding: float) -> None:
        """Turn every number that is printed into an equation, percentages within their rounding."""
        for records in publication:
            places = [classify(record) for record in records]
            for record, place in zip(records, places, strict=True):
                if place is not None and place[0] in self.cells:
                    self.read_record(record, place, records, rounding)
                elif "mean" in record and not missing(record["mean"]):
                    self.read_mean(record, rounding)

    def read_record(self, record: dict, place: tuple[str, Any], records: list[dict], rounding: float) -> None:
        known = counts_outcomes(record)
        columns = {
            "consultations": "known" if known else "all",
            "received": "all",
            "conversions": "successes",
        }
        for column, level in columns.items():
            if column in record and not missing(record[column]):
                self.learn(self.count(*place, level), float(record[column]), float(record[column]))
        if known and not missing(record.get("rate")) and missing(record.get("conversions")):
            self.learn_ratio(
                self.count(*place, "successes"), self.count(*place, "known"), record["rate"], rounding
            )
        if any(not missing(record.get(c)) for c in ("low", "high", "interval")):
            # An interval is a function of both counts; of a difference, also of those of all others.
            assert not missing(record["rate" if "difference" in record else "conversions"])
        weights = {r.get(place[0]): r.get("contacts_per_year", 1) for r in records}
        if "contacts" in record and not missing(record["contacts"]):
            row = self.count(*place, "all") * weights[place[1]]
            self.learn(row, float(record["contacts"]), float(record["contacts"]))
        counts = [r.get("contacts", r["consultations"]) for r in records if "consultations" in r]
        if "share" in record and not missing(record["share"]) and any(map(missing, counts)):
            whole = sum(
                self.count(place[0], classify(r)[1], "all") * r.get("contacts_per_year", 1)
                for r in records
                if classify(r)[0] == place[0]
            )
            part = self.count(*place, "all") * record.get("contacts_per_year", 1)
            self.learn_ratio(part, whole, record["share"], rounding)

    def learn_ratio(self, part: np.ndarray, whole: np.ndarray, ratio: float, rounding: float) -> None:
        self.learn(part - (ratio - rounding) * whole, -1e-6, np.inf)
        self.learn(part - (ratio + rounding) * whole, -np.inf, 1e-6)

    def read_mean(self, record: dict, rounding: float) -> None:
        name = f"score {language_key(record['dimension'])}"
        if name in self.cells:
            scores = self.cells[name].fillna(0).to_numpy(float)
            given = self.cells[name].notna().to_numpy(float)
            self.learn(scores - (record["mean"] - rounding * 5) * given, -1e-6, np.inf)
            self.learn(scores - (record["mean"] + rounding * 5) * given, -np.inf, 1e-6)

    def narrow(self, row: np.ndarray) -> tuple[float, float]:
        rows, least, most = np.array(self.rows), np.array(self.least), np.array(self.most)
        same, upper, lower = least == most, np.isfinite(most), np.isfinite(least)
        above = np.vstack([rows[upper & ~same], -rows[lower & ~same]])
        limits = np.concatenate([most[upper & ~same], -least[lower & ~same]])
        ends = []
        for sign in (1, -1):
            result = linprog(sign * row, above, limits, rows[same], least[same], method="highs")
            assert result.status in (0, 3), result.message  # solved, or without bound
            ends.append(sign * result.fun if result.status == 0 else np.inf)
        return ends[0], ends[1]


def tell_what_is_hidden(truth: Truth, published: Any) -> Truth:
    """All successes are the top grade's number where that is the measure: they may be masked, too."""
    average = next(table for table in published if isinstance(table, pd.Series))
    truth.hides_successes = bool(pd.isna(average["conversions"]))
    return truth


def small(value: float, threshold: int) -> bool:
    return 1 <= value <= threshold - 1


class Truth:
    """The counts before protection, and the totals that the attacker is given."""

    def __init__(self, tables: list, grid: pd.DataFrame, total: int, threshold: int) -> None:
        self.counts = read_counts(read_tables(tables))
        for name, label, level in list(self.counts):
            if level == "successes":
                failures = self.counts[name, label, "known"] - self.counts[name, label, level]
                self.counts[name, label, "failures"] = failures
        average = next(table for table in tables if isinstance(table, pd.Series))
        self.known, self.successes = int(average["consultations"]), int(average["conversions"])
        self.hides_successes = False
        self.levels = {(name, level) for name, _, level in self.counts}
        self.outcomes = any(name == "grade" and level == "known" for name, _, level in self.counts)
        self.grid, self.total, self.threshold = grid, total, threshold

    def sum(self, name: str, level: str) -> float:
        return sum(v for (n, _, lv), v in self.counts.items() if n == name and lv == level)

    def blocks(self) -> Iterator[list[str]]:
        names = list(dict.fromkeys(name for name, _, _ in self.counts))
        family = [name for name in names if name == "grade" or name.startswith("score ")]
        if family:
            yield family
        yield from ([name] for name in names if name not in family)

    def cells(self, names: list[str]) -> pd.DataFrame:
        if len(names) == 1 and not names[0].startswith("score "):
            labels = {label for name, label, _ in self.counts if name == names[0]}
            labels = sorted(labels, key=str) + ([] if names[0] == "product" else [None])
            cells = pd.DataFrame({names[0]: pd.Series(labels, dtype=object)})
        else:
            scores = [
                [*sorted(set(self.grid[d]) | {i for n, i, _ in self.counts if n == f"score {d}"}), None]
                for d in DIMENSIONS
            ]
            cells = pd.DataFrame(
                list(itertools.product(*scores)), columns=[f"score {d}" for d in DIMENSIONS], dtype=object
            )
            grades = {tuple(row[d] for d in DIMENSIONS): row["grade"] for _, row in self.grid.iterrows()}
            cells["grade"] = [grades.get(tuple(row)) for row in cells.itertuples(index=False)]
        cells = cells.merge(pd.DataFrame({"outcome": OUTCOMES}), how="cross")
        if "grade" in names and not self.outcomes:
            top = next(label for name, label, _ in self.counts if name == "grade")
            outcome = np.where(cells["grade"] == top, "success", "failure")
            cells = cells[cells["outcome"] == np.where(cells["grade"].isna(), "unknown", outcome)]
        return cells.reset_index(drop=True)


def attack(publication: list[list[dict]], truth: Truth, rounding: float = 1e-9) -> list[tuple]:
    """Return the small counts that a reader can narrow, and to what."""
    narrowed = []
    for names in truth.blocks():
        attacker = Attacker(truth.cells(names))
        attacker.read(publication, rounding)
        tell_totals(attacker, names, truth)
        for (name, label, level), value in truth.counts.items():
            if name not in names or not small(value, truth.threshold) or sealed(name, level, truth):
                continue
            low, high = attacker.narrow(attacker.count(name, label, level))
            if low > 1 + 1e-6 or high < truth.threshold - 1 - 1e-6:
                narrowed.append((name, label, level, low, high))
        narrowed += narrow_missing(attacker, names, truth)
    return narrowed


def tell_totals(attacker: Attacker, names: list[str], truth: Truth) -> None:
    """Give the attacker all totals that are not themselves small: more than any report prints."""
    for name in names:
        for level in ("all", "known"):
            labels = {label for n, label, _ in truth.counts if n == name}
            total = truth.sum(name, level)
            if (name, level) in truth.levels and not small(total, truth.threshold):
                attacker.learn(sum(attacker.count(name, label, level) for label in labels), total, total)
    totals = {"all": truth.total, "known": truth.known, "successes": truth.successes}
    if names == ["product"]:
        totals = {"successes": truth.sum("product", "successes")}
    if sealed(names[0], "successes", truth):
        totals.pop("successes")
    for level, total in totals.items():
        known = any((name, "known") in truth.levels for name in names)
        if not small(total, truth.threshold) and (level != "all" or len(names) > 1) and known:
            attacker.learn(attacker.count(None, None, level), total, total)


def sealed(name: str, level: str, truth: Truth) -> bool:
    """Tell whether a total is itself small: then it is not shown, and no part can reach threshold - 1."""
    totals = (
        {"all": truth.sum(name, "all")} if any(k[0] == name and k[2] == "all" for k in truth.counts) else {}
    )
    if level != "all":
        totals |= {"known": truth.sum(name, "known"), "average": truth.known}
    if level in ("successes", "failures"):
        if truth.hides_successes:
            return True
        totals |= {"successes": truth.successes, "failures": truth.known - truth.successes}
    return any(small(total, truth.threshold) for total in totals.values())


def narrow_missing(attacker: Attacker, names: list[str], truth: Truth) -> Iterator[tuple]:
    """Those in no group are printed nowhere, but follow from totals: their outcomes must stay open."""
    for name in names:
        rest = truth.known - truth.sum(name, "known")
        if name == "product" or (name, "known") not in truth.levels or not small(rest, truth.threshold):
            continue
        # That nobody of a larger group converted is told openly, and so nobody of those within it.
        missed = truth.successes - truth.sum(name, "successes")
        if truth.successes in (0, truth.known):  # nobody converted, or everybody
            continue
        if not sealed(name, "successes", truth) and (len(names) == 1 or 0 < missed < rest):
            low, high = attacker.narrow(attacker.count(name, None, "successes"))
            if low > 1e-6 or high < (rest if len(names) == 1 else 1) - 1e-6:
                yield name, None, "successes", low, high


def assert_small_counts_are_hidden(publication: list[list[dict]], truth: Truth) -> None:
    """Also where a total is small, no small count may be printed as it is."""
    shown = read_counts(publication)
    for (name, label, level), value in truth.counts.items():
        if small(value, truth.threshold):
            assert (name, label, "successes" if level == "failures" else level) not in shown


# --- random and adversarial data


def make_grid(scores: int, cuts: tuple[int, ...]) -> pd.DataFrame:
    grid = pd.DataFrame(itertools.product(range(1, scores + 1), repeat=3), columns=DIMENSIONS)
    return grade(grid, cuts)


def grade(table: pd.DataFrame, cuts: tuple[int, ...]) -> pd.DataFrame:
    tenths = 4 * table["intent"] + 3 * table["clarity"] + 3 * table["satisfaction"]
    letters = list("DCBA")[-len(cuts) - 1 :]
    place = sum((tenths >= cut).astype("Int64") for cut in cuts)
    names = place.map(dict(enumerate(letters)))
    return table.assign(grade=pd.Categorical(names, categories=letters, ordered=True))


def draw_consultations(seed: int, rows: int, scores: int, unknown: float, lost: float) -> pd.DataFrame:
    """Draw consultations whose groups differ in size by orders of magnitude."""
    random = np.random.default_rng(seed)

    def pick(values: list, skew: float) -> np.ndarray:
        return random.choice(values, rows, p=random.dirichlet(np.full(len(values), skew)))

    skew = float(random.choice([0.1, 0.4, 1.0]))
    table = pd.DataFrame({d: pick(list(range(1, scores + 1)), skew) for d in DIMENSIONS}).astype("Int64")
    table["customer_type"] = pick(["甲", "乙", "丙", "丁", "戊"], skew)
    table["source"] = pick(["x", "y", "z"], skew)
    table["product"] = pick(["总账", "总账、报税", "报税", "发票"], skew)
    table["consulted_on"] = pd.to_datetime("2025-01-15") + pd.to_timedelta(
        30 * pick(list(range(6)), skew), "D"
    )
    chance = random.choice([0.02, 0.3, 0.97])
    table["converted"] = pd.array(random.random(rows) < chance, dtype="boolean")
    for column in (*DIMENSIONS, "customer_type", "consulted_on"):
        table[column] = table[column].mask(random.random(rows) < lost)
    table["converted"] = table["converted"].mask(random.random(rows) < unknown)
    return table


def tabulate(scored: pd.DataFrame) -> list:
    """Return all tables of a report."""
    measure = conversion.choose_measure(scored)
    grades = conversion.grades(scored)
    contacts = grades[["consultations"]].assign(contacts_per_year=[52, 12, 4, 1][: len(grades)])
    contacts["contacts"] = contacts["consultations"] * contacts["contacts_per_year"]
    contacts["share"] = contacts["contacts"] / max(contacts["contacts"].sum(), 1)
    levels = {"consultations": "all", "contacts": "contacts"}
    table_metadata.describe(contacts, counts=Counts(("grade",), levels))
    return [
        grades,
        conversion.by_grade(scored),
        *(conversion.by(scored, name, measure) for name in ("customer_type", "source", "product")),
        conversion.by_period(scored, measure),
        conversion.score_shares(scored, DIMENSIONS),
        conversion.by_score(scored, DIMENSIONS, measure),
        conversion.score_means(scored, DIMENSIONS),
        contacts,
        conversion.overall(scored, measure),
    ]


slices = st.fixed_dictionaries(
    {
        "seed": st.integers(0, 10_000),
        "rows": st.sampled_from([0, 5, 12, 30, 90, 300]),
        "scores": st.integers(2, 3),
        "unknown": st.sampled_from([0.0, 0.0, 0.1]),
        "lost": st.sampled_from([0.0, 0.0, 0.05]),
    }
)
CUTS = {2: ((15, 18), (13,)), 3: ((15, 20, 25), (18, 27))}


@settings(max_examples=25, deadline=None, derandomize=True, database=None)
@given(slices, st.integers(0, 1), st.sampled_from([3, 10]), st.booleans())
def test_no_small_count_of_a_publication_can_be_narrowed(
    drawn: dict, cuts: int, threshold: int, outcomes: bool
) -> None:
    borders = CUTS[drawn["scores"]][cuts]
    scored = grade(draw_consultations(**drawn), borders)
    scored = scored if outcomes else scored.drop(columns="converted")
    tables, grid = tabulate(scored), make_grid(drawn["scores"], borders)
    policy = disclosure.Policy(threshold, 10.0)
    protected = disclosure.protect(policy, *tables, grid=grid, total=len(scored))
    truth = tell_what_is_hidden(Truth(tables, grid, len(scored), threshold), protected)
    published = read_tables(protected)
    assert_small_counts_are_hidden(published, truth)
    assert attack(published, truth) == []


def test_the_attacker_finds_what_is_not_protected() -> None:
    """An attacker that finds nothing in open tables would prove nothing."""
    scored = grade(draw_consultations(1, 90, 3, 0.0, 0.0), CUTS[3][0])
    tables, grid = tabulate(scored), make_grid(3, CUTS[3][0])
    truth = Truth(tables, grid, len(scored), 10)
    assert attack(read_tables(tables), truth)
    only_small = [mask_small(table) for table in tables]
    assert attack(read_tables(only_small), truth)


def mask_small(table: Any) -> Any:
    """Primary suppression alone, as a naive program does it."""
    if isinstance(table, pd.Series) or "consultations" not in table:
        return table
    few = table["consultations"].between(1, 9)
    return (
        table.astype(dict.fromkeys(table.select_dtypes("number"), float))
        .mask(few & True, axis=0)
        .assign(**{c: table[c] for c in ("dimension", "score", "contacts_per_year", "mean") if c in table})
    )


@settings(max_examples=15, deadline=None, derandomize=True, database=None)
@given(slices)
def test_every_edition_of_a_slice_masks_the_same(drawn: dict) -> None:
    scored = grade(draw_consultations(**drawn), CUTS[drawn["scores"]][0])
    grid, policy = make_grid(drawn["scores"], CUTS[drawn["scores"]][0]), disclosure.Policy(10, 10.0)
    grades, by_grade, by_type, _, by_product, _, shares, by_score, _, _, average = tables = tabulate(scored)
    industry = disclosure.protect(policy, *tables, grid=grid, total=len(scored))
    college = disclosure.protect(
        policy, average, by_score, shares, by_product, by_grade, grades, grid=grid, total=len(scored)
    )
    government = disclosure.protect(policy, by_type, average)
    both = [(industry[0], college[5]), (industry[1], college[4]), (industry[4], college[3])]
    both += [(industry[6], college[2]), (industry[7], college[1]), (industry[2], government[0])]
    for one, other in both:
        pd.testing.assert_frame_equal(one, other)


@settings(max_examples=10, deadline=None, derandomize=True, database=None)
@given(slices, st.integers(0, 10_000))
def test_the_change_from_one_year_to_the_next_tells_nothing(drawn: dict, seed: int) -> None:
    """Two reports, and in the second the change of every count and rate: masked where either year is."""
    grid, policy = make_grid(drawn["scores"], CUTS[drawn["scores"]][0]), disclosure.Policy(10, 10.0)
    years = []
    for one in (drawn, drawn | {"seed": seed}):
        scored = grade(draw_consultations(**one), CUTS[drawn["scores"]][0])
        tables = tabulate(scored)
        published = disclosure.protect(policy, *tables, grid=grid, total=len(scored))
        years.append((published, tell_what_is_hidden(Truth(tables, grid, len(scored), 10), published)))
    (earlier, _), (later, _) = years
    for place in (0, 2, 3, 5):
        numbers = [c for c in ("consultations", "conversions", "rate") if c in later[place]]
        change = later[place][numbers] - earlier[place][numbers]
        # What the change adds to the other year's table is that table again: a reader learns a count of one
        # year from the change only where the other year's is shown.
        for column in numbers:
            shown = earlier[place][column].reindex(change.index).notna()
            assert later[place][column].reindex(change.index)[shown & change[column].notna()].notna().all()
    for published, truth in years:
        assert attack(read_tables(published), truth) == []


# --- a reader who runs the program on every table there could be


def compositions(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    if parts == 1:
        yield (total,)
        return
    for one in range(total + 1):
        yield from ((one, *rest) for rest in compositions(total - one, parts - 1))


def frame(known: tuple[int, ...], successes: tuple[int, ...]) -> pd.DataFrame:
    index = pd.Index(list("abcd")[: len(known)], name="customer_type")
    table = pd.DataFrame({"consultations": known, "conversions": successes}, index=index)
    table = table.assign(rate=table["conversions"] / table["consultations"].where(table["consultations"] > 0))
    return table_metadata.describe(table, counts=Counts(("customer_type",), LEVELS))


def whole(known: int, successes: int) -> pd.Series:
    row = pd.Series({"consultations": known, "conversions": successes, "rate": successes / known})
    return table_metadata.describe(row, counts=Counts((), LEVELS))


def seen(tables: Any) -> str:
    return repr([(table.index.to_list(), table.to_numpy(float).round(9).tolist()) for table in tables])


@pytest.mark.parametrize(("total", "groups", "threshold"), [(14, 3, 3), (14, 4, 3), (21, 3, 4), (14, 4, 4)])
def test_which_counts_are_masked_tells_nothing_about_them(total: int, groups: int, threshold: int) -> None:
    """Try every table: those that print the same must leave every small count open (minimality attack)."""
    policy = disclosure.Policy(threshold, 10.0)
    worlds = defaultdict(list)
    for known in compositions(total, groups):
        table = frame(known, tuple(0 for _ in known))
        average = whole(total, 0)
        worlds[seen(disclosure.protect(policy, table, average))].append(known)
    assert narrowed_worlds(worlds, threshold) == []


WORLDS = [(12, 4)] if "ATTACK_WORLDS" not in os.environ else [(18, 8), (16, 5)]  # as many in `make attack`


def narrowed_worlds(worlds: dict[str, list[tuple[int, ...]]], threshold: int) -> list:
    found = []
    for same in worlds.values():
        for place in range(len(same[0])):
            possible = {world[place] for world in same}
            if possible & set(range(1, threshold)) and not possible >= set(range(1, threshold)):
                found.append((place, sorted(possible), same))
    return found


@pytest.mark.parametrize(("total", "successes"), WORLDS)
def test_which_outcomes_are_masked_tells_next_to_nothing(total: int, successes: int) -> None:
    """With two nested counts, what is known to be masked may narrow one small count in a hundred."""
    policy, threshold = disclosure.Policy(3, 10.0), 3
    average = whole(total, successes)
    worlds = defaultdict(list)
    for known in compositions(total, 3):
        for reached in itertools.product(*(range(n + 1) for n in known)):
            if sum(reached) == successes:
                failed = tuple(n - c for n, c in zip(known, reached, strict=True))
                view = seen(disclosure.protect(policy, frame(known, reached), average))
                worlds[view].append(known + reached + failed)
    counts = [value for same in worlds.values() for world in same for value in world]
    narrowed = [
        world
        for place, possible, same in narrowed_worlds(worlds, threshold)
        for world in same
        if small(world[place], threshold)
    ]
    assert len(narrowed) <= 0.01 * sum(small(value, threshold) for value in counts)


# --- the reports themselves


@pytest.mark.slow
@pytest.mark.parametrize("rows", first([400, 60]))
def test_no_small_count_of_a_rendered_report_can_be_narrowed(rows: int, tmp_path: Path) -> None:
    data = tmp_path / "data"
    sample.write(data, rows=rows)
    (tmp_path / "x.yaml").write_text(
        f"region: 黄山市\nyear: 2025\ndata: {data.as_posix()}\n", encoding="utf-8"
    )
    run = [sys.executable, "-c", "from industry_report.cli import main; main()", "build"]
    command = [*run, str(tmp_path / "x.yaml"), "--output", str(tmp_path / "out")]
    made = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8")
    assert made.returncode == 0, made.stderr
    page = next((tmp_path / "out").rglob("industry.zh.html"))
    truth = tell_truth(data)
    published = read_json(page.with_suffix(".json"))
    for appendix in (read_csv(page.with_suffix(".csv")), read_workbook(page.with_suffix(".xlsx"))):
        assert_appendix_tells_no_more(appendix, published)
    assert read_counts(read_html(page)) == pytest.approx(read_counts(published))
    for publication, rounding in ((read_html(page), 0.0005001), (published, 1e-9)):
        assert any(classify(record) for records in publication for record in records)
        assert_counts_are_true(publication, truth)
        assert_small_counts_are_hidden(publication, truth)
        assert attack(publication, truth, rounding) == []


def assert_counts_are_true(publication: list[list[dict]], truth: Truth) -> None:
    """An attack on other groups or outcomes than those of the report would find nothing and prove nothing."""
    shown = read_counts(publication)
    joined = {place for place in shown if place[0] == "grade" and "、" in place[1]}
    assert {place: shown[place] for place in shown.keys() - joined} == {
        place: truth.counts.get(place) for place in shown.keys() - joined
    }


def assert_appendix_tells_no_more(appendix: list[list[dict]], published: list[list[dict]]) -> None:
    """What holds for the JSON then holds for the appendix: its numbers are the same, its gaps, too."""
    assert read_counts(appendix) == pytest.approx(read_counts(published))
    for own, others in zip(appendix, [records for records in published if records], strict=True):
        for record, other in zip(own, others, strict=True):
            assert find_numbers(record) <= find_numbers(other)


def find_numbers(record: dict) -> set[float]:
    values = [read_number(value) if isinstance(value, str) else value for value in record.values()]
    return {round(float(value), 9) for value in values if isinstance(value, int | float)}


def tell_truth(data: Path) -> Truth:
    card = scoring.load_scorecard(ROOT / "params" / "scorecards" / "consultation.yaml")
    policy = disclosure.load_policy(ROOT / "params" / "publisher.yaml", "industry")
    window = outcome_window.choose_window(dataset.load(data, region="黄山市"))
    scored = scoring.score(dataset.load(data, region="黄山市", year=2025), card)
    followed = bases.of_the_year(outcome_window.follow(scored, window), 2025)
    graded = followed[followed["grade"].notna()]  # what the notebook reports on
    successes = conversion.choose_measure(followed).successes(graded)
    pooled = pooling.pool_categories(graded, successes, ("customer_type", "source", "product"), policy)
    tables = tabulate(pooled)
    tables[9] = workload.contacts(tables[0], card)
    return Truth(tables, scoring.combinations(card), len(graded), policy.threshold)
