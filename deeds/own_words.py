"""The office's own templates as people work with them: which there are, what is in use, put in force and taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deeds import wordings
from deeds.running import rules_file
from models.errors import DubanError, Refused
from models.language import _, listed
from models.times import shown

if TYPE_CHECKING:
    from deeds.desk import Desk


def rows(desk: Desk) -> list[dict[str, Any]]:
    """Every template: what it is, whether the office's own is in use, by whom and since when."""
    from models.template import in_force
    from workflow import permissions

    def read(connection: Any) -> Any:
        permissions.demand(desk.actor, "template.read")
        return in_force(connection, desk.office_id)

    own, along = desk.look_up("template.read", read), wordings.names()
    return [_row(name, own.get(name)) for name in [*along, *sorted(set(own) - set(along))]]


def _row(name: str, own: Any) -> dict[str, Any]:
    row = {"name": name, "title": wordings.title(name), "own": own is not None, "version": "", "by": "", "at": "",
           "state": _("shipped")}  # fmt: skip
    if own is None:
        return row
    state = _("own")
    try:
        wordings.check(name, own.text)
    except DubanError as refusal:
        state = _("own, not used: {what}").format(what=refusal.what)
    return row | {"version": own.sha256, "by": own.installed_by, "at": shown(own.installed_at), "state": state}


def text_in_use(desk: Desk, name: str, version: str | None = None) -> str:
    """The text of a template in use, or of an earlier version by the head of its SHA-256; E-404, E-J03."""
    from models.template import in_force
    from workflow import permissions, template_store

    def read(connection: Any) -> str:
        permissions.demand(desk.actor, "template.read")
        if version is not None:
            return template_store.version(connection, desk.office_id, name, version)
        own = in_force(connection, desk.office_id).get(name)
        if own is None:
            wordings.check_name(name, shipped=True)
        return own.text if own is not None else wordings.shipped_text(name)

    return desk.look_up("template.read", read)


def history(desk: Desk, name: str) -> list[dict[str, Any]]:
    """Everything that was done to a template, the oldest first; ``removed``: back to the shipped one."""
    from workflow import permissions, template_store

    def read(connection: Any) -> Any:
        permissions.demand(desk.actor, "template.read")
        return template_store.versions(connection, desk.office_id, name)

    return [
        {"version": row.sha256, "by": row.installed_by, "at": shown(row.installed_at), "removed": not row.sha256}
        for row in desk.look_up("template.read", read)
    ]


def install(desk: Desk, name: str, read: Any) -> tuple[bool, list[str]]:
    """Put the office's own text in use, tried before; False when it is in use already, and what there is to say.

    ``read`` gives the text: nothing of a stranger's file is opened.
    """
    from workflow import permissions, template_store

    def work(connection: Any) -> tuple[bool, list[str]]:
        permissions.demand(desk.actor, "template.install")
        text = read()
        notes = wordings.check(name, text)
        return template_store.install(connection, desk.office_id, desk.actor, name, text, desk.now()), notes

    return desk.perform("template.install", work)


def remove(desk: Desk, name: str) -> None:
    """Go back to the shipped text; a message that only the office has words for stays while something sends it."""
    from workflow import permissions, template_store

    def work(connection: Any) -> None:
        permissions.demand(desk.actor, "template.install")
        _refuse_needed(desk, connection, name)
        template_store.remove(connection, desk.office_id, desk.actor, name, desk.now())

    desk.perform("template.install", work)


def _refuse_needed(desk: Desk, connection: Any, name: str) -> None:
    """A message that only the office has words for stays while one of its flows or rules sends it; E-J09."""
    from workflow.flow_store import every

    if name in wordings.names():
        return
    event = name.partition("/")[0]
    needed = sorted({flow.name for flow in every(connection, desk.office_id) if f'"{event}"' in flow.text})
    rules = rules_file(desk)
    if rules.is_file() and f'"{event}"' in rules.read_text(encoding="utf-8", errors="replace"):
        needed.append(rules.name)
    if needed:
        raise Refused(
            "E-J09",
            _("The program has no words for “{event}”, and these send it: {flows}").format(
                event=event, flows=listed(needed)
            ),
            where=name,
            remedy=_("Replace it instead, with: duban template install FILE --as {name}").format(name=name),
        )


def preview(name: str, text: str) -> list[str]:
    """What the text makes of a sample: the paragraphs of a paper, or a part of an ordinary message."""
    from models.template import PAPER

    if name.startswith(PAPER):
        from documents.samples import preview as of_paper

        return of_paper(name.removeprefix(PAPER), text)
    from notifications.render import preview as of_message

    event, _slash, part = name.partition("/")
    return of_message(event, part, text)
