import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

from industry_report.base import language
from industry_report.base.errors import InputError


@pytest.mark.parametrize("key", language.VOCABULARY)
def test_every_term_is_there_in_both_languages(key: str) -> None:
    zh = language.term(key)
    language.use("en")
    en = language.term(key)
    assert zh.strip() == zh != ""
    assert en.strip() == en != ""
    assert en.isascii()
    assert not en[0].islower()
    assert re.search("[\u4e00-\u9fff]", zh)
    assert not re.search("[\u4e00-\u9fff][,:;()]|[,:;()][\u4e00-\u9fff]", zh)


def test_columns_that_are_printed_as_numbers_have_a_head() -> None:
    assert set(language.FORMATS) - {"low", "high"} <= set(language.VOCABULARY)


def test_text_and_names_follow_the_language() -> None:
    assert (language.current(), language.text(zh="甲", en="a"), language.name("黄山市")) == (
        "zh",
        "甲",
        "黄山市",
    )
    language.use("en")
    assert (language.current(), language.text(zh="甲", en="a"), language.name("黄山市")) == (
        "en",
        "a",
        "Huangshan",
    )


@pytest.mark.parametrize("value", ["其他行业", "$5 a$", "sub<script>", ""])
def test_what_is_not_in_the_vocabulary_is_data_and_stays_itself(value: str) -> None:
    for code in language.LANGUAGES:
        language.use(code)
        assert language.term(value) == language.name(value) == value


@pytest.mark.parametrize(
    ("value", "mend"),
    [
        ("ZH", "Did you mean 'zh'?"),
        ("eng", "Did you mean 'en'?"),
        ("fr", "Write"),
        (None, "Write"),
        (["zh"], ""),
    ],
)
def test_another_language_is_refused_and_the_one_in_use_stays(value: Any, mend: str) -> None:
    language.use("en")
    with pytest.raises(InputError, match="parameter language") as caught:
        language.use(value)
    assert repr(value) in caught.value.problem
    assert mend in caught.value.remedy
    assert language.current() == "en"


@pytest.mark.parametrize("column", ["rate", "consultations", "composite", "customer_type", "consulted_on"])
@pytest.mark.parametrize(
    "value", [None, np.nan, float("nan"), pd.NA, pd.NaT, np.datetime64("NaT", "ns")], ids=repr
)
def test_a_missing_value_prints_as_a_dash(value: Any, column: str) -> None:
    assert language.formatted(value, column) == "–"


@pytest.mark.parametrize(
    ("value", "column", "printed"),
    [
        (0.632, "rate", "63.2%"),
        (np.float64(0), "share", "0.0%"),
        (1, "rate", "100.0%"),
        (1234567, "consultations", "1,234,567"),
        (np.int64(5601), "read", "5,601"),
        (3.9, "composite", "3.90"),
        (2025, "year", "2025"),
        (pd.Timestamp(2025, 1, 1), "consulted_on", "2025-01-01"),
        ("$5 a$", "customer_type", "$5 a$"),
        ("12%", "share", "12%"),
        (["甲", None], "product", "['甲', None]"),
    ],
)
def test_values_print_as_their_column_asks(value: Any, column: str, printed: str) -> None:
    assert language.formatted(value, column) == printed


def test_grades_that_are_letters_get_a_word_beside_them() -> None:
    assert (language.grade_name("A"), language.grade_name("高")) == ("A级", "高")
    language.use("en")
    assert (language.grade_name("A"), language.grade_name("高")) == ("grade A", "高")


def test_words_are_joined_as_in_a_sentence() -> None:
    words = ["甲", "乙", "丙"]
    assert [language.listing(words[:n]) for n in range(4)] == ["", "甲", "甲和乙", "甲、乙和丙"]
    language.use("en")
    assert [language.listing(words[:n]) for n in range(4)] == ["", "甲", "甲 and 乙", "甲, 乙 and 丙"]


def test_a_capital_leaves_the_other_letters_alone() -> None:
    assert [language.capital(phrase) for phrase in ("grade A", "甲", "")] == ["Grade A", "甲", ""]


def test_a_scorecard_names_its_grades_and_columns_until_the_next_report():
    language.use("en")
    language.adopt(
        {"visits": {"zh": "访问次数", "en": "Visits"}}, {"low": {"zh": "低意向", "en": "low intent"}}
    )
    assert (language.grade_name("low"), language.grade_label("low")) == ("low intent", "Low intent")
    assert language.formatted("low", "grade") == "Low intent"
    assert language.term("low") == "Low"  # the vocabulary's own word, which is no grade
    assert language.term("visits") == "Visits"
    language.use("zh")
    assert (language.grade_name("高"), language.term("visits")) == ("高", "visits")


def test_a_letter_stands_alone_in_tables_and_with_its_noun_in_prose():
    language.adopt({}, {"A": {"zh": "A级", "en": "grade A"}})
    assert (language.grade_label("A"), language.grade_name("A")) == ("A", "A级")
    language.use("en")
    assert (language.grade_label("A"), language.grade_name("A")) == ("A", "grade A")


@pytest.mark.parametrize(("number", "zh", "en"), [(3, "3月", "March"), (12, "12月", "December")])
def test_months_are_named_as_each_language_does(number: int, zh: str, en: str) -> None:
    assert (language.month(number), language.formatted(number, "month")) == (zh, zh)
    assert language.month_of_year(2025, number) == f"2025年{zh}"
    language.use("en")
    assert (language.month(number), language.month(number, short=True)) == (en, en[:3])
    assert language.month_of_year(2025, number) == f"{en} 2025"


def test_days_are_written_out_in_prose_and_numeric_in_tables() -> None:
    value = pd.Timestamp(2025, 3, 1)
    assert (language.day(value), language.formatted(value, "consulted_on")) == ("2025年3月1日", "2025-03-01")
    language.use("en")
    assert language.day(value) == "1 March 2025"


def test_known_codes_are_translated_and_others_kept() -> None:
    language.use("en")
    assert language.name("总账、报税") == "General ledger, Tax filing"
    assert language.name("总账、云") == "总账、云"
    assert language.formatted("小微企业", "customer_type") == "Small and micro enterprises"
    assert language.formatted("小微企业", "file") == "小微企业"
    assert [language.mention(v) for v in ("小微企业", "黄山市", "微信公众号", "甲")] == [
        "small and micro enterprises", "Huangshan", "WeChat account", "甲",
    ]  # fmt: skip
    language.use("zh")
    assert [language.mention(v) for v in ("小微企业", "其他")] == ["小微企业", "“其他”"]


@pytest.mark.parametrize("value", [0.6375, 0.0625, 0.63249999, 0.9995, 0.00049, 1 / 3])
def test_numbers_in_tables_are_rounded_as_in_a_cells_sentence(value: float) -> None:
    assert language.formatted(value, "rate") == f"{value:.1%}"
    assert language.formatted(value * 1e6, "consultations") == f"{value * 1e6:,.0f}"
    assert language.formatted(value, "mean") == f"{value:.2f}"


def test_every_code_of_the_sample_has_an_english_name() -> None:
    from industry_report.intake import sample

    codes = {*sample.CUSTOMER_TYPES.index, *sample.SOURCES.index, *sample.PRODUCTS.index}
    assert codes <= set(language.CODE_NAMES)
    assert all(name.isascii() for name in language.CODE_NAMES.values())
