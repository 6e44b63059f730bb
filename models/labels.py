"""What the stored codes are called when people read them: deeds of the trail, kinds of messages, things acted on.

The codes stay in the database and in ``--json``; a code without a name here (a rule the office named itself) is shown
as it is.
"""

from __future__ import annotations

from typing import Final

from models.language import N_, _
from models.states import Action

#: deeds of the trail and of the permissions
DEEDS: Final = {
    "absence.end": N_("end an absence"),
    "absence.set": N_("enter an absence"),
    "archive.export": N_("take out a month for the archive"),
    "archive.verify": N_("ask the trail about an archive"),
    "attachment.read": N_("open an attachment"),
    "audit.accept": N_("go on although the trail does not prove itself"),
    "audit.read": N_("read the trail"),
    "backup": N_("back up"),
    "board.read": N_("look at the board"),
    "calendar.address": N_("make a calendar address"),
    "calendar.import": N_("import a calendar"),
    "calendar.revoke": N_("take back a calendar address"),
    "clause.read": N_("look at the clauses of the notices"),
    "calendar.seed": N_("fill in a calendar"),
    "channel.test": N_("test a channel"),
    "clock.confirm": N_("confirm the clock"),
    "draft.drop": N_("drop a draft"),
    "draft.issue": N_("issue a draft"),
    "duty.end": N_("end a duty"),
    "duty.grant": N_("grant a duty"),
    "copy.read": N_("read a copy"),
    "flow.install": N_("install a flow"),
    "flow.migrate": N_("move tasks to another version of their flow"),
    "flow.read": N_("look at the flows"),
    "form.attach": N_("attach a signed form"),
    "form.read": N_("look at the printed forms"),
    "form.print": N_("print a form"),
    "form.verify": N_("verify a form's digital signature"),
    "inbox.read": N_("read one's own messages"),
    "inspection.record": N_("record an inspection"),
    "login": N_("log in"),
    "logout": N_("log out"),
    "migrate": N_("move to another version of the flow"),
    "message.drop": N_("drop a message"),
    "message.read": N_("look at messages"),
    "message.release": N_("release held messages"),
    "message.retry": N_("send a message again"),
    "move": N_("move the office to another database"),
    "move.clear": N_("give up the move to another database"),
    "notice.adopt": N_("adopt a notice"),
    "notice.check": N_("tick off a notice's warnings"),
    "notice.draft": N_("work on a notice"),
    "notice.expand": N_("expand a notice's groups"),
    "notice.revise": N_("revise a notice"),
    "office.set_up": N_("set up the office"),
    "period.close": N_("close a month"),
    "period.expand": N_("add a month's missing tasks"),
    "period.move": N_("move a month's due date"),
    "period.open": N_("open a month"),
    "paper.issue": N_("issue a paper"),
    "paper.read": N_("look at papers"),
    "paper.supervise": N_("make a supervision notice"),
    "paper.urge": N_("make an urging notice"),
    "paper.void": N_("declare a paper void"),
    "password.change": N_("change one's password"),
    "person.add": N_("make an account"),
    "person.change": N_("change an account"),
    "person.disable": N_("close an account"),
    "person.enable": N_("reopen an account"),
    "person.read": N_("look at the list of accounts"),
    "person.manage": N_("manage accounts"),
    "person.rescue": N_("reset a system administrator's account"),
    "person.reset": N_("reset an account"),
    "phrase.change": N_("change the phrases of the reviewers"),
    "powers.read": N_("look at the separation of powers"),
    "plan.read": N_("look at the plan of messages"),
    "problem.export": N_("take out the problem ledger"),
    "problem.photo": N_("add a picture of a problem"),
    "problem.register": N_("register a problem"),
    "report.read": N_("read what was filed"),
    "request.read": N_("look at what units ask for"),
    "request.ask": N_("ask the office for something"),
    "request.decide": N_("decide a request"),
    "request.extension": N_("ask for an extension"),
    "request.transfer": N_("ask for a transfer"),
    "restore": N_("restore a backup"),
    "restore.confirm": N_("confirm a restored backup"),
    "rules.edit": N_("change the reminder rules"),
    "rules.read": N_("read the rules"),
    "second.enrol": N_("ask for a device's code at one's login"),
    "second.leave": N_("ask for no device's code any more"),
    "second.remove": N_("remove a lost device"),
    "service.manage": N_("manage the service"),
    "session.end": N_("end a session of another"),
    "session.leave": N_("end a session of one's own"),
    "summary.build": N_("draft the summary"),
    "summary.issue": N_("issue the summary"),
    "summary.read": N_("read the summary"),
    "sweep": N_("sweep of the reminders"),
    "task.read": N_("look at tasks"),
    "task.review": N_("review reports"),
    "task.sign": N_("sign or confirm reports"),
    "template.failed": N_("own template failed, the shipped one used"),
    "template.install": N_("replace a template"),
    "template.read": N_("look at the templates"),
    "template.remove": N_("go back to the shipped template"),
    "token.make": N_("make a token for a program"),
    "token.manage": N_("look after the tokens of programs"),
    "token.revoke": N_("revoke a token of a program"),
    "webhook.retry": N_("send an event to a program again"),
    "unit.add": N_("enter a unit"),
    "unit.alias": N_("enter another name of a unit"),
    "unit.group": N_("set the roster of a group"),
    "unit.manage": N_("manage the units"),
    "unit.succeed": N_("let a unit take over"),
}
#: kinds of messages, which are also the names of their templates and of the default rules
MESSAGES: Final = {
    "account_code": N_("one-time code"),
    "all_signed": N_("all have signed"),
    "approved": N_("report approved"),
    "circular": N_("circular"),
    "circular_second_month": N_("circular for a second late month"),
    "closing": N_("month closes soon"),
    "closing_office": N_("month closes soon, to the office"),
    "co_sign": N_("waits for co-signing"),
    "copied": N_("copied for information"),
    "dead_letter": N_("message could not be delivered"),
    "digest": N_("several matters in one"),
    "due_day": N_("due today"),
    "due_minus_2": N_("due in two working days"),
    "due_minus_5": N_("due in five working days"),
    "due_soon": N_("due soon"),
    "due_today": N_("due today"),
    "extension_asked": N_("extension asked for"),
    "extension_decided": N_("extension decided"),
    "forwarded": N_("task forwarded"),
    "heads": N_("head of the trail"),
    "held": N_("sending is held"),
    "internal_due_soon": N_("internal report due soon"),
    "internal_due_today": N_("internal report due today"),
    "internal_not_agreed": N_("leader did not agree"),
    "internal_opened": N_("new tasks of an internal report"),
    "internal_reopened": N_("approval of an internal report undone"),
    "internal_reported": N_("waits for the leader's confirmation"),
    "internal_returned": N_("internal report returned"),
    "internal_signed": N_("waits for first review"),
    "internal_stepped_back": N_("returned to be confirmed again"),
    "internal_supervision": N_("supervision notice on an internal report"),
    "internal_unconfirmed": N_("confirmation overdue"),
    "internal_unreviewed": N_("first review overdue"),
    "internal_unreviewed_director": N_("second review overdue"),
    "internal_urging": N_("urging notice on an internal report"),
    "look_back_due": N_("look-back due soon"),
    "look_back_overdue": N_("look-back overdue"),
    "not_agreed": N_("co-signing not agreed"),
    "not_received": N_("not received yet"),
    "opened": N_("new tasks"),
    "problem_applied": N_("waits for verification on site"),
    "problem_circular": N_("circular on problems"),
    "problem_closed": N_("look-back passed"),
    "problem_due_day": N_("rectification due today"),
    "problem_due_minus_5": N_("rectification due in five working days"),
    "problem_due_soon": N_("rectification due soon"),
    "problem_due_today": N_("rectification due today"),
    "problem_not_started": N_("rectification not started yet"),
    "problem_not_struck_off": N_("strike-off overdue"),
    "problem_opened": N_("new problems"),
    "problem_relapsed": N_("problem came back"),
    "problem_returned": N_("strike-off refused"),
    "problem_struck_off": N_("problem struck off"),
    "problem_supervision": N_("supervision notice on problems"),
    "problem_unverified": N_("verification overdue"),
    "problem_unverified_director": N_("verification overdue, to the director"),
    "problem_urging": N_("urging notice on problems"),
    "problem_verified": N_("waits for strike-off"),
    "problem_void": N_("registration of a problem withdrawn"),
    "reopened": N_("approval undone"),
    "reported": N_("waits for signature and seal"),
    "resubmitted": N_("mended and handed straight back"),
    "returned": N_("report returned"),
    "returned_by_leader": N_("returned by a leader while co-signing"),
    "second_review": N_("waits for second review"),
    "sent_back": N_("sent back by the unit's leader"),
    "signed": N_("waits for review"),
    "stepped_back": N_("returned to an earlier step"),
    "summary_issued": N_("summary issued"),
    "supervision": N_("supervision notice"),
    "test": N_("test"),
    "transfer_asked": N_("transfer asked for"),
    "transfer_decided": N_("transfer decided"),
    "unconfirmed": N_("confirmation overdue"),
    "uncountersigned": N_("co-signing overdue, in the office"),
    "unreviewed": N_("review overdue"),
    "unreviewed_director": N_("review overdue, to the director"),
    "unsigned": N_("co-signing overdue"),
    "unsummarised": N_("waits for the summary"),
    "urging": N_("urging notice"),
    "waived": N_("task waived"),
    "withdrawn": N_("report withdrawn"),
}
#: what an event of the trail is about
THINGS: Final = {
    "absence": N_("Absence"),
    "calendar": N_("Calendar"),
    "calendar_feed": N_("Calendar address"),
    "channel": N_("Channel"),
    "clock": N_("Clock"),
    "copy": N_("Copy"),
    "draft": N_("Draft"),
    "duty": N_("Duty"),
    "filing": N_("Form"),
    "flow": N_("Flow"),
    "inspection": N_("Inspection"),
    "message": N_("Message"),
    "notice": N_("Notice"),
    "notice_draft": N_("Notice in work"),
    "office": N_("Office"),
    "paper": N_("Paper"),
    "period": N_("Month"),
    "person": N_("Person"),
    "problem": N_("Problem"),
    "refusal": N_("Attempt"),
    "request": N_("Request"),
    "rules": N_("Rules"),
    "summary": N_("Summary"),
    "sweep": N_("sweep of the reminders"),
    "task": N_("Task"),
    "template": N_("Template"),
    "token": N_("Token of a program"),
    "webhook": N_("Event for a program"),
    "unit": N_("Unit"),
    "group": N_("Group"),
}


#: ways out for messages, as settings call them
CHANNELS: Final = {
    "file": N_("files in the folder outbox"),
    "email": N_("mail"),
    "dingtalk": N_("DingTalk robot"),
    "wecom": N_("WeCom robot"),
    "feishu": N_("Feishu robot"),
    "webhook": N_("webhook"),
}
#: what goes on by itself in the service
LOOPS: Final = {
    "sweep": N_("reminders are written"),
    "delivery": N_("messages are sent"),
    "heads": N_("the head of the trail is kept outside"),
    "web": N_("the desk answers"),
    "ping": N_("the monitor is told that all is well"),
}


def channel(code: str) -> str:
    """A way out for messages as people call it."""
    return _(CHANNELS[code]) if code in CHANNELS else code


def loop(code: str) -> str:
    """What goes on by itself, as people call it."""
    return _(LOOPS[code]) if code in LOOPS else code


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
