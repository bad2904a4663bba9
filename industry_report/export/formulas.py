"""Formulas: TeX of a Markdown cell as MathML, which needs no script; what is no TeX stays as it was typed."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

import latex2mathml.converter

TOLD = 60  # characters of a formula in a message
Warn = Callable[[str], None]


def to_html(source: str, block: bool, warn: Warn) -> str:
    r"""Return a formula as MathML; if it is none that TeX would take, its source.

    Parameters
    ----------
    source : str
        TeX without its dollar signs.
    block : bool
        Whether it stands on a line of its own.
    warn : callable
        Is told of a formula that cannot be set.

    Examples
    --------
    >>> to_html("x_a_b", False, print)
    has the formula $x_a_b$, which is no TeX; its source is shown. Mend it.
    '<code>$x_a_b$</code>'
    """
    if not source.strip():
        return escape("$$" + source + "$$" if block else f"${source}$")  # two prices, no formula
    try:
        made = latex2mathml.converter.convert(source, display="block" if block else "inline")
    except Exception:  # the library has no error of its own for each malformed source, IndexError among them
        warn(f"has the formula ${shorten(source)}$, which is no TeX; its source is shown. Mend it.")
        return stand_in(source, block)
    return made.replace("<math", f'<math data-tex="{escape(source)}"', 1)


def stand_in(source: str, block: bool) -> str:
    """Return a formula's source as HTML."""
    shown = f"<code>{escape('$$' + source + '$$' if block else '$' + source + '$')}</code>"
    return f"<p>{shown}</p>" if block else shown


def shorten(source: str) -> str:
    """Return a formula as a message tells it."""
    words = re.sub(r"\s+", " ", source).strip()
    return words if len(words) <= TOLD else words[:TOLD] + "…"


# Words of TeX that pandoc or Typst lack, and what says the same.
SIMPLER = {
    r"\argmax": r"\operatorname{arg\,max}",
    r"\argmin": r"\operatorname{arg\,min}",
    r"\limsup": r"\operatorname{lim\,sup}",
    r"\liminf": r"\operatorname{lim\,inf}",
    r"\surd": r"\sqrt{}",
    r"\leadsto": r"\rightsquigarrow",
}
# Names of symbols that pandoc writes and this Typst no longer has, or has otherwise.
RENAMED = {
    "sect": "inter",
    "sect.big": "inter.big",
    "sect.sq": "inter.sq",
    "times.circle": "times.o",
    "dot.circle": "dot.o",
    "minus.circle": "minus.o",
    "times.circle.big": "times.o.big",
    "dot.circle.big": "dot.o.big",
    "plus.circle": "plus.o",
    "plus.circle.big": "plus.o.big",
}


def simplify(source: str) -> str:
    r"""Return TeX with words that more programs know.

    >>> simplify(r"\argmax_x f")
    '\\operatorname{arg\\,max}_x f'
    """
    return re.sub(r"\\[A-Za-z]+", lambda word: SIMPLER.get(word[0], word[0]), source)


def respell(markup: str) -> str:
    r"""Return Typst markup of a formula with the names that this version of Typst knows.

    Characters that the report's fonts lack are written by number: the font of formulas has them.

    >>> respell("$A sect B$")
    '$A inter B$'
    >>> respell("$x ≐ y$")
    '$x \\u{2250} y$'
    """
    named = re.sub(
        r"(?<![\w.\"])[a-z]+(\.[a-z]+)*(?![\w\"])", lambda name: RENAMED.get(name[0], name[0]), markup
    )
    drawn = named.replace("sqrt()", "\u221a").replace('"||"', '"\u2016"')
    return re.sub(r"[^\x00-\x7f\u2e80-\uffff]", lambda sign: f"\\u{{{ord(sign[0]):x}}}", drawn)
