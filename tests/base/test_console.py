"""Any text on any console; a console that fails ends nothing."""

from __future__ import annotations

import io
import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from industry_report.base import console
from industry_report.base.console import SafeStream

TEXT = st.text(st.characters(codec=None) | st.sampled_from("\x1b\x07\x9b\u202e\ud800😀甲\r\x00\x7f"))


@given(text=TEXT, encoding=st.sampled_from(["utf-8", "gbk", "gb18030", "cp1252", "latin-1", "ascii", "big5"]))
def test_any_text_is_shown_and_moves_no_cursor(text, encoding):
    raw = io.BytesIO()
    stream = SafeStream(io.TextIOWrapper(raw, encoding=encoding, errors="strict", newline="\n"))
    assert stream.write(text) == len(text)
    stream.flush()
    assert stream.error is None
    shown = raw.getvalue().decode(encoding)
    assert not console.ACTING.search(shown)
    plain = text.encode(encoding, "replace").decode(encoding)
    assert shown.count("\n") == plain.count("\n")


@given(value=st.text())
def test_json_stays_what_it_is(value):
    assert json.loads(console.escape_controls(json.dumps(value, ensure_ascii=False))) == value


class Fails(io.StringIO):
    """A stream that takes nothing."""

    def write(self, text: str) -> int:
        raise OSError(28, "No space left on device")


def test_a_stream_that_fails_is_given_up(monkeypatch):
    monkeypatch.setattr(sys, "stdout", Fails())
    with console.guard():
        print("甲")
        print("乙")
        assert console.find_loss() == "No space left on device"
    assert isinstance(sys.stdout, Fails)


def test_a_reader_that_wants_no_more_is_no_loss(monkeypatch):
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stdout", closed)
    with console.guard():
        print("甲")
        assert console.find_loss() == ""


SHOW = "import sys; from industry_report.base import console\nwith console.guard():\n    {}"


def run(code: str, redirect: str = "") -> subprocess.CompletedProcess[str]:
    command = f'exec "$0" -c "$1" {redirect}'
    return subprocess.run(
        ["sh", "-c", command, sys.executable, SHOW.format(code)], capture_output=True, text=True, check=False
    )


@pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell redirects")
@pytest.mark.parametrize(
    "redirect", [">&-", "2>&-", ">&- 2>&- <&-", "> /dev/full", "> /dev/full 2>&1", "| true"]
)
def test_a_program_ends_as_it_should_wherever_its_output_goes(redirect):
    done = run("print('甲' * 100_000); print('乙', file=sys.stderr)", redirect)
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell redirects")
def test_no_file_takes_the_place_of_a_closed_stream(tmp_path):
    code = f"import os; file = open({str(tmp_path / 'x')!r}, 'w'); os._exit(file.fileno())"
    assert run(code, ">&- 2>&- <&-").returncode > 2
