"""HTML as a tree: read by Lexbor as a browser reads it, changed as plain objects, written once.

Character references are kept as they were spelled. Before the parser sees a text, each ``&`` becomes a
noncharacter, `AMPERSAND`, and the writer turns it back: what nobody changed comes out byte for byte.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape, unescape

from selectolax.lexbor import LexborHTMLParser, LexborNode

AMPERSAND = "\ufdd0"  # a noncharacter: Unicode reserves it for use within a program
DEEPEST = 120  # elements within each other; what lies deeper hangs at this level, as in browsers
VOID = frozenset(
    (
        *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source"),
        *("track", "wbr"),
    )
)
# Where HTML begins again within a drawing or a formula (integration points of the HTML standard).
BACK_TO_HTML = {
    "svg": frozenset(("foreignObject", "desc", "title")),
    "math": frozenset(("annotation-xml", "mi", "mo", "mn", "ms", "mtext")),
}
NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufdd0-\ufdef\ufeff\ufffe\uffff\ud800-\udfff]")
# Where a table's cell, a list's item or a line ends, so does a word.
ENDS_WORD = frozenset(
    (
        *("br", "p", "div", "li", "tr", "td", "th", "dt", "dd", "h1", "h2", "h3", "h4", "h5"),
        *("h6", "pre", "table", "ul", "ol", "caption"),
    )
)


@dataclass(slots=True, eq=False)
class Element:
    """One element; its children are elements and texts.

    Attributes
    ----------
    tag : str
        As the standard spells it: HTML in small letters, ``linearGradient`` in a drawing.
    attributes : dict of str to str
        Values hold `AMPERSAND` where the source had ``&``; see `read_attribute`.
    children : list of Element or str
        Texts hold `AMPERSAND`, too; see `read_text`.
    kind : str
        The namespace: ``html``, ``svg`` or ``math``.
    """

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node] = field(default_factory=list)
    kind: str = "html"


Node = Element | str


def make(tag: str, *children: Element | str, **attributes: str) -> Element:
    """Return an HTML element; texts and attributes are plain text, and escaped here.

    >>> write([make("p", "a < b", title="c")])
    '<p title="c">a &lt; b</p>'
    """
    given = {name.rstrip("_").replace("_", "-"): _marked(value) for name, value in attributes.items()}
    return Element(tag, given, [_marked(c) if isinstance(c, str) else c for c in children])


def plain(text: str) -> str:
    """Return plain text as a text of a tree."""
    return _marked(text)


def _marked(text: str) -> str:
    return escape(text).replace("&", AMPERSAND)


def parse(html: str, admit: Callable[[Element], list[Node]] | None = None) -> list[Node]:
    """Return the nodes of a piece of HTML as a browser would read it within a page.

    Parameters
    ----------
    html : str
        Whatever a library or an author wrote: unclosed, in capitals, nested wrongly.
    admit : callable, optional
        Gets each element, whose children have been admitted, and returns what stands in its place.

    Examples
    --------
    >>> write(parse("<P Align=center>one<p>two & three"))
    '<p align="center">one</p><p>two & three</p>'
    """
    source = NOT_TEXT.sub("", html).replace("&", AMPERSAND)
    root = LexborHTMLParser(source, is_fragment=True).root
    nodes = [] if root is None else list(root.iter(include_text=True))
    found: list[Node] = []
    for node in nodes:
        found += _built(node, "html", admit, 0)
    return found


def _built(
    node: LexborNode, kind: str, admit: Callable[[Element], list[Node]] | None, depth: int
) -> list[Node]:
    tag = node.tag
    if tag == "-text":
        return [node.text_content or ""]
    if tag is None or tag.startswith("-"):  # a comment
        return []
    if kind == "html" and tag in ("svg", "math"):
        kind = tag
    within = "html" if tag in BACK_TO_HTML.get(kind, ()) else kind
    children: list[Node] = []
    child = node.first_child
    while child is not None:
        children += _built(child, within, admit, depth + 1)
        child = child.next
    if depth > DEEPEST:
        return children
    attributes = {name: value or "" for name, value in node.attributes.items() if name}
    element = Element(tag, attributes, children, kind)
    return [element] if admit is None else admit(element)


def write(nodes: list[Node]) -> str:
    """Return nodes as HTML; an element of a drawing or a formula without children closes itself."""
    parts: list[str] = []
    for node in nodes:
        _write(node, parts, raw=False)
    return "".join(parts)


def _write(node: Node, parts: list[str], raw: bool) -> None:
    if isinstance(node, str):
        text = node if raw else node.replace("<", "&lt;").replace(">", "&gt;") if _sharp(node) else node
        parts.append(text.replace(AMPERSAND, "&"))
        return
    parts.append(f"<{node.tag}")
    for name, value in node.attributes.items():
        parts.append(f' {name}="{value.replace(chr(34), "&quot;").replace(AMPERSAND, "&")}"')
    if node.kind != "html" and not node.children:
        parts.append("/>")
        return
    parts.append(">")
    if node.kind == "html" and node.tag in VOID:
        return
    if node.kind == "html" and node.tag == "pre" and node.children[:1] and str(node.children[0])[:1] == "\n":
        parts.append("\n")  # a parser drops the first line break
    raw = node.kind == "html" and node.tag == "style"
    for child in node.children:
        _write(child, parts, raw)
    parts.append(f"</{node.tag}>")


def _sharp(text: str) -> bool:
    return "<" in text or ">" in text


def iterate(nodes: Sequence[Node]) -> Iterator[Element]:
    """Yield all elements in the order of the document."""
    for node in nodes:
        if isinstance(node, Element):
            yield node
            yield from iterate(node.children)


def find(nodes: Sequence[Node], *tags: str) -> Iterator[Element]:
    """Yield the elements of some tags, in the order of the document."""
    return (element for element in iterate(nodes) if element.tag in tags)


def find_classed(element: Element, name: str) -> Element | None:
    """Return the first element within another one that has a class; None if there is none."""
    inner = iterate(element.children)
    return next((one for one in inner if name in one.attributes.get("class", "").split()), None)


def rewrite(nodes: list[Node], change: Callable[[Element], list[Node] | None]) -> list[Node]:
    """Return nodes with elements replaced by what a function makes of them; None leaves one as it is.

    Children come before the element that holds them.
    """
    made: list[Node] = []
    for node in nodes:
        if isinstance(node, str):
            made.append(node)
            continue
        node.children = rewrite(node.children, change)
        put = change(node)
        made += [node] if put is None else put
    return made


def copy(nodes: list[Node]) -> list[Node]:
    """Return nodes that may be changed without changing these."""
    return [
        node
        if isinstance(node, str)
        else Element(node.tag, dict(node.attributes), copy(node.children), node.kind)
        for node in nodes
    ]


def read_text(nodes: Sequence[Node]) -> str:
    r"""Return what nodes say, as plain text.

    >>> read_text(parse("<b>a&nbsp;b</b><br>c"))
    'a\xa0b c'
    """
    parts: list[str] = []
    _collect(nodes, parts)
    return unescape("".join(parts).replace(AMPERSAND, "&"))


def _collect(nodes: Sequence[Node], parts: list[str]) -> None:
    for node in nodes:
        if isinstance(node, str):
            parts.append(node)
        elif node.tag not in ("style", "annotation"):
            _collect(node.children, parts)
            if node.tag in ENDS_WORD and node.kind == "html":
                parts.append(" ")


def read_attribute(element: Element, name: str) -> str:
    """Return an attribute as plain text; empty if there is none."""
    return unescape(element.attributes.get(name, "").replace(AMPERSAND, "&"))


def set_attribute(element: Element, name: str, value: str) -> None:
    """Set an attribute to a plain text."""
    element.attributes[name] = _marked(value)
