"""Conditions by name: pure functions of a case that raise the refusal they stand for.

A flow names them under ``guards``, ``when`` and ``chosen_by``; adding one is a function here and its test. What must
be given with an action stands in ``given.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from models.errors import Denied, Refused
from models.language import N_, _, listed
from workflow.given import place
from workflow.registry import Registry
from workflow.relations import may_act

if TYPE_CHECKING:
    from collections.abc import Callable

    from workflow.case import Case, SeatRow
    from workflow.flow import Step


GUARDS: Final[Registry[Callable[[Case], None]]] = Registry()
CONDITIONS: Final[Registry[Callable[[Case], bool]]] = Registry()
CHOICES: Final[Registry[Callable[[Case], str]]] = Registry()


@GUARDS.named(N_("not received yet"))
def not_yet_received(case: Case) -> None:
    """A receipt is given once."""
    if case.task.received_at is not None:
        raise Refused(
            "E-S06",
            _("This task has already been received."),
            where=place(case),
            remedy=_("Go on with: duban task report {id}").format(id=case.task.id),
        )


@GUARDS.named(N_("the actor's turn to sign"))
def my_turn(case: Case) -> None:
    """A signature of a panel: the actor has a seat that is empty, and in a given order everybody before has signed."""
    mine = next((seat for seat in _empty(case) if seat.person_id in case.actor.people), None)
    if mine is None:
        raise Denied(
            "E-S34",
            _("No signature of yours is asked for here."),
            where=place(case),
            remedy=_("It waits for: {names}").format(names=listed(seat.name for seat in _empty(case)) or "–"),
        )
    first = _empty(case)[0]
    panel = case.task.flow.by_name[case.task.state].panel
    if panel is not None and panel.order == "given" and mine is not first:
        raise Refused(
            "E-S35",
            _("{name} signs before you.").format(name=first.name),
            where=place(case),
            remedy=_("You are told when it is your turn."),
        )


@GUARDS.named(N_("nobody who acts next has opened it"))
def unread(case: Case) -> None:
    """A task can be taken back 拿回 as long as nobody who has to act next has opened it."""
    if case.readers:
        raise Refused(
            "E-S36",
            _("{names} has opened it already, so it cannot be taken back.").format(names=listed(case.readers)),
            where=place(case),
            remedy=_("Ask for it to be returned."),
        )


@GUARDS.named(N_("it has been there before"))
def been_there(case: Case) -> None:
    """A task goes back only to a step that it has taken."""
    if case.given.to_state and case.given.to_state not in case.been:
        raise Refused(
            "E-S37",
            _("It never stood at “{state}”.").format(state=case.task.flow.state_label(case.given.to_state)),
            where=place(case),
            remedy=_("Choose a step that it has taken; its story shows them: duban task show {id}").format(
                id=case.task.id
            ),
        )


@GUARDS.named(N_("the person named may go on with it"))
def named_may_act(case: Case) -> None:
    """Forwarding 转办 goes to somebody who may take the next step; nobody is handed what they may not do."""
    for person in case.people:
        onward = case.task.flow.onward(case.task.state)
        if not any(may_act(step, person.posts, case.task.unit_id, case.co_units) for step in onward):
            raise Refused(
                "E-S38",
                _("{name} holds no duty that could go on with this task.").format(name=person.name),
                where=place(case),
                remedy=_("Name somebody else; see: duban person list"),
            )


def four_eyes(case: Case, step: Step) -> None:
    """Nobody approves what they filed or signed, in their own name or another's."""
    done = {person for action in step.four_eyes for person in case.takers.get(action, frozenset())}
    if case.actor.people & done and case.office.four_eyes:
        raise Denied(
            "E-S11",
            _("You filed or signed this report, so someone else must review it."),
            where=place(case),
            remedy=_("Ask another reviewer."),
        )


@CONDITIONS.named(N_("in the first round"))
def first_round(case: Case) -> bool:
    """The report has never been returned."""
    return case.task.round == 1


@CONDITIONS.named(N_("in a later round"))
def later_round(case: Case) -> bool:
    """The report has been returned before."""
    return case.task.round > 1


@CONDITIONS.named(N_("nobody waits to get it straight back"))
def no_returner_waits(case: Case) -> bool:
    """Nobody who returned it wants it straight back."""
    return not case.task.back_to


@CONDITIONS.named(N_("the last signature"))
def last_signature(case: Case) -> bool:
    """The panel is complete with this signature: one is enough 或签, or it is the last of all 会签."""
    panel = case.task.flow.by_name[case.task.state].panel
    return panel is None or panel.needs == "one" or len(_empty(case)) <= 1


@CONDITIONS.named(N_("others have still to sign"))
def signatures_missing(case: Case) -> bool:
    """Others have to sign after this one."""
    return not last_signature(case)


@CHOICES.named(N_("the state that is named"))
def given_state(case: Case) -> str:
    """The state that the actor chose; empty = the first that the flow names."""
    return case.given.to_state


@CHOICES.named(N_("straight back to the one who returned it"))
def returner(case: Case) -> str:
    """The state of the one who returned it and wants it straight back."""
    return case.task.back_to or "nobody"


def _empty(case: Case) -> list[SeatRow]:
    return [seat for seat in case.seats if not seat.signed]
