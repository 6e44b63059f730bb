"""Left work as jobs of Procrastinate: written in the transaction of the change, one waiting for each office and kind.

The queue is tables in the office's own database. Its rows are written here by one statement each, over the transaction's
own connection: Procrastinate's ``defer`` raises where a job waits already, which undoes a PostgreSQL transaction, and a
change must not pay for loading the library. What runs the jobs is ``cluster/worker.py``.

A job is a wake-up, not the work: whoever runs it asks the database what is due. So a job that is left twice, or run
twice after its worker was killed, does nothing more; and one that begins while a change that relied on it is not kept
yet may overlook that, which the next tick finds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from models.dispatch import Dispatcher, Work, next_attempt
from models.statements import Statement

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from models.database import Database

#: a dead job keeps others of its office and kind from starting for so long: what kills its worker does so this often
REST: Final = timedelta(hours=1)

# Of two who leave the same at once one writes and the other goes on: to wait for the first one's commit would put all
# writers of an office in a line. The number beside the key says what the lock of the server is about.
_LEAVE: Final = Statement(
    sa.text("""
    INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args)
    SELECT CAST(:queue AS varchar), CAST(:task AS varchar), CAST(:key AS text), CAST(:key AS text),
      jsonb_build_object('office_id', CAST(:office AS integer))
    WHERE NOT EXISTS (SELECT FROM procrastinate_jobs WHERE queueing_lock = CAST(:key AS text) AND status = 'todo')
      AND NOT EXISTS (
        SELECT FROM procrastinate_jobs dead JOIN procrastinate_events died ON died.job_id = dead.id
        WHERE dead.queue_name = CAST(:careful AS varchar) AND dead.queueing_lock = CAST(:key AS text)
          AND dead.status = 'failed' AND died.type = 'failed' AND died.at > now() - CAST(:rest AS interval))
      AND pg_try_advisory_xact_lock(1685419374, hashtext(CAST(:key AS text)))
    ON CONFLICT (queueing_lock) WHERE status = 'todo' DO NOTHING
    """)
)
# One that was left meanwhile waits with it from now on, in the queue of those that failed.
_AGAIN: Final = Statement(
    sa.text("""
    INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args, attempts, scheduled_at)
    SELECT CAST(:careful AS varchar), task_name, lock, queueing_lock, args,
      CAST(:attempts AS integer), now() + CAST(:wait AS interval)
    FROM procrastinate_jobs WHERE id = :job
    ON CONFLICT (queueing_lock) WHERE status = 'todo'
    DO UPDATE SET
      queue_name = EXCLUDED.queue_name, attempts = EXCLUDED.attempts, scheduled_at = EXCLUDED.scheduled_at
    """)
)
_REMOVE: Final = Statement(sa.text("DELETE FROM procrastinate_jobs WHERE id = :job AND status = 'doing'"))
_BURY: Final = Statement(
    sa.text(
        "UPDATE procrastinate_jobs SET status = 'failed', attempts = :attempts WHERE id = :job AND status = 'doing'"
    )
)
_CLEAR: Final = Statement(
    sa.text("""
    DELETE FROM procrastinate_jobs
    WHERE queue_name IN (:queue, :careful) AND queueing_lock = :key AND id <> :job
      AND (status = 'failed' OR status = 'todo' AND CAST(:waiting AS boolean))
    """)
)
# Of a worker that has fallen silent, or was struck off the list of those that live.
_STALLED: Final = Statement(
    sa.text("""
    SELECT job.id, CAST(job.args ->> 'office_id' AS integer), job.task_name, job.attempts
    FROM procrastinate_jobs job LEFT JOIN procrastinate_workers worker ON worker.id = job.worker_id
    WHERE job.status = 'doing'
      AND (worker.id IS NULL OR worker.last_heartbeat < now() - CAST(:silent AS interval))
    ORDER BY job.id
    """).columns(*map(sa.column, ("id", "office_id", "task_name", "attempts")))
)
_DEAD: Final = Statement(
    sa.text("""
    SELECT job.task_name, job.attempts, coalesce(max(event.at), now())
    FROM procrastinate_jobs job LEFT JOIN procrastinate_events event ON event.job_id = job.id
    WHERE job.queue_name = :careful AND job.status = 'failed'
    GROUP BY job.id ORDER BY job.id
    """).columns(sa.column("task_name"), sa.column("attempts"), sa.column("at"))
)
_DIED: Final = Statement(
    sa.text("""
    SELECT EXISTS (
      SELECT FROM procrastinate_jobs WHERE queue_name = :careful AND queueing_lock = :key AND status = 'failed')
    """).columns(sa.column("died", sa.Boolean))
)
_THERE: Final = Statement(
    sa.text("SELECT to_regclass('procrastinate_jobs') IS NOT NULL").columns(sa.column("there", sa.Boolean))
)


def queue_of(office_id: int) -> str:
    """The queue of an office: a worker takes the work of the offices it serves."""
    return f"office-{office_id}"


def careful_queue_of(office_id: int) -> str:
    """The queue of what failed before. A worker takes such jobs one at a time, whatever their office.

    Whoever dies with several jobs in hand leaves it open which of them it was. Those that did nothing go well the next
    time, and only the one that kills is left to be counted.
    """
    return f"{queue_of(office_id)}-careful"


def _of(office_id: int, work: Work | None = None) -> dict[str, object]:
    """What finds an office's jobs, or those of a kind."""
    found: dict[str, object] = {"queue": queue_of(office_id), "careful": careful_queue_of(office_id)}
    return found if work is None else found | {"key": key_of(office_id, work)}


