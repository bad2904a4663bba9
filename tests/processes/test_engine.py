"""What the engine leaves out beside a stock one: checks and notes that change nothing in a report."""

from __future__ import annotations

import nbformat
import pytest
from jupyter_client.session import Session

from industry_report.processes import engine


def run(*cells):
    notebook = nbformat.v4.new_notebook(cells=list(cells))
    for cell in notebook.cells:
        cell.metadata["papermill"] = {}
    notebook.metadata["papermill"] = {}
    return engine.run(notebook)


def test_a_message_is_what_the_session_reads():
    session = Session(key=b"secret")
    parts = session.serialize(session.msg("display_data", {"data": {"text/plain": "2025-01-01"}}))
    _, parts = session.feed_identities(parts)
    read, stock = engine._read(session, parts), session.deserialize(parts)
    assert {key: read[key] for key in ("msg_id", "msg_type", "content", "metadata", "buffers")} == {
        key: stock[key] for key in ("msg_id", "msg_type", "content", "metadata", "buffers")
    }
    assert read["parent_header"] == {}


def test_a_message_of_somebody_else_is_refused():
    ours, theirs = Session(key=b"secret"), Session(key=b"other")
    _, parts = theirs.feed_identities(theirs.serialize(theirs.msg("status", {"execution_state": "idle"})))
    with pytest.raises(ValueError, match="did not sign"):
        engine._read(ours, parts)


def test_cells_run_up_to_the_first_that_fails():
    cells = [nbformat.v4.new_code_cell(code) for code in ("print(1)", "1 / 0", "print(3)")]
    ran = run(nbformat.v4.new_markdown_cell("# 题"), *cells)
    assert [len(cell.outputs) for cell in ran.cells[1:]] == [1, 1, 0]
    assert ran.cells[2].outputs[0].ename == "ZeroDivisionError"
    assert ran.cells[2].metadata.papermill["exception"] is True


def test_nothing_enters_the_history_of_what_the_user_typed():
    code = "print(get_ipython().history_manager.enabled)"
    assert run(nbformat.v4.new_code_cell(code)).cells[0].outputs[0].text == "False\n"
