"""The card of a shared link: its parts, from a cover alone."""

from __future__ import annotations

import io
import json
import struct
import time
from typing import Any

import pytest
from pypdf import PdfReader

from industry_report.export import sharing, typesetting

LEAST = 28 * 72 / sharing.PIXELS_PER_INCH  # points
FIGURES = [["有效咨询", "5,588条"], ["A级占比", "15.5%"], ["90天成交率", "22.5%（95%置信区间21.4%～23.6%）"]]
COVER = {
    "language": "zh",
    "title": "黄山市财务软件客户咨询转化报告",
    "subtitle": "2025年 · 行业版",
    "facts": [],
    "notice": "合成数据：由程序生成，不反映任何真实客户或市场",
    "publisher": {"names": {"zh": "财务软件协会"}},
    "finding": "咨询量比上年增长12.8%；90天成交率22.5%，与上年相比变化不显著；净增量的61.4%来自短视频平台",
    "key_figures": [*FIGURES, ["规定回访次数（推算上限）", "81,076次"]],
    "changes": ["比上年+12.8%", "比上年+0.1个百分点", "比上年+0.4个百分点，不显著", "比上年+14.2%"],
}
ENGLISH = {
    **COVER,
    "language": "en",
    "title": "Finance software consultations in Huangshan",
    "subtitle": "2025 · Industry edition",
    "notice": "Synthetic data: no real customer or market is described",
    "publisher": {"names": {"en": "Association of Finance Software"}},
    "finding": "Consultations up 12.8% on 2024; 90-day conversion rate 22.5%, no significant change",
    "key_figures": [
        ["Consultations", "5,588"],
        ["Share of grade A", "15.5%"],
        ["90-day rate", "22.5% (95% CI)"],
    ],
    "changes": ["up 12.8% on 2024", "up 0.1 points on 2024", "up 0.4 points on 2024, not significant"],
}
LONG = {"title": COVER["title"] * 9, "finding": COVER["finding"] * 9, "notice": COVER["notice"] * 4}


def read_card(cover: dict[str, Any]) -> tuple[str, list[tuple[str, float, float, float]]]:
    """Return the card's words, and each piece with its size, x and y in points."""
    content = {"language": cover["language"], "sheets": [sharing._card(cover)]}
    files = {"main.typ": typesetting.template("sharing.typ").encode()}
    files["sheets.json"] = json.dumps(content).encode()
    with typesetting._compiler(files) as compiler:
        [page] = PdfReader(io.BytesIO(compiler.compile(format="pdf", timestamp=0))).pages
    pieces: list[tuple[str, float, float, float]] = []

    def visit(words: str, outer: list[float], inner: list[float], _: Any, size: float) -> None:
        if words.strip():
            x = outer[0] * inner[4] + outer[4]
            y = outer[3] * inner[5] + outer[5]
            pieces.append((words.strip(), size * abs(inner[3] * outer[3]), x, y))

    words = page.extract_text(visitor_text=visit)
    return "".join(words.split()), pieces


@pytest.mark.parametrize("cover", [COVER, ENGLISH], ids=["zh", "en"])
def test_card_says_who_what_where_the_finding_and_the_notice(cover):
    words, _ = read_card(cover)
    said = [*cover["publisher"]["names"].values(), cover["title"], cover["subtitle"], cover["finding"]]
    numbers = [pair[1].partition("（")[0].partition(" (")[0] for pair in cover["key_figures"][:3]]
    for expected in [*said, cover["notice"], *numbers, *cover["changes"][:3]]:
        assert "".join(expected.split()) in words, expected
    assert "置信区间21.4%" not in words  # the interval is for the report


@pytest.mark.parametrize(
    "cover",
    [
        COVER,
        ENGLISH,
        {**COVER, **LONG},
        {**COVER, "key_figures": [], "changes": []},
        {**COVER, "finding": "", "publisher": {}},
        {
            **COVER,
            **LONG,
            "key_figures": [[name * 5, number * 9] for name, number in FIGURES],
            "subtitle": "长" * 99,
        },
    ],
    ids=["zh", "en", "long", "no figures", "no finding", "long words everywhere"],
)
def test_every_word_is_in_the_frame_and_can_be_read(cover):
    words, pieces = read_card(cover)
    width, height = sharing._size(sharing.CARD_PIXELS).values()
    assert "合成数据" in words or "Synthetic" in words
    assert min(size for _, size, _, _ in pieces) >= LEAST
    assert all(20 < x < width - 20 and 4 < y < height - 8 for _, _, x, y in pieces)


def test_card_of_a_notebook_with_a_title_alone_is_a_card():
    words, pieces = read_card({"language": "zh", "title": "报告", "subtitle": "", "facts": []})
    assert words == "报告"
    assert pieces[0][1] > 2 * LEAST


def test_card_is_as_large_as_a_shared_link_asks_for_and_soon_drawn():
    job = sharing._card(COVER)
    sharing._draw([job], {}, "zh")  # the fonts are read once
    start = time.process_time()
    [png] = sharing._draw([job], {}, "zh")
    assert struct.unpack(">II", png[16:24]) == sharing.CARD_PIXELS
    assert time.process_time() - start < 1  # a tenth of it on an idle machine
