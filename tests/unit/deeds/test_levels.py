"""Parcels between two offices: what is taken, what is refused and in which words, and how both trails hold each other."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from deeds.levels import answering, correcting, handing_down, standing, taking, tidings
from documents.parcels import LARGEST, opened
from kit.costs import statements
from kit.door import HAN
from kit.levels import BELOW, NOTICE, OURS, THEIRS, UNIT, enter_below, parcel
from kit.office import MONTH
from kit.stage import LATE, Seat, Stage, make_stage
from kit.world import OTHER, REASON, World, make_world, refused
from models import office_key
from models.language import speaking
from models.parcels import Answer, ClauseAnswer, ClauseReport, MonthReport, ParcelKind
from models.states import Action
from workflow import heads, parcels, peers, verify
from workflow.heads import KeptHead

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from deeds.levels.making import Made
    from deeds.levels.taking import Taken

CLERK = "clerk2"


class Above:
    """The upper office: it knows the key of the one below, and has handed its clauses down."""

    def __init__(self, world: World) -> None:
        self.world, self.stage = world, Stage(world)
        self.own = enter_below(world)
        self.down: Made = handing_down.hand_down(self.seat("director"), BELOW, world.notice_id)

    def seat(self, login: str) -> Seat:
        return Seat(self.stage, self.world.actor(login, LATE))

    def month(self, *clauses: ClauseReport) -> MonthReport:
        said = clauses or (ClauseReport("1.1", "已清理三公里。", 40), ClauseReport("1.2", "已开工。", 20))
        return MonthReport(MONTH, "云督〔2022〕6号", date(2022, 6, 24), "县主任", said)

    def report(self, content: object = None, **more: Any) -> bytes:
        told = {"answers": self.down.sha256, "held": {"summary.pdf": b"%PDF-1.4 summary"}, "made_at": LATE, **more}
        return parcel(THEIRS, self.own, ParcelKind.REPORT, content or self.month(), **told)

    def take(self, data: bytes, login: str = CLERK) -> Taken:
        return taking.take(self.seat(login), data, "上报.parcel")

    def differences(self) -> list[tuple[str, str]]:
        with self.world.database.read() as connection:
            return parcels.differences(connection, self.world.office_id)


@pytest.fixture
def above(tmp_path: Path) -> Iterator[Above]:
    world = make_world(tmp_path / "upper")
    yield Above(world)
    world.database.close()


def test_what_came_becomes_the_units_reports_and_what_does_not_wait_is_named(above: Above) -> None:
    task = above.world.tasks["1.2", UNIT]
    above.world.act("director", Action.WAIVE, task, LATE, reason=REASON)
    taken = above.take(above.report())
    assert [line.clause for line in taken.lines] == ["1.1"]
    assert [line.clause for line in taken.left] == ["1.2"]
    assert above.world.row("task", above.world.tasks["1.1", UNIT])["state"] == "signed_stamped"
    assert above.world.row("task", task)["report_number"] == 0


def test_the_form_of_what_came_covers_nothing_that_the_unit_filed_by_hand(above: Above) -> None:
    above.world.report(above.world.tasks["1.2", UNIT], LATE)
    above.take(above.report())
    assert above.world.row("task", above.world.tasks["1.2", UNIT])["state"] == "reported"


def test_a_report_of_which_nothing_waits_changes_nothing(above: Above) -> None:
    above.take(above.report())
    before = above.world.picture()
    with refused("E-L21"):
        above.take(above.report(made_at=LATE.replace(year=2023)))
    assert above.world.picture() == before


@pytest.mark.parametrize(
    "login", ["clerk1", "clerk3", "leader2", "reviewer", "director", "system", "security", "audit"]
)
def test_only_who_files_for_the_unit_enters_its_report(above: Above, login: str) -> None:
    before = above.world.picture()
    with refused("E-403"):
        above.take(above.report(), login)
    assert above.world.picture() == before


def test_a_reviewer_answers_what_was_decided_and_nothing_before(above: Above) -> None:
    taken, world = above.take(above.report()), above.world
    with refused("E-L20"):
        answering.answer(above.seat("reviewer"), taken.number)
    back = date(2022, 7, 4)
    world.act("reviewer", Action.RETURN, world.tasks["1.1", UNIT], LATE, reason=REASON, refile_on=back)
    made = answering.answer(above.seat("reviewer"), taken.number)
    assert (made.clauses, [clause for clause, _why in made.left]) == (("1.1",), ["1.2"])
    told = opened(made.data, made.name).told
    assert told.content["clauses"][0] | {"label": ""} == {
        "number": "1.1", "stage": "returned", "label": "", "by": "郑审核", "reason": REASON, "refile_on": "2022-07-04",
    }  # fmt: skip
    # what it knows of the trail below goes back with it
    assert told.seen == (1, "e" * 64)
    assert answering.answer(above.seat("reviewer"), taken.number).existed


def test_what_was_approved_reopened_and_approved_again_is_answered_again(above: Above) -> None:
    taken, world = above.take(above.report(above.month(ClauseReport("1.1", "已清理三公里。", 40)))), above.world
    task, numbers = world.tasks["1.1", UNIT], []
    for _time in range(2):
        world.act("reviewer", Action.APPROVE, task, LATE)
        numbers.append(answering.answer(above.seat("reviewer"), taken.number).number)
        world.act("director", Action.REOPEN, task, LATE, reason=REASON, refile_on=date(2022, 7, 4))
        numbers.append(answering.answer(above.seat("reviewer"), taken.number).number)
        world.report(task, LATE)
        world.sign(task, LATE)
    assert len(set(numbers)) == 4


def test_a_report_waits_for_an_answer_where_something_was_decided_that_was_not_told(above: Above) -> None:
    taken, world = above.take(above.report(above.month(ClauseReport("1.1", "已清理三公里。", 40)))), above.world
    task = world.tasks["1.1", UNIT]

    def waits() -> bool:
        seat = above.seat("reviewer")
        return seat.read(lambda connection: standing.one(connection, seat, taken.number)).open

    assert not waits()
    world.act("reviewer", Action.APPROVE, task, LATE)
    assert waits()
    answering.answer(above.seat("reviewer"), taken.number)
    assert not waits()
    world.act("director", Action.AGGREGATE, task, LATE, summary_number=1)
    assert not waits()  # it is approved as before


def test_an_answer_is_in_the_offices_language_whoever_makes_it(above: Above) -> None:
    taken, world = above.take(above.report()), above.world
    world.act("reviewer", Action.APPROVE, world.tasks["1.1", UNIT], LATE)
    with speaking("en"):
        made = answering.answer(above.seat("reviewer"), taken.number)
    assert HAN.search(opened(made.data, made.name).told.content["clauses"][0]["label"])


# --- what is not taken -------------------------------------------------------------------------------------------


def repacked(data: bytes, kind: int = zipfile.ZIP_STORED, **changed: bytes | None) -> bytes:
    """The parcel's parts in another zip: some changed, added, or left out (None)."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(made, "w", kind) as target:
        parts = {name: source.read(name) for name in source.namelist()}
        parts |= {name.replace("_", "."): part for name, part in changed.items()}
        for name, part in parts.items():
            if part is not None:
                target.writestr(name, part)
    return made.getvalue()


