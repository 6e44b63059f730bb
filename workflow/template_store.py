"""An office's own templates as they are put in force, taken back and found wanting; every version stays.

What a template says was tried before it comes here (its rooms know how); here it is kept, with who and when in the
trail. A version that fails on real data later is noted once: the paper or the message went out in the shipped words.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from models import tables as t
from models.adding import insert
from models.errors import NotFound, Refused
from models.language import _
from models.template import in_force
from workflow import audit, permissions

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from models.errors import DubanError
    from workflow.case import Actor

_COLUMNS: Final = (
    t.template.c.id, t.template.c.name, t.template.c.sha256, t.template.c.text, t.template.c.installed_by,
    t.template.c.installed_at,
)  # fmt: skip


def install(connection: Connection, office_id: int, actor: Actor, name: str, text: str, now: datetime) -> bool:
    """Put a version in force; False when it is in force already."""
    role = permissions.demand(actor, "template.install")
    before = in_force(connection, office_id).get(name)
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    if before is not None and before.sha256 == sha256:
        return False
    number = _put(connection, office_id, actor, now, name=name, sha256=sha256, text=text)
    detail = {"name": name, "sha256": sha256, "before": before.sha256 if before is not None else ""}
    entry = audit.Entry("template.install", "template", number, role=role.value, detail=detail)
    audit.append(connection, office_id, actor, entry, now)
    return True


def remove(connection: Connection, office_id: int, actor: Actor, name: str, now: datetime) -> None:
    """Go back to the shipped template; the office's own versions stay."""
    role = permissions.demand(actor, "template.install")
    before = in_force(connection, office_id).get(name)
    if before is None:
        raise Refused(
            "E-J05",
            _("“{name}” is not replaced: the shipped template is in use.").format(name=name),
            remedy=_("See which are with: duban template list --own"),
        )
    number = _put(connection, office_id, actor, now, name=name, sha256="", text="")
    entry = audit.Entry(
        "template.remove", "template", number, role=role.value, detail={"name": name, "before": before.sha256}
    )
    audit.append(connection, office_id, actor, entry, now)


def _put(connection: Connection, office_id: int, actor: Actor, now: datetime, **values: str) -> int:
    return insert(connection, t.template, office_id, installed_by=actor.login, installed_at=now, **values)


def versions(connection: Connection, office_id: int, name: str) -> list[sa.Row[Any]]:
    """Everything that was done to a template, the oldest first; a row without text took the office's own back."""
    c = t.template.c
    query = sa.select(*_COLUMNS).where(c.office_id == office_id, c.name == name).order_by(c.id)
    return list(connection.execute(query))


def version(connection: Connection, office_id: int, name: str, sha256: str) -> str:
    """The text of a version by the head of its SHA-256; E-404 when there is not exactly one."""
    found: dict[str, str] = {row.sha256: row.text for row in versions(connection, office_id, name) if row.text}
    texts = [text for known, text in found.items() if known.startswith(sha256)]
    if len(texts) != 1:
        raise NotFound(
            "E-404",
            _("{kind} {number} was not found.").format(kind=_("Template"), number=f"{name} {sha256}"),
            remedy=_("Choose one of the versions that its history shows."),
        )
    return texts[0]


def note_failure(
    connection: Connection, office_id: int, actor: Actor, name: str, refusal: DubanError, now: datetime
) -> bool:
    """Note, once a version, that it failed and the shipped template was used; False when that is known."""
    used = in_force(connection, office_id).get(name)
    f = t.template_failure.c
    known = sa.select(f.id).where(f.office_id == office_id, f.template_id == (used.id if used is not None else 0))
    if used is None or connection.scalar(known) is not None:
        return False
    insert(
        connection, t.template_failure, office_id,
        template_id=used.id, failed_at=now, place=refusal.where, what=refusal.what,
    )  # fmt: skip
    detail = {"name": name, "sha256": used.sha256, "code": refusal.code, "where": refusal.where}
    entry = audit.Entry("template.failed", "template", used.id, reason=refusal.what, detail=detail)
    audit.append(connection, office_id, actor, entry, now)
    return True


def failures(connection: Connection, office_id: int) -> dict[str, sa.Row[Any]]:
    """The templates in force that have failed on real data: name → row of failed_at and what."""
    f = t.template_failure.c
    used = {row.id: row.name for row in in_force(connection, office_id).values()}
    query = sa.select(f.template_id, f.failed_at, f.what).where(f.office_id == office_id, f.template_id.in_(used))
    rows: list[sa.Row[Any]] = list(connection.execute(query))
    return {used[row.template_id]: row for row in rows}
