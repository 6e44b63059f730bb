"""What the figures of simulated years count, in words: each counter has its name here."""

from __future__ import annotations

from typing import Final

from models.language import N_, _

NAMES: Final = {
    "turns": N_("turns of the service"),
    "deeds": N_("deeds of people and service"),
    "messages": N_("messages that arrived"),
    "deaths": N_("deaths of a process"),
    "months opened": N_("months opened"),
    "months closed": N_("months closed"),
    "due dates moved": N_("due dates moved"),
    "receive": N_("received"),
    "report": N_("reported"),
    "withdraw": N_("withdrawn"),
    "send_back": N_("sent back to the clerk"),
    "forms signed": N_("forms signed and stamped"),
    "approved": N_("approved"),
    "returned": N_("returned"),
    "reopened": N_("reopened"),
    "waived": N_("waived"),
    "summaries issued": N_("summaries issued"),
    "circulars issued": N_("circulars issued"),
    "circulars dropped": N_("circulars dropped"),
    "extension asked": N_("extensions asked"),
    "extension granted": N_("extensions granted"),
    "extension refused": N_("extensions refused"),
    "transfer asked": N_("transfers asked"),
    "transfer granted": N_("transfers granted"),
    "transfer refused": N_("transfers refused"),
    "people left": N_("people who left"),
    "absences": N_("absences"),
    "a substitute acted": N_("deeds of substitutes"),
    "units renamed": N_("units renamed"),
    "units merged": N_("units merged"),
    "holiday notices": N_("holiday notices"),
    "rules edited": N_("changes of the rules"),
    "second notices": N_("second notices"),
    "revisions": N_("revisions of a notice"),
    "clocks confirmed": N_("clocks confirmed"),
    "restores confirmed": N_("restores confirmed"),
    "held messages released": N_("held messages released"),
    "held messages dropped": N_("held messages dropped"),
    "dead messages retried": N_("dead messages tried again"),
    "double clicks": N_("second clicks, each with the first one's answer"),
    "fault: death between two statements": N_("fault: death between two statements"),
    "fault: death after commit, before the answer": N_("fault: death after commit, before the answer"),
    "fault: death between two file operations": N_("fault: death between two file operations"),
    "fault: death while sending": N_("fault: death while sending"),
    "fault: mail failed": N_("fault: mail failed"),
    "fault: lease lost while sending": N_("fault: lease lost while sending"),
    "fault: service down": N_("fault: service down"),
    "fault: clock moved": N_("fault: clock moved"),
    "fault: disk full": N_("fault: disk full"),
    "fault: stale screen": N_("fault: stale screen"),
    "fault: double click": N_("fault: double click"),
    "fault: backup restored": N_("fault: backup restored"),
}
#: counters that end with the code of a refusal
CODED: Final = {
    "refused": N_("refused with {code}"),
    "loop": N_("turns ended with {code}"),
    "not started": N_("starts refused with {code}"),
}


def called(counter: str) -> str:
    """A counter as people call it; KeyError for one that has no name."""
    if counter in NAMES:
        return _(NAMES[counter])
    kind, _blank, code = counter.rpartition(" ")
    return _(CODED[kind]).format(code=code)
