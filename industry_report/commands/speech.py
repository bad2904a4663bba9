"""In which language a command speaks: that of --language, else of the system, else Chinese."""

from __future__ import annotations

import locale
import os
from collections.abc import Callable
from typing import Any

import click

LANGUAGES = ("zh", "en")
# What a system says its user's language is, the strongest first (POSIX; LANGUAGE is GNU's).
VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


def find_language(given: str | None = None) -> str:
    """Return the language that is asked for, else that of the system's locale, else Chinese.

    Examples
    --------
    >>> find_language("en")
    'en'
    """
    if given:
        return given
    for name in VARIABLES:
        if value := os.environ.get(name, ""):
            return _read_locale(value.split(":")[0]) or "zh"
    try:
        return _read_locale(locale.getlocale()[0] or "") or "zh"  # Windows has no such variables
    except ValueError:  # a locale that Python does not know
        return "zh"


def _read_locale(name: str) -> str:
    """Return the language of a locale such as en_GB.UTF-8 or, on Windows, English_United Kingdom."""
    known = {"zh": "zh", "en": "en", "chinese": "zh", "english": "en"}
    return known.get(name.replace("-", "_").split("_")[0].split(" ")[0].split(".")[0].lower(), "")


def choose(language: str, *, zh: str, en: str) -> str:
    """Return one of two texts."""
    return {"zh": zh, "en": en}[language]


def language_option(about: str) -> Callable[[Any], Any]:
    """Return the option --language of a command."""
    return click.option("--language", type=click.Choice(LANGUAGES), help=about)
