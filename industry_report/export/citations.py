"""How to cite a report: in a text, in BibTeX, and after GB/T 7714-2015."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any

# BibTeX counts braces even after a backslash, so a brace becomes a command that has none of its own.
BIBTEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{character: f"\\{character}" for character in "$&#%_"},
    }
)


@dataclass(frozen=True)
class Source:
    """What a citation is made of; what is not known is empty.

    Attributes
    ----------
    language : str
        Of the report.
    author : str
        The publisher, who also answers for the content.
    title, subtitle, place : str
        In the report's language.
    date : str
        Of publication or, for a corrected report, of the correction; ISO.
    version : int
        From 1.
    address : str
        Where the publisher's reports are found.
    """

    language: str
    author: str
    title: str
    subtitle: str
    place: str
    date: str
    version: int
    address: str

    @property
    def year(self) -> str:
        """Year of publication, empty if not known."""
        return self.date[:4]


def cite(cover: dict[str, Any], stem: str, version: int = 1, date: str = "") -> dict[str, str]:
    """Return how to cite a report, in its own language.

    Parameters
    ----------
    cover : dict
        See `display.cover`; its ``publisher`` may be missing or hold any part of what is asked.
    stem : str
        Where the report lies below the output folder; makes the BibTeX key.
    version : int
        Of the report.
    date : str
        Of this version, ISO; by default the publisher's ``published_on``.

    Returns
    -------
    dict of str to str
        ``text``, ``bibtex``, ``gbt7714``; what is not known is left out of each.
    """
    source = _read_source(cover, version, date)
    return {
        "text": _cite_in_text(source),
        "bibtex": _cite_in_bibtex(source, stem),
        "gbt7714": _cite_in_gbt7714(source),
    }


def _read_source(cover: dict[str, Any], version: int, date: str) -> Source:
    publisher = cover.get("publisher") or {}
    language = cover["language"]
    return Source(
        language,
        publisher.get("names", {}).get(language, ""),
        cover["title"],
        cover.get("subtitle", ""),
        publisher.get("place", {}).get(language, ""),
        date or publisher.get("published_on", ""),
        version,
        publisher.get("contact", {}).get("website", ""),
    )


def _cite_in_text(source: Source) -> str:
    if source.language == "zh":
        about = f"（{source.subtitle}）" if source.subtitle else ""
        edition = f"第{source.version}版" if source.version > 1 else ""
        year = f"{source.year}年" if source.year else ""
        author = f"{source.author}：" if source.author else ""
        parts = [f"《{source.title}{about}》", edition, source.place, year]
        return author + "，".join(part for part in parts if part) + "。"
    head = " ".join(part for part in (source.author, source.year and f"({source.year})") if part)
    title = ": ".join(part for part in (source.title, source.subtitle) if part)
    edition = f"Version {source.version}" if source.version > 1 else ""
    return ". ".join(part for part in (head, title, edition, source.place) if part) + "."


def _cite_in_bibtex(source: Source, stem: str) -> str:
    edition = f"第{source.version}版" if source.language == "zh" else f"Version {source.version}"
    fields = {
        "author": f"{{{_escape(source.author)}}}" if source.author else "",  # one name, not first and last
        "title": f"{{{_escape(': '.join(part for part in (source.title, source.subtitle) if part))}}}",
        "institution": _escape(source.author),
        "address": _escape(source.place),
        "year": source.year,
        "note": edition if source.version > 1 else "",
        "url": re.sub(r"[{}\\\s]", "", source.address),
        "language": {"zh": "chinese", "en": "english"}[source.language],
    }
    kind = "techreport" if source.author and source.year else "misc"  # a techreport must name both
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@{kind}{{{_make_key(stem)},", *lines, "}"])


def _escape(words: str) -> str:
    return " ".join(words.translate(BIBTEX).split())


def _make_key(stem: str) -> str:
    """Return a key in plain letters: the readable part of the stem, and what tells it from all others."""
    readable = "-".join(re.findall(r"[a-z0-9]+", stem.lower()))
    return "-".join(
        part for part in ("report", readable, hashlib.sha256(stem.encode()).hexdigest()[:6]) if part
    )


def _cite_in_gbt7714(source: Source) -> str:
    """Return the form for reports: 责任者. 题名[R/OL]. 出版地: 出版者, 年(更新日期)[引用日期]. 网址.

    The day of citation is the reader's to fill in.
    """
    zh = source.language == "zh"
    title = ": ".join(part for part in (source.title, source.subtitle) if part)
    edition = (f"{source.version}版" if zh else f"Version {source.version}") if source.version > 1 else ""
    imprint = ": ".join(part for part in (source.place, source.author) if part)
    imprint = ", ".join(part for part in (imprint, source.year) if part)
    if source.address:
        updated = f"({source.date})" if source.date else ""
        imprint += updated + ("[引用日期]" if zh else "[date of citation]")
    kind = "R/OL" if source.address else "R"
    parts = (source.author, f"{title}[{kind}]", edition, imprint, source.address)
    return ". ".join(part for part in parts if part) + "."
