"""What customer value is reckoned with: a file that an institution edits (params/customer-value.yaml)."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from ...base.yaml_forms import Keyed, Kind, read_words
from ...base.yaml_reader import Page, open_page
from ...intake.code_lists import CODES

FILE = Kind("the assumptions on customer value", "params/customer-value.yaml")
YEAR_END, NOW = "year_end", "now"
LIFETIME, FOR_EVER = "lifetime", "for_ever"
WHITE_SPACE, LIST_PRICE, WALLET = "white_space", "list_price", "wallet"
FEWEST_PEERS = 30
SERVICES = ("电话", "远程", "上门", "培训", "展会")


@dataclass(frozen=True)
class Lifetime:
    """How lifetime value is reckoned; exact fractions.

    Attributes
    ----------
    margin, discount : Fraction
        Share of sales that is left; discount a year.
    years : Fraction
        Lifetime.
    retention : Fraction or None
        Share that stays each year, where that was given instead of years.
    first_payment : {"year_end", "now"}
        When the first of the yearly payments falls.
    horizon : {"lifetime", "for_ever"}
        Over the lifetime, or for ever with retention.
    """

    margin: Fraction
    discount: Fraction
    years: Fraction
    retention: Fraction | None = None
    first_payment: str = YEAR_END
    horizon: str = LIFETIME


@dataclass(frozen=True)
class Potential:
    """How potential is reckoned; see params/customer-value.yaml."""

    formula: str
    size_limits: tuple[int, ...] = ()
    fewest_peers: int = FEWEST_PEERS
    list_prices: Mapping[str, Fraction] = field(default_factory=dict, hash=False)
    wallet_rate: Fraction = Fraction(0)


@dataclass(frozen=True)
class Behaviour:
    """What a visit is, which ones are a program's, and how many rows of a day count."""

    visit_minutes: int = 30
    robot_pages: int = 100
    most_a_day: int = 20


@dataclass(frozen=True)
class Assumptions:
    """All that is assumed; see `load_assumptions`.

    Attributes
    ----------
    service : mapping
        Kind of service → (yuan a minute, yuan a contact); one of them is missing.
    renewal_days, months : int
        See params/customer-value.yaml.
    monthly_discount : Fraction
        Of the model.
    """

    title: Mapping[str, str] = field(hash=False)
    version: str
    lifetime: Lifetime
    service: Mapping[str, tuple[Fraction | None, Fraction | None]] = field(hash=False)
    potential: Potential
    renewal_days: int
    months: int
    monthly_discount: Fraction
    behaviour: Behaviour


# --- what turns the text of a key into its value


def _number(least: Fraction, most: Fraction, told: str) -> Callable[[str], Fraction]:
    def read(text: str) -> Fraction:
        if (
            not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,6})?", text.strip())
            or not least <= Fraction(text) <= most
        ):
            raise ValueError(f"is none: expected {told}.")
        return Fraction(text.strip())

    return read


