"""The long attack (`make attack`): generated slices of 1 to 300 rows, few and many customers, all editions.

What any public edition can show of a slice is what `publication.protect_slice` hands out: the attacker
takes all of it together, knows the program and all totals, and asks linear and, for small slices, mixed-
integer programmes for the least and the most that every small count can be. `joint_attack` draws worlds of
two years and attacks the reports on consultations, value and market of both together.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2])]
import joint_attack as joint  # noqa: E402
import test_attack as attacks  # noqa: E402
from test_publication import CARD, NOTHING, POLICY, assert_no_small_count, list_labels  # noqa: E402

import scoring  # noqa: E402
from industry_report.analysis import conversion  # noqa: E402
from industry_report.protection import consultation_tables, pooling, publication  # noqa: E402

CANARY = "CANARY"
WHOLE = 60  # rows up to which counts are whole numbers for the attacker, too


def draw(seed: int) -> pd.DataFrame:
    """Draw a slice; a canary stands in every text field, of one to three rows."""
    random = np.random.default_rng(seed)
    count = int(random.integers(1, 301))
    skew = float(random.choice([0.3, 1.0, 5.0]))

    def pick(values: list[Any]) -> np.ndarray:
        return random.choice(values, count, p=random.dirichlet(np.full(len(values), skew)))

    table = pd.DataFrame({d.column: pick([1, 2, 3, 4, 5]) for d in CARD.dimensions}, dtype="Int64")
    table["customer_type"] = pick(["小微企业", "个体工商户", "院校", "社会团体", "甲类"])
    table["source"] = pick(["官网", "电话咨询", "搜索引擎"])
    table["product"] = pick(["总账", "总账、报税", "报税", "发票管理"])
    table["consulted_on"] = pd.Timestamp("2025-01-15") + pd.to_timedelta(30 * pick(list(range(12))), "D")
    chance = float(random.choice([0.02, 0.3, 0.6, 0.97]))
    table["converted"] = pd.array(random.random(count) < chance, dtype="boolean")
    table["amount"] = pd.Series(random.integers(1, 99, count) * 100.0).where(
        table["converted"].to_numpy(bool)
    )
    owners = random.integers(0, int(random.choice([3, 40, 100_000])), count)
    table["customer_id"] = [f"K{owner}" for owner in owners]
    table["detail"] = CANARY
    table.loc[: int(random.integers(0, 3)), ["customer_type", "source", "product"]] = CANARY
    table["intent"] = table["intent"].mask(random.random(count) < random.choice([0.0, 0.05]))
    return table


class Integers(attacks.Attacker):
    """An attacker who knows that counts are whole."""

    def narrow(self, row: np.ndarray) -> tuple[float, float]:
        known = LinearConstraint(np.array(self.rows), np.array(self.least), np.array(self.most))
        ends = []
        for sign in (1, -1):
            found = milp(
                sign * row, integrality=np.ones(len(row)), bounds=Bounds(0, np.inf), constraints=known
            )
            ends.append(sign * found.fun if found.success else sign * np.inf)
        return ends[0], ends[1]


def attack(seed: int) -> dict[str, int]:
    """Attack one slice; returns how many small counts there are, are narrowed and recovered."""
    table = draw(seed)
    now = publication.protect_slice(table, 2025, CARD, POLICY, NOTHING)
    assert_no_small_count(now)
    assert CANARY not in list_labels(now)
    scored = scoring.score(table, CARD)
    measure = conversion.choose_measure(scored)
    rated = scored.assign(**scoring.levels(table, CARD))[scored["grade"].notna()]
    rated = pooling.pool_categories(rated, measure.successes(rated), publication.GROUPINGS, POLICY)
    dimensions = [d.column for d in CARD.dimensions]
    open_tables = list(
        consultation_tables.tabulate(rated, dimensions, publication.GROUPINGS, measure, CARD, POLICY).values()
    )
    shown = [
        *(now.average, now.grades, now.by_grade, now.by_month, now.shares, now.by_score, now.means),
        *(now.contacts, *now.by.values()),
    ]
    truth = attacks.Truth(open_tables, now.grid, len(rated), POLICY.threshold)
    truth = attacks.tell_what_is_hidden(truth, shown)
    small = sum(attacks.small(value, POLICY.threshold) for value in truth.counts.values())
    attacks.Attacker, usual = (Integers if len(table) <= WHOLE else attacks.Attacker), attacks.Attacker
    try:
        narrowed = attacks.attack(attacks.read_tables(shown), truth)
    finally:
        attacks.Attacker = usual
    exact = sum(abs(low - high) < 1e-6 for *_, low, high in narrowed)
    return {"small": small, "narrowed": len(narrowed), "recovered": exact}


def attack_world(seed: int) -> dict[str, int]:
    """Attack all reports of two years; returns how much is small, narrowed and recovered."""
    world = joint.draw(seed)
    with tempfile.TemporaryDirectory() as folder:
        told = joint.publish(world.write(Path(folder)))
    known = joint.read_counts(world, told)
    small = sum(0 < cover @ known.true < joint.POLICY.threshold for _, cover in joint.list_targets(known))
    counts, sums = joint.find_narrowed(known), joint.find_known_sums(world, told)
    exact = sum(abs(low - high) < 1e-6 for *_, low, high in counts)
    return {"small": small, "narrowed": len(counts) + len(sums), "recovered": exact + len(sums)}


def try_all(name: str, one: Callable[[int], dict[str, int]], seeds: range, end: float) -> int:
    """Attack one after the other until time is up; print the counts, and what gave something away."""
    total, done = {"small": 0, "narrowed": 0, "recovered": 0}, 0
    for seed in seeds:
        if time.monotonic() > end:
            break
        found = one(seed)
        done += 1
        total = {key: total[key] + found[key] for key in total}
        if found["narrowed"]:
            print(f"seed {seed}: {found}", flush=True)
    print(f"{done} {name}: " + ", ".join(f"{value} {key}" for key, value in total.items()), flush=True)
    return total["narrowed"]


def main() -> int:
    """Attack slices, then worlds, until time is up."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--slices", type=int, default=200)
    parser.add_argument("--worlds", type=int, default=100)
    parser.add_argument("--minutes", type=float, default=60)
    given = parser.parse_args()
    end = time.monotonic() + 60 * given.minutes
    narrowed = try_all("worlds of two years", attack_world, range(given.worlds), end)
    narrowed += try_all("slices", attack, range(given.slices), end)
    return 1 if narrowed else 0


if __name__ == "__main__":
    sys.exit(main())
