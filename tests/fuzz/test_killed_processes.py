"""The fast part of the fuzzer of builds: a few kills of each sort, seeded."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import pytest

from .killed_processes import HELPERS, Fuzzer

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="tells processes apart as on Linux"),
]


def test_killed_helpers_lose_no_report():
    with tempfile.TemporaryDirectory() as place:  # not below tmp_path, which is too deep for sockets
        outcome = Fuzzer(Path(place), seed=2025).run(seconds=1, kinds=HELPERS)
    assert outcome.faults == []
    assert outcome.kills.total() > 0
