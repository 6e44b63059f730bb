"""The columns of the problem ledger as offices name them: one list for the writer, the import table and the reader."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

LEDGER, BY_UNIT, BLANK, GUIDE = "问题台账", "按单位统计", "问题导入表", "填写说明"
#: where a problem comes from, as papers say it; the keys are the values of ``models.states.ProblemSource``
SOURCES: Final = {"film": "警示片", "inspection": "督查检查", "self_check": "自查", "public": "群众反映"}
#: stands under 序号 of the one row that shows how to fill in the import table
EXAMPLE_MARK: Final = "示例"


@dataclass(frozen=True, slots=True)
class Field:
    """A column that the reader knows: its heading, how to fill it in, and what else offices call it."""

    key: str
    heading: str
    width: float
    how: str
    example: str
    needed: bool = False
    also: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every heading under which the column is known."""
        return (self.heading, *self.also)


FIELDS: Final = (
    Field("number", "序号", 7, "填数字或留空，不作为依据。标有“示例”的一行导入时跳过。", EXAMPLE_MARK),
    Field("source", "问题来源", 11, f"从下拉列表中选一项：{'、'.join(SOURCES.values())}。", "警示片", True, ("来源",)),
    Field(
        "source_ref", "来源说明", 24, "哪部警示片、哪次督查、哪件来信。",
        "2021年长江经济带生态环境警示片第12项", also=("来源名称",),
    ),
    Field(
        "title", "问题", 28, "一句话写明是什么问题；一行写一个问题，不要合并单元格。",
        "某片区生活污水直排", True, ("问题名称", "存在问题", "存在的问题"),
    ),
    Field("place", "地点", 20, "问题所在的地点、点位。", "某区某街道某路口", also=("位置", "点位")),
    Field("description", "问题描述", 40, "具体情况。", "雨污管网错接，污水经雨水口直排入河。", also=("描述",)),
    Field("clause", "对应事项", 9, "对应工作要点分解事项的编号，如 2.1；没有的留空。", "2.1", also=("对应条款",)),
    Field(
        "lead", "牵头单位", 18, "责任单位全称或已登记的简称。写多个时第一个为牵头单位，用顿号分开。",
        "市住房城乡建设局", True, ("责任单位",),
    ),
    Field("support", "配合单位", 24, "写多个时用顿号分开；没有的留空。", "市生态环境局、某区政府"),
    Field("measures", "整改措施", 36, "准备怎样整改；尚未确定的留空。", "改造错接管网，封堵排口。", also=("措施",)),
    Field("found", "发现日期", 13, "写到日，如 2022-06-01。", "2022-06-01", True, ("发现时间",)),
    Field(
        "due", "整改时限", 13, "写到日，如 2022-09-30；不早于发现日期。",
        "2022-09-30", True, ("完成时限", "整改完成时限", "时限", "原定整改时限", "现整改时限"),
    ),
    Field("photos", "照片", 24, "照片的文件名，用顿号分开；照片与本表放在同一文件夹。插入单元格的图片不读取。", "某路口排口.jpg"),
)  # fmt: skip
BY_KEY: Final = {field.key: field for field in FIELDS}
#: our own ledger says both: what was set at first is what was registered
YIELDS: Final = {"现整改时限": "原定整改时限"}
