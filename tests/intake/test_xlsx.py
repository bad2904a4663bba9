"""Workbooks as programs write them: good ones pass, damaged ones do not, guards count what they mean."""

import time
import zipfile

import pytest
from packages import LINKS, MAIN, STRICT, name_cell, write_cells, write_package
from workbooks import HEADER, NAME, clean, list_faults, record, replace_part, write, write_sheets

from industry_report.intake import contract, input_files, xlsx

SHEET = "xl/worksheets/sheet1.xml"
ROWS = [HEADER, *(record(n) for n in range(1, 8))]
PRINTER = (
    '<pageSetup paperSize="9" horizontalDpi="4294967295" verticalDpi="4294967295" r:id="rId1"/>'
    '<drawing r:id="rId2"/>'
)
SHARED = f'<sst count="99999999" uniqueCount="{{}}" xmlns="{MAIN}">{{}}</sst>'


def read_all(path):
    check, rows = clean(path)
    assert (check.read, check.graded) == (7, 7), check.flags
    return check, rows


# --- shapes


def test_inline_texts_without_references(tmp_path):
    """As small report writers do: a cell stands where the one before ends."""
    read_all(write_package(tmp_path / NAME, {"数据": write_cells(ROWS, references=False)}))


def test_texts_as_results_of_formulas(tmp_path):
    read_all(write_package(tmp_path / NAME, {"数据": write_cells(ROWS, inline=False)}))


def test_names_with_a_prefix(tmp_path):
    """As OpenXML SDK programs do."""
    read_all(write_package(tmp_path / NAME, {"数据": write_cells(ROWS, prefix="x:")}, prefix="x:"))


def test_the_strict_namespace(tmp_path):
    read_all(write_package(tmp_path / NAME, {"数据": write_cells(ROWS)}, namespace=STRICT))


def test_backslashes_and_other_case_in_the_names_of_parts(tmp_path):
    read_all(
        write_package(
            tmp_path / NAME, {"数据": write_cells(ROWS)}, rename=lambda name: name.replace("/", "\\")
        )
    )
    upper = write_package(
        tmp_path / "杭州市-2025.xlsx",
        {"数据": write_cells(ROWS)},
        rename=lambda name: name.replace("xl/", "XL/"),
    )
    [check] = contract.check([upper])
    assert check.graded == 7 or "workbook" in str(check.error)


def test_a_sheet_that_is_blank_but_set_up_for_a_printer(tmp_path):
    path = write_package(tmp_path / NAME, {"数据": write_cells(ROWS), "Sheet2": ""}, after=PRINTER)
    check, _ = read_all(path)
    assert [code for code, _ in check.counts] == ["sheet_without_table"]


def test_a_thousand_styled_blank_cells(tmp_path):
    """As Google Sheets does: 1,000 rows of 26 styled cells, whatever is in them."""
    rows = [[*row, *[None] * 20] for row in ROWS] + [[None] * 26] * 992
    read_all(write_package(tmp_path / NAME, {"Sheet1": write_cells(rows)}))


def test_styled_cells_in_the_last_row_and_column(tmp_path):
    """As LibreOffice and WPS do after a column or row was formatted."""
    far = '<row r="1048576" customHeight="1"><c r="A1048576" s="1"/><c r="XFD1048576" s="1"/></row>'
    before = '<dimension ref="A1:XFD1048576"/><cols><col min="1" max="16384" width="9"/></cols>'
    check, _ = read_all(write_package(tmp_path / NAME, {"数据": write_cells(ROWS) + far}, before=before))
    assert check.flags.empty


def test_a_table_of_numbers_with_a_title_and_a_sheet_that_lists_the_tables(tmp_path):
    """As Numbers does."""
    summary = [
        ["本文稿由 Numbers 导出。每个表都已转换为 Excel 工作表。"],
        [],
        ["Numbers 工作表名称", "Numbers 表格名称"],
        ["数据", "表格 1"],
    ]
    sheets = {"导出摘要": write_cells(summary), "数据 - 表格 1": write_cells([["表格 1"], *ROWS])}
    _, rows = read_all(write_package(tmp_path / NAME, sheets))
    assert rows["row"].min() == 3


def test_texts_in_a_shared_table_with_phonetics_and_parts(tmp_path):
    """As Excel does for texts of several formats, and with readings for Japanese."""
    texts = [text for row in ROWS for text in row if isinstance(text, str)]
    items = "".join(
        f"<si><r><t>{text[:1]}</t></r><r><rPr><b/></rPr><t>{text[1:]}</t></r>"
        '<rPh sb="0" eb="1"><t>カ</t></rPh></si>'
        for text in texts
    )
    number = iter(range(len(texts)))
    cells = "".join(
        f'<row r="{r}">'
        + "".join(
            f'<c r="{name_cell(r, c)}" t="s"><v>{next(number)}</v></c>'
            if isinstance(cell, str)
            else f'<c r="{name_cell(r, c)}"><v>{cell}</v></c>'
            for c, cell in enumerate(row, 1)
        )
        + "</row>"
        for r, row in enumerate(ROWS, 1)
    )
    path = write_package(
        tmp_path / NAME, {"数据": cells}, extra={"xl/sharedStrings.xml": SHARED.format(len(texts), items)}
    )
    with zipfile.ZipFile(path) as package:
        links = package.read("xl/_rels/workbook.xml.rels").decode()
    kind = f"{LINKS}/sharedStrings"
    link = f'<Relationship Id="rId9" Type="{kind}" Target="sharedStrings.xml"/></Relationships>'
    replace_part(
        path, "xl/_rels/workbook.xml.rels", lambda _: links.replace("</Relationships>", link).encode()
    )
    read_all(path)


