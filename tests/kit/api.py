"""A program that calls the interface: a token of somebody, and the calls it makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workflow import tokens

if TYPE_CHECKING:
    from httpx2 import Response
    from starlette.testclient import TestClient

    from kit.desk import DeskOf


def new_token(desk: DeskOf, login: str, *scopes: str, days: int = 90) -> str:
    """A token of somebody, as the page makes it."""
    office = desk.office
    token = f"duban_{login}-{len(office.rows('apitoken'))}"
    with office.database.write(office.office_id) as connection:
        tokens.make(
            connection, office.office_id, office.actor(login, desk.clock.now), token, "test", scopes, days, desk.clock.now
        )  # fmt: skip
    return token


@dataclass
class Program:
    """A program with a token."""

    client: TestClient
    token: str

    def call(self, method: str, path: str, **given: Any) -> Response:
        """One call below /api/v1."""
        headers = {"Authorization": f"Bearer {self.token}", **given.pop("headers", {})}
        return self.client.request(method, f"/api/v1{path}", headers=headers, **given)

    def get(self, path: str, **given: Any) -> Response:
        """Look at something."""
        return self.call("GET", path, **given)

    def act(self, task_id: int, action: str, key: str = "", **given: Any) -> Response:
        """Act on a task."""
        headers = {"Idempotency-Key": key} if key else {}
        return self.call("POST", f"/tasks/{task_id}/actions/{action}", json=given, headers=headers)


def program(desk: DeskOf, login: str, *scopes: str) -> Program:
    """A program of somebody."""
    return Program(desk.nobody().client, new_token(desk, login, *scopes))


def code(answer: Response) -> str:
    """The code of a refusal."""
    assert answer.headers["content-type"] == "application/json"
    return str(answer.json()["error"]["code"])
