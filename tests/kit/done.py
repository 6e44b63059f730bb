"""How each deed of the matrix is really done: the very functions that commands, pages and the interface call.

``DONE`` has one entry for each line of ``workflow/authorisation.txt``; ``tests/integration/test_authorisation.py`` runs
them all as everybody and fails where one is missing.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import commands.people
import commands.trail
from deeds import downloads, evidence, months, own_words, registers, rules_editing, running
from deeds import requests as asked
from deeds.board import looking
from deeds.levels import answering, correcting, handing_down, standing, taking
from deeds.task_views import story
from kit import tables
from kit.levels import BELOW
from kit.office import MONTH
from kit.stage import KEPT, LATE, Seat
from kit.world import CO, OWN, REASON, make_code
from models.drafts import ProblemDraft
from models.evidence import SignaturesSeen
from models.office_key import OfficeKey
from models.states import EvidenceKind, PaperKind, PhotoShows, RequestKind, Role
from models.store import Store
from schedules import clock_guard, drafts
from workflow import (
    adoption,
    archiving,
    backup,
    calendar_address,
    calendar_store,
    filings,
    flow_migration,
    flow_reading,
    flow_store,
    flow_views,
    inspections,
    ledger,
    messages,
    notice_drafts,
    papers,
    peers,
    people,
    periods,
    phrases,
    problems,
    requests,
    session_ending,
    summaries,
    template_store,
    tokens,
    units,
)
from workflow.calendar import seed_year

if TYPE_CHECKING:
    from collections.abc import Callable

    from kit.stage import Stage
    from workflow.case import Actor

#: no thing of any kind has this number, and no form this code
NO_NUMBER, NO_CODE = 98765, "9999-9999"
_NOTICE = tables.table(tables.clause("1.1", OWN), title="另一份通知", source_sha256="b" * 64)
_KEY = OfficeKey(b"\x03" * 32).public
_PROBLEM = ProblemDraft("inspection", "新问题", date(2022, 6, 8), date(2022, 9, 30), (OWN,))


@dataclass(frozen=True)
class Doing:
    """``work(stage, actor, thing)`` does the deed: true where it was done, or where what is asked for was shown."""

    work: Callable[[Stage, Actor, Any], Any]
    #: what it is done to: names in ``Things``, a login, ``self``; one empty name where it is about nothing
    things: tuple[str, ...] = ("",)
    #: a thing of the kind that there is not
    missing: Any = NO_NUMBER
    #: the deed by which such a thing is there at all for somebody: E-404 without it
    sight: str = ""
    #: the deed that is asked before the thing is looked for: E-403 without it
    door: str = ""
    #: what is not the person's is not in the list, which is no refusal
    lists: bool = False
    #: it looks, and changes nothing where it is granted, either
    looks: bool = False
    #: a page: only whoever has an account comes to it
    page: bool = False
    #: the code by which it is refused to oneself
    own: str = "E-403"


def _plain(deed: str, work: Callable[..., Any], *args: Any, looks: bool = False, **options: Any) -> Doing:
    """A deed about nothing that belongs to a unit."""
    return Doing(lambda stage, actor, _: stage.whole(actor, deed, work, *args, **options) or True, looks=looks)


def _page(path: str) -> Doing:
    return Doing(lambda stage, actor, _: stage.open(actor, path), looks=True, page=True)


def _seated(work: Callable[[Seat], Any], *, looks: bool = False) -> Doing:
    return Doing(lambda stage, actor, _: work(Seat(stage, actor)) or True, looks=looks)


def _command(command: Any, *words: Any) -> Doing:
    """What stands behind a command, without its parsing."""
    return _seated(lambda seat: inspect.unwrap(command.callback)(seat, *words), looks=True)


def _story(deed: str, part: str) -> Callable[[Stage, Actor, Any], Any]:
    def work(stage: Stage, actor: Actor, task: Any) -> Any:
        told = stage.whole(actor, deed, lambda c, o, a: story(c, o, a, task, LATE))
        return told[part]

    return work


def _month_of(stage: Stage, task: int) -> str:
    period = stage.world.row("task", task)["period_id"]
    return str(stage.world.row("period", period)["month"])


def _on_board(stage: Stage, actor: Actor, task: Any) -> bool:
    month = _month_of(stage, task)
    look = stage.whole(actor, "board.read", lambda c, o, a: looking.look(c, o, a, month, "", LATE))
    return task in [entry.task.id for entry in look.by_month[month]]


def _in_ledger(stage: Stage, actor: Actor, problem: Any) -> bool:
    told = stage.whole(actor, "problem.export", lambda c, o, a: ledger.ledger_facts(c, o, LATE, actor=a))
    return problem in [line.number for line in told.lines]


def _clause(stage: Stage, actor: Actor, _thing: Any) -> bool:
    found = stage.whole(actor, "clause.read", registers.clauses, 0, 200)
    return "1.1" in [row["number"] for row in found]


def _asked_for(stage: Stage, actor: Actor, request: Any) -> bool:
    found, _total = stage.whole(actor, "request.read", asked.find_requests)
    return request in [row["id"] for row in found]


def _form(stage: Stage, actor: Actor, code: Any) -> Any:
    seat = Seat(stage, actor)
    return seat.look_up("form.read", lambda c: evidence.form_story(c, seat, code))


def _verify(stage: Stage, actor: Actor, code: Any) -> Any:
    """As ``duban form verify`` does."""
    seat, seen = Seat(stage, actor), SignaturesSeen()
    seat.demand("form.verify")
    told = seat.look_up("form.verify", lambda c: evidence.form_story(c, seat, code))
    paper = stage.things.picture
    return seat.perform("form.verify", lambda c: filings.verified(c, 1, actor, told["id"], paper, seen, LATE))


def _attach(stage: Stage, actor: Actor, code: Any) -> Any:
    stored = filings.StoredFile("e" * 64, "扫描件.pdf", "application/pdf", 9)
    return stage.whole(actor, "form.attach", filings.attach, code, stored, EvidenceKind.SCAN, "李一", "公章", LATE)


def _print(stage: Stage, actor: Actor, _thing: Any) -> Any:
    world = stage.world
    return stage.whole(actor, "form.print", filings.print_form, world.period_id, world.units[OWN], make_code, LATE)


def _photo(stage: Stage, actor: Actor, problem: Any) -> Any:
    stored = filings.StoredFile("f" * 64, "整改后.jpg", "image/jpeg", 9)
    return stage.whole(actor, "problem.photo", problems.add_photo, problem, stored, PhotoShows.FOUND, "", LATE)


def _picture(stage: Stage, actor: Actor, problem: Any) -> Any:
    return downloads.of_problem(Seat(stage, actor), problem, stage.things.picture).data


def _transfer(stage: Stage, actor: Actor, task: Any) -> Any:
    return stage.whole(actor, "request.ask", requests.ask, task, RequestKind.TRANSFER, REASON, LATE)


def _decide(stage: Stage, actor: Actor, request: Any) -> Any:
    return stage.whole(actor, "request.decide", requests.decide, request, grant=False, reason=REASON, now=LATE)


def _chasing(kind: PaperKind) -> Doing:
    def work(stage: Stage, actor: Actor, _thing: Any) -> Any:
        world = stage.world
        store = Store(world.folder / "store")
        return papers.make(world.database, 1, actor, kind, world.units[CO], MONTH, store, lambda _: KEPT, LATE)

    return Doing(work)


def _circular(stage: Stage, actor: Actor, _thing: Any) -> Any:
    store, numbers = Store(stage.world.folder / "store"), [stage.things.draft]
    return drafts.issue(stage.world.database, 1, actor, numbers, store, lambda _: KEPT, LATE)


def _summary(stage: Stage, actor: Actor, _thing: Any) -> Any:
    world, store = stage.world, Store(stage.world.folder / "store")
    return summaries.issue(world.database, 1, actor, world.period_id, store, lambda _: KEPT, LATE, number="2号")


def _export(stage: Stage, actor: Actor, _thing: Any) -> Any:
    month = stage.whole(actor, "archive.export", archiving.gather, MONTH)
    return stage.whole(actor, "archive.export", archiving.record, month, "folder", "c" * 64, LATE)


def _migrate(stage: Stage, actor: Actor, _thing: Any) -> Any:
    with stage.world.database.read() as connection:
        plan = flow_migration.plan(connection, 1, flow_store.MONTHLY)
    return stage.whole(actor, "flow.migrate", flow_migration.apply, plan.digest, flow_store.MONTHLY, LATE)


def _login(stage: Stage, actor: Actor, thing: Any) -> str:
    """Somebody's login; for ``self`` that of the actor, or of the one they stand in for."""
    number = (actor.acting_for_id or actor.person_id) if thing == "self" else stage.world.people[thing]
    return next((login for login, one in stage.world.people.items() if one == number), "scheduler")


