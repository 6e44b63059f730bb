"""The ladder of the monthly report as an office copies it into a file of rules of its own."""

from __future__ import annotations

from typing import Final

from workflow.flow_store import MONTHLY, shipped

_TEXT: Final = shipped(MONTHLY).text
OWN_RULES: Final = _TEXT[_TEXT.index("\n[[rule]]") :]
