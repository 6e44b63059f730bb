"""The workday calendar: a year as it is reckoned, and the import of the State Council's yearly notice."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.frame import Desk, answer, desk, table
from models.language import _

if TYPE_CHECKING:
    from workflow.calendar import WorkCalendar


@click.group("calendar", help=_("Working days, holidays and make-up days."), epilog="duban calendar show 2026")
def calendar_command() -> None:
    """Working days, holidays and make-up days."""


def _year(calendar: WorkCalendar, year: int, source: str) -> dict[str, Any]:
    return {
        "year": year,
        "provisional": calendar.is_provisional(year),
        "source": source,
        "off": sorted(day for day in calendar.off if day.year == year),
        "makeup": sorted(day for day in calendar.makeup if day.year == year),
    }


def _say(data: dict[str, Any]) -> None:
    if data["provisional"]:
        click.secho(_("{year} has no table yet: Monday to Friday, provisional.").format(year=data["year"]), fg="yellow")
    click.echo(_("Source: {source}").format(source=data["source"] or "—"))
    days = [(day, _("day off")) for day in data["off"]] + [(day, _("make-up workday")) for day in data["makeup"]]
    table([_("Day"), _("What")], sorted(days))


@calendar_command.command("show", help=_("A year's holidays and make-up days."), epilog="duban calendar show 2026")
@click.argument("year", type=click.IntRange(2000, 2199))
@desk
def show(desk_: Desk, year: int) -> None:
    """The year as deadlines are reckoned with it."""
    from workflow import calendar_store

    desk_.actor  # noqa: B018 - a login that holds is all it takes
    office = desk_.office_id
    found = desk_.read(lambda c: calendar_store.load_calendar(c, office))
    source = dict(desk_.read(lambda c: calendar_store.years_known(c, office))).get(year, "")
    data = _year(found, year, source)
    answer(desk_, data, lambda: _say(data))


@calendar_command.command(
    "import", help=_("Take over the text of the yearly holiday notice."), epilog="duban calendar import notice-2027.txt"
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@desk
def import_(desk_: Desk, file: Path) -> None:
    """The notice checks itself; one that does not agree with itself changes nothing."""
    from documents.reading.reader import read_text
    from workflow import calendar_store, holiday_notice

    desk_.demand("calendar.import")
    office, now = desk_.office_id, desk_.now()
    parsed = holiday_notice.parse_holiday_notice(read_text(file.read_bytes(), file.name))
    count = desk_.perform(
        "calendar.import", lambda c: calendar_store.import_year(c, office, desk_.actor, parsed, file.name, now)
    )
    said = _("{year}: {off} days off, {makeup} make-up workdays; {count} tasks are reckoned anew.").format(
        year=parsed.year, off=len(parsed.off), makeup=len(parsed.makeup), count=count
    )
    answer(desk_, {"year": parsed.year, "tasks": count}, lambda: click.echo(said))
