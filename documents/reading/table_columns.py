"""Which column of a decomposition table says what: known by the words of its heading, in one row or several.

Headings are data. A heading is known when its words, or their end (市级牵头单位), stand in the list below; the lowest
row of a heading of several rows decides, the rows above help (责任单位 over 牵头 and 配合).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from documents.reading.source import folded

if TYPE_CHECKING:
    from documents.foreign.content import Grid

NUMBER, SECTION, ITEM, TEXT, TARGET = "number", "section", "item", "text", "target"
LEAD, BEARERS, SUPPORT, DEADLINE, PERSON = "lead", "bearers", "support", "deadline", "person"
#: whom a row names, in the order in which they are said
PARTIES: Final = (LEAD, BEARERS, SUPPORT)

_WORDS: Final[dict[str, str]] = {
    NUMBER: "序号 编号 任务编号 项目编号 任务序号",
    SECTION: "类别 分类 类型 任务类别 工作类别 项目类别 领域 工作领域 重点领域 板块 方面 任务分类",
    ITEM: "任务 主要任务 工作任务 重点任务 目标任务 任务名称 工作名称 重点工作 主要工作 年度工作 工作事项 重点事项 任务事项 事项 实事 民生实事 工作项目 项目 项目名称 工作要点 议定事项 交办事项",
    TEXT: "内容 工作内容 主要内容 任务内容 具体内容 分解任务 任务分解 分解事项 具体任务 细化任务 子任务 措施 细化措施 具体措施 工作措施 主要措施 推进措施 落实措施 "
    "举措 重点举措 具体举措 工作举措 工作要求 具体要求 具体工作 建设内容 具体事项",
    TARGET: "目标 工作目标 年度目标 预期目标 目标要求 完成标准 指标 量化指标 年度指标 预期成效 成果形式 工作标准",
    LEAD: "牵头 牵头单位 牵头部门 牵头责任单位 牵头主体 主办单位 主办部门 主办 主责单位 第一责任单位 主要责任单位",
    BEARERS: "责任单位 责任部门 责任主体 承办单位 承办部门 落实单位 实施单位 实施主体 负责单位 负责部门 责任科室 承办科室 责任分工 部门分工 完成单位 整改单位 责任单位及部门 责任",
    SUPPORT: "配合 配合单位 配合部门 参与 参与单位 参与部门 参加单位 协办 协办单位 协同单位 协作单位 协助单位 配合责任单位",
    DEADLINE: "时限 完成时限 办结时限 时限要求 完成时间 办理时限 时间节点 时间要求 完成期限 整改时限 时间安排 工作时限 节点 期限 计划完成时间 进度安排 时间进度 进度要求 完成进度",
    PERSON: "牵头领导 责任领导 分管领导 包保领导 联系领导 责任人 联系人 负责人 联络员 联系方式 联系电话 电话",
}  # fmt: skip
_ROLES: Final = {word: role for role, words in _WORDS.items() for word in words.split()}
#: with one of these the heading of a column of numbers ends
NUMBERS: Final = frozenset(word[-1] for word, role in _ROLES.items() if role == NUMBER)
#: so short a word says nothing at the end of a longer one
_SHORTEST_END: Final = 2
#: the heading stands in the first rows; a spreadsheet may have a cover above it
_HEADING_WITHIN: Final = 60
_FEWEST_WORDS: Final = 2
#: a longer text is no heading of a column, whatever its last words are
_LONGEST_TITLE: Final = 16
_LONGEST_WORD: Final = 8
_LONGEST_CELL: Final = 60
#: a heading between rows is no heading of a column: 一、主要预期目标
_COUNTED: Final = re.compile(r"\s*(?:[一二三四五六七八九十]{1,3}[、.．]|[(（][一二三四五六七八九十]{1,3}[)）])")
_ASIDE: Final = re.compile(r"\([^()]*\)|[\s:·*]")


@dataclass(frozen=True, slots=True)
class Columns:
    """What each column says, ``""`` where that is not known, with the words above it."""

    roles: tuple[str, ...]
    titles: tuple[str, ...]
    #: index of the first row of the heading, and of the first row below it
    first: int
    below: int

    def of(self, role: str) -> list[int]:
        """The columns of a role, from the left."""
        return [at for at, each in enumerate(self.roles) if each == role]

    def levels(self) -> tuple[list[int], list[int], list[int]]:
        """The columns that say what is to be done, from wide to narrow: headings, the item, the text of the clause."""
        said, targets = sorted(self.of(ITEM) + self.of(TEXT)), self.of(TARGET)
        if len(said) > 1:
            return said[:-2], said[-2:-1], [said[-1], *targets]
        return ([], said, targets) if targets else ([], [], said)


def role_of(title: str) -> str:
    """What a column with this heading says; empty when that is not known."""
    if len(title) > _LONGEST_CELL or _COUNTED.match(title):
        return ""
    bare = _ASIDE.sub("", folded(title))
    if bare in _ROLES:
        return _ROLES[bare]
    if len(bare) > _LONGEST_TITLE:
        return ""
    ends = (bare[at:] for at in range(1, len(bare) - _SHORTEST_END + 1))
    return next((_ROLES[end] for end in ends if end in _ROLES), "")


def is_heading_line(norm: str) -> bool:
    """Whether a line of text is the heading of a table whose cells cannot be told apart any more."""
    words = norm.split() if len(norm) <= 2 * _LONGEST_CELL else []
    roles = {role_of(word) for word in words} - {""}
    return (
        len(roles) >= _FEWEST_WORDS
        and bool(roles & {NUMBER, *PARTIES})
        and all(len(word) <= _LONGEST_WORD for word in words)
    )


def columns_of(grid: Grid) -> Columns | None:
    """The columns of a decomposition table, or None: it must say what is to be done, and by whom."""
    for first in range(min(len(grid.rows), _HEADING_WITHIN)):
        if len({cell for cell in grid.rows[first].cells if role_of(cell.text)}) < _FEWEST_WORDS:
            continue  # a title over the whole width, or a remark
        found = _saying(_heading(grid, first))
        if set(found.roles) & {ITEM, TEXT} and set(found.roles) & set(PARTIES):
            return found
    return None


def _saying(found: Columns) -> Columns:
    """Where no column names a task, what is to be reached is the task (预期目标, 责任单位)."""
    if set(found.roles) & {ITEM, TEXT}:
        return found
    return replace(found, roles=tuple(TEXT if role == TARGET else role for role in found.roles))


def _heading(grid: Grid, first: int) -> Columns:
    """The heading that begins in a row: with the rows under its merged cells, and those of nothing but heading words."""
    below = first + 1
    while below < len(grid.rows):
        cells = grid.rows[below].cells
        merged = any(first <= cell.row < below and cell.text.strip() for cell in cells)
        words = [cell.text for cell in cells if cell.row == below and cell.text.strip()]
        if not (merged or (words and all(role_of(word) for word in words))):
            break
        below += 1
    titles, roles = [], []
    for column in range(max(len(row.cells) for row in grid.rows[first:below])):
        said = _stacked(grid, column, first, below)
        titles.append("".join(said))
        roles.append(next((role for word in reversed(said) if (role := role_of(word))), "") or role_of("".join(said)))
    return Columns(tuple(roles), tuple(titles), first, below)


def _stacked(grid: Grid, column: int, first: int, below: int) -> list[str]:
    """The words over a column, from the top, each merged cell once."""
    cells = [row.cells[column] for row in grid.rows[first:below] if column < len(row.cells)]
    return list(dict.fromkeys("".join(cell.text.split()) for cell in cells if cell.text.strip()))
