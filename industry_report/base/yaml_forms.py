"""Read a scorecard's YAML beside a form: what keys it has, and what turns the text of each into a value.

A form is data. A function reads one text and raises ValueError with fault and mend; ``{"key": form}`` is a
mapping, where a key with a question mark, ``"key?"``, may be left out; ``[form]`` is a list; `Keyed` is a
mapping whose keys are values. Numbers stay the text that was written, no tag is obeyed, nothing is executed.
"""

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import yaml

Place = tuple[str | int, ...]
"""Where something stands, such as ``("bands", 0, "grade")``."""

MOST_BYTES = 200_000
_MOST_NODES = 20_000
_DEPTH = 16
_EXAMPLE = "Start from a copy of params/scorecards/consultation.yaml."
_FAST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Keyed:
    """A mapping with keys of the writer's choice: levels and their wordings."""

    key: Callable[[str], Any]
    form: Any


class Page:
    """A YAML text and the faults found in it, each with its line."""

    def __init__(self, text: str) -> None:
        self.faults: set[tuple[int, str]] = set()
        self.lines: dict[Place, int] = {}  # of every place read
        self.root = self._compose(text)

    def note(self, line: int, fault: str) -> None:
        """Note what is wrong in a line, and what to do."""
        self.faults.add((line, " ".join(fault.split())))

    def note_at(self, place: Place, fault: str) -> None:
        """Note what is wrong at a place."""
        self.note(self.find_line(place), fault)

    def find_line(self, place: Place) -> int:
        """Line of a place, or of the nearest one around it that was read."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def find_text(self, key: str) -> str | None:
        """Text of a key at the top, None where there is none; it decides the form of the rest."""
        pairs = self.root.value if isinstance(self.root, yaml.MappingNode) else []
        return next((child.value for name, child in pairs if _key(name) == key and _is_text(child)), None)

    def _compose(self, text: str) -> yaml.Node | None:
        try:
            root = self._parse(text)
            if root is None:
                self.note(1, f"the file is empty. {_EXAMPLE}")
            return root
        except yaml.MarkedYAMLError as error:
            self.note(*_explain_syntax(error))
        except yaml.reader.ReaderError as error:
            line = text.count("\n", 0, error.position) + 1
            self.note(line, f"the character {error.character:#x} may not stand in YAML. Remove it.")
        return None

    def _parse(self, text: str) -> yaml.Node | None:
        """Parse by libyaml, ten times as fast; if there is a fault, the other parser has the better words."""
        try:
            self._refuse_what_no_scorecard_needs(text, _FAST)
            return yaml.compose(text, Loader=_FAST)
        except yaml.YAMLError:
            self.faults.clear()
            self._refuse_what_no_scorecard_needs(text, yaml.SafeLoader)
            return yaml.compose(text, Loader=yaml.SafeLoader)

    def _refuse_what_no_scorecard_needs(self, text: str, loader: type[Any]) -> None:
        """Note anchors, aliases and tags, stop at depth and size: they can exhaust us."""
        event: Any
        depth = 0
        for number, event in enumerate(yaml.parse(text, Loader=loader)):
            line = event.start_mark.line + 1
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEPTH or number > _MOST_NODES:
                problem = "nested too deeply" if depth > _DEPTH else f"more than {_MOST_NODES:,} entries"
                raise yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)
            if isinstance(event, yaml.AliasEvent):
                self.note(line, f"*{event.anchor} refers to another place. Write out what stands there.")
            elif getattr(event, "anchor", None):
                self.note(line, f"the anchor &{event.anchor} has no use in a scorecard. Remove it.")
            if getattr(event, "tag", None):
                self.note(line, f"the tag {event.tag} has no use in a scorecard. Remove it.")

    def read(self, node: yaml.Node, form: Any, place: Place = ()) -> Any:
        """Value of a node; where it has a fault None, or what is left of a mapping or list."""
        self.lines[place] = node.start_mark.line + 1
        if isinstance(form, dict):
            return self._read_mapping(node, form, place)
        if isinstance(form, Keyed):
            return self._read_keyed(node, form, place)
        if isinstance(form, list):
            return self._read_list(node, form[0], place)
        return self._read_value(node, form, place)

    def _read_mapping(self, node: yaml.Node, form: dict[str, Any], place: Place) -> dict[str, Any]:
        known = {key.removesuffix("?"): part for key, part in form.items()}
        if not isinstance(node, yaml.MappingNode):
            self.note(self.lines[place], f"{name_place(place)} has no keys. Give it {', '.join(known)}.")
            return {}
        nodes = self._match_keys(node, known, place)
        if missing := [key for key in form if not key.endswith("?") and key not in nodes]:
            fault = f"{name_place(place)} lacks {', '.join(missing)}. Add what is missing."
            self.note(self.lines[place], fault)
        return {key: self.read(child, known[key], (*place, key)) for key, child in nodes.items()}

    def _match_keys(self, node: yaml.MappingNode, form: dict[str, Any], place: Place) -> dict[str, yaml.Node]:
        """Node of every key of the form; a misspelt key is noted and read as the key that it resembles."""
        nodes: dict[str, yaml.Node] = {}
        seen: dict[str, int] = {}
        for key_node, child in node.value:
            key, line = _key(key_node), key_node.start_mark.line + 1
            known = key if key in form else next(iter(difflib.get_close_matches(key, form, 1, 0.75)), None)
            if key in seen:
                self.note(line, f"the key {key} stands twice, first on line {seen[key]}. Keep one of them.")
            elif key not in form:
                mend = f"Did you mean {known}?" if known else f"Known here are {', '.join(form)}."
                mend += (
                    " A text with a comma needs quotation marks."
                    if _is_text(child) and not child.value
                    else ""
                )
                self.note(line, f"unknown key {key} in {name_place(place)}. {mend}")
            seen.setdefault(key, line)
            if known:
                nodes.setdefault(known, child)
        return nodes

    def _read_keyed(self, node: yaml.Node, form: Keyed, place: Place) -> dict[Any, Any]:
        if not isinstance(node, yaml.MappingNode) or not node.value:
            self.note(self.lines[place], f"{name_place(place)} has no keys. Give it one key a line.")
            return {}
        values: dict[Any, Any] = {}
        first: dict[Any, int] = {}
        for key_node, child in node.value:
            line = self.lines[(*place, _key(key_node))] = key_node.start_mark.line + 1
            key = self._read_value(key_node, form.key, (*place, _key(key_node)))
            if key in first and key is not None:
                self.note(line, f"the key {key} stands twice, first on line {first[key]}. Keep one of them.")
            first.setdefault(key, line)
            values.setdefault(key, self.read(child, form.form, (*place, _key(key_node))))
        return values

    def _read_list(self, node: yaml.Node, form: Any, place: Place) -> list[Any]:
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            fault = f"{name_place(place)} is not a list. Write entries that begin with a dash."
            self.note(self.lines[place], fault)
            return []
        return [self.read(child, form, (*place, number)) for number, child in enumerate(node.value)]

    def _read_value(self, node: yaml.Node, form: Any, place: Place) -> Any:
        try:
            if _is_text(node):
                return form(node.value)
            fault = (
                f'{name_place(place)} is not a single value. An interval needs quotation marks, "[4.0, 5.0]".'
            )
        except ValueError as error:
            fault = f'{name_place(place)} "{node.value}" {error}'
        self.note(self.lines[place], fault)
        return None


def name_place(place: Place) -> str:
    """Words for a place in a message: a key, an entry of a list, or the file itself."""
    match place:
        case ():
            return "the scorecard"
        case (*_, part, int(number)):
            return f"entry {number + 1} of {part}"
    return str(place[-1])


def _is_text(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode)


def _key(node: yaml.Node) -> str:
    return node.value if _is_text(node) else "in brackets"


def _explain_syntax(error: yaml.MarkedYAMLError) -> tuple[int, str]:
    """Line and fault of what is not YAML: where a bracket or quotation opens, else where reading stopped."""
    if opens := re.search("flow|quoted", error.context or ""):
        mend = 'Close the bracket or quotation; put an interval in quotation marks, "[3.0, 4.0)".'
    else:
        mend = "Check indentation (spaces, no tabs), colons and quotation marks here and just above."
    mark: Any = error.context_mark if opens else error.problem_mark
    return mark.line + 1, f"this cannot be read, {error.problem}. {mend}"
