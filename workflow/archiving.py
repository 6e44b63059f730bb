"""What of a month goes to the archive, item by item; and what the trail says of an export.

One folder an item 件: the notice, the summary, each unit's signed report of the month, each paper issued about it.
Nothing is rendered here.
Source: ``domain.md``, Keeping.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from models import tables as t
from models.archive import Item, ItemKind, StoredPart
from models.language import _
from models.states import Result
from models.times import local_date, shown
from workflow import audit, evidence, gathering, papers, permissions
from workflow.month_names import find_period

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from workflow.case import Actor
    from workflow.month_names import MonthName

#: the event that an archive was exported; its detail holds the hash that stands for every byte of it
EXPORTED = "archive.export"


@dataclass(frozen=True, slots=True)
class Month:
    """A month for the archive: its items in order, the head of the trail as they were read, the office's name."""

    month: str
    office: str
    items: tuple[Item, ...]
    head: audit.Head


def gather(connection: Connection, office_id: int, actor: Actor, month: MonthName | str) -> Month:
    """Everything of a month, in one consistent view; needs ``archive.export``."""
    permissions.demand(actor, "archive.export")
    period = find_period(connection, office_id, month)
    office = connection.execute(sa.select(t.office.c.name).where(t.office.c.id == office_id)).scalar_one()
    items = [_notice(connection, office_id, period), *_summary(connection, office_id, period, office)]
    items += [*_filings(connection, office_id, period), *_papers(connection, office_id, period, office)]
    return Month(period.month, office, tuple(items), audit.head(connection, office_id))


def _notice(connection: Connection, office_id: int, period: Any) -> Item:
    n = t.notice.c
    row = connection.execute(sa.select(t.notice).where(n.office_id == office_id, n.id == period.notice_id)).one()
    more = {"source_name": row.source_name, "source_sha256": row.source_sha256, "revision": str(row.revision),
            "adopted_by": _called(connection, office_id, row.adopted_by)}  # fmt: skip
    return Item(
        ItemKind.NOTICE, row.id, row.title, row.issuer, row.issued_on or local_date(row.adopted_at),
        number=row.document_number, facts=row.draft, more=more,
        events=_events(connection, office_id, {"notice": [row.id], "period": [period.id]}),
    )  # fmt: skip


def _summary(connection: Connection, office_id: int, period: Any, office: str) -> Iterator[Item]:
    s = t.summary.c
    query = sa.select(t.summary).where(s.office_id == office_id, s.period_id == period.id).order_by(s.number)
    for row in connection.execute(query):
        by = _called(connection, office_id, row.issued_by)
        title = _("Monthly summary {month}").format(month=period.month)
        yield Item(
            ItemKind.SUMMARY, row.id, title, office, local_date(row.issued_at),
            number=row.document_number, signed=(by,),
            parts=tuple(StoredPart(f"summary.{kind}", sha, paper=True) for kind, sha in sorted(row.files.items())),
            more={"words_sha256": row.words_sha256, "head": f"{row.head_seq}-{row.head_hash}"},
            events=_events(connection, office_id, {"summary": [row.id]}),
        )  # fmt: skip


def _filings(connection: Connection, office_id: int, period: Any) -> Iterator[Item]:
    """Each form that came back signed; of a unit of which none did, the last that was printed."""
    f = t.filing.c
    rows = connection.execute(
        sa.select(t.filing, t.unit.c.name.label("unit_name"))
        .join(t.unit, sa.and_(t.unit.c.office_id == f.office_id, t.unit.c.id == f.unit_id))
        .where(f.office_id == office_id, f.period_id == period.id)
        .order_by(f.unit_id, f.number)
    ).all()
    proofs = evidence.papers(connection, office_id, [row.id for row in rows])
    last = {row.unit_id: row.id for row in rows}
    signed = {row.unit_id for row in rows if row.id in proofs}
    for row in rows:
        if row.id in proofs or (row.unit_id not in signed and last[row.unit_id] == row.id):
            yield _filing(connection, office_id, period, row, proofs.get(row.id, []))


def _filing(connection: Connection, office_id: int, period: Any, row: Any, proofs: list[dict[str, Any]]) -> Item:
    tasks = [task for task, _version, _sha in row.covers]
    title = _("{unit}: report on the month {month}").format(unit=row.unit_name, month=period.month)
    return Item(
        ItemKind.FILING, row.id, title, row.unit_name, local_date(row.printed_at), unit=row.unit_name,
        signed=tuple(dict.fromkeys(proof["attested"]["signer"] for proof in proofs)),
        facts=gathering.form_facts(connection, office_id, row.id),
        parts=tuple(StoredPart(proof["stored"]["file"], proof["stored"]["sha256"]) for proof in proofs),
        proofs=tuple(_named(connection, office_id, proof) for proof in proofs),
        more={"check_code": row.check_code, "content_sha256": row.content_sha256, "form": str(row.number),
              "printed_by": _called(connection, office_id, row.printed_by)},
        events=_events(connection, office_id, {"filing": [row.id], "task": tasks}),
    )  # fmt: skip


