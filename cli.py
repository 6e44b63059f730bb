"""The door: the click root. It opens commands/ lazily, so that ``duban --help`` imports no database.

It is one of the two places that turn refusals into exit codes: 1 refused, 2 usage, 3 conflict, 4 not found,
5 environment, 130 interrupted (``reliability.md`` section 7, row 32).
"""

from __future__ import annotations

import copy
import gc
import gettext
import importlib
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from commands.places import name_place, name_places
from models.errors import DubanError, EnvironmentRefused
from models.language import CATALOGUES, DEFAULT, LOCALE_DIR, N_, _, set_language

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

#: command → (module, short help); in the order of a month's work
COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "rehearse": ("commands.rehearse", N_("Rehearse a month, from the notice to the summary, on a fresh database.")),
    "simulate": (
        "commands.simulate",
        N_("Play years of a whole city with seeded people and faults, and look whether every promise is kept."),
    ),
    "init": ("commands.service", N_("Set up an office: folder, database, first administrators.")),
    "login": ("commands.session", N_("Log in and keep a token for this machine.")),
    "logout": ("commands.session", N_("End the session.")),
    "password": ("commands.session", N_("Choose another password; one's other sessions end.")),
    "whoami": ("commands.session", N_("Show who is logged in, with which duties.")),
    "person": ("commands.people", N_("Accounts, duties and absences.")),
    "unit": ("commands.units", N_("Units, aliases and collective groups.")),
    "notice": ("commands.notices", N_("Read, adopt, show and compare notices.")),
    "period": ("commands.periods", N_("Open, look at, move and close a month.")),
    "calendar": ("commands.calendar", N_("Working days, holidays and make-up days.")),
    "task": ("commands.tasks", N_("Receive, report, withdraw, review and look at tasks.")),
    "problem": (
        "commands.problems",
        N_("The problem ledger: register, rectify, verify on site, strike off, look back."),
    ),
    "inspection": ("commands.inspections", N_("Inspections as they were held, and the problems they found.")),
    "request": ("commands.requests", N_("Ask for more time or a transfer, and decide.")),
    "form": ("commands.forms", N_("Print a unit's form; attach the signed and stamped paper.")),
    "summary": ("commands.summaries", N_("Build, issue and export the month's summary.")),
    "parcel": (
        "commands.parcels",
        N_("Between the levels: hand clauses down, report a month upward, answer, take what came."),
    ),
    "peer": ("commands.peers", N_("The offices above and below: our key and theirs.")),
    "archive": ("commands.archive", N_("Take a month out for the archive; check what was taken out.")),
    "draft": ("commands.drafts", N_("Papers the scheduler prepared and a person issues.")),
    "paper": (
        "commands.papers",
        N_("Urging notices, supervision notices and circulars: make, list, print, declare void."),
    ),
    "plan": ("commands.planning", N_("Who will be told what, when and why.")),
    "why": ("commands.planning", N_("Why somebody was or was not told about a task.")),
    "message": ("commands.messages", N_("The outbox: list, show, retry, release.")),
    "channel": ("commands.messages", N_("Test a channel.")),
    "webhook": ("commands.webhooks", N_("Events for other programs: list, send again.")),
    "flow": ("commands.flows", N_("Approval chains as data: list, show, check, draw, install, compare, migrate.")),
    "template": ("commands.templates", N_("The words of messages and papers: list, show, check, replace, go back.")),
    "audit": ("commands.trail", N_("Show, verify and export the trail.")),
    "scheduler": ("commands.running", N_("Run the clock, or one tick of it.")),
    "serve": ("commands.running", N_("Run the desk in the browser, scheduler and delivery in one process.")),
    "work": ("commands.working", N_("Sweep and deliver for offices on PostgreSQL, beside other such processes.")),
    "doctor": ("commands.doctor", N_("Say what is wrong, with an exit code for monitoring.")),
    "backup": ("commands.backup", N_("Copy the office into one file.")),
    "restore": ("commands.backup", N_("Bring an office back from a backup.")),
    "move": ("commands.moving", N_("Move the office into a PostgreSQL database, or back into its own file.")),
    "upgrade": ("commands.service", N_("Bring the database to this program's form.")),
    "settings": ("commands.service", N_("Show the settings in force, secrets masked.")),
    "clock": ("commands.running", N_("Look at the clock guard, or confirm the clock.")),
}

