"""Messages in Chinese: each is worded in English where it arises, and taken over here where it is shown.

The catalogue (`templates/messages.zh.txt`) has an English pattern on a line, and below it the Chinese.
``{}`` stands for what varies; ``{2}`` in the Chinese is the second of them, ``{*}`` the next, a list with
commas. A pattern that begins with a verb also holds after the name of a thing: *is empty.* is found in
*year is empty.*
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from .errors import InputError

CATALOGUE = Path(__file__).parent / "templates" / "messages.zh.txt"
_GAP = re.compile(r"\{(\d*|\*)\}")
_VERBS = frozenset(
    {
        *(
            "is",
            "has",
            "are",
            "lacks",
            "holds",
            "takes",
            "belongs",
            "looks",
            "may",
            "cannot",
            "would",
            "names",
        ),
        *(
            "needs",
            "changed",
            "sums",
            "ranks",
            "defines",
            "draws",
            "refers",
            "tells",
            "asks",
            "shows",
            "plays",
        ),
        *("puts", "seems", "expected", "got", "announces"),
    }
)
# Where one sentence of a message ends and the next begins.
_ENDS = re.compile(r"(?<=[.?!:”\"`)]) (?=[A-Z`{*<])")
_PART = r"(?:(?![.?!] [A-Z]).)+?"  # of a sentence, not beyond its end
_PLACE = r"(?:(?!: |[.?!] [A-Z]).)+?"  # of what names a thing: not what is said of it
_ITEM = re.compile(r"^ +- ", re.MULTILINE)  # before each line of a list
_TELLING = 12  # letters of a pattern beside its gaps: two words may stand in any sentence
_MOST = 4_000  # characters that are looked at; a longer text is somebody's own


_spoken = "en"


def use(language: str) -> None:
    """Set the language of what `say` gives; a command does it when it begins."""
    global _spoken
    _spoken = language


def current() -> str:
    """Return the language of messages, ``"zh"`` or ``"en"``."""
    return _spoken


def say(message: str | InputError) -> str:
    """Return a message in the language in use."""
    if isinstance(message, InputError):
        return word(message) if _spoken == "zh" else str(message)
    return translate(message) if _spoken == "zh" else message


def in_language(fault: InputError, language: str) -> str:
    """Return all faults of an error in one of the two languages."""
    return word(fault) if language == "zh" else str(fault)


def translate(text: str) -> str:
    """Return a message in Chinese; what no pattern fits stays as it is.

    Examples
    --------
    >>> translate("is already full.")
    'is already full.'
    """
    return "\n".join(_translate_line(line) for line in text.split("\n"))


def word(fault: InputError) -> str:
    """Return all faults of an error in Chinese, one a line."""
    return "\n".join(_word_one(one) for one in fault.faults)


def _word_one(fault: InputError) -> str:
    """Return one fault: what it is about, what came, what to do."""
    whole = " ".join(part for part in (fault.problem, fault.remedy) if part)
    thing, rest = _translate(fault.thing), _word_lines(whole) or _translate(whole)
    if not (thing and rest) and (together := _match(f"{fault.thing}: {whole}")):
        return together
    told = rest or "".join(_translate(part) or part for part in (fault.problem, fault.remedy))
    return f"{thing or fault.thing}：{told}"


def _word_lines(text: str) -> str:
    """Return a text of several lines in Chinese; empty if it has one, or if a line is not known."""
    lines = text.split("\n")
    if _ITEM.search(text):  # a list of further faults, one a line
        return translate("\n".join(line if _ITEM.match(line) else line.strip() for line in lines))
    told = [_translate_line(line) for line in lines]
    return "\n".join(told) if len(lines) > 1 and not set(told) & set(lines) else ""


def _translate_line(line: str) -> str:
    if item := _ITEM.match(line):
        return item[0] + _translate_line(line[item.end() :])
    split = [(thing, told) for thing, rest in _list_splits(line) if (told := _translate(rest))]
    placed = (f"{place}：{told}" for thing, told in split if (place := _translate(thing)))
    named = (f"{thing}：{told}" for thing, told in split)
    return next(placed, None) or _translate(line) or next(named, line)


def _list_splits(line: str) -> Iterator[tuple[str, str]]:
    """Yield a thing and what is said of it; the thing may hold a colon itself, as an address does."""
    for colon in re.finditer(": ", line):
        yield line[: colon.start()], line[colon.end() :]


@functools.lru_cache(maxsize=2_000)
def _translate(text: str) -> str | None:
    """Return a text in Chinese, whole or sentence by sentence; None if some part of it is not known."""
    if not text or len(text) > _MOST:
        return None
    if (found := _match(text)) is not None:
        return found
    for end in reversed([match.start() for match in _ENDS.finditer(text)]):
        head, tail = _match(text[:end]), _translate(text[end + 1 :])
        if head is not None and tail is not None:
            return head + tail
    return _match(text, 1)  # at last a gap may hold sentences, such as the words of another program


def _match(text: str, variant: int = 0) -> str | None:
    for *patterns, chinese in _load():
        if found := patterns[variant].fullmatch(text):
            return _fill(chinese, [part or "" for part in found.groups()])
    return None


def _fill(chinese: str, parts: list[str]) -> str:
    """Put what varies into a wording, itself translated where a pattern fits it; code in ` ` stays."""
    about, colon, _ = parts[0].rpartition(": ")  # the thing of an error, before what is wrong with it
    whole = colon and parts[0].endswith(": ")
    thing = f"{_word_thing(about)}：" if whole else _translate_line(parts[0])
    number = iter(range(len(parts) - 1))

    def put(gap: re.Match[str]) -> str:
        value = parts[int(gap[1]) if gap[1].isdigit() else next(number) + 1]
        if gap[1] == "*":
            return "、".join(map(_word_part, value.split(", ")))
        return value if gap.string[gap.start() - 1 : gap.start()] == "`" else _word_part(value)

    return thing + _GAP.sub(put, chinese)


def _word_thing(thing: str) -> str:
    """Return what an error is about in Chinese, such as the cell that failed with it."""
    closed = _translate_line(f"{thing}.")
    return closed.removesuffix("。") if closed.endswith("。") else _translate_line(thing)


def _word_part(part: str) -> str:
    """Return a part of a sentence in Chinese; it may be a sentence itself, whose stop is its whole's."""
    told, closed = _translate_line(part), _translate_line(f"{part}.")
    return closed.removesuffix("。") if told == part and closed != f"{part}." else told


