"""Tables of satisfaction as readers see them: names instead of codes, heads in the report's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from ..analysis.customers.data_coverage import name_channel
from ..analysis.opinions import drivers
from ..base import language, origin, table_metadata
from ..base.language import text
from ..protection.survey_publication import Surveyed

RESPONSE_COLUMNS = ["received", "consultations", "returned", "rate", "low", "high"]


def response_by(table: pd.DataFrame, *, knows_invited: bool, order: Sequence[str] = ()) -> pd.DataFrame:
    """Return who answered and was satisfied by group; without invitations, no response rate.

    What is withheld of every group has no column; `satisfaction.left_out` says so.

    Parameters
    ----------
    table : DataFrame
        `Surveyed.by_type` or `Surveyed.by_grade`.
    knows_invited : bool
        Whether the data say who was invited.
    order : sequence of str
        In which order groups stand, such as grades from the highest down; those not in it come last.
    """
    columns = RESPONSE_COLUMNS if knows_invited else RESPONSE_COLUMNS[1:2] + RESPONSE_COLUMNS[3:]
    name = str(table.index.name)
    gone = columns_withheld(table) if knows_invited else []
    ordered = [
        *(group for group in order if group in table.index),
        *table.index.difference(order, sort=False),
    ]
    shown = table.loc[ordered, [column for column in columns if column not in gone]]
    heads = {name: language.term("customer_type")}
    if name != "customer_type":
        heads = {name: text(zh="调查前的等级", en="Grade before")}
        shown = shown.rename(index=language.grade_label).rename_axis(name)
        heads |= dict(table_metadata.heads(table))
        heads[name] = text(zh="调查前的等级", en="Grade before")
    return table_metadata.describe(shown, heads={**table_metadata.heads(table), **heads})


def columns_withheld(table: pd.DataFrame) -> list[str]:
    """Return which of the numbers of invitations are withheld of every group."""
    hidden = table_metadata.withheld(table)
    return [
        column
        for column in ("received", "returned")
        if len(table) and table[column].isna().all() and set(table.index) <= set(hidden.get(column, ()))
    ]


def weighted(table: pd.DataFrame) -> pd.DataFrame:
    """Return the estimates for the customer list, see `Surveyed.weighted`."""
    names = {
        "raw": text(zh="未加权", en="Unweighted"),
        "by_type": text(zh="按客户类型加权", en="Weighted by type"),
        "by_grade": text(zh="按调查前等级加权", en="Weighted by grade"),
    }
    shown = table.rename(index=names)
    return shown if shown["nps"].notna().any() else shown.drop(columns="nps")


def top_boxes(told: Surveyed, names: Mapping[str, str]) -> pd.DataFrame:
    """Return the items with their share of satisfied and their mean, whose interval stands beside it."""
    table = told.tops.drop(columns=["conversions"])
    table = table.rename(index=dict(names))
    withheld = {
        column: [names.get(str(row), row) for row in rows]
        for column, rows in table_metadata.withheld(told.tops).items()
        if column in table
    }
    if table["mean"].isna().all():
        table = table.drop(columns=["mean", "mean_low", "mean_high"])
    return table_metadata.describe(table, withheld=withheld or None)


def performance(table: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Return importance and performance with what follows, see `drivers.importance_performance`."""
    words = {
        drivers.IMPROVE: text(zh="优先改进", en="improve first"),
        drivers.KEEP: text(zh="继续保持", en="keep up"),
        drivers.LATER: text(zh="稍后改进", en="later"),
        drivers.SUFFICIENT: text(zh="已经足够", en="sufficient"),
    }
    unsure = text(zh="（不确定）", en=" (unsure)")
    told = [
        words[quadrant] + ("" if sure else unsure)
        for quadrant, sure in zip(table["quadrant"], table["sure"], strict=True)
    ]
    shown = table[["share", "low", "high", "rate"]].assign(quadrant=told).rename(index=dict(names))
    return shown.rename_axis("item")


