"""The words of the summary for states, shares, requests and answers, as the government reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from documents.plain_text import figure

if TYPE_CHECKING:
    from models.facts import UnitLine

#: in the order of the work
STANDINGS: Final = {
    "assigned": "未报送",
    "reported": "已填报未报出",
    "signed_stamped": "待审核",
    "returned": "退回补充",
    "reviewed": "审核通过",
    "aggregated": "审核通过",
    "waived": "免报",
}
APPROVED: Final = frozenset({"reviewed", "aggregated"})
SHARES: Final = {"lead": "牵头", "support": "配合"}
REQUESTS: Final = {"extension": "申请延期", "transfer": "申请退办"}
DECISIONS: Final = {"pending": "尚未批复", "granted": "已同意", "refused": "未同意"}


def is_approved(line: UnitLine) -> bool:
    """Whether the office has approved what the unit reported: only then is it quoted."""
    return line.state in APPROVED


def amount(difference: float, unit: str) -> str:
    """A difference as an amount with its unit; of percentages, percentage points."""
    return f"{figure(round(abs(difference), 4))}{'个百分点' if unit == '%' else unit}"
