"""Write down what was found in files: for programs, as a page, as a workbook."""

import math
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from ..base import messages
from ..base.errors import InputError, printable
from ..base.workbook import FileCreateError, name_sheet, open_book, write_text
from . import input_files
from .contract import FileCheck
from .fault_kinds import KINDS, name_kind
from .fault_log import COUNTS
from .headers import label
from .personal_data import cover
from .schemas import CONSULTATIONS, SCHEMAS, TABLES
from .values import show
from .xlsx import number_column

_JSON_FIELDS = ("file", "sheet", "row", "column", "header", "cell", "value", "code")


def as_json(checks: Iterable[FileCheck], language: str = "zh") -> dict[str, Any]:
    """Give checks as plain lists and dictionaries, for `check --json`.

    Returns
    -------
    dict
        `files`: per file and table the counts (read = graded + ungradable + rejected + duplicates; of tables
        beside the consultations `graded` are the rows kept), `table`, `dropped`,
        `slices`, `counts`, `columns`, `suggestions`, `unused`, `absent`, `rejects` and `flags` (lists of
        file, sheet, row, column, header, cell, value, code, reason), and `error`, None if the file could be
        read. `regions_alike`: regions whose names differ by 市, 县, 区 or blanks only.
    """
    known = list(checks)
    return {
        "files": [_file_as_json(check, language) for check in known],
        "regions_alike": find_alike(region for check in known for region, _, _ in check.slices),
    }


def _file_as_json(check: FileCheck, language: str) -> dict[str, Any]:
    slices = [{"region": region, "year": year, check.table: rows} for region, year, rows in check.slices]
    return {
        "file": check.file,
        "table": check.table,
        "sha256": check.sha256,
        "synthetic": check.synthetic,
        **{count: getattr(check, count) for count in COUNTS},
        "orphans": check.orphans,
        "dropped": dict(check.dropped),
        "slices": slices,
        "counts": [{"code": code, "column": name, "rows": n} for (code, name), n in check.counts.items()],
        "columns": dict(check.columns),
        "suggestions": dict(check.suggestions),
        "unused": list(check.unused),
        "absent": list(check.absent),
        "rejects": list(_faults_as_json(check.rejects, language)),
        "flags": list(_faults_as_json(check.flags, language)),
        "error": messages.in_language(check.error, language) if check.error else None,
    }


def _faults_as_json(table: pd.DataFrame, language: str) -> Iterator[dict[str, Any]]:
    for record in table.to_dict("records"):
        row = None if pd.isna(record["row"]) else int(record["row"])
        yield {name: record[name] for name in _JSON_FIELDS} | {
            "row": row,
            "reason": record[f"reason_{language}"],
        }


# --- the page

_WORDS = {
    "read": ("读入", "read"),
    "graded": ("可评级", "graded"),
    "complete": ("数据齐全", "complete"),
    "incomplete": ("数据不全", "incomplete"),
    "unused": ("未使用的列", "Columns not used"),
    "absent": ("对照文件所列而文件中没有的表头", "Headers of the mapping file that are not in the file"),
    "alike": ("写法相近的地区", "Regions of nearly the same name"),
    "one_region": ("若为同一地区，请统一写法", "if it is one region, write it in one way"),
    "kept": ("采用", "kept"),
    "table": ("数据表", "Table"),
    "lines": ("行", "rows"),
    "orphans": ("客户不在其他任何表中的行", "Rows of customers who are in no other table"),
    "ungradable": ("不可评级", "ungradable"),
    "rejected": ("退回", "rejected"),
    "duplicates": ("重复", "duplicates"),
    "blank": ("空行", "blank"),
    "total_row": ("合计或统计行", "totals"),
    "footnote": ("说明或脚注", "notes"),
    "repeated_header": ("重复的表头", "repeated headers"),
    "further_header": ("另一张表的表头", "headers of further tables"),
    "summary_table": ("汇总或说明表的行", "rows of tables of averages or explanations"),
    "outside_table": ("只有表外或预填内容的行", "rows with nothing of a record"),
    "synthetic": ("合成数据", "synthetic data"),
    "used": ("采用", "Used"),
    "year": ("年", ""),
    "consultations": ("条", "consultations"),
    "dropped": ("不是记录的行", "Rows that are no records"),
    "columns": ("识别的列", "Columns taken"),
    "unknown": ("名称相近但未采用的列", "Similar columns, not taken"),
    "maybe": ("可能是", "perhaps"),
    "rejects": ("退回原因", "Rejected because"),
    "flags": ("提示（记录照常采用）", "Noticed, kept all the same"),
    "rows": ("行数", "rows"),
    "first": ("首例", "first case"),
    "row": ("第{}行", "row {}"),
    "clean": ("没有退回的记录。", "No row was rejected."),
    "checked": ("共检查{}个文件", "{} files checked"),
    "unread": ("无法读取", "Cannot be read"),
    "stop": ("；", "; "),
    "colon": ("：", ": "),
}
_LINE = 100  # columns of a page before a list goes on in the next line
_SHOWN_SLICES, _SHOWN_VALUE = 12, 30


