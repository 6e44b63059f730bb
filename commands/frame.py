"""What every command needs: the settings, the database, the person at the keyboard, the clock, and how to answer.

The only file of this room that reads the wall clock and makes random tokens.
"""

from __future__ import annotations

import errno
import functools
import json
import os
import re
import secrets
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

import deeds.desk
from models.disk import NO_ROOM
from models.errors import BadInput, Denied, EnvironmentRefused
from models.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from models.database import Database
    from models.settings import Settings
    from workflow.case import Actor

#: Another server takes over within half a minute. Whoever typed a command meanwhile is not sent away.
PATIENCE_SECONDS: Final = 45
#: fewer things than this are done before a bar could be read
LONG_WORK: Final = 20
_WHY: Final = {
    errno.ENOENT: N_("it, or a folder above it, is not there"),
    errno.EACCES: N_("permission is missing"),
    errno.EPERM: N_("permission is missing"),
    errno.EROFS: N_("it is read-only"),
    errno.EISDIR: N_("it is a folder"),
    errno.ENOTDIR: N_("a folder above it is a file"),
    errno.EEXIST: N_("there is something of this name already"),
    errno.ENAMETOOLONG: N_("its name is too long"),
}
_OTHERWISE: Final = N_("the machine refuses it")
_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass
class Desk(deeds.desk.Desk):
    """One command's surroundings, opened only as far as the command asks."""

    home: Path | None
    acting_for: str
    as_json: bool
    #: what is done is to choose a new password, or to leave: an old one does not stand in the way
    renewing: bool = False
    #: a server that is being replaced is waited for
    patient: bool = True

    @cached_property
    def settings(self) -> Settings:
        """The settings of the home folder."""
        from models.settings import load

        return load(self.home)

    @cached_property
    def database(self) -> Database:
        """The database, checked; a command that has changed nothing yet waits for a server that is being replaced."""
        from models.postgres import HASTE, Patience

        patience = Patience(PATIENCE_SECONDS, _say_waiting) if self.patient else HASTE
        return deeds.desk.open_database(self.settings, patience=patience)

    def leave(self) -> None:
        """Take leave of a server; a file is let go with the process."""
        opened = self.__dict__.get("database")
        if opened is not None and not opened.is_sqlite:
            opened.close()

    def now(self) -> datetime:
        """The wall clock in UTC; a rehearsal's home may set it with DUBAN_NOW."""
        told = os.environ.get("DUBAN_NOW", "")
        told = told or self.settings.rehearsal_now
        if told and self.settings.rehearsal:
            return parse_instant(told)
        return datetime.now(UTC)

    @property
    def token(self) -> str:
        """The session token: from DUBAN_TOKEN, or the file that only its owner may read."""
        given = os.environ.get("DUBAN_TOKEN", "")
        if given:
            return given
        file = token_file()
        if not file.exists():
            raise Denied("E-A04", _("You are not logged in."), remedy=_("Run: duban login NAME"))
        return file.read_text(encoding="utf-8").strip()

    @cached_property
    def actor(self) -> Actor:
        """The person at the keyboard, or the absent person they stand in for."""
        from workflow.logged_in import who_is

        rules, look = self.settings.login, self.read if self.acting_for else self.glance
        return look(
            lambda c: who_is(
                c, self.office_id, self.token, self.now(), acting_for=self.acting_for, rules=rules,
                renewing=self.renewing,
            )
        )  # fmt: skip


def _say_waiting() -> None:
    click.echo(_("The database server does not answer; waiting until it does …"), err=True)


def token_file() -> Path:
    """Where the session token is kept (mode 0600)."""
    base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(base) / "duban" / "token"


def fault_file() -> Path:
    """Where the last fault of the program itself is kept, for those who mend it."""
    return token_file().with_name("last-fault.txt")


def new_token() -> str:
    """A fresh unguessable token."""
    return secrets.token_urlsafe(32)


def new_key() -> str:
    """An idempotency key: what is sent twice under it is done once."""
    return secrets.token_urlsafe(12)


def new_installation() -> str:
    """A name for one life of an office's data that no other will bear."""
    return secrets.token_hex(8)


def desk(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command its ``Desk`` as first argument."""

    def wrapped(ctx: click.Context, /, *args: Any, **kwargs: Any) -> Any:
        shared = ctx.find_root().obj or {}
        home = shared.get("home")
        as_json = bool(kwargs.pop("as_json") or shared.get("json"))
        made = Desk(Path(home) if home else None, shared.get("acting_for", ""), as_json)
        try:
            return function(made, *args, **kwargs)
        except BrokenPipeError:
            # The reader went away (duban … | head): what was to be done is done, nothing more can be written.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        except OSError as error:
            raise _machine(error) from error
        finally:
            made.leave()

    functools.update_wrapper(wrapped, function)
    return click.option("--json", "as_json", is_flag=True, help=_("Answer in JSON."))(click.pass_context(wrapped))


def _machine(error: OSError) -> EnvironmentRefused:
    """What a file or folder of the person's refused, named as they named it, without the folders above it."""
    where = Path(str(error.filename)).name if error.filename else ""
    if error.errno in NO_ROOM:
        what, remedy = _("The disk is full; the file was not written whole."), _("Free some space, then try again.")
        return EnvironmentRefused("E-507", what, where=where, remedy=remedy)
    why = _(_WHY.get(error.errno or 0, _OTHERWISE))
    remedy = _("Check its name and its permissions, or choose another.")
    return EnvironmentRefused("E-508", _("A file or folder cannot be used: {why}").format(why=why), where=where,
                              remedy=remedy)  # fmt: skip


def answer(desk_: Desk, data: Any, said: Callable[[], None]) -> None:
    """JSON when it was asked for, else what is said to people."""
    if desk_.as_json:
        click.echo(json.dumps(data, ensure_ascii=False, indent=2, default=str))
    else:
        said()


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, title: str = "") -> None:
    """A table on a terminal, where an empty one is said; tab-separated lines under their head in a pipe."""
    if not sys.stdout.isatty():
        for row in [columns, *rows]:
            click.echo("\t".join(" ".join(seen(cell).split()) for cell in row))  # one row, one line
        return
    lines = list(rows)
    if not lines:
        click.echo(_("There is none."))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    made = Table(title=title or None, title_justify="left", header_style="bold")
    for column in columns:
        made.add_column(column, overflow="fold")
    for row in lines:
        made.add_row(*(Text(seen(cell)) for cell in row))
    Console().print(made)


def seen(cell: Any) -> str:
    """The cell without what would steer the terminal or turn the reading direction."""
    return _STEERING.sub("", str(cell))


@contextmanager
def progress(length: int, label: str) -> Iterator[Callable[..., None]]:
    """A bar for long work, one step for each call; only on a terminal, and not where there is little to do."""
    with click.progressbar(length=length, label=label, file=sys.stderr, hidden=_keeps_still(length)) as bar:
        yield lambda *_anything: bar.update(1)


def _keeps_still(length: int) -> bool:
    return length < LONG_WORK or not sys.stderr.isatty()


def parse_instant(text: str) -> datetime:
    """An instant with its zone; a bare date or time is Shanghai's."""
    from models.times import SHANGHAI, civil_date

    try:
        found = datetime.fromisoformat(text)
        civil_date(found.date().isoformat())
    except ValueError as error:
        raise BadInput(
            "E-D05", _("“{text}” is no date and time.").format(text=text), remedy=_("Write 2022-06-25T09:00.")
        ) from error
    return (found if found.tzinfo else found.replace(tzinfo=SHANGHAI)).astimezone(UTC)
