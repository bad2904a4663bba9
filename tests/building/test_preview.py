from __future__ import annotations

import json
import re
import signal
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from builds import GOOD, left_in, start, wait_for, write_notebook

from industry_report.base import messages
from industry_report.base.errors import InputError
from industry_report.building import preview
from industry_report.building.preview import Board, State


def test_page_is_told_every_state_once_and_the_last_at_once():
    board = Board()
    news = board.follow()
    assert next(news) == State()
    threading.Timer(0.05, board.post, (State(1, busy=False), "<p>")).start()
    assert next(news) == State(1, busy=False)
    assert next(board.follow()) == State(1, busy=False)
    assert board.page == "<p>"


def test_page_that_is_gone_is_noticed_by_a_heartbeat(monkeypatch):
    monkeypatch.setattr(preview, "HEARTBEAT_SECONDS", 0.01)
    news = Board().follow()
    assert [next(news), next(news)] == [State(), None]


def test_server_answers_this_machine_only():
    board = Board()
    board.page = "报告"
    with preview._serve(board, 0) as address:
        assert urllib.request.urlopen(f"{address}report?1").read().decode() == "报告"
        assert "EventSource" in urllib.request.urlopen(address).read().decode()
        foreign = urllib.request.Request(f"{address}report", headers={"Host": "example.org"})
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(foreign)
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"{address}secret")


@pytest.mark.parametrize("path", ["", "report", "events", "report?1", "x/report", "{token}x/report"])
def test_who_was_not_told_the_address_gets_nothing(path):
    board = Board()
    board.page = "客户"
    with preview._serve(board, 0) as address:
        place, token = address.rstrip("/").rsplit("/", 1)
        assert len(token) >= 40
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"{place}/{path.format(token=token)}")
        with preview._serve(board, 0) as second:
            assert token not in second


def test_port_that_is_taken_is_named():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=f"port {port}: cannot be used"), preview._serve(Board(), port):
            pass


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C cannot be sent to another process")
def test_saved_notebook_is_shown_its_error_too_and_nothing_is_left(project):
    write_notebook("mine", *GOOD)
    process = start("preview", "notebooks/mine.ipynb")
    assert process.stdout is not None
    address = process.stdout.readline().split()[2]
    with urllib.request.urlopen(f"{address}events") as events:
        first = wait_for_state(events, lambda state: state["version"] == 1)
        assert first["error"] == ""
        assert "黄山市" in read(address)
        write_notebook("mine", *GOOD, "1 / 0")
        failed = wait_for_state(events, lambda state: state["error"])
        assert "`1 / 0`, failed with ZeroDivisionError" in failed["error"]
        assert "黄山市" in read(address)  # the last good page stays
        Path("notebooks/mine.ipynb").write_text("{", encoding="utf-8")
        assert "is not a notebook" in wait_for_state(events, lambda s: "notebook of" in s["error"])["error"]
        write_notebook("mine", *GOOD, "print('第二版')")
        assert wait_for_state(events, lambda state: state["version"] == 2)["error"] == ""
        assert "第二版" in read(address)
    process.send_signal(signal.SIGINT)
    begin = time.monotonic()
    process.communicate(timeout=30)
    assert process.returncode == 0
    assert time.monotonic() - begin < 4
    wait_for(lambda: not left_in(project))


def wait_for_state(events: Any, is_wanted: Any) -> dict[str, Any]:
    for line in events:
        state = json.loads(line[6:]) if line.startswith(b"data: ") else None
        if state and is_wanted(state):
            return state
    raise AssertionError("the preview ended")


def read(address: str) -> str:
    return urllib.request.urlopen(f"{address}report").read().decode()


@pytest.mark.parametrize(("spoken", "made"), [("zh", "正在生成报告……"), ("en", "Making the report …")])
def test_the_frame_speaks_the_language_of_messages(spoken, made, monkeypatch):
    monkeypatch.setattr(messages, "_spoken", spoken)
    frame = preview.write_frame()
    assert frame.count(made) == 2
    assert f'<html lang="{spoken}">' in frame
    if spoken == "zh":
        shown = re.sub(r"<style>.*?</style>|//.*", "", frame, flags=re.S)
        assert "预览" in frame and "Preview" not in frame and "The preview" not in shown
