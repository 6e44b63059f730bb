"""“Is one of these” for statements that are compiled once: the values are one parameter, however many they are.

An ``IN`` has a place for each value, so that it is another text for each number of them: SQLAlchemy writes it anew every
time, and a server plans each anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import TypeDecorator

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect
    from sqlalchemy.sql.compiler import SQLCompiler
    from sqlalchemy.types import TypeEngine


class _Several(TypeDecorator[Sequence[Any]]):
    """Values of one kind as one: an array, or a list in JSON where there are none."""

    impl = sa.JSON
    cache_ok = True

    def __init__(self, item: TypeEngine[Any]) -> None:
        super().__init__()
        self.item = item

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        kind: TypeEngine[Any] = sa.ARRAY(self.item) if dialect.name == "postgresql" else sa.JSON()
        return dialect.type_descriptor(kind)


class _Among(sa.ColumnElement[bool]):
    inherit_cache = False

    def __init__(self, column: sa.ColumnElement[Any], values: sa.BindParameter[Any]) -> None:
        self.column, self.values, self.type = column, values, sa.Boolean()

    def self_group(self, against: Any = None) -> _Among:  # noqa: ARG002
        """As it is: where a database has no truth values, ``= 1`` would be put behind it, and no index found before it."""
        return self


def among(column: sa.ColumnElement[Any], name: str) -> sa.ColumnElement[bool]:
    """Whether the column's value is in the list that is given as the parameter ``name``; numbers and strings."""
    return _Among(column, sa.bindparam(name, type_=_Several(column.type)))


@compiles(_Among, "postgresql")
def _array(element: _Among, compiler: SQLCompiler, **how: Any) -> str:
    return f"{compiler.process(element.column, **how)} = ANY ({compiler.process(element.values, **how)})"


@compiles(_Among)
def _json(element: _Among, compiler: SQLCompiler, **how: Any) -> str:
    column, values = (compiler.process(part, **how) for part in (element.column, element.values))
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608  # a statement in the making
