"""Acting on tasks from the command line: shared options, words from files, one outcome a task."""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.frame import answer, new_key, progress
from models.errors import BadInput, DubanError
from models.language import _, listed
from models.times import civil_date

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from commands.frame import Desk
    from workflow.actions import Command, Outcome

#: a number that people say aloud and every database can hold
NUMBER = click.IntRange(1, 2**31 - 1)
#: so many tasks are named by number in a table
NAMED = 5
#: so often a command is begun before it is given up that the server stays
_TRIES = 3
#: a report's text file larger than this is a slip of the hand
_LONGEST = 1_000_000


def acting(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command --version (act on what you saw) and --key (repeat without acting twice)."""
    function = click.option("--key", default="", help=_("Idempotency key: a repeat gets the first answer."))(function)
    return click.option(
        "--version", type=NUMBER, default=None, help=_("The version you saw; refused when somebody acted since.")
    )(function)


class Day(click.ParamType[date]):
    """A civil date in Shanghai, written YYYY-MM-DD; E-D01 when there is no such day."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The date, or a refusal with its remedy."""
        del param, ctx
        if isinstance(value, date):
            return value
        try:
            return civil_date(str(value))
        except ValueError as error:
            raise BadInput(
                "E-D01", _("There is no such day: {text}").format(text=value), remedy=_("Write it as YYYY-MM-DD.")
            ) from error


def day_option(name: str, *, help_text: str, required: bool = True) -> Callable[..., Any]:
    """An option that takes a civil date."""
    missing = {} if required else {"default": None}  # click takes a default, even None, for an answer
    return click.option(name, type=Day(), required=required, help=help_text, **missing)


def few(numbers: Sequence[int]) -> str:
    """Some task numbers: a handful is named, more are counted; ``--json`` names them all."""
    if len(numbers) <= NAMED:
        return listed(map(str, numbers)) or "–"
    return _("{count} tasks from {first}").format(count=len(numbers), first=numbers[0])


def words(text: str) -> str:
    """Text as given, from ``@FILE`` (UTF-8) or from standard input for ``-``."""
    try:
        if text == "-":
            return sys.stdin.read(_LONGEST).strip()
        if text.startswith("@"):
            with Path(text[1:]).open(encoding="utf-8-sig") as file:
                return file.read(_LONGEST).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(
            "E-F10",
            _("The text could not be read from {file}.").format(file=text),
            remedy=_("Name a readable UTF-8 text file after @, or write the text itself."),
        ) from error
    return text


def act_on(
    desk_: Desk,
    action: str,
    task_ids: Sequence[int],
    version: int | None,
    key: str,
    *,
    dry_run: bool = False,
    **given: Any,
) -> int:
    """The same action on each task; returns the exit code."""
    from workflow.actions import Command
    from workflow.case import Given

    numbers = list(dict.fromkeys(task_ids))
    if version is not None and len(numbers) > 1:
        raise click.UsageError(_("--version is the version of one task; name one task."))
    keys = [key if len(numbers) == 1 else f"{key}:{number}" if key else "" for number in numbers]
    commands = [
        Command(action, number, version, Given(**given), operation)
        for number, operation in zip(numbers, keys, strict=True)
    ]
    return run(desk_, commands, dry_run=dry_run)


def run(desk_: Desk, commands: Sequence[Command], *, dry_run: bool = False) -> int:
    """Run commands and say how each ended; one alone refuses as a whole, many are told item by item."""
    whole = dry_run or (len(commands) > 1 and not any(command.operation_id for command in commands))
    outcomes = _outcomes(desk_, commands, whole=whole, dry_run=dry_run)
    answer(desk_, _as_data(outcomes, dry_run=dry_run), lambda: _say(outcomes, dry_run=dry_run))
    return exit_code(outcomes)


def _outcomes(desk_: Desk, commands: Sequence[Command], *, whole: bool, dry_run: bool) -> list[Outcome]:
    from workflow.actions import act_on_many

    if not whole:
        return [_alone(desk_, commands[0])] if len(commands) == 1 else _each_kept(desk_, commands)
    with progress(len(commands), _("Working")) as step:

        def work(keyed: Sequence[Command]) -> list[Outcome]:
            place = (desk_.database, desk_.office_id, desk_.actor)
            return act_on_many(*place, keyed, desk_.now(), dry_run=dry_run, progress=step)

        return _surely(desk_, commands, work)


def _alone(desk_: Desk, command: Command) -> Outcome:
    from workflow.actions import act

    def work(keyed: Sequence[Command]) -> list[Outcome]:
        return [act(desk_.database, desk_.office_id, desk_.actor, keyed[0], desk_.now())]

    return _surely(desk_, [command], work)[0]


def _surely(
    desk_: Desk, commands: Sequence[Command], work: Callable[[Sequence[Command]], list[Outcome]]
) -> list[Outcome]:
    """What ``work`` gives, begun anew when the server goes meanwhile: under keys nothing is done twice.

    An embedded database does not go, and keeps no key but one that was given.
    """
    from models.postgres import Away

    if not desk_.database.is_sqlite:
        commands = [replace(one, operation_id=one.operation_id or new_key()) for one in commands]
    for _try in range(_TRIES - 1):
        with suppress(Away):
            return work(commands)
    try:
        return work(commands)
    except Away as away:
        if away.unknown and len(commands) == 1:
            key = commands[0].operation_id
            away.remedy = _("Give the same command once more with --key {key}: it is done once.").format(key=key)
        raise


def _each_kept(desk_: Desk, commands: Sequence[Command]) -> list[Outcome]:
    outcomes = []
    with progress(len(commands), _("Working")) as step:
        for command in commands:
            outcomes.append(_kept(desk_, command))
            step()
    return outcomes


def _kept(desk_: Desk, command: Command) -> Outcome:
    """One item of a repeatable batch: its first answer is kept under its own key."""
    from workflow.actions import Outcome

    try:
        return _alone(desk_, command)
    except DubanError as refusal:
        return Outcome(command.task_id, command.action, "", 0, refusal=refusal)


def exit_code(outcomes: Sequence[Outcome]) -> int:
    """0 when all went through; the refusals' common code, else 1."""
    codes = {outcome.refusal.exit_code for outcome in outcomes if outcome.refusal is not None}
    return 0 if not codes else codes.pop() if len(codes) == 1 else 1


def _as_data(outcomes: Sequence[Outcome], *, dry_run: bool) -> dict[str, Any]:
    return {"dry_run": dry_run, "outcomes": [outcome.as_dict() for outcome in outcomes]}


def _say(outcomes: Sequence[Outcome], *, dry_run: bool) -> None:
    for outcome in outcomes:
        if outcome.refusal is not None:
            click.echo(_("✗ task {id}: {refusal}").format(id=outcome.task_id, refusal=outcome.refusal))
            continue
        line = _("✓ task {id}: {action} → {state} (version {version})")
        click.echo(
            line.format(
                id=outcome.task_id,
                action=outcome.action_label,
                state=outcome.state_label,
                version=outcome.version,
            )
        )
    if len(outcomes) > 1:
        refused = sum(outcome.refusal is not None for outcome in outcomes)
        click.echo(_("{done} done, {refused} refused.").format(done=len(outcomes) - refused, refused=refused))
    if dry_run:
        click.echo(_("This was a dry run; nothing was changed."))
