"""Sentences of the review of grades: what is proposed and decided, whether grades order, what actions did."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from ...analysis import effects as judged
from ...analysis.group_tests import FALLS, RISES, TOO_FEW
from ...analysis.reviews import action_effects, action_file, grade_outcomes
from ...analysis.reviews.assessors import AS_PROPOSED, NO_PROPOSAL, OTHERWISE
from ...analysis.reviews.decisions import AGREED, OPEN, POSTPONED, REJECTED
from ...analysis.reviews.proposals import CONTRADICTORY
from ...analysis.reviews.review_file import DOWN, UP
from ...base import language, origin
from ...base.language import listing, text
from .control_signals import name_signals
from .wording import p_value, part


def _customers(count: int) -> str:
    return text(zh=f"{count:,}户", en=f"{count:,} customer{'s' * (count != 1)}")


def graded(grades: pd.Series, cycle: str) -> str:
    """State how many customers had a grade when a cycle began."""
    if grades.empty:
        return text(
            zh="数据没有客户编号或咨询日期，无法确定客户的等级",
            en="The data lack customer numbers or dates, so no customer has a grade to review",
        )
    return text(
        zh=f"{cycle}开始时有等级的客户{len(grades):,}户",
        en=f"{len(grades):,} customers had a grade when {cycle} began",
    )


def moved(matrix: pd.DataFrame) -> str:
    """State how many grades rose and fell since the cycle began; nothing where there is none.

    Parameters
    ----------
    matrix : DataFrame
        See `proposals.tabulate_moves`.
    """
    if matrix.empty:
        return ""
    grades = [grade for grade in matrix.columns if grade in matrix.index]
    counts = {UP: 0, DOWN: 0}
    for row, before in enumerate(grades):
        for column, after in enumerate(grades):
            if row != column:
                counts[UP if column < row else DOWN] += int(matrix.loc[before, after])
    new = int(matrix.loc["new"].sum()) if "new" in matrix.index else 0
    return text(
        zh=f"本期内等级上升{counts[UP]:,}户，下降{counts[DOWN]:,}户，新增{new:,}户",
        en=f"In the cycle {counts[UP]:,} grades rose, {counts[DOWN]:,} fell, and {new:,} customers are new",
    )


def proposed(proposals: pd.DataFrame, cycle: str) -> str:
    """State how many changes the rules propose."""
    n = proposals["move"].value_counts()
    if proposals.empty:
        return text(zh=f"{cycle}没有符合规则的调整建议", en=f"The rules propose no change for {cycle}")
    told = text(
        zh=f"{cycle}按规则建议升级{n.get(UP, 0):,}户、降级{n.get(DOWN, 0):,}户",
        en=f"For {cycle} the rules propose {n.get(UP, 0):,} rises and {n.get(DOWN, 0):,} falls",
    )
    apart = int(n.get(CONTRADICTORY, 0))
    return told + text(
        zh=f"，另有{apart:,}户升降条件同时成立，须人工判断" if apart else "",
        en=f"; for {apart:,} rules say both, and people must look" if apart else "",
    )


def reasons(counted: pd.DataFrame) -> str:
    """State which rule stands behind most proposals; nothing without any.

    Parameters
    ----------
    counted : DataFrame
        See `proposals.count_proposals`.
    """
    if counted.empty:
        return ""
    rule, count = str(counted.index[0]), int(counted["customers"].iloc[0])
    return text(
        zh=f"建议以“{rule}”最多（{count:,}户）",
        en=f"Most proposals come from the rule “{rule}” ({_customers(count)})",
    )


def progress(followed: pd.DataFrame, cycle: str) -> str:
    """State how many proposals nobody has decided on yet."""
    if followed.empty:
        return ""
    left = int((followed["decision"] == "").sum())
    if not left:
        return text(zh=f"{cycle}的调整建议均已评估", en=f"All proposals for {cycle} have been reviewed")
    return text(
        zh=f"{len(followed):,}条建议中，{left:,}条尚未评估（{language.formatted(left / len(followed), 'rate')}）",
        en=f"Of {len(followed):,} proposals {left:,} have not been reviewed ({language.formatted(left / len(followed), 'rate')})",
    )


def decided(decisions: pd.DataFrame, faults: Sequence[Any], period: str) -> str:
    """State how many decisions were made in a period, and how many rows are none that holds."""
    wrong = len({fault.place for fault in faults})
    if decisions.empty and not wrong:
        return text(zh=f"{period}没有评级决定", en=f"There are no decisions in {period}")
    n = decisions["decision"].value_counts()
    opinions, made = int(n.get(OPEN, 0)), len(decisions) - int(n.get(OPEN, 0))
    agreed, rejected, postponed = (int(n.get(one, 0)) for one in (AGREED, REJECTED, POSTPONED))
    told = text(
        zh=f"{period}有效决定{made:,}条：同意{agreed:,}，驳回{rejected:,}，暂缓{postponed:,}",
        en=f"{made:,} valid decisions in {period}: {agreed:,} agreed, {rejected:,} rejected, {postponed:,} postponed",
    )
    if opinions:
        told += text(
            zh=f"；另有评估意见{opinions:,}条，尚未决定", en=f"; {opinions:,} opinions are not decided on"
        )
    return told + text(
        zh=f"；{wrong:,}条不符合规定，未计入" if wrong else "",
        en=f"; {wrong:,} rows break a rule and do not count" if wrong else "",
    )


def beside_rules(against: Mapping[str, int]) -> str:
    """State how agreed decisions stand to the rules; nothing without any."""
    if not sum(against.values()):
        return ""
    return text(
        zh=f"同意的决定中，与建议一致{against[AS_PROPOSED]:,}条，另定等级{against[OTHERWISE]:,}条，没有规则建议{against[NO_PROPOSAL]:,}条",
        en=f"Of the agreed decisions {against[AS_PROPOSED]:,} follow the rules, {against[OTHERWISE]:,} give another grade, {against[NO_PROPOSAL]:,} had no proposal",
    )


def delay(days: float) -> str:
    """State how long decisions took; nothing without any."""
    if math.isnan(days):
        return ""
    return text(
        zh=f"从周期开始到决定的天数中位数为{days:,.0f}天",
        en=f"Half of the decisions took {days:,.0f} days or fewer from the begin of the cycle",
    )


def agreement(table: pd.DataFrame) -> str:
    """State how far assessors agree.

    Parameters
    ----------
    table : DataFrame
        See `assessors.compare_assessors`.
    """
    known = table[table["kappa"].notna()]
    if known.empty:
        return text(
            zh="没有两人都评估过的客户（至少10户），评估一致性无法计算；可安排两人各自独立评估同一批客户",
            en="No two assessors looked at the same ten customers or more, so agreement cannot be measured; let two assess the same customers independently",
        )
    row = known.sort_values("customers", ascending=False, kind="stable").iloc[0]
    return text(
        zh=f"{row['one']}与{row['other']}共同评估{row['customers']:,}户，加权κ为{row['kappa']:.2f}（{row['low']:.2f}～{row['high']:.2f}），等级相同的占{language.formatted(row['same'], 'rate')}",
        en=f"{row['one']} and {row['other']} both assessed {row['customers']:,} customers: weighted κ {row['kappa']:.2f} ({row['low']:.2f} to {row['high']:.2f}), the same grade for {language.formatted(row['same'], 'rate')}",
    )


# --- grades and what followed


def name_indicator(indicator: str) -> str:
    """Return what an indicator of grades is called."""
    zh, en = grade_outcomes.INDICATORS[indicator]
    return text(zh=zh, en=en)


def ordered(tests: Mapping[str, Any], indicator: str, days: int) -> str:
    """State whether the grade orders an indicator."""
    tested, name = tests[indicator], name_indicator(indicator)
    lower = text(zh=name, en=name[:1].lower() + name[1:])
    if tested.verdict == TOO_FEW:
        return text(
            zh=f"各等级客户太少，无法判断{name}是否随等级变化",
            en=f"Too few customers to say whether the {lower} moves with the grade",
        )
    if tested.verdict not in (RISES, FALLS):
        return text(
            zh=f"此后{days}天内，{name}随等级的变化不显著（{p_value(tested.p)}）",
            en=f"Within {days} days the {lower} does not clearly move with the grade ({p_value(tested.p)})",
        )
    way = text(zh="越高", en="rises") if tested.verdict == RISES else text(zh="越低", en="falls")
    return text(
        zh=f"等级越高，此后{days}天内{name}{way}（{p_value(tested.p)}）",
        en=f"Within {days} days the {lower} {way} with the grade ({p_value(tested.p)})",
    )


def orders_all(tests: Mapping[str, Any], days: int) -> str:
    """State for the summary which indicators the grade orders; nothing where none is known."""
    clear = [name_indicator(name) for name, one in tests.items() if one.verdict in (RISES, FALLS)]
    unclear = [name_indicator(name) for name, one in tests.items() if one.verdict not in (RISES, FALLS)]
    if not tests:
        return ""
    if not clear:
        return text(
            zh=f"等级未能显著区分此后{days}天内的各项指标",
            en=f"The grade orders no indicator of the next {days} days",
        )
    told = text(
        zh=f"等级能区分此后{days}天内{listing(clear)}",
        en=f"The grade orders what follows within {days} days: {listing([one[:1].lower() + one[1:] for one in clear])}",
    )
    return told + text(
        zh=f"，未能区分{listing(unclear)}" if unclear else "",
        en=f"; it does not order {listing([one[:1].lower() + one[1:] for one in unclear])}"
        if unclear
        else "",
    )


# --- actions


def action(found: action_effects.Outcome) -> str:
    """State what became of an action, by what its design lets one say."""
    label = text(**found.action.label)
    if found.design == action_effects.NOTHING:
        return text(zh=f"“{label}”：数据不足，不能判断", en=f"{label}: not enough data to say")
    if found.design == action_effects.ALONE:
        return _charted(found, label)
    told = _difference(found)
    target = _target(found)
    if found.design == action_effects.RANDOMISED:
        said = {
            judged.FOUND: text(zh="有效果", en="has an effect"),
            judged.NOT_FOUND: text(zh="未发现效果", en="no effect was found"),
            judged.NOT_SURE: text(zh="不能判断", en="cannot be judged"),
        }[found.verdict]
        return text(
            zh=f"“{label}”随机分组，{said}：{told}{target}",
            en=f"{label}, drawn at random: {said}; {told}{target}",
        )
    before = text(
        zh="；措施之前两组的走势已经不同" if found.apart_before else "",
        en="; the groups already moved apart before" if found.apart_before else "",
    )
    related = judged.excludes_zero(found.effect)
    said = text(
        zh="与指标变化相关，但不能确定是措施所致"
        if related
        else "两组变化的差异不显著，但不能据此断定没有效果",
        en="goes together with a change, which need not be its doing"
        if related
        else "the groups changed alike, which is no proof that it does nothing",
    )
    return text(
        zh=f"“{label}”不是随机分组，{said}：{told}{before}",
        en=f"{label}, not drawn at random: {said}; {told}{before}",
    )


def _difference(found: action_effects.Outcome) -> str:
    effect = found.effect
    _, _, zh, en = action_file.INDICATORS[found.action.indicator]
    form = "difference" if found.action.is_share else "gap"
    value, low, high = (language.formatted(one, form) for one in (effect.value, effect.low, effect.high))
    unit = text(zh="个百分点", en=" points") if found.action.is_share else ""
    more = text(zh="之差", en="differs by")
    if found.design == action_effects.IN_CHANGES:
        more = text(zh="变化之差", en="changed more by")
    chance = text(zh="，校正后不显著", en="; not significant after adjustment for several actions")
    return text(
        zh=f"{zh}{more}为{value}{unit}（95%置信区间{low}～{high}）",
        en=f"the {en} {more} {value}{unit} (95% interval {low} to {high})",
    ) + (chance if found.is_chance else "")


def _target(found: action_effects.Outcome) -> str:
    if not found.target:
        return ""
    said = {
        judged.REACHED: text(zh="目标已达到", en="the target is reached"),
        judged.NOT_REACHED: text(zh="目标未达到", en="the target is not reached"),
        judged.CANNOT_SAY: text(zh="是否达到目标不能判断", en="whether the target is reached cannot be said"),
    }[found.target]
    return text(zh=f"，{said}", en=f"; {said}")


def _charted(found: action_effects.Outcome, label: str) -> str:
    """Say which months after the action stand out, and by which rule."""
    signals = name_signals(found.course, f"{found.action.begins:%Y-%m}")
    if not signals:
        return text(
            zh=f"“{label}”没有对照组：措施之后各月均在通常波动之内，变化不显著",
            en=f"{label} has no control group: no month since left the usual variation",
        )
    return text(
        zh=f"“{label}”没有对照组：{signals}，不能确定是措施所致",
        en=f"{label} has no control group: {signals}, whatever the cause",
    )


def name_measure(found: action_effects.Outcome) -> str:
    """Return what the indicator of an action is called."""
    _, _, zh, en = action_file.INDICATORS[found.action.indicator]
    return text(zh=zh, en=en[:1].upper() + en[1:])


def actions(found: Sequence[action_effects.Outcome]) -> str:
    """State for the summary which actions have a proven effect."""
    if not found:
        return text(zh="没有登记措施", en="No actions are registered")
    named: dict[str, list[str]] = {judged.FOUND: [], judged.NOT_FOUND: [], judged.NOT_SURE: []}
    for one in found:
        named[one.verdict].append(text(zh=f"“{text(**one.action.label)}”", en=text(**one.action.label)))
    said = {
        judged.FOUND: text(zh="有效果的措施：", en="With a proven effect: "),
        judged.NOT_FOUND: text(zh="未发现效果：", en="none found: "),
        judged.NOT_SURE: text(zh="不能确定：", en="not sure: "),
    }
    parts = [said[code] + listing(names) for code, names in named.items() if names]
    first = (
        "" if named[judged.FOUND] else text(zh="没有已证实有效的措施；", en="No action has a proven effect; ")
    )
    return first + text(zh="；", en="; ").join(parts)


# --- triggers, log


def triggered(fired: pd.DataFrame, told_by: str) -> str:
    """State how many customers met a trigger over months."""
    source = text(zh="订单", en="orders") if told_by == "orders" else text(zh="成交记录", en="purchases")
    if fired.empty:
        return text(zh=f"按{source}，没有客户达到触发条件", en=f"By their {source} no customer met a trigger")
    count = fired["customer_id"].nunique()
    return text(
        zh=f"按{source}，{count:,}户达到触发条件", en=f"By their {source} {_customers(count)} met a trigger"
    )


def logged(held: int, pending: int, last: str) -> str:
    """State how many lines the log has, and what is not in it yet."""
    told = text(
        zh=f"评级日志{held:,}条，哈希链完整" if held else "评级日志尚无记录",
        en=f"The log has {held:,} lines, and its chain is whole" if held else "The log has no lines yet",
    )
    waiting = text(
        zh=f"；{pending:,}条有效决定尚未写入日志" if pending else "",
        en=f"; {pending:,} valid decisions are not in it yet" if pending else "",
    )
    return told + waiting + text(zh=f"；写入后最后一条的哈希值为{last}" if pending else f"；最后一条的哈希值为{last}",
                                 en=f"; the last hash will be {last}" if pending else f"; its last hash is {last}")  # fmt: skip


def lines_shown(held: int, pending: int, shown: int) -> str:
    """Name the lines in the table of the log: recorded ones, or decisions that are only prepared."""
    size = part(shown, held + pending, "条", latest=True)
    if held and pending:
        return text(
            zh=f"评级日志及待写入的{pending:,}条决定{size}",
            en=f"The log, with {pending:,} to be written{size}",
        )
    if held:
        return text(zh=f"评级日志{size}", en=f"Lines of the log{size}")
    if shown == pending:
        return text(
            zh=f"待写入日志的{pending:,}条决定", en=f"The {pending:,} decisions to be written to the log"
        )
    return text(zh=f"待写入日志的决定{size}", en=f"Decisions to be written to the log{size}")


def key_figures(
    grades: pd.Series,
    followed: pd.DataFrame,
    decisions: pd.DataFrame,
    found: Sequence[action_effects.Outcome],
) -> list[tuple[str, str]]:
    """Return what opens the report: label and printed number."""
    left = int((followed["decision"] == OPEN).sum())
    made = int((decisions["decision"] != OPEN).sum())
    moves = followed["move"].value_counts()
    proven = sum(one.verdict == judged.FOUND for one in found)
    return [
        (text(zh="有等级的客户", en="Customers with a grade"), _with_unit(len(grades), "户")),
        (text(zh="建议升级", en="Proposed rises"), _with_unit(int(moves.get(UP, 0)), "户")),
        (text(zh="建议降级", en="Proposed falls"), _with_unit(int(moves.get(DOWN, 0)), "户")),
        (text(zh="尚未评估", en="Not reviewed"), _with_unit(left, "条")),
        (text(zh="本年有效决定", en="Decisions this year"), _with_unit(made, "条")),
        (
            text(zh="有效果的措施", en="Actions proven"),
            text(zh=f"{proven}项（共{len(found)}项）", en=f"{proven} of {len(found)}"),
        ),
    ]


def _with_unit(count: int, unit: str) -> str:
    return text(zh=f"{count:,}{unit}", en=f"{count:,}")


def no_causes(before: int) -> str:
    """Say that no cause of a rise or fall since an earlier year can be named."""
    return text(
        zh=f"没有可与{before}年比较的升降原因",
        en=f"No causes of rises and falls since {before} can be named",
    )


def not_supplied(table: str) -> str:
    """Say that a chapter's table was not supplied."""
    words = {
        "decisions": ("评级决定", "decisions"),
        "assignments": ("措施分组", "assignments to actions"),
        "orders": ("订单和投诉", "orders and complaints"),
    }
    zh, en = words[table]
    return text(zh=f"未提供{zh}数据，本节从略", en=f"No table of {en} was supplied; this section is left out")


origin.trace_module(globals())
