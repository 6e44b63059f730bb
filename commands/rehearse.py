"""``duban rehearse``: a month from the notice to the summary on a fresh database, told on one screen."""

from __future__ import annotations

import re
import sys
import tempfile
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.acting import day_option
from commands.frame import Desk, answer, desk
from models import labels
from models.errors import BadInput, EnvironmentRefused
from models.language import _
from models.settings import REHEARSED
from models.states import MessageState, Stage

if TYPE_CHECKING:
    from datetime import date

    from models.drafts import NoticeDraft
    from simulation.account import Account, Chase

#: people named in a line of the screen; the rest are counted
NAMED = 3


@click.command(
    "rehearse",
    epilog="duban rehearse --notice notice.txt --month 2022-06 --out out",
    help=_("Rehearse a month, from the notice to the summary, on a fresh database."),
)
@click.option(
    "--notice", type=click.Path(exists=True, dir_okay=False), help=_("The notice to read; default: the example.")
)
@click.option("--month", default="2022-06", show_default=True, help=_("The month to rehearse, as 2022-06."))
@click.option("--out", default="out", show_default=True, help=_("The folder for everything it makes."))
@click.option("--seed", default=20220607, show_default=True, help=_("Deals out who is early, late or silent."))
@day_option("--until", required=False, help_text=_("Stop on this day and leave an office to practise in."))
@desk
def rehearse_command(desk_: Desk, notice: str | None, month: str, out: str, seed: int, until: date | None) -> None:
    """Rehearse a month on a fresh database."""
    from documents.reading.reader import read_notice
    from simulation.account import settle
    from simulation.example import example_notice

    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month):
        raise BadInput("E-D01", _("There is no such month: {month}").format(month=month), remedy=_("Write 2022-06."))
    data, name = (Path(notice).read_bytes(), Path(notice).name) if notice else example_notice()
    draft = read_notice(data, name)  # before the folder is touched: what cannot be read costs no earlier rehearsal
    if until is not None and f"{until:%Y-%m}" != month:
        raise BadInput(
            "E-D07", _("The rehearsal stops on a day of its month, {month}.").format(month=month), where="--until"
        )
    folder = _fresh(Path(out))
    if until is not None:
        _leave_to_practise(desk_, draft, month, folder, seed, until)
        return
    account = settle(*_played(desk_, draft, month, folder, seed))
    answer(desk_, asdict(account), lambda: _tell(account, month, folder))


def _played(desk_: Desk, draft: NoticeDraft, month: str, folder: Path, seed: int) -> Any:
    from simulation import month as act
    from simulation.scene import prepare

    if not desk_.as_json:
        click.echo(_("The notice is read. Hiring the people, opening the month …"), err=True)
    scene = prepare(draft, month, folder, seed)
    with click.progressbar(length=100, label=_("Rehearsing"), file=sys.stderr) as bar:
        done = 0

        def step(place: int, of: int) -> None:
            nonlocal done
            now = place * 100 // of
            bar.update(now - done)
            done = now

        return scene, act.play(scene, step)


def _leave_to_practise(desk_: Desk, draft: NoticeDraft, month: str, folder: Path, seed: int, until: date) -> None:
    """Play until the day, open every account, and say how to go in."""
    from models.times import shown
    from simulation import month as act
    from simulation import practice
    from simulation.scene import prepare

    scene = prepare(draft, month, folder, seed)
    now = act.play_until(scene, until)
    practice.open_to_all(scene, now)
    scene.database.close()
    data = {"home": str(folder), "now": now, "password": practice.PASSWORD}
    said = [
        _("An office to practise in lies in {folder}; its clock stands at {now}.").format(
            folder=folder, now=shown(now)
        ),
        _("Open its desk with: duban --home {folder} serve").format(folder=folder),
        _(
            "Log in as clerk1, leader1, reviewer1, director, sysadmin, secadmin, auditor …; the password is {password}"
        ).format(password=practice.PASSWORD),
    ]
    answer(desk_, data, lambda: click.echo("\n".join(said)))


def _fresh(out: Path) -> Path:
    """An empty folder: an earlier rehearsal's is emptied unless a service runs on it, anything else is left alone."""
    import shutil

    from schedules.runner import single

    if out.exists() and any(out.iterdir()) and not (out / REHEARSED).exists():
        raise EnvironmentRefused(
            "E-B18",
            _("The folder {folder} holds other files; nothing was touched.").format(folder=out),
            remedy=_("Name an empty folder with --out (make: OUT=folder)."),
        )
    if out.exists():
        single(out).release()  # a service that runs on it would go on with a database that nobody sees
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    (out / REHEARSED).write_text(tempfile.gettempprefix(), encoding="utf-8")
    return out


