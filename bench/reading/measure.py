"""How well notices are read: the reader's answer held against tables made by hand, as precision and recall.

``python -m bench.reading.measure [--notices FOLDER] [--show]`` from the project's folder. The real notices are not part of
the project; the tables in ``gold/`` name places in them (line, first and last characters), never their text. Those in
``invented/`` were written, with their tables, before the reader had seen anything like them. A clause counts as found when it begins in the same line with the same characters and ends with the same ones; what is
named in it is compared for the clauses that were found.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from documents.reading.reader import read_notice
from models.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from models.drafts import ClauseDraft

HERE: Final = Path(__file__).parent
INVENTED: Final = HERE / "invented"
NOTICES: Final = HERE.parents[2] / "shared" / "notices"
#: the table of the reference notice's items 1 to 12
BESIDE: Final = "gold-items-1-12.json"
#: as many characters of a clause's beginning and end are compared
_SEEN: Final = 8
KINDS: Final = ("clauses", "units", "order", "leads", "groups", "deadlines", "indicators")


@dataclass(slots=True)
class Score:
    """Hits, what the reader has too much, and what it missed, of one kind."""

    hits: int = 0
    extra: int = 0
    missed: int = 0
    #: what was wrong, for whoever mends the reader
    wrong: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        """Of what the reader says so much is true."""
        return self.hits / (self.hits + self.extra) if self.hits + self.extra else 1.0

    @property
    def recall(self) -> float:
        """Of what is true the reader says so much."""
        return self.hits / (self.hits + self.missed) if self.hits + self.missed else 1.0

    def count(self, where: str, told: Iterable[Any], true: Iterable[Any]) -> None:
        """Compare two bags of answers."""
        said, right = Counter(told), Counter(true)
        self.hits += (said & right).total()
        self.extra += (said - right).total()
        self.missed += (right - said).total()
        self.wrong += [f"{where} + {one}" for one in (said - right).elements()]
        self.wrong += [f"{where} - {one}" for one in (right - said).elements()]


def _plain(text: str) -> str:
    """Letters and digits alone: marks and spaces differ between a notice and what is quoted from it."""
    return re.sub(r"[\W_]", "", text)


def _edges(begins: str, ends: str) -> tuple[str, str]:
    return _plain(begins)[:_SEEN], _plain(ends)[-_SEEN:]


def measure(gold: dict[str, Any], notice: Path) -> dict[str, Score]:
    """The reader's scores on one notice, by kind."""
    scores = {kind: Score() for kind in KINDS}
    try:
        items = read_notice(notice.read_bytes(), notice.name).items
    except BadInput:
        items = ()  # a notice that is refused has all its clauses missed
    clauses = [clause for item in items if item.number <= gold.get("items", item.number) for clause in item.clauses]
    lines = all("line" in row for row in gold["clauses"])
    told = {(one.source_line if lines else 0, *_edges(one.text, one.text)): one for one in clauses}
    true = {(row.get("line", 0), *_edges(row["begins"], row["ends"])): row for row in gold["clauses"]}
    scores["clauses"].count(notice.stem, list(told), list(true))
    for key in told.keys() & true.keys():
        _compare(scores, f"{notice.stem}:{key[0]}", told[key], true[key])
    return scores


def _compare(scores: dict[str, Score], where: str, said: ClauseDraft, row: dict[str, Any]) -> None:
    """What is named in a clause that was found."""
    scores["units"].count(where, said.units, row["units"])
    if row["units"]:
        scores["order"].count(where, [said.units], [tuple(row["units"])])
        scores["leads"].count(where, [said.lead] if said.lead else [], row["leads"][:1])
    scores["groups"].count(where, said.groups, row["groups"])
    days = [(_plain(one.quote), one.due_on.isoformat() if one.due_on else None) for one in said.milestones]
    scores["deadlines"].count(where, days, [(_plain(one["quote"]), one["due_on"]) for one in row["deadlines"]])
    figures = [(one.op, float(one.value), one.unit) for one in said.indicators]
    scores["indicators"].count(
        where, figures, [(one["op"], float(one["value"]), one["unit"]) for one in row["indicators"]]
    )


def _beside(folder: Path) -> dict[str, Any]:
    """The table of the reference notice's first items, which lies beside the notices, in the form of the others."""
    kept = json.loads((folder / BESIDE).read_text("utf-8"))
    items = [item for section in kept["sections"] for part in section["subsections"] for item in part["items"]]
    rows = [
        {
            "begins": row["text_start"],
            "ends": row["text_end"],
            "units": row["units"],
            "leads": [row["lead"]],
            "groups": row["unit_groups"],
            "deadlines": [{"quote": one["quote"], "due_on": one["date"]} for one in row["deadlines"]],
            "indicators": row["indicators"],
        }
        for item in items
        for row in item["clauses"]
    ]
    return {"source": "zhuzhou-2022.txt", "items": max(item["number"] for item in items), "clauses": rows}


def tables(folder: Path) -> Iterator[tuple[dict[str, Any], Path]]:
    """Each table made by hand, with its notice: the real ones in a folder, then those that come along."""
    if (folder / BESIDE).exists():
        beside = _beside(folder)
        yield beside, folder / beside["source"]
    for place, notices in ((HERE / "gold", folder), (INVENTED, INVENTED)):
        for file in sorted(place.glob("*.json")):
            gold = json.loads(file.read_text("utf-8"))
            yield gold, notices / gold["source"]


def main() -> int:
    """Print a table; 1 when a notice is not there to be read."""
    options = argparse.ArgumentParser(description="Precision and recall of the reader, notice by notice.")
    options.add_argument("--notices", type=Path, default=NOTICES)
    options.add_argument("--show", action="store_true", help="show what was read wrong")
    given = options.parse_args()
    absent = 0
    print(f"{'notice':28} {'what':11} {'true':>5} {'found':>6} {'precision':>10} {'recall':>7}")
    for gold, notice in tables(given.notices):
        if not notice.exists():
            print(f"the notice is not there: {notice.name}", file=sys.stderr)
            absent = 1
            continue
        for kind, score in measure(gold, notice).items():
            true = score.hits + score.missed
            print(f"{notice.stem:28} {kind:11} {true:5} {score.hits:6} {score.precision:10.3f} {score.recall:7.3f}")
            for line in score.wrong if given.show else ():
                print(f"    {line}")
    return absent


if __name__ == "__main__":
    sys.exit(main())
