"""The formats that a report is published in: suffix, media type, label, and who makes it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Format:
    """One format of output.

    Attributes
    ----------
    media_type : str
        As catalogue, data package and feed name it (IANA).
    zh, en : str
        What the page of the shelf calls it.
    made_by : str
        The module that makes it.
    is_hidden : bool
        True if only the catalogue names it, for those who read it by program.
    """

    media_type: str
    zh: str
    en: str
    made_by: str
    is_hidden: bool = False


_SHEETS = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FORMATS = {
    "html": Format("text/html", "网页", "Page", "export.exporters"),
    "pdf": Format("application/pdf", "PDF", "PDF", "export.typesetting"),
    "docx": Format(_WORD, "Word", "Word", "export.word"),
    "xlsx": Format(_SHEETS, "Excel", "Excel", "export.data_workbook"),
    "csv": Format("text/csv", "CSV", "CSV", "export.appendix"),
    "summary.png": Format("image/png", "一图读懂", "Summary picture", "export.sharing"),
    "card.png": Format("image/png", "分享图", "Picture for shared links", "export.sharing", is_hidden=True),
    "json": Format("application/json", "JSON", "JSON", "building.render", is_hidden=True),
}
"""Suffix → format, in the order in which the shelf names them."""

FOLDER = "files"
"""After a report's name: the folder of its figures' and tables' files, industry.zh.files/figure-1.svg."""
