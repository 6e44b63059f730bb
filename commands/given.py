"""What is given with an action of a flow, as options of a command: one option for each thing a flow can ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from commands.acting import Day, words
from models.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

#: option → (its type or None for text, its help); the names are those of ``workflow.case.Given``
_OPTIONS: dict[str, tuple[click.ParamType[Any] | None, str]] = {
    "--progress": (None, N_("What was done; text, @FILE or - for standard input.")),
    "--percent": (click.INT, N_("Completion in percent, 0 to 100.")),
    "--reason": (None, N_("Why; text, @FILE or - for standard input.")),
    "--refile-on": (Day(), N_("The day by which it has to come in again.")),
    "--to-state": (None, N_("The earlier state that a return leads to, by its name in the flow.")),
    "--measures": (None, N_("The measures that will be taken; text, @FILE or -.")),
    "--visited-on": (Day(), N_("The day of the visit on site.")),
    "--found": (None, N_("What was found on site; text, @FILE or -.")),
}
_TEXTS = ("progress", "reason", "measures", "found")
#: what a step of a flow asks for → the options that give it
_ASKED = {
    "progress": ("--progress",),
    "percent": ("--percent",),
    "reason": ("--reason",),
    "refiling_date": ("--refile-on",),
    "measures": ("--measures",),
    "visit": ("--visited-on", "--found"),
    "people": ("--to",),
    "one_person": ("--to",),
}


def given_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command every option with which something can be given to an action."""
    straight = _("Wants it straight back, past the steps between.")
    function = click.option("--straight-back", is_flag=True, help=straight)(function)
    for name in reversed([*_OPTIONS, "--to"]):
        function = _option(name, required=False)(function)
    return function


def asked(gives: Iterable[str]) -> list[str]:
    """The options that give what a step asks for."""
    return [option for name in gives for option in _ASKED.get(name, ())]


def asked_options(function: Callable[..., Any], gives: Iterable[str]) -> Callable[..., Any]:
    """Give a command the options without which an action is refused."""
    for name in reversed(asked(gives)):
        function = _option(name, required=True)(function)
    return function


def _option(name: str, *, required: bool) -> Callable[..., Any]:
    if name == "--to":
        people = _("A person by login: to sign, to take over, to be shown it; repeat it for several.")
        return click.option("--to", "people", multiple=True, required=required, metavar="LOGIN", help=people)
    kind, told = _OPTIONS[name]
    missing = {} if required else {"default": None}  # click takes a default, even None, for an answer
    return click.option(name, type=kind, required=required, help=_(told), **missing)


def as_given(options: dict[str, Any]) -> dict[str, Any]:
    """The options as the fields of ``Given``: what was not said is left out, texts are read from where they stand."""
    # a completion of 0 is said; a flag that was left out is not, and 0 == False
    said = {name: value for name, value in options.items() if value is not False and value not in (None, "", ())}
    return {name: words(value) if name in _TEXTS else value for name, value in said.items()}
