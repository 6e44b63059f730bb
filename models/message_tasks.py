"""Which messages speak of a task: the database keeps ``message_task`` by itself from ``message.about``, in both dialects.

The page of a task finds its messages by an index instead of looking into every message there is; whoever writes a
message says what it is about in one place only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

_INSERT: Final = (
    "INSERT INTO message_task (office_id, task_id, message_id)"
    " SELECT DISTINCT NEW.office_id, {task}, NEW.id FROM {items} WHERE true ON CONFLICT DO NOTHING"
)
_SQLITE: Final = _INSERT.format(task="json_extract(item.value, '$[0]')", items="json_each(NEW.about) AS item")
_POSTGRESQL: Final = _INSERT.format(
    task="CAST(item.value ->> 0 AS integer)", items="json_array_elements(NEW.about) AS item"
)
TRIGGERS: Final = {"message_tasks_of_new": "INSERT", "message_tasks_of_grown": "UPDATE OF about"}


def install(connection: Connection) -> None:
    """Create the triggers in the dialect of the connection: a message is written, or grows by another task."""
    run = connection.exec_driver_sql
    if connection.dialect.name == "sqlite":
        for name, verb in TRIGGERS.items():
            run(f"CREATE TRIGGER {name} AFTER {verb} ON message BEGIN {_SQLITE}; END")
        return
    run(
        "CREATE FUNCTION duban_message_tasks() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN {_POSTGRESQL}; RETURN NEW; END $$"
    )
    for name, verb in TRIGGERS.items():
        run(f"CREATE TRIGGER {name} AFTER {verb} ON message FOR EACH ROW EXECUTE FUNCTION duban_message_tasks()")
