"""A small office that lives a month with a journal and a post outside of it, so that observers have something to see."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from documents import form
from kit.office import OFFICE, SmallOffice, at, second_life, small_office
from models import tables as t
from models.errors import DubanError
from models.rendering import Rendered
from models.states import EvidenceKind, RequestKind
from models.store import Store
from notifications import outbox
from schedules.facts import Hours, at_rest
from schedules.select import NO_DRIFT
from schedules.sweep import sweep
from simulation.years.journal import Told
from simulation.years.observers import Evidence, Memory, Violation, observe
from simulation.years.post import Copy
from workflow import actions, calendar_store, filings, heads, periods, requests, summaries
from workflow.actions import Command
from workflow.case import Given
from workflow.filings import StoredFile
from workflow.operation import perform

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from notifications.channel import Envelope


@dataclass
class Month:
    """The office, and what lies outside of it."""

    office: SmallOffice
    told: list[Told] = field(default_factory=list)
    copies: list[Copy] = field(default_factory=list)
    name: str = "file"
    private: bool = True

    @property
    def home(self) -> Path:
        return self.office.folder

    @property
    def file(self) -> Path:
        return self.home / "duban.db"

    @property
    def store(self) -> Store:
        return Store(self.home / "store")

    def send(self, envelope: Envelope) -> str:
        """The mailbox of everybody."""
        moment = envelope.sent_at
        text = (envelope.recipient_name, envelope.subject, envelope.body)
        self.copies.append(Copy(envelope.message_id, envelope.address, *text, moment, moment))
        return "taken"

    def note(self, now: datetime, who: str, deed: str, answer: str, **more: Any) -> None:
        """A line of the journal."""
        self.told.append(Told(now, now, who, deed, more.pop("task", None), more.pop("seen", None), answer, **more))

    def act(
        self, who: str, action: str, task: int, now: datetime, *, key: str = "", seen: int = 0, **given: Any
    ) -> str:
        """One action on what stands there, or on what was ``seen`` before; the answer is told."""
        seen = seen or self.office.row("task", task)["version"]
        command = Command(action, task, seen, Given(**given), key)
        try:
            answer = actions.act(self.office.database, OFFICE, self.office.actor(who, now), command, now).state
        except DubanError as refusal:
            answer = refusal.code
        self.note(now, who, f"task.{action}", answer, task=task, seen=seen, key=key)
        return answer

    def do(self, who: str, deed: str, work: Callable[..., Any], now: datetime, *args: Any, **more: Any) -> Any:
        """Another deed in a transaction of its own."""
        actor = self.office.actor(who, now)
        made = perform(
            self.office.database, OFFICE, actor, deed, lambda c: work(c, OFFICE, actor, *args, now=now, **more), now
        )
        self.note(now, who, deed, "done")
        return made

    def turn(self, now: datetime) -> None:
        """The service once round."""
        sweep(self.office.database, OFFICE, None, now, drift=NO_DRIFT)
        self.note(now, "service", "sweep", "done")
        with self.office.database.read() as connection:
            resting = at_rest(connection, OFFICE, now, Hours())
        outbox.deliver(
            self.office.database, OFFICE, lambda _name: self, now, resting=lambda _connection: resting, limit=1000
        )
        self.note(now, "service", "delivery", "done")
        with self.office.database.read() as connection:
            heads.keep(self.home / "heads", connection, OFFICE, now)
        self.note(now, "service", "heads", "done")

    def paper(self, clerk: str, unit: str, now: datetime) -> None:
        """The unit's form over what waits, printed, signed, scanned and attached."""
        period, number = self.office.period_id, self.office.units[unit]
        printed = self.do(clerk, "form.print", filings.print_form, now, period, number, form.check_code)
        data = f"{printed.check_code} {now}".encode()
        stored = StoredFile(self.store.put(data), "scan.pdf", "application/pdf", len(data))
        later = now + timedelta(minutes=9)
        paper = (printed.check_code, stored, EvidenceKind.SCAN, "李一", "公章")
        self.do(clerk, "form.attach", filings.attach, later, *paper)

    def evidence(self, now: datetime, **more: Any) -> Evidence:
        """What an observer is handed."""
        return Evidence(self.file, self.home / "store", self.home / "heads", self.told, self.copies, now, **more)

    def seen(self, memory: Memory | None = None, *, now: datetime | None = None, **more: Any) -> list[Violation]:
        """What the observers find."""
        return observe(self.evidence(now or self.told[-1].true, **more), memory)

    def tamper(self, *statements: str) -> None:
        """Somebody writes into the file behind the program's back, past its triggers."""
        with closing(sqlite3.connect(self.file)) as connection:
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                connection.execute(f"DROP TRIGGER {name}")
            connection.execute("PRAGMA foreign_keys=OFF")
            for statement in statements:
                assert connection.execute(statement).rowcount, statement
            connection.commit()


