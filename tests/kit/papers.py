"""Papers that show every figure of the layout: plain text that fills lines, headings, a table, annexes both ways."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from documents.paper import (
    LETTER,
    POINT,
    SECTION,
    SUBPOINT,
    SUBSECTION,
    TABLE,
    TEXT,
    Annex,
    Block,
    Column,
    Paper,
    Table,
)

#: a character that is as wide as the type and that nothing may be squeezed out of
FULL = "测"
MARK = "清溪市长江办文件"
WIDE = Table(
    (
        Column("序号", 12, merges=True),
        Column("工作任务", 43, "left", merges=True),
        Column("事项", 120, "left"),
        Column("单位", 50, "left"),
    ),
    (
        ("一、标本兼治",),
        *(
            (str(1 + n // 3), f"任务{1 + n // 3}", f"事项{n}，完成全市污水管网更新改造，建立台账。" * 3, "市水利局")
            for n in range(24)
        ),
    ),
)
NARROW = Table((Column("序号", 16), Column("事项", 140, "left")), (("1", "甲事项"), ("2", "乙事项")))


def paper(text: int = 28 * 60, **changes: object) -> Paper:
    """A paper with so many characters of plain text between its headings and its end."""
    made = Paper(
        mark=MARK,
        number="清长江办〔2022〕3号",
        title="关于《清溪市2022年推动长江经济带发展工作要点》2022年6月落实情况的报告",
        addressee="市人民政府：",
        blocks=(
            Block(SECTION, "一、总体情况"),
            Block(SUBSECTION, "（一）进展"),
            Block(POINT, "1. 污水处理"),
            Block(SUBPOINT, "（1）管网"),
            Block(TEXT, FULL * text),
            Block(TABLE, "", table=NARROW),
            Block(TEXT, "特此报告。"),
        ),
        annexes=(Annex("量化指标完成情况表", NARROW), Annex("任务分解表", WIDE, landscape=True)),
        signature="清溪市长江办",
        dated=date(2022, 6, 8),
        date_text="2022年6月8日",
        imprint="清溪市长江办",
        head="9F3A-77C2",
        copies="市委办公室，市政协办公室。",
    )
    return replace(made, **changes)  # type: ignore[arg-type] # a test names the fields it changes


def letter(**changes: object) -> Paper:
    """The same as a letter, without a copy block."""
    return paper(mark="清溪市长江办", title="督办通知单", form=LETTER, imprint="", copies="", **changes)
