"""Pandoc as a server: the markup of a body, faults, and a process that is gone."""

from __future__ import annotations

import shutil

import pypandoc
import pytest

from industry_report.base.errors import InputError
from industry_report.export import converter

BODY = """<h2 id="summary">摘要</h2><p>成交率为<strong>21.5%</strong>。</p><h3>Sources</h3>
<table><caption>来源</caption><thead><tr><th>来源</th></tr></thead><tbody><tr><td>𠮷 &lt; 5</td></tr></tbody>
</table>"""


def test_markup_is_what_the_command_gives():
    filtered = f"--lua-filter={converter.SCRIPTS / 'report.lua'}"
    options = ["--wrap=preserve", "--shift-heading-level-by=-1", filtered]
    expected = pypandoc.convert_text(BODY, to="typst", format="html", extra_args=options)
    assert converter.convert(BODY).strip() == expected.strip()
    assert "= 摘要" in expected
    assert "𠮷 \\< 5" in expected


@pytest.mark.parametrize(
    ("cell", "printed"),
    [
        ("a" * 16, "\u200b".join("a" * 16)),
        ("校验和" + "0f" * 8 + "。", "校验和" + "\u200b".join("0f" * 8) + "。"),
        ("a" * 15 + "，" + "b" * 15, "a" * 15 + "，" + "b" * 15),
    ],
)
def test_long_words_may_break_in_a_table_only(cell, printed):
    row = BODY.replace("𠮷 &lt; 5", cell)
    assert f"[{printed}]" in converter.convert(row)
    assert cell in converter.convert(f"<p>{cell}</p>")


def test_one_process_serves_many_bodies_and_nothing_of_one_comes_into_the_next():
    first = converter.convert(BODY)
    assert converter._pandoc is not None
    number = converter._pandoc.pid
    assert converter.convert("<p>line\nbreak</p>").strip() == "line\nbreak"
    assert converter.convert(BODY) == first
    assert converter._pandoc.pid == number


def test_a_fault_is_told_and_the_next_body_is_converted(tmp_path, monkeypatch):
    shutil.copy(converter.SCRIPTS / "serve.lua", tmp_path)
    (tmp_path / "report.lua").write_text("function Strong() error('no stress') end", encoding="utf-8")
    converter.close()
    monkeypatch.setattr(converter, "SCRIPTS", tmp_path)
    try:
        with pytest.raises(InputError, match=r"PDF: pandoc stopped: .*report\.lua:1: no stress"):
            converter.convert(BODY)
        assert converter.convert("<p>成交率</p>").strip() == "成交率"
    finally:
        converter.close()


def test_a_pandoc_that_was_killed_is_started_again(monkeypatch):
    converter.convert(BODY)
    assert converter._pandoc is not None
    process = converter._pandoc
    process.kill()
    monkeypatch.setattr(process, "poll", lambda: None)  # it dies just after the look whether it lives
    assert "摘要" in converter.convert(BODY)
    assert converter._pandoc is not process


def test_closing_ends_it():
    converter.convert(BODY)
    process = converter._pandoc
    assert process is not None
    converter.close()
    assert process.returncode == 0
    converter.close()