def test_a_file_that_is_no_parcel_is_refused_in_one_sentence(above: Above) -> None:
    good = above.report()
    for bad in (
        b"", b"PK\x03\x04", good[:200], b"\0" * 100, repacked(good, zipfile.ZIP_DEFLATED), repacked(good, parcel_json=None),
        repacked(good, parcel_json=b"[" * 100_000), repacked(good, parcel_json=b'{"format":2}'),
        repacked(good, signature=b"zz"), repacked(good, **{"../x_pdf": b"x"}),
    ):  # fmt: skip
        with refused("E-L03"):
            above.take(bad)
    with refused("E-F02"):
        above.take(b"\0" * (LARGEST + 1))


def test_a_parcel_of_another_version_of_the_program_says_which_and_what_to_do(above: Above) -> None:
    with refused("E-L24") as refusal:
        above.take(repacked(above.report(), parcel_json=b'{"format":"duban-parcel/2","sealed":{}}'))
    assert "duban-parcel/2" in refusal.value.what


def test_whatever_is_changed_in_a_parcel_is_noticed(above: Above) -> None:
    good = above.report()
    statement = zipfile.ZipFile(io.BytesIO(good)).read("parcel.json")
    for bad in (
        repacked(good, parcel_json=statement.replace(b'"percent":40', b'"percent":95')),
        repacked(good, summary_pdf=b"%PDF-1.4 another"),
        repacked(good, summary_pdf=None),
        repacked(good, more_pdf=b"%PDF"),
        repacked(good, signature=b"0" * 128),
        good.replace(b"%PDF-1.4 summary", b"%PDF-1.4 summarx"),
    ):
        with refused("E-L04"):
            above.take(bad)


