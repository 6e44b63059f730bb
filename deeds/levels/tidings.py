"""Who works on what came from another office is told that it came, whichever way: taken by a person or left by a program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from models.language import DEFAULT, _, listed, speaking
from models.states import Role
from models.times import local_date
from workflow import cases, telling, wording

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy.engine import Connection

    from models.drafts import NoticeDraft
    from models.parcels import Answer, ClauseAnswer, MonthReport
    from workflow.peers import Peer

#: who divides what was handed down, reviews what was reported, corrects what was returned
TOLD: Final = (Role.REVIEWER, Role.DIRECTOR)
#: the letters whose number is a parcel's
_LETTERS: Final = frozenset({"parcel_handed_down", "parcel_answered", "parcel_reported"})


def parcel_of(event: str, fields: Mapping[str, Any]) -> int:
    """The parcel that a letter tells of; 0 for a letter about anything else."""
    return int(fields.get("number") or 0) if event in _LETTERS else 0


def handed_down(
    connection: Connection, office_id: int, peer: Peer, number: int, draft: NoticeDraft, now: datetime
) -> None:
    """Clauses came from above and wait to be divided."""
    lines = [f"{clause.id} {wording.shortened(clause.text)}" for clause in draft.clauses]
    _tell(connection, office_id, "parcel_handed_down", peer, number, lines, now)


def answered(connection: Connection, office_id: int, peer: Peer, number: int, content: Answer, now: datetime) -> None:
    """How a month was decided above; with a day where something is to be corrected."""
    with speaking(DEFAULT):
        lines = [f"{one.number} {answer_words(one)}" for one in content.clauses]
    again = min((one.refile_on for one in content.clauses if one.refile_on), default=None)
    _tell(connection, office_id, "parcel_answered", peer, number, lines, now, content.month, again)


def reported(
    connection: Connection, office_id: int, peer: Peer, number: int, content: MonthReport, taken: Sequence[str],
    now: datetime,
) -> None:  # fmt: skip
    """A month came from below: which clauses are reports now, and which are not."""
    with speaking(DEFAULT):
        corrected, missed = _("corrected: {reason}"), _("Not taken: {clauses}")
        lines = [
            f"{one.number} {corrected.format(reason=one.correction)}" if one.correction else one.number
            for one in content.clauses
            if one.number in taken
        ]
        left = [one.number for one in content.clauses if one.number not in taken]
        lines += [missed.format(clauses=listed(left))] if left else []
    _tell(connection, office_id, "parcel_reported", peer, number, lines, now, content.month)


def answer_words(one: ClauseAnswer) -> str:
    """How a clause's report was decided above, as one line."""
    if one.refile_on is None:
        return _("{state} ({by})").format(state=one.label, by=one.by)
    said = _("{state} ({by}): {reason}; again by {day}")
    return said.format(state=one.label, by=one.by, reason=one.reason.rstrip("。；;. "), day=one.refile_on.isoformat())


def _tell(
    connection: Connection, office_id: int, event: str, peer: Peer, number: int, lines: Sequence[str], now: datetime,
    month: str = "", again: date | None = None,
) -> None:  # fmt: skip
    office = cases.load_office(connection, office_id)
    fields = wording.fields(
        office,
        [],
        now,
        actor_name=peer.name,
        number=str(number),
        period_month=month,
        new_due_on=again,
        detail="\n".join(lines),
    )
    people = telling.people_with(connection, office_id, TOLD, local_date(now))
    tellings = (telling.Telling(event, person, f"parcel {number}", fields) for person in people)
    telling.queue_all(connection, office, tellings, now)
