"""Urging notices, supervision notices and circulars: made from plain facts, numbered, frozen, voided with a reason.

A paper is made like the summary: its facts are read, rendered by the caller (this room does not see ``documents``) and
read again under the office's lock; if anything changed meanwhile, nothing is kept. Numbers run by office, kind and
year; a voided paper keeps its number, so that a gap can never hide one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from models import tables as t
from models.adding import insert
from models.errors import Conflict, Refused
from models.language import _
from models.plain import to_plain
from models.states import PaperKind, Role
from models.times import local_date
from models.words import letters
from workflow import audit, owing, permissions
from workflow.operation import perform
from workflow.paging import SIZE, page_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from models.database import Database
    from models.paper_facts import ChasingFacts
    from models.rendering import Rendered
    from models.store import Store
    from workflow.case import Actor, TaskRow

    Renderer = Callable[[ChasingFacts], Rendered]

#: who makes which kind by hand; a circular is issued from its draft
DEEDS: Final = {PaperKind.URGING: "paper.urge", PaperKind.SUPERVISION: "paper.supervise"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a paper is to say: to which units, about which of their tasks, with how many working days to answer."""

    kind: PaperKind
    tasks: tuple[TaskRow, ...]
    working_days: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class IssuedPaper:
    """An issued paper: its number among all papers, its number in the year, its files by kind (SHA-256)."""

    paper_id: int
    kind: PaperKind
    year: int
    number: int
    files: dict[str, str]
    facts: ChasingFacts

    @property
    def cited(self) -> str:
        """〔2022〕3号."""
        return cited(self.year, self.number)


def cited(year: int, number: int) -> str:
    """A paper's number as people cite it: 〔2022〕3号."""
    return f"〔{year}〕{number}号"


def make(
    database: Database,
    office_id: int,
    actor: Actor,
    kind: PaperKind,
    unit_id: int,
    month: str,
    store: Store,
    render: Renderer,
    now: datetime,
    *,
    working_days: int = 0,
) -> IssuedPaper:
    """An urging or supervision notice to a unit about everything overdue of a month (empty: of the problem ledger)."""

    def ask(connection: Connection) -> tuple[Asked, Role]:
        return _asked(connection, office_id, actor, kind, unit_id, month, now, working_days)

    return issue(database, office_id, actor, DEEDS[kind], ask, store, render, now)


def preview(
    connection: Connection,
    office_id: int,
    actor: Actor,
    kind: PaperKind,
    unit_id: int,
    month: str,
    now: datetime,
    *,
    working_days: int = 0,
) -> ChasingFacts:
    """What ``make`` would write now; nothing is recorded and no number is taken."""
    asked, _role = _asked(connection, office_id, actor, kind, unit_id, month, now, working_days)
    return facts_of(connection, office_id, actor, asked, now)


def _asked(
    connection: Connection,
    office_id: int,
    actor: Actor,
    kind: PaperKind,
    unit_id: int,
    month: str,
    now: datetime,
    working_days: int,
) -> tuple[Asked, Role]:
    role = permissions.demand(actor, DEEDS[kind])
    tasks = owing.overdue(connection, office_id, unit_id, month, now)
    _not_asked_already(connection, office_id, kind, tasks, now)
    return Asked(kind, tuple(tasks), working_days or owing.WORKING_DAYS[kind]), role


def issue(
    database: Database,
    office_id: int,
    actor: Actor,
    deed: str,
    ask: Callable[[Connection], tuple[Asked, Role]],
    store: Store,
    render: Renderer,
    now: datetime,
    also: Callable[[Connection, IssuedPaper], None] = lambda _connection, _made: None,
) -> IssuedPaper:
    """Render, store and freeze a paper, or change nothing; ``also`` is done in the same transaction."""

    def prepare(connection: Connection) -> tuple[ChasingFacts, audit.Head]:
        asked, _role = ask(connection)
        return facts_of(connection, office_id, actor, asked, now), audit.head(connection, office_id)

    facts, head = perform(database, office_id, actor, deed, prepare, now)
    facts = replace(facts, head_short=head.short)
    rendered = render(facts)
    files = {kind: store.put(data) for kind, data in rendered.items()}

    def write(connection: Connection) -> IssuedPaper:
        asked, role = ask(connection)
        if replace(facts_of(connection, office_id, actor, asked, now), head_short=facts.head_short) != facts:
            raise Conflict(
                "E-409",
                _("Something changed while the paper was being written."),
                remedy=_("Nothing was kept. Make it again."),
            )
        made = _freeze(connection, office_id, actor, role, asked, facts, files, head, now, rendered.words_sha256)
        also(connection, made)
        return made

    return perform(database, office_id, actor, deed, write, now)


def facts_of(connection: Connection, office_id: int, actor: Actor, asked: Asked, now: datetime) -> ChasingFacts:
    """Everything the paper says if it is issued now, but the head of the trail."""
    year = local_date(now).year
    number = _next_number(connection, office_id, asked.kind, year)
    earlier = owing.earlier(connection, office_id, asked.kind, asked.tasks)
    facts = owing.chasing_facts(connection, office_id, asked.kind, asked.tasks, asked.working_days, now)
    return replace(facts, year=year, number=number, issued_by=actor.name, reason=asked.reason, earlier=earlier)


