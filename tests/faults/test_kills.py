"""kill -9 of real processes at random moments, several at once: nothing that anybody was told is done is lost (F1).

Two clerks with their reviewer and a scheduler work on one office, are killed, and others take their place. A clerk files,
prints, attaches a scan and has it returned; the scheduler decides, sends and writes the head down outside. After every
round the office is opened by the program itself: whole, proved, every acknowledgement found, every row of a scan with
its file (``reliability.md`` I1, I4, I6, I10, I11).
"""

from __future__ import annotations

import os
import random
import select
import signal
import threading
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kit import warm
from kit.office import SmallOffice, at
from kit.remains import Acknowledged, examine
from kit.serving import quiet_home

if TYPE_CHECKING:
    from collections.abc import Callable

SEED = 20_220_625
#: a working Friday; every round begins a little later than the one before
MORNING = at("2022-06-24 09:30")
ROUND = timedelta(minutes=20)
#: so many acknowledgements a round may last, and so many seconds more until each is killed
MOST, MOMENT = 8, 0.03
#: in every so manieth round the scheduler comes to the end of a tick
WHOLE = 10


class Mortal:
    """A process at work; what it acknowledges stands in a pipe that outlives it."""

    def __init__(self, tale: Path, words: list[str]) -> None:
        self.said = b""
        self.pipe, write_end = os.pipe()
        kept = {name: value for name, value in os.environ.items() if not name.startswith("DUBAN_")}
        with os.fdopen(write_end, "wb") as out, Path(os.devnull).open("rb") as nothing, tale.open("ab") as complaints:
            self.process = warm.start(["-m", "mortal", *words], kept, nothing, out, complaints)

    def hear(self) -> int:
        """What it said meanwhile; how much it has acknowledged."""
        more = os.read(self.pipe, 65536)
        assert more, "it has died by itself"
        self.said += more
        return more.count(b"\n")

    def kill(self) -> bytes:
        """End it wherever it is; all that it said."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(30)
        with os.fdopen(self.pipe, "rb") as rest:
            return self.said + rest.read()


def workers(office: SmallOffice, turn: int) -> list[list[str]]:
    """Two units and the scheduler, at their instant."""
    home, now = str(office.folder), (MORNING + turn * ROUND).isoformat()
    people = [str(office.people[login]) for login in ("clerk1", "clerk2", "reviewer")]
    clerks = [["clerk", home, now, "0", clerk, people[2], f"{turn}-{clerk}"] for clerk in people[:2]]
    return [*clerks, ["scheduler", home, now, "0"]]


def kill_all(office: SmallOffice, turn: int, chance: random.Random) -> list[bytes]:
    """One round: everybody begins; when they have come so far, all are killed, one after another, at once almost."""
    tale, pause = office.folder.parent / "tale", threading.Event()
    mortals = [Mortal(tale, words) for words in workers(office, turn)]
    live_until(mortals, chance.randint(0, MOST))
    order = chance.sample(mortals, len(mortals))
    if turn % WHOLE == 0:  # the clerks first; a whole tick is heard of before the scheduler goes, too
        order = sorted(order, key=lambda mortal: mortal is mortals[-1])
    said = []
    for mortal in order:
        pause.wait(chance.uniform(0, MOMENT))
        if turn % WHOLE == 0 and mortal is mortals[-1]:
            live_until([mortal], 1)
        said.append(mortal.kill())
    assert tale.read_text() == ""
    return said


def live_until(mortals: list[Mortal], wanted: int) -> None:
    """Let them work until so much is acknowledged, by whomever."""
    by_pipe, heard = {mortal.pipe: mortal for mortal in mortals}, sum(mortal.said.count(b"\n") for mortal in mortals)
    while heard < wanted:
        ready, _write, _error = select.select(list(by_pipe), [], [], 60)
        assert ready, "they stand still"
        heard += sum(by_pipe[pipe].hear() for pipe in ready)


def live_through(folder: Path, rounds: int, seed: int) -> tuple[int, float]:
    """So many rounds on one office; how much was acknowledged, and the longest opening and proving."""
    chance, office, told, slowest = random.Random(seed), quiet_home(folder / "home"), Acknowledged(), 0.0
    for turn in range(rounds):
        for said in kill_all(office, turn, chance):
            told.hear(said)
        found = examine(office.folder, told)
        assert found.wrong == [], f"seed {seed}, round {turn}"
        slowest = max(slowest, found.seconds)
    assert told.papers, "nobody lived long enough to attach a scan: the rounds prove nothing"
    assert told.sent, "nobody lived long enough to send anything: the rounds prove nothing"
    return told.count, slowest


def prove(folder: Path, offices: int, rounds: int, record: Callable[[str, object], None]) -> None:
    """The promise and its figures."""
    count, slowest = 0, 0.0
    for place in range(offices):
        print(f"seed {SEED + place}")
        acknowledged, seconds = live_through(folder / str(place), rounds, SEED + place)
        count, slowest = count + acknowledged, max(slowest, seconds)
    record("figure", f"kills={offices * rounds * 3}")
    record("figure", f"acknowledged={count}")
    assert count > offices * rounds
    assert slowest < 1


def test_nothing_acknowledged_is_lost_in_180_kills(tmp_path: Path, record_property) -> None:
    prove(tmp_path, 1, 60, record_property)


@pytest.mark.long
def test_nothing_acknowledged_is_lost_in_3000_kills(tmp_path: Path, record_property) -> None:
    prove(tmp_path, 20, 50, record_property)
