"""The months of the notice: opened, looked at, their due date moved, closed; each step is shown before it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from fastapi.responses import Response

from deeds.months import (
    YEAR,
    list_months,
    month_of,
    month_status,
    named_month,
    newest_notice,
    open_in,
    opened_words,
    opening,
    try_move,
    waivable,
)
from deeds.notices import behind_rosters
from deeds.plans import names
from deeds.task_conditions import Wanted
from deeds.task_views import find_tasks
from models import labels
from models.language import _
from models.states import FINISHED, Stage
from models.times import local_date
from web.frame.desk import At
from web.frame.paging import Page, Paging
from web.frame.posted import Form, needed_day, number_of
from workflow import actions, periods
from workflow.case import Given
from workflow.month_names import find_period
from workflow.month_names import names as names_of_months

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from web.frame.desk import Desk
    from web.frame.posted import Posted
    from workflow.periods import OpenedPeriod

router = APIRouter(prefix="/months")
#: the due dates on a day off may go there, or stay
ROLLS = ("none", "before", "after")


@router.get("")
def months(desk: At, page: Page = 1) -> Response:
    """Every month in pages of a year, and opening the next one."""
    rows, total = desk.look_up("summary.read", lambda c: list_months(c, desk.office_id, desk.actor, page))
    called = desk.read(lambda c: names_of_months(c, desk.office_id))
    choices = desk.read(lambda c: opening(c, desk.office_id)) if desk.may("period.open") else None
    paging, roll = Paging("/months", {}, page, total, YEAR), desk.settings.times.roll
    return desk.page("months/list.html", months=rows, called=called, choices=choices, roll=roll, paging=paging)


@router.get("/open")
def look_at_opening(desk: At, month: str = "", notice: str = "", roll: str = "", flow: str = "") -> Response:
    """What opening a month would make: its dates and how many tasks."""
    desk.demand("period.open")
    given = _opening(month, notice, roll, flow)
    opened = desk.tried("period.open", lambda c: _open(c, desk, given))
    notice_id = given["notice"] or desk.read(lambda c: newest_notice(c, desk.office_id))
    return desk.page(
        "months/open.html", opened=opened, given=given, late=opened.due_on < local_date(desk.now()),
        notice_id=notice_id, behind=behind_rosters(desk, notice_id),
    )  # fmt: skip


@router.post("/open")
def open_month(desk: At, form: Form) -> Response:
    """Open a month: its tasks are made."""
    desk.demand("period.open")
    given = _opening(*(form.text(name) for name in ("month", "notice", "roll", "flow")))
    opened = desk.perform("period.open", lambda c: _open(c, desk, given))
    name = desk.read(lambda c: names_of_months(c, desk.office_id))[opened.period_id]
    return desk.go(f"/months/{name}", said=" ".join(opened_words(opened)))


def _at(month: str) -> str:
    """The address below which this month's pages are, as it was named."""
    return f"/months/{named_month(month)}"


def _opening(month: str, notice: str, roll: str, flow: str) -> dict[str, Any]:
    """What was chosen, in the order in which a month is opened."""
    number = number_of(notice) if notice else None
    return {"month": month_of(month), "notice": number, "roll": roll if roll in ROLLS else None, "flow": flow}


def _open(connection: Connection, desk: Desk, given: dict[str, Any]) -> OpenedPeriod:
    return open_in(connection, desk, *given.values())


@router.get("/{month}")
def month(desk: At, month: str) -> Response:
    """How a month stands."""
    now = desk.now()
    found = desk.look_up("task.read", lambda c: month_status(c, desk, named_month(month), now))
    stages = [stage for stage in Stage if found["states"][stage.value]]
    return desk.page("months/show.html", at=_at(month), month=found, stages=stages, labels=labels)


@router.get("/{month}/move")
def look_at_move(desk: At, month: str, to: str = "", reason: str = "") -> Response:
    """Whom another due date would move, and what would be told otherwise; nothing is changed."""
    desk.demand("period.move")
    day, now = needed_day(to), desk.now()
    found = desk.tried("period.move", lambda c: try_move(c, desk, named_month(month), day, reason, now))
    people = desk.read(lambda c: names(c, desk.office_id))
    return desk.page("months/move.html", at=_at(month), move=found, reason=reason, labels=labels, names=people)


@router.post("/{month}/move")
def move(desk: At, form: Form, month: str) -> Response:
    """Move the due date."""
    desk.demand("period.move")
    named, day, why, now = named_month(month), needed_day(form.text("to")), form.text("reason"), desk.now()
    after = desk.settings.times.close_after_workdays

    def work(connection: Connection) -> int:
        return periods.move_due(connection, desk.office_id, desk.actor, named, day, why, now, close_after=after)

    count = desk.perform("period.move", work)
    said = _("{month} is due {day} now; {count} tasks follow.").format(
        month=named.month, day=day.isoformat(), count=count
    )
    return desk.go(_at(month), said=said)


@router.get("/{month}/close")
def look_at_close(desk: At, month: str) -> Response:
    """What is still open before a month is closed, by name; each can be waived."""
    desk.demand("period.close")
    now = desk.now()
    period = desk.read(lambda c: find_period(c, desk.office_id, named_month(month)))
    tasks = desk.read(lambda c: find_tasks(c, desk.office_id, desk.actor, Wanted(month=period.month), now))
    still = [task for task in tasks if task.period_id == period.id and task.stage not in FINISHED]
    issued = desk.read(lambda c: periods.is_issued(c, desk.office_id, period.id))
    return desk.page(
        "months/close.html",
        at=_at(month),
        period=period,
        still=still,
        waivable=waivable(desk.actor, still),
        issued=issued,
    )


@router.post("/{month}/close")
def close(desk: At, _form: Form, month: str) -> Response:
    """Close the month; what nobody finished stays so, on record."""
    named, now = named_month(month), desk.now()
    left = desk.perform("period.close", lambda c: periods.close_period(c, desk.office_id, desk.actor, named, now))
    said = _("{month} is closed; {count} tasks stay unfinished on record.").format(month=named.month, count=left)
    return desk.go(_at(month), said=said)


@router.post("/{month}/waive")
def waive(desk: At, form: Form, month: str) -> Response:
    """Excuse the ticked tasks, each with the same reason; what is refused is named."""
    desk.demand("task.read")
    commands = _waivers(form)
    place = (desk.database, desk.office_id, desk.actor)
    outcomes = actions.act_on_many(*place, commands, desk.now())
    refused = [one for one in outcomes if one.refusal is not None]
    said = _("{done} done, {refused} refused.").format(done=len(outcomes) - len(refused), refused=len(refused))
    why = [_("✗ task {id}: {refusal}").format(id=one.task_id, refusal=one.refusal) for one in refused[:3]]
    return desk.go(f"{_at(month)}/close", said=" ".join([said, *why]))


def _waivers(form: Posted) -> list[actions.Command]:
    """A command for each ticked task, at the version that the person saw."""
    given, key = Given(reason=form.text("reason")), form.text("key")
    return [
        actions.Command(
            form.text(f"action-{number}"), number, form.number(f"version-{number}"), given,
            f"{key}:{number}" if key else "",
        )
        for number in form.ticked("task")
    ]  # fmt: skip
