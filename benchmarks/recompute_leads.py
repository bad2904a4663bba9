"""Recompute the reports on leads: what is known, the card's bins and totals, how it does on later leads.

Which bins, points and columns a card has is learned by a search and a regression, which is not done again:
the card that the report prints is taken as it stands, and what follows from it is reckoned anew.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from recompute_shared import Z, holm, newcombe, test, wilson
from recompute_tables import NAMES, Tables, auc, coarse, exact_poisson
from scipy import stats

Cells = Iterator[tuple[int, str, Any]]
WITHIN, TEST_FROM, WINDOW = 90, pd.Timestamp("2025-01-01"), 90  # params/lead-model.yaml
FLOORS = {"A": 5, "B": 0, "C": -5}  # twice the odds of all, the same, half: five points double the odds
ITEMS = {"有明确需求": "need", "有预算": "budget", "有决策权": "authority"}
COUNTS = {
    "90天内访问次数": ("sessions", "浏览"),
    "90天内浏览页数": ("pages", "浏览"),
    "90天内停留秒数": ("seconds", "浏览"),
    "90天内打开邮件数": ("opened", "邮件打开"),
    "90天内点击邮件数": ("clicked", "邮件点击"),
}
FIRM = {"客户类型": "customer_type", "员工人数": "employees"}
BLANK, RARE = "空白", "少见的取值"
LEFT_OUT = {
    "label: kept": "halves of the past, learned again 40 times",
    "label: information": "bins of columns that the card does not use, or joins, are not printed",
    "label: auc": "bins of columns that the card does not use, or joins, are not printed",
    "label: points": "logistic regression on weights of evidence",
}


class Leads:
    """The leads of a region, and the card that its report prints."""

    def __init__(self, tables: Tables, report: dict[str, Any], *, internal: bool) -> None:
        self.tables, self.internal = tables, internal
        self.card = next(
            [(row["label"], row["value"], row["points"]) for row in exhibit["data"]]
            for exhibit in report["exhibits"]
            if [column["name"] for column in exhibit["columns"]][:3] == ["label", "value", "points"]
        )

    @cached_property
    def rows(self) -> pd.DataFrame:
        """One row a lead whose outcome is known: what was known when it came, total, chance, outcome."""
        rows = self.tables.of("leads")
        last = max(rows["created_on"].max(), rows["converted_on"].max()).normalize()
        due = (rows["created_on"] + pd.Timedelta(days=WITHIN)).dt.normalize() <= last
        after = rows["converted_on"] - rows["created_on"].dt.normalize()
        within = rows["converted_on"] <= rows["created_on"] + pd.Timedelta(days=WITHIN)
        rows = rows.assign(outcome=(after >= pd.Timedelta(0)) & within)[due].reset_index(drop=True)
        for label in (*COUNTS, *FIRM):
            rows[label] = self._count(rows, label) if label in COUNTS else self._firm(rows, FIRM[label])
        rows = rows.rename(columns={"source": "线索来源"} | {name: label for label, name in ITEMS.items()})
        rows["total"] = sum(self._fits(rows, *one[:2]).astype(int) * one[2] for one in self.card)
        past = rows["created_on"] < TEST_FROM
        a, b = logistic(rows.loc[past, "total"].to_numpy(float), rows.loc[past, "outcome"].to_numpy(float))
        grade = np.select([rows["total"] >= floor for floor in FLOORS.values()], list(FLOORS), "D")
        return rows.assign(chance=1 / (1 + np.exp(-a - b * rows["total"])), grade=grade, past=past)

    def _fits(self, rows: pd.DataFrame, label: str, value: str) -> pd.Series:
        """Tell which leads a bin of the card means; rare values are those that no bin names."""
        found = fits(rows[label], value)
        if RARE in value.split("、"):
            named = {part for one, text, _ in self.card if one == label for part in text.split("、")}
            found |= rows[label].notna() & ~rows[label].isin(named)
        return found

    def _count(self, rows: pd.DataFrame, label: str) -> pd.Series:
        """Count what the customer did in the days before each lead."""
        what, kind = COUNTS[label]
        seen = self.tables.of("interactions")
        seen = seen[seen["kind"].eq(kind) & seen["staff"].ne("是")]
        pairs = rows[["customer_id", "created_on"]].reset_index().merge(seen, on="customer_id")
        since = pairs["created_on"].dt.normalize() - pd.Timedelta(days=WINDOW)
        near = pairs[(pairs["occurred_at"] < pairs["created_on"]) & (pairs["occurred_at"] >= since)]
        by = near.groupby("index")
        found = by["seconds"].sum() if what == "seconds" else by["session"].nunique()
        found = found if what in ("sessions", "seconds") else by.size()
        return found.reindex(rows.index).fillna(0)

    def _firm(self, rows: pd.DataFrame, name: str) -> pd.Series:
        """Return what the register said of the customer before the day of the lead."""
        known = self.tables.of("customers").set_index("customer_id")[["updated_on", name]]
        found = known.reindex(rows["customer_id"]).reset_index(drop=True)
        early = found["updated_on"].dt.normalize() < rows["created_on"].dt.normalize()
        return found[name].where(early)

    @cached_property
    def tested(self) -> pd.DataFrame:
        """The leads of the test."""
        return self.rows[~self.rows["past"]]

    def expect(self, exhibit: dict[str, Any]) -> Cells:
        """Yield row, column and value of what an exhibit should hold."""
        names, data = [column["name"] for column in exhibit["columns"]], exhibit["data"]
        ways = {"lead_id": self._list, "card": self._compare, "month": self._months, "grade": self._grades}
        if names[0] in ways:
            yield from ways[names[0]](data)
        elif names[0] in ("source", "customer_type"):
            yield from (self._groups if "predicted" in names else self._known)(names[0], data)
        elif names[0] == "item" and "settled" in names:
            yield from self._settle(data)
        elif names[0] == "item" and "answer" in names:
            yield from self._answers(data)
        elif names[0] == "label" and "points" in names:
            yield from self._bins(data)
        elif names[0] == "label" and "information" in names:
            yield from self._columns(data)
        elif names[:2] in (["table", "channel"], ["table", "rows"]):
            yield from self._coverage(data)

    def _list(self, data: list[dict]) -> Cells:
        rows = self.rows.set_index("lead_id")
        for i, row in enumerate(data):
            mine = rows.loc[row["lead_id"]]
            yield from ((i, "total", int(mine["total"])), (i, "chance", round(float(mine["chance"]), 3)))

    def _known(self, _: str, data: list[dict]) -> Cells:
        every = self.tables.of("leads")
        for i, row in enumerate(data):
            mine = every if row["source"] == "全部" else every[every["source"].eq(row["source"])]
            yield i, "leads", len(mine)
            yield from ((i, name, mine[name].isin(["是", "否"]).mean()) for name in ITEMS.values())

    def _settle(self, data: list[dict]) -> Cells:
        """Yield what one more answer settles: every unknown answer may change the grade of this card."""
        unknown = ~self.tables.of("leads")[list(ITEMS.values())].isin(["是", "否"])
        left = unknown.any(axis=1)
        for i, row in enumerate(data):
            others = unknown.drop(columns=ITEMS[row["item"]]).any(axis=1)
            settled = int((left & ~others).sum())
            yield from ((i, "unknown", int(unknown[ITEMS[row["item"]]].sum())), (i, "open", int(left.sum())))
            yield from ((i, "settled", settled), (i, "share", settled / left.sum()))

    def _answers(self, data: list[dict]) -> Cells:
        counts = []
        for i, row in enumerate(data):
            mine = self.rows[self.rows[row["item"]].eq(row["answer"])]["outcome"]
            n, x = len(mine), int(mine.sum())
            counts.append((x, n))
            yield from ((i, "leads", n), (i, "converted", x), (i, "rate", x / n))
            yield from zip((i, i), ("low", "high"), wilson(x, n), strict=True)
        pairs = [(*counts[i], *counts[i + 1]) for i in range(0, len(data), 3)]
        for i, ((x, n, y, m), p) in enumerate(zip(pairs, holm([test(*pair) for pair in pairs]), strict=True)):
            yield from ((3 * i, "difference", x / n - y / m), (3 * i, "p_adjusted", p))
            yield from zip((3 * i, 3 * i), ("gap_low", "gap_high"), newcombe(x, n, y, m), strict=True)

    def _bins(self, data: list[dict]) -> Cells:
        past = self.rows[self.rows["past"]]
        for i, row in enumerate(data):
            mine = past[self._fits(past, row["label"], row["value"])]["outcome"]
            n, x = len(mine), int(mine.sum())
            yield from ((i, "leads", n), (i, "rate", x / n))
            yield from zip((i, i), ("low", "high"), wilson(x, n), strict=True)

    def _columns(self, data: list[dict]) -> Cells:
        """Yield information value and AUC of the columns of the card, and their ranges of points."""
        past = self.rows[self.rows["past"]]
        y = past["outcome"].to_numpy(bool)
        for i, row in enumerate(data):
            bins = [(value, points) for label, value, points in self.card if label == row["label"]]
            if not bins:
                continue
            least, most = (end(points for _, points in bins) for end in (min, max))
            yield from ((i, "least", least), (i, "most", most), (i, "span", most - least))
            weight, information = np.zeros(len(past)), 0.0
            for value, _ in bins:
                mine = self._fits(past, row["label"], value).to_numpy()
                x, rest = int(y[mine].sum()), int((~y[mine]).sum())
                evidence = math.log((x + 0.5) / (rest + 0.5)) - math.log(y.sum() / (~y).sum())
                information += (x / y.sum() - rest / (~y).sum()) * evidence
                weight[mine] = evidence
            if row["label"] not in FIRM:  # whose classes of equal points stand in one row of the card
                yield from ((i, "information", round(information, 2)), (i, "auc", round(auc(weight, y), 3)))

    def _judge(self, i: int, mine: pd.DataFrame) -> Cells:
        n, x, chance = len(mine), int(mine["outcome"].sum()), float(mine["chance"].mean())
        low, high = wilson(x, n)
        verdict = "预测偏高" if chance > high else "预测偏低" if chance < low else "相符"
        yield from ((i, "leads", n), (i, "converted", x), (i, "rate", x / n), (i, "low", low))
        yield from ((i, "high", high), (i, "predicted", chance), (i, "verdict", verdict))

    def _grades(self, data: list[dict]) -> Cells:
        for i, row in enumerate(data):
            yield from self._judge(i, self.tested[self.tested["grade"].eq(row["grade"])])

    def _groups(self, key: str, data: list[dict]) -> Cells:
        column = "线索来源" if key == "source" else "客户类型"
        for i, row in enumerate(data):
            mine = self.tested[self.tested[column].eq(row[key])]
            yield from self._judge(i, mine)
            yield i, "chosen", mine["grade"].eq("A").mean()

    def _compare(self, data: list[dict]) -> Cells:
        """Yield two AUCs on the same leads, and the paired test of DeLong et al. (1988)."""
        rows = self.tested
        other = sum(rows[label].map({"是": 1.0, "否": 0.0}).fillna(0.5) for label in ITEMS)
        y = rows["outcome"].to_numpy(bool)
        parts = [placements(scores.to_numpy(float), y) for scores in (rows["total"], other)]
        values = [float(one[0].mean()) for one in parts]
        gap = values[0] - values[1]
        apart = [parts[0][k] - parts[1][k] for k in (0, 1)]
        error = math.sqrt(sum(part.var(ddof=1) / len(part) for part in apart))
        for i in range(len(data)):
            yield from ((i, "leads", len(rows)), (i, "auc", values[0]), (i, "other", values[1]))
            yield from ((i, "difference", gap), (i, "p", math.erfc(abs(gap) / error / math.sqrt(2))))
            yield from ((i, "low", gap - Z * error), (i, "high", gap + Z * error))

    def _months(self, data: list[dict]) -> Cells:
        """Yield observed by expected with Garwood's interval, and the index of population stability."""
        totals = np.sort(self.rows.loc[self.rows["past"], "total"].to_numpy())
        cuts = np.unique([totals[math.ceil(len(totals) * k / 10) - 1] for k in range(1, 10)])
        before = np.bincount(np.searchsorted(cuts, totals, "right"), minlength=len(cuts) + 1)
        for i, row in enumerate(data):
            mine = self.tested[self.tested["created_on"].dt.strftime("%Y-%m").eq(row["month"])]
            x, expected = int(mine["outcome"].sum()), float(mine["chance"].sum())
            ends = (x / expected, *(end / expected for end in exact_poisson(x)))
            yield from ((i, "leads", len(mine)), (i, "converted", x))
            yield from zip((i, i, i), ("ratio", "low", "high"), ends, strict=True)
            after = np.bincount(np.searchsorted(cuts, mine["total"], "right"), minlength=len(cuts) + 1)
            smooth = 0.5 if (after == 0).any() else 0.0
            p, q = ((part + smooth) / (part + smooth).sum() for part in (before, after))
            limit = stats.chi2.ppf(0.95, len(before) - 1) * (1 / before.sum() + 1 / after.sum())
            yield from ((i, "shift", float(((q - p) * np.log(q / p)).sum())), (i, "limit", float(limit)))

    def _coverage(self, data: list[dict]) -> Cells:
        named = {name: table for table, name in NAMES.items()}
        for i, row in enumerate(data):
            rows = self.tables.of(named[row["table"]])
            if row.get("channel") and "channel" in rows:
                rows = rows[rows["channel"].eq(row["channel"])]
            yield i, "rows", len(rows) if self.internal else coarse(len(rows))
            yield i, "customers", rows["customer_id"].nunique()


