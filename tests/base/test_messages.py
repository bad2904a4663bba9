"""Every message has a Chinese wording: those in the code, and those that commands print."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from industry_report.analysis.reviews import decisions
from industry_report.base import messages
from industry_report.base.errors import InputError

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "industry_report"
CHINESE = re.compile("[\u4e00-\u9fff]")
# Three English words in a row are a sentence that nobody took over; code in ` ` and quotations are not prose.
ENGLISH = re.compile(r"[a-z]{2,} [a-z]{2,} [a-z]{2,}")
# Modules whose sentences stand in both languages already, or go into a report or a file in one of them.
BILINGUAL = (
    *("intake/cell_faults", "intake/row_faults", "intake/table_faults", "intake/fill_in_form"),
    *("export/report_words", "export/imprint", "export/word.", "base/subject", "opinions/questionnaire_form"),
    *("protection/lead_publication", "sample/table_sample", "report/sentences/"),
)


def template(node: ast.AST) -> str | None:
    """Return a text or an f-string with 甲 for what varies."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "甲" for part in node.values)
    return None


def is_bilingual(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        return {"zh", "en"} <= {word.arg for word in node.keywords} or name in ("say", "_say")
    texts = [template(one) or "" for one in ast.walk(node)] if isinstance(node, ast.Tuple) else []
    return any(CHINESE.search(text.replace("甲", "")) for text in texts)


def list_texts(node: ast.AST) -> Iterator[str]:
    """Yield the texts of a module that read like whole sentences of one language."""
    for child in ast.iter_child_nodes(node):
        if is_bilingual(child) or (isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)):
            continue
        text = template(child)
        if text is None:
            yield from list_texts(child)
        elif re.search(r"[a-z]{2,} [a-z]", text) and text.rstrip().endswith((".", "?", "!")):
            yield " ".join(text.split())


def list_modules() -> list[Path]:
    found = [*PACKAGE.rglob("*.py"), ROOT / "scoring.py"]
    return sorted(path for path in found if not any(part in path.as_posix() for part in BILINGUAL))


def is_whole(text: str) -> bool:
    """Tell whether a text is a message of its own: not the end of one that another line begins."""
    return (
        not text.startswith(("甲 ", ", ", "甲, of which", "甲. Write", "has no consultations甲"))
        and text[0] != "{"
    )


ENDS_OF_OTHERS = {
    "A text with a comma needs quotation marks.",
    'an interval or other text in brackets needs quotation marks, "[4.0, 5.0]".',
    "the file 甲. Shorten what stands here.",
    'Close the bracket or quotation; put an interval in quotation marks, "[3.0, 4.0)".',
    "Check indentation (spaces, no tabs), colons and quotation marks here and just above.",
}


@pytest.mark.parametrize("path", list_modules(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_message_of_the_code_is_taken_over(path: Path) -> None:
    texts = dict.fromkeys(list_texts(ast.parse(path.read_text(encoding="utf-8"))))
    told = {text: messages.translate(text) for text in texts if is_whole(text) and text not in ENDS_OF_OTHERS}
    left = [text for text, chinese in told.items() if ENGLISH.search(re.sub("`[^`]*`", "", chinese))]
    assert left == [], "add them to base/templates/messages.zh.txt"


def test_the_catalogue_says_each_thing_once_and_fills_what_varies() -> None:
    pairs = messages.list_pairs()
    assert len(pairs) == len({english for english, _ in pairs}) > 600
    for english, chinese in pairs:
        gaps = len(re.findall(r"\{\}", english))
        used = [int(n) - 1 for n in re.findall(r"\{(\d+)\}", chinese)] or list(range(chinese.count("{}")))
        assert all(place < gaps for place in used), english
        assert CHINESE.search(chinese) or not re.search("[a-z]{3}", chinese.replace("{", "")), english


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("is empty. Write a text.", "为空。请填写文字。"),
        ('name "" is empty. Write a text.', 'name "" 为空。请填写文字。'),
        ("there is no column x. There are: a, b.", "没有列x。现有：a, b。"),
        ("nobody has ever said this.", "nobody has ever said this."),
    ],
)
def test_a_message_is_taken_over_sentence_by_sentence(english: str, chinese: str) -> None:
    assert messages.translate(english) == chinese


def test_all_faults_of_an_error_are_worded() -> None:
    faults = [
        InputError("data x", "is empty.", "Export it again."),
        InputError("parameter y", "is missing.", ""),
    ]
    assert messages.word(InputError.join(faults)) == "数据x：为空。请重新导出。\n参数y：缺失。"


