"""A figure as an exhibit: headline, what is shown, the drawing, notes beside and below it, its numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

import pandas as pd

from ..analysis.conversion import FEWEST, REST
from ..base import language, origin
from ..base.language import text
from .layout import Surroundings
from .sentences.wording import is_withheld

# What stands between the words of a measure and may differ from one sentence to the next.
_JOINING = re.compile(r"[\s及其的和与、]|\b(?:and|with|the|of|by)\b")
_KEY = re.compile(r"\s+(?=[●▲■◆▼✚○△□◇])")  # before the key to the marks, which ends a measure
MOST_FILES = 3  # that a sentence names


def write_figure(
    drawing: str, caption: str, around: Surroundings, notes: Sequence[tuple[str, str]], table: str
) -> str:
    """Return the HTML of a figure.

    Parameters
    ----------
    drawing : str
        As SVG.
    caption : str
        What is shown, of where and when; the headline where the drawing states no finding.
    around : Surroundings
        See `layout.take_texts`.
    notes : sequence of (str, str)
        Heads and texts that stand beside the drawing.
    table : str
        Its numbers as HTML, unfolded below; empty for none.
    """
    below = text(zh="；", en="; ").join(around.notes)
    parts = [f"<figcaption>{_write_caption(caption, around)}</figcaption>", drawing]
    if notes:
        stop = text(zh="：</strong>", en=":</strong> ")
        told = "".join(f"<p><strong>{escape(head)}{stop}{escape(words)}</p>" for head, words in notes)
        parts.append(f'<div class="reading-notes">{told}</div>')
    if below:
        parts.append(f'<p class="exhibit-note">{escape(below)}</p>')
    if table:
        unfold = text(zh="查看图中数据", en="Data of this figure")
        parts.append(f"<details><summary>{unfold}</summary>{table}</details>")
    return f'<figure class="exhibit">{"".join(parts)}</figure>'


def _write_caption(caption: str, around: Surroundings) -> str:
    """Return headline and statistical subtitle; a measure does not repeat what the caption says."""
    shown, measure = caption, _leave_out_said(around.measure, caption)
    if measure:
        shown = text(zh=f"{caption}；{measure}", en=f"{caption}; {measure}")
    if not around.finding:
        below = _subtitle(measure if shown != caption else "")
        return f'<strong class="shown">{escape(caption)}</strong>{below}'
    return f"<strong>{escape(around.finding)}</strong>" + _subtitle(shown)


def _subtitle(words: str) -> str:
    return f' <span class="subtitle">{escape(words)}</span>' if words else ""


def _leave_out_said(measure: str, caption: str) -> str:
    """Return the parts of a measure that a caption does not have, whichever joining words stand between."""
    mark, said = text(zh="，", en=", "), _JOINING.sub("", caption.casefold())
    words, *key = _KEY.split(measure, maxsplit=1)
    told = mark.join(part for part in words.split(mark) if _JOINING.sub("", part.casefold()) not in said)
    return " ".join(filter(None, [told, *key]))


def further() -> str:
    """Return what opens a table that the PDF leaves out."""
    return text(zh="补充数据：", en="Further data:")


def point_to(table: pd.DataFrame | str, name: str, caption: str) -> str:
    """Say what is attached to a report, and in which file of its name."""
    if isinstance(table, str):
        return text(
            zh=f"附件：{caption}，见与本报告同名、以.{name}.yaml结尾的文件。",
            en=f"Attachment: {caption}, in the file of this name that ends in .{name}.yaml.",
        )
    rows, file = f"{len(table):,}", f".{name}.xlsx"
    return text(
        zh=f"附件：{caption}（{rows}行），见与本报告同名、以{file}结尾的工作簿。",
        en=f"Attachment: {caption} ({language.several(len(table), 'row')}), in the workbook of this name "
        f"that ends in {file}.",
    )


def say_provenance(sources: pd.DataFrame, made: pd.DataFrame) -> str:
    """Return in one sentence what a report was made from; files of many are counted."""
    names = [str(name) for name in sources.index]
    files = text(zh="、", en=", ").join(names[:MOST_FILES])
    if len(names) > MOST_FILES:
        files += text(zh=f"等{len(names)}个文件", en=f" and {len(names) - MOST_FILES} more")
    facts = text(zh="；", en="; ").join(f"{key} {value}" for key, value in made["value"].items())
    rest = text(zh="校验值见数据附录", en="Checksums: see the data appendix")
    said = text(zh=f"数据文件 {files}；{facts}。{rest}", en=f"Source files: {files}; {facts}. {rest}")
    return origin.release(said)  # names and versions: of no customer


def why_nothing(table: pd.DataFrame, drawn: str, otherwise: str) -> str:
    """Return the sentence that stands in place of a drawing with no marks; nothing where there are some.

    Parameters
    ----------
    table : DataFrame
        A published table.
    drawn : str
        The column that is drawn: counts are drawn as bars, of which zero is none, rates as points.
    otherwise : str
        The sentence of a table that is empty or counts nothing.
    """
    if table.empty or drawn not in table:
        return otherwise if table.empty else ""
    values = table[drawn]
    if values.isna().all() or (drawn != "rate" and values.isna().any() and not values.fillna(0).any()):
        if drawn == "rate" and "consultations" in table and (table["consultations"] == 0).all():
            return _nothing_known()
        few = drawn == "rate" and "consultations" in table and not is_withheld(table).any()
        return _too_few() if few else _all_withheld()
    if drawn != "rate" and not values.any():
        return otherwise
    return _all_pooled(table) if table.index.isin(REST.values()).all() else ""


def _nothing_known() -> str:
    return text(
        zh="还没有已知结果的咨询，不计算比率，本节从略",
        en="No outcome is known yet; this section is left out",
    )


def _too_few() -> str:
    return text(
        zh=f"各组均不足{FEWEST}条，不计算比率，本节从略", en=f"No group has {FEWEST} consultations: no rates"
    )


def _all_withheld() -> str:
    return text(
        zh="本节的数字可能识别单个客户，均不公布",
        en="All numbers of this section could identify somebody and are withheld",
    )


def _all_pooled(table: pd.DataFrame) -> str:
    name = language.term(str(table.index.name))
    return text(
        zh=f"“{name}”没有可以单独公布的组，本节从略",
        en=f"No group of “{name}” can be published by itself; this section is left out",
    )
