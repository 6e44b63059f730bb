"""The reviewer's desk: what waits, one report beside the last, decided about by keyboard or mouse, several at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from fastapi import APIRouter
from fastapi.responses import Response

from deeds import deciding, task_conditions, task_views
from deeds.review_queue import Wanted, narrowed, queue
from models.errors import BadInput, DubanError
from models.language import _, listed
from web.frame import steps
from web.frame.desk import At, Desk
from web.frame.paging import Page, Paging
from web.frame.posted import Form, Posted, nothing_ticked
from web.frame.statuses import status_of
from workflow import actions, permissions, phrases

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.engine import Connection

    from deeds.review_queue import Waiting

router = APIRouter(prefix="/review")
#: the ledger has no monthly report to lay beside another: what waits there is worked on from the list of tasks
_PROBLEMS: Final = task_conditions.Wanted(todo="any", about="problem")


@router.get("")
def waiting_list(desk: At, unit: str = "", month: str = "", item: str = "", page: Page = 1) -> Response:
    """Everything that waits, the longest waiting first."""
    wanted = Wanted(unit, month, item)
    everything = desk.look_up("task.review", lambda c: _queue(c, desk))
    found = narrowed(everything, wanted)
    paging = Paging("/review", wanted.question, page, len(found))
    return desk.page(
        "review/list.html",
        waiting=paging.of(found),
        paging=paging,
        whole=len(everything),
        passable=sum(bool(one.passing) and not one.barred for one in found),
        wanted=wanted,
        question=urlencode(wanted.question),
        units=_choices(one.task.unit_name for one in everything),
        months=_choices(one.task.month for one in everything),
        items=_choices(one.item for one in everything),
        problems=desk.read(lambda c: len(task_views.find_tasks(c, desk.office_id, desk.actor, _PROBLEMS, desk.now()))),
    )


def _queue(connection: Connection, desk: Desk) -> list[Waiting]:
    permissions.demand(desk.actor, "task.review")
    return queue(connection, desk.office_id, desk.actor, desk.now())


def _choices(values: Iterable[str]) -> list[tuple[str, str]]:
    return [(one, one) for one in sorted(set(values))]


@router.get("/phrases")
def phrase_list(desk: At) -> Response:
    """The phrases that are offered for a reason."""

    def work(connection: Connection) -> list[tuple[int, str, int]]:
        permissions.demand(desk.actor, "phrase.change")
        return phrases.phrases(connection, desk.office_id)

    return desk.page("review/phrases.html", phrases=desk.look_up("phrase.change", work), usual=usual_phrases())


def usual_phrases() -> list[str]:
    """What an office that has no phrases yet is proposed."""
    return [
        _("The progress is not concrete: add what was done this month, with figures."),
        _("The figure differs from the one reported last month: check it and explain."),
        _("The indicator has no value and no sufficient reason: complete it."),
        _("The seal or the signature is missing or cannot be read: scan the paper anew."),
        _("The next steps have no date and nobody responsible: complete them."),
    ]


@router.post("/phrases")
def add_phrases(desk: At, form: Form) -> Response:
    """New phrases, one a line."""
    texts = form.text("texts").splitlines()
    added = desk.perform("phrase.change", lambda c: phrases.add(c, desk.office_id, desk.actor, texts, desk.now()))
    return desk.go("/review/phrases", _("{count} phrases were added.").format(count=len(added)))


@router.post("/phrases/{number}")
def change_phrase(desk: At, form: Form, number: int) -> Response:
    """Other words for a phrase, or no longer offered."""
    desk.demand("phrase.change")
    office, actor, now = desk.office_id, desk.actor, desk.now()
    if form.text("do") == "end":
        desk.perform("phrase.change", lambda c: phrases.end(c, office, actor, number, now))
        return desk.go("/review/phrases", _("The phrase is offered no longer."))
    text = form.text("text")
    desk.perform("phrase.change", lambda c: phrases.change(c, office, actor, number, text, now))
    return desk.go("/review/phrases", _("The phrase was changed."))


@router.post("/batch")
def pass_several(desk: At, form: Form) -> Response:
    """Several at once: first what would happen, and only when that was seen the doing."""
    desk.demand("task.review")
    wanted, sure = wanted_of(form), form.flag("sure")
    chosen = _chosen(desk, form, wanted)
    if not chosen:
        raise nothing_ticked()
    tried = deciding.pass_many(desk, chosen, dry_run=not sure)
    good = [one for one in tried if one.outcome.refusal is None]
    return desk.page(
        "review/batch.html", tried=tried, good=good, bad=[one for one in tried if one.outcome.refusal is not None],
        versions=dict(chosen), sure=sure, wanted=wanted, question=urlencode(wanted.question),
    )  # fmt: skip


def _chosen(desk: Desk, form: Posted, wanted: Wanted) -> list[tuple[int, int]]:
    """The ticked reports with the versions that were seen, or the whole list as it stands now."""
    if form.flag("whole"):
        found = narrowed(desk.read(lambda c: _queue(c, desk)), wanted)
        return [(one.task.id, one.task.version) for one in found if one.passing and not one.barred]
    chosen = []
    for value in form.many("task"):
        task, _colon, version = value.partition(":")
        if not (task.isascii() and task.isdigit() and version.isascii() and version.isdigit()):
            raise BadInput("E-H45", _("The list of reports could not be read."), remedy=_("Open the list anew."))
        chosen.append((int(task), int(version)))
    return chosen


def wanted_of(form: Posted) -> Wanted:
    """Which reports are being worked through, as the form carries it along."""
    return Wanted(form.text("unit"), form.text("month"), form.text("item"))


@router.get("/{task_id}")
def sheet(desk: At, task_id: int, unit: str = "", month: str = "", item: str = "", against: str = "") -> Response:
    """One report beside the last month's, beside its clause, beside its paper."""
    return _sheet_page(desk, task_id, Wanted(unit, month, item), against=against)


