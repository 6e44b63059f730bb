"""The screen of a review: one place at a time, the quote marked in its line, the keys below."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from commands.frame import seen
from models.errors import DubanError
from models.language import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from deeds.reviewing import Walk
    from models.doubts import Doubt
    from models.drafts import WarningNote

#: so many decisions are at stake at most when the power goes
_SAVED_EVERY = 5


def go_through(walk: Walk, save: Callable[[], None]) -> None:
    """Every open place until the last one, or until the person stops."""
    waiting = [doubt.key for doubt in walk.open()]
    at, done = 0, 0
    if not waiting:
        click.echo(_("Nothing is open."))
    while at < len(waiting):
        doubt = walk.of(waiting[at])[0]
        if not doubt.open:  # decided together with others of its kind
            at += 1
            continue
        _show(walk, doubt, at + 1, len(waiting))
        went = _step(walk, doubt)
        if went is None:
            return
        if went < 0:
            at = _back(walk, waiting, at)
            continue
        at += went
        done += 1
        waiting += [
            one.key for one in walk.open() if one.key not in waiting
        ]  # a name typed may be doubtful in its turn
        if done % _SAVED_EVERY == 0:
            save()


def _back(walk: Walk, waiting: list[str], at: int) -> int:
    """To the place decided last, open again; where nothing was decided, to the one before."""
    before = {doubt.key for doubt in walk.open()}
    if not walk.back():
        return max(at - 1, 0)
    again = [doubt.key for doubt in walk.open() if doubt.key not in before]
    return waiting.index(again[0]) if again and again[0] in waiting else max(at - 1, 0)


def _show(walk: Walk, doubt: Doubt, number: int, of: int) -> None:
    note = doubt.note
    place = [_("clause {clause}").format(clause=note.clause)] if note.clause else []
    place += [_("line {line}").format(line=note.line)] if note.line else []
    weight = _("must be decided") if doubt.weighs else _("a remark")
    head = " · ".join([f"[{number}/{of}]", *place, weight, note.code])
    click.secho(f"\n{head}", fg="red" if doubt.weighs else "yellow", bold=True)
    click.echo(seen(note.message))
    if note.context or note.quote:
        click.echo(_("Text: {text}").format(text=marked(note)))
    for place_, reading in enumerate(note.readings, 1):
        click.echo(f"  {place_}) {seen(reading)}")
    value = walk.values(doubt)
    if value is not None:
        click.echo(_("In the table now: {value}").format(value=seen(value) or "—"))


def marked(note: WarningNote) -> str:
    """The line with the quote in brackets and reversed, so that it shows without colours too."""
    from documents.reading.places import quoted_at

    at = quoted_at(note, note.context)
    if at < 0:
        return seen(note.context or note.quote)
    end = at + len(note.quote)
    quote = click.style(f"【{seen(note.quote)}】", reverse=True)
    return f"{seen(note.context[:at])}{quote}{seen(note.context[end:])}"


def _step(walk: Walk, doubt: Doubt) -> int | None:
    """One answer: how far to go on (-1 back), or None to stop."""
    while True:
        click.echo(_keys(walk, doubt))
        said = click.prompt(">", prompt_suffix=" ", default="", show_default=False).strip()
        try:
            went = _answered(walk, doubt, said)
        except DubanError as refusal:
            click.secho(f"✗ {' '.join(filter(None, (refusal.code, refusal.what, refusal.remedy)))}", fg="red")
            continue
        if went == 0:
            if said:
                click.echo(_("“{key}” means nothing here.").format(key=seen(said[:20])))
            continue
        return None if said == "q" else went


def _answered(walk: Walk, doubt: Doubt, said: str) -> int:
    """Do what a key means; 0 where it means nothing here."""
    if said.isdecimal():
        walk.take(doubt, said)
    elif said == "a":
        walk.accept(doubt)
    elif said == "A":
        walk.accept(*(one for one in walk.open() if one.note.code == doubt.note.code))
    elif said == "e" and walk.values(doubt) is not None:
        walk.type(doubt, click.prompt(_("The right value"), default="", show_default=False))
    elif said == "n":
        walk.dismiss(doubt, click.prompt(_("Why it is not a problem"), default="", show_default=False))
    elif said == "x" and walk.removable(doubt):
        walk.remove(doubt)
    elif said == "b":
        return -1
    elif said not in {"s", "q"}:
        return 0
    return 1


def _keys(walk: Walk, doubt: Doubt) -> str:
    count = len(doubt.note.readings)
    number = {0: "", 1: _("1 take this reading")}.get(count, _("1–{count} take this reading").format(count=count))
    same = sum(one.note.code == doubt.note.code for one in walk.open())
    keys = [
        number,
        _("a right as read"),
        _("A all {count} of this kind are right as read").format(count=same) if same > 1 else "",
        _("e type the right value") if walk.values(doubt) is not None else "",
        _("n not a problem"),
        _("x no task: take the clause out of the table") if walk.removable(doubt) else "",
        _("s skip"),
        _("b back"),
        _("q stop"),
    ]
    return click.style("  ".join(key for key in keys if key), dim=True)
