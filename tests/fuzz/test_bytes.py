"""Files spoilt at random, of every kind that is read: each is read or refused in one sentence, none hangs, none breaks the reader.

Through the program's own readers, apart and within their limits (``reliability.md`` F13, F15, F16). A run says its seed; one
file is had again with ``kit.spoiling.spoilt(originals()[kind], random.Random(f"{seed} {kind} {number}"))``.
"""

from __future__ import annotations

import io
import random
import re
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook
from PIL import Image

from deeds import wordings
from deeds.rules_editing import shipped_text
from documents.decomposition.workbook import table_bytes
from documents.ledger.columns import FIELDS
from documents.ledger.workbook import write_blank as blank_problems
from documents.offline_form import OfflineLine, OfflineRow, write_offline
from documents.people_sheet import write_blank as blank_people
from documents.reading.reader import read_notice
from kit import table
from kit.door import INNER
from kit.facts import DUE
from kit.files import scanned, set_pdf
from kit.packages import ofd
from kit.readers import KINDS, Ended, Readers
from kit.spoiling import spoilt
from workflow import flow_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: where something lies is nobody's business who sends a file
PATH = re.compile(r"/(?:tmp|home|work|usr|var|root)/")
SEED = 20_220_625
HEAD = [
    "关于印发工作要点的通知",
    "各责任单位：",
    "请于每月25日前报送工作进度。",
    "市长江办",
    "2022年5月7日",
    "附件",
    "工作要点",
]
BODY = [
    "一、重点任务", "（一）生态保护", "1.岸线整治。2022年11月底前完成岸线清理12公里。（市水利局、市发改委）", "2.巡查。建立台账，覆盖率≥95%。（市水利局牵头，各县市区政府）",
]  # fmt: skip
ROWS = [
    ["序号", "工作任务", "责任单位", "完成时限"],
    ["1", "完成岸线清理。", "市水利局", "6月底"],
    ["2", "建立台账。", "市发改委", "12月31日"],
]
HOLIDAYS = """国务院办公厅关于2022年部分节假日安排的通知
一、元旦：2022年1月1日至3日放假，共3天。
二、春节：1月31日至2月6日放假调休，共7天。1月29日（星期六）、1月30日（星期日）上班。
三、清明节：4月3日至5日放假调休，共3天。4月2日（星期六）上班。
四、劳动节：4月30日至5月4日放假调休，共5天。4月24日（星期日）、5月7日（星期六）上班。
五、端午节：6月3日至5日放假，共3天。
六、中秋节：9月10日至12日放假，共3天。
七、国庆节：10月1日至7日放假调休，共7天。10月8日（星期六）、10月9日（星期日）上班。
"""
SETTINGS = """language = "zh"
rehearsal = true
[login]
tries = 5
[web]
enabled = true
port = 8025
"""


@cache
def originals() -> dict[str, bytes]:
    """One whole file of each kind, small, so that what is spoilt is something that counts."""
    text = "\n".join([*HEAD, *BODY]) + "\n"
    draft = read_notice(text.encode(), "通知.txt")
    flow, row = (
        flow_store.shipped(flow_store.MONTHLY).text,
        OfflineRow(1, 3, {"progress": "已清理三公里。", "percent": "40"}),
    )
    line = OfflineLine(row, "1.1", "完成岸线清理。", DUE, "", "", ((7, "清理长度", "≥ 12", "公里", "3"),))
    picture = Image.effect_noise((60, 40), 50).convert("RGB")
    return {
        "docx": table.word([*HEAD, *BODY], ROWS, [(0, 0, 0, 0)]),
        "xlsx": table.spreadsheet(HEAD[:1], ROWS, []),
        "pdf": set_pdf("\n\n".join([*HEAD, *BODY])),
        "html": table.page([*HEAD, *BODY], ROWS, [(1, 0, 2, 0)]),
        "txt": text.encode(),
        "csv": "\r\n".join(f"{line},," for line in [*HEAD, *BODY]).encode("gb18030"),
        "decomposition": table_bytes(draft),
        "offline": write_offline("市发改委", "2022-06", [line], DUE),
        "problems": _filled(blank_problems(), "问题导入表", ["1", *(field.example for field in FIELDS[1:])]),
        "people": _filled(blank_people(["市发改委"]), "人员表", ["市发改委", "经办人", "赵一", "zhaoyi", "a@b.cn"]),
        "scan": scanned(1),
        "jpg": _saved(picture, "JPEG"),
        "png": _saved(picture, "PNG"),
        "ofd": ofd(signed_too=True),
        "flow": flow.encode(),
        "rules": shipped_text().encode(),
        "message": wordings.shipped_text("due_soon/body").encode(),
        "paper": wordings.shipped_text("paper/urging").encode(),
        "settings": SETTINGS.encode(),
        "holidays": HOLIDAYS.encode(),
    }


def _filled(data: bytes, sheet: str, cells: list[str]) -> bytes:
    """A table that comes empty with one row filled in."""
    book, made = load_workbook(io.BytesIO(data)), io.BytesIO()
    book[sheet].append(cells)
    book.save(made)
    return made.getvalue()


def _saved(picture: Image.Image, kind: str) -> bytes:
    made = io.BytesIO()
    picture.save(made, kind)
    return made.getvalue()


@pytest.fixture(scope="module")
def readers() -> Iterator[Readers]:
    made = Readers(originals())
    yield made
    made.close()


def wrong(ended: Ended) -> bool:
    """Whether that is an end that nobody should see: a refusal without a code, a remedy, or in words of the inside."""
    if ended.how == "refused":
        return not ended.said.startswith(("E-", "W-")) or any(inner.search(ended.said) for inner in (INNER, PATH))
    return ended.how != "read"


def spoil_all(readers: Readers, kind: str, count: int, record: Callable[[str, object], None], seed: int = SEED) -> None:
    """So many files of a kind."""
    print(f"seed {seed}")
    original, ends, faults = originals()[kind], Counter[str](), []
    for number in range(count):
        data = spoilt(original, random.Random(f"{seed} {kind} {number}"))
        ended = readers.read(kind, data)
        ends[f"{ended.how} {ended.said[:60]}"] += 1
        faults += [(number, ended)] if wrong(ended) else []
    assert faults == [], f"seed {seed}: {faults[:3]}"
    assert len(ends) > 2, f"{ends}: what is spoilt so little or so much proves nothing"
    record("figure", f"bytes={count}")


@pytest.mark.parametrize("kind", KINDS)
def test_whole_file_is_read(readers: Readers, kind: str) -> None:
    """What is refused below is refused for what was spoilt."""
    assert readers.read(kind, originals()[kind]) == Ended("read", "")


@pytest.mark.parametrize("kind", KINDS)
def test_forty_spoilt_files_of_every_kind(readers: Readers, kind: str, record_property) -> None:
    spoil_all(readers, kind, 40, record_property)


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_two_thousand_spoilt_files_of_every_kind(readers: Readers, kind: str, record_property) -> None:
    spoil_all(readers, kind, 2_000, record_property, SEED + 1)
