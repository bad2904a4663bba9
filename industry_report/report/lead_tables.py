"""Codes in the tables about leads → the words a reader sees."""

from __future__ import annotations

import pandas as pd

from ..analysis.leads import audit, fitting, model
from ..base import origin, table_metadata
from ..base.language import formatted, text
from ..protection.lead_publication import PublishedLeads

_KINDS = {
    "behaviour": ("行为", "Behaviour"),
    "firm": ("企业", "Firm"),
    "person": ("人员", "Person"),
    "lead": ("线索", "Lead"),
}
_VERDICTS = {
    model.FINE: ("相符", "As predicted"),
    model.TOO_HIGH: ("预测偏高", "Predicted too high"),
    model.TOO_LOW: ("预测偏低", "Predicted too low"),
    model.FEW_LEADS: ("过少", "Too few"),
}
_REASONS = {
    audit.LATE: ("线索到来之后才填写", "Filled in after the lead came in"),
    audit.TOO_GOOD: ("单凭这一项就几乎能断定结果", "Tells the outcome almost alone"),
    audit.ONLY_CONVERTED: ("有一类取值只出现在成交线索中", "A value occurs in converted leads alone"),
    audit.EMPTY_WHEN_OPEN: ("未到期的线索全部空白", "Blank in all leads still open"),
    fitting.CONSTANT: ("各取值的成交率未见差异", "Its values do not differ in conversion"),
    fitting.TOO_MANY: ("成交线索过少，容不下更多字段", "Too few conversions for more columns"),
    fitting.NO_WEIGHT: ("其他字段已经说明了同样的情况", "Other columns say the same"),
    "empty": ("没有数据", "No data"),
    "excluded": ("按规定不用", "Excluded by the model file"),
}
_WORDS = {"kind": _KINDS, "verdict": _VERDICTS, "why": _REASONS}
_FLAGS = {"stopped": ("停用", "Stopped"), "off": ("偏离", "Off"), "due": ("应重新拟合", "Fit anew")}
_HEADS = {
    "kind": ("类别", "Kind"),
    "why": ("原因", "Reason"),
    "detail": ("取值", "Value"),
    "said": ("说明", "Note"),
}


def words(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table about leads with words for its codes, and without columns that say nothing.

    Parameters
    ----------
    table : DataFrame
        Of `PublishedLeads`.
    """
    told = table.copy()
    if {"auc", "other", "low", "high"} <= set(told):  # an interval of a difference of areas
        pairs = zip(told["low"], told["high"], strict=True)
        spans = [
            text(
                zh=f"{formatted(low, 'auc')}～{formatted(high, 'auc')}",
                en=f"{formatted(low, 'auc')} to {formatted(high, 'auc')}",
            )
            if low == low
            else "–"
            for low, high in pairs
        ]
        told = told.drop(columns=["low", "high"])
        told.insert(told.columns.get_loc("difference") + 1, "interval", spans)
    for column, known in _WORDS.items():
        if column in told:
            told[column] = [
                text(zh=known[one][0], en=known[one][1]) if one in known else one for one in told[column]
            ]
    for column, (zh, en) in _FLAGS.items():
        if column in told:
            told[column] = [text(zh=zh, en=en) if one else "" for one in told[column]]
    silent = [
        name
        for name in ("why", "detail", "said", "accepted", "stopped")
        if name in told and not told[name].any()
    ]
    heads = {**table_metadata.heads(table), **{name: text(zh=zh, en=en) for name, (zh, en) in _HEADS.items()}}
    heads |= {"accepted": text(zh="采用的理由", en="Used because"), "stopped": text(zh="处理", en="Decision")}
    return table_metadata.describe(told.drop(columns=silent), heads=heads)


def reason(code: str) -> str:
    """Return a reason in words."""
    zh, en = _REASONS[code]
    return text(zh=zh, en=en)


def _list_uses(now: PublishedLeads) -> list[tuple[str, str]]:
    return [
        (
            text(zh="用途", en="Meant for"),
            text(zh="排定联系线索的先后", en="The order in which leads are contacted"),
        ),
        (
            text(zh="不用于", en="Not meant for"),
            text(
                zh="拒绝客户、定价、授信，或对个人的任何判断",
                en="Refusing, pricing or crediting customers, or any judgement of a person",
            ),
        ),
        (
            text(zh="预测的结果", en="Predicts"),
            text(zh=f"线索到来后{now.within_days}天内成交", en=f"A purchase within {now.within_days} days"),
        ),
    ]


def _list_sources(now: PublishedLeads, columns: str) -> list[tuple[str, str]]:
    counts = now.counts
    return [
        (
            text(zh="学习用的线索", en="Learned from"),
            text(
                zh=f"{now.test_from}之前{counts['past']:,}条，成交{counts['past_converted']:,}条",
                en=f"{counts['past']:,} leads before {now.test_from}, {counts['past_converted']:,} converted",
            ),
        ),
        (
            text(zh="检验用的线索", en="Tested on"),
            text(
                zh=f"{now.test_from}起{counts['test']:,}条，成交{counts['test_converted']:,}条",
                en=f"{counts['test']:,} leads since {now.test_from}, {counts['test_converted']:,} converted",
            ),
        ),
        (text(zh="所用字段", en="Columns"), columns),
        (
            text(zh="方法", en="Method"),
            text(
                zh="卡方合并分箱，证据权重，系数不小于0的逻辑回归，取整为分数",
                en="Bins by chi-square, weights of evidence, non-negative logistic weights, whole points",
            ),
        ),
    ]


def model_card(now: PublishedLeads, columns: str) -> pd.DataFrame:
    """Return what whoever uses the card must know of it (model card, Mitchell and others 2019).

    Parameters
    ----------
    now : PublishedLeads
    columns : str
        The columns of the card, as a sentence lists them.
    """
    rows = [*_list_uses(now), *_list_sources(now, columns)]
    test = now.test
    if len(test):
        names = {
            "auc": "AUC",
            "ks": "KS",
            "brier": "Brier",
            "skill": text(zh="Brier技能分", en="Brier skill"),
        }
        rows += [(name, formatted(test[column].iloc[0], "auc")) for column, name in names.items()]
    table = pd.DataFrame(rows, columns=["item", "value"]).set_index("item")
    return table_metadata.describe(table, heads={"value": text(zh="内容", en="Content")})


origin.trace_module(globals())
