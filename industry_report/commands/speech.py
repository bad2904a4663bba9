"""In which language a command speaks: that of --language, else of the system, else Chinese."""

from __future__ import annotations

import locale
import os
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any

import click

from ..base import messages

LANGUAGES = ("zh", "en")
# What a system says its user's language is, the strongest first (POSIX; LANGUAGE is GNU's).
VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
HEADINGS = {"Options": "选项", "Commands": "命令", "Arguments": "参数"}
EXTRAS = {"default: ": "默认：", "required": "必填"}  # what stands in brackets after an option's help
GAP = 2  # blanks between the columns of a list


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


def begin(arguments: Sequence[str], command: click.Command) -> None:
    """Speak, from here on, as the arguments of a command ask: its faults are told before they are read."""
    asked = [after for name, after in pairwise(arguments) if name == "--language"]
    asked += [one.partition("=")[2] for one in arguments if one.startswith("--language=")]
    messages.use(find_language(next((one for one in asked if one in LANGUAGES), None)))
    _prepare(command)


def _prepare(command: click.Command) -> None:
    """Let a command and those below it write their help pages in the language in use."""
    command.context_class = Context
    english = command.__dict__.setdefault("english_short_help", command.short_help)
    in_chinese = messages.current() == "zh"
    command.short_help = english
    command.short_help = messages.translate(_first(command.help)) if in_chinese else english
    command.options_metavar = "[选项]" if in_chinese else "[OPTIONS]"
    if isinstance(command, click.Group):
        command.subcommand_metavar = "命令 [参数]..." if in_chinese else "COMMAND [ARGS]..."
        for inner in command.commands.values():
            _prepare(inner)


def _first(text: str | None) -> str:
    """Return the first paragraph of a help page on one line."""
    return " ".join((text or "").strip().split("\n\n")[0].split())


class Formatter(click.HelpFormatter):
    """Writes help pages in the language in use; Chinese breaks anywhere, and a sign takes two places."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write how the command is called."""
        super().write_usage(prog, args, "用法：" if messages.current() == "zh" else prefix)

    def write_heading(self, heading: str) -> None:
        """Write the heading of a section."""
        if messages.current() == "en":
            super().write_heading(heading)
        else:
            self.write(f"{'':>{self.current_indent}}{HEADINGS.get(heading, heading)}：\n")

    def write_text(self, text: str) -> None:
        """Write paragraphs; a list of examples stays as it is."""
        if messages.current() == "en":
            super().write_text(text)
            return
        for number, paragraph in enumerate(text.split("\n\n")):
            self.write("\n" if number else "")
            if "\b" in paragraph:
                super().write_text(paragraph.replace("Examples:", "示例："))
                continue
            told = messages.translate(" ".join(paragraph.split()))
            for line in wrap(told, self.width - self.current_indent):
                self.write(f"{'':>{self.current_indent}}{line}\n")

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = GAP) -> None:
        """Write a list of options or commands with what they mean."""
        rows = list(rows)
        if messages.current() == "en":
            super().write_dl(rows, col_max, col_spacing)
            return
        first = min(max((len(name) for name, _ in rows), default=0), col_max) + col_spacing
        for name, meaning in rows:
            lines = wrap(_word_meaning(meaning), self.width - self.current_indent - first) or [""]
            self.write(f"{'':>{self.current_indent}}{name}")
            self.write("\n" if len(name) > first - col_spacing else " " * (first - len(name)))
            indent = " " * (self.current_indent + first)
            begun = indent if len(name) > first - col_spacing else ""
            self.write(begun + f"\n{indent}".join(lines) + "\n")


def _word_meaning(meaning: str) -> str:
    """Return the help of an option in Chinese, with what click adds in brackets."""
    told, _, extra = meaning.partition("  [")
    for english, chinese in EXTRAS.items():
        extra = extra.replace(english, chinese)
    return messages.translate(told) + (f"  [{extra}" if extra else "")


def wrap(text: str, width: int) -> list[str]:
    """Break a text into lines of so many places; Chinese signs take two, words stay whole.

    Examples
    --------
    >>> wrap("生成 reports/index.html", 12)
    ['生成', 'reports/index.html']
    """
    lines, line, length = [], "", 0
    for part in re.findall(r"[!-~]+[，。；：、）]?|.", text):
        places = sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in part)
        if length + places > width and line and part not in "，。；：、）":
            lines.append(line.rstrip())
            line, length = "", 0
            part = part.lstrip()
        line, length = line + part, length + places
    return [*lines, line.rstrip()] if line.strip() else lines


class Context(click.Context):
    """A command's context, whose help pages are written by `Formatter`."""

    formatter_class = Formatter


class Fault(click.ClickException):
    """A fault that is told in the language in use."""

    def __init__(self, fault: click.ClickException) -> None:
        super().__init__(fault.format_message())
        self.context: click.Context | None = getattr(fault, "ctx", None)

    def show(self, file: Any = None) -> None:
        """Say on standard error how the command is called, where that is at fault, and what the fault is."""
        if self.context is not None:
            told = f"{self.context.command_path} {self.context.help_option_names[0]}"
            click.echo(f"{self.context.get_usage()}\n查看帮助：{told}\n", err=True, file=file)
        click.echo(f"错误：{messages.translate(self.message)}", err=True, file=file)


class UsageFault(Fault):
    """A fault of how a command was called."""

    exit_code = click.UsageError.exit_code


def in_words(fault: click.ClickException) -> click.ClickException:
    """Return a fault as it is told in the language in use; a page of help that was asked for stays."""
    helped = getattr(click.exceptions, "NoArgsIsHelpError", ())
    if messages.current() == "en" or isinstance(fault, helped):
        return fault
    return UsageFault(fault) if isinstance(fault, click.UsageError) else Fault(fault)


def tell(text: str, *, err: bool = False) -> None:
    """Print a message in the language in use."""
    click.echo(messages.say(text), err=err)


def choose(language: str, *, zh: str, en: str) -> str:
    """Return one of two texts."""
    return {"zh": zh, "en": en}[language]


def language_option(about: str) -> Callable[[Any], Any]:
    """Return the option --language of a command."""
    return click.option("--language", type=click.Choice(LANGUAGES), help=about)


def messages_option() -> Callable[[Any], Any]:
    """Return the option --language of a command that has nothing in that language but its messages."""
    about = "Of the messages (default: the system's, else zh)."
    return click.option("--language", type=click.Choice(LANGUAGES), expose_value=False, help=about)
