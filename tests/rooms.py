"""The map of rooms in docs/architecture.md, written from the modules themselves: `python tests/rooms.py`."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "architecture.md"
BEGIN, END = "<!-- rooms -->\n", "<!-- end of rooms -->\n"


def say_first(path: Path) -> str:
    """Return the first sentence of a module's docstring."""
    said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    first = re.split(r"(?<=[.!?])\s+(?=[A-Z])", " ".join(said.split("\n\n")[0].split()))[0]
    return first.rstrip(".").replace("|", "\\|")


def write_map() -> str:
    """Return one table a room: its modules and what each says of itself."""
    source = ROOT / "industry_report"
    parts = []
    for name in ORDER:
        folder = source / name
        files = sorted(folder.rglob("*.py")) if folder.is_dir() else [source / f"{name}.py"]
        heading = say_first(folder / "__init__.py" if folder.is_dir() else files[0])
        rows = [
            f"| `{path.relative_to(folder if folder.is_dir() else source).with_suffix('').as_posix()}` "
            f"| {say_first(path)} |\n"
            for path in files
            if path.stem != "__init__"
        ]
        table = "| module | in one line |\n|---|---|\n" + "".join(rows)
        parts.append(f"### `{name}`: {heading}\n\n{table}\n")
    return "".join(parts)


ORDER = (
    *("base", "settings", "scorecard", "intake", "processes", "analysis", "protection"),
    *("report", "export", "shelf", "building", "crm", "commands", "cli", "__main__"),
)


if __name__ == "__main__":
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    PAGE.write_text(before + BEGIN + "\n" + write_map() + END + rest.partition(END)[2], encoding="utf-8")
