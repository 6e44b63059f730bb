"""The fields of a task's report in a form: ``t7-progress``, ``t7-value-3``, ``t7-version``; many tasks stand in one form."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from web.frame.posted import Posted

_FIELD: Final = re.compile(
    r"t(\d{1,9})-(progress|percent|no_progress|reason|problems|next_steps|lower|(?:value|why)-\d{1,9})"
)


def fields_of(form: Posted, task_id: int) -> dict[str, str]:
    """What was typed for one task."""
    return {
        found[2]: form.text(name)
        for name in form.names()
        if (found := _FIELD.fullmatch(name)) and int(found[1]) == task_id
    }


def tasks_in(form: Posted) -> list[int]:
    """The tasks whose fields stand in a form, in their order."""
    found = (re.fullmatch(r"t(\d{1,9})-version", name) for name in form.names())
    return [int(one[1]) for one in found if one]


def version_of(form: Posted, task_id: int) -> int | None:
    """The version of a task that the person saw."""
    return form.number(f"t{task_id}-version")
