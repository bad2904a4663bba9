"""What stands around a report's body: publisher, key figures, imprint, corrections, document information."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Any

from ..base import language
from ..base.style import ACCENT, EDITION_COLOURS
from ..settings import publisher
from .report_words import name_changes

HAN = re.compile(r"[\u3400-\u9fff]{2,7}")
# Of which titles are made, beside places, editions and what else the vocabulary has.
TITLE_WORDS = (
    *("财务软件", "软件", "财务", "财会类专业", "客户", "咨询", "转化", "跟进", "比较", "报告"),
    *("招生", "就业", "指导", "参考", "反映", "需求", "市场", "统计", "价值", "行为", "满意度", "投诉"),
    *("线索", "评分", "模型", "等级", "评估", "改进", "跟踪"),
)
LANG_TAGS = {"zh": "zh-CN", "en": "en"}
# calendar.month_name would follow the machine's locale.
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
WORDS = {
    "zh": {
        "imprint": "版权与引用",
        "publisher": "发布者",
        "place": "发布地",
        "published_on": "发布日期",
        "version": "版本",
        "registration": "数据登记",
        "licence": "许可",
        "address": "地址",
        "phone": "电话",
        "email": "电子邮箱",
        "website": "网站",
        "text": "引用格式",
        "bibtex": "BibTeX",
        "gbt7714": "GB/T 7714",
        "key_figures": "关键数字",
        "correction": "更正说明",
        "changes": "关键数字的变化",
        "before": "更正前",
        "after": "更正后",
        "indicator": "指标",
        "unchanged": "关键数字没有变化。",
        "renamed": "数字均未变化，仅名称或版式有调整。",
        "reason": "更正原因：",
        "earlier": "查看此前的版本",
    },
    "en": {
        "imprint": "Imprint",
        "publisher": "Publisher",
        "place": "Place",
        "published_on": "Published on",
        "version": "Version",
        "registration": "Data registration",
        "licence": "Licence",
        "address": "Address",
        "phone": "Telephone",
        "email": "E-mail",
        "website": "Website",
        "text": "How to cite",
        "bibtex": "BibTeX",
        "gbt7714": "GB/T 7714",
        "key_figures": "Key figures",
        "correction": "Correction",
        "changes": "Changes in the key figures",
        "before": "Before",
        "after": "Now",
        "indicator": "Indicator",
        "unchanged": "The key figures are the same.",
        "renamed": "All numbers are unchanged; only names or layout were altered.",
        "reason": "Reason: ",
        "earlier": "See the earlier version",
    },
}


def describe(cover: Mapping[str, Any], resources: Mapping[str, Any]) -> dict[str, Any]:
    """Return all that page and PDF print around the body, in the report's language.

    Parameters
    ----------
    cover : dict
        See `display.cover`; keys that an older notebook lacks count as empty.
    resources : dict
        nbconvert's; ``correction`` and ``citations`` are shown if they are there.

    Returns
    -------
    dict
        JSON-ready. Beside the cover's ``language``, ``title``, ``subtitle``, ``facts`` and ``notice``:
        ``title_html`` and ``subtitle_html``, see `keep_words`; ``title_parts``, see `split_words`;
        ``lang`` and ``words``; ``publisher``,
        ``short``, ``logo``, ``disclaimer`` (texts, empty if unknown); ``accent`` and ``accent_on_dark``;
        ``date`` of this version (ISO or empty), the same as it is printed, ``day``; ``finding``;
        ``key_figures`` (label, number, note, change); ``imprint`` (label, text, address); ``citations``
        (label, text); ``correction`` (None, or see `tell_correction`); ``keywords`` and
        ``description``.
    """
    spoken, identity = cover["language"], cover.get("publisher", {})
    correction = resources.get("correction")
    version = correction["version"] if correction else 1
    day = correction["date"] if correction else identity.get("published_on", "")
    name = _worded(identity, "names", spoken)
    pairs = cover.get("key_figures", [])
    changes = [*cover.get("changes", []), *[""] * len(pairs)]
    key_figures = [(*split_figure(*pair), change) for pair, change in zip(pairs, changes, strict=False)]
    colours = identity.get("colours", {})
    own = find_accent(cover)
    return {
        **{key: cover[key] for key in ("language", "title", "subtitle", "facts", "notice")},
        "title_parts": split_words(cover["title"], [fact for _, fact in cover["facts"]]),
        "title_html": keep_words(cover["title"], [fact for _, fact in cover["facts"]]),
        "subtitle_html": keep_words(cover["subtitle"], [fact for _, fact in cover["facts"]]),
        "lang": LANG_TAGS[spoken],
        "words": WORDS[spoken],
        "publisher": name,
        "short": find_short_name(cover),
        "logo": identity.get("logo", ""),
        "finding": cover.get("finding", ""),
        "accent": own,
        "accent_on_dark": publisher.lighten(own)
        if cover.get("edition", "") in EDITION_COLOURS
        else colours.get("accent_on_dark", publisher.lighten(own)),
        "date": day,
        "day": _day(day, spoken),
        "disclaimer": _worded(identity, "disclaimer", spoken),
        "key_figures": key_figures,
        "imprint": list_imprint(identity, spoken, correction or {"version": 1}),
        "citations": _citations(cover, resources.get("citations", {}), version),
        "correction": tell_correction(correction, spoken) if correction else None,
        "keywords": [*(fact for _, fact in cover["facts"][:2]), *(label for label, *_ in key_figures)],
        "description": _description(cover, key_figures),
    }


def find_short_name(cover: Mapping[str, Any]) -> str:
    """Return what the publisher is called in short; empty where nobody publishes."""
    identity, spoken = cover.get("publisher", {}), cover["language"]
    return _worded(identity, "short", spoken) or _worded(identity, "names", spoken)


def find_accent(cover: Mapping[str, Any]) -> str:
    """Return the colour of a report: its edition's, else its publisher's, else the program's."""
    colours = cover.get("publisher", {}).get("colours", {})
    return EDITION_COLOURS.get(cover.get("edition", ""), colours.get("accent", ACCENT))


