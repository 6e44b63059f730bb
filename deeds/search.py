"""Looking for words: in clauses, problems, reports, units and papers, and only in what a person may see.

Permission comes first: what does not exist for somebody is not counted, either. Every word must occur; signs that a
database takes for wildcards are signs here. The newest tasks are looked through first, so many at a time with their
reports, and what follows says where to look on: a search is as quick in the tenth year as in the first (decision 0041).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from deeds import task_conditions
from deeds.task_views import visible_tasks
from models import tables as t
from models.language import N_, _
from models.states import PaperKind, Word
from workflow import cases, papers, permissions
from workflow.paging import SIZE, before_page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date

    from sqlalchemy.engine import Connection

    from workflow.case import Actor, TaskRow

    #: what was found, the newest first, and how some of it is told
    Looked = tuple[Sequence[Any], Callable[[Sequence[Any]], Iterator["Hit"]]]

LONGEST: Final = 100
#: words of a question, tasks that are looked through at a time, and units and papers
_WORDS, _MOST = 6, 2000
#: characters of text that are shown around what was found
_BEFORE, _AFTER = 30, 70
#: beyond every task's number
HIGHEST: Final = 2**31 - 1


class Kind(Word):
    """Where something was found."""

    TASKS = "tasks", N_("Clauses and tasks")
    PROBLEMS = "problems", N_("Problems of the ledger")
    REPORTS = "reports", N_("Reports")
    UNITS = "units", N_("Units")
    PAPERS = "papers", N_("Papers")


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found: its title, where its page is, and a piece of its text around the first word."""

    title: str
    path: str
    before: str = ""
    word: str = ""
    after: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for: of every kind the first ``size``, or of one a page; among tasks of numbers below ``before``."""

    text: str
    kind: Kind | None = None
    page: int = 1
    size: int = SIZE
    before: int = HIGHEST


@dataclass(frozen=True, slots=True)
class Found:
    """A page of what was found by kind, how many there are, and how far back was looked."""

    hits: dict[Kind, list[Hit]] = field(default_factory=dict)
    counts: dict[Kind, int] = field(default_factory=dict)
    #: the day from which on all tasks were looked through, and the number to go on below; None = all there are
    since: date | None = None
    further: int | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    """Who looks where, for which words: among the tasks from number ``first`` to below ``before``."""

    connection: Connection
    office_id: int
    actor: Actor
    words: Sequence[str]
    first: int
    before: int

    def within(self, number: Any) -> Any:
        return sa.and_(number >= self.first, number < self.before)


def words_of(text: str) -> list[str]:
    """The words of a question, each once."""
    return list(dict.fromkeys(text[:LONGEST].split()))[:_WORDS]


def search(connection: Connection, office_id: int, actor: Actor, asked: Asked) -> Found:
    """What was found, the newest first; needs ``task.read``."""
    permissions.demand(actor, "task.read")
    words = words_of(asked.text)
    if not words:
        return Found()
    k = t.task.c
    oldest = connection.execute(
        sa.select(k.id, k.opened_on)
        .where(k.office_id == office_id, k.id < asked.before)
        .order_by(k.id.desc()).limit(2).offset(_MOST - 1)
    ).all()  # fmt: skip
    further = oldest[0] if len(oldest) > 1 else None
    place = _Place(connection, office_id, actor, words, further.id if further else 0, asked.before)
    found = Found(since=further and further.opened_on, further=further and further.id)
    for kind, look in _LOOKS.items():
        if asked.kind in (None, kind):
            there, told = look(place)
            first = before_page(asked.page, len(there), asked.size)
            if there:
                found.counts[kind], found.hits[kind] = len(there), list(told(there[first : first + asked.size]))
    return found


def _everywhere(words: Sequence[str], *columns: Any) -> Any:
    """Every word occurs in one of the columns; ``%`` and ``_`` are no wildcards, small letters are capitals."""
    return sa.and_(*(sa.or_(*(column.icontains(word, autoescape=True) for column in columns)) for word in words))


def _tasks(place: _Place) -> Looked:
    c, w, k, u = t.clause, t.work_item, t.task, t.unit
    query = (
        sa.select(k.c.id)
        # “+ 0”: from the tasks looked through to their clauses by the key, never from a clause to all tasks it ever had
        .join(c, sa.and_(c.c.office_id == k.c.office_id, c.c.id == k.c.clause_id + 0))
        .join(w, sa.and_(w.c.office_id == c.c.office_id, w.c.id == c.c.item_id))
        .join(u, sa.and_(u.c.office_id == k.c.office_id, u.c.id == k.c.unit_id + 0))
        .where(_everywhere(place.words, c.c.number, c.c.text, w.c.title, u.c.name))
    )
    return _visible(place, query)


def _problems(place: _Place) -> Looked:
    p, k = t.problem, t.task
    query = (
        sa.select(k.c.id)
        .join(p, sa.and_(p.c.office_id == k.c.office_id, p.c.id == k.c.problem_id + 0))
        .where(_everywhere(place.words, p.c.title, p.c.description, p.c.place))
    )
    return _visible(place, query)


def _visible(place: _Place, query: Any) -> Looked:
    """The numbers of the tasks that were found and exist for who looks."""
    k = t.task.c
    seen = task_conditions.visible(place.connection, place.office_id, place.actor)
    query = query.where(k.office_id == place.office_id, place.within(k.id), seen).order_by(k.id.desc())

    def told(numbers: Sequence[int]) -> Iterator[Hit]:
        chosen = k.id.in_(numbers)
        for task, _inside in visible_tasks(place.connection, place.office_id, place.actor, chosen, order=cases.NEWEST):
            yield _hit(task, task.title, task.text, place.words)

    return place.connection.scalars(query).all(), told


def _hit(task: TaskRow, title: str, text: str, words: Sequence[str]) -> Hit:
    about = " · ".join(one for one in (task.unit_name, task.month, task.state_label) if one)
    return Hit(f"{task.clause_number} {title}", f"/tasks/{task.id}", *_around(text, words), about)


def _reports(place: _Place) -> Looked:
    r = t.report.c
    columns = (r.progress, r.problems, r.next_steps, r.reason)
    query = sa.select(r.task_id, r.number, r.id).where(
        r.office_id == place.office_id, place.within(r.task_id), _everywhere(place.words, *columns)
    )
    rows = place.connection.execute(query.order_by(r.task_id.desc(), r.number.desc())).all()
    if not permissions.everywhere(place.actor, "report.read"):
        readable = _readable(place, {row.task_id for row in rows})
        rows = [row for row in rows if row.task_id in readable]

    def told(some: Sequence[Any]) -> Iterator[Hit]:
        tasks = _readable(place, {row.task_id for row in some})
        query = sa.select(r.id, *columns).where(r.office_id == place.office_id, r.id.in_([row.id for row in some]))
        texts = {row.id: "\n".join(one for one in row[1:] if one) for row in place.connection.execute(query)}
        for row in some:
            title = _("version {number}").format(number=row.number)
            yield _hit(tasks[row.task_id], title, texts[row.id], place.words)

    return rows, told


def _readable(place: _Place, numbers: set[int]) -> dict[int, TaskRow]:
    """Of some tasks those whose reports may be read by who looks."""
    seen = visible_tasks(place.connection, place.office_id, place.actor, t.task.c.id.in_(numbers))
    return {task.id: task for task, inside in seen if inside}


def _units(place: _Place) -> Looked:
    """The office and readers find every unit; a unit's people the list of its own tasks through the tasks."""

    def told(names: Sequence[str]) -> Iterator[Hit]:
        return (Hit(name, f"/tasks?unit={name}") for name in names)

    if not permissions.everywhere(place.actor, "clause.read"):
        return (), told
    u, a = t.unit.c, t.unit_alias.c
    named = sa.select(a.unit_id).where(a.office_id == place.office_id, _everywhere(place.words, a.alias))
    query = sa.select(u.name).where(
        u.office_id == place.office_id, sa.or_(_everywhere(place.words, u.name, u.short_name), u.id.in_(named))
    )
    return place.connection.scalars(query.distinct().order_by(u.name).limit(_MOST)).all(), told


