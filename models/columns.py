"""The kinds of columns, and a table as statements need it: names, types, keys and defaults, no constraints.

Constraints, indexes and foreign keys stand with the rows (``models/rows``), which only migrations read: the classes of
sixty tables take longer to build than everything else a command does.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

metadata = sa.MetaData()


class Instant(sa.types.TypeDecorator[datetime]):
    """An aware instant, kept and given back in UTC; one without a zone is refused with ``ValueError``."""

    impl = sa.DateTime
    cache_ok = True

    def __init__(self) -> None:
        """With its zone where the database knows zones."""
        super().__init__(timezone=True)

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """What is stored."""
        del dialect
        if value is None or value.tzinfo is UTC:
            return value
        if value.utcoffset() is None:
            raise ValueError("an instant without a zone could be any of two dozen")
        return value.astimezone(UTC)

    def result_processor(self, dialect: sa.Dialect, coltype: object) -> Any:
        """What is read, in one go: a sweep reads thousands of them. SQLite gives UTC without saying so, in text."""
        del coltype
        return _from_text if dialect.name == "sqlite" else _in_utc


def _in_utc(value: datetime | None) -> datetime | None:
    return value if value is None or value.tzinfo is UTC else value.astimezone(UTC)


def _from_text(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(f"{text}+00:00")


class Kind(NamedTuple):
    """The type of a column, and what stands in it where nothing is given: a value, or what makes one."""

    type: sa.types.TypeEngine[Any]
    default: Any = None

    def default_to(self, default: Any) -> Kind:
        """The same with a default."""
        return Kind(self.type, default)


NUMBER: Final = Kind(sa.Integer())
FRACTION: Final = Kind(sa.Float())
TEXT: Final = Kind(sa.String())
#: texts that are at most so long
TEXT_7, TEXT_8, TEXT_16, TEXT_32, TEXT_48, TEXT_64, TEXT_200 = (
    Kind(sa.String(longest)) for longest in (7, 8, 16, 32, 48, 64, 200)
)
DAY: Final = Kind(sa.Date())
INSTANT: Final = Kind(Instant())
FLAG: Final = Kind(sa.Boolean())
DATA: Final = Kind(sa.JSON())


def table(name: str, keys: int, /, **columns: Kind) -> sa.Table:
    """A table whose first ``keys`` columns are its primary key."""
    made = [
        sa.Column(column, kind.type, default=kind.default, primary_key=place < keys, autoincrement=False)
        for place, (column, kind) in enumerate(columns.items())
    ]
    return sa.Table(name, metadata, *made)