def _sheet_page(
    desk: Desk, task_id: int, wanted: Wanted, *, against: str = "", refusal: DubanError | None = None,
    typed: steps.Typed | None = None,
) -> Response:  # fmt: skip
    waiting = narrowed(desk.look_up("task.review", lambda c: _queue(c, desk)), wanted)
    laid = deciding.spread(desk, task_id, against)
    offered = steps.offered_here(laid.told, laid.task)
    return desk.page(
        "review/sheet.html",
        spread=laid, task=laid.task, told=laid.told, sheet=laid.sheet,
        place=_place(waiting, task_id), steps=offered, papers=steps.papers_shown(laid.told, laid.task),
        phrases=desk.read(lambda c: phrases.phrases(c, desk.office_id)),
        wanted=wanted, question=urlencode(wanted.question), refusal=refusal, typed=typed or steps.Typed(),
        lost=typed is not None and typed.action not in {one["action"] for one in offered},
        others=others_at(desk, laid.task.id),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """Where a report stands in the queue; ``number`` from 1, None when it does not wait for this person."""

    number: int | None
    count: int
    before: int | None
    after: int | None
    waiting: Waiting | None


def _place(waiting: list[Waiting], task_id: int) -> Place:
    numbers = [one.task.id for one in waiting]
    if task_id not in numbers:
        return Place(None, len(numbers), None, next(iter(numbers), None), None)
    here = numbers.index(task_id)
    before, after = numbers[:here], numbers[here + 1 :]
    return Place(here + 1, len(numbers), next(reversed(before), None), next(iter(after), None), waiting[here])


@router.post("/{task_id}")
def decide(desk: At, form: Form, task_id: int) -> Response:
    """One step on one report, then on to the next; refused, it stands there again as it was typed."""
    wanted, typed = wanted_of(form), steps.typed(form)
    try:
        outcome = deciding.decide(desk, steps.command(form, task_id))
    except DubanError as refusal:
        if desk.is_part or status_of(refusal) == 404:
            raise
        return _sheet_page(desk, task_id, wanted, refusal=refusal, typed=typed)
    onward = desk.read(lambda c: deciding.next_of(c, desk, wanted, task_id))
    done = steps.done_words(outcome)
    question = f"?{urlencode(wanted.question)}" if wanted.question else ""
    if onward is None:
        return desk.go(f"/review{question}", done + _(" Nothing more of this list waits for you."))
    return desk.go(f"/review/{onward}{question}", done + _(" This is the next one."))


@router.get("/{task_id}/watch")
def watch(desk: At, task_id: int, version: int = 0) -> Response:
    """What an open page asks every quarter of a minute: whether somebody acted meanwhile, and who else has it open."""

    def work(connection: Connection) -> DubanError | None:
        task, _co_units = actions.visible_task(connection, desk.office_id, desk.actor, task_id)
        return None if task.version == version else actions.stale(connection, task)

    acted = desk.look_up("task.read", work)
    return desk.part("review/watch.html", "watch", acted=acted, others=others_at(desk, task_id))


def others_at(desk: Desk, task_id: int) -> str:
    """Who else has the page of a task open, as one list of names."""
    return listed(desk.site.presence.others(f"task {task_id}", desk.actor.name, desk.now()))
