"""A clerk who goes on through whatever befalls the servers: each action under a key, sent again until it is answered.

A process of its own. A line is said for each answer, never before it: the key, the task's version, when it came, and
which refusals came before it. On SIGTERM what is begun is still brought to its end.
"""

from __future__ import annotations

import json
import random
import signal
import sys
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

import httpx2

from models.database import Database
from models.postgres import Away
from models.states import Action
from models.times import local_date
from workflow import actions, cases
from workflow.case import Given

#: between two actions, and before the same is sent once more
BREATH, AGAIN = 0.04, 0.25
FILED = {"progress": "已完成清理三公里。", "percent": 40}


class NotYet(Exception):
    """No answer; its code says why."""


@dataclass
class Beside:
    """Acts in the database itself, as a command does."""

    url: str
    person: int
    task: int
    now: datetime

    def __post_init__(self) -> None:
        self.database = Database(self.url)

    def send(self, key: str, action: str, given: dict[str, Any]) -> int:
        """The version after the action."""
        try:
            with self.database.read() as connection:
                actor = cases.load_actor(connection, 1, self.person, local_date(self.now))
            command = actions.Command(action, self.task, given=Given(**given), operation_id=key)
            return actions.act(self.database, 1, actor, command, self.now).version
        except Away as away:
            raise NotYet(away.code) from away


@dataclass
class Through:
    """Acts through the interface of any of several nodes, the next one where one does not answer."""

    nodes: list[str]
    token: str
    task: int
    client: httpx2.Client = field(default_factory=lambda: httpx2.Client(timeout=15, trust_env=False))

    def __post_init__(self) -> None:
        found = self.client.get(
            f"{self.nodes[0]}/api/v1/tasks/{self.task}", headers={"Authorization": f"Bearer {self.token}"}
        )
        self.version = int(found.json()["version"])

    def send(self, key: str, action: str, given: dict[str, Any]) -> int:
        """The version after the action."""
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": key}
        try:
            path = f"{self.nodes[0]}/api/v1/tasks/{self.task}/actions/{action}"
            answer = self.client.post(path, json={"version": self.version, **given}, headers=headers)
        except httpx2.TransportError as error:
            self.nodes.append(self.nodes.pop(0))
            raise NotYet(type(error).__name__) from error
        if answer.status_code in {429, 503}:
            self.nodes.append(self.nodes.pop(0))
            raise NotYet(answer.json()["error"]["code"])
        assert answer.status_code == 200, answer.text
        self.version = int(answer.json()["version"])
        return self.version


def go_on(hand: Beside | Through, seed: str) -> None:
    """Report and withdraw until told to stop."""
    stop, keys = threading.Event(), random.Random(seed)
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    for turn in count():
        action, given = (Action.WITHDRAW, {}) if turn % 2 else (Action.REPORT, FILED)
        key, before = f"{seed}-{turn}-{keys.randrange(10**9)}", []
        while True:
            try:
                version = hand.send(key, action.value, given)
                break
            except NotYet as why:
                before.append(str(why))
                threading.Event().wait(AGAIN)
        print(json.dumps([key, version, time.monotonic(), before]), flush=True)
        if stop.wait(BREATH) and action is Action.WITHDRAW:  # whoever comes next begins with a report
            return


def main(words: list[str]) -> None:
    """``beside`` URL PERSON TASK NOW SEED, or ``through`` NODE,NODE TOKEN TASK SEED."""
    kind, where, who, task, *rest = words
    if kind == "beside":
        go_on(Beside(where, int(who), int(task), datetime.fromisoformat(rest[0])), rest[1])
    else:
        go_on(Through(where.split(","), who, int(task)), rest[0])


if __name__ == "__main__":
    main(sys.argv[1:])
