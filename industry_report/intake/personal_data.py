"""Recognise numbers that name a person: resident ids, mobile numbers, mail addresses, bank cards.

Check digits keep order and record numbers from being taken for them: GB 11643 (ISO 7064 MOD 11-2) for
resident ids, ISO/IEC 7812 (Luhn) for bank cards. A firm's credit code (GB 32100) names no person and stays.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator

RESIDENT_ID, MOBILE, MAIL, BANK_CARD = "resident_id", "mobile", "mail", "bank_card"
COVER = "■■■"  # what stands for a hit where the rest of a text may be shown

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
_PROVINCES = {
    *(*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47)),
    *(*range(50, 55), *range(61, 66), 71, 81, 82, 83),
}
_USCC_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100 leaves I, O, S, V, Z out
_USCC = re.compile("[1-9ANY][1-9][0-9]{6}[0-9A-HJ-NP-RTUWXY]{10}")
_GAP = r"[\s\-]?"  # numbers are often written in groups
_CANDIDATE = re.compile(
    r"(?P<mail>[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+)"
    rf"|(?<![A-Za-z0-9])(?P<id>(?:\d{_GAP}){{17}}[\dXx])(?![A-Za-z0-9])"
    rf"|(?<![A-Za-z0-9])(?P<card>[3-6](?:{_GAP}\d){{12,18}})(?![A-Za-z0-9])"
    rf"|(?<![\d.])(?:\(?\+?(?:00)?86\)?{_GAP})?(?P<mobile>1[3-9]\d(?:{_GAP}\d){{8}})(?!\d)"
)
_QUICK = re.compile(r"@|\d(?:[\s\-]?\d){10}")  # nothing that is looked for is without one of these


def is_resident_id(text: str) -> bool:
    """Tell whether 18 characters are a resident id of GB 11643: province, day of birth, check character.

    Examples
    --------
    >>> is_resident_id("11010519491231002X"), is_resident_id("110105194912310021")
    (True, False)
    """
    if not re.fullmatch(r"[0-9]{17}[0-9Xx]", text) or int(text[:2]) not in _PROVINCES:
        return False
    try:
        born = dt.date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_ID_WEIGHTS, text[:17], strict=True))
    return 1850 <= born.year < 2200 and _ID_CHECKS[total % 11] == text[17].upper()


def is_bank_card(text: str) -> bool:
    """Tell whether 13 to 19 digits are a bank card's: of a bank's range (3 to 6), with Luhn's check digit.

    Examples
    --------
    >>> is_bank_card("4111111111111111"), is_bank_card("4111111111111112")
    (True, False)
    """
    if not re.fullmatch(r"[3-6][0-9]{12,18}", text) or len(set(text)) == 1:
        return False
    doubled = (2 * int(digit) for digit in text[-2::-2])
    return (sum(map(int, text[-1::-2])) + sum(n - 9 if n > 9 else n for n in doubled)) % 10 == 0


def is_credit_code(text: str) -> bool:
    """Tell whether 18 characters are a unified social credit code of GB 32100 (weights 3^i modulo 31).

    Examples
    --------
    >>> is_credit_code("91350100M000100Y43"), is_credit_code("91350100M000100Y44")
    (True, False)
    """
    if not _USCC.fullmatch(text):
        return False
    values = [_USCC_CHARACTERS.index(character) for character in text]
    total = sum(value * pow(3, place, 31) for place, value in enumerate(values[:17]))
    return (31 - total % 31) % 31 == values[17]


def find(text: str) -> list[str]:
    """List the kinds of personal data in a text, in the order in which they come.

    Examples
    --------
    >>> find("请打13800138000或写信到 a.wang@example.com")
    ['mobile', 'mail']
    """
    return [kind for kind, _, _ in _spans(text)] if _QUICK.search(text) or "＠" in text else []


def cover(text: str) -> str:
    """Give a text with every hit covered; the rest stays, in half-width characters where there is a hit.

    Examples
    --------
    >>> cover("电话13800138000")
    '电话■■■'
    """
    if not (_QUICK.search(text) or "＠" in text):
        return text
    folded = unicodedata.normalize("NFKC", text)
    shown, end = "", 0
    for _, start, stop in _spans(text):
        shown, end = shown + folded[end:start] + COVER, stop
    return shown + folded[end:] if end else text


def _spans(text: str) -> Iterator[tuple[str, int, int]]:
    """Give kind, start and end of each hit in the text's half-width form."""
    folded = unicodedata.normalize("NFKC", text)
    place = 0
    while match := _CANDIDATE.search(folded, place):
        if kind := _judge(match):
            yield kind, match.start(), match.end()
            place = match.end()
        else:  # what is no card may still hold a mobile number after a blank
            place = match.start() + 1
            while place < len(folded) and folded[place].isdigit():
                place += 1


def _judge(match: re.Match[str]) -> str | None:
    if match["mail"]:
        return MAIL
    if match["mobile"]:
        return MOBILE
    digits = re.sub(r"[\s\-]", "", match["id"] or match["card"])
    if match["id"] and is_resident_id(digits):
        return RESIDENT_ID
    # A firm's credit code of digits alone may look like a card; one in ten passes Luhn's check.
    return BANK_CARD if is_bank_card(digits) and not is_credit_code(digits) else None
