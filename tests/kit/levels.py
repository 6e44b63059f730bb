"""Two offices, one above the other: the upper one's second unit is the lower office. And parcels as another office makes them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import openpyxl

from documents.notice_json import to_json
from documents.parcels import sealed
from kit.office import BEGIN
from kit.tables import clause, table
from kit.world import CO, OTHER, OWN
from models import office_key
from models.canonical import canonical
from models.drafts import IndicatorDraft
from models.office_key import OfficeKey
from models.parcels import FORMAT, Party, Told
from models.plain import to_plain
from models.states import Action
from workflow import peers
from workflow.case import ValueGiven

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from kit.door import Door
    from kit.office import SmallOffice
    from models.parcels import ParcelKind

#: the private keys of the upper office and of the one below
OURS, THEIRS = b"\x01" * 32, b"\x02" * 32
#: what each side calls the other, and the unit that the lower one is above
BELOW, ABOVE, UNIT = "云溪县督查室", "市督查室", CO
TARGET = IndicatorDraft("新建管网10公里", "新建管网", ">=", 10.0, "公里")
NOTICE = table(
    clause("1.1", OWN, CO, bracket="市发改委、市水利局"), clause("1.2", CO, indicators=(TARGET,)), clause("2.1", OTHER, OWN),
    title="2022年工作要点", issuer="市长江办", issued_on=date(2022, 5, 30), source_sha256="0" * 64,
)  # fmt: skip


@dataclass
class Levels:
    """Both offices behind their doors; each knows the other's key."""

    upper: Door
    lower: Door

    def introduce(self) -> None:
        """Keys are made and entered; the upper notice stands with its draft and the indicator of clause 1.2."""
        above, below = (door.data("security", "peer", "key") for door in (self.upper, self.lower))
        given = [("--public", key["public"], "--fingerprint", key["fingerprint"]) for key in (above, below)]
        self.lower.data("security", "peer", "add", ABOVE, *given[0])
        self.upper.data("security", "peer", "add", BELOW, *given[1], "--unit", UNIT)
        world = self.upper.world
        world.change("notice", world.notice_id, draft=to_json(NOTICE))
        number = next(row["id"] for row in world.rows("clause") if row["number"] == "1.2")
        told = {name: getattr(TARGET, name) for name in ("name", "op", "value", "unit", "quote")}
        world.add("indicator", clause_id=number, **told)

    def file_of_lower(self, number: int, folder: Path) -> Path:
        """A parcel of the lower office as a file."""
        file = folder / f"lower-{number}.parcel"
        self.lower.data("director", "parcel", "export", number, "--out", file)
        return file


def divide(file: Path, units: Mapping[str, str]) -> None:
    """Say in a table which units carry out each clause, the lead first."""
    book = openpyxl.load_workbook(file)
    sheet = book.worksheets[0]
    head = {cell.value: cell.column for cell in sheet[3]}
    for row in range(4, sheet.max_row + 1):
        number = str(sheet.cell(row, head["编号"]).value)
        if number in units:
            lead, *others = units[number].split("、")
            sheet.cell(row, head["牵头单位"]).value = lead
            sheet.cell(row, head["配合单位"]).value = "、".join(others)
    book.save(file)


def month_below(door: Door, period: int, now: datetime) -> None:
    """Every task of a month of the lower office is reported, signed and approved."""
    world = door.world
    names = {number: name for name, number in world.units.items()}
    figures = {row["clause_id"]: row["id"] for row in world.rows("indicator")}
    for place, row in enumerate(world.rows("task", period_id=period)):
        values = (ValueGiven(figures[row["clause_id"]], 7.5),) if row["clause_id"] in figures else ()
        clerk = f"clerk{list(world.units).index(names[row['unit_id']]) + 1}"
        said = {
            "progress": f"{names[row['unit_id']]}已完成第{place + 1}段。",
            "percent": 40 + 20 * place,
            "values": values,
        }
        world.act(clerk, Action.REPORT, row["id"], now, **said)
        world.sign(row["id"], now)
        world.act("reviewer", Action.APPROVE, row["id"], now)


def enter_below(office: SmallOffice, unit: str = UNIT) -> str:
    """The office gets its key and knows the one below, which is this unit; returns its own fingerprint."""
    key = OfficeKey(THEIRS).public
    with office.database.write(office.office_id) as connection:
        actor = office.actor("security")
        peers.add(connection, office.office_id, actor, BELOW, key.text, key.fingerprint, unit, BEGIN)
    office.change("notice", office.notice_id, draft=to_json(NOTICE))
    return office_key.keep(office.folder, OURS).public.fingerprint


def parcel(
    secret: bytes,
    to: str,
    kind: ParcelKind,
    content: object,
    made_at: datetime,
    *,
    held: Mapping[str, bytes] | None = None,
    **more: Any,
) -> bytes:
    """A parcel as the office with this private key makes it, for the office whose fingerprint is ``to``."""
    key, files = OfficeKey(secret), held or {}
    told = Told(
        FORMAT, kind, Party(BELOW, key.public.fingerprint), Party(ABOVE, to), made_at, "县主任", (1, "e" * 64),
        to_plain(content), files={name: hashlib.sha256(data).hexdigest() for name, data in files.items()},
    )  # fmt: skip
    statement = canonical(to_plain(replace(told, **more)))
    return sealed(statement, key.sign(statement), files)
