"""Drawings that leave their report: what the report says of itself goes with them."""

from xml.etree import ElementTree

import pytest

from industry_report.base.marks import MARKS, write_notice
from industry_report.export import marked_drawings

SVG = "{http://www.w3.org/2000/svg}"


def draw(width: float = 288, height: float = 100) -> bytes:
    box = f'width="{width}pt" height="{height}pt" viewBox="0 0 {width} {height}"'
    return f'<svg xmlns="{SVG[1:-1]}" {box}><text x="1" y="9">a</text></svg>'.encode()


@pytest.mark.parametrize("spoken", ["zh", "en"])
@pytest.mark.parametrize("width", [150, 288, 453.6])
def test_notice_stands_below_the_drawing_within_its_width(spoken, width):
    notice = write_notice(list(MARKS), spoken, "a < b & c")
    root = ElementTree.fromstring(marked_drawings.mark(draw(width), notice))
    texts = root.findall(f"{SVG}text")
    said = "".join(text.text for text in texts[1:])
    assert said.replace(" ", "") == notice.replace(" ", "")
    assert all(float(text.get("y")) > 100 for text in texts[1:])
    assert root.get("viewBox") == f"0 0 {width:g} {float(root.get('height').removesuffix('pt')):g}"
    assert float(texts[-1].get("y")) < float(root.get("height").removesuffix("pt"))


def test_without_a_notice_the_drawing_stays_as_it_is():
    assert marked_drawings.mark(draw(), "") == draw()


def test_drawing_of_another_hand_stays_as_it_is():
    assert marked_drawings.mark(b"<svg></svg>", "草稿") == b"<svg></svg>"
