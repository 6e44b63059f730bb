"""One dialect and one cache of compiled statements for all the databases of a test process.

An office opens one database and compiles each of its statements once. Tests open thousands, each of which would compile
them all again: a third of what they took.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy.util import LRUCache

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import Dialect, Engine

_COMPILED: Final = LRUCache(4000)
_create: Final[Callable[..., Engine]] = sa.create_engine


def create_engine(url: Any, **options: Any) -> Engine:
    """As SQLAlchemy's own; an SQLite engine takes part in what the others have compiled."""
    made = _create(url, **options)
    if made.dialect.name == "sqlite":
        made.dialect = _dialect(options.get("json_serializer"))
        made.update_execution_options(compiled_cache=_COMPILED)
    return made


@cache
def _dialect(json_serializer: Callable[[Any], str] | None) -> Dialect:
    engine = _create("sqlite+pysqlite://", json_serializer=json_serializer)
    engine.connect().close()  # it learns from its first connection what the driver can do
    return engine.dialect
