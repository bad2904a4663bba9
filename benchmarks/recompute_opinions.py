"""Recompute the reports on satisfaction: answers, recommendation, drivers, feedback, complaints."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator
from functools import cached_property
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from recompute_shared import Z, benjamini_hochberg, newcombe, test, wilson
from recompute_tables import Tables, coverage
from scipy import stats

Cells = Iterator[tuple[int, str, Any]]
TABLES = ("customers", "orders", "responses", "feedback", "complaints")
ITEMS = {
    "产品质量": "quality",
    "服务态度": "attitude",
    "售后服务": "after_sales",
    "易用性": "ease",
    "价格": "price",
    "响应速度": "speed",
    "总体满意度": "overall",
}
SCALES = {"全部项目": list(ITEMS.values())[:6], "产品": ["quality", "ease", "price"]}
SCALES["服务"] = ["attitude", "after_sales", "speed"]
NAMED = ("小微企业", "中型企业", "个体工商户")  # which types a public edition names is a rule of protection
HORIZON, TOP, REST = 180, 4, "其他"
LEFT_OUT = {
    "item: low": "bootstrap of the LMG shares",
    "item: high": "bootstrap of the LMG shares",
    "item: rank_low": "bootstrap of the LMG shares",
    "item: rank_high": "bootstrap of the LMG shares",
}


class Satisfaction:
    """What the customers of a region said until the end of a year."""

    def __init__(self, tables: Tables, year: int, register: Any, *, internal: bool, frame: str) -> None:
        self.tables, self.year, self.internal = tables, year, internal
        past = [rows for (place, y), rows in register.slices.items() if place == tables.region and y <= year]
        self.asked = pd.concat(past)
        self.codes = read_frame(Path(frame))
        self.invited = tables.of("responses")
        begun = self.invited[self.invited["sent_on"].dt.year == year].groupby("survey")["sent_on"].min()
        self.name, self.begun = str(begun.idxmax()), begun.max()
        self.cut = tables.last_day

    # --- who was asked, and what they were before

    @cached_property
    def wave(self) -> pd.DataFrame:
        """One row a customer of the latest wave, with type and grade before it."""
        rows = self._take(self.name)
        rows["customer_type"] = rows["customer_id"].map(self._types())
        return rows.assign(grade_before=rows["customer_id"].map(self._grades()))

    def _take(self, name: str) -> pd.DataFrame:
        rows = self.invited[self.invited["survey"] == name]
        rows = rows.assign(rank=rows["overall"].notna()).sort_values(["rank", "answered_on"], kind="stable")
        return rows.drop_duplicates("customer_id", keep="last").copy()

    def _types(self) -> pd.Series:
        return self.tables.of("customers").set_index("customer_id")["customer_type"]

    def _grades(self) -> pd.Series:
        rows = self.asked[self.asked["grade"].notna() & (self.asked["consulted_on"] < self.begun)]
        rows = rows.sort_values("consulted_on", kind="stable").drop_duplicates("customer_id", keep="last")
        return rows.set_index("customer_id")["grade"]

    @cached_property
    def listed(self) -> pd.DataFrame:
        """The customers who had bought when the wave began."""
        first = self.since
        ids = first.index[first < self.begun]
        return pd.DataFrame(
            {"customer_type": self._types().reindex(ids), "grade_before": self._grades().reindex(ids)}
        )

    @cached_property
    def since(self) -> pd.Series:
        """The day of each customer's first order."""
        return self.tables.of("orders").groupby("customer_id")["ordered_on"].min()

    @cached_property
    def complaints(self) -> pd.DataFrame:
        """The complaints of the year."""
        rows = self.tables.of("complaints")
        return rows[rows["received_on"].dt.year == self.year].assign(again=rows["reopened"].eq("是"))

    def expect(self, exhibit: dict[str, Any]) -> Cells:
        """Yield row, column and value of what an exhibit should hold."""
        names, data = [column["name"] for column in exhibit["columns"]], exhibit["data"]
        ways = {
            "estimate": self._weighted,
            "wave": self._waves,
            "code": self._codes,
            "month": self._months,
            "days": self._closing,
            "satisfied": self._again,
            "dimension": self._reliability,
        }
        if names[0] in ("customer_type", "grade_before"):
            yield from self._groups(names[0], data)
        elif names[0] == "item":
            yield from self._items(names, data)
        elif names[0] in ("category", "product"):
            yield from (self._versus if "verdict" in names else self._reasons)(names[0], data)
        elif names[:2] == ["table", "is_static"]:
            tables = {name: self.tables.of(name) for name in TABLES} | {"consultations": self.asked}
            yield from coverage(exhibit, tables, internal=self.internal)
        elif names[0] in ways:
            yield from ways[names[0]](data)

    # --- answers

    def _groups(self, key: str, data: list[dict]) -> Cells:
        named = {row[key] for row in data}
        groups = self.wave[key].where(self.wave[key].isin(named), REST)
        for i, row in enumerate(data):
            mine = self.wave[groups.eq(row[key])]["overall"]
            n, m, x = len(mine), int(mine.notna().sum()), int((mine >= TOP).sum())
            yield from (
                (i, "received", n),
                (i, "consultations", m),
                (i, "returned", m / n),
                (i, "rate", x / m),
            )
            yield from zip((i, i), ("low", "high"), wilson(x, m), strict=True)

    def _weighted(self, data: list[dict]) -> Cells:
        """Yield the estimates for the list of customers: post-stratified (Cochran 1977, 5A.9)."""
        known = self.wave["overall"].notna()
        good = (self.wave["overall"] >= TOP)[known].astype(float)
        recommend = self.wave.loc[known, "recommend"]
        points = 100.0 * ((recommend >= 9).astype(int) - (recommend <= 6).astype(int))
        x, n = good.sum(), len(good)
        found = [(x / n, *wilson(x, n), points.mean(), n)]
        for key in ("customer_type", "grade_before"):
            mine, all_of_it = self.wave.loc[known, key], self.listed[key].dropna()
            if key == "customer_type":
                mine, all_of_it = (rows.where(rows.isin(NAMED), REST) for rows in (mine, all_of_it))
            found.append(stratified(good, points, mine, all_of_it))
        for i, values in enumerate(found):
            digits = zip(("rate", "low", "high", "nps", "effective"), values, (3, 3, 3, 1, 0), strict=True)
            yield from ((i, name, round(value, places)) for name, value, places in digits)

    def _items(self, names: list[str], data: list[dict]) -> Cells:
        answered = self.wave[self.wave["overall"].notna()]
        if "penalty" in names:
            yield from contrasts(data, answered)
            return
        for i, row in enumerate(data):
            if row["item"] not in ITEMS:
                continue
            given = answered[ITEMS[row["item"]]].dropna()
            n, x = len(given), int((given >= TOP).sum())
            if "middle" in names or "top" in names:
                yield from (
                    (i, "low", (given <= 2).mean()),
                    (i, "middle", given.eq(3).mean()),
                    (i, "top", x / n),
                )
                continue
            yield from ((i, "rate", x / n), (i, "consultations", n), (i, "mean", given.mean()))
            reach = stats.t.ppf(0.975, n - 1) * given.std() / math.sqrt(n)
            yield from ((i, "mean_low", given.mean() - reach), (i, "mean_high", given.mean() + reach))
            if "consultations" in names:
                yield from zip((i, i), ("low", "high"), wilson(x, n), strict=True)
        if "share" in names:
            yield from self._drivers(data, answered)

    @staticmethod
    def _drivers(data: list[dict], answered: pd.DataFrame) -> Cells:
        """Yield LMG shares of R²: what an item adds, over all orders of entry; and inflation of variance."""
        columns = list(ITEMS.values())
        matrix = np.corrcoef(answered[columns].dropna().to_numpy(float), rowvar=False)
        fits = {(): 0.0}

        def fit(chosen: tuple[int, ...]) -> float:
            key = tuple(sorted(chosen))
            if key not in fits:
                y = matrix[list(key), -1]
                fits[key] = float(y @ np.linalg.solve(matrix[np.ix_(key, key)], y))
            return fits[key]

        added = np.zeros(6)
        for order in permutations(range(6)):
            for place, item in enumerate(order):
                added[item] += fit(order[: place + 1]) - fit(order[:place])
        inflated = np.diag(np.linalg.inv(matrix[:6, :6]))
        for i, row in enumerate(data):
            place = columns.index(ITEMS[row["item"]])
            yield from ((i, "share", added[place] / added.sum()), (i, "vif", round(inflated[place], 1)))

    def _waves(self, data: list[dict]) -> Cells:
        """Yield NPS with three quarters, one and a half and three quarters added for the interval."""
        for i, row in enumerate(data):
            given = self._take(row["wave"])["recommend"].dropna()
            p, d, n = int((given >= 9).sum()), int((given <= 6).sum()), len(given)
            yield from ((i, "promoters", p), (i, "passives", n - p - d), (i, "detractors", d))
            yield from ((i, "consultations", n), (i, "nps", 100 * (p - d) / n))
            middle, spread = (p - d) / (n + 3), (p + d + 1.5) / (n + 3)
            reach = Z * math.sqrt((spread - middle**2) / (n + 3))
            yield from ((i, "low", 100 * (middle - reach)), (i, "high", 100 * (middle + reach)))

    def _reliability(self, data: list[dict]) -> Cells:
        """Yield Cronbach's alpha with Feldt's interval."""
        for i, row in enumerate(data):
            matrix = self.wave[SCALES[row["dimension"]]].dropna().to_numpy(float)
            n, k = matrix.shape
            alpha = k / (k - 1) * (1 - matrix.var(axis=0, ddof=1).sum() / matrix.sum(axis=1).var(ddof=1))
            ends = (1 - (1 - alpha) * stats.f.ppf(q, n - 1, (n - 1) * (k - 1)) for q in (0.975, 0.025))
            yield from ((i, "items", k), (i, "alpha", alpha))
            yield from zip((i, i), ("low", "high"), ends, strict=True)

    def _again(self, data: list[dict]) -> Cells:
        """Yield who ordered within the horizon of an answer, of the last wave whose horizon has passed."""
        last = self.invited.groupby("survey")["answered_on"].max()
        name = max(wave for wave, day in last.items() if day + pd.Timedelta(days=HORIZON) <= self.cut)
        rows = self._take(name).dropna(subset=["overall"])
        sold = self.tables.sales.query("refund == 0")[["customer_id", "ordered_on"]]
        pairs = rows.merge(sold, on="customer_id")
        days = (pairs["ordered_on"] - pairs["answered_on"]).dt.days
        again = rows["customer_id"].isin(pairs.loc[days.between(0, HORIZON), "customer_id"])
        for i, mine in enumerate((rows["overall"] >= TOP, rows["overall"] < TOP)):
            n, x = int(mine.sum()), int((mine & again).sum())
            yield from ((i, "consultations", n), (i, "conversions", x), (i, "rate", x / n))
            yield from zip((i, i), ("low", "high"), wilson(x, n), strict=True)

    # --- feedback and complaints

    def _codes(self, data: list[dict]) -> Cells:
        rows = self.tables.of("feedback")
        texts = rows.loc[rows["given_on"].dt.year == self.year, "text"]
        found = [code_text(text, self.codes) for text in texts]
        for i, row in enumerate(data):
            told = [codes[row["code"]] for codes in found if row["code"] in codes]
            n, x = len(told), told.count("negative")
            yield from ((i, "texts", n), (i, "share", n / len(texts)), (i, "negative", x), (i, "rate", x / n))
            yield from zip((i, i), ("low", "high"), wilson(x, n), strict=True)

    def _reasons(self, key: str, data: list[dict]) -> Cells:
        for i, row in enumerate(data):
            mine = self.complaints[self.complaints[key].eq(row[key])]
            n, x = len(mine), int(mine["again"].sum())
            yield from ((i, "consultations", n), (i, "share", n / len(self.complaints)))
            yield from ((i, "conversions", x), (i, "rate", x / n))
            yield from zip((i, i), ("low", "high"), wilson(x, n), strict=True)

    def _versus(self, key: str, data: list[dict]) -> Cells:
        every = len(self.complaints), int(self.complaints["again"].sum())
        pairs = []
        for row in data:
            mine = self.complaints[self.complaints[key].eq(row[key])]["again"]
            pairs.append((int(mine.sum()), len(mine), every[1] - int(mine.sum()), every[0] - len(mine)))
        asked = [i for i, (_, n, _, m) in enumerate(pairs) if min(n, m) >= 30]
        adjusted = dict(zip(asked, benjamini_hochberg([test(*pairs[i]) for i in asked]), strict=True))
        for i, (x, n, y, m) in enumerate(pairs):
            yield from ((i, "consultations", n), (i, "rate", x / n))
            if i not in adjusted:
                yield i, "verdict", "too few"
                continue
            low, high = newcombe(x, n, y, m)
            clear = adjusted[i] < 0.05
            told = "higher" if clear and low > 0 else "lower" if clear and high < 0 else "no clear difference"
            yield from ((i, "difference", x / n - y / m), (i, "low", low), (i, "high", high))
            yield from ((i, "p_adjusted", adjusted[i]), (i, "verdict", told))

    def _months(self, data: list[dict]) -> Cells:
        """Yield an XmR chart of complaints for 1,000 customer-years; the months before set its limits."""
        counts = self.tables.of("complaints")["received_on"].dt.strftime("%Y-%m").value_counts()
        values = []
        for row in data:
            start = pd.Timestamp(row["month"] + "-01")
            end = min(start + pd.offsets.MonthEnd(0), self.cut)
            days = ((end - self.since.clip(lower=start)).dt.days + 1).clip(lower=0).sum()
            values.append(1000 * counts.get(row["month"], 0) / (days / 365.25))
        yield from chart(values, sum(row["month"] < str(self.year) for row in data))

    def _closing(self, data: list[dict]) -> Cells:
        """Yield Kaplan and Meier's curve with the log-log interval."""
        closed = self.complaints["closed_on"]
        is_closed = closed.notna() & (closed <= self.cut)
        days = (closed.where(is_closed, self.cut) - self.complaints["received_on"]).dt.days
        left, spread, curve = 1.0, 0.0, {}
        for day in sorted(days[is_closed].unique()):
            n, d = int((days >= day).sum()), int((is_closed & days.eq(day)).sum())
            left *= 1 - d / n
            spread += d / (n * (n - d)) if n > d else math.inf
            ends = (0.0, math.nan)
            if left > 0:
                width = Z * math.sqrt(spread) / abs(math.log(left))
                ends = left ** math.exp(width), left ** math.exp(-width)
            curve[day] = (n, d, round(left, 3), *(round(end, 3) for end in ends))
        for i, row in enumerate(data):
            names = ("at_risk", "ended", "survival", "low", "high")
            yield from ((i, name, value) for name, value in zip(names, curve[row["days"]], strict=True))