def keep_words(phrase: str, names: Sequence[str] = ()) -> str:
    """Return a Chinese title as HTML whose lines do not end within a word, as far as the word is known.

    Browsers know no words of Chinese: they break between any two characters.

    Parameters
    ----------
    phrase : str
        The title; it is escaped.
    names : sequence of str
        What else is one word, such as the name of the place.
    """
    return "".join(
        f'<span class="whole">{escape(part)}</span>' if whole else escape(part)
        for part, whole in split_words(phrase, names)
    )


def split_words(phrase: str, names: Sequence[str] = ()) -> list[tuple[str, bool]]:
    """Return the parts of a Chinese title, each with whether it is a known word; see `keep_words`.

    >>> split_words("黄山市客户报告", ["黄山市"])
    [('黄山市', True), ('客户', True), ('报告', True)]
    """
    known = [*TITLE_WORDS, *language.CODE_NAMES, *(zh for zh, _ in language.VOCABULARY.values()), *names]
    words = sorted({word for word in known if HAN.fullmatch(word)}, key=lambda word: (-len(word), word))
    parts = re.split(f"({'|'.join(words)})", phrase)
    return [(part, bool(place % 2)) for place, part in enumerate(parts) if part]


def split_figure(label: str, value: str) -> tuple[str, str, str]:
    """Return label, number and what stands in brackets after the number: ``22.9%`` and its interval."""
    match = re.fullmatch(r"(.*?)\s*[（(](.*)[）)]", value)
    return (label, match[1], match[2]) if match and match[1] else (label, value, "")


def list_imprint(
    identity: Mapping[str, Any], spoken: str, edition: Mapping[str, Any]
) -> list[tuple[str, str, str]]:
    """Return the imprint's lines: label, text, address; the version alone where nobody publishes."""
    words, contact = WORDS[spoken], identity.get("contact", {})
    licence, registration = identity.get("licence", {}), identity.get("registration", {})
    lines = [
        ("publisher", _worded(identity, "names", spoken), contact.get("website", "")),
        ("place", _worded(identity, "place", spoken), ""),
        ("published_on", _day(identity.get("published_on", ""), spoken), ""),
        ("version", _version(edition, spoken), ""),
        ("registration", _registration(registration, spoken), registration.get("page", "")),
        (
            "licence",
            _worded(licence, "name", spoken) or licence.get("url", ""),
            licence.get("url", ""),
        ),
        ("address", _worded(contact, "address", spoken), ""),
        ("phone", contact.get("phone", ""), ""),
        ("email", contact.get("email", ""), f"mailto:{contact.get('email', '')}"),
        ("website", contact.get("website", ""), contact.get("website", "")),
    ]
    return [(words[key], shown, address) for key, shown, address in lines if shown]


