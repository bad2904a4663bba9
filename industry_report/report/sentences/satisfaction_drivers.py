"""What overall satisfaction goes with, in a sentence: importance, weak points, penalties and rewards."""

from __future__ import annotations

from collections.abc import Sequence

from ...analysis.opinions.drivers import BASIC, COLLINEAR, EXCITING, IMPROVE, LINEAR
from ...analysis.opinions.questionnaire import Questionnaire
from ...base import language, origin
from ...base.language import text
from ...protection.survey_publication import Surveyed
from .satisfaction import names_of
from .wording import percent


def importance(told: Surveyed, survey: Questionnaire) -> str:
    """State what the overall satisfaction goes with most, only where that is sure."""
    found, names = told.drivers, names_of(survey)
    if found.shares.empty:
        return no_drivers(told)
    table = found.shares
    first = list(table.index[table["rank_low"] == 1])
    others = len(table) - len(first)
    listed = _list([names[str(item)] for item in first])
    if len(first) == len(table):
        return text(
            zh="各项目与总体满意度关系的差异不显著",
            en="No item is clearly more closely tied to overall satisfaction than another",
        )
    shares = text(zh="、", en=", ").join(percent(table.loc[item, "share"]) for item in first)
    clear = bool((table.loc[first, "rank_high"] <= len(first)).all())
    tie = text(zh="，两者差异不显著", en=", the two not told apart") if len(first) == 2 else ""
    tie = text(zh="，彼此差异不显著", en=", not told apart from each other") if len(first) > 2 else tie
    if clear:
        return text(
            zh=f"与总体满意度关系最密切的是{listed}（影响份额{shares}），显著高于其余{others}项{tie}",
            en=f"Overall satisfaction is most closely tied to {listed} (shares of importance {shares}), clearly more than to the "
            f"other {others}{tie}",
        )
    return text(
        zh=f"与总体满意度的关系可能居首的有{listed}（影响份额{shares}），但不能确定都高于其余各项",
        en=f"What overall satisfaction is most closely tied to is among {listed} (shares {shares}); more cannot be told",
    )


def no_drivers(told: Surveyed) -> str:
    """Say why there are no shares of importance."""
    reasons = {
        "few": text(
            zh="答全各项目的客户太少，不分析影响因素",
            en="Too few customers answered all items for an analysis of what matters",
        ),
        "constant": text(
            zh="有项目的答案全部相同，无法分析影响因素",
            en="All answers to an item are the same, so what matters cannot be analysed",
        ),
        "items": text(
            zh="问卷没有总体满意度或至少两个项目，不分析影响因素",
            en="Without an overall item and two others, what matters is not analysed",
        ),
    }
    return reasons.get(told.drivers.reason, "")


def explained(told: Surveyed) -> str:
    """State how much all items explain, and whether a logistic check agrees; with the caveat on causes."""
    found = told.drivers
    if found.shares.empty:
        return ""
    agreement = ""
    if found.agreement == found.agreement:
        agreement = text(
            zh=f"；以是否满意为结果的逻辑斯谛回归作核对，各项目次序的秩相关为{found.agreement:.2f}",
            en=f"; a logistic regression of being satisfied orders the items alike (rank correlation {found.agreement:.2f})",
        )
    return text(
        zh=f"各项目合计解释总体满意度差异的{percent(found.r_squared)}（{found.answered:,}份答全的答卷）{agreement}。影响份额是相关关系，"
        "对企业整体印象好的客户可能各项都打高分，不能据此认定因果",
        en=f"Together the items explain {percent(found.r_squared)} of the differences in overall satisfaction ({found.answered:,} answers)"
        f"{agreement}. Shares are associations: who likes a firm may rate all of it well",
    )


def collinear(told: Surveyed, survey: Questionnaire) -> str:
    """Warn of items that say much the same; nothing where there are none."""
    table = told.drivers.shares
    if table.empty:
        return ""
    alike = [names_of(survey)[str(item)] for item in table.index[table["vif"] > COLLINEAR]]
    if not alike:
        return ""
    return text(
        zh=f"{_list(alike)}与其他项目高度相关（方差膨胀因子大于{COLLINEAR:g}），份额不宜单独解读",
        en=f"{language.capital(_list(alike))} go closely with other items (variance inflation above {COLLINEAR:g}): read shares together",
    )


def weakest(told: Surveyed, survey: Questionnaire) -> str:
    """State which important item is weak, only where that is sure; nothing without a map."""
    table = told.performance
    if table.empty:
        return ""
    names = names_of(survey)
    poor = table[(table["quadrant"] == IMPROVE) & table["sure"]]
    if len(poor):
        item = poor["rate"].idxmin()
        return text(
            zh=f"影响大而评价偏低的是{names[str(item)]}：满意占比{percent(poor.loc[item, 'rate'])}，应优先改进",
            en=f"Important and poorly rated: {lower(names[str(item)])}, with {percent(poor.loc[item, 'rate'])} satisfied; improve it first",
        )
    near = _list([names[str(item)] for item in table.index[table["quadrant"] == IMPROVE]])
    if not near:
        return text(
            zh="影响大的项目评价都不低，没有突出的短板",
            en="No important item is poorly rated",
        )
    return text(
        zh=f"{near}可能影响较大而评价偏低，在误差范围内，尚不能确定",
        en=f"{language.capital(near)} may matter much and be rated poorly, but the gap lies within the margin of error",
    )


def penalties(told: Surveyed, survey: Questionnaire) -> str:
    """State which items are taken for granted, and which delight; nothing where none is clear."""
    names, table = names_of(survey), told.contrasts
    words = {
        BASIC: text(
            zh="基本型（做不好扣分多，做得好加分少）",
            en="taken for granted (poor costs more than excellent gains)",
        ),
        EXCITING: text(zh="魅力型（做得好加分多）", en="delighting (excellent gains more than poor costs)"),
        LINEAR: text(zh="线性型（好坏影响相当）", en="linear (both ways alike)"),
    }
    parts = []
    for kind, word in words.items():
        listed = [names[str(item)] for item in table.index[table["kind"] == kind]]
        if listed:
            parts.append(text(zh=f"{word}：{_list(listed)}", en=f"{word}: {_list(listed)}"))
    return language.capital(text(zh="；", en="; ").join(parts))


def _list(names: Sequence[str]) -> str:
    """Return items as a sentence lists them."""
    return language.listing([text(zh=name, en=lower(name)) for name in names])


def lower(words: str) -> str:
    """Return words as they stand within a sentence."""
    return words[:1].lower() + words[1:]


origin.trace_module(globals())
