"""A database of its own on the PostgreSQL server that DUBAN_TEST_POSTGRES names."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import pytest
import sqlalchemy as sa

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVER: Final = os.environ.get("DUBAN_TEST_POSTGRES", "")
needs_server = pytest.mark.skipif(not SERVER, reason="DUBAN_TEST_POSTGRES names no PostgreSQL server")


@contextmanager
def own_database() -> Iterator[str]:
    """The URL of an empty one, gone afterwards; one per process of the run, also when two runs share a server."""
    server = sa.make_url(SERVER).set(drivername="postgresql+psycopg")
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    name = f"duban_test_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}_{os.getpid()}"
    with engine.connect() as connection:
        connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
    yield server.set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    engine.dispose()
