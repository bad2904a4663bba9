"""The data appendix of a report: its figures' and tables' numbers as a workbook and as one long CSV table.

Both are made from what the executed notebook shows and from nothing else, so they are protected as the
report is.
"""

from __future__ import annotations

import csv
import functools
import io
from collections.abc import Iterator
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from ..base import language
from ..base.language import MISSING_SIGN, text

Cell = float | int | str | None

REQUIRED = ("exhibit", "kind", "row", "measure", "shown")
ACTIVE = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet may take what begins so for a formula
JOINT = " · "  # between what tells a row apart: 意向度 · 5
RECORDS, CONTACTS, HOURS = ("条", "records"), ("次", "contacts"), ("小时", "hours")
UNITS: dict[str, tuple[str, str]] = {
    **dict.fromkeys(
        ("received", "consultations", "conversions", "reference_consultations", "graded", "ungradable"),
        RECORDS,
    ),
    **dict.fromkeys(("read", "rejected", "duplicates", "used", "changed", "earlier", "same_day"), RECORDS),
    **dict.fromkeys(("rows", "protected_rows"), ("行", "rows")),
    **dict.fromkeys(("mean", "composite"), ("分", "score")),
    "contacts": CONTACTS,
    "contacts_per_year": ("次/年", "contacts a year"),
    "hours": HOURS,
    "hours_per_year": HOURS,
    "minutes_per_contact": ("分钟", "minutes"),
    "amount": ("元", "yuan"),
    "full_time_equivalents": ("人", "people"),
}


@dataclass(frozen=True)
class Measurement:
    """One line of the CSV table: one number or word that a figure or table shows.

    Attributes
    ----------
    exhibit : str
        As the report counts: 图1, Table 2.
    kind : str
        ``figure`` or ``table``.
    caption : str
        Of the figure or table.
    row : int
        Row of the exhibit, from 1.
    row_head, row_label : str
        What tells the row apart, such as 客户类型 and 小微企业, as printed.
    measure, measure_label : str
        The column: its name in the data, and as printed.
    value : float, int or None
        The number; a share in percent, a difference of shares in percentage points. None for words.
    shown : str
        As the report prints it.
    unit : str
        Of `value`.
    status : str
        ``shown``, ``protected`` (withheld because it would tell of single customers) or ``missing``.
    """

    exhibit: str
    kind: str
    caption: str
    row: int
    row_head: str
    row_label: str
    measure: str
    measure_label: str
    value: float | int | None
    shown: str
    unit: str
    status: str


# --- the CSV table


def write_csv(data: dict[str, Any]) -> bytes:
    """Return all numbers of a report as one CSV table; see `Measurement` for its columns.

    Parameters
    ----------
    data : dict
        See `exporters.report_data`.

    Returns
    -------
    bytes
        UTF-8 with a byte order mark, which spreadsheets ask for. Text that a spreadsheet would take for a
        formula begins with an apostrophe. Equal reports give equal bytes.
    """
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(field.name for field in fields(Measurement))
    for measurement in list_measurements(data):
        numeric = measurement.value is not None
        for_sheet = [
            value if name == "value" or (name == "shown" and numeric) else harmless(value)
            for name, value in vars(measurement).items()
        ]
        writer.writerow(for_sheet)
    return b"\xef\xbb\xbf" + stream.getvalue().encode()


def describe_csv() -> dict[str, Any]:
    """Return the columns of the CSV table as a Table Schema (Frictionless)."""
    kinds = {"row": "integer", "value": "number"}
    names = [field.name for field in fields(Measurement)]
    required = {"constraints": {"required": True}}
    columns = [
        {"name": name, "type": kinds.get(name, "string"), **(required if name in REQUIRED else {})}
        for name in names
    ]
    statuses = {"required": True, "enum": ["shown", "protected", "missing"]}
    columns[names.index("status")]["constraints"] = statuses
    return {"fields": columns, "missingValues": [""], "primaryKey": ["exhibit", "row", "measure"]}


def harmless(value: Any) -> Any:
    """Return a text so that no spreadsheet takes it for a formula; anything else as it is."""
    return f"'{value}" if isinstance(value, str) and value.startswith(ACTIVE) else value


