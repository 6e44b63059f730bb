"""Who may do what beside the steps of a flow: everything not granted here or there is refused.

Source: design section 5 and the matrix of ``reliability.md`` section 6. The three administrators see no report
content, and nobody holds two of the three.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from models import labels
from models.errors import Denied, NotFound, Refused
from models.language import _, listed
from models.states import ADMINISTRATORS, UNIT_ROLES, Relation, Role, Stage
from workflow.relations import may_act

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from workflow.case import Actor, Post, TaskRow
    from workflow.flow import Step

R = Role
OFFICE: Final = frozenset({R.REVIEWER, R.DIRECTOR})

#: deed → roles; unit roles act for their own unit
DEEDS: Final[dict[str, frozenset[Role]]] = {
    "notice.draft": OFFICE,
    "notice.adopt": frozenset({R.DIRECTOR}),
    "period.open": frozenset({R.DIRECTOR}),
    "period.close": frozenset({R.DIRECTOR}),
    "period.move": frozenset({R.DIRECTOR}),
    "task.read": OFFICE | UNIT_ROLES | {R.READER},
    "task.review": OFFICE,
    "task.sign": frozenset({R.LEADER, R.READER}),
    "phrase.change": OFFICE,
    # a unit's people see their own unit's part of it, a reader what is approved
    "board.read": OFFICE | UNIT_ROLES | {R.READER},
    "attachment.read": OFFICE | UNIT_ROLES | {R.READER},
    "form.print": UNIT_ROLES,
    "form.attach": UNIT_ROLES,
    "form.verify": OFFICE | UNIT_ROLES,
    "flow.read": OFFICE | UNIT_ROLES | {R.READER, R.SYSTEM, R.SECURITY, R.AUDIT},
    "flow.install": frozenset({R.DIRECTOR}),
    "flow.migrate": frozenset({R.DIRECTOR}),
    "problem.register": OFFICE,
    "problem.photo": OFFICE | UNIT_ROLES,
    "problem.export": OFFICE | UNIT_ROLES | {R.READER},
    "inspection.record": OFFICE,
    "request.ask": frozenset({R.CLERK}),
    "request.decide": frozenset({R.DIRECTOR}),
    "summary.build": OFFICE,
    "summary.issue": frozenset({R.DIRECTOR}),
    "summary.read": OFFICE | {R.READER},
    "archive.export": frozenset({R.DIRECTOR}),
    "archive.verify": OFFICE | {R.AUDIT},
    "template.read": OFFICE | {R.SYSTEM, R.SECURITY, R.AUDIT},
    "template.install": frozenset({R.DIRECTOR}),
    "draft.issue": frozenset({R.DIRECTOR}),
    "paper.urge": OFFICE,
    "paper.supervise": frozenset({R.DIRECTOR}),
    "paper.void": frozenset({R.DIRECTOR}),
    "paper.read": OFFICE | {R.READER},
    "rules.read": OFFICE | {R.SYSTEM},
    "rules.edit": frozenset({R.DIRECTOR}),
    "plan.read": OFFICE,
    "message.read": OFFICE | {R.SYSTEM},
    "message.retry": OFFICE | {R.SYSTEM},
    "message.release": frozenset({R.DIRECTOR}),
    "channel.test": frozenset({R.SYSTEM}),
    "calendar.import": frozenset({R.DIRECTOR}),
    "calendar.address": OFFICE | UNIT_ROLES | {R.READER},
    "unit.manage": OFFICE,
    "person.manage": frozenset({R.SYSTEM}),
    # who makes all accounts cannot mend their own: that is for another of them, or for the security administrator
    "person.rescue": frozenset({R.SYSTEM, R.SECURITY}),
    "duty.grant": frozenset({R.SECURITY}),
    "absence.set": OFFICE | UNIT_ROLES | {R.SECURITY},
    "session.end": frozenset({R.SECURITY}),
    "powers.read": ADMINISTRATORS | {R.DIRECTOR},
    # a token acts as the person who makes it and can do nothing that they cannot
    "token.make": OFFICE | UNIT_ROLES | {R.READER} | ADMINISTRATORS,
    "token.manage": frozenset({R.SECURITY}),
    "audit.read": frozenset({R.AUDIT}),
    "service.manage": frozenset({R.SYSTEM}),
    "clock.confirm": frozenset({R.DIRECTOR}),
}


def demand(actor: Actor, deed: str) -> Role:
    """The role by which the actor may do the deed; raises E-403."""
    for post in actor.posts:
        if post.role in DEEDS[deed]:
            return post.role
    raise denied(actor, deed)


def demand_unit(actor: Actor, deed: str, unit_id: int) -> Role:
    """The role by which the actor may do the deed for a unit; another unit's is denied in the same words."""
    for post in actor.posts:
        if post.role in DEEDS[deed] and (post.role not in UNIT_ROLES or post.unit_id == unit_id):
            return post.role
    raise denied(actor, deed, elsewhere=actor.holds(*DEEDS[deed]))


