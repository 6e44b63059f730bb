"""Do the papers still say what was recorded? Attestations, what was seen and verifications, held against the trail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from models import tables as t
from models.language import _
from models.states import Result

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Connection


def papers_differ(connection: Connection, office_id: int) -> Iterator[tuple[str, str]]:
    """Where a row is gone, changed or without its event, and what is wrong with it."""
    told = list(_told(connection, office_id, "form.attach"))
    evidence = {detail["evidence"]: _attested(detail) for detail in told}
    seen = {detail["evidence"]: _seen(detail) for detail in told if "seen" in detail}
    checks = {
        detail["verification"]: (detail["sha256"], detail["verdict"])
        for detail in _told(connection, office_id, "form.verify")
    }
    stored = _evidence(connection, office_id)
    for number in sorted(evidence):
        yield from _held(_("attestation {id}").format(id=number), evidence[number], stored.get(number))
    for name, said, rows in (
        (_("what was seen on paper {id}"), seen, _sightings(connection, office_id)),
        (_("verification {id}"), checks, _verifications(connection, office_id)),
    ):
        for number in sorted(said.keys() | rows.keys()):
            yield from _held(name.format(id=number), said.get(number), rows.get(number))


def _held(where: str, told: Any, stored: Any) -> Iterator[tuple[str, str]]:
    if stored is None:
        yield where, _("the row is gone")
    elif told is None:
        yield where, _("no event of the trail knows it")
    elif told != stored:
        yield where, _("it is not what was recorded")


def _told(connection: Connection, office_id: int, action: str) -> Iterator[dict[str, Any]]:
    e = t.event.c
    query = sa.select(e.detail).where(
        e.office_id == office_id, e.action == action, e.object_type == "filing", e.result == Result.DONE.value
    )
    yield from connection.scalars(query.order_by(e.seq))


def _attested(detail: dict[str, Any]) -> tuple[str, ...]:
    return detail["sha256"], detail["kind"], detail["signer"].strip(), detail["seal"].strip()


def _seen(detail: dict[str, Any]) -> tuple[str, ...]:
    return detail["seen"]["code"], detail["seen"]["seal"], detail.get("anyway", "")


def _evidence(connection: Connection, office_id: int) -> dict[int, tuple[str, ...]]:
    e, a = t.evidence.c, t.attachment.c
    query = (
        sa.select(e.id, a.sha256, e.kind, e.signer, e.seal)
        .join(t.attachment, sa.and_(a.office_id == e.office_id, a.id == e.attachment_id))
        .where(e.office_id == office_id)
    )
    return {row.id: (row.sha256, row.kind, row.signer, row.seal) for row in connection.execute(query)}


def _sightings(connection: Connection, office_id: int) -> dict[int, tuple[str, ...]]:
    s = t.sighting.c
    query = sa.select(s.evidence_id, s.code, s.seal, s.anyway).where(s.office_id == office_id)
    return {row.evidence_id: (row.code, row.seal, row.anyway) for row in connection.execute(query)}


def _verifications(connection: Connection, office_id: int) -> dict[int, tuple[str, ...]]:
    v, a = t.verification.c, t.attachment.c
    query = (
        sa.select(v.id, a.sha256, v.verdict)
        .join(t.attachment, sa.and_(a.office_id == v.office_id, a.id == v.attachment_id))
        .where(v.office_id == office_id)
    )
    return {row.id: (row.sha256, row.verdict) for row in connection.execute(query)}