def list_measurements(data: dict[str, Any]) -> Iterator[Measurement]:
    """Return what the figures and tables of a report show, cell by cell."""
    with language.speaking(data["cover"]["language"]):
        return iter(list(_measure(data)))


def _measure(data: dict[str, Any]) -> Iterator[Measurement]:
    for exhibit in data["exhibits"]:
        head, labels = _label_rows(exhibit)
        for column in exhibit.get("columns", []):
            if column["role"] == "row":
                continue
            unit = find_unit(column)
            for row, record in enumerate(exhibit["data"]):
                value, shown, status = read_cell(exhibit, column, row, record)
                yield Measurement(
                    name_exhibit(exhibit),
                    exhibit["kind"],
                    exhibit["caption"],
                    row + 1,
                    head,
                    labels[row],
                    column["name"],
                    column["label"],
                    value,
                    shown,
                    unit,
                    status,
                )


def name_exhibit(exhibit: dict[str, Any]) -> str:
    """Return how the report calls a figure or table: 图1, Table 2."""
    figure = exhibit["kind"] == "figure"
    word = text(zh="图", en="Figure ") if figure else text(zh="表", en="Table ")
    return f"{word}{exhibit['number']}"


def _label_rows(exhibit: dict[str, Any]) -> tuple[str, list[str]]:
    leading = [column for column in exhibit.get("columns", []) if column["role"] == "row"]
    labels = zip(*(column["printed"] for column in leading), strict=True)
    return JOINT.join(column["label"] for column in leading), [JOINT.join(printed) for printed in labels]


def read_cell(
    exhibit: dict[str, Any], column: dict[str, Any], row: int, record: dict[str, Any]
) -> tuple[float | int | None, str, str]:
    """Return a cell's number, or None where it holds words; its print; whether it is shown."""
    name, value = column["name"], record[column["name"]]
    if value is None:
        withheld = row in exhibit["protected"].get(name, [])
        return (None, language.protected(), "protected") if withheld else (None, MISSING_SIGN, "missing")
    if column["role"] == "text":
        return None, column["printed"][row], "shown"
    form = find_form(column)
    return scale(value, form), language.formatted(value, form), "shown"


# --- units, read off what the report prints, so that the two cannot differ


def find_form(column: dict[str, Any]) -> str:
    """Return the name of the column as which a column is printed, mostly its own."""
    return column.get("format", column["name"])


def find_unit(column: dict[str, Any]) -> str:
    """Return the unit of a column's numbers; empty if it has none."""
    if column["role"] != "number":
        return ""
    if (form := _find_kind_of_number(find_form(column))) != "number":
        return "%" if form == "share" else text(zh="个百分点", en="percentage points")
    zh, en = UNITS.get(find_form(column), ("", ""))
    return text(zh=zh, en=en)


def scale(value: float | int, name: str) -> float | int:
    """Return a number in its unit: a share of 0.632 is 63.2 %, exactly."""
    if _find_kind_of_number(name) != "number":
        # In decimals, for 100 * 0.138 is not 13.8; rounded, for an interval may begin at 7e-16.
        value = float(round(Decimal(repr(value)) * 100, 10))
    return int(value) if float(value).is_integer() else value


@functools.cache
def _find_kind_of_number(name: str) -> str:
    """Return ``share`` for what is printed as 63.2%, ``points`` for a difference of such, else ``number``."""
    printed = language.formatted(2.0, name)
    if printed.endswith("%"):
        return "share"
    return "points" if printed.startswith("+200") else "number"


def find_number_format(name: str) -> str:
    """Return the Excel format of a column's numbers as the report prints them."""
    printed, plain = language.formatted(1234.5678, name), language.formatted(2.0, name)
    decimals = [len(shown.rstrip("%").partition(".")[2]) for shown in (printed, plain)]
    if decimals[0] != decimals[1]:  # as many digits as the number has
        return "General"
    digits = ("#,##0" if "," in printed else "0") + ("." + "0" * decimals[0] if decimals[0] else "")
    digits += "%" if printed.endswith("%") else ""
    return f"+{digits};-{digits};{digits}" if printed.startswith("+") else digits
