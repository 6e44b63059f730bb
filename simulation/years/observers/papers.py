"""What was filed stays (I8, I9, I10): each version has its row and its words, each signature its paper, each row its file."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from simulation.years.observers.evidence import Violation, acknowledged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from simulation.years.observers.lives import Life, Lives
    from simulation.years.observers.picture import Memory, Picture

#: what a unit says in a report
_WORDS: Final = ("progress", "percent", "no_progress", "reason", "problems", "next_steps", "values")


def reports(picture: Picture) -> Iterator[Violation]:
    """Each filed version still has its row, word for word, and no row came from nowhere."""
    rows = {(row["task_id"], row["number"]): row for row in picture.tables["report"]}
    filed = {
        (event.object_id, event.detail["report"]): event
        for event in picture.events
        if event.object_type == "task" and event.result == "done" and "report" in event.detail
    }
    for key in sorted(filed.keys() - rows.keys()):
        yield Violation("I8", "the version was filed and its row is gone", f"task {key[0]}, report {key[1]}")
    for (task, number), row in rows.items():
        where = f"task {task}, report {number}"
        event = filed.get((task, number))
        if event is None:
            yield Violation("I8", "there is a row, and nobody filed it", where)
        elif _digest(row) != event.detail["sha256"]:
            yield Violation("I8", "its words are not those that were filed", where)
        elif row["round"] != event.detail["round"]:
            yield Violation("I8", f"it was filed in round {event.detail['round']}, and stands in {row['round']}", where)
    yield from _as_told(picture, rows)


def _as_told(picture: Picture, rows: dict[tuple[int, int], dict[str, Any]]) -> Iterator[Violation]:
    """As many versions as people were told that they had filed: counted outside of the trail."""
    keys = {(told.who, told.key) for told in picture.evidence.told if told.key}
    told = Counter[int]()
    for place, one in enumerate(picture.evidence.told):
        if one.deed != "task.report" or one.task is None or not acknowledged(one) or picture.taken_back(place):
            continue
        if one.key and (one.who, one.key) not in keys:
            continue  # the second click of one filing
        keys.discard((one.who, one.key))
        told[one.task] += 1
    kept = Counter(task for task, _number in rows)
    for task, count in told.items():
        if kept[task] < count:
            what = f"{count} reports were acknowledged, {kept[task]} versions are kept"
            yield Violation("I8", what, f"task {task}")


def _digest(row: dict[str, Any]) -> str:
    words: dict[str, Any] = {name: row[name] for name in _WORDS} | {"task": row["task_id"]}
    words["no_progress"] = bool(row["no_progress"])
    words["values"] = json.loads(row["values"])
    text = json.dumps(words, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def signed(picture: Picture) -> Iterator[Violation]:
    """What is signed has its paper: a form over exactly that version, with evidence whose file is kept."""
    versions = {(row["task_id"], row["number"]): row["content_sha256"] for row in picture.tables["report"]}
    forms = {row["id"]: row for row in picture.tables["filing"]}
    attested = {row["filing_id"] for row in picture.tables["evidence"]}
    filed = Counter[int]()
    for event in picture.events:
        if event.object_type != "task" or event.result != "done":
            continue
        filed[event.object_id] += "report" in event.detail
        if "filing" not in event.detail:
            continue
        form = forms.get(event.detail["filing"])
        where = f"task {event.object_id}, event {event.seq}"
        version = filed[event.object_id]
        if form is None or event.detail["filing"] not in attested:
            yield Violation("I9", f"it was signed on form {event.detail['filing']}, whose paper is not there", where)
        elif [event.object_id, version, versions.get((event.object_id, version))] not in json.loads(form["covers"]):
            yield Violation("I9", f"report {version} was signed on a form that does not cover it", where)


def files(picture: Picture) -> Iterator[Violation]:
    """Every file that a row names lies in the store under its hash, whole; those not changed since are not read again."""
    for sha, where in sorted(_named(picture).items()):
        path = picture.evidence.store / sha[:2] / sha
        if not path.is_file():
            yield Violation("I10", "the row is there, its file is not", where)
        elif not _whole(path, sha, picture.memory):
            yield Violation("I9", "its bytes are not those that were stored", where)
        elif path.stat().st_mode & 0o222:
            yield Violation("I9", f"its file may be written to (mode {path.stat().st_mode & 0o777:o})", where)


def _named(picture: Picture) -> dict[str, str]:
    wanted = {row["sha256"]: f"attachment {row['id']}" for row in picture.tables["attachment"]}
    for table in ("summary", "paper"):
        for row in picture.tables[table]:
            wanted |= {sha: f"{table} {row['id']} .{kind}" for kind, sha in json.loads(row["files"]).items()}
    for event in picture.events:  # what was attached, whatever the tables say now
        if event.action == "form.attach" and event.result == "done":
            wanted.setdefault(event.detail["sha256"], f"event {event.seq}")
    return wanted


def _whole(path: Path, sha: str, memory: Memory) -> bool:
    stamp = (path.stat().st_mtime_ns, path.stat().st_size)
    if memory.files.get(sha) != stamp:
        if hashlib.sha256(path.read_bytes()).hexdigest() != sha:
            return False
        memory.files[sha] = stamp
    return True


def summaries(picture: Picture, lives: Lives) -> Iterator[Violation]:
    """A summary is exactly the approved versions of its month, and names what is missing and returned (I15)."""
    issued = {
        event.object_id: event for event in picture.events if event.action == "summary.issue" and event.result == "done"
    }
    for row in picture.tables["summary"]:
        where = f"summary {row['id']}"
        event = issued.get(row["id"])
        if event is None:
            continue  # said by ``whole``
        stood = {task: _stood(picture, life, event.seq) for task, life in lives.of.items()
                 if life.row["period_id"] == row["period_id"]}  # fmt: skip
        approved = sorted([task, report] for task, (stage, report) in stood.items() if stage == "aggregated")
        covers, facts = sorted(json.loads(row["covers"])), json.loads(row["facts"])
        if covers != approved:
            what = (
                f"it covers {_differ(covers, approved)} that were not approved, and lacks {_differ(approved, covers)}"
            )
            yield Violation("I15", what, where)
        for name, stages in (("missing", {"assigned", "reported"}), ("returned", {"returned"})):
            named = {one["task_id"] for one in facts[name]}
            wanted = {task for task, (stage, _report) in stood.items() if stage in stages}
            if named != wanted:
                what = f"it names {sorted(named - wanted)} as {name} that are not, and does not name {sorted(wanted - named)}"
                yield Violation("I15", what, where)
        if event.detail["files"] != json.loads(row["files"]):
            yield Violation("I15", "its files are not those that were issued", where)


def _stood(picture: Picture, life: Life, seq: int) -> tuple[str, int]:
    """The stage and the report of a task right before an event of the trail; no stage when it was not there yet."""
    before = [span for span in life.spans if span.seq < seq]
    if not before:
        return "", 0
    span = before[-1]
    return picture.laws[span.law].stages.get(span.state, ""), span.report


def _differ(these: list[list[int]], those: list[list[int]]) -> list[list[int]]:
    return [one for one in these if one not in those]
