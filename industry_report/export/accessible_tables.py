"""Make the tables of a body complete for every reader of a page: scoped heads, names, room to scroll."""

from __future__ import annotations

import re
from html import escape, unescape

WIDE = 4  # columns; a narrower table fits a phone, and is no stop for the keyboard
LONG = re.compile(r"[\w.]{12}(?=[\w.]{12})", re.ASCII)  # a part of a checksum or of a file's name
# A cell that holds a number of a customer or a date: its hyphens are no place for a line to end.
CODE = re.compile(r"<(t[hd])([^>]*>(?=[^<]*\d)[A-Za-z0-9]+(?:-[A-Za-z0-9]+)+</t[hd]>)")


def frame_tables(html: str, words: dict[str, str]) -> str:
    """Put every table into a frame that scrolls, and give each a name.

    A wide table is a region that the keyboard reaches: its columns would else be out of reach on a phone.

    Parameters
    ----------
    html : str
        A body whose captions are numbered.
    words : dict
        In the report's language: ``data`` is what follows a figure's number (``图1`` + ``的数据``), and
        ``plain table`` names a table without caption.
    """
    figure, unnamed = "", 0

    def framed(match: re.Match[str]) -> str:
        nonlocal figure, unnamed
        if match["caption"]:
            number = re.search(r'<span class="number">(.*?)</span>', match["caption"])
            figure = _plain(number[1]) if number else ""
            return match[0]
        table = scope_heads(match["table"])
        own = re.search(r"<caption\b[^>]*>(.*?)</caption>", table, flags=re.S)
        if own:
            name = _plain(own[1])
        elif match["unfold"]:
            name = f"{figure}{words['data']}"
        else:
            unnamed += 1
            name = f"{words['plain table']}{unnamed}"
        return f"{match['unfold'] or ''}{_frame(table, name, bool(own))}"

    pattern = (
        r"<figcaption>(?P<caption>.*?)</figcaption>"
        r"|(?P<unfold><summary>[^<]*</summary>\s*)?(?P<table><table\b.*?</table>)"
    )
    return re.sub(pattern, framed, html, flags=re.S)


def _frame(table: str, name: str, captioned: bool) -> str:
    named = escape(name)
    if not captioned:
        table = re.sub(r"<table\b", f'<table aria-label="{named}"', table, count=1)
    first_row = re.search(r"<tr\b.*?</tr>", table, flags=re.S)
    wide = first_row and len(re.findall(r"<t[hd]\b", first_row[0])) >= WIDE
    stop = f' role="region" tabindex="0" aria-label="{named}"' if wide else ""
    if wide:  # no word breaks there; what is none may, or its column would fill the page
        table = re.sub(r">[^<]+<", lambda text: LONG.sub(r"\g<0><wbr>", text[0]), table)
        table = CODE.sub(r'<\1 class="whole"\2', table)
    return f'<div class="scroll"{stop}>{table}</div>'


def scope_heads(table: str) -> str:
    """Say of each head of a table whether it heads a column or a row; pandas and Markdown do not."""
    head, mark, body = table.partition("</thead>")
    if not mark:
        return re.sub(r"<th(?=[ >])(?![^>]*\bscope=)", '<th scope="col"', table)
    head = re.sub(r"<th(?=[ >])(?![^>]*\bscope=)", '<th scope="col"', head)
    return head + mark + re.sub(r"<th(?=[ >])(?![^>]*\bscope=)", '<th scope="row"', body)


def _plain(html: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", html)).strip()
