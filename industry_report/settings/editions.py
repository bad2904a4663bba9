"""Editions of a report: which there are, whose they are, and what is protected in each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..base.errors import InputError, did_you_mean, shown
from ..base.subject import STANDARD, Subject
from ..base.yaml_forms import Keyed, Typed, Worded, read_words

PUBLIC = ("industry", "government", "training", "college")  # editions for readers outside of the house


@dataclass(frozen=True)
class Policy:
    """What a publisher protects.

    Attributes
    ----------
    threshold : int
        Counts from 1 to one below it are protected.
    dominance : float
        p of the p% rule for sums of money, in percent.
    internal : bool
        True if the edition is for use inside the house; nothing is then protected.
    subject : Subject
        What the reports are about.
    like : str
        The edition whose sections this one has: its own name, or that of another.
    names, readers : mapping
        Edition → what it is called and whom it is for, of editions that the publisher adds.
    """

    threshold: int
    dominance: float
    internal: bool = False
    subject: Subject = field(default=STANDARD, compare=False)
    like: str = ""
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict, compare=False)
    readers: Mapping[str, Mapping[str, str]] = field(default_factory=dict, compare=False)


def choose(
    edition: str, disclosure: Mapping[str, Any], own: Mapping[str, Mapping[str, Any]], subject: Subject
) -> Policy:
    """Return the policy of one edition.

    Parameters
    ----------
    edition : str
        One that is not internal is protected.
    disclosure, own : mapping
        The blocks ``disclosure`` and ``editions`` of the publisher's file.
    subject : Subject
        What the reports are about.

    Raises
    ------
    InputError
        There is no such edition.
    """
    editions = list(dict.fromkeys([*PUBLIC, *disclosure["internal"], *own]))
    if edition not in editions:
        problem = f"expected an edition, got {shown(edition)}."
        remedy = did_you_mean(edition, editions, f"Editions are {', '.join(editions)}.")
        raise InputError("parameter edition", problem, remedy)
    internal = own.get(edition, {}).get("internal", False) or edition in disclosure["internal"]
    like = own.get(edition, {}).get("like", edition)
    names = {name: about["name"] for name, about in own.items()}
    readers = {name: about["readers"] for name, about in own.items() if "readers" in about}
    values = disclosure["threshold"], disclosure["dominance"]["p"]
    return Policy(*values, internal, subject, like, names, readers)


# --- the block `editions` of the publisher's file


def _read_edition(text: str) -> str:
    name = text.strip()
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,29}", name) or name in PUBLIC:
        raise ValueError(
            "is no name for an edition: expected small letters, digits and hyphens, and not one of "
            f"{', '.join(PUBLIC)}. Write for example `parents`."
        )
    return name


def _read_like(text: str) -> str:
    if text not in PUBLIC:
        raise ValueError(f"is none of the editions whose sections there are. They are {', '.join(PUBLIC)}.")
    return text


def _read_yes_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("is neither yes nor no. Write true or false.")
    return value


FORM = Keyed(
    _read_edition,
    {
        "name": Worded(read_words),
        "readers?": Worded(read_words),
        "like?": _read_like,
        "internal?": Typed(_read_yes_no),
    },
)
