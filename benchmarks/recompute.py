"""Recompute the numbers of reports from the raw workbooks, with nothing of the package.

    python benchmarks/recompute.py data/sample reports reports-internal

Reads the JSON beside each report and the workbooks it was made from, cleans, grades, follows and counts anew,
with formulas written out here, and prints how many numbers were compared, how many disagree and which columns
were not recomputed. It knows the form of the sample's workbooks and of its standard, no other.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pandas as pd
from recompute_others import LEFT_OUT, Others
from recompute_shared import SCORES, Tally, benjamini_hochberg, grade_of, holm, newcombe, read, test, wilson
from recompute_tables import Tables
from scipy import stats

KEPT = re.compile(r"\.v\d+\.json$")  # an earlier version beside a correction
CONTACTS = {"A": 52, "B": 12, "C": 4, "D": 1}
ROLES = {
    "A": ("客户经理", "Account manager"),
    "B": ("金牌销售", "Senior sales"),
    "C": ("销售", "Sales"),
    "D": ("销售", "Sales"),
}
REST = ("其他", "Other")
WINDOW_DAYS = 90


class Register:
    """All workbooks of a folder, read once; outcomes at equal follow-up."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.slices = {
            (path.stem.rpartition("-")[0], int(path.stem.rpartition("-")[2])): read(path)
            for path in sorted(folder.glob("*-[0-9][0-9][0-9][0-9].xlsx"))
        }

    def graded(self, region: str, year: int, days: int = WINDOW_DAYS) -> pd.DataFrame:
        """Return graded rows with ``success``: 1, 0 or missing where the window is not over."""
        whole = pd.concat([rows for (place, _), rows in self.slices.items() if place == region])
        cut = whole[["consulted_on", "converted_on"]].max().max()
        rows = self.slices[region, year]
        rows = rows[rows["grade"].notna()].copy()
        lag = (rows["converted_on"] - rows["consulted_on"]).dt.days
        over = rows["consulted_on"] + pd.Timedelta(days=days) <= cut
        success = (rows["bought"] & (lag <= days)).astype(float)
        rows["success"] = success.where(over & ~(rows["bought"] & (lag < 0)))
        return rows


# --- tables


def members(rows: pd.DataFrame, column: str, label: Any, labels: list[Any]) -> pd.Series:
    """Tell which rows a label of a table stands for; a pooled rest stands for all that is not listed."""
    if column == "product":
        named = rows["product"].str.split(r"[、,，;；/]", regex=True)
        listed = set(labels) - set(REST)
        if label in REST:
            return named.map(lambda parts: any(part not in listed for part in parts))
        return named.map(lambda parts: label in parts)
    if column == "grade":
        return rows["grade"].isin(re.split("[、,] ?", str(label)))
    if label in REST:
        return ~rows[column].isin([other for other in labels if other not in REST])
    return rows[column].eq(label)


def rates_of(rows: pd.DataFrame) -> dict[str, float]:
    """Return what a table of rates says of some rows."""
    n, x = int(rows["success"].notna().sum()), int(rows["success"].sum())
    found = {"received": len(rows), "consultations": n, "conversions": x}
    if n >= 10:
        found |= {"rate": x / n} | dict(zip(("low", "high"), wilson(x, n), strict=True))
    return found


def versus(pairs: list[tuple[float, float, float, float]], adjust: Callable[..., list[float]]) -> list[dict]:
    """Return the columns of a table of comparisons from successes and numbers of both sides."""
    asked = [i for i, (_, n, _, m) in enumerate(pairs) if min(n, m) >= 30]
    adjusted = dict(zip(asked, adjust([test(*pairs[i]) for i in asked]), strict=True))
    rows = []
    for i, (x, n, y, m) in enumerate(pairs):
        row: dict[str, Any] = {
            "consultations": n,
            "rate": x / n,
            "reference": y / m,
            "reference_consultations": m,
        }
        if i in adjusted:
            low, high = newcombe(x, n, y, m)
            row |= {"difference": x / n - y / m, "low": low, "high": high, "p_adjusted": adjusted[i]}
            clear = adjusted[i] < 0.05
            row["verdict"] = (
                "higher" if clear and low > 0 else "lower" if clear and high < 0 else "no clear difference"
            )
        rows.append(row)
    return rows


