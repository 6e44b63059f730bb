"""Notices for tests: a small one made of given lines, and the real ones that lie beside the repository."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from documents.reading.reader import read_notice

if TYPE_CHECKING:
    from models.drafts import ClauseDraft, NoticeDraft

#: read for its real damage; it is not part of the repository
NOTICES = Path(__file__).resolve().parents[3] / "shared" / "notices"
HEAD = """关于印发《甲市2022年工作要点》的通知
各成员单位:
现将《甲市2022年工作要点》印发给你们,请各责任单位于每月25日前报送工作进度(签字盖章)至市甲办,由市甲办汇总报市政府。
甲市工作领导小组办公室
2022年5月7日
一、抓好工作
"""


def real(name: str) -> Path:
    """One of the real notices, or a skipped test where they are not at hand."""
    path = NOTICES / name
    if not path.exists():
        pytest.skip("the real notices do not lie beside this checkout")
    return path


def notice(body: str, head: str = HEAD) -> NoticeDraft:
    """The draft of a notice with these lines under its first section."""
    return read_notice((head + body).encode(), "通知.txt")


def clauses(text: str) -> tuple[ClauseDraft, ...]:
    """The clauses of one item with this text."""
    return notice(f"1.做好甲事。{text}").clauses


def codes(draft: NoticeDraft) -> list[str]:
    """The codes of what a person must look at, in the order of the source."""
    return [note.code for note in draft.warnings]
