"""Who may do what: every line of the matrix is done by everybody, and ends as its cell says.

For each deed the functions that the doors call (``kit/done.py``), as every duty in the unit that it is about, in the one
beside it and in another, as somebody without a duty, as the scheduler, and as a substitute. Granted: it is done. Refused:
E-403, or the same words as for a thing that is not there; nothing is changed, and the attempt stands in the trail.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from kit.done import DONE, Doing
from kit.stage import EVERYBODY, PEOPLE, Stage, make_stage
from models.errors import DubanError
from models.states import UNIT_ROLES, Reach, Relation, Role
from workflow.authorisation import MATRIX

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

#: how the units of the people stand to the one that the things belong to
PLACES = {"1": Relation.OWN, "2": Relation.CO, "3": Relation.OTHER}
APPROVED = {"approved", "rectified"}
WITH_ACCOUNTS = tuple(login for login in EVERYBODY if login != "scheduler")
#: tables that a look may write to: the session that was used
SEEN = {"login"}


@dataclass(frozen=True)
class Somebody:
    """Who tries, and how they stand to the things."""

    login: str

    @property
    def stands_as(self) -> str:
        return self.login.removeprefix("stand:")

    @property
    def role(self) -> Role | None:
        word = self.stands_as.rstrip("123")
        return None if word == "idle" else Role(word)

    @property
    def relation(self) -> Relation:
        return PLACES.get(self.stands_as[-1], Relation.OTHER)

    def reaches(self, deed: str, thing: str) -> bool:
        """Whether the cell of their duty takes the thing in."""
        reach = MATRIX[deed].get(self.role) if self.role else None
        if reach is None:
            return False
        return {
            Reach.ALL: True,
            Reach.OWN: not thing or self.relation is Relation.OWN,
            Reach.NAMED: not thing or self.relation is not Relation.OTHER,
            Reach.APPROVED: not thing or thing in APPROVED,
            Reach.SELF: thing in {"", "self"},
            Reach.OTHERS: thing != "self",
        }[reach]


def expected(deed: str, doing: Doing, who: Somebody, thing: str) -> set[str]:
    """How it may end: ``done``, ``not in the list``, or the code of the refusal."""
    if doing.door and who.role not in MATRIX[doing.door]:
        return {"E-403"}
    if doing.sight and not who.reaches(doing.sight, thing):
        return {"E-404"}
    if who.reaches(deed, thing):
        return {"done"}
    return {"not in the list"} if doing.lists else {"E-403", doing.own} if thing == "self" else {"E-403"}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    made = make_stage(tmp_path_factory.mktemp("authorisation"))
    (made.world.folder / "duban.toml").touch()
    yield made
    made.world.database.close()


def attempt(
    stage: Stage, doing: Doing, login: str, thing: str, *, missing: bool = False
) -> tuple[str, DubanError | None]:
    """How it ends."""
    actor = stage.actor(login)
    what: Any = doing.missing if missing else getattr(stage.things, thing, thing)
    try:
        return ("done" if doing.work(stage, actor, what) else "not in the list"), None
    except DubanError as refusal:
        return refusal.code, refusal


def picture(stage: Stage) -> dict[str, list[Any]]:
    return {name: rows for name, rows in stage.world.picture().items() if name not in SEEN}


def words(refusal: DubanError, thing: object) -> tuple[str, ...]:
    """What is said, whatever it is about."""
    said = (refusal.code, type(refusal).__name__, refusal.what, refusal.where, refusal.remedy, str(refusal.fields))
    return tuple(part.replace(str(thing), "…") for part in said)


def test_every_deed_has_a_way_to_be_done_and_nothing_else_has() -> None:
    assert set(DONE) == set(MATRIX)


def test_everybody_is_among_those_who_try(record_property: Callable[[str, str], None]) -> None:
    cells = sum(len(doing.things) * len(WITH_ACCOUNTS if doing.page else EVERYBODY) for doing in DONE.values())
    record_property("figure", f"cells={cells}")
    assert cells > 1_500
    tried = {(who.role, who.relation) for who in map(Somebody, PEOPLE)}
    units = {(role, related) for role in UNIT_ROLES for related in Relation}
    office = {(role, Relation.OTHER) for role in Role if role not in {*UNIT_ROLES, Role.SCHEDULER}}
    assert tried == units | office


@pytest.mark.parametrize("deed", sorted(MATRIX))
def test_whoever_is_granted_it_does_it_and_nobody_else(stage: Stage, tmp_path: Path, deed: str) -> None:
    doing, before, wrong = DONE[deed], picture(stage), list[tuple[Any, ...]]()
    for thing in doing.things:
        for login in EVERYBODY if not doing.page else WITH_ACCOUNTS:
            want = expected(deed, doing, Somebody(login), thing)
            if want == {"done"} and not doing.looks:
                wrong += granted(stage.copy(tmp_path / f"{thing}-{login}"), deed, login, thing)
                continue
            head = stage.head()
            end, refusal = attempt(stage, doing, login, thing)
            wrong += [(login, thing, end, want)] if end not in want else []
            wrong += told(stage, doing, login, thing, refusal, head) if refusal else []
    assert wrong == []
    assert picture(stage) == before


def granted(stage: Stage, deed: str, login: str, thing: str) -> list[tuple[Any, ...]]:
    """Done on a life of the office of its own: it stands in the trail in the doer's name."""
    head = stage.head()
    end, refusal = attempt(stage, DONE[deed], login, thing)
    found = {(row.actor, row.acting_for, row.result) for row in stage.events(head)}
    actor = stage.actor(login)
    stage.world.database.close()
    if end != "done":
        return [(login, thing, end, str(refusal), "done")]
    return [] if found == {(actor.login, actor.acting_for, "done")} else [(login, thing, "in the trail", found)]


def told(stage: Stage, doing: Doing, login: str, thing: str, refusal: DubanError, head: int) -> list[tuple[Any, ...]]:
    """What is wrong with a refusal: its place in the trail, and whether it tells what there is."""
    actor, wrong = stage.actor(login), list[tuple[Any, ...]]()
    stands = [(row.actor, row.acting_for, row.result, row.detail["code"]) for row in stage.events(head)]
    if stands != [(actor.login, actor.acting_for, "denied", refusal.code)]:
        wrong.append((login, thing, "in the trail", stands))
    if refusal.code == "E-404":
        _end, other = attempt(stage, doing, login, thing, missing=True)
        one = words(refusal, getattr(stage.things, thing, thing))
        if other is None or words(other, doing.missing) != one:
            wrong.append((login, thing, "tells that it is there", one, str(other)))
    return wrong
