"""What a notebook cell ends with: `begin`, `cover`, `summary`, `say` and `show`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from IPython import get_ipython
from IPython.display import display
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..base import language, origin, style
from ..base.errors import InputError
from ..base.language import text
from ..base.marks import write_notice
from ..scorecard.scorecards import Scorecard
from ..settings.editions import Policy
from ..settings.publisher import load_identity
from . import as_json, cover_words, drawing, exhibits, layout, one_page, tables
from .alternative_text import describe_figure
from .one_page import Panel
from .public_checks import check_figure, check_table, check_words, draw, number

if TYPE_CHECKING:  # the exporters need this module, and no statistics
    from seaborn.axisgrid import Grid

__all__ = [
    "ATTACHMENT",
    "COVER",
    "EXHIBIT",
    "STAMP",
    "SUMMARY",
    "Panel",
    "attach",
    "begin",
    "cover",
    "draw",
    "number",
    "present",
    "provenance",
    "say",
    "section",
    "show",
    "summary",
    "text",
]

# Beside the HTML that JupyterLab shows, outputs carry what the exporters need.
COVER = "application/vnd.industry-report.cover+json"
EXHIBIT = "application/vnd.industry-report.exhibit+json"
ATTACHMENT = "application/vnd.industry-report.attachment+json"
SUMMARY = "application/vnd.industry-report.summary+json"
PRIVATE = (COVER, EXHIBIT, ATTACHMENT, SUMMARY)
STAMP = "industry-report"  # in an output's metadata: what these functions put out, in a public edition or not

_figures_shown = 0


def begin(report_language: str, scorecard: Scorecard | None = None, policy: Policy | None = None) -> None:
    """Start a report: its language, the style of its figures, what its grades are called, what it may show.

    Parameters
    ----------
    report_language : {"zh", "en"}
        The language of every sentence, table and figure from here on.
    scorecard : scoring.Scorecard, optional
        Its words for dimensions and grades are used from here on.
    policy : Policy, optional
        See `disclosure.load_policy`. A notebook without one is a public edition: it shows only what comes
        from `publication.publish`.
    """
    global _figures_shown
    _figures_shown = 0
    pd.options.mode.string_storage = "python"
    language.use(report_language)
    if scorecard is not None:
        language.adopt(
            {dimension.level_name: dimension.label for dimension in scorecard.dimensions},
            {band.grade: band.name for band in scorecard.bands},
        )
    shell = get_ipython()
    given = [value for name, value in (shell.user_ns if shell else {}).items() if not name.startswith("_")]
    known = [value for value in given if isinstance(value, str | int | float | list | dict)]
    origin.watch(None if policy is None else not policy.internal, known)
    if scorecard is not None:
        words = [scorecard.title, *(band.name for band in scorecard.bands)]
        origin.know([scorecard.version, *words, *(d.label for d in scorecard.dimensions)])
    if policy is not None:
        language.adopt(policy.names, {})
        language.speak_of(policy.subject, scorecard.wording if scorecard else ())
        origin.know([policy.threshold, policy.threshold - 1, policy.dominance])
    style.apply()


def _put_out(data: dict[str, Any]) -> None:
    """Display what was checked, with a stamp by which the build knows it."""
    display(data, raw=True, metadata={STAMP: {"public": origin.is_watching()}})


def cover(
    *,
    title: str,
    subtitle: str,
    facts: dict[str, str],
    key_figures: Sequence[tuple[str, str]] = (),
    publisher: str | Path = "",
    synthetic: bool = False,
    internal: bool = False,
    finding: str = "",
    changes: Sequence[str] = (),
    edition: str = "",
) -> None:
    """Show the report's title and tell the exporters what stands on the cover.

    Parameters
    ----------
    title, subtitle : str
        In the report's language; see `text`.
    facts : dict of str to str
        Short lines for the cover, such as region, year, edition.
    key_figures : sequence of (str, str)
        At most six labels and printed numbers, which open the report: ``("A级占比", "15.5%")``. What stands
        in brackets after a number, such as its interval, is set small. Take them from protected tables.
    publisher : str or Path
        The file that says who publishes, see `publisher.load_identity`; empty for nobody.
    synthetic : bool
        True if any row is invented; the report then says so on its cover and on every page.
    internal : bool
        True if the edition is not protected for publication; the report then says so, too.
    finding : str
        What is new, in one sentence.
    changes : sequence of str
        What stands under each key figure, in their order: its change; see `sentences.year`.
    edition : str
        Gives the cover its colour, see `style.EDITION_COLOURS`.

    Raises
    ------
    InputError
        There are more than six key figures, one of them is not a pair of texts, or the publisher's file is
        faulty.
    """
    marks = [name for name, holds in (("internal", internal), ("synthetic", synthetic)) if holds]
    notice = write_notice(marks, language.current())
    shown_figures = cover_words.list_key_figures(key_figures)
    check_words(
        "cover",
        title,
        subtitle,
        finding,
        *changes,
        *facts.values(),
        *(w for pair in shown_figures for w in pair),
    )
    identity = load_identity(publisher) if publisher else {}
    style.apply(source="" if notice else cover_words.name_source(identity.get("registration", {}), synthetic))
    content = {
        "language": language.current(),
        "title": title,
        "subtitle": subtitle,
        "facts": [[label, fact] for label, fact in facts.items()],  # a list: notebook files sort their keys
        "notice": notice,
        "key_figures": shown_figures,
        "publisher": identity,
    }
    told = {"finding": finding, "changes": list(changes), "edition": edition, "words": language.words()}
    content |= {key: value for key, value in told.items() if value}
    warning = f"<p><strong>{escape(notice)}</strong></p>" if notice else ""
    html = f"<h1>{escape(title)}</h1><p>{escape(subtitle)}</p>{warning}"
    _put_out({COVER: content, "text/html": html, "text/plain": title})


def summary(
    *sentences: str,
    panels: Sequence[Panel | None] = (),
    points: Sequence[str] = (),
    reader: str = "",
    scope: Sequence[str] = (),
) -> None:
    """Show the page that says the report: a lead, small charts, points for its reader, what is counted.

    On the page it stands before the contents; in the PDF it has a page of its own, the first after the cover.
    What there is nothing to say of is left out.

    Parameters
    ----------
    *sentences : str
        The lead, at most four sentences in the report's language: how much and what changed, how sure, why.
    panels : sequence of Panel
        At most six small charts, see `small_figures`; None is a chart that had nothing to draw.
    points : sequence of str
        At most three: a claim, a full stop, its evidence and what to do.
    reader : str
        For whom the points are: ``"行业"`` makes the box 这对行业意味着什么; without, it is 主要结论.
    scope : sequence of str
        At most two lines on what was counted and left out.

    Raises
    ------
    InputError
        There is more than one page holds, or a panel is none.

    Examples
    --------
    >>> summary("5,588条咨询。", panels=[small_figures.bars(…)], reader="行业")  # doctest: +SKIP
    """
    said, kept_points, lines = (
        [_stopped(one) for one in given if one] for given in (sentences, points, scope)
    )
    drawn = [panel for panel in panels if panel is not None]
    one_page.check(said, drawn, kept_points, lines)
    words = one_page.list_words(said, drawn, kept_points, lines)
    if not words:
        return
    meaning = one_page.name_points(reader)
    check_words("summary", *words, reader)
    for panel in drawn:
        check_table("summary", panel.data)
        check_figure(panel.figure)
    alts = [describe_figure(panel.figure, panel.title, panel.data, measure=panel.measure) for panel in drawn]
    drawings = [
        _write_svg(panel.figure, alt, "small", panel.data) for panel, alt in zip(drawn, alts, strict=True)
    ]
    content = one_page.describe(
        said, drawn, kept_points, lines, [as_json.list_records(panel.data) for panel in drawn]
    )
    html = one_page.write_html(said, drawn, drawings, kept_points, meaning, lines)
    _put_out({SUMMARY: content, "text/html": html, "text/plain": "\n".join([*said, *kept_points])})


def section(*, zh: str, en: str, level: int = 2) -> None:
    """Show a heading that is not in every report, such as that of one edition; others are Markdown cells.

    Parameters
    ----------
    zh, en : str
        The heading.
    level : int
        2 for a chapter, 3 for a section of it.
    """
    check_words("section", text(zh=zh, en=en))
    words = escape(text(zh=zh, en=en))
    _put_out({"text/html": f"<h{level}>{words}</h{level}>", "text/plain": words})


def say(*sentences: str, zh: str = "", en: str = "") -> None:
    """Show text computed in a cell: one paragraph, or a list if several sentences are given.

    The text is plain text, not Markdown: a ``*`` or ``$`` from the data shows as itself.

    Parameters
    ----------
    *sentences : str
        Sentences already in the report's language, for example from `sentences.industry`.
    zh, en : str
        Instead of `sentences`: one paragraph in both languages.

    Where there is nothing to say, as a sentence may find, nothing is shown.
    """
    items = [_stopped(sentence) for sentence in sentences if sentence]
    items = items or [paragraph for paragraph in [text(zh=zh, en=en)] if paragraph]
    if not items:
        return
    check_words("say", *items)
    if len(items) == 1:
        html = f"<p>{escape(items[0])}</p>"
    else:
        html = "<ul>\n" + "\n".join(f"<li>{escape(item)}</li>" for item in items) + "\n</ul>"
    _put_out({"text/html": html, "text/plain": "\n".join(items)})


def _stopped(sentence: str) -> str:
    """End a sentence that may also serve as a figure's title, where no full stop belongs."""
    return sentence if sentence[-1] in "。．.！!？?：:" else sentence + text(zh="。", en=".")


