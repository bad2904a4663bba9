"""What a reader can work out from published money: examples, rules, and an attack by linear programmes."""

import doctest
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from industry_report.base import table_metadata
from industry_report.base.errors import InputError
from industry_report.protection import money, money_masks
from industry_report.protection.money import (
    pool_steps,
    protect_concentration,
    protect_quantiles,
    protect_sums,
)
from industry_report.settings.editions import Policy

POLICY = Policy(threshold=4, dominance=10, internal=False)
INTERNAL = Policy(threshold=4, dominance=10, internal=True)


def sales(amounts: list[float], **columns: Any) -> pd.DataFrame:
    return pd.DataFrame({"customer_id": range(len(amounts)), "sales": amounts, **columns})


@pytest.mark.parametrize("module", [money, money_masks])
def test_examples(module: Any) -> None:
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(("amounts", "told"), [([900, 60, 30, 20], False), ([900, 60, 50, 45], True)])
def test_p_percent_rule(amounts: list[float], told: bool) -> None:
    sums = protect_sums(POLICY, sales(amounts, type="x"), ["sales"], ["type"], means=True)
    assert sums.by["type"]["sales"].notna().all() == told
    assert sums.by["type"]["mean_sales"].notna().all() == told
    assert pd.notna(sums.total["sales"]) == told


def test_a_group_of_firms_is_one_contributor() -> None:
    rows = sales([100.0] * 12, type="x")
    assert protect_sums(POLICY, rows, ["sales"], ["type"]).total["sales"] == 1200
    same = rows.assign(parent_id=["G"] * 10 + [None, None])
    assert np.isnan(protect_sums(POLICY, same, ["sales"], ["type"]).total["sales"])
    own_parent = rows.assign(customer_id=["G", *"abcdefghijk"], parent_id=[None, *["G"] * 9, None, None])
    assert np.isnan(protect_sums(POLICY, own_parent, ["sales"], ["type"]).total["sales"])


def test_those_who_give_nothing_are_no_cover() -> None:
    rows = sales([50.0, 40.0, 30.0, *[0.0] * 20], type="x")
    assert np.isnan(protect_sums(POLICY, rows, ["sales"], ["type"]).total["sales"])
    nobody = protect_sums(POLICY, sales([0.0] * 5, type="x"), ["sales"], ["type"])
    assert nobody.total["sales"] == 0


def test_several_sums_are_withheld_together() -> None:
    kinds = [*"aaaaabbbbbcccccddddd"]
    rows = sales([100.0] * 20, kind=kinds)
    rows["cost"] = [90.0, 1, 1, 1, 1, *[50.0] * 15]  # one customer bears the cost of a
    rows["profit"] = rows["sales"] - rows["cost"]
    table = protect_sums(POLICY, rows, ["sales", "cost", "profit"], ["kind"], means=True).by["kind"]
    assert list(table.index) == ["c", "d", "a", "b"]
    assert table.loc[["a", "b"]].isna().all(axis=None)
    assert table.loc[["c", "d"]].notna().all(axis=None)
    assert table_metadata.withheld_rows(table) == {"a", "b"}


@pytest.mark.parametrize(
    "amounts",
    [
        [1000.0, 500, 400, 300, -900],  # who loses is alone
        [-1000.0, -20, -10, 500, 600, 700],  # the largest loss stands out among losses
        [900.0, 10, 10, 10, -300, -300, -300],  # and the largest gain among gains
    ],
)
def test_negative_contributions_hide_no_single_one(amounts: list[float]) -> None:
    assert np.isnan(protect_sums(POLICY, sales(amounts, type="x"), ["sales"], ["type"]).total["sales"])


def test_gains_and_losses_of_many_are_told() -> None:
    rows = sales([500.0, 400, 300, 200, -100, -90, -80, -70], type="x")
    assert protect_sums(POLICY, rows, ["sales"], ["type"]).total["sales"] == 1060


def test_what_another_table_withholds_is_withheld_here() -> None:
    rows = sales([100.0] * 20, kind=[*"aaaaabbbbbcccccddddd"])
    table = protect_sums(POLICY, rows, ["sales"], ["kind"], hidden={"kind": ["b"]}).by["kind"]
    assert table["sales"].isna().to_dict() == {"a": True, "b": True, "c": False, "d": False}


def test_a_rest_without_group_is_not_told_by_the_total() -> None:
    kinds: list[Any] = [*"aaaaabbbbbcccccddddd", None]
    table = protect_sums(POLICY, sales([100.0] * 20 + [77.0], kind=kinds), ["sales"], ["kind"])
    assert table.total["sales"] == 2077
    assert table.by["kind"]["sales"].isna().sum() == 2  # else the one without a kind would follow


def test_unknown_amounts_count_nowhere() -> None:
    rows = sales([100.0] * 10 + [np.nan] * 6, kind="x")
    table = protect_sums(POLICY, rows, ["sales"], ["kind"], means=True).by["kind"]
    assert table.loc["x"].to_dict() == {"customers": 16, "sales": 1000, "mean_sales": 100}
    few = protect_sums(POLICY, rows.iloc[:12], ["sales"], ["kind"], means=True).by["kind"]
    assert few.loc["x", "sales"] == 1000
    assert np.isnan(few.loc["x", "mean_sales"])  # it would tell that of two the amount is unknown


