"""Tables on the value of customers as a report prints them: heads and formats of `PublishedValue`'s parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ..analysis.value.customer_values import STRATEGIES
from ..analysis.value.model_check import Check
from ..analysis.value.purchase_groups import GROUPS
from ..base import language, origin, table_metadata
from ..base.language import text
from ..protection.value_publication import PublishedValue
from .sentences.wording import cut

TENTHS = 10
RULES = {
    "model": ("模型", "Model"),
    "own_rate": ("沿用各自过去的频率", "Each keeps its own past rate"),
    "recent_rate": (
        "近26周有购买的沿用原频率，其余为零",
        "Active in the last 26 weeks: past rate, else none",
    ),
    "mean": ("全部取平均", "Mean of all"),
}
RENEWAL_RULES = {**RULES, "own_rate": ("沿用上一次的续费率", "The share of the renewal before")}
EVENTS = {"opened": ("打开", "Opened"), "clicked": ("点击", "Clicked")}
HALVES = {"high": ("高", "High"), "low": ("低", "Low")}
MONEY_HEADS = {
    "customers": ("购买客户数", "Customers"),
    "sales": ("净销售额（扣除退款，元）", "Net sales (after refunds, yuan)"),
    "cost": ("成本（元）", "Cost (yuan)"),
    "contribution": ("贡献利润（元）", "Contribution (yuan)"),
    "clv": ("生命周期价值（元）", "Lifetime value (yuan)"),
    "potential": ("潜力价值（元）", "Potential (yuan)"),
}


def _titled(
    table: pd.DataFrame, heads: Mapping[Any, tuple[str, str]], like: Mapping[Any, str]
) -> pd.DataFrame:
    """Return a table with heads in the report's language and formats of the vocabulary."""
    worded = {column: text(zh=zh, en=en) for column, (zh, en) in heads.items()}
    copy = table_metadata.carry(table, table.copy())
    return table_metadata.describe(copy, heads=worded, formats=dict(like))


def _named(table: pd.DataFrame, words: Mapping[str, tuple[str, str]]) -> pd.DataFrame:
    """Return a table whose index says in words what it has as keys."""
    names = [text(zh=words[key][0], en=words[key][1]) if key in words else key for key in table.index]
    copy = table_metadata.carry(table, table.copy())
    copy.index = pd.Index(names, name=table.index.name)
    return copy


def sums(table: pd.DataFrame) -> pd.DataFrame:
    """Return sums of money by customer type; see `protect_sums`."""
    columns = [column for column in MONEY_HEADS if column in table and column != "cost"]
    return _titled(table[columns], MONEY_HEADS, dict.fromkeys(columns[1:], "amount"))


def means(table: pd.DataFrame) -> pd.DataFrame:
    """Return means per customer by customer type."""
    heads = {f"mean_{name}": head for name, head in MONEY_HEADS.items()}
    columns = [column for column in heads if column in table and column != "mean_cost"]
    return _titled(table[columns], heads, dict.fromkeys(columns, "amount"))


def quantiles(table: pd.DataFrame) -> pd.DataFrame:
    """Return quartiles of the year's net sales per customer."""
    heads = {
        "customers": ("当年购买客户数", "Customers who bought"),
        "q25": ("下四分位数（元）", "Lower quartile (yuan)"),
        "q50": ("中位数（元）", "Median (yuan)"),
        "q75": ("上四分位数（元）", "Upper quartile (yuan)"),
    }
    return _titled(table, heads, dict.fromkeys(("q25", "q50", "q75"), "amount"))


def cumulate(now: PublishedValue) -> pd.DataFrame:
    """Return the curve of lifetime value whose points the report draws: of its tenths, if it has them."""
    if len(now.tenths) < TENTHS:
        return now.concentration
    share = now.tenths["share"].cumsum()
    parts = {"share_of_customers": share.index / TENTHS, "share": share}
    return table_metadata.carry(now.concentration, pd.DataFrame(parts))


def curve(table: pd.DataFrame) -> pd.DataFrame:
    """Return the points of a concentration curve; see `protect_concentration`."""
    heads = {
        "contributors": ("客户数（集团计为一户，累计）", "Customers, a group as one, cumulated"),
        "share_of_customers": ("占客户的比重", "Share of customers"),
        "share": ("占金额的比重（累计）", "Share of the money, cumulated"),
    }
    like = {"contributors": "customers", "share_of_customers": "share"}
    table = table_metadata.carry(table, table.astype({"contributors": "float64"}))  # no name of a row
    firsts = [cut(share) for share in table["share_of_customers"]]
    names = [text(zh=f"前{share}的客户", en=f"First {share} of customers") for share in firsts]
    told = table_metadata.carry(
        table, table.set_index(pd.Index(names, name="part_of_customers", dtype=object))
    )
    return _titled(
        told,
        {"part_of_customers": ("客户（价值高的在前）", "Customers, the most valuable first")} | heads,
        like,
    )


