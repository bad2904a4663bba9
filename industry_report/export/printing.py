"""A body for print: nothing to unfold or to scroll, files for its pictures, and a place for the contents."""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from dataclasses import dataclass

from PIL import ImageColor

from . import pictures, print_tables, style_rules
from .body import Body
from .headings import CLOSED, TAGS, read_title
from .html_tree import Element, Node, copy, find, iterate, make, plain, read_attribute, read_text, rewrite

COLUMNS = 98  # of a line of preformatted text, in Latin letters; a Chinese character takes two
MOST_LINES = 400  # of one output
FURTHER = ("补充数据：", "Further data:")  # tables that print leaves to the data appendix
UNFOLDS = ("查看图中数据", "Data of this figure")  # see `display.show`: numbers that the figure itself shows
# Marks that the report's fonts lack, and what they have for them.
DRAWN = str.maketrans({"☐": "□", "☑": "■", "☒": "■", "✓": "√", "✔": "√", "✗": "×", "✘": "×"})
INLINE = frozenset(
    (
        *("a", "span", "p", "li", "td", "th", "em", "b", "i", "strong", "sup", "sub", "code"),
        *("cite", "small", "u"),
    )
)
LINES = frozenset(("ins", "u", "del", "s", "strike"))
BREAK = "\n"
# Parts of a summary and of a figure, which print lays out, too; see `report.one_page` and `report.exhibits`.
LAID_OUT = (
    *("summary", "summary-panels", "summary-panel", "summary-points", "summary-scope"),
    *("exhibit-beside", "exhibit-drawing", "exhibit-notes", "reading-notes"),
)
LINES_OF_PARTS = ("lead", "finding", "measure", "see", "exhibit-note")


@dataclass
class Print:
    """What is handed to the typesetter.

    Attributes
    ----------
    blocks : list of (int, Element or str)
        The nodes of the first level, each with the number of its cell; 0 where it has none.
    files : dict of str to bytes
        The pictures by name.
    """

    blocks: list[tuple[int, Node]]
    files: dict[str, bytes]

    def nodes(self) -> list[Node]:
        """Return all nodes, in order."""
        return [node for _, node in self.blocks]


def prepare(body: Body, has_appendix: bool = False) -> Print:
    """Return a body as it is printed; the body itself is left alone.

    Parameters
    ----------
    body : Body
        See `body.build`.
    has_appendix : bool
        Whether the tables of `display.show` are in a data appendix beside the report.
    """
    linked = {
        a.attributes["href"][1:] for a in find(body.nodes, "a") if a.attributes.get("href", "")[:1] == "#"
    }
    blocks: list[tuple[int, Node]] = []
    for node in body.nodes:
        if isinstance(node, Element) and is_folded(node):
            continue
        cell, [copied] = body.cells.get(id(node), 0), copy([node])
        if isinstance(copied, Element):
            _fold(copied)
            _set_beside(copied)
            _inline_colours(copied)
        blocks += [
            (cell, one) for one in rewrite([copied], lambda element: _settle(element, linked, body.words))
        ]
    blocks = _unlink(blocks)
    blocks = [(cell, one) for cell, node in blocks for one in _fit(node, body.words, has_appendix)]
    files = pictures.extract([node for _, node in blocks])
    return Print(_with_contents(blocks), files)


def _fold(node: Element) -> None:
    """Leave out what a screen unfolds below a figure: the figure itself prints its numbers."""
    for figure in find([node], "figure"):
        figure.children = [c for c in figure.children if not (isinstance(c, Element) and is_folded(c))]


def _set_beside(node: Element) -> None:
    """Put the notes of a figure into a column beside its drawing."""
    for figure in find([node], "figure"):
        notes = [c for c in figure.children if isinstance(c, Element) and _is(c, "reading-notes")]
        drawings = [c for c in figure.children if isinstance(c, Element) and c.tag == "svg"]
        if not notes or not drawings:
            continue
        pair = make("div", class_="exhibit-beside")
        for part, inner in (("exhibit-drawing", drawings[0]), ("exhibit-notes", notes[0])):
            column = make("div", class_=part)
            column.children = [inner]
            pair.children.append(column)
        rest = [c for c in figure.children if c is not notes[0]]
        figure.children = [pair if c is drawings[0] else c for c in rest]


