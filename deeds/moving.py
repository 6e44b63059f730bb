"""Moving an office into a PostgreSQL database, or back into the file of its home folder.

The old database is closed for the office before the first row is copied; only when the copy holds the same rows and
proves the same trail is it said to have left, and only then is the new one opened. A move that was cut off anywhere is
continued by the same command.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from deeds.running import give_rights, make_room_for_jobs
from models import copying, relocation, schema
from models import tables as t
from models.database import Database, sqlite_url, with_password
from models.disk import sync_folder
from models.errors import EnvironmentRefused, Refused, UsageRefused
from models.language import _
from models.relocation import EMBEDDED, Mark, State
from models.sqlite_files import single_file
from schedules import runner
from workflow import audit, heads, permissions, verify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy.engine import Connection

    from deeds.desk import Desk
    from models.copying import Held
    from workflow.audit import Head

#: the embedded file until it is whole
_UNFINISHED: Final = "duban.db.moving"
_FILE: Final = "duban.db"


@dataclass(frozen=True, slots=True)
class Place:
    """Where an office goes: how it is called in a mark and in the settings, and its URL with the password."""

    name: str
    url: str = field(repr=False)

    @property
    def embedded(self) -> bool:
        """Whether it is the file of the home folder."""
        return self.name == EMBEDDED


@dataclass(frozen=True, slots=True)
class Moved:
    """An office that has arrived; no tables: it had been moved before."""

    place: Place
    head: Head
    tables: tuple[Held, ...] = ()


def place(desk_: Desk, to: str, password: str = "") -> Place:
    """What ``--to`` means: ``file``, or the URL of a PostgreSQL server without a password; E-U01, E-B47."""
    if to == EMBEDDED:
        return Place(EMBEDDED, sqlite_url(desk_.settings.home / _UNFINISHED))
    try:
        url = sa.make_url(to)
    except sa.exc.ArgumentError:
        url = sa.make_url("none://")
    if url.get_backend_name() != "postgresql" or not url.database:
        raise UsageRefused(
            "E-U01", _("Say one of: --to postgresql+psycopg://USER@HOST/DATABASE, or --to file."), where="--to"
        )
    if url.password:
        raise UsageRefused(
            "E-B47", _("A password does not belong on a command line."), where="--to", remedy=_("Use --password-file.")
        )
    name = url.set(drivername="postgresql+psycopg").render_as_string()
    return Place(name, with_password(name, password) if password else name)


def _enter(desk_: Desk) -> None:
    """Whoever may; the database that the settings name is opened also where the office is leaving it, or has left."""
    from deeds.desk import open_database

    try:
        desk_.demand("service.manage")
    except EnvironmentRefused as refusal:
        if refusal.code != "E-B40":
            raise
        desk_.database = open_database(desk_.settings, moving=True)
        desk_.demand("service.manage")


def _here(desk_: Desk) -> str:
    """The name of the database that the settings name."""
    named = desk_.settings.database
    return sa.make_url(named).set(password=None).render_as_string() if named else EMBEDDED


@contextmanager
def _both(desk_: Desk, to: Place) -> Iterator[Database]:
    """The other database, set up where it is empty, while nobody else runs the office."""
    if to.name == _here(desk_):
        raise Refused("E-B46", _("The office lives there already."), where=to.name)
    lock = runner.single(desk_.settings.home)
    there = Database(to.url)
    try:
        if schema.present(there) is None:
            schema.migrate(there)
            make_room_for_jobs(there)
            give_rights(desk_.settings, there)
        schema.check(there)
        yield there
    finally:
        there.close()
        lock.release()


def move(desk_: Desk, to: Place, told: Callable[[str], object] = lambda _table: None) -> Moved:
    """Move the office, or continue; ``told`` hears each table that is over.

    E-B06 while a service runs, E-B41 where the number is taken, E-B42 where the copy is not the same.
    """
    _enter(desk_)
    if to.embedded and (done := _settled(desk_)):
        return Moved(to, done)
    with _both(desk_, to) as there:
        office = desk_.office_id
        begun = desk_.read(lambda c: relocation.mark(c, office))
        if begun is not None and begun.place != to.name:
            raise relocation.elsewhere(begun)
        if _lives(desk_, there, begun):
            return Moved(to, _head(there, office))
        if begun is None:
            begun = _leave(desk_, to)
        held = _copied(desk_, there, begun, told)
        with there.write(office) as connection:
            relocation.lift(connection, office)
        head = _head(there, office)
        if to.embedded:
            there.close()
            _settle(desk_.settings.home)
    return Moved(to, head, tuple(held))


def _head(database: Database, office_id: int) -> Head:
    with database.read() as connection:
        return audit.head(connection, office_id)


def _mine(connection: Connection, office_id: int) -> bool:
    return connection.scalar(sa.select(sa.exists().where(t.office.c.id == office_id))) or False


def _lives(desk_: Desk, there: Database, begun: Mark | None) -> bool:
    """Whether the office has arrived already; E-B41 where what bears its number is not what this move brings."""
    office = desk_.office_id
    with there.read() as connection:
        if not _mine(connection, office):
            if begun is not None and begun.state == State.LEFT:
                raise _taken(_("The other database does not hold the office that has left for it."))
            _refuse_living_file(desk_, there)
            return False
        mark = relocation.mark(connection, office)
        known = mark.installation if mark else heads.installation(connection, office)
    if begun is None or known != begun.installation or (mark and mark.state != State.ARRIVING):
        raise _taken(_("The number {office} is taken in the other database.").format(office=office))
    if mark is None and begun.state != State.LEFT:
        raise _taken(_("The number {office} is taken in the other database.").format(office=office))
    return mark is None and not there.is_sqlite


def _refuse_living_file(desk_: Desk, there: Database) -> None:
    """What the embedded file would take the place of must be what an earlier move left behind."""
    if there.is_sqlite and _living(desk_) is not None:
        raise _taken(_("The number {office} is taken in the other database.").format(office=desk_.office_id))


def _living(desk_: Desk) -> str | None:
    """The installation whose office lives in the embedded file; None where none does."""
    file = desk_.settings.home / _FILE
    if not file.exists():
        return None
    database = Database(sqlite_url(file))
    try:
        schema.check(database)
        with database.read() as connection:
            if relocation.mark(connection, desk_.office_id) is None:
                return heads.installation(connection, desk_.office_id)
        return None
    finally:
        database.close()


def _taken(what: str) -> Refused:
    return Refused(
        "E-B41", what,
        remedy=_("Name another database. What an earlier move of this office left there is removed with --clear."),
    )  # fmt: skip


def _leave(desk_: Desk, to: Place) -> Mark:
    """Close the office here; the trail says by whom and where to. Its own doubts are cleared up first."""
    from deeds.running import refuse_behind, refuse_damaged, refuse_unproved

    refuse_damaged(desk_)
    refuse_behind(desk_)
    refuse_unproved(desk_)
    office, now = desk_.office_id, desk_.now()

    def work(connection: Connection) -> Mark:
        role = permissions.demand(desk_.actor, "service.manage")
        detail = {"from": _here(desk_), "to": to.name}
        entry = audit.Entry("move", "office", office, role=role.value, detail=detail)
        audit.append(connection, office, desk_.actor, entry, now)
        made = Mark(State.LEAVING, to.name, heads.installation(connection, office), now)
        relocation.put(connection, office, made)
        return made

    return desk_.perform("move", work)


def _copied(desk_: Desk, there: Database, begun: Mark, told: Callable[[str], object]) -> list[Held]:
    """Copy and prove under the write lock of the database that is left; what is said of it holds when it is released."""
    office = desk_.office_id
    with desk_.database.write(office) as here:
        _arrive(desk_, here, there, begun)
        copying.copy(here, there, office, told)
        with there.read() as connection:
            held = copying.compare(here, connection, office)
            _refuse_unlike(desk_, here, connection, held)
        relocation.put(here, office, Mark(State.LEFT, begun.place, begun.installation, begun.at))
    return held


def _arrive(desk_: Desk, here: Connection, there: Database, begun: Mark) -> None:
    """The office's own row and its mark come first, together: nobody takes what follows for an office."""
    office = desk_.office_id
    with there.write(office) as connection:
        if not _mine(connection, office):
            copying.add(connection, t.office, copying.rows(here, t.office, office))
            made = Mark(State.ARRIVING, _here(desk_), begun.installation, begun.at)
            relocation.put(connection, office, made)


