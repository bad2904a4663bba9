"""What the recomputations share: consultations, formulas, the comparison with what is printed."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
from scipy import stats

HEADS = {
    "客户ID": "customer_id",
    "客户类型": "customer_type",
    "客户来源": "source",
    "咨询产品": "product",
    "咨询日期": "consulted_on",
    "客户意向度评分": "intent",
    "需求明确性评分": "clarity",
    "满意度评分": "satisfaction",
    "是否成交": "converted",
    "成交日期": "converted_on",
    "成交金额(元)": "amount",
}
SCORES = {"intent": 4, "clarity": 3, "satisfaction": 3}  # tenths
Z = stats.norm.isf(0.025)
NEAR = 2e-9  # relative; the JSON holds fifteen digits, some derived numbers fewer


# --- from raw cells to graded rows


def read(path: Path) -> pd.DataFrame:
    """Return the rows of a workbook that are kept, by the rules of the standard."""
    raw = pd.read_excel(path, sheet_name="咨询数据", engine="calamine", dtype=object)
    table = raw.rename(columns=HEADS)[list(HEADS.values())]
    kept = table[list(SCORES)].map(_is_score).all(axis=1)
    table = table[kept & ~raw.duplicated()]
    whole = table[list(SCORES)].astype(float)
    keys = [table["customer_id"], table["consulted_on"]]
    contradicted = whole.groupby(keys).transform(lambda column: column.nunique(dropna=False)).max(axis=1) > 1
    table = table[~contradicted].assign(**whole[~contradicted])
    tenths = sum(table[name] * weight for name, weight in SCORES.items())
    table["composite"] = tenths / 10
    table["grade"] = [grade_of(value) for value in tenths]
    for name in ("consulted_on", "converted_on"):
        table[name] = pd.to_datetime(table[name])
    table["month"] = table["consulted_on"].dt.month
    table["bought"] = table["converted"].eq("是")
    return table.reset_index(drop=True)


def _is_score(value: Any) -> bool:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return True
    return bool(re.fullmatch(r"[1-5](\.0)?", str(value)))


def grade_of(tenths: float) -> str | None:
    """Return the grade of a composite in tenths."""
    if math.isnan(tenths):
        return None
    return "A" if tenths >= 40 else "B" if tenths >= 30 else "C" if tenths >= 20 else "D"


# --- formulas


def wilson(x: float, n: float) -> tuple[float, float]:
    """Wilson (1927)."""
    p, z2 = x / n, Z * Z
    middle, half = p + z2 / (2 * n), Z * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    low, high = (middle - half) / (1 + z2 / n), (middle + half) / (1 + z2 / n)
    return (0.0 if x == 0 else low), (1.0 if x == n else high)


def newcombe(x: float, n: float, y: float, m: float) -> tuple[float, float]:
    """Newcombe (1998), method 10."""
    (a, b), (c, d), p, q = wilson(x, n), wilson(y, m), x / n, y / m
    return p - q - math.hypot(p - a, d - q), p - q + math.hypot(b - p, q - c)


def test(x: float, n: float, y: float, m: float) -> float:
    """Pearson's chi-square without correction, or Fisher's exact test where an expected count is under 5."""
    if min(n, m) * min(x + y, n + m - x - y) / (n + m) < 5:
        return float(stats.fisher_exact([[int(x), int(n - x)], [int(y), int(m - y)]])[1])
    pooled = (x + y) / (n + m)
    z = (x / n - y / m) / math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    return float(2 * stats.norm.sf(abs(z)))


def benjamini_hochberg(p: list[float]) -> list[float]:
    """Benjamini and Hochberg (1995), adjusted p values."""
    order, low, adjusted = sorted(range(len(p)), key=lambda i: -p[i]), 1.0, [0.0] * len(p)
    for rank, i in enumerate(order):
        low = min(low, p[i] * len(p) / (len(p) - rank))
        adjusted[i] = low
    return adjusted


def holm(p: list[float]) -> list[float]:
    """Holm (1979), adjusted p values."""
    order, high, adjusted = sorted(range(len(p)), key=lambda i: p[i]), 0.0, [0.0] * len(p)
    for rank, i in enumerate(order):
        high = max(high, min(1.0, p[i] * (len(p) - rank)))
        adjusted[i] = high
    return adjusted


# --- comparing


class Tally:
    """What was compared."""

    def __init__(self) -> None:
        self.compared, self.wrong, self.left = 0, [], Counter()
        self.kind, self.by_kind = "", Counter()

    def check(self, report: str, exhibit: dict[str, Any], expected: Iterator[tuple[int, str, Any]]) -> None:
        """Compare an exhibit with what it should hold."""
        numbers = [c["name"] for c in exhibit["columns"] if c["role"] == "number" or c["name"] == "verdict"]
        due = {
            (i, name)
            for i, row in enumerate(exhibit["data"])
            for name in numbers
            if row.get(name) is not None
        }
        for i, name, value in expected:
            if (i, name) not in due:
                continue  # withheld, or not in this exhibit
            due.discard((i, name))
            self.compared += 1
            self.by_kind[self.kind] += 1
            if not self._same(exhibit["data"][i][name], value):
                self.wrong.append((report, exhibit["caption"], i, name, exhibit["data"][i][name], value))
        self.left.update(f"{exhibit['columns'][0]['name']}: {name}" for _, name in due)

    @staticmethod
    def _same(told: Any, value: Any) -> bool:
        if isinstance(value, str):
            return told == value
        exact = abs(told - value) <= NEAR * max(1.0, abs(value))
        digits = len(f"{told:.12g}".partition(".")[2])
        return exact or (0 < digits <= 4 and abs(told - value) <= 0.5 * 10**-digits + 1e-12)