def _absence(stage: Stage, actor: Actor, thing: Any) -> Any:
    login, days = _login(stage, actor, thing), (date(2022, 9, 1), date(2022, 9, 2))
    instead = "idle" if thing == "self" else "system2"
    return stage.whole(actor, "absence.set", people.set_absence, login, instead, *days, LATE)


def _rescue(stage: Stage, actor: Actor, thing: Any) -> Any:
    login = _login(stage, actor, thing)
    return stage.whole(actor, "person.rescue", people.reset_person, login, "code", LATE) is None


def _grant(stage: Stage, actor: Actor, thing: Any) -> Any:
    return stage.whole(actor, "duty.grant", people.grant, _login(stage, actor, thing), Role.READER, LATE)


def _revoke(stage: Stage, actor: Actor, token: Any) -> Any:
    return stage.whole(actor, "token.manage", tokens.revoke, token, LATE) is None


def _read_draft(source: str) -> dict[str, Any]:
    return {"title": "通知", "source_name": "通知.txt", "source_sha256": source * 64}


def _open_month(seat: Seat) -> Any:
    return seat.perform("period.open", lambda c: months.open_in(c, seat, "2022-12", None))


def _facts(seat: Seat) -> Any:
    period = seat.stage.world.period_id
    return seat.look_up("summary.build", lambda c: summaries.build(c, 1, seat.actor, period, LATE))


