"""What the database says of programs that are older than itself."""

from __future__ import annotations

import sqlalchemy as sa
from sqlmodel import Field, SQLModel


class Serving(SQLModel, table=True):
    """The oldest program that may still work on this database, by its newest revision; one row.

    Migrations that only add leave it: then the nodes of a cluster are brought to a new release one after the other, the
    old program working beside the new one. One that takes something away moves it, a release later (decision 0056).
    """

    oldest: str = Field(primary_key=True, sa_type=sa.String(16))
