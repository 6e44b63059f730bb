"""The problem ledger on the command line: registered, imported, looked at, with pictures, and every step of its flow."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.acting import NUMBER, act_on, acting, day_option, words
from commands.forms import save
from commands.frame import answer, desk
from commands.given import as_given, asked, asked_options
from commands.picturing import LARGEST, picture, pictures
from commands.pieces import paged, say_rest
from commands.places import name_places
from commands.problemviews import row_dict, say_import, say_lines, say_story
from models.errors import BadInput
from models.language import _, listed
from models.states import PhotoShows, ProblemSource

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.engine import Connection

    from commands.frame import Desk
    from workflow.flow import Flow
    from workflow.problems import Registered

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
TARGET = click.Path(dir_okay=False, path_type=Path)


class _Ledger(click.Group):
    """The ledger's own commands, then one for each action of its flow, made only when somebody asks for it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of a problem's life."""
        del ctx
        return [*self.commands, *(_typed(action) for action in _flow().actions if _typed(action) not in self.commands)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command of the ledger, or a step of its flow."""
        known = super().get_command(ctx, cmd_name)
        action = cmd_name.replace("-", "_")
        if known is not None or action not in _flow().actions:
            return known
        made = _step(_flow(), action)
        name_places(made)
        return made


@click.group(
    "problem", cls=_Ledger, help=_("The problem ledger: register, rectify, verify on site, strike off, look back."),
    epilog="duban problem list --late · duban problem show 3",
)  # fmt: skip
def problem_command() -> None:
    """Every problem from its registration to the look-back."""


@problem_command.command(
    "register", help=_("Register a problem; its lead unit has to rectify it."),
    epilog="duban problem register --source film --title 污水直排 --unit 市水利局 --unit 市生态环境局 --found-on 2022-06-01"
    " --due 2022-09-30",
)  # fmt: skip
@click.option("--source", type=click.Choice([one.value for one in ProblemSource]), required=True,
              help=_("Where it comes from: a warning film, an inspection, a self-check, the public."))  # fmt: skip
@click.option("--title", required=True, help=_("What is wrong, in a line."))
@click.option("--unit", "units", multiple=True, required=True, metavar="NAME",
              help=_("A responsible unit, the lead first; repeat it for several."))  # fmt: skip
@day_option("--due", help_text=_("The day by which it has to be rectified."))
@day_option("--found-on", help_text=_("The day on which it was found."))
@click.option("--source-ref", default="", help=_("Which film, letter or list."))
@click.option("--place", default="", help=_("Where it is."))
@click.option("--description", default="", help=_("What was seen; text, @FILE or - for standard input."))
@click.option("--measures", default="", help=_("The measures that will be taken; text, @FILE or -."))
@click.option("--clause", default="", metavar="NUMBER", help=_("The clause it falls under, such as 2.1."))
@click.option("--inspection", type=NUMBER, default=None, help=_("The inspection that found it."))
@desk
def register(
    desk_: Desk, *, units: tuple[str, ...], due: date, description: str, measures: str, clause: str,
    inspection: int | None, **given: Any,
) -> None:  # fmt: skip
    """Register a problem."""
    from models.drafts import ProblemDraft
    from workflow.problems import register as enter

    draft = ProblemDraft(
        units=units, due_on=due, description=words(description), measures=words(measures), clause_number=clause, **given
    )
    place, now = (desk_.office_id, desk_.actor, draft), desk_.now()
    number = desk_.perform("problem.register", lambda c: enter(c, *place, now, inspection_id=inspection))
    said = _("Problem {id} is registered; {unit} has to rectify it by {day}.")
    answer(desk_, {"problem": number}, lambda: click.echo(said.format(id=number, unit=units[0], day=due)))


@problem_command.command(
    "import", help=_("Register the problems of a table, row by row; get an empty one with: duban problem template."),
    epilog="duban problem import 问题台账.xlsx --dry-run",
)  # fmt: skip
@click.argument("file", type=FILE)
@click.option("--inspection", type=NUMBER, default=None, help=_("The inspection that found them."))
@click.option("--photos", type=click.Path(exists=True, file_okay=False, path_type=Path), default=None,
              help=_("Where the pictures lie that the table names; else beside it."))  # fmt: skip
