"""The tables of the report on leads, with their heads; which of them a public edition may have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ..analysis.customers import coverage
from ..analysis.customers.data_coverage import name_channel
from ..analysis.leads import model
from ..analysis.leads.binning import cut, to_numbers
from ..analysis.leads.card_text import list_categories, list_intervals
from ..analysis.leads.fitting import Part, count_bins
from ..analysis.leads.lead_rows import WINDOWED
from ..analysis.leads.model import LeadModel
from ..analysis.leads.model_file import ModelFile
from ..analysis.rates import wilson
from ..base import table_metadata
from ..base.language import current, name, term, text
from ..base.own_names import DATA, plain_name
from ..intake.schemas import SCHEMAS
from ..scorecard.conditions import Interval, read_interval, word_interval
from ..settings.editions import Policy
from .basis import is_small
from .data_channels import coarsen

ANSWERS = {"yes": ("是", "Yes"), "no": ("否", "No"), "unknown": ("未知", "Unknown")}
_LATE = {"status": ("线索状态", "Status of the lead"), "rating_supplied": ("人工评级", "Rating supplied")}
# Columns that mean the same to the program and to the data; of any other, the name is the data's own.
_STANDARD = DATA.union(*(schema.columns for schema in SCHEMAS.values()))
MOST_LISTED = 8  # categories of a bin that a table names
_COUNT, _RATE, _AREA, _SCORE = "consultations", "rate", "auc", "mean"  # what columns print like


def name_column(spec: ModelFile, column: str) -> str:
    """Return what people call a column of the model."""
    if column in spec.labels:
        return str(spec.labels[column][current()])
    if (plain := plain_name(column)) != column:
        return plain  # not by the word that the program has for its own
    if column in _LATE:
        return text(zh=_LATE[column][0], en=_LATE[column][1])
    return term(column) if column in _STANDARD or WINDOWED.fullmatch(column) else column


def say_nothing(state: str, spec: ModelFile) -> dict[str, Any]:
    """Return the parts of a report that has nothing to tell."""
    empty = pd.DataFrame()
    tables = (
        "audit",
        "left_out",
        "columns",
        "card",
        "spans",
        "test",
        "by_grade",
        "stability",
        "comparison",
        "coverage",
    )
    return {
        "state": state,
        "why": "",
        "within_days": spec.within_days,
        "test_from": str(spec.test_from),
        "counts": {},
        "break_even": None,
        **dict.fromkeys(tables, empty),
        **no_inside(),
    }


def no_inside() -> dict[str, Any]:
    """Return empty tables in the place of those that only an internal edition has."""
    tables = dict.fromkeys(("known", "settled", "answers", "drift", "scored"), pd.DataFrame())
    return {**tables, "selection": {}, "text": ""}


def _head(
    table: pd.DataFrame, formats: Mapping[str, str] | None = None, **heads: tuple[str, str]
) -> pd.DataFrame:
    said = {name: text(zh=zh, en=en) for name, (zh, en) in heads.items()}
    return table_metadata.describe(table, heads=said, formats=dict(formats or {}))


# --- the model card


def list_audit(learned: LeadModel, policy: Policy) -> pd.DataFrame:
    """Return what the audit found; which category it was is for the house.

    In a public edition one number a column: of a column of two values, information and AUC would be two
    equations for the two counts that are not told.
    """
    table = learned.audit.assign(label=[name_column(learned.spec, name) for name in learned.audit["column"]])
    table = table.round({"information": 2, "auc": 3})
    columns = ["label", "information", "auc", "why", "detail", "accepted", "stopped"]
    if not policy.internal:
        table["detail"] = ""
        few = table["column"].isin(list_thin_columns(learned, policy))
        table[["information", "auc"]] = table[["information", "auc"]].mask(few)
        # By name where it is withheld: a place between two numbers is a number between them.
        table = pd.concat([table[~few], table[few].sort_values("column")], ignore_index=True)
        columns.remove("auc")
    return _head(
        table[columns],
        {"information": _SCORE, "auc": _AREA},
        label=("字段", "Column"),
        information=("信息价值", "Information value"),
        auc=("单列AUC", "AUC alone"),
    )


def list_thin_columns(learned: LeadModel, policy: Policy) -> list[str]:
    """Return the columns of which a bin holds few leads that converted, or few that did not.

    With how many leads there are and how many converted, AUC and information value of a column of two bins
    are two equations for two numbers: they give how many of a bin converted. So a public edition withholds
    both. Points alone, each times a weight that nobody prints and rounded, leave them open.
    """
    past, y = learned.past, learned.past["outcome"].to_numpy(dtype=bool)
    thin = []
    for column, rule in model.choose_rules(past, learned.spec).items():
        cells = cut(past[column], rule.special)
        codes = cells.encode(past[column])
        of = count_bins(cells, codes, y, rule.trend).of[codes]
        counts = [np.unique(of[chosen], return_counts=True)[1] for chosen in (y, ~y)]
        if is_small(np.concatenate(counts), policy):
            thin.append(column)
    return thin


def list_left_out(learned: LeadModel) -> pd.DataFrame:
    """Return the columns that are not on the card, and why."""
    spec = learned.spec
    reasons = dict.fromkeys(model.list_empty(learned.past, spec), "empty") | dict(learned.fit.left_out)
    rows = [[name_column(spec, name), why, ""] for name, why in reasons.items()]
    rows += [[name_column(spec, one), "excluded", why[current()]] for one, why in spec.excluded.items()]
    return _head(pd.DataFrame(rows, columns=["label", "why", "said"]), label=("字段", "Column"))


def list_columns(learned: LeadModel, policy: Policy) -> pd.DataFrame:
    """Return of each column of the card how much it tells and how far its points reach, most points first."""
    parts, shares = learned.fit.parts, learned.stability.columns
    thin = [] if policy.internal else list_thin_columns(learned, policy)
    rows = [
        [
            name_column(learned.spec, part.cells.column),
            learned.spec.kinds[part.cells.column],
            np.nan if part.cells.column in thin else round(part.information, 2),
            int(part.points.min()),
            int(part.points.max()),
            int(part.points.max() - part.points.min()),
            round(shares.get(part.cells.column, np.nan), 2),
        ]
        for part in parts
    ]
    table = pd.DataFrame(rows, columns=["label", "kind", "information", "least", "most", "span", "kept"])
    table = table.sort_values("span", ascending=False, kind="stable", ignore_index=True)
    return _head(
        table,
        {"information": _SCORE, "kept": _RATE},
        label=("字段", "Column"),
        information=("信息价值", "Information value"),
        least=("最低分", "Least points"),
        most=("最高分", "Most points"),
        span=("分差", "Span"),
        kept=("重抽样中入选", "On the card in resamples"),
    )


def list_points(learned: LeadModel, policy: Policy) -> pd.DataFrame:
    """Return the points of every value, and in an internal edition how often its leads converted.

    In a public edition categories of few leads are not named: a category can be a person's. Numbers
    that no past lead had are left out.
    """
    rows = [row for part in learned.fit.parts for row in _list_values(part, learned, policy)]
    table = pd.DataFrame(rows, columns=["label", "value", "points", "leads", "rate", "low", "high"])
    table = table[table["leads"] > 0].reset_index(drop=True)
    if not policy.internal:
        table = table[["label", "value", "points"]]
    return _head(
        table,
        {"leads": _COUNT},
        label=("字段", "Column"),
        value=("取值", "Value"),
        points=("分数", "Points"),
        leads=("线索数", "Leads"),
        rate=("成交率", "Conversion rate"),
    )


def _list_values(part: Part, learned: LeadModel, policy: Policy) -> list[list[Any]]:
    """Return label, value, points, leads and rate of each value of a column."""
    label, past = name_column(learned.spec, part.cells.column), learned.past
    codes = part.cells.encode(past[part.cells.column])
    valued: list[tuple[str, int, np.ndarray]] = []
    if part.cells.is_number:
        numbers = to_numbers(past[part.cells.column])
        for written, points in list_intervals(part):
            interval = read_interval(written)
            valued.append((word_interval(interval)[current()], points, _lie_in(numbers, interval)))
    else:
        for texts, points in list_categories(part):
            cells = [place for place, group in enumerate(part.cells.texts) if set(group) & set(texts)]
            valued.append((_name_categories(texts, part, policy), points, np.isin(codes, cells)))
    blank = part.cells.blank
    valued.append((text(zh="空白", en="Blank"), int(part.points[blank]), codes == blank))
    y = past["outcome"].to_numpy(dtype=bool)
    return [[label, value, points, *_rate_of(y[chosen])] for value, points, chosen in valued]


def _lie_in(numbers: np.ndarray, interval: Interval) -> np.ndarray:
    low, high = float(interval.low), float(interval.high)
    above = numbers >= low if interval.low_closed else numbers > low
    return np.asarray(above & (numbers <= high if interval.high_closed else numbers < high))


def _rate_of(y: np.ndarray) -> list[float]:
    if not len(y):
        return [0, np.nan, np.nan, np.nan]
    low, high = wilson(np.array([float(y.sum())]), np.array([float(len(y))]))
    return [len(y), float(y.mean()), float(low[0]), float(high[0])]


def _name_categories(texts: tuple[str, ...], part: Part, policy: Policy) -> str:
    rare = set(part.cells.texts[-1]) if part.cells.has_rare else set()
    shown = policy.internal and len(rare) <= MOST_LISTED
    named = [_name_answer(one) for one in texts if one not in rare or shown]
    if len(named) < len(texts):
        named.append(text(zh="少见的取值", en="rare values"))
    return text(zh="、", en=", ").join(named)


def _name_answer(category: str) -> str:
    return text(zh=ANSWERS[category][0], en=ANSWERS[category][1]) if category in ANSWERS else name(category)


# --- the test


def describe_test(learned: LeadModel) -> dict[str, pd.DataFrame]:
    """Return the test of a card, rounded as it is printed; empty where there is none."""
    one, again = learned.test, learned.stability
    row = {
        "auc": one.area.value,
        "low": one.area.low,
        "high": one.area.high,
        "ks": one.ks,
        "brier": one.brier.score,
        "skill": one.brier.skill,
        "slope": one.calibration.slope,
        "slope_error": one.calibration.slope_error,
        "in_the_large": one.calibration.in_the_large,
        "in_the_large_error": one.calibration.in_the_large_error,
        "ratio": one.calibration.ratio,
        "ratio_low": one.calibration.ratio_low,
        "ratio_high": one.calibration.ratio_high,
        "error": one.calibration.error,
        "shift": one.shift.index,
        "limit": one.shift.limit,
    }
    told = pd.DataFrame([row]).round(3).round({"shift": 4, "limit": 4})
    same = {
        "same": again.same,
        "lowest": again.lowest,
        "highest": again.highest,
        "resamples": again.resamples,
    }
    return {
        "test": told if not one.why else told.iloc[:0],
        "by_grade": head_grades(
            learned.by_grade if one.leads and not learned.fit.why else learned.by_grade.iloc[:0]
        ),
        "stability": pd.DataFrame([same]).round(3).iloc[: 1 if again.resamples else 0],
        "comparison": pd.DataFrame(
            columns=["card", "leads", "auc", "other", "difference", "low", "high", "p"]
        ),
    }


def head_grades(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of grades as it is printed."""
    return _head(
        table.set_index("grade").round({"predicted": 3}),
        {"leads": _COUNT, "converted": _COUNT, "predicted": _RATE},
        leads=("线索数", "Leads"),
        converted=("成交数", "Converted"),
        rate=("实际成交率", "Observed rate"),
        predicted=("预测成交率", "Predicted rate"),
        verdict=("判断", "Verdict"),
    )


