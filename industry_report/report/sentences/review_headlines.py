"""What page 1 of a review says in a few words: headlines of its panels, points for those who decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from ...analysis import effects as judged
from ...analysis.group_tests import FALLS, RISES
from ...analysis.reviews import action_effects
from ...analysis.reviews.review_file import DOWN, UP
from ...base import language, origin
from ...base.language import listing, text
from . import review
from .control_signals import name_signals


def audience() -> str:
    """Return for whom the report is, for its cover."""
    return text(zh="评级评估小组", en="The committee for grades")


def headline_proposals(proposals: pd.DataFrame) -> str:
    """Return how many rises and falls the rules propose."""
    if proposals.empty:
        return text(zh="没有调整建议", en="No change proposed")
    n = proposals["move"].value_counts()
    return text(
        zh=f"建议升级{n.get(UP, 0):,}户、降级{n.get(DOWN, 0):,}户",
        en=f"Proposed: {n.get(UP, 0):,} up, {n.get(DOWN, 0):,} down",
    )


def headline_order(tests: Mapping[str, Any], indicator: str) -> str:
    """Return whether the grade orders an indicator."""
    name, verdict = review.name_indicator(indicator), tests[indicator].verdict
    lower = name[:1].lower() + name[1:]
    if verdict not in (RISES, FALLS):
        return text(zh=f"{name}不随等级变化", en=f"Grades do not order the {lower}")
    way = text(zh="越高", en="rises") if verdict == RISES else text(zh="越低", en="falls")
    return text(zh=f"等级越高，{name}{way}", en=f"{name} {way} with the grade")


def headline_effects(found: Sequence[action_effects.Outcome]) -> str:
    """Return which actions have a proven effect."""
    proven = [text(**one.action.label) for one in found if one.verdict == judged.FOUND]
    if not proven:
        return text(zh="没有已证实有效的措施", en="No action has a proven effect")
    if len(proven) > 2:
        return text(zh=f"{len(proven)}项措施有效果", en=f"{len(proven)} actions have an effect")
    return text(zh=f"有效果的是{listing(proven)}", en=f"Proven: {listing(proven)}")


def headline_action(found: action_effects.Outcome) -> str:
    """Return what an action without groups drawn at random shows, without its numbers."""
    label = text(**found.action.label)
    if found.design == action_effects.ALONE:
        signals = name_signals(found.course, f"{found.action.begins:%Y-%m}")
        plain = text(zh="各月均在通常波动之内", en="no month left the usual variation")
        return f"{label}{text(zh='：', en=': ')}{signals or plain}"
    related = judged.excludes_zero(found.effect)
    said = (
        text(zh="两组变化的差异显著，但不能确定是措施所致", en="changed with the action, whatever the cause")
        if related
        else text(zh="两组变化的差异不显著", en="no clear difference in change")
    )
    return f"{label}{text(zh='：', en=': ')}{said}"


def headline_causes(likely: pd.DataFrame) -> str:
    """Return what stands behind most falls since the year before."""
    if likely.empty or not likely[DOWN].iloc[0]:
        return text(zh="升降级的可能原因", en="Likely causes of moves")
    cause, share = str(likely.index[0]), language.formatted(likely[DOWN].iloc[0] / likely[DOWN].sum(), "rate")
    return text(zh=f"降级多因{cause}，占{share}", en=f"{share} of falls: {cause[:1].lower() + cause[1:]}")


def headline_progress(followed: pd.DataFrame) -> str:
    """Return how many proposals nobody has decided on."""
    left = int((followed["decision"] == "").sum()) if len(followed) else 0
    if not left:
        return text(zh="调整建议均已评估", en="All proposals are reviewed")
    return text(zh=f"{left:,}条建议尚未评估", en=f"{left:,} proposals wait")


def points(
    followed: pd.DataFrame,
    agreed: pd.DataFrame,
    tests: Mapping[str, Any],
    days: int,
    taken: Sequence[action_effects.Outcome],
) -> list[str]:
    """Return what follows for those who decide: a claim, its evidence, what to do."""
    told = [_decide(followed), _actions(taken), _agreement(agreed), review.orders_all(tests, days)]
    return [one for one in told if one][:3]


def _decide(followed: pd.DataFrame) -> str:
    left = followed[followed["decision"] == ""] if len(followed) else followed
    if left.empty:
        return ""
    down = int((left["move"] == DOWN).sum())
    return text(
        zh=f"{len(left):,}条调整建议有待评估。其中降级{down:,}条；宜先评估现为最高等级的客户，评级决定表见附件",
        en=f"{len(left):,} proposals wait for a decision. Of these {down:,} are falls; begin with customers of the highest grade. "
        "The form to fill in is attached",
    )


def _actions(taken: Sequence[action_effects.Outcome]) -> str:
    if not taken:
        return ""
    named: dict[str, list[str]] = {judged.FOUND: [], judged.NOT_FOUND: [], judged.NOT_SURE: []}
    for one in taken:
        named[one.verdict].append(text(**one.action.label))
    rest = [
        text(zh=f"{listing(named[code])}{zh}", en=f"{en} {listing(named[code])}")
        for code, zh, en in (
            (judged.NOT_FOUND, "未发现效果", "no effect was found of"),
            (judged.NOT_SURE, "不能确定", "it is not certain of"),
        )
        if named[code]
    ]
    claim = headline_effects(taken)
    if not rest:
        return claim
    evidence = language.capital(text(zh="，", en="; ").join(rest))
    return text(
        zh=f"{claim}。{evidence}；下一期宜随机分组，才能说明因果",
        en=f"{claim}. {evidence}. Draw groups at random next time: only that shows a cause",
    )


def _agreement(agreed: pd.DataFrame) -> str:
    known = agreed[agreed["kappa"].notna()]
    if len(known):
        return review.agreement(agreed)
    return text(
        zh="评估一致性尚无法计算。没有两人都评估过的客户（至少10户），宜安排两人各自独立评估同一批客户",
        en="Agreement cannot be measured yet. No two assessors looked at the same ten customers or more: let two assess the same "
        "ones independently",
    )


origin.trace_module(globals())