@click.option("--dry-run", is_flag=True, help=_("Say what would happen; change nothing."))
@desk
def import_(desk_: Desk, file: Path, inspection: int | None, photos: Path | None, *, dry_run: bool) -> int:
    """Register what is right in a table and tell the rest."""
    from deeds.problems import told_import
    from documents.ledger.reading import read_problems
    from workflow import permissions
    from workflow.problems import register_many

    desk_.perform("problem.register", lambda _connection: permissions.demand(desk_.actor, "problem.register"))
    read, now = read_problems(_bytes(file), file.name), desk_.now()
    found, missing = pictures(desk_, read.drafts, photos or file.parent, keep=not dry_run)

    def work(connection: Connection) -> list[Registered]:
        place, drafts = (connection, desk_.office_id, desk_.actor), [one for one in read.drafts if one.row in found]
        return register_many(*place, drafts, now, dry_run=dry_run, inspection_id=inspection, pictures=found)

    made = desk_.perform("problem.register", work)
    data = {"dry_run": dry_run, **told_import(read.refusals, missing, made)}
    answer(desk_, data, lambda: say_import(data))
    return 1 if data["refused"] else 0


@problem_command.command(
    "template", help=_("Write the empty table to be filled in and imported."),
    epilog="duban problem template --out 问题导入表.xlsx",
)  # fmt: skip
@click.option("--out", type=TARGET, required=True, help=_("The workbook to write, ending in .xlsx."))
@desk
def template(desk_: Desk, out: Path) -> None:
    """Write the empty table; needs no office."""
    from documents.ledger.workbook import write_blank

    _check_target(out)
    save(out, write_blank())
    answer(desk_, {"file": str(out)}, lambda: click.echo(_("Written: {file}").format(file=out)))


@problem_command.command(
    "export", help=_("Write the ledger to a workbook: the problems you may see."),
    epilog="duban problem export --out 问题台账.xlsx",
)  # fmt: skip
@click.option("--out", type=TARGET, required=True, help=_("The workbook to write, ending in .xlsx."))
@desk
def export(desk_: Desk, out: Path) -> None:
    """Write the ledger."""
    from documents.ledger.workbook import write_ledger
    from workflow.ledger import ledger_facts

    _check_target(out)
    now = desk_.now()
    facts = desk_.look_up("problem.export", lambda c: ledger_facts(c, desk_.office_id, now, actor=desk_.actor))
    save(out, write_ledger(facts))
    data = {"file": str(out), "problems": len(facts.lines)}
    said = _("{count} problems written: {file}").format(count=len(facts.lines), file=out)
    answer(desk_, data, lambda: click.echo(said))


def _check_target(out: Path) -> None:
    """A workbook by its name, and nothing that somebody filled in is written over."""
    if out.suffix.lower() != ".xlsx":
        raise BadInput(
            "E-F31", _("The table is a workbook, its name must end in .xlsx."), where=out.name,
            remedy=_("Choose another name."),
        )  # fmt: skip
    if out.exists():
        raise BadInput(
            "E-F30",
            _("There is a file of this name already."),
            where=out.name,
            remedy=_("Choose another name, or move that file away first."),
        )


