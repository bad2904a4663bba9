"""The key to a report's signs: what it uses is explained, what it does not use is not."""

import pytest

from industry_report.export import signs
from industry_report.export.html_tree import parse
from industry_report.export.report_words import WORDS


def list_keys(html, spoken="zh", ours=True):
    return [sign for sign, _ in signs.list_signs(parse(html), WORDS[spoken]["symbols"], ours)]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>全部公布。</p>", []),
        ("<table><tr><td>［保密］</td></tr></table>", ["［保密］"]),
        ("<table><tr><td>–</td></tr></table>", ["–"]),
        ("<p>2024–2025年</p>", []),
        ("<svg><text>37.7%▲</text></svg>", ["▲ ▼ ○", "取舍"]),
        ("<svg><text>○ 依据不足  □ 平稳</text></svg>", ["▲ ▼ ○", "□"]),
        ("<svg><text>□ 不能判定</text></svg>", []),
        ("<p>显著高于其他来源</p>", ["显著"]),
    ],
)
def test_a_sign_is_explained_where_it_is_used(html, expected):
    assert list_keys(html) == expected


def test_english_has_its_own_signs():
    html = "<table><tr><td>[c]</td></tr></table><p>significantly higher, 12%</p>"
    assert list_keys(html, "en") == ["[c]", "Significant", "Rounding"]


def test_signs_of_another_notebook_are_its_authors():
    assert list_keys("<table><tr><td>–</td><td>▲ 5%</td></tr></table>", ours=False) == []


def test_keys_stand_in_the_order_that_they_are_read_in():
    assert [len(WORDS[spoken]["symbols"]) for spoken in ("zh", "en")] == [6, 6]
