"""A number and its unit, and both ends of an interval, stand on one line of Chinese prose.

Browsers and Typst may break a line between any two Chinese characters, so also before 万元 and after ～.
"""

from __future__ import annotations

import re

from .html_tree import Element, Node, iterate, make

NUMBER = r"[+−]?\d+(?:[,.]\d+)*%?"
UNIT = r"(?:个百分点|万元|亿元|[元户条笔件份次天分倍人])"
# Only of amounts and counts, not of dates: Typst stretches no box, so what is not in one must fill the line.
COUNTED = r"(?:万元|亿元|[元户条笔件份])"
# The character before goes along: the space between Chinese and figures stays in the box. So does
# a sign after it with which no line must begin, as one would after a box.
WHOLE = re.compile(
    rf"([\u4e00-\u9fff]?(?:{NUMBER}{UNIT}?～{NUMBER}{UNIT}?|{NUMBER}{COUNTED})[；：！？]?)(?![\d,.]*\d)"
)
PROSE = ("p", "li", "figcaption")
WITHIN = ("strong", "em", "span")


def keep_whole(nodes: list[Node]) -> None:
    """Wrap numbers with their units, and intervals, in ``<span class="whole">``, in place.

    Parameters
    ----------
    nodes : list of Element or str
        A body in Chinese; paragraphs, items of lists and captions change, tables and drawings do not.

    Examples
    --------
    >>> from .html_tree import parse, write
    >>> nodes = parse("<p>占8.3%～11.7%，共60户</p>")
    >>> keep_whole(nodes)
    >>> write(nodes)
    '<p><span class="whole">占8.3%～11.7%</span>，<span class="whole">共60户</span></p>'
    """
    for element in list(iterate(nodes)):
        if element.kind == "html" and element.tag in PROSE:
            _keep(element)


def _keep(element: Element) -> None:
    children: list[Node] = []
    for child in element.children:
        if isinstance(child, str):
            parts = WHOLE.split(child)
            children += [_span(part) if place % 2 else part for place, part in enumerate(parts) if part]
            continue
        if child.kind == "html" and child.tag in WITHIN and child.attributes.get("class") != "whole":
            _keep(child)
        children.append(child)
    element.children = children


def _span(words: str) -> Element:
    return make("span", words, class_="whole")