# --- guards count what they mean


def test_words_in_quotation_marks_are_no_references(tmp_path):
    rows = [[*row, '合同编号"KH20250001"，电话 r="13812345678"，XFD "1048576"'] for row in ROWS]
    rows[0][-1] = "咨询详情"
    read_all(write_package(tmp_path / NAME, {"数据": write_cells(rows)}))
    formula = '<row r="9"><c r="A9"><f>IF(A1="KH20250001","XFD1048576","13812345678")</f><v></v></c></row>'
    read_all(write_package(tmp_path / NAME, {"数据": write_cells(ROWS) + formula}))


def test_fewer_texts_than_references(tmp_path):
    import xlsxwriter

    with xlsxwriter.Workbook(tmp_path / NAME) as book:
        sheet = book.add_worksheet("数据")
        for number, row in enumerate([HEADER, *(record(n, 咨询日期="2025-01-05") for n in range(1, 800))]):
            sheet.write_row(number, 0, row)
    check, _ = clean(tmp_path / NAME)
    assert check.graded == 799


def test_a_stray_cell_in_the_last_row_costs_nothing_and_is_said(tmp_path):
    start = time.process_time()
    check, _ = clean(write(tmp_path, ROWS, change=lambda sheet: sheet.cell(1_048_576, 2, "x")))
    assert time.process_time() - start < 2
    assert check.graded == 7
    assert list_faults(check.flags, "code", "value") == [("stray_cells", "B1048576")]


def test_a_few_cells_far_right_are_left_out_and_said(tmp_path):
    def stray(sheet):
        sheet["AAA5000"], sheet["AAB5000"] = "x", 7

    check, _ = clean(write(tmp_path, [HEADER, *(record(n) for n in range(1, 5200))], change=stray))
    assert check.graded == 5199


@pytest.mark.parametrize(
    "error", ["#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!", "#CONNECT!", "#PYTHON!", "#GETTING_DATA"]
)
def test_errors_of_newer_programs_are_errors_of_a_cell(tmp_path, error):
    def put(sheet):
        sheet["D2"], sheet["D2"].data_type = error, "e"
        sheet["B3"] = f"单元格显示{error}"

    check, table = clean(write(tmp_path, ROWS, change=put))
    assert (check.graded, check.ungradable) == (6, 1)
    assert list_faults(check.flags) == [(2, "intent", error, "cell_error")]
    assert f"单元格显示{error}" in set(table["customer_type"])


# --- damage


def test_one_flipped_bit_in_any_part_is_noticed(tmp_path):
    import xlsxwriter

    with xlsxwriter.Workbook(tmp_path / NAME) as book:
        for number, row in enumerate(ROWS):
            if number == 0:
                sheet = book.add_worksheet("数据")
            sheet.write_row(number, 0, row)
    with zipfile.ZipFile(tmp_path / NAME) as package:
        parts = [(info.filename, package.read(info)) for info in package.infolist()]
    with zipfile.ZipFile(tmp_path / NAME, "w", zipfile.ZIP_STORED) as package:
        for name, content in parts:
            package.writestr(name, content)
    content = (tmp_path / NAME).read_bytes()
    for name, part in parts:
        start = content.index(part)
        damaged = bytearray(content)
        damaged[start + len(part) // 2] ^= 1
        (tmp_path / "杭州市-2025.xlsx").write_bytes(damaged)
        [check] = contract.check([tmp_path / "杭州市-2025.xlsx"])
        assert check.error is not None, name
        assert "is not a whole .xlsx workbook" in str(check.error)


def test_what_calamine_gets_instead_of_the_file_is_in_memory(tmp_path):
    path = write(tmp_path, ROWS, change=lambda sheet: sheet.cell(1_048_576, 2, "x"))
    before = path.read_bytes()
    assert xlsx.inspect(path).package is not None
    assert input_files.read(path).sheets[0].facts.strays == ("B1048576",)
    assert path.read_bytes() == before


def test_control_characters_of_a_cell_never_reach_a_terminal(tmp_path):
    from industry_report.intake import check_report

    rows = [HEADER, record(1, 意向度="_x001B_]0;TITLE_x0007__x001B_[31m9"), record(2)]
    path = write_sheets(tmp_path, {"数据": rows})
    replace_part(path, SHEET, lambda xml: xml)
    [check] = contract.check([path])
    assert check.rejected == 1
    told = (
        check_report.summary([check], "zh")
        + "".join(check.rejects["value"])
        + str(check_report.as_json([check]))
    )
    assert "]0;TITLE" in told
    assert not any(ord(character) < 32 and character not in "\n" for character in told)
    bad = write(tmp_path, [["\u202eevil", "x\x85y", "\x9b31m"]], "x.xlsx")
    [check] = contract.check([bad])
    assert not set("\u202e\x85\x9b") & set(str(check.error) + check_report.summary([check], "en"))
