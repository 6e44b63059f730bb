"""The power fails while people work: whatever the disk had not yet written is lost, kept or torn (F2).

What the program really wrote, to the database, its log, the store, the outbox and the heads, is recorded with
``strace``, checkpoints and closing included. For each cut a disk is made as it could be found, and opened with the program:
whole, proved, no acknowledgement missing, every row of a scan with its file. That the cuts bite is proved with
the program spoilt: without a sync at each commit, as most guides recommend, and with a store that does not sync.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from copy import deepcopy
from typing import TYPE_CHECKING

import pytest

import kit.mortal
from kit import power
from kit.office import at
from kit.remains import Acknowledged, examine
from kit.serving import quiet_home

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SEED = 20_220_625
NOW = at("2022-06-24 09:30")
SESSIONS = 3


class Recording:
    """What was written in the folders of three offices, of which two are served by a spoilt program."""

    def __init__(self, folder: Path) -> None:
        self.homes = {spoilt: folder / (spoilt or "whole") for spoilt in ("", "normal", "unsynced")}
        for home in self.homes.values():
            office = quiet_home(home)
        people = [office.people["clerk1"], office.people["reviewer"]]
        self.begins = {spoilt: power.Disk.of(home) for spoilt, home in self.homes.items()}
        homes = [(str(home), spoilt) for spoilt, home in self.homes.items()]
        words = [json.dumps(one) for one in (homes, NOW.isoformat(), people, SESSIONS)]
        trace = folder / "trace"
        command = [*power.STRACE, "-e", f"trace={power.CALLS}", "-o", trace, sys.executable, kit.mortal.__file__]
        subprocess.run([*command, "recorded", *words], check=True, stdout=subprocess.PIPE)
        self.calls = list(power.read(trace))


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed: no power is cut (Debian: apt-get install strace)")
    return Recording(tmp_path_factory.mktemp("power"))


def cuts(recording: Recording, spoilt: str, count: int, folder: Path) -> Iterator[tuple[int, list[str]]]:
    """So many cuts at seeded moments of one recording: which, and what does not hold after it."""
    seed = f"{SEED} {spoilt} {count}"
    print(f"seed {seed}")
    disk, chance = deepcopy(recording.begins[spoilt]), random.Random(seed)
    moments = [place for place, call in enumerate(recording.calls) if call.concerns(disk.root)]
    chosen = sorted(chance.choices(moments, k=count))
    played = 0
    for place in chosen:
        while played <= place:
            disk.play(recording.calls[played])
            played += 1
        told = Acknowledged()
        told.hear(bytes(disk.said))
        power.lay_out(disk.after(random.Random(f"{seed} {place}")), disk.root, folder)
        yield place, examine(folder, told).wrong


def prove(recording: Recording, count: int, folder: Path) -> None:
    """So many cuts, of which none loses anything; checkpoints were cut, too."""
    disk = deepcopy(recording.begins[""])
    for call in recording.calls:
        disk.play(call)
    assert disk.checkpoints > 20, "no checkpoint was cut: the cuts prove less than they say"
    assert disk.said.count(b"paper") >= SESSIONS, "no scan was attached"
    for place, wrong in cuts(recording, "", count, folder):
        assert wrong == [], f"cut at call {place}"


def test_nothing_acknowledged_is_lost_in_a_thousand_power_cuts(
    recording: Recording, tmp_path: Path, record_property
) -> None:
    prove(recording, 1_000, tmp_path / "found")
    record_property("figure", "cuts=1000")


@pytest.mark.long
def test_nothing_acknowledged_is_lost_in_ten_thousand_power_cuts(
    recording: Recording, tmp_path: Path, record_property
) -> None:
    prove(recording, 10_000, tmp_path / "found")
    record_property("figure", "cuts=10000")


def test_without_a_sync_at_each_commit_acknowledged_deeds_are_lost(recording: Recording, tmp_path: Path) -> None:
    lost = [wrong for _place, wrong in cuts(recording, "normal", 40, tmp_path / "found") if wrong]
    assert len(lost) > 5
    assert any(one.startswith("lost: ") for wrong in lost for one in wrong)


def test_with_a_store_that_does_not_sync_scans_are_lost(recording: Recording, tmp_path: Path) -> None:
    lost = [wrong for _place, wrong in cuts(recording, "unsynced", 40, tmp_path / "found") if wrong]
    assert len(lost) > 5
