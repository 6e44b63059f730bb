"""What is seen on an attached paper: remarked where it cannot be read, asked where it does not fit, kept apart always."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from kit.world import CO, NOON, OWN, World, refused
from models.errors import BadInput, Denied
from models.evidence import (
    CodeMatch,
    CodeSeen,
    PageCode,
    PaperSeen,
    SealHint,
    SignatureSeen,
    SignaturesSeen,
    Verdict,
)
from models.language import speaking
from models.plain import from_plain
from models.states import Action, Stage
from workflow import evidence, filings
from workflow.evidence import FormNamed, Looked, weigh
from workflow.verify import Finding, verify

FORM = FormNamed(37, 12, "市水利局", "2022-06", 2, "K7QF-3M2X-9A")
THEIRS = FormNamed(38, 13, "市农业局", "2022-06", 1, "AAAA-AAAA-AA")
MAY = FormNamed(9, 12, "市水利局", "2022-05", 1, "MMMM-MMMM-MM")
OLD = FormNamed(36, 12, "市水利局", "2022-06", 1, "BBBB-BBBB-BB")
KNOWN = {form.check_code: form for form in (FORM, THEIRS, MAY, OLD)}
REASON = "原表破损，经主任同意"


def code(form: FormNamed, page: int = 1, *, last: bool = False, on: int = 0) -> CodeSeen:
    found = PageCode(1, form.filing, form.unit, form.month, form.number, form.check_code, page, last)
    return CodeSeen(on or page, found)


def paper(*codes: CodeSeen, seal: SealHint = SealHint.SEEN, pages: int = 3) -> Looked:
    return Looked(PaperSeen(pages, pages, codes, (), seal), SignaturesSeen())


def said(looked: Looked) -> tuple[CodeMatch, list[str]]:
    found = weigh(FORM, looked, KNOWN)
    return found.match, [one.code for one in found.remarks]


def test_whole_form_with_its_own_codes_leaves_nothing_to_say() -> None:
    assert said(paper(code(FORM, 1), code(FORM, 2), code(FORM, 3, last=True))) == (CodeMatch.SAME, [])
    assert said(paper(code(FORM, 1, last=True), pages=1)) == (CodeMatch.SAME, [])
    assert said(paper(code(FORM, 0), pages=2)) == (CodeMatch.SAME, [])  # a .docx form names no page


@pytest.mark.parametrize(
    ("codes", "words"),
    [
        ((code(FORM, 1), code(FORM, 3, last=True)), ["2"]),
        ((code(FORM, 4, last=True),), ["1", "2", "3"]),
        ((code(FORM, 1), code(FORM, 2)), ["最后一页"]),
        ((code(FORM, 3),), ["1", "2", "最后一页"]),
    ],
)
def test_pages_that_were_not_found_are_remarked_by_number(codes, words) -> None:
    found = weigh(FORM, paper(*codes), KNOWN)
    assert found.match is CodeMatch.INCOMPLETE
    assert {one.code for one in found.remarks} == {"W-S11"}
    assert [word for word in words if word not in " ".join(one.words for one in found.remarks)] == []
    assert found.questions == ()


def test_unreadable_code_missing_seal_and_grey_are_remarks_and_no_questions() -> None:
    for looked, codes in (
        (paper(), ["W-S10"]),
        (paper(seal=SealHint.NOT_SEEN), ["W-S10", "W-S12"]),
        (paper(seal=SealHint.GREY), ["W-S10", "W-S13"]),
        (Looked(PaperSeen(3, why_not="stopped"), SignaturesSeen()), ["W-S14"]),
    ):
        assert said(looked) == (CodeMatch.UNREAD, codes)
        assert weigh(FORM, looked, KNOWN).questions == ()


@pytest.mark.parametrize(
    ("other", "asked"),
    [(THEIRS, "W-S05"), (MAY, "W-S06"), (OLD, "W-S07"), (FormNamed(1, 1, "", "2022-06", 1, "ZZZZ-ZZZZ-ZZ"), "W-S08")],
)
def test_legible_code_of_another_form_is_asked_about_even_among_ones_own(other, asked) -> None:
    own = [code(FORM, 1), code(FORM, 2, last=True)]
    for codes in ([code(other, 1)], [*own, code(other, 1, on=3), code(other, 2, on=4)]):
        found = weigh(FORM, paper(*codes), KNOWN)
        assert (found.match, [one.code for one in found.questions]) == (CodeMatch.OTHER, [asked])
    assert "3、4" in found.questions[0].words


@pytest.mark.parametrize(
    ("verdict", "remark", "asks"),
    [
        (Verdict.VERIFIED, None, False),
        (Verdict.NONE, None, False),
        (Verdict.UNTRUSTED, "W-S15", False),
        (Verdict.EXPIRED, "W-S15", False),
        (Verdict.UNREADABLE, "W-S15", False),
        (Verdict.ADDED, "W-S09", True),
        (Verdict.ALTERED, "W-S09", True),
    ],
)
def test_broken_signature_is_asked_about_an_untrusted_one_remarked(verdict, remark, asks) -> None:
    own = (code(FORM, 1, last=True),)
    found = weigh(FORM, Looked(PaperSeen(1, 1, own, (), SealHint.SEEN), SignaturesSeen(verdict)), KNOWN)
    assert [(one.code, one.asks) for one in found.remarks] == ([(remark, asks)] if remark else [])


@pytest.fixture
def reported(world: World) -> World:
    """Both reports of the first unit wait for a signature."""
    for (_clause, unit), number in world.tasks.items():
        if unit == OWN:
            world.report(number, NOON)
    return world


def on_paper(form: filings.PrintedForm, world: World, unit: str = OWN) -> CodeSeen:
    return CodeSeen(
        1, PageCode(1, form.filing_id, world.units[unit], "2022-06", form.number, form.check_code, 1, last=True)
    )


def test_sheet_of_another_unit_is_refused_until_a_reason_is_given_which_stands_in_the_trail(reported: World) -> None:
    reported.report(reported.tasks["1.1", CO], NOON)
    mine, theirs = reported.filing(), reported.filing(CO, clerk="clerk2")
    looked = Looked(PaperSeen(1, 1, (on_paper(theirs, reported, CO),), (), SealHint.SEEN), SignaturesSeen())
    before = reported.picture()
    for anyway in ("", "就是它", "     "):
        with refused("W-S05", BadInput) as caught:
            reported.attach(mine.check_code, looked=looked, anyway=anyway)
        assert (CO in caught.value.what, caught.value.fields["questions"]) == (True, ["W-S05"])
    assert reported.picture() == before
    assert reported.attach(mine.check_code, looked=looked, anyway=f" {REASON} ")[0].state == Stage.SIGNED_STAMPED
    (sighting,) = reported.rows("sighting")
    assert (sighting["code"], sighting["anyway"], sighting["remarks"]) == ("other", REASON, ["W-S05"])
    (event,) = [one for one in reported.events() if one["action"] == "form.attach"]
    assert (event["detail"]["asked"], event["detail"]["anyway"]) == (["W-S05"], REASON)


def test_older_version_of_the_form_is_known_by_its_sheet(reported: World) -> None:
    old = reported.filing()
    reported.act("clerk1", Action.WITHDRAW, reported.task, NOON)
    reported.act("clerk1", Action.REPORT, reported.task, NOON, progress="另一份。", percent=50)
    new = reported.filing()
    looked = Looked(PaperSeen(1, 1, (on_paper(old, reported),), (), SealHint.SEEN), SignaturesSeen())
    with refused("W-S07", BadInput) as caught:
        reported.attach(new.check_code, looked=looked)
    assert old.check_code in caught.value.what


def test_reason_without_a_question_is_not_kept_as_an_answer(reported: World) -> None:
    form = reported.filing()
    looked = Looked(PaperSeen(1, 1, (on_paper(form, reported),), (), SealHint.SEEN), SignaturesSeen())
    reported.attach(form.check_code, looked=looked, anyway=REASON)
    (sighting,) = reported.rows("sighting")
    assert (sighting["anyway"], sighting["code"], sighting["seal"]) == ("", "same", "seen")
    assert from_plain(PaperSeen, sighting["seen"]) == looked.paper


SIGNED = SignaturesSeen(Verdict.UNTRUSTED, (SignatureSeen("签字", Verdict.UNTRUSTED, "李一"),), 0)
HELD = SignaturesSeen(Verdict.VERIFIED, (SignatureSeen("签字", Verdict.VERIFIED, "李一", covers_whole=True),), 1)


def test_three_facts_stand_apart_and_verifying_again_adds_a_record_and_nothing_else(reported: World) -> None:
    form = reported.filing()
    reported.attach(form.check_code, looked=Looked(PaperSeen(1, 1), SIGNED))
    before = reported.picture()
    for login in ("clerk1", "reviewer"):
        reported.do(login, filings.verified, form.filing_id, "a" * 64, HELD, now=NOON)
    after = reported.picture()
    assert {name for name in after if after[name] != before[name]} == {"verification"}
    with reported.database.read() as connection:
        (told,) = evidence.papers(connection, reported.office_id, [form.filing_id])[form.filing_id]
    assert {name: told["attested"][name] for name in ("signer", "seal", "by")} == {
        "signer": "李一",
        "seal": "公章",
        "by": "clerk1",
    }
    assert (told["stored"]["sha256"], told["stored"]["code"], told["stored"]["seal"]) == (
        "a" * 64,
        "unread",
        "not_looked",
    )
    assert [(one["verdict"], one["by"], one["roots"]) for one in told["signature"]] == [
        ("untrusted", "clerk1", 0),
        ("verified", "clerk1", 1),
        ("verified", "reviewer", 1),
    ]
    done = [one["detail"]["verdict"] for one in reported.events() if one["action"] == "form.verify"]
    assert done == ["untrusted", "verified", "verified"]


def test_another_unit_and_the_administrators_verify_nothing(reported: World) -> None:
    form = reported.filing()
    reported.attach(form.check_code, looked=Looked(PaperSeen(1, 1), SIGNED))
    for login in ("clerk2", "system", "reader"):
        with refused("E-403", Denied):
            reported.do(login, filings.verified, form.filing_id, "a" * 64, HELD, now=NOON)


@pytest.mark.parametrize(
    ("statement", "where", "what"),
    [
        ("UPDATE evidence SET signer = '别人'", "attestation 1", "it is not what was recorded"),
        ("UPDATE sighting SET seal = 'seen'", "what was seen on paper 1", "it is not what was recorded"),
        ("UPDATE sighting SET anyway = '另有理由'", "what was seen on paper 1", "it is not what was recorded"),
        ("DELETE FROM sighting", "what was seen on paper 1", "the row is gone"),
        ("UPDATE verification SET verdict = 'verified'", "verification 1", "it is not what was recorded"),
        ("DELETE FROM verification", "verification 1", "the row is gone"),
        (
            "INSERT INTO verification SELECT office_id, 9, attachment_id, 'verified', seen, checked_by, checked_at"
            " FROM verification",
            "verification 9",
            "no event of the trail knows it",
        ),
    ],
)
def test_what_is_changed_about_a_paper_behind_the_back_is_named(reported: World, statement, where, what) -> None:
    form = reported.filing()
    reported.attach(form.check_code, looked=Looked(PaperSeen(1, 1, (), (), SealHint.GREY), SIGNED))
    with reported.database.read() as connection:
        assert verify(connection, reported.office_id) == []
    with reported.database.write(reported.office_id) as connection:
        for table in ("evidence", "sighting", "verification"):
            for verb in ("update", "delete"):
                connection.execute(sa.text(f"DROP TRIGGER {table}_no_{verb}"))
        connection.execute(sa.text(statement))
    with speaking("en"), reported.database.read() as connection:
        assert verify(connection, reported.office_id) == [Finding(where, what)]
