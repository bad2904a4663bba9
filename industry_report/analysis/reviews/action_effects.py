"""What became of actions: each by the strongest method that its design allows.

Groups drawn at random are compared as they are (Newcombe, Welch). Groups that people chose are compared in
their changes (difference in differences), with the course of both before; what goes together is 相关, an
association. Without a group to compare with, a control chart of months tells whether the indicator left its
usual variation.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import ttest_ind

from ...base import table_metadata
from ...base.language import text
from .. import control_charts, effects
from ..customers.outcomes import outcomes
from ..effects import UNKNOWN, Estimate
from ..group_tests import holm, test_two
from ..rates import ALPHA
from .action_file import Action
from .evidence import gather_evidence, holds

_Float = npt.NDArray[np.float64]
RANDOMISED, IN_CHANGES, ALONE, NOTHING = "randomised", "in changes", "alone", "nothing"
TREATED, CONTROL = "实施", "对照"
PERIODS_BEFORE = 3  # how far back the course of the groups is shown, in lengths of the action's window


@dataclass(frozen=True)
class Outcome:
    """What became of one action.

    Attributes
    ----------
    design : str
        "randomised", "in changes", "alone" (a control chart) or "nothing" (no data to judge by).
    treated, control : int
        Customers of each group.
    effect : Estimate
        The difference, or difference in differences; of a chart unknown.
    verdict : str
        "found", "not found" or "not sure", see `effects.judge_effect`.
    target : str
        "reached", "not reached" or "cannot be said"; empty where none was set.
    course : DataFrame
        Of groups: one row a group and window, see `trace`. Of a chart: see `control_charts.chart`.
    apart_before : bool
        Whether the groups already moved apart before the action.
    p, p_adjusted : float
        Two-sided, of the difference by itself, and after Holm (1979) over all actions that were compared: of
        twenty actions without effect one would else be found to have one.
    """

    action: Action
    design: str
    treated: int
    control: int
    effect: Estimate
    verdict: str
    target: str
    course: pd.DataFrame
    apart_before: bool = False
    p: float = math.nan
    p_adjusted: float = math.nan

    @property
    def is_chance(self) -> bool:
        """Whether the interval excludes zero, but not once all actions that were compared are counted."""
        return effects.excludes_zero(self.effect) and not self.p_adjusted < ALPHA


def judge_actions(
    actions: Sequence[Action], tables: Mapping[str, pd.DataFrame], day: pd.Timestamp
) -> tuple[Outcome, ...]:
    """Judge actions by what the tables tell up to a day.

    Parameters
    ----------
    actions : sequence of Action
        See `action_file.load_actions`; those that begin after the day are left out.
    tables : mapping
        Table → its rows: assignments, and orders or complaints as the indicators ask.
    day : Timestamp
        The last day that counts; what a window beyond it will bring is not known yet.
    """
    begun = [action for action in actions if pd.Timestamp(action.begins) <= day]
    return _adjust([judge_action(action, tables, day) for action in begun])


def _adjust(found: list[Outcome]) -> tuple[Outcome, ...]:
    """Adjust p values for the number of actions compared; what is left to chance was not found."""
    tested = [place for place, one in enumerate(found) if not math.isnan(one.p)]
    adjusted = holm(np.array([found[place].p for place in tested])) if tested else np.empty(0)
    for place, p in zip(tested, adjusted, strict=True):
        one = replace(found[place], p_adjusted=float(p))
        is_left = one.verdict == effects.FOUND and one.is_chance
        found[place] = replace(one, verdict=effects.NOT_FOUND) if is_left else one
    return tuple(found)


def judge_action(action: Action, tables: Mapping[str, pd.DataFrame], day: pd.Timestamp) -> Outcome:
    """Judge one action; see `judge_actions`."""
    rows = tables.get(action.table)
    if rows is None or rows.empty or "customer_id" not in rows:
        return _say_nothing(action)
    counted = action.choose(rows)
    assigned = _find_assigned(action, tables)
    if set(assigned["group"]) >= {TREATED, CONTROL}:
        return _compare_groups(action, assigned, counted, day)
    return _chart(action, counted, day)


def _say_nothing(action: Action, course: pd.DataFrame | None = None) -> Outcome:
    target = effects.CANNOT_SAY if action.target is not None else ""
    course = pd.DataFrame() if course is None else course
    return Outcome(action, NOTHING, 0, 0, UNKNOWN, effects.NOT_SURE, target, course)


def _find_assigned(action: Action, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the customers of an action whom its condition means, with group and moment."""
    columns = ["customer_id", "group", "at"]
    if "assignments" not in tables or tables["assignments"].empty:
        return pd.DataFrame(columns=columns)
    rows = tables["assignments"]
    own = rows[(rows["action"].astype(str) == action.name) & rows["customer_id"].notna()]
    own = own.assign(at=own["assigned_on"])[columns].drop_duplicates("customer_id", keep=False)
    if action.condition is None or own.empty:
        return own.reset_index(drop=True)
    month = pd.Period(action.begins, "M")
    known = gather_evidence(tables, month).reindex(own["customer_id"])
    return own[holds(action.condition, known)].reset_index(drop=True)


