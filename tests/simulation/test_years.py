"""A city's years keep every promise, whatever its people do and whatever befalls it; a seed plays the same everywhere.

A small city's years of one month each here, whole years of forty-five units in the long test: the same code.
"""

from __future__ import annotations

import json
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

    from simulation.years.running import Outcome

SEED = 1
#: years that are played in every run, each of a small city and of one month
YEARS, UNITS, MONTHS = 40, 9, 1
#: what happens in a city: each has to happen in these years at least once; circulars take months to come to
HAPPENS = (
    "months opened", "receive", "report", "withdraw", "send_back", "forms signed", "approved", "returned", "reopened",
    "waived", "extension asked", "extension granted", "extension refused", "transfer asked", "transfer granted",
    "people left", "absences", "a substitute acted", "units renamed", "units merged", "holiday notices",
    "due dates moved", "rules edited", "second notices", "revisions", "summaries issued", "months closed",
    "circulars dropped",
)  # fmt: skip
CORPUS = tomllib.loads(Path(__file__).with_name("corpus.toml").read_text("utf-8")).get("year", [])


def kept(outcome: Outcome, months: int, units: int, seed: int = SEED) -> None:
    """No promise was broken; else what is needed to play it again."""
    assert not outcome.violations, "\n".join(last_words(outcome, seed, months, units))


def test_short_years_keep_every_promise_and_see_everything_happen(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """As a person plays them, in processes of their own: a year then begins as it will when it is played again."""
    size = ("--seed", SEED, "--years", YEARS, "--months", MONTHS, "--units", UNITS, "--jobs", 2)
    words = [DUBAN, "--home", tmp_path, "--json", "simulate", *size]
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False, timeout=900)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    figures = Counter(json.loads(done.stdout)["figures"])
    record_property("figure", f"months={YEARS * MONTHS}")
    record_property("figure", f"deaths={figures['deaths']}")
    record_property("figure", f"actions={figures['deeds']}")
    assert [what for what in HAPPENS if not figures[what]] == []
    assert never_befell(figures) == []
    assert all(called(counter) for counter in figures)


def test_what_may_happen_or_befall_has_its_name() -> None:
    assert {*HAPPENS, *Kind} <= {*NAMES}


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Sets the time zone of the machine."""

    def set_to(name: str) -> None:
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield set_to
    monkeypatch.delenv("TZ")
    time.tzset()


def test_the_same_seed_plays_the_same_year_in_any_time_zone(tmp_path: Path, zone: Callable[[str], None]) -> None:
    played = []
    for name in ("UTC", "America/New_York", "Asia/Shanghai"):
        zone(name)
        played.append(live(SEED, 3, tmp_path / name.replace("/", "-"), months=MONTHS, units=UNITS))
    other = live(SEED + 1, 3, tmp_path / "other", months=MONTHS, units=UNITS)
    assert len({one.digest for one in played}) == 1
    assert other.digest != played[0].digest
    assert len(played[0].digest) == 64


@pytest.mark.parametrize("known", CORPUS, ids=lambda one: f"{one['seed']}-{one['year']}")
def test_a_year_that_once_broke_a_promise_keeps_it(known: dict[str, Any], tmp_path: Path) -> None:
    size = {"months": known["months"], "units": known["units"]}
    kept(live(known["seed"], known["year"], tmp_path / "office", **size), **size, seed=known["seed"])


@pytest.mark.long
@pytest.mark.parametrize("number", range(4))
def test_a_whole_year_of_the_whole_city_keeps_every_promise(
    number: int, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    outcome = live(SEED, number, tmp_path / "office")
    kept(outcome, 12, 45)
    record_property("figure", "years=1")
    record_property("figure", f"deaths={outcome.figures['deaths']}")
    record_property("figure", f"actions={outcome.figures['deeds']}")
