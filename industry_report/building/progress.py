"""What a build tells on a terminal: a line for each report, a bar below, a summary at the end."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..base import console, messages

if TYPE_CHECKING:
    from .outcome import Result


@contextmanager
def show_progress(total: int) -> Iterator[Callable[[Result], None]]:
    """Yield what to call with each result: it prints a line, below it a bar if this is a terminal."""
    if not sys.stdout.isatty():
        yield lambda result: click.echo(_line(result))
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
    from rich.text import Text

    left = TimeRemainingColumn(elapsed_when_finished=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), left)
    with Progress(*columns, console=Console(file=console.open_terminal()), transient=True) as bar:
        task = bar.add_task("Reports", total=total)

        def tell(result: Result) -> None:
            nonlocal total
            bar.console.print(Text(console.escape_controls(_line(result))))
            if result.status == "fresh":  # took no time, so that the time left is estimated from the others
                total -= 1
                bar.update(task, total=total)
            else:
                bar.advance(task)

        yield tell


STATES = {"made": "已制作", "fresh": "无变化", "failed": "失败  "}  # as wide as each other on a terminal


def _line(result: Result) -> str:
    in_chinese = messages.current() == "zh"
    seconds = f"  {result.seconds:.1f} s" if result.status == "made" else ""
    head = "提示：" if in_chinese else "warning: "
    warnings = "".join(f"\n        {head}{messages.say(warning)}" for warning in result.warnings)
    state = STATES[result.status] if in_chinese else f"{result.status:<6}"
    return f"{state}  {result.report}{seconds}{warnings}"


def summarize(results: list[Result], indexes: list[Path]) -> str:
    """Return the last line of a build."""
    counts = {
        status: sum(result.status == status for result in results) for status in ("made", "fresh", "failed")
    }
    if messages.current() == "zh":
        told = "，".join(f"{STATES[status].strip()}{count}份" for status, count in counts.items() if count)
        return f"共{len(results)}份报告：{told or '无'}。{'、'.join(map(str, indexes))}"
    told = ", ".join(f"{count} {status}" for status, count in counts.items() if count)
    return f"{count_noun(len(results), 'report')}: {told}. {', '.join(map(str, indexes))}"


def count_noun(number: int, noun: str) -> str:
    """Return a number with its noun: "1 report", "2 reports"."""
    return f"{number} {noun}" + ("" if number == 1 else "s")
