"""A sentence checker: whatever the tables hold, a sentence says no more than they do, in both languages.

Tables are drawn at random with what breaks sentences: ties, zeros, all and none, one group and sixty,
withheld and missing numbers, and grades that sell the worse the higher they are. `make sentences` draws
10,000 of them.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.random import Generator

import scoring
from industry_report.analysis import conversion, market, sales, workload
from industry_report.analysis.conversion import HIGHER, LOWER, Measure
from industry_report.analysis.market import FALLING, RISING, STEADY, UNSURE
from industry_report.base import language, table_metadata
from industry_report.report.sentences import college, enterprise, industry, side_by_side

CASES = int(os.environ.get("SENTENCE_CASES", "300"))
CHUNK = 50  # cases a test, so that workers share them
CARD = scoring.load_scorecard(Path(__file__).parents[3] / "params" / "scorecards" / "consultation.yaml")
HIGH_GRADES = sales.high_grades(CARD)
LABELS = {"intent": "意向度", "clarity": "需求明确性", "satisfaction": "满意度"}
TRAINING = {"clarity": "甲", "satisfaction": "乙"}
NAMES = ["搜索引擎", "电话咨询", "老客户推荐", "官网", "微信公众号", "短视频平台", "线下展会", "其他"]
KINDS = ("plain", "ties", "zeros", "all", "none", "one", "sixty", "withheld", "small", "reversed", "empty")

BROKEN = re.compile(r"nan|None|NaT|inf\b|[，、；：][，、；：。]|（）|\(\)|  |^[，；、,;:]|[，；、,;]$|\{|\}")
RANGE = re.compile(r"(?:在|between )(\d+\.\d%)(?:至|～| and | to )(\d+\.\d%)")
NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?%?")
NO_MEASUREMENT = re.compile(
    r"\d+月|(?:满|不足)30条|have 30 consultations|30 consultations in both|"
    r"groups? of 30 or more|等\d+组|等\d+类|\d+ more|95%|"
    r"P<0\.05|第\d+(?:～\d+)?位|\d+(?:st|nd|rd|th)\b|\d+个月|\d+ months|来源\d+|20\d\d"
)


@pytest.fixture(autouse=True)
def chinese() -> Iterator[None]:
    language.use("zh")
    yield
    language.use("zh")


# --- tables at random


def rates(rng: Generator, labels: list[str], name: str, kind: str) -> pd.DataFrame:
    """A table of `conversion.by` or `by_grade`."""
    if kind == "empty":
        labels = []
    count = len(labels)
    n = rng.integers(0, 400, count)
    share = rng.uniform(0.02, 0.6, count)
    if kind == "reversed":
        n, share = rng.integers(150, 400, count), np.linspace(0.1, 0.6, count)
    if kind == "ties":
        n, share = np.full(count, 120), np.full(count, 0.25)
    if kind == "zeros":
        n = np.where(rng.random(count) < 0.5, 0, n)
    if kind == "small":
        n = rng.integers(0, 31, count)
    x = rng.binomial(n, share) if kind != "ties" else np.full(count, 30)
    x = {"all": n, "none": n * 0}.get(kind, x)
    counts = pd.DataFrame({"consultations": n, "conversions": x}, index=pd.Index(labels, name=name))
    table = conversion.with_interval(counts, Measure())
    if kind == "withheld":
        table = table.astype({"consultations": float, "conversions": float})
        table.loc[rng.random(count) < 0.5, ["conversions", "rate", "low", "high"]] = np.nan
        table.loc[rng.random(count) < 0.2, :] = np.nan
    return table


def grades(rng: Generator, kind: str) -> pd.DataFrame:
    table = rates(rng, list("ABCD"), "grade", "plain" if kind == "empty" else kind)[["consultations"]]
    total = table["consultations"].sum()
    return table.assign(share=table["consultations"] / (total or np.nan))


def months(rng: Generator, kind: str) -> pd.DataFrame:
    counts = rng.poisson(rng.uniform(2, 60) * rng.uniform(0.7, 1.6, 12)).astype(float)
    if kind in ("ties", "none"):
        counts[:] = 0 if kind == "none" else 10
    if kind == "withheld":
        counts[3] = np.nan
    return pd.DataFrame({"received": counts}, index=pd.RangeIndex(1, 13, name="month"))


def means(rng: Generator, kind: str) -> pd.DataFrame:
    values = np.full(3, 3.004) if kind == "ties" else rng.uniform(1, 5, 3)
    values = np.where(rng.random(3) < 0.3, values[0], values)
    values = np.where(kind == "withheld", np.nan, values)
    names = list(LABELS)[: 1 if kind == "one" else 3]
    return pd.DataFrame({"mean": values[: len(names)]}, index=pd.Index(names, name="dimension"))


def score_shares(rng: Generator, kind: str) -> pd.DataFrame:
    rows = [(name, score, float(rng.integers(0, 60))) for name in TRAINING for score in range(1, 6)]
    table = pd.DataFrame(rows, columns=["dimension", "score", "consultations"])
    if kind in ("ties", "one"):
        table["consultations"] = 20.0 if kind == "ties" else np.where(table["score"] == 4, 50.0, 0.0)
    if kind == "withheld":
        table.loc[1, "consultations"] = np.nan
    return table


def directions(rng: Generator, kind: str) -> pd.DataFrame:
    names = NAMES[: 1 if kind == "one" else 7]
    ways = rng.choice([RISING, FALLING, STEADY, UNSURE], len(names))
    apart = np.where(ways == RISING, 1, -1) * rng.uniform(0.01, 0.2, len(names))
    apart = np.where(kind == "empty", np.nan, apart)
    ways = np.where(kind == "empty", UNSURE, ways)
    return pd.DataFrame({"kind": "product", "group": names, "difference": apart, "direction": ways})


def sides(rng: Generator, kind: str) -> pd.DataFrame:
    count = int(rng.integers(2, 6))
    if kind in ("one", "reversed"):
        return rates(rng, [f"{2020 + i}" for i in range(count)], "side", kind).set_axis(
            range(2020, 2020 + count)
        )
    return rates(rng, [f"{i}市" for i in "甲乙丙丁戊"[:count]], "side", kind)


def draw(seed: int) -> tuple[str, dict[str, pd.DataFrame]]:
    """Return the kind of a case and its tables."""
    rng = np.random.default_rng(seed)
    kind = KINDS[seed % len(KINDS)]
    labels = {"one": NAMES[:1], "sixty": [f"来源{i:02}" for i in range(60)]}.get(kind, NAMES)
    tables = {
        "by_grade": rates(rng, list("ABCD"), "grade", kind),
        "by_source": rates(rng, labels, "source", kind),
        "grades": grades(rng, kind),
        "months": months(rng, kind),
        "means": means(rng, kind),
        "service": market.service(score_shares(rng, kind)),
        "directions": directions(rng, kind),
        "sides": sides(rng, kind),
    }
    tables["demand"] = market.demand(
        tables["by_source"], int(tables["by_source"]["consultations"].sum() or 1)
    )
    tables["contacts"] = workload.contacts(tables["grades"], CARD)
    minutes = {"low": 10, "mid": 20, "high": 30}
    tables["staff"] = workload.full_time_equivalents(tables["contacts"], minutes, 1600)
    low, high = np.sort(rng.uniform(0, 1, 2))
    tables["auc"] = pd.DataFrame({"auc": [(low + high) / 2], "low": [low], "high": [high]})
    tables["lift"] = pd.DataFrame({"share": [rng.choice([1.0, 0.12])], "lift": [rng.choice([1.0, 1.8])]})
    return kind, tables


def derive(tables: dict[str, pd.DataFrame]) -> dict[str, Any]:
    """Return what follows from the tables, whatever the language."""
    average = tables["by_source"][["consultations", "conversions"]].sum()
    whole = conversion.with_interval(average.to_frame().T, Measure()).iloc[0]
    compared = conversion.compare(tables["by_source"], planned=False)
    needs = tables["demand"].assign(skills="", courses="甲")
    season = market.find_season(tables["months"])
    sides_ = tables["sides"]
    pairs = conversion.compare_pairs(sides_)
    places = sides_.loc[list(dict.fromkeys([*pairs["one"], *pairs["other"]]))]
    places = places.join(conversion.rank_places(list(places.index), pairs))
    moved = conversion.differences(tables["by_source"].dropna(), tables["by_source"].dropna()[::-1])
    table_metadata.tell(moved, sides=(2025, 2024))
    return {
        "whole": whole, "compared": compared, "needs": needs, "season": season, "places": places,
        "moved": moved, "pairs": conversion.compare_pairs(tables["by_grade"]),
    }  # fmt: skip


def render(tables: dict[str, pd.DataFrame], known: dict[str, Any]) -> dict[str, str]:
    """Return every sentence that rests on these tables, in the language in use."""
    sale, compared = Measure(), known["compared"]
    return {
        "distribution": industry.distribution(tables["grades"]),
        "gradient": industry.gradient(tables["by_grade"]),
        "trend": industry.trend(conversion.trend(tables["by_grade"].dropna())),
        "extremes": industry.extremes(tables["by_source"], sale, compared),
        "span": industry.span(tables["by_source"], sale),
        "versus": industry.versus(compared, sale),
        "season": industry.season(tables["months"]),
        "scores": industry.scores(tables["means"], LABELS),
        "effort": industry.effort(tables["contacts"]),
        "yearly": industry.yearly(tables["contacts"]),
        "staffing": industry.staffing(tables["staff"]),
        "staffing of customers": industry.staffing(tables["staff"], of_customers=True),
        "overall": industry.overall(known["whole"], sale),
        "discrimination": industry.discrimination(tables["auc"]),
        "lift": industry.lift(tables["lift"]),
        "advise_follow_up": industry.advise_follow_up(
            tables["contacts"], CARD.bands[-1], tables["by_grade"], tables["auc"]
        ),
        "advise_reversals": industry.advise_reversals(tables["by_grade"]),
        "advise_dimension": industry.advise_dimension(tables["means"], LABELS),
        "advise_groups": industry.advise_groups(compared, tables["by_source"], sale),
        "wanted": college.wanted(known["needs"]),
        "clients": college.clients(tables["demand"]),
        "moves": college.moves(tables["directions"], "product", 2024),
        "posts": college.posts(tables["staff"]),
        "weakest": college.weakest(tables["service"], LABELS, TRAINING),
        "internship": college.internship(known["season"], known["season"]),
        "order": side_by_side.order(known["places"], sale),
        "shifted": side_by_side.shifted(known["moved"], "source", sale),
        "leaks": enterprise.leaks(
            tables["by_source"].rename(columns={"consultations": "known"}), HIGH_GRADES
        ),
    }


# --- rules


def numbers(sentence: str) -> list[str]:
    return sorted(NUMBER.findall(NO_MEASUREMENT.sub("", sentence)))


def in_tables(number: str, values: np.ndarray) -> bool:
    """Tell whether a printed number is one of the tables', to the places that it shows."""
    value = float(number.rstrip("%").replace(",", ""))
    places = len(number.rstrip("%").partition(".")[2])
    scaled = values * 100 if number.endswith("%") else values
    return bool((np.abs(np.abs(scaled) - value) <= 0.5 * 10.0**-places + 1e-9).any())


