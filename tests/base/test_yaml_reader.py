"""One reader for every YAML file: what could exhaust or mislead us is refused in few words, with its line."""

import time
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scoring
from industry_report.analysis.curriculum import load_curriculum
from industry_report.base.errors import InputError
from industry_report.base.yaml_forms import Keyed, Kind, Listed, Tree, Typed, Worded, read_words
from industry_report.base.yaml_reader import Page
from industry_report.intake.mapping import load_column_map
from industry_report.settings.parameters import read_entries
from industry_report.settings.publisher import load_policy

READERS = {
    "scorecard": scoring.load_scorecard,
    "skills": load_curriculum,
    "mapping": load_column_map,
    "publisher": lambda path: load_policy(path, "industry"),
    "parameters": lambda path: read_entries(Path(path)),
}
LAUGHS = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12))
INNER = "[x]"
for level in range(9):
    INNER = f"&b{level} [{', '.join([INNER] + [f'*b{level - 1}' if level else 'x'] * 8)}]"
WEIRD = {
    "billion laughs": f"a0: &a0 [x]\n{LAUGHS}\nregion: *a11\n",
    "bomb inside one value": f"region: {INNER}\n",
    "bomb of merges": "a: &a {x: 1}\nb: &b {<<: [*a, *a]}\nc: {<<: [*b, *b, *b]}\nregion: ['\n",
    "a list in itself": "region: &a [*a]\n",
    "a mapping in itself": "columns: &a {x: *a}\n",
    "depth": "region: " + "[" * 3000 + "]" * 3000 + "\n",
    "unclosed depth": "a: {" * 40_000,
    "many dashes": "- " * 90_000,
    "many aliases": "x: &a [" + "*a, " * 40_000 + "]",
    "a number without end": f"year: {'9' * 5000}\n",
    "a version without end": f"%YAML 1.{'9' * 5000}\n---\nyear: 1\n",
    "a character beyond all": 'region: "\\UFFFFFFFF"\n',
    "half a character": 'region: "\\ud800"\n',
    "an end of text": 'region: "a\\0b"\n',
    "an escape sequence": 'region: "\\e[2J"\n',
    "a tag that runs": 'region: !!python/object/apply:os.system ["id"]\n',
    "a tag that lies": "year: !!bool maybe\n",
    "a tag of days": "year: !!timestamp abc\n",
    "a set": "region: !!set {a, b}\n",
    "a long text": f"regoin: {'x' * 100_000}\n",
    "a long key": f"{'k' * 900}: 1\n",
    "a huge file": "# " + "x" * 2_000_000,
    "two documents": "region: a\n---\nyear: 2025\n",
}


def refusal(tmp_path, read, text):
    path = tmp_path / "x.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read(path)
    return str(caught.value)


# What keys a parameter file may have, its notebook says.
PAIRS = [(kind, weird) for kind in READERS for weird in WEIRD]
PAIRS = [pair for pair in PAIRS if pair not in {("parameters", "a long text"), ("parameters", "a long key")}]


@pytest.mark.parametrize(("kind", "weird"), PAIRS)
def test_what_could_exhaust_us_is_refused_quickly_and_shortly_by_every_reader(tmp_path, kind, weird):
    tracemalloc.start()
    start = time.process_time()
    message = refusal(tmp_path, READERS[kind], WEIRD[weird])
    seconds, (_, peak) = time.process_time() - start, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert seconds < 4, "a second without tracing and other work"
    assert peak < 200e6
    assert "x.yaml" in message and (", line " in message or "larger than" in message)
    assert len(message) < 4000 and max(map(len, message.splitlines())) < 1000
    assert message.isprintable() or "\n" in message


