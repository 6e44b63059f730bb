"""Wrongs to plant into the small month of ``kit.observed``, and what only looks like one."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from kit.observed import Month, at, rewritten
from workflow import people

if TYPE_CHECKING:
    from collections.abc import Callable


def sql(*statements: str) -> Callable[[Month], object]:
    return lambda month: month.tamper(*statements)


def told(deed: str, place: int = 0, **changes: object) -> Callable[[Month], object]:
    """The journal says something else than was so."""

    def spoil(month: Month) -> None:
        found = [number for number, one in enumerate(month.told) if one.deed == deed][place]
        month.told[found] = replace(month.told[found], **changes)  # type: ignore[arg-type]

    return spoil


def once_more(month: Month) -> None:
    month.copies.append(month.copies[0])


def lost_in_the_post(month: Month) -> None:
    month.copies.pop(0)


def came_from_nowhere(month: Month) -> None:
    month.copies.append(replace(month.copies[0], message_id="<nowhere@duban>"))


def told_twice(month: Month) -> None:
    columns = [name for name in month.office.rows("message")[0] if name not in {"id", "message_id", "dedupe_key"}]
    same = ", ".join(columns)
    month.tamper(
        f"INSERT INTO message (id, message_id, dedupe_key, {same}) SELECT 900, '<again@duban>', 'again', {same}"
        " FROM message WHERE event = 'urging' AND recipient_id = 1",
        "INSERT INTO attempt SELECT office_id, 900, 900, number, started_at, finished_at, outcome, code, detail"
        " FROM attempt WHERE message = 1",
    )
    first = next(one for one in month.copies if one.address == "clerk1")
    month.copies.append(replace(first, message_id="<again@duban>", true=at("2022-06-27 09:01")))


def too_late(month: Month) -> None:
    """A reminder of the unit that has filed meanwhile lay about for a week."""
    place = next(
        place
        for place, one in enumerate(month.copies)
        if one.address == "clerk2" and one.true == at("2022-06-29 09:01")
    )
    late = at("2022-07-06 09:01")
    month.copies[place] = replace(month.copies[place], true=late, wall=late)


def under_a_wrong_clock(month: Month) -> None:
    """A sweep and a letter of a day on which the clock lay a month back."""
    wrong = at("2022-06-01 09:01")
    place = next(
        place for place, one in enumerate(month.copies) if one.address == "clerk2" and one.true > at("2022-06-20 00:00")
    )
    letter = month.copies[place]
    month.copies[place] = replace(letter, wall=wrong)
    sweep = next(n for n, one in enumerate(month.told) if one.deed == "sweep" and one.true == letter.true)
    month.told[sweep] = replace(month.told[sweep], wall=wrong)


def wrong_bytes(month: Month) -> None:
    path = month.store.path(month.office.rows("attachment")[0]["sha256"])
    path.chmod(0o640)
    path.write_bytes(b"another scan")
    path.chmod(0o440)


def open_to_writing(month: Month) -> None:
    month.store.path(month.office.rows("attachment")[0]["sha256"]).chmod(0o640)


def no_file(month: Month) -> None:
    month.store.path(month.office.rows("summary")[0]["files"]["docx"]).unlink()


def no_heads(month: Month) -> None:
    shutil.rmtree(month.home / "heads")


def stale_heads(month: Month) -> None:
    file = next((month.home / "heads").glob("*.heads"))
    file.write_text("".join(file.read_text("utf-8").splitlines(keepends=True)[:5]), "utf-8")


def recomputed(month: Month) -> None:
    """Somebody who knows how a chain is made, and does not reach the folder with the heads."""
    heads = month.home / "heads"
    kept = {file.name: file.read_text("utf-8") for file in heads.iterdir()}
    rewritten(month, "seq = 17", reason="一切属实，同意通过。")
    for name, text in kept.items():
        (heads / name).write_text(text, "utf-8")


def event(where: str, **columns: object) -> Callable[[Month], object]:
    """An event that was never so, in a chain that holds."""
    return lambda month: rewritten(month, where, **columns)


def restored_in_silence(month: Month) -> None:
    middle = len(month.told) // 2
    moment = month.told[middle].true
    line = replace(month.told[0], true=moment, wall=moment, who="operator", task=None, answer="done", key="b1")
    month.told.insert(middle, replace(line, deed="restore"))
    month.told.insert(middle, replace(line, deed="backup"))


def restored_and_sent_again(month: Month) -> None:
    """A letter that had left before a restore, and leaves once more with nobody's leave."""
    restored_in_silence(month)
    restore = next(one for one in month.told if one.deed == "restore")
    month.told.insert(month.told.index(restore) + 1, replace(restore, who="system", deed="restore.confirm"))
    month.copies.append(replace(month.copies[0], true=restore.true + timedelta(minutes=1)))


def ended_by_a_wrong_clock(month: Month) -> None:
    """A duty that a clock a year back has end before anything was done with it."""
    wrong = at("2021-07-15 16:50")
    month.tamper("UPDATE duty SET valid_from = '2021-01-01'")
    month.do("security", "duty.end", people.end_duty, wrong, month.office.people["reviewer"])
    month.told[-1] = replace(month.told[-1], true=at("2022-07-15 16:50"))