def _next_number(connection: Connection, office_id: int, kind: PaperKind, year: int) -> int:
    last = connection.scalar(
        sa.select(sa.func.max(t.paper.c.number)).where(
            t.paper.c.office_id == office_id, t.paper.c.kind == kind.value, t.paper.c.year == year
        )
    )
    return (last or 0) + 1


def _not_asked_already(
    connection: Connection, office_id: int, kind: PaperKind, tasks: Sequence[TaskRow], now: datetime
) -> None:
    """A second paper about the same before the first one's time limit has run out would be one too many."""
    wanted = owing.about(tasks)
    for row in owing.standing(connection, office_id, [task.id for task in tasks], kind):
        if row.facts["until"] >= local_date(now).isoformat() and all(one in row.about for one in wanted):
            raise Refused(
                "E-S51",
                _("A paper about exactly this was issued and its time limit runs until {day}: {kind} {number}.").format(
                    day=row.facts["until"], kind=kind.label, number=cited(row.year, row.number)
                ),
                remedy=_("Wait for that day, or declare it void: duban paper void {id} --reason …").format(id=row.id),
            )


def _freeze(
    connection: Connection,
    office_id: int,
    actor: Actor,
    role: Role,
    asked: Asked,
    facts: ChasingFacts,
    files: dict[str, str],
    head: audit.Head,
    now: datetime,
    words_sha256: str,
) -> IssuedPaper:
    paper_id = insert(
        connection,
        t.paper,
        office_id,
        kind=asked.kind.value,
        year=facts.year,
        number=facts.number,
        units=list(dict.fromkeys(task.unit_id for task in asked.tasks)),
        about=owing.about(asked.tasks),
        facts=to_plain(facts),
        files=files,
        head_seq=head.seq,
        head_hash=head.hash,
        issued_by=actor.login,
        issued_at=now,
    )
    detail = {"kind": asked.kind.value, "number": cited(facts.year, facts.number), "files": files}
    detail |= {"words": words_sha256} if words_sha256 else {}
    entry = audit.Entry("paper.issue", "paper", paper_id, role=role.value, reason=asked.reason, detail=detail)
    audit.append(connection, office_id, actor, entry, now)
    return IssuedPaper(paper_id, asked.kind, facts.year, facts.number, files, facts)


def void(connection: Connection, office_id: int, actor: Actor, paper_id: int, reason: str, now: datetime) -> str:
    """Declare a paper void; it stays with its number and the reason. Returns how it is cited."""
    role = permissions.demand(actor, "paper.void")
    found = find(connection, office_id, actor, paper_id)
    if not letters(reason):
        raise Refused("E-S02", _("A reason is needed."), remedy=_("Add it with --reason."))
    if found["voided_at"] is not None:
        raise Refused("E-S53", _("Paper {id} has been declared void already.").format(id=paper_id))
    insert(
        connection, t.voiding, office_id, paper_id=paper_id, reason=reason.strip(), voided_by=actor.login, voided_at=now
    )
    number = cited(found["year"], found["number"])
    detail = {"kind": found["kind"], "number": number}
    entry = audit.Entry("paper.void", "paper", paper_id, role=role.value, reason=reason.strip(), detail=detail)
    audit.append(connection, office_id, actor, entry, now)
    return number


def list_papers(
    connection: Connection,
    office_id: int,
    actor: Actor,
    *,
    kind: str = "",
    year: int = 0,
    newest: bool = False,
    page: int = 1,
    size: int = SIZE,
) -> tuple[list[dict[str, Any]], int]:
    """A page of the papers with whether they are void, by kind, year and number or the ``newest`` first, and their count."""
    permissions.demand(actor, "paper.read")
    p = t.paper.c
    query = _with_voiding().where(t.paper.c.office_id == office_id)
    if kind:
        query = query.where(p.kind == kind)
    if year:
        query = query.where(p.year == year)
    return page_of(connection, query.order_by(*([p.id.desc()] if newest else [p.kind, p.year, p.number])), page, size)


def find(connection: Connection, office_id: int, actor: Actor, paper_id: int) -> dict[str, Any]:
    """One paper; E-404 where there is none."""
    permissions.demand(actor, "paper.read")
    query = _with_voiding().where(t.paper.c.office_id == office_id, t.paper.c.id == paper_id)
    row = connection.execute(query).mappings().first()
    if row is None:
        raise permissions.not_there(_("Paper"), paper_id)
    return dict(row)


def _with_voiding() -> sa.Select[Any]:
    v = t.voiding.c
    same = sa.and_(v.office_id == t.paper.c.office_id, v.paper_id == t.paper.c.id)
    voided = (v.reason.label("void_reason"), v.voided_by, v.voided_at)
    return sa.select(t.paper, *voided).select_from(t.paper.outerjoin(t.voiding, same))
