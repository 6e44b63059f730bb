"""The versions of a report, each with what changed since the one before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from documents.plain_text import figure
from models.differences import Run, changed, differences
from models.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_TEXTS: Final = (
    ("progress", N_("Progress")),
    ("reason", N_("Reason")),
    ("problems", N_("Problems")),
    ("next_steps", N_("Next")),
)


@dataclass(frozen=True, slots=True)
class TextPart:
    """A text of the report; ``changed`` when the version before said something else."""

    name: str
    runs: tuple[Run, ...]
    changed: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the report as people write it, and what it was before; equal where nothing changed."""

    name: str
    now: str
    before: str


@dataclass(frozen=True, slots=True)
class Version:
    """One version as a page shows it, beside the row it was made from."""

    row: Mapping[str, Any]
    texts: tuple[TextPart, ...]
    figures: tuple[Figure, ...]
    first: bool


def versions(reports: Sequence[Mapping[str, Any]], indicators: Sequence[Mapping[str, Any]]) -> list[Version]:
    """The newest first; each is compared with the one before it."""
    known = {row["id"]: row for row in indicators}
    found = [_version(row, reports[place - 1] if place else None, known) for place, row in enumerate(reports)]
    return found[::-1]


def _version(row: Mapping[str, Any], before: Mapping[str, Any] | None, known: Mapping[int, Any]) -> Version:
    texts = []
    for field, label in _TEXTS:
        if row[field] or (before and before[field]):
            runs = differences(before[field] if before else row[field], row[field])
            texts.append(TextPart(_(label), runs, changed(runs)))
    now, then = _figures(row, known), _figures(before, known) if before else {}
    names = dict.fromkeys((*then, *now))
    figures = tuple(Figure(name, now.get(name, "–"), then.get(name, "–") if before else now[name]) for name in names)
    return Version(row, tuple(texts), figures, before is None)


def _figures(row: Mapping[str, Any], known: Mapping[int, Any]) -> dict[str, str]:
    found = {_("Completion of the clause"): f"{row['percent']}%"}
    for value in row["values"] or ():
        indicator = known.get(value["indicator_id"], {})
        said = "–" if value["value"] is None else f"{figure(value['value'])}{indicator.get('unit', '')}"
        reason = f"（{value['reason']}）" if value["reason"] else ""
        found[indicator.get("name", str(value["indicator_id"]))] = said + reason
    return found
