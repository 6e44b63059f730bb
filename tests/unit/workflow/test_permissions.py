"""Who may do what beside the law: every deed by every duty, what exists for whom, and powers kept apart."""

from __future__ import annotations

import pytest

from kit.world import DUE, NOON, refused
from models import labels
from models.errors import Denied, Refused
from models.states import ADMINISTRATORS, UNIT_ROLES, Action, Relation, Role, Stage
from workflow import permissions
from workflow.case import Actor, Post, TaskRow
from workflow.flow_store import shipped

R, S = Role, Stage
#: the matrix said a second time, by the duty: what each holds and nothing else
HELD = {
    R.CLERK: (
        "board.read task.read attachment.read form.print form.attach form.verify request.ask absence.set flow.read problem.photo"
        " problem.export"
    ),
    R.LEADER: "board.read task.read task.sign attachment.read form.print form.attach form.verify absence.set flow.read problem.photo problem.export",
    R.REVIEWER: (
        "notice.draft task.read attachment.read task.review phrase.change form.verify summary.build summary.read rules.read plan.read message.read message.retry unit.manage"
        " absence.set flow.read problem.register problem.photo problem.export inspection.record template.read"
        " board.read paper.urge paper.read archive.verify"
    ),
    R.DIRECTOR: (
        "notice.draft notice.adopt period.open period.close period.move task.read attachment.read task.review phrase.change form.verify request.decide summary.build"
        " summary.issue summary.read draft.issue rules.read plan.read message.read message.retry message.release"
        " calendar.import unit.manage absence.set clock.confirm flow.read flow.install flow.migrate problem.register"
        " problem.photo problem.export inspection.record template.read template.install"
        " board.read paper.urge paper.supervise paper.void paper.read archive.export archive.verify"
    ),
    R.READER: "board.read task.read task.sign attachment.read summary.read paper.read flow.read problem.export",
    R.SYSTEM: (
        "rules.read message.read message.retry channel.test person.manage person.rescue service.manage flow.read"
        " template.read"
    ),
    R.SECURITY: "duty.grant absence.set person.rescue flow.read template.read",
    R.AUDIT: "audit.read flow.read template.read archive.verify",
    R.SCHEDULER: "",
}
#: everybody who has due dates
HELD |= {role: f"{HELD[role]} calendar.address" for role in (R.CLERK, R.LEADER, R.REVIEWER, R.DIRECTOR, R.READER)}
for _role in HELD:
    if _role is not R.SCHEDULER:
        HELD[_role] += " token.make"
HELD[R.SECURITY] += " token.manage"
HELD[R.SECURITY] += " session.end"
HELD[R.DIRECTOR] += " rules.edit"
for _role in (*ADMINISTRATORS, R.DIRECTOR):
    HELD[_role] += " powers.read"


def actor(*posts: Post) -> Actor:
    return Actor(1, "someone", "某人", posts)


@pytest.mark.parametrize("deed", sorted(permissions.DEEDS))
@pytest.mark.parametrize("role", list(Role))
def test_deed_is_granted_to_exactly_the_duties_of_the_matrix(deed: str, role: Role) -> None:
    someone = actor(Post(role, 1 if role in UNIT_ROLES else None))
    if deed in HELD[role].split():
        assert permissions.demand(someone, deed) is role
        assert permissions.demand_unit(someone, deed, 1) is role
        return
    for attempt in (lambda: permissions.demand(someone, deed), lambda: permissions.demand_unit(someone, deed, 1)):
        with refused("E-403", Denied) as caught:
            attempt()
        assert caught.value.fields["deed"] == deed
        assert labels.deed(deed) in caught.value.what


def test_matrix_knows_no_other_deed() -> None:
    assert {deed for deeds in HELD.values() for deed in deeds.split()} == set(permissions.DEEDS)


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
    someone = actor(Post(role, 1 if role in UNIT_ROLES else None))
    return (
        permissions.may_see_task(someone, related, row, copied=copied),
        permissions.may_see_report(someone, related, row, copied=copied),
    )


@pytest.mark.parametrize("state", list(Stage))
@pytest.mark.parametrize("related", list(Relation))
@pytest.mark.parametrize("role", list(Role))
def test_task_and_report_are_seen_by_those_they_concern(role: Role, related: Relation, state: Stage) -> None:
    if role in {R.REVIEWER, R.DIRECTOR}:
        wanted = (True, True)
    elif role is R.READER:
        wanted = (state in {S.REVIEWED, S.AGGREGATED},) * 2
    elif role in UNIT_ROLES:
        wanted = (related is not Relation.OTHER, related is Relation.OWN)
    else:
        wanted = (False, False)
    assert sees(role, related, task("monthly_report", state.value)) == wanted
    assert sees(role, related, task("monthly_report", state.value), copied=True) == (True, True)


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
