"""Messages in the outbox of a small office, and a channel that keeps them or fails as real ones do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kit.office import at
from notifications.channel import DeliveryError
from notifications.outbox import DeliveryReport, deliver
from workflow import cases, telling

if TYPE_CHECKING:
    import threading
    from datetime import datetime

    from kit.office import SmallOffice
    from notifications.channel import Envelope

NOON = at("2022-06-08 12:00")
WAITING = ("assigned", "returned")


@dataclass
class Postbox:
    """A channel that keeps what it is given; addresses in ``refuse`` fail, permanently or not."""

    name = "file"
    private = True
    got: list[Envelope] = field(default_factory=list)
    refuse: dict[str, bool] = field(default_factory=dict)
    wait: threading.Event | None = None

    def __call__(self, _name: str) -> Postbox:
        """As it is opened."""
        return self

    def send(self, envelope: Envelope) -> str:
        """Keep it, or fail."""
        if self.wait is not None:
            self.wait.wait(5)
        for part, permanent in self.refuse.items():
            if part in envelope.address:
                raise DeliveryError("no such mailbox" if permanent else "try later", permanent=permanent, code="550")
        self.got.append(envelope)
        return ""


def tell(office: SmallOffice, login: str, key: str = "k", **given: object) -> int:
    """A message about the first task, as the database has it then; its number."""
    task = office.tasks["1.1", "市发改委"]
    fields = {
        "office_name": "市长江办", "unit_name": "市发改委", "period_month": "2022年6月", "due_on": "6月25日",
        "today": "6月8日", "number": key, "actor_name": "", "reason": "因故", "new_due_on": "", "old_due_on": "",
        "detail": "", "tasks": [line(task, "市发改委")],
    }  # fmt: skip
    values = {"about": ((task, 1, 1),), "while_states": WAITING, "fields": fields, **given}
    with office.database.write(1) as connection:
        told = telling.Telling("due_soon", office.people[login], key, **values)  # type: ignore[arg-type]
        number = telling.queue(connection, cases.load_office(connection, 1), told, NOON)
    assert number is not None
    return number


def line(task: int, unit: str) -> dict[str, object]:
    """What a message says of a task."""
    return {
        "task_id": task, "clause_number": "1.1", "clause_text": f"事项{task}", "title": "岸线整治", "unit_name": unit,
        "state_label": "已交办", "due_on": "6月25日", "days_late": 0, "reason": "", "round": 1,
    }  # fmt: skip


def run(office: SmallOffice, box: Postbox, now: datetime = NOON, **more: float) -> DeliveryReport:
    """One batch."""
    return deliver(office.database, 1, box, now, **more)


def state(office: SmallOffice, number: int) -> str:
    """The state of a message."""
    return str(office.row("message", number)["state"])


def fields_of_one(office: SmallOffice) -> dict[str, object]:
    """The fields of a message."""
    number = tell(office, "clerk3", key=f"model{len(office.rows('message'))}")
    fields = dict(office.row("message", number)["fields"])
    office.change("message", number, state="not_needed")
    return fields