@functools.cache
def _load() -> list[tuple[re.Pattern[str], re.Pattern[str], str]]:
    """Read the catalogue, the most particular patterns first."""
    pairs = list_pairs()
    order = sorted(pairs, key=lambda pair: -len(_GAP.sub("", pair[0])))
    return [
        (_compile(english, _PART), _compile(english, ".+?" if _is_telling(english) else _PART), chinese)
        for english, chinese in order
    ]


def _is_telling(english: str) -> bool:
    """Tell whether a pattern has words enough to be looked for in several sentences at once."""
    return len(_GAP.sub("", english)) >= _TELLING


def list_pairs() -> list[tuple[str, str]]:
    """Return every English pattern with its Chinese wording, in the order of the catalogue."""
    lines = CATALOGUE.read_text(encoding="utf-8").split("\n")
    return [
        (english, chinese.removeprefix("\t"))
        for english, chinese in pairwise(lines)
        if english and not english.startswith("\t") and chinese.startswith("\t")
    ]


def _compile(english: str, gap: str) -> re.Pattern[str]:
    gap = gap if english.endswith((".", "?", "!", ":", "{}.")) or gap == ".+?" else _PLACE
    parts = [re.escape(part) for part in re.split(r"\{\}", english)]
    before = f"({gap} )?" if english.split(" ")[0] in _VERBS else "()"
    return re.compile(before + f"({gap})".join(parts), re.DOTALL)
