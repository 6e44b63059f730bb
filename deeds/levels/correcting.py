"""更正: what the office above returned is said anew beside the frozen summary, by the director, by name and with a reason.

Once for each returning: until the next answer one correction is on its way, so that above nobody has to choose between two.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from deeds.levels.making import Contents, make
from deeds.levels.reporting_up import DEED, files_of, receiver_of
from models import office_key
from models import tables as t
from models.errors import BadInput, DubanError, Refused
from models.language import _, listed
from models.parcels import Answer, ClauseReport, MonthReport, ParcelKind, content_of, read_told
from models.states import Stage
from models.times import shown
from models.words import letters
from workflow import parcels, peers, permissions
from workflow.given import SHORTEST_REASON
from workflow.parcels import About

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from deeds.desk import Desk
    from deeds.levels.making import Made
    from models.parcels import ClauseAnswer
    from workflow.peers import Peer


@dataclass(frozen=True, slots=True)
class Correction:
    """A correction of one clause that was made: as which parcel, when, and what it says."""

    parcel: int
    sha256: str
    at: datetime
    said: ClauseReport
    #: the keys that it was sealed with and for
    keys: tuple[str, str]
    #: whether the office above took it: it answered it
    answered: bool

    def outdated(self, today: tuple[str, str] | None) -> bool:
        """Whether it was not taken and no longer can be, under the keys of today (``keys_today``; None: one is missing)."""
        return today is not None and not self.answered and self.keys != today


@dataclass(frozen=True, slots=True)
class Returned:
    """A clause that an answer returned, what had been reported of it, and its correction once that is made."""

    answer: ClauseAnswer
    before: ClauseReport
    sent: Correction | None
    #: whether that can be taken no longer, because a key of either side changed since it was sealed
    outdated: bool


def correct(desk: Desk, answer: int, clause: str, changed: Mapping[str, Any], reason: str) -> Made:
    """One clause that the answer of this number returned, said anew by the director, with why it differs.

    ``changed``: fields of ``ClauseReport`` (``values`` by indicator name) in place of what was reported before. E-L19 for
    a clause that was not returned, E-L23 for another correction than the one that is on its way.
    """

    def prepare(connection: Connection) -> Contents:
        row = _answer(connection, desk.office_id, answer)
        _refuse_not_returned(row, clause)
        before = _reported(connection, desk.office_id, row, clause)
        _weighed(reason)
        said = _changed(before.clauses[0], changed, reason)
        peer, about = receiver_of(connection, desk.office_id, row), About(row.notice_id, row.period_id)
        sent = of_each(corrections(connection, desk.office_id, [row])[row.id]).get(clause)
        if sent is not None and sent.outdated(keys_today(desk, [peer]).get(peer.name)):
            sent = None
        if sent is not None and sent.said != said:
            raise _corrected_already(row, sent)
        known = parcels.of_number(connection, desk.office_id, sent.parcel) if sent else None
        files = files_of(desk, _issued(connection, desk.office_id, row.period_id))
        content = replace(before, clauses=(said,))
        return Contents(ParcelKind.REPORT, peer, content, about, row.sha256, files, known=known)

    return make(desk, DEED, prepare)


def correct_anew(desk: Desk, answer: int, clause: str) -> Made:
    """The correction that was made of a clause, word for word, sealed with and for the keys of today.

    As ``correct`` otherwise, so where no key changed it is the very parcel that was made; E-404 for one that was not made.
    """

    def said(connection: Connection) -> ClauseReport:
        permissions.demand(desk.actor, DEED)
        row = _answer(connection, desk.office_id, answer)
        sent = of_each(corrections(connection, desk.office_id, [row])[row.id]).get(clause)
        if sent is None:
            raise permissions.not_there(_("Correction"), clause)
        return sent.said

    before = desk.look_up(DEED, said)
    words = {one.name: getattr(before, one.name) for one in fields(before) if one.name not in ("number", "correction")}
    return correct(desk, answer, clause, words, before.correction)


def correctable(connection: Connection, desk: Desk, answer: int) -> list[Returned]:
    """What the answer of this number returned, with what had been reported of it and its correction."""
    row = _answer(connection, desk.office_id, answer)
    made = of_each(corrections(connection, desk.office_id, [row])[row.id])
    others = peers.every(connection, desk.office_id)
    today = keys_today(desk, others).get(next(one.name for one in others if one.id == row.peer_id))
    return [
        Returned(one, before, sent, sent is not None and sent.outdated(today))
        for one in returned(row)
        for sent in [made.get(one.number)]
        for before in _reported(connection, desk.office_id, row, one.number).clauses
    ]


def keys_today(desk: Desk, others: Iterable[Peer]) -> dict[str, tuple[str, str]]:
    """Office → the keys that a parcel for it is sealed with and for; none while this office has no key that can be used."""
    try:
        own = office_key.own(desk.settings.home).public.fingerprint
    except DubanError:
        return {}
    return {one.name: (own, one.public.fingerprint) for one in others if one.ended_at is None}


def returned(answer: Any) -> list[ClauseAnswer]:
    """What the answer in this row gave back."""
    said = content_of(Answer, read_told(answer.statement, ""))
    return [one for one in said.clauses if one.stage == Stage.RETURNED.value]


def corrections(connection: Connection, office_id: int, answers: Sequence[Any]) -> dict[int, list[Correction]]:
    """Of each of these answers (rows) the corrections that were made since it came, in their order."""
    found: dict[int, list[Correction]] = {row.id: [] for row in answers}
    if not answers:
        return found
    p, other = t.parcel.c, t.parcel.alias("other").c
    taken = sa.select(other.answers).where(
        other.office_id == office_id, other.inward, other.kind == ParcelKind.ANSWER.value
    )
    query = sa.select(p.id, p.sha256, p.at, p.period_id, p.statement, p.sha256.in_(taken).label("answered")).where(
        p.office_id == office_id, sa.not_(p.inward), p.kind == ParcelKind.REPORT.value,
        p.period_id.in_({row.period_id for row in answers}), p.id > min(found),
    )  # fmt: skip
    for made in connection.execute(query.order_by(p.id)):
        for one in _corrections_in(made):
            for row in answers:
                if made.period_id == row.period_id and made.id > row.id:
                    found[row.id].append(one)
    return found


def of_each(made: Iterable[Correction]) -> dict[str, Correction]:
    """Clause → its correction: the first, or what was made in its place after a key had changed before it was taken.

    Any other later one corrects what a later answer returned.
    """
    found: dict[str, Correction] = {}
    for one in made:
        before = found.setdefault(one.said.number, one)
        if one.keys != before.keys and not before.answered:
            found[one.said.number] = one
    return found


def _corrections_in(made: Any) -> Iterator[Correction]:
    told = read_told(made.statement, "")
    for said in content_of(MonthReport, told).clauses:
        if said.correction:
            keys = (told.sender.key, told.receiver.key)
            yield Correction(made.id, made.sha256, made.at, said, keys, made.answered)


def _corrected_already(answer: Any, sent: Correction) -> Refused:
    return Refused(
        "E-L23",
        _("Clause {clause} was corrected already: parcel {number}, made {when}.").format(
            clause=sent.said.number, number=sent.parcel, when=shown(sent.at)
        ),
        where=_("parcel {id}").format(id=answer.id),
        remedy=_(
            "If it was not sent yet, write its file with “duban parcel export {number}” and send it. If it has to say"
            " something else, ask the office above to return it; its next answer is corrected again."
        ).format(number=sent.parcel),
    )


def _answer(connection: Connection, office_id: int, number: int) -> Any:
    p = t.parcel.c
    return parcels.of_number(connection, office_id, number, p.inward, p.kind == ParcelKind.ANSWER.value)


def _refuse_not_returned(row: Any, clause: str) -> None:
    back = [one.number for one in returned(row)]
    if clause not in back:
        raise Refused(
            "E-L19",
            _("This answer did not return clause {clause}: there is nothing to correct.").format(clause=clause),
            where=_("parcel {id}").format(id=row.id),
            remedy=_("Returned were: {clauses}").format(clauses=listed(back) or _("none")),
        )


def _reported(connection: Connection, office_id: int, answer: Any, clause: str) -> MonthReport:
    """What went up of the clause before, in the parcel that the answer is about."""
    p = t.parcel.c
    row = parcels.find(connection, office_id, p.sha256 == answer.answers)
    said = content_of(MonthReport, read_told(row.statement, ""))
    return replace(said, clauses=tuple(one for one in said.clauses if one.number == clause))


def _issued(connection: Connection, office_id: int, period_id: int) -> Any:
    s = t.summary.c
    query = sa.select(s.facts, s.files).where(s.office_id == office_id, s.period_id == period_id)
    return connection.execute(query.order_by(s.number.desc()).limit(1)).one()


def _weighed(reason: str) -> None:
    if letters(reason) < SHORTEST_REASON:
        raise BadInput(
            "E-S02",
            _("A reason of at least {count} characters is needed.").format(count=SHORTEST_REASON),
            remedy=_("Say why this differs from the issued summary, with --reason."),
        )


def _changed(before: ClauseReport, changed: Mapping[str, Any], reason: str) -> ClauseReport:
    told = dict(changed)
    values = {one.name: one for one in before.values}
    values |= {one.name: one for one in told.pop("values", ())}
    if told.get("progress"):
        told["no_progress"] = False
    return replace(before, **told, values=tuple(values.values()), correction=reason.strip())
