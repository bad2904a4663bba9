"""Read ``params/publisher.yaml``: what holds for everything that an institution publishes."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from .errors import InputError

PUBLIC = ("industry", "government", "training", "college")  # editions for readers outside of the house
FORM: dict[str, Any] = {"disclosure": {"threshold": int, "dominance": {"p": float}, "internal": list}}


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
    """

    threshold: int
    dominance: float
    internal: bool = False


def load_policy(path: str | Path, edition: str) -> Policy:
    """Read the disclosure policy of a publisher for one edition.

    Parameters
    ----------
    path : str or Path
        A YAML file, see params/publisher.yaml. A relative path is looked for in the working folder and then
        in the folders above it.
    edition : str
        An edition that the file does not call internal is protected.

    Raises
    ------
    InputError
        The file is missing or is not YAML, a key is unknown or missing, or a value cannot be.
    """
    page = _read_page(Path(path))
    values = _read_form(page, FORM, str(path))["disclosure"]
    threshold, p = values["threshold"], values["dominance"]["p"]
    if threshold < 3:
        problem = f"disclosure.threshold expects a whole number of at least 3, not {threshold}."
        raise InputError(str(path), problem, "Two people know each other's answer; 10 is usual.")
    if not 0 < p <= 100:
        problem = f"disclosure.dominance.p expects a percentage above 0 up to 100, not {p}."
        raise InputError(str(path), problem, "10 is usual.")
    editions = [*PUBLIC, *values["internal"]]
    if edition not in editions:
        near = difflib.get_close_matches(edition, editions, n=1)
        mend = f"Did you mean {near[0]}?" if near else f"Editions are {', '.join(editions)}."
        raise InputError("parameter edition", f"expected an edition, got {edition!r}.", mend)
    return Policy(threshold, float(p), edition in values["internal"])


def _read_page(path: Path) -> yaml.Node | None:
    folders = [Path.cwd(), *Path.cwd().parents]
    found = next((folder / path for folder in folders if (folder / path).is_file()), None)
    if found is None:
        problem = f"there is no such file in {folders[0]} or a folder above it."
        raise InputError(str(path), problem, "Correct the path; the standard is params/publisher.yaml.")
    try:
        return yaml.compose(found.read_text(encoding="utf-8-sig"), Loader=yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(str(path), f"is not a YAML file: {error}.", "Mend the line named.") from None


def _read_form(node: yaml.Node | None, form: Mapping[str, Any], thing: str) -> dict[str, Any]:
    if not isinstance(node, yaml.MappingNode):
        raise InputError(thing, "expected `name: value` lines.", "See params/publisher.yaml.")
    values: dict[str, Any] = {}
    for key, value in node.value:
        at = f"{thing.split(', line')[0]}, line {key.start_mark.line + 1}"
        if key.value not in form:
            near = difflib.get_close_matches(str(key.value), form, n=1)
            problem = f"there is no key {key.value!r} here; there are {', '.join(form)}."
            raise InputError(
                at, problem, f"Did you mean {near[0]}?" if near else "See params/publisher.yaml."
            )
        if key.value in values:
            raise InputError(at, f"{key.value!r} stands here a second time.", "Keep one of them.")
        inner = form[key.value]
        values[key.value] = (
            _read_form(value, inner, at) if isinstance(inner, dict) else _read(value, inner, at)
        )
    if missing := [key for key in form if key not in values]:
        at = f"{thing.split(', line')[0]}, line {node.start_mark.line + 1}"
        raise InputError(at, f"{missing[0]!r} is missing here.", "See params/publisher.yaml.")
    return values


def _read(node: yaml.Node, kind: type, at: str) -> Any:
    loader = yaml.SafeLoader("")
    value = loader.construct_object(node, deep=True)
    kinds = (int, float) if kind is float else (kind,)
    if not isinstance(value, kinds) or isinstance(value, bool):
        names = {int: "a whole number", float: "a number", list: "a list such as [enterprise]"}
        raise InputError(at, f"expected {names[kind]}, got {value!r}.", "See params/publisher.yaml.")
    return value