def stratified(
    good: pd.Series, points: pd.Series, mine: pd.Series, listed: pd.Series
) -> tuple[float, float, float, float, float]:
    """Return share, its interval, NPS and effective number (Kish) of answers weighted to a list."""
    sizes = listed[listed.isin(set(mine.dropna()))].value_counts()
    share = sizes / sizes.sum()
    n = mine.value_counts().reindex(sizes.index)
    p = float((share * good.groupby(mine).mean()).sum())
    variance = share**2 * (1 - n / sizes) * good.groupby(mine).var() / n
    worth = p * (1 - p) / float(variance.sum())
    nps = float((share * points.groupby(mine).mean()).sum())
    return p, *wilson(p * worth, worth), nps, float(1 / (share**2 / n).sum())


def contrasts(data: list[dict], answered: pd.DataFrame) -> Cells:
    """Yield how the overall answer differs where an item is poor and where it is excellent."""
    for i, row in enumerate(data):
        item = answered[ITEMS[row["item"]]]
        poor, between, best = (
            answered.loc[chosen, "overall"].mean() for chosen in (item <= 2, item.isin([3, 4]), item == 5)
        )
        yield from ((i, "penalty", poor - between), (i, "reward", best - between))


def chart(values: list[float], before: int) -> Cells:
    """Yield a control chart of single values whose first ones set the limits."""
    moving = np.abs(np.diff(values))
    centre, reach = np.mean(values[:before]), 2.66 * moving[: before - 1].mean()
    for i, value in enumerate(values):
        yield from ((i, "value", value), (i, "centre", centre))
        yield from ((i, "lower", max(centre - reach, 0)), (i, "upper", centre + reach))
        if i:
            yield i, "moving_range", moving[i - 1]