def contrasts(table: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Return penalties and rewards with the kind of each item, see `drivers.penalties_rewards`."""
    words = {
        drivers.BASIC: text(zh="基本型", en="taken for granted"),
        drivers.EXCITING: text(zh="魅力型", en="delighting"),
        drivers.LINEAR: text(zh="线性型", en="linear"),
        drivers.UNSURE: text(zh="不能判断", en="cannot be told"),
    }
    shown = pd.DataFrame(
        {
            "penalty": table["penalty"],
            "reward": table["reward"],
            "kind": [words[kind] for kind in table["kind"]],
        },
        index=table.index,
    )
    table_metadata.carry(table, shown)
    return shown.rename(index=dict(names)).rename_axis("item")


def choices(table: pd.DataFrame) -> pd.DataFrame:
    """Return how often options were named."""
    return table[["texts", "share", "low", "high"]]


def scales(told: Surveyed, names: Mapping[str, str]) -> pd.DataFrame:
    """Return the means of reliable scales; `names` as for `reliabilities`."""
    every = text(zh="全部项目", en="All items")
    named = [names.get(str(name)) or (str(name) if name else every) for name in told.scales.index]
    shown = told.scales.set_axis(pd.Index(named, name="scale"), axis=0)
    return table_metadata.describe(shown, heads={"scale": text(zh="量表", en="Scale")})


def reliabilities(told: Surveyed, names: Mapping[str, str]) -> pd.DataFrame:
    """Return Cronbach's alpha of all items and of each dimension.

    Parameters
    ----------
    names : mapping of str to str
        Dimension → what it is called.
    """
    every = text(zh="全部项目", en="All items")
    rows = {
        (names.get(name) or every) if name else every: [scale.items, scale.alpha, scale.low, scale.high]
        for name, scale in told.reliabilities.items()
    }
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["items", "alpha", "low", "high"])
    heads = {
        "dimension": text(zh="范围", en="Scale"),
        "items": text(zh="项目数", en="Items"),
        "alpha": text(zh="克朗巴赫α系数", en="Cronbach's alpha"),
    }
    table = table.assign(
        alpha=table["alpha"].round(2), low=table["low"].round(2), high=table["high"].round(2)
    )
    return table_metadata.describe(table.rename_axis("dimension"), heads=heads, formats={"items": "rows"})


def purchases(table: pd.DataFrame) -> pd.DataFrame:
    """Return who ordered again, see `repeat_purchases.follow_purchases`."""
    words = {"satisfied": text(zh="满意", en="Satisfied"), "others": text(zh="其余", en="Others")}
    withheld = {c: [words.get(str(r), r) for r in rows] for c, rows in table_metadata.withheld(table).items()}
    return table_metadata.describe(table.rename(index=words), withheld=withheld or None)


def questions(wordings: Mapping[str, str]) -> pd.DataFrame:
    """Return what was asked: item and its wording.

    Parameters
    ----------
    wordings : mapping of str to str
        What the report calls an item → how it is asked.
    """
    table = pd.DataFrame({"question": dict(wordings)}).rename_axis("item")
    heads = {"item": text(zh="评价项目", en="Item"), "question": text(zh="问题", en="Question")}
    return table_metadata.describe(table, heads=heads)


# --- data


def table_names() -> dict[str, str]:
    """Return table → what the report calls it."""
    return {
        "consultations": text(zh="咨询", en="consultations"),
        "customers": text(zh="客户档案", en="customers"),
        "orders": text(zh="订单", en="orders"),
        "responses": text(zh="问卷答卷", en="survey answers"),
        "feedback": text(zh="反馈意见", en="feedback"),
        "complaints": text(zh="投诉记录", en="complaints"),
        "interactions": text(zh="互动记录", en="interactions"),
        "leads": text(zh="线索", en="leads"),
        "market": text(zh="市场总量", en="market totals"),
        "assignments": text(zh="措施分组", en="assignments to actions"),
        "decisions": text(zh="评级决定", en="decisions on grades"),
    }


def coverage(table: pd.DataFrame) -> pd.DataFrame:
    """Return what data there are and how they were collected, see `customers.coverage`."""
    kinds = {True: text(zh="静态", en="static"), False: text(zh="动态", en="dynamic")}
    shown = table.assign(
        table=[table_names().get(name, name) for name in table["table"]],
        is_static=[kinds[bool(value)] for value in table["is_static"]],
        channel=[name_channel(name) for name in table["channel"]],
    )
    shown = shown[["table", "is_static", "channel", "rows", "customers", "share", "median_age_days"]]
    heads = {
        "table": text(zh="数据表", en="Table"),
        "is_static": text(zh="性质", en="Kind"),
        "channel": text(zh="采集渠道", en="Collected by"),
        "rows": text(zh="行数", en="Rows"),
        "customers": text(zh="客户数", en="Customers"),
        "share": text(zh="占全部客户", en="Of all customers"),
        "median_age_days": text(zh="数据龄中位数（天）", en="Median age (days)"),
    }
    formats = {"median_age_days": "rows"}
    return table_metadata.describe(shown.set_index("table"), heads=heads, formats=formats)


def quality(table: pd.DataFrame) -> pd.DataFrame:
    """Return what became of the rows of each file: kept, rejected, duplicates."""
    shown = table.assign(table=[table_names().get(name, name) for name in table["table"]])
    heads = {
        "table": text(zh="数据表", en="Table"),
        "read": text(zh="读入", en="Read"),
        "graded": text(zh="保留", en="Kept"),
    }
    columns = ["table", "read", "graded", "rejected", "duplicates"]
    return table_metadata.describe(shown.set_index("file")[columns], heads=heads)


origin.trace_module(globals())
