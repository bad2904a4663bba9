"""No line of Chinese prose ends between a number and its unit, or between the ends of an interval."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from industry_report.export.html_tree import iterate, parse, read_text, write
from industry_report.export.whole_numbers import keep_whole


def kept(html: str) -> list[str]:
    nodes = parse(html)
    keep_whole(nodes)
    return [read_text(one.children) for one in iterate(nodes) if one.attributes.get("class") == "whole"]


@pytest.mark.parametrize(
    "words, whole",
    [
        ("潜在需求（1,055.2万元～3,132.4万元）", ["1,055.2万元～3,132.4万元"]),
        ("变化不显著（95%置信区间−4.8～+5.6个百分点）", ["间−4.8～+5.6个百分点"]),
        ("预计客户3,149户，其中", ["户3,149户"]),
        ("成交率22.9%（21.8%～24.0%）", ["21.8%～24.0%"]),
        ("自2025-01-01起", []),
        ("AUC为0.782", []),
    ],
)
def test_what_stays_on_one_line(words, whole):
    assert kept(f"<p>{words}</p>") == whole


def test_tables_and_drawings_stay_as_they_are():
    html = "<table><tbody><tr><td>共60户</td></tr></tbody></table><svg><text>共60户</text></svg>"
    nodes = parse(html)
    keep_whole(nodes)
    assert write(nodes) == html


@given(st.text(st.sampled_from("占比为12,.%～−+户元万年 a（），。"), max_size=40))
def test_no_word_is_changed(words):
    nodes = parse(f"<p>{words}</p>")
    keep_whole(nodes)
    assert re.sub("<[^>]*>", "", write(nodes)) == words
