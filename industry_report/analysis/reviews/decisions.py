"""Check decisions on grades: who may decide, on whom, when and why; all faults at once, each at its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ...base import table_metadata
from ...base.errors import InputError, near_match
from ...base.language import text
from ...scorecard.scorecards import Scorecard
from .review_file import Review

AGREED, REJECTED, POSTPONED = "同意", "驳回", "暂缓"
OPEN = ""  # an assessor's opinion that nobody has decided on yet
_WORDS: Mapping[str, tuple[str, ...]] = {
    AGREED: ("同意", "批准", "通过", "维持", "agree", "agreed", "approve", "approved", "yes"),
    REJECTED: ("驳回", "不同意", "否决", "reject", "rejected", "refused", "no"),
    POSTPONED: ("暂缓", "搁置", "延期", "postpone", "postponed", "deferred"),
}
_MEANS = {word: decision for decision, words in _WORDS.items() for word in words}
_ENGLISH = {AGREED: "agreed", REJECTED: "rejected", POSTPONED: "postponed", OPEN: "open"}
MOST_ROWS = 40  # listed of one reason; the command `review record` names all
COLUMNS = ("customer_id", "date", "grade", "decision", "who", "approved_by", "why")

# What can be wrong with a decision, in both languages.
_FAULTS: Mapping[str, tuple[str, str]] = {
    "customer": ("截至该日期没有客户{0}的咨询", "customer {0} has no consultation up to that date"),
    "grade": ("评分标准没有等级{0}{1}", "the scorecard has no grade {0}{1}"),
    "date": ("没有日期", "there is no date"),
    "cycle": ("日期{0}不在评估周期{1}内", "the date {0} lies outside of the cycle {1}"),
    "later": ("日期{0}晚于报告基准日{1}", "the date {0} is later than the day of the report, {1}"),
    "who": ("没有提出人", "nobody is named who proposed it"),
    "stranger": ("{0}不在评估团队名单中{1}", "{0} is not in the assessment team{1}"),
    "approval": ("决定没有批准人", "nobody is named who approved it"),
    "same": ("提出人与批准人同为{0}", "{0} both proposed and approved it"),
    "why": ("没有理由", "no reason is given"),
    "decision": ("决定“{0}”无法识别", "the decision {0} is none that is known"),
    "against": (
        "与另一行（{0}）对同一客户同一日期的决定不一致",
        "another row ({0}) decides otherwise on the same customer and day",
    ),
}
_SHEET = re.compile(r"(^|, )sheet (.+?)(?=, row \d+$|$)")
_ROW = re.compile(r"(^|, )row (\d+)$")
_REMEDY = "Correct the rows, or take them out; nothing was recorded."


@dataclass(frozen=True)
class Fault:
    """What is wrong with a decision, and where it stands."""

    place: str
    customer: str
    code: str
    facts: tuple[str, ...] = ()

    def word(self, language: str = "") -> str:
        """Return the fault in words, by default in the report's language."""
        zh, en = _FAULTS[self.code]
        zh, en = zh.format(*map(_word_place, self.facts)), en.format(*self.facts)
        return {"zh": zh, "en": en}.get(language) or text(zh=zh, en=en)

    @property
    def reason(self) -> str:
        """What is wrong without whom it concerns, so that rows with one reason can be told together."""
        if self.code == "customer":
            return text(
                zh="截至该日期没有该客户的咨询", en="the customer has no consultation up to that date"
            )
        return self.word()


@dataclass(frozen=True)
class Checked:
    """Decisions that hold, and the faults of those that do not.

    Attributes
    ----------
    valid : DataFrame
        `COLUMNS`, by date and customer; ``decision`` is one of 同意, 驳回, 暂缓 or empty (an opinion that is
        not decided on).
    faults : tuple of Fault
        In the order of the table.
    """

    valid: pd.DataFrame
    faults: tuple[Fault, ...]

    def refuse(self, path: Any) -> None:
        """Raise all faults as one error, if there are any."""
        if self.faults:
            told = [InputError(f"{path}, {f.place}", f"{f.word('en')}.", "") for f in self.faults]
            told[-1] = InputError(told[-1].thing, told[-1].problem, _REMEDY)
            raise InputError.join(told)

    @property
    def fault_table(self) -> pd.DataFrame:
        """The faults as a table: what is wrong, in which file and rows; one row for each reason and file."""
        found: dict[tuple[str, str], list[Fault]] = {}
        for fault in self.faults:
            found.setdefault((fault.reason, _ROW.sub("", fault.place)), []).append(fault)
        rows = [
            (reason, text(zh=_word_place(file), en=file), len(alike), _list_rows(alike))
            for (reason, file), alike in found.items()
        ]
        table = pd.DataFrame(rows, columns=["fault", "place", "count", "rows"]).set_index("fault")
        heads = {
            "fault": text(zh="问题", en="What is wrong"),
            "place": text(zh="数据文件", en="File"),
            "count": text(zh="条数", en="Number"),
            "rows": text(zh="行号（客户编号）", en="Rows (customers)"),
        }
        return table_metadata.describe(table, heads=heads)


