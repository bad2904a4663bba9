"""Phrases that were settled against, looked for where texts are written: no report is built for this."""

import re
from pathlib import Path

import pytest

from industry_report.base import language
from industry_report.report.sentences import wording

ROOT = Path(__file__).parents[3]
WRITTEN = [
    path
    for folder in ("industry_report/report", "industry_report/analysis", "notebooks")
    for path in sorted((ROOT / folder).rglob("*.[pi]*y*"))
    if path.suffix in (".py", ".ipynb")
]  # fmt: skip
AGAINST = {
    "明显": "显著 or 不显著, as the test says",
    "分不出": "差异不显著",
    "年及以前": "截至…年末",
    "不画直线": "不作趋势外推",
    "## 月": "after a chapter's number it reads as January",
    "最应先": "应优先",
    "在参数规定的天数内": "the number of days",
    "高分占比，低分占比": "高分、低分占比",
    "据“": "来源：, for a source may hold any words",
    "个百分点～": "the unit once: `wording.point_range`",
}
# How many rows of how many, not how many there would be at most.
COUNTED = re.compile(r"(前|最近的?)(20|10)(户|条)(?!，共)|[Tt]he (first|latest|last) (20|10)\b(?! of)")


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.stem)
def test_no_text_has_a_phrase_that_was_settled_against(path):
    source = path.read_text(encoding="utf-8")
    assert {phrase: remedy for phrase, remedy in AGAINST.items() if phrase in source} == {}
    assert not COUNTED.search(source), "say how many rows there are: `wording.part`"


def test_the_unit_of_an_interval_of_points_stands_once():
    language.use("zh")
    assert wording.point_range(-0.048, 0.056) == "−4.8～+5.6个百分点"
    language.use("en")
    assert wording.point_range(-0.048, 0.056) == "−4.8 to +5.6 points"
    language.use("zh")