def check(tested: Check, *, renewals: bool = False) -> pd.DataFrame:
    """Return how near the model and the naive rules came."""
    heads = {
        "rule": ("方法", "Rule"),
        "ratio": ("预测合计÷实际合计", "Predicted ÷ actual total"),
        "mae": ("平均绝对误差", "Mean absolute error"),
        "rmse": ("均方根误差", "Root mean square error"),
    }
    words = RENEWAL_RULES if renewals else RULES
    return _titled(_named(tested.rules, words), heads, {"ratio": "share", "mae": "auc", "rmse": "auc"})


def held_out(tested: Check, *, renewals: bool = False) -> pd.DataFrame:
    """Return predicted and actual means by number of purchases so far, or by renewal."""
    what = ("第几次续费", "Renewal") if renewals else ("此前的重复购买次数", "Repeat purchases before")
    heads = {
        tested.groups.index.name: what,
        "customers": ("客户数", "Customers"),
        "predicted": ("预测", "Predicted"),
        "actual": ("实际", "Actual"),
    }
    form = "share" if renewals else "lift"
    told = table_metadata.carry(
        tested.groups, tested.groups.set_axis(name_groups(tested.groups.index, renewals=renewals))
    )
    told.index.name = tested.groups.index.name
    return _titled(told, heads, {"predicted": form, "actual": form})


def name_groups(groups: pd.Index, *, renewals: bool) -> list[str]:
    """Name the groups of a check as its figure does."""
    if renewals:
        return [text(zh=f"第{n}次续费", en=f"Renewal {n}") for n in groups]
    return [text(zh=f"已重复购买{n}次", en=f"{n} repeat{'' if n == 1 else 's'}") for n in groups]


def groups(table: pd.DataFrame) -> pd.DataFrame:
    """Return customers by recency, frequency and amount."""
    heads = {
        "purchase_group": ("客户群（RFM）", "Group (RFM)"),
        "orders": ("订单数", "Orders"),
        "amount": ("累计净额（元）", "Net amount (yuan)"),
        "share": ("占净额的比重", "Share of the amount"),
    }
    return _titled(_named(table, GROUPS), heads, {"orders": "customers"})


def gaps(table: pd.DataFrame) -> pd.DataFrame:
    """Return the potential by product."""
    heads = {
        "product": ("产品", "Product"),
        "potential": ("潜力价值（元）", "Potential (yuan)"),
        "customers": ("尚未购买的客户数", "Customers without it"),
    }
    return _titled(table, heads, {"potential": "amount"})


def tenths(table: pd.DataFrame) -> pd.DataFrame:
    """Return the share of each tenth of customers by value."""
    heads = {
        "tenth": ("按价值排列的十等分组", "Tenth by value"),
        "share": ("占全部价值的比重", "Share of all value"),
        "mean_value": ("户均价值（元）", "Mean value (yuan)"),
    }
    names = [text(zh=f"第{n}组", en=f"Tenth {n}") for n in table.index]
    table = table_metadata.carry(table, table.astype({"customers": "float64"}))  # no name of a row
    told = table_metadata.carry(table, table.set_axis(pd.Index(names, name="tenth", dtype=object)))
    return _titled(told, heads, {"mean_value": "amount"})


def engagement(table: pd.DataFrame) -> pd.DataFrame:
    """Return who bought afterwards by grade of behaviour."""
    heads = {
        "engagement_grade": ("行为活跃度等级", "Grade of engagement"),
        "consultations": ("客户数", "Customers"),
        "conversions": ("其后90天内购买", "Bought in the 90 days after"),
        "rate": ("购买率", "Share that bought"),
    }
    return _titled(table, heads, {})


def mails(table: pd.DataFrame) -> pd.DataFrame:
    """Return of how many mails were opened and clicked."""
    heads = {
        "event": ("邮件", "Mails"),
        "consultations": ("发送（客户×活动）", "Sent (customer × campaign)"),
        "conversions": ("次数", "Count"),
        "rate": ("比率", "Rate"),
    }
    return _titled(_named(table, EVENTS), heads, {})


