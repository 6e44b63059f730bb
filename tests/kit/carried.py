"""What a PostgreSQL server carries out, within its triggers and keys, too: each statement with the plan that it followed.

What a trigger asks goes past whoever listens to the program. The server tells of it (``auto_explain``, which comes along
with it and which a superuser may load), as notices on the connection that made it fire.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import sqlalchemy as sa

if TYPE_CHECKING:
    from collections.abc import Iterator

    from models.database import Database

_TELLING: Final = {
    "auto_explain.log_min_duration": "0",
    "auto_explain.log_nested_statements": "on",
    "auto_explain.log_format": "json",
    "auto_explain.log_level": "notice",
}


class Carried(NamedTuple):
    """A statement as the server calls it, the uppermost step of its plan, and within what it was asked; empty: by us."""

    text: str
    plan: Any
    within: str


@contextmanager
def carried_out(database: Database, **settings: str) -> Iterator[list[Carried]]:
    """Each statement that is carried out meanwhile for this database, planned under these settings of the server's."""
    told: list[Carried] = []

    def hear(notice: Any) -> None:
        _duration, is_one, plan = notice.message_primary.partition("plan:\n")
        if is_one:
            found = json.loads(plan)
            told.append(Carried(found["Query Text"], found["Plan"], notice.context or ""))

    def begin(driver: Any, _record: object) -> None:
        driver.execute("LOAD 'auto_explain'")
        for name, value in {**_TELLING, **settings}.items():
            driver.execute("SELECT set_config(%s, %s, false)", (name, value))
        driver.add_notice_handler(hear)

    database.close()  # what is open tells nothing yet
    sa.event.listen(database.engine, "connect", begin)
    try:
        yield told
    finally:
        sa.event.remove(database.engine, "connect", begin)
        database.close()
