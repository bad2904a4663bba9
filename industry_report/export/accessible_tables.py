"""Make the tables of a body complete for every reader of a page: scoped heads, names, room to scroll."""

from __future__ import annotations

import re

from .html_tree import AMPERSAND, Element, Node, find, make, read_text, set_attribute

WIDE = 4  # columns; a narrower table fits a phone, and is no stop for the keyboard
LONG = re.compile(r"[\w.]{12}(?=[\w.]{12})", re.ASCII)  # a part of a checksum or of a file's name
# A cell that holds a number of a customer or a date: its hyphens are no place for a line to end.
CODE = re.compile(r"(?=.*\d)[A-Za-z0-9]+(?:-[A-Za-z0-9]+)+")


def frame_tables(nodes: list[Node], words: dict[str, str]) -> list[Node]:
    """Return nodes with every table in a frame that scrolls, each with a name.

    A wide table is a region that the keyboard reaches: its columns would else be out of reach on a phone. A
    table within a table is a part of its cell.

    Parameters
    ----------
    nodes : list of Element or str
        A body whose captions are numbered; it is changed.
    words : dict
        In the report's language: ``data`` is what follows a figure's number (``图1`` + ``的数据``), and
        ``plain table`` names a table without caption.
    """
    return _Frames(words).go(nodes)


class _Frames:
    """Goes through a body once, and keeps count."""

    def __init__(self, words: dict[str, str]) -> None:
        self.words = words
        self.figure = ""
        self.unnamed = 0

    def go(self, nodes: list[Node]) -> list[Node]:
        made: list[Node] = []
        unfolds = False
        for node in nodes:
            if isinstance(node, str):
                made.append(node)
                unfolds = unfolds and not node.strip()
            elif node.tag == "table":
                made.append(self.frame(node, unfolds))
                unfolds = False
            else:
                if node.tag == "figcaption":
                    self.figure = _number(node)
                node.children = self.go(node.children)
                made.append(node)
                unfolds = node.tag == "summary"
        return made

    def frame(self, table: Element, unfolds: bool) -> Element:
        scope_heads(table)
        caption = next((c for c in table.children if isinstance(c, Element) and c.tag == "caption"), None)
        if caption:
            name = read_text(caption.children).strip()
        elif unfolds:
            name = f"{self.figure}{self.words['data']}"
        else:
            self.unnamed += 1
            name = f"{self.words['plain table']}{self.unnamed}"
        if not caption:
            table.attributes = {"aria-label": "", **table.attributes}
            set_attribute(table, "aria-label", name)
        frame = make("div", class_="scroll")
        if is_wide(table):
            frame.attributes |= {"role": "region", "tabindex": "0"}
            set_attribute(frame, "aria-label", name)
            _break_words(table)
        frame.children = [table]
        return frame


def _number(caption: Element) -> str:
    numbers = [c for c in find(caption.children, "span") if "number" in c.attributes.get("class", "").split()]
    return read_text(numbers[0].children).strip() if numbers else ""


def is_wide(table: Element) -> bool:
    """Tell whether a table may be too wide for a phone."""
    row = next(find(table.children, "tr"), None)
    return row is not None and sum(True for _ in find(row.children, "th", "td")) >= WIDE


def _break_words(table: Element) -> None:
    """Let what is no word break in a wide table, where no word does, or its column would fill the page."""

    def within(element: Element) -> None:
        text = element.children[0] if len(element.children) == 1 else ""
        if (
            element.tag in ("td", "th")
            and isinstance(text, str)
            and CODE.fullmatch(text.replace(AMPERSAND, "&"))
        ):
            element.attributes = {"class": "whole"} | element.attributes
        children: list[Node] = []
        for child in element.children:
            if isinstance(child, str):
                children += _breakable(child)
            else:
                within(child)
                children.append(child)
        element.children = children

    within(table)


def _breakable(text: str) -> list[Node]:
    parts: list[Node] = []
    end = 0
    for match in LONG.finditer(text):
        parts += [text[end : match.end()], Element("wbr")]
        end = match.end()
    return [*parts, text[end:]] if parts else [text]


def scope_heads(table: Element) -> None:
    """Say of each head of a table whether it heads a column or a row; pandas and Markdown do not."""
    groups = [c for c in table.children if isinstance(c, Element)]
    has_head = any(group.tag == "thead" for group in groups)
    for group in groups:
        scope = "row" if has_head and group.tag != "thead" else "col"
        for head in find([group], "th"):
            if "scope" not in head.attributes:
                head.attributes = {"scope": scope, **head.attributes}