def show(
    exhibit: Figure | Axes | Grid | pd.DataFrame,
    *,
    caption: str,
    data: pd.DataFrame | None = None,
    alt: str | None = None,
    notes: Sequence[tuple[str, str]] = (),
    folded: bool = False,
) -> None:
    """Show a figure or table with its caption.

    A figure's title, the finding, becomes the headline of the exhibit; the caption stands below it and says
    what is shown, of where and when, and in which unit.

    Parameters
    ----------
    exhibit : Figure, Axes or DataFrame
        A matplotlib figure, or what seaborn returns, or a tidy table.
    caption : str
        In the report's language, without number and full stop.
    data : DataFrame, optional
        The numbers behind a figure; readers can unfold them below it.
    alt : str, optional
        What the figure says, for those who cannot see it; see `alternative_text.describe_figure` for what is
        said by default.
    notes : sequence of (str, str)
        What stands beside a figure, each a head and a text: how to read it, what it says, what it does not.
        See `sentences.reading`.
    folded : bool
        Of a table: the page unfolds it and the PDF leaves it to the data appendix. Show such tables last.

    Raises
    ------
    InputError
        If `exhibit` is neither a figure nor a table.
    """
    figure = getattr(exhibit, "figure", None)
    check_words("show", caption, alt or "", *(words for note in notes for words in note))
    check_table("show", exhibit if isinstance(exhibit, pd.DataFrame) else data)
    if isinstance(exhibit, pd.DataFrame):
        _publish_table(exhibit, caption, folded)
    elif isinstance(figure, Figure):
        check_figure(figure)
        _publish_figure(figure, caption, data, alt or describe_figure(figure, caption, data), notes)
    else:
        problem = f"expected a matplotlib figure or a DataFrame, got {type(exhibit).__name__}."
        raise InputError(
            "show", problem, "Give the figure that was drawn; turn a Series into a table with .to_frame()."
        )


