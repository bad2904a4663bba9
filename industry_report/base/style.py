"""Fonts, colours, sizes and the matplotlib style of every figure; how wide a text is, and where it breaks."""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from unicodedata import category

import matplotlib as mpl
import mplfonts
import numpy as np
import numpy.typing as npt
from matplotlib import font_manager
from matplotlib.ft2font import FT2Font, LoadFlags

FONT_FOLDER = Path(mplfonts.__file__).parent / "fonts"
SANS, SERIF = "Noto Sans CJK SC", "Noto Serif CJK SC"

# The neutral inks. A figure holds them as `fill: #…` and `stroke: #…`, so a page's style may replace them.
INK, GREY, GRID, PAPER = "#1f2933", "#56616b", "#d9dee3", "#ffffff"
ACCENT = "#1b5e8c"
# Behind what lies clearly below and above; a mark says so, too.
BELOW_COLOUR, ABOVE_COLOUR = "#f6d5b8", "#d3e3f1"
# The verdict of a test in a mark: each colour has a shape, ▲ higher, ▼ lower, ○ not significant.
HIGHER_COLOUR, LOWER_COLOUR, UNCLEAR_COLOUR = ACCENT, "#b4530a", "#7c8790"
# What an edition's cover and headings are coloured in; white on each has a contrast of 6 or more.
EDITION_COLOURS = {
    "government": "#3d4f5f",
    "training": "#3d4f5f",
    "college": "#2f6b4f",
    "enterprise": "#7a3e00",
}
EARLIER_EDGE = "#9aa5ae"  # around what is of earlier years, filled with GRID
# What is written on a coloured bar is none of them, and stays when they are replaced.
_ON_DARK, _ON_LIGHT = "#fefefe", "#000000"
# 104 mm, set as wide as they are drawn: a reading column of 50 mm finds room beside it. On a phone, 320 px
# wide within its margins, 8.5 points are still 9 px.
WIDTH_INCHES = 4.1
TITLE_POINTS, TEXT_POINTS = 11.0, 8.5  # the finding, and all other text
LEADING_IN_SIZES = 1.45  # from line to line, in sizes: Chinese characters fill their square

# Light to dark: the order survives a black-and-white print and every kind of colour blindness.
_GRADE_ENDS = ("#b9d2e8", "#6f9cc4", "#2c6499", "#0a2c54")
_ROOM = 1.06  # a reader's own font may set Latin letters and digits wider than ours
_FOREIGN = 1.4  # what our font lacks, such as an emoji, another font draws at this width or less
_OPENING, _CLOSING = "（《「『【〈“‘(\\[", "，。；：、！？）》」』】〉”’％…)\\]"
_PAUSES = tuple("，。；：、,;:")
# What stays in one piece: a mark with what it belongs to, a word, a number with the character that follows.
_PIECE = re.compile(rf"[{_OPENING}]*(?:[!-~\u00c0-\u024f]+\w?|.)[{_CLOSING}]*\s*", re.DOTALL)

_source = ""


@cache
def load_fonts() -> None:
    """Make the report's fonts known to matplotlib, once."""
    for file in ("NotoSansCJKsc-Regular.otf", "NotoSerifCJKsc-Regular.otf"):
        font_manager.fontManager.addfont(str(FONT_FOLDER / file))


@cache
def _glyphs() -> frozenset[int]:
    fonts = (FT2Font(str(FONT_FOLDER / f"Noto{kind}CJKsc-Regular.otf")) for kind in ("Sans", "Serif"))
    first, second = (frozenset(font.get_charmap()) for font in fonts)
    return first & second


def find_missing_glyphs(text: str) -> set[str]:
    """Return the characters of a text that the report's fonts cannot draw."""
    unusual = {
        character for character in set(text) if not character.isascii() and category(character) != "Cf"
    }
    return {character for character in unusual if ord(character) not in _glyphs()}


def apply(source: str = "") -> None:
    """Set the style of every figure from here on.

    Parameters
    ----------
    source : str
        Where the numbers come from, in the report's language; printed below every figure. By default no line.
    """
    global _source
    _source = source
    load_fonts()
    # The exporters say which characters have no glyph, once and with their code.
    warnings.filterwarnings("ignore", message=r"Glyph \d+ .* missing from")
    mpl.rcParams.update(
        {
            "font.family": [SANS],
            "font.size": TEXT_POINTS,
            "text.color": INK,
            "text.parse_math": False,  # a "$" in a customer type is a dollar sign
            "axes.unicode_minus": True,
            "axes.edgecolor": GREY,
            "axes.labelcolor": GREY,
            "axes.labelsize": TEXT_POINTS,
            "axes.titlesize": TEXT_POINTS,
            "axes.titlelocation": "left",
            "axes.titlepad": 10,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.facecolor": "none",
            "axes.axisbelow": True,
            "axes.grid": False,
            "grid.color": GRID,
            "grid.linewidth": 0.6,
            "xtick.color": GREY,
            "ytick.color": GREY,
            "xtick.labelsize": TEXT_POINTS,
            "ytick.labelsize": TEXT_POINTS,
            "xtick.labelcolor": INK,
            "ytick.labelcolor": INK,
            "figure.figsize": (WIDTH_INCHES, 3.2),
            "figure.facecolor": PAPER,
            "legend.frameon": False,
            "svg.fonttype": "none",  # text stays text: searchable, scalable, small
            "lines.linewidth": 1.6,
        }
    )


