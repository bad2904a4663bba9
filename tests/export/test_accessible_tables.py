"""Tables of a page, for those who hear it and for those who hold it in one hand."""

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from industry_report.export import accessible_tables, html_tree
from industry_report.report import tables

WORDS = {"data": "的数据", "plain table": "表格"}
TABLE = pd.DataFrame({"grade": ["A"], "consultations": [1], "rate": [0.5]})


def frame(html):
    return html_tree.write(accessible_tables.frame_tables(html_tree.parse(html), WORDS))


def framed(html):
    return BeautifulSoup(frame(html), "html.parser")


def wide(columns):
    head = "".join(f"<th>{i}</th>" for i in range(columns))
    return f"<table><thead><tr>{head}</tr></thead><tbody><tr><th>a</th></tr></tbody></table>"


@pytest.mark.parametrize(("columns", "stops"), [(1, 0), (3, 0), (4, 1), (20, 1)])
def test_only_a_wide_table_is_a_stop_for_the_keyboard(columns, stops):
    page = framed(wide(columns))
    assert len(page.select('div.scroll[role="region"][tabindex="0"][aria-label]')) == stops
    assert len(page.select("div.scroll > table")) == 1


def test_every_table_has_a_name_and_no_two_share_one():
    caption = '<figcaption><span class="number">图 2</span> 甲 &lt;乙&gt;</figcaption>'
    figure = f"<figure>{caption}<details><summary>看</summary>{wide(5)}</details></figure>"
    captioned = wide(5).replace("<table>", "<table><caption><span>表1</span> 丙</caption>")
    page = framed(figure + captioned + wide(5) + wide(5))
    assert [d["aria-label"] for d in page.select("[role=region]")] == [
        "图 2的数据",
        "表1 丙",
        "表格1",
        "表格2",
    ]
    assert [t.get("aria-label") for t in page.select("table")] == ["图 2的数据", None, "表格1", "表格2"]


def test_heads_of_other_libraries_get_their_scope():
    page = framed(TABLE.to_html() + wide(2))
    assert {th["scope"] for th in page.select("thead th")} == {"col"}
    assert {th["scope"] for th in page.select("tbody th")} == {"row"}


def test_our_own_tables_keep_their_scopes():
    html = tables.to_html(TABLE, "表题")
    nodes = html_tree.parse(html)
    for table in html_tree.find(nodes, "table"):
        accessible_tables.scope_heads(table)
    assert html_tree.write(nodes) == html


def test_what_is_no_table_stays():
    html = "<p>a</p><figure><figcaption>b</figcaption></figure><pre>&lt;table&gt;</pre>"
    assert frame(html) == html


CHECKSUM = "989e2d0c205bcc1c885c6" * 3


@pytest.mark.parametrize(("columns", "breaks"), [(3, False), (4, True)])
def test_a_checksum_may_break_where_no_word_may(columns, breaks):
    page = framed(wide(columns).replace(">a<", f" title='{CHECKSUM}'>{CHECKSUM} Bookkeeping &amp; agencies<"))
    cell = page.select_one("tbody th")
    assert bool(cell.find("wbr")) == breaks
    assert cell.get_text() == f"{CHECKSUM} Bookkeeping & agencies"
    assert cell["title"] == CHECKSUM


def test_code_of_a_wide_table_is_not_broken_at_its_hyphens():
    cells = ["HS-00008747", "2025-01-06", "Benjamini-Hochberg", "a long remark-2", "12"]
    body = "".join(f"<td>{cell}</td>" for cell in cells)
    made = frame(f"<table><tr><th>a-1</th>{body}</tr></table>")
    whole = [cell.get_text() for cell in BeautifulSoup(made, "html.parser").select(".whole")]
    assert whole == ["a-1", "HS-00008747", "2025-01-06"]
    aligned = '<table><tr><td style="text-align: right">2025-01-06</td>' + "<td></td>" * 3 + "</tr></table>"
    assert '<td class="whole" style="text-align: right">2025-01-06</td>' in frame(aligned)
