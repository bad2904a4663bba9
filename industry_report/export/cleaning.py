"""What of foreign HTML may stand in a report: an allow-list of elements, attributes and addresses.

A report makes no request and runs nothing, so scripts, handlers, frames and forms go, and with them every
address of another host but for links. What such an element encloses stays if a browser shows it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import unquote

from . import style_rules
from .html_tree import Element, Node, make, parse, plain, read_attribute, read_text, write

KEPT = frozenset(
    (
        *("a", "abbr", "b", "bdi", "bdo", "big", "blockquote", "br", "caption", "cite", "code"),
        *("col", "colgroup", "dd", "del", "details", "dfn", "div", "dl", "dt", "em"),
        *("figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins"),
        *("kbd", "li", "mark", "ol", "p", "pre", "q", "rp", "rt", "ruby", "s", "samp", "small"),
        *("span", "strike", "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot"),
        *("th", "thead", "time", "tr", "tt", "u", "ul", "var", "wbr", "math", "svg"),
    )
)
# Shown as nothing by a browser that runs no script, with all that they enclose.
GONE = frozenset(
    (
        *("script", "template", "iframe", "embed", "applet", "frame", "frameset", "noembed"),
        *("noframes", "head", "title", "meta", "link", "base", "param", "source", "track"),
        *("area", "map", "datalist", "dialog", "basefont", "bgsound"),
    )
)
DRAWN_GONE = frozenset(
    (
        *("script", "metadata", "animate", "set", "animateTransform", "animateMotion"),
        *("iframe", "embed", "object", "link", "meta", "base"),
    )
)
BLOCKS = frozenset(
    (
        *("address", "article", "aside", "center", "fieldset", "footer", "form", "header"),
        *("hgroup", "main", "nav", "section", "dir"),
    )
)
ATTRIBUTES = frozenset(
    (
        *("id", "class", "title", "lang", "dir", "role", "style", "align", "valign", "width"),
        *("height", "colspan", "rowspan", "scope", "headers", "start", "type", "value"),
        *("reversed", "cite", "datetime", "href", "name", "src", "alt", "open", "bgcolor"),
        *("color", "abbr", "span"),
    )
)
OTHERS = re.compile(
    r"aria-|data-(?!typst)"
)  # `data-typst` is how the exporter itself speaks to pandoc's filter
# Of the page itself: an output that had one would be pinned, hidden or taken for a part of the page.
CLASSES = frozenset(
    (
        *("skip", "notice", "tools", "to-contents", "columns", "scroll", "brand"),
        *("key-figures", "facts", "correction", "number", "files", "shelf"),
    )
)
IDS = frozenset(("main", "contents"))
LINKS = re.compile(r"(https?|mailto|ftp|tel|doi):", re.I)
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.I)
BLANK = re.compile(r"[\x00-\x20]+")
ROUNDS = 4
PICTURE = re.compile(r"data:image/[\w.+-]+[;,]", re.I)


@dataclass
class Cleaner:
    """Admits what may stand in a report; use `clean`.

    Attributes
    ----------
    scope : str
        The class that style sheets of this output are restricted to.
    left_out : list of str
        Tags that were left out with what they enclosed and that a reader would have seen.
    styled : bool
        Whether a style sheet was kept, so that the output needs the class.
    """

    scope: str
    left_out: list[str] = field(default_factory=list)
    styled: bool = False

    def admit(self, element: Element) -> list[Node]:
        """Return what stands in an element's place."""
        if element.kind != "html":
            return self._admit_drawn(element)
        tag = element.tag
        if tag in GONE:
            if tag in ("script", "iframe", "embed"):
                self.left_out.append(tag)
            if (
                tag == "iframe"
            ):  # what it encloses is text to a browser, and is all that follows if it never ends
                return parse("".join(c for c in element.children if isinstance(c, str)), self.admit)
            return []
        if tag == "style":
            return self._admit_style(element)
        if replace := REPLACED.get(tag):
            return replace(self, element)
        if tag not in KEPT:
            kept = [make("div")] if tag in BLOCKS else []
            if not kept:
                return element.children
            kept[0].children = element.children
            return list(kept)
        self._clean_attributes(element)
        hidden = "hidden" in element.attributes or style_rules.hides(element.attributes.get("style", ""))
        return [] if hidden else [element]

    def _clean_attributes(self, element: Element) -> None:
        if not element.attributes:
            return
        kept = {}
        for name, value in element.attributes.items():
            if name in ("hidden", "style") and (name == "hidden" or style_rules.hides(value)):
                kept[name] = value  # the element goes
                continue
            allowed = name in ATTRIBUTES or OTHERS.match(name)
            cleaned = self._clean_attribute(element, name, value) if allowed else None
            if cleaned is not None:
                kept[name] = cleaned
        element.attributes = kept

    def _clean_attribute(self, element: Element, name: str, value: str) -> str | None:
        if name == "style":
            return clean_style(value) or None
        if name == "href":
            return value if element.tag == "a" and is_link(read_attribute(element, name)) else None
        if name == "src":
            return value if element.tag == "img" else None
        if name == "class":
            kept = [part for part in value.split() if part not in CLASSES]
            return (value if len(kept) == len(value.split()) else " ".join(kept)) or None
        if name == "id":
            return None if value in IDS else value
        if name == "name":
            return value if element.tag == "a" else None
        return value

    def _admit_style(self, element: Element) -> list[Node]:
        if "scoped" in element.attributes:  # pandas' own, which the report's style replaces
            return []
        css = read_text(element.children).strip()
        element.attributes = {n: v for n, v in element.attributes.items() if n == "type"}
        kept = style_rules.clean_sheet(css, f".{self.scope}")
        self.styled = self.styled or bool(kept)
        element.children = [kept]
        return [element] if kept else []

    def _admit_drawn(self, element: Element) -> list[Node]:
        """Admit an element of a drawing or a formula: no handler, and no address but within the document."""
        if element.tag in DRAWN_GONE or (element.tag == "style" and not element.children):
            return []
        if element.tag == "style":
            return self._admit_drawn_style(element)
        kept = {}
        for name, value in element.attributes.items():
            low = name.lower()
            if low.startswith("on") or low in ("xml:base", "formaction", "action"):
                continue
            if low in ("href", "xlink:href", "src") and not self._is_drawn_address(element, name):
                continue
            if low == "style" and element.tag in ("svg", "math"):
                value = clean_style(value)
            elif "url" in value.lower() and style_rules.LOADS.search(value):
                continue
            if value or low != "style":
                kept[name] = value
        element.attributes = kept
        if element.tag == "image" and not any(name.endswith("href") for name in kept):
            self.left_out.append("image")
            return []
        return [element]

    def _admit_drawn_style(self, element: Element) -> list[Node]:
        css = read_text(element.children) or "".join(c for c in element.children if isinstance(c, str))
        kept = style_rules.clean_sheet(css, f".{self.scope}")
        if kept == css:
            return [element]
        self.styled = self.styled or bool(kept)
        element.children = [plain(kept)]
        return [element] if kept else []

    def _is_drawn_address(self, element: Element, name: str) -> bool:
        address = BLANK.sub("", read_attribute(element, name))
        if element.tag == "a":
            return is_link(address)
        is_picture = element.tag in ("image", "feImage") and bool(PICTURE.match(address))
        return address.startswith("#") or is_picture

    # --- what a reader sees of a control or a player

    def _checkbox(self, element: Element) -> list[Node]:
        kind = read_attribute(element, "type").lower()
        if kind in ("checkbox", "radio"):
            return [make("span", "☑" if "checked" in element.attributes else "☐")]
        shown = "" if kind in ("hidden", "password", "file", "image") else read_attribute(element, "value")
        return [plain(f" {shown} ")] if shown else []

    def _select(self, element: Element) -> list[Node]:
        options = [c for c in element.children if isinstance(c, Element) and "data-option" in c.attributes]
        chosen = [o for o in options if "selected" in o.attributes] or options[:1]
        return [plain(f" {read_text(chosen)} ")]

    def _option(self, element: Element) -> list[Node]:
        chosen = {"selected": ""} if "selected" in element.attributes else {}
        return [Element("span", {"data-option": "", **chosen}, element.children)]

    def _meter(self, element: Element) -> list[Node]:
        value, most = read_attribute(element, "value"), read_attribute(element, "max")
        return [plain(f"{value} / {most}" if most else value)] if value else element.children

    def _player(self, element: Element) -> list[Node]:
        poster = read_attribute(element, "poster")
        if PICTURE.match(poster):
            return [make("img", src=poster)]
        return [make("span", class_="left-out", data_what=element.tag)]

    def _typed(self, element: Element) -> list[Node]:
        return [plain(" "), *element.children, plain(" ")]