def _whole(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not re.fullmatch("[0-9]{1,9}", text.strip()) or not least <= int(text) <= most:
            raise ValueError(f"is none: expected a whole number from {least:,} to {most:,}.")
        return int(text)

    return read


def _one_of(*choices: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text.strip() not in choices:
            raise ValueError(f"is none of {', '.join(choices)}. Write one of them.")
        return text.strip()

    return read


_SHARE = _number(Fraction(0), Fraction(1), "a share from 0 to 1, such as 0.6")
_RETENTION = _number(Fraction(0), Fraction(999, 1000), "a share from 0 to 0.999, such as 0.75")
_YUAN = _number(Fraction(0), Fraction(10**9), "an amount in yuan, such as 150 or 2.5")
_YEARS = _number(Fraction(1, 10), Fraction(100), "years from 0.1 to 100, such as 3")
_WORDS = {"zh": read_words, "en": read_words}
FORM: dict[str, Any] = {
    "title": _WORDS,
    "version": read_words,
    "clv": {
        "margin": _SHARE,
        "lifetime_years?": _YEARS,
        "retention?": _RETENTION,
        "discount": _SHARE,
        "first_payment": _one_of(YEAR_END, NOW),
        "horizon": _one_of(LIFETIME, FOR_EVER),
    },
    "service": Keyed(_one_of(*SERVICES), {"per_minute?": _YUAN, "per_contact?": _YUAN}, may_be_empty=True),
    "potential": {
        "formula": _one_of(WHITE_SPACE, LIST_PRICE, WALLET),
        "size_limits?": [_whole(1, 10**7)],
        "fewest_peers?": _whole(10, 10**6),
        "list_prices?": Keyed(read_words, _YUAN),
        "wallet_rate?": _SHARE,
    },
    "model": {"renewal_days": _whole(1, 180), "months": _whole(1, 120), "monthly_discount": _SHARE},
    "behaviour": {
        "visit_minutes": _whole(1, 24 * 60),
        "robot_pages": _whole(2, 10**6),
        "most_a_day": _whole(1, 10**6),
    },
}
assert set(SERVICES) <= set(CODES["event"])


def load_assumptions(path: str | Path) -> Assumptions:
    """Read what customer value is reckoned with.

    Parameters
    ----------
    path : str or Path
        A YAML file, see params/customer-value.yaml. A relative path is looked for in the working folder and
        those above it.

    Raises
    ------
    InputError
        The file is missing or is not what it must be; all faults at once, each with its line and remedy.
    """
    page = open_page(path, FILE)
    values = page.read(page.root, FORM) if page.root is not None else {}
    _find_contradictions(page, values)
    page.refuse(path)
    clv, model = values["clv"], values["model"]
    retention = clv.get("retention")
    years = clv["lifetime_years"] if retention is None else 1 / (1 - retention)
    return Assumptions(
        values["title"],
        values["version"],
        Lifetime(clv["margin"], clv["discount"], years, retention, clv["first_payment"], clv["horizon"]),
        {kind: (cost.get("per_minute"), cost.get("per_contact")) for kind, cost in values["service"].items()},
        _read_potential(values["potential"]),
        model["renewal_days"],
        model["months"],
        model["monthly_discount"],
        Behaviour(**values["behaviour"]),
    )


def _read_potential(values: Mapping[str, Any]) -> Potential:
    return Potential(
        formula=values["formula"],
        size_limits=tuple(values.get("size_limits", ())),
        fewest_peers=values.get("fewest_peers", FEWEST_PEERS),
        list_prices=values.get("list_prices", {}),
        wallet_rate=values.get("wallet_rate", Fraction(0)),
    )


def _find_contradictions(page: Page, values: Mapping[str, Any]) -> None:
    """Note keys that only one of can be, or that another one needs."""
    clv = values.get("clv", {})
    if ("lifetime_years" in clv) == ("retention" in clv) and clv:
        page.note_at(("clv",), "clv needs either lifetime_years or retention. Write one of the two.")
    if clv.get("horizon") == FOR_EVER and "retention" not in clv:
        page.note_at(("clv", "horizon"), "for_ever needs retention. Write retention, or horizon: lifetime.")
    for kind, cost in values.get("service", {}).items():
        if isinstance(cost, dict) and len(cost) != 1:
            page.note_at(
                ("service", kind), f"{kind} needs either per_minute or per_contact. Write one of them."
            )
    potential = values.get("potential", {})
    needs = {LIST_PRICE: "list_prices", WALLET: "wallet_rate"}.get(potential.get("formula", ""))
    if needs and needs not in potential:
        page.note_at(("potential", "formula"), f"{potential['formula']} needs {needs}. Add it.")
    limits = potential.get("size_limits", [])
    if any(first >= second for first, second in itertools.pairwise(limits)):
        page.note_at(("potential", "size_limits"), "size_limits must rise. Write for example [10, 50, 200].")
