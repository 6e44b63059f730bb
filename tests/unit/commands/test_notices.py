"""What makes two tables the same one: what they ask, not the file's name and not the language a person reads in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from commands import notices
from models.language import speaking
from simulation.example import example_notice

if TYPE_CHECKING:
    from pathlib import Path


def test_same_file_under_another_name_and_in_another_language_is_the_same_table(tmp_path: Path) -> None:
    data, name = example_notice()
    first, second = tmp_path / name, tmp_path / "副本.txt"
    first.write_bytes(data)
    second.write_bytes(data)
    kept, digest = notices._kept(notices._office_draft(first))
    with speaking("en"):
        again, other = notices._kept(notices._office_draft(second))
    assert digest == other
    assert kept["sections"] == again["sections"]
    assert (kept["source_name"], again["source_name"]) == (name, "副本.txt")


def test_remark_that_a_person_changed_makes_another_table(tmp_path: Path) -> None:
    data, name = example_notice()
    (tmp_path / name).write_bytes(data)
    draft = notices._draft(tmp_path / name)
    with speaking("en"):
        english = notices._draft(tmp_path / name)
    assert notices._kept(draft)[1] != notices._kept(english)[1]