def _tell(account: Account, month: str, folder: Path) -> None:
    click.secho(f"\n{account.notice}", bold=True)
    click.echo(
        _(
            "{month}: {clauses} clauses, {units} units, {tasks} tasks; {warnings} places in the notice need a look."
        ).format(
            month=month, clauses=account.clauses, units=account.units, tasks=account.tasks, warnings=account.warnings
        )
    )
    if account.as_read or account.left_out:
        said = _(
            "Nobody decides here: {as_read} open places stay as read, {left_out} clauses name nobody and are left out."
        )
        click.echo(said.format(as_read=account.as_read, left_out=account.left_out))
    states = "  ".join(f"{Stage(state).label} {count}" for state, count in account.states.items())
    click.echo(_("Tasks: {states}").format(states=states))
    click.echo(
        _(
            "Late {late}, returned at least once {returned}, extensions granted {extensions}, circulars drafted {drafts}."
        ).format(late=account.late, returned=account.returned, extensions=account.extensions, drafts=account.drafts)
    )
    click.secho(_("Who was told, and when"), bold=True)
    for chase in account.chases:
        if _of_ledger(chase):
            continue  # told with the ledger
        click.echo(f"  {chase.day:%m-%d}  {_wide(_event(chase), 20)} {chase.messages:>4}  {_who(chase)}")
    messages = "  ".join(f"{MessageState(state).label} {count}" for state, count in account.messages.items())
    click.echo(_("Messages: {states}").format(states=messages))
    _tell_indicators(account)
    _tell_problems(account)
    _tell_files(account, folder)


def _tell_indicators(account: Account) -> None:
    from documents.plain_text import aim, figure

    click.secho(_("Indicators against targets"), bold=True)
    for fact in account.indicators:
        value = "–" if fact.value is None else figure(fact.value)
        target = aim(fact.op, fact.target, fact.unit)
        click.echo(f"  {fact.clause_number:<5} {_wide(fact.name, 34)} {value:>8}   {target}")


def _tell_problems(account: Account) -> None:
    """The second flow of the month: the ledger's figures, one line a problem, one line a kind of message."""
    part = account.problems
    if part is None:
        return
    click.secho(_("Problem ledger"), bold=True)
    said = _(
        "New {new}, rectified {rectified}, struck off {struck_off}, relapsed {relapsed}, overdue {overdue}; standing"
        " {standing}."
    )
    names = ("new", "rectified", "struck_off", "relapsed", "overdue")
    click.echo("  " + said.format(standing=part.standing, **{name: len(getattr(part, name)) for name in names}))
    for line in account.ledger:
        due = _("rectify by {day}").format(day=f"{line.due_on:%m-%d}")
        click.echo(
            f"  {line.number:>2}  {_wide(line.title, 34)} {_wide(line.units[0], 18)} {_wide(line.state, 12)} {due}"
        )
    kinds: dict[str, list[Chase]] = {}
    for chase in filter(_of_ledger, account.chases):
        kinds.setdefault(chase.event, []).append(chase)
    for chases in kinds.values():
        _tell_kind(chases)


def _of_ledger(chase: Chase) -> bool:
    from simulation.account import OF_PROBLEMS

    return chase.event in OF_PROBLEMS


def _tell_kind(chases: list[Chase]) -> None:
    """The messages of one kind: day by day they would fill the screen."""
    days = dict.fromkeys(f"{chase.day:%m-%d}" for chase in (chases[0], chases[-1]))
    people = tuple(dict.fromkeys(name for chase in chases for name in chase.people))
    whole = replace(chases[0], messages=len(people), people=people)
    count = sum(chase.messages for chase in chases)
    click.echo(f"  {_wide('–'.join(days), 12)} {_wide(_event(whole), 20)} {count:>4}  {_who(whole)}")


def _tell_files(account: Account, folder: Path) -> None:
    verdict = _("the trail holds") if not account.findings else "; ".join(account.findings[:3])
    click.echo(_("Trail: {events} events; {verdict}.").format(events=account.events, verdict=verdict))
    click.secho(_("Files in {folder}").format(folder=folder), bold=True)
    click.echo("  " + "  ".join(account.files.values()))
    if "form" not in account.files or "summary pdf" not in account.files:
        click.echo(_("No PDF: no Chinese typeface was found; install one with: apt-get install fonts-noto-cjk"))


def _wide(text: str, width: int) -> str:
    """Filled up to a width on the screen, where a Chinese character takes two places."""
    from rich.cells import set_cell_size

    return set_cell_size(text, width)


def _event(chase: Chase) -> str:
    return {
        "opened": _("opened"),
        "not_received": _("not received"),
        "due_soon": _("due soon"),
        "due_today": _("due today"),
        "urging": _("urging notice"),
        "supervision": _("supervision notice"),
        "unreviewed": _("waits for review"),
        "closing": _("month closing"),
        "returned": _("returned"),
    }.get(chase.event) or labels.message(chase.event)


def _who(chase: Chase) -> str:
    named = "、".join(chase.people[:NAMED])
    rest = chase.messages - NAMED
    return named if rest <= 0 else _("{named} and {count} more").format(named=named, count=rest)