def _refuse_unlike(desk_: Desk, here: Connection, there: Connection, held: list[Held]) -> None:
    """Rows, head and proof must be the same on both sides; E-B42 names the first row that is not."""
    unlike = [one for one in held if one.differs]
    folder, store, office = desk_.settings.heads_dir, desk_.store, desk_.office_id
    where = unlike[0].differs if unlike else ""
    if not unlike:
        ours, theirs = (verify.verify(c, office, heads_dir=folder, store=store) for c in (here, there))
        if ours == theirs and audit.head(here, office) == audit.head(there, office):
            return
        where = next((one.where for one in theirs if one not in ours), _("trail"))
    raise EnvironmentRefused(
        "E-B42",
        _("The copy is not the same as what was copied; the office has not left."),
        where=where,
        remedy=_("Remove the copy with --clear, then move again."),
    )


def _settle(home: Path) -> None:
    """The file takes its place; the one that the office once left stays beside it."""
    file, made = home / _FILE, home / _UNFINISHED
    if file.exists():
        single_file(file)
        file.rename(_beside(file))
    single_file(made)
    made.chmod(0o600)
    made.rename(file)
    sync_folder(home)


def _beside(file: Path) -> Path:
    """A name that nothing bears yet."""
    names = (file.with_name(f"{file.name}.left-{number}") for number in range(1, 1000))
    return next(one for one in names if not one.exists())


