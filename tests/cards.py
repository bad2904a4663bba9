"""Scorecards for tests: written short, with the wordings filled in."""

from pathlib import Path

from scoring import Scorecard, load_scorecard

POLICY = """follow_up: {role: {zh: 销售, en: Sales}, cadence: {zh: 每月, en: Monthly}, contacts_per_year: 12,
      action: {zh: 联系, en: Call}}"""


def head(kind: str, **keys: object) -> str:
    lines = [f"kind: {kind}", "name: own", 'version: "1"', "title: {zh: 自有标准, en: Own}"]
    return "\n".join([*lines, *(f"{key}: {value}" for key, value in keys.items())])


def dimension(column: str, rule: str, weight: str = "1") -> str:
    return f"  - {{column: {column}, label: {{zh: 项, en: {column}}}, weight: {weight}, {rule}}}"


def band(grade: str, what: str) -> str:
    return f"  - grade: {grade}\n    label: {{zh: 级, en: level}}\n    {what}\n    {POLICY}"


def weighted(dimensions: list[tuple[str, ...]], bands: list[tuple[str, str]], **keys: object) -> str:
    rated = "\n".join(dimension(*one) for one in dimensions)
    graded = "\n".join(band(grade, f'composite: "{interval}"') for grade, interval in bands)
    return f"{head('weighted', normalised='false', **keys)}\ndimensions:\n{rated}\nbands:\n{graded}\n"


def tiers(
    inputs: list[tuple[str, str]], bands: list[tuple[str, str]], rules: str = "", **keys: object
) -> str:
    asked = "\n".join(
        f"  - {{column: {column}, label: {{zh: 项, en: {column}}}, type: {kind}}}" for column, kind in inputs
    )
    graded = "\n".join(band(grade, what) for grade, what in bands)
    return f"{head('tiers', **keys)}\ninputs:\n{asked}\n{rules}\nbands:\n{graded}\n"


def checklist(items: list[tuple[str, str]], bands: list[tuple[str, str]]) -> str:
    asked = "\n".join(
        f"  - {{column: {column}, label: {{zh: 项, en: {column}}}{rule}}}" for column, rule in items
    )
    graded = "\n".join(band(grade, f'composite: "{interval}"') for grade, interval in bands)
    return f"{head('checklist')}\nitems:\n{asked}\nbands:\n{graded}\n"


def load(folder: Path, text: str) -> Scorecard:
    path = folder / "card.yaml"
    path.write_text(text, encoding="utf-8")
    return load_scorecard(path)