DAYS = ["2025-02-30", "2025-13-01", "0000-00-00"]


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("reader", [load_column_map, lambda path: read_entries(Path(path))])
def test_a_day_that_does_not_exist_is_named_with_its_line(tmp_path, reader, day):
    assert "line 2: year" in refusal(tmp_path, reader, f"region: a\nyear: {day}\n")


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("region: [黄山市, 杭州市]\n", 1, "region is not a single value"),
        ("year: -5\n", 1, "is no year"),
        ("year: 202\n", 1, "is no year"),
        ("year: true\n", 1, "is no year"),
        ("year: 2025.0\n", 1, "is no year"),
        ("year: 33:45\n", 1, "number of sixtieths"),
        ("columns:\n  打分: intent\n  打分: clarity\n", 3, "stands twice, first on line 2"),
        ("values: {intent: {~: 5}}\n", 1, "nothing is filled in"),
        ("values:\n  intent:\n    '  ': 5\n", 3, "nothing is filled in"),
        ("values: {intent: {高: 5, ' 高 ': 4}}\n", 1, "stands twice"),
        ("columns: {'': intent}\n", 1, "is empty"),
        ("further: {a: {column: visits, type: [number]}}\n", 1, "type is not a single value"),
    ],
)
def test_a_mapping_that_is_wrong_without_looking_so_is_refused(tmp_path, text, line, said):
    message = refusal(tmp_path, load_column_map, text)
    assert f"line {line}: " in message and said in message


def test_codes_stay_as_they_are_written_and_mean_what_yaml_says(tmp_path):
    path = tmp_path / "columns.yaml"
    path.write_text(
        "values: {converted: {01: true, no: false, '2': 3, x: 1.5}}\nyear: 2025\n", encoding="utf-8"
    )
    found = load_column_map(path)
    assert found.values["converted"] == {"01": True, "no": False, "2": 3, "x": 1.5}
    assert found.year == 2025


def test_all_faults_of_a_file_are_told_at_once_with_their_lines(tmp_path):
    text = "regoin: a\nyear: x\ncolumns:\n  甲: intnt\n  乙: clarty\n"
    message = refusal(tmp_path, load_column_map, text)
    lines = message.splitlines()
    assert [line.split(": ")[0].split(" ")[-1] for line in lines] == ["1", "2", "4", "5"]
    assert [("Did you mean" in line) for line in lines] == [True, False, True, True]


def test_a_file_with_countless_faults_tells_the_first(tmp_path):
    text = "columns:\n" + "".join(f"  h{n}: nothing\n" for n in range(500))
    message = refusal(tmp_path, load_column_map, text)
    assert len(message.splitlines()) == 51 and "450 more faults" in message


# --- forms

FORM = {
    "name": read_words,
    "worded?": Worded(read_words),
    "listed?": Listed(read_words),
    "keyed?": Keyed(str, Typed(lambda value: value), may_be_empty=True),
    "tree?": Tree(),
}
PLAIN = Kind("the file", "params/x.yaml")


def read(text, kind=PLAIN):
    page = Page(text, kind)
    values = page.read(page.root, FORM) if page.root else None
    return values, sorted(page.faults)


def test_every_form_reads_what_it_is_for():
    text = "name:  a   b\nworded: {en: x}\nlisted: []\nkeyed: {a: 1, b: 2025-01-31, c: ~}\n"
    text += "tree: {x: [1, 2025-01-31]}\n"
    values, faults = read(text)
    assert not faults
    assert values["name"] == "a b" and values["worded"] == {"zh": "x", "en": "x"} and values["listed"] == []
    assert values["keyed"]["a"] == 1 and values["keyed"]["b"].year == 2025 and values["keyed"]["c"] is None
    assert values["tree"] == {"x": [1, "2025-01-31"]}


def test_merge_keys_bring_what_a_mapping_lacks_and_the_earlier_source_wins():
    shared = Kind("the file", "x", has_aliases=True)
    text = "name: a\ntree:\n  - &a {x: 1, y: 1}\n  - &b {x: 2, z: 2}\n  - {<<: [*a, *b], y: 3}\n"
    values, faults = read(text, shared)
    assert not faults and values["tree"][2] == {"x": 1, "z": 2, "y": 3}


@settings(max_examples=150, deadline=None)
@given(st.text("nameworedlist:{}[]-&*!<#?|>'\"~ \n\t0.é\x00", max_size=60))
def test_any_text_gives_values_or_faults_with_lines(text):
    values, faults = read(text)
    assert faults or values["name"]
    assert all(1 <= line <= text.count("\n") + 2 and fault for line, fault in faults)
