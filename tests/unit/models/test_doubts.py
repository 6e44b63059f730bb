"""A warning's key stays the same; what was said of it is kept, signed, and counted."""

from __future__ import annotations

from datetime import UTC, datetime

from documents.notice_json import from_json, to_json
from kit.notice import notice
from models import doubts
from models.doubts import Verdict, listed
from models.drafts import Decision
from models.language import speaking

BODY = "1.做好甲事。2022111日前完成甲(市水利局、市公安局\n2.做好乙事。5年内完成乙，5年内再做(市水利局)\n"
NOW = datetime(2022, 6, 1, tzinfo=UTC)


def test_same_file_gives_the_same_keys_in_every_language_and_when_lines_are_put_above() -> None:
    keys = [doubt.key for doubt in listed(notice(BODY))]
    with speaking("en"):
        assert [doubt.key for doubt in listed(notice(BODY))] == keys
    below = notice(f"\n\n{BODY}")
    assert [doubt.key for doubt in listed(below)] == keys
    assert len(set(keys)) == len(keys)


def test_warning_knows_its_clause_and_the_words_around_it() -> None:
    found = {doubt.note.code: doubt.note for doubt in listed(notice(BODY))}
    assert (found["W-D03"].clause, found["W-N01"].clause) == ("2.1", "1.1")
    assert "2022111日前完成甲" in found["W-N01"].context


def test_what_can_change_who_or_when_weighs_and_so_does_a_code_that_nobody_has_judged() -> None:
    weighing = ("W-N03", "W-N06", "W-D03", "E-D01", "W-H04", "E-N02", "W-F07", "W-N99", "W-D99")
    assert [code for code in weighing if not doubts.weighs(code)] == []
    assert [
        code for code in ("W-N01", "W-N08", "W-D02", "W-T03", "W-H01", "W-O01", "W-F04") if doubts.weighs(code)
    ] == []


def test_decisions_travel_in_json_and_the_last_one_holds() -> None:
    draft = notice(BODY)
    first, second = listed(draft)[:2]
    draft = doubts.decided(draft, Decision(first.key, "accepted"), Decision(second.key, "dismissed", "无误"))
    draft = doubts.decided(draft, Decision(first.key, "corrected", "改", "li", NOW))
    assert from_json(to_json(draft)) == draft
    assert {one.key: one.verdict for one in draft.decisions} == {first.key: "corrected", second.key: "dismissed"}
    assert [one.by for one in doubts.signed(draft, "sun", NOW).decisions] == ["sun", "li"]
    assert [one.key for one in doubts.reopened(draft, [first.key]).decisions] == [second.key]


def test_what_is_open_and_weighs_is_left_as_read_for_one_reason_but_no_deadline_before_the_notice() -> None:
    draft = notice("1.做好甲事。2022年4月1日前完成(市水利局)\n2.做好乙事。5年内完成乙(市水利局\n")
    accepted, count = doubts.accepted_open(draft, "已核对", "li", NOW)
    assert count == 1
    left = {doubt.note.code for doubt in doubts.still_open(accepted)}
    assert left == {"E-D02", "W-N01"}
    told = doubts.counts(listed(accepted))
    assert (told[Verdict.ACCEPTED.value], told["open"], told["weighing"]) == (1, 2, 1)