def source() -> str:
    """Return the line on where the numbers come from; empty if none was given."""
    return _source


def grade_colours(grades: Sequence[str]) -> dict[str, str]:
    """Return one colour per grade, lowest grade lightest, in equal steps of lightness.

    Parameters
    ----------
    grades : sequence of str
        All grades of the scorecard, lowest first: any names, any number.
    """
    shades, found = _shades()
    wanted = np.linspace(found[-1], found[0], len(grades))[::-1]
    nearest = np.abs(found - wanted[:, None]).argmin(axis=1)
    return {grade: shades[i] for grade, i in zip(grades, nearest, strict=True)}


@cache
def _shades() -> tuple[list[str], npt.NDArray[np.float64]]:
    """Return the colours from the lowest grade's to the highest's, and how light each looks."""
    ramp = mpl.colors.LinearSegmentedColormap.from_list("grades", _GRADE_ENDS)
    shades = [mpl.colors.to_hex(ramp(i / 255)) for i in range(256)]
    return shades, np.array([lightness(shade) for shade in shades])


def readable_on(colour: str) -> str:
    """Return white or black, whichever has the higher contrast on `colour`: always 4.5 or more (WCAG 2)."""
    return max((_ON_DARK, _ON_LIGHT), key=lambda text: contrast(text, colour))


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, from 1 to 21 (WCAG 2)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def lightness(colour: str) -> float:
    """Return how light a colour looks, from 0 (black) to 100 (white): L* of CIE 1976."""
    luminance = _luminance(colour)
    return 116 * luminance ** (1 / 3) - 16 if luminance > (6 / 29) ** 3 else luminance * (29 / 3) ** 3


def _luminance(colour: str) -> float:
    channels = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in mpl.colors.to_rgb(colour)
    )
    return math.fsum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), channels, strict=True))


@cache
def _measured() -> FT2Font:
    return FT2Font(str(FONT_FOLDER / "NotoSansCJKsc-Regular.otf"))


@cache
def _advance(character: str) -> float:
    """Return how far a character moves the pen, in sizes of its font."""
    if ord(character) not in _glyphs():
        return _FOREIGN
    glyph = _measured().load_char(ord(character), LoadFlags.NO_SCALE)
    return glyph.horiAdvance / _measured().units_per_EM * (_ROOM if ord(character) < 0x250 else 1)


def text_width(text: str, size: float = TEXT_POINTS) -> float:
    """Return how wide one line of text is, in inches, with some room for a reader's other font."""
    return math.fsum(map(_advance, text)) * size / 72


def wrap(text: str, width: float, size: float = TEXT_POINTS) -> list[str]:
    """Break a text into as few lines as fit a width, at pauses or into about equal lengths.

    Chinese text may break between any two characters, but no line begins with a closing mark or ends with an
    opening one (避头尾); a word or number is broken only where it is longer than a line.

    Parameters
    ----------
    text : str
        Its own line breaks are taken as spaces.
    width : float
        Inches.
    size : float
        Points.
    """
    whole = " ".join(text.split())
    if text_width(whole, size) <= width:
        return [whole]
    widths = np.arange(1, 0.5, -0.05) * width
    pieces = list(_pieces(text, width, size))  # what fits the width stays whole in narrower lines, too
    found = [_filled(pieces, narrower, size) for narrower in widths]
    shortest = [lines for lines in found if len(lines) == len(found[0])]
    return max(reversed(shortest), key=lambda lines: sum(line[-1:] in _PAUSES for line in lines[:-1]))


def _filled(pieces: Iterable[str], width: float, size: float) -> list[str]:
    lines = [""]
    for piece in pieces:
        if lines[-1] and text_width(lines[-1] + piece.rstrip(), size) > width:
            lines.append("")
        lines[-1] += piece
    return [line.rstrip() for line in lines]


def _pieces(text: str, width: float, size: float) -> Iterable[str]:
    """Yield what a line may hold as a whole; what no line can hold, character by character."""
    for piece in _PIECE.findall(" ".join(text.split())):
        yield from [piece] if text_width(piece.rstrip(), size) <= width else piece


def shorten(name: str, width: float, size: float = TEXT_POINTS) -> str:
    """Break a name into two lines at most; of a longer one, keep the beginning and the end.

    Both ends are kept because long names often differ in the last characters only.
    """
    lines = wrap(name, width, size)
    if len(lines) < 3:
        return "\n".join(lines)
    pieces = list(_pieces(name, width, size))
    head, tail = _filled(pieces, width, size)[0], ""
    for piece in reversed(pieces):
        if text_width("…" + piece + tail, size) > width:
            break
        tail = piece + tail
    return f"{head}\n…{tail}"
