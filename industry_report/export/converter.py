"""Turn a report's HTML into Typst markup, or a Word document, by pandoc; the former starts it but once."""

from __future__ import annotations

import atexit
import functools
import json
import os
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import pypandoc

from ..base.errors import InputError
from ..processes import watchdog

ATTEMPTS = 3  # to convert a report whose pandoc is killed; each starts it anew
SCRIPTS = Path(__file__).parent / "templates" / "industry"
WORD_FILTER = Path(__file__).parent / "templates" / "word" / "word.lua"

_pandoc: subprocess.Popen[bytes] | None = None


def convert(html: str) -> str:
    """Return HTML as Typst markup; chapters, which are ``h2`` on the page, become the first level.

    Raises
    ------
    InputError
        If pandoc cannot convert it; the message is pandoc's own.
    """
    answer = next(filter(None, (_ask(html) for _ in range(ATTEMPTS))), None)
    if answer is None:
        problem = f"pandoc was ended from outside, {ATTEMPTS} times, perhaps for lack of memory."
        raise InputError("PDF", problem, "Try --jobs 1.")
    if "error" in answer:
        problem = f"pandoc stopped: {answer['error']}."
        raise InputError(
            "PDF", problem, "Look at what the cells show: text, tables and figures are converted."
        )
    return str(answer["markup"])


def _ask(html: str) -> dict[str, str] | None:
    """Return pandoc's answer; None if it ended before it gave one, as when the system killed it."""
    global _pandoc
    if _pandoc is None or _pandoc.poll() is not None:
        close()
        _pandoc = _start()
    assert _pandoc.stdin and _pandoc.stdout  # both are pipes
    line = b""
    with suppress(OSError):
        _pandoc.stdin.write(json.dumps(html).encode() + b"\n")
        _pandoc.stdin.flush()
        line = _pandoc.stdout.readline()
    if line.endswith(b"\n"):
        return dict(json.loads(line))
    close()
    return None


@functools.cache
def read_word_reference() -> bytes:
    """Return pandoc's own reference document for Word."""
    return _run_pandoc(["--print-default-data-file", "reference.docx"])


def convert_to_word(
    html: str, reference: bytes, files: Mapping[str, bytes], facts: Mapping[str, str]
) -> bytes:
    """Return HTML as a Word document in the styles of a reference document.

    Parameters
    ----------
    html : str
        Names pictures by the names in `files`; ``data-custom-style`` names a style of the reference.
    reference, files : bytes, mapping of str to bytes
        The reference document; the pictures.
    facts : mapping of str to str
        Metadata for pandoc: title, subtitle, lang.

    Raises
    ------
    InputError
        If pandoc cannot convert it; the message is pandoc's own.
    """
    with tempfile.TemporaryDirectory(prefix="report-") as folder:
        for name, content in {"page.html": html.encode(), "reference.docx": reference, **files}.items():
            Path(folder, name).write_bytes(content)
        metadata = [f"--metadata={name}={value}" for name, value in facts.items()]
        _run_pandoc(
            [
                *("page.html", "--from=html", "--to=docx", "--output=report.docx"),
                *("--reference-doc=reference.docx", f"--lua-filter={WORD_FILTER}", *metadata),
            ],
            folder,
        )
        return Path(folder, "report.docx").read_bytes()


def _run_pandoc(arguments: list[str], folder: str | None = None) -> bytes:
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "0"}  # else it writes the time
    command = [_find_pandoc(), *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
    if done.returncode != 0:
        told = done.stderr.decode("utf-8", "replace").strip().splitlines() or [f"status {done.returncode}"]
        problem = f"pandoc stopped: {told[0]}."
        raise InputError("Word document", problem, "Look at what the cells show: text, tables, figures.")
    return done.stdout


@functools.cache
def _find_pandoc() -> str:
    """Return where pandoc is; pypandoc tries each place by a start, which may be killed, too."""
    with suppress(OSError):
        return pypandoc.get_pandoc_path()
    return pypandoc.get_pandoc_path()


def _start() -> subprocess.Popen[bytes]:
    command: list[str | Path] = [_find_pandoc(), "lua", SCRIPTS / "serve.lua", SCRIPTS / "report.lua"]
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
        with suppress(OSError):  # it was killed while it had something to read
            _pandoc.communicate()
        _pandoc = None
