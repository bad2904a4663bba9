"""Styles that a cell's output brings along: what only dresses it stays, and nothing reaches beyond it."""

from __future__ import annotations

import functools
import re

import tinycss2

# Properties that dress a text, a table or a drawing where it stands. What moves it elsewhere (position,
# transform, z-index), hides it (opacity, visibility, clip) or loads something is none of them.
DRESSING = re.compile(
    r"color|background(-color|-image|-size|-position|-repeat)?|font(-\w+)*|text-(align|decoration|transform|indent|overflow|anchor|shadow)"
    r"(-\w+)*|line-height|letter-spacing|word-(break|spacing|wrap)|overflow-wrap|white-space|vertical-align|tab-size"
    r"|border(-\w+)*|padding(-\w+)*|margin(-\w+)*|(min-|max-)?(width|height)|display|float|clear|overflow(-[xy])?"
    r"|flex(-\w+)*|grid(-\w+)*|(row-|column-)?gap|(align|justify|place)-(items|content|self)|order|list-style(-\w+)*"
    r"|box-(sizing|shadow)|caption-side|table-layout|empty-cells|quotes|direction|columns|outline(-\w+)*"
    r"|fill(-\w+)*|stroke(-\w+)*|stop-(color|opacity)|paint-order|dominant-baseline|marker(-\w+)*|user-select"
)
SHOWN = re.compile(r"(inline-|inline)?(block|flex|grid|table)?|contents|list-item|table-[a-z-]+")
LOADS = re.compile(r"url\s*\(\s*[\"']?(?!#|data:image/)|image-set|expression|@import|\\", re.I)
# What matplotlib says of every line of a drawing; for another drawing it changes nothing that is seen.
HARMLESS = {"stroke-linejoin", "stroke-linecap"}


def hides(style: str) -> bool:
    """Tell whether an element's own style keeps it out of sight."""
    return bool(re.search(r"display\s*:\s*none|visibility\s*:\s*hidden", style, re.I))


@functools.lru_cache(maxsize=4096)
def clean_declarations(style: str) -> str:
    """Return the declarations of a ``style`` attribute that only dress their element.

    >>> clean_declarations("color: red; position: fixed; margin-top: -99px")
    'color: red'
    """
    kept, all_kept = _declarations(style)
    return style if all_kept else "; ".join(kept)


def _declarations(style: str) -> tuple[list[str], bool]:
    found = tinycss2.parse_blocks_contents(style, skip_comments=True, skip_whitespace=True)
    kept = [text for node in found if (text := _declaration(node))]
    return kept, len(kept) == len(found)


def _declaration(node: tinycss2.ast.Node) -> str:
    if node.type != "declaration" or not DRESSING.fullmatch(node.lower_name):
        return ""
    value = tinycss2.serialize(node.value).strip()
    if LOADS.search(value) or "<" in value:
        return ""
    if node.lower_name.startswith("margin") and re.search(r"(?<![\w-])-", value):
        return ""  # it would lie on what stands beside it
    if node.lower_name == "display" and not SHOWN.fullmatch(value.lower()):
        return ""
    return f"{node.lower_name}: {value}" + (" !important" if node.important else "")


@functools.lru_cache(maxsize=256)
def clean_sheet(css: str, scope: str) -> str:
    """Return the rules of a ``<style>`` element, for what lies within one selector only.

    Parameters
    ----------
    css : str
        A style sheet. Its media queries, animations and imports are left out.
    scope : str
        The selector of the output that it came with, such as ``.output-3``.

    Examples
    --------
    >>> clean_sheet("td {color: red} body {display: none}", ".output-1")
    '.output-1 td {color: red}'
    """
    rules, same = [], True
    for rule in tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True):
        selector = tinycss2.serialize(rule.prelude).strip() if rule.type == "qualified-rule" else ""
        if not selector or re.search(r"[<\\{}]", selector):
            same = False
            continue
        kept, whole = _declarations(tinycss2.serialize(rule.content))
        harmless = {text.partition(":")[0] for text in kept} <= HARMLESS
        same = same and whole and harmless
        if not harmless:
            selector = ", ".join(f"{scope} {part.strip()}" for part in _split(rule.prelude))
        if kept:
            rules.append(f"{selector} {{{'; '.join(kept)}}}")
    return css if same and "<" not in css else "\n".join(rules)


def _split(prelude: list[tinycss2.ast.Node]) -> list[str]:
    """Return the selectors of a list; a comma within brackets belongs to one of them."""
    parts: list[list[tinycss2.ast.Node]] = [[]]
    for node in prelude:
        if node.type == "literal" and node.value == ",":
            parts.append([])
        else:
            parts[-1].append(node)
    return [tinycss2.serialize(part) for part in parts]


def read_cell_colours(css: str) -> dict[str, dict[str, str]]:
    """Return ``background-color`` and ``color`` by the id of the cell they are meant for (pandas' Styler)."""
    found: dict[str, dict[str, str]] = {}
    for rule in tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True):
        if rule.type != "qualified-rule":
            continue
        colours = dict(
            text.removesuffix(" !important").split(": ", 1)
            for text in _declarations(tinycss2.serialize(rule.content))[0]
            if text.startswith(("background-color: ", "color: "))
        )
        for part in _split(rule.prelude):
            if colours and re.fullmatch(r"#[\w-]+", part.strip()):
                found.setdefault(part.strip()[1:], {}).update(colours)
    return found
