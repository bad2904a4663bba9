"""Commands speak one language: that of --language, else of the system, else Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from industry_report import cli
from industry_report.commands import speech

ENGLISH = re.compile(r"(?<![-/`\w.])[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}")
CHINESE = re.compile("[\u4e00-\u9fff]")
DATA = """客户ID,地区,统计年度,意向度,需求明确性,满意度,片区,是否成交
K1,黄山市,2025,5,4,9,东区,是
K2,黄山,2025,4,4,3,西区,否
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("d.csv").write_text(DATA, encoding="utf-8")
    Path("empty.csv").write_text("", encoding="utf-8")
    Path("words.csv").write_text("a\nb\n", encoding="utf-8")
    Path("bad.yaml").write_text(
        "columns: {片区: nothing}\nvalues:\n  sorce: {a: b}\nfurther: 5\n", encoding="utf-8"
    )
    Path("card.yaml").write_text(
        "kind: weighted\nname: x\nbands: []\ndimensions:\n  - column: grade\n", encoding="utf-8"
    )
    Path("plan.yaml").write_text("notebook: none-such\nregion: no\n", encoding="utf-8")
    Path("broken.yaml").write_text("colours: {accent: #1b5e8c}\n", encoding="utf-8")
    Path("log.jsonl").write_text("{}\n", encoding="utf-8")
    Path("there.xlsx").write_bytes(b"PK")
    return tmp_path


def run(words: list[str], language: str) -> Result:
    system = {"LANGUAGE": language, "LC_ALL": language}
    return CliRunner().invoke(cli.main, words, env=system, prog_name="industry-report")


