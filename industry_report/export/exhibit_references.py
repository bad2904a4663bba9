"""References from the text to figures and tables (cross-references), by the numbers that they were given.

Nobody numbers by hand: a sentence that speaks of what the next figure or table shows ends with its number,
（图6） or (Figure 6); where no sentence does, a short one before it says what stands there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..base.language import speaking, text
from .html_tree import Element, Node, find, find_classed, make, plain, read_text, set_attribute

HAN = re.compile(r"[\u3400-\u9fff]+")
WORD = re.compile(r"[A-Za-z]{4,}")
STEM = 5  # letters that words of one kind share: customer, customers
# How much of a caption's words a sentence must have to speak of the same (overlap coefficient).
ALIKE = 0.5
# Where a sentence ends, with what may stand after its full stop.
ENDS = {"zh": re.compile(r"[。！？]"), "en": re.compile(r"(?<=[\w%)\]”’\ufdd0;])\.(?=\s+[A-Z“\d]|\s*$)")}
# Parts of a caption that say no more of what is shown.
ASIDE = re.compile(
    r"（[^（）]*）|\s?\([^()]*\)|及(其)?\s*95%置信区间|"
    r",? with (its |a )?95% (confidence )?interval(,(?= by\b))?"
)
# Captions before which English has no article.
NO_ARTICLE = re.compile(r"(What|How|Who|Which|Where|When|Why|The|An?|Each|All|Every|Both|No|To)\b|\W")
MOST_NAMED = 2  # exhibits that one sentence names by what they show; more it counts


@dataclass
class Exhibit:
    """A figure or table with a number.

    Attributes
    ----------
    number : str
        As it is printed: 图6, Table 2.
    anchor : str
        Where a reference leads: figure-6.
    caption : str
        What is shown, without place and time.
    folded : bool
        Whether the page unfolds it and the PDF has none of it.
    """

    number: str
    anchor: str
    caption: str
    folded: bool = False


@dataclass
class Sentence:
    """A sentence of the body: what it says, where its full stop stands, which exhibits it refers to."""

    holder: Element
    child: int
    stop: int
    words: str
    cites: list[Exhibit] = field(default_factory=list)


def refer(nodes: list[Node], cover: Mapping[str, Any]) -> list[Node]:
    """Return a body in which each numbered figure and table is referred to, before it stands.

    Parameters
    ----------
    nodes : list of Element or str
        The whole body; figures and tables are numbered.
    cover : mapping
        See `body.find_cover`: its language, and the places and years that captions need not repeat.
    """
    known = {part for _, fact in cover.get("facts", []) for part in re.split(r"[、，]|, ", str(fact))}
    made: list[Node] = []
    with speaking(cover["language"]):
        for place, section in _split(nodes):
            made += section if place == "summary" else _refer_in(section, known, cover["language"])
    return made


def _split(nodes: Sequence[Node]) -> Iterator[tuple[str, list[Node]]]:
    """Yield the sections of a body, each from its heading to the next; the summary's page by itself."""
    section: list[Node] = []
    for node in nodes:
        tag = node.tag if isinstance(node, Element) else ""
        if tag in ("h2", "h3", "h4", "h5", "h6") and section:
            yield "section", section
            section = []
        if tag == "div" and _class(node) == "summary":
            yield "section", section
            yield "summary", [node]
            section = []
            continue
        section.append(node)
    yield "section", section


def _class(node: Node) -> str:
    return node.attributes.get("class", "") if isinstance(node, Element) else ""


def _refer_in(section: list[Node], known: set[str], spoken: str) -> list[Node]:
    """Return one section: exhibits that stand together are referred to together."""
    made: list[Node] = []
    sentences: list[Sentence] = []
    run: list[Exhibit] = []
    begin = 0
    for node in [*section, None]:
        exhibit = _read_exhibit(node, known) if node is not None else None
        if exhibit is not None:
            begin = begin if run else len(made)
            run.append(exhibit)
        elif run and (node is None or isinstance(node, Element)):
            told = _lead_in([one for one in run if not _place(one, sentences, spoken)], spoken)
            _insert(made, begin, told, spoken)
            run = []
        if isinstance(node, Element) and exhibit is None:
            sentences += _read_sentences(node, spoken)
        if node is not None:
            made.append(node)
    _write(sentences)
    return made


