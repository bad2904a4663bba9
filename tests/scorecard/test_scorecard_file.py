"""Wrong scorecards: each is refused with its line and its mend, and none runs anything."""

import time

import cards
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from industry_report.scorecard.scorecard_file import FILE
from scoring import Scorecard, ScorecardError, load_scorecard

LEVELS = "levels: {1: {zh: 一, en: one}, 5: {zh: 五, en: five}}"
ONE_TO_FIVE = [("B", "[1, 3)"), ("A", "[3, 5]")]
NUMBER, TEXT = [("x", "number")], [("t", "text")]
WEIGHTED = cards.weighted([("a", LEVELS)], ONE_TO_FIVE)
TIERS = cards.tiers(
    [("x", "number"), ("t", "text")],
    [("A", "rule: large"), ("B", 'all: [{column: x, in: "(0, 9]"}, {column: t, is: [月度, monthly]}]')],
    'rules:\n  - {name: large, all: [{column: x, in: "(9, inf)"}]}',
)
CHECKLIST = cards.checklist(
    [("need", ""), ("budget", ", yes: [有], no: [无]")], [("B", "[0, 2)"), ("A", "[2, 2]")]
)
TRIGGER = """triggers:
  - {name: t, column: x, monthly: max, in: "(1, 2)", months: 3, label: {zh: 一, en: a},
      action: {zh: 一, en: a}}
"""
SOUND = {"weighted": WEIGHTED, "tiers": TIERS, "checklist": CHECKLIST}


def faults_of(folder, text):
    with pytest.raises(ScorecardError) as caught:
        cards.load(folder, text)
    return str(caught.value).replace(f"{folder / 'card.yaml'}, ", "").splitlines()


@pytest.mark.parametrize("kind", SOUND)
def test_the_cards_that_are_damaged_below_are_sound(tmp_path, kind):
    assert cards.load(tmp_path, SOUND[kind]).kind == kind


def dimension(rule, **keys):
    return cards.weighted([("a", rule)], [("A", "[0, 9]")], **keys)


def tier(*conditions, inputs=NUMBER, **keys):
    return cards.tiers(inputs, list(zip("ABC", conditions, strict=False)), **keys)


def many_borders(column):
    parts = (f'{{column: {column}, in: "({low}, {low + 1})"}}' for low in range(0, 30, 2))
    return f"{{any: [{', '.join(parts)}]}}"