def _version(edition: Mapping[str, Any], spoken: str) -> str:
    number, day = edition["version"], _day(edition.get("date", ""), spoken)
    if spoken == "zh":
        return f"第{number}版" + (f"（{day}）" if day else "")
    return f"{number}" + (f" ({day})" if day else "")


def _worded(given: Mapping[str, Any], key: str, spoken: str) -> str:
    return given.get(key, {}).get(spoken, "")


def _day(iso: str, spoken: str) -> str:
    """Print an ISO date: 2026年1月31日, 31 January 2026."""
    if not iso:
        return ""
    day = date.fromisoformat(iso)
    if spoken == "zh":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _registration(given: Mapping[str, Any], spoken: str) -> str:
    chinese = spoken == "zh"
    parts = [
        _worded(given, "register", spoken),
        ("编号" if chinese else "no. ") + given["number"] if "number" in given else "",
        _dated("登记日期", "registered on ", given.get("registered_on", ""), spoken),
        _dated("有效期至", "valid until ", given.get("valid_until", ""), spoken),
    ]
    return ("，" if chinese else ", ").join(part for part in parts if part) or given.get("page", "")


def _dated(zh: str, en: str, iso: str, spoken: str) -> str:
    return (zh if spoken == "zh" else en) + _day(iso, spoken) if iso else ""


def _citations(cover: Mapping[str, Any], made: Mapping[str, str], version: int) -> list[tuple[str, str]]:
    """Return forms of citation; the publisher's own comes before one made for it."""
    own = publisher.cite(cover.get("publisher", {}), cover, version)
    forms = {**made, **({"text": own} if own else {})}
    words = WORDS[cover["language"]]
    return [(words[kind], forms[kind]) for kind in ("text", "gbt7714", "bibtex") if forms.get(kind)]


def tell_correction(correction: Mapping[str, Any], spoken: str) -> dict[str, Any]:
    """Return what page, PDF and workbook say of a correction.

    Parameters
    ----------
    correction : mapping
        See `corrections.find_version`.
    spoken : str
        The report's language.

    Returns
    -------
    dict
        ``text``: version, day, and that the key figures or all numbers stayed if they did; ``reason``, a
        sentence, empty if nobody gave one; ``changes``: label, before, after, where a figure that was not
        there before is new, and one that is no longer there dropped; ``earlier``: address of the version
        before.
    """
    version, day = correction["version"], _day(correction["date"], spoken)
    told = {
        "zh": f"本报告为第{version}版，{day}发布，取代此前的版本。",
        "en": f"This is version {version} of {day}. It replaces the earlier version.",
    }
    changes = name_changes(correction["changes"], spoken)
    unchanged = "" if changes else WORDS[spoken]["renamed" if correction.get("renamed") else "unchanged"]
    said = [told[spoken], unchanged, _count_exhibits(correction.get("exhibits", 0), spoken)]
    reason = correction.get("reason", "")
    return {
        "text": ("" if spoken == "zh" else " ").join(part for part in said if part),
        "reason": f"{WORDS[spoken]['reason']}{reason}" if reason else "",
        "changes": changes,
        "earlier": correction["earlier"],
    }


def _count_exhibits(count: int, spoken: str) -> str:
    if not count:
        return ""
    changed = "One figure or table has" if count == 1 else f"{count} figures and tables have"
    return f"{count}处图表有变动。" if spoken == "zh" else f"{changed} changed."


def _description(cover: Mapping[str, Any], key_figures: list[tuple[str, str, str, str]]) -> str:
    """Return what a search engine or a library shows: the subtitle and the key figures."""
    chinese = cover["language"] == "zh"
    told = ("；" if chinese else "; ").join(f"{label} {number}" for label, number, *_ in key_figures)
    parts = (cover["subtitle"], cover.get("finding", ""), told)
    return ("。" if chinese else ". ").join(words for words in parts if words)
