"""JSON that the program reads back: with a checksum where it alone writes it, by its form elsewhere."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

from .files import write_whole

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_HEAD = '{"sha256":"%s","content":'
_HEAD_LENGTH = len(_HEAD % hashlib.sha256().hexdigest())


def write_checked(path: Path, content: Any) -> None:
    """Write a file with its checksum, in one step: a reader sees the old one or the new one.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    body = json.dumps(content, ensure_ascii=False)
    write_whole(path, _HEAD % _digest(body) + body + "}")


def read_checked(path: Path) -> Any:
    """Return what `write_checked` wrote; None if the file is missing or in any way another one.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     note = Path(folder, "note.json")
    ...     write_checked(note, [1, "二"])
    ...     before = read_checked(note)
    ...     changed = note.write_text(note.read_text(encoding="utf-8").replace("二", "三"), encoding="utf-8")
    ...     before, read_checked(note)
    ([1, '二'], None)
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return None
    body = text[_HEAD_LENGTH:-1]
    if text != _HEAD % _digest(body) + body + "}":
        return None
    return json.loads(body)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def read_json(path: Path) -> Any:
    """Return a file's content; None if it cannot be read, is no JSON, or cannot be written again."""
    try:
        text = path.read_text(encoding="utf-8")
        content = json.loads(text)
        if _SURROGATE.search(text):  # half of a pair may stand alone
            json.dumps(content, ensure_ascii=False).encode()
    except (OSError, ValueError, RecursionError):
        return None
    return content


def has_form(value: Any, form: Any) -> bool:
    """Tell whether a JSON value has a form.

    Parameters
    ----------
    form
        A type; a tuple of forms of which one must fit; ``[form]`` for a list of such, ``[form, form]`` for a
        list of just two; ``{key: form}`` for an object with these keys, of which those that end in ``?`` may
        be missing; ``{str: form}`` for an object of any keys; a function that tells whether a text fits.

    Examples
    --------
    >>> has_form({"files": {"pdf": "ab"}, "more": 1}, {"files": {str: str}, "draft?": bool})
    True
    >>> has_form({"files": ["pdf"]}, {"files": {str: str}})
    False
    """
    if isinstance(form, tuple):
        return any(has_form(value, each) for each in form)
    if isinstance(form, list):
        each = form if len(form) > 1 else form * len(value) if isinstance(value, list) else []
        return isinstance(value, list) and len(each) == len(value) and all(map(has_form, value, each))
    if isinstance(form, type):
        return type(value) is form if form in (int, bool) else isinstance(value, form)
    if not isinstance(form, dict):
        return isinstance(value, str) and bool(form(value))
    if not isinstance(value, dict):
        return False
    if str in form:
        return all(has_form(item, form[str]) for item in value.values())
    return all(
        has_form(value[key], part) if (key := name.removesuffix("?")) in value else name.endswith("?")
        for name, part in form.items()
    )
