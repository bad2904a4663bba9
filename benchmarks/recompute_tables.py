"""Read the tables beside the consultations from the sample's workbooks, with nothing of the package."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

HEADERS = {
    "orders": "订单编号 order_id,客户编号 customer_id,下单日期 ordered_on,订单金额(元) amount,"
    "产品 product,订单类型 kind,成本 cost,服务期起 valid_from,服务期止 valid_to,渠道 channel,"
    "回款日期 paid_on",
    "customers": "客户编号 customer_id,上级客户 parent_id,客户类型 customer_type,城市 region,"
    "员工人数 employees,"
    "注册资本(万元) registered_capital,采集渠道 channel,数据提供方 provider,采集日期 collected_on,"
    "更新时间 updated_on,是否同意使用 consent,退订 opted_out",
    "interactions": "客户编号 customer_id,时间 occurred_at,类型 kind,页面 page,产品 product,"
    "停留时长(秒) seconds,会话ID session,活动 campaign,服务时长(分钟) minutes,是否内部访问 staff",
    "responses": "客户编号 customer_id,批次 survey,发放日期 sent_on,填写日期 answered_on,渠道 channel,"
    "产品质量 quality,服务态度 attitude,售后服务 after_sales,易用性 ease,价格 price,响应速度 speed,"
    "总体满意度 overall,推荐意愿 recommend,答卷编号 response_id",
    "feedback": "客户编号 customer_id,反馈日期 given_on,反馈渠道 channel,反馈内容 text,产品 product",
    "complaints": "客户编号 customer_id,投诉日期 received_on,投诉编号 complaint_id,"
    "投诉类别 category,"
    "产品 product,办结日期 closed_on,是否重复投诉 reopened,处理满意度 satisfied",
    "leads": "线索ID lead_id,创建时间 created_on,客户编号 customer_id,线索来源 source,"
    "职务 job_title,需求 need,"
    "预算 budget,决策权 authority,线索状态 status,是否转换 converted,转换时间 converted_on,"
    "成交金额 amount,跟进结论 conclusion",
    "assignments": "客户编号 customer_id,措施 action,组别 group,分组日期 assigned_on",
    "decisions": "客户编号 customer_id,日期 date,等级 grade,提出人 who,批准人 approved_by,决定 decision,"
    "理由 why",
}
FILES = {
    "orders": "-????-订单.xlsx",
    "customers": "-客户档案.xlsx",
    "interactions": "-????-互动.csv",
    "responses": "-问卷.xlsx",
    "feedback": "-反馈.csv",
    "complaints": "-投诉.xlsx",
    "leads": "-线索.csv",
    "assignments": "-措施分组.xlsx",
    "decisions": "-评级决定.xlsx",
}
KEYS = {"orders": "order_id", "complaints": "complaint_id", "responses": "response_id", "leads": "lead_id"}
DATES = {
    "orders": "ordered_on",
    "interactions": "occurred_at",
    "responses": "sent_on",
    "feedback": "given_on",
    "complaints": "received_on",
    "leads": "created_on",
    "assignments": "assigned_on",
    "decisions": "date",
    "customers": "updated_on",
    "consultations": "consulted_on",
}
REFUND = "退款"
REGIONS = ("黄山市", "杭州市", "盐城市")


class Tables:
    """The tables of one region, read when they are asked for."""

    def __init__(self, folder: Path, region: str) -> None:
        self.folder, self.region = folder, region
        self._held: dict[str, pd.DataFrame] = {}

    def all(self, table: str) -> pd.DataFrame:
        """Return the clean rows of a table, whoever they are of."""
        if table not in self._held:
            self._held[table] = clean(table, _read_files(table, self.folder, self.region))
        return self._held[table]

    def of(self, table: str) -> pd.DataFrame:
        """Return the clean rows of customers who agreed and did not opt out."""
        rows = self.all(table)
        return rows[~rows["customer_id"].isin(self.refusing)]

    @cached_property
    def refusing(self) -> set[str]:
        """Customers who gave no consent or opted out."""
        people = self.all("customers")
        return set(people.loc[people["consent"].eq("否") | people["opted_out"].eq("是"), "customer_id"])

    @cached_property
    def sales(self) -> pd.DataFrame:
        """Orders with what was sold and what was given back."""
        rows = self.of("orders").copy()
        back = rows["kind"].eq(REFUND)
        rows["sale"], rows["refund"] = rows["amount"].where(~back, 0.0), rows["amount"].abs().where(back, 0.0)
        rows["year"] = rows["ordered_on"].dt.year
        rows["month"] = rows["ordered_on"].dt.strftime("%Y-%m")
        return rows

    @cached_property
    def last_day(self) -> pd.Timestamp:
        """The last day that any order tells of."""
        return self.all("orders")["ordered_on"].max().normalize()


def _read_files(table: str, folder: Path, region: str) -> pd.DataFrame:
    """Read the files of a table of a region, which lie in one folder."""
    parts = [read_rows(path) for path in sorted(folder.glob(region + FILES[table]))]
    return rename(table, pd.concat(parts, ignore_index=True))


def read_rows(path: Path) -> pd.DataFrame:
    """Read the rows of a file as they are."""
    if path.suffix == ".csv":
        return pd.read_csv(path, dtype=object)
    return pd.read_excel(path, sheet_name=0, engine="calamine", dtype=object)


def rename(table: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Give the columns of a table their names, and leave out the others."""
    names = dict(pair.split(" ") for pair in HEADERS[table].split(","))
    rows = rows.rename(columns=names)
    return rows[[name for name in dict.fromkeys(names.values()) if name in rows]]


