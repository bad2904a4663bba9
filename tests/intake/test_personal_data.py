"""Numbers that name a person are found however they are written; numbers that do not are left alone."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from industry_report.intake import personal_data as guard


def make_resident_id(draw: random.Random) -> str:
    """A made-up id with a right check character, computed the long way (ISO 7064 MOD 11-2)."""
    body = f"{draw.choice(['11', '34', '33', '65'])}{draw.randrange(10**4):04}"
    body += f"19{draw.randrange(30, 99)}{draw.randrange(1, 13):02}{draw.randrange(1, 29):02}"
    body += f"{draw.randrange(1000):03}"
    rest = 0
    for digit in body:  # Horner's scheme of the pure system
        rest = (rest + int(digit)) * 2 % 11
    return body + "0123456789X"[(12 - rest) % 11]


def test_published_examples():
    assert guard.is_resident_id("11010519491231002X")
    assert guard.is_resident_id("11010519491231002x")
    assert guard.is_credit_code("91350100M000100Y43")
    assert not guard.is_resident_id("11010519491331002X")  # month 13
    assert guard.find("91350100M000100Y43") == []


@given(st.integers(0, 10**9))
def test_every_resident_id_is_found_and_no_other_check_character_passes(seed):
    number = make_resident_id(random.Random(seed))
    assert guard.is_resident_id(number)
    wrong = [number[:17] + character for character in "0123456789X" if character != number[17]]
    assert not any(map(guard.is_resident_id, wrong))
    for written in (f"身份证{number}。", f"{number[:6]} {number[6:14]} {number[14:]}", number.lower()):
        assert guard.RESIDENT_ID in guard.find(written)
        assert number[6:14] not in guard.cover(written)


@given(
    st.integers(130_0000_0000, 199_9999_9999), st.sampled_from(["", " ", "-"]), st.sampled_from(["", "+86"])
)
def test_every_mobile_number_is_found(number, gap, before):
    digits = str(number)
    text = f"请联系{before}{gap}{digits[:3]}{gap}{digits[3:7]}{gap}{digits[7:]},谢谢"
    assert guard.find(text) == [guard.MOBILE]
    assert guard.find(guard.cover(text)) == []
    assert not set(str(number)) & set(guard.cover(text))


@given(st.integers(10**14, 10**15 - 1), st.sampled_from(["4", "5", "6"]))
def test_a_card_is_told_by_its_check_digit(body, first):
    digits = [int(character) for character in first + str(body)[:14]]
    total = sum(sum(divmod(2 * d, 10)) if place % 2 == 0 else d for place, d in enumerate(reversed(digits)))
    number = first + str(body)[:14] + str(-total % 10)
    assert guard.is_bank_card(number)
    assert not guard.is_bank_card(number[:-1] + str((int(number[-1]) + 1) % 10))
    assert guard.BANK_CARD in guard.find(f"卡号 {number[:4]} {number[4:8]} {number[8:12]} {number[12:]}")


@pytest.mark.parametrize(
    "text",
    [
        *(
            "HS-00000012",
            "订单号 202501011234567890",
            "4876876000000123456",
            "0571-88888888",
            "2025-01-01 13:05",
        ),
        *("12345678901", "91350100M000100Y43", "10000元", "3.13800138000", "@小王", ""),
    ],
)
def test_other_numbers_are_left_alone(text):
    assert guard.find(text) == []
    assert guard.cover(text) == text


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("13800138000/13900139000", ["mobile", "mobile"]),
        ("１３８００１３８０００", ["mobile"]),
        ("ａ＠ｂ.com", ["mail"]),
        ("编号6222 13800138000", ["mobile"]),
        ("a.wang@example.com 11010519491231002X", ["mail", "resident_id"]),
    ],
)
def test_however_it_is_written(text, kinds):
    assert guard.find(text) == kinds
    assert guard.find(guard.cover(text)) == []
