"""What changed between two versions of a report: figures as people write them, however large."""

from __future__ import annotations

from typing import Any

from deeds.versions import versions


def row(value: float) -> dict[str, Any]:
    texts = dict.fromkeys(("progress", "reason", "problems", "next_steps"), "")
    return {**texts, "percent": 40, "values": [{"indicator_id": 1, "value": value, "reason": ""}]}


def test_a_large_figure_is_told_to_its_last_digit() -> None:
    newest, _first = versions([row(12_345_678), row(12_345_679.5)], [{"id": 1, "name": "投资", "unit": "元"}])
    assert (newest.figures[1].before, newest.figures[1].now) == ("12345678元", "12345679.5元")
