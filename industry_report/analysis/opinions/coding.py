"""Feedback by a code frame: which codes a text has, whether it praises or blames; no model, only words.

Words of `params/feedback.yaml` are looked for as they stand, after Unicode folding (NFKC); the longest comes
first and takes its place. A negation at most two characters before a word turns it round: 不是很热情 blames.
How well that agrees with a person is measured, not assumed: `measure`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ...base import origin, table_metadata
from ...base.language import text
from ...base.yaml_forms import Kind, Typed, read_words
from ...base.yaml_reader import Page, open_page
from ..rates import wilson

FRAME = Kind("the code frame", "params/feedback.yaml")
POSITIVE, NEGATIVE, NEUTRAL = "positive", "negative", "neutral"
POLARITIES = (POSITIVE, NEGATIVE, NEUTRAL)
UNCODED = ""
_STOP = re.compile(r"[\s,.;:!?，。；：！？、…~]")
_CODE = re.compile(r"[a-z][a-z0-9_-]*")


@dataclass(frozen=True)
class Code:
    """One code: its words by polarity."""

    code: str
    label: Mapping[str, str] = field(hash=False)
    words: Mapping[str, str] = field(hash=False)  # folded word → polarity

    @property
    def name(self) -> str:
        """What the report calls it."""
        return text(**self.label)


@dataclass(frozen=True)
class Frame:
    """A code frame; see params/feedback.yaml.

    Attributes
    ----------
    title, version : mapping, str
        What it is called.
    codes : tuple of Code
        In the order of the file.
    negations, spared : tuple of str
        Words that turn a word round, and words that contain one and do not (不仅).
    within : int
        How many characters may stand between.
    """

    title: Mapping[str, str] = field(hash=False)
    version: str
    codes: tuple[Code, ...]
    negations: tuple[str, ...] = ()
    spared: tuple[str, ...] = ()
    within: int = 2

    @property
    def names(self) -> dict[str, str]:
        """Code → what the report calls it."""
        return {code.code: code.name for code in self.codes}


# --- the file


def _read_code(written: str) -> str:
    if not _CODE.fullmatch(written):
        raise ValueError("is no name of small letters, digits, - and _. Write for example `code: speed`.")
    return written


def _read_within(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= 10:
        raise ValueError("is no number of characters from 0 to 10. Write for example `within: 2`.")
    return value


_WORDING: dict[str, Any] = {"zh": read_words, "en": read_words}
_ENTRY: dict[str, Any] = {"code": _read_code, "label": _WORDING} | {f"{p}?": [read_words] for p in POLARITIES}
FORM: dict[str, Any] = {
    "title": _WORDING,
    "version": read_words,
    "negation?": {"words": [read_words], "within?": Typed(_read_within), "unless?": [read_words]},
    "codes": [_ENTRY],
}


def load_frame(path: str | Path) -> Frame:
    """Read a code frame.

    Parameters
    ----------
    path : str or Path
        A YAML file, see params/feedback.yaml; looked for in the working folder and those above it.

    Raises
    ------
    InputError
        The file is missing or is not what it must be; all faults at once, each with its line and remedy.
    """
    page = open_page(path, FRAME)
    values = page.read(page.root, FORM) if page.root is not None else {}
    _note_faults(page, values.get("codes") or [])
    page.refuse(path)
    negation = values.get("negation") or {}
    return Frame(
        title=values["title"],
        version=values["version"],
        codes=tuple(
            Code(entry["code"], entry["label"], {fold(w): p for p in POLARITIES for w in entry.get(p) or ()})
            for entry in values["codes"]
        ),
        negations=tuple(fold(word) for word in negation.get("words") or ()),
        spared=tuple(fold(word) for word in negation.get("unless") or ()),
        within=negation.get("within", 2),
    )


def _note_faults(page: Page, codes: Sequence[Mapping[str, Any]]) -> None:
    first: dict[str, int] = {}
    for number, entry in enumerate(codes):
        place = ("codes", number)
        words = [fold(word) for polarity in POLARITIES for word in entry.get(polarity) or ()]
        if not words:
            page.note_at(place, f"code {entry.get('code')} has no words. Give it {', '.join(POLARITIES)}.")
        twice = {word for word in words if words.count(word) > 1}
        if twice:
            page.note_at(place, f"“{twice.pop()}” stands twice in one code. Keep it once.")
        if (code := entry.get("code")) in first:
            page.note_at(place, f"the code {code} is there twice, first on line {first[code]}. Join the two.")
        first.setdefault(str(code), page.find_line(place))


def fold(written: Any) -> str:
    """Return a text in one form: full-width characters and case do not matter."""
    return unicodedata.normalize("NFKC", str(written)).casefold().strip()


# --- a text and its codes


def code_text(written: Any, frame: Frame) -> dict[str, str]:
    """Return the codes of a text with their polarity.

    Parameters
    ----------
    written : str
        The text; missing has no code.
    frame : Frame
        Its words.

    Returns
    -------
    dict
        Code → ``"positive"``, ``"negative"`` or ``"neutral"``. Where a text both praises and blames one side,
        it blames: complaints are what somebody must act on.

    Examples
    --------
    >>> words = {"热情": POSITIVE, "冷淡": NEGATIVE}
    >>> frame = Frame({}, "1", (Code("attitude", {}, words),), negations=("不",))
    >>> code_text("客服很热情", frame), code_text("客服不是很热情", frame), code_text("已收到", frame)
    ({'attitude': 'positive'}, {'attitude': 'negative'}, {})
    """
    if written is None or written is pd.NA or written != written:
        return {}
    folded = fold(written)
    found: dict[str, set[str]] = {}
    for code in frame.codes:
        for start, polarity in _find_words(folded, code):
            if polarity != NEUTRAL and _is_negated(folded, start, frame):
                polarity = NEGATIVE if polarity == POSITIVE else POSITIVE
            found.setdefault(code.code, set()).add(polarity)
    order = (NEGATIVE, POSITIVE, NEUTRAL)
    return {code: next(p for p in order if p in kinds) for code, kinds in found.items()}


def _find_words(folded: str, code: Code) -> Iterator[tuple[int, str]]:
    """Yield where words of a code stand, the longest first; no character belongs to two words."""
    taken = np.zeros(len(folded), dtype=bool)
    for word in sorted(code.words, key=lambda word: (-len(word), word)):
        start = folded.find(word)
        while start >= 0:
            if not taken[start : start + len(word)].any():
                taken[start : start + len(word)] = True
                yield start, code.words[word]
            start = folded.find(word, start + 1)


def _is_negated(folded: str, start: int, frame: Frame) -> bool:
    """Tell whether a negation stands shortly before a word, in the same clause."""
    longest = max(map(len, frame.negations), default=0)
    before = folded[max(start - frame.within - longest, 0) : start]
    for word in frame.spared:
        before = before.replace(word, "\n" * len(word))
    ends = [place + len(word) for word in frame.negations if (place := before.rfind(word)) >= 0]
    between = before[max(ends) :] if ends else ""
    return bool(ends) and len(between) <= frame.within and not _STOP.search(between)


def code_feedback(feedback: pd.DataFrame, frame: Frame) -> pd.DataFrame:
    """Return the codes of texts, one row a text and code, and one with an empty code for a text without any.

    Parameters
    ----------
    feedback : DataFrame
        ``text`` and what else a row has.

    Returns
    -------
    DataFrame
        ``place`` (position of the text), ``customer_id`` where there are identifiers, ``channel``,
        ``product``, ``code``, ``polarity``. The texts are not in it.
    """
    rows = []
    kept = [name for name in ("customer_id", "channel", "product") if name in feedback]
    known = {written: code_text(written, frame) for written in feedback["text"].dropna().unique()}
    for place, record in enumerate(feedback[["text", *kept]].itertuples(index=False, name=None)):
        codes = known.get(record[0], {}) if isinstance(record[0], str) else {}
        rows += [(place, *record[1:], code, polarity) for code, polarity in (codes or {UNCODED: ""}).items()]
    return pd.DataFrame(rows, columns=["place", *kept, "code", "polarity"])


def count_codes(coded: pd.DataFrame, frame: Frame) -> pd.DataFrame:
    """Return how many texts have each code and how many of these blame, most frequent first.

    Returns
    -------
    DataFrame
        Index ``code``; ``texts``, ``share`` of all texts, ``negative``, ``rate`` (what part blames),
        ``low``, ``high``. Codes without a text are left out. A text may have several codes.
    """
    total = coded["place"].nunique()
    told = coded[coded["code"] != UNCODED]
    grouped = told.groupby("code")
    table = pd.DataFrame(
        {
            "texts": grouped["place"].nunique(),
            "negative": told[told["polarity"] == NEGATIVE].groupby("code")["place"].nunique(),
        }
    ).reindex([code.code for code in frame.codes])
    table = table[table["texts"].notna()].fillna(0).astype("int64")
    return describe_codes(table.sort_values("texts", ascending=False, kind="stable"), total)


def describe_codes(table: pd.DataFrame, total: int) -> pd.DataFrame:
    """Add shares and intervals to counts of texts by code."""
    n, negative = table["texts"].to_numpy(float), table["negative"].to_numpy(float)
    low, high = wilson(negative, n)
    with np.errstate(invalid="ignore", divide="ignore"):
        table = table.assign(share=n / total if total else np.nan, rate=negative / n, low=low, high=high)
    table = table[["texts", "share", "negative", "rate", "low", "high"]].rename_axis("code")
    formats = {"texts": "rows", "negative": "rows"}
    return table_metadata.describe(table, heads=heads(), formats=formats)


def heads() -> dict[str, str]:
    """Return what the columns are called."""
    return {
        "code": text(zh="主题", en="Topic"),
        "texts": text(zh="反馈条数", en="Texts"),
        "share": text(zh="占全部反馈", en="Of all texts"),
        "negative": text(zh="负面", en="Negative"),
        "rate": text(zh="负面占比", en="Share negative"),
        "precision": text(zh="查准率", en="Precision"),
        "recall": text(zh="查全率", en="Recall"),
        "by_words": text(zh="词表判为此主题", en="By words"),
        "by_hand": text(zh="人工判为此主题", en="By hand"),
        "both": text(zh="一致", en="Both"),
    }


# --- how well it agrees with a person

CHECKED = 50  # texts to check by hand
_SEED = 2025


def draw_sample(feedback: pd.DataFrame, frame: Frame, size: int = CHECKED) -> pd.DataFrame:
    """Draw texts to be coded by hand: for use inside the house, with nobody's number.

    Returns
    -------
    DataFrame
        ``text_number`` (position in the data), ``text`` with telephone numbers and the like covered,
        ``by_words``, the codes as ``code+`` and ``code-``, and ``by_hand``, empty: to be filled in likewise.
    """
    from ...intake.personal_data import cover

    rows = feedback.reset_index(drop=True)
    rows = rows[rows["text"].notna()]
    chosen = rows.sample(min(size, len(rows)), random_state=_SEED).sort_index()
    return pd.DataFrame(
        {
            "text_number": chosen.index + 1,
            "text": [cover(written) for written in chosen["text"]],
            "by_words": [write_codes(code_text(written, frame)) for written in chosen["text"]],
            "by_hand": "",
        }
    )


def write_codes(codes: Mapping[str, str]) -> str:
    """Write the codes of a text in one cell.

    Examples
    --------
    >>> write_codes({"speed": "negative", "price": "positive"})
    'speed-; price+'
    """
    signs = {POSITIVE: "+", NEGATIVE: "-", NEUTRAL: ""}
    return "; ".join(f"{code}{signs[polarity]}" for code, polarity in codes.items())


def read_codes(cell: Any) -> dict[str, str]:
    """Read the codes that somebody wrote into a cell; see `write_codes`."""
    if cell is None or cell is pd.NA or cell != cell:
        return {}
    parts = [part.strip() for part in re.split(r"[;,、|]", fold(cell)) if part.strip()]
    signs = {"+": POSITIVE, "-": NEGATIVE}
    return {part.rstrip("+-").strip(): signs.get(part[-1], NEUTRAL) for part in parts}


def measure(by_words: Sequence[Mapping[str, str]], by_hand: Sequence[Mapping[str, str]]) -> pd.DataFrame:
    """Return how well the words agree with a person: code and polarity must be the same.

    Parameters
    ----------
    by_words, by_hand : sequence of mapping
        The codes of each text, by `code_text` and by a person.

    Returns
    -------
    DataFrame
        Index ``code``, ``""`` for all together, first; ``by_words``, ``by_hand``, ``both`` (texts),
        ``precision``, ``precision_low``, ``precision_high`` (of what the words found, what is right) and
        ``recall`` with its limits (of what is there, what they found); Wilson intervals.
    """
    codes = sorted({code for texts in (by_words, by_hand) for one in texts for code in one})
    rows = {}
    for code in ["", *codes]:
        chosen = codes if code == "" else [code]
        words, hand = (_list_pairs(texts, chosen) for texts in (by_words, by_hand))
        both = sum(len(a & b) for a, b in zip(words, hand, strict=True))
        rows[code] = [sum(map(len, words)), sum(map(len, hand)), both]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["by_words", "by_hand", "both"])
    for name, of in (("precision", "by_words"), ("recall", "by_hand")):
        n, right = table[of].to_numpy(float), table["both"].to_numpy(float)
        low, high = wilson(right, n)
        with np.errstate(invalid="ignore", divide="ignore"):
            told = {name: right / n, f"{name}_low": low, f"{name}_high": high}
        table = table.assign(**told)
    ends = [f"{name}{end}" for name in ("precision", "recall") for end in ("", "_low", "_high")]
    formats = dict.fromkeys(ends, "rate") | dict.fromkeys(("by_words", "by_hand", "both"), "rows")
    return table_metadata.describe(table.rename_axis("code"), heads=heads(), formats=formats)


def _list_pairs(texts: Sequence[Mapping[str, str]], codes: Sequence[str]) -> list[set[tuple[str, str]]]:
    return [{(code, one[code]) for code in codes if code in one} for one in texts]


origin.trace_module(globals())
