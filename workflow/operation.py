"""Running a command whole: one transaction, its denial or refusal in the trail, its first answer kept.

A refused command changes nothing but the trail (``reliability.md`` I16); a repeated one with the same key gets the
first answer (I17).
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import exc

from models import tables as t
from models.adding import add
from models.errors import BadInput, Denied, DubanError, Unreachable
from models.language import _
from models.states import Result
from workflow import audit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from models.database import Database
    from workflow.case import Actor

T = TypeVar("T")


def perform(
    database: Database,
    office_id: int,
    actor: Actor,
    deed: str,
    work: Callable[[Connection], T],
    now: datetime,
    *,
    task_id: int | None = None,
) -> T:
    """Do ``work`` in one transaction; on a refusal undo it all and record that it was refused.

    ``task_id``: it is a step of this task alone.
    """
    try:
        return _work(database, office_id, work, task_id)
    except Unreachable:
        raise  # a second try would only wait for the lock, or fail on the disk, once more
    except DubanError as refusal:
        with database.write(office_id) as connection:
            record_refusal(connection, office_id, actor, deed, refusal, now)
        raise


def _work(database: Database, office_id: int, work: Callable[[Connection], T], task_id: int | None) -> T:
    if task_id is not None:
        # one key, sent for two tasks at once, is kept once: done again, and alone, the second finds the first answer
        with suppress(exc.IntegrityError), database.step(office_id, task_id) as connection:
            return work(connection)
    with database.write(office_id) as connection:
        return work(connection)


def record_refusal(
    connection: Connection, office_id: int, actor: Actor, deed: str, refusal: DubanError, now: datetime
) -> None:
    """A denial or refusal, as an event of its own."""
    result = Result.DENIED if is_denial(refusal) else Result.REFUSED
    entry = audit.Entry(
        action=deed,
        object_type="refusal",
        result=result,
        reason=refusal.what,
        detail={"code": refusal.code, "where": refusal.where},
    )
    audit.append(connection, office_id, actor, entry, now)


def is_denial(refusal: DubanError) -> bool:
    """Whether it says “not yours”, in these words or in those for a thing that is not there."""
    return isinstance(refusal, Denied) or refusal.exit_code == 4


def keep_denials(
    connection: Connection, office_id: int, actor: Actor, tried: Iterable[tuple[str, DubanError]], now: datetime
) -> None:
    """Of what was only tried out, the attempts at what is not the actor's: they were made."""
    for deed, refusal in tried:
        if is_denial(refusal):
            record_refusal(connection, office_id, actor, deed, refusal, now)


def refuse_another(key: str, asked_sha256: str, asked_before: str) -> None:
    """E-H80 when something else was asked under the key before."""
    if asked_sha256 and asked_before and asked_before != asked_sha256:
        raise BadInput(
            "E-H80",
            _("This was sent before with other content; what was sent first is done."),
            where=key[:40],
            remedy=_("Look at how it stands now, then send what is still missing anew."),
        )


def keep_answer(
    connection: Connection,
    office_id: int,
    actor: Actor,
    key: str,
    answer: dict[str, Any],
    now: datetime,
    asked_sha256: str = "",
) -> None:
    """Remember the answer under the key, in the transaction of the command."""
    add(
        connection, t.operation, office_id, actor=actor.login, key=key, asked_sha256=asked_sha256, answer=answer, at=now
    )
