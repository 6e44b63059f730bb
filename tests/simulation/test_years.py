"""A city's years keep every promise, whatever its people do; the same seed plays the same year, wherever it is played."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.years.running import live

if TYPE_CHECKING:
    from pathlib import Path

SEED = 1


def test_the_same_seed_plays_the_same_month(tmp_path: Path) -> None:
    first, again, other = (
        live(seed, 0, tmp_path / name, months=1) for seed, name in ((SEED, "first"), (SEED, "again"), (2, "other"))
    )
    assert first.digest == again.digest != other.digest
    assert first.figures == again.figures
