"""A drawing that leaves its report says what the report says of itself: draft, internal, invented data."""

from __future__ import annotations

import re
from html import escape

from ..base import style

SIZE = 7.5  # points, the smallest text of a report
COLOUR = "#7a3e00"
MARGIN = 6.0  # points
BOX = re.compile(
    rb'width="(?P<width>[\d.]+)pt" height="(?P<height>[\d.]+)pt" viewBox="0 0 (?P=width) (?P=height)"'
)


def mark(svg: bytes, notice: str) -> bytes:
    """Return a drawing with a notice below it, on paper of its own; as it is if there is none.

    Parameters
    ----------
    svg : bytes
        As matplotlib writes it: width, height and view box in points.
    notice : str
        See `marks.write_notice`.

    Examples
    --------
    >>> box = b'<svg width="90pt" height="9pt" viewBox="0 0 90 9"></svg>'
    >>> mark(box, "Draft").count(b"<text"), mark(box, "") == box
    (1, True)
    """
    found = BOX.search(svg)
    if not notice or not found:
        return svg
    width, height = float(found["width"]), float(found["height"])
    lines = style.wrap(notice, (width - 2 * MARGIN) / 72, SIZE)
    leading = SIZE * style.LEADING_IN_SIZES
    whole = height + leading * len(lines) + MARGIN
    box = f'width="{width:g}pt" height="{whole:g}pt" viewBox="0 0 {width:g} {whole:g}"'
    parts = [f'<rect x="0" y="{height:g}" width="{width:g}" height="{whole - height:g}" fill="#ffffff"/>']
    for number, line in enumerate(lines, start=1):
        place = f'x="{MARGIN:g}" y="{height + leading * number - 2:g}"'
        font = f'font-family="{style.SANS}, sans-serif" font-size="{SIZE:g}" fill="{COLOUR}"'
        parts.append(f"<text {place} {font}>{escape(line)}</text>")
    end = svg.rindex(b"</svg>")
    return svg[: found.start()] + box.encode() + svg[found.end() : end] + "".join(parts).encode() + svg[end:]