def _list_rows(faults: Sequence[Fault]) -> str:
    """List in which rows the same is wrong; of very many the first."""
    named = []
    for fault in faults[:MOST_ROWS]:
        row = "".join(number for _, number in _ROW.findall(fault.place))
        customer = f"（{fault.customer}）" if fault.customer else ""
        named.append(text(zh=f"{row}{customer}", en=f"{row} ({fault.customer})" if customer else row))
    rest = len(faults) - len(named)
    more = text(zh=f"，另有{rest:,}行", en=f", {rest:,} more") if rest else ""
    return text(zh="、", en=", ").join(named) + more


def check_decisions(
    decisions: pd.DataFrame | None,
    scored: pd.DataFrame,
    card: Scorecard,
    review: Review,
    day: pd.Timestamp,
    cycle: pd.Period | None = None,
) -> Checked:
    """Check decisions, each by itself and beside the others.

    Parameters
    ----------
    decisions : DataFrame
        The table of decisions, as `dataset.load(…, table="decisions")` gives it. Without a column
        ``decision`` every row is a decision that was agreed on, as in a list of overrides. None if there is
        no such table.
    scored : DataFrame
        Scored consultations: a customer must have one up to the date.
    card : scoring.Scorecard
        Its grades may be given.
    review : Review
        The team, and whether it takes two.
    day : Timestamp
        The day of the report; decisions dated later are faults.
    cycle : Period, optional
        If given, decisions must be dated in it.

    Returns
    -------
    Checked
    """
    read = _read(pd.DataFrame(columns=list(COLUMNS)) if decisions is None else decisions)
    first = _find_first_days(scored)
    faults = [
        fault for row in read.to_dict("records") for fault in _check_row(row, first, card, review, day, cycle)
    ]
    wrong = {fault.place for fault in faults}
    faults += _find_contradictions(read[~read["place"].isin(wrong)])
    wrong = {fault.place for fault in faults}
    valid = read[~read["place"].isin(wrong)].drop_duplicates(list(COLUMNS))
    valid = valid.sort_values(["date", "customer_id", "who"], kind="stable", ignore_index=True)
    return Checked(_describe(valid[list(COLUMNS)]), tuple(faults))


def _describe(table: pd.DataFrame) -> pd.DataFrame:
    heads = {
        "date": text(zh="日期", en="Date"),
        "who": text(zh="提出人", en="Proposed by"),
        "approved_by": text(zh="批准人", en="Approved by"),
        "decision": text(zh="决定", en="Decision"),
        "why": text(zh="理由", en="Reason"),
    }
    return table_metadata.describe(table, heads=heads, afresh=True)


def within(decisions: pd.DataFrame, period: pd.Period) -> pd.DataFrame:
    """Return the decisions that are dated in a period."""
    is_within = (decisions["date"] >= period.start_time) & (decisions["date"] <= period.end_time)
    return table_metadata.carry(decisions, decisions[is_within].reset_index(drop=True))


def tabulate(decisions: pd.DataFrame) -> pd.DataFrame:
    """Return decisions as a table for people, in the order of their dates."""
    worded = decisions.assign(decision=decisions["decision"].map(word_decision))
    return table_metadata.carry(decisions, worded.set_index("date"))


def word_decision(decision: str) -> str:
    """Return a decision in the report's language.

    Examples
    --------
    >>> word_decision("驳回")
    '驳回'
    """
    return text(zh=decision or "未决定", en=_ENGLISH.get(decision, decision))


