"""Headings of a body: their levels, numbers and anchors, and the links that lead to them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from .html_tree import (
    Element,
    Node,
    copy,
    find,
    iterate,
    make,
    plain,
    read_attribute,
    read_text,
    rewrite,
    write,
)

APPENDIX = ("附录", "Appendix")
SUMMARY = ("摘要", "Summary", "一页读懂", "At a glance")
TAGS = tuple(f"h{level}" for level in range(1, 7))
# Where a heading is no part of the report's outline.
CLOSED = frozenset(
    (
        *("table", "ul", "ol", "dl", "blockquote", "figure", "summary", "a", "h1", "h2", "h3"),
        *("h4", "h5", "h6", "p", "pre"),
    )
)
# How authors number headings themselves: 1. / 1.1 / 一、 / 第一章 / （一） / Step 1 / IV.
OWN_NUMBER = re.compile(
    r"\s*(\d{1,2}(\.\d{1,2})*\s*[.、．):：）]|\d{1,2}(\.\d{1,2})+\s|\d{1,2}\s+\D|[一二三四五六七八九十]{1,3}\s*[、.．]"
    r"|第\s*[\d一二三四五六七八九十]{1,3}\s*[章节部分篇步]|[（(][一二三四五六七八九十\d]{1,3}[)）]"
    r"|(Chapter|Part|Step|Section|Task|Exercise|Lesson)\s+\d|[IVX]{1,4}\.\s)",
    re.I,
)


@dataclass(frozen=True)
class Heading:
    """One line of the contents."""

    level: int
    anchor: str
    html: str


def find_headings(nodes: list[Node]) -> Iterator[Element]:
    """Yield the headings of a report's outline, in order; those within a table or a list are none."""
    for node in nodes:
        if isinstance(node, Element):
            if node.tag in TAGS:
                yield node
            elif node.tag not in CLOSED:
                yield from find_headings(node.children)


def read_level(heading: Element) -> int:
    """Return 1 for ``h1``, and so on."""
    return int(heading.tag[1])


def read_title(heading: Element) -> str:
    """Return what a heading says, on one line."""
    return " ".join(read_text(heading.children).split())


def arrange(nodes: list[Node], title: str, covered: bool) -> list[Node]:
    """Return a body whose chapters are ``h2``, whose sections are ``h3``, and so on without a gap.

    Parameters
    ----------
    nodes : list of Element or str
        The whole body; its headings have their author's levels.
    title : str
        What the title page says; a first heading that says the same is left out.
    covered : bool
        Whether the notebook has a cover of its own: then ``#`` and ``##`` are chapters.
    """
    outline = {id(heading) for heading in find_headings(nodes)}

    def settle(element: Element) -> list[Node] | None:
        if element.tag not in TAGS:
            return None
        if id(element) not in outline:
            return _as_strong(element)
        if not any(unicodedata.category(sign)[0] in "LNPS" for sign in read_title(element)):
            return list(element.children) if any(True for _ in find([element], "img", "svg")) else []
        return None

    nodes = rewrite(nodes, settle)
    found = list(find_headings(nodes))
    dropped = _title_headings(found, title, covered)
    nodes = rewrite(nodes, lambda element: [] if any(element is one for one in dropped) else None)
    left = [heading for heading in found if not any(heading is one for one in dropped)]
    _close_gaps(left, covered)
    return nodes


def _as_strong(heading: Element) -> list[Node]:
    words = Element("strong", {}, heading.children)
    return [words] if not heading.children else [Element("p", {}, [words])]


def _title_headings(found: list[Element], title: str, covered: bool) -> list[Element]:
    """Return the headings that say the report's title once more."""
    if covered:
        return [heading for heading in found if heading.tag == "h1" and read_title(heading) == title]
    firsts = [heading for heading in found if read_level(heading) == min(map(read_level, found))]
    if found and firsts == found[:1] and len(found[1:]) and read_title(found[0]) == title:
        return found[:1]
    return found[:1] if len(found) == 1 and found[0].tag == "h1" and read_title(found[0]) == title else []


def _close_gaps(found: list[Element], covered: bool) -> None:
    above: list[int] = []
    for heading in found:
        level = max(read_level(heading), 2) if covered else read_level(heading)
        while above and above[-1] >= level:
            above.pop()
        above.append(level)
        heading.tag = f"h{min(len(above) + 1, 6)}"


def number(nodes: list[Node]) -> list[Heading]:
    """Give chapters the numbers 1, 2 … and sections 1.1 …, in place; returns the contents.

    A summary has no number; the sections of an appendix are A, B …. An author who numbers headings keeps the
    numbers they have.
    """
    found = list(find_headings(nodes))
    own = {level: _are_numbered([h for h in found if h.tag == level]) for level in ("h2", "h3")}
    contents: list[Heading] = []
    chapter = section = 0
    in_appendix, taken = False, set(TAKEN)
    for heading in found:
        if heading.tag not in own:
            continue
        title = read_title(heading)
        if heading.tag == "h2":
            in_appendix = title.startswith(APPENDIX)
            bare = in_appendix or title.startswith(SUMMARY)
            chapter, section = chapter + (not bare), 0
            count = "" if bare else f"{chapter}"
        else:
            section += 1
            count = chr(ord("A") + section - 1) if in_appendix and section <= 26 else f"{chapter}.{section}"
        name = (
            f"section-{count.lower().replace('.', '-')}"
            if count
            else "appendix"
            if in_appendix
            else "summary"
        )
        anchor = _unused(name, taken)
        if count and not own["h2"] and not own[heading.tag]:
            heading.children = [make("span", count, class_="number"), " ", *heading.children]
        heading.attributes = {"id": anchor, **{k: v for k, v in heading.attributes.items() if k != "id"}}
        contents.append(Heading(read_level(heading), anchor, write(_without_links(heading.children))))
    return contents