#: as in models/settings.py, which is not imported for a mere ``--help``
HOME, SETTINGS_FILE = "duban-data", "duban.toml"
#: objects made before Python looks for garbage among the new ones: more than a command on one task ever makes
GARBAGE: Final = 150_000
PURPOSE: Final = N_("督办 duban: from the issued notice through the month's reports to the issued summary.")


class Door(click.Group):
    """The root group: knows the names, opens a room only when somebody enters."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, in the order of a month's work."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Open the room of a command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(COMMANDS[cmd_name][0])
        command: click.Command = getattr(module, f"{cmd_name}_command")
        name_places(command)
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The names of commands with what they do; click would open every room whose name fits."""
        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        from click.shell_completion import CompletionItem

        return [
            CompletionItem(name, help=_(text))
            for name, (_module, text) in COMMANDS.items()
            if name.startswith(incomplete)
        ]

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """The root's own options in the reader's language, which is not known yet when this file is imported."""
        return [_in_words(option) for option in super().get_params(ctx)]

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """How it is called, in the reader's language."""
        del ctx
        return [f"[{_('OPTIONS')}]", _("COMMAND"), f"[{_('ARGS')}]..."]

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What the program is for, in the reader's language."""
        del ctx
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(_(PURPOSE))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands without opening any room."""
        del ctx
        with formatter.section(_("Commands")):
            formatter.write_dl([(name, _(text)) for name, (_module, text) in COMMANDS.items()])


def _in_words(option: click.Parameter) -> click.Parameter:
    told = copy.copy(option)
    if isinstance(told, click.Option) and told.help:
        told.help = _(told.help)
        name_place(told, root)
    return told


def _language(arguments: list[str]) -> str:
    """The language asked for, before click speaks its first word: for this call, for this terminal, or for the office."""
    asked = _value(arguments, "--lang") or os.environ.get("DUBAN_LANG") or os.environ.get("DUBAN_LANGUAGE")
    return asked or _settled(Path(_value(arguments, "--home") or os.environ.get("DUBAN_HOME") or HOME))


def _value(arguments: list[str], option: str) -> str:
    for place, word in enumerate(arguments):
        if word.startswith(f"{option}="):
            return word.removeprefix(f"{option}=")
        if word == option and place + 1 < len(arguments):
            return arguments[place + 1]
    return ""


def _settled(home: Path) -> str:
    """The office's own language; a settings file that cannot be read is refused later, by the command that needs it."""
    import tomllib

    try:
        found = tomllib.loads((home / SETTINGS_FILE).read_text(encoding="utf-8")).get("language")
    except (OSError, ValueError):
        return DEFAULT
    return found if isinstance(found, str) else DEFAULT


def _speak(language: str) -> None:
    """Everything speaks one language, click's own words (usage, options, errors) too.

    Click asks the process-wide text domain, and gettext finds the catalogue by LANGUAGE.
    """
    set_language(language)
    os.environ["LANGUAGE"] = CATALOGUES.get(language, CATALOGUES[DEFAULT])
    gettext.bindtextdomain("click", LOCALE_DIR)
    gettext.textdomain("click")


