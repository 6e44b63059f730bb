"""The authorisation matrix: which duty does which deed, and how far it reaches, read from ``authorisation.txt``.

The file is checked when it is read, so that a program whose matrix says something impossible does not start. Source:
design section 5 and the matrix of ``reliability.md`` section 6. The steps of the flows stand in the flows' own files.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from models.states import ADMINISTRATORS, UNIT_ROLES, Reach, Role
from workflow.flow import Label

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FILE: Final = Path(__file__).with_name("authorisation.txt")
#: the duties that people hold, in the order of the file's columns
DUTIES: Final[tuple[Role, ...]] = tuple(role for role in Role if role is not Role.SCHEDULER)
#: deeds that show what was reported: none of the three separated administrators does one
CONTENT: Final = (
    "task.read",
    "report.read",
    "attachment.read",
    "clause.read",
    "form.read",
    "request.read",
    "board.read",
)

_ROLES: Final = {role.value: role for role in DUTIES}
_REACHES: Final = {reach.value: reach for reach in Reach}


@dataclass(frozen=True, slots=True)
class Group:
    """Deeds under one heading, each with the duties that do it and how far they reach."""

    title: Label
    deeds: Mapping[str, Mapping[Role, Reach]]


class WrongMatrixError(ValueError):
    """The file grants something impossible; for whoever edits it, with its line."""


def read(text: str) -> tuple[Group, ...]:
    """The groups of a matrix in the order of its lines; raises ``WrongMatrixError``."""
    lines = list(_lines(text))
    if not lines or _cells(lines[0][1]) != ["deed", *_ROLES]:
        raise WrongMatrixError(f"the first line must name the columns: deed, {', '.join(_ROLES)}")
    groups: list[tuple[Label, dict[str, Mapping[Role, Reach]]]] = []
    seen: set[str] = set()
    for number, line in lines[1:]:
        if line.startswith("["):
            zh, _slash, en = line.strip("[] ").partition(" / ")
            groups.append((Label(zh, en), {}))
            continue
        deed, *cells = _cells(line)
        if not groups or deed in seen:
            raise WrongMatrixError(f"line {number}: {deed} stands twice, or under no heading")
        seen.add(deed)
        groups[-1][1][deed] = _granted(deed, cells, number)
    return tuple(Group(title, MappingProxyType(deeds)) for title, deeds in groups)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            yield number, line


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("|")]


def _granted(deed: str, cells: list[str], number: int) -> Mapping[Role, Reach]:
    """One line: what each duty is granted; nobody, an unknown word, or a reach that the duty cannot have is refused."""
    if len(cells) != len(DUTIES) or not set(cells) <= {"", *_REACHES} or not any(cells):
        raise WrongMatrixError(
            f"line {number}: {deed} needs {len(DUTIES)} cells of {', '.join(_REACHES)}, one at least"
        )
    granted: dict[Role, Reach] = {role: _REACHES[cell] for role, cell in zip(DUTIES, cells, strict=True) if cell}
    for role, reach in granted.items():
        if reach in {Reach.OWN, Reach.NAMED} and role not in UNIT_ROLES:
            raise WrongMatrixError(f"line {number}: a {role.value} has no unit of their own")
        if deed in CONTENT and (role in ADMINISTRATORS or (role in UNIT_ROLES and reach is Reach.ALL)):
            raise WrongMatrixError(f"line {number}: a {role.value} does not see what others reported")
    return MappingProxyType(granted)


GROUPS: Final = read(FILE.read_text("utf-8"))
#: deed → duty → how far it reaches; what is missing is refused
MATRIX: Final[Mapping[str, Mapping[Role, Reach]]] = MappingProxyType(
    {deed: granted for group in GROUPS for deed, granted in group.deeds.items()}
)
