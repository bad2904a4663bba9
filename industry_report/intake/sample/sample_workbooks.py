"""Write the sample's workbooks: the data, and a sheet that says that they are synthetic."""

import io
import os
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd

from ...base.errors import InputError
from ...base.workbook import Workbook, open_book, write_text
from .sample_facts import AUTHOR, CREATED, NOTES, SHEET, SYNTHETIC, WIDTHS, City


def is_sample(path: Path) -> bool:
    """Tell whether a file is one that the sample wrote."""
    try:
        if path.suffix == ".csv":
            with path.open(encoding="utf-8-sig") as file:
                return file.readline().rstrip().endswith(f",{SYNTHETIC}")
        with zipfile.ZipFile(path) as package:
            return AUTHOR.encode() in package.read("docProps/core.xml")
    except (OSError, KeyError, UnicodeDecodeError, zipfile.BadZipFile):  # whatever it is, it is not ours
        return False


def workbook(city: City, year: int, records: pd.DataFrame, seed: int) -> bytes:
    """Make the bytes of a workbook with the data sheet and the sheet that says what it is."""
    stream = io.BytesIO()
    with open_book(
        stream,
        font="",
        title=f"{city.name}{year}年客户咨询(合成数据)",
        subject="合成数据 synthetic data",
        author=AUTHOR,
        keywords="合成数据, synthetic data",
        comments=f"合成数据,不描述任何人。Synthetic data, seed {seed}; describes nobody.",
        created=CREATED,
    ) as book:
        write_records(book, records)
        write_notes(book, city, year, len(records), seed)
    return stream.getvalue()


def write_records(book: Workbook, records: pd.DataFrame) -> None:
    """Fill the data sheet of the consultations."""
    fill_sheet(book, SHEET, records)


def fill_sheet(book: Workbook, name: str, records: pd.DataFrame) -> None:
    """Fill a sheet, a column at a time; missing values leave the cell empty."""
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    bold, date = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    for column, name in enumerate(records.columns):
        write_text(sheet, 0, column, name, bold)
    for column, name in enumerate(records.columns):
        sheet.set_column(column, column, WIDTHS.get(name, 14))
        values, present = records[name], records[name].notna()
        is_date = pd.api.types.is_datetime64_any_dtype(values)
        if is_date:  # day numbers as Excel counts them
            values = (values - pd.Timestamp("1899-12-30")).dt.days
        for row, value in zip(np.flatnonzero(present) + 1, values[present].tolist(), strict=True):
            if isinstance(value, str):
                write_text(sheet, int(row), column, value)
            else:
                sheet.write_number(row, column, value, date if is_date else None)


def write_notes(book: Workbook, city: City, year: int, rows: int, seed: int) -> None:
    """Fill the sheet that says, in both languages, that the data are synthetic."""
    sheet = book.add_worksheet(NOTES)
    sheet.set_column(0, 0, 100)
    lines = (
        f"本工作簿是合成数据,由 industry-report 软件以随机种子 {seed} 生成,不描述任何真实的人或企业。",
        f"{city.name}{year}年,共{rows:,}条记录。客户、咨询、评分、成交与金额均为虚构,仅供试用与测试,不得作为统计依据。",
        "其中有意包含少量缺失评分、无效评分和重复记录,以便检验数据质量报告。",
        f"This workbook holds synthetic data, made by the software industry-report with seed {seed}. "
        "It describes no real person or company.",
        f"{city.english} {year}, {rows:,} records. Customers, consultations, scores, purchases and amounts "
        "are invented, for trial and testing only; they are no basis for statistics.",
        "A few missing scores, invalid scores and duplicate records are there on purpose, "
        "to give the data quality section something to report.",
    )
    for row, line in enumerate(lines):
        write_text(sheet, row, 0, line)


def publish(path: Path, content: bytes) -> Path:
    """Put a file in place whole or not at all."""
    unfinished = path.with_name(f".{path.stem}.{os.getpid()}.unfinished")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            unfinished.write_bytes(content)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(
            str(path),
            f"the sample workbook could not be written ({error.strerror}).",
            "Choose a folder you may write to, and close the workbook if it is open.",
        ) from error
    return path