# --- the code frame


def fold(text: str) -> str:
    """Give a text one form."""
    return unicodedata.normalize("NFKC", str(text)).casefold().strip()


def read_frame(path: Path) -> dict[str, Any]:
    """Read the words of params/feedback.yaml as it is laid out: a list on a line of its own."""
    codes: dict[str, dict[str, str]] = {}
    found: dict[str, Any] = {"codes": codes}
    label = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        key, _, rest = line.strip().partition(":")
        words = [fold(word) for word in re.findall(r"[^,\[\]]+", rest) if word.strip()]
        if key == "label":
            label = re.findall(r"zh: ([^,}]+)", rest)[0]
            codes[label] = {}
        elif key in ("words", "unless"):
            found[key] = words
        elif key == "within":
            found[key] = int(rest)
        elif key in ("positive", "negative", "neutral"):
            codes[label] |= dict.fromkeys(words, key)
    return found


def code_text(text: str, frame: dict[str, Any]) -> dict[str, str]:
    """Return the codes of a text: it blames if any word does, else praises, else mentions."""
    folded, found = fold(text), {}
    for label, words in frame["codes"].items():
        left, kinds = folded, set()
        for word in sorted(words, key=lambda word: (-len(word), word)):
            while (start := left.find(word)) >= 0:
                left = left[:start] + "\0" * len(word) + left[start + len(word) :]
                kind = words[word]
                if kind != "neutral" and is_negated(folded[:start], frame):
                    kind = "negative" if kind == "positive" else "positive"
                kinds.add(kind)
        if kinds:
            found[label] = next(kind for kind in ("negative", "positive", "neutral") if kind in kinds)
    return found


def is_negated(before: str, frame: dict[str, Any]) -> bool:
    """Tell whether a text ends in a negation and at most so many characters of the same clause."""
    for word in sorted(frame["unless"], key=len, reverse=True):
        before = before.replace(word, "\n" * len(word))
    words = "|".join(sorted(map(re.escape, frame["words"]), key=len, reverse=True))
    between = r"[^\s,.;:!?，。；：！？、…~]{0," + str(frame["within"]) + "}"
    return bool(re.search(f"(?:{words}){between}$", before))
