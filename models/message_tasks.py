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
    " SELECT DISTINCT {row}.office_id, {task}, {row}.id FROM {items} WHERE true ON CONFLICT DO NOTHING"
)
_SQLITE: Final = _INSERT.format(
    row="NEW", task="json_extract(item.value, '$[0]')", items="json_each(NEW.about) AS item"
)
_TASK: Final = "CAST(item.value ->> 0 AS integer)"
_OF_ONE: Final = _INSERT.format(row="NEW", task=_TASK, items="json_array_elements(NEW.about) AS item")
#: of all that one statement wrote
_OF_ALL: Final = _INSERT.format(row="written", task=_TASK, items="written, json_array_elements(written.about) AS item")
NEW: Final = "message_tasks_of_new"
GROWN: Final = "message_tasks_of_grown"
TRIGGERS: Final = {NEW: "INSERT", GROWN: "UPDATE OF about"}


def install(connection: Connection) -> None:
    """Create the triggers in the dialect of the connection: a message is written, or grows by another task."""
    run = connection.exec_driver_sql
    if connection.dialect.name == "sqlite":
        for name, verb in TRIGGERS.items():
            run(f"CREATE TRIGGER {name} AFTER {verb} ON message BEGIN {_SQLITE}; END")
        return
    whole = f"AFTER {TRIGGERS[NEW]} ON message REFERENCING NEW TABLE AS written FOR EACH STATEMENT"
    each = f"AFTER {TRIGGERS[GROWN]} ON message FOR EACH ROW"
    for name, when, words in ((NEW, whole, _OF_ALL), (GROWN, each, _OF_ONE)):
        run(f"CREATE FUNCTION duban_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {words}; RETURN NULL; END $$")
        run(f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION duban_{name}()")
