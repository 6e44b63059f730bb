"""Which rights the program's role is given follows from what the triggers guard."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from models import copying
from models import tables as t
from models.guardrails import FROZEN, KEPT
from models.roles import statements
from models.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path


def test_what_is_frozen_is_added_to_and_what_is_kept_is_not_taken_away() -> None:
    given: dict[str, set[str]] = {}
    for verbs, table in re.findall(r'GRANT ([A-Z, ]+) ON "(\w+)" TO "app"', "\n".join(statements("app"))):
        given[table] = set(verbs.split(", "))
    assert set(given) == set(t.metadata.tables) - copying.GLOBAL
    assert {table for table, verbs in given.items() if verbs == {"INSERT"}} == set(FROZEN)
    assert {table for table, verbs in given.items() if "DELETE" not in verbs} == {*FROZEN, *KEPT}


@pytest.mark.parametrize("name", ["a b", 'a"; DROP', "a'", "Ä"])
def test_a_role_is_named_plainly(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValidationError):
        Settings(home=tmp_path, program_role=name)
