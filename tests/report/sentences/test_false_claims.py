"""How often a headline claims a difference where there is none: at most one time in twenty.

Claims are those that the product words, not those of a formula beside it. The fast runs are seeded and find a
claim that is tested as if chosen beforehand (18 to 75 % false); the slow ones give the figures of
docs/statistics.md.
"""

import functools
import os
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
import pytest
from numpy.random import Generator
from scipy.stats import binom

from industry_report.analysis import conversion, market
from industry_report.analysis.conversion import Measure
from industry_report.analysis.seasonality import DAYS_OF_MONTH
from industry_report.base import language
from industry_report.report.sentences import college, grade_findings, industry, side_by_side

SALE = Measure()
FAST, SLOW = 120, 1000
LEVEL = 0.05
LONG = int(os.environ.get("SENTENCE_CASES", "300")) >= 10_000


@pytest.fixture(autouse=True)
def chinese() -> Iterator[None]:
    language.use("zh")
    yield
    language.use("zh")


def draw(rng: Generator, labels: list[str], n: int, name: str) -> pd.DataFrame:
    """A table of groups that do not differ."""
    counts = {"consultations": n, "conversions": rng.binomial(n, 0.23, len(labels))}
    return conversion.with_interval(pd.DataFrame(counts, index=pd.Index(labels, name=name)), SALE)


def title(rng: Generator, groups: int, n: int) -> bool:
    """Does the title of a table by source name a group?"""
    table = draw(rng, [f"来源{i}" for i in range(groups)], n, "source")
    return "没有显著差异" not in industry.extremes(table, SALE)


def regions(rng: Generator, count: int, n: int) -> bool:
    """Does the comparison say in which region the highest grade is more common?"""
    names = [f"{i}市" for i in range(count)]
    table = draw(rng, names, n, "side").rename_axis("side").reset_index().assign(group="A")
    return "没有显著差异" not in side_by_side.top_grade(table, dict.fromkeys(names))


def places(rng: Generator, count: int, n: int) -> bool:
    """Does the league table tell any two regions apart?"""
    names = [f"{i}市" for i in range(count)]
    counts = pd.DataFrame(
        {f"类型{k}": rng.multinomial(n, [0.5, 0.3, 0.2], count)[:, k] for k in range(3)}, names
    )
    sold = pd.DataFrame(rng.binomial(counts, [0.15, 0.25, 0.4]), counts.index, counts.columns)
    mix = conversion.standardise_counts(
        counts.rename_axis("side").rename_axis(columns="customer_type"),
        sold.rename_axis("side").rename_axis(columns="customer_type"),
        SALE,
    )
    ranks = mix.rates.join(conversion.rank_places(list(mix.rates.index), mix.pairs))
    return "不排名次" not in side_by_side.order(ranks, SALE)


def grades(rng: Generator, n: int) -> bool:
    """Does conversion by grade seem to rise, to fall, or to contradict the grades?"""
    return "没有显著差异" not in grade_findings.gradient(draw(rng, list("ABCD"), n, "grade"))


def season(rng: Generator, n: int) -> bool:
    """Is a busy season found where every day is alike?"""
    counts = rng.multinomial(n, DAYS_OF_MONTH / DAYS_OF_MONTH.sum())
    found = market.find_season(pd.DataFrame({"received": counts}, index=range(1, 13)))
    return "显著集中" in college.internship(found, None)


def direction(rng: Generator, groups: int, n: int) -> bool:
    """Is any product said to gain or lose share?"""
    share = np.full(groups, 1 / groups)
    tables = [
        pd.DataFrame({"consultations": rng.multinomial(n, share)}, index=[f"产品{i}" for i in range(groups)])
        for _ in range(2)
    ]
    now, before = ({"product": market.demand(table.rename_axis("product"), n)} for table in tables)
    found = market.directions(now, before, 5)
    return bool(found["direction"].isin([market.RISING, market.FALLING]).any())


CLAIMS: dict[str, Callable[[Generator], bool]] = {
    "title, 4 groups of 300": functools.partial(title, groups=4, n=300),
    "title, 8 groups of 700": functools.partial(title, groups=8, n=700),
    "title, 15 groups of 300": functools.partial(title, groups=15, n=300),
    "highest grade, 3 regions of 2,000": functools.partial(regions, count=3, n=2000),
    "highest grade, 6 regions of 2,000": functools.partial(regions, count=6, n=2000),
    "places, 3 regions of 2,000": functools.partial(places, count=3, n=2000),
    "places, 6 regions of 2,000": functools.partial(places, count=6, n=2000),
    "conversion by grade, 4 grades of 500": functools.partial(grades, n=500),
    "season, 300 a year": functools.partial(season, n=300),
    "season, 5,000 a year": functools.partial(season, n=5000),
    "direction, 8 products of 2,000": functools.partial(direction, groups=8, n=2000),
}


def count_false(claim: str, repetitions: int) -> int:
    rng = np.random.default_rng(list(claim.encode()))
    return sum(CLAIMS[claim](rng) for _ in range(repetitions))


@pytest.mark.parametrize("claim", CLAIMS)
def test_claims_are_seldom_false(claim: str) -> None:
    # Were the true rate one in twenty, so many or more would come once in a thousand runs.
    assert count_false(claim, FAST) <= binom.isf(0.001, FAST, LEVEL)


@pytest.mark.slow
@pytest.mark.skipif(not LONG, reason="minutes of processor time: `make sentences` runs it")
@pytest.mark.parametrize("claim", CLAIMS)
def test_claims_are_false_at_most_one_time_in_twenty(claim: str) -> None:
    assert count_false(claim, SLOW) <= binom.isf(0.01, SLOW, LEVEL)
