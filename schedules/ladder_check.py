"""Is everybody chased, and do the messages have words? What there is to say about a flow's ladder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.errors import BadInput
from models.language import _
from schedules.rules import ladder_of, templates, wordless
from workflow import flow_check
from workflow.flow_check import Flaw

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from workflow.flow import Flow


def flaws(flow: Flow, own: Collection[str] = ()) -> list[Flaw]:
    """Everything wrong with a flow, its steps and its ladder, in the order of the file; empty = sound.

    ``own`` are messages that only the office has words for.
    """
    found = [*flow_check.flaws(flow), *_wordless(flow, own), *_ladder(flow, own)]
    return sorted(found, key=lambda flaw: flaw.line)


def _wordless(flow: Flow, own: Collection[str]) -> Iterator[Flaw]:
    known = templates() | set(own)
    for step in flow.steps:
        for _to, event in (*step.tells, *step.asks):
            if event not in known:
                what = _("Action “{action}”: there are no words for the message “{event}”.")
                remedy = _("Known: {names}").format(names=", ".join(sorted(known)))
                yield Flaw(step.line, what.format(action=step.action, event=event), remedy)


def _ladder(flow: Flow, own: Collection[str]) -> Iterator[Flaw]:
    """A rule that cannot be read, or a state that waits while nobody is chased."""
    try:
        rules = ladder_of(flow)
    except BadInput as refusal:
        yield Flaw(refusal.fields["line"], refusal.what, _("Correct the rule."))
        return
    for line, what in wordless(rules, flow.text, own):
        yield Flaw(line, what, _("Correct the rule."))
    for name in flow.waiting:
        state = flow.by_name[name]
        if not state.unchased and not any(name in rule.states for rule in rules):
            what = _("The state “{name}” waits, and nobody is chased for it.").format(name=name)
            remedy = _('Add a [[rule]] that names it under “states”, or say in the state why not: unchased = "…"')
            yield Flaw(state.line, what, remedy)