def test_a_parcel_of_a_stranger_or_for_another_office_is_refused(above: Above) -> None:
    stranger = parcel(b"\x03" * 32, above.own, ParcelKind.REPORT, above.month(), LATE, answers=above.down.sha256)
    with refused("E-L05"):
        above.take(stranger)
    with refused("E-L10"):
        above.take(parcel(THEIRS, "0" * 32, ParcelKind.REPORT, above.month(), LATE, answers=above.down.sha256))
    with refused("E-L10"):
        taking.take(above.seat("director"), above.down.data, "下达.parcel")


def test_a_report_that_answers_nothing_of_ours_is_refused(above: Above) -> None:
    with refused("E-L13"):
        above.take(above.report(answers="f" * 64))
    taken = above.take(above.report())
    sha256 = above.world.row("parcel", taken.number)["sha256"]
    with refused("E-L13"):
        above.take(above.report(answers=sha256))


def test_a_content_of_another_form_is_refused(above: Above) -> None:
    with refused("E-L03"):
        above.take(above.report(handing_down.HandedDown({}, ("1.1",))))


# --- the trails of both sides ------------------------------------------------------------------------------------


def test_a_head_of_ours_that_the_sender_never_got_from_us_is_noticed(above: Above) -> None:
    with refused("E-L11"):
        above.take(above.report(seen=(1, "d" * 64)))
    head = opened(above.down.data, "").told.head
    assert not above.take(above.report(seen=head)).existed


def test_a_sender_whose_trail_was_written_anew_is_noticed(above: Above) -> None:
    above.take(above.report(above.month(ClauseReport("1.1", "已清理。", 40))))
    other = above.month(ClauseReport("1.2", "已开工。", 20))
    with refused("E-L12"):
        above.take(above.report(other, head=(1, "d" * 64)))
    assert not above.take(above.report(other, head=(2, "d" * 64))).existed


def test_verifying_names_a_parcel_that_was_changed_here_and_a_head_that_does_not_fit(above: Above) -> None:
    taken, world = above.take(above.report()), above.world
    assert above.differences() == []
    with world.database.write(world.office_id) as connection:
        for name in ("parcel_no_update", "event_no_update"):
            connection.execute(sa.text(f"DROP TRIGGER {name}"))
    row = world.row("parcel", taken.number)
    statement = row["statement"]
    world.change("parcel", taken.number, statement=statement.replace('"percent":40', '"percent":95'))
    assert [where for where, _what in above.differences()] == [f"交换件 {taken.number}"]
    world.change("parcel", taken.number, statement=statement, covers=[])
    assert len(above.differences()) == 1
    world.change("parcel", taken.number, covers=row["covers"])
    number = opened(above.down.data, "").told.head[0]
    with world.database.write(world.office_id) as connection:
        connection.execute(sa.text("UPDATE event SET hash = 'x' WHERE seq = :seq"), {"seq": number})
    assert any(str(number) in what for _where, what in above.differences())


def test_a_stored_parcel_that_was_changed_on_the_disk_is_named(above: Above) -> None:
    world, store = above.world, above.seat("audit").store
    path = store.path(above.down.sha256)
    path.chmod(0o600)
    path.write_bytes(above.down.data + b"x")
    with world.database.read() as connection:
        found = verify.verify(connection, world.office_id, store=store)
    assert [one.where for one in found if one.where.startswith("交换件")] == [f"交换件 {above.down.number}"]


def test_a_head_from_before_a_confirmed_restore_is_explained(above: Above) -> None:
    world = above.world
    lost = KeptHead(LATE, 1, 99, "9" * 64)
    with refused("E-L11"):
        above.take(above.report(seen=(lost.seq, lost.hash)))
    detail = {"beyond": [[lost.seq, lost.hash]], "from": [1, ""]}
    world.do("system", confirmed, detail)
    assert not above.take(above.report(seen=(lost.seq, lost.hash))).existed


def confirmed(connection: Any, office: int, actor: Any, detail: dict[str, Any], now: Any) -> None:
    from workflow import audit

    audit.append(connection, office, actor, audit.Entry(heads.CONFIRMED, "office", office, detail=detail), now)


# --- handing down ------------------------------------------------------------------------------------------------


