"""Turn a report's HTML into Typst markup by pandoc, which is started once in a process."""

from __future__ import annotations

import atexit
import json
import subprocess
from contextlib import suppress
from pathlib import Path

import pypandoc

from ..base.errors import InputError
from ..processes import watchdog

SCRIPTS = Path(__file__).parent / "templates" / "industry"

_pandoc: subprocess.Popen[bytes] | None = None


def convert(html: str) -> str:
    """Return HTML as Typst markup; chapters, which are ``h2`` on the page, become the first level.

    Raises
    ------
    InputError
        If pandoc cannot convert it, or ends; the message is pandoc's own.
    """
    global _pandoc
    if _pandoc is None or _pandoc.poll() is not None:
        close()
        _pandoc = _start()
    assert _pandoc.stdin and _pandoc.stdout  # both are pipes
    line = b""
    with suppress(BrokenPipeError):
        _pandoc.stdin.write(json.dumps(html).encode() + b"\n")
        _pandoc.stdin.flush()
        line = _pandoc.stdout.readline()
    answer = json.loads(line) if line else {"error": f"it ended with status {_pandoc.wait()}"}
    if "error" in answer:
        problem = f"pandoc stopped: {answer['error']}."
        raise InputError(
            "PDF", problem, "Look at what the cells show: text, tables and figures are converted."
        )
    return str(answer["markup"])


def _start() -> subprocess.Popen[bytes]:
    command = [pypandoc.get_pandoc_path(), "lua", SCRIPTS / "serve.lua", SCRIPTS / "report.lua"]
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # a fault comes as an answer
        start_new_session=True,  # a Ctrl-C is for the build, which ends its workers itself
    )
    watchdog.keep(process.pid)
    return process


@atexit.register
def close() -> None:
    """End pandoc; it also ends when this process does, whose pipe it reads."""
    global _pandoc
    if _pandoc is not None:
        _pandoc.communicate()
        _pandoc = None
