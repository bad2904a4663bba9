"""Actions: what their file may say, and what the sample's three actions and a chart let one say."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from industry_report.analysis import effects
from industry_report.analysis.reviews import action_effects, action_file, review_file
from industry_report.analysis.reviews.action_effects import judge_action, judge_actions
from industry_report.base.errors import InputError

ROOT = Path(__file__).parents[3]
DAY = pd.Timestamp("2025-09-30")


def load(folder, text):
    path = folder / "actions.yaml"
    path.write_text(text, encoding="utf-8")
    return action_file.load_actions(path)


def make_action(**changes):
    action = action_file.load_actions(ROOT / "params" / "actions.yaml")[0]
    return type(action)(**{**vars(action), "kinds": (), **changes})


def make_groups(size=300):
    ids = [f"c{n:04}" for n in range(2 * size)]
    group = ["实施"] * size + ["对照"] * size
    facts = {"customer_id": ids, "action": "增购邮件", "group": group}
    return pd.DataFrame(facts).assign(assigned_on=pd.Timestamp("2025-03-03"))


def make_orders(days_of):
    rows = [(name, pd.Timestamp(day), 100.0, "增购") for name, days in days_of.items() for day in days]
    return pd.DataFrame(rows, columns=["customer_id", "ordered_on", "amount", "kind"])


def test_random_groups_give_newcombes_interval():
    groups = make_groups()
    names = groups["customer_id"].tolist()
    orders = make_orders({name: ["2025-03-10"] for name in [*names[:60], *names[300:330]]})
    found = judge_action(make_action(), {"assignments": groups, "orders": orders}, DAY)
    assert found.effect == effects.difference_of_rates((60, 300), (30, 300))
    assert (found.design, found.verdict, found.target) == ("randomised", "found", "reached")
    assert (found.treated, found.control) == (300, 300)


def test_groups_that_people_chose_are_compared_in_their_changes_and_nothing_is_put_down_to_the_action():
    groups = make_groups()
    names = groups["customer_id"].tolist()
    orders = make_orders(
        {name: ["2025-01-10", "2025-03-10"] for name in names[:60]}
        | {name: ["2025-03-10"] for name in names[60:140]}
    )
    action = make_action(is_randomised=False)
    found = judge_action(action, {"assignments": groups, "orders": orders}, DAY)
    both = np.zeros((300, 2))
    both[:60] = 1
    both[60:140, 1] = 1
    assert found.effect == effects.difference_in_changes(both, np.zeros((300, 2)))
    assert (found.design, found.verdict) == ("in changes", "not sure")
    course = found.course.set_index(["group", "window"])["value"]
    assert course[("实施", -1)] == pytest.approx(0.2) and course[("实施", 0)] == pytest.approx(140 / 300)
    assert found.apart_before  # the groups moved apart in the window before


def test_windows_are_equally_long_and_the_day_of_assignment_belongs_to_the_later_one():
    groups = make_groups(1)
    days = ["2024-12-02", "2024-12-03", "2025-03-02", "2025-03-03", "2025-05-31", "2025-06-01"]
    action = make_action(indicator="orders")
    assigned = groups.assign(at=groups["assigned_on"])[["customer_id", "group", "at"]]
    orders = make_orders({"c0000": days})
    counted = [action_effects.count_in_window(assigned, orders, action, DAY, back).iloc[0] for back in (0, 1)]
    assert counted == [2, 2]


def test_a_window_that_is_not_over_tells_nothing_yet():
    tables = {"assignments": make_groups(), "orders": make_orders({"c0000": ["2025-03-10"]})}
    found = judge_action(make_action(), tables, pd.Timestamp("2025-05-01"))
    assert (found.design, found.verdict, found.target) == ("nothing", "not sure", "cannot be said")
    assert judge_actions([make_action()], tables, pd.Timestamp("2025-03-01")) == ()
    assert judge_action(make_action(), {}, DAY).design == "nothing"


def test_only_the_kinds_of_order_that_are_meant_count():
    tables = {"assignments": make_groups(), "orders": make_orders({"c0000": ["2025-03-10"]})}
    found = judge_action(make_action(kinds=("续费",)), tables, DAY)
    assert found.effect.value == 0


SERIES = [52, 47, 53, 51, 50, 48, 55, 49, 54, 46, 51, 68]


def test_without_groups_a_chart_tells_whether_a_month_left_the_usual():
    months = pd.period_range("2024-04", periods=12, freq="M")
    rows = [
        (f"c{n}", f"{month}-15") for month, count in zip(months, SERIES, strict=True) for n in range(count)
    ]
    orders = make_orders({}).reindex(range(len(rows))).assign(kind="增购", amount=1.0)
    orders["customer_id"] = [name for name, _ in rows]
    orders["ordered_on"] = pd.to_datetime([day for _, day in rows])
    found = judge_action(make_action(), {"orders": orders}, pd.Timestamp("2025-03-31"))
    assert (found.design, found.verdict, found.target) == ("alone", "not sure", "cannot be said")
    assert found.course["value"].tolist() == SERIES
    assert found.course[["lower", "upper"]].iloc[-1].round(2).tolist() == [38.04, 63.05]
    assert found.course["signal"].tolist() == [""] * 11 + ["outside"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("indicator: ordered", "indicator: orderd"), "did you mean 'ordered'"),
        (("days: 90", "days: 3"), "no number of days from 7"),
        (("randomised: true", "randomised: perhaps"), "neither true nor false"),
        (("to: 2025-05-31", "to: 2025-01-01"), "lies before"),
        (("kinds: [增购]", "kinds: [退款]"), "is no kind of order"),
        (("target: 0.02", "target: yes"), "is no number"),
        (("name: 短信提醒", "name: 增购邮件"), "stands twice"),
        (("days: 90", 'who: {column: ordrs, in: "[1, inf)"}\n    days: 90'), "Did you mean orders?"),
    ],
)
def test_a_file_of_actions_that_contradicts_itself_is_refused_with_its_line(tmp_path, change, said):
    text = (ROOT / "params" / "actions.yaml").read_text(encoding="utf-8")
    with pytest.raises(InputError, match=r"actions.yaml, line \d+") as refused:
        load(tmp_path, text.replace(*change, 1))
    assert said.casefold() in str(refused.value).casefold()


def test_no_file_and_an_empty_file_are_no_actions(tmp_path):
    assert action_file.load_actions("") == load(tmp_path, "") == ()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("cycle: quarter", "cycle: week"), "is none of month, quarter, year"),
        (("move: up", "move: sideways"), "is none of up, down"),
        (("column: orders_change", "column: order_change"), "Did you mean orders_change?"),
        (("name: 评估员乙", "name: 评估员甲"), "stands twice"),
        (('in: "[4, 5]"', "is: [4]"), "satisfaction_last is a number and asked like a text"),
    ],
)
def test_a_review_file_that_contradicts_itself_is_refused_with_its_line(tmp_path, change, said):
    text = (ROOT / "params" / "review.yaml").read_text(encoding="utf-8")
    path = tmp_path / "review.yaml"
    path.write_text(text.replace(*change, 1), encoding="utf-8")
    with pytest.raises(InputError, match=r"review.yaml, line \d+") as refused:
        review_file.load_review(path)
    assert said in str(refused.value)


def test_cycles_are_named_and_bounded():
    review = review_file.load_review(ROOT / "params" / "review.yaml")
    assert str(review.read_cycle("", DAY)) == str(review.read_cycle("2025Q3", DAY)) == "2025Q3"
    for name in ("2025Q4", "soon"):
        with pytest.raises(InputError, match="cycle"):
            review.read_cycle(name, DAY)