def told(above: Above, event: str) -> dict[str, str]:
    """Who was told of it, and what of each clause."""
    names = {number: login for login, number in above.world.people.items()}
    return {names[row["recipient_id"]]: row["fields"]["detail"] for row in above.world.rows("message", event=event)}


def test_who_reviews_and_who_answers_are_told_what_came_from_below(above: Above) -> None:
    corrected = ClauseReport("1.1", "已清理三公里。", 40, correction="漏报一处")
    above.take(above.report(above.month(corrected, ClauseReport("9.9", "没有这条。", 1))))
    detail = "1.1 更正：漏报一处\n未接收：9.9"
    assert told(above, "parcel_reported") == {"reviewer": detail, "director": detail}


def test_who_corrects_is_told_what_came_from_above(above: Above) -> None:
    with above.world.database.write(1) as connection:
        (peer,) = peers.in_force(connection, 1)
        said = ClauseAnswer("1.1", "returned", "退回", "审核员甲", "进展不具体", date(2022, 7, 1))
        with speaking("en"):  # whoever takes it
            tidings.answered(
                connection, 1, peer, 7, Answer(MONTH, (said, replace(said, number="1.2", refile_on=None))), LATE
            )
    assert (
        told(above, "parcel_answered")["director"]
        == "1.1 退回（审核员甲）：进展不具体；2022-07-01 前重报\n1.2 退回（审核员甲）"
    )
    (row,) = above.world.rows("message", event="parcel_answered", recipient_id=above.world.people["director"])
    fields = row["fields"]
    assert (fields["new_due_on"], fields["period_month"], fields["number"]) == ("7月1日", "2022年6月", "7")


def test_many_parcels_are_looked_at_in_as_many_statements_as_few(above: Above) -> None:
    def asked() -> int:
        seat = above.seat("director")
        with statements(above.world.database) as texts:
            seat.read(lambda connection: standing.listing(connection, seat))
        return len(texts)

    above.take(above.report(above.month(ClauseReport("1.1", "已清理三公里。", 40))))
    few = asked()
    above.take(above.report(above.month(ClauseReport("1.2", "已开工。", 20))))
    assert asked() == few


def test_only_clauses_in_which_the_unit_has_a_part_are_handed_down(above: Above) -> None:
    with refused("E-L15"):
        handing_down.hand_down(above.seat("director"), BELOW, above.world.notice_id, ["2.2"])
    one = handing_down.hand_down(above.seat("director"), BELOW, above.world.notice_id, ["1.2"])
    assert one.clauses == ("1.2",)
    assert handing_down.hand_down(above.seat("director"), BELOW, above.world.notice_id, ["1.2"]).number == one.number


def test_nobody_is_named_in_what_is_handed_down_and_each_clause_says_so() -> None:
    draft = handing_down.narrowed(NOTICE, {"1.1", "1.2"})
    assert [(clause.id, clause.units, clause.bracket) for clause in draft.clauses] == [("1.1", (), ""), ("1.2", (), "")]
    assert [(note.code, note.clause) for note in draft.warnings] == [("W-N02", "1.1"), ("W-N02", "1.2")]
    assert draft.clauses[1].indicators == NOTICE.clauses[1].indicators
    assert draft == handing_down.narrowed(replace(NOTICE, source_name="other.txt"), {"1.1", "1.2"})


def test_the_office_sees_all_parcels_and_a_unit_those_of_its_own_office_below(above: Above) -> None:
    taken = above.take(above.report())

    def seen(login: str) -> list[int]:
        with above.world.database.read() as connection:
            return [one.number for one in standing.listing(connection, above.seat(login))]

    both = [taken.number, above.down.number]
    assert {login: seen(login) for login in ("reviewer", "director", "clerk2", "clerk1")} == {
        "reviewer": both, "director": both, "clerk2": both, "clerk1": [],
    }  # fmt: skip


# --- keys --------------------------------------------------------------------------------------------------------


def test_a_key_is_entered_only_with_the_fingerprint_that_was_heard(above: Above) -> None:
    other = office_key.OfficeKey(b"\x04" * 32).public
    with refused("E-L07"):
        above.world.do("security", peers.add, "省督查室", other.text, above.own, "")
    with refused("E-L06"):
        above.world.do("security", peers.add, "省督查室", "no key", other.fingerprint, "")
    with refused("E-403"):
        above.world.do("director", peers.add, "省督查室", other.text, other.fingerprint, "")
    with refused("E-L09"):
        above.world.do("security", peers.add, BELOW, other.text, other.fingerprint, "")
    with refused("E-L08"):
        above.world.do("security", peers.add, "·", other.text, other.fingerprint, "")
    heard = office_key.grouped(other.fingerprint).upper()
    above.world.do("security", peers.add, "省督查室", other.text, heard, "")
    with refused("E-L14"):
        handing_down.hand_down(above.seat("director"), "省督查室", above.world.notice_id)


