"""Why somebody got, gets or does not get a reminder, in sentences."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import pytest

from kit.office import SmallOffice, at, small_office
from kit.rules import OWN_RULES
from models.errors import NotFound
from models.language import set_language
from models.states import Action
from schedules.rules import load_rules, parse_rules
from schedules.select import NO_DRIFT
from schedules.sweep import sweep
from schedules.why import why

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RULES = load_rules()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[SmallOffice]:
    set_language("en")
    yield small_office(tmp_path / "office")
    set_language("zh")


def said(office: SmallOffice, login: str, when: str, task: int = 3) -> list[str]:
    with office.database.read() as connection:
        return why(connection, 1, RULES, task, login, at(when))


def line(sentences: list[str], about: str) -> str:
    found = [sentence for sentence in sentences if about in sentence]
    assert len(found) == 1, sentences
    return found[0]


def run(office: SmallOffice, when: str) -> None:
    sweep(office.database, 1, RULES, at(when), drift=NO_DRIFT)


def test_what_was_decided_what_is_queued_and_what_is_to_come(office: SmallOffice):
    run(office, "2022-06-01 09:00")
    answer = said(office, "clerk2", "2022-06-01 10:00")
    assert "decided at 2022-06-01 09:00: fired" in line(answer, "“new tasks” was")
    assert "is to go out at 2022-06-01 09:00" in line(answer, "Message")
    assert "goes out at 2022-06-23 09:00, if nothing changes" in line(answer, "“due in two working days”")
    assert "prepares a draft at 2022-07-01 09:00" in line(answer, "“circular”")


def test_somebody_the_rule_does_not_speak_to_is_told_so(office: SmallOffice):
    answer = said(office, "leader2", "2022-06-01 10:00")
    assert line(answer, "“due in two working days”").endswith("not to 周二.")
    assert not line(answer, "“urging notice”").endswith("not to 周二.")


def test_a_clerk_of_another_unit_is_told_so(office: SmallOffice):
    assert line(said(office, "clerk1", "2022-06-01 10:00"), "“urging notice”").endswith("not to 赵一.")


def test_a_superseded_rung_names_the_one_in_its_place(office: SmallOffice):
    run(office, "2022-06-27 09:00")
    answer = said(office, "clerk2", "2022-06-27 10:00")
    assert "superseded (“urging notice” took its place)" in line(answer, "“due in two working days”")


def test_a_filed_task_is_named_as_the_reason_of_silence(office: SmallOffice):
    office.report(3, at("2022-06-02 10:00"))
    office.sign(3, at("2022-06-02 11:00"))
    assert "because the task is “signed and stamped”" in line(
        said(office, "clerk2", "2022-06-02 12:00"), "“urging notice”"
    )


def test_days_and_names_are_in_the_readers_language_and_own_rules_keep_their_name(office: SmallOffice):
    run(office, "2022-06-01 09:00")
    ladder = parse_rules(OWN_RULES.replace('"due_day"', '"our_rule"', 1))
    with office.database.read() as connection:
        answer = why(connection, 1, ladder, 3, "clerk2", at("2022-06-01 10:00"))
    assert answer[0].endswith("round 1, due 2022-06-25.")
    assert line(answer, "Message").startswith("Message 2 “new tasks” is to go out")
    assert "it speaks to clerk, unit leader." in line(answer, "“urging notice”")
    assert line(answer, "“our_rule”").startswith("Rule “our_rule” goes out at 2022-06-24 09:00")
    assert not [said for said in answer if re.search("[a-z]_[a-z]", said.replace("our_rule", ""))]


def test_quiet_hours_are_named(office: SmallOffice):
    run(office, "2022-06-24 23:00")
    answer = line(said(office, "clerk2", "2022-06-24 23:10"), "Message")
    assert "is to go out at 2022-06-27 08:00" in answer
    assert "quiet hours" in answer


def test_received_substitute_held_and_dead_are_named(office: SmallOffice):
    office.act("clerk2", Action.RECEIVE, 3, at("2022-06-01 08:00"))
    run(office, "2022-06-01 09:00")
    office.add(
        "absence", person_id=office.people["clerk2"], substitute_id=office.people["leader2"],
        from_on=date(2022, 6, 1), to_on=date(2022, 6, 3),
    )  # fmt: skip
    number = office.rows("message", recipient_id=office.people["clerk2"])[0]["id"]
    office.change("message", number, state="held", reason="too many")
    answer = said(office, "clerk2", "2022-06-01 10:00")
    assert "has been received" in line(answer, "“not received yet”")
    assert "周二 gets it instead" in line(answer, "is away")
    assert "is held until the director releases it (too many)" in line(answer, "Message")
    office.change("message", number, state="dead", reason="no such mailbox", settled_at=at("2022-06-01 11:00"))
    assert "given up at 2022-06-01 11:00 (no such mailbox)" in line(
        said(office, "clerk2", "2022-06-01 12:00"), "Message"
    )


@pytest.mark.parametrize(("task", "login"), [(99, "clerk1"), (1, "nobody")])
def test_an_unknown_task_or_person_is_not_found(office: SmallOffice, task: int, login: str):
    with pytest.raises(NotFound) as refused:
        said(office, login, "2022-06-01 10:00", task)
    assert refused.value.code == "E-404"
