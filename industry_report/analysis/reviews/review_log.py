"""The log of decisions: JSON lines that are only ever added to, each chained to the one before by its hash.

A line's hash is the SHA-256 of the previous hash and the line's own content in canonical JSON (keys sorted,
no blanks, UTF-8): a hash chain (Haber and Stornetta 1991). Whoever changes a line must change all that
follow, and then the last hash differs from the one that a report has printed.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
from filelock import FileLock, Timeout

from ...base import table_metadata
from ...base.errors import InputError
from ...base.files import find_upwards
from ...base.language import text
from ...scorecard.scorecards import Scorecard
from ..overrides import Override, apply_overrides
from .decisions import AGREED, OPEN, word_decision

START = "0" * 64  # what the first line follows
_KEYS = ("approved_by", "by", "customer_id", "date", "from", "seq", "to", "why")
_REMEDY = "Restore the log from a copy; what was decided since must be recorded again."
_LOCK_SECONDS = 30


@dataclass(frozen=True)
class Entry:
    """One line of the log: who gave which customer which grade, and why.

    `before` is the grade that held until then ("" for none). `decision` is empty where the grade was agreed
    on; 驳回 (rejected) and 暂缓 (postponed) are kept for the record and change nothing.
    """

    seq: int
    customer_id: str
    date: str
    before: str
    to: str
    by: str
    approved_by: str
    why: str
    decision: str = ""
    hash: str = ""

    @property
    def content(self) -> dict[str, Any]:
        """What the hash covers."""
        told = {
            "seq": self.seq,
            "customer_id": self.customer_id,
            "date": self.date,
            "from": self.before,
            "to": self.to,
            "by": self.by,
            "approved_by": self.approved_by,
            "why": self.why,
        }
        return told | ({"decision": self.decision} if self.decision else {})

    @property
    def line(self) -> str:
        """The line as it stands in the file."""
        return write_canonical({**self.content, "hash": self.hash})

    def key(self) -> tuple[str, ...]:
        """By what a decision is known to be recorded already."""
        return (self.customer_id, self.date, self.to, self.by, self.approved_by, self.decision)


def write_canonical(content: dict[str, Any]) -> str:
    """Write a mapping as canonical JSON: keys sorted, no blanks, characters as themselves.

    Examples
    --------
    >>> write_canonical({"to": "A", "by": "王"})
    '{"by":"王","to":"A"}'
    """
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def chain_hash(previous: str, content: dict[str, Any]) -> str:
    """Return the hash of a line that follows another.

    Examples
    --------
    >>> chain_hash(START, {"seq": 1})[:12]
    '5866017a3dd9'
    """
    return hashlib.sha256((previous + write_canonical(content)).encode()).hexdigest()


def find_last_hash(entries: Sequence[Entry]) -> str:
    """Return the hash that the next line will follow."""
    return entries[-1].hash if entries else START


# --- reading


def read_log(path: str | Path, must_contain: str = "") -> tuple[Entry, ...]:
    """Read a log and verify its chain.

    Parameters
    ----------
    path : str or Path
        A file of JSON lines. A relative path is looked for in the working folder and those above it.
    must_contain : str, optional
        A hash that an earlier report printed: it must be that of a line. This tells a log whose end was cut
        off, or which was written anew from some line on, from the one that was.

    Raises
    ------
    InputError
        There is no such file, or a line was changed, taken out or put in: the first such line is named.
    """
    file = find_upwards(path)
    if file is None:
        raise InputError(str(path), "there is no such log.", "Correct the path; `review record` begins one.")
    entries = tuple(_read_lines(file.read_bytes(), str(path)))
    if must_contain and must_contain not in {START, *(entry.hash for entry in entries)}:
        problem = f"no line has the hash {must_contain}: it was cut off or written anew."
        raise InputError(str(path), problem, _REMEDY)
    return entries


def _read_lines(raw: bytes, path: str) -> Iterable[Entry]:
    if raw and not any(line.startswith(b"{") for line in raw.split(b"\n")):
        problem = "is another file than a log of decisions: no line is one."
        raise InputError(path, problem, "Name the log; `review record` begins one under a new name.")
    if raw and not raw.endswith(b"\n"):
        number = raw.count(b"\n") + 1
        remedy = "Remove it if it was not recorded in full, or restore the log from a copy."
        raise InputError(f"{path}, line {number}", "the last line does not end: it was cut.", remedy)
    previous = START
    for number, line in enumerate(raw.split(b"\n")[:-1], 1):
        entry = _read_line(line, f"{path}, line {number}")
        if entry.hash != chain_hash(previous, entry.content):
            problem = "the line was changed, or does not follow the one before: its hash is not its own."
            raise InputError(f"{path}, line {number}", problem, _REMEDY)
        if entry.seq != number:
            problem = f"the line is number {entry.seq}: a line was taken out or put in."
            raise InputError(f"{path}, line {number}", problem, _REMEDY)
        previous = entry.hash
        yield entry


def _read_line(line: bytes, place: str) -> Entry:
    """Read one line, which must be written exactly as the program writes it."""
    try:
        told = json.loads(line.decode("utf-8"))
        known = isinstance(told, dict) and set(told) - {"decision", "hash"} == set(_KEYS)
        is_own = known and write_canonical(told).encode() == line
    except (ValueError, RecursionError):
        is_own = False
    if not is_own or not all(isinstance(told[key], str) for key in told if key != "seq"):
        raise InputError(place, "the line was changed: it is not as the program wrote it.", _REMEDY)
    told["before"] = told.pop("from")
    return Entry(**told)


# --- writing


def extend(entries: Sequence[Entry], decisions: pd.DataFrame, grades: Grades) -> tuple[Entry, ...]:
    """Return the lines that record decisions which the log does not hold yet, in the order of their dates.

    Parameters
    ----------
    entries : sequence of Entry
        The log so far.
    decisions : DataFrame
        See `decisions.Checked.valid`; opinions that nobody decided on are not recorded.
    grades : Grades
        What grade each customer has at which date by the scores alone.
    """
    recorded = {entry.key() for entry in entries}
    last, seq = find_last_hash(entries), len(entries)
    for entry in entries:
        grades.follow(entry)
    lines = []
    for row in decisions[decisions["decision"] != OPEN].itertuples(index=False):
        decision = "" if row.decision == AGREED else row.decision
        date = f"{row.date:%Y-%m-%d}"
        before = grades.find(row.customer_id, row.date)
        people = (row.who, row.approved_by, row.why)
        entry = Entry(seq + 1, row.customer_id, date, before, row.grade, *people, decision)
        if entry.key() in recorded:
            continue
        entry = replace(entry, hash=chain_hash(last, entry.content))
        grades.follow(entry)
        last, seq = entry.hash, entry.seq
        recorded.add(entry.key())
        lines.append(entry)
    return tuple(lines)


def before(entries: Sequence[Entry], day: pd.Timestamp) -> tuple[Entry, ...]:
    """Return the lines that are dated before a day."""
    return tuple(entry for entry in entries if entry.date < f"{day:%Y-%m-%d}")


class Grades:
    """The grade that a customer has on a day, by the scores and by what was decided since."""

    def __init__(self, scored: pd.DataFrame, by: str = "customer_id") -> None:
        days = scored["consulted_on"] if "consulted_on" in scored else pd.Series(pd.NaT, scored.index)
        days = pd.to_datetime(days).fillna(pd.Timestamp("1800-01-01")).dt.normalize()
        table = pd.DataFrame({"by": scored[by], "day": days, "grade": scored["grade"].astype(object)})
        ordered = table[table["by"].notna()].sort_values("day", kind="stable")
        self._of: dict[str, tuple[list[pd.Timestamp], list[Any]]] = {}
        for name, day, grade in zip(*(ordered[column].tolist() for column in ordered), strict=True):
            given_on, given = self._of.setdefault(name, ([], []))
            given_on.append(day)
            given.append(grade)
        self._decided: dict[tuple[str, int], str] = {}  # the date of the decision that holds

    def _locate(self, customer: str, date: pd.Timestamp) -> int:
        """Return the place of the customer's latest consultation up to a date, -1 for none."""
        days, _ = self._of.get(customer, ([], []))
        return sum(day <= date for day in days) - 1

    def find(self, customer: str, date: pd.Timestamp) -> str:
        """Return the grade on a day: of the latest consultation that has one; "" for none."""
        given = self._of.get(customer, ([], []))[1][: self._locate(customer, date) + 1]
        return next((str(grade) for grade in reversed(given) if not pd.isna(grade)), "")

    def follow(self, entry: Entry) -> None:
        """Take a decision into account: it holds until the customer asks again, or a later one is made."""
        place = self._locate(entry.customer_id, pd.Timestamp(entry.date))
        key = (entry.customer_id, place)
        if not entry.decision and place >= 0 and entry.date >= self._decided.get(key, ""):
            self._of[entry.customer_id][1][place] = entry.to
            self._decided[key] = entry.date


