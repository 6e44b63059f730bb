"""The office, its units and its people (design, sections 2 and 5)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.base import OfficeRow, index, ref, unique


class Office(SQLModel, table=True):
    """The coordinating office; one database can hold many."""

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    name: str
    short_name: str
    recipient: str
    #: an office too small for four eyes may say so openly; the trail shows it (design, section 5)
    four_eyes: bool = True
    #: the channel by which people are told unless they say otherwise
    channel: str = "file"
    #: audit hash algorithm in force: sha256 or sm3
    algorithm: str = "sha256"
    #: raised by each confirmed restore, so that a second life of the same data can be told apart
    epoch: int = 1
    created_at: datetime


class Unit(OfficeRow, table=True):
    """A responsible unit; institutions are renamed, so a unit is closed and succeeded, never renamed in place."""

    __table_args__ = (unique("name", "valid_from"),)

    name: str
    short_name: str = ""
    valid_from: date
    valid_to: date | None = None
    successor_id: int | None = None


class UnitAlias(OfficeRow, table=True):
    """Another name under which notices call a unit."""

    __table_args__ = (unique("alias"), ref("unit_id", "unit"))

    unit_id: int
    alias: str


class UnitGroup(OfficeRow, table=True):
    """A collective name in a notice, such as 有关县市区."""

    __table_args__ = (unique("name"),)

    name: str


class GroupMember(OfficeRow, table=True):
    """One unit of a group's roster, for all clauses or for one; who expanded it and when is recorded."""

    __table_args__ = (
        unique("group_id", "unit_id", "clause_id"),
        ref("group_id", "unitgroup"),
        ref("unit_id", "unit"),
    )

    group_id: int
    unit_id: int
    #: 0 = wherever the group is named; otherwise this clause alone
    clause_id: int = 0
    expanded_by: str
    expanded_at: datetime


class Person(OfficeRow, table=True):
    """A login. Only what work needs is kept: name, address, the hash of the password."""

    __table_args__ = (unique("login"),)

    login: str
    name: str
    email: str = ""
    password_hash: str = ""
    #: SHA-256 of a one-time code that sets the first password; empty once used
    code_hash: str = ""
    active: bool = True
    failed_logins: int = 0
    locked_until: datetime | None = None
    created_at: datetime


class Duty(OfficeRow, table=True):
    """The role a person holds in a unit or in the office, from and to."""

    __table_args__ = (
        ref("person_id", "person"),
        ref("unit_id", "unit"),
        index("ix_duty_unit", "unit_id", "role"),
        index("ix_duty_person", "person_id"),
    )

    person_id: int
    role: str = Field(sa_type=sa.String(32))
    unit_id: int | None = None
    valid_from: date
    valid_to: date | None = None


class Absence(OfficeRow, table=True):
    """Someone is away and names a substitute who acts in their name."""

    __table_args__ = (ref("person_id", "person"), ref("substitute_id", "person"))

    person_id: int
    substitute_id: int
    from_on: date
    to_on: date


class Login(OfficeRow, table=True):
    """A session token of the command line; only its SHA-256 is stored, so it can be revoked but not read."""

    __table_args__ = (unique("token_hash"), ref("person_id", "person"))

    person_id: int
    token_hash: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None


class ApiToken(OfficeRow, table=True):
    """What a program shows in a person's name; only its SHA-256 is stored, so it can be revoked but not read."""

    __table_args__ = (unique("token_hash"), ref("person_id", "person"), index("ix_apitoken_person", "person_id"))

    person_id: int
    name: str
    token_hash: str
    #: what the program may do of what the person may (``workflow.tokens.SCOPES``)
    scopes: list[Any] = Field(sa_type=sa.JSON)
    created_at: datetime
    expires_at: datetime
    #: to the hour: not every call writes
    used_at: datetime | None = None
    revoked_at: datetime | None = None
    revoked_by: str = ""
