"""Entries of a catalogue, and the shelf's page made of them."""

from __future__ import annotations

from typing import Any

from bs4 import BeautifulSoup

from industry_report.shelf import index_page


def entry(region: str = "黄山市", year: int = 2025, spoken: str = "zh", **changed: Any) -> dict[str, Any]:
    edition = changed.get("edition", "industry")
    stem = f"{year}/{region}/{edition}.{spoken}"
    files = [
        {"format": suffix, "path": f"{stem}.{suffix}", "bytes": size, "sha256": "0" * 64}
        for suffix, size in (("html", 140_400), ("pdf", 1_290_000), ("xlsx", 300), ("csv", 9000), ("json", 9))
    ]
    about = {
        "title": f"{region}财务软件客户咨询转化报告",
        "subtitle": f"{year}年 · 行业版",
        "language": spoken,
    }
    state = {"version": 1, "date": "", "draft": False, "internal": False, "synthetic": False}
    known = {
        "publisher": "",
        "licence": {},
        "key_figures": [["咨询数", f"{year * 2:,}条"], ["A级占比", "15.5%"]],
    }
    place = {"report": stem, "edition": edition, "region": region, "year": year, "files": files}
    several = {"regions": [region], "years": [year], "attachments": {}}
    return {**about, **state, **known, **place, **several, **changed}


def page_of(*entries: dict[str, Any], spoken: str = "zh") -> BeautifulSoup:
    catalog = {"reports": list(entries), "changes": {}, "not_updated": []}
    return BeautifulSoup(index_page.render_page(catalog, spoken), "html.parser")


def series(*values: str, label: str = "A级占比", **changed: Any) -> list[dict[str, Any]]:
    return [entry(year=2023 + n, key_figures=[[label, value]], **changed) for n, value in enumerate(values)]
