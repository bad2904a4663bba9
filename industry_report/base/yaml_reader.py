"""Read any YAML file beside a form: what keys it has, and what turns the text of each into a value.

The one reader, by the forms of `yaml_forms`, of scorecards, publishers, maps of skills, mapping files and
parameter files.

All faults of a file are told at once, each with its line, what is near and the remedy. No tag is obeyed and
nothing is executed; what could exhaust us (alias bombs, depth, size) is refused before it is built.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml

from .errors import LONGEST_SHOWN, InputError, near_match, shown
from .files import find_upwards, is_file, is_folder, list_files
from .yaml_forms import Keyed, Kind, Listed, Place, Tree, Typed, Worded

_MOST_DEPTH = 16

_MOST_FAULTS = 50  # told at once

_LONGEST_NUMBER = 25  # characters

_FAST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_SLOW_BYTES = 20_000  # up to here the parser with the better words is fast enough

_TAG = "tag:yaml.org,2002:"


class Page:
    """A YAML text and the faults found in it, each with its line."""

    def __init__(self, text: str, kind: Kind) -> None:
        self.kind = kind
        self.faults: set[tuple[int, str]] = set()
        self.lines: dict[Place, int] = {}  # of every place read
        self.root = self._compose(text)

    # --- faults

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

    def name_place(self, place: Place) -> str:
        """Words for a place in a message: a key, an entry of a list, or the file itself."""
        match place:
            case ():
                return self.kind.name
            case (*_, part, int(number)):
                return f"entry {number + 1} of {part}"
        return "the key in brackets" if place[-1] == "in brackets" else _short(str(place[-1]))

    def refuse(self, path: str | Path, error: type[InputError] = InputError) -> None:
        """Raise all faults as one error, if there are any."""
        found = [error(f"{path}, line {line}", fault, "") for line, fault in sorted(self.faults)]
        if len(found) > _MOST_FAULTS:
            rest = f"there are {len(found) - _MOST_FAULTS:,} more faults."
            found[_MOST_FAULTS:] = [error(str(path), rest, "Mend these first.")]
        if found:
            raise error.join(found)

    # --- from text to nodes

    def find_text(self, key: str) -> str | None:
        """Text of a key at the top, None where there is none; it decides the form of the rest."""
        pairs = self.root.value if isinstance(self.root, yaml.MappingNode) else []
        return next((child.value for name, child in pairs if _key(name) == key and _is_text(child)), None)

    def list_keys(self) -> dict[str, int]:
        """Return the keys at the top with their lines."""
        pairs = _pairs(self.root) if isinstance(self.root, yaml.MappingNode) else []
        return {_key(name): name.start_mark.line + 1 for name, _ in pairs}

    def _compose(self, text: str) -> yaml.Node | None:
        try:
            root = self._parse(text)
            if root is None and not self.kind.may_be_empty:
                self.note(1, f"the file is empty. Start from a copy of {self.kind.example}.")
            if root is not None:
                _measure(root, self.kind.most_entries, {}, [])
            return root
        except _RefusedError as error:  # alone: what else is wrong in such a file is not worth a word
            self.faults = {error.args}
        except yaml.MarkedYAMLError as error:
            self.note(*_explain_syntax(error, text.splitlines()))
        except yaml.reader.ReaderError as error:
            line = text.count("\n", 0, error.position) + 1
            self.note(line, f"the character {_code(error.character)} may not stand in YAML. Remove it.")
        return None

    def _parse(self, text: str) -> yaml.Node | None:
        """Parse by libyaml, ten times as fast; if there is a fault, the other parser has the better words."""
        try:
            return self._parse_with(_FAST, text)
        except yaml.YAMLError as fault:
            if isinstance(fault, yaml.MarkedYAMLError) and "nesting depth" in (fault.problem or ""):
                _refuse(fault.problem_mark, self.kind.most_entries, deep=True)  # libyaml's own limit
            if len(text) > _SLOW_BYTES:
                raise
            self.faults.clear()
            try:
                return self._parse_with(yaml.SafeLoader, text)
            except (ValueError, OverflowError):  # a character or version beyond what Python can hold
                raise fault from None

    def _parse_with(self, loader: type[Any], text: str) -> yaml.Node | None:
        self._refuse_what_no_file_needs(text, loader)
        return yaml.compose(text, Loader=loader)

    def _refuse_what_no_file_needs(self, text: str, loader: type[Any]) -> None:
        """Note anchors, aliases, tags and control characters, stop at depth and size: they can exhaust us."""
        event: Any
        depth = 0
        for number, event in enumerate(yaml.parse(text, Loader=loader)):
            line = event.start_mark.line + 1
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _MOST_DEPTH or number > self.kind.most_entries:
                _refuse(event.start_mark, self.kind.most_entries, deep=depth > _MOST_DEPTH)
            if isinstance(event, yaml.AliasEvent) and not self.kind.has_aliases:
                fault = f"*{_short(str(event.anchor))} refers to another place. Write out what stands there."
                raise _RefusedError(line, fault)
            for fault in _list_needless(event, self.kind):
                self.note(line, fault)

    # --- from nodes to values

    def read(self, node: yaml.Node, form: Any, place: Place = ()) -> Any:
        """Value of a node; where it has a fault None, or what is left of a mapping or list."""
        self.lines[place] = node.start_mark.line + 1
        match form:
            case dict():
                return self._read_mapping(node, form, place)
            case Keyed():
                return self._read_keyed(node, form, place)
            case [inner]:
                return self._read_list(node, inner, place)
            case Listed():
                is_empty = isinstance(node, yaml.SequenceNode) and not node.value
                return [] if is_empty else self._read_list(node, form.form, place)
            case Worded():
                return self._read_worded(node, form.text, place)
            case Tree():
                return self._read_tree(node, place)
        return self._read_value(node, form, place)

    def _read_mapping(self, node: yaml.Node, form: dict[str, Any], place: Place) -> dict[str, Any]:
        known = {key.removesuffix("?"): part for key, part in form.items()}
        if not isinstance(node, yaml.MappingNode):
            fault = f"{self.name_place(place)} has no keys. Give it {', '.join(known)}."
            if place and _is_null(node):
                fault += " What follows # after a blank is a comment."
            self.note(self.lines[place], fault)
            return {}
        nodes = self._match_keys(node, known, place)
        if missing := [key for key in form if not key.endswith("?") and key not in nodes]:
            fault = f"{self.name_place(place)} lacks {', '.join(missing)}. Add what is missing."
            self.note(self.lines[place], fault)
        return {key: self.read(child, known[key], (*place, key)) for key, child in nodes.items()}

    def _match_keys(self, node: yaml.MappingNode, form: dict[str, Any], place: Place) -> dict[str, yaml.Node]:
        """Node of every key of the form; a misspelt key is noted and read as the key that it resembles."""
        nodes: dict[str, yaml.Node] = {}
        seen: dict[str, int] = {}
        for key_node, child in _pairs(node):
            key, line = _key(key_node), key_node.start_mark.line + 1
            known = key if key in form else near_match(key, form, 0.75)
            if key in seen:
                self._note_twice(key, line, seen[key])
            elif key not in form:
                remedy = f"Did you mean {known}?" if known else f"Known here are {', '.join(form)}."
                if _is_text(child) and not child.value:
                    remedy += " A text with a comma needs quotation marks."
                self.note(line, f"unknown key {_short(key)} in {self.name_place(place)}. {remedy}")
            seen.setdefault(key, line)
            if known:
                nodes.setdefault(known, child)
        return nodes

    def _note_twice(self, key: Any, line: int, first: int) -> None:
        self.note(line, f"the key {_short(str(key))} stands twice, first on line {first}. Keep one of them.")

    def _read_keyed(self, node: yaml.Node, form: Keyed, place: Place) -> dict[Any, Any]:
        if form.may_be_empty and _is_null(node):
            return {}
        if not isinstance(node, yaml.MappingNode) or not (node.value or form.may_be_empty):
            fault = f"{self.name_place(place)} has no keys. Give it one key a line."
            self.note(self.lines[place], fault)
            return {}
        values: dict[Any, Any] = {}
        first: dict[Any, int] = {}
        for key_node, child in _pairs(node):
            inner = (*place, _key(key_node))
            line = self.lines[inner] = key_node.start_mark.line + 1
            key = self._read_value(key_node, form.key, inner)
            if key in first and key is not None:
                self._note_twice(key, line, first[key])
            first.setdefault(key, line)
            values.setdefault(key, self.read(child, form.form, inner))
        return values

    def _read_list(self, node: yaml.Node, form: Any, place: Place) -> list[Any]:
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            fault = f"{self.name_place(place)} is not a list. Write entries that begin with a dash."
            self.note(self.lines[place], fault)
            return []
        return [self.read(child, form, (*place, number)) for number, child in enumerate(node.value)]

    def _read_worded(self, node: yaml.Node, form: Callable[[str], Any], place: Place) -> dict[str, Any]:
        if _is_text(node):
            return dict.fromkeys(("zh", "en"), self._read_value(node, form, place))
        given = self._read_mapping(node, {"zh?": form, "en?": form}, place)
        if not given:
            fault = f"{self.name_place(place)} is empty: expected a text. Write {{zh: …, en: …}}."
            self.note(self.lines[place], fault)
        return {spoken: given.get(spoken) or next(iter(given.values()), None) for spoken in ("zh", "en")}

    def _read_tree(self, node: yaml.Node, place: Place) -> Any:
        if isinstance(node, yaml.SequenceNode):
            return [self._read_tree(child, (*place, number)) for number, child in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode):
            return self._read_keyed(node, Keyed(str, Tree(), may_be_empty=True), place)
        return self._read_value(node, Typed(_without_dates), place, node.start_mark.line + 1)

    def _read_value(self, node: yaml.Node, form: Any, place: Place, line: int = 0) -> Any:
        try:
            if isinstance(node, yaml.ScalarNode):
                if isinstance(form, Typed):
                    return form.read(_type(node))
                return form("" if _is_null(node) else node.value)
            fault = f"{self.name_place(place)} is not a single value. Write one; "
            fault += 'an interval or other text in brackets needs quotation marks, "[4.0, 5.0]".'
        except ValueError as error:
            fault = f'{self.name_place(place)} "{_short(node.value)}" {error}'
        self.note(line or self.lines[place], fault)
        return None


def open_page(path: str | Path, kind: Kind, error: type[InputError] = InputError) -> Page:
    """Read a file in UTF-8, found in the working folder or a folder above it, into a page.

    Raises
    ------
    InputError
        Or the `error` given: the file is missing, too large or not UTF-8.
    """
    return read_page(find_upwards(path) or Path(path), _short(str(path)), kind, error)


def read_page(file: Path, name: str, kind: Kind, error: type[InputError] = InputError) -> Page:
    """Read one file into a page; `name` is what messages call it."""
    if not is_file(file) and not is_folder(file):
        near = near_match(file.name, [other.name for other in list_files(file.parent, "*.yaml")])
        remedy = f"Did you mean {near!r}?" if near else f"Correct the path; an example is {kind.example}."
        raise error(name, f"no such file in {Path.cwd()} or a folder above it.", remedy)
    try:
        with file.open("rb") as stream:
            content = stream.read(kind.most_bytes + 1)
        if len(content) > kind.most_bytes:
            raise error(name, f"is larger than {kind.most_bytes:,} bytes.", "Name another file.")
        return Page(content.decode("utf-8-sig"), kind)
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
        raise error(f"{name}, line {line}", "this is not UTF-8.", "Save the file as UTF-8.") from None
    except OSError as fault:
        raise error(name, f"cannot be read ({fault.strerror}).", "Give a YAML file.") from None


def list_texts(file: Path) -> list[str]:
    """List every text of a YAML file once, wherever it stands; none of a file that cannot be read."""
    try:
        root = read_page(file, file.name, Kind("a YAML file", "")).root
    except InputError:  # who needs the file says what is wrong with it
        return []
    found: dict[str, None] = {}
    nodes = [root] if root is not None else []
    while nodes:
        node = nodes.pop()
        if _is_text(node):
            found[node.value] = None
        nodes += reversed(_children(node))
    return list(found)


_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

_SURROGATE = re.compile("[\ud800-\udfff]")


def _is_text(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode)


def _is_null(node: yaml.Node) -> bool:
    return _is_text(node) and node.tag == f"{_TAG}null"


def _key(node: yaml.Node) -> str:
    return node.value if _is_text(node) else "in brackets"


def _short(text: str) -> str:
    """Return a text as messages show it: not long, and no character that could disguise the rest."""
    text = " ".join(text.split())
    return text if len(text) <= LONGEST_SHOWN and text.isprintable() else shown(text)[1:].rstrip("'\"")


def _code(character: str | int) -> str:
    return f"{character if isinstance(character, int) else ord(character):#x}"


def _list_needless(event: Any, kind: Kind) -> Iterator[str]:
    """Yield the faults of one event of the parser: what has no use in a file of this kind."""
    if getattr(event, "anchor", None) and not kind.has_aliases:
        yield f"the anchor &{_short(event.anchor)} has no use in {kind.name}. Remove it."
    if getattr(event, "tag", None):
        yield f"the tag {_short(event.tag)} has no use in {kind.name}. Remove it."
    if isinstance(event, yaml.ScalarEvent):
        found = _CONTROL.search(event.value) or _SURROGATE.search(event.value)
        if found:
            yield f"a text holds the character {_code(found[0])}, which cannot be printed. Remove it."


class _RefusedError(Exception):
    """A file that is not read at all, with line and fault."""


def _refuse(mark: Any, most: int, *, deep: bool) -> None:
    told = "is nested too deeply" if deep else f"has more than {most:,} entries"
    raise _RefusedError(mark.line + 1, f"the file {told}. Shorten what stands here.")


def _measure(
    node: yaml.Node, most: int, known: dict[int, tuple[int, int]], trail: list[int]
) -> tuple[int, int]:
    """Return entries and depth of a node once its aliases are written out; refuse what is too large.

    Each node is measured once, so a bomb (billion laughs) costs no more than its text.
    """
    if id(node) in known:
        return known[id(node)]
    if id(node) in trail or len(trail) > _MOST_DEPTH:
        _refuse(node.start_mark, most, deep=True)
    trail.append(id(node))
    measured = [_measure(child, most, known, trail) for child in _children(node)]
    trail.pop()
    size, depth = 1 + sum(one[0] for one in measured), 1 + max((one[1] for one in measured), default=0)
    if size > most or depth > _MOST_DEPTH + 1:
        _refuse(node.start_mark, most, deep=size <= most)
    known[id(node)] = size, depth
    return size, depth


def _children(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [child for pair in node.value for child in pair]
    return node.value if isinstance(node, yaml.SequenceNode) else []


def _pairs(node: yaml.MappingNode) -> list[tuple[yaml.Node, yaml.Node]]:
    """Return keys and values, first those of merge keys (``<<: *common``) that the mapping itself lacks."""
    own = [pair for pair in node.value if pair[0].tag != f"{_TAG}merge"]
    taken = {_key(key) for key, _ in own}
    merged: list[tuple[yaml.Node, yaml.Node]] = []
    for key, value in node.value:
        if key.tag != f"{_TAG}merge":
            continue
        for source in value.value if isinstance(value, yaml.SequenceNode) else [value]:
            if not isinstance(source, yaml.MappingNode):  # `<<: 5` merges nothing: it is an unknown key
                own.append((key, value))
                break
            more = [pair for pair in _pairs(source) if _key(pair[0]) not in taken]
            merged, taken = merged + more, taken | {_key(one) for one, _ in more}
    return merged + own


def _type(node: yaml.ScalarNode) -> Any:
    """Return what YAML makes of a text, refusing what it makes of it unexpectedly."""
    kind = node.tag.removeprefix(_TAG)
    if kind in ("int", "float"):
        if len(node.value) > _LONGEST_NUMBER:
            raise ValueError("is too long for a number. Shorten it, or put it in quotation marks.")
        if ":" in node.value:  # 12:30 is 750 in YAML
            raise ValueError("is read by YAML as a number of sixtieths. Put it in quotation marks.")
    if kind not in ("null", "bool", "int", "float", "timestamp"):
        return node.value
    try:
        value = yaml.constructor.SafeConstructor().construct_object(node)
    except (KeyError, AttributeError):  # a tag that claims what it is not, which was noted
        return None
    except (ValueError, OverflowError) as error:
        raise ValueError(f"is no day of the calendar ({error}). Correct it.") from None
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("is no number. Write one, or leave the line out.")
    return value


def _without_dates(value: Any) -> Any:
    """Return a date as the text it was written as, which is what papermill would pass on."""
    return value.isoformat() if isinstance(value, dt.date) else value


# A bracket on a line that a comment swallows before it is closed, as an unquoted colour does.
_LONG_LINE = 1_000  # characters; nobody writes a colour on such a line, and to look for one takes its square
_COMMENT = re.compile(r"""[^#"']*[{\[][^#}\]"']*[:,{\[]\s+(#[0-9a-zA-Z]+)""")


def _explain_syntax(error: yaml.MarkedYAMLError, lines: list[str]) -> tuple[int, str]:
    """Line and fault of what is not YAML: where a bracket or quotation opens, else where reading stopped."""
    for number, line in enumerate(lines, start=1):
        if len(line) < _LONG_LINE and (begun := _COMMENT.match(line)):
            problem = "what follows # after a blank is a comment, so nothing stands there."
            return number, f'{problem} Put it in quotation marks, such as "{begun[1]}".'
    if opens := re.search("flow|quoted", error.context or ""):
        remedy = 'Close the bracket or quotation; put an interval in quotation marks, "[3.0, 4.0)".'
    else:
        remedy = "Check indentation (spaces, no tabs), colons and quotation marks here and just above."
    mark: Any = error.context_mark if opens else error.problem_mark or error.context_mark
    return (mark.line + 1 if mark else 1), f"this cannot be read, {error.problem}. {remedy}"
