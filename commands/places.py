"""What stands for a value where a command is explained (FILE, TEXT …), in the reader's language.

Click knows these words in capital English only, and puts them into usage, options and errors.
"""

from __future__ import annotations

import re
from typing import Final

import click

from models.language import N_, _

#: the words that stand for a value where a command is explained; “MEMBERS...” holds one of them
PLACES: Final = frozenset((
    N_("ALIAS"), N_("ARGS"), N_("CODE"), N_("COMMAND"), N_("DAY"), N_("DD"), N_("DIGEST"), N_("DIRECTORY"), N_("DUTY"),
    N_("FILE"), N_("FOLDER"), N_("INSPECTION_ID"), N_("INTEGER"), N_("INTEGER RANGE"), N_("KEY"), N_("KIND"),
    N_("LOGIN"), N_("MEMBERS"), N_("MM"), N_("MONTH"), N_("N"), N_("NAME"), N_("NAMES"), N_("NEW"), N_("NOTE"),
    N_("NOTICE"), N_("NUMBER"), N_("NUMBERS"), N_("OLD"), N_("OPTIONS"), N_("PARAGRAPH"), N_("PATH"), N_("PROBLEM_ID"),
    N_("REASON"), N_("REQUEST_ID"), N_("SHA"), N_("SUCCESSOR"), N_("TASK"), N_("TASK_ID"), N_("TASK_IDS"), N_("TEXT"), N_("URL"),
    N_("TIME"), N_("VALUE"), N_("YEAR"), N_("YYYY"),
))  # fmt: skip
_WORD: Final = re.compile("INTEGER RANGE|[A-Z_]+")


def name_places(command: click.Command) -> None:
    """What stands for a value in usage and errors (FILE, TEXT …), in the reader's language, for all commands below."""
    for one in command.params:
        name_place(one, command)
    command.options_metavar = f"[{_('OPTIONS')}]"
    if isinstance(command, click.Group):
        command.subcommand_metavar = f"{_('COMMAND')} [{_('ARGS')}]..."
        for below in command.commands.values():
            name_places(below)


def name_place(one: click.Parameter, command: click.Command) -> None:
    """The same for one argument or option of the command; choices are typed as they stand."""
    if not isinstance(one.type, click.Choice) and not (isinstance(one, click.Option) and one.is_flag):
        one.metavar = _WORD.sub(_named, one.make_metavar(click.Context(command)))


def _named(word: re.Match[str]) -> str:
    return _(word[0]) if word[0] in PLACES else word[0]