def _bytes(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(LARGEST)


@problem_command.command("list", help=_("List the problems you may see."), epilog="duban problem list --late")
@click.option("--state", default="", help=_("Only in this state, by its name in the flow."))
@click.option("--unit", default="", metavar="NAME", help=_("Only those that name this unit."))
@click.option("--source", type=click.Choice([one.value for one in ProblemSource]), default=None,
              help=_("Only from this source."))  # fmt: skip
@click.option("--late", is_flag=True, help=_("Only overdue ones."))
@paged
@desk
def list_problems(desk_: Desk, *, state: str, unit: str, source: str | None, late: bool, limit: int, page: int) -> None:
    """List problems."""
    from deeds.problems import Sought, listed_problems

    wanted, now, place = Sought(source or "", state, unit, late=late), desk_.now(), (desk_.office_id, desk_.actor)
    found, total = desk_.look_up("task.read", lambda c: listed_problems(c, *place, wanted, now, page, limit))
    answer(desk_, [row_dict(entry) for entry in found], lambda: say_lines([entry.line for entry in found]))
    say_rest(page, limit, total)


@problem_command.command(
    "show", help=_("Tell a problem's story: facts, units, pictures, visits, and its task."),
    epilog="duban problem show 3",
)  # fmt: skip
@click.argument("problem_id", type=NUMBER)
@desk
def show(desk_: Desk, problem_id: int) -> None:
    """Tell a problem's story."""
    from deeds.task_views import note_opening, open_task, story
    from workflow import ledger, problems

    now, office, actor = desk_.now(), desk_.office_id, desk_.actor

    def work(connection: Connection) -> dict[str, Any]:
        task, _co_units = problems.visible_problem(connection, office, actor, problem_id)
        entry = ledger.entries(connection, office, now, actor=actor, only=[problem_id])[0]
        kept = problems.records(connection, office, actor, problem_id)
        return {**row_dict(entry), **kept, "story": story(connection, office, actor, task.id, now)}

    told = desk_.look_up("task.read", work)
    place = (office, actor, told["task"])
    if desk_.read(lambda found: open_task(found, *place)):
        desk_.perform("task.read", lambda found: note_opening(found, *place, now))
    answer(desk_, told, lambda: say_story(told))


@problem_command.command(
    "photo", help=_("Add a picture of a problem: JPEG, PNG or PDF."),
    epilog="duban problem photo 3 排口.jpg --shows rectified --note 已封堵",
)  # fmt: skip
@click.argument("problem_id", type=NUMBER)
@click.argument("file", type=FILE)
@click.option("--shows", type=click.Choice([one.value for one in PhotoShows]), required=True,
              help=_("As it was found, as rectified, or on the visit."))  # fmt: skip
@click.option("--note", default="", help=_("What is to be seen."))
@desk
def photo(desk_: Desk, problem_id: int, file: Path, shows: str, note: str) -> None:
    """Add a picture."""
    from workflow.problems import add_photo, visible_problem

    place = (desk_.office_id, desk_.actor, problem_id)
    desk_.look_up("problem.photo", lambda c: visible_problem(c, *place))  # before the bytes are kept
    stored, now = picture(desk_, file), desk_.now()
    number = desk_.perform("problem.photo", lambda c: add_photo(c, *place, stored, PhotoShows(shows), note, now))
    data = {"photo": number, "problem": problem_id, "file": asdict(stored)}
    said = _("Picture {id} of problem {problem} is kept.").format(id=number, problem=problem_id)
    answer(desk_, data, lambda: click.echo(said))


def _flow() -> Flow:
    from workflow.flow_store import LEDGER, shipped

    return shipped(LEDGER)


def _typed(action: str) -> str:
    """An action as people type it: strike-off."""
    return action.replace("_", "-")


def _step(flow: Flow, action: str) -> click.Command:
    """The command of an action of the flow, with the options that it needs."""
    steps = flow.steps_of(action)
    roles = listed(dict.fromkeys(role.label for step in steps for role in step.roles))
    gives = list(dict.fromkeys(name for step in steps for name in step.gives))
    told = _("{action} ({roles})").format(action=flow.action_label(action), roles=roles)

    def take(desk_: Desk, problem_id: int, version: int | None, key: str, **given: Any) -> int:
        """Take the step on the problem's task."""
        from workflow.problems import visible_problem

        place = (desk_.office_id, desk_.actor, problem_id)
        task_id = desk_.look_up(f"task.{action}", lambda c: visible_problem(c, *place)[0].id)
        return act_on(desk_, action, (task_id,), version, key, **as_given(given))

    made = click.argument("problem_id", type=NUMBER)(asked_options(acting(desk(take)), gives))
    epilog = " ".join([f"duban problem {_typed(action)} 3", *(f"{option} …" for option in asked(gives))])
    return click.command(_typed(action), help=told[:1].upper() + told[1:], epilog=epilog)(made)