REFUSALS = {
    # the head
    "no kind": (
        WEIGHTED.replace("kind: weighted\n", ""),
        "line 1: the scorecard lacks kind. Write `kind: weighted`",
    ),
    "other kind": (
        WEIGHTED.replace("kind: weighted", "kind: fuzzy"),
        'kind "fuzzy" is none. Write `kind: weighted`, `kind: tiers`',
    ),
    "date": (
        WEIGHTED.replace("name: own", "name: own\nreview: 31.1.2025"),
        'line 3: review "31.1.2025" is not a date. Write it like',
    ),
    "ends first": (
        WEIGHTED.replace("name: own", "name: own\nvalid: {from: 2025-02-01, to: 2025-01-01}"),
        "line 3: to 2025-01-01 lies before from 2025-02-01. Put the earlier day first.",
    ),
    "grade without a name": (
        WEIGHTED.replace("grade: A", "grade: 高"),
        "grade 高 has no name in both languages. Say how",
    ),
    "comma in a wording": (
        WEIGHTED.replace("{zh: 自有标准, en: Own}", "{zh: 标准, en: Our, own}"),
        "unknown key own in title. Known here are zh, en. A text with a comma needs quotation marks.",
    ),
    "duplicate key": (
        WEIGHTED.replace("name: own", "name: own\nname: two"),
        "line 3: the key name stands twice, first on line 2.",
    ),
    "trigger": (WEIGHTED + TRIGGER, 'monthly "max" is none of sum, count, mean. Write one of them.'),
    # bands
    "gap": (
        WEIGHTED.replace("[1, 3)", "[1, 2.9)"),
        '[1, 2.9) leaves a gap below [3, 5]. Let it end with "3)".',
    ),
    "overlap": (WEIGHTED.replace("[1, 3)", "[1, 3]"), '[1, 3] overlaps [3, 5]. Let it end with "3)".'),
    "not reached": (
        WEIGHTED.replace("[3, 5]", "[3, 4]"),
        '[3, 4] leaves the composite 5 without a grade. Let it end with "5]".',
    ),
    "endless": (
        WEIGHTED.replace("[3, 5]", "[3, inf)"),
        'composite "[3, inf)" has no end. Write the least or greatest total',
    ),
    "gate outside": (
        WEIGHTED + "zero_when: {column: no_mail, is: [是]}\n",
        '[1, 3) leaves the composite 0 without a grade. Let it begin with "[0".',
    ),
    "gate without a condition": (
        WEIGHTED + "zero_because: {zh: 拒收邮件, en: no mail}\n",
        "zero_because words a condition that is not there. Add zero_when, or remove it.",
    ),
    # weights
    "comma": (
        WEIGHTED.replace("weight: 1", "weight: '0,4'"),
        'weight "0,4" is not a decimal number other than 0. Write it with a point',
    ),
    "weights": (
        WEIGHTED.replace("normalised: false", "normalised: true").replace("weight: 1", "weight: 1.3"),
        "the weights 1.3 sum to 1.3, not to 1.",
    ),
    "too exact": (
        WEIGHTED.replace("weight: 1", "weight: 999999.999999999").replace(" 5: {zh", " 99999: {zh"),
        "the numbers are too long for exact totals.",
    ),
    # the way to a level
    "no way": (
        dimension("step: 0.5"),
        "entry 1 of dimensions does not say how its column gives a level. Write one of levels, bins",
    ),
    "two ways": (
        dimension(LEVELS + ", ranks: {parts: 5, ties: lowest}"),
        "entry 1 of dimensions says levels and ranks. Write one of",
    ),
    "uneven step": (dimension(LEVELS + ", step: 0.3"), "steps of 0.3 from 1 miss 5. Choose another step."),
    "many steps": (dimension(LEVELS + ", step: 0.001"), "step 0.001 makes more than 1,000 levels. Use bins."),
    "level twice": (dimension("levels: {1: {zh: a, en: a}, 1: {zh: b, en: b}}"), "the key 1 stands twice"),
    "level in words": (
        dimension("levels: {one: {zh: a, en: a}}"),
        'one "one" is not a whole number. Write a number such as',
    ),
    "levels empty": (dimension("levels: {}"), "levels has no keys. Give it one key a line."),
    "bins gap": (
        dimension("bins: [{level: 1, values: '(-inf, 1)'}, {level: 2, values: '[2, inf)'}]"),
        '(-inf, 1) leaves a gap below [2, inf). Let it end with "2)".',
    ),
    "bins hole at a point": (
        dimension("bins: [{level: 1, values: '(-inf, 1)'}, {level: 2, values: '(1, inf)'}]"),
        '(-inf, 1) leaves a gap below (1, inf). Let it end with "1]".',
    ),
    "bins overlap": (
        dimension("bins: [{level: 1, values: '(-inf, 1]'}, {level: 2, values: '[1, inf)'}]"),
        '(-inf, 1] overlaps [1, inf). Let it end with "1)".',
    ),
    "bins end": (
        dimension("bins: [{level: 1, values: '[0, inf)'}]"),
        '[0, inf) leaves lower values out. Let it begin with "(-inf".',
    ),
    "infinity taken in": (
        dimension("bins: [{level: 1, values: '[-inf, inf)'}]"),
        "takes infinity in. Put a round bracket there.",
    ),
    "too many digits": (
        dimension("bins: [{level: 1, values: '(-inf, 0.1234567890123456)'}]"),
        "has an end of more than 15 digits. Round it.",
    ),
    "ties": (
        dimension("ranks: {parts: 5, ties: random}"),
        'ties "random" is none of lowest, highest, middle.',
    ),
    "ranks in itself": (
        dimension("ranks: {parts: 5, ties: lowest, within: a}"),
        "ranks a column within itself.",
    ),
    "text twice": (
        dimension("points: [{values: [Yes], points: 1}, {values: ['yes '], points: 2}]"),
        '"yes" stands twice, first on line',
    ),
    "points in words": (
        dimension("points: [{values: [Yes], points: many}]"),
        'points "many" is not a whole number.',
    ),
    "otherwise": (
        dimension(LEVELS + ", otherwise: 0"),
        "otherwise belongs to points. Remove it, or write points.",
    ),
    # conditions
    "unknown input": (tier('all: [{column: y, in: "(0, 1)"}]'), "y is no input. The inputs are x."),
    "misspelt input": (
        tier('all: [{column: ammount, in: "(0, 1)"}]', inputs=[("amount", "number")]),
        "ammount is no input. Did you mean amount?",
    ),
    "text as number": (
        tier('all: [{column: t, in: "(0, 1)"}]', inputs=TEXT),
        "t is a text and asked like a number. Numbers take `in`",
    ),
    "no condition": (
        tier("all: [{column: x}]"),
        'entry 1 of all says neither in nor is. Write an interval, `in: "(100000, inf)"`',
    ),
    "both": (tier('all: [{column: x, in: "(0, 1)", is: [a]}]'), "entry 1 of all says both in and is."),
    "all and any": (
        tier('all: [{column: x, in: "(0, 1)"}]\n    any: [{column: x, in: "(0, 1)"}]'),
        "entry 1 of bands says all and any. Write one",
    ),
    "none": (
        tier("score: '[0, 1]'"),
        "entry 1 of bands has no condition. Write one of all, any, not, rule, column.",
    ),
    "code": (
        tier("all: [{column: x, in: \"__import__('os').system('true')\"}]"),
        "is not an interval. Write two numbers between brackets",
    ),
    "code as condition": (
        tier("all: [x > 5 or exit()]"),
        "entry 1 of all has no keys. Give it rule, column, in, is, all, any, not.",
    ),
    "overlap of tiers": (
        tier('all: [{column: x, in: "[5, inf)"}]', 'all: [{column: x, in: "[0, 5]"}]'),
        "B holds together with A, for example at x 5. Change one, or write `ordered: true`",
    ),
    "can never hold": (
        tier('all: [{column: x, in: "[0, 1]"}, {column: x, in: "[2, 3]"}]'),
        "A can never hold, its conditions exclude each other.",
    ),
    "never reached": (
        tier('all: [{column: x, in: "[0, inf)"}]', 'all: [{column: x, in: "[5, 9]"}]', ordered="true"),
        "B is never reached: a band above holds wherever it does. Change or remove it.",
    ),
    "never reached by two together": (
        tier(
            'all: [{column: x, in: "[0, 5]"}]',
            'all: [{column: x, in: "(5, 9]"}]',
            'all: [{column: x, in: "[1, 8]"}]',
            ordered="true",
        ),
        "C is never reached",
    ),
    "unused input": (
        tier('all: [{column: x, in: "(0, 1)"}]', inputs=[*NUMBER, *TEXT]),
        "no band asks for t. Use it or remove it.",
    ),
    "unknown rule": (
        TIERS.replace("rule: large", "rule: lage"),
        "there is no rule lage. Did you mean large?",
    ),
    "unused rule": (
        TIERS.replace("rule: large", 'all: [{column: x, in: "(9, inf)"}]'),
        "the rule large is never used. Use it or remove it.",
    ),
    "circle": (
        TIERS.replace("rules:", "rules:\n  - {name: big, any: [{rule: large}]}").replace(
            '{column: x, in: "(9, inf)"}]}', "{rule: big}]}"
        ),
        "the rule big leads back to itself: big → large → big. Break the circle.",
    ),
    "scores": (
        tier(
            'all: [{column: x, in: "[5, 9]"}]\n    score: "[70, 90]"',
            'all: [{column: x, in: "[0, 5)"}]\n    score: "[60, 70]"',
        ),
        "[60, 70] does not lie below [70, 90]. List the highest band first",
    ),
    "too many cells": (
        tier(
            f"all: [{', '.join(map(many_borders, ('c0', 'c1', 'c2', 'c3')))}]",
            inputs=[(f"c{n}", "number") for n in range(4)],
        ),
        "the conditions tell 13,845,841 combinations apart, more than 200,000.",
    ),
    # checklists
    "yes and no": (CHECKLIST.replace("no: [无]", "no: [有]"), '"有" stands twice, first on line'),
    "yes and the usual no": (
        cards.checklist([("a", ', yes: ["0"]')], [("A", "[0, 1]")]),
        'line 6: "0" stands twice, first on line 6.',
    ),
    "checklist bands": (
        CHECKLIST.replace("[0, 2)", "[1, 2)"),
        '[1, 2) leaves the composite 0 without a grade. Let it begin with "[0".',
    ),
    # YAML
    "anchor": (
        WEIGHTED.replace("name: own", "name: &a own"),
        "line 2: the anchor &a has no use in the scorecard. Remove it.",
    ),
    "tag": (
        WEIGHTED.replace("name: own", "name: !!python/name:os.system own"),
        "has no use in the scorecard. Remove it.",
    ),
    "many entries": (WEIGHTED + "triggers: [" + "a, " * 30_000 + "]", "more than 20,000 entries"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_wrong_scorecard_is_refused_with_line_and_mend(tmp_path, name):
    text, said = REFUSALS[name]
    faults = faults_of(tmp_path, text)
    assert any(said in fault for fault in faults), faults
    assert all(fault.startswith("line ") and fault.rstrip().endswith((".", "?")) for fault in faults)


def test_a_file_too_large_to_be_a_scorecard_is_not_read(tmp_path):
    path = tmp_path / "large.yaml"
    path.write_text("# " + "x" * FILE.most_bytes, encoding="utf-8")
    with pytest.raises(ScorecardError, match="is larger than 200,000 bytes"):
        load_scorecard(path)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 90_000,
        "a: {" * 40_000,
        "- " * 90_000,
        "x: &a [" + "*a, " * 40_000 + "]",
        "a: [b\nc: " + "[" * 30_000 + "]" * 30_000,
        'a: "b\n' + "{," * 45_000,
    ],
)
def test_yaml_gone_mad_is_refused_quickly(tmp_path, text):
    start = time.perf_counter()
    faults_of(tmp_path, text)
    assert time.perf_counter() - start < 10


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(sorted(SOUND)), st.data(), st.text("[]{}(),:&*!|>'\"#-? \n0.aé", max_size=3))
def test_a_damaged_card_is_refused_or_read_but_never_a_crash(tmp_path_factory, kind, data, insertion):
    text = SOUND[kind]
    start, length = data.draw(st.integers(0, len(text))), data.draw(st.integers(0, 12))
    path = tmp_path_factory.getbasetemp() / "damaged.yaml"
    path.write_text(text[:start] + insertion + text[start + length :], encoding="utf-8")
    try:
        assert isinstance(load_scorecard(path), Scorecard)
    except ScorecardError as error:
        assert str(error).startswith(f"{path}, line ")


def test_tiers_may_share_a_rule_and_nest_it(tmp_path):
    text = TIERS.replace(
        "  - {name: large",
        '  - {name: huge, all: [{rule: large}, {column: x, in: "(99, inf)"}]}\n  - {name: large',
    )
    text = text.replace("rule: large\n", "any: [{rule: huge}, {rule: large}]\n")
    card = cards.load(tmp_path, text)
    assert card.columns == ("x", "t") and card.grades == ("B", "A")