def count_in_window(
    assigned: pd.DataFrame, rows: pd.DataFrame, action: Action, day: pd.Timestamp, back: int = 0
) -> pd.Series:
    """Count what each customer did in a window of the action's length.

    Parameters
    ----------
    back : int
        0 for the window that begins at the assignment, 1 for the one before it, and so on.

    Returns
    -------
    Series
        As `assigned`; of shares 0 or 1, missing where the window is not over by the day.
    """
    starts = assigned.assign(at=assigned["at"] - pd.Timedelta(days=back * action.days))
    told = outcomes(starts, rows, action.days - 1, covered_to=day, table=action.table)
    events = told["events"].astype("Float64")
    return ((events > 0).astype("Float64") if action.is_share else events).set_axis(assigned.index)


def _compare_groups(action: Action, assigned: pd.DataFrame, rows: pd.DataFrame, day: pd.Timestamp) -> Outcome:
    windows = {back: count_in_window(assigned, rows, action, day, back) for back in range(PERIODS_BEFORE + 1)}
    known = windows[0].notna() & windows[1].notna()
    treated, control = (known & (assigned["group"] == group) for group in (TREATED, CONTROL))
    if not treated.any() or not control.any():
        return _say_nothing(action)
    if action.is_randomised:
        design, effect = RANDOMISED, _compare_random(action, windows[0], treated, control)
        p = _test_random(action, windows[0], treated, control)
    else:
        design, effect = IN_CHANGES, _compare_changes(windows[1], windows[0], treated, control)
        p = _test_means(*((windows[0] - windows[1])[chosen] for chosen in (treated, control)))
    before = _compare_changes(windows[2], windows[1], treated, control)
    target = "" if action.target is None else effects.judge_target(effect, action.target)
    return Outcome(
        *(action, design, int(treated.sum()), int(control.sum()), effect),
        verdict=effects.judge_effect(effect, randomised=action.is_randomised),
        target=target,
        course=trace(action, windows, treated, control),
        apart_before=effects.excludes_zero(before),
        p=p,
    )


def _compare_random(action: Action, after: pd.Series, treated: pd.Series, control: pd.Series) -> Estimate:
    groups = [after[chosen].to_numpy(float) for chosen in (treated, control)]
    if not action.is_share:
        return effects.difference_of_means(*groups)
    return effects.difference_of_rates(*((float(group.sum()), float(len(group))) for group in groups))


def _test_random(action: Action, after: pd.Series, treated: pd.Series, control: pd.Series) -> float:
    """Return the two-sided p value of a difference between groups drawn at random."""
    groups = [after[chosen].to_numpy(float) for chosen in (treated, control)]
    if not action.is_share:
        return _test_means(*map(pd.Series, groups))
    counts = [number for group in groups for number in (float(group.sum()), float(len(group)))]
    return test_two(*counts)[0] if 0 < counts[0] + counts[2] < counts[1] + counts[3] else 1.0


def _test_means(treated: pd.Series, control: pd.Series) -> float:
    """Return the two-sided p value of Welch's test; where nobody differs there is no difference."""
    groups = [group.to_numpy(float) for group in (treated, control)]
    if min(map(len, groups)) < 2 or not sum(np.var(group) for group in groups):
        return 1.0
    return float(ttest_ind(*groups, equal_var=False).pvalue)


def _compare_changes(before: pd.Series, after: pd.Series, treated: pd.Series, control: pd.Series) -> Estimate:
    both = pd.DataFrame({"before": before, "after": after}).astype(float)
    return effects.difference_in_changes(both[treated].to_numpy(), both[control].to_numpy())


def trace(
    action: Action, windows: Mapping[int, pd.Series], treated: pd.Series, control: pd.Series
) -> pd.DataFrame:
    """Return the indicator of both groups in each window, the earliest first.

    Returns
    -------
    DataFrame
        ``group`` (实施, 对照), ``window`` (-3 … -1 before, 0 after the assignment), ``customers``, ``value``,
        ``low``, ``high``: of shares Wilson's interval, of counts that of the mean.
    """
    records = []
    for group, chosen in ((TREATED, treated), (CONTROL, control)):
        for back in sorted(windows, reverse=True):
            values = windows[back][chosen].dropna().to_numpy(float)
            found = _estimate(action, values)
            records.append((group, -back, len(values), found.value, found.low, found.high))
    columns = ["group", "window", "customers", "value", "low", "high"]
    table = pd.DataFrame(records, columns=columns)
    heads = {
        "group": text(zh="组别", en="Group"),
        "window": text(zh="时段（0为措施之后）", en="Window (0 is after the action)"),
        "value": text(**_name_indicator(action)),
    }
    formats = {"value": "rate" if action.is_share else "mean"}
    return table_metadata.describe(table, heads=heads, formats=formats)


