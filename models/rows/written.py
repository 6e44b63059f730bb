"""Writes ``models/tables.py``, the tables as statements need them, from the rows. Run by ``make docs``."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import UTCDateTime

import models.rows  # noqa: F401 - makes every row known

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE: Final = Path(__file__).parents[1] / "tables.py"
HEAD: Final = '''\
"""Every table as statements need it. Written by ``make docs`` from ``models/rows``; do not edit it."""

from __future__ import annotations

from models.columns import (
{kinds}
    metadata,
    table,
)

# fmt: off
'''
#: the name of each type in ``models/columns.py``
NAMES: Final[dict[type[Any], str]] = {
    sa.Integer: "NUMBER", sa.Float: "FRACTION", sa.Boolean: "FLAG", sa.Date: "DAY", sa.JSON: "DATA", UTCDateTime: "INSTANT",
}  # fmt: skip
WIDTH: Final = 120


def written() -> str:
    """The text of ``models/tables.py``."""
    tables = [_table(name, made) for name, made in sorted(_named(SQLModel))]
    kinds = sorted(
        set(re.findall(r"=([A-Z]+)(_?)(\d*)", "".join(tables))), key=lambda kind: (kind[0], int(kind[2] or 0))
    )
    head = HEAD.format(kinds="\n".join(f"    {''.join(kind)}," for kind in kinds))
    return "\n".join([head, *tables, '\n__all__ = ["metadata"]\n'])


def _named(base: type[SQLModel]) -> Iterator[tuple[str, sa.Table]]:
    """Each table under the name that the program calls it: that of its class, or the one it was given."""
    for row in base.__subclasses__():
        made = getattr(row, "__table__", None)
        if made is not None:
            usual = row.__name__.lower() == made.name
            yield re.sub(r"(?<=[a-z])(?=[A-Z])", "_", row.__name__).lower() if usual else made.name, made
        yield from _named(row)


def _table(name: str, made: sa.Table) -> str:
    keys = len(made.primary_key.columns)
    assert list(made.primary_key.columns) == list(made.columns)[:keys], f"the key of {made.name} comes first"
    columns = ", ".join(f"{column.name}={_kind(column)}" for column in made.columns)
    lines = textwrap.wrap(columns, WIDTH, initial_indent="    ", subsequent_indent="    ", break_long_words=False)
    return f'{name} = table(\n    "{made.name}", {keys},\n' + "\n".join(lines) + ",\n)"


def _kind(column: sa.Column[Any]) -> str:
    longest = getattr(column.type, "length", None)
    kind = NAMES.get(type(column.type)) or (f"TEXT_{longest}" if longest else "TEXT")
    if column.default is None:
        return kind
    default: Any = column.default
    value = {"list": "list", "dict": "dict"}[default.arg.__name__] if default.is_callable else _quoted(default.arg)
    return f"{kind}.default_to({value})"


def _quoted(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else repr(value)


if __name__ == "__main__":
    FILE.write_text(written(), encoding="utf-8")
