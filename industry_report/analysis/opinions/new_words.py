"""Words that the code frame lacks: what hangs together in texts and stands in many surroundings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from math import log

import pandas as pd

from .coding import Frame, code_text, fold

_CLAUSE = re.compile(r"[^\W\d_]+")  # runs of letters and characters, without digits and punctuation
LONGEST = 4
FEWEST = 5  # texts that a suggestion stands in


def suggest_words(texts: Iterable[str], frame: Frame, most: int = 20) -> pd.DataFrame:
    """Suggest words for a code frame out of the texts that it gives no code.

    A suggestion of two to four characters hangs together (pointwise mutual information: its weakest cut is
    far more frequent than chance) and stands beside different characters (entropy of its neighbours). After
    the way in which new words are found in Chinese without a dictionary; no model, no network.

    Parameters
    ----------
    texts : iterable of str
        Feedback, as it was written. For use inside the house: a suggestion is a piece of somebody's text.
    frame : Frame
        The code frame; texts that it codes are passed over.
    most : int
        How many to give.

    Returns
    -------
    DataFrame
        ``word``, ``texts`` (in how many it stands), ``cohesion``, ``entropy``; the likeliest first. A word
        that is part of a longer one of the same texts is left out.
    """
    left = [fold(written) for written in texts if isinstance(written, str) and not code_text(written, frame)]
    clauses = [clause for written in left for clause in _CLAUSE.findall(written)]
    pieces = Counter(piece for clause in clauses for piece in _cut(clause, 1, LONGEST))
    seen = Counter(piece for written in left for piece in set(_cut_all(written)))
    total = sum(count for piece, count in pieces.items() if len(piece) == 1)
    rows = []
    for word, count in seen.items():
        if count >= FEWEST:
            entropy = min(_measure_entropy(clauses, word))
            rows.append([word, count, _measure_cohesion(word, pieces, total), entropy])
    table = pd.DataFrame(rows, columns=["word", "texts", "cohesion", "entropy"])
    table = table[table["cohesion"] > 0].sort_values(
        ["texts", "cohesion", "word"], ascending=[False, False, True], ignore_index=True
    )
    return _drop_parts(table).head(most).reset_index(drop=True)


def _cut(clause: str, shortest: int, longest: int) -> Iterator[str]:
    for length in range(shortest, longest + 1):
        yield from (clause[start : start + length] for start in range(len(clause) - length + 1))


def _cut_all(written: str) -> Iterator[str]:
    for clause in _CLAUSE.findall(written):
        yield from _cut(clause, 2, LONGEST)


def _measure_cohesion(word: str, pieces: Counter[str], total: int) -> float:
    """Return the mutual information of the weakest cut."""
    whole = pieces[word] / total
    return min(
        log(whole / (pieces[word[:cut]] / total * pieces[word[cut:]] / total)) for cut in range(1, len(word))
    )


def _measure_entropy(clauses: Iterable[str], word: str) -> tuple[float, float]:
    """Return the entropy of what stands before and behind a word; the end of a clause is a neighbour, too."""
    before, behind = Counter[str](), Counter[str]()
    for clause in clauses:
        start = clause.find(word)
        while start >= 0:
            before[clause[start - 1 : start]] += 1
            behind[clause[start + len(word) : start + len(word) + 1]] += 1
            start = clause.find(word, start + 1)
    return _entropy(before), _entropy(behind)


def _entropy(counts: Counter[str]) -> float:
    total = sum(counts.values())
    return -sum(n / total * log(n / total) for n in counts.values()) if total else 0.0


def _drop_parts(table: pd.DataFrame) -> pd.DataFrame:
    """Leave out what is only ever part of a longer suggestion."""
    counts = dict(zip(table["word"], table["texts"], strict=True))
    parts = {
        word
        for word in counts
        for other in counts
        if word != other and word in other and counts[other] >= 0.9 * counts[word]
    }
    return table[~table["word"].isin(list(parts))]