def list_commands(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from list_commands(inner, (*path, name))


def prose(result: Result) -> str:
    """Return what a command said, without examples of what to type, paths and quotations."""
    text = result.output
    text = re.sub(r"(?m)^ +industry-report .*$", "", text)
    return re.sub(r"`[^`]*`|\"[^\"]*\"|“[^”]*”|'[^']*'", "", text)


COMMANDS = list(list_commands(cli.main))
BAD = [
    "",
    "nosuch",
    "build --nosuch",
    "build nosuch.yaml",
    "build plan.yaml",
    "build broken.yaml",
    "build plan.yaml --jobs 0",
    "build plan.yaml --time-limit 0",
    "plan",
    "plan broken.yaml",
    "plan plan.yaml --only x",
    "check",
    "check nosuch.csv",
    "check empty.csv words.csv",
    "check d.csv",
    "check d.csv --language",
    "check d.csv --columns bad.yaml",
    "check d.csv --scorecard card.yaml",
    "check d.csv --write there.xlsx",
    "check d.csv d.csv --write-mapping m.yaml",
    "check d.csv --write-mapping bad.yaml",
    "scorecard",
    "scorecard card.yaml",
    "scorecard --compare card.yaml",
    "sample --rows 0",
    "sample x --seed word",
    "template there.csv",
    "template there.xlsx",
    "template new.xlsx --table nosuch",
    "template new.xlsx --scorecard card.yaml",
    "init",
    "init . --subject nosuch",
    "update",
    "preview",
    "preview nosuch.ipynb",
    "fit nosuch.yaml",
    "fit plan.yaml",
    "review",
    "review verify nosuch.jsonl",
    "review verify log.jsonl",
    "review record log.jsonl --data d.csv --rules bad.yaml",
    "crm profiles",
    "crm check d.csv",
    "crm check d.csv --profile nosuch",
    "crm diff d.csv --profile nosuch --grades d.csv",
    "crm write d.csv --profile nosuch --grades d.csv --out x --date soon",
]


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_help_is_in_one_language(path: tuple[str, ...]) -> None:
    chinese, english = (run([*path, "--help"], spoken) for spoken in speech.LANGUAGES)
    assert chinese.exit_code == english.exit_code == 0
    assert ENGLISH.findall(prose(chinese)) == []
    assert CHINESE.findall(prose(english)) == []
    assert "用法：" in chinese.output and "选项：" in chinese.output


@pytest.mark.parametrize("words", BAD)
def test_faults_are_told_in_one_language(words: str, folder: Path) -> None:
    chinese = run(words.split(), "zh")
    assert ENGLISH.findall(prose(chinese)) == [], chinese.output
    assert CHINESE.search(chinese.output)
    english = run(words.split(), "en")
    own = re.sub(
        "黄山市?|杭州市|盐城市|[东西]区|片区|客户ID|地区|统计年度|意向度|需求明确性|满意度|是否成交",
        "",
        prose(english),
    )
    assert CHINESE.findall(own) == [], english.output
    assert chinese.exit_code == english.exit_code


@pytest.mark.parametrize(
    ("words", "system", "told"),
    [
        ("check nosuch.csv --language en", "zh_CN.UTF-8", "Error:"),
        ("check nosuch.csv --language=zh", "en_GB.UTF-8", "错误："),
        ("check nosuch.csv", "en_GB.UTF-8", "Error:"),
        ("check nosuch.csv", "de_DE.UTF-8", "错误："),
        ("plan nosuch.yaml --language en", "zh_CN.UTF-8", "Error:"),
    ],
)
def test_the_option_comes_before_the_system_and_chinese_last(
    words: str, system: str, told: str, folder: Path
) -> None:
    assert told in run(words.split(), system).output


# --- what check tells


def test_check_says_graded_only_where_a_scorecard_grades(folder: Path) -> None:
    plain, graded = (run(["check", "d.csv", *more], "en").output for more in ([], ["--scorecard", CARD]))
    assert (
        "read 2 = complete 1 + incomplete 0 + rejected 1 + duplicates 0" in plain
        and "grade" not in plain.lower()
    )
    assert (
        "read 2 = graded 1 + ungradable 0 + rejected 1 + duplicates 0" in graded
        and "Grade: A 0, B 1" in graded
    )


CARD = str(Path(__file__).parents[2] / "params" / "scorecards" / "consultation.yaml")


def test_check_lists_what_is_not_used_and_what_is_not_there(folder: Path) -> None:
    Path("m.yaml").write_text("columns:\n  是否成交: ignore\n  无此列: product\n", encoding="utf-8")
    told = run(["check", "d.csv", "--columns", "m.yaml"], "zh").output
    assert "未使用的列：片区" in told
    assert "对照文件所列而文件中没有的表头：无此列" in told


def test_check_points_out_regions_of_nearly_the_same_name(folder: Path) -> None:
    Path("d.csv").write_text(DATA.replace(",9,", ",3,"), encoding="utf-8")
    assert "写法相近的地区：黄山、黄山市" in run(["check", "d.csv"], "zh").output


def test_a_draft_shows_further_columns_and_the_values_it_saw(folder: Path) -> None:
    Path("d.csv").write_text(
        DATA.replace("片区", "年采购额").replace("东区", "1200").replace("西区", "3400"), encoding="utf-8"
    )
    run(["check", "d.csv", "--write-mapping", "draft.yaml"], "zh")
    draft = Path("draft.yaml").read_text(encoding="utf-8")
    assert '  # "年采购额": {column: column_1, type: number}  # 1200 – 3400' in draft.splitlines()
    opened = draft.replace('  # "年采购额": {column: column_1', '  "年采购额": {column: spend')
    Path("draft.yaml").write_text(opened, encoding="utf-8")
    assert "年采购额 → spend" in run(["check", "d.csv", "--columns", "draft.yaml"], "zh").output


# --- what YAML makes of words and colours


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("region: no\n", 1, 'region "no" is read by YAML as true or false. Put it in quotation marks.'),
        ("year: 2025\nregion: on\n", 2, 'region "on" is read by YAML as true or false.'),
        ("values:\n  source:\n    甲: off\n", 3, "source of 甲 is read by YAML as true or false."),
        ("columns: {片区: #1b5e8c}\n", 1, "what follows # after a blank is a comment"),
    ],
)
def test_words_that_yaml_takes_for_others_are_named_with_line_and_remedy(
    text: str, line: int, told: str, folder: Path
) -> None:
    Path("m.yaml").write_text(text, encoding="utf-8")
    output = run(["check", "d.csv", "--columns", "m.yaml"], "en").output
    assert f"m.yaml, line {line}: " in output and told in output


def test_keys_that_yaml_takes_for_truths_are_texts(folder: Path) -> None:
    Path("m.yaml").write_text("values:\n  converted: {y: true, no: false, off: false}\n", encoding="utf-8")
    Path("d.csv").write_text(
        DATA.replace("东区,是", "东区,y").replace("西区,否", "西区,off").replace(",9,", ",3,"),
        encoding="utf-8",
    )
    assert run(["check", "d.csv", "--columns", "m.yaml"], "zh").exit_code == 0
