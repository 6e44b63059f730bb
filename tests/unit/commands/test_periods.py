"""Months at the terminal: where two notices have the same one, each command is told which is meant, or asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.door import Door

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Door:
    """An office with two notices that have June."""
    made = Door.of(tmp_path_factory.mktemp("door") / "office")
    world = made.world
    notice, month = (
        {name: value for name, value in world.row(table, number).items() if name not in {"office_id", "id"}}
        for table, number in (("notice", world.notice_id), ("period", world.period_id))
    )
    second = world.add("notice", **{**notice, "title": "防汛专项", "source_sha256": "2" * 64})
    world.add("period", **{**month, "notice_id": second})
    return made


@pytest.mark.parametrize(
    "words",
    [
        ("period", "status", "2022-06"),
        ("period", "status"),
        ("period", "move", "2022-06", "2022-07-08", "--reason", "汛期，顺延报送。"),
        ("period", "close", "2022-06"),
        ("summary", "build", "2022-06", "--out", "{out}"),
        ("summary", "issue", "2022-06", "--number", "长江办〔2022〕6号"),
        ("summary", "show", "2022-06"),
        ("archive", "export", "2022-06", "--out", "{out}"),
    ],
    ids=" ".join,
)
def test_month_of_two_notices_is_asked_for(door: Door, tmp_path: Path, words: tuple[str, ...]) -> None:
    out = tmp_path / "out"
    refusal = door.refuses(1, "E-S47", "director", *(word.format(out=out) for word in words))
    assert [one["title"] for one in refusal["notices"]] == [
        door.world.row("notice", door.world.notice_id)["title"],
        "防汛专项",
    ]
    assert "--notice" in refusal["remedy"]
    assert not out.exists()


def test_notice_that_is_named_is_the_one(door: Door) -> None:
    first, second = door.world.notice_id, door.world.notice_id + 1
    counts = [
        door.data("director", "period", "status", "2022-06", "--notice", str(number))["tasks"]
        for number in (first, second)
    ]
    assert counts == [len(door.world.tasks), 0]
