"""What waits for the director: requests, drafts of circulars, held messages, summaries; looked at and decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response

from deeds.decisions import waiting
from deeds.papers import InOwnWords, notes_of
from deeds.seen import AsSeen, digest
from models import labels
from models.language import _, listed
from models.states import Decision
from models.times import shown
from schedules import clock_guard, drafts
from web.frame.desk import At
from web.frame.posted import Form, few_days, nothing_ticked
from web.frame.showing import show_draft
from workflow import messages, requests, units

if TYPE_CHECKING:
    from web.frame.desk import Desk
    from web.frame.posted import Posted

router = APIRouter(prefix="/decisions")
#: the working days that a circular gives for an answer
DAYS = 3


@router.get("")
def decisions(desk: At) -> Response:
    """Everything that waits."""
    now = desk.now()
    found = desk.look_up("plan.read", lambda c: waiting(c, desk.office_id, desk.actor, now))
    names = desk.read(lambda c: units.names_today(c, desk.office_id))
    choices = [(name, name) for name in names]
    return desk.page("decisions/list.html", waiting=found, unit_choices=choices, days=DAYS, labels=labels)


@router.post("/requests/{number}")
def decide(desk: At, form: Form, number: int) -> Response:
    """Grant a request with a day or a unit, or refuse it; both with the reason."""
    grant, now = form.text("decision") == Decision.GRANTED, desk.now()
    given: dict[str, Any] = {"due_on": form.day("due_on"), "unit": form.text("unit")} if grant else {}
    said = desk.perform(
        "request.decide",
        lambda c: requests.decide(
            c, desk.office_id, desk.actor, number, grant=grant, reason=form.text("reason"), now=now, **given
        ),
    )
    sentence = _("Request {id}: {decision}.").format(id=number, decision=Decision(said).label)
    return desk.go("/decisions", said=sentence)


@router.get("/circular")
def circular(desk: At, draft: Annotated[list[int] | None, Query()] = None, days: int = DAYS) -> Response:
    """One circular of several drafts, as it would be issued now."""
    desk.demand("draft.issue")
    if not draft:
        raise nothing_ticked()
    numbers, now, given = draft, desk.now(), few_days(days)
    facts = desk.look_up(
        "draft.issue",
        lambda c: drafts.preview(c, desk.office_id, desk.actor, numbers, now, working_days=given),
    )
    made = InOwnWords(desk, facts.kind)(facts)
    return desk.page(
        "decisions/circular.html", paper=show_draft(desk, _("draft of a circular"), made), facts=facts,
        numbers=numbers, days=given, seen=digest(facts), notes=notes_of(f"paper/{facts.kind}", made),
    )  # fmt: skip


@router.post("/circular")
def issue(desk: At, form: Form) -> Response:
    """Issue it as it was seen."""
    desk.demand("draft.issue")
    numbers, days = form.ticked("draft"), few_days(form.number("days") or 0)
    render = InOwnWords(desk, "circular")
    as_seen = AsSeen(desk, "draft.issue", form.text("seen"), render)
    place = (desk.database, desk.office_id, desk.actor)
    made = drafts.issue(*place, numbers, desk.store, as_seen, desk.now(), working_days=days)
    said = [_("Draft {id} is issued; {count} people are told.").format(id=listed(map(str, numbers)), count=made.told)]
    if not made.told:
        said.append(_("The unit has no leader on duty; hand it the paper yourself, or have one entered."))
    return desk.go(f"/papers/{made.paper.paper_id}", said=" ".join([*said, *render.failures()]))


@router.post("/drafts/{number}/drop")
def drop(desk: At, form: Form, number: int) -> Response:
    """A draft is not issued."""
    now, why = desk.now(), form.text("reason")
    desk.perform("draft.drop", lambda c: drafts.drop(c, desk.office_id, desk.actor, number, why, now))
    return desk.go("/decisions", said=_("Draft {id} is dropped.").format(id=number))


@router.post("/clock")
def confirm_clock(desk: At, _form: Form) -> Response:
    """The clock and the data are right: sending goes on."""
    now = desk.now()
    undone = desk.perform("clock.confirm", lambda c: clock_guard.confirm(c, desk.office_id, desk.actor, now))
    said = _("Confirmed: it is {now}; {count} reminders decided too early were undone.")
    return desk.go("/decisions#held", said=said.format(now=shown(now), count=undone))


@router.post("/messages")
def settle(desk: At, form: Form) -> Response:
    """Let the chosen messages go, or all; or decide that the chosen ones are not sent."""
    desk.demand("message.release")
    what = form.text("what")
    if what == "drop":
        return _drop(desk, form)
    numbers = None if what == "all" else form.ticked("message")
    now = desk.now()
    gone = desk.perform("message.release", lambda c: messages.release(c, desk.office_id, desk.actor, numbers, now))
    return desk.go("/decisions#held", said=_("{count} messages released.").format(count=len(gone)))


def _drop(desk: Desk, form: Posted) -> Response:
    numbers, why, now = form.ticked("message"), form.text("reason"), desk.now()

    def work(connection: Any) -> None:
        for number in numbers:
            messages.drop(connection, desk.office_id, desk.actor, number, why, now)

    desk.perform("message.drop", work)
    said = _("Not sent: messages {numbers}.").format(numbers=listed(map(str, numbers)))
    return desk.go("/decisions#held", said=said)
