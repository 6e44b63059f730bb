"""People and a scheduler, each a process that works until it is killed: what is done is said on standard output, never before.

A line is a JSON list: what it is and what finds it again. ``kit.remains`` holds the lines against what is left.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import threading
from datetime import datetime, timedelta
from functools import cached_property
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

import deeds.forms
import models.disk
import workflow.channel_views  # noqa: F401 - imported here once, not by each fork
from deeds.desk import Desk
from deeds.running import delivery
from documents.evidence.looking import Looked
from documents.scan import EvidenceFacts
from models import tables as t
from models.database import Database
from models.errors import DubanError
from models.evidence import PaperSeen, SignaturesSeen
from models.settings import Settings, load
from models.states import Action, Stage
from models.times import local_date
from schedules import runner
from schedules.select import NO_DRIFT
from workflow import actions, cases, heads
from workflow.case import Given

if TYPE_CHECKING:
    from collections.abc import Iterable

    from workflow.case import Actor, TaskRow

MONTH = "2022-06"
REASON = "进展不具体，请补充数据。"


class Hand(Desk):
    """Somebody at work in an office's folder, known by their number in it."""

    def __init__(self, home: Path, person: int, now: datetime) -> None:
        """The clock stands until it is set."""
        self.home, self.person, self.instant = home, person, now

    @cached_property
    def settings(self) -> Settings:
        """The settings of the folder."""
        return load(self.home)

    @property
    def actor(self) -> Actor:
        """Who acts, with today's duties."""
        return self.read(lambda c: cases.load_actor(c, self.office_id, self.person, local_date(self.instant)))

    def now(self) -> datetime:
        """The instant that was set."""
        return self.instant


def say(*what: Any) -> None:
    """Acknowledge: whoever reads this may rely on it. A person then draws breath, and another one's turn comes."""
    os.write(sys.stdout.fileno(), json.dumps(what).encode() + b"\n")
    threading.Event().wait(0.003)


def glance(_desk: Desk, data: bytes, name: str) -> Looked:
    """A paper as it is found to be: looking at it takes a process of its own, and changes nothing."""
    sha256 = hashlib.sha256(data).hexdigest()
    return Looked(EvidenceFacts(name, "application/pdf", len(data), sha256, 1), PaperSeen(1), SignaturesSeen())


class Unit:
    """A clerk and a reviewer of one unit's month: filed, printed, stamped, attached, returned, again and again."""

    def __init__(self, home: Path, clerk: int, reviewer: int, seed: str, now: datetime) -> None:
        """``seed`` makes the papers of this process others than those of any before."""
        self.clerk, self.reviewer = Hand(home, clerk, now), Hand(home, reviewer, now)
        self.reviewer.__dict__["database"] = self.clerk.database
        self.seed, self.me = seed, self.clerk.actor
        (self.unit,) = self.me.units()
        self.name = self.clerk.read(
            lambda c: c.scalar(t.unit.select().where(t.unit.c.id == self.unit).with_only_columns(t.unit.c.name))
        )

    def work(self, rounds: Iterable[int]) -> None:
        """Whatever is next for each task, wherever the one before was interrupted."""
        for turn in rounds:
            for task in self._tasks():
                if task.stage in {Stage.ASSIGNED, Stage.RETURNED}:
                    self._act(self.clerk, Action.REPORT, task, progress="已完成清理三公里。" * 9, percent=40)
            if any(task.stage is Stage.REPORTED for task in self._tasks()):
                self._paper(turn)
            for task in self._tasks():
                if task.stage is Stage.SIGNED_STAMPED:
                    again = local_date(self.clerk.now()) + timedelta(days=3)
                    self._act(self.reviewer, Action.RETURN, task, reason=REASON, refile_on=again)

    def _tasks(self) -> list[TaskRow]:
        return self.clerk.read(lambda c: cases.load_tasks(c, self.clerk.office_id, t.task.c.unit_id == self.unit))

    def _act(self, hand: Hand, action: Action, task: TaskRow, **given: Any) -> None:
        command = actions.Command(action, task.id, task.version, Given(**given))
        done = actions.act(hand.database, hand.office_id, hand.actor, command, hand.now())
        say("task", task.id, done.version, action.value)

    def _paper(self, turn: int) -> None:
        printed, _facts = deeds.forms.print_form(self.clerk, MONTH, self.name)
        say("form", printed.check_code)
        data = f"%PDF-1.7 {self.seed} {turn} {printed.check_code} ".encode() * 40
        taken = deeds.forms.attach(self.clerk, printed.check_code, data, "签章件.pdf", signer="李一", seal="公章")
        say("paper", taken.stored.sha256)


def schedule(home: Path, now: datetime, rounds: Iterable[int]) -> None:
    """One tick after another, three hours apart, under the lock of the folder; the head is written down outside."""
    hand = Hand(home, 0, now)
    deliver = delivery(hand)
    lock = runner.single(home)
    try:
        for turn in rounds:
            hand.instant = now + turn * timedelta(hours=3)
            done = runner.tick(hand.database, hand.office_id, None, deliver, hand.instant, drift=NO_DRIFT)
            say("ticked", done.sweep.decided, done.delivery.sent)
            say("head", hand.read(lambda c: heads.keep(hand.settings.heads_dir, c, 1, hand.instant)).seq)
    finally:
        lock.release()
        hand.database.close()


def recorded(homes: list[tuple[str, str]], now: datetime, people: list[int], sessions: int) -> None:
    """For a tracer: in each folder a unit and the scheduler at work by turns, the database closed and opened between.

    With each folder comes how the program is spoilt first: ``""`` not at all.
    """
    clerk, reviewer = people
    for home, spoilt in homes:
        if os.fork() == 0:
            SPOILT[spoilt]()
            sa.event.listen(Engine, "connect", lambda one, _record: one.execute("PRAGMA wal_autocheckpoint=24"))
            say("home", home)
            for turn in range(sessions):
                unit = Unit(Path(home), clerk, reviewer, str(turn), now + turn * timedelta(hours=3))
                unit.work(range(1))
                schedule(Path(home), now + turn * timedelta(hours=3), range(1))
                unit.clerk.database.close()
            os._exit(0)
        assert os.wait()[1] == 0


def _normal() -> None:
    Database.__init__.__kwdefaults__["synchronous"] = "NORMAL"


def _unsynced() -> None:
    models.disk.os = SimpleNamespace(**{**vars(os), "fsync": lambda _handle: None})


SPOILT = {"": lambda: None, "normal": _normal, "unsynced": _unsynced}


def main(words: list[str]) -> None:
    """``clerk`` or ``scheduler``, the folder, the instant, how many rounds (0 = until killed), then who and a seed."""
    deeds.forms.look = glance  # in this process alone: whoever merely imports this looks at papers
    if words[0] == "recorded":
        homes, begins, people, sessions = map(json.loads, words[1:])
        recorded(homes, datetime.fromisoformat(begins), people, sessions)
        return
    kind, home, now, most, *who = words
    try:
        live(kind, Path(home), datetime.fromisoformat(now), range(int(most)) if int(most) else count(), who)
    except DubanError as refusal:
        print(refusal, file=sys.stderr)
        sys.exit(refusal.exit_code)


def live(kind: str, home: Path, now: datetime, rounds: Iterable[int], who: list[str]) -> None:
    """Be one of them."""
    if kind == "scheduler":
        schedule(home, now, rounds)
    else:
        clerk, reviewer, seed = who
        Unit(home, int(clerk), int(reviewer), seed, now).work(rounds)


if __name__ == "__main__":
    main(sys.argv[1:])
