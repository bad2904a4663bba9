"""Every kind of settings file, mutated: it is read, or refused in words, and never takes long.

A file of `params/` is changed at one to four places as an editor, a merge or a spreadsheet would: characters
and lines go, come twice or change places, blanks and brackets are put in, a value becomes another kind.
"""

from __future__ import annotations

import random
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from industry_report.analysis.curriculum import load_curriculum
from industry_report.analysis.leads.model_file import load_model_file
from industry_report.analysis.opinions.coding import load_frame
from industry_report.analysis.opinions.questionnaire import load_questionnaire
from industry_report.analysis.reviews.action_file import load_actions
from industry_report.analysis.reviews.review_file import load_review
from industry_report.analysis.trade.market_file import load_market
from industry_report.analysis.value.assumptions import load_assumptions
from industry_report.base.errors import InputError
from industry_report.crm.profiles import load_profile
from industry_report.intake.mapping import load_column_map
from industry_report.scorecard.scorecard_file import load_scorecard
from industry_report.settings.parameters import read_entries
from industry_report.settings.publisher import load_identity, load_policy
from industry_report.settings.subject_file import read_subject

PARAMS = Path(__file__).resolve().parents[2] / "params"
PIECES = (
    *("[", "]", "{", "}", ":", ": ", ",", "&a ", "*a", "!x ", "|", ">", "'", '"', "#", " #", "- ", "?", "\t"),
    *("\n", "\n\n", "  ", "-", "%", "\x00", "\x85", "\ufeff", "：", "，", "é", "一", "null", "~", "yes"),
    *("1e9", "-1", "0", ".inf", ".nan", "2025-02-30", "1:30", "0x1F", "9" * 400),
    *("---\n", "...\n", "<<: *a\n", "[[]]"),
)


def read_publisher(path: Path) -> None:
    """Read the publisher's file as a build does."""
    load_identity(path)
    load_policy(path, "industry")


READERS: dict[str, Callable[[Path], Any]] = {
    "actions.yaml": load_actions,
    "annual.yaml": read_entries,
    "customer-value.yaml": load_assumptions,
    "feedback.yaml": load_frame,
    "huangshan-2025.yaml": read_entries,
    "lead-model.yaml": load_model_file,
    "market.yaml": load_market,
    "publisher.yaml": read_publisher,
    "review.yaml": load_review,
    "skills.yaml": load_curriculum,
    "survey.yaml": load_questionnaire,
}
FOLDERS: dict[str, Callable[[Path], Any]] = {
    "columns": load_column_map,
    "crm": load_profile,
    "scorecards": load_scorecard,
    "subjects": lambda path: read_subject(path, "subject"),
}
FILES = {
    **{PARAMS / name: reader for name, reader in READERS.items()},
    **{
        path: reader
        for folder, reader in FOLDERS.items()
        for path in sorted((PARAMS / folder).glob("*.yaml"))
    },
}


def mutate_settings(seed: int, folder: Path) -> list[str]:
    """Mutate one file and read it; says what is wrong with how it ended."""
    chance = random.Random(seed)
    path, reader = sorted(FILES.items())[seed % len(FILES)]
    text = path.read_text(encoding="utf-8")
    for _ in range(chance.randint(1, 4)):
        text = mutate(text, chance)
    changed = folder / path.name
    changed.write_text(text, encoding="utf-8", newline="")
    try:
        reader(changed)
    except InputError as error:
        told = str(error)
        return [] if path.name in told or "subject" in told else [f"{path.name}: names no file: {told[:200]}"]
    except Exception:
        return [f"{path.name}: {traceback.format_exc(limit=-2)}"]
    return []


def mutate(text: str, chance: random.Random) -> str:
    """Change a text at one place."""
    lines = text.splitlines(keepends=True) or ["\n"]
    at, line = chance.randint(0, len(text)), chance.randrange(len(lines))
    match chance.randrange(6):
        case 0:
            return text[:at] + chance.choice(PIECES) + text[at:]
        case 1:
            return text[:at] + text[at + chance.randint(1, 12) :]
        case 2:
            return "".join([*lines[: line + 1], *lines[line:]])
        case 3:
            return "".join([*lines[:line], *lines[line + 1 :]])
        case 4:
            other = chance.randrange(len(lines))
            lines[line], lines[other] = lines[other], lines[line]
            return "".join(lines)
    key, colon, _ = lines[line].partition(":")
    lines[line] = f"{key}{colon} {chance.choice(PIECES)}\n"
    return "".join(lines)
