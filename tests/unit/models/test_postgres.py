"""A server that is away: which complaints mean it, what is said of them, and how long somebody waits."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import psycopg
import pytest
import sqlalchemy as sa
from psycopg import errors
from sqlalchemy import exc

from kit.world import refused
from models import postgres
from models.complaints import refusal
from models.database import Database
from models.postgres import COMMIT, Patience, away
from models.statements import Statement

if TYPE_CHECKING:
    from collections.abc import Callable

#: a port on which nobody listens
NOBODY = "postgresql+psycopg://duban@127.0.0.1:1/duban"


def complaint(error: Exception, statement: str = "SELECT 1") -> exc.DBAPIError:
    """The driver's error as SQLAlchemy hands it on."""
    base = sqlite3.Error if isinstance(error, sqlite3.Error) else psycopg.Error
    made = exc.DBAPIError.instance(statement, None, error, base, dialect=sa.make_url(NOBODY).get_dialect()())
    assert isinstance(made, exc.DBAPIError)
    return made


@pytest.mark.parametrize(
    ("error", "statement", "code"),
    [
        (errors.AdminShutdown("terminating connection"), "INSERT", "E-B30"),
        (errors.CannotConnectNow("the database system is starting up"), "BEGIN", "E-B30"),
        (errors.TooManyConnections("sorry, too many clients already"), "BEGIN", "E-B30"),
        (errors.ConnectionFailure("gone"), "BEGIN", "E-B30"),
        (errors.IdleInTransactionSessionTimeout("terminating connection"), "INSERT", "E-B30"),
        (psycopg.OperationalError("server closed the connection unexpectedly"), "INSERT", "E-B30"),
        (psycopg.OperationalError("session is read-only"), "BEGIN", "E-B30"),
        (psycopg.OperationalError("server closed the connection unexpectedly"), COMMIT, "E-B31"),
        (errors.AdminShutdown("terminating connection"), COMMIT, "E-B31"),
        (psycopg.OperationalError('password authentication failed for user "duban"'), "BEGIN", "E-B32"),
        (psycopg.OperationalError('database "x" does not exist'), "BEGIN", "E-B32"),
        (errors.DeadlockDetected("deadlock detected"), "UPDATE", "E-B00"),
        (sqlite3.OperationalError("something else"), COMMIT, "E-B00"),
    ],
)
def test_what_a_complaint_means(error: Exception, statement: str, code: str) -> None:
    made = refusal(complaint(error, statement))
    assert (made.code, made.exit_code) == (code, 5)
    assert made.remedy


def test_a_fault_of_the_program_is_not_taken_for_a_server_that_is_away() -> None:
    assert away(complaint(errors.ReadOnlySqlTransaction("cannot execute INSERT"))) is None
    assert away(complaint(errors.UniqueViolation("duplicate key"))) is None


def test_no_server_is_said_in_words() -> None:
    for transaction in (Database(NOBODY).read(), Database(NOBODY).write(1)):
        with refused("E-B30"), transaction:
            pass


class Slow:
    """A server that is there at the n-th try, and a clock that moves with each wait."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, tries: int, error: Exception) -> None:
        self.left, self.error, self.now, self.told = tries, complaint(error), 0.0, 0
        monkeypatch.setattr(postgres.time, "monotonic", lambda: self.now)
        monkeypatch.setattr(postgres, "threading", self)

    Event = property(lambda self: lambda: self)

    def wait(self, seconds: float) -> None:
        self.now += seconds

    def begin(self) -> str:
        self.left -= 1
        if self.left:
            raise self.error
        return "begun"

    def tell(self) -> None:
        self.told += 1


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Slow]:
    gone = psycopg.OperationalError("connection refused")
    return lambda tries, error=gone: Slow(monkeypatch, tries, error)


def test_whoever_has_patience_is_told_once_and_served_when_a_server_is_there(slow: Callable[..., Slow]) -> None:
    server = slow(5)
    assert Patience(10, server.tell).with_server(server.begin) == "begun"
    assert (server.told, server.left) == (1, 0)


@pytest.mark.parametrize("verb", ["read", "glance"])
def test_whoever_asks_first_waits_for_a_server(slow: Callable[..., Slow], verb: str) -> None:
    server = slow(0)
    database = Database(NOBODY, patience=Patience(2, server.tell))
    with refused("E-B30"):
        if verb == "read":
            database.read().__enter__()
        else:
            database.glance(Statement(sa.select(sa.literal_column("1"))).scalar)
    assert server.told == 1
    assert 1 < server.now <= 2


def test_patience_ends(slow: Callable[..., Slow]) -> None:
    server = slow(50)
    with pytest.raises(exc.OperationalError):
        Patience(10, server.tell).with_server(server.begin)
    assert server.now <= 10


def test_nobody_waits_for_a_server_that_shuts_them_out(slow: Callable[..., Slow]) -> None:
    server = slow(5, psycopg.OperationalError("password authentication failed"))
    with pytest.raises(exc.OperationalError):
        Patience(10, server.tell).with_server(server.begin)
    assert (server.now, server.told) == (0, 0)


def test_who_has_none_is_refused_at_once(slow: Callable[..., Slow]) -> None:
    server = slow(2)
    with pytest.raises(exc.OperationalError):
        postgres.HASTE.with_server(server.begin)
    assert server.now == 0


def test_a_machine_that_is_gone_without_a_word_is_missed_in_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, object]] = []
    monkeypatch.setattr(postgres.sa, "create_engine", lambda _url, **given: asked.append(given) or sa.engine.Engine)
    monkeypatch.setattr(postgres.sa.event, "listens_for", lambda *_names: lambda function: function)
    postgres.server_engine(sa.make_url(NOBODY))
    postgres.server_engine(sa.make_url(f"{NOBODY}?connect_timeout=9"))
    first, second = (given["connect_args"] for given in asked)
    assert first["tcp_user_timeout"] == 10_000
    assert first["target_session_attrs"] == "read-write"
    assert "connect_timeout" not in second, "what the address says itself stands"
