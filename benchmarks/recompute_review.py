"""Recompute the reports on reviews: grades and decisions, proposals by rule, what followed, actions."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from typing import Any

import pandas as pd
from recompute_opinions import chart
from recompute_shared import SCORES, holm, newcombe, test, wilson
from recompute_tables import NAMES, Tables, coverage
from scipy import stats

Cells = Iterator[tuple[int, str, Any]]
ACTIONS = {"增购邮件": ("增购",), "短信提醒": (), "上门拜访": ()}  # params/actions.yaml: kinds that count
RANDOMISED, DAYS, CHART_FROM = ("增购邮件", "短信提醒"), 90, "2025-04"
LABELS = {"intent": "意向度", "clarity": "需求明确性", "satisfaction": "满意度"}


class Review:
    """The grades of a region's customers at the end of a year, and what became of them."""

    def __init__(self, tables: Tables, year: int, register: Any, followed: int) -> None:
        self.tables, self.year, self.end = tables, year, pd.Timestamp(year + 1, 1, 1)
        self.cycle = pd.Timestamp(year, 10, 1)  # the quarter under review
        self.begun = self.end - pd.Timedelta(days=followed)
        past = [rows for (place, y), rows in register.slices.items() if place == tables.region and y <= year]
        rows = pd.concat(past)
        self.asked = rows[rows["customer_id"].notna()]

    @cached_property
    def decided(self) -> pd.DataFrame:
        """Decisions on customers who had asked by then; the others break a rule."""
        rows = self.tables.of("decisions")
        graded = self.asked[self.asked["grade"].notna()]
        first = graded.groupby("customer_id")["consulted_on"].min()
        return rows[rows["customer_id"].map(first) <= rows["date"]]

    @cached_property
    def graded(self) -> pd.DataFrame:
        """Graded consultations; the last one before a decision has the grade that people set."""
        rows = self.asked[self.asked["grade"].notna()].sort_values("consulted_on", kind="stable")
        rows = rows.reset_index(drop=True).assign(by_hand=False)
        for one in self.decided[self.decided["decision"].eq("同意")].itertuples():
            mine = rows.index[rows["customer_id"].eq(one.customer_id) & (rows["consulted_on"] <= one.date)]
            rows.loc[mine[-1], ["grade", "by_hand"]] = one.grade, True
        return rows

    def grades(self, before: pd.Timestamp) -> pd.Series:
        """Return each customer's grade before a moment."""
        rows = self.graded[self.graded["consulted_on"] < before]
        return rows.drop_duplicates("customer_id", keep="last").set_index("customer_id")["grade"]

    def expect(self, exhibit: dict[str, Any]) -> Cells:
        """Yield row, column and value of what an exhibit should hold."""
        names, data = [column["name"] for column in exhibit["columns"]], exhibit["data"]
        ways = {
            "before": self._moves,
            "cause": self._causes,
            "rule": self._rules,
            "from": self._progress,
            "who": self._agreed,
            "fault": self._faults,
            "action": self._actions,
            "group": self._course,
            "month": self._months,
        }
        if names[0] == "grade":
            yield from self._outcomes(exhibit["caption"], names, data)
        elif names[:2] == ["table", "is_static"]:
            tables = {name: self.tables.of(name) for name in NAMES if name != "consultations"}
            asked = self.asked[~self.asked["customer_id"].isin(self.tables.refusing)]
            yield from coverage(exhibit, tables | {"consultations": asked}, internal=True)
        elif names[0] in ways:
            yield from ways[names[0]](data)

    # --- grades and proposals

    def _moves(self, data: list[dict]) -> Cells:
        now = self.grades(self.end)
        before = self.grades(self.cycle).reindex(now.index).fillna("new")
        for i, row in enumerate(data):
            mine = before.eq(row["before"] if row["before"] in "ABCD" else "new")
            yield from ((i, name, int((mine & now.eq(name)).sum())) for name in "ABCD")

    def _causes(self, data: list[dict]) -> Cells:
        """Yield whose change pushed a grade most since the year before; ties are named together."""
        sides = []
        for year in (self.year - 1, self.year):
            rows = self.graded[self.graded["consulted_on"].dt.year == year]
            sides.append(rows.drop_duplicates("customer_id", keep="last").set_index("customer_id"))
        both = sides[0].index.intersection(sides[1].index)
        first, second = (side.loc[both] for side in sides)
        found: Counter[tuple[str, str]] = Counter()
        for who in both[first["grade"].ne(second["grade"])]:
            old, new = first.loc[who], second.loc[who]
            sign = 1 if new["grade"] < old["grade"] else -1
            pushes = {n: sign * weight * (new[n] - old[n]) for n, weight in SCORES.items()}
            most = max(pushes.values())
            named = [LABELS[name] for name, push in pushes.items() if push == most]
            cause = listing(named) if most > 0 else ""
            cause = "人工调整" if old["by_hand"] or new["by_hand"] else cause
            found[cause, "up" if sign > 0 else "down"] = (
                found.get((cause, "up" if sign > 0 else "down"), 0) + 1
            )
        for i, row in enumerate(data):
            yield from ((i, name, found[row["cause"], name]) for name in ("up", "down"))

    @cached_property
    def proposed(self) -> pd.DataFrame:
        """Proposals of params/review.yaml: who of those who agreed to it, from which grade, which rules."""
        starts = [self.cycle - pd.DateOffset(months=3 * back) for back in range(3)]
        sold = self.tables.sales.query("refund == 0")
        counts = [sold[sold["ordered_on"] < at].groupby("customer_id").size() for at in starts]
        grades = self.grades(self.cycle)
        grades = grades[~grades.index.isin(self.tables.refusing)]
        orders = [count.reindex(grades.index).fillna(0) for count in counts]
        more = orders[0] - 2 * orders[1] + orders[2]
        asked, sheets = self.asked, self.tables.of("responses")
        liked = [last(asked, "consulted_on", "satisfaction", at, grades.index) for at in starts[:2]]
        overall = [last(sheets, "answered_on", "overall", at, grades.index) for at in starts[:2]]
        up = (more > 0) & (liked[0] >= 4)
        down = (more <= -1) | (liked[0] - liked[1] <= -2) | (overall[0] - overall[1] <= -2)
        table = pd.DataFrame({"from": grades, "up": up, "down": down})
        stuck = (table["from"].eq("A") & up & ~down) | (table["from"].eq("D") & down & ~up)
        return table[(up | down) & ~stuck]

    def _rules(self, data: list[dict]) -> Cells:
        up, down = self.proposed["up"], self.proposed["down"]
        mine = {"up": up & ~down, "down": down & ~up, "contradictory": up & down}
        yield from ((i, "customers", int(mine[row["move"]].sum())) for i, row in enumerate(data))

    def _progress(self, data: list[dict]) -> Cells:
        within = self.decided[self.decided["date"] >= self.cycle].set_index("customer_id")["decision"]
        for i, row in enumerate(data):
            mine = self.proposed[self.proposed["from"].eq(row["from"])]
            told = within.reindex(mine.index)
            yield from ((i, "proposals", len(mine)), (i, "not_reviewed", int(told.isna().sum())))
            words = {"agreed": "同意", "rejected": "驳回", "postponed": "暂缓"}
            yield from ((i, name, int(told.eq(word).sum())) for name, word in words.items())

    def _agreed(self, data: list[dict]) -> Cells:
        for i, row in enumerate(data):
            mine = self.decided[self.decided["who"].eq(row["who"])]
            n, x = len(mine), int(mine["decision"].eq("同意").sum())
            yield from ((i, "proposed", n), (i, "agreed", x), (i, "rate", x / n))
            yield from zip((i, i), ("low", "high"), wilson(x, n), strict=True)

    def _faults(self, data: list[dict]) -> Cells:
        if len(data) == 1:
            yield 0, "count", len(self.tables.of("decisions")) - len(self.decided)

    # --- what followed

    def _outcomes(self, caption: str, names: list[str], data: list[dict]) -> Cells:
        """Yield what customers did in the days after, by the grade before; of those who agreed to it."""
        grades = self.grades(self.begun)
        grades = grades[~grades.index.isin(self.tables.refusing)]
        sales, complaints = self.tables.sales, self.tables.of("complaints")
        late = sales[(sales["ordered_on"] >= self.begun) & (sales["ordered_on"] < self.end)]
        again = complaints[complaints["received_on"].between(self.begun, self.end, inclusive="left")]
        net = (late["sale"] - late["refund"]).groupby(late["customer_id"]).sum()
        did = again if "投诉" in caption else late[late["refund"] == 0]
        for i, row in enumerate(data):
            mine = grades.index[grades.eq(row["grade"])]
            n, x = len(mine), int(mine.isin(did["customer_id"]).sum())
            yield i, "consultations", n
            if "amount" not in names:
                yield from zip((i, i, i), ("rate", "low", "high"), (x / n, *wilson(x, n)), strict=True)
                continue
            given = net.reindex(mine).fillna(0)
            reach = stats.t.ppf(0.975, n - 1) * given.std() / math.sqrt(n)
            yield from ((i, "amount", given.mean()), (i, "low", given.mean() - reach))
            yield i, "high", given.mean() + reach

    def _windows(self, action: str) -> tuple[pd.Series, dict[int, pd.Series]]:
        """Return the group of each customer, and whether they ordered in each window; 0 is after."""
        rows = self.tables.of("assignments")
        rows = rows[rows["action"].eq(action)].drop_duplicates("customer_id", keep=False)
        sold = self.tables.sales.query("refund == 0")
        if ACTIONS[action]:
            sold = sold[sold["kind"].isin(ACTIONS[action])]
        pairs = rows[["customer_id", "assigned_on"]].merge(sold, on="customer_id")
        apart = (pairs["ordered_on"] - pairs["assigned_on"]).dt.days
        ids = rows["customer_id"]
        found = {
            back: ids.isin(
                pairs.loc[apart.between(-DAYS * back, DAYS * (1 - back) - 1), "customer_id"]
            ).astype(float)
            for back in range(4)
        }
        return rows["group"], found

    def _effect(self, action: str) -> tuple[int, int, float, float, float, float]:
        group, windows = self._windows(action)
        treated, control = group.eq("实施"), group.eq("对照")
        n, m = int(treated.sum()), int(control.sum())
        if action in RANDOMISED:
            x, y = (int(windows[0][chosen].sum()) for chosen in (treated, control))
            return n, m, x / n - y / m, *newcombe(x, n, y, m), test(x, n, y, m)
        change = windows[0] - windows[1]
        found = stats.ttest_ind(change[treated], change[control], equal_var=False)
        ends = found.confidence_interval(0.95)
        gap = change[treated].mean() - change[control].mean()
        return n, m, gap, ends.low, ends.high, found.pvalue

    def _actions(self, data: list[dict]) -> Cells:
        found = [self._effect(row["action"]) for row in data]
        adjusted = holm([one[-1] for one in found])
        for i, (row, one, p) in enumerate(zip(data, found, adjusted, strict=True)):
            names = ("treated", "control", "difference", "low", "high")
            yield from ((i, name, value) for name, value in zip(names, one[:5], strict=True))
            is_clear = p < 0.05 and (one[3] > 0 or one[4] < 0)
            told = "不能确定" if row["action"] not in RANDOMISED else "有效果" if is_clear else "未发现效果"
            yield from ((i, "p_adjusted", p), (i, "verdict", told))

    def _course(self, data: list[dict]) -> Cells:
        group, windows = self._windows("上门拜访")
        for i, row in enumerate(data):
            mine = windows[-row["window"]][group.eq(row["group"])]
            n, x = len(mine), int(mine.sum())
            yield from ((i, "customers", n), (i, "value", x / n))
            yield from zip((i, i), ("low", "high"), wilson(x, n), strict=True)

    def _months(self, data: list[dict]) -> Cells:
        counts = self.tables.of("complaints")["received_on"].dt.strftime("%Y-%m").value_counts()
        values = [float(counts.get(row["month"], 0)) for row in data]
        yield from chart(values, sum(row["month"] < CHART_FROM for row in data))


def last(rows: pd.DataFrame, date: str, score: str, at: pd.Timestamp, who: pd.Index) -> pd.Series:
    """Return the last score before a moment, the highest of a day."""
    known = rows[(rows[date] < at) & rows[score].notna()].sort_values([date, score], kind="stable")
    return known.drop_duplicates("customer_id", keep="last").set_index("customer_id")[score].reindex(who)


def listing(names: list[str]) -> str:
    """Join names as the report does: A、B和C."""
    return "和".join(filter(None, ("、".join(names[:-1]), names[-1])))