def head_comparison(table: pd.DataFrame) -> pd.DataFrame:
    """Return a comparison with other cards as it is printed."""
    rounded = table.round(dict.fromkeys(("auc", "other", "difference", "low", "high"), 3))
    return _head(
        rounded,
        {"leads": _COUNT, "auc": _AREA, "other": _AREA, "difference": _AREA, "low": _AREA, "high": _AREA},
        card=("比较的标准", "Compared with"),
        leads=("线索数", "Leads"),
        auc=("评分卡AUC", "AUC of the card"),
        other=("该标准AUC", "AUC of the other"),
        difference=("差", "Difference"),
    )


# --- for the house


def head_known(table: pd.DataFrame) -> pd.DataFrame:
    """Return what is known of leads as it is printed."""
    if table.empty:
        return table
    told = table.assign(source=table["source"].fillna(text(zh="全部", en="All"))).set_index("source")
    items = {name: _RATE for name in table if name not in ("source", "leads")}
    heads = {name: term(name) for name in items} | {"leads": text(zh="线索数", en="Leads")}
    return table_metadata.describe(told, heads=heads, formats={"leads": _COUNT, **items})


def head_settled(table: pd.DataFrame) -> pd.DataFrame:
    """Return what one more question would settle as it is printed."""
    if table.empty:
        return table
    told = table.assign(item=[term(item) for item in table["item"]], settled=table["settled"].round(0))
    return _head(
        told,
        dict.fromkeys(("unknown", "open", "settled"), _COUNT) | {"share": _RATE},
        item=("追问的项目", "Question"),
        unknown=("未知的线索", "Unknown"),
        open=("等级未定的线索", "Without a grade"),
        settled=("问明后可定级", "Would get one"),
        share=("占等级未定的", "Of those without"),
    )


