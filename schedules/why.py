"""Why somebody did or did not get a reminder about a task, and what is still to come for them.

Source: design section 7: the question “why did or didn't X get this?” has an answer. It is read from the ledger, the
outbox and the rules in force; nothing is guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from models import labels
from models import tables as t
from models.holds import held_reason
from models.language import _, listed
from models.states import UNIT_ROLES, MessageState, ReminderState
from models.times import at_local, local_date, shown
from schedules.due import firings, obstacle, rung_day
from schedules.facts import IN_FORCE, Hours, load_facts
from schedules.ladders import Ladders
from schedules.rules import called
from schedules.select import quiet
from workflow import cases, permissions
from workflow.calendar_store import load_calendar

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from schedules.due import Firing, TaskFacts
    from schedules.rules import Rule
    from workflow.calendar import WorkCalendar
    from workflow.case import Actor, TaskRow


def why(
    connection: Connection,
    office_id: int,
    rules: Sequence[Rule] | None,
    task_id: int,
    login: str,
    now: datetime,
    *,
    hours: Hours | None = None,
) -> list[str]:
    """Sentences about a task and a person: what was sent, what was not and why, what is to come. E-404."""
    task = cases.load_task(connection, office_id, task_id)
    if task is None:
        raise permissions.not_there(_("Task"), task_id)
    person = connection.scalar(
        sa.select(t.person.c.id).where(t.person.c.office_id == office_id, t.person.c.login == login)
    )
    if person is None:
        raise permissions.not_there(_("Person"), login)
    actor = cases.load_actor(connection, office_id, person, local_date(now))
    calendar = load_calendar(connection, office_id)
    answer = _Answer(connection, task, actor, calendar, now, hours or Hours())
    return [*answer.situation(), *answer.messages(), *answer.rules(rules)]


@dataclass(slots=True)
class _Answer:
    """The pieces of one answer."""

    connection: Connection
    task: TaskRow
    person: Actor
    calendar: WorkCalendar
    now: datetime
    hours: Hours

    def situation(self) -> list[str]:
        """Where the task and the person stand."""
        task, day = self.task, local_date(self.now)
        said = [
            _("Task {id} ({clause}, {unit}) is “{state}”, round {round}, due {due}.").format(
                id=task.id,
                clause=task.clause_number,
                unit=task.unit_name,
                state=task.state_label,
                round=task.round,
                due=task.due_on.isoformat(),
            )
        ]
        if self.calendar.is_provisional(task.due_on):
            said.append(
                _("The holidays of {year} are not known yet, so working days are provisional.").format(
                    year=task.due_on.year
                )
            )
        if not self.person.posts:
            said.append(_("{name} holds no duty today and is told nothing.").format(name=self.person.name))
        away = self._substitute(day)
        if away:
            said.append(
                _("{name} is away; {substitute} gets it instead.").format(name=self.person.name, substitute=away)
            )
        held = held_reason(self.connection, task.office_id)
        if held:
            said.append(_("The office's sends are held: {reason}").format(reason=held))
        return said

    def _substitute(self, day: Any) -> str:
        a = t.absence.c
        query = (
            sa.select(t.person.c.name)
            .join(t.absence, sa.and_(a.office_id == t.person.c.office_id, a.substitute_id == t.person.c.id))
            .where(
                a.office_id == self.task.office_id,
                a.person_id == self.person.person_id,
                a.from_on <= day,
                a.to_on >= day,
            )
        )
        return self.connection.scalar(query.limit(1)) or ""

    def messages(self) -> list[str]:
        """Every outbox row to the person that speaks of the task."""
        m, told = t.message.c, t.message_task.c
        rows = self.connection.execute(
            sa.select(t.message)
            .join(t.message_task, sa.and_(told.office_id == m.office_id, told.message_id == m.id))
            .where(
                told.office_id == self.task.office_id,
                told.task_id == self.task.id,
                m.recipient_id == self.person.person_id,
            )
            .order_by(told.message_id)
        )
        return [self._message(row) for row in rows.mappings()]

    def _message(self, row: Any) -> str:
        state = MessageState(row["state"])
        when = row["settled_at"] or row["next_at"]
        said = {
            MessageState.SENT: _("was sent at {when}"),
            MessageState.DUE: _("is to go out at {when}"),
            MessageState.SENDING: _("is being sent"),
            MessageState.RETRY: _("failed and is tried again at {when}"),
            MessageState.HELD: _("is held until the director releases it"),
            MessageState.DEAD: _("could not be delivered and was given up at {when}"),
            MessageState.NOT_NEEDED: _("was not sent, being no longer needed"),
            MessageState.SUPERSEDED: _("was superseded"),
        }[state].format(when=shown(when))
        quiet_hour = (
            _("; decided at {decided}, delayed by quiet hours or a day off").format(decided=shown(row["created_at"]))
            if row["attempts"] == 0 and row["next_at"] > row["created_at"]
            else ""
        )
        reason = _(" ({reason})").format(reason=row["reason"]) if row["reason"] else ""
        return _("Message {id} “{event}” {said}{quiet}{reason}.").format(
            id=row["id"], event=labels.message(row["event"]), said=said, quiet=quiet_hour, reason=reason
        )

    def rules(self, own: Sequence[Rule] | None) -> list[str]:
        """One sentence a rule: decided, to come, or why it is silent."""
        found = load_facts(self.connection, self.task.office_id, t.task.c.id == self.task.id)
        if not found:
            return [_("The month is closed, so no rule speaks any more.")]
        rules = Ladders(own).of(self.task.flow)
        decided = self._decided()
        planned = {firing.rule_name: firing for firing in firings(rules, found[0], self.calendar, self.hours.send_at)}
        return [self._rule(rule, found[0], decided.get(rule.name), planned.get(rule.name)) for rule in rules]

    def _decided(self) -> dict[str, Any]:
        r = t.reminder.c
        query = sa.select(t.reminder).where(
            r.office_id == self.task.office_id, r.task_id == self.task.id, r.round == self.task.round, IN_FORCE
        )
        return {row["rule"]: row for row in self.connection.execute(query.order_by(r.id)).mappings()}

    def _rule(self, rule: Rule, facts: TaskFacts, row: Any, firing: Firing | None) -> str:
        again = firing is not None and rule.anchor in ("due", "closes")
        if row is not None and not (again and row["due_revision"] != self.task.due_revision):
            said = self._ended(row)
        elif firing is not None:
            said = self._to_come(firing)
        else:
            said = self._silent(rule, facts)
        return _("Rule “{rule}” {said}; it speaks to {roles}{mine}.").format(
            rule=called(rule),
            said=said,
            roles=listed(role.label for role in (*rule.recipients, *rule.copy_to)),
            mine="" if self._is_for(rule) else _(", not to {name}").format(name=self.person.name),
        )

    def _is_for(self, rule: Rule) -> bool:
        named = {*rule.recipients, *rule.copy_to}
        return any(
            post.role in named and (post.role not in UNIT_ROLES or post.unit_id == self.task.unit_id)
            for post in self.person.posts
        )

    def _ended(self, row: Any) -> str:
        state = ReminderState(row["state"])
        said = _("was decided at {when}: {state}").format(when=shown(row["decided_at"]), state=state.label)
        return said + (_(" ({reason})").format(reason=row["reason"]) if row["reason"] else "")

    def _to_come(self, firing: Firing) -> str:
        if firing.mode == "draft":
            return _("prepares a draft at {when}, which a director issues").format(when=shown(firing.fires_at))
        at = max(firing.fires_at, self.now)
        leaves = quiet(at, self.calendar, start=self.hours.quiet_from, end=self.hours.quiet_to)
        if firing.fires_at <= self.now:
            return _("is due since {since} and goes out at {when}").format(
                since=shown(firing.fires_at), when=shown(leaves)
            )
        return _("goes out at {when}, if nothing changes").format(when=shown(leaves))

    def _silent(self, rule: Rule, facts: TaskFacts) -> str:
        anchor = {"opened": facts.opened_on, "due": facts.due_on, "closes": facts.closes_on}.get(rule.anchor)
        day = shown(at_local(rung_day(rule, anchor, self.calendar), self.hours.send_at)) if anchor else ""
        return {
            "closed": _("is silent"),
            "state": _("is silent ({day}), because the task is “{state}”").format(
                day=day or "—", state=facts.flow.state_label(facts.state)
            ),
            "received": _("is silent, because the task has been received"),
            "first_late_month": _("is silent, because the month before was not late"),
            "not_happened": _("is silent, because what it counts from has not happened"),
            "round_after_closing": _("is silent, because this round began after the month closed"),
            "": _("is silent"),
        }[obstacle(rule, facts)]
