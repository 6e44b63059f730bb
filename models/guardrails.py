"""What the database itself refuses, whoever writes: triggers in both dialects.

History is append-only; sealed papers never change; a state cannot change without its event; nothing happens in an
office that has moved away, and nothing leaves it (``reliability.md`` section 4, I1, I8, I9, I11). The program obeys the same rules; these hold when it does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

#: tables whose rows are written once
FROZEN: Final = (
    "event",
    "report",
    "filing",
    "evidence",
    "sighting",
    "attachment",
    "verification",
    "summary",
    "paper",
    "parcel",
    "voiding",
    "visit",
    "photo",
    "template",
    "template_failure",
)
#: tables whose rows change but never go away
KEPT: Final = (
    "task",
    "message",
    "attempt",
    "reminder",
    "request",
    "period",
    "notice",
    "clause",
    "responsibility",
    "flow",
    "seat",
    "copy",
    "phrase",
    "problem",
    "inspection",
    "apitoken",
    "peer",
    "webhookdelivery",
)

#: what an office does and what it sends: neither goes on in a database that it has left
LIVING: Final = ("event", "attempt")
#: how the triggers of those say it
MOVED: Final = "the office has moved to another database"
_MOVED_AWAY = "SELECT 1 FROM relocation WHERE relocation.office_id = NEW.office_id AND relocation.state <> 'arriving'"

_STATE_NEEDS_EVENT = (
    "SELECT 1 FROM event WHERE event.office_id = NEW.office_id AND event.object_type = 'task' AND event.object_id = NEW.id"
    " AND event.version = NEW.version AND event.to_state = NEW.state AND event.result = 'done'"
)


def sqlite_statements() -> list[str]:
    """The triggers for SQLite."""
    made = [_sqlite_frozen(table, verb) for table in FROZEN for verb in ("UPDATE", "DELETE")]
    made += [_sqlite_frozen(table, "DELETE") for table in KEPT]
    made.append(
        "CREATE TRIGGER task_state_needs_event BEFORE UPDATE OF state ON task WHEN NEW.state <> OLD.state"
        f" AND NOT EXISTS ({_STATE_NEEDS_EVENT})"
        " BEGIN SELECT RAISE(ABORT, 'a state changes only with its event'); END"
    )
    made += [
        f"CREATE TRIGGER {table}_no_more BEFORE INSERT ON {table} WHEN EXISTS ({_MOVED_AWAY})"
        f" BEGIN SELECT RAISE(ABORT, '{MOVED}'); END"
        for table in LIVING
    ]
    return made


def _sqlite_frozen(table: str, verb: str) -> str:
    return (
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}"
        f" BEGIN SELECT RAISE(ABORT, '{table} is kept as it was written'); END"
    )


def postgresql_statements() -> list[str]:
    """The same triggers for PostgreSQL."""
    made = [
        "CREATE FUNCTION duban_keep() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION '% is kept as it was written', TG_TABLE_NAME; END $$",
        "CREATE FUNCTION duban_state_needs_event() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF NEW.state <> OLD.state AND NOT EXISTS ({_STATE_NEEDS_EVENT}) THEN"
        " RAISE EXCEPTION 'a state changes only with its event'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER task_state_needs_event BEFORE UPDATE OF state ON task"
        " FOR EACH ROW EXECUTE FUNCTION duban_state_needs_event()",
        "CREATE FUNCTION duban_no_more() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF EXISTS ({_MOVED_AWAY}) THEN RAISE EXCEPTION '{MOVED}'; END IF; RETURN NEW; END $$",
    ]
    made += [
        f"CREATE TRIGGER {table}_no_more BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION duban_no_more()"
        for table in LIVING
    ]
    made += [_postgresql_frozen(table, verb) for table in FROZEN for verb in ("UPDATE", "DELETE")]
    made += [_postgresql_frozen(table, "DELETE") for table in KEPT]
    return made


def _postgresql_frozen(table: str, verb: str) -> str:
    return (
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION duban_keep()"
    )


def install(connection: Connection) -> None:
    """Create every trigger in the dialect of the connection."""
    dialect = connection.dialect.name
    for statement in sqlite_statements() if dialect == "sqlite" else postgresql_statements():
        connection.execute(sa.text(statement))