def append(path: str | Path, lines: Sequence[Entry]) -> Path:
    """Add lines to a log, all or none; they must follow what is in the file at that moment.

    Raises
    ------
    InputError
        The log was added to meanwhile, is damaged, or cannot be written.
    """
    file = find_upwards(path) or Path(path)
    text_of = "".join(f"{entry.line}\n" for entry in lines).encode()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{file}.lock", timeout=_LOCK_SECONDS):
            held = read_log(file) if file.exists() else ()
            if lines and lines[0].hash != chain_hash(find_last_hash(held), lines[0].content):
                problem = "was added to while these decisions were checked."
                raise InputError(str(path), problem, "Run the command again.")
            with file.open("ab") as stream:
                stream.write(text_of)
                stream.flush()
                os.fsync(stream.fileno())
    except (OSError, Timeout) as error:
        reason = "another program holds it" if isinstance(error, Timeout) else error.strerror
        raise InputError(
            str(path), f"cannot be written: {reason}.", "Free it, and run the command again."
        ) from None
    return file


# --- replaying


def replay(
    scored: pd.DataFrame, entries: Sequence[Entry], card: Scorecard
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return today's grades: those of the scores, and over them what was decided, in the order of the log.

    Parameters
    ----------
    scored : DataFrame
        Scored consultations, with identifiers.
    entries : sequence of Entry
        See `read_log`. Those on customers who are not in `scored` (of another region) are passed over.

    Returns
    -------
    tuple of DataFrame
        As of `overrides.apply_overrides`: the consultations with the grades that hold, and the log's table.
    """
    known = set(scored["customer_id"].dropna()) if "customer_id" in scored else set()
    agreed = [entry for entry in entries if not entry.decision and entry.customer_id in known]
    overrides = tuple(
        Override(one.seq, one.customer_id, one.to, one.by, one.why, pd.Timestamp(one.date)) for one in agreed
    )
    return (
        apply_overrides(scored, overrides, card) if known else (scored.assign(overridden=False), _nothing())
    )


def _nothing() -> pd.DataFrame:
    columns = ["customer_id", "date", "grade_by_score", "grade", "who", "why", "holds"]
    return pd.DataFrame(columns=columns)


def tabulate(entries: Sequence[Entry], shown: int = 8) -> pd.DataFrame:
    """Return lines of the log as a table, the newest first.

    Parameters
    ----------
    shown : int
        How many characters of each hash are told.
    """
    rows = [_tell(entry, shown) for entry in reversed(entries)]
    columns = ["seq", "date", "customer_id", "from", "to", "decision", "people", "why", "hash"]
    heads = {
        "seq": text(zh="序号", en="No."),
        "date": text(zh="日期", en="Date"),
        "from": text(zh="原等级", en="From"),
        "to": text(zh="新等级", en="To"),
        "decision": text(zh="决定", en="Decision"),
        "people": text(zh="提出 / 批准", en="Proposed / approved by"),
        "why": text(zh="理由", en="Reason"),
        "hash": text(zh="哈希值前段", en="Hash begins"),
    }
    table = pd.DataFrame(rows, columns=columns)
    formats = {"from": "grade", "to": "grade"}
    return table_metadata.describe(table.set_index("seq"), heads=heads, formats=formats)


def _tell(e: Entry, shown: int) -> tuple[Any, ...]:
    people = f"{e.by} / {e.approved_by}"
    decision = word_decision(e.decision or AGREED)
    return e.seq, e.date, e.customer_id, e.before, e.to, decision, people, e.why, e.hash[:shown]
