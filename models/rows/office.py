"""The office, its units and its people (design, sections 2 and 5)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.rows.base import OfficeRow, index, ref, unique


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


class Relocation(SQLModel, table=True):
    """That an office is leaving this database, has left it, or is still arriving: nobody works on it here."""

    office_id: int = Field(primary_key=True, foreign_key="office.id")
    state: str = Field(sa_type=sa.String(16))
    #: the other database, without a password
    place: str
    #: which life of the office's data it is
    installation: str
    at: datetime


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
    #: when the code was made; None for one that does not lapse
    code_at: datetime | None = None
    #: of a second factor (TOTP), in base32, and the last step whose code was used; None where none is asked for
    totp_secret: str | None = None
    totp_step: int | None = None
    #: None for one that was not chosen by the person
    password_set_at: datetime | None = None
    active: bool = True
    #: since the last login that succeeded, from wherever
    failed_logins: int = 0
    #: the latest lock, at whichever address: for those who look; what counts is ``LoginFailure``
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


class PastPassword(OfficeRow, table=True):
    """A password that a person has or had: the last few are not taken again."""

    __table_args__ = (ref("person_id", "person"), index("ix_pastpassword_person", "person_id"))

    person_id: int
    password_hash: str
    set_at: datetime


class LoginFailure(OfficeRow, table=True):
    """How often a login failed for a name, whoever has it, from one address; an empty address counts all of them."""

    __table_args__ = (unique("name", "address"), index("ix_loginfailure_since", "since_at"))

    name: str = Field(sa_type=sa.String(64))
    address: str = Field(sa_type=sa.String(64))
    tries: int
    since_at: datetime
    locked_until: datetime | None = None


class Login(OfficeRow, table=True):
    """A session at a terminal or in a browser; of its token only the SHA-256 is stored: it can be revoked, not read."""

    __table_args__ = (unique("token_hash"), ref("person_id", "person"), index("ix_login_person", "person_id"))

    person_id: int
    token_hash: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    #: cli or web; one in a browser ends when nothing is done in it for long
    kind: str = Field(default="cli", sa_type=sa.String(8))
    #: to the minute or so
    seen_at: datetime | None = None
    address: str = Field(default="", sa_type=sa.String(64))
    #: what the browser says of itself
    browser: str = Field(default="", sa_type=sa.String(200))


class CalendarFeed(OfficeRow, table=True):
    """A person's own calendar address; only the SHA-256 of its token is stored, so it can be revoked but not read."""

    __table_args__ = (unique("token_hash"), ref("person_id", "person"), index("ix_calendarfeed_person", "person_id"))

    person_id: int
    token_hash: str
    created_at: datetime
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
