"""The phrases that a reviewer is offered for a reason: kept by the office, the often used first.

How often one was used is read from the reasons of the trail, so that nothing is counted twice and nothing is forgotten.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from models import tables as t
from models.adding import insert
from models.errors import BadInput
from models.language import _
from models.states import Result
from workflow import audit, permissions

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from workflow.case import Actor

LONGEST: Final = 200
#: the use of phrases is read from so many of the last reasons: what was usual years ago does not matter
_REASONS: Final = 400


def phrases(connection: Connection, office_id: int) -> list[tuple[int, str, int]]:
    """The phrases in use as (number, text, times used lately), the most used first, then the oldest."""
    p, e = t.phrase.c, t.event.c
    rows = connection.execute(
        sa.select(p.id, p.text).where(p.office_id == office_id, p.ended_at.is_(None)).order_by(p.id)
    ).all()
    reasons = list(
        connection.scalars(
            sa.select(e.reason)
            .where(e.office_id == office_id, e.object_type == "task", e.reason != "", e.result == Result.DONE.value)
            .order_by(e.seq.desc())
            .limit(_REASONS)
        )
    )
    counted = [(row.id, row.text, sum(row.text in reason for reason in reasons)) for row in rows]
    return sorted(counted, key=lambda one: (-one[2], one[0]))


def add(connection: Connection, office_id: int, actor: Actor, texts: Iterable[str], now: datetime) -> list[str]:
    """Keep new phrases; returns those that were not there yet. Raises E-H40 for one that is too long."""
    role = permissions.demand(actor, "phrase.change")
    known = {text for _number, text, _used in phrases(connection, office_id)}
    added = [text for text in dict.fromkeys(" ".join(text.split()) for text in texts) if text and text not in known]
    for text in added:
        if len(text) > LONGEST:
            raise BadInput(
                "E-H40",
                _("A phrase has at most {most} characters; this one has {count}.").format(
                    most=LONGEST, count=len(text)
                ),
                where=text[:40],
                remedy=_("Write a phrase in a line of its own; shorten it."),
            )
        number = insert(connection, t.phrase, office_id, text=text, written_by=actor.login, written_at=now, ended_by="")
        entry = audit.Entry("phrase.change", "phrase", number, reason=text, role=role.value, detail={"added": text})
        audit.append(connection, office_id, actor, entry, now)
    return added


def end(connection: Connection, office_id: int, actor: Actor, number: int, now: datetime) -> str:
    """Offer a phrase no longer; returns its text. E-404 where it is not there."""
    role = permissions.demand(actor, "phrase.change")
    p = t.phrase.c
    mine = (p.office_id == office_id, p.id == number, p.ended_at.is_(None))
    text = connection.scalar(sa.select(p.text).where(*mine))
    if text is None:
        raise permissions.not_there(_("Phrase"), number)
    connection.execute(sa.update(t.phrase).where(*mine).values(ended_at=now, ended_by=actor.login))
    entry = audit.Entry("phrase.change", "phrase", number, reason=str(text), role=role.value, detail={"ended": text})
    audit.append(connection, office_id, actor, entry, now)
    return str(text)


def change(connection: Connection, office_id: int, actor: Actor, number: int, text: str, now: datetime) -> None:
    """Put other words in the place of a phrase; the old ones stay on record."""
    if not text.strip():
        raise BadInput(
            "E-H41", _("The phrase is empty."), remedy=_("Write its words, or take the phrase out of the list.")
        )
    if text.strip() != end(connection, office_id, actor, number, now):
        add(connection, office_id, actor, [text], now)
    else:  # nothing was changed: nothing stays done
        raise BadInput("E-H42", _("The phrase is the same as before."), remedy=_("Change its words, then save."))
