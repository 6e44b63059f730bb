"""A PostgreSQL server for tests: the one that DUBAN_TEST_POSTGRES names, with an empty database for whoever asks."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING
from unittest import mock

import pytest
import sqlalchemy as sa

from models import partitions

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVER = os.environ.get("DUBAN_TEST_POSTGRES", "")
#: parts of a large table in a test's database: more than one, and made sooner than all
PARTS = 2
needs_server = pytest.mark.skipif(not SERVER, reason="DUBAN_TEST_POSTGRES names no PostgreSQL server")


@contextmanager
def empty_database(purpose: str = "test", template: str = "template0", parts: int = PARTS) -> Iterator[str]:
    """The URL of a database of this process's own, gone afterwards; two test runs may share a server."""
    server = sa.make_url(SERVER).set(drivername="postgresql+psycopg")
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    name = f"duban_{purpose}_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}_{os.getpid()}"
    gone = f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'
    with engine.connect() as connection:
        connection.exec_driver_sql(gone)
        connection.exec_driver_sql(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        with mock.patch.object(partitions, "COUNT", parts):
            yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.exec_driver_sql(gone)
        engine.dispose()