def _read(decisions: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with texts without outer blanks, dates as days, decisions as one of the three words."""
    rows = decisions.reset_index(drop=True)
    columns = {name: _texts(rows, name) for name in ("customer_id", "grade", "who", "approved_by", "why")}
    told = _texts(rows, "decision") if "decision" in rows else pd.Series(AGREED, index=rows.index)
    columns["decision"] = told.map(lambda word: _MEANS.get(word.casefold(), word))
    dates = pd.to_datetime(rows["date"]) if "date" in rows else pd.Series(pd.NaT, index=rows.index)
    return pd.DataFrame({**columns, "date": dates.dt.normalize(), "place": _places(rows)}).astype(
        {"date": "datetime64[us]"}
    )


def _texts(rows: pd.DataFrame, column: str) -> pd.Series:
    if column not in rows:
        return pd.Series("", index=rows.index, dtype=object)
    return rows[column].astype(object).map(lambda cell: "" if pd.isna(cell) else " ".join(str(cell).split()))


def _places(rows: pd.DataFrame) -> list[str]:
    """Say where each row stands: file, sheet, row as far as it is told."""
    known = [name for name in ("file", "sheet", "row") if name in rows]
    if "row" not in known:
        return [f"row {number}" for number in range(1, len(rows) + 1)]
    return [
        ", ".join(
            f"{name} {cell}" if name != "file" else str(cell)
            for name, cell in zip(known, cells, strict=True)
            if not pd.isna(cell) and str(cell)
        )
        for cells in rows[known].itertuples(index=False, name=None)
    ]


def _word_place(place: str) -> str:
    """Return a place of `_places` in Chinese; any other text stays as it is."""
    return _ROW.sub(r"第\2行", _SHEET.sub(r"，工作表“\2”", place)).lstrip("，")


def _find_first_days(scored: pd.DataFrame) -> dict[str, pd.Timestamp]:
    """Return the day of each customer's first consultation; without dates one that is always past."""
    if "customer_id" not in scored:
        return {}
    days = scored["consulted_on"] if "consulted_on" in scored else pd.Series(pd.NaT, index=scored.index)
    days = pd.to_datetime(days).fillna(pd.Timestamp("1800-01-01")).dt.normalize()
    return days.groupby(scored["customer_id"]).min().to_dict()


def _check_row(
    row: Mapping[Any, Any],
    first: Mapping[str, pd.Timestamp],
    card: Scorecard,
    review: Review,
    day: pd.Timestamp,
    cycle: pd.Period | None,
) -> Iterator[Fault]:
    place, customer = row["place"], row["customer_id"]
    for code, *facts in (
        *_check_subject(row, first, card),
        *_check_date(row["date"], day, cycle),
        *_check_people(row, review),
    ):
        yield Fault(place, customer, code, tuple(facts))


def _check_subject(
    row: Mapping[Any, Any], first: Mapping[str, pd.Timestamp], card: Scorecard
) -> Iterator[tuple[str, ...]]:
    begun = first.get(row["customer_id"])
    if begun is None or (not pd.isna(row["date"]) and begun > row["date"]):
        yield "customer", row["customer_id"] or "–"
    if row["grade"] not in card.grades:
        near = near_match(row["grade"].upper(), card.grades)
        yield "grade", row["grade"] or "–", f" ({near}?)" if near else ""
    if row["decision"] not in (AGREED, REJECTED, POSTPONED, OPEN):
        yield "decision", row["decision"]
    if not row["why"]:
        yield ("why",)


def _check_date(date: pd.Timestamp, day: pd.Timestamp, cycle: pd.Period | None) -> Iterator[tuple[str, ...]]:
    if pd.isna(date):
        yield ("date",)
    elif date > day:
        yield "later", f"{date:%Y-%m-%d}", f"{day:%Y-%m-%d}"
    elif cycle is not None and not cycle.start_time <= date <= cycle.end_time:
        yield "cycle", f"{date:%Y-%m-%d}", str(cycle)


def _check_people(row: Mapping[Any, Any], review: Review) -> Iterator[tuple[str, ...]]:
    who, approver = row["who"], row["approved_by"]
    if not who:
        yield ("who",)
    for name in dict.fromkeys(filter(None, (who, approver))):
        if name not in review.team:
            near = near_match(name, review.team)
            yield "stranger", name, f" ({near}?)" if near else ""
    if row["decision"] == OPEN or not review.needs_two:
        return
    if not approver:
        yield ("approval",)
    elif who == approver:
        yield "same", who


def _find_contradictions(read: pd.DataFrame) -> list[Fault]:
    """Find decisions on the same customer and day that differ: which of them holds is not ours to guess."""
    decided = read[read["decision"] != OPEN]
    found = []
    for _, group in decided.groupby(["customer_id", "date"], sort=False):
        if len(group[["grade", "decision"]].drop_duplicates()) > 1:
            places = group["place"].tolist()
            found += [
                Fault(place, group["customer_id"].iloc[0], "against", (places[0 if n else 1],))
                for n, place in enumerate(places)
            ]
    return found
