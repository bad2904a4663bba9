"""What reports are about: words for trade, record, outcome and customer, and how sentences take them over.

Sentences are written once, in the words of the standard subject (a customer's consultation about finance
software that may lead to a purchase). A subject of another trade has other words, which take their place
where every sentence and term is chosen (`language.text`). Words of the data and of the scorecard stay as they
are: a source that is called 电话咨询 does.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Noun:
    """A noun in both languages, the English one in singular and plural."""

    zh: str
    en: str
    plural: str


@dataclass(frozen=True)
class Subject:
    """What reports are about.

    Attributes
    ----------
    trade : Noun
        What is sold.
    record : Noun
        What a row is: a consultation, a call, a lead.
    outcome : Noun
        What a record may lead to.
    customer : Noun
        Whom a record is about.
    came_about : mapping
        How records came about, a sentence in both languages.
    phrases : mapping
        Language → phrases of the standard wording that read otherwise here.
    """

    trade: Noun
    record: Noun
    outcome: Noun
    customer: Noun
    came_about: Mapping[str, str] = field(default_factory=dict, hash=False)
    phrases: Mapping[str, Mapping[str, str]] = field(default_factory=dict, hash=False)

    def list_words(self, language: str) -> dict[str, str]:
        """Return what stands for what in a language: the standard's words and phrases → this subject's."""
        words: dict[str, str] = {}
        for name in ("trade", "record", "outcome", "customer"):
            usual, own = getattr(STANDARD, name), getattr(self, name)
            pairs = [(usual.zh, own.zh)] if language == "zh" else _pair_english(usual, own)
            words |= {usual: own for usual, own in pairs if usual != own}
        return {**words, **self.phrases.get(language, {})}


def _pair_english(usual: Noun, own: Noun) -> list[tuple[str, str]]:
    return [(usual.en, own.en), (usual.plural, own.plural)]


STANDARD = Subject(
    trade=Noun("财务软件", "finance software", "finance software"),
    record=Noun("咨询", "consultation", "consultations"),
    outcome=Noun("成交", "purchase", "purchases"),
    customer=Noun("客户", "customer", "customers"),
    came_about={
        "zh": "一条咨询是客户就财务软件提出的一次询问及其登记记录。",
        "en": "A consultation is one enquiry of a customer about finance software, and its record.",
    },
)


def adapt(
    text: str, words: Mapping[str, str], verbatim: Collection[str] = (), *, english: bool = False
) -> str:
    """Return a text with a subject's words in place of the standard's.

    Parameters
    ----------
    text : str
        A sentence or a term.
    words : mapping
        See `Subject.list_words`.
    verbatim : collection of str
        Words of the data and of the scorecard, which stay as they are.
    english : bool
        Whether words end at word boundaries, keep their capital, and have an article that fits.

    Examples
    --------
    >>> adapt("5,560条咨询，“电话咨询”最多", {"咨询": "线索"}, ["电话咨询"])
    '5,560条线索，“电话咨询”最多'
    >>> adapt("Consultations: a purchase each", {"consultations": "leads", "purchase": "order"}, english=True)
    'Leads: an order each'
    """
    if not words:
        return text
    # The subject's own words are left alone, too: a text is adapted again where it becomes part of another.
    kept = [*verbatim, *(own for own in words.values() if own)]
    known = sorted({*words, *kept}, key=lambda word: (-len(word), word))
    pattern = "|".join(map(re.escape, known))
    if not english:
        return re.sub(pattern, lambda found: found[0] if found[0] in kept else words[found[0]], text)
    whole = rf"\b(?:(an?) )?({pattern})\b"
    return re.sub(whole, lambda found: _take_english(found, words, kept), text, flags=re.IGNORECASE)


def _take_english(found: re.Match[str], words: Mapping[str, str], kept: Collection[str]) -> str:
    article, word = found[1], found[2]
    own = words.get(word) or words.get(word.lower())
    if word in kept or own is None:
        return found[0]
    own = own[:1].upper() + own[1:] if word[:1].isupper() else own
    if article is None:
        return own
    fitting = "an" if own[:1].lower() in "aeiou" else "a"
    return f"{fitting.capitalize() if article[:1].isupper() else fitting} {own}"
