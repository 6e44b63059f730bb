"""Urging and supervision notices: what they are made from, who makes them, their numbers, and what voiding leaves."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from kit.office import at
from kit.world import CO, OTHER, OWN, World, refused
from models.errors import Conflict, Denied, NotFound, Refused
from models.paper_facts import ChasingFacts, EarlierPaper
from models.plain import from_plain
from models.rendering import Rendered
from models.states import Action, PaperKind, Stage
from models.store import Store
from workflow import papers, verify

if TYPE_CHECKING:
    from datetime import datetime

LATE = at("2022-06-28 10:00")
URGING, SUPERVISION = PaperKind.URGING, PaperKind.SUPERVISION


def rendered(facts: ChasingFacts) -> Rendered:
    return Rendered({"pdf": repr(facts).encode()}, words_sha256="a" * 64)


def make(
    world: World,
    kind: PaperKind = URGING,
    unit: str = OWN,
    now: datetime = LATE,
    login: str = "director",
    month: str = "2022-06",
    render: Any = rendered,
) -> papers.IssuedPaper:
    store = Store(world.folder / "store")
    place = (world.database, world.office_id, world.actor(login, now), kind, world.units[unit], month)
    return papers.make(*place, store, render, now)


def test_an_urging_notice_names_what_is_owed_since_when_and_what_is_asked_until_when(world: World) -> None:
    made = make(world, login="reviewer")
    facts = from_plain(ChasingFacts, world.rows("paper")[0]["facts"])
    assert facts == made.facts
    (unit,) = facts.units
    assert (unit.name, unit.leaders, unit.clerks) == (OWN, ("李一",), ("赵一",))
    assert [(task.number, task.due_on, task.days_late, task.state) for task in unit.tasks] == [
        ("1.1", date(2022, 6, 25), 3, "assigned"),
        ("2.1", date(2022, 6, 25), 3, "assigned"),
    ]
    assert (facts.month, facts.due_on, facts.issued_by) == ("2022-06", date(2022, 6, 25), "郑审核")
    assert (facts.until, facts.working_days) == (date(2022, 6, 30), 2)
    assert unit.nothing_filed


def test_what_is_handed_in_is_not_asked_for_and_a_unit_that_filed_once_is_not_called_idle(world: World) -> None:
    world.bring_to(world.task, Stage.SIGNED_STAMPED, now=at("2022-06-27 09:00"))
    (unit,) = make(world).facts.units
    assert [task.number for task in unit.tasks] == ["2.1"]
    assert not unit.nothing_filed


def test_the_time_limit_counts_working_days(world: World) -> None:
    thursday = at("2022-06-30 10:00")
    assert make(world, SUPERVISION, now=thursday).facts.until == date(2022, 7, 5)


def test_before_the_due_date_is_over_nobody_is_urged(world: World) -> None:
    before = world.picture()
    for month, now in (("2022-06", at("2022-06-25 23:00")), ("2022-05", LATE), ("", LATE)):
        with refused("E-S50", Refused):
            make(world, month=month, now=now)
    assert world.picture() == before


@pytest.mark.parametrize("login", ["clerk1", "leader1", "reader", "system", "security", "audit"])
def test_only_the_office_urges(world: World, login: str) -> None:
    with refused("E-403", Denied):
        make(world, login=login)
    assert world.events()[-1]["result"] == "denied"


def test_a_supervision_notice_is_the_directors_and_names_the_urging_before_it(world: World) -> None:
    with refused("E-403", Denied):
        make(world, SUPERVISION, login="reviewer")
    first = make(world)
    make(world, unit=CO)  # another unit's is not its
    second = make(world, SUPERVISION, now=at("2022-06-29 10:00"))
    assert second.facts.earlier == (EarlierPaper("urging", 2022, first.number, date(2022, 6, 28)),)


def test_numbers_run_by_kind_and_year_and_a_void_one_is_not_given_again(world: World) -> None:
    assert [make(world, unit=unit).number for unit in (OWN, CO)] == [1, 2]
    assert make(world, SUPERVISION).cited == "〔2022〕1号"
    world.do("director", papers.void, 2, "对象有误", now=LATE)
    assert make(world, unit=CO).number == 3
    assert make(world, unit=OTHER, now=at("2023-01-04 10:00")).cited == "〔2023〕1号"
    with world.database.read() as connection:
        rows, _total = papers.list_papers(connection, world.office_id, world.actor("reader", LATE), kind="urging")
    assert [(row["year"], row["number"], row["void_reason"]) for row in rows] == [
        (2022, 1, None), (2022, 2, "对象有误"), (2022, 3, None), (2023, 1, None),
    ]  # fmt: skip


def test_the_same_is_not_asked_twice_before_the_time_limit_has_run_out(world: World) -> None:
    make(world)
    with refused("E-S51", Refused) as caught:
        make(world, now=at("2022-06-30 16:00"))
    assert "duban paper void 1" in caught.value.remedy
    assert make(world, now=at("2022-07-01 10:00")).number == 2
    world.do("director", papers.void, 2, "重新制发", now=at("2022-07-01 11:00"))
    assert make(world, now=at("2022-07-01 12:00")).number == 3


def test_a_paper_is_frozen_with_its_files_in_the_trail_and_proves_itself(world: World) -> None:
    made = make(world)
    store = Store(world.folder / "store")
    assert store.get(made.files["pdf"]) == rendered(made.facts)["pdf"]
    event = world.events()[-1]
    assert (event["action"], event["object_type"], event["object_id"]) == ("paper.issue", "paper", 1)
    assert event["detail"] == {"kind": "urging", "number": "〔2022〕1号", "files": made.files, "words": "a" * 64}
    with pytest.raises(Exception, match="paper is kept as it was written"), world.database.write(1) as connection:
        connection.exec_driver_sql("UPDATE paper SET number = 9")
    with world.database.read() as connection:
        assert list(verify.verify(connection, world.office_id, store=store)) == []
    store.path(made.files["pdf"]).unlink()
    with world.database.read() as connection:
        assert len(list(verify.verify(connection, world.office_id, store=store))) == 1


def test_what_changes_while_the_paper_is_written_stops_it(world: World) -> None:
    def slow(facts: ChasingFacts) -> Rendered:
        world.act("clerk1", Action.REPORT, world.task, LATE, progress="补报。", percent=40)
        return rendered(facts)

    with refused("E-409", Conflict):
        make(world, render=slow)
    assert world.rows("paper") == []


def test_two_papers_at_once_never_share_a_number(world: World) -> None:
    def interrupted(facts: ChasingFacts) -> Rendered:
        make(world, unit=CO)
        return rendered(facts)

    with refused("E-409", Conflict):
        make(world, render=interrupted)
    assert [row["number"] for row in world.rows("paper")] == [1]


def test_voiding_needs_a_reason_the_director_and_a_paper_that_stands(world: World) -> None:
    make(world)
    with refused("E-403", Denied):
        world.do("reviewer", papers.void, 1, "对象有误", now=LATE)
    with refused("E-S02", Refused):
        world.do("director", papers.void, 1, " 。", now=LATE)
    with refused("E-404", NotFound):
        world.do("director", papers.void, 7, "对象有误", now=LATE)
    world.do("director", papers.void, 1, "对象有误", now=LATE)
    assert world.events()[-1]["reason"] == "对象有误"
    with refused("E-S53", Refused):
        world.do("director", papers.void, 1, "对象有误", now=LATE)
