"""An attacker who holds all public reports of one slice, and those of the year before.

The world is the attacker's best case: every customer consults once, orders are the purchases that the
consultations register and renewals, at most one a year each. Then customers are of few kinds (type, when they
consulted, whether and when they bought), every count that a report shows is a sum of kinds, and every sum of
money one of customers' purchases. Linear programmes ask for the least and the most of what must not be known.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from joint_world import (
    CUTS,
    DISPLEASED,
    IN_TIME,
    LATE,
    NEVER,
    PLEASED,
    REGION,
    SILENT,
    TYPES,
    YEARS,
    World,
    draw,
)
from scipy.optimize import linprog

import scoring
from industry_report.analysis.opinions import coding, questionnaire
from industry_report.analysis.trade.market_file import load_market
from industry_report.analysis.value.assumptions import load_assumptions
from industry_report.protection import (
    market_publication,
    opinion_publication,
    publication,
    value_publication,
)
from industry_report.protection.money_masks import is_sensitive
from industry_report.settings.editions import Policy

__all__ = ["World", "draw"]
PARAMS = Path(__file__).parents[2] / "params"
POLICY = Policy(10, 10.0)
REST = "其他"


# --- what is published


@cache
def rules() -> dict[str, Any]:
    cards = value_publication.Cards(
        *(
            scoring.load_scorecard(PARAMS / "scorecards" / f"{name}.yaml")
            for name in ("consultation", "customer-value", "engagement")
        )
    )
    return {
        "cards": cards,
        "rules": load_assumptions(PARAMS / "customer-value.yaml"),
        "market": load_market(PARAMS / "market.yaml"),
        "survey": questionnaire.load_questionnaire(PARAMS / "survey.yaml"),
        "frame": coding.load_frame(PARAMS / "feedback.yaml"),
    }


@dataclass(frozen=True, eq=False)
class Reports:
    """All public reports, by year."""

    industry: Mapping[int, Any]
    value: Mapping[int, Any]
    market: Mapping[int, Any]
    survey: Any


def publish(data: str) -> Reports:
    """Make the reports through the calls of the notebooks."""
    card, given = rules()["cards"].intent, rules()
    industry = {
        y: publication.publish(data, REGION, y, scorecard=card, policy=POLICY, data_cut=CUTS[y])
        for y in YEARS
        if Path(data, f"{REGION}-{y}.csv").exists()
    }
    value = {
        y: value_publication.publish_value(
            data, REGION, y, cards=given["cards"], rules=given["rules"], policy=POLICY, data_cut=CUTS[y]
        )
        for y in YEARS
    }
    market = {
        y: market_publication.publish_market(
            data, REGION, y, scorecard=card, policy=POLICY, market=given["market"], data_cut=CUTS[y]
        )
        for y in YEARS
    }
    asked = opinion_publication.publish(
        data, REGION, YEARS[-1], survey=given["survey"], frame=given["frame"], scorecard=card, policy=POLICY
    )
    return Reports(industry, value, market, asked.surveyed)


# --- counts


@dataclass
class Counts:
    """Kinds of customers as unknowns, what is published as equations, what is small as targets."""

    world: World
    kinds: list[tuple[Any, ...]] = field(default_factory=list)
    equations: list[tuple[np.ndarray, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """List the kinds that are possible, and how many customers there are of each."""
        people = self.world.customers
        sold = self.world.orders[self.world.orders["kind"] != "退款"]
        years = sold.groupby("customer_id")["ordered_on"].agg(lambda days: frozenset(days.dt.year))
        bought = [years.get(one, frozenset()) for one in people["customer_id"]]
        flags = [tuple(y in has for y in YEARS) for has in bought]
        outcomes = (NEVER, IN_TIME, LATE)
        answers = (SILENT, PLEASED, DISPLEASED)
        every = itertools.product(TYPES, YEARS, outcomes, (False, True), (False, True), answers)
        self.kinds = [k for k in every if _is_possible(*k[1:])]
        answer = people["answer"].where(people["outcome"] != NEVER, SILENT)
        facts = (
            people["customer_type"],
            people["asked"],
            people["outcome"],
            *zip(*flags, strict=True),
            answer,
        )
        own = pd.Series(list(zip(*facts, strict=True)))
        found = own.value_counts()
        self.true = np.array([int(found.get(kind, 0)) for kind in self.kinds])
        assert self.true.sum() == len(people)

    def cover(self, **facts: Any) -> np.ndarray:
        """Return which kinds have these facts: type, asked, outcome, before, now, answer."""
        names = ("type", "asked", "outcome", *map(str, YEARS), "answer")
        rows = [dict(zip(names, kind, strict=True)) for kind in self.kinds]
        return np.array(
            [
                all(_fits(row[n.lstrip("y") if n[1:].isdigit() else n], v) for n, v in facts.items())
                for row in rows
            ],
            float,
        )

    def tell(self, value: Any, cover: np.ndarray) -> None:
        """Add a published count, which must be true, as an equation."""
        if isinstance(value, int | float | np.number) and not np.isnan(value):
            assert abs(cover @ self.true - value) < 1e-6, (value, cover @ self.true)
            self.equations.append((cover, float(value)))

    def narrow(self, cover: np.ndarray) -> tuple[float, float]:
        """Return the least and the most that a sum of kinds can be."""
        rows, values = (np.array(part) for part in zip(*self.equations, strict=True))
        ends = []
        for sign in (1, -1):
            found = linprog(sign * cover, A_eq=rows, b_eq=values, bounds=(0, None), method="highs")
            assert found.status in (0, 3), "what is printed must be possible"
            ends.append(sign * found.fun if found.status == 0 else np.inf)
        return ends[0], ends[1]


def _fits(value: Any, asked: Any) -> bool:
    return value in asked if isinstance(asked, set | frozenset) else value == asked


def _is_possible(asked: int, outcome: str, before: bool, now: bool, answer: str) -> bool:
    """Tell whether a customer can be so: no order without a purchase, which is of the year of consulting.

    Nor an answer to the survey, which asks those who bought.
    """
    if outcome == NEVER:
        return not before and not now and answer == SILENT
    return before if asked == YEARS[0] else now and not before


def read_counts(world: World, told: Reports) -> Counts:
    """Turn every count of customers that a report shows into an equation."""
    known = Counts(world)
    # Whoever the attacker is, unless so few asked in one year that this alone would tell of them.
    if world.customers["asked"].value_counts().reindex(YEARS, fill_value=0).min() >= POLICY.threshold:
        known.tell(len(world.customers), known.cover())
    for year, now in told.industry.items():
        table = now.by["customer_type"]
        for label in table.index:
            mine = _members(label, table.index)
            known.tell(cell(table, label, "consultations"), known.cover(asked=year, type=mine))
            known.tell(cell(table, label, "conversions"), known.cover(asked=year, type=mine, outcome=IN_TIME))
        known.tell(now.received, known.cover(asked=year))
        known.tell(
            cell(now.average.to_frame().T, now.average.name, "conversions"),
            known.cover(asked=year, outcome=IN_TIME),
        )
    for year, now in told.value.items():
        _read_value(known, year, now)
    for year, now in told.market.items():
        for y, row in now.yearly.iterrows():
            known.tell(row["customers"], known.cover(**{f"y{y}": True}))
            known.tell(row["orders"], known.cover(**{f"y{y}": True}))
        for y, row in now.outlook.returning.iterrows():
            known.tell(row["returned"], known.cover(**{f"y{y}": True, f"y{y - 1}": True}))
        assert year in YEARS
    if told.survey is not None:
        _read_survey(known, told.survey)
    return known


def _read_survey(known: Counts, now: Any) -> None:
    """Tell who was asked, who answered and who is satisfied, together and by type."""
    ever, given = {"outcome": {IN_TIME, LATE}}, {PLEASED, DISPLEASED}
    kinds: dict[str, dict[str, Any]] = {
        "received": ever,
        "consultations": {"answer": given},
        "conversions": {"answer": PLEASED},
    }
    table = now.by_type
    for column, facts in kinds.items():
        for label in table.index:
            known.tell(table.loc[label, column], known.cover(**facts, type=_members(label, table.index)))
        if column != "received":
            known.tell(now.average[column], known.cover(**facts))
    if now.response is not None:
        known.tell(now.response.invited, known.cover(**ever))


def _read_value(known: Counts, year: int, now: Any) -> None:
    ever = {f"y{YEARS[0]}": True} if year == YEARS[0] else {"outcome": {IN_TIME, LATE}}
    table = now.money.by["customer_type"]
    for label in table.index:
        mine = _members(label, table.index)
        known.tell(table.loc[label, "customers"], known.cover(**ever, type=mine))
        mean, total = table.loc[label, "mean_clv"], table.loc[label, "clv"]
        known.tell(round(total / mean) if mean > 0 else np.nan, known.cover(**ever, type=mine))
    known.tell(now.money.total["customers"], known.cover(**ever))
    known.tell(now.counts["buyers"], known.cover(**ever))
    if year == YEARS[-1]:
        twice = known.cover(**{f"y{YEARS[0]}": True}) + known.cover(**{f"y{YEARS[1]}": True})
        known.tell(now.counts["orders"], twice)
    sold = now.quantiles
    for label in sold.index:
        value = sold.loc[label, "customers"] if "customers" in sold else np.nan
        if not (known.world.orders["kind"] == "退款").any():  # else some bought nothing net
            known.tell(value, known.cover(**{f"y{year}": True}, type=_members(label, table.index)))


def cell(table: pd.DataFrame, label: Any, column: str) -> Any:
    """Return a number of a table, NaN where it is not there."""
    return table.loc[label, column] if column in table else np.nan


def _members(label: str, labels: pd.Index) -> set[str]:
    return {label} if label != REST else set(TYPES) - set(labels)


def list_targets(known: Counts) -> Iterator[tuple[str, np.ndarray]]:
    """Yield what nobody may know of few: who never bought, late, first, again; by type."""
    kinds: dict[str, dict[str, Any]] = {
        "lost": {"outcome": NEVER},
        "late": {"outcome": LATE},
        "bought before": {f"y{YEARS[0]}": True},
        "bought now": {f"y{YEARS[1]}": True},
        "bought twice": {f"y{YEARS[0]}": True, f"y{YEARS[1]}": True},
        "bought ever": {"outcome": {IN_TIME, LATE}},
        "silent": {"outcome": {IN_TIME, LATE}, "answer": SILENT},
        "answered": {"answer": {PLEASED, DISPLEASED}},
        "pleased": {"answer": PLEASED},
        "displeased": {"answer": DISPLEASED},
        "left": {f"y{YEARS[0]}": True, f"y{YEARS[1]}": False},
        "new": {f"y{YEARS[0]}": False, f"y{YEARS[1]}": True},
    }
    for year in YEARS:
        kinds |= {f"lost {year}": {"outcome": NEVER, "asked": year}}
        kinds |= {f"late {year}": {"outcome": LATE, "asked": year}}
    for name, facts in kinds.items():
        yield name, known.cover(**facts)
        for kind in TYPES:
            yield f"{name}, {kind}", known.cover(**facts, type=kind)


def find_narrowed(known: Counts) -> list[tuple[str, int, float, float]]:
    """Return the small counts that the reports together narrow: what, true, least and most."""
    found = []
    for name, cover in list_targets(known):
        true = int(cover @ known.true)
        if 0 < true < POLICY.threshold:
            low, high = known.narrow(cover)
            if low > 1 + 1e-6 or high < POLICY.threshold - 1 - 1e-6:
                found.append((name, true, low, high))
    return found


# --- money


class Money:
    """What each customer bought with their consultation, renewed and got back, by year, as unknowns."""

    PARTS = (*((kind, year) for kind in ("新购", "续费", "退款") for year in YEARS),)

    def __init__(self, world: World) -> None:
        self.people = world.customers.set_index("customer_id")
        orders = world.orders.assign(year=world.orders["ordered_on"].dt.year)
        given = orders.groupby(["kind", "year", "customer_id"])["amount"].sum().abs()
        self.true = np.array(
            [given.get((*part, one), 0.0) for part in self.PARTS for one in self.people.index], float
        )
        self.equations: list[tuple[np.ndarray, float]] = []

    def cover(self, chosen: np.ndarray, weights: Mapping[tuple[str, int], float]) -> np.ndarray:
        return np.concatenate([chosen * weights.get(part, 0.0) for part in self.PARTS])

    def tell(self, value: Any, cover: np.ndarray) -> None:
        """Add a published sum, which must be true to the yuan."""
        if pd.notna(value):
            assert abs(cover @ self.true - value) < 1, (value, cover @ self.true)
            self.equations.append((cover, float(value)))

    def read(self, told: Reports) -> None:
        """Turn all sums of purchases into equations."""
        kinds = self.people["customer_type"].to_numpy()
        everyone = np.ones(len(kinds))
        for year, now in told.value.items():
            net = {("新购", year): 1.0, ("续费", year): 1.0, ("退款", year): -1.0}
            table = now.money.by["customer_type"]
            for label in table.index:
                chosen = np.isin(kinds, list(_members(label, table.index))).astype(float)
                self.tell(table.loc[label, "sales"], self.cover(chosen, net))
            self.tell(now.money.total["sales"], self.cover(everyone, net))
        for year, now in told.industry.items():
            chosen = (self.people["asked"] == year).to_numpy(float)
            for label, value in now.amounts["amount"].items():
                mine = chosen * np.isin(kinds, list(_members(label, now.by["customer_type"].index)))
                self.tell(value, self.cover(mine, {("新购", y): 1.0 for y in YEARS}))
        for now in told.market.values():
            for year, row in now.yearly.iterrows():
                self.tell(row["sales"], self.cover(everyone, {("新购", year): 1.0, ("续费", year): 1.0}))
                self.tell(row["refunds"], self.cover(everyone, {("退款", year): 1.0}))

    def bound(self, target: np.ndarray) -> float:
        """Return the most that a sum of purchases can be; the attacker knows who bought when, and no more."""
        if not self.equations:
            return np.inf
        scale = self.true.sum()
        ends = np.column_stack([np.zeros(len(self.true)), np.where(self.true > 0, 10.0, 0.0)])
        rows = np.array([row for row, _ in self.equations])
        limits = np.array([value for _, value in self.equations]) / scale
        above, slack = np.concatenate([rows, -rows]), 2 / scale
        limits = np.concatenate([limits, -limits]) + slack
        found = linprog(-target, A_ub=above, b_ub=limits, bounds=ends, method="highs")
        assert found.status == 0, found.message
        return -float(found.fun) * scale


def find_known_sums(world: World, told: Reports) -> list[tuple[str, int, float, float]]:
    """Return the largest customers of sensitive sums whom the reports bound to within p percent."""
    money, found = Money(world), []
    money.read(told)
    size = len(money.people)
    for year in YEARS:
        sold = {("新购", year): 1.0, ("续费", year): 1.0}
        given = money.cover(np.ones(size), sold) * money.true
        given = given.reshape(len(Money.PARTS), size).sum(axis=0)
        for kind in TYPES:
            mine = np.flatnonzero((money.people["customer_type"] == kind).to_numpy() & (given > 0))
            if not len(mine) or not is_sensitive(given[mine], POLICY):
                continue
            largest = mine[np.argmax(given[mine])]
            most = money.bound(money.cover(np.eye(size)[largest], sold))
            if most < (1 + POLICY.dominance / 100) * given[largest] * (1 - 1e-5):
                found.append((kind, year, float(given[largest]), most))
    return found