def _is(element: Element, name: str) -> bool:
    return element.attributes.get("class") == name


def is_summary(node: Node) -> bool:
    """Tell whether a node of the first level is the page that says the report."""
    return isinstance(node, Element) and node.attributes.get("class") == "summary"


def is_folded(element: Element) -> bool:
    """Tell whether an element unfolds the numbers of a figure of `display.show`."""
    summary = next(find(element.children, "summary"), None) if element.tag == "details" else None
    words = read_text([summary]).strip() if summary is not None else ""
    return words in UNFOLDS or words.startswith(FURTHER)


def _inline_colours(node: Element) -> None:
    """Give cells the colours that a style sheet of their output has for them."""
    for sheet in find([node], "style"):
        colours = style_rules.read_cell_colours("".join(c for c in sheet.children if isinstance(c, str)))
        for cell in find([node], "td", "th") if colours else ():
            told = colours.get(cell.attributes.get("id", ""), {})
            if told:
                own = cell.attributes.get("style", "")
                cell.attributes["style"] = "; ".join(
                    [*(f"{k}: {v}" for k, v in told.items()), *([own] if own else [])]
                )


def _settle(element: Element, linked: set[str], words: dict[str, str]) -> list[Node] | None:
    """Return what is printed of an element, whose children have been settled; None if it stays."""
    if element.kind != "html":
        return None
    element.children = [c.translate(DRAWN) if isinstance(c, str) else c for c in element.children]
    tag, name = element.tag, element.attributes.get("id", "")
    if tag in TAGS:
        element.children = rewrite(element.children, lambda e: list(e.children) if e.tag == "a" else None)
        if any(
            inner.tag in CLOSED for inner in iterate(element.children)
        ):  # a heading holds words, no blocks
            element.children = [plain(read_title(element))]
        return None
    if name:
        _anchor(element, name in linked)
    if tag == "style":
        return []
    if tag in LINES:  # PDF/UA allows one line at a letter
        element.children = rewrite(element.children, lambda e: list(e.children) if e.tag in LINES else None)
        return None
    if tag == "details":
        return element.children
    if tag == "summary":
        return [Element("p", {}, [Element("strong", {}, element.children)])]
    if tag == "div" and element.attributes.get("class") in LAID_OUT:
        return None
    if tag == "p" and element.attributes.get("class") in LINES_OF_PARTS:
        return [Element("div", {"class": element.attributes["class"]}, [Element("p", {}, element.children)])]
    if tag == "div":
        return [BREAK, *element.children, BREAK]
    if tag == "a" and not element.attributes.get("href", "").strip():
        return element.children
    if tag == "pre":
        return _wrapped(element, words)
    if tag in ("td", "th") and "style" in element.attributes:
        _colour(element)
    return None


def _anchor(element: Element, linked: bool) -> None:
    """Move an anchor into its element, where print can put a mark; one that no link leads to goes."""
    name = element.attributes.pop("id")
    if linked and element.tag in INLINE:
        element.children.insert(0, Element("span", {"id": name}))


def _unlink(blocks: list[tuple[int, Node]]) -> list[tuple[int, Node]]:
    """Turn links into plain text that lead to what print has no mark for."""
    nodes = [node for _, node in blocks]
    marks = {e.attributes["id"] for e in iterate(nodes) if "id" in e.attributes and e.kind == "html"}

    def plainly(element: Element) -> list[Node] | None:
        address = element.attributes.get("href", "") if element.tag == "a" and element.kind == "html" else ""
        return list(element.children) if address[:1] == "#" and address[1:] not in marks else None

    return [(cell, one) for cell, node in blocks for one in rewrite([node], plainly)]