def key_of(office_id: int, work: Work) -> str:
    """What only one job may hold, waiting, and one, running.

    The kinds of work do not wait for each other: a mail server that is slow today must not hold up the sweep.
    """
    return f"office:{office_id}:{work}"


class Jobs(Dispatcher):
    """Writes a job for what is left, kept or undone with the change."""

    def keep(self, connection: Connection, office_id: int, left: AbstractSet[Work]) -> None:
        """One statement for each kind, sent together; where a job waits, or a dead one rests, nothing is written."""
        rows = [
            {**_of(office_id, work), "task": work.value, "office": office_id, "rest": REST} for work in sorted(left)
        ]
        _LEAVE.each(connection, rows)


def present(database: Database) -> bool:
    """Whether the server has the tables for jobs."""
    with database.read() as connection:
        return bool(_THERE.scalar(connection))


def attach(database: Database) -> None:
    """Let what a database's writes leave become jobs, where the server has the tables for them."""
    if present(database):
        database.dispatcher = Jobs()


@dataclass(frozen=True, slots=True)
class Running:
    """A job that a worker has, or had."""

    number: int
    office_id: int
    work: Work
    #: failures in a row before this run
    attempts: int

    @property
    def _asked(self) -> dict[str, object]:
        return {**_of(self.office_id, self.work), "job": self.number}

    def again(self, connection: Connection) -> bool:
        """After a failure: the job that does it over, later; False when it has been tried often enough.

        Then what was left meanwhile goes, too: the next would fail like this one.
        """
        failures = self.attempts + 1
        wait = next_attempt(failures)
        if wait is not None:
            _AGAIN.change(connection, self._asked | {"attempts": failures, "wait": wait})
            return True
        _CLEAR.change(connection, self._asked | {"waiting": True})
        return False

    def mended(self, database: Database) -> None:
        """After it went well: those of its kind that died before are no finding any more."""
        if database.glance(lambda connection: _DIED.scalar(connection, self._asked)):
            with database.write(self.office_id) as connection:
                _CLEAR.change(connection, self._asked | {"waiting": False})

    def give_up(self, connection: Connection) -> None:
        """Of a worker that died: the job is done over, or ends dead; nobody else ends it."""
        if self.again(connection):
            _REMOVE.change(connection, self._asked)
        else:
            _BURY.change(connection, self._asked | {"attempts": self.attempts + 1})


def bereft(database: Database, silent: timedelta) -> set[int]:
    """The offices of whose work something is in the hands of workers that have been silent for so long."""
    return {job.office_id for job in database.glance(lambda connection: _stalled(connection, silent))}


def take_from_the_dead(database: Database, office_id: int, silent: timedelta) -> list[Running]:
    """What such workers had in hand of an office: it is done over, or ends dead."""
    with database.write(office_id) as connection:
        found = [job for job in _stalled(connection, silent) if job.office_id == office_id]
        for job in found:
            job.give_up(connection)
    return found


def _stalled(connection: Connection, silent: timedelta) -> list[Running]:
    """Of all offices of the database: they are few."""
    rows = _STALLED.rows(connection, {"silent": silent})
    return [Running(row.id, row.office_id, Work(row.task_name), row.attempts) for row in rows]


@dataclass(frozen=True, slots=True)
class Dead:
    """A job that was tried ``attempts`` times in vain, the last time at an instant."""

    work: Work
    attempts: int
    at: datetime


def dead(connection: Connection, office_id: int) -> list[Dead]:
    """The office's dead jobs; none where the server has no tables for jobs."""
    if not _THERE.scalar(connection):
        return []
    rows = _DEAD.rows(connection, _of(office_id))
    return [Dead(Work(row.task_name), row.attempts, row.at) for row in rows]
