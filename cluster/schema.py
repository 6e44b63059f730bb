"""Procrastinate's tables beside ours, brought to the form of the version that is installed; all named ``procrastinate_…``.

Upstream ships the whole schema and, for older ones, a file for each step, named by the version that needs it, but keeps
no record of what was applied. The record is the comment on its main table.
"""

from __future__ import annotations

import re
from importlib import metadata, resources
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

if TYPE_CHECKING:
    from collections.abc import Iterable
    from importlib.resources.abc import Traversable

    from models.database import Database

#: no two apply it at once; Procrastinate's name as a number, beside the offices' own
_TURN: Final = sa.text("SELECT pg_advisory_xact_lock(1685419374, 0)")
_MARK: Final = sa.text("SELECT obj_description(to_regclass('procrastinate_jobs'), 'pg_class')")
_THERE: Final = sa.text("SELECT to_regclass('procrastinate_jobs') IS NOT NULL")
_STEP: Final = re.compile(r"(\d+)\.(\d+)\.(\d+)_\d+_.*\.sql")
_SAYS: Final = "procrastinate "

Version = tuple[int, ...]


def installed() -> bool:
    """Whether the extra ``cluster`` is installed."""
    return find_spec("procrastinate") is not None


def apply(database: Database) -> None:
    """Create or upgrade the tables for jobs; nothing where there is no server, or the extra is not installed."""
    if database.is_sqlite or not installed():
        return
    ours = metadata.version("procrastinate")
    files = resources.files("procrastinate.sql")
    with database.engine.begin() as connection:
        connection.execute(_TURN)
        texts = _wanted(connection.scalar(_MARK), files) if connection.scalar(_THERE) else [_text(files / "schema.sql")]
        driver: Any = connection.connection.driver_connection
        for text in texts:
            driver.execute(text)  # several statements at once, with percent signs that are no parameters
        if texts:
            connection.execute(sa.text(f"COMMENT ON TABLE procrastinate_jobs IS '{_SAYS}{ours}'"))
    database.close()


def _wanted(mark: str | None, files: Traversable) -> list[str]:
    """What leads on from the version in the mark; tables without one were not made by us, and are left as they are."""
    if mark is None or not mark.startswith(_SAYS):
        return []
    applied = tuple(int(part) for part in mark.removeprefix(_SAYS).split(".")[:3])
    steps = files / "migrations"
    return [_text(steps / name) for name in steps_after(applied, (one.name for one in steps.iterdir()))]


def _text(file: Traversable) -> str:
    return file.read_text("utf-8")


def steps_after(applied: Version, names: Iterable[str]) -> list[str]:
    """Of the files that lead from one version to the next those that come after a version, in their order."""
    found = {name: match for name in names if (match := _STEP.fullmatch(name))}
    return sorted(name for name, match in found.items() if tuple(int(part) for part in match.groups()) > applied)