def _wrapped(element: Element, words: dict[str, str]) -> list[Node]:
    """Return a text whose lines fit the sheet, as a terminal breaks them, and not more than anyone reads."""
    lines = _lines_of(element.children).rstrip("\n").split("\n")
    note: list[Node] = []
    if len(lines) > MOST_LINES:
        told = words["cut text"].format(rows=f"{len(lines):,}", shown=MOST_LINES)
        note = [make("p", make("em", told))]
    shown = [part for line in lines[:MOST_LINES] for part in wrap(line)]
    return [make("pre", "\n".join(shown)), *note]


def _lines_of(nodes: list[Node]) -> str:
    parts = []
    for node in nodes:
        if isinstance(node, str):
            parts.append(read_text([node]))
        else:
            parts.append("\n" if node.tag == "br" else _lines_of(node.children))
    return "".join(parts)


def wrap(line: str) -> list[str]:
    """Return a line as lines of at most so many columns; a Chinese character takes two.

    >>> [len(part) for part in wrap("a" * 100)]
    [98, 2]
    """
    line = line.expandtabs(8)
    if len(line) <= COLUMNS // 2:
        return [line]
    parts, width = [""], 0
    for character in line:
        own = (
            0
            if unicodedata.combining(character)
            else 2
            if unicodedata.east_asian_width(character) in "WF"
            else 1
        )
        if width + own > COLUMNS:
            parts.append("")
            width = 0
        parts[-1] += character
        width += own
    return parts


def _colour(cell: Element) -> None:
    """Tell pandoc's Typst writer the colours of a cell."""
    for name, key in (("background-color", "data-typst:fill"), ("color", "data-typst:text:fill")):
        found = re.search(rf"(?:^|;)\s*{name}\s*:\s*([^;!]+)", read_attribute(cell, "style"))
        if not found:
            continue
        with suppress(ValueError):
            red, green, blue = ImageColor.getrgb(found[1].strip())[:3]
            cell.attributes[key] = f"rgb({red}, {green}, {blue})"


def _fit(node: Node, words: dict[str, str], has_appendix: bool) -> list[Node]:
    """Return a node of the first level with its tables as they find room."""
    if isinstance(node, str):
        return [node]
    if node.tag == "table":
        return print_tables.fit(node, words, "on the page", nested=False)
    if node.tag != "figure" or node.attributes.get("class") != "table":
        return [_fit_within(node, words)]
    where = "in the appendix" if has_appendix else "on the page"
    inner: list[Node] = []
    for child in node.children:
        is_table = isinstance(child, Element) and child.tag == "table"
        inner += print_tables.fit(child, words, where, nested=False) if is_table else [child]  # type: ignore[arg-type]
    if len(inner) > len(node.children):
        return inner
    node.children = inner
    return [node]


def _fit_within(node: Element, words: dict[str, str]) -> Element:
    """Return a node of any level with the tables within it, where no sheet can be turned."""
    children: list[Node] = []
    for child in node.children:
        if isinstance(child, str):
            children.append(child)
        elif child.tag == "table":
            children += print_tables.fit(child, words, "on the page", nested=True)
        else:
            children.append(_fit_within(child, words))
    node.children = children
    return node


def _with_contents(blocks: list[tuple[int, Node]]) -> list[tuple[int, Node]]:
    """Put a mark where the contents stand: after the summary, if there is one, else first of all."""
    pages = [i for i, (_, node) in enumerate(blocks) if is_summary(node)]
    if pages:
        place = pages[-1] + 1
        return [*blocks[:place], (0, make("div", id="contents")), (0, BREAK), *blocks[place:]]
    chapters = [i for i, (_, node) in enumerate(blocks) if isinstance(node, Element) and node.tag == "h2"]
    summary = len(chapters) > 1 and blocks[chapters[0]][1].attributes["id"] == "summary"  # type: ignore[union-attr]
    place = chapters[1] if summary else 0
    return [*blocks[:place], (0, make("div", id="contents")), (0, BREAK), *blocks[place:]]
