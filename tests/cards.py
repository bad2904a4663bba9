"""Scorecards for tests: written short, with the wordings filled in."""

from scoring import load_scorecard

POLICY = """follow_up: {role: {zh: 销售, en: Sales}, cadence: {zh: 每月, en: Monthly}, contacts_per_year: 12,
      action: {zh: 联系, en: Call}}"""


def head(kind, **keys):
    lines = [f"kind: {kind}", "name: own", 'version: "1"', "title: {zh: 自有标准, en: Own}"]
    return "\n".join([*lines, *(f"{key}: {value}" for key, value in keys.items())])


def dimension(column, rule, weight="1"):
    return f"  - {{column: {column}, label: {{zh: 项, en: {column}}}, weight: {weight}, {rule}}}"


def band(grade, what):
    return f"  - grade: {grade}\n    label: {{zh: 级, en: level}}\n    {what}\n    {POLICY}"


def weighted(dimensions, bands, **keys):
    rated = "\n".join(dimension(*one) for one in dimensions)
    graded = "\n".join(band(grade, f'composite: "{interval}"') for grade, interval in bands)
    return f"{head('weighted', normalised='false', **keys)}\ndimensions:\n{rated}\nbands:\n{graded}\n"


def tiers(inputs, bands, rules="", **keys):
    asked = "\n".join(
        f"  - {{column: {column}, label: {{zh: 项, en: {column}}}, type: {kind}}}" for column, kind in inputs
    )
    graded = "\n".join(band(grade, what) for grade, what in bands)
    return f"{head('tiers', **keys)}\ninputs:\n{asked}\n{rules}\nbands:\n{graded}\n"


def checklist(items, bands):
    asked = "\n".join(
        f"  - {{column: {column}, label: {{zh: 项, en: {column}}}{rule}}}" for column, rule in items
    )
    graded = "\n".join(band(grade, f'composite: "{interval}"') for grade, interval in bands)
    return f"{head('checklist')}\nitems:\n{asked}\nbands:\n{graded}\n"


def load(folder, text):
    path = folder / "card.yaml"
    path.write_text(text, encoding="utf-8")
    return load_scorecard(path)