def interests(table: pd.DataFrame) -> pd.DataFrame:
    """Return whether interest in a product goes with its purchase."""
    heads = {
        "product": ("感兴趣的产品", "Product of interest"),
        "customers": ("客户数", "Customers"),
        "buyers": ("其后90天内购买该产品", "Bought it in the 90 days after"),
        "rate": ("购买率", "Share that bought it"),
        "other_rate": ("其他客户的购买率", "Share among others"),
    }
    return _titled(table, heads, {"buyers": "customers", "other_rate": "rate"})


def matrix(table: pd.DataFrame) -> pd.DataFrame:
    """Return customers by grade of value (rows) and of intent (columns)."""
    heads = {"value_grade": ("价值＼意向", "Value \\ intent")}
    heads |= {grade: (f"意向{grade}", f"Intent {grade}") for grade in table.columns}
    return _titled(table, heads, dict.fromkeys(table.columns, "customers"))


def strategies(table: pd.DataFrame) -> pd.DataFrame:
    """Return what to do in each field of the matrix."""
    said = {key: text(zh=zh, en=en) for key, (zh, en) in STRATEGIES.items()}
    half = {key: text(zh=zh, en=en) for key, (zh, en) in HALVES.items()}
    keys = list(zip(table["value_half"], table["intent_half"], strict=True))
    names = [
        text(zh=f"价值{half[v]}、意向{half[i]}", en=f"{half[v]} value, {half[i].lower()} intent")
        for v, i in keys
    ]
    told = pd.DataFrame(
        {
            "customers": table["customers"].to_numpy(),
            "clv": table["clv"].to_numpy(),
            "strategy": [said[k] for k in keys],
        },
        index=pd.Index(names, name="field"),
    )
    told = table_metadata.carry(table, told)
    return _titled(
        told, {"field": ("客户", "Customers who are"), "clv": MONEY_HEADS["clv"]}, {"clv": "amount"}
    )


def channels(table: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Return what data there are: table, channel, rows, customers.

    Parameters
    ----------
    names : mapping
        Table → its name in the report's language.
    """
    heads = {
        "table": ("数据表", "Table"),
        "is_static": ("静态/动态", "Static or dynamic"),
        "channel": ("采集渠道", "Channel"),
        "rows": ("行数", "Rows"),
        "customers": ("客户数", "Customers"),
        "share": ("占全部客户", "Share of all"),
        "orphans": ("仅见于本表", "In this table alone"),
        "median_age_days": ("距截止日天数（中位数）", "Median age (days)"),
    }
    shown = table.assign(table=[names.get(name, name) for name in table["table"]])
    kept = ["table", "is_static", "channel", "rows", "customers", "share", "orphans", "median_age_days"]
    like = {"orphans": "customers", "median_age_days": "customers"}
    return _titled(table_metadata.carry(table, shown)[kept].set_index("table"), heads, like)


def files(table: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Return what was read of which file."""
    shown = table.assign(table=[names.get(name, name) for name in table["table"]])
    return _titled(table_metadata.carry(table, shown), {"table": ("数据表", "Table")}, {})


def customer_list(table: pd.DataFrame) -> pd.DataFrame:
    """Return the list of customers; internal."""
    heads = {
        **MONEY_HEADS,
        "value_grade": ("价值等级", "Grade of value"),
        "intent_grade": ("意向等级", "Grade of intent"),
        "engagement_grade": ("行为活跃度", "Engagement"),
        "orders": ("订单数", "Orders"),
        "recency_days": ("距最近一次购买（天）", "Days since the last order"),
        "purchase_group": ("客户群（RFM）", "Group (RFM)"),
        "interest": ("关注的产品", "Interest"),
        "strategy": ("建议", "What to do"),
    }
    like = dict.fromkeys(("sales", "contribution", "clv", "potential"), "amount")
    return _titled(table, heads, like | {"orders": "customers", "recency_days": "days_overdue"})


def table_names() -> dict[str, str]:
    """Return table → its name in the report's language."""
    names = {
        "consultations": ("咨询", "Consultations"),
        "customers": ("客户档案", "Customers"),
        "orders": ("订单", "Orders"),
        "interactions": ("互动记录", "Interactions"),
        "responses": ("问卷答卷", "Survey responses"),
        "feedback": ("反馈意见", "Feedback"),
        "complaints": ("投诉记录", "Complaints"),
        "leads": ("线索", "Leads"),
        "market": ("市场总量", "Market totals"),
        "assignments": ("措施分组", "Assignments to actions"),
        "decisions": ("评级决定", "Grading decisions"),
    }
    return {key: names[key][0 if language.current() == "zh" else 1] for key in names}


origin.trace_module(globals())