REPLACED = {
    "textarea": Cleaner._typed,
    "button": Cleaner._typed,
    "input": Cleaner._checkbox,
    "select": Cleaner._select,
    "option": Cleaner._option,
    "progress": Cleaner._meter,
    "meter": Cleaner._meter,
    "audio": Cleaner._player,
    "video": Cleaner._player,
}


def clean(html: str, scope: str) -> tuple[list[Node], Cleaner]:
    """Return foreign HTML as nodes that may stand in a report, and what was left out.

    Parameters
    ----------
    html : str
        One output of a cell, or one rendered Markdown cell.
    scope : str
        A class of its own, see `style_rules.clean_sheet`.

    Examples
    --------
    >>> from .html_tree import write
    >>> write(clean("<b onclick=x>kept<script>x</script>", "output-1")[0])
    '<b>kept</b>'
    """
    cleaner = Cleaner(scope)
    nodes = parse(html, cleaner.admit)
    nodes = _settled(nodes, cleaner)
    if cleaner.styled:
        wrapper = make("div", class_=scope)
        wrapper.children = nodes
        return [wrapper], cleaner
    return nodes, cleaner


def _settled(nodes: list[Node], cleaner: Cleaner) -> list[Node]:
    """Return nodes that a browser reads from the page as they are here, whatever stands around them.

    A tree can be written so that it is read as another one (mutation XSS): a table within a formula, a form
    within a form. Such a tree is read again until it stays; one that never does is shown as text.
    """
    written = write(nodes)
    for _ in range(ROUNDS):
        around = f"<main>{written}</main><hr>"
        if around == write(parse(around)):
            return nodes
        nodes = parse(written, cleaner.admit)
        written = write(nodes)
    return [make("p", read_text(nodes))]


def clean_style(value: str) -> str:
    """Return a ``style`` attribute's value without what does not dress its element."""
    return style_rules.clean_declarations(value)


def is_link(address: str) -> bool:
    """Tell whether a reader may follow an address: another page, a mail, a place in the report, a file."""
    address = BLANK.sub("", address)
    return bool(LINKS.match(address)) or not SCHEME.match(unquote(address))
