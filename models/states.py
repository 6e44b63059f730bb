"""The closed sets of words: states, actions, roles and the like; each value is what the database stores."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from models.language import N_, _


class Word(StrEnum):
    """A stored value with a label for people."""

    label_key: str

    def __new__(cls, value: str, label: str = "") -> Self:
        """``value`` is stored; ``label`` is the English msgid of what people read."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label_key = label
        return member

    @property
    def label(self) -> str:
        """The word in the language in force."""
        return _(self.label_key)


class Stage(Word):
    """How far a task is, whichever flow it runs in (design, section 4): what summaries, rights and figures ask.

    A flow names its own states; each stands at one of these stages.
    """

    ASSIGNED = "assigned", N_("assigned")
    REPORTED = "reported", N_("reported")
    SIGNED_STAMPED = "signed_stamped", N_("signed and stamped")
    RETURNED = "returned", N_("returned")
    REVIEWED = "reviewed", N_("reviewed")
    AGGREGATED = "aggregated", N_("aggregated")
    WAIVED = "waived", N_("waived")


#: the unit still owes its report, or its rectification: lateness runs on
OWED = frozenset({Stage.ASSIGNED, Stage.REPORTED, Stage.RETURNED})
#: what was late once, or may be by now: the condition of an index, which a question repeats word for word to be answered by it
MAYBE_LATE = f"late_days > 0 OR stage IN ({', '.join(repr(stage.value) for stage in sorted(OWED))})"
#: the signed report has reached the office
HANDED_IN = frozenset({Stage.SIGNED_STAMPED, Stage.REVIEWED, Stage.AGGREGATED})
#: the office has approved it: what readers see
APPROVED = frozenset({Stage.REVIEWED, Stage.AGGREGATED})
#: nobody has to act any more
FINISHED = (Stage.AGGREGATED, Stage.WAIVED)
#: a problem of the ledger that is not closed; the condition of an index, as ``MAYBE_LATE``
OPEN_PROBLEM = f"problem_id IS NOT NULL AND stage NOT IN ({', '.join(repr(stage.value) for stage in FINISHED)})"


class Action(Word):
    """The actions that have a command of their own (design, section 4); a flow may name others."""

    RECEIVE = "receive", N_("receive")
    REPORT = "report", N_("report")
    WITHDRAW = "withdraw", N_("withdraw")
    SIGN_STAMP = "sign_stamp", N_("sign and stamp")
    APPROVE = "approve", N_("approve")
    RETURN = "return", N_("return")
    REOPEN = "reopen", N_("reopen")
    AGGREGATE = "aggregate", N_("aggregate")
    WAIVE = "waive", N_("waive")


class Role(Word):
    """The duty a person holds in a unit or in the office (design, section 5)."""

    CLERK = "clerk", N_("clerk")
    LEADER = "leader", N_("unit leader")
    REVIEWER = "reviewer", N_("reviewer")
    DIRECTOR = "director", N_("office director")
    READER = "reader", N_("reader")
    SYSTEM = "system", N_("system administrator")
    SECURITY = "security", N_("security administrator")
    AUDIT = "audit", N_("audit administrator")
    SCHEDULER = "scheduler", N_("scheduler")


UNIT_ROLES = frozenset({Role.CLERK, Role.LEADER})
ADMINISTRATORS = frozenset({Role.SYSTEM, Role.SECURITY, Role.AUDIT})


class Relation(Word):
    """How the actor's unit stands to the task (``reliability.md`` section 6)."""

    OWN = "own", N_("own unit")
    CO = "co", N_("co-named unit")
    OTHER = "other", N_("other unit")


class Reach(Word):
    """How far a duty reaches with a deed that it is granted (``workflow/authorisation.txt``)."""

    ALL = "all", N_("without limit")
    OWN = "own", N_("own unit")
    NAMED = "named", N_("own unit and as co-unit")
    APPROVED = "approved", N_("what is approved or waits for one's own signature")
    SELF = "self", N_("for oneself")
    OTHERS = "others", N_("for others only")


class Share(Word):
    """A unit's part in a clause: the first named leads."""

    LEAD = "lead", N_("lead")
    SUPPORT = "support", N_("support")


class ReportPolicy(Word):
    """Which of a clause's units report: the notice's policy, overridable per clause."""

    EVERY = "every", N_("every responsible unit")
    LEAD = "lead", N_("the lead unit only")


class PeriodState(Word):
    """A month of a notice."""

    OPEN = "open", N_("open")
    CLOSED = "closed", N_("closed")


class RequestKind(Word):
    """What a unit asks of the office."""

    EXTENSION = "extension", N_("extension")
    TRANSFER = "transfer", N_("transfer")


class Decision(Word):
    """How the office answered a request."""

    PENDING = "pending", N_("pending")
    GRANTED = "granted", N_("granted")
    REFUSED = "refused", N_("refused")


class ProblemSource(Word):
    """Where a problem of the ledger comes from."""

    FILM = "film", N_("warning film")
    INSPECTION = "inspection", N_("inspection")
    SELF_CHECK = "self_check", N_("self-check")
    PUBLIC = "public", N_("the public")


class PaperKind(Word):
    """A paper by which the office chases what is overdue, from mild to severe."""

    URGING = "urging", N_("urging notice")
    SUPERVISION = "supervision", N_("supervision notice")
    CIRCULAR = "circular", N_("circular")


class PhotoShows(Word):
    """What a picture of a problem shows."""

    FOUND = "found", N_("as found")
    RECTIFIED = "rectified", N_("as rectified")
    VISIT = "visit", N_("on the visit")


class EvidenceKind(Word):
    """What the evidence is; what it proves is another matter (design, section 9)."""

    SCAN = "scan", N_("scan")
    SIGNED_PDF = "signed_pdf", N_("digitally signed PDF")
    OFD = "ofd", N_("OFD file")
    PARCEL = "parcel", N_("summary of the office below, come as a parcel")


class MessageState(Word):
    """Where an outbox row stands (design, section 8)."""

    DUE = "due", N_("due")
    HELD = "held", N_("held")
    SENDING = "sending", N_("sending")
    SENT = "sent", N_("sent")
    RETRY = "retry", N_("waiting to retry")
    DEAD = "dead", N_("dead")
    NOT_NEEDED = "not_needed", N_("no longer needed")
    SUPERSEDED = "superseded", N_("superseded")


class ReminderState(Word):
    """How a due moment ended: never as nothing (``reliability.md`` section 0, promise 4)."""

    FIRED = "fired", N_("fired")
    SUPERSEDED = "superseded", N_("superseded")
    NOT_NEEDED = "not_needed", N_("no longer needed")
    DRAFTED = "drafted", N_("drafted")


class Result(Word):
    """How an attempt ended in the trail: denials and failures are recorded too."""

    DONE = "done", N_("done")
    REFUSED = "refused", N_("turned down")
    DENIED = "denied", N_("denied")
    FAILED = "failed", N_("failed")
