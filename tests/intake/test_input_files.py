"""Files of every kind are opened, and hostile ones refused with one clear message."""

import re
import struct
import time
import zipfile

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from workbooks import HEADER, NAME, record, replace_part, write, write_csv

from industry_report.base.errors import InputError
from industry_report.intake import contract, input_files, xlsx
from industry_report.intake.mapping import ColumnMap

SHEET = "xl/worksheets/sheet1.xml"


def refuse(path, *parts):
    """Check that a file is refused at once, in words."""
    start = time.perf_counter()
    [check] = contract.check([path])
    assert time.perf_counter() - start < 5
    assert check.error is not None
    assert check.read == 0
    for part in (path.name, *parts):
        assert part in str(check.error)


@pytest.fixture
def workbook(tmp_path):
    return write(tmp_path, [HEADER, *(record(n) for n in range(1, 4))])


def test_row_numbers_and_cells_are_those_that_excel_shows(tmp_path):
    path = write(tmp_path, [[], [None, *HEADER], [None, *record(1)]])
    [sheet] = input_files.read(path).sheets
    assert (sheet.first_row, sheet.first_column) == (2, 2)
    [block] = sheet.blocks(1, [0, 3])
    assert (block.first_row, block.size) == (3, 1)
    assert list(block.raw(0)) == record(1)
    assert block.columns[3].values == [5.0]


def test_true_is_not_one():
    encoded = input_files.encode([1.0, True, "x", True])
    assert [encoded.values[code] for code in encoded.codes] == [1.0, "TRUE", "x", "TRUE"]


def test_the_synthetic_label_is_seen(tmp_path):
    from workbooks import write_sheets

    sheets = {"咨询": [HEADER, record(1)], "说明": [["本工作簿为合成数据，不涉及任何真实客户。"]]}
    assert input_files.read(write_sheets(tmp_path, sheets)).synthetic


# --- which files


def test_a_folder_lists_its_data_and_leaves_out_the_rest(tmp_path):
    for name in ("b.xlsx", "a.csv", "~$b.xlsx", ".hidden.csv", "notes.docx", "c.parquet"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "folder.xlsx").mkdir()
    assert [path.name for path in input_files.list_files(tmp_path)] == ["a.csv", "b.xlsx", "c.parquet"]


def test_an_empty_folder_tells_what_is_in_it(tmp_path):
    (tmp_path / "readme.txt").write_text("x", encoding="utf-8")
    with pytest.raises(InputError, match=r"readme\.txt"):
        input_files.list_files(tmp_path)


def test_another_kind_of_spreadsheet_is_not_passed_over(tmp_path, workbook):
    (tmp_path / "杭州市-2025.xls").write_bytes(b"x")
    with pytest.raises(InputError, match=r"杭州市-2025\.xls.*Save it as \.xlsx"):
        input_files.list_files(tmp_path)


def test_a_link_out_of_the_folder_is_refused(tmp_path, workbook):
    folder = tmp_path / "data"
    folder.mkdir()
    try:
        (folder / "link.xlsx").symlink_to(workbook)
    except OSError as error:
        pytest.skip(f"no symbolic links here: {error}")
    with pytest.raises(InputError, match="link that leads out"):
        input_files.list_files(folder)
    (folder / "link.xlsx").unlink()
    (folder / "real.xlsx").write_bytes(workbook.read_bytes())
    (folder / "again.xlsx").symlink_to(folder / "real.xlsx")
    assert len(input_files.list_files(folder)) == 2


def test_a_path_is_looked_for_above_the_working_folder(tmp_path, workbook, monkeypatch):
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")
    assert input_files.find_path(NAME) == workbook
    with pytest.raises(InputError, match=r"nothing\.xlsx"):
        input_files.find_path("nothing.xlsx")


def test_a_file_that_changes_while_it_is_read(workbook):
    source = input_files.read(workbook)
    workbook.write_bytes(workbook.read_bytes() + b" ")
    with pytest.raises(InputError, match="changed while it was read"):
        input_files.refuse_change(source)


# --- hostile workbooks


