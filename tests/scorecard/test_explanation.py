"""A scorecard in words: the page says what the card does."""

import dataclasses
from pathlib import Path

import cards
import pandas as pd
import pytest
from click.testing import CliRunner

import scoring
from industry_report import cli
from industry_report.scorecard import explanation

FOLDER = Path(__file__).parents[2] / "params" / "scorecards"


def explain(card, language="en"):
    return explanation.explain(card, scoring.combinations(card), scoring.cells(card, language), language)


def run(*arguments):
    return CliRunner().invoke(cli.main, ["scorecard", *map(str, arguments)])


def test_the_standard_is_explained_with_every_combination_and_its_borders():
    page = run(FOLDER / "consultation.yaml", "--language", "en").output
    lines = [" ".join(line.split()) for line in page.splitlines()]
    assert "All 125 combinations: A 17, B 48, C 46, D 14" in lines
    assert "3 4 5 3.9 B" in lines and "4 4 4 4.0 A" in lines
    assert "4 belongs to A: 3 combinations (intent 4, clarity 3, satisfaction 5)" in lines
    assert "Account manager, Weekly (52 a year): Talk to the customer and follow up every week" in lines
    assert (
        "综合评分 = 0.4×意向度 + 0.3×需求明确性 + 0.3×满意度。"
        in run(FOLDER / "consultation.yaml", "--language", "zh").output
    )


def test_tiers_are_explained_with_what_is_undefined():
    card = scoring.load_scorecard(FOLDER / "upgrades.yaml")
    page = explain(card)
    assert "over 500,000 at least 2 and under 3 undefined" in " ".join(page.split())
    count = len(scoring.cells(card))
    assert f"{count - 4} of {count} cases are undefined" in page
    assert "未定义" in explain(card, "zh") and "undefined" not in explain(card, "zh")


def test_of_many_combinations_a_sample_is_shown_and_said():
    page = explain(scoring.load_scorecard(FOLDER / "value.yaml"))
    assert "60 of 3,125 combinations, a sample" in page
    assert "in 5 parts by rank within each region, the least in part 1, ties at the lowest rank" in page
    assert "monthly sum of amount over 100,000 for 3 months running" in page
    rows = [line.split() for line in page.splitlines()]
    assert ["1", "1", "1", "1", "1", "1.3", "D"] in rows and ["5", "5", "5", "5", "5", "6.5", "A"] in rows


def test_a_gate_and_a_checklist_are_said_in_words():
    card = scoring.load_scorecard(FOLDER / "behaviour.yaml")
    assert explanation.describe_rule(card, "en").endswith(
        " It is 0 where the customer asked for no more mail."
    )
    unnamed = dataclasses.replace(card, zero_because=None)
    assert "It is 0 where do_not_email is yes or 是." in explanation.describe_rule(unnamed, "en")
    card = scoring.load_scorecard(FOLDER / "qualification.yaml")
    assert "Unknown is not no" in explain(card) and "3 belongs to A: 1 combination (" in explain(card)


def test_nested_conditions_are_worded(tmp_path):
    rule = "any: [{all: [{column: x, in: '[1, 2)'}, {column: t, is: [a, b]}]}, {column: x, in: '(9, inf)'}]"
    card = cards.load(tmp_path, cards.tiers([("x", "number"), ("t", "text")], [("A", rule)]))
    worded = explanation.word_condition(card.bands[0].condition, card, "en")
    assert worded == "(x at least 1 and under 2, and t is a or b), or x over 9"


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_card_is_explained(path, language):
    result = run(path, "--language", language)
    assert result.exit_code == 0 and "None" not in result.output and "nan" not in result.output.lower()


# Comparing


def write_rows(folder):
    scores = [(5, 5, 5), (4, 4, 4), (3, 3, 3), (2, 2, 2), (1, 1, 1), (None, 1, 1)]
    table = pd.DataFrame(scores, columns=["意向度", "需求明确性", "满意度"])
    table.to_csv(folder / "黄山市-2025.csv", index=False)
    return folder / "黄山市-2025.csv"


def test_what_changes_between_two_cards_is_counted(tmp_path):
    moved = (FOLDER / "consultation.yaml").read_text(encoding="utf-8")
    moved = moved.replace("[4.0, 5.0]", "(4.0, 5.0]").replace("[3.0, 4.0)", "[3.0, 4.0]")
    (tmp_path / "moved.yaml").write_text(moved, encoding="utf-8")
    result = run(
        "--compare",
        FOLDER / "consultation.yaml",
        tmp_path / "moved.yaml",
        "--data",
        write_rows(tmp_path),
        "--language",
        "en",
    )
    assert result.exit_code == 0, result.output
    assert "Of 6 records 1 (16.7%) change grade." in result.output
    rows = {line.split()[0]: line.split()[1:] for line in result.output.splitlines()[4:]}
    assert rows["A"] == ["1", "1", "0", "0", "0", "2"]
    assert rows["ungradable"] == ["0", "0", "0", "0", "1", "1"]
    assert rows["total"] == ["1", "2", "1", "1", "1", "6"]


def test_cards_of_other_grades_are_compared_by_the_table_alone(tmp_path):
    result = run(
        "--compare",
        FOLDER / "consultation.yaml",
        FOLDER / "three-levels.yaml",
        "--data",
        write_rows(tmp_path),
        "--language",
        "zh",
    )
    assert "两个标准的等级名称不同" in result.output
    assert "改变" not in result.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "give one FILE, or two after --compare"),
        ([FOLDER / "value.yaml", "--compare", "a", "b"], "give one FILE, or two after --compare"),
        (["nowhere.yaml"], "nowhere.yaml: no such file"),
        (
            ["--compare", FOLDER / "consultation.yaml", FOLDER / "value.yaml"],
            "column annual_amount: is missing. Rename or add it; the columns found are",
        ),
    ],
)
def test_mistakes_are_told_without_a_traceback(tmp_path, arguments, said):
    data = ["--data", write_rows(tmp_path)] if "--compare" in arguments else []
    result = run(*arguments, *data)
    assert result.exit_code != 0 and said in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
