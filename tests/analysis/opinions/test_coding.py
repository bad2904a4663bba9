"""Feedback by words: what is found, what turns it round, and how well it agrees with a person."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from industry_report.analysis.opinions import coding, new_words
from industry_report.base.errors import InputError
from industry_report.intake.sample import opinion_sample

SHIPPED = Path(__file__).parents[3] / "params" / "feedback.yaml"
FRAME = coding.load_frame(SHIPPED)
# What the sample's texts say, as a person reads them.
BY_HAND = {
    "客服态度很好": "attitude+", "软件很好用": "quality+", "响应快": "speed+", "价格合理": "price+",
    "报表清楚": "quality+", "软件总是卡顿": "quality-", "响应太慢": "speed-", "价格偏贵": "price-",
    "操作不方便": "ease-", "售后没人管": "after_sales-", "客服不是很热情": "attitude-",
    "没有觉得好用": "quality-", "不够稳定": "quality-", "已收到,谢谢": "", "下次再说": "", "请寄发票": "",
}  # fmt: skip


def test_the_sample_is_coded_as_a_person_would():
    every = [
        *opinion_sample.PRAISE, *opinion_sample.BLAME, *opinion_sample.NEGATED, *opinion_sample.NEUTRAL
    ]  # fmt: skip
    assert set(every) == set(BY_HAND)
    told = [coding.code_text(written, FRAME) for written in BY_HAND]
    agreed = coding.measure(told, [coding.read_codes(codes) for codes in BY_HAND.values()])
    assert agreed.loc["", ["by_words", "by_hand", "both"]].tolist() == [13, 13, 13]
    assert agreed.loc["", "precision"] == agreed.loc["", "recall"] == 1
    assert agreed.loc["", "precision_low"] == pytest.approx(0.772, abs=1e-3)  # 13 of 13 is no certainty


@pytest.mark.parametrize(
    ("written", "codes"),
    [
        ("客服不仅热情，而且专业", "attitude+"),
        ("不，热情", "attitude+"),  # another clause
        ("热情不足", "attitude+"),  # a negation behind is beyond words; measured, not hidden
        ("没有卡顿", "quality+"),
        ("还不错", "quality+"),
        ("非常稳定", "quality+"),
        ("Ｔｈｅ app is FAST", "speed+"),
        ("客服热情但响应太慢", "attitude+; speed-"),
        ("热情是热情，就是态度差", "attitude-"),
        ("不" + "啊" * 3 + "热情", "attitude+"),
        ("", ""),
        (None, ""),
        (float("nan"), ""),
        (12345, ""),
    ],
)
def test_what_words_say(written, codes):
    assert coding.code_text(written, FRAME) == coding.read_codes(codes)


@given(st.text(max_size=40))
def test_any_text_is_coded_without_a_fault_and_the_same_again(written):
    codes = coding.code_text(written, FRAME)
    assert set(codes) <= {code.code for code in FRAME.codes}
    assert coding.read_codes(coding.write_codes(codes)) == codes


def test_counts_of_codes_and_of_texts_without_any():
    texts = ["响应太慢", "响应快", "响应太慢，价格合理", "已收到", None]
    coded = coding.code_feedback(pd.DataFrame({"text": texts, "customer_id": list("abcde")}), FRAME)
    assert "text" not in coded
    assert coded["place"].nunique() == 5
    assert (coded["code"] == "").sum() == 2
    table = coding.count_codes(coded, FRAME)
    assert table["texts"].to_dict() == {"speed": 3, "price": 1}
    assert table.loc["speed", "negative"] == 2
    assert table.loc["speed", "share"] == pytest.approx(3 / 5)


def test_precision_and_recall_of_worked_counts():
    words = [{"a": "negative"}] * 8 + [{"b": "positive"}] * 2
    hand = [{"a": "negative"}] * 6 + [{"b": "positive"}] * 4
    told = coding.measure(words, hand)
    assert told.loc["a", ["by_words", "by_hand", "both"]].tolist() == [8, 6, 6]
    assert told.loc["a", "precision"] == 0.75
    assert told.loc["b", "recall"] == 0.5
    assert told.loc["", "both"] == 8


def test_a_sample_to_check_names_nobody():
    feedback = pd.DataFrame({"text": ["请打13800138000", "响应太慢"] * 40, "customer_id": ["K1"] * 80})
    sample = coding.draw_sample(feedback, FRAME)
    assert len(sample) == coding.CHECKED
    assert "13800138000" not in sample.to_csv()
    assert "K1" not in sample.to_csv()
    pd.testing.assert_frame_equal(sample, coding.draw_sample(feedback, FRAME))


def test_new_words_are_suggested_from_what_has_no_code():
    texts = [f"{before}对账单{behind}" for before in "请把给发要" for behind in "呢吧吗了啊"]
    told = new_words.suggest_words([*texts, *["响应太慢"] * 30], FRAME)
    assert told["word"].iloc[0] == "对账单"
    assert not told["word"].str.contains("响应").any()
    assert new_words.suggest_words([], FRAME).empty


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("code: speed", "code: Speed!"), "no name of small letters"),
        (("  within: 2", "  within: two"), "no number of characters"),
        (("code: price", "code: speed"), "is there twice"),
        (("positive:", "postive:"), "unknown key postive"),
        (("热情, 耐心", "热情, 热情"), "stands twice"),
    ],
)
def test_faults_of_a_frame_are_told_with_their_line(change, told, tmp_path):
    file = tmp_path / "feedback.yaml"
    file.write_text(SHIPPED.read_text(encoding="utf-8").replace(*change, 1), encoding="utf-8")
    with pytest.raises(InputError, match=r"line \d+") as caught:
        coding.load_frame(file)
    assert told in str(caught.value)
