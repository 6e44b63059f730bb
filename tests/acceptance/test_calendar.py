"""A new year's holidays come from the notice as people have it: a saved page, a Word file, a text in any encoding."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import docx
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kit.door import Door

#: the form of the yearly notice, with days of our own: the real one for the year is not ours to say
TEXT = """国务院办公厅关于2027年部分节假日安排的通知
现将2027年元旦、春节、清明节、劳动节、端午节、中秋节和国庆节放假调休日期的具体安排通知如下。
一、元旦：1月1日（星期五）放假，与周末连休。
二、春节：2月5日至11日放假调休，共7天。2月20日（星期六）上班。
三、清明节：4月5日放假，与周末连休。
四、劳动节：5月1日至5日放假调休，共5天。
五、端午节：6月9日放假，共1天。
六、中秋节：9月15日放假，共1天。
七、国庆节：10月1日至7日放假调休，共7天。
节假日期间，各地区、各部门要妥善安排好值班。
"""


def page() -> bytes:
    rows = "".join(f"<p>{line}</p>" for line in TEXT.splitlines())
    return f'<html><head><meta charset="gbk"><title>通知</title></head><body>{rows}</body></html>'.encode("gbk")


def word() -> bytes:
    made, held = docx.Document(), io.BytesIO()
    for line in TEXT.splitlines():
        made.add_paragraph(line)
    made.save(held)
    return held.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [("n.txt", TEXT.encode), ("n.txt", lambda: TEXT.encode("gb18030")), ("n.html", page), ("n.docx", word)],
    ids=["utf-8", "gb18030", "html", "docx"],
)
def test_holiday_notice_is_taken_in_any_form(door: Door, tmp_path: Path, name: str, data: Callable[[], bytes]) -> None:
    assert door.data("director", "calendar", "show", 2027)["provisional"] is True
    (tmp_path / name).write_bytes(data())
    door.data("director", "calendar", "import", tmp_path / name)
    shown = door.data("director", "calendar", "show", 2027)
    assert (shown["provisional"], len(shown["off"]), shown["makeup"]) == (False, 23, ["2027-02-20"])


def test_holiday_notice_that_disagrees_with_itself_changes_nothing(door: Door, tmp_path: Path) -> None:
    (tmp_path / "n.txt").write_text(TEXT.replace("共7天。2月", "共8天。2月"), encoding="utf-8")
    door.refuses(1, "E-D03", "director", "calendar", "import", tmp_path / "n.txt")
    assert door.data("director", "calendar", "show", 2027)["provisional"] is True