def present(
    table: pd.DataFrame,
    drawing: Callable[..., Figure],
    *arguments: Any,
    caption: str,
    otherwise: str,
    notes: Sequence[tuple[str, str]] = (),
    drawn: str = "rate",
    data: pd.DataFrame | None = None,
    **options: Any,
) -> None:
    """Show a drawing of a table with its numbers or, where it would have no marks, say why.

    Parameters
    ----------
    table : DataFrame
        Its numbers.
    drawing : callable
        Draws it, such as `figures.rates`; called with the table, `arguments` and `options`.
    caption, notes, otherwise
        As in `show`; the sentence in its place where the table is empty.
    drawn, data
        The column that is drawn; the numbers as readers see them, where `table` has codes for words.

    Examples
    --------
    >>> present(by_grade, figures.conversion_by_grade, caption="…", otherwise="…")  # doctest: +SKIP
    """
    if reason := exhibits.why_nothing(table, drawn, otherwise):
        say(reason)
    else:
        told = table if data is None else data
        show(drawing(table, *arguments, **options), caption=caption, data=told, notes=notes)


def provenance(sources: pd.DataFrame, scorecard: Scorecard, **parameters: Any) -> None:
    """Say what a report was made from, at its end; the PDF leaves the tables to the data appendix.

    Parameters
    ----------
    sources : DataFrame
        See `publication.Published.files`.
    scorecard : scoring.Scorecard
        The standard.
    **parameters : object
        Such as region and year.
    """
    spoken = {"language": text(zh="中文", en="English")} if "today" not in parameters else {}
    standard = f"{text(**scorecard.title)} {scorecard.version}"
    made = tables.provenance(**parameters, **spoken, scorecard=standard)
    say(exhibits.say_provenance(sources, made))
    show(sources, caption=text(zh="数据文件", en="Source files"), folded=True)
    show(made, caption=text(zh="报告参数与软件版本", en="Parameters and software"), folded=True)