def summary(checks: Sequence[FileCheck], language: str, *, graded: bool = False) -> str:
    """Write a page about the files checked, in zh or en; plain text, aligned for Chinese too.

    Parameters
    ----------
    checks : sequence of FileCheck
        See `contract.check`.
    language : {"zh", "en"}
        Of the page.
    graded : bool
        Whether a scorecard graded the records; else they are complete or not, and of no grade.
    """
    words = {name: zh if language == "zh" else en for name, (zh, en) in _WORDS.items()}
    if not graded:
        words |= {"graded": words["complete"], "ungradable": words["incomplete"]}
    pages = [_describe_file(check, words, language) for check in checks]
    if len(checks) > 1:
        pages.append(_describe_all(checks, words, language))
    alike = find_alike(region for check in checks for region, _, _ in check.slices)
    if alike:
        told = words["stop"].join("、".join(names) for names in alike)
        pages.append([f"{words['alike']}{words['colon']}{told}{words['stop']}{words['one_region']}"])
    return printable("\n\n".join("\n".join(page) for page in pages))


def find_alike(regions: Iterable[str]) -> list[list[str]]:
    """Return regions that may be one: their names differ by 市, 县, 区 at the end or by blanks only.

    Examples
    --------
    >>> find_alike(["黄山市", "杭州市", "黄山"])
    [['黄山市', '黄山']]
    """
    groups: dict[str, list[str]] = {}
    for region in dict.fromkeys(regions):
        bare = "".join(str(region).split())
        groups.setdefault(bare[:-1] if len(bare) > 2 and bare[-1] in "市县区" else bare, []).append(region)
    return [names for names in groups.values() if len(names) > 1]


def _describe_all(checks: Sequence[FileCheck], words: Mapping[str, str], language: str) -> list[str]:
    unread = sum(check.error is not None for check in checks)
    title = words["checked"].format(len({check.path for check in checks}))
    title += f"{words['stop']}{words['unread']}{words['colon']}{unread}" if unread else ""
    lines = [title]
    tables = [name for name in TABLES if any(check.table == name and not check.error for check in checks)]
    for name in tables or [CONSULTATIONS]:
        of_table = [check for check in checks if check.table == name]
        counts = {count: sum(getattr(check, count) for check in of_table) for count in COUNTS}
        head = f"{_name_table(name, language)}{words['colon']}" if tables != [CONSULTATIONS] else ""
        lines.append(head + _reconcile(counts, words, name))
    return lines


def _describe_file(check: FileCheck, words: Mapping[str, str], language: str) -> list[str]:
    title = check.file + (f"  [{words['synthetic']}]" if check.synthetic else "")
    lines = [title, "─" * max(40, _width(title))]
    if check.error:
        return [*lines, f"{words['unread']}{words['colon']}{messages.in_language(check.error, language)}"]
    if check.table != CONSULTATIONS:
        lines.append(f"{words['table']}{words['colon']}{_name_table(check.table, language)}")
    lines.append(_reconcile({count: getattr(check, count) for count in COUNTS}, words, check.table))
    lines += _list_items("used", _describe_slices(check, words), words)
    lines += _list_items(
        "dropped", [f"{words[kind]} {rows:,}" for kind, rows in check.dropped.items()], words
    )
    if check.orphans:
        lines.append(f"{words['orphans']}{words['colon']}{check.orphans:,}")
    lines += _list_items("columns", _describe_columns(check, language), words)
    near = [
        f"{header} ({words['maybe']} {label(column, language, check.table)})"
        for header, column in check.suggestions.items()
    ]
    lines += _list_items("unknown", near, words)
    lines += _list_items("unused", check.unused, words)
    lines += _list_items("absent", check.absent, words)
    for rejects in (True, False):
        lines += _list_kinds(check, rejects, words, language)
    return lines if check.rejected else [*lines, "", words["clean"]]


def _name_table(table: str, language: str) -> str:
    if table == CONSULTATIONS:
        return "咨询记录" if language == "zh" else table
    return SCHEMAS[table].zh if language == "zh" else SCHEMAS[table].en


def _reconcile(counts: Mapping[str, int], words: Mapping[str, str], table: str) -> str:
    shown = {count: count for count in COUNTS}
    if table != CONSULTATIONS:  # nothing is graded there
        shown = {"read": "read", "graded": "kept", "rejected": "rejected", "duplicates": "duplicates"}
    read, *parts = (f"{words[word]} {counts[count]:,}" for count, word in shown.items())
    return f"{read} = {' + '.join(parts)}"