def check(seed: int) -> list[str]:
    """Return which rules the sentences of a case break."""
    kind, tables = draw(seed)
    language.use("zh")
    known = derive(tables)
    chinese = render(tables, known)
    language.use("en")
    english = render(tables, known)
    language.use("zh")
    faults = []
    for name, zh in chinese.items():
        en = english[name]
        where = f"{seed} {kind} {name}: {zh} | {en}"
        if bool(zh) != bool(en):
            faults.append(f"said in one language only: {where}")
        if BROKEN.search(zh) or BROKEN.search(en):
            faults.append(f"broken: {where}")
        if numbers(zh) != numbers(en):
            faults.append(f"other numbers: {numbers(zh)} {numbers(en)} {where}")
        faults += [f"ends are equal: {where}" for low, high in RANGE.findall(zh + en) if low == high]
    faults += _check_numbers(seed, kind, chinese, tables) + _check_claims(seed, kind, chinese, tables, known)
    return faults


def _check_numbers(seed: int, kind: str, said: dict[str, str], tables: dict[str, pd.DataFrame]) -> list[str]:
    """Rates of the sentences that quote a table directly stand in it."""
    parts = [table.select_dtypes("number").to_numpy(float).ravel() for table in tables.values()]
    values = np.concatenate(parts)
    values = values[~np.isnan(values)]
    quoting = ("distribution", "gradient", "extremes", "span", "scores", "wanted", "weakest", "order")
    return [
        f"not in the table: {number} {seed} {kind} {name}: {said[name]}"
        for name in quoting
        for number in numbers(said[name])
        if not in_tables(number, values)
    ]