def denied(actor: Actor, deed: str, *, elsewhere: bool = False) -> Denied:
    """The refusal of a deed that was not granted; ``elsewhere`` when the actor holds the duty in another unit."""
    roles = DEEDS.get(deed) or frozenset()
    return Denied(
        "E-403",
        _("You may not do this ({deed}).").format(deed=labels.deed(deed)),
        where=f"{actor.name} ({actor.login})",
        remedy=needed(roles, elsewhere=elsewhere),
        deed=deed,
    )


def needed(roles: Iterable[Role], *, elsewhere: bool) -> str:
    """Which duties a deed takes; a duty held in another unit does not count, and that is said."""
    names = listed(sorted(role.label for role in roles))
    if not names:
        return ""
    if elsewhere:
        return _("It takes one of these duties in the unit that it is about: {roles}").format(roles=names)
    return _("It takes one of these duties: {roles}").format(roles=names)


def not_there(kind: str, number: object) -> NotFound:
    """The same words whether a thing is absent or not yours."""
    return NotFound(
        "E-404",
        _("{kind} {number} was not found.").format(kind=kind, number=number),
        remedy=_("Check the number or the name; the lists show what there is for you."),
    )


def relation(actor: Actor, unit_id: int, named_units: Collection[int]) -> Relation:
    """How the actor's units stand to a task of ``unit_id`` whose clause names ``named_units``."""
    mine = actor.units()
    if unit_id in mine:
        return Relation.OWN
    return Relation.CO if mine & set(named_units) else Relation.OTHER


def may_see_task(actor: Actor, related: Relation, task: TaskRow, *, copied: bool = False) -> bool:
    """Whether a task exists for this actor at all; ``copied``: it was shown to them for information 抄送."""
    if copied or actor.holds(*OFFICE):
        return True
    if actor.holds(Role.READER) and _reader_sees(task):
        return True
    return actor.holds(*UNIT_ROLES) and related is not Relation.OTHER


def may_see_report(actor: Actor, related: Relation, task: TaskRow, *, copied: bool = False) -> bool:
    """Whether the actor may read what was filed: a co-named unit sees that it was, not what."""
    if not may_see_task(actor, related, task, copied=copied):
        return False
    return copied or related is Relation.OWN or not _only_unit(actor)


def _reader_sees(task: TaskRow) -> bool:
    """A reader sees what is approved, and what waits for a reader's own signature."""
    asked = any(Role.READER in step.roles for step in task.flow.steps_from(task.state))
    return asked or task.stage in (Stage.REVIEWED, Stage.AGGREGATED)


def _only_unit(actor: Actor) -> bool:
    return not actor.holds(*OFFICE, Role.READER)


def acting_role(actor: Actor, step: Step, unit_id: int, co_units: Collection[int] = ()) -> Role | None:
    """The role by which the actor may take a step on a task of this unit, or None."""
    return may_act(step, actor.posts, unit_id, co_units)


def offered(actor: Actor, task: TaskRow, co_units: Collection[int] = ()) -> list[Step]:
    """The steps this actor may take now, in the order of the flow."""
    return [
        step
        for step in task.flow.steps_from(task.state)
        if acting_role(actor, step, task.unit_id, co_units) is not None
    ]


def check_posts(posts: Iterable[Post]) -> None:
    """Separated powers: nobody holds two of the three administrators, nor one beside any other duty."""
    held = {post.role for post in posts}
    if len(held & ADMINISTRATORS) > 1 or (held & ADMINISTRATORS and held - ADMINISTRATORS):
        raise Refused(
            "E-A05",
            _("An administrator's duty cannot be held together with another duty."),
            remedy=_("Give it to another person."),
        )