def test_internal_editions_and_no_rows() -> None:
    sums = protect_sums(INTERNAL, sales([900.0, 1], kind=["a", "b"]), ["sales"], ["kind"])
    assert sums.by["kind"]["sales"].to_dict() == {"a": 900, "b": 1}
    nothing = protect_sums(POLICY, sales([], kind=[]), ["sales"], ["kind"], means=True)
    assert nothing.by["kind"].empty
    assert np.isnan(nothing.total["sales"])
    with pytest.raises(InputError, match="there is no column kind"):
        protect_sums(POLICY, sales([1.0]), ["sales"], ["kind"])


def test_sums_are_the_same_in_every_order() -> None:
    random = np.random.default_rng(3)
    rows = sales(list(np.round(random.lognormal(5, 1, 300), 2)), kind="x")
    one = protect_sums(POLICY, rows, ["sales"], ["kind"], means=True)
    other = protect_sums(POLICY, rows.sample(frac=1, random_state=1), ["sales"], ["kind"], means=True)
    assert one.total.equals(other.total)


# --- quantiles, concentration, survival


@pytest.mark.parametrize(
    ("count", "told"), [(15, {"q50"}), (16, {"q25", "q50", "q75"}), (7, set()), (3, None)]
)
def test_quantiles_have_enough_on_either_side(count: int, told: set[str] | None) -> None:
    rows = sales([1234.0 + n for n in range(count)])
    table = protect_quantiles(POLICY, rows, "sales", shares=(0, 0.25, 0.5, 0.75, 1))
    shown = {name for name in ("q0", "q25", "q50", "q75", "q100") if pd.notna(table.loc["total", name])}
    assert shown == (told or set())
    assert shown <= {"q25", "q50", "q75"}
    assert pd.notna(table.loc["total", "customers"]) == (told is not None)
    assert all(table.loc["total", name] == 1200 for name in shown)


def test_quantiles_by_group_follow_other_tables() -> None:
    rows = sales(list(range(100, 140)), kind=["a"] * 20 + ["b"] * 20)
    table = protect_quantiles(POLICY, rows, "sales", "kind", hidden=["a"])
    assert table.loc["a"].isna().all()
    assert table.loc["b"].notna().all()
    assert protect_quantiles(INTERNAL, rows, "sales", "kind").loc["a", "q50"] == 109.5


def test_concentration_by_two_formulas() -> None:
    """Top fifth 74 %; of fewer than four customers no sum is told."""
    rows = sales([1, 1, 2, 2, 3, 4, 5, 8, 14, 60])
    curve = protect_concentration(INTERNAL, rows, "sales")
    assert curve.set_index("contributors")["share"].to_dict()[2] == 0.74
    assert curve["share"].iloc[-1] == 1
    told = protect_concentration(POLICY, rows, "sales")
    assert told[["contributors", "share"]].to_numpy().tolist() == [[4, 0.87], [10, 1]]


def test_concentration_is_told_in_steps_of_enough_contributors() -> None:
    random = np.random.default_rng(5)
    rows = sales(list(np.round(random.lognormal(8, 1, 200), 2)))
    policy = Policy(threshold=30, dominance=10, internal=False)
    curve = protect_concentration(policy, rows, "sales")
    assert list(curve["contributors"]) == [40, 80, 120, 160, 200]
    amounts = np.sort(rows["sales"])[::-1]
    assert (
        curve["share"].tolist()
        == np.round(np.cumsum(amounts)[[39, 79, 119, 159, 199]] / amounts.sum(), 3).tolist()
    )


def test_equal_amounts_are_not_bounded_by_each_other() -> None:
    """The first and the second half give as much, so each in the first gives what is known to the yuan."""
    rows = sales([1800.0] * 5 + [1799.0] * 5)
    assert protect_concentration(POLICY, rows, "sales", steps=2).empty


def test_whale_curve_passes_the_total() -> None:
    rows = sales([9000, 4000, 2500, 1200, 300, 0, -400, -900, -1500, -2200])
    curve = protect_concentration(INTERNAL, rows, "sales")
    assert curve["share"].max() == 1.417
    assert curve.loc[curve["share"].idxmax(), "share_of_customers"] == 0.5


def test_steps_of_survival_curves_stand_for_enough_events() -> None:
    curve = pd.DataFrame(
        {"survival": np.linspace(0.95, 0.05, 10), "low": 0.1, "events": [1, 3, 2, 2, 0, 4, 1, 1, 1, 0]}
    )
    pooled = pool_steps(POLICY, curve)
    assert list(pooled.index) == [1, 3, 5]
    assert list(pooled.columns) == ["survival", "low"]
    assert pool_steps(INTERNAL, curve).equals(curve)
    assert pool_steps(POLICY, curve.iloc[:1]).empty


# --- the attack


