"""Goal 9: how long a notice takes to read, and whether twice the text takes twice the time."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from bench.extent import ROOT
from bench.measure import Cost, interleaved
from documents.reading.reader import read_notice
from models.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bench.extent import Extent
    from bench.verdict import Figures

#: the real notice lies beside the project, not in it
REFERENCE: Final = ROOT.parent / "shared" / "notices" / "zhuzhou-2022.txt"
INVENTED: Final = ROOT / "bench" / "reading" / "invented"
MEGABYTE: Final = 1_000_000


def run(extent: Extent, figures: Figures) -> None:
    """The reference notice, then much text."""
    notice = REFERENCE if REFERENCE.exists() else _largest()
    whose = "the reference notice" if notice is REFERENCE else f"the invented notice {notice.name}"
    once = _reading(notice.read_bytes())
    once()  # after import, as the goal has it
    made = interleaved({"notice": once}, extent.rounds)
    figures.add("9", f"{whose} read, milliseconds of processor time", made.cpu_each("notice").times(1000), most=50)
    text = notice.read_text(encoding="utf-8")
    prose = "\n".join(line for line in text.splitlines() if not line[:1].isascii())
    for what, words in (("clauses", text), ("prose", prose)):
        _much(extent, figures, what, words)


def _largest() -> Path:
    return max(INVENTED.glob("*.txt"), key=lambda file: file.stat().st_size)


def _much(extent: Extent, figures: Figures, what: str, words: str) -> None:
    size = (1 if extent.brief else 10) * MEGABYTE
    half, whole = _filled(words, size // 2), _filled(words, size)
    made = interleaved({"half": _reading(half), "whole": _reading(whole)}, 1)  # each takes long enough to even out
    seconds, wider = made.cpu_each("whole"), made.of_floor("half", "whole", lambda cost: cost.cpu_each)
    figures.add(
        "9", f"{size // MEGABYTE} MB of {what}, seconds of processor time", seconds, most=10 * size / (10 * MEGABYTE)
    )
    figures.add("9", f"{size // MEGABYTE} MB of {what} beside half of it, times as long", wider, "×", most=2.2)


def _filled(words: str, size: int) -> bytes:
    piece = words.encode() + b"\n"
    return piece * (size // len(piece))


def _reading(data: bytes) -> Callable[[], Cost]:
    def once() -> Cost:
        cost = Cost()
        with cost.counting(), suppress(BadInput):  # so many clauses are refused, after they were read
            read_notice(data, "notice.txt")
        return cost

    return once
