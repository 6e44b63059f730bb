"""A city's years keep every promise, whatever its people do and whatever befalls it; a seed plays the same everywhere.

A small city's years of one month each here and in ``test_worst_month.py``, whole years of forty-five units in the long
test: the same code.
"""

from __future__ import annotations

import gc
import json
import logging
import os
import subprocess
import time
import tomllib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kit.terminal import DUBAN
from simulation.years.faults.kinds import Kind, never_befell
from simulation.years.figures import NAMES, called
from simulation.years.running import last_words, live

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SEED = 1
#: years that are played in every run, each of a small city and of one month
YEARS, UNITS, MONTHS = 24, 9, 1
#: what happens in a city: each has to happen in these years at least once; circulars take months to come to
HAPPENS = (
    "months opened", "receive", "report", "withdraw", "send_back", "forms signed", "approved", "returned", "reopened",
    "waived", "extension asked", "extension granted", "extension refused", "transfer asked", "transfer granted",
    "people left", "absences", "a substitute acted", "units renamed", "units merged", "holiday notices",
    "due dates moved", "rules edited", "second notices", "revisions", "summaries issued", "months closed",
    "circulars dropped",
)  # fmt: skip
CORPUS = tomllib.loads(Path(__file__).with_name("corpus.toml").read_text("utf-8")).get("year", [])


@pytest.fixture
def far_away(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine in another time zone, on which no garbage is collected."""
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    gc.disable()
    yield
    gc.enable()
    monkeypatch.delenv("TZ")
    time.tzset()


@pytest.mark.usefixtures("far_away")
def test_short_years_keep_every_promise_see_everything_happen_and_are_the_same_wherever_they_are_played(
    tmp_path: Path, record_property: Callable[[str, object], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a person plays them, in two processes, one year after another; some again here, the later one first."""
    size = ("--seed", SEED, "--years", YEARS, "--months", MONTHS, "--units", UNITS, "--jobs", 2)
    words = [str(word) for word in (DUBAN, "--home", tmp_path, "--json", "simulate", *size)]
    there = os.environ | {"TZ": "Asia/Shanghai"}
    done = subprocess.run(words, env=there, capture_output=True, text=True, check=False, timeout=900)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    played = json.loads(done.stdout)
    figures = Counter(played["figures"])
    record_property("figure", f"months={YEARS * MONTHS}")
    record_property("figure", f"deaths={figures['deaths']}")
    record_property("figure", f"actions={figures['deeds']}")
    assert [what for what in HAPPENS if not figures[what]] == []
    assert never_befell(figures) == []
    assert all(called(counter) for counter in figures)
    assert len(set(played["digests"].values())) == YEARS
    monkeypatch.setattr(logging.root.manager, "disable", logging.CRITICAL)  # what is logged is no part of a year
    for number in (12, 3):
        outcome = live(SEED, number, tmp_path / str(number), months=MONTHS, units=UNITS)
        assert outcome.digest == played["digests"][str(number)]


def test_what_may_happen_or_befall_has_its_name() -> None:
    assert {*HAPPENS, *Kind} <= {*NAMES}


@pytest.mark.parametrize(
    "known",
    [
        pytest.param(one, id=f"{one['seed']}-{one['year']}", marks=[pytest.mark.long] if one["months"] > 1 else [])
        for one in CORPUS
    ],
)
def test_a_year_that_once_broke_a_promise_keeps_it(known: dict[str, Any], tmp_path: Path) -> None:
    size = {name: known[name] for name in ("months", "units", "worst")}
    outcome = live(known["seed"], known["year"], tmp_path / "office", **size)
    assert not outcome.violations, "\n".join(last_words(outcome, known["seed"], **size))


@pytest.mark.long
@pytest.mark.parametrize("number", range(4))
def test_a_whole_year_of_the_whole_city_keeps_every_promise(
    number: int, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    outcome = live(SEED, number, tmp_path / "office")
    assert not outcome.violations, "\n".join(last_words(outcome, SEED))
    record_property("figure", "years=1")
    record_property("figure", f"deaths={outcome.figures['deaths']}")
    record_property("figure", f"actions={outcome.figures['deeds']}")
