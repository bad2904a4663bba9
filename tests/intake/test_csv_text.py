"""Separated text: the delimiter is decided by the table it makes; no surplus cell shifts a value."""

import csv

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from workbooks import HEADER, clean, list_faults, record

from industry_report.base.errors import InputError

NAME = "黄山市-2025.csv"
AMOUNTS = ("客户ID", "意向度", "需求明确性", "满意度", "成交金额", "备注")


def write_text(folder, text, encoding="utf-8"):
    path = folder / NAME
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|", "，", "；"])
@pytest.mark.parametrize(
    "filler", ["a,b;c|d\te，f；g", ";;;;;;;;;;", ",,,,,,,,,,,,", "一，二，三，四，五，六，七，八"]
)
def test_delimiters_inside_texts_do_not_count(tmp_path, delimiter, filler):
    path = tmp_path / NAME
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(
            [[*HEADER, "咨询详情"], *([*record(n), filler] for n in range(1, 9))]
        )
    check, table = clean(path)
    assert (check.graded, check.rejected) == (8, 0)
    assert set(table["detail"]) <= {filler, filler.replace("\t", " ")}


@pytest.mark.parametrize("delimiter", ["|", ";", "#"])
def test_a_first_line_that_names_the_delimiter(tmp_path, delimiter):
    rows = [HEADER, record(1), record(2, 意向度=9)]
    text = f"sep={delimiter}\r\n" + "".join(delimiter.join(map(str, row)) + "\r\n" for row in rows)
    check, _ = clean(write_text(tmp_path, text))
    assert check.graded == 1
    assert list_faults(check.rejects, "row", "value") == [(4, "9")], "lines are counted as the file has them"


def test_a_surplus_cell_that_is_blank_shifts_values_all_the_same(tmp_path):
    head = ",".join(AMOUNTS)
    check, table = clean(write_text(tmp_path, f"{head}\nK1,5,4,3,1,200,\nK2,5,4,3,900,\n"))
    assert list_faults(check.rejects, "row", "code") == [(2, "too_many_cells")]
    assert table["amount"].to_list() == [900]


def test_every_row_with_a_thousands_comma(tmp_path):
    rows = "".join(f"K{n},5,4,3,{n},200,\n" for n in range(1, 8))
    check, _ = clean(write_text(tmp_path, f"{','.join(AMOUNTS)}\n{rows}"))
    assert (check.graded, check.rejected) == (0, 7)


def test_a_thousands_comma_that_makes_no_row_longer(tmp_path):
    text = f"{','.join(AMOUNTS)}\nK1,5,4,3,1,200\nK2,5,4,3,900,\nK3,5,4,3,12,500\n"
    check, table = clean(write_text(tmp_path, text))
    assert check.graded == 3
    assert table["amount"].fillna(-1).to_list() == [-1, 900, -1]
    assert check.counts["amount_split", "amount"] == 2


def test_numbers_that_stand_beside_an_amount_by_right(tmp_path):
    text = f"{','.join(AMOUNTS)}\nK1,5,4,3,1500,200\nK2,5,4,3,900,101\n"
    check, table = clean(write_text(tmp_path, text))
    assert table["amount"].to_list() == [1500, 900]
    assert check.flags.empty


def test_a_program_that_ends_every_row_with_an_empty_cell(tmp_path):
    rows = "".join(",".join(map(str, record(n))) + ",,\n" for n in range(1, 6))
    check, _ = clean(write_text(tmp_path, f"{','.join(HEADER)}\n{rows}"))
    assert (check.graded, check.rejected) == (5, 0)
    assert list_faults(check.flags, "code", "value") == [("blank_surplus", "2")]


def test_what_holds_no_table_tells_its_first_line(tmp_path):
    with pytest.raises(
        InputError, match=r"no row of the first 5,000 names two columns. It begins “客户ID#意向度”.*sep=#"
    ):
        clean(write_text(tmp_path, "客户ID#意向度\nK1#5\n"))


def test_guarded_cells(tmp_path):
    text = f"{','.join(HEADER)}\n" + '="001",小微企业,="2025-01-05","=""5""",' + '\'4,"=""3"""\n'
    _, table = clean(write_text(tmp_path, text))
    assert table.loc[0, ["customer_id", "intent", "clarity", "satisfaction"]].to_list() == ["001", 5, 4, 3]


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=20)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(TEXT, min_size=3, max_size=12), st.sampled_from([",", "\t", ";", "|"]))
def test_whatever_the_texts_hold_the_scores_are_read(tmp_path, texts, delimiter):
    path = tmp_path / NAME
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_MINIMAL)
        writer.writerows([[*HEADER, "咨询详情"], *([*record(n), text] for n, text in enumerate(texts, 1))])
    check, table = clean(path)
    assert (check.graded, check.rejected) == (len(texts), 0)
    assert set(table["intent"]) == {5}