def clean(table: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Give the columns their types, and leave out what the rules of the tables reject."""
    rows = rows[~rows.duplicated()].copy()
    for name in rows:
        if name.endswith(("_on", "_at", "_from", "_to")) or name == "date":
            rows[name] = pd.to_datetime(rows[name], errors="coerce")
        elif name in NUMBERS:
            rows[name] = pd.to_numeric(rows[name], errors="coerce").astype(float)
    for name in {"product", "category"} & set(rows):
        rows[name] = rows[name].mask(rows[name].astype("string").str.contains(MOBILE).fillna(False))
    if table in KEYS:
        rows = rows[~rows[KEYS[table]].duplicated(keep=False)]
    if table == "orders":
        rows = rows[(rows["amount"] >= 0) | rows["kind"].eq(REFUND)]
    if table == "complaints":
        rows = rows[~(rows["closed_on"] < rows["received_on"])]
    return rows.reset_index(drop=True)


MOBILE = r"(?<!\d)1[3-9]\d{9}(?!\d)"  # a cell with a telephone number is blanked
NUMBERS = {
    *("amount", "cost", "employees", "registered_capital", "seconds", "minutes", "quality", "attitude"),
    *("after_sales", "ease", "price", "speed", "overall", "recommend", "satisfied"),
}


# --- numbers


def significant(value: float, digits: int) -> float:
    """Round to so many significant digits."""
    return float(f"{value:.{digits - 1}e}")


def median_interval(values: np.ndarray) -> tuple[float, float]:
    """Order statistics that hold the median in 95 of 100 (David and Nagaraja 2003, 7.1)."""
    n = len(values)
    rank = max(r for r in range(1, n // 2 + 1) if 1 - 2 * stats.binom.cdf(r - 1, n, 0.5) >= 0.95)
    ordered = np.sort(values)
    return float(ordered[rank - 1]), float(ordered[n - rank])


def exact_poisson(count: int) -> tuple[float, float]:
    """Garwood (1936)."""
    low = stats.chi2.ppf(0.025, 2 * count) / 2 if count else 0.0
    return float(low), float(stats.chi2.ppf(0.975, 2 * count + 2) / 2)


def auc(scores: Any, positive: Any) -> float:
    """Chance that one who bought scores higher than one who did not; ties count half."""
    ranks, positive = stats.rankdata(scores), np.asarray(positive, bool)
    n = int(positive.sum())
    return float((ranks[positive].sum() - n * (n + 1) / 2) / (n * (~positive).sum()))


# --- what data there are


NAMES = {
    "consultations": "咨询",
    "customers": "客户档案",
    "orders": "订单",
    "interactions": "互动记录",
    "responses": "问卷答卷",
    "feedback": "反馈意见",
    "complaints": "投诉记录",
    "leads": "线索",
    "assignments": "措施分组",
    "decisions": "评级决定",
}
CHANNELS = {"邮件": "网站", "社交媒体": "网站", "在线客服": "呼叫中心", "电话回访": "电话"}
NOT_TOLD = "未注明"
STEP = 50  # of numbers of rows in a public edition: five thresholds of ten


def coarse(count: float) -> float:
    """Give a number of rows in steps, as public editions do."""
    return math.floor(count / STEP + 0.5) * STEP


def coverage(
    exhibit: dict[str, Any], tables: dict[str, pd.DataFrame], *, internal: bool
) -> Iterator[tuple[int, str, Any]]:
    """Yield rows, customers, share, orphans and age of each table and channel."""
    seen = Counter(who for rows in tables.values() for who in rows["customer_id"].unique())
    alone = {who for who, times in seen.items() if times == 1}
    last = max(rows[DATES[name]].max() for name, rows in tables.items()).normalize()
    named = {NAMES[name]: name for name in tables}
    for i, row in enumerate(exhibit["data"]):
        name = named[row["table"]]
        rows = tables[name]
        if name != "consultations" and "channel" in rows:
            rows = rows[rows["channel"].replace(CHANNELS).eq(row["channel"])]
        customers, orphans = rows["customer_id"].nunique(), int(rows["customer_id"].isin(alone).sum())
        ages = (last - rows[DATES[name]].dt.normalize()).dt.days
        yield i, "median_age_days", float(ages.median())
        counts = {"rows": len(rows), "customers": customers, "orphans": orphans}
        yield from ((i, key, value if internal else coarse(value)) for key, value in counts.items())
        everyone = len(seen) if internal else coarse(len(seen))
        share = customers / everyone if internal else round(min(coarse(customers) / everyone, 1), 2)
        yield i, "share", share


def whole_tables(
    exhibit: dict[str, Any], tables: dict[str, pd.DataFrame], totals: int
) -> Iterator[tuple[int, str, Any]]:
    """Yield the rows of each table in steps; of external totals, their number."""
    named = {NAMES[name]: name for name in tables}
    for i, row in enumerate(exhibit["data"]):
        is_total = row["table"] not in named
        yield i, "rows", totals if is_total else coarse(len(tables[named[row["table"]]]))


def files(exhibit: dict[str, Any], folder: Path) -> Iterator[tuple[int, str, Any]]:
    """Yield how many rows each file has, and what became of them; exact, or in steps of a public edition."""
    for i, row in enumerate(exhibit["data"]):
        path = folder / row["file"]
        rows = read_rows(path)
        counts = {"read": len(rows)}
        table = next((name for name, form in FILES.items() if fnmatch(path.name, "*" + form)), "")
        if table and "rejected" in row:
            twice = int(rows.duplicated().sum())
            kept = len(clean(table, rename(table, rows)))
            counts |= {"graded": kept, "duplicates": twice, "rejected": len(rows) - twice - kept}
        for name, value in counts.items():
            yield i, name, coarse(value) if row.get(name) == coarse(value) else value
