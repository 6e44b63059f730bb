"""Looking for words: in clauses, problems, reports, units and papers, and only in what a person may see.

Permission comes first: what does not exist for somebody is not counted, either. Every word must occur; signs that a
database takes for wildcards are signs here. Bounded: of very many the newest are looked through.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from deeds.task_views import visible_tasks
from models import tables as t
from models.language import N_, _
from models.states import PaperKind, Word
from workflow import papers, permissions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy.engine import Connection

    from workflow.case import Actor, TaskRow

LONGEST: Final = 100
#: words of a question, and rows that are looked through for permission
_WORDS, _MOST = 6, 3000
#: characters of text that are shown around what was found
_BEFORE, _AFTER = 30, 70


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


def words_of(text: str) -> list[str]:
    """The words of a question, each once."""
    return list(dict.fromkeys(text[:LONGEST].split()))[:_WORDS]


def search(connection: Connection, office_id: int, actor: Actor, text: str) -> dict[Kind, list[Hit]]:
    """What was found by kind, the newest first; needs ``task.read``."""
    permissions.demand(actor, "task.read")
    words = words_of(text)
    if not words:
        return {}
    found = {kind: list(look(connection, office_id, actor, words)) for kind, look in _LOOKS.items()}
    return {kind: hits for kind, hits in found.items() if hits}


def _everywhere(words: Sequence[str], *columns: Any) -> Any:
    """Every word occurs in one of the columns; ``%`` and ``_`` are no wildcards, small letters are capitals."""
    return sa.and_(*(sa.or_(*(column.icontains(word, autoescape=True) for column in columns)) for word in words))


def _newest(query: Any) -> Any:
    """The tasks of a query of their numbers, as far as they are looked through."""
    return t.task.c.id.in_(query.order_by(t.task.c.id.desc()).limit(_MOST))


def _tasks(connection: Connection, office_id: int, actor: Actor, words: Sequence[str]) -> Iterator[Hit]:
    c, w, k, u = t.clause, t.work_item, t.task, t.unit
    query = (
        sa.select(k.c.id)
        .join(c, sa.and_(c.c.office_id == k.c.office_id, c.c.id == k.c.clause_id))
        .join(w, sa.and_(w.c.office_id == c.c.office_id, w.c.id == c.c.item_id))
        .join(u, sa.and_(u.c.office_id == k.c.office_id, u.c.id == k.c.unit_id))
        .where(k.c.office_id == office_id, _everywhere(words, c.c.number, c.c.text, w.c.title, u.c.name))
    )
    yield from _hits(connection, office_id, actor, words, _newest(query))


def _problems(connection: Connection, office_id: int, actor: Actor, words: Sequence[str]) -> Iterator[Hit]:
    p, k = t.problem, t.task
    columns = (p.c.title, p.c.description, p.c.place)
    query = (
        sa.select(k.c.id)
        .join(p, sa.and_(p.c.office_id == k.c.office_id, p.c.id == k.c.problem_id))
        .where(k.c.office_id == office_id, _everywhere(words, *columns))
    )
    yield from _hits(connection, office_id, actor, words, _newest(query))


def _hits(connection: Connection, office_id: int, actor: Actor, words: Sequence[str], condition: Any) -> Iterator[Hit]:
    tasks = [task for task, _inside in visible_tasks(connection, office_id, actor, condition)]
    for task in sorted(tasks, key=lambda task: (task.month, task.id), reverse=True):
        yield _hit(task, task.title, task.text, words)


def _hit(task: TaskRow, title: str, text: str, words: Sequence[str]) -> Hit:
    about = " · ".join(one for one in (task.unit_name, task.month, task.state_label) if one)
    return Hit(f"{task.clause_number} {title}", f"/tasks/{task.id}", *_around(text, words), about)


def _reports(connection: Connection, office_id: int, actor: Actor, words: Sequence[str]) -> Iterator[Hit]:
    r = t.report.c
    columns = (r.progress, r.problems, r.next_steps, r.reason)
    query = (
        sa.select(r.task_id, r.number, *columns)
        .where(r.office_id == office_id, _everywhere(words, *columns))
        .order_by(r.id.desc())
        .limit(_MOST)
    )
    rows = connection.execute(query).all()
    seen = visible_tasks(connection, office_id, actor, t.task.c.id.in_({row.task_id for row in rows}))
    tasks = {task.id: task for task, inside in seen if inside}
    for row in rows:
        if row.task_id in tasks:
            text = "\n".join(one for one in (row.progress, row.problems, row.next_steps, row.reason) if one)
            title = _("version {number}").format(number=row.number)
            yield _hit(tasks[row.task_id], title, text, words)


def _units(connection: Connection, office_id: int, actor: Actor, words: Sequence[str]) -> Iterator[Hit]:
    """The office and readers find every unit; a unit's people the list of its own tasks through the tasks."""
    if not permissions.everywhere(actor, "clause.read"):
        return
    u, a = t.unit.c, t.unit_alias.c
    named = sa.select(a.unit_id).where(a.office_id == office_id, _everywhere(words, a.alias))
    query = sa.select(u.name).where(
        u.office_id == office_id, sa.or_(_everywhere(words, u.name, u.short_name), u.id.in_(named))
    )
    for name in connection.scalars(query.distinct().order_by(u.name).limit(_MOST)):
        yield Hit(name, f"/tasks?unit={name}")


def _papers(connection: Connection, office_id: int, actor: Actor, words: Sequence[str]) -> Iterator[Hit]:
    """Papers that the office issued, by number, unit or month."""
    if not permissions.may(actor, "paper.read"):
        return
    for paper in papers.list_papers(connection, office_id, actor):
        title = f"{PaperKind(paper['kind']).label} {papers.cited(paper['year'], paper['number'])}"
        text = " ".join(str(paper.get(name) or "") for name in ("unit", "month"))
        if all(word.lower() in f"{title} {text}".lower() for word in words):
            yield Hit(title, f"/papers/{paper['id']}", about=text)


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


_LOOKS: Final[dict[Kind, Callable[[Connection, int, Actor, Sequence[str]], Iterator[Hit]]]] = {
    Kind.TASKS: _tasks,
    Kind.PROBLEMS: _problems,
    Kind.REPORTS: _reports,
    Kind.UNITS: _units,
    Kind.PAPERS: _papers,
}
