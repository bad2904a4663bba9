"""What a report on a market must be told: names of cited totals, an assumed need, competitors' shares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...base.yaml_forms import Kind, Listed, read_words
from ...base.yaml_reader import Page, open_page

MARKET = Kind("the file on the market", "params/market.yaml")
_MOST_PERCENT = 100.0


def _read_share(text: str) -> float:
    """Read a share from 0 to 1."""
    return _read_number(text, 1.0, "a share from 0 to 1, such as 0.35")


def _read_percent(text: str) -> float:
    """Read a market share in percent."""
    return _read_number(text, _MOST_PERCENT, "percent from 0 to 100, such as 25")


def _read_number(text: str, most: float, wanted: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= most:
        raise ValueError(f"expected {wanted}, got {text}.")
    return number


def _read_yes(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError(f"expected true or false, got {text}.")
    return text == "true"


NEED: dict[str, Any] = {
    "low": _read_share,
    "mid": _read_share,
    "high": _read_share,
    "source": read_words,
    "example?": _read_yes,
}
COMPETITOR: dict[str, Any] = {"name": read_words, "share": _read_percent, "source": read_words}
FORM: dict[str, Any] = {
    "metrics": {"sales": [read_words], "firms": [read_words]},
    "need?": NEED,
    "competitors?": Listed(COMPETITOR),
}


@dataclass(frozen=True)
class Need:
    """Which share of all firms needs what is sold: an assumption, its range and whose it is."""

    low: float
    mid: float
    high: float
    source: str
    example: bool = False


@dataclass(frozen=True)
class MarketFile:
    """What params/market.yaml says.

    Attributes
    ----------
    metrics : mapping
        ``sales`` and ``firms`` → what the table of external totals may call them.
    need : Need or None
        None where nobody said; a need marked as an example holds for synthetic data alone.
    competitors : mapping
        Name → market share in percent.
    competitor_sources : tuple of str
        Where these come from.
    """

    metrics: Mapping[str, tuple[str, ...]] = field(hash=False)
    need: Need | None = None
    competitors: Mapping[str, float] = field(default_factory=dict, hash=False)
    competitor_sources: tuple[str, ...] = ()


def load_market(path: str | Path) -> MarketFile:
    """Read the file on the market.

    Parameters
    ----------
    path : str or Path
        A YAML file, see params/market.yaml. A relative path is looked for in the working folder and then in
        the folders above it.

    Raises
    ------
    InputError
        The file is missing or says what cannot be; all faults at once, each with its line.
    """
    page = open_page(path, MARKET)
    values = page.read(page.root, FORM) if page.root is not None else {}
    _check(page, values)
    page.refuse(path)
    rivals = values.get("competitors", [])
    return MarketFile(
        {name: tuple(words) for name, words in values["metrics"].items()},
        Need(**values["need"]) if "need" in values else None,
        {rival["name"]: rival["share"] for rival in rivals},
        tuple(dict.fromkeys(rival["source"] for rival in rivals)),
    )


def _check(page: Page, values: Mapping[str, Any]) -> None:
    need = values.get("need", {})
    given = [need[name] for name in ("low", "mid", "high") if need.get(name) is not None]  # sound ones
    if given != sorted(given):
        page.note_at(("need", "low"), "low, mid and high are not in this order. Put the smallest first.")
    rivals = values.get("competitors", [])
    names = [rival.get("name") for rival in rivals]
    for number, name in enumerate(names):
        if name in names[:number]:
            page.note_at(("competitors", number, "name"), f"{name} is there twice. Keep one of them.")
    total = sum(rival.get("share") or 0.0 for rival in rivals)
    if total > _MOST_PERCENT:
        page.note_at(("competitors",), f"the shares add up to {total:g} %. Check them: 100 is all there is.")
