"""A document that Typst refuses is set without the one element that it cannot set, which is named."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from PIL import Image

from ..base.errors import InputError
from . import converter, formulas, typesetting
from .headings import TAGS
from .html_tree import Element, Node, copy, find, iterate, make, read_attribute, read_text, rewrite, write
from .printing import Print
from .typesetting import Printed, TypstError

Warn = Callable[[str], None]
TOLD = 300  # characters of what cannot be printed, in its place
KINDS = {"table": "a table", "figure": "a figure", "pre": "preformatted text", "p": "a paragraph"}


def set_report(printed: Print, front: dict[str, Any], words: dict[str, str], warn: Warn) -> Printed:
    """Return a body as it is printed. An element that cannot be set is replaced by a stand-in, and told.

    Parameters
    ----------
    printed : Print
        See `printing.prepare`; changed where something cannot be set.
    front : dict
        See `imprint.describe`.
    words : dict
        The report's words.
    warn : callable
        Is told of each element that was replaced, with its cell.

    Raises
    ------
    InputError
        If nothing helps.
    """
    steps: tuple[Callable[[], None], ...] = (
        lambda: None,
        lambda: _mend_formulas(printed, warn),
        lambda: _mend_pictures(printed, warn),
        lambda: _mend_blocks(printed, words, warn),
        lambda: _unlink_all(printed, warn),
    )
    reason = ""
    for step in steps:
        step()
        try:
            return typesetting.compile_report(converter.convert(write(printed.nodes())), front, printed.files)
        except (TypstError, InputError) as error:
            reason = reason or str(error)
    remedy = "Take cells away until it can be made, and tell us of the one that stops it."
    raise InputError(f"PDF of “{front['title']}”", f"Typst stopped: {reason}.", remedy)


def _elements(printed: Print) -> Iterator[tuple[int, Element]]:
    for cell, node in printed.blocks:
        for element in iterate([node]):
            yield cell, element


# --- formulas


def _mend_formulas(printed: Print, warn: Warn) -> None:
    found = [(cell, element) for cell, element in _elements(printed) if element.tag == "math"]
    usual = {write([element]): _convert(write([element])) for _, element in found}
    refused = find_refused([markup for markup in usual.values() if markup is not None])
    known: dict[str, str | None] = {}
    for cell, element in found:
        key = write([element])
        markup = usual[key]
        if markup is not None and markup not in refused:
            continue
        source = read_attribute(element, "data-tex")
        if key not in known:
            known[key] = find_markup(element, source)
        _replace(element, known[key], source or read_text([element]))
        if known[key] is None:
            told = formulas.shorten(source or key)
            warn(f"cell {cell} has the formula ${told}$, which cannot be printed; its source stands there.")


def _replace(element: Element, markup: str | None, source: str) -> None:
    """Put markup that has been tried, or the source, in a formula's place."""
    element.tag, element.kind = "code", "html"
    element.attributes = {} if markup is None else {"data-typst": "raw"}
    element.children = list(make("code", f"${source}$" if markup is None else markup).children)


def _convert(html: str) -> str | None:
    try:
        return converter.convert(f"<p>{html}</p>").strip()
    except InputError:
        return None


def find_refused(markups: Sequence[str]) -> set[str]:
    """Return those of some pieces of markup that Typst does not set, by halving what it refuses."""
    pieces = list(dict.fromkeys(markups))
    if not pieces or typesetting.is_set("\n\n".join(pieces), {}):
        return set()
    if len(pieces) == 1:
        return set(pieces)
    half = len(pieces) // 2
    return find_refused(pieces[:half]) | find_refused(pieces[half:])


def find_markup(element: Element, source: str) -> str | None:
    """Return markup that Typst sets for a formula whose usual one it refuses; None if there is none."""
    block = element.attributes.get("display") == "block"
    for html in _spellings(element, source, block):
        markup = _convert(html)
        for candidate in dict.fromkeys((markup, formulas.respell(markup))) if markup else ():
            if typesetting.is_set(candidate, {}):
                return candidate
    return None


def _spellings(element: Element, source: str, block: bool) -> Iterator[str]:
    """Yield a formula as pandoc may read it: as MathML, as its source, and with other words for the same."""
    yield write([element])
    kind = "math/tex; mode=display" if block else "math/tex"
    for spelling in dict.fromkeys((source, formulas.simplify(source))) if source else ():
        if "</" not in spelling:
            yield f'<script type="{kind}">{spelling}</script>'


# --- pictures


def _mend_pictures(printed: Print, warn: Warn) -> None:
    for name, content in list(printed.files.items()):
        markup = f'#picture("{name}", "picture")'
        if typesetting.is_set(markup, {name: content}):
            continue
        drawn = _redrawn(content)
        if drawn and typesetting.is_set(markup, {name: drawn}):
            printed.files[name] = drawn
            continue
        del printed.files[name]
        for cell, element in list(_elements(printed)):
            if element.tag == "img" and element.attributes.get("src") == name:
                warn(
                    f"cell {cell} shows a picture that cannot be printed; its description stands in the PDF. "
                    "Save it as PNG."
                )
                text = read_attribute(element, "alt")
                element.tag, element.attributes = "em", {}
                element.children = list(make("em", f"[{text}]").children)


def _redrawn(content: bytes) -> bytes:
    made = io.BytesIO()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's, of what it repairs
            Image.open(io.BytesIO(content)).convert("RGBA").save(made, "PNG")
    except (OSError, ValueError, SyntaxError, EOFError):
        return b""
    return made.getvalue()


# --- whatever else


def _mend_blocks(printed: Print, words: dict[str, str], warn: Warn) -> None:
    for position, (cell, node) in enumerate(printed.blocks):
        if isinstance(node, str) or node.tag in ("hr", *TAGS) or node.attributes.get("id") == "contents":
            continue
        if _is_set(node, printed.files):
            continue
        what = KINDS.get(node.tag, "a part")
        warn(f"cell {cell} puts out {what} that cannot be printed; its text stands there. Show it otherwise.")
        text = " ".join(read_text([node]).split())
        told = text if len(text) <= TOLD else text[:TOLD] + "…"
        printed.blocks[position] = (cell, make("p", make("em", words["not set"].format(told))))


def _is_set(node: Element, files: dict[str, bytes]) -> bool:
    alone = rewrite(copy([node]), _without_place)
    used = {image.attributes["src"] for image in find(alone, "img") if "src" in image.attributes}
    try:
        markup = converter.convert(write(alone))
    except InputError:
        return False
    return typesetting.is_set(markup, {name: files[name] for name in used if name in files})


def _without_place(element: Element) -> list[Node] | None:
    """Leave out what only the whole document can hold: anchors, links to them, the order of headings."""
    element.attributes.pop("id", None)
    if element.tag in TAGS:
        return [Element("p", {}, element.children)]
    if element.tag == "a" and element.attributes.get("href", "").startswith("#"):
        return list(element.children)
    return None


def _unlink_all(printed: Print, warn: Warn) -> None:
    warn("links within the report lead nowhere in the PDF, so it has none. Tell us of the notebook.")

    def plainly(element: Element) -> list[Node] | None:
        return list(element.children) if element.tag == "a" and element.kind == "html" else None

    printed.blocks = [(cell, one) for cell, node in printed.blocks for one in rewrite([node], plainly)]
