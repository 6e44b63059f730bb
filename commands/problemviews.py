"""The problem ledger as it reads on the screen: a list, one problem's story, and how an import ended."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from commands.frame import table
from commands.taskstory import tell
from models.language import _, listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.facts import ProblemLine
    from workflow.ledger import Entry


def row_dict(entry: Entry) -> dict[str, Any]:
    """A problem for ``--json``: its line, with source and state by their codes beside their words."""
    line = asdict(entry.line)
    codes = {"source": entry.source, "state": entry.task.state}
    numbers = {"task": entry.task.id, "inspection": entry.inspection_id}
    return {**line, "source_label": line["source"], "state_label": line["state"], **codes, **numbers}


def say_lines(lines: Sequence[ProblemLine]) -> None:
    """Problems as a table."""
    if not lines:
        click.echo(_("There is no such problem, or none that you may see."))
        return
    columns = [_("problem"), _("source"), _("title"), _("unit"), _("state"), _("due date"), _("days late")]
    cells = [
        (row.number, row.source, row.title, row.units[0], row.state, row.due_on, row.days_late or "–") for row in lines
    ]
    table(columns, cells)


def say_story(told: dict[str, Any]) -> None:
    """A problem's facts, pictures and visits, then the story of its task."""
    head = _("Problem {number} · {source} · found on {day} · registered on {registered}")
    days = {"day": told["found_on"], "registered": told["registered_on"]}
    click.echo(head.format(number=told["number"], source=told["source_label"], **days))
    facts = (
        (_("Source note"), told["source_ref"]),
        (_("Inspection"), told["inspection"]),
        (_("Place"), told["place"]),
        (_("Units, the lead first"), listed(told["units"])),
        (_("Clause"), told["clause_number"]),
        (_("Measures"), told["measures"]),
        (_("First time limit"), "" if told["due_on"] == told["original_due_on"] else told["original_due_on"]),
        (_("Look-back"), told["look_back_on"] or ""),
        (_("Relapses"), told["relapses"] or ""),
    )
    for name, value in facts:
        if value:
            click.echo(f"{name}: {value}")
    _say_records(told)
    tell(told["story"])


def _say_records(told: dict[str, Any]) -> None:
    for row in told["photos"]:
        line = _("Picture {id}: {shows}, {name} ({who}, {day}) {note}")
        words_ = {"shows": row["shows_label"], "who": row["stored_by"], "day": row["stored_at"]}
        click.echo(line.format(**{**row, **words_}).rstrip())
    for row in told["visits"]:
        line = _("Visit on {day} by {who}, round {round}: {found}")
        click.echo(line.format(**{**row, "day": row["visited_on"], "who": row["visited_by"]}))


def say_import(data: dict[str, Any]) -> None:
    """What is wrong in a table, cell by cell, and how much was taken in."""
    for row in data["refused"]:
        place = _("row {row}").format(row=row["row"]) if row["row"] else ""
        click.echo(f"✗ {' · '.join(part for part in (place, row['where'], row['code']) if part)} {row['what']}")
        if row["remedy"]:
            click.echo("  " + _("Do now: {remedy}").format(remedy=row["remedy"]))
    done, refused = len(data["registered"]), len(data["refused"])
    said = (
        _("{done} problems would be registered, {refused} places refused.")
        if data["dry_run"]
        else _("{done} problems registered, {refused} places refused.")
    )
    click.echo(said.format(done=done, refused=refused))
    if data["dry_run"]:
        click.echo(_("This was a dry run; nothing was changed."))
