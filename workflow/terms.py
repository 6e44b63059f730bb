"""What the names of a flow's registries are called when people read them."""

from __future__ import annotations

from models.language import _
from workflow.effects import EFFECTS
from workflow.given import GIVEN
from workflow.guards import CHOICES, CONDITIONS, GUARDS


def term(name: str) -> str:
    """A thing to give, a guard, a condition, a choice or an effect as people call it; any other name as it is."""
    for words in (GIVEN.words, GUARDS.words, CONDITIONS.words, CHOICES.words, EFFECTS.words):
        if name in words:
            return _(words[name])
    return name
