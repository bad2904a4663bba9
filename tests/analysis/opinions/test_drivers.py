"""Drivers against published and worked numbers, an independent computation, and the sample's true weights."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from industry_report.analysis.opinions import drivers, questionnaire
from industry_report.intake.sample import opinion_sample

# Correlations of R's `swiss`: Agriculture, Examination, Education, Catholic, Infant.Mortality, Fertility.
SWISS = np.eye(6)
SWISS[np.triu_indices(6, 1)] = [
    *(-0.6865422086, -0.6395225189, 0.4010950530, -0.0608586144, 0.3530791836),
    *(0.6984152962, -0.5727418061, -0.1140216012, -0.6458827065),
    *(-0.1538589170, -0.0993218490, -0.6637888570),
    *(0.1754959136, 0.4636847006),
    0.4165560314,
]
SWISS = SWISS + SWISS.T - np.eye(6)


def make_survey(items):
    def item(name):
        return questionnaire.Item(name, {"zh": name, "en": name}, {"zh": name, "en": name})

    return questionnaire.Questionnaire({}, "1", tuple(map(item, items)), overall=item("overall"))


def test_published_shares():
    shares = drivers.lmg(SWISS)
    assert shares == pytest.approx([0.057091, 0.171173, 0.260135, 0.105570, 0.112766], abs=1e-6)
    assert shares.sum() == pytest.approx(0.706735, abs=1e-6)


def test_shares_are_the_mean_over_all_orders():
    def fit(chosen):
        outer = SWISS[chosen, -1]
        return float(outer @ np.linalg.solve(SWISS[np.ix_(chosen, chosen)], outer)) if chosen else 0.0

    gains = np.zeros(5)
    for order in permutations(range(5)):
        for place, item in enumerate(order):
            gains[item] += fit(list(order[: place + 1])) - fit(list(order[:place]))
    assert drivers.lmg(SWISS) == pytest.approx(gains / 120)


def test_inflation_is_that_of_regressions_on_the_others():
    inner = SWISS[:5, :5]
    for place, told in enumerate(drivers.inflation(SWISS)):
        others = [other for other in range(5) if other != place]
        fit = inner[place, others] @ np.linalg.solve(inner[np.ix_(others, others)], inner[others, place])
        assert told == pytest.approx(1 / (1 - fit))
    twins = np.ones((3, 3))
    assert np.isinf(drivers.inflation(twins)).all()


def draw_answers(rows, seed=1):
    rng = np.random.default_rng(seed)
    latent = rng.normal(0, 0.5, (rows, 1)) + rng.normal(0, 0.8, (rows, 6))
    scores = 1 + np.searchsorted(opinion_sample.LIMITS, latent, side="right")
    overall = scores @ np.array(list(opinion_sample.TRUE_WEIGHTS.values())) + rng.normal(0, 0.35, rows)
    wave = pd.DataFrame(scores, columns=list("abcdef")).assign(overall=overall.round().clip(1, 5))
    return wave.astype("Int64")


def test_the_weights_that_were_built_in_are_found():
    found = drivers.find_drivers(draw_answers(1500), make_survey("abcdef"))
    weights = dict(zip("abcdef", opinion_sample.TRUE_WEIGHTS.values(), strict=True))
    assert list(found.shares.index[:2]) == ["a", "c"]
    assert found.shares.loc["a", "rank_high"] <= 2
    assert found.shares.loc["f", "rank_low"] >= 4
    assert found.agreement > 0.9
    for item, row in found.shares.iterrows():
        assert row["rank_low"] <= row["rank_high"]
        assert row["low"] <= row["share"] <= row["high"]
        true = sorted(weights, key=weights.get, reverse=True).index(item) + 1
        assert row["rank_low"] <= true <= row["rank_high"]


def test_no_item_is_called_first_where_all_weigh_the_same():
    """Over many draws of equal items, hardly ever is one said to be above another."""
    claims = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        scores = rng.integers(1, 6, (150, 4))
        wave = pd.DataFrame(scores, columns=list("abcd"))
        wave["overall"] = (scores.mean(axis=1) + rng.normal(0, 0.6, 150)).round().clip(1, 5)
        found = drivers.find_drivers(wave.astype("Int64"), make_survey("abcd"))
        claims += bool((found.shares["rank_low"] > 1).any())
    assert claims <= 5


@pytest.mark.parametrize(
    ("rows", "change", "reason"),
    [
        (20, {}, "few"),
        (200, {"overall": 4}, "constant"),
        (200, {"a": 3}, "constant"),
        (200, dict.fromkeys("abcde", pd.NA), "items"),
        (0, {}, "few"),
    ],
)
def test_no_shares_without_enough_answers(rows, change, reason):
    wave = draw_answers(max(rows, 1)).head(rows).assign(**change).astype("Int64")
    found = drivers.find_drivers(wave, make_survey("abcdef"))
    assert found.shares.empty
    assert found.reason == (reason if rows or reason != "few" else found.reason)


def test_an_item_that_nobody_answered_is_left_out():
    wave = draw_answers(300).assign(a=pd.NA).astype("Int64")
    found = drivers.find_drivers(wave, make_survey("abcdef"))
    assert sorted(found.shares.index) == list("bcdef")


def test_items_that_repeat_each_other_share_and_are_said():
    wave = draw_answers(300)
    wave["b"] = wave["a"]
    found = drivers.find_drivers(wave, make_survey("abcdef"))
    assert np.isinf(found.shares["vif"]).all()
    assert found.shares.loc["a", "share"] == pytest.approx(found.shares.loc["b", "share"], abs=1e-6)


def test_penalty_and_reward_of_the_worked_example():
    groups = {2: (20, 2.5), 3: (60, 3.5), 5: (20, 3.8)}
    item = np.repeat(list(groups), [n for n, _ in groups.values()])
    spread = np.tile([-0.1, 0.1], 50)
    overall = np.repeat([mean for _, mean in groups.values()], [n for n, _ in groups.values()]) + spread
    table = drivers.penalties_rewards(pd.DataFrame({"a": item, "overall": overall}), make_survey("a"))
    row = table.loc["a"]
    assert (row["penalty"], row["reward"]) == (pytest.approx(-1.0), pytest.approx(0.3))
    assert row["kind"] == "basic"
    turned = pd.DataFrame(
        {"a": item, "overall": np.where(item == 2, 3.2, np.where(item == 5, 5.0, 3.5)) + spread}
    )
    assert drivers.penalties_rewards(turned, make_survey("a")).loc["a", "kind"] == "exciting"
    noisy = pd.DataFrame({"a": item, "overall": np.random.default_rng(2).integers(1, 6, 100)})
    assert drivers.penalties_rewards(noisy, make_survey("a")).loc["a", "kind"] == "unsure"


def test_penalty_and_reward_need_enough_on_all_three_sides():
    wave = pd.DataFrame({"a": [1] * 9 + [3] * 50 + [5] * 50, "overall": [3] * 109})
    assert drivers.penalties_rewards(wave, make_survey("a")).empty


def test_map_of_importance_and_performance():
    shares = pd.DataFrame(
        {"share": [0.5, 0.3, 0.15, 0.05], "low": [0.45, 0.25, 0.1, 0.02], "high": [0.55, 0.35, 0.2, 0.08]},
        index=pd.Index(list("abcd"), name="item"),
    )
    boxes = pd.DataFrame(
        {"rate": [0.4, 0.8, 0.3, 0.9], "low": [0.35, 0.7, 0.2, 0.8], "high": [0.45, 0.9, 0.4, 1.0]},
        index=pd.Index(list("abcd"), name="item"),
    )
    told = drivers.importance_performance(shares, boxes)
    assert told["quadrant"].to_dict() == {"a": "improve", "b": "keep", "c": "later", "d": "sufficient"}
    assert told["sure"].all()
    assert drivers.importance_performance(shares.head(2), boxes).empty
