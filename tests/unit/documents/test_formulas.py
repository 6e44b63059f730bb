"""A text that a spreadsheet would run stays text in whatever leaves the program as a table (``reliability.md`` section 7, row 25)."""

from __future__ import annotations

import csv
import dataclasses
import io
import re
import zipfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from openpyxl import load_workbook

import documents
from documents.archive.items import index
from documents.decomposition.workbook import table_bytes
from documents.form import form_docx
from documents.ledger.workbook import write_ledger
from documents.list_sheet import list_sheet
from documents.offline_form import OfflineLine, OfflineRow, write_offline
from documents.people_sheet import write_blank
from documents.reading import read_notice
from documents.summary.workbook import workbook
from kit.facts import DUE, form_facts, summary_facts
from kit.notice import HEAD
from models.archive import Item, ItemKind
from models.facts import LedgerFacts, ProblemLine

if TYPE_CHECKING:
    from collections.abc import Callable

STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\0", "\n", "＝", "＋", "－", "＠", " =", "'=", "\u200b=")
#: what runs as a formula when it begins a cell; the wide ones where Chinese or Japanese is typed
RUNS: Final = tuple("=+-@\t\r＝＋－＠")
_HAN: Final = re.compile(r"[\u4e00-\u9fff]")
PROBLEM: Final = ProblemLine(
    number=1, title="污水直排", source="警示片", source_ref="第12项", place="某街道", description="错接。", clause_number="1.10",
    units=("市住建局", "市生态环境局"), measures="改造。", state="整改中", found_on=date(2022, 3, 1), registered_on=date(2022, 3, 3),
    original_due_on=date(2022, 5, 31), due_on=date(2022, 6, 15), days_late=13, progress="已封堵。", returns=1,
)  # fmt: skip


def hostile(value: Any, start: str) -> Any:
    """The same with every text that people write beginning so; codes and numbers stay."""
    if isinstance(value, str):
        return f"{start}SUM(1){value}" if _HAN.search(value) else value
    if isinstance(value, dict):
        return {key: hostile(one, start) for key, one in value.items()}
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        return tuple(hostile(one, start) for one in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        changed = {one.name: hostile(getattr(value, one.name), start) for one in dataclasses.fields(value) if one.init}
        return dataclasses.replace(value, **changed)
    return value


def _offline(start: str) -> bytes:
    given = {"progress": hostile("已清理。", start), "problems": hostile("缺钱", start)}
    line = OfflineLine(
        OfflineRow(1, 3, given), "1.1", "完成清理。", DUE, "上月进展", "", ((7, "长度", "≥ 12", "公里", "3"),)
    )
    return write_offline(hostile("市发改委", start), "2022-06", [hostile(line, start)], DUE)


def _archive(start: str) -> bytes:
    made = Item(
        ItemKind.FILING, 1, hostile("题名", start), hostile("市长江办", start), DUE, hostile("1号", start),
        signed=(hostile("李一", start),),
    )  # fmt: skip
    return index([(hostile("文件夹", start), made, hostile("题名", start), 1)])


#: where a table is made → one made of nothing but hostile texts
MADE: Final[dict[str, tuple[Callable[[str], bytes], ...]]] = {
    "archive/items.py": (_archive,),
    "decomposition/workbook.py": (
        lambda start: table_bytes(
            hostile(read_notice((HEAD + "1.做好甲事。完成清理。（市水利局、市发改委）").encode(), "通知.txt"), start)
        ),
    ),
    "ledger/workbook.py": (
        lambda start: write_ledger(hostile(LedgerFacts("市长江办", DUE, (PROBLEM,), "9F3A"), start)),
    ),
    "list_sheet.py": (
        lambda start: list_sheet("表", [(hostile("列", start), 9.0)], [[hostile("甲", start)], [1.5], [None]]),
    ),
    "offline_form.py": (_offline,),
    "people_sheet.py": (lambda start: write_blank([hostile("市发改委", start)]),),
    "summary/workbook.py": (lambda start: workbook(hostile(summary_facts(), start)),),
}


def test_whoever_makes_a_table_stands_here() -> None:
    """A new one is entered above, with a table that it makes."""
    folder = Path(documents.__file__).parent
    found = set()
    for file in folder.parent.rglob("*.py"):
        room = file.relative_to(folder.parent).parts[0]
        if room in {"tests", "bench", "docs"} or room.startswith("."):
            continue
        if re.search(
            r"\bWorkbook\(|csv\.(?:writer|DictWriter)|import (?:odf|xlsxwriter)|opendocument",
            file.read_text("utf-8"),
        ):
            found.add(file.relative_to(folder).as_posix() if room == "documents" else file.as_posix())
    assert found == set(MADE)


def texts(data: bytes) -> list[str]:
    """Every text cell of a workbook or of a table of commas; a live formula is none."""
    if not data.startswith(b"PK"):
        return [cell for row in csv.reader(io.StringIO(data.decode("utf-8-sig"))) for cell in row]
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for name in package.namelist():
            assert not re.search(rb"<f[ >]|<ddeLink|externalLink", package.read(name)) or name.startswith(
                "xl/styles"
            ), name
    cells = [cell for sheet in load_workbook(io.BytesIO(data)) for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if isinstance(cell.value, str)} == {"s"}
    return [cell.value for cell in cells if isinstance(cell.value, str)]


@pytest.mark.parametrize("place", MADE)
def test_no_cell_begins_as_a_formula(place: str) -> None:
    """Row 25: whatever stands in the office's words."""
    for start in STARTS:
        for make in MADE[place]:
            found = texts(make(start))
            assert [cell for cell in found if cell.startswith(RUNS)] == [], repr(start)
            assert any("SUM(1)" in cell for cell in found), "nothing hostile stands in it: it proves nothing"


@pytest.mark.parametrize("start", STARTS)
def test_a_text_of_a_paper_is_no_field(start: str) -> None:
    """A .docx runs what stands in a field code; there are only the program's own page numbers."""
    with zipfile.ZipFile(io.BytesIO(form_docx(hostile(form_facts(2), start)))) as package:
        whole = b"".join(package.read(name) for name in package.namelist() if name.endswith(".xml"))
    codes = re.findall(rb"<w:instrText[^>]*>([^<]*)<|w:instr=\"([^\"]*)\"", whole)
    assert {(one or other).strip().split()[0] for one, other in codes} <= {b"PAGE", b"NUMPAGES"}
    assert b"SUM(1)" in whole
