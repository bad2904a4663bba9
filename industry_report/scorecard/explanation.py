"""A scorecard in words, for the command `scorecard`: its rule, its grades, every combination, its borders."""

import math
from collections.abc import Sequence
from fractions import Fraction

import pandas as pd

from .conditions import (
    AllOf,
    AnyOf,
    Condition,
    NotOf,
    OneOf,
    Within,
    read_interval,
    word_interval,
    write,
)
from .scorecards import (
    Answers,
    Band,
    Cumulative,
    Dimension,
    Input,
    Linear,
    Ranks,
    Scorecard,
    Trigger,
)

MOST_LISTED, SHOWN = 125, 60  # combinations that are all listed; of more, a sample

_KINDS = {
    "weighted": ("加权评分", "weighted"),
    "tiers": ("按条件分级", "tiers of conditions"),
    "checklist": ("是否清单", "checklist"),
}


def explain(scorecard: Scorecard, combinations: pd.DataFrame, cells: pd.DataFrame, language: str) -> str:
    """Explain a scorecard as a page of plain text.

    Parameters
    ----------
    scorecard : Scorecard
        A checked scorecard.
    combinations : DataFrame
        Every combination of levels with composite and grade (`scoring.combinations`).
    cells : DataFrame
        Every combination of conditions with its grade (`scoring.cells`).
    language : {"zh", "en"}
        Of the page.
    """
    say = _Say(language)
    parts = [
        _describe_head(scorecard, say),
        [
            say("评级依据", "Rated by"),
            *(f"  {_describe_dimension(one, say)}" for one in scorecard.dimensions),
        ],
        [
            say("等级", "Grades"),
            *(f"  {line}" for band in reversed(scorecard.bands) for line in _describe_band(band, say)),
        ],
        _list_cells(cells, say)
        if scorecard.kind == "tiers"
        else _list_combinations(scorecard, combinations, say),
        _describe_rest(scorecard, cells, say),
        [say("触发条件", "Triggers"), *(f"  {_describe_trigger(one, say)}" for one in scorecard.triggers)],
    ]
    return "\n\n".join("\n".join(part) for part in parts if len(part) > 1) + "\n"


def describe_rule(scorecard: Scorecard, language: str) -> str:
    """Say in one sentence how a record comes to its grade."""
    say = _Say(language)
    if scorecard.kind == "tiers":
        order = (
            say("自高至低，以最先满足者为准", "from the highest down, the first that holds counts")
            if scorecard.ordered
            else say("各等级条件互不重叠", "no two can hold together")
        )
        return say(
            f"满足某等级的条件即为该等级（{order}）；均不满足的为未定义。",
            f"A grade is given where its conditions hold ({order}); where none does, the grade is undefined.",
        )
    if scorecard.kind == "checklist":
        return say(
            "各项答案为“是”者计分；未知不等于否，未知项不影响结果时方可评级。",
            "A yes earns its points. Unknown is not no: a grade is given once unknowns cannot change it.",
        )
    terms = " + ".join(f"{write(one.weight or 0)}×{one.label[language]}" for one in scorecard.dimensions)
    rule = say(f"综合评分 = {terms}。", f"Overall score = {terms}.")
    if scorecard.zero_when:
        gate = (scorecard.zero_because or {}).get(language) or word_condition(
            scorecard.zero_when, scorecard, language
        )
        rule += say(f"{gate}时，综合评分计为0。", f" It is 0 where {gate}.")
    return rule


def word_band(band: Band, scorecard: Scorecard, language: str) -> str:
    """Word what earns a band: 3及以上、不足4, or its conditions."""
    if band.condition is not None:
        return word_condition(band.condition, scorecard, language)
    return word_interval(read_interval(band.interval or ""))[language]


def word_condition(condition: Condition, scorecard: Scorecard, language: str) -> str:
    """Word a condition: Annual purchases over 100,000 yuan and purchases a year at least 12 times."""
    say = _Say(language)
    dimensions = {one.column: one for one in scorecard.dimensions}
    match condition:
        case Within(column, interval):
            unit = _word_unit(dimensions.get(column), language)
            return (
                say("", " ").join(
                    [_label(dimensions.get(column), column, language), word_interval(interval)[language]]
                )
                + unit
            )
        case OneOf(column, texts):
            return say("为", " is ").join(
                [
                    _label(dimensions.get(column), column, language),
                    " or ".join(texts) if language == "en" else "或".join(f"“{text}”" for text in texts),
                ]
            )
        case NotOf(part):
            worded = word_condition(part, scorecard, language)
            return say(f"并非（{worded}）", f"not ({worded})")
        case AllOf(parts):
            return say("，且", ", and ").join(_word_part(part, scorecard, language) for part in parts)
        case AnyOf(parts):
            return say("，或", ", or ").join(_word_part(part, scorecard, language) for part in parts)