TAKEN = frozenset(("main", "contents"))  # ids of the page itself


def _are_numbered(found: list[Element]) -> bool:
    numbered = sum(bool(OWN_NUMBER.match(read_title(heading))) for heading in found)
    return numbered >= 2 and 2 * numbered >= len(found)


def lead_on(nodes: list[Node]) -> None:
    """Let the references of a summary's panels say number and title of where they lead, in place."""
    shown = {
        read_attribute(heading, "id"): read_title(heading)
        for heading in find_headings(nodes)
        if "id" in heading.attributes
    }
    for panel in find(nodes, "p"):
        if read_attribute(panel, "class") != "see":
            continue
        for link_ in find([panel], "a"):
            title = shown.get(read_attribute(link_, "href")[1:], "")
            link_.children = [plain(f"→ {title}")] if title else link_.children


def _unused(name: str, taken: set[str]) -> str:
    anchor = name
    for count in range(2, len(taken) + 3):
        if anchor not in taken:
            break
        anchor = f"{name}-{count}"
    taken.add(anchor)
    return anchor


def _without_links(nodes: list[Node]) -> list[Node]:
    """Return the words of a heading for the contents, where all of it is a link already."""

    def plainly(element: Element) -> list[Node] | None:
        if element.tag in ("img", "svg"):
            return []
        element.attributes.pop("id", None)
        return list(element.children) if element.tag == "a" else None

    return rewrite(copy(nodes), plainly)


# --- links within the report


def read_aliases(nodes: list[Node]) -> dict[int, list[str]]:
    """Return by the identity of a heading the names that links may know it by, before it is numbered."""
    return {
        id(heading): [read_attribute(heading, "id"), read_title(heading)] for heading in find_headings(nodes)
    }


def _folded(name: str) -> str:
    """Return an anchor as all tools that make anchors of headings agree on it: letters and digits."""
    return re.sub(r"[\W_]+", "", unquote(name).casefold())


def link(nodes: list[Node], aliases: dict[int, list[str]], warn: Callable[[Node, str], None]) -> list[Node]:
    """Return nodes whose links within the report lead somewhere; a dead one is plain text.

    Parameters
    ----------
    nodes : list of Element or str
        The whole body, numbered.
    aliases : dict
        See `read_aliases`.
    warn : callable
        Is told of a link and the address that is nowhere.
    """
    places = _name_places(nodes)
    wanted = {
        _folded(read_attribute(a, "href"))
        for a in find(nodes, "a")
        if a.attributes.get("href", "")[:1] == "#"
    }
    for heading in find_headings(nodes):
        names = [name for name in aliases.get(id(heading), []) if name]
        if "id" not in heading.attributes and wanted & set(map(_folded, names)):
            _anchor_deeper(heading, places)
        for name in names if "id" in heading.attributes else []:
            places.setdefault(name, heading.attributes["id"])
    folded: dict[str, str] = {}
    for name, anchor in places.items():
        folded.setdefault(_folded(name), anchor)

    def lead(element: Element) -> list[Node] | None:
        if element.tag != "a" or element.kind != "html" or "href" not in element.attributes:
            return None
        address = read_attribute(element, "href").strip()
        if address and not address.startswith("#"):
            return None
        name = address[1:]
        anchor = (
            places.get(name)
            or places.get(unquote(name))
            or (folded.get(_folded(name)) if _folded(name) else None)
        )
        if anchor is None:
            if name and name not in ("top", "contents", "main"):
                warn(element, address)
            return list(element.children)
        element.attributes["href"] = f"#{anchor}"
        return None

    return rewrite(nodes, lead)


def _name_places(nodes: list[Node]) -> dict[str, str]:
    """Give every anchor a name that occurs once and that print knows, too; returns new names by old ones."""
    places: dict[str, str] = {}
    taken = set(TAKEN)
    for element in iterate(nodes):
        if element.kind != "html":
            continue
        name = read_attribute(element, "id") or (
            read_attribute(element, "name") if element.tag == "a" else ""
        )
        element.attributes.pop("name", None) if element.tag == "a" else None
        if not name:
            element.attributes.pop("id", None)
            continue
        if name in places or name in taken:
            element.attributes.pop("id", None)
            continue
        plain = re.fullmatch(r"[A-Za-z][\w-]*", name, re.ASCII)
        places[name] = _unused(name if plain else "place", taken)
        element.attributes["id"] = places[name]
    return places


def _anchor_deeper(heading: Element, places: dict[str, str]) -> None:
    """Give a heading below the sections, which has no number, an anchor."""
    anchor = _unused("part", set(places.values()) | TAKEN)
    places[anchor] = anchor
    heading.attributes = {"id": anchor, **heading.attributes}