def _name_indicator(action: Action) -> dict[str, str]:
    from .action_file import INDICATORS

    _, _, zh, en = INDICATORS[action.indicator]
    return {"zh": zh, "en": en[:1].upper() + en[1:]}


def _estimate(action: Action, values: _Float) -> Estimate:
    if action.is_share:
        return effects.estimate_rate(float(values.sum()), float(len(values)))
    if len(values) < 2:
        return UNKNOWN
    from scipy.stats import t

    half = float(t.ppf(0.975, len(values) - 1)) * float(values.std(ddof=1)) / math.sqrt(len(values))
    return Estimate(float(values.mean()), float(values.mean()) - half, float(values.mean()) + half)


# --- without a group to compare with


def _chart(action: Action, rows: pd.DataFrame, day: pd.Timestamp) -> Outcome:
    """Chart the indicator's rows by month: the months before the action set the limits."""
    counts = count_months(rows, action, day)
    before = int((counts.index < pd.Period(action.begins, "M")).sum())
    charted = control_charts.chart(counts, baseline=before, least=0) if before else pd.DataFrame()
    if charted.empty or len(charted) == before:
        return _say_nothing(action, charted)
    charted.index = charted.index.astype(str).rename("month")
    target = effects.CANNOT_SAY if action.target is not None else ""
    return Outcome(action, ALONE, 0, 0, UNKNOWN, effects.NOT_SURE, target, charted)


def count_months(rows: pd.DataFrame, action: Action, day: pd.Timestamp) -> pd.Series:
    """Count the rows of each whole month up to a day; of shares each customer once a month.

    Months without any count as 0 between the first and the last whole one.
    """
    date = "ordered_on" if action.table == "orders" else "received_on"
    months = pd.to_datetime(rows[date]).dt.to_period("M")
    last = pd.Period(day, "M") if day == day + pd.offsets.MonthEnd(0) else pd.Period(day, "M") - 1
    known = pd.DataFrame({"month": months, "customer": rows["customer_id"]}).dropna(subset=["month"])
    known = known[known["month"] <= last]
    if action.is_share:
        known = known.drop_duplicates()
    if known.empty:
        return pd.Series(dtype=float, index=pd.PeriodIndex([], freq="M", name="month"))
    every = pd.period_range(known["month"].min(), last, freq="M", name="month")
    return known.groupby("month").size().reindex(every, fill_value=0).astype(float)


def tabulate(found: Sequence[Outcome]) -> pd.DataFrame:
    """Return actions with their effects as a table.

    Returns
    -------
    DataFrame
        Index ``action``; ``design``, ``treated``, ``control``, ``difference`` with ``low``, ``high``,
        ``p_adjusted``, ``verdict`` and ``target``, worded.
    """
    rows = [
        (
            text(**one.action.label),
            word(one.design),
            one.treated,
            one.control,
            one.effect.value,
            one.effect.low,
            one.effect.high,
            one.p_adjusted,
            word(one.verdict),
            word(one.target),
        )
        for one in found
    ]
    columns = ["action", "design", "treated", "control", "difference", "low", "high", "p_adjusted"]
    columns += ["verdict", "target"]
    table = pd.DataFrame(rows, columns=columns).set_index("action")
    heads = {
        "action": text(zh="措施", en="Action"),
        "design": text(zh="比较方法", en="Compared"),
        "treated": text(zh="实施组", en="Treated"),
        "control": text(zh="对照组", en="Control"),
        "difference": text(zh="差异", en="Difference"),
        "verdict": text(zh="效果", en="Effect"),
        "target": text(zh="目标", en="Target"),
    }
    formats = {"treated": "customers", "control": "customers"}
    return table_metadata.describe(table, heads=heads, formats=formats)


_WORDS = {
    RANDOMISED: ("随机分组", "groups drawn at random"),
    IN_CHANGES: ("双重差分（非随机）", "difference in differences, not at random"),
    ALONE: ("控制图（无对照）", "control chart, no control group"),
    NOTHING: ("数据不足", "not enough data"),
    effects.FOUND: ("有效果", "found"),
    effects.NOT_FOUND: ("未发现效果", "not found"),
    effects.NOT_SURE: ("不能确定", "not sure"),
    effects.REACHED: ("达到", "reached"),
    effects.NOT_REACHED: ("未达到", "not reached"),
    effects.CANNOT_SAY: ("不能判断", "cannot be said"),
    "": ("–", "–"),
}


def word(code: str) -> str:
    """Return a design or verdict in the report's language.

    Examples
    --------
    >>> word("found")
    '有效果'
    """
    zh, en = _WORDS[code]
    return text(zh=zh, en=en)
