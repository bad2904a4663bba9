"""What a reader would complain of in a drawn figure: text cut off, overlapping, or too small on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import combinations
from typing import Any

from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

PHONE = 320  # CSS pixels: a screen of 360 without the page's margins
SMALLEST = 9  # CSS pixels
TALLEST = 9.2  # inches: fits a page with its caption


@contextmanager
def _noting_texts() -> Iterator[dict[Text, Bbox]]:
    """Note every text that is really drawn, and where; ticks beyond an axis' ends exist but are not drawn."""
    drawn: dict[Text, Bbox] = {}
    draw = Text.draw

    def note(self: Text, renderer: Any) -> None:
        draw(self, renderer)
        if self.get_visible() and self.get_text().strip():
            drawn[self] = self.get_window_extent(renderer)

    Text.draw = note  # type: ignore[method-assign,assignment]
    try:
        yield drawn
    finally:
        Text.draw = draw  # type: ignore[method-assign]


def lay_out(figure: Figure) -> dict[Text, Bbox]:
    """Return every text of a figure with its box in pixels."""
    with _noting_texts() as drawn:
        figure.draw_without_rendering()
    return drawn


def find_faults(figure: Figure) -> list[str]:
    """Return what is wrong with a figure's texts, one line a fault; empty if nothing is."""
    texts = lay_out(figure)
    width, height = figure.bbox.size
    bars = _bars(figure)
    faults = [
        f"outside the figure: {text.get_text()!r}"
        for text, box in texts.items()
        if box.x0 < 0 or box.y0 < 0 or box.x1 > width or box.y1 > height
    ]
    faults += [
        f"overlap: {one.get_text()!r} and {other.get_text()!r}"
        for (one, box), (other, other_box) in combinations(texts.items(), 2)
        if _overlap(box, other_box)
    ]
    faults += [
        f"on the edge of a bar: {text.get_text()!r}"
        for text, box in texts.items()
        if any(_overlap(box, bar) and not _inside(box, bar) for bar in bars)
    ]
    pixels = {text: float(text.get_fontsize()) / 72 * PHONE / figure.get_figwidth() for text in texts}
    faults += [
        f"{size:.1f} px on a phone: {text.get_text()!r}" for text, size in pixels.items() if size < SMALLEST
    ]
    if figure.get_figheight() > TALLEST:
        faults.append(f"{figure.get_figheight():.1f} inches high")
    return faults


def _bars(figure: Figure) -> list[Bbox]:
    containers = [c for ax in figure.axes for c in ax.containers if isinstance(c, BarContainer)]
    return [bar.get_window_extent() for container in containers for bar in container]


def _overlap(one: Bbox, other: Bbox) -> bool:
    """Tell whether two boxes share more than a hair."""
    width = min(one.x1, other.x1) - max(one.x0, other.x0)
    return bool(width > 0.5 and min(one.y1, other.y1) - max(one.y0, other.y0) > 0.5)


def _inside(one: Bbox, other: Bbox) -> bool:
    return bool(
        one.x0 >= other.x0 - 0.5
        and one.x1 <= other.x1 + 0.5
        and one.y0 >= other.y0 - 0.5
        and one.y1 <= other.y1 + 0.5
    )
