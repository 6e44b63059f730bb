"""What the stored codes are called when people read them: deeds of the trail, kinds of messages, things acted on.

The codes stay in the database and in ``--json``; a code without a name here (a rule the office named itself) is shown
as it is.
"""

from __future__ import annotations

from typing import Final

from models.language import N_, _
from models.states import Action, TaskState

#: deeds of the trail and of the permissions
DEEDS: Final = {
    "absence.set": N_("enter an absence"),
    "audit.read": N_("read the trail"),
    "backup": N_("back up"),
    "calendar.import": N_("import a calendar"),
    "calendar.seed": N_("fill in a calendar"),
    "channel.test": N_("test a channel"),
    "clock.confirm": N_("confirm the clock"),
    "draft.drop": N_("drop a draft"),
    "draft.issue": N_("issue a draft"),
    "duty.end": N_("end a duty"),
    "duty.grant": N_("grant a duty"),
    "form.attach": N_("attach a signed form"),
    "form.print": N_("print a form"),
    "login": N_("log in"),
    "logout": N_("log out"),
    "message.drop": N_("drop a message"),
    "message.read": N_("look at messages"),
    "message.release": N_("release held messages"),
    "message.retry": N_("send a message again"),
    "notice.adopt": N_("adopt a notice"),
    "notice.draft": N_("work on a notice"),
    "notice.expand": N_("expand a notice's groups"),
    "notice.revise": N_("revise a notice"),
    "office.set_up": N_("set up the office"),
    "period.close": N_("close a month"),
    "period.expand": N_("add a month's missing tasks"),
    "period.move": N_("move a month's due date"),
    "period.open": N_("open a month"),
    "person.add": N_("make an account"),
    "person.change": N_("change an account"),
    "person.disable": N_("close an account"),
    "person.enable": N_("reopen an account"),
    "person.manage": N_("manage accounts"),
    "person.rescue": N_("reset a system administrator's account"),
    "person.reset": N_("reset an account"),
    "plan.read": N_("look at the plan of messages"),
    "request.ask": N_("ask the office for something"),
    "request.decide": N_("decide a request"),
    "request.extension": N_("ask for an extension"),
    "request.transfer": N_("ask for a transfer"),
    "restore": N_("restore a backup"),
    "restore.confirm": N_("confirm a restored backup"),
    "rules.read": N_("read the rules"),
    "service.manage": N_("manage the service"),
    "summary.build": N_("draft the summary"),
    "summary.issue": N_("issue the summary"),
    "summary.read": N_("read the summary"),
    "sweep": N_("sweep of the reminders"),
    "task.read": N_("look at tasks"),
    "unit.add": N_("enter a unit"),
    "unit.alias": N_("enter another name of a unit"),
    "unit.group": N_("set the roster of a group"),
    "unit.manage": N_("manage the units"),
    "unit.succeed": N_("let a unit take over"),
}
#: kinds of messages, which are also the names of their templates and of the default rules
MESSAGES: Final = {
    "account_code": N_("one-time code"),
    "approved": N_("report approved"),
    "circular": N_("circular"),
    "circular_second_month": N_("circular for a second late month"),
    "closing": N_("month closes soon"),
    "closing_office": N_("month closes soon, to the office"),
    "dead_letter": N_("message could not be delivered"),
    "digest": N_("several matters in one"),
    "due_day": N_("due today"),
    "due_minus_2": N_("due in two working days"),
    "due_minus_5": N_("due in five working days"),
    "due_soon": N_("due soon"),
    "due_today": N_("due today"),
    "extension_asked": N_("extension asked for"),
    "extension_decided": N_("extension decided"),
    "heads": N_("head of the trail"),
    "held": N_("sending is held"),
    "not_received": N_("not received yet"),
    "opened": N_("new tasks"),
    "reopened": N_("approval undone"),
    "reported": N_("waits for signature and seal"),
    "returned": N_("report returned"),
    "signed": N_("waits for review"),
    "summary_issued": N_("summary issued"),
    "supervision": N_("supervision notice"),
    "test": N_("test"),
    "transfer_asked": N_("transfer asked for"),
    "transfer_decided": N_("transfer decided"),
    "unreviewed": N_("review overdue"),
    "unreviewed_director": N_("review overdue, to the director"),
    "urging": N_("urging notice"),
    "waived": N_("task waived"),
    "withdrawn": N_("report withdrawn"),
}
#: what an event of the trail is about
THINGS: Final = {
    "absence": N_("Absence"),
    "calendar": N_("Calendar"),
    "channel": N_("Channel"),
    "clock": N_("Clock"),
    "draft": N_("Draft"),
    "duty": N_("Duty"),
    "filing": N_("Form"),
    "message": N_("Message"),
    "notice": N_("Notice"),
    "office": N_("Office"),
    "period": N_("Month"),
    "person": N_("Person"),
    "refusal": N_("Attempt"),
    "request": N_("Request"),
    "summary": N_("Summary"),
    "task": N_("Task"),
    "unit": N_("Unit"),
    "group": N_("Group"),
}


def deed(code: str) -> str:
    """A deed as people call it; a task's deed (``task.report``) is its action."""
    action = code.removeprefix("task.")
    if action in set(Action):
        return Action(action).label
    return _(DEEDS[code]) if code in DEEDS else code


def message(code: str) -> str:
    """A kind of message, or a rule, as people call it."""
    return _(MESSAGES[code]) if code in MESSAGES else code


def thing(code: str) -> str:
    """What an event is about, as people call it."""
    return _(THINGS[code]) if code in THINGS else code


def state(code: str) -> str:
    """A task's state as people call it."""
    return TaskState(code).label if code in set(TaskState) else code