def june(folder: Path) -> Month:
    """The month of June 2022 in a small office: early, late and silent units, a return, more time, a waiver, a summary."""
    office = small_office(folder, tasks=False)
    month = Month(office)
    begin = at("2022-06-01 08:00")
    with office.database.read() as connection:
        calendar = calendar_store.load_calendar(connection, OFFICE)
    opened = month.do("director", "period.open", periods.open_period, begin, 1, "2022-06", calendar)
    office.period_id = opened.period_id
    names = {number: name for name, number in office.units.items()}
    with office.database.read() as connection:
        for row in connection.execute(sa.select(t.task.c.id, t.task.c.unit_id, t.clause.c.number).join(
            t.clause, sa.and_(t.clause.c.office_id == t.task.c.office_id, t.clause.c.id == t.task.c.clause_id)
        )):  # fmt: skip
            office.tasks[row.number, names[row.unit_id]] = row.id
    plan = dict(_plan(month))
    for day in range(45):
        for clock in ("09:01", "10:00", "16:40"):
            now = at(f"{date(2022, 6, 1) + timedelta(days=day)} {clock}")
            if clock == "10:00":
                plan.get(now, lambda _now: None)(now)
            else:
                month.turn(now)
    return month


def _plan(month: Month) -> Iterator[tuple[datetime, Callable[[datetime], None]]]:
    one, two, three = (name for name in month.office.units)
    own, late, shared = (
        month.office.tasks["1.1", one],
        month.office.tasks["1.2", two],
        month.office.tasks["2.1", three],
    )
    words = {"progress": "已完成清理三公里。", "percent": 40}

    def file_own(now: datetime) -> None:
        month.act("clerk1", "report", own, now, key="k1", **words)
        month.act("clerk1", "report", own, now, key="k1", seen=1, **words)
        month.act("clerk1", "report", own, now, seen=1, **words)
        month.paper("clerk1", one, now + timedelta(minutes=1))

    def file_again(now: datetime) -> None:
        month.act("clerk1", "report", own, now, progress="已完成清理四公里，附数据。", percent=45)
        month.paper("clerk1", one, now + timedelta(minutes=1))

    def file_late(now: datetime) -> None:
        month.act("clerk2", "report", late, now, **words)
        month.paper("clerk2", two, now + timedelta(minutes=1))

    def ask(now: datetime) -> None:
        more = {"wanted_due_on": date(2022, 6, 28), "progress": "已完成一半。"}
        month.do("clerk2", "request.ask", requests.ask, now, late, RequestKind.EXTENSION, "现场核查尚未结束。", **more)

    def grant(now: datetime) -> None:
        month.do("director", "request.decide", requests.decide, now, 1, grant=True, reason="同意顺延。")

    def issue(now: datetime) -> None:
        actor = month.office.actor("director", now)
        summaries.issue(
            month.office.database, OFFICE, actor, month.office.period_id, month.store,
            lambda facts: Rendered({"docx": facts.month.encode()}), now, number="1号",
        )  # fmt: skip
        month.note(now, "director", "summary.issue", "done")

    yield at("2022-06-02 10:00"), lambda now: month.act("clerk2", "receive", late, now) and None
    yield at("2022-06-10 10:00"), file_own
    refile = {"reason": "进展不具体，请补充数据。", "refile_on": date(2022, 6, 20)}
    yield at("2022-06-13 10:00"), lambda now: month.act("reviewer", "return", own, now, **refile) and None
    yield at("2022-06-14 10:00"), lambda now: month.act("reviewer", "approve", own, now) and None
    yield at("2022-06-15 10:00"), file_again
    yield at("2022-06-16 10:00"), lambda now: month.act("reviewer", "approve", own, now) and None
    yield (
        at("2022-06-17 10:00"),
        lambda now: month.act("director", "waive", shared, now, reason="本月按规定免予报送。") and None,
    )
    yield at("2022-06-22 10:00"), ask
    yield at("2022-06-23 10:00"), grant
    yield at("2022-07-04 10:00"), file_late
    yield at("2022-07-11 10:00"), issue
    yield at("2022-07-12 10:00"), lambda now: month.do("director", "period.close", periods.close_period, now, "2022-06")


def another(month: Month, folder: Path) -> Month:
    """The same month once more, to do something wrong to."""
    month.office.database.close()
    shutil.copytree(month.home, folder, dirs_exist_ok=True)
    office = second_life(month.office, month.file.read_bytes(), folder)
    return Month(office, list(month.told), list(month.copies))


def rewritten(month: Month, where: str, **columns: Any) -> None:
    """An event changed, and the chain from there on made anew so that it holds, with the heads outside too."""
    with closing(sqlite3.connect(month.file)) as connection:
        connection.row_factory = sqlite3.Row
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        values = ", ".join(f"{name} = ?" for name in columns)
        changed = connection.execute(f"UPDATE event SET {values} WHERE {where}", tuple(columns.values()))
        assert changed.rowcount, where
        rechained(connection)
        connection.commit()
        hashes = dict(connection.execute("SELECT seq, hash FROM event").fetchall())
    for file in (month.home / "heads").glob("*.heads"):
        lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
        file.write_text("".join(json.dumps(line | {"hash": hashes[line["seq"]]}) + "\n" for line in lines), "utf-8")


def rechained(connection: sqlite3.Connection) -> None:
    """Every event's hash reckoned anew: what somebody would do who knows how it is made."""
    previous = "0" * 64
    for row in connection.execute("SELECT * FROM event ORDER BY seq").fetchall():
        material = {name: row[name] for name in row.keys() if name != "hash"} | {"prev_hash": previous}  # noqa: SIM118
        material["at"] = datetime.fromisoformat(row["at"]).replace(tzinfo=UTC).isoformat()
        material["detail"] = json.loads(row["detail"])
        text = json.dumps(material, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        made = hashlib.sha256(text.encode()).hexdigest()
        connection.execute("UPDATE event SET prev_hash = ?, hash = ? WHERE seq = ?", (previous, made, row["seq"]))
        previous = made