def _settled(desk_: Desk) -> Head | None:
    """The head of an office that has come back into its file already; the settings do not say so yet."""
    if not desk_.settings.database or (desk_.settings.home / _UNFINISHED).exists():
        return None
    begun = desk_.read(lambda c: relocation.mark(c, desk_.office_id))
    if begun is None or (begun.state, begun.place) != (State.LEFT, EMBEDDED) or _living(desk_) != begun.installation:
        return None
    database = Database(sqlite_url(desk_.settings.home / _FILE))
    try:
        return _head(database, desk_.office_id)
    finally:
        database.close()


def clear(desk_: Desk, to: Place) -> bool:
    """Give up a move, or remove what an earlier one left there; whether anything was there. E-B41 where an office lives."""
    _enter(desk_)
    with _both(desk_, to) as there:
        office = desk_.office_id
        begun = desk_.read(lambda c: relocation.mark(c, office))
        if begun is not None and begun.place != to.name:
            raise relocation.elsewhere(begun)
        found = _removable(desk_, there, begun)
        if found and not there.is_sqlite:
            with there.write(office) as connection:
                copying.remove(connection, office)
    if to.embedded:
        for ending in ("", "-wal", "-shm"):
            (desk_.settings.home / f"{_UNFINISHED}{ending}").unlink(missing_ok=True)
    if begun is not None or found:
        desk_.perform("move.clear", lambda connection: _stay(desk_, connection, to))
    return found


def _stay(desk_: Desk, connection: Connection, to: Place) -> None:
    role, office = permissions.demand(desk_.actor, "service.manage"), desk_.office_id
    relocation.lift(connection, office)
    entry = audit.Entry("move.clear", "office", office, role=role.value, detail={"to": to.name})
    audit.append(connection, office, desk_.actor, entry, desk_.now())


def _removable(desk_: Desk, there: Database, begun: Mark | None) -> bool:
    """Whether there is a copy of this office on which nobody works, and of which nothing would be lost; E-B41."""
    office = desk_.office_id
    with there.read() as connection:
        present, mark, head = (
            _mine(connection, office),
            relocation.mark(connection, office),
            audit.head(connection, office),
        )
    if not present and (begun is None or begun.state == State.LEAVING):
        return False
    installation = desk_.read(lambda c: heads.installation(c, office))
    if mark is None or mark.installation != installation:
        raise _taken(_("An office lives there; it is not removed."))
    e = t.event.c
    query = sa.select(e.hash).where(e.office_id == office, e.seq == head.seq)
    if head.seq and desk_.read(lambda c: c.scalar(query)) != head.hash:
        raise _taken(_("The copy there holds events that are not here; it is not removed."))
    return True
