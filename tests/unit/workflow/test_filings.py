"""Printed forms and the evidence of signature and seal."""

from __future__ import annotations

import pytest

from kit.world import CO, NOON, OWN, World, refused
from models.errors import BadInput, Denied, NotFound, Refused
from models.states import Action, Stage

A, S = Action, Stage


@pytest.fixture
def reported(world: World) -> World:
    """Both reports of the first unit wait for a signature."""
    for (_clause, unit), number in world.tasks.items():
        if unit == OWN:
            world.report(number, NOON)
    return world


def mine(world: World) -> list[int]:
    return sorted(number for (_clause, unit), number in world.tasks.items() if unit == OWN)


def test_form_covers_the_exact_versions_that_wait(reported: World) -> None:
    form = reported.filing()
    shas = {row["task_id"]: row["content_sha256"] for row in reported.rows("report")}
    assert form.covers == tuple((number, 1, shas[number]) for number in mine(reported))
    assert (form.number, form.existed) == (1, False)
    assert reported.events()[-1]["detail"]["code"] == form.check_code


def test_same_content_is_the_same_form_and_prints_no_event(reported: World) -> None:
    first, trail = reported.filing(), reported.events()
    again = reported.filing()
    assert (again.filing_id, again.check_code, again.existed) == (first.filing_id, first.check_code, True)
    assert reported.events() == trail


def test_changed_content_is_the_next_form(reported: World) -> None:
    reported.filing()
    reported.act("clerk1", A.WITHDRAW, reported.task, NOON)
    reported.act("clerk1", A.REPORT, reported.task, NOON, progress="另一份。", percent=50)
    assert reported.filing().number == 2


def test_nothing_to_sign_prints_no_form(world: World) -> None:
    with refused("E-S17", Refused):
        world.filing()


@pytest.mark.parametrize("login", ["clerk2", "reviewer", "director", "system"])
def test_form_is_printed_by_the_unit_itself(reported: World, login: str) -> None:
    with refused("E-403", Denied):
        reported.filing(clerk=login)


def test_attaching_signs_every_covered_task(reported: World) -> None:
    form = reported.filing()
    outcomes = reported.attach(form.check_code.lower())
    assert [(item.task_id, item.state) for item in outcomes] == [
        (number, S.SIGNED_STAMPED) for number in mine(reported)
    ]
    evidence = reported.rows("evidence")
    assert [(row["filing_id"], row["signer"], row["seal"], row["attested_by"]) for row in evidence] == [
        (form.filing_id, "李一", "公章", "clerk1")
    ]


def test_changed_report_refuses_the_whole_form_and_names_it(reported: World) -> None:
    form = reported.filing()
    reported.act("clerk1", A.WITHDRAW, reported.task, NOON)
    reported.act("clerk1", A.REPORT, reported.task, NOON, progress="另一份。", percent=50)
    before = reported.picture()
    with refused("E-S05", Refused) as caught:
        reported.attach(form.check_code)
    assert caught.value.fields == {"tasks": [reported.task]}
    assert reported.picture() == before


def test_form_is_not_attached_twice(reported: World) -> None:
    form = reported.filing()
    reported.attach(form.check_code)
    with refused("E-S25"):
        reported.attach(form.check_code, "c" * 64)


def test_same_file_again_is_refused_unless_it_is_meant(reported: World) -> None:
    form = reported.filing()
    reported.attach(form.check_code)
    other = reported.tasks["1.1", CO]
    reported.report(other, NOON)
    theirs = reported.filing(CO, clerk="clerk2")
    with refused("W-S04", BadInput) as caught:
        reported.attach(theirs.check_code, login="clerk2")
    assert form.check_code in caught.value.what
    done = reported.attach(theirs.check_code, login="clerk2", same_file_again=True)
    assert [item.state for item in done] == [S.SIGNED_STAMPED]
    assert len(reported.rows("attachment")) == 1


@pytest.mark.parametrize(("name", "value"), [("signer", " "), ("seal", "")])
def test_signer_and_seal_are_named(reported: World, name: str, value: str) -> None:
    form, before = reported.filing(), reported.rows("evidence")
    with refused("E-S10"):
        reported.attach(form.check_code, **{name: value})
    assert reported.rows("evidence") == before == []


def test_unknown_code_and_foreign_unit_are_refused(reported: World) -> None:
    form = reported.filing()
    with refused("E-404", NotFound):
        reported.attach("NO-SUCH")
    with refused("E-404", NotFound):
        reported.attach(form.check_code, login="clerk2")
