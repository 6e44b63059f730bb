"""Who may do what beside the steps of a flow: everything not granted in the matrix or there is refused.

The matrix stands in ``authorisation.txt``; here it is asked. The three administrators see no report content, and nobody
holds two of the three.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from models import labels
from models.errors import Denied, NotFound, Refused
from models.language import _, listed
from models.states import ADMINISTRATORS, APPROVED, Reach, Relation, Role
from workflow.authorisation import MATRIX
from workflow.relations import may_act, relation_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from workflow.case import Actor, Post, TaskRow
    from workflow.flow import Step

#: the duties to which every task is there
OFFICE: Final = frozenset(role for role, reach in MATRIX["task.read"].items() if reach is Reach.ALL)


def may(actor: Actor, deed: str) -> bool:
    """Whether the actor holds a duty that does the deed at all."""
    return actor.holds(*MATRIX[deed])


def reaches(actor: Actor, deed: str) -> frozenset[Reach]:
    """How far the actor's duties reach with a deed; empty when none does it."""
    granted = MATRIX[deed]
    return frozenset(granted[post.role] for post in actor.posts if post.role in granted)


def everywhere(actor: Actor, deed: str) -> bool:
    """Whether the actor does the deed without limit, whichever the unit."""
    return Reach.ALL in reaches(actor, deed)


def demand(actor: Actor, deed: str) -> Role:
    """The role by which the actor may do the deed; raises E-403."""
    for post in actor.posts:
        if post.role in MATRIX[deed]:
            return post.role
    raise denied(actor, deed)


def demand_unit(actor: Actor, deed: str, unit_id: int, co_units: Collection[int] = ()) -> Role:
    """The role by which the actor may do the deed for a unit, ``co_units`` beside it; another unit's is denied likewise."""
    role = _role_for_unit(actor, deed, unit_id, co_units)
    if role is None:
        raise denied(actor, deed, elsewhere=may(actor, deed))
    return role


def may_for_unit(actor: Actor, deed: str, unit_id: int) -> bool:
    """Whether the actor may do the deed for a unit."""
    return _role_for_unit(actor, deed, unit_id) is not None


def _role_for_unit(actor: Actor, deed: str, unit_id: int, co_units: Collection[int] = ()) -> Role | None:
    for post in actor.posts:
        reach = MATRIX[deed].get(post.role)
        if reach is not None and _covers(reach, relation_of(post, unit_id, co_units)):
            return post.role
    return None


def demand_person(actor: Actor, deed: str, person_id: int) -> Role:
    """The role by which the actor may do the deed to a person's account; raises E-403."""
    own = person_id in actor.people
    for post in actor.posts:
        reach = MATRIX[deed].get(post.role)
        if reach is not None and reach is not (Reach.OTHERS if own else Reach.SELF):
            return post.role
    if own or not may(actor, deed):
        raise denied(actor, deed)
    beyond = [role for role, reach in MATRIX[deed].items() if reach is not Reach.SELF]
    raise Denied(
        "E-403",
        _("You may do this for yourself only ({deed}).").format(deed=labels.deed(deed)),
        where=f"{actor.name} ({actor.login})",
        remedy=needed(beyond, elsewhere=False),
        deed=deed,
    )


def _covers(reach: Reach, related: Relation) -> bool:
    """Whether a reach takes in what is of a unit that stands so to the actor's."""
    if reach is Reach.OWN:
        return related is Relation.OWN
    return reach is not Reach.NAMED or related is not Relation.OTHER


def denied(actor: Actor, deed: str, *, elsewhere: bool = False) -> Denied:
    """The refusal of a deed that was not granted; ``elsewhere`` when the actor holds the duty in another unit."""
    return Denied(
        "E-403",
        _("You may not do this ({deed}).").format(deed=labels.deed(deed)),
        where=f"{actor.name} ({actor.login})",
        remedy=needed(MATRIX[deed], elsewhere=elsewhere),
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
    """Whether a task exists for this actor at all; ``copied``: it was shown to them for information 抄送.

    A copy opens a task to whoever may look at tasks at all: to no administrator, whatever they were shown before.
    """
    return _within(actor, "task.read", related, task) or (copied and may(actor, "task.read"))


def may_see_report(actor: Actor, related: Relation, task: TaskRow, *, copied: bool = False) -> bool:
    """Whether the actor may read what was filed: a co-named unit sees that it was, not what."""
    return _within(actor, "report.read", related, task) or (copied and may(actor, "report.read"))


def _within(actor: Actor, deed: str, related: Relation, task: TaskRow) -> bool:
    granted = MATRIX[deed]
    for post in actor.posts:
        reach = granted.get(post.role)
        if reach is Reach.APPROVED:
            if _approved_or_asked(task, post.role):
                return True
        elif reach is not None and _covers(reach, related):
            return True
    return False


def _approved_or_asked(task: TaskRow, role: Role) -> bool:
    """What is approved, and what waits for the signature of this duty."""
    if task.stage in APPROVED:
        return True
    return any(role in step.roles for step in task.flow.steps_from(task.state))


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