def fits(values: pd.Series, wording: str) -> pd.Series:
    """Tell which values a bin of the card means, as the report words it."""
    if wording == BLANK:
        return values.isna()
    ends = re.findall(r"(等于|高于|不低于|低于|不高于)(-?[\d,.]+)", wording)
    if not ends:
        return values.isin(wording.split("、"))
    found = values.notna()
    for word, number in ends:
        n = float(number.replace(",", ""))
        ways = {"等于": values.eq(n), "高于": values > n, "不低于": values >= n}
        found &= (ways | {"低于": values < n, "不高于": values <= n})[word]
    return found


def placements(scores: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return which share of the others each buyer beats, and of the buyers beats each other; ties half."""
    own, others = np.sort(scores[y]), np.sort(scores[~y])

    def share(of: np.ndarray, below: np.ndarray) -> np.ndarray:
        places = (np.searchsorted(below, of, side) for side in ("left", "right"))
        return sum(places) / 2 / len(below)

    return share(scores[y], others), 1 - share(scores[~y], own)


def logistic(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Fit a logistic regression on one number by Newton's method."""
    design, weights = np.column_stack([np.ones_like(x), x]), np.zeros(2)
    for _ in range(50):
        chance = 1 / (1 + np.exp(-design @ weights))
        curvature = design.T @ (design * (chance * (1 - chance))[:, None])
        weights = weights + np.linalg.solve(curvature, design.T @ (y - chance))
    return float(weights[0]), float(weights[1])