def test_damaged_workbooks(tmp_path, workbook):
    content = workbook.read_bytes()
    for name, damaged in {
        "empty.xlsx": b"",
        "text.xlsx": b"not a workbook",
        "cut.xlsx": content[: len(content) // 2],
        "zeros.xlsx": content[:200] + b"\0" * 400 + content[600:],
    }.items():
        (tmp_path / name).write_bytes(damaged)
        refuse(tmp_path / name)
    refuse(replace_part(workbook, SHEET, lambda xml: xml[:-50]))


def test_a_password_and_the_old_format(tmp_path):
    compound = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504
    (tmp_path / "locked.xlsx").write_bytes(compound + "EncryptedPackage".encode("utf-16-le"))
    refuse(tmp_path / "locked.xlsx", "password")
    (tmp_path / "old.xlsx").write_bytes(compound + "Workbook".encode("utf-16-le"))
    refuse(tmp_path / "old.xlsx", "old .xls format", "save it again as .xlsx")
    (tmp_path / "old.xls").write_bytes(compound)
    refuse(tmp_path / "old.xls", ".xlsx")


def test_a_zip_bomb(tmp_path, workbook):
    path = replace_part(
        workbook, SHEET, lambda xml: xml.replace(b"<sheetData>", b"<sheetData>" + b" " * (80 << 20))
    )
    assert path.stat().st_size < 1 << 20
    refuse(path, "unpacks from")


def test_a_sheet_that_declares_two_gigabytes(workbook):
    declare(workbook, 2 << 30)
    refuse(workbook, "2,048 MiB")


def test_a_sheet_larger_than_it_declares(workbook):
    declare(workbook, 100)
    refuse(workbook, "larger than it declares")


def declare(path, size):
    """Write another unpacked size into the package's directory."""
    with zipfile.ZipFile(path) as package:
        start = package.start_dir
    content = bytearray(path.read_bytes())
    while content[start : start + 4] == b"PK\x01\x02":
        name, extra, comment = struct.unpack_from("<HHH", content, start + 28)
        if content[start + 46 : start + 46 + name] == SHEET.encode():
            struct.pack_into("<I", content, start + 24, size)
        start += 46 + name + extra + comment
    path.write_bytes(content)


@pytest.mark.parametrize(
    "cell",
    [
        b'<c r="XFD1048576"><v>1</v></c>',
        b"<c r='XFD1048576'><v>1</v></c>",
        b'<c r = "xfd1048576"><v>1</v></c>',
        b'<c\nr="ZZZ1048576"><v>1</v></c>',
        b'<c r="XFDXFDX999999999"><v>1</v></c>',
        b'<c r="F4999999999997"><v>1</v></c>',
        b'<c r="A18446744073709551700"><v>1</v></c>',
        b'<c r="AAAAAAAAAAAAAAAAA7"><v>1</v></c>',
    ],
)
def test_a_stray_cell_that_would_fill_all_memory(workbook, cell):
    refuse(
        replace_part(workbook, SHEET, lambda xml: xml.replace(b"</row>", cell + b"</row>", 1)), "spread over"
    )


def test_a_sheet_that_hides_in_another_part(workbook):
    far = b'<c r="XFD1048576"><v>1</v></c></row>'
    replace_part(workbook, SHEET, lambda xml: xml.replace(b"</row>", far, 1))
    with zipfile.ZipFile(workbook) as package:
        parts = {info.filename: package.read(info) for info in package.infolist()}
    parts["xl/hidden.bin"] = parts.pop(SHEET)
    rels = "xl/_rels/workbook.xml.rels"
    parts[rels] = parts[rels].replace(b"/xl/worksheets/sheet1.xml", b"xl/./hidden.bin")
    with zipfile.ZipFile(workbook, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    refuse(workbook, "spread over")


def test_texts_announced_that_are_not_there(tmp_path):
    import xlsxwriter

    path = tmp_path / NAME
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write_row(0, 0, HEADER)
    announce = re.compile(rb'uniqueCount="\d+"')
    refuse(
        replace_part(
            path, "xl/sharedStrings.xml", lambda xml: announce.sub(b'uniqueCount="4294967295"', xml)
        ),
        "announces",
    )


def test_a_deep_and_a_wide_table_are_no_attack(tmp_path):
    def move(sheet):
        sheet["AB1"], sheet["A150000"] = "备注", "注：脚注"
        sheet["AB1"].hyperlink = "#A1"  # leaves rId1 below the rows, which looks like a far column

    [check] = contract.check([write(tmp_path, [HEADER, record(1)], change=move)])
    assert (check.graded, check.dropped["footnote"]) == (1, 1)


def test_a_document_type_is_refused(workbook):
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    refuse(replace_part(workbook, "xl/workbook.xml", lambda xml: bomb + xml), "document type")


def test_only_a_sheet_with_something_special_is_parsed(workbook, monkeypatch):
    parsed = []
    original = xlsx._CellFinder.start
    monkeypatch.setattr(xlsx._CellFinder, "start", lambda self, *a: parsed.append(a) or original(self, *a))
    input_files.read(workbook)
    assert parsed == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_workbook_with_any_bytes_changed_ends_in_words(workbook, data):
    content = bytearray(workbook.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = workbook.with_name("杭州市-2025.xlsx")
    path.write_bytes(content)
    [check] = contract.check([path])
    assert check.error is None or path.name in str(check.error)


# --- csv and parquet


def test_nul_bytes_name_the_line(tmp_path):
    path = write_csv(tmp_path, [HEADER, record(1), record(2, 客户类型="a\0b")])
    refuse(path, "line 3", "NUL")


def test_mixed_encodings_name_both_lines(tmp_path):
    path = write_csv(tmp_path, [HEADER, record(1)])
    path.write_bytes(
        path.read_bytes() + ",".join(map(str, record(2, 客户类型="代理记账公司"))).encode("gb18030")
    )
    refuse(path, "line 1 is UTF-8", "line 3 is GB18030")


def test_other_encodings(tmp_path):
    refuse(write_csv(tmp_path, [HEADER, record(1)], "utf-16"), "UTF-16")
    path = write_csv(tmp_path, [HEADER, record(1)], "gb18030")
    path.write_bytes(path.read_bytes() + b"\xff\xff\r\n")
    refuse(path, "line 3", "neither UTF-8 nor GB18030")


def test_a_quotation_mark_that_is_never_closed(tmp_path):
    refuse(write_csv(tmp_path, [HEADER, record(1, 客户类型='"小微'), record(2)]), "quotation mark")


def test_tabs_and_semicolons_separate_too(tmp_path):
    for mark in "\t;":
        path = write_csv(tmp_path, [HEADER, record(1)])
        path.write_bytes(path.read_bytes().replace(b",", mark.encode()))
        assert contract.check([path])[0].graded == 1


def test_blocks_join_without_seam(tmp_path, monkeypatch):
    path = write_csv(tmp_path, [HEADER, *(record(n) for n in range(1, 26))])
    monkeypatch.setattr(input_files, "BLOCK_ROWS", 7)
    [sheet] = input_files.read(path).sheets
    blocks = list(sheet.blocks(1, [0]))
    assert [(block.first_row, block.size) for block in blocks] == [(2, 7), (9, 7), (16, 7), (23, 4)]
    values = [block.columns[0].values[code] for block in blocks for code in block.columns[0].codes]
    assert values == [f"C{n:04d}" for n in range(1, 26)]


def test_damaged_parquet(tmp_path):
    path = tmp_path / "黄山市-2025.parquet"
    pd.DataFrame([record(1)], columns=list(HEADER)).to_parquet(path)
    content = path.read_bytes()
    path.write_bytes(content[:-20])
    refuse(path, "parquet")
    path.write_bytes(content[:10] + b"\xff" * 40 + content[50:])
    refuse(path)


def test_columns_of_parquet_that_are_no_plain_text(tmp_path):
    import datetime as dt

    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table(
        {
            "客户ID": pa.array([b"K1", "客户二".encode("gb18030")], pa.binary()),
            "咨询产品": pa.array([{"a": "总账", "b": "报税"}, None]),
            "咨询日期": pa.array(
                [dt.datetime(2024, 12, 31, 20), dt.datetime(2025, 6, 1)], pa.timestamp("ns", "UTC")
            ),
            **{name: pa.array([5, 4], pa.decimal128(3, 1)) for name in ("意向度", "需求明确性", "满意度")},
        }
    )
    pq.write_table(table, tmp_path / "黄山市.parquet")
    kept = []
    contract.clean(tmp_path / "黄山市.parquet", ColumnMap(), lambda *part: kept.append(part[2]))
    rows = pd.concat(kept)
    assert rows["customer_id"].to_list() == ["K1", "客户二"]
    assert rows["product"].to_list()[0] == "总账、报税"
    assert rows["year"].to_list() == [2025, 2025], "20:00 of UTC on 31 December is New Year in China"
    assert rows["intent"].to_list() == [5, 4]
