"""Makes the workbooks that institutions send: one function for a grid, the mess is in the tests."""

import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
from openpyxl.worksheet.worksheet import Worksheet

from industry_report.intake import contract
from industry_report.intake.mapping import load_column_map

HEADER = ("客户ID", "客户类型", "咨询日期", "意向度", "需求明确性", "满意度")
NAME = "黄山市-2025.xlsx"


def record(number: int = 1, **cells: Any) -> list[Any]:
    """Make a clean row below HEADER; `cells` replaces some of it."""
    row = dict(
        zip(HEADER, (f"C{number:04d}", "小微企业", f"2025-03-{number % 28 + 1:02d}", 5, 4, 3), strict=True)
    )
    return list({**row, **cells}.values())


def write(
    folder: Path,
    rows: Sequence[Sequence[Any]],
    name: str = NAME,
    sheet: str = "咨询数据",
    change: Callable[[Worksheet], Any] | None = None,
) -> Path:
    """Write one sheet; `change` may merge, hide or format before it is saved."""
    return write_sheets(folder, {sheet: rows}, name, lambda book: change(book[sheet]) if change else None)


def write_sheets(
    folder: Path,
    sheets: dict[str, Sequence[Sequence[Any]]],
    name: str = NAME,
    change: Callable[[openpyxl.Workbook], Any] = lambda book: None,
) -> Path:
    """Write several sheets."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row, cells in enumerate(rows, 1):
            for column, cell in enumerate(cells, 1):
                if cell is not None:
                    sheet.cell(row, column, cell)
    change(book)
    path = folder / name
    book.save(path)
    return path


def write_column(folder: Path, header: str, cells: Sequence[Any], name: str = NAME) -> Path:
    """Write clean rows with one more column, or with one column's cells replaced."""
    if header in HEADER:
        rows = [record(number, **{header: cell}) for number, cell in enumerate(cells, 1)]
        return write(folder, [HEADER, *rows], name)
    return write(folder, [(*HEADER, header), *([*record(n), cell] for n, cell in enumerate(cells, 1))], name)


def write_csv(
    folder: Path, rows: Sequence[Sequence[Any]], encoding: str = "utf-8", name: str = "黄山市-2025.csv"
) -> Path:
    """Write plain comma-separated text, nothing quoted."""
    path = folder / name
    path.write_bytes("".join(",".join(map(str, row)) + "\r\n" for row in rows).encode(encoding))
    return path


def clean(path: Path, columns: Path | None = None) -> tuple[contract.FileCheck, pd.DataFrame]:
    """Clean a file; give what was found and all clean rows in the order of the file."""
    kept: list[pd.DataFrame] = []
    check = contract.clean(path, load_column_map(columns), lambda region, year, rows: kept.append(rows))
    reconcile(check)
    rows = pd.concat(kept).sort_values("row", kind="stable", ignore_index=True) if kept else pd.DataFrame()
    assert len(rows) == check.graded + check.ungradable
    return check, rows


def reconcile(check: contract.FileCheck) -> None:
    """Nothing is lost: the equation that every report prints."""
    assert check.read == check.graded + check.ungradable + check.rejected + check.duplicates
    assert check.read >= 0
    assert check.rejects["row"].nunique() <= check.rejected or check.rejects["sheet"].nunique() > 1


def list_faults(table: pd.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    """Give faults as tuples, by default of row, column, value and code."""
    return list(table[list(columns or ("row", "column", "value", "code"))].itertuples(index=False, name=None))


def replace_part(path: Path, part: str, change: Callable[[bytes], bytes]) -> Path:
    """Change one part of a workbook's package."""
    with zipfile.ZipFile(path) as package:
        parts = {info.filename: package.read(info) for info in package.infolist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, change(content) if name == part else content)
    return path