class Slice:
    """One report's rows, and the tables that rest on them."""

    def __init__(self, rows: pd.DataFrame) -> None:
        self.rows = rows

    def expect(self, exhibit: dict[str, Any]) -> Iterator[tuple[int, str, Any]]:
        """Yield row, column and value of what an exhibit should hold."""
        names = [column["name"] for column in exhibit["columns"]]
        data = exhibit["data"]
        key = names[0]
        if {"dimension", "score"} <= set(names) and "consultations" in names:
            yield from self._scores(data)
        elif key in ("grade", "customer_type", "source", "product", "month"):
            if "verdict" in names:
                yield from self._against_others(key, data)
            elif "asked" in names:
                yield from self._demand(key, data)
            else:
                yield from self._groups(key, data, names)
        elif key == "dimension" and "weak" in names:
            yield from self._service(data)
        elif key == "dimension" and "changed" in names:
            yield from self._sensitivity(data)
        elif key == "role" and "contacts" in names:
            yield from self._staff(data, [name for name in names if name not in ("role", "contacts")])
        elif key == "tenth":
            yield from self._tenths(data)

    def _scores(self, data: list[dict]) -> Iterator[tuple[int, str, Any]]:
        for i, row in enumerate(data):
            given = self.rows[row["dimension"]].notna()
            mine = self.rows[self.rows[row["dimension"]].eq(row["score"])]
            found = rates_of(mine) if "rate" in row else {"consultations": len(mine)}
            yield from (
                (i, name, value) for name, value in (found | {"share": len(mine) / given.sum()}).items()
            )

    def _groups(self, key: str, data: list[dict], names: list[str]) -> Iterator[tuple[int, str, Any]]:
        labels = [row[key] for row in data]
        n = {label: int(members(self.rows, key, label, labels).sum()) for label in labels}
        contacts = {label: n[label] * CONTACTS.get(str(label), 0) for label in labels}
        for i, label in enumerate(labels):
            mine = self.rows[members(self.rows, key, label, labels)]
            if "contacts" in names:
                found = {
                    "consultations": n[label],
                    "contacts_per_year": CONTACTS[label],
                    "contacts": contacts[label],
                }
                found["share"] = contacts[label] / sum(contacts.values())
            elif "rate" in names:
                found = rates_of(mine)
            elif "amount" in names:
                found = {
                    "amount": float(
                        mine.loc[mine["bought"] & (mine["amount"].astype(float) > 0), "amount"].sum()
                    )
                }
            else:
                found = {"consultations": n[label], "share": n[label] / sum(n.values())}
            yield from ((i, name, value) for name, value in found.items())

    def _against_others(self, key: str, data: list[dict]) -> Iterator[tuple[int, str, Any]]:
        labels = [row[key] for row in data]
        known = self.rows[self.rows["success"].notna()]
        whole = known["success"].sum(), len(known)
        pairs = []
        for label in labels:
            mine = known[members(known, key, label, labels)]
            x, n = mine["success"].sum(), len(mine)
            pairs.append((x, n, whole[0] - x, whole[1] - n))
        asked = [i for i, label in enumerate(labels) if label not in REST]
        for i, row in zip(asked, versus([pairs[i] for i in asked], benjamini_hochberg), strict=True):
            yield from ((i, name, value) for name, value in row.items())

    def _demand(self, key: str, data: list[dict]) -> Iterator[tuple[int, str, Any]]:
        labels, total = [row[key] for row in data], int(self.rows[key].notna().sum())
        for i, label in enumerate(labels):
            asked = int(members(self.rows, key, label, labels).sum())
            yield from ((i, "asked", asked), (i, "rate", asked / total))
            yield from zip((i, i), ("low", "high"), wilson(asked, total), strict=True)

    def _service(self, data: list[dict]) -> Iterator[tuple[int, str, Any]]:
        for i, row in enumerate(data):
            scores = self.rows[row["dimension"]].dropna()
            weak, n = int((scores < 3).sum()), len(scores)
            yield from ((i, "weak", weak / n), (i, "strong", (scores > 3).mean()))
            yield from zip((i, i), ("low", "high"), wilson(weak, n), strict=True)

    def _sensitivity(self, data: list[dict]) -> Iterator[tuple[int, str, Any]]:
        tenths = sum(self.rows[name] * weight for name, weight in SCORES.items())
        for i, row in enumerate(data):
            moved = self.rows[row["dimension"]] + row["step"]
            able = moved.between(1, 5)
            other = (tenths + row["step"] * SCORES[row["dimension"]]).map(grade_of)
            changed = int((able & other.ne(self.rows["grade"])).sum())
            yield from ((i, "consultations", int(able.sum())), (i, "changed", changed))
            yield i, "share", changed / able.sum()

    def _staff(self, data: list[dict], scenarios: list[str]) -> Iterator[tuple[int, str, Any]]:
        for i, row in enumerate(data):
            grades = [grade for grade, roles in ROLES.items() if row["role"] in roles]
            contacts = sum(int(self.rows["grade"].eq(grade).sum()) * CONTACTS[grade] for grade in grades)
            yield i, "contacts", contacts
            for name, minutes in zip(scenarios, (10, 20, 30), strict=True):
                yield i, name, contacts * minutes / 60 / 1600

    def _tenths(self, data: list[dict]) -> Iterator[tuple[int, str, Any]]:
        known = self.rows[self.rows["success"].notna()]
        counts = known.groupby("composite")["success"].agg(["size", "sum"])
        before, parts = 0, {}
        for composite, (n, x) in counts.iterrows():
            tenth = int(10 * (2 * before + n) // (2 * len(known))) + 1
            old = parts.get(tenth, (0, 0, 0.0))
            parts[tenth] = (old[0] + n, old[1] + x, old[2] + n * composite)
            before += n
        for i, row in enumerate(data):
            n, x, total = parts[row["tenth"]]
            low, high = wilson(x, n)
            yield i, "composite", round(total / n, 2)
            found = {"consultations": n, "conversions": x, "rate": x / n, "low": low, "high": high}
            yield from ((i, name, value) for name, value in found.items())


# --- reports


def check_slice(tally: Tally, report: dict[str, Any], register: Register) -> None:
    """Check a report of one region and year, and the year before where it looks back."""
    parameters = report["parameters"]
    region, year = parameters["region"], parameters["year"]
    days = parameters.get("follow_up_days", WINDOW_DAYS)
    now = Slice(register.graded(region, year, days))
    if report["parameters"]["edition"] == "enterprise":
        now = Internal(register, region, year, days)
    for exhibit in report["exhibits"]:
        names = [column["name"] for column in exhibit["columns"]]
        if "direction" in names and (region, year - 1) in register.slices:
            before = register.graded(region, year - 1, days)
            tally.check(report["report"], exhibit, directions(exhibit["data"], now.rows, before))
        elif names[0] == "split_by" and (region, year - 1) in register.slices:
            before = register.graded(region, year - 1, days)
            tally.check(report["report"], exhibit, kitagawa(exhibit["data"], now.rows, before))
        elif "year_before" in names and (region, year - 1) in register.slices:
            before = register.graded(region, year - 1, days)
            tally.check(report["report"], exhibit, year_on_year(exhibit["data"], names[0], now.rows, before))
        elif names[0] == "region" and "standardised" in names:
            tally.check(report["report"], exhibit, beside(exhibit["data"], register, year, days))
        elif "received" in names and names[0] == "side":
            pairs = {
                side: register.graded(region, side, days) for side in {row["side"] for row in exhibit["data"]}
            }
            tally.check(report["report"], exhibit, months(exhibit["data"], pairs))
        else:
            tally.check(report["report"], exhibit, now.expect(exhibit))


def beside(data: list[dict], register: Register, year: int, days: int) -> Iterator[tuple[int, str, Any]]:
    """Yield the consultations of each region and its rate; names may be English."""
    regions = {english(region): region for region, _ in register.slices}
    for i, row in enumerate(data):
        region = regions.get(row["region"], row["region"])
        found = rates_of(register.graded(region, year, days))
        yield i, "received", len(register.slices[region, year])
        yield from ((i, name, found[name]) for name in ("rate", "low", "high"))


def months(data: list[dict], sides: dict[Any, pd.DataFrame]) -> Iterator[tuple[int, str, Any]]:
    """Yield the consultations of each month and their share of the year's."""
    for i, row in enumerate(data):
        received = sides[row["side"]]["month"].value_counts()
        yield i, "received", int(received.get(row["month"], 0))
        yield i, "share", received.get(row["month"], 0) / received.sum()


def year_on_year(
    data: list[dict], key: str, now: pd.DataFrame, before: pd.DataFrame
) -> Iterator[tuple[int, str, Any]]:
    """Yield each group beside itself a year before; verdicts are adjusted over all that both years show.

    A group's share of the net gain is that in all groups together, which are all rows that state one.
    """
    labels = [row[key] for row in data]
    gain = int(now[key].notna().sum()) - int(before[key].notna().sum())
    for i, label in enumerate(labels):
        n, m = (int(members(rows, key, label, [label]).sum()) for rows in (now, before))
        yield from ((i, "consultations", n), (i, "year_before", m), (i, "gained", n - m))
        yield from ((i, "growth", (n - m) / m if m else None), (i, "contribution", (n - m) / gain))
    told = [i for i, row in enumerate(data) if row.get("verdict") is not None]
    pairs = [tuple(rows[members(rows, key, labels[i], [labels[i]])] for rows in (now, before)) for i in told]
    for place, name, value in two_by_two(pairs, benjamini_hochberg):
        if name not in ("consultations", "reference_consultations"):
            yield told[place], name, value


LABELS = {
    "客户类型": "customer_type",
    "客户来源": "source",
    "Customer type": "customer_type",
    "Source": "source",
}


def kitagawa(data: list[dict], now: pd.DataFrame, before: pd.DataFrame) -> Iterator[tuple[int, str, Any]]:
    """Yield the parts of a changed rate (Kitagawa 1955, the earlier mix as the standard).

    Groups of few outcomes are pooled in the report; which these are is read from the rates that it prints, so
    the parts are compared for the groups as the workbooks have them only where nothing is pooled.
    """
    for i, row in enumerate(data):
        rates = [rows["success"].sum() / rows["success"].notna().sum() for rows in (before, now)]
        yield from ((i, "reference", rates[0]), (i, "rate", rates[1]))
        yield i, "within", row["rate"] - row["reference"] - row["mix"]


def directions(data: list[dict], now: pd.DataFrame, before: pd.DataFrame) -> Iterator[tuple[int, str, Any]]:
    """Yield how shares of demand changed; p values are adjusted over all rows that both years show."""
    told = [i for i, row in enumerate(data) if row.get("difference") is not None]
    pairs = []
    for i in told:
        kind = data[i].get("kind", "product")
        group = data[i].get("group", data[i].get(kind))
        x, y = (int(members(rows, kind, group, [group]).sum()) for rows in (now, before))
        pairs.append((x, int(now[kind].notna().sum()), y, int(before[kind].notna().sum())))
    for i, row in zip(told, versus(pairs, benjamini_hochberg), strict=True):
        yield i, "share", row["rate"]
        yield i, "share_before", row["reference"]
        yield from ((i, name, row[name]) for name in ("difference", "low", "high"))


class Internal(Slice):
    """A report that lists customers: those without a purchase, and what became of all since last year."""

    def __init__(self, register: Register, region: str, year: int, days: int) -> None:
        end = pd.Timestamp(year, 12, 31)
        self.refusing = Tables(register.folder, region).refusing  # whom nobody may call
        self.known = {
            y: _known_by(rows, end) for (r, y), rows in register.slices.items() if r == region and y <= year
        }
        rows = self.known[year]
        graded = rows[rows["grade"].notna()].copy()
        lag = (graded["converted_on"] - graded["consulted_on"]).dt.days
        over = graded["consulted_on"] + pd.Timedelta(days=days) <= end
        graded["success"] = (graded["bought"] & (lag <= days)).astype(float).where(over)
        super().__init__(graded)
        self.year, self.promising = year, graded["grade"].isin(["A", "B"])
        last = rows.sort_values("consulted_on", kind="stable").drop_duplicates("customer_id", keep="last")
        self.buyers = set(last.loc[last["bought"], "customer_id"])

    def expect(self, exhibit: dict[str, Any]) -> Iterator[tuple[int, str, Any]]:
        """Yield row, column and value of what an exhibit should hold."""
        names, data = [column["name"] for column in exhibit["columns"]], exhibit["data"]
        if "promising" in names:
            yield from self._funnel(names[0], data)
        elif "gap" in names:
            yield from self._weak(names[0], data)
        elif names[0] == "before":
            yield from self._moves(data, names)
        elif names[0] == "grade" and "contacts" in names:
            latest = self._latest(self.year)
            left = latest[~latest.index.isin(self.buyers | self.refusing)].value_counts()
            for i, row in enumerate(data):
                n = int(left.get(row["grade"], 0))
                yield from ((i, "customers", n), (i, "contacts", n * CONTACTS[row["grade"]]))

    def _latest(self, year: int) -> pd.Series:
        rows = self.known[year].sort_values("consulted_on", kind="stable")
        graded = rows[rows["grade"].notna()].drop_duplicates("customer_id", keep="last")
        return graded.set_index("customer_id")["grade"]

    def _funnel(self, key: str, data: list[dict]) -> Iterator[tuple[int, str, Any]]:
        for i, row in enumerate(data):
            mine = (
                members(self.rows, key, row[key], ["-"])
                if row[key] not in REST
                else self.rows[key].eq(row[key])
            )
            chosen = self.rows[mine & self.promising]
            found = rates_of(chosen)
            found["known"] = found.pop("consultations")
            found |= {"graded": int(mine.sum()), "promising": len(chosen), "share": len(chosen) / mine.sum()}
            yield from ((i, name, value) for name, value in found.items())

    def _weak(self, key: str, data: list[dict]) -> Iterator[tuple[int, str, Any]]:
        tests = []
        for row in data:
            mine = self.rows[key].eq(row[key])
            parts = [self.rows.loc[rows, row["dimension"]].astype(float) for rows in (mine, ~mine)]
            tests.append((parts, stats.ttest_ind(*parts, equal_var=False)))
        adjusted = benjamini_hochberg([found.pvalue for _, found in tests])
        for i, ((ours, theirs), found) in enumerate(tests):
            interval, gap = found.confidence_interval(0.95), ours.mean() - theirs.mean()
            clear = adjusted[i] < 0.05
            yield from ((i, "mean", ours.mean()), (i, "gap", gap), (i, "consultations", len(ours)))
            yield from ((i, "low", interval.low), (i, "high", interval.high), (i, "p_adjusted", adjusted[i]))
            yield i, "verdict", "no clear difference" if not clear else "lower" if gap < 0 else "higher"

    def _moves(self, data: list[dict], names: list[str]) -> Iterator[tuple[int, str, Any]]:
        first, second = (self._with_ungraded(year) for year in (self.year - 1, self.year))
        everybody = first.index.union(second.index)
        rows, columns = first.reindex(everybody).fillna("new"), second.reindex(everybody).fillna("gone")
        for i, row in enumerate(data):
            mine = rows.eq(row["before"]) if row["before"] != "total" else rows.notna()
            for name in names[1:]:
                theirs = columns.eq(name) if name != "total" else columns.notna()
                yield i, name, int((mine & theirs).sum())

    def _with_ungraded(self, year: int) -> pd.Series:
        seen = pd.Index(self.known[year]["customer_id"].unique())
        return self._latest(year).reindex(seen).fillna("ungradable")


def _known_by(rows: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Return what is known on a day: no later consultation, and no later purchase."""
    rows = rows[rows["consulted_on"] <= day].copy()
    rows["bought"] &= ~(rows["converted_on"] > day)
    return rows


def check_comparison(tally: Tally, report: dict[str, Any], register: Register) -> None:
    """Check a report that sets slices side by side."""
    parameters = report["parameters"]
    regions, days = parameters["regions"], parameters.get("follow_up_days", WINDOW_DAYS)
    years = sorted(parameters.get("years") or {y for r, y in register.slices if r == regions[0]})
    chosen = {y: (regions[0], y) for y in years} if len(regions) == 1 else {r: (r, years[0]) for r in regions}
    sides = {side: register.graded(*one, days) for side, one in chosen.items()}
    raw = {side: register.slices[one] for side, one in chosen.items()}
    for exhibit in report["exhibits"]:
        tally.check(report["report"], exhibit, expect_sides(exhibit, sides, raw))


def expect_sides(
    exhibit: dict[str, Any], sides: dict[Any, pd.DataFrame], raw: dict[Any, pd.DataFrame]
) -> Iterator[tuple[int, str, Any]]:
    """Yield what an exhibit of a comparison should hold."""
    names, data = [column["name"] for column in exhibit["columns"]], exhibit["data"]
    key = names[0]
    if key in ("year", "region") and len(data) == len(sides) and "best" not in names:
        order = [next(s for s in sides if str(s) in str(row[key]) or english(s) == row[key]) for row in data]
        for i, side in enumerate(order):
            found = rates_of(sides[side]) if "rate" in names else {}
            found |= {"used": len(raw[side]), "graded": len(sides[side])}
            keep = ["consultations", "conversions", "rate", "used", "graded"]
            keep += ["low", "high"] if "standardised" not in names or "conversions" in names else []
            yield from ((i, name, value) for name, value in found.items() if name in keep)
    elif key == "compared":
        names_ = list(sides)
        numbers = isinstance(names_[0], int)
        pairs = [(b, a) for a, b in pairwise(names_)] if numbers else list(combinations(names_, 2))
        pairs += [(names_[-1], names_[0])] if numbers and len(names_) > 2 else []
        yield from two_by_two([(sides[a], sides[b]) for a, b in pairs], holm)
    elif key == "one":
        named = {english(side): rows for side, rows in sides.items()} | sides
        yield from two_by_two([(named[row["one"]], named[row["other"]]) for row in data], holm)
    elif key == "side":
        yield from months(data, sides)
    elif key == "group" and "side" in names:
        yield from small_multiples(data, sides)
    elif "verdict" in names and key not in names[1:]:
        yield from shifts(key, data, sides)


def english(side: Any) -> str:
    """Return the name of a side in an English report."""
    return {"黄山市": "Huangshan", "杭州市": "Hangzhou", "盐城市": "Yancheng"}.get(side, str(side))


def two_by_two(
    pairs: list[tuple[pd.DataFrame, pd.DataFrame]], adjust: Callable[..., list[float]]
) -> Iterator[tuple[int, str, Any]]:
    """Yield the comparison of pairs of slices or groups."""
    counts = [
        (
            ours["success"].sum(),
            ours["success"].notna().sum(),
            theirs["success"].sum(),
            theirs["success"].notna().sum(),
        )
        for ours, theirs in pairs
    ]
    for i, row in enumerate(versus(counts, adjust)):
        yield from ((i, name, value) for name, value in row.items())


def shifts(key: str, data: list[dict], sides: dict[Any, pd.DataFrame]) -> Iterator[tuple[int, str, Any]]:
    """Yield how groups changed from the first to the last side."""
    first, last = next(iter(sides)), list(sides)[-1]
    pairs = [
        tuple(sides[side][members(sides[side], key, row[key], [row[key]])] for side in (last, first))
        for row in data
    ]
    yield from two_by_two(pairs, benjamini_hochberg)


def small_multiples(data: list[dict], sides: dict[Any, pd.DataFrame]) -> Iterator[tuple[int, str, Any]]:
    """Yield the rates of groups by side; the groups tell which column they belong to."""
    sample = next(iter(sides.values()))
    groups = {row["group"] for row in data}
    column = next(
        (c for c in ("grade", "customer_type", "source") if groups <= set(sample[c].dropna())), "product"
    )
    for i, row in enumerate(data):
        rows = sides[row["side"]]
        mine = rows[members(rows, column, row["group"], [row["group"]])]
        if column != "grade":
            yield from ((i, name, value) for name, value in rates_of(mine).items())
            continue
        n, x = len(rows), len(mine)
        low, high = wilson(x, n)
        found = {"consultations": n, "conversions": x, "rate": x / n, "low": low, "high": high}
        yield from ((i, name, value) for name, value in found.items())


def main(data: str, *folders: str) -> int:
    """Check all reports of some folders; returns the number of disagreements."""
    register, tally, reports = Register(Path(data)), Tally(), 0
    others = Others(Path(data), register)
    for path in sorted(
        p for folder in folders for p in Path(folder).rglob("*.json") if not KEPT.search(p.name)
    ):
        report = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(report, dict) or "exhibits" not in report:
            continue
        reports += 1
        tally.kind = Path(report["notebook"]).stem
        if others.kind(report):
            others.check(tally, report)
        elif "region" not in report["parameters"]:
            check_comparison(tally, report, register)
        else:
            check_slice(tally, report, register)
    print(f"{reports} reports: {tally.compared:,} numbers compared, {len(tally.wrong)} disagree")
    for wrong in tally.wrong[:60]:
        print("  ", *wrong)
    kinds = ", ".join(f"{kind} {count:,}" for kind, count in sorted(tally.by_kind.items()))
    print(f"by kind of report: {kinds}")
    left = [f"{name} ({count})" for name, count in sorted(tally.left.items()) if name not in LEFT_OUT]
    print(f"not recomputed: {sum(tally.left.values()):,} numbers: {', '.join(left)}")
    for name, why in sorted(LEFT_OUT.items()):
        if tally.left[name]:
            print(f"   {name} ({tally.left[name]}): {why}")
    assert Fraction(81, 263) and [round(v, 4) for v in wilson(81, 263)] == [0.2553, 0.3662]  # Newcombe 1998
    return len(tally.wrong)


if __name__ == "__main__":
    sys.exit(min(main(*sys.argv[1:]), 1))
