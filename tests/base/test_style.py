"""Colours are told apart by everyone; lines break where a Chinese or English printer would break them."""

from itertools import pairwise

import pytest

from industry_report.base import style

# Machado, Oliveira & Fernandes 2009, severity 1: what people without one kind of cone see of linear RGB.
BLINDNESS = {
    "none": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
CLOSING, OPENING = "，。；：、！？）》」』】”’％…", "（《「『【“‘"


def as_seen(colour: str, kind: str) -> str:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    seen = [min(max(sum(w * c for w, c in zip(row, linear, strict=True)), 0), 1) for row in BLINDNESS[kind]]
    coded = [12.92 * c if c <= 0.0031308 else 1.055 * c ** (1 / 2.4) - 0.055 for c in seen]
    return "#" + "".join(f"{round(255 * c):02x}" for c in coded)


@pytest.mark.parametrize("kind", BLINDNESS)
@pytest.mark.parametrize("count", range(2, 9))
def test_grades_darken_step_by_step_for_every_eye(count: int, kind: str) -> None:
    grades = [f"第{i}级" for i in range(count)]
    colours = style.grade_colours(grades)
    assert list(colours) == grades
    steps = [style.lightness(as_seen(colour, kind)) for colour in colours.values()]
    assert min(lighter - darker for lighter, darker in pairwise(steps)) > 7


def test_one_grade_and_none_have_colours_too() -> None:
    assert style.grade_colours(["高"]) == {"高": list(style.grade_colours(["低", "高"]).values())[-1]}
    assert style.grade_colours([]) == {}


def test_what_is_written_on_a_bar_is_readable_on_every_grade_and_no_replaceable_ink() -> None:
    for colour in style.grade_colours([str(i) for i in range(40)]).values():
        on = style.readable_on(colour)
        assert style.contrast(on, colour) >= 4.5
        assert on not in {style.INK, style.GREY, style.GRID, style.PAPER, style.ACCENT}


def test_grey_text_and_accent_are_readable_on_paper() -> None:
    assert style.contrast(style.GREY, style.PAPER) > 4.5
    assert style.contrast(style.ACCENT, style.PAPER) > 4.5
    assert style.lightness("#ffffff") == pytest.approx(100)
    assert style.lightness("#000000") == pytest.approx(0)


@pytest.mark.parametrize("width", [1.0, 1.4, 2.2, 3.1])
def test_no_line_begins_with_a_closing_or_ends_with_an_opening_mark(width: float) -> None:
    sentence = "“代理记账公司”成交率最高（38.1%），“个体工商户”最低（15.0%）；其余各组（含“其他”）居中。"
    lines = style.wrap(sentence, width)
    assert "".join(lines) == sentence
    assert len(lines) > 1
    for line in lines:
        assert line[0] not in CLOSING and line[-1] not in OPENING
        assert style.text_width(line) <= width
    assert "38.1%" in "|".join(lines) and "15.0%" in "|".join(lines)  # a number stays in one piece


def test_words_stay_whole_and_lines_are_of_about_equal_length() -> None:
    words = "Of the groups shown small manufacturers have the highest rate by far and others the lowest"
    lines = style.wrap(words, 3.0)
    assert " ".join(lines) == words
    widths = [style.text_width(line) for line in lines]
    assert min(widths) > 0.7 * max(widths)


def test_a_word_longer_than_a_line_is_broken_and_nothing_lost() -> None:
    assert "".join(style.wrap("x" * 100, 1.0)) == "x" * 100
    assert style.wrap("", 1.0) == [""]


def test_width_grows_with_size_and_counts_what_has_no_glyph() -> None:
    assert style.text_width("汉字", 20) == pytest.approx(2 * style.text_width("汉字", 10))
    assert style.text_width("汉字", 10) == pytest.approx(2 * 10 / 72)
    assert style.text_width("😀", 10) > 10 / 72


def test_a_source_is_kept_until_the_next_report() -> None:
    style.apply(source="数据：登记表")
    assert style.source() == "数据：登记表"
    style.apply()
    assert style.source() == ""


@pytest.mark.parametrize("name", ["Purchase intent", "Medium-sized enterprises", "Bookkeeping agencies"])
def test_a_word_that_fits_a_line_is_never_broken(name):
    for width in (1.1, 1.3, 1.5):
        lines = style.wrap(name, width)
        assert " ".join(lines) == name
        assert max(map(style.text_width, lines)) <= width