def _describe_slices(check: FileCheck, words: Mapping[str, str]) -> list[str]:
    noun = words["consultations" if check.table == CONSULTATIONS else "lines"]
    told = [
        " ".join(filter(None, (region, f"{year}{words['year']}" if year else "", f"{rows:,}", noun)))
        for region, year, rows in check.slices[:_SHOWN_SLICES]
    ]
    return told + ([f"… ({len(check.slices):,})"] if len(check.slices) > _SHOWN_SLICES else [])


def _describe_columns(check: FileCheck, language: str) -> list[str]:
    """Name each header, with the column it was taken for where that is not the same."""
    named = ((header, label(column, language, check.table)) for header, column in check.columns.items())
    return [header if header == name else f"{header} → {name}" for header, name in named]


def _list_items(heading: str, items: Sequence[str], words: Mapping[str, str]) -> list[str]:
    """Write "heading: item; item" over as many lines as needed."""
    if not items:
        return []
    lines, indent = [words[heading] + words["colon"]], " " * _width(words[heading] + words["colon"])
    for place, item in enumerate(items):
        text = item + (words["stop"] if place < len(items) - 1 else "")
        if _width(lines[-1] + text) > _LINE and lines[-1].strip():
            lines.append(indent)
        lines[-1] += text
    return [line.rstrip() for line in lines]


def _list_kinds(check: FileCheck, rejects: bool, words: Mapping[str, str], language: str) -> list[str]:
    """List kinds of fault, the most frequent first, with the first case of each."""
    kinds = {kind: rows for kind, rows in check.counts.items() if KINDS[kind[0]].rejects == rejects}
    if not kinds:
        return []
    table = check.rejects if rejects else check.flags
    first = {(fault.code, fault.column): fault for fault in table[::-1].itertuples()}
    lines = [(words["rejects" if rejects else "flags"], words["rows"], words["first"])]
    for (code, column), rows in sorted(kinds.items(), key=lambda kind: (-kind[1], kind[0])):
        name = f"  {label(column, language, check.table)} · " if column else "  "
        case = _describe_case(first[code, column], words) if (code, column) in first else ""
        lines.append((name + name_kind(code, language), f"{rows:,}", case))
    return ["", *_align(lines)]


def _describe_case(fault: Any, words: Mapping[str, str]) -> str:
    row = "" if pd.isna(fault.row) else words["row"].format(fault.row)
    place = (fault.cell or row) and (f"{fault.sheet}!" if fault.sheet else "") + (fault.cell or row)
    value = fault.value if len(fault.value) <= _SHOWN_VALUE else fault.value[: _SHOWN_VALUE - 1] + "…"
    return " ".join(part for part in (place, f"“{value}”" if value else "") if part)


def _align(lines: Sequence[tuple[str, str, str]]) -> list[str]:
    """Align three columns, the second to the right."""
    left, middle = (max(_width(line[column]) for line in lines) for column in (0, 1))
    return [
        f"{one}{' ' * (left - _width(one))}  {' ' * (middle - _width(two))}{two}  {three}".rstrip()
        for one, two, three in lines
    ]


