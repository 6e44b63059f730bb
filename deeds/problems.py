"""The problem ledger as commands and pages speak of it: how the rows of a table ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from models.errors import DubanError
    from workflow.problems import Registered


def told_import(
    unread: Iterable[DubanError], without: Mapping[int, DubanError], made: Iterable[Registered]
) -> dict[str, list[dict[str, Any]]]:
    """What was ``registered`` and what ``refused``, row by row: cells that were not read (row 0), rows whose pictures
    could not be had, and rows that a rule forbids.
    """
    refused = [{"row": 0, **one.as_dict()} for one in unread]
    refused += [{"row": row, **refusal.as_dict()} for row, refusal in without.items()]
    told = []
    for one in made:
        if one.refusal is not None:
            refused.append({"row": one.draft.row, **one.refusal.as_dict()})
        else:
            told.append({"row": one.draft.row, "problem": one.problem_id, "title": one.draft.title})
    return {"registered": told, "refused": refused}
