"""The office's own reminder rules, edited: said in words, tried, compared with those in force, kept with every earlier version.

The rules stay a file of the installation (``rules`` in the settings, else rules.toml in its folder): a service reads it
again when it has changed.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from deeds.running import office_hours, office_rules, own_events, rules_file
from models import labels
from models.disk import unstored, write_whole
from models.errors import Conflict
from models.language import _, listed
from models.times import SHANGHAI, local_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from sqlalchemy.engine import Connection

    from deeds.desk import Desk
    from schedules.plan import PlannedLine
    from schedules.rules import Rule
    from workflow.flow import Flow

#: the folder beside the rules in which the earlier versions lie
HISTORY: Final = "rules-history"
#: a preview looks as far ahead as a month's ladder reaches
AHEAD: Final = timedelta(days=30)
#: how many of the planned messages a page shows
SHOWN: Final = 200
_VERSION: Final = re.compile(r"\d{8}T\d{6}-[0-9a-f]{8}\.toml")
_VERSIONS_SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class Rung:
    """A rule in words: what it is called, when it speaks, in which states, to whom, and how."""

    name: str
    when: str
    states: str
    recipients: str
    copies: str
    message: str
    mode: str


@dataclass(frozen=True, slots=True)
class Ladder:
    """The rules of one flow; ``own`` where the office's file stands in their place."""

    title: str
    name: str
    own: bool
    rungs: tuple[Rung, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be sent in the days ahead, and what differs from the rules in force; ``more`` lines are not shown."""

    lines: tuple[PlannedLine, ...]
    added: tuple[PlannedLine, ...]
    gone: tuple[PlannedLine, ...]
    more: int


def ladders(desk: Desk) -> list[Ladder]:
    """The rules in force, flow by flow."""
    from schedules.rules import ladder_of
    from workflow import flow_store

    own = office_rules(desk)

    def flows() -> list[Flow]:
        with desk.database.read() as connection:
            known = dict.fromkeys(row.name for row in flow_store.versions(connection, desk.office_id))
            return [flow_store.in_force(connection, desk.office_id, name) for name in known]

    found = sorted(flows(), key=lambda flow: flow.name != flow_store.MONTHLY)
    return [
        Ladder(flow.title.here, flow.name, True, rungs(flow, own))
        if own is not None and flow.name == flow_store.MONTHLY
        else Ladder(flow.title.here, flow.name, False, rungs(flow, ladder_of(flow)))
        for flow in found
    ]


def rungs(flow: Flow, rules: Iterable[Rule]) -> tuple[Rung, ...]:
    """The rules in words."""
    from schedules.plan import rung
    from schedules.rules import called

    modes = {"auto": _("sent by itself"), "draft": _("a draft for a person to issue")}
    return tuple(
        Rung(
            called(rule), rung(rule), listed(map(flow.state_label, sorted(rule.states))),
            listed(role.label for role in rule.recipients), listed(role.label for role in rule.copy_to),
            labels.message(rule.template), modes[rule.mode],
        )
        for rule in rules
    )  # fmt: skip


def present_text(desk: Desk) -> str:
    """The office's file as it is, or, where there is none, the shipped rules to begin with."""
    path = rules_file(desk)
    return path.read_text("utf-8-sig", "replace") if path.is_file() else shipped_text()


def shipped_text() -> str:
    """The rules that come with the monthly report, as text."""
    from workflow.flow_store import MONTHLY, shipped

    lines, inside = list[str](), False
    for line in shipped(MONTHLY).text.splitlines():
        inside = line.startswith("[[rule]]") or (inside and not line.startswith("["))
        lines += [line] if inside else []
    return "\n".join(lines).strip() + "\n"


def seen(desk: Desk) -> str:
    """What stands for the file as it is now; empty where there is none."""
    path = rules_file(desk)
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def preview(desk: Desk, text: str) -> Preview:
    """What these rules would send; E-R01 names the line that is wrong."""
    from schedules.plan import plan
    from schedules.rules import parse_rules

    rules, now = parse_rules(text, _("rules"), own_events(desk)), desk.now()
    first, hours = local_date(now), office_hours(desk)

    def planned(given: Sequence[Rule] | None) -> list[PlannedLine]:
        return desk.read(lambda c: plan(c, desk.office_id, given, first, first + AHEAD, now=now, hours=hours))

    new, old = planned(rules), planned(office_rules(desk))
    was, will = {_key(line) for line in old}, {_key(line) for line in new}
    return Preview(
        tuple(new[:SHOWN]),
        tuple(line for line in new if _key(line) not in was)[:SHOWN],
        tuple(line for line in old if _key(line) not in will)[:SHOWN],
        max(0, len(new) - SHOWN),
    )


def _key(line: PlannedLine) -> tuple[object, ...]:
    """What makes two planned messages the same to whoever gets them."""
    return line.when, line.recipient, line.template, line.tasks, line.draft


def save(desk: Desk, text: str, was: str) -> None:
    """Put the rules in force; ``was`` is what ``seen`` said when the person began: E-H75 when it has changed since; E-507.

    The file is replaced as the last thing of the transaction that records it: what the trail says was saved, is.
    """
    from schedules.rules import parse_rules
    from workflow import audit, permissions

    path, own = rules_file(desk), own_events(desk)

    def work(connection: Connection) -> None:
        role = permissions.demand(desk.actor, "rules.edit")
        rules = parse_rules(text, _("rules"), own)
        if seen(desk) != was:
            raise Conflict(
                "E-H75",
                _("Somebody else has saved other rules meanwhile."),
                remedy=_("Copy your text, open the page anew, and bring both together."),
            )
        data = (text.strip() + "\n").encode()
        after = hashlib.sha256(data).hexdigest()
        detail = {"sha256": after, "before": was, "rules": len(rules)}
        entry = audit.Entry("rules.edit", "rules", role=role.value, detail=detail)
        audit.append(connection, desk.office_id, desk.actor, entry, desk.now())
        try:
            _keep(desk, path)
            write_whole(path, data)
        except OSError as error:
            raise unstored(error) from error

    desk.perform("rules.edit", work)


def _keep(desk: Desk, path: Path) -> None:
    """The version that is about to be replaced, under its time and the head of its SHA-256."""
    if not path.is_file():
        return
    data, folder = path.read_bytes(), path.parent / HISTORY
    folder.mkdir(mode=0o700, exist_ok=True)
    stamp = desk.now().astimezone(SHANGHAI).strftime("%Y%m%dT%H%M%S")
    write_whole(folder / f"{stamp}-{hashlib.sha256(data).hexdigest()[:8]}.toml", data)


def versions(desk: Desk) -> list[str]:
    """The names of the earlier versions, the latest first."""
    folder = rules_file(desk).parent / HISTORY
    names = (file.name for file in folder.glob("*.toml")) if folder.is_dir() else ()
    return sorted((name for name in names if _VERSION.fullmatch(name)), reverse=True)[:_VERSIONS_SHOWN]


def files(desk: Desk) -> list[tuple[str, Path]]:
    """The file and its earlier versions with their names in the office's folder: what a backup takes along."""
    path, home = rules_file(desk).resolve(), desk.settings.home.resolve()
    found = (path, *sorted((path.parent / HISTORY).glob("*.toml")))
    return [(file.relative_to(home).as_posix(), file) for file in found if file.is_file() and file.is_relative_to(home)]


def version_text(desk: Desk, name: str) -> str:
    """The text of an earlier version; E-404."""
    from workflow.permissions import not_there

    file = rules_file(desk).parent / HISTORY / name
    if not _VERSION.fullmatch(name) or not file.is_file():
        raise not_there(_("Rules"), name[:40])
    return file.read_text("utf-8-sig", "replace")