@click.group(
    cls=Door,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="duban notice read 通知.docx · duban period status 2022-06 · duban task list --mine",
)
@click.option("--home", type=click.Path(file_okay=False), help=N_("The office's folder (or DUBAN_HOME)."))
@click.option("--as", "acting_for", default="", metavar="LOGIN", help=N_("Act for an absent person as substitute."))
@click.option("--lang", type=click.Choice(["zh", "en"]), help=N_("Language of what is said."))
@click.option("--json", "as_json", is_flag=True, help=N_("Answer in JSON."))
@click.version_option(package_name="duban", help=N_("Show the version and exit."))
@click.pass_context
def root(ctx: click.Context, home: str | None, acting_for: str, lang: str | None, *, as_json: bool) -> None:
    """Carry what every command shares; the help shows PURPOSE in its place."""
    ctx.obj = {"home": home, "acting_for": acting_for, "lang": lang, "json": as_json, "web": _web_desk}


def _web_desk(*given: Any) -> Any:
    """The desk in the browser, for the service: commands/ and web/ do not see each other, the door sees both."""
    from web.serving import Server

    return Server(*given)


def _say_refusal(refusal: DubanError, *, as_json: bool) -> None:
    """What a refusal quotes is shown, not obeyed: a terminal would act on its control characters."""
    from documents.plain_text import cleaned

    told = cleaned(refusal.as_dict())
    if as_json:
        click.echo(json.dumps({"error": told}, ensure_ascii=False, default=str), err=True)
        return
    click.secho(f"✗ {refusal.code} {told['what']}", fg="red", err=True)
    if told["where"]:
        click.echo("  " + _("Where: {where}").format(where=told["where"]), err=True)
    if told["remedy"]:
        click.echo("  " + _("Do now: {remedy}").format(remedy=told["remedy"]), err=True)


def _say_misuse(error: click.ClickException, *, as_json: bool) -> None:
    if as_json:
        told = {"code": "E-USAGE", "what": error.format_message(), "where": "", "remedy": _("See the help with -h.")}
        click.echo(json.dumps({"error": told}, ensure_ascii=False), err=True)
    else:
        error.show()


def _unforeseen(error: Exception) -> DubanError:
    """A fault of the program itself: said in one sentence, its traceback kept in a file for those who mend it."""
    import traceback

    from commands.frame import fault_file

    file = fault_file()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    except OSError:
        return EnvironmentRefused("E-X00", _("The program has a fault; nothing half done was kept."))
    return EnvironmentRefused(
        "E-X00",
        _("The program has a fault; nothing half done was kept."),
        where=file.name,
        remedy=_("Send {file} to whoever looks after the program.").format(file=file),
    )


def _readable(word: str) -> str:
    """A word of the command line as text: bytes that are none show as �, but where a file bears just that name."""
    if word.isascii() or os.path.exists(word):  # noqa: PTH110 - asked of every word, before anything is imported
        return word
    return word.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def main(arguments: list[str] | None = None) -> None:
    """Run the program; every way out has its exit code and none shows a traceback."""
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # it would ask every installed package for some
    gc.set_threshold(GARBAGE)  # what is loaded stays: searching it for garbage took a sixth of a command's time
    given = [_readable(word) for word in (sys.argv[1:] if arguments is None else arguments)]
    _speak(_language(given))
    sys.exit(_run(given))


def _run(given: list[str]) -> int:
    as_json = "--json" in given
    try:
        answer: Any = root.main(given, prog_name="duban", standalone_mode=False)
    except DubanError as refusal:
        _say_refusal(refusal, as_json=as_json)
        return refusal.exit_code
    except click.ClickException as error:
        _say_misuse(error, as_json=as_json)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo(_("Interrupted; nothing half done was kept."), err=True)
        return 130
    except (BrokenPipeError, SystemExit):
        # The reader went away (duban … | head), which click says by SystemExit: nothing more can be written.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno() if sys.__stdout__ else 1)
        return 0
    except Exception as error:  # noqa: BLE001 - the last resort: no traceback reaches a user
        _say_refusal(_unforeseen(error), as_json=as_json)
        return EnvironmentRefused.exit_code
    return answer if isinstance(answer, int) else 0


if __name__ == "__main__":
    main()
