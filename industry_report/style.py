"""Fonts, colours and the matplotlib style of every figure."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from unicodedata import category

import matplotlib as mpl
import mplfonts
from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

FONT_FOLDER = Path(mplfonts.__file__).parent / "fonts"
SANS, SERIF = "Noto Sans CJK SC", "Noto Serif CJK SC"

INK, GREY, PALE = "#1f2933", "#6b7680", "#d9dee3"
ACCENT = "#1b5e8c"
WIDTH = 5.8  # inches: the text width of an A4 page, and still readable when a phone shrinks it

# Light to dark: the order survives a black-and-white print and every kind of colour blindness.
_GRADE_ENDS = ("#a9c4de", "#0b3560")


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


def apply() -> None:
    """Set the style of every figure from here on."""
    load_fonts()
    # The exporters say which characters have no glyph, once and with their code.
    warnings.filterwarnings("ignore", message=r"Glyph \d+ .* missing from")
    mpl.rcParams.update(
        {
            "font.family": [SANS],
            "font.size": 9.5,
            "text.color": INK,
            "text.parse_math": False,  # a "$" in a customer type is a dollar sign
            "axes.unicode_minus": False,
            "axes.edgecolor": GREY,
            "axes.labelcolor": GREY,
            "axes.labelsize": 9,
            "axes.titlesize": 11,
            "axes.titlelocation": "left",
            "axes.titlepad": 10,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.axisbelow": True,
            "axes.grid": False,
            "grid.color": PALE,
            "grid.linewidth": 0.6,
            "xtick.color": GREY,
            "ytick.color": GREY,
            "xtick.labelcolor": INK,
            "ytick.labelcolor": INK,
            "figure.figsize": (WIDTH, 3.2),
            "legend.frameon": False,
            "svg.fonttype": "none",  # text stays text: searchable, scalable, small
            "lines.linewidth": 1.6,
        }
    )


def grade_colours(grades: Sequence[str]) -> dict[str, str]:
    """Return one colour per grade, lowest grade lightest.

    Parameters
    ----------
    grades : sequence of str
        All grades of the scorecard, lowest first.
    """
    ramp = mpl.colors.LinearSegmentedColormap.from_list("grades", _GRADE_ENDS)
    steps = max(len(grades) - 1, 1)
    return {grade: mpl.colors.to_hex(ramp(i / steps)) for i, grade in enumerate(grades)}


def readable_on(colour: str) -> str:
    """Return white or ink, whichever has the higher contrast on `colour` (WCAG 2)."""
    return max(("white", INK), key=lambda text: contrast(text, colour))


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, from 1 to 21 (WCAG 2)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    channels = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in mpl.colors.to_rgb(colour)
    )
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), channels, strict=True))
