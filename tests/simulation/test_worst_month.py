"""Months in which everything befalls a small city, and often: nearly every kind of fault has its turn, every promise is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from simulation.years.faults.kinds import never_befell
from simulation.years.running import last_words, live

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SEED: Final = 1
SIZE: Final = {"months": 1, "units": 9, "worst": True}
#: of the kinds that are drawn step by step a single month may miss some
MISSED: Final = 4


@pytest.mark.parametrize("number", range(16))
def test_in_a_month_in_which_everything_befalls_every_promise_is_kept(
    number: int, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    outcome = live(SEED, number, tmp_path / "city", **SIZE)
    assert not outcome.violations, "\n".join(last_words(outcome, SEED, **SIZE))
    assert len(never_befell(outcome.figures)) <= MISSED
    record_property("figure", "months=1")
    record_property("figure", f"deaths={outcome.figures['deaths']}")
    record_property("figure", f"actions={outcome.figures['deeds']}")