def _word_part(condition: Condition, scorecard: Scorecard, language: str) -> str:
    worded = word_condition(condition, scorecard, language)
    return f"({worded})" if isinstance(condition, AllOf | AnyOf) else worded


def _label(dimension: Dimension | None, column: str, language: str) -> str:
    return dimension.label[language] if dimension else column


def _word_unit(dimension: Dimension | None, language: str) -> str:
    unit = dimension.reading.unit if dimension and isinstance(dimension.reading, Input) else None
    return _Say(language)(unit["zh"], f" {unit['en']}") if unit else ""


class _Say:
    """The text of one language out of two."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, zh: str, en: str) -> str:
        return zh if self.language == "zh" else en


def _describe_head(scorecard: Scorecard, say: _Say) -> list[str]:
    kind = say(*_KINDS[scorecard.kind])
    head = say(
        f"{scorecard.title['zh']}（{scorecard.name}，版本{scorecard.version}，{kind}）",
        f"{scorecard.title['en']} ({scorecard.name}, version {scorecard.version}, {kind})",
    )
    lines = [head, describe_rule(scorecard, say.language)]
    if scorecard.valid_from:
        until = f"{scorecard.valid_to or say('今后', 'further notice')}"
        lines.append(
            say(f"有效期：{scorecard.valid_from}至{until}", f"Valid from {scorecard.valid_from} to {until}")
        )
    if scorecard.review_on:
        lines.append(say(f"复审日期：{scorecard.review_on}", f"To be reviewed on {scorecard.review_on}"))
    return lines


def _describe_dimension(dimension: Dimension, say: _Say) -> str:
    label = f"{dimension.label[say.language]} ({dimension.column})"
    match dimension.reading:
        case Input(kind):
            unit = _word_unit(dimension, say.language).strip()
            return (
                f"{label}: {say('数值' if kind == 'number' else '文本', kind)}{f', {unit}' if unit else ''}"
            )
        case Answers(yes, no, _):
            told = f"{say('是', 'yes')} = {', '.join(yes)}; {say('否', 'no')} = {', '.join(no)}"
            return f"{label}: +{write(dimension.weight or 0)}; {told}"
        case Ranks() as ranks:
            return f"{label}: ×{write(dimension.weight or 0)}; {_word_ranks(ranks, say)}"
        case Linear() as linear:
            told = "; ".join([_word_linear(linear, say), *_word_blank(dimension, say)])
            return f"{label}: ×{write(dimension.weight or 0)}; {told}"
    levels = "; ".join(f"{level} {wording[say.language]}" for level, wording in dimension.levels.items())
    if isinstance(dimension.reading, Cumulative):
        levels += f"; {_word_cumulative(dimension.reading, say)}"
    return f"{label}: ×{write(dimension.weight or 0)}; {levels}"


def _word_linear(linear: Linear, say: _Say) -> str:
    """Say how a number becomes points: each 100 of it makes 1, from 0 to 3,000."""
    per, least, most, step = (
        f"{float(number):,.15g}" for number in (linear.per, linear.least, linear.most, linear.step)
    )
    beyond = say("，超出者按端点计", ", beyond them the end counts") if linear.is_capped else ""
    return say(
        f"每{per}计1分，数值从{least}到{most}，以{step}为步长{beyond}",
        f"1 point for each {per}, numbers from {least} to {most} in steps of {step}{beyond}",
    )


def _word_blank(dimension: Dimension, say: _Say) -> list[str]:
    return (
        [] if dimension.blank is None else [say(f"空白计{dimension.blank}分", f"{dimension.blank} if blank")]
    )


def _word_cumulative(cumulative: Cumulative, say: _Say) -> str:
    group = (
        say(f"在同一{cumulative.within}内", f"within each {cumulative.within}")
        if cumulative.within
        else say("在全部记录中", "among all records")
    )
    side = say(*{"higher": ("较高", "higher"), "lower": ("较低", "lower")}[cumulative.crossing])
    return say(
        f"{group}从大到小累计，跨越界点者归入{side}一档，数值为0者归入最后一档",
        f"summed up {group} from the greatest down; what crosses a border is in the {side} part, "
        "a number of 0 in the last",
    )


def _word_ranks(ranks: Ranks, say: _Say) -> str:
    group = (
        say(f"在同一{ranks.within}内", f"within each {ranks.within}")
        if ranks.within
        else say("在全部记录中", "among all records")
    )
    first = say(
        "数值最小" if not ranks.descending else "数值最大",
        "the least" if not ranks.descending else "the greatest",
    )
    ties = {
        "lowest": say("较低", "the lowest"),
        "highest": say("较高", "the highest"),
        "middle": say("居中", "the middle"),
    }
    return say(
        f"{group}按名次等分为{ranks.parts}档，{first}者为第1档，并列者取{ties[ranks.ties]}名次",
        f"in {ranks.parts} parts by rank {group}, {first} in part 1, ties at {ties[ranks.ties]} rank",
    )


def _describe_band(band: Band, say: _Say) -> list[str]:
    earned = band.interval or (
        say(f"参考得分{band.score_range}", f"score {band.score_range}") if band.score_range else ""
    )
    follow = band.follow_up
    lines = [f"{band.grade}  {band.name[say.language]}  {earned}".rstrip() + f"  {band.label[say.language]}"]
    role, cadence, action = (part[say.language] for part in (follow.role, follow.cadence, follow.action))
    times = follow.contacts_per_year
    lines.append(
        say(
            f"    {role}，{cadence}（每年{times}次）：{action}",
            f"    {role}, {cadence} ({times} a year): {action}",
        )
    )
    if follow.strategy:
        lines.append(f"    {follow.strategy[say.language]}")
    return lines


def _list_combinations(scorecard: Scorecard, combinations: pd.DataFrame, say: _Say) -> list[str]:
    count = math.prod(one.count for one in scorecard.dimensions)
    if combinations.empty:
        return [
            say("各种组合", "Combinations"),
            say(f"  共{count:,}种，过多，不逐一列出。", f"  {count:,} are too many to list."),
        ]
    # A sample by composite, evenly, with the lowest and the highest: every band has its part of it.
    ranked = combinations.sort_values("composite", kind="stable", ignore_index=True)
    step = (len(ranked) - 1) / (SHOWN - 1)
    is_short = len(ranked) <= MOST_LISTED
    shown = ranked if is_short else ranked.iloc[[round(place * step) for place in range(SHOWN)]]
    title = (
        say(f"全部{count:,}种组合", f"All {count:,} combinations")
        if len(shown) == count
        else say(
            f"{count:,}种组合中的{len(shown)}种（抽样）", f"{len(shown)} of {count:,} combinations, a sample"
        )
    )
    counts = combinations["grade"].value_counts().reindex(reversed(scorecard.grades))
    told = ", ".join(f"{grade} {number:,}" for grade, number in counts.items())
    return [f"{title}: {told}", *_print(shown), *_list_borders(scorecard, combinations, say)]


def _list_borders(scorecard: Scorecard, combinations: pd.DataFrame, say: _Say) -> list[str]:
    """List what lies exactly where one band ends and the next begins."""
    lines = ["", say("界点", "Borders")]
    names = [one.column for one in scorecard.dimensions]
    for lower, upper in zip(scorecard.bands, scorecard.bands[1:], strict=False):
        owner = upper if upper.low_closed else lower
        at = combinations[combinations["composite"] == float(upper.low or 0)]
        example = f" ({', '.join(f'{name} {at.iloc[0][name]:g}' for name in names)})" if len(at) else ""
        lines.append(
            say(
                f"  {write(upper.low or 0)}属于{owner.grade}：{len(at):,}种组合{example}",
                f"  {write(upper.low or 0)} belongs to {owner.grade}: {_count(len(at))}{example}",
            )
        )
    return lines


def _count(count: int) -> str:
    return f"{count:,} combination" + ("" if count == 1 else "s")


def _list_cells(cells: pd.DataFrame, say: _Say) -> list[str]:
    named = cells.assign(grade=cells["grade"].astype(object).fillna(say("未定义", "undefined")))
    shown = named if len(named) <= MOST_LISTED else named.sample(SHOWN, random_state=0).sort_index()
    title = (
        say(f"全部{len(named):,}种情形", f"All {len(named):,} cases")
        if len(shown) == len(named)
        else say(
            f"{len(named):,}种情形中的{len(shown)}种（抽样）",
            f"{len(shown)} of {len(named):,} cases, a sample",
        )
    )
    return [title, *_print(shown)]


def _print(table: pd.DataFrame) -> list[str]:
    with pd.option_context(
        "display.unicode.east_asian_width", True, "display.width", None, "display.max_colwidth", None
    ):
        return [f"  {line}".rstrip() for line in table.to_string(index=False).splitlines()]


def _describe_rest(scorecard: Scorecard, cells: pd.DataFrame, say: _Say) -> list[str]:
    """Say what falls in no band."""
    title = say("不属于任何等级的情形", "What falls in no band")
    if scorecard.kind == "tiers":
        lost = int(cells["grade"].isna().sum())
        return [
            title,
            say(
                f"  {len(cells):,}种情形中有{lost:,}种未定义（见上表）。",
                f"  {lost:,} of {len(cells):,} cases are undefined, see above.",
            )
            if lost
            else say("  没有。", "  Nothing."),
        ]
    ends = [
        Fraction(sum(end(value * (one.weight or 0) for value in one.ends) for one in scorecard.dimensions))
        for end in (min, max)
    ]
    low, high = map(write, ends)
    return [
        title,
        _word_missing(scorecard, low, high, say)
        if scorecard.kind == "weighted"
        else say(
            f"  没有：{low}至{high}的各个总分均有等级。未知项可能改变等级的记录不可评级。",
            f"  Nothing: every total from {low} to {high} has a grade. "
            "A record is ungradable while unknown answers could change its grade.",
        ),
    ]


def _word_missing(scorecard: Scorecard, low: str, high: str, say: _Say) -> str:
    """Say that every total has a grade, and what a blank does."""
    counted = [one.label[say.language] for one in scorecard.dimensions if one.blank is not None]
    whole = say(
        f"  没有：{low}至{high}的各个总分均有等级。",
        f"  Nothing: every total from {low} to {high} has a grade. ",
    )
    if not counted:
        return whole + say("缺少任何一项的记录不可评级。", "What lacks something is ungradable.")
    if len(counted) == len(scorecard.dimensions) and not scorecard.needed:
        return whole + say(
            "各项空白时均按规定计分，没有不可评级的记录。", "Blanks earn points: nothing is ungradable."
        )
    told = say("、", ", ").join(counted)
    return whole + say(
        f"{told}空白时按规定计分；缺少其余任何一项的记录不可评级。",
        f"A blank earns points in {told}; what lacks anything else is ungradable.",
    )


def _describe_trigger(trigger: Trigger, say: _Say) -> str:
    taken = {
        "sum": say("合计", "sum"),
        "mean": say("均值", "mean"),
        "count": say("记录数", "number of records"),
    }[trigger.monthly]
    interval = word_interval(trigger.interval)[say.language]
    rule = say(
        f"{trigger.column}的月度{taken}连续{trigger.months}个月{interval}",
        f"monthly {taken} of {trigger.column} {interval} for {trigger.months} months running",
    )
    return say(
        f"{trigger.label['zh']}：{rule} → {trigger.action['zh']}",
        f"{trigger.label['en']}: {rule} → {trigger.action['en']}",
    )


def compare(grades: Sequence[pd.Series], scorecards: Sequence[Scorecard], language: str) -> str:
    """Tell how many records change grade from one scorecard to another, and which to which.

    Parameters
    ----------
    grades : two Series
        Grade of every record by each scorecard; undefined and ungradable as "undefined" and "ungradable".
    scorecards : two Scorecards
        In the same order.
    language : {"zh", "en"}
        Of the page.
    """
    say = _Say(language)
    rest = {"undefined": say("未定义", "undefined"), "ungradable": say("不可评级", "ungradable")}
    told = [one.astype(object).replace(rest) for one in grades]
    orders = [[*reversed(card.grades), *rest.values()] for card in scorecards]
    counts = pd.crosstab(*told).reindex(index=orders[0], columns=orders[1], fill_value=0)
    counts = counts.loc[(counts != 0).any(axis=1) | counts.index.isin(scorecards[0].grades)]
    counts = counts.loc[:, (counts != 0).any() | counts.columns.isin(scorecards[1].grades)]
    counts = counts.assign(**{say("合计", "total"): counts.sum(axis=1)})
    counts.loc[say("合计", "total")] = counts.sum()
    names = [f"{card.title[language]} ({card.name} {card.version})" for card in scorecards]
    head = _count_changes(told, scorecards, say)
    table = "\n".join(_print(counts.reset_index(names="")))
    return say(
        f"{head}\n行：{names[0]}\n列：{names[1]}\n{table}\n",
        f"{head}\nRows: {names[0]}\nColumns: {names[1]}\n{table}\n",
    )


def _count_changes(told: Sequence[pd.Series], scorecards: Sequence[Scorecard], say: _Say) -> str:
    changed, total = int((told[0] != told[1]).sum()), len(told[0])
    if set(scorecards[0].grades) != set(scorecards[1].grades):
        return say(
            f"共{total:,}条记录。两个标准的等级名称不同，对应关系见下表。",
            f"{total:,} records. The two name their grades differently; the table tells which become which.",
        )
    share = f"{changed / total:.1%}" if total else "–"
    return say(
        f"{total:,}条记录中，{changed:,}条（{share}）等级改变。",
        f"Of {total:,} records {changed:,} ({share}) change grade.",
    )
