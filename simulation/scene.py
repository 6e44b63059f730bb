"""Setting the scene: a fresh office on a fresh database, the notice adopted, everyone hired, the month opened."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import time, timedelta
from typing import TYPE_CHECKING, Any, Final

from documents import notice_json
from documents.decomposition import reading as table_reading
from documents.decomposition import workbook as decomposition
from models import doubts, schema
from models.canonical import fingerprint
from models.database import Database, sqlite_url
from models.store import Store
from models.times import at_local
from simulation import cast
from workflow import adoption, name_doubts, office, periods, units
from workflow.calendar import day_of_month
from workflow.calendar_store import load_calendar

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from models.drafts import NoticeDraft
    from workflow.calendar import WorkCalendar

OFFICE_ID: Final = 1
#: stands for the rosters only the office can give; no real county is named
COUNTIES: Final = ("甲县", "乙县", "丙区")
#: the reason that stands beside what nobody decided
AS_READ: Final = "演练：照原文读法"
MEETS_AT: Final = time(8, 30)


@dataclass(frozen=True, slots=True)
class Undecided:
    """What a person would have decided before adopting: left as read, and clauses left out for they name nobody."""

    as_read: int
    left_out: int


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything the month is played on."""

    database: Database
    store: Store
    out: Path
    draft: NoticeDraft
    adopted: adoption.Adopted
    period: periods.OpenedPeriod
    calendar: WorkCalendar
    cast: cast.Cast
    opens_on: Any
    undecided: Undecided


def prepare(draft: NoticeDraft, month: str, out: Path, seed: int) -> Scene:
    """Adopt, hire and open, on the month's first day; the database and files lie in ``out``."""
    opens_on = day_of_month(month, 1)
    now = at_local(opens_on, MEETS_AT)
    database = Database(sqlite_url(out / "duban.db"))
    schema.migrate(database)
    with database.write(OFFICE_ID) as connection:
        named = office.OfficeName(draft.issuer or "协调办公室", draft.issuer_short or "办公室", "市人民政府")
        codes = dict.fromkeys(office.FIRST, hashlib.sha256(f"{seed}".encode()).hexdigest())
        office.set_up(connection, OFFICE_ID, named, codes, now - timedelta(hours=1))
        cast.hire_office(connection, OFFICE_ID, now)
    adopted, undecided = adopt(database, draft, out, now)
    with database.write(OFFICE_ID) as connection:
        cast.hire_units(connection, OFFICE_ID, now)
        calendar = load_calendar(connection, OFFICE_ID)
        players = cast.assemble(connection, OFFICE_ID, seed, now)
        period = periods.open_period(connection, OFFICE_ID, players.director, adopted.notice_id, month, calendar, now)
    store = Store(out / "store")
    return Scene(database, store, out, draft, adopted, period, calendar, players, opens_on, undecided)


def adopt(database: Database, draft: NoticeDraft, out: Path, now: datetime) -> tuple[adoption.Adopted, Undecided]:
    """Confirm the table through the spreadsheet a person would edit, give the groups their rosters, adopt.

    Nobody sits at a rehearsal to decide what is doubtful, so the rule is: whatever is open stays as it was read, and a
    clause that names nobody is left out. Both are counted and said.
    """
    table = out / "decomposition.xlsx"
    decomposition.write_table(draft, table)
    confirmed, left_out = _with_units(replace(table_reading.read_table(table), warnings=draft.warnings))
    named = list(dict.fromkeys(unit for clause in confirmed.clauses for unit in clause.units))
    with database.write(OFFICE_ID) as connection:
        director = cast.administrator(connection, OFFICE_ID, "director", now)
        for group in dict.fromkeys(group for clause in confirmed.clauses for group in clause.groups):
            members = COUNTIES if "县" in group or "区" in group else named
            units.set_group(connection, OFFICE_ID, director, group, members, now)
        confirmed = name_doubts.held_against(confirmed, name_doubts.load(connection, OFFICE_ID))
        confirmed, as_read = doubts.accepted_open(confirmed, AS_READ, director.login, now)
        kept = notice_json.to_json(confirmed)
        sha = fingerprint(kept)
        place = (connection, OFFICE_ID, director)
        made = adoption.adopt(*place, confirmed, kept, sha, now, allow_past=True)
    return made, Undecided(as_read, left_out)


def _with_units(draft: NoticeDraft) -> tuple[NoticeDraft, int]:
    """The draft without the clauses that name nobody, and how many these are."""
    items = tuple(
        replace(item, clauses=tuple(clause for clause in item.clauses if clause.parties)) for item in draft.items
    )
    new = replace(draft, items=tuple(item for item in items if item.clauses))
    return new, len(draft.clauses) - len(new.clauses)