def _parcels(stage: Stage, actor: Actor, number: Any) -> bool:
    seat = Seat(stage, actor)
    return number in [one.number for one in seat.look_up("parcel.read", lambda c: standing.listing(c, seat))]


def _take_again(stage: Stage, actor: Actor, number: Any) -> Any:
    """What came is there already: who might have taken it is told so."""
    seat, row = Seat(stage, actor), stage.world.row("parcel", number)
    return taking.take(seat, seat.store.get(row["sha256"]), "上报.parcel")


def _correct(stage: Stage, actor: Actor, number: Any) -> Any:
    return correcting.correct(Seat(stage, actor), number, "1.1", {"percent": 60}, REASON)


_INTERNAL = flow_reading.read_flow(f"{flow_store.shipped('internal_report').text}\n# reworded\n")

DONE: dict[str, Doing] = {
    "notice.draft": _plain("notice.draft", notice_drafts.keep, _read_draft("9"), LATE),
    "notice.adopt": _plain("notice.adopt", adoption.adopt, _NOTICE, *tables.told(_NOTICE), LATE),
    "clause.read": Doing(_clause, ("reported",), lists=True, looks=True),
    "period.open": _seated(_open_month),
    "period.move": _plain("period.move", periods.move_due, MONTH, date(2022, 7, 5), REASON, LATE),
    "period.close": _plain("period.close", periods.close_period, "2022-05", LATE),
    "calendar.import": _plain("calendar.import", calendar_store.import_year, seed_year(2022), "国办发", LATE),
    "task.read": Doing(_story("task.read", "id"), ("reported", "approved"), sight="task.read", looks=True),
    "report.read": Doing(_story("task.read", "reports"), ("reported", "approved"), sight="task.read", lists=True, looks=True),
    "attachment.read": Doing(_picture, ("problem", "rectified"), sight="task.read", door="attachment.read", looks=True),
    "task.sign": _page("/sign"),
    "task.review": _page("/review"),
    "phrase.change": _plain("phrase.change", phrases.add, ["请补充数据。"], LATE),
    "board.read": Doing(_on_board, ("reported", "approved"), door="board.read", lists=True, looks=True),
    "calendar.address": _plain("calendar.address", calendar_address.make, "token", LATE),
    "request.read": Doing(_asked_for, ("request",), lists=True, looks=True),
    "request.ask": Doing(_transfer, ("fresh",), sight="task.read"),
    "request.decide": Doing(_decide, ("request",)),
    "form.read": Doing(_form, ("code",), NO_CODE, sight="form.read", door="form.read", looks=True),
    "form.print": Doing(_print, ("reported",)),
    "form.attach": Doing(_attach, ("code",), NO_CODE, sight="form.read"),
    "form.verify": Doing(_verify, ("code",), NO_CODE, sight="form.read", door="form.verify"),
    "problem.register": _plain("problem.register", problems.register, _PROBLEM, LATE),
    "problem.photo": Doing(_photo, ("problem", "rectified"), sight="task.read"),
    "problem.export": Doing(_in_ledger, ("problem", "rectified"), door="problem.export", lists=True, looks=True),
    "inspection.record": _plain("inspection.record", inspections.record, "检查", date(2022, 6, 8), "", "", "", LATE),
    "summary.build": _seated(_facts, looks=True),
    "summary.issue": Doing(_summary),
    "summary.read": _plain("summary.read", registers.issued_summary, "2022-05", looks=True),
    "paper.urge": _chasing(PaperKind.URGING),
    "paper.supervise": _chasing(PaperKind.SUPERVISION),
    "draft.issue": Doing(_circular),
    "paper.void": Doing(lambda s, a, n: s.whole(a, "paper.void", papers.void, n, REASON, LATE), ("paper",)),
    "paper.read": Doing(lambda s, a, n: s.whole(a, "paper.read", papers.find, n), ("paper",), looks=True),
    "archive.export": Doing(_export),
    "archive.verify": _plain("archive.verify", archiving.export_of, "c" * 64, looks=True),
    "plan.read": _plain("plan.read", drafts.list_drafts, looks=True),
    "peer.manage": _plain("peer.manage", peers.add, "省督查室", _KEY.text, _KEY.fingerprint, "", LATE),
    "parcel.read": Doing(_parcels, ("parcel",), lists=True, looks=True, door="parcel.read"),
    "parcel.hand_down": _seated(lambda seat: handing_down.hand_down(seat, BELOW, seat.stage.world.notice_id)),
    "parcel.report": Doing(_correct, ("answer",)),
    "parcel.answer": Doing(lambda s, a, n: answering.answer(Seat(s, a), n), ("parcel",)),
    "parcel.take": Doing(_take_again, ("parcel",), looks=True),
    "message.read": Doing(lambda s, a, n: s.whole(a, "message.read", messages.show_message, n), ("dead",), looks=True),
    "message.retry": Doing(lambda s, a, n: s.whole(a, "message.retry", messages.retry, n, LATE) is None, ("dead",)),
    "message.release": Doing(lambda s, a, n: s.whole(a, "message.release", messages.release, [n], LATE), ("held",)),
    "channel.test": _seated(lambda seat: running.try_channel(seat, "file", "x", "1@x")),
    "clock.confirm": _plain("clock.confirm", clock_guard.confirm, LATE),
    "rules.read": _page("/rules"),
    "rules.edit": _seated(lambda seat: rules_editing.save(seat, rules_editing.shipped_text(), "")),
    "flow.read": _plain("flow.read", flow_views.versions, looks=True),
    "flow.install": _plain("flow.install", flow_store.install, _INTERNAL, LATE),
    "flow.migrate": Doing(_migrate),
    "template.read": _seated(own_words.rows, looks=True),
    "template.install": _plain("template.install", template_store.install, "approved/subject", "已通过", LATE),
    "unit.manage": _plain("unit.manage", units.add_unit, "市新设局", LATE),
    "person.read": _command(commands.people.show),
    "person.manage": _plain("person.manage", people.add_person, "newcomer", "新人", LATE),
    "person.rescue": Doing(_rescue, ("system2", "self"), own="E-A14"),
    "duty.grant": Doing(_grant, ("idle", "self"), own="E-A09"),
    "absence.set": Doing(_absence, ("idle", "self")),
    "session.end": _plain("session.end", session_ending.end_sessions, "clerk1", LATE),
    "powers.read": _page("/duties/powers"),
    "token.make": _plain("token.make", tokens.make, "duban_new", "平台", ("read",), 90, LATE),
    "token.manage": Doing(_revoke, ("token",), sight="token.manage"),
    "audit.read": _command(commands.trail.show, None, 5),
    "service.manage": _plain("service.manage", backup.begin, "backup.tar", LATE),
}  # fmt: skip
