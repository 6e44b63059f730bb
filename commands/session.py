"""Logging in and out: the password is typed unseen, the token lies in a file only its owner may read."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from commands.frame import Desk, answer, desk, new_token, token_file
from models.errors import Denied, UsageRefused
from models.language import _

if TYPE_CHECKING:
    from workflow.case import Actor


def _password(*, from_stdin: bool, first: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise UsageRefused(
            "E-U02",
            _("There is no terminal to type a password at."),
            remedy=_("Give it on standard input, with --password-stdin."),
        )
    asked = _("New password") if first else _("Password")
    return str(click.prompt(asked, hide_input=True, confirmation_prompt=first, err=True))


def keep_token(token: str) -> None:
    """Write the token so that it never exists with a wider mode, not even for a moment."""
    file = token_file()
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = file.with_name(f"{file.name}.{os.getpid()}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(token + "\n")
    fresh.replace(file)


def _described(desk_: Desk, actor: Actor) -> dict[str, object]:
    from models import tables as t
    from models.states import Role

    units = desk_.read(lambda c: {row.id: row.name for row in c.execute(t.unit.select())})
    duties = [
        {"role": post.role.value, "label": Role(post.role).label, "unit": units.get(post.unit_id or 0, "")}
        for post in actor.posts
    ]
    return {"login": actor.login, "name": actor.name, "acting_for": actor.acting_for, "duties": duties}


def _say(data: dict[str, object]) -> None:
    click.echo(_("{name} ({login})").format(name=data["name"], login=data["login"]))
    if data["acting_for"]:
        click.echo("  " + _("acting for {name}").format(name=data["acting_for"]))
    duties = data["duties"]
    assert isinstance(duties, list)
    for duty in duties:
        click.echo("  " + duty["label"] + (f" · {duty['unit']}" if duty["unit"] else ""))
    if not duties:
        click.echo("  " + _("no duty today"))


@click.command(
    "login", help=_("Log in and keep a token for this machine."), epilog="duban login sysadmin --code ABCD-…"
)
@click.argument("name")
@click.option("--code", default="", help=_("The one-time code that sets the first password."))
@click.option(
    "--second", default="", metavar=_("DIGITS"), help=_("The code that your device shows, where you entered one.")
)
@click.option("--password-stdin", is_flag=True, help=_("Read the password from standard input."))
@desk
def login_command(desk_: Desk, name: str, code: str, second: str, *, password_stdin: bool) -> None:
    """Log in; with a one-time code the password typed becomes the first one."""
    from workflow import second_factor, sessions

    database, token, rules = desk_.database, new_token(), desk_.settings.login
    given = sessions.Login(name, _password(from_stdin=password_stdin, first=bool(code)), code, second)
    try:
        actor = sessions.log_in(database, desk_.office_id, given, token, rules, desk_.now())
    except Denied as refusal:
        if refusal.code != second_factor.MISSING or password_stdin:
            raise
        given = replace(given, second=str(click.prompt(_("The six digits that the device shows now"), err=True)))
        actor = sessions.log_in(database, desk_.office_id, given, token, rules, desk_.now())
    keep_token(token)
    data = _described(desk_, actor) | {"hours": rules.hours}
    answer(desk_, data, lambda: _say(data))


@click.command("logout", help=_("End the session."), epilog="duban logout")
@desk
def logout_command(desk_: Desk) -> None:
    """Revoke the token and forget it."""
    from workflow import sessions

    token, now = desk_.token, desk_.now()
    desk_.renewing = True
    desk_.perform("logout", lambda c: sessions.log_out(c, desk_.office_id, token, desk_.actor, now))
    token_file().unlink(missing_ok=True)
    answer(desk_, {"logged_out": True}, lambda: click.echo(_("Logged out.")))


@click.command("whoami", help=_("Show who is logged in, with which duties."), epilog="duban whoami --json")
@desk
def whoami_command(desk_: Desk) -> None:
    """Who the token stands for today."""
    desk_.renewing = True
    data = _described(desk_, desk_.actor)
    answer(desk_, data, lambda: _say(data))


@click.command(
    "password",
    help=_("Choose another password; one's other sessions end."),
    epilog="duban password --password-stdin < two-lines.txt",
)
@click.option("--password-stdin", is_flag=True, help=_("Read the present and the new password, a line each."))
@desk
def password_command(desk_: Desk, *, password_stdin: bool) -> None:
    """The present password is asked first; the new one is none of the last few."""
    from workflow import sessions

    desk_.renewing = True
    actor, token, rules = desk_.actor, desk_.token, desk_.settings.login
    old = _password(from_stdin=password_stdin, first=False)
    new = _password(from_stdin=password_stdin, first=True)
    ended = sessions.change_password(desk_.database, desk_.office_id, actor, token, old, new, rules, desk_.now())
    said = _("The password is changed. Other sessions that were ended: {count}.").format(count=ended)
    answer(desk_, {"changed": True, "ended": ended}, lambda: click.echo(said))