def _check_claims(
    seed: int, kind: str, said: dict[str, str], tables: dict[str, pd.DataFrame], known: dict[str, Any]
) -> list[str]:
    faults = []
    verdicts = set(known["compared"]["verdict"])
    for word, verdict in (("较高的有", HIGHER), ("较低的有", LOWER)):
        if (word in said["extremes"]) != (verdict in verdicts):
            faults.append("title against the table")
    if "没有显著差异" in said["extremes"] and verdicts & {HIGHER, LOWER}:
        faults.append("no difference against the table")
    pairs = known["pairs"]
    if "等级越高" in said["gradient"] and LOWER in set(pairs["verdict"]):
        faults.append("a rise against a clear reversal")
    if bool(said["advise_reversals"]) != (LOWER in set(pairs["verdict"])):
        faults.append("reversals do not reach the advice")
    top = pairs[pairs["one"] == "A"]
    everybody = tables["by_grade"].dropna()
    all_bought = len(everybody) and everybody["conversions"].equals(everybody["consultations"])
    upside_down = LOWER in set(top["verdict"]) or tables["auc"]["high"].iloc[0] < 0.5
    if said["advise_follow_up"] and (upside_down or all_bought):
        faults.append("calls for the highest grade against the outcomes")
    if tables["contacts"]["contacts"].isna().any() and (said["posts"] or said["staffing"] or said["effort"]):
        faults.append("withheld contacts are summed")
    lowest = tables["means"]["mean"].dropna().round(2)
    if said["advise_dimension"] and (lowest == lowest.min()).sum() != 1:
        faults.append("advice on a tie")
    if "最多的产品" in said["wanted"]:
        faults += _check_leading(said["wanted"], tables["demand"])
    return [f"{fault}: {seed} {kind} {said}" for fault in faults]


def _check_leading(sentence: str, demand: pd.DataFrame) -> list[str]:
    """Who is named as most asked for is so, and nobody who is asked for as often is left out."""
    known = demand["rate"].dropna().drop("其他", errors="ignore")
    named = [group for group in known.index if f"“{group}”" in sentence]
    others = known.drop(named)
    return ["a tie is left out"] if len(others) and others.max() >= known[named].min() else []


@pytest.mark.parametrize("start", range(0, CASES, CHUNK))
def test_no_sentence_breaks_a_rule(start: int) -> None:
    faults = [fault for seed in range(start, min(start + CHUNK, CASES)) for fault in check(seed)]
    assert faults == []