def _read_exhibit(node: Node, known: set[str]) -> Exhibit | None:
    """Return what a node of the first level is as an exhibit; gives its number an anchor."""
    if not isinstance(node, Element) or node.tag not in ("figure", "table", "details"):
        return None
    caption = next(find([node], "figcaption", "caption"), None)
    number = find_classed(caption, "number") if caption is not None else None
    if caption is None or number is None:
        return None
    printed = read_text(number.children)
    kind = "figure" if caption.tag == "figcaption" else "table"
    anchor = f"{kind}-{re.sub(r'[^0-9]', '', printed)}"
    number.attributes["id"] = anchor
    shown = find_classed(caption, "shown") or find_classed(caption, "subtitle")
    words = read_text(shown.children) if shown else read_text(caption.children).removeprefix(printed)
    return Exhibit(printed, anchor, shorten(words.strip(), known), node.tag == "details")


def shorten(caption: str, known: set[str]) -> str:
    """Return what a caption says is shown, without place, time, unit and what else stands aside.

    >>> shorten("各月咨询数（条），黄山市，2025年", {"黄山市", "2025年"})
    '各月咨询数'
    """
    parts = re.split(r"(，|, )", re.split(r"；|; ", ASIDE.sub("", caption))[0].strip())
    while len(parts) > 1 and (parts[-1] in known or re.fullmatch(r"(in )?\d{4}年?", parts[-1])):
        parts = parts[:-2]
    return "".join(parts).strip()


# --- sentences that speak of an exhibit


def _read_sentences(node: Element, spoken: str) -> list[Sentence]:
    """Return the sentences of a paragraph or a list, as far as they end with a full stop."""
    if node.tag == "p" and not _class(node):
        return _split_sentences(node, spoken)
    if node.tag in ("ul", "ol"):
        return [one for item in find(node.children, "li") for one in _split_sentences(item, spoken)]
    return []


def _split_sentences(holder: Element, spoken: str) -> list[Sentence]:
    found: list[Sentence] = []
    words = ""
    for place, child in enumerate(holder.children):
        if not isinstance(child, str):
            words += read_text([child])
            continue
        start = 0
        for end in ENDS[spoken].finditer(child):
            stop = end.start()
            found.append(Sentence(holder, place, stop, words + read_text([child[start:stop]])))
            start, words = end.end(), ""
        words += read_text([child[start:]])
    return found


def _place(exhibit: Exhibit, sentences: Sequence[Sentence], spoken: str) -> bool:
    """Let the sentence that says most of an exhibit refer to it; tells whether there is one."""
    wanted = _tokens(exhibit.caption, spoken)
    if not wanted or exhibit.folded:
        return False
    alike = [len(wanted & _tokens(one.words, spoken)) / len(wanted) for one in sentences]
    best = max(alike, default=0)
    if best <= ALIKE:
        return False
    last = len(alike) - 1 - alike[::-1].index(best)
    sentences[last].cites.append(exhibit)
    return True


def _tokens(words: str, spoken: str) -> set[str]:
    """Return by what two texts are compared: pairs of Chinese characters (bigrams), stems of words."""
    stems = {word[:STEM].casefold() for word in WORD.findall(words)}
    if spoken != "zh":
        return stems
    return stems | {run[i : i + 2] for run in HAN.findall(words) for i in range(len(run) - 1)}


def _write(sentences: Sequence[Sentence]) -> None:
    """Put the references before the full stops of their sentences, the last one first."""
    for one in reversed([one for one in sentences if one.cites]):
        child = one.holder.children[one.child]
        assert isinstance(child, str)
        bracketed = child[: one.stop].endswith((")", "）"))
        numbers = name_numbers(one.cites)
        if bracketed:
            put = [plain(text(zh="，见", en=", see ")), *numbers]
        else:
            put = [plain(text(zh="（", en=" (")), *numbers, plain(text(zh="）", en=")"))]
        one.holder.children[one.child : one.child + 1] = [child[: one.stop], *put, child[one.stop :]]


# --- where no sentence does


def _insert(made: list[Node], place: int, told: list[Node], spoken: str) -> None:
    """Put paragraphs at a place; the first goes on a paragraph that stands just before it."""
    before = next((node for node in reversed(made[:place]) if isinstance(node, Element)), None)
    if told and before is not None and before.tag == "p" and not _class(before):
        first = told.pop(0)
        assert isinstance(first, Element)
        before.children += [*([" "] if spoken == "en" else []), *first.children]
    made[place:place] = told


