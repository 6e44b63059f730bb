"""What the trail does not prove, and who has said that work goes on all the same: without that word no service begins."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from models import tables as t
from models.errors import Refused
from models.language import _, speaking
from models.states import Result
from models.words import letters
from workflow import audit, permissions
from workflow.verify import Finding, verify

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy.engine import Connection

    from workflow.case import Actor

#: the event in which somebody takes it upon themselves
ACCEPTED: Final = "audit.accept"
#: so many findings stand in the event in words; all of them by their keys
_TOLD: Final = 20


def doubts(connection: Connection, office_id: int, heads_dir: Path) -> dict[str, Finding]:
    """What is not proved and was not accepted, in the order of the trail, by its key; stored files are not read for it."""
    found = verify(connection, office_id, heads_dir=heads_dir)
    if not found:
        return {}
    with speaking("zh"):  # a finding is known by its words: in one language, whoever looks
        keys = [_key(one) for one in verify(connection, office_id, heads_dir=heads_dir)]
    known = _accepted(connection, office_id)
    return {key: one for key, one in zip(keys, found, strict=True) if key not in known}


def _key(finding: Finding) -> str:
    return hashlib.sha256(f"{finding.where}\n{finding.what}".encode()).hexdigest()[:16]


def _accepted(connection: Connection, office_id: int) -> set[str]:
    e = t.event.c
    query = sa.select(e.detail).where(e.office_id == office_id, e.action == ACCEPTED, e.result == Result.DONE.value)
    return {key for detail in connection.scalars(query) for key in detail.get("keys", ())}


def accept(
    connection: Connection, office_id: int, actor: Actor, heads_dir: Path, reason: str, now: datetime
) -> list[Finding]:
    """Say yes to what is not proved now, and to nothing that is found later; returns it. E-I02 where all is proved.

    Takes the duty of reading the trail. Nothing is mended by it: ``verify`` goes on naming what it finds.
    """
    role = permissions.demand(actor, "audit.read")
    if not letters(reason):
        raise Refused("E-S02", _("A reason is needed."), remedy=_("Add it with --reason."))
    found = doubts(connection, office_id, heads_dir)
    if not found:
        raise Refused(
            "E-I02",
            _("There is nothing to accept: the trail proves itself, or what it does not prove was accepted."),
            remedy=_("Go on working; nothing was changed."),
        )
    told = [[one.where, one.what] for one in found.values()][:_TOLD]
    detail = {"count": len(found), "findings": told, "keys": list(found)}
    entry = audit.Entry(ACCEPTED, "office", office_id, role=role.value, reason=reason, detail=detail)
    audit.append(connection, office_id, actor, entry, now)
    return list(found.values())
