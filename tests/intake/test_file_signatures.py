"""A file is told as what it is, whatever its name says."""

import zipfile

import pandas as pd
import pytest
from workbooks import HEADER, record, write, write_csv

from industry_report.base.errors import InputError
from industry_report.intake import contract, input_files

WORD = "word/document.xml"


@pytest.mark.parametrize(
    ("content", "name", "told"),
    [
        (b"<html><table><tr><th>x", "a.csv", "a web page"),
        (b"\xef\xbb\xbf<!DOCTYPE html><p>", "a.xlsx", "a web page"),
        (b"%PDF-1.7\n", "a.csv", "a PDF"),
        (b"%PDF-1.7\n", "a.xlsx", "a PDF"),
        (b"PAR1" + b"\0" * 20, "a.csv", "a parquet file"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 20, "a.xlsx", "a picture"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504, "a.csv", "the old .xls format"),
        ("客户ID,意向度\nK1,5\n".encode(), "a.xlsx", "plain text"),
        (
            b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
            "a.xlsx",
            "2003",
        ),
        (b"\x1f\x8b\x08\0\0", "a.csv", "gzip"),
    ],
)
def test_other_kinds(tmp_path, content, name, told):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError) as error:
        input_files.read(tmp_path / name)
    assert told in str(error.value)
    assert f"ends in {name[1:]}" in str(error.value)


def test_a_workbook_under_another_name_is_told_its_right_name(tmp_path):
    book = write(tmp_path, [HEADER, record(1)])
    for suffix in (".csv", ".parquet"):
        renamed = tmp_path / f"黄山市-2025{suffix}"
        renamed.write_bytes(book.read_bytes())
        [check] = contract.check([renamed])
        assert "is a workbook (.xlsx)" in str(check.error)
        assert "Name it 黄山市-2025.xlsx." in str(check.error)


def test_packages_that_are_no_workbook(tmp_path):
    for part, told in (
        (WORD, "word processor"),
        ("xl/workbook.bin", ".xlsb"),
        ("content.xml", "OpenDocument"),
        ("a.txt", "zip"),
    ):
        with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as package:
            package.writestr(part, b"x")
        with pytest.raises(InputError, match=told.replace(".", r"\.")):
            input_files.read(tmp_path / "a.xlsx")


def test_honest_names_pass(tmp_path):
    write(tmp_path, [HEADER, record(1)])
    write_csv(tmp_path, [HEADER, record(2)])
    pd.DataFrame([record(3)], columns=list(HEADER)).to_parquet(tmp_path / "黄山市-2025.parquet")
    assert all(check.graded == 1 for check in contract.check([tmp_path]))