def _width(text: str) -> int:
    """Columns that a text takes on a terminal; Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


# --- the workbook

SHOWN_ROWS = 20_000  # of each sheet; the list has them all
_LIST = {
    "类别 Kind": 14,
    "文件 File": 24,
    "工作表 Sheet": 14,
    "行 Row": 8,
    "单元格 Cell": 10,
    "列 Column": 22,
    "内容 Value": 22,
    "原因": 60,
    "Reason": 60,
}
_KIND_NAMES = {True: "退回 rejected", False: "提示 noticed"}
_COLOURS = {True: "#F8B4AE", False: "#FBE7A1"}


def write_workbook(checks: Sequence[FileCheck], path: Path) -> None:
    """Write every fault as a list, and beside it the rows concerned as they stand, offending cells coloured.

    All text is written as text, so that nothing in it acts as a formula.

    Raises
    ------
    InputError
        The workbook cannot be written there.
    """
    unfinished = path.with_name(f".{path.name}.part")
    try:
        with open_book(unfinished, title="数据检查 Data check") as workbook:
            styles = {kind: workbook.add_format({"bg_color": colour}) for kind, colour in _COLOURS.items()}
            heading = workbook.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
            _write_list(workbook.add_worksheet("问题清单 Faults"), checks, heading, styles)
            for check in checks:
                _write_rows(workbook, check, heading, styles)
        unfinished.replace(path)
    except (OSError, FileCreateError) as error:
        mend = "Close it if it is open, or name another file."
        raise InputError(str(path), f"cannot be written ({error}).", mend) from None
    finally:
        unfinished.unlink(missing_ok=True)


def _write_list(sheet: Any, checks: Sequence[FileCheck], heading: Any, styles: Mapping[bool, Any]) -> None:
    for column, width in enumerate(_LIST.values()):
        sheet.set_column(column, column, width)
    _write_line(sheet, 0, list(_LIST), heading)
    sheet.freeze_panes(1, 0)
    line = 0
    for check in checks:
        if check.error:
            line += 1
            _write_line(
                sheet, line, ["无法读取 unreadable", check.file, "", "", "", "", "", "", str(check.error)]
            )
        for rejects, table in ((True, check.rejects), (False, check.flags)):
            for fault in table.itertuples():
                line += 1
                row = "" if pd.isna(fault.row) else int(fault.row)
                place = [_KIND_NAMES[rejects], check.file, fault.sheet, row, fault.cell]
                column_name = fault.header or (label(fault.column, "zh", check.table) if fault.column else "")
                _write_line(sheet, line, [*place, column_name, "", fault.reason_zh, fault.reason_en])
                write_text(sheet, line, list(_LIST).index("内容 Value"), fault.value, styles[rejects])
    sheet.autofilter(0, 0, max(line, 1), len(_LIST) - 1)


def _write_line(sheet: Any, line: int, cells: Sequence[Any], style: Any = None) -> None:
    """Write cells as numbers or as text, never as formulas."""
    for column, cell in enumerate(cells):
        if isinstance(cell, (int, float)) and not isinstance(cell, bool) and math.isfinite(cell):
            sheet.write_number(line, column, cell, style)
        elif cell not in (None, ""):
            write_text(sheet, line, column, printable(show(cell)), style)


def _write_rows(workbook: Any, check: FileCheck, heading: Any, styles: Mapping[bool, Any]) -> None:
    """Copy the rows that have faults, sheet by sheet; parquet has no rows that anyone could look up."""
    faults = pd.concat([check.flags, check.rejects])
    faults = faults[faults["cell"] != ""]
    if check.error or faults.empty or check.path.suffix.lower() == ".parquet":
        return
    for source in input_files.read(check.path).sheets:
        marks = {
            int(row): list(group.itertuples())
            for row, group in faults[faults["sheet"] == source.name].groupby("row")
        }
        if marks:
            name = name_sheet(f"{len(workbook.worksheets())} {source.name or check.file}")
            sheet = workbook.add_worksheet(name)
            line = _write_header(sheet, source, check.header_rows[source.name], heading)
            _copy_rows(sheet, source, line, marks, styles)


def _write_header(sheet: Any, source: input_files.Sheet, rows: int, heading: Any) -> int:
    """Copy the header and what little stands above it; gives the line below.

    One column more on the left takes the row numbers.
    """
    before = [""] * (source.first_column - 1)
    lines = source.head[:rows] if rows <= len(source.head) else _read_row(source, rows)
    for line, cells in enumerate(lines):
        _write_line(sheet, line, ["行 Row" if line == len(lines) - 1 else "", *before, *cells], heading)
    sheet.set_column(0, 0, 8)
    sheet.set_column(1, source.first_column + len(lines[-1]), 16)
    sheet.freeze_panes(len(lines), 1)
    return len(lines)


def _read_row(source: input_files.Sheet, row: int) -> Sequence[Sequence[Any]]:
    """Read one row of a sheet, counted from its first."""
    block = next(iter(source.blocks(row - 1, [])))
    return [block.raw(0)]


def _cover(cell: Any) -> Any:
    """Cover numbers that name a person: the list of faults goes from hand to hand."""
    text = show(cell)
    return covered if (covered := cover(text)) != text else cell


def _copy_rows(
    sheet: Any,
    source: input_files.Sheet,
    line: int,
    marks: Mapping[int, list[Any]],
    styles: Mapping[bool, Any],
) -> None:
    before = [""] * (source.first_column - 1)
    for row, cells in _pick_rows(source, sorted(marks)[:SHOWN_ROWS]):
        _write_line(sheet, line, [row, *before, *map(_cover, cells)])
        for fault in marks[row]:
            column = number_column(fault.cell.rstrip("0123456789"))
            place = column - source.first_column
            text = printable(show(_cover(cells[place]))) if place < len(cells) else ""
            write_text(sheet, line, column, text, styles[KINDS[fault.code].rejects])
            sheet.write_comment(line, column, f"{fault.reason_zh}\n{fault.reason_en}", {"x_scale": 2})
        line += 1


def _pick_rows(source: input_files.Sheet, wanted: Sequence[int]) -> Iterator[tuple[int, Sequence[Any]]]:
    """Give these rows as they stand; `wanted` rises."""
    rows = iter(wanted)
    row = next(rows, None)
    for block in source.blocks(0, []):
        while row is not None and row < block.first_row + block.size:
            yield row, block.raw(row - block.first_row)
            row = next(rows, None)