def test_a_list_of_faults_is_worded_line_by_line() -> None:
    lines = "\n  - a.yaml, line 3: is empty. Write a text.\n  - a.yaml, line 9: is empty. Write a text."
    told = messages.word(
        InputError("plan", f"2 faults, so nothing was made.{lines}\n", "Mend them and try again.")
    )
    first, second, third, last = told.split("\n")
    assert first.endswith("共2处错误，未制作任何报告。")
    assert (second, third) == (
        "  - a.yaml第3行：为空。请填写文字。",
        "  - a.yaml第9行：为空。请填写文字。",
    )
    assert not ENGLISH.search(last)


def test_a_place_is_no_part_of_what_is_said_of_it() -> None:
    """The colon after a line's number ends the place, whatever pattern the rest would fit with it."""
    english = "a.yaml, line 2: x.ipynb has no parameter 'data'. Its parameters: region, year."
    chinese = "a.yaml第2行：x.ipynb没有参数'data'。可用参数：region, year。"
    assert messages.translate(english) == chinese


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        (
            "2025/x.zh: it took longer than the time limit of 8 s, so it was stopped. See --time-limit.",
            "2025/x.zh：超过时限8秒，已终止。参见--time-limit。",
        ),
        (
            "2025/x.zh: took longer than the time limit of 8 s outside of its cells. Raise --time-limit.",
            "2025/x.zh：单元之外用时超过8秒的时限。请提高--time-limit。",
        ),
    ],
)
def test_why_a_report_was_stopped_is_said_in_chinese_whoever_says_it(english: str, chinese: str) -> None:
    thing, _, rest = english.partition(": ")
    assert messages.translate(english) == messages.word(InputError(thing, rest, "")) == chinese


def test_code_that_a_message_quotes_stays_as_it_is() -> None:
    """A comment of a cell may be worded as a message of ours is."""
    cell, data = "`# 读数 / only what may be published`", "data x: has no consultations of y 2025."
    problem = f"cell In [4], {cell}, failed with InputError: {data} There are: none."
    kept = "The notebook as far as it ran: x.ipynb. The last good report is untouched."
    assert messages.translate(f"2025/x/market.zh: {problem} {kept}") == (
        f"2025/x/market.zh：单元In [4]（{cell}）出错：InputError：数据x：没有y 2025的咨询。现有：无。"
        "已运行部分的笔记本：x.ipynb。上一份完好的报告未受影响。"
    )


@pytest.mark.parametrize(
    ("thing", "problem", "remedy", "chinese"),
    [
        (
            *("a.yaml, line 8", "the key name stands twice, first on line 7. Keep one of them.", ""),
            "a.yaml第8行：键name出现两次，首次在第7行。请保留一处。",
        ),
        (
            *("r.yaml, line 4", 'cycle "week" is none of month, quarter, year.', ""),
            'r.yaml第4行：周期"week"不在可选范围内。可选：month, quarter, year。',
        ),
        (
            *(
                "r.yaml, line 4",
                "indicator \"orderd\" is none of ordered, orders. Did you mean 'ordered'?",
                "",
            ),
            "r.yaml第4行：指标\"orderd\"不在可选范围内。可选：ordered, orders。是否应为'ordered'？",
        ),
        (
            *(
                "a.yaml, line 9",
                "entry 1 of bands says all and any. Write one of all, any, not, rule, column.",
                "",
            ),
            "a.yaml第9行：bands的第1条同时写了all和any。请只写all、any、not、rule、column之一。",
        ),
        (
            *(
                "p.yaml, line 3, logo l.png",
                "is not a PNG picture: it is too short.",
                "Export it anew as PNG.",
            ),
            "p.yaml第3行，标志l.png：不是PNG图片：过短。请重新导出为PNG。",
        ),
        (
            *(
                "x.xlsx, row 4",
                "甲 both proposed and approved it.",
                "Correct the rows, or take them out; nothing was recorded.",
            ),
            "x.xlsx第4行：提出人与批准人同为甲。请更正或删去这些行；本次未作任何记录。",
        ),
        (
            *("profile x", "there is none of this name.", "Did you mean 'y'?"),
            "对接方案x：没有该名称的对接方案。是否应为'y'？",
        ),
    ],
)
def test_a_message_that_names_its_place_is_chinese_to_its_end(thing, problem, remedy, chinese) -> None:
    assert messages.word(InputError(thing, problem, remedy)) == chinese


FACTS = {"cycle": ("2025-02-01", "2025Q3"), "later": ("2025-10-01", "2025-09-30")}


@pytest.mark.parametrize("code", decisions._FAULTS)
def test_faults_of_decisions_are_told_alike_in_reports_and_commands(code: str) -> None:
    fault = decisions.Fault(
        "x.xlsx, row 4", "c1", code, FACTS.get(code, ("甲", "")[: decisions._FAULTS[code][0].count("{")])
    )
    told = messages.word(InputError("x.xlsx, row 4", f"{fault.word('en')}.", ""))
    assert told == f"x.xlsx第4行：{fault.word('zh')}。"
