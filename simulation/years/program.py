"""The program as it runs in a simulated year: its processes, each with a life of its own, and whoever sits at a desk.

A process opens the database anew each time it is started; when it dies, its connections die with it.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy.util import LRUCache

from deeds.desk import Desk, open_database
from models.times import local_date
from workflow import cases, people

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy.engine import Dialect, Engine

    from models.database import Database
    from models.settings import Settings
    from simulation.years.clock import Clock
    from workflow.case import Actor


#: what has been compiled of the program's statements by any process of any year
_COMPILED: Final[LRUCache[Any, Any]] = LRUCache(4000)
_DIALECTS: Final[list[Dialect]] = []


def _compile_once(engine: Engine) -> None:
    """A process that is started anew is the same program: its statements are not compiled again."""
    if not _DIALECTS:
        _DIALECTS.append(engine.dialect)
    engine.dialect = _DIALECTS[0]
    engine.update_execution_options(compiled_cache=_COMPILED)


class Process:
    """One process of the program, ``service`` or ``desk``; it may die and be started anew."""

    def __init__(self, name: str, settings: Settings, opened: Callable[[Process], None] = lambda _one: None) -> None:
        """``opened`` is told of each life when it has opened the database."""
        self.name = name
        self.settings = settings
        #: how often it was started anew
        self.lives = 0
        self._opened = opened
        self._database: Database | None = None

    @property
    def database(self) -> Database:
        """The database of this life."""
        if self._database is None:
            self._database = open_database(self.settings)
            _compile_once(self._database.engine)
            self._opened(self)
        return self._database

    def end(self) -> None:
        """The process ends, by its own will or not: what it held is gone."""
        if self._database is not None:
            self._database.close()
            self._database = None
            self.lives += 1


class Seat(Desk):
    """What the program knows of one person while they do one thing."""

    def __init__(self, process: Process, clock: Clock, login: str, acting_for: str = "") -> None:
        """``acting_for`` is the login of an absent person whom ``login`` stands in for."""
        self.process, self.clock, self.login, self.acting_for = process, clock, login, acting_for

    @property
    def settings(self) -> Settings:
        """The settings of the office."""
        return self.process.settings

    @cached_property
    def database(self) -> Database:
        """The database as the process that serves this desk has it open."""
        return self.process.database

    @cached_property
    def actor(self) -> Actor:
        """The person with today's duties, or the absent one they stand in for."""
        office, today = self.office_id, local_date(self.now())
        with self.database.read() as connection:
            number = people.person_id(connection, office, self.login)
            actor = cases.load_actor(connection, office, number, today, source="web")
            if not self.acting_for:
                return actor
            stands_in = cases.load_substitute(connection, office, actor, self.acting_for, today)
            return stands_in or actor

    def now(self) -> datetime:
        """What the wall clock shows."""
        return self.clock.now()
