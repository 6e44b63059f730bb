"""A month in which everything befalls the city: nearly every kind of fault has its turn, every promise is kept."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from simulation.years import faults
from simulation.years.faults import death
from simulation.years.faults.kinds import Kind, never_befell
from simulation.years.running import last_words, live

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

SEED = 1
#: of the kinds that are drawn step by step a single month may miss a few
MISSED = 2


def test_in_a_month_in_which_everything_befalls_every_promise_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None]
) -> None:
    monkeypatch.setattr(faults, "swarm", lambda _chance: frozenset(Kind))
    monkeypatch.setattr(importlib.import_module("simulation.years.faults.planned"), "MONTHS", 1)
    monkeypatch.setattr(death, "MEAN", {kind: mean // 4 for kind, mean in death.MEAN.items()})
    monkeypatch.setattr(faults, "OVERSLEEPS", 60)
    outcome = live(SEED, 0, tmp_path / "city", months=1)
    assert not outcome.violations, "\n".join(last_words(outcome, SEED))
    assert len(never_befell(outcome.figures)) <= MISSED
    record_property("figure", f"deaths={outcome.figures['deaths']}")
