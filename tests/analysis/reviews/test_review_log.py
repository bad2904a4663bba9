"""The log of decisions: the known hashes, every change named, and grades that a replay gives again."""

import json
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from industry_report.analysis.reviews import review_log
from industry_report.analysis.reviews.decisions import COLUMNS
from industry_report.analysis.reviews.review_log import START, Entry, Grades, chain_hash
from industry_report.base.errors import InputError
from scoring import load_scorecard

CARD = load_scorecard(Path(__file__).parents[3] / "params" / "scorecards" / "consultation.yaml")

FIRST = "fc0a76b0ab1264e24ddf301e47d2f9336c374ea6a1b78aef3abc69c5d4725b29"
SECOND = "f587400c89f05db22eea66b6a7a1c73a4451667134d7a25e82277db6f1c6537d"


def make_scored(rows):
    """Consultations of (customer, day, grade)."""
    table = pd.DataFrame(rows, columns=["customer_id", "consulted_on", "grade"])
    ranked = pd.Categorical(table["grade"], categories=list(CARD.grades), ordered=True)
    return table.assign(consulted_on=pd.to_datetime(table["consulted_on"]), grade=ranked)


def make_decisions(rows):
    """Decisions of (customer, day, grade, decision, who, approved_by, why)."""
    order = ["customer_id", "date", "grade", "decision", "who", "approved_by", "why"]
    table = pd.DataFrame(rows, columns=order)
    return table.assign(date=pd.to_datetime(table["date"]))[list(COLUMNS)]


SCORED = make_scored([("HS-00000012", "2025-03-01", "B"), ("HS-00000077", "2025-04-01", "A")])
DECIDED = make_decisions(
    [
        ("HS-00000012", "2025-07-01", "A", "同意", "王", "李", "三个月采购超过10万元"),
        ("HS-00000077", "2025-07-01", "B", "同意", "王", "李", "满意度下降"),
    ]
)


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "log.jsonl"
    review_log.append(path, review_log.extend((), DECIDED, Grades(SCORED)))
    return path


def test_the_hashes_that_must_come_out(log):
    assert [entry.hash for entry in review_log.read_log(log)] == [FIRST, SECOND]
    line = json.loads(log.read_text(encoding="utf-8").splitlines()[0])
    assert line.pop("hash") == chain_hash(START, line) == FIRST
    assert (line["from"], line["to"]) == ("B", "A")


def test_what_is_recorded_is_not_recorded_again(log):
    held = review_log.read_log(log)
    assert review_log.extend(held, DECIDED, Grades(SCORED)) == ()
    more = make_decisions([("HS-00000012", "2025-08-01", "B", "同意", "王", "李", "订单减少")])
    (line,) = review_log.extend(held, pd.concat([DECIDED, more]), Grades(SCORED))
    assert (line.seq, line.before, line.to) == (3, "A", "B")
    review_log.append(log, [line])
    assert [entry.seq for entry in review_log.read_log(log)] == [1, 2, 3]


def test_rejected_and_postponed_are_kept_and_change_nothing(log):
    rows = [
        ("HS-00000012", "2025-09-01", "D", "驳回", "王", "李", "证据不足"),
        ("HS-00000012", "2025-09-02", "D", "暂缓", "王", "李", "待查"),
        ("HS-00000012", "2025-09-03", "D", "", "王", "", "意见"),
    ]
    lines = review_log.extend(review_log.read_log(log), make_decisions(rows), Grades(SCORED))
    assert [(line.decision, line.before) for line in lines] == [("驳回", "A"), ("暂缓", "A")]
    review_log.append(log, lines)
    now, _ = review_log.replay(SCORED, review_log.read_log(log), CARD)
    assert now["grade"].tolist() == ["A", "B"]


def test_a_decision_holds_until_the_customer_asks_again():
    scored = make_scored([("c", "2025-01-01", "B"), ("c", "2025-06-01", "C")])
    decided = make_decisions([("c", "2025-03-01", "A", "同意", "王", "李", "x")])
    lines = review_log.extend((), decided, Grades(scored))
    now, told = review_log.replay(scored, lines, CARD)
    assert now["grade"].tolist() == ["A", "C"]
    assert told["grade_by_score"].tolist() == ["B"]
    assert Grades(scored).find("c", pd.Timestamp("2024-01-01")) == ""


def test_customers_of_another_region_are_passed_over(log):
    entries = review_log.read_log(log)
    now, told = review_log.replay(SCORED.iloc[:1], entries, CARD)
    assert now["grade"].tolist() == ["A"] and len(told) == 1
    nobody, told = review_log.replay(SCORED.drop(columns="customer_id"), entries, CARD)
    assert nobody["grade"].tolist() == ["B", "A"] and told.empty


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda t: t.replace('"to":"A"', '"to":"D"'), 1),
        (lambda t: t.replace("满意度下降", "满意度 下降"), 2),
        (lambda t: t.replace('"seq":2', '"seq": 2'), 2),  # the same JSON, another writing
        (lambda t: t.replace('"to":"B"', '"to":"D","to":"B"'), 2),  # a key twice: readers differ on it
        (lambda t: t.replace(SECOND, FIRST), 2),
        (lambda t: t.split("\n", 1)[1], 1),  # the first line taken out
        (lambda t: t + t.split("\n")[0] + "\n", 3),  # a line put in again
        (lambda t: "\n".join(reversed(t.split("\n")[:2])) + "\n", 1),
        (lambda t: t[:-1], 2),  # cut
        (lambda t: t + "\n", 3),
        (lambda t: t + "[]\n", 3),
        (lambda t: "[" * 100_000 + "\n" + t, 1),
    ],
)
def test_a_tampered_line_is_named(log, change, line):
    log.write_text(change(log.read_text(encoding="utf-8")), encoding="utf-8", newline="")
    with pytest.raises(InputError, match=f"line {line}: the"):
        review_log.read_log(log)