def head_answers(table: pd.DataFrame) -> pd.DataFrame:
    """Return conversion by answer as it is printed."""
    if table.empty:
        return table
    told = table.assign(
        item=[term(item) for item in table["item"]],
        answer=[text(zh=ANSWERS[a][0], en=ANSWERS[a][1]) for a in table["answer"]],
    )
    columns = ["item", "answer", "leads", "converted", "rate", "low", "high", "difference", "p_adjusted"]
    return _head(
        told[columns],
        {"leads": _COUNT, "converted": _COUNT},
        item=("项目", "Item"),
        answer=("回答", "Answer"),
        leads=("线索数", "Leads"),
        converted=("成交数", "Converted"),
        rate=("成交率", "Conversion rate"),
        difference=("与“否”之差", "Against no"),
    )


def head_selection(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return selection by group as it is printed."""
    told = table.set_index(column)[
        ["leads", "chosen", "converted", "rate", "low", "high", "predicted", "verdict"]
    ]
    return _head(
        told,
        {"leads": _COUNT, "converted": _COUNT, "chosen": _RATE, "predicted": _RATE},
        leads=("线索数", "Leads"),
        chosen=("最高等级占比", "Share of the highest grade"),
        converted=("成交数", "Converted"),
        rate=("实际成交率", "Observed rate"),
        predicted=("预测成交率", "Predicted rate"),
        verdict=("判断", "Verdict"),
    )


def head_drift(table: pd.DataFrame) -> pd.DataFrame:
    """Return drift by month as it is printed."""
    rounded = table.round(dict.fromkeys(("ratio", "low", "high", "shift", "limit"), 3)).set_index("month")
    return _head(
        rounded,
        {"leads": _COUNT, "converted": _COUNT}
        | dict.fromkeys(("ratio", "low", "high", "shift", "limit"), _AREA),
        leads=("线索数", "Leads"),
        converted=("成交数", "Converted"),
        ratio=("实际／预测", "Observed/expected"),
        shift=("PSI", "PSI"),
        limit=("偶然上限", "Limit of chance"),
        off=("偏离", "Off"),
        due=("应重新拟合", "Fit anew"),
    )


def list_leads(rows: pd.DataFrame, learned: LeadModel, year: int) -> pd.DataFrame:
    """Return the leads of a year without a purchase, highest grade first, of one grade the most recent.

    What is predicted is the chance on arrival; most of it is gone when a lead has been there for a while.
    """
    if learned.fit.why:
        return pd.DataFrame()
    mine = rows[(rows["created_on"].dt.year == year) & ~rows["bought"]]
    scored = model.grade(mine, learned.fit, learned.grades)
    scored = scored.sort_values(["grade", "created_on", "total"], ascending=False, kind="stable")
    known = [name for name in ("lead_id", "customer_id", "created_on", "source") if name in scored]
    table = scored[[*known, "grade", "total", "chance"]].reset_index(drop=True).round({"chance": 3})
    return _head(
        table,
        {"chance": _RATE},
        lead_id=("线索编号", "Lead"),
        created_on=("创建时间", "Created"),
        total=("总分", "Points"),
        chance=("到来时的预测成交率", "Rate predicted on arrival"),
    )


def count_rows(tables: Mapping[str, pd.DataFrame], policy: Policy) -> pd.DataFrame:
    """Return what data there are of how many customers; public in coarse steps, see `data_channels`."""
    found = coverage(tables)[["table", "channel", "rows", "customers", "first_on", "last_on"]]
    found["channel"] = found["channel"].map(name_channel)
    if not policy.internal:
        whole = found.groupby("table", as_index=False, sort=False)["rows"].sum()
        found = whole.assign(rows=coarsen(whole["rows"], policy)).dropna(subset=["rows"])
    names = [text(zh=SCHEMAS[one].zh, en=SCHEMAS[one].en) for one in found["table"]]
    return found.assign(table=[one[:1].upper() + one[1:] for one in names]).reset_index(drop=True)
