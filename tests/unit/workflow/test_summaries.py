"""Issuing the summary: approved reports are aggregated, the paper is frozen with its facts, once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kit.office import at
from kit.world import NOON, OTHER, REASON, REFILE, World, refused
from models.errors import BadInput, Conflict, Denied, Refused
from models.facts import SummaryFacts
from models.plain import from_plain
from models.rendering import Rendered
from models.states import Action, Role, Stage
from models.store import Store
from workflow import audit, summaries

if TYPE_CHECKING:
    from collections.abc import Callable

NUMBER = "株长江办〔2022〕3号"


def rendered(facts: SummaryFacts) -> Rendered:
    return Rendered({"pdf": f"{facts.month} {facts.number}".encode(), "xlsx": b"table"}, words_sha256="a" * 64)


def issue(
    world: World, login: str = "director", number: str = NUMBER, render: Callable[[SummaryFacts], Any] = rendered
) -> summaries.Issued:
    store = Store(world.folder / "store")
    return summaries.issue(
        world.database, world.office_id, world.actor(login, NOON), world.period_id, store, render, NOON, number=number
    )


@pytest.fixture
def reviewed(world: World) -> World:
    """One report approved, one waiting for review, one returned."""
    world.bring_to(world.task, Stage.REVIEWED)
    world.bring_to(world.tasks["1.2", "市水利局"], Stage.SIGNED_STAMPED)
    world.bring_to(world.tasks["2.2", OTHER], Stage.RETURNED)
    return world


def test_issuing_aggregates_what_is_approved_and_nothing_else(reviewed: World) -> None:
    before = {row["id"]: row["state"] for row in reviewed.rows("task")}
    made = issue(reviewed)
    after = {row["id"]: row["state"] for row in reviewed.rows("task")}
    assert after == {**before, reviewed.task: "aggregated"}
    assert made.aggregated == 1
    row = reviewed.rows("summary")[0]
    assert (row["document_number"], row["issued_by"], row["covers"]) == (NUMBER, "director", [[reviewed.task, 1]])
    assert [event["action"] for event in reviewed.events()][-2:] == ["aggregate", "summary.issue"]


def test_the_paper_is_kept_with_its_facts_and_the_head_printed_on_it(reviewed: World) -> None:
    with reviewed.database.read() as connection:
        head = audit.head(connection, reviewed.office_id)
    made = issue(reviewed)
    row = reviewed.rows("summary")[0]
    facts = from_plain(SummaryFacts, row["facts"])
    assert made.head == facts.head_short == head.short
    assert (row["head_seq"], row["head_hash"]) == (head.seq, head.hash)
    store = Store(reviewed.folder / "store")
    assert {kind: store.get(sha) for kind, sha in row["files"].items()} == rendered(facts)


def test_readers_are_told_once(reviewed: World) -> None:
    reviewed.join("leader9", Role.READER)
    issue(reviewed)
    told = reviewed.rows("message", event="summary_issued")
    assert {row["recipient_id"] for row in told} == {reviewed.people["reader"], reviewed.people["leader9"]}
    assert {row["fields"]["number"] for row in told} == {NUMBER}


def test_issuing_twice_is_refused_and_changes_nothing(reviewed: World) -> None:
    issue(reviewed)
    before = reviewed.picture()
    with refused("E-S18", Refused):
        issue(reviewed, number="另一号")
    assert reviewed.picture() == before


@pytest.mark.parametrize("number", ["", "   ", "〔〕"])
def test_a_summary_without_its_number_is_refused(reviewed: World, number: str) -> None:
    before = reviewed.picture()
    with refused("E-S24", BadInput):
        issue(reviewed, number=number)
    assert reviewed.picture() == before


@pytest.mark.parametrize("login", ["clerk1", "leader1", "reviewer", "reader", "system", "security", "audit"])
def test_nobody_but_the_director_issues(reviewed: World, login: str) -> None:
    before = reviewed.picture()
    with refused("E-403", Denied):
        issue(reviewed, login)
    assert reviewed.picture() == before
    assert reviewed.events()[-1]["result"] == "denied"


def test_reports_that_change_while_it_is_written_stop_it(reviewed: World) -> None:
    waiting = reviewed.tasks["1.2", "市水利局"]

    def slow(facts: SummaryFacts) -> Rendered:
        reviewed.act("reviewer", Action.APPROVE, waiting, NOON)
        return rendered(facts)

    with refused("E-409", Conflict):
        issue(reviewed, render=slow)
    assert reviewed.rows("summary") == []
    assert reviewed.row("task", reviewed.task)["state"] == "reviewed"
    assert issue(reviewed).aggregated == 2


def test_draft_records_nothing_and_carries_no_number(reviewed: World) -> None:
    before, events = reviewed.picture(), len(reviewed.events())
    facts = reviewed.do("reviewer", summaries.build, reviewed.period_id)
    assert (facts.number, facts.month) == ("", "2022-06")
    assert (reviewed.picture(), len(reviewed.events())) == (before, events)


def test_what_was_issued_is_not_reopened(reviewed: World) -> None:
    issue(reviewed)
    with refused("E-S01", Refused):
        reviewed.act("director", Action.REOPEN, reviewed.task, at("2022-06-21 09:00"), reason=REASON, refile_on=REFILE)