def test_a_line_that_was_changed_with_its_hash_breaks_at_the_next(log):
    one, two = review_log.read_log(log)
    forged = Entry(**{**vars(one), "to": "D", "hash": ""})
    forged = Entry(**{**vars(forged), "hash": chain_hash(START, forged.content)})
    log.write_text(f"{forged.line}\n{two.line}\n", encoding="utf-8", newline="")
    with pytest.raises(InputError, match="line 2: the line was changed, or does not follow"):
        review_log.read_log(log)


@pytest.mark.parametrize("raw", [b"PK\x03\x04\n\x00workbook\n\x00", b"customer_id,grade\nK1,A\n", b"\n"])
def test_another_file_is_told_to_be_no_log(tmp_path, raw):
    (tmp_path / "decisions.xlsx").write_bytes(raw)
    with pytest.raises(InputError, match="another file than a log"):
        review_log.read_log(tmp_path / "decisions.xlsx")


def test_a_log_that_was_cut_or_rewritten_lacks_the_printed_hash(log):
    assert len(review_log.read_log(log, must_contain=FIRST)) == 2
    one = review_log.read_log(log)[0]
    log.write_text(f"{one.line}\n", encoding="utf-8", newline="")
    with pytest.raises(InputError, match=f"no line has the hash {SECOND}"):
        review_log.read_log(log, must_contain=SECOND)


def test_lines_that_do_not_follow_are_not_written(log):
    lines = review_log.extend((), DECIDED, Grades(SCORED))
    before = log.read_bytes()
    with pytest.raises(InputError, match="added to while"):
        review_log.append(log, lines)
    assert log.read_bytes() == before
    with pytest.raises(InputError, match="no such log"):
        review_log.read_log(log.with_name("other.jsonl"))


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
decisions = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c"]),
        st.dates(pd.Timestamp("2025-01-01").date(), pd.Timestamp("2025-12-31").date()),
        st.sampled_from(CARD.grades),
        st.sampled_from(["同意", "同意", "驳回", "暂缓", ""]),
        texts,
        texts,
        texts,
    ),
    max_size=12,
)
consultations = st.lists(
    st.tuples(st.sampled_from(["a", "b", "c"]), st.integers(1, 28), st.sampled_from([*CARD.grades, None])),
    min_size=1,
    max_size=8,
)


def replay_by_hand(scored, lines):
    """Today's grades once more, one decision after the other, by the rule in words."""
    grades = scored["grade"].astype(object).where(scored["grade"].notna(), None).tolist()
    days, own = scored["consulted_on"].tolist(), scored["customer_id"].tolist()
    for line in sorted((one for one in lines if not one.decision), key=lambda one: one.date):
        day = pd.Timestamp(line.date)
        earlier = [n for n, who in enumerate(own) if who == line.customer_id and days[n] <= day]
        grades[max(earlier, key=lambda n: (days[n], n))] = line.to
    return grades


@settings(max_examples=60, deadline=None)
@given(consultations, decisions)
def test_random_logs_chain_read_back_and_replay(tmp_path_factory, asked, decided):
    scored = make_scored([(who, f"2025-01-{day:02}", grade) for who, day, grade in asked])
    first = scored.groupby("customer_id")["consulted_on"].min()
    valid = [row for row in decided if row[0] in first.index and pd.Timestamp(row[1]) >= first[row[0]]]
    table = make_decisions(valid).sort_values("date", kind="stable") if valid else make_decisions([])
    lines = review_log.extend((), table, Grades(scored))
    path = tmp_path_factory.mktemp("log") / "log.jsonl"
    review_log.append(path, lines)
    assert review_log.read_log(path) == lines
    now, _ = review_log.replay(scored, lines, CARD)
    held = now["grade"].astype(object).where(now["grade"].notna(), None)
    assert held.tolist() == replay_by_hand(scored, lines)
    assert review_log.extend(lines, table, Grades(scored)) == ()


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_any_byte_that_changes_is_noticed_in_its_line(tmp_path_factory, data):
    lines = review_log.extend((), DECIDED, Grades(SCORED))
    raw = bytearray("".join(f"{line.line}\n" for line in lines).encode())
    place = data.draw(st.integers(0, len(raw) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda one: one != raw[place]))
    number = raw[:place].count(b"\n") + 1
    raw[place] = byte
    path = tmp_path_factory.mktemp("log") / "log.jsonl"
    path.write_bytes(bytes(raw))
    with pytest.raises(InputError, match=f"line {number}: the"):
        review_log.read_log(path)
