"""Who may do what beside the flows: the matrix is read as it is written, and powers are kept apart.

That every cell of it holds is run in ``tests/integration/test_authorisation.py``.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kit.world import DUE, NOON, refused
from models import labels
from models.errors import Denied, Refused
from models.states import ADMINISTRATORS, APPROVED, UNIT_ROLES, Action, Reach, Relation, Role, Stage
from workflow import authorisation, permissions
from workflow.authorisation import DUTIES, MATRIX, WrongMatrixError
from workflow.case import Actor, Post, TaskRow
from workflow.flow_store import shipped

R, S = Role, Stage
ROOT = Path(__file__).resolve().parents[3]
TEXT = authorisation.FILE.read_text("utf-8")
#: a function that asks the matrix, and the deed that it names
ASKING = re.compile(
    r'\b(?:demand|demand_unit|demand_person|may|may_for_unit|everywhere|reaches|_within)\([^()"]*"([a-z]+\.[a-z]+)"'
)


def actor(*posts: Post) -> Actor:
    return Actor(1, "someone", "某人", posts)


def holder(role: Role, unit: int = 1) -> Actor:
    return actor(Post(role, unit if role in UNIT_ROLES else None))


def test_the_file_is_read_as_it_is_written() -> None:
    """Line by line with nothing but the line: no cell is lost, none is added."""
    for line in TEXT.splitlines():
        deed, _bar, cells = line.partition("|")
        if deed.strip() in MATRIX:
            found = {role: cell.strip() for role, cell in zip(DUTIES, cells.split("|"), strict=True) if cell.strip()}
            assert MATRIX[deed.strip()] == found
    assert sum(line.count("|") == len(DUTIES) for line in TEXT.splitlines()) == len(MATRIX) + 1


@pytest.mark.parametrize(
    ("written", "instead", "said"),
    [
        ("| clerk ", "| clark ", "first line"),
        ("notice.adopt", "notice.draft", "stands twice"),
        ("[通知和月份 / notices and months]", "", "under no heading"),
        ("named    | all      | all      | all ", "named    | all      | all      | most", "needs 8 cells"),
        ("audit.read        |          |          |          |          |          |          |          | all",
         "audit.read        |          |          |          |          |          |          |          |", "one at least"),
        ("task.review       |          |          | all", "task.review       |          |          | own", "unit of their own"),
        ("report.read       | own      | own      | all      | all      | approved |",
         "report.read       | own      | own      | all      | all      | approved | all", "what others reported"),
        ("report.read       | own", "report.read       | all", "what others reported"),
    ],
)  # fmt: skip
def test_a_matrix_that_says_something_impossible_is_not_read(written: str, instead: str, said: str) -> None:
    assert TEXT.count(written) == 1
    with pytest.raises(WrongMatrixError, match=said):
        authorisation.read(TEXT.replace(written, instead))


def asked_for() -> set[str]:
    """Every deed that the program asks the matrix about by its name."""
    rooms = ("workflow", "schedules", "deeds", "web", "commands")
    sources = (file.read_text("utf-8") for room in rooms for file in (ROOT / room).rglob("*.py"))
    return {deed for text in sources for deed in ASKING.findall(text)}


def test_the_program_asks_for_every_deed_of_the_file_and_for_no_other() -> None:
    by_a_name = {"notice.draft", "attachment.read", "calendar.address", "paper.urge", "paper.supervise"}
    by_a_name |= {"parcel.hand_down", "parcel.take", "parcel.answer"}
    asked = asked_for() | by_a_name
    assert asked == set(MATRIX)


def test_every_deed_and_heading_has_its_words() -> None:
    assert [deed for deed in MATRIX if deed not in labels.DEEDS] == []
    assert all(group.title.zh and group.title.en and group.deeds for group in authorisation.GROUPS)


def test_who_reads_a_report_sees_its_task() -> None:
    widest = [Reach.OWN, Reach.NAMED, Reach.APPROVED, Reach.ALL]
    for role, reach in MATRIX["report.read"].items():
        assert widest.index(reach) <= widest.index(MATRIX["task.read"][role])


def test_unit_duty_reaches_no_other_unit_and_no_duty_reaches_nothing() -> None:
    with refused("E-403", Denied):
        permissions.demand_unit(actor(Post(R.CLERK, 2)), "form.print", 1)
    with refused("E-403", Denied):
        permissions.demand(actor(), "task.read")


@pytest.mark.parametrize(
    ("posts", "found"),
    [
        ((Post(R.CLERK, 1),), Relation.OWN),
        ((Post(R.LEADER, 2),), Relation.CO),
        ((Post(R.CLERK, 3),), Relation.OTHER),
        ((Post(R.CLERK, 3), Post(R.CLERK, 1)), Relation.OWN),
        ((Post(R.DIRECTOR),), Relation.OTHER),
    ],
)
def test_relation_is_the_nearest_of_the_units(posts: tuple[Post, ...], found: Relation) -> None:
    assert permissions.relation(actor(*posts), 1, (1, 2)) is found


def task(flow: str, state: str) -> TaskRow:
    return TaskRow(
        id=7, office_id=1, flow=shipped(flow), period_id=1, clause_id=1, problem_id=None, unit_id=1, state=state,
        entered_at=NOON, round=1, version=1, due_on=DUE, due_revision=1, received_at=None, report_number=1,
        report_sha256="ab", filed_by=5, signed_by=6, late_days=0, clause_number="1.1", unit_name="市发改委",
        month="2022-06",
    )  # fmt: skip


def sees(role: Role, related: Relation, row: TaskRow, *, copied: bool = False) -> tuple[bool, bool]:
    return (
        permissions.may_see_task(holder(role), related, row, copied=copied),
        permissions.may_see_report(holder(role), related, row, copied=copied),
    )


def test_whoever_was_shown_a_task_for_information_sees_it_and_its_report_but_no_administrator() -> None:
    for role in Role:
        shown = role not in {*ADMINISTRATORS, R.SCHEDULER}
        assert sees(role, Relation.OTHER, task("monthly_report", "assigned"), copied=True) == (shown, shown), role


@pytest.mark.parametrize("state", list(Stage))
def test_two_duties_together_see_no_more_than_each_of_them(state: Stage) -> None:
    """A reader who is also a co-unit's clerk does not read what the lead has not had approved."""
    both, row = actor(Post(R.READER), Post(R.CLERK, 2)), task("monthly_report", state.value)
    assert permissions.may_see_task(both, Relation.CO, row)
    assert permissions.may_see_report(both, Relation.CO, row) == (state in APPROVED)


