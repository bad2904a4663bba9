"""Every way of writing a value that real exports know."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from industry_report.intake import fault_kinds, values

ANYTHING = st.one_of(
    st.none(),
    st.text(),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
)
READERS = [
    values.read_text,
    values.read_identifier,
    values.read_score,
    values.read_number,
    values.read_grade,
    values.read_yes_no,
    values.read_amount,
    values.read_year,
    values.read_moment,
]


@pytest.mark.parametrize(
    "raw", [5, 5.0, "5", "5分", "５", "５分", "五", "五分", "5.0", " 5 ", "\u30005\xa0", "5 分", "\ufeff5"]
)
def test_scores(raw):
    assert values.read_score(raw) == (5, "", "")


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("4.5", "score_not_whole"),
        (4.5, "score_not_whole"),
        (0, "score_out_of_range"),
        ("0", "score_out_of_range"),
        ("6", "score_out_of_range"),
        (-1, "score_out_of_range"),
        ("十", "score_out_of_range"),
        ("高", "score_not_number"),
        ("4/5", "score_not_number"),
        (True, "score_not_number"),
        (dt.date(2025, 1, 4), "score_not_number"),
        (float("inf"), "score_not_number"),
        ("-", "score_placeholder"),
        ("—", "score_placeholder"),
        ("/", "score_placeholder"),
        ("无", "score_placeholder"),
        ("N/A", "score_placeholder"),
        ("", "score_blank"),
        (" \u3000", "score_blank"),
        (None, "score_blank"),
        (float("nan"), "score_blank"),
    ],
)
def test_what_is_no_score_has_its_own_code(raw, code):
    assert values.read_score(raw)[:2] == (None, code)


@pytest.mark.parametrize(
    "raw", ["Ａ级", "a", "A级(高转化潜力)", "A级（高转化潜力）", "A 级", " A类", "A：高"]
)
def test_grades(raw):
    assert values.read_grade(raw).value == "A"


def test_other_grade_wording_is_kept():
    assert values.read_grade("优秀").value == "优秀"
    assert values.read_grade("-").value is None


NEW_YEAR = dt.datetime(2025, 1, 1)


@pytest.mark.parametrize(
    "raw",
    [
        "2025-01-01",
        "2025-1-1",
        "2025/1/1",
        "2025.1.1",
        "2025年1月1日",
        "2025 年 1 月 1 日",
        "２０２５年１月１日",
        "20250101",
        20250101,
        20250101.0,
        45658,
        45658.0,
        "45658",
        NEW_YEAR,
        dt.date(2025, 1, 1),
        "2025-01-01 星期三",
        "2025年1月1日（周三）",
        "2025-01-01T00:00:00Z",
        "1/1/2025",
        "25-1-1",
    ],
)
def test_dates(raw):
    assert values.read_moment(raw) == (NEW_YEAR, "", "")


def test_the_1904_system_counts_from_elsewhere():
    assert values.read_moment(44196, epoch_1904=True).value == NEW_YEAR
    assert values.read_moment("2025-01-01", epoch_1904=True).value == NEW_YEAR


@pytest.mark.parametrize(
    ("raw", "hour"),
    [
        ("2025-1-1 9:30", 9),
        ("2025年1月1日 下午3时30分", 15),
        ("2025-01-01T09:30:00+08:00", 9),
        (45658.395833333336, 9),
    ],
)
def test_times_of_day(raw, hour):
    assert values.read_moment(raw).value == NEW_YEAR.replace(hour=hour, minute=30)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("1/2/25", "date_ambiguous"),
        ("01/02/2025", "date_ambiguous"),
        ("25-1-12", "date_ambiguous"),
        ("2025-02-30", "date_impossible"),
        ("2025-13-01", "date_impossible"),
        ("20251301", "date_impossible"),
        ("1025-01-01", "date_impossible"),
        ("99/99/25", "date_impossible"),
        ("2025年3月", "date_without_day"),
        ("2025-03", "date_without_day"),
        ("202503", "date_without_day"),
        (2025, "date_without_day"),
        ("春节前", "date_unreadable"),
        ("2025-01-01至2025-01-05", "date_unreadable"),
        (dt.time(9, 30), "date_unreadable"),
        (12, "date_unreadable"),
    ],
)
def test_dates_that_are_asked_about(raw, code):
    assert values.read_moment(raw)[:2] == (None, code)


def test_an_ambiguous_date_names_its_readings():
    assert values.read_moment("1/2/25").hint == "2001-02-25 / 2025-01-02 / 2025-02-01"
    assert values.read_moment("1/2/2025").hint == "2025-01-02 / 2025-02-01"
    assert values.read_moment("25/12/2025").value == dt.datetime(2025, 12, 25)


@pytest.mark.parametrize("raw", ["是", "已成交", "Y", "yes", 1, 1.0, "1", True, "TRUE", "√"])
def test_yes(raw):
    assert values.read_yes_no(raw).value is True


@pytest.mark.parametrize("raw", ["否", "未成交", "N", "no", 0, 0.0, "0", False, "FALSE"])
def test_no(raw):
    assert values.read_yes_no(raw).value is False


def test_unknown_is_not_no():
    assert values.read_yes_no("无") == values.read_yes_no("") == values.read_yes_no("-") == values.NO_VALUE
    assert values.read_yes_no("跟进中").code == "outcome_unreadable"


@pytest.mark.parametrize(
    ("raw", "yuan"),
    [
        (1200, 1200),
        ("1200", 1200),
        ("1,200.50元", 1200.5),
        ("￥1,200", 1200),
        ("1.2万元", 12_000),
        ("1.2万", 12_000),
        ("１２００", 1200),
        ("１，２００元", 1200),
        ("3千", 3000),
        ("人民币1200元整", 1200),
        (0.1, 0.1),
        ("-5", -5),
    ],
)
def test_amounts(raw, yuan):
    assert values.read_amount(raw).value == yuan


def test_a_unit_in_the_header_counts_unless_the_cell_names_its_own():
    assert (
        values.read_amount("1.2", unit=10_000).value == values.read_amount(1.2, unit=10_000).value == 12_000
    )
    assert values.read_amount("1200元", unit=10_000).value == 1200


@pytest.mark.parametrize("raw", ["面议", "1-2万", "1,2", "约3万", "$30", "1.200,50", float("inf")])
def test_what_is_no_amount(raw):
    assert values.read_amount(raw)[:2] == (None, "amount_unreadable")


@pytest.mark.parametrize(
    ("raw", "text", "code"),
    [
        ("00123", "00123", ""),
        (123.0, "123", ""),
        ('="00123"', "00123", ""),
        ("'00123", "00123", ""),
        ("Ｃ００１", "C001", ""),
        ("138****1234", "138****1234", ""),
        ("1.2E+11", "1.2E+11", "id_scientific"),
        (123456789012.0, "123456789012", "id_number_too_long"),
        (1.2e20, "1.2e+20", "id_number_too_long"),
    ],
)
def test_identifiers_stay_text_and_damage_is_flagged(raw, text, code):
    assert values.read_identifier(raw)[:2] == (text, code)


@pytest.mark.parametrize("raw", ["2025", "2025年", "2025年度", 2025, 2025.0, dt.date(2025, 5, 1), "２０２５"])
def test_years(raw):
    assert values.read_year(raw).value == 2025
    assert values.read_year("去年").code == "year_unreadable"


def test_text_loses_only_what_nobody_sees():
    assert values.read_text("\ufeff 代理\xa0记账\n公司\u200b ").value == "代理 记账 公司"
    assert values.read_text("（A），b").value == "（A），b"
    assert values.read_text("—").value is None


@pytest.mark.parametrize("reader", READERS)
@given(ANYTHING)
def test_a_reader_takes_anything(reader, raw):
    value, code, _ = reader(raw)
    assert code == "" or code in fault_kinds.KINDS
    assert value is None or not (code and fault_kinds.KINDS[code].rejects)


@pytest.mark.parametrize(
    ("raw", "day", "hour"),
    [
        ("2025年1月5日 星期日 下午3:20", 5, 15),
        ("2025年1月5日星期日", 5, 0),
        ("2025/1/5 3:20 PM", 5, 15),
        ("下午3:20 2025/1/5", 5, 15),
        ("3:20 pm, 25/1/2025", 25, 15),
        ("09:05:10 5 Jan 2025", 5, 9),
        ("2025/01/05 PM 3:20", 5, 15),
        ("2025-1-5 12:30 AM", 5, 0),
        ("2025/1/5 上午12:10", 5, 12),
        ("2025年1月5日 下午 3时", 5, 15),
        ("Sunday, January 5, 2025 3:20 PM", 5, 15),
        ("5 Jan 2025", 5, 0),
        ("05-Jan-2025 09:00", 5, 9),
        ("1/25/2025 3:20 PM", 25, 15),
        ("2025-01-04T20:00:00Z", 5, 4),
        ("2025-01-05T09:00:00+08:00", 5, 9),
        ("2025-01-05T00:00:00Z", 5, 0),
        (dt.datetime(2025, 1, 4, 20, tzinfo=dt.UTC), 5, 4),
        (dt.datetime(2025, 1, 5, tzinfo=dt.UTC), 5, 0),
    ],
)
def test_days_as_programs_write_them(raw, day, hour):
    moment = values.read_moment(raw).value
    assert (moment.day, moment.hour) == (day, hour)


@given(
    st.from_regex(
        r"(19|20|00|22)[0-9]{2}-[0-3][0-9]-[0-4][0-9]([ T][0-2][0-9]:[0-6][0-9]:[0-6][0-9])?", fullmatch=True
    )
)
def test_what_programs_write_is_read_as_what_people_write(text):
    """The short way for the usual form is no other reading than the long one, which blanks lead to."""
    assert values.read_moment(text) == values.read_moment(f" {text}")


def test_the_turn_of_the_year_is_that_of_china():
    assert values.read_moment(dt.datetime(2024, 12, 31, 20, tzinfo=dt.UTC)).value.year == 2025


def test_a_year_in_a_cell_that_shows_dates():
    assert values.read_year(dt.date(1905, 7, 17)) == (2025, "year_as_date", "2025")
    assert values.read_year(dt.datetime(1909, 7, 18), epoch_1904=True)[:2] == (2025, "year_as_date")
    assert values.read_year(dt.date(1900, 1, 5)).code == "year_unreadable"
    assert values.read_moment(dt.datetime(1905, 7, 17)).code == "date_without_day"


@pytest.mark.parametrize("raw", ['="5"', "'5", "＇5", '="５"', "' 5"])
def test_numbers_guarded_from_a_spreadsheet(raw):
    assert values.read_score(raw).value == 5
    assert values.read_amount(raw).value == 5


@pytest.mark.parametrize("raw", ["9" * 400, 1e300, "9" * 400 + "万", "1" + "0" * 16])
def test_amounts_beyond_all_purchases(raw):
    assert values.read_amount(raw)[:2] == (None, "amount_unreadable")


@pytest.mark.parametrize("raw", ["4分(较强)", "4-较强", "比较满意"])
def test_labels_of_scores_are_pointed_to_a_mapping(raw):
    assert values.read_score(raw).code == "score_not_number"
    for language, words in (("zh", "列映射文件的 values"), ("en", "`values` of a mapping file")):
        assert words in fault_kinds.explain("score_not_number", language, "intent", raw)


def test_characters_that_act_on_a_terminal_are_no_part_of_a_text():
    assert values.read_text("a\x1b[31mb\x9b\u202ec\u2066").value == "a[31mbc"
