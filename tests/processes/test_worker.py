"""What goes through the pipes to a worker, and what an end that is gone leaves behind."""

from __future__ import annotations

import multiprocessing
import traceback
from pathlib import Path

import pytest

from industry_report.processes import worker


def test_objects_arrive_as_they_were_sent():
    reader, writer = multiprocessing.Pipe(duplex=False)
    worker.send(writer, (sorted, {"path": Path("数据")}))
    assert worker.receive(reader) == (sorted, {"path": Path("数据")})
    writer.close()
    with pytest.raises(EOFError):
        worker.receive(reader)


def test_the_error_of_a_pipe_that_ended_holds_no_view_of_a_buffer():
    """`Connection.send` leaves one of a BytesIO: Python 3.12.1 ends when it is collected in a circle."""
    reader, writer = multiprocessing.Pipe(duplex=False)
    reader.close()
    with pytest.raises(OSError) as fault:
        worker.send(writer, "a task" * 1000)
    frames = [frame for frame, _ in traceback.walk_tb(fault.value.__traceback__)]
    held = [value for frame in frames for value in frame.f_locals.values() if isinstance(value, memoryview)]
    assert [type(view.obj) for view in held] == [bytes] * len(held)