def attach(table: pd.DataFrame | str, name: str, caption: str) -> None:
    """Put a whole table beside the report, as a workbook, or a text of YAML; say so where the cell stands.

    Parameters
    ----------
    table : DataFrame or str
        A tidy table, of any length, or the text. The report itself does not show it.
    name : str
        Small letters, digits and hyphens; the file is called like the report, with this name added.
    caption : str
        What it is, in the report's language.

    Raises
    ------
    InputError
        If `name` cannot be part of a file name everywhere.
    """
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
        problem = f"expected small letters, digits and hyphens, got {name!r}."
        raise InputError("attach", problem, 'Write for example name="work-list".')
    check_words("attach", caption, table if isinstance(table, str) else "")
    check_table("attach", None if isinstance(table, str) else table)
    content = {"name": name, "caption": caption, **as_json.list_content(table)}
    said = exhibits.point_to(table, name, caption)
    html = f'<p class="attachment">{escape(said)}</p>'
    _put_out({ATTACHMENT: content, "text/html": html, "text/plain": said})


def _publish_table(data: pd.DataFrame, caption: str, folded: bool) -> None:
    content = {
        "kind": "table",
        "caption": caption,
        "data": as_json.list_records(data),
        **tables.describe(data),
    }
    html = f'<figure class="table">{tables.to_html(data, caption)}</figure>'
    if folded:
        html = f"<details><summary>{escape(exhibits.further())} {escape(caption)}</summary>{html}</details>"
    _put_out({EXHIBIT: content, "text/html": html, "text/plain": caption})


def _publish_figure(
    figure: Figure, caption: str, data: pd.DataFrame | None, alt: str, notes: Sequence[tuple[str, str]]
) -> None:
    around = layout.take_texts(figure)
    width = "reading" if figure.get_figwidth() <= style.WIDTH_INCHES else ""
    content = {"kind": "figure", "caption": caption, "alt": alt, "data": as_json.list_records(data)}
    if around.finding:
        content["finding"] = around.finding
    if data is not None:
        content |= tables.describe(data)
    numbers = "" if data is None else tables.to_html(data)
    html = exhibits.write_figure(_write_svg(figure, alt, width, data), caption, around, notes, numbers)
    _put_out({EXHIBIT: content, "text/html": html, "text/plain": alt})


def _write_svg(figure: Figure, alt: str, width: str, data: pd.DataFrame | None) -> str:
    global _figures_shown
    _figures_shown += 1
    return drawing.write_svg(figure, alt, _figures_shown, width, data)