def _lead_in(exhibits: Sequence[Exhibit], spoken: str) -> list[Node]:
    """Return a paragraph that says what stands below it; none where all is referred to."""
    folded = [one for one in exhibits if one.folded]
    open_ = [one for one in exhibits if not one.folded]
    made: list[Node] = []
    if 0 < len(open_) <= MOST_NAMED:
        made.append(_paragraph(_name_each(open_, spoken)))
    elif open_:
        made.append(_paragraph(_in_words("详见{}。", "For details see {}.", open_)))
    if folded:
        many = len(folded) > 1
        said = "{} are further data: on the page and in the data appendix." if many else (
            "{} is further data: on the page and in the data appendix."
        )  # fmt: skip
        made.append(_paragraph(_in_words("补充数据见网页版和数据附录的{}。", said, folded)))
    return made


def _paragraph(children: list[Node]) -> Element:
    return Element("p", {}, children)


def _in_words(zh: str, en: str, exhibits: Sequence[Exhibit]) -> list[Node]:
    before, _, after = text(zh=zh, en=en).partition("{}")
    return [*([plain(before)] if before else []), *name_numbers(exhibits), plain(after)]


def _name_each(exhibits: Sequence[Exhibit], spoken: str) -> list[Node]:
    """Return a sentence that says of each exhibit what it shows."""
    parts: list[Node] = []
    for place, one in enumerate(exhibits):
        if spoken == "zh":
            parts += [plain(("，" if place else "") + f"{one.caption}见"), _link(one, one.number)]
        else:
            verb = "shows" if one.anchor.startswith("figure") else "gives"
            parts += [*([plain(", and ")] if place else []), _link(one, one.number)]
            parts.append(plain(f" {verb} {_with_article(one.caption)}"))
    return [*parts, plain(text(zh="。", en="."))]


def _with_article(caption: str) -> str:
    """Return an English caption as the object of a sentence.

    >>> _with_article("Meaning of each score")
    'the meaning of each score'
    """
    first = re.match(r"[A-Z][a-z]+\b", caption)
    lowered = caption[0].lower() + caption[1:] if first else caption
    return lowered if NO_ARTICLE.match(caption) else f"the {lowered}"


def name_numbers(exhibits: Sequence[Exhibit]) -> list[Node]:
    """Return the numbers of exhibits as links, those that follow each other as a range: 表1至表4."""
    made: list[Node] = []
    for kind in dict.fromkeys(one.anchor.partition("-")[0] for one in exhibits):
        same = [one for one in exhibits if one.anchor.startswith(kind)]
        if made:
            made.append(plain(text(zh="和", en=" and ")))
        made += _join(_find_runs(same), len(same) > 1)
    return made


def _find_runs(exhibits: Sequence[Exhibit]) -> list[list[Exhibit]]:
    runs: list[list[Exhibit]] = []
    for one in exhibits:
        if runs and _count(one) == _count(runs[-1][-1]) + 1:
            runs[-1].append(one)
        else:
            runs.append([one])
    return [part for run in runs for part in ([run] if len(run) > 2 else [[one] for one in run])]


def _count(exhibit: Exhibit) -> int:
    return int(exhibit.anchor.partition("-")[2] or 0)


def _join(runs: Sequence[Sequence[Exhibit]], several: bool) -> list[Node]:
    """Return runs of one kind: in English the kind is said once, in the plural."""
    made: list[Node] = []
    for place, run in enumerate(runs):
        if place:
            made.append(plain(text(zh="、", en=" and " if place == len(runs) - 1 else ", ")))
        made.append(_link(run[0], _say_number(run[0], several, first=place == 0)))
        if len(run) > 1:
            last = _link(run[-1], _say_number(run[-1], several, first=False))
            made += [plain(text(zh="至", en=" to ")), last]
    return made


def _say_number(exhibit: Exhibit, several: bool, *, first: bool) -> str:
    kind, _, count = exhibit.number.rpartition(" ")
    if not kind or not several:
        return exhibit.number
    return f"{kind}s {count}" if first else count


def _link(exhibit: Exhibit, words: str) -> Element:
    link = make("a", words, class_="reference")
    set_attribute(link, "href", f"#{exhibit.anchor}")
    return link