def test_a_new_key_is_another_entry_and_what_was_taken_under_the_old_one_stays_proven(above: Above) -> None:
    above.take(above.report())
    above.world.do("security", peers.end, BELOW)
    assert above.differences() == []
    with refused("E-L05"):
        above.take(above.report(made_at=LATE.replace(year=2023)))


def renewed(above: Above) -> bytes:
    """The office below has a new key, and it is entered above; returns its private half."""
    secret = b"\x06" * 32
    public = office_key.OfficeKey(secret).public
    above.world.do("security", peers.end, BELOW)
    above.world.do("security", peers.add, BELOW, public.text, public.fingerprint, UNIT)
    return secret


def test_under_a_new_key_an_office_answers_what_was_made_for_its_former_one(above: Above) -> None:
    secret, told = renewed(above), above.month(ClauseReport("1.1", "已清理三公里。", 40))
    data = parcel(secret, above.own, ParcelKind.REPORT, told, LATE, answers=above.down.sha256)
    assert [line.clause for line in above.take(data).lines] == ["1.1"]
    assert above.differences() == []


def test_the_key_of_another_office_answers_nothing_that_was_made_for_this_one(above: Above) -> None:
    secret = b"\x07" * 32
    other = office_key.OfficeKey(secret).public
    above.world.do("security", peers.add, "安平县督查室", other.text, other.fingerprint, OTHER)
    with refused("E-L13"):
        above.take(
            parcel(secret, above.own, ParcelKind.REPORT, above.month(), LATE, answers=above.down.sha256), "clerk3"
        )


def test_a_key_that_others_may_read_is_not_used(tmp_path: Path) -> None:
    office_key.keep(tmp_path, OURS)
    file = tmp_path / office_key.FILE
    assert file.stat().st_mode & 0o777 == 0o600
    file.chmod(0o640)
    with refused("E-L02"):
        office_key.own(tmp_path)
    file.unlink()
    with refused("E-L01"):
        office_key.own(tmp_path)


# --- correcting --------------------------------------------------------------------------------------------------


def test_what_was_returned_is_corrected_once_until_the_next_answer_or_another_key(tmp_path: Path) -> None:
    stage = make_stage(tmp_path)
    seat, answer = Seat(stage, stage.world.actor("director", LATE)), stage.things.answer

    def correct(percent: int) -> Made:
        return correcting.correct(seat, answer, "1.1", {"percent": percent}, REASON)

    first = correct(60)
    assert correct(60).number == first.number
    with refused("E-L23"):
        correct(70)
    # sealed with a key that is not ours any more, it will not be taken: it is made anew
    office_key.keep(stage.world.folder, b"\x05" * 32)
    anew = correct(70)
    assert anew.number > first.number
    with refused("E-L23"):
        correct(60)
    (seen,) = seat.read(lambda c: correcting.correctable(c, seat, answer))
    assert seen.sent is not None
    assert (seen.sent.parcel, seen.outdated) == (anew.number, False)
    # returned once more, it is corrected once more
    told = Answer("2022-05", (ClauseAnswer("1.1", "returned", "退回", "审核员", REASON, LATE.date()),))
    key = office_key.own(stage.world.folder).public.fingerprint
    back = parcel(THEIRS, key, ParcelKind.ANSWER, told, LATE, answers=anew.sha256, head=(2, "d" * 64))
    answer = taking.take(seat, back, "回复.parcel").number
    assert correct(80).number > answer
    # what was taken above stays the correction of its answer, whatever key comes then and whatever is made under it
    office_key.keep(stage.world.folder, b"\x08" * 32)
    assert correct(80).number > answer
    (seen,) = seat.read(lambda c: correcting.correctable(c, seat, stage.things.answer))
    assert seen.sent is not None
    assert (seen.sent.parcel, seen.outdated) == (anew.number, False)
    answer = stage.things.answer
    with refused("E-L23"):
        correct(80)
    stage.world.database.close()