def test_reader_sees_what_waits_for_a_readers_signature() -> None:
    for state in shipped("co_signed_report").by_name:
        wanted = state in {"office_signing", "reviewed", "aggregated"}
        assert sees(R.READER, Relation.OTHER, task("co_signed_report", state)) == (wanted, wanted), state


def test_offered_steps_are_those_of_the_actor_in_the_order_of_the_law() -> None:
    def offered(post: Post, state: Stage) -> list[str]:
        return [step.action for step in permissions.offered(actor(post), task("monthly_report", state.value))]

    assert offered(Post(R.CLERK, 1), S.ASSIGNED) == [Action.RECEIVE, Action.REPORT]
    assert offered(Post(R.CLERK, 2), S.ASSIGNED) == []
    assert offered(Post(R.LEADER, 1), S.REPORTED) == ["send_back", "send_back", Action.SIGN_STAMP]
    assert offered(Post(R.REVIEWER), S.SIGNED_STAMPED) == [Action.APPROVE, Action.RETURN]
    assert offered(Post(R.DIRECTOR), S.WAIVED) == []


@pytest.mark.parametrize("one", sorted(ADMINISTRATORS))
@pytest.mark.parametrize("other", list(Role))
def test_administrator_holds_no_second_duty(one: Role, other: Role) -> None:
    posts = (Post(one), Post(other, 1 if other in UNIT_ROLES else None))
    if one is other:
        permissions.check_posts(posts)
        return
    with refused("E-A05", Refused):
        permissions.check_posts(posts)


def test_other_duties_may_be_held_together() -> None:
    permissions.check_posts([Post(R.CLERK, 1), Post(R.LEADER, 2), Post(R.REVIEWER), Post(R.DIRECTOR)])
    permissions.check_posts([])
