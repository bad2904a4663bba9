"""What stands beside the figures of the further reports: how each is read, and what it does not say."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ...base import origin
from ...base.language import text
from .reading import Notes

# Of each figure: how to read it in Chinese and English, then what it does not say.
_NOTES: Mapping[str, tuple[str, str, str, str]] = MappingProxyType(
    {
        "concentration": (
            "横轴为客户占比，价值高的在前；纵轴为其价值的累计占比。曲线越靠左上，价值越集中。",
            "Customers from left to right, the most valuable first. The steeper the start, the fewer hold the value.",
            "价值由毛利率、年限等假设推算，不是已实现的利润。",
            "What was earned: value rests on assumed margins and years.",
        ),
        "whale": (
            "客户按贡献由高到低累计；曲线高出100%的部分由贡献为负的客户抵消。",
            "Customers from the largest contribution down. What rises above 100% is lost again on the others.",
            "服务费用高的原因，以及成本未登记的客户的贡献。",
            "Why some cost more than they bring, and what those bring whose costs are not recorded.",
        ),
        "tenths": (
            "客户按价值由高到低等分为十组，条形为各组占全部价值的比重。",
            "Ten groups of equal size, the most valuable first; a bar is a group's share of all value.",
            "同组客户的价值并不相同。",
            "What a single customer is worth: customers within a group differ.",
        ),
        "held_out": (
            "每行是一组客户：●为实际，◇为预测，连线为误差。检验所用的数据未参与拟合。",
            "Each row is a group of customers: ● actual, ◇ predicted, the line between is the error.",
            "个别客户今后是否购买。",
            "Whether one customer will buy.",
        ),
        "gaps": (
            "条形为尚未购买该产品的客户按同类客户水平推算的金额。",
            "Bars: what customers without the product would spend if they bought as their like do.",
            "推算值不是需求，也不是销售目标；客户可能已向他人购买。",
            "Demand, or a target: customers may have bought elsewhere.",
        ),
        "engagement": (
            "点为各等级客户其后购买的比率，横线为误差范围：客户越少，线越长。",
            "Points are shares that bought afterwards; lines their margin of error, longer for fewer customers.",
            "活跃与购买是相关关系，不能认定因果。",
            "That activity brings purchases about.",
        ),
        "matrix": (
            "行为价值等级，列为意向等级；颜色越深，客户越多。",
            "Rows are grades of value, columns of intent; the darker, the more customers.",
            "两种等级都是按标准作出的判断，不是结果。",
            "What customers will do: both grades are judgements.",
        ),
        "items": (
            "每条为一个项目，从左到右由差到好，颜色越深评价越高。",
            "Each bar is an item, from poor on the left to good on the right; darker is better.",
            "未答卷客户的评价。",
            "What those think who did not answer.",
        ),
        "promotion": (
            "点为各批次的净推荐值，线段为误差范围；高于零，推荐者多于贬损者。",
            "Points are net promoter scores, lines their margin of error; above zero, promoters outnumber detractors.",
            "各批次答卷的客户不同，变化未必是同一批客户态度的变化。",
            "That the same customers changed their minds: each wave has other respondents.",
        ),
        "importance": (
            "条形为各项目的影响份额，合计100%；横线为误差范围。",
            "Bars are shares of importance and add up to 100%; lines are their margin of error.",
            "改进某个项目能使总体满意度提高多少。",
            "How much an improvement would raise overall satisfaction.",
        ),
        "importance_performance": (
            "靠左为满意度低，靠上为影响份额大；左上角影响大而评价低，宜先改进。虚线为中位数。",
            "Left is less satisfied, up matters more: the upper left is where to begin. Dashed lines are medians.",
            "线段越过虚线的项目属于哪一角，尚不能确定。",
            "In which corner an item lies whose line crosses a dashed one.",
        ),
        "control_chart": (
            "实线为平均水平，虚线为控制限；▲超出控制限，△为连续第8个月起仍在平均水平同一侧（未超出控制限）。",
            "The solid line is the average, dashed ones the limits; ▲ lies beyond them, △ is the eighth month running or later on one side.",
            "出现信号的原因，须另行查明。",
            "Why a month stands out: that must be looked into.",
        ),
        "time_to_close": (
            "阶梯线为受理后若干天仍未办结的投诉占比，降得越快，办结越快。",
            "The line falls as complaints are closed: the faster, the sooner they are dealt with.",
            "办结不等于客户满意。",
            "Whether customers were content with the answer.",
        ),
        "spans": (
            "向右为加分，向左为减分；条形越长，该字段对总分的影响越大。",
            "To the right points are added, to the left taken off; the longer, the more a column counts.",
            "分值反映相关关系，改变某个字段不会因此带来成交。",
            "That changing a column would bring a sale.",
        ),
        "lead_grades": (
            "●为实际成交率，◇为预测，横线为误差范围；◇落在横线上，预测与实际相符。",
            "● is observed, ◇ predicted, the line a margin of error; where ◇ lies on the line, the two agree.",
            "个别线索是否成交。",
            "Whether one lead will convert.",
        ),
        "sales_fan": (
            "实线为实际，虚线为预测；阴影为80%和95%预测区间，越远越宽，越不确定。",
            "Solid is actual, dashed is forecast; the bands are 80% and 95% prediction intervals and widen with time.",
            "价格、政策和竞争变化的影响。",
            "What prices, policy or competitors may change.",
        ),
        "effects": (
            "向右为增加，向左为减少；各因素的影响额相加等于销售额的变动。",
            "To the right sales grew, to the left they fell; the factors add up to the whole change.",
            "变动的原因：分解只说明由哪些部分构成。",
            "Why sales changed: it says what the change consists of.",
        ),
        "share_range": (
            "点为市场份额，线段为市场总量取上下限时的份额。",
            "Points are shares of the market; lines are the share at either end of the market's total.",
            "线段不是统计误差，只反映市场总量的不确定。",
            "Statistical error: lines show only how uncertain the total is.",
        ),
        "quotients": (
            "大于1，客户占比高于企业占比；小于1则相反。",
            "Above 1, a region has more of the customers than of the firms; below 1, less.",
            "占比较低的地区是否有潜力。",
            "Whether a region below 1 has potential.",
        ),
        "intent": (
            "点为各意向评分的成交率，横线为误差范围；虚线为全体。评分越高的点越靠右，意向越能说明成交。",
            "Points are conversion rates by score, lines their margin of error; dashed: all. Intent tells more the further apart they are.",
            "提高评分能带来成交：意向由人工判断。",
            "That a higher score brings sales: intent is a judgement.",
        ),
        "outcomes": (
            "条形为各等级客户在此后有订单（投诉）的比率，横线为误差范围。",
            "Bars are shares of customers with an order (a complaint) afterwards; lines are margins of error.",
            "等级与结果是相关关系，不能认定因果。",
            "That a grade causes what follows.",
        ),
        "action_effects": (
            "▲有效果，○未发现，□不能确定；横线不碰零线而为○的，校正后不显著。",
            "▲ an effect was found, ○ none, □ not sure; ○ with a line clear of zero is not significant after adjustment.",
            "未随机分组的措施只能说明相关。",
            "Causes, unless groups were drawn at random.",
        ),
        "course": (
            "比较两组各自由前到后的变化：实施组变化更大的部分，才可能与措施有关。",
            "Compare how each group changed: only what the treated changed more can be the action's doing.",
            "两组原有差别的影响。",
            "What else set the two groups apart.",
        ),
        "funnel": (
            "条形由长到短为逐步留下的咨询：可评级、较高等级、成交。",
            "Bars shorten step by step: graded, with a high grade, bought.",
            "客户在某一步流失的原因。",
            "Why customers were lost at a step.",
        ),
        "weak_points": (
            "数值为平均分；▼显著低于其他客户，▲显著较高。",
            "Numbers are mean scores; ▼ significantly lower than all others, ▲ higher.",
            "评分由人工作出，尺度可能因人而异。",
            "How people score: their standards may differ.",
        ),
        "directions": (
            "点为占比的变化，横线为误差范围；横线不碰零线且经校正仍成立的，才判断升降。",
            "Points are changes of shares, lines their margin of error; rise or fall is claimed only after adjustment.",
            "变化的原因，以及今后是否继续。",
            "Why shares changed, or whether they go on changing.",
        ),
        "demand": (
            "条形为各类客户占全部咨询的比重，线段为误差范围。",
            "Bars are shares of all consultations, lines their margin of error.",
            "没有咨询的企业的需求。",
            "What firms need that did not ask.",
        ),
        "calendar": (
            "每格为当月占该行全年的百分比；颜色越深，咨询越多。",
            "Each cell is a month's share of its row's year; the darker, the more consultations.",
            "月份之间差异的原因。",
            "Why months differ.",
        ),
        "overview": (
            "点为各方比率，横线为误差范围；空心为按客户类型构成调整后的比率。",
            "Points are rates, lines their margin of error; hollow marks are adjusted for customer types.",
            "差异的原因：各方的登记口径和跟进方式可能不同。",
            "Why rates differ: registers and follow-up may differ, too.",
        ),
    }
)


def of_figure(kind: str) -> Notes:
    """Return the notes that stand beside a figure.

    Parameters
    ----------
    kind : str
        One of the names above, which are those of the functions that draw; ``whale`` is the curve of
        contributions.

    Raises
    ------
    KeyError
        There is no such figure.

    Examples
    --------
    >>> [head for head, _ in of_figure("matrix")]
    ['怎么看', '不能说明什么']
    """
    how_zh, how_en, not_zh, not_en = _NOTES[kind]
    return [
        (text(zh="怎么看", en="How to read it"), text(zh=how_zh, en=how_en)),
        (text(zh="不能说明什么", en="What it does not say"), text(zh=not_zh, en=not_en)),
    ]


def of_directions(steady_within: float) -> Notes:
    """Return the notes beside the changes of shares, with the margin within which a share is steady.

    Parameters
    ----------
    steady_within : float
        Percent of the earlier share; see `market.directions`.
    """
    (head, how), *others = of_figure("directions")
    rule = text(
        zh=f"误差范围全部在对比年度占比的±{steady_within:g}%以内的为平稳，其余为依据不足。",
        en=f" Steady: the whole margin of error is within ±{steady_within:g}% of the earlier share. Otherwise the "
        "evidence is not enough.",
    )
    return [(head, how + rule), *others]


origin.trace_module(globals())