def draw(seed: int) -> pd.DataFrame:
    """Draw a slice: few or many contributors, skewed or alike, groupings that cross or nearly coincide."""
    random = np.random.default_rng(seed)
    count = int(random.integers(4, 60))
    kinds = random.choice([*"abcdef"], count, p=random.dirichlet(np.full(6, random.choice([0.4, 2.0]))))
    alike = random.random(count) < random.choice([0.0, 0.8])
    products = np.where(alike, np.char.upper(kinds), random.choice([*"ABCD"], count))
    amounts = np.round(random.lognormal(6, random.choice([0.1, 1.0, 2.5]), count), 2)
    rows = sales(list(amounts), kind=kinds, product=products)
    rows["customer_id"] = random.integers(0, random.choice([5, 1000]), count)
    if random.random() < 0.3:
        rows.loc[random.random(count) < 0.2, "kind"] = None
    return rows


class Attacker:
    """Knows who bought what, what they gave themselves, that no gift is negative, and all that is told."""

    def __init__(self, rows: pd.DataFrame, sums: money.Sums) -> None:
        self.rows = rows
        self.known = [
            ((rows[grouping] == label).to_numpy(float), table.loc[label, "sales"])
            for grouping, table in sums.by.items()
            for label in table.index
            if pd.notna(table.loc[label, "sales"])
        ]
        if pd.notna(sums.total["sales"]):
            self.known.append((np.ones(len(rows)), sums.total["sales"]))

    def bound(self, target: np.ndarray, own: np.ndarray) -> tuple[float, float]:
        """Return between what a sum of rows can be, for one who knows some rows."""
        scale = self.rows["sales"].sum()
        values = self.rows["sales"].to_numpy() / scale
        equations = [*self.known, *((row, values[row > 0].sum() * scale) for row in np.eye(len(own))[own])]
        left, right = np.array([row for row, _ in equations]), np.array([value for _, value in equations])
        ends = []
        for sign in (1.0, -1.0):
            found = linprog(sign * target, A_eq=left, b_eq=right / scale, bounds=[(0, 20)], method="highs")
            assert found.status == 0
            ends.append(sign * found.fun * scale)
        return ends[0], ends[1]


def narrowed(rows: pd.DataFrame, policy: Policy) -> list[tuple[Any, ...]]:
    """Return whose gift to a withheld group a reader, or the next contributor, knows to within p percent."""
    sums = protect_sums(policy, rows, ["sales"], ["kind", "product"])
    attacker = Attacker(rows, sums)
    if not attacker.known:
        return []
    found = []
    for grouping, table in sums.by.items():
        for label in table.index[table["sales"].isna()]:
            inside = (rows[grouping] == label).to_numpy()
            given_ = rows[inside].groupby("customer_id")["sales"].sum().sort_values(ascending=False)
            largest = (rows["customer_id"] == given_.index[0]).to_numpy() & inside
            for own in [None, *given_.index[1:2]]:
                mine = (rows["customer_id"] == own).to_numpy()
                low, high = attacker.bound(largest.astype(float), mine)
                p = policy.dominance / 100
                if high < (1 + p) * given_.iloc[0] - 1e-4 or low > (1 - p) * given_.iloc[0] + 1e-4:
                    found.append((grouping, label, own, low, given_.iloc[0], high))
    return found


def test_attacker_narrows_nothing() -> None:
    shown = 0
    for seed in range(8):
        rows = draw(seed)
        assert narrowed(rows, POLICY) == [], seed
        sums = protect_sums(POLICY, rows, ["sales"], ["kind", "product"])
        shown += int(sum(table["sales"].notna().sum() for table in sums.by.values()))
    assert shown > 12  # it does not hold by withholding everything


def test_attack_finds_what_is_left_open() -> None:
    """Without complementary suppression the same attacker succeeds."""
    rows = sales([900.0, 5, 5, *[50.0] * 12], kind=[*"aaabbbbccccdddd"], product="P")
    open_ = protect_sums(INTERNAL, rows, ["sales"], ["kind", "product"])
    table = open_.by["kind"]
    table.loc["a", "sales"] = np.nan
    _, high = Attacker(rows, open_).bound(np.eye(15)[0], np.zeros(15, bool))
    assert high == pytest.approx(910)  # 900 is known to within 10 percent


def test_two_groupings_that_are_nearly_one() -> None:
    """Each kind buys one product: what is withheld of the kinds must be withheld of the products."""
    kinds = [*"aabbbbbcccccddddd"]
    rows = sales([500.0, 400.0, *[70.0] * 15], kind=kinds, product=[kind.upper() for kind in kinds])
    sums = protect_sums(POLICY, rows, ["sales"], ["kind", "product"])
    assert np.isnan(sums.by["kind"].loc["a", "sales"])
    assert np.isnan(sums.by["product"].loc["A", "sales"])
    assert narrowed(rows, POLICY) == []


@settings(max_examples=5, deadline=None)
@given(st.integers(1000, 10**6))
def test_attacker_narrows_nothing_of_any_slice(seed: int) -> None:
    assert narrowed(draw(seed), POLICY) == []
