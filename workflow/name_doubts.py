"""The names in a notice held against the office's register: which are known, which a person must say something about.

A name or alias of today is silent, whoever else is asked about: a name much like a registered one (E-N02), a unit that
is not in the register at all (W-N30), a unit that was closed and whose successor takes its place (W-N32, a remark).
The first notice of an office whose register nobody has filled yet fills it without a word.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from models import doubts
from models import tables as t
from models.drafts import WarningNote
from models.language import _
from workflow import name_matching

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from sqlalchemy.engine import Connection

    from models.drafts import ClauseDraft, NoticeDraft

#: so many clauses are named in a sentence
_NAMED: Final = 4


@dataclass(frozen=True, slots=True)
class Register:
    """The names under which units are found today, and the closed ones with who took over and since when."""

    names: frozenset[str]
    #: another name → the unit's own
    aliases: Mapping[str, str] = field(default_factory=dict)
    #: closed name → (the unit that answers for it today, the last day of the old one)
    closed: Mapping[str, tuple[str, date]] = field(default_factory=dict)
    #: nobody has filled it yet: it holds the members of rosters at most
    bare: bool = False


def load(connection: Connection, office_id: int) -> Register:
    """The register as it stands."""
    u, a = t.unit.c, t.unit_alias.c
    rows = connection.execute(sa.select(t.unit).where(u.office_id == office_id).order_by(u.id)).all()
    by_id = {row.id: row for row in rows}
    standing = {row.name for row in rows if row.valid_to is None}
    aliases = connection.execute(sa.select(a.alias, a.unit_id).where(a.office_id == office_id))
    closed = {
        row.name: (heir, row.valid_to)
        for row in rows
        if row.valid_to is not None and row.name not in standing and (heir := _heir(row, by_id))
    }
    return Register(
        frozenset(standing),
        {row.alias: by_id[row.unit_id].name for row in aliases},
        closed,
        _bare(connection, office_id),
    )


def _heir(row: Any, by_id: Mapping[int, Any]) -> str:
    """The unit of today that took over from a closed one."""
    while row.valid_to is not None:
        if row.successor_id is None:
            return ""
        row = by_id[row.successor_id]
    return str(row.name)


def _bare(connection: Connection, office_id: int) -> bool:
    u, m, n = t.unit.c, t.group_member.c, t.notice.c
    rosters = sa.select(m.unit_id).where(m.office_id == office_id)
    entered = sa.select(u.id).where(u.office_id == office_id, u.id.not_in(rosters))
    adopted = sa.select(n.id).where(n.office_id == office_id)
    return connection.scalar(sa.select(sa.or_(entered.exists(), adopted.exists()))) is not True


def found(draft: NoticeDraft, register: Register) -> tuple[WarningNote, ...]:
    """What a person must say of the names in a draft, in the order of the table."""
    named: dict[str, list[ClauseDraft]] = {}
    for clause in draft.clauses:
        for name in clause.units:
            named.setdefault(name, []).append(clause)
    notes = (_note(name, clauses, register) for name, clauses in named.items())
    return tuple(note for note in notes if note is not None)


def held_against(draft: NoticeDraft, register: Register) -> NoticeDraft:
    """The draft with what is to be said of its names found anew; what was said of them stays."""
    return doubts.with_warnings(draft, doubts.OF_THE_REGISTER, found(draft, register))


def _note(name: str, clauses: list[ClauseDraft], register: Register) -> WarningNote | None:
    if name in register.names or name in register.aliases:
        return None
    told = {"name": name, "clauses": _cited(clauses)}
    if name in register.closed:
        heir, last = register.closed[name]
        message = _("clause {clauses}: “{name}” was closed on {day}; {heir} has taken over its work").format(
            **told, day=last.isoformat(), heir=heir
        )
        return _at("W-N32", name, clauses[0], message, (heir,))
    known = [*sorted(register.names), *register.aliases]
    near = tuple(name_matching.probable(name, known))
    if near:
        message = _("clause {clauses}: “{name}” is not in the register; nearest: {near}").format(
            **told, near="、".join(near)
        )
        return _at("E-N02", name, clauses[0], message, near)
    if register.bare:
        return None
    message = _("clause {clauses}: “{name}” is not in the register; is it a new unit?").format(**told)
    return _at("W-N30", name, clauses[0], message, tuple(name_matching.nearest(name, known)))


def _cited(clauses: list[ClauseDraft]) -> str:
    numbers = [clause.id for clause in clauses]
    return "、".join(numbers[:_NAMED]) + ("…" if len(numbers) > _NAMED else "")


def _at(code: str, name: str, clause: ClauseDraft, message: str, readings: tuple[str, ...]) -> WarningNote:
    context = clause.bracket or "、".join(clause.parties)
    return WarningNote(code, clause.source_line, name, message, readings, 0, clause.id, context)