def _papers(connection: Connection, office_id: int, period: Any, office: str) -> Iterator[Item]:
    """The urging and supervision notices and circulars that speak of the month's tasks, or were issued in it about none."""
    k = t.task.c
    mine = set(connection.scalars(sa.select(k.id).where(k.office_id == office_id, k.period_id == period.id)))
    others = set(connection.scalars(sa.select(k.id).where(k.office_id == office_id, k.period_id.is_not(None)))) - mine
    v = t.voiding.c
    same = sa.and_(v.office_id == t.paper.c.office_id, v.paper_id == t.paper.c.id)
    query = sa.select(t.paper, v.reason, v.voided_at).select_from(t.paper.outerjoin(t.voiding, same))
    query = query.where(t.paper.c.office_id == office_id).order_by(t.paper.c.kind, t.paper.c.year, t.paper.c.number)
    for row in connection.execute(query):
        tasks = {number for number, _round, _revision in row.about}
        issued = local_date(row.issued_at)
        if tasks & mine or (not tasks & others and f"{issued:%Y-%m}" == period.month):
            yield _paper(connection, office_id, row, office)


def _paper(connection: Connection, office_id: int, row: Any, office: str) -> Item:
    kind, by = ItemKind(row.kind), _called(connection, office_id, row.issued_by)
    voided = f"{shown(row.voided_at)} {row.reason}" if row.voided_at is not None else ""
    names = connection.execute(
        sa.select(t.unit.c.id, t.unit.c.name).where(t.unit.c.office_id == office_id, t.unit.c.id.in_(row.units))
    ).all()
    units = {one.id: one.name for one in names}
    cited = papers.cited(row.year, row.number)
    return Item(
        kind, row.id, f"{kind.label}{cited}", office, local_date(row.issued_at), number=cited, signed=(by,),
        unit=units[row.units[0]] if len(row.units) == 1 else "",
        parts=tuple(StoredPart(f"{kind.value}.{ending}", sha, paper=True) for ending, sha in sorted(row.files.items())),
        more={"units": "、".join(units[number] for number in row.units), "voided": voided,
              "head": f"{row.head_seq}-{row.head_hash}"},
        events=_events(connection, office_id, {"paper": [row.id]}),
    )  # fmt: skip


def _named(connection: Connection, office_id: int, proof: dict[str, Any]) -> dict[str, Any]:
    """The facts of a signed paper with people by their names: logins mean nothing in ten years."""

    def called(fact: dict[str, Any]) -> dict[str, Any]:
        return {**fact, "by": _called(connection, office_id, fact["by"])}

    signature = [called(check) for check in proof["signature"]]
    return {**proof, "stored": called(proof["stored"]), "attested": called(proof["attested"]), "signature": signature}


def _called(connection: Connection, office_id: int, login: str) -> str:
    p = t.person.c
    name = connection.scalar(sa.select(p.name).where(p.office_id == office_id, p.login == login))
    return f"{name} ({login})" if name else login


def _events(connection: Connection, office_id: int, about: dict[str, list[int]]) -> tuple[dict[str, Any], ...]:
    """What was done to these things, as the trail has it."""
    e = t.event.c
    these = [sa.and_(e.object_type == kind, e.object_id.in_(numbers)) for kind, numbers in about.items()]
    query = sa.select(t.event).where(e.office_id == office_id, e.result == Result.DONE.value, sa.or_(*these))
    rows = connection.execute(query.order_by(e.seq)).mappings()
    return tuple({**row, "at": row["at"].isoformat()} for row in rows)


def record(
    connection: Connection, office_id: int, actor: Actor, month: Month, folder: str, sha256: str, now: datetime
) -> audit.Head:
    """The export in the trail: what was taken out, by whom, and the hash of all of it."""
    role = permissions.demand(actor, "archive.export")
    detail = {"month": month.month, "items": len(month.items), "folder": folder, "sha256": sha256,
              "head": [month.head.seq, month.head.hash]}  # fmt: skip
    entry = audit.Entry(EXPORTED, "office", office_id, role=role.value, detail=detail)
    return audit.append(connection, office_id, actor, entry, now)


def export_of(connection: Connection, office_id: int, actor: Actor, sha256: str) -> dict[str, Any] | None:
    """The event of the export with this hash: its number, when, by whom, the month; None when the trail knows none."""
    permissions.demand(actor, "archive.verify")
    e = t.event.c
    query = sa.select(e.seq, e.at, e.actor_name, e.detail).where(e.office_id == office_id, e.action == EXPORTED)
    for row in connection.execute(query.where(e.result == Result.DONE.value).order_by(e.seq.desc())):
        if row.detail.get("sha256") == sha256:
            return {"seq": row.seq, "at": row.at, "by": row.actor_name, **row.detail}
    return None


def head_stands(connection: Connection, office_id: int, head: Sequence[Any]) -> bool:
    """Whether the head that an archive names is still in the trail."""
    e = t.event.c
    return bool(connection.scalar(sa.select(e.hash).where(e.office_id == office_id, e.seq == head[0])) == head[1])