def _papers(place: _Place) -> Looked:
    """Papers that the office issued, by number, unit or month: the newest of them."""
    if not permissions.may(place.actor, "paper.read"):
        return (), iter
    p, u = t.paper.c, t.unit.c
    query = sa.select(p.id, p.kind, p.year, p.number, p.units, p.facts["month"].as_string().label("month"))
    rows = place.connection.execute(
        query.where(p.office_id == place.office_id).order_by(p.id.desc()).limit(_MOST)
    ).all()
    every = sa.select(u.id, u.name).where(u.office_id == place.office_id)
    names = {row.id: row.name for row in place.connection.execute(every)} if rows else {}
    hits = []
    for row in rows:
        title = f"{PaperKind(row.kind).label} {papers.cited(row.year, row.number)}"
        about = " · ".join(one for one in (*(names[unit] for unit in row.units), row.month) if one)
        if all(word.lower() in f"{title} {about}".lower() for word in place.words):
            hits.append(Hit(title, f"/papers/{row.id}", about=about))
    return hits, iter


def _around(text: str, words: Sequence[str]) -> tuple[str, str, str]:
    """The text before the first word that occurs in it, that word, and what comes after it."""
    low = text.lower()
    places = [(at, word) for word in words if (at := low.find(word.lower())) >= 0]
    if not places or len(low) != len(text):
        return text[: _BEFORE + _AFTER], "", ""
    at, word = min(places)
    end = at + len(word)
    before = ("…" if at > _BEFORE else "") + text[max(0, at - _BEFORE) : at]
    return before, text[at:end], text[end : end + _AFTER] + ("…" if len(text) > end + _AFTER else "")


_LOOKS: Final[dict[Kind, Callable[[_Place], Looked]]] = {
    Kind.TASKS: _tasks,
    Kind.PROBLEMS: _problems,
    Kind.REPORTS: _reports,
    Kind.UNITS: _units,
    Kind.PAPERS: _papers,
}
