from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from industry_report.export import citations

PUBLISHER = {
    "names": {"zh": "某市软件行业协会", "en": "Software Association"},
    "place": {"zh": "合肥", "en": "Hefei"},
    "published_on": "2026-01-31",
    "contact": {"website": "https://example.org/"},
}
STEM = "2025/黄山市/industry.zh"


def cover(spoken: str = "zh", publisher: dict[str, Any] | None = None) -> dict[str, Any]:
    titles = {"zh": ("咨询转化报告", "2025年 · 行业版"), "en": ("Consultations", "2025 · Industry edition")}
    title, subtitle = titles[spoken]
    return {"language": spoken, "title": title, "subtitle": subtitle, "publisher": publisher or {}}


def test_all_that_is_known_is_cited_in_chinese():
    cited = citations.cite(cover("zh", PUBLISHER), STEM)
    assert cited["text"] == "某市软件行业协会：《咨询转化报告（2025年 · 行业版）》，合肥，2026年。"
    assert cited["gbt7714"] == (
        "某市软件行业协会. 咨询转化报告: 2025年 · 行业版[R/OL]. 合肥: 某市软件行业协会, "
        "2026(2026-01-31)[引用日期]. https://example.org/."
    )
    assert cited["bibtex"].splitlines() == [
        f"@techreport{{{citations._make_key(STEM)},",
        "  author = {{某市软件行业协会}},",
        "  title = {{咨询转化报告: 2025年 · 行业版}},",
        "  institution = {某市软件行业协会},",
        "  address = {合肥},",
        "  year = {2026},",
        "  url = {https://example.org/},",
        "  language = {chinese},",
        "}",
    ]


def test_all_that_is_known_is_cited_in_english():
    cited = citations.cite(cover("en", PUBLISHER), STEM, version=2, date="2026-02-14")
    assert cited["text"] == (
        "Software Association (2026). Consultations: 2025 · Industry edition. Version 2. Hefei."
    )
    assert cited["gbt7714"] == (
        "Software Association. Consultations: 2025 · Industry edition[R/OL]. Version 2. Hefei: Software "
        "Association, 2026(2026-02-14)[date of citation]. https://example.org/."
    )
    assert "note = {Version 2}" in cited["bibtex"]


def test_corrected_version_is_named():
    cited = citations.cite(cover("zh", PUBLISHER), STEM, version=3)
    assert "，第3版，" in cited["text"]
    assert "[R/OL]. 3版. 合肥" in cited["gbt7714"]


def test_nobody_is_made_up():
    cited = citations.cite(cover(), STEM)
    assert cited["text"] == "《咨询转化报告（2025年 · 行业版）》。"
    assert cited["gbt7714"] == "咨询转化报告: 2025年 · 行业版[R]."
    assert cited["bibtex"].startswith("@misc{")
    assert "author" not in cited["bibtex"]


@pytest.mark.parametrize("missing", [*PUBLISHER, "all but the name"])
def test_no_part_leaves_a_hole(missing):
    known = {"names"} if missing == "all but the name" else PUBLISHER.keys() - {missing}
    publisher = {key: value for key, value in PUBLISHER.items() if key in known}
    for spoken in ("zh", "en"):
        for text in citations.cite(cover(spoken, publisher), STEM).values():
            assert not any(hole in text for hole in ("()", "（）", ". .", ", ,", ": ,", "，，", "{}", "None"))


def test_key_is_plain_and_differs_from_region_to_region():
    keys = {citations._make_key(f"2025/{region}/industry.zh") for region in ("黄山市", "杭州市")}
    assert len(keys) == 2
    assert all(key.isascii() and key.startswith("report-2025-industry-zh-") for key in keys)


@given(st.text(alphabet=st.sampled_from("a题\\{}$&#%_^~\n"), max_size=20))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_any_title_is_one_balanced_field(title):
    text = citations.cite({**cover(), "title": title}, STEM)["bibtex"]
    depth = 0
    for character in text:
        depth += (character == "{") - (character == "}")
        assert depth >= 0
    assert depth == 0
    [line] = [line for line in text.splitlines() if line.startswith("  title")]
    assert line.endswith("}},")
    for special in "$&#%_":
        assert line.count(special) == line.count(f"\\{special}")
