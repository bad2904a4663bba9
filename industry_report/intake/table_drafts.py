"""Draft mapping files for any table: what is known of its headers, what may be meant, what is missing."""

from pathlib import Path

from ..base.errors import near_match
from . import input_files, mapping, table_contract
from .headers import IGNORE, label, normalise
from .mapping import ColumnMap
from .table_headers import Found


def draft_mapping(path: str | Path) -> str:
    """Draft a mapping file for a file, of the table that it holds or is nearest to.

    Everything uncertain is a comment, so that nothing is taken that nobody decided.

    Raises
    ------
    InputError
        The file cannot be read or holds no table.
    """
    source = input_files.read(input_files.find_path(path))
    told = table_contract.find_tables(source, ColumnMap()).values()
    found = {one.schema.name: one for part in told if (one := part.table or part.nearest) is not None}
    if not found:
        return mapping.draft_mapping(path)
    lines = [
        f"# What the headers of {source.file} mean. Take the # off a line that holds.",
        "tables:",
        *(line for one in found.values() for line in _draft_table(one)),
        "# Where neither a column nor the name of sheet or file tells it:",
        "# region: 黄山市",
    ]
    return "\n".join([*mapping.say_comments(lines), ""])


def _draft_table(found: Found) -> list[str]:
    schema, free = found.schema, [name for name in found.schema.columns if name not in found.columns]
    lines = [
        f"  {schema.name}:  # {schema.zh}",
        f"    # A column is one of: {', '.join(schema.columns)}; or {IGNORE}.",
    ]
    if found.lacking:
        missing = ", ".join(f"{name} ({label(name, 'zh', schema.name)})" for name in found.lacking)
        lines.append(f"    # Required and not found: {missing}.")
    taken = {place: column for column, place in found.columns.items()}
    lines.append("    columns:")
    for place, header in found.headers.items():
        name = mapping.quote(header)
        if place in taken:
            lines.append(f"      # known without this file: {name}: {taken[place]}")
        else:
            near = _suggest(header, found, free)
            lines.append(f"      # {name}: {near}".rstrip() + ("  # similar name" if near else ""))
    personal = ", ".join(schema.personal)
    if personal:
        lines.append(f"    # personal: [{personal}]  # left out of the store unless they are needed")
    if schema.name == "orders":
        lines.append("    # refunds: negative  # if a negative amount is a refund")
    lines.append("    # exported_on: 2025-12-31  # rows dated later are no records")
    return lines


def _suggest(header: str, found: Found, free: list[str]) -> str:
    """Name the free column whose headers an unknown one resembles most; nothing if none does."""
    names = {
        normalise(word): column for column in free for word in (*found.schema.columns[column].headers, column)
    }
    near = near_match(normalise(header), names, 0.5)
    return names[near] if near else ""
