"""Pictures of a report to send on: each figure as PNG, the one-page summary, and the card of a shared link.

All are set by the typesetter of the PDF, in its fonts, in one go. The summary is a page of the PDF;
the card is composed, for nobody reads a page at a third of its size.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from . import typesetting
from .imprint import find_accent, find_short_name, split_figure
from .typesetting import TypstError

PIXELS_PER_INCH = 200
SUMMARY, CARD = "summary.png", "card.png"
A4_PIXELS = (1240, 1754)  # 150 dots an inch
CARD_PIXELS = (1200, 630)  # what services that show a shared link ask for (Open Graph)
CARD_FIGURES = 3  # key figures on the card: with more of them the finding is small

Warn = Callable[[str], None]
Job = dict[str, Any]


@dataclass(frozen=True)
class Sheet:
    """A figure to be drawn with its words, so that it says what it is wherever it goes.

    Attributes
    ----------
    svg : bytes
        The drawing.
    head, subtitle, note : str
        Its number and headline, what is shown of where and when, and what stands below it.
    """

    svg: bytes
    head: str
    subtitle: str = ""
    note: str = ""


def draw(
    sheets: Mapping[str, Sheet], pdf: bytes, summary_page: int, cover: Mapping[str, Any], warn: Warn
) -> dict[str, bytes]:
    """Return the pictures of a report by name.

    Parameters
    ----------
    sheets : mapping of str to Sheet
        The figures by the names of their pictures.
    pdf : bytes
        The printed report.
    summary_page : int
        The sheet with its summary, from 1; 0 if it has none.
    cover : mapping
        See `display.cover`: names the report below each figure, and has what stands on the card.
    warn : callable
        Is told of what cannot be drawn.
    """
    foot = " · ".join(part for part in (cover["title"], cover["subtitle"], cover.get("notice", "")) if part)
    files = {"report.pdf": pdf}
    jobs: dict[str, Job] = {}
    for number, (name, sheet) in enumerate(sheets.items(), start=1):
        files[f"sheet-{number}.svg"] = sheet.svg
        words = {"head": sheet.head, "subtitle": sheet.subtitle, "note": sheet.note, "foot": foot}
        jobs[name] = {"kind": "figure", "file": f"sheet-{number}.svg", **words}
    if summary_page:
        jobs[SUMMARY] = {"kind": "page", "page": summary_page, **_size(A4_PIXELS)}
    jobs[CARD] = _card(cover)
    try:
        made = _draw(list(jobs.values()), files, cover["language"])
        return dict(zip(jobs, made, strict=True))
    except TypstError:
        return _draw_one_by_one(jobs, files, cover["language"], warn)


def _size(pixels: tuple[int, int]) -> dict[str, float]:
    """Return width and height of a drawing of so many pixels, in points."""
    width, height = (72 * count / PIXELS_PER_INCH for count in pixels)
    return {"width": width, "height": height}


def _card(cover: Mapping[str, Any]) -> Job:
    """Return the card: publisher, title, finding, key figures, and what to know of its data."""
    words = {key: cover.get(key, "") for key in ("title", "subtitle", "notice", "finding")}
    return {
        "kind": "card",
        "accent": find_accent(cover),
        "publisher": find_short_name(cover),
        "figures": _list_figures(cover)[:CARD_FIGURES],
        **words,
        **_size(CARD_PIXELS),
    }


def _list_figures(cover: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return label, number without what stands in brackets, and change of each key figure."""
    pairs = [split_figure(*pair) for pair in cover.get("key_figures", [])]
    changes = [*cover.get("changes", []), *[""] * len(pairs)]
    return [(label, number, change) for (label, number, _), change in zip(pairs, changes, strict=False)]


def _draw(jobs: list[Job], files: dict[str, bytes], spoken: str) -> list[bytes]:
    content = json.dumps({"language": spoken, "sheets": jobs}, ensure_ascii=False).encode()
    return typesetting.draw_pages({**files, "sheets.json": content}, PIXELS_PER_INCH)


def _draw_one_by_one(
    jobs: Mapping[str, Job], files: dict[str, bytes], spoken: str, warn: Warn
) -> dict[str, bytes]:
    made = {}
    for name, job in jobs.items():
        try:
            [made[name]] = _draw([job], files, spoken)
        except TypstError as reason:
            warn(f"{name} cannot be drawn ({reason}): the page offers no such picture. Draw it otherwise.")
    return made
