"""The table of people that administrators fill in once, when an office begins: accounts and duties are made from it.

It comes with two rows for every unit of the register, its clerk and its leader, so that only names are left to type.
"""

from __future__ import annotations

import io
from datetime import date
from typing import TYPE_CHECKING, Final

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from documents.foreign.confinement import confined
from documents.foreign.content import content_of
from documents.sheet import from_cell, steady, table
from models.drafts import PersonDraft
from models.errors import BadInput
from models.language import _
from models.states import Role

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from documents.foreign.content import Grid

NAME: Final = "人员表"
HELP: Final = "填写说明"
UNIT, PERSON, LOGIN, MAIL, DUTY = "单位", "姓名", "账号", "邮箱", "岗位"
COLUMNS: Final = ((UNIT, 30), (DUTY, 14), (PERSON, 14), (LOGIN, 18), (MAIL, 32))
ROLES: Final = {
    "经办人": Role.CLERK, "单位负责人": Role.LEADER, "审核员": Role.REVIEWER, "办公室主任": Role.DIRECTOR,
    "分管领导": Role.READER, "系统管理员": Role.SYSTEM, "安全管理员": Role.SECURITY, "审计管理员": Role.AUDIT,
}  # fmt: skip
#: other words for the same duty
_ALSO: Final = {"联络员": Role.CLERK, "负责人": Role.LEADER, "主任": Role.DIRECTOR}
#: so many rows are read: an office and its units, several times over
MOST_ROWS: Final = 2_000
_MOST_BYTES: Final = 5_000_000
#: the empty table says nothing of a day; any fixed one keeps its bytes the same
_DATED: Final = date(2022, 1, 1)
_LEAST: Final = 200
_TOP: Final = (
    "人员表：一人一行，一人任几个岗位的写几行（账号相同）。没有填姓名的行不读，可以留着。",
    "系统管理员用它建账号，安全管理员用同一张表给岗位。",
)
_HOW: Final = (
    (UNIT, "经办人、单位负责人必填", "单位库中的名称或别名；办公室的人员（审核员、主任、分管领导等）留空。"),
    (DUTY, "给岗位时必填", "从列表中选：" + "、".join(ROLES) + "。"),
    (PERSON, "必填", "真实姓名，与签字一致。"),
    (LOGIN, "必填", "登录用，2至32个小写字母、数字、点或短横，如 zhaoyi；留空时取邮箱@前面的部分。"),
    (MAIL, "选填", "提醒发到这里；没有就留空，以后可补。"),
)


def write_blank(units: Sequence[str]) -> bytes:
    """The table to fill in, with two rows for each of the ``units`` and the office's duties below them."""
    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.title = NAME
    rows: list[tuple[str, ...]] = [(unit, duty, "", "", "") for unit in units for duty in ("经办人", "单位负责人")]
    rows += [("", duty, "", "", "") for duty in ("审核员", "办公室主任", "分管领导")]
    table(book, NAME, COLUMNS, rows, _TOP)
    sheet, first = book[NAME], len(_TOP) + 2
    last = first + max(len(rows), _LEAST)
    _choices(sheet, DUTY, f'"{",".join(ROLES)}"', first, last)
    for row in sheet.iter_rows(min_row=first, max_row=last, min_col=3, max_col=5):
        for cell in row:
            cell.number_format = "@"  # a login of digits keeps its zeros
    table(book, HELP, (("列", 10), ("是否必填", 24), ("怎样填写", 80)), _HOW)
    made = io.BytesIO()
    book.save(made)
    return steady(made.getvalue(), _DATED)


def _choices(sheet: object, heading: str, formula: str, first: int, last: int) -> None:
    letter = get_column_letter([name for name, _width in COLUMNS].index(heading) + 1)
    choice = DataValidation(type="list", formula1=formula, allow_blank=True, showErrorMessage=True)
    choice.errorTitle, choice.error = heading, "请从列表中选一项"
    choice.add(f"{letter}{first}:{letter}{last}")
    sheet.add_data_validation(choice)  # type: ignore[attr-defined]


def read_people(data: bytes, name: str) -> tuple[PersonDraft, ...]:
    """The rows that name somebody; E-F… for the file, E-H70 where it holds no table of people."""
    if len(data) > _MOST_BYTES:
        raise BadInput("E-F02", _("The file is larger than {limit} MB.").format(limit=5), where=name)
    made = confined("workbook", data, name)
    if isinstance(made, dict):
        raise _no_table(name)
    found = [draft for grid in content_of(made).grids for draft in _of(grid)]
    if not found:
        raise _no_table(name)
    if len(found) > MOST_ROWS:
        raise BadInput("E-N04", _("The table has more than {limit} rows.").format(limit=MOST_ROWS), where=name)
    return tuple(found)


def _no_table(name: str) -> BadInput:
    return BadInput(
        "E-H70",
        _("There is nobody in this table, or its headings are missing: {headings}").format(
            headings="、".join(heading for heading, _width in COLUMNS)
        ),
        where=name,
        remedy=_("Fill in the table that this page offers, a line a person, and choose it again."),
    )


def _of(grid: Grid) -> Iterator[PersonDraft]:
    columns: dict[str, int] = {}
    for number, row in enumerate(grid.rows, 1):
        texts = [" ".join(from_cell(cell.text).split()) for cell in row.cells]
        if not columns:
            if {PERSON, LOGIN} <= set(texts):
                columns = {text: at for at, text in enumerate(texts) if text}
            continue
        said = {heading: texts[columns[heading]] if heading in columns else "" for heading, _width in COLUMNS}
        if said[PERSON] or said[LOGIN]:
            login = said[LOGIN].lower() or said[MAIL].partition("@")[0].lower()
            yield PersonDraft(number, said[UNIT], said[PERSON], login, said[MAIL], said[DUTY])


def role_of(word: str) -> Role | None:
    """The duty that a word of the table means, or None."""
    return ROLES.get(word) or _ALSO.get(word) or next((role for role in Role if role.value == word), None)
