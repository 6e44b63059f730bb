"""The log of whatever runs on its own: lines for people, or one JSON object a line for a system that collects them."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from models.settings import Settings

#: what other libraries tell below this is of no use to who reads our log
QUIET: Final = {
    "alembic": logging.WARNING,  # it tells that it looked at the database
    "apscheduler": logging.ERROR,  # it tells of every turn, and of each that was not needed
    "procrastinate": logging.WARNING,  # it tells of every job
    "httpx2": logging.WARNING,  # it tells of every address
    "uvicorn": logging.WARNING,  # it tells of its own starting and ending
}


def begin_log(settings: Settings) -> None:
    """Log to standard error from here on, as the settings say."""
    handler = logging.StreamHandler(sys.stderr)
    lines = logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s")
    handler.setFormatter(JsonLines(settings.office, settings.node_name) if settings.log == "json" else lines)
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    for name, level in QUIET.items():
        logging.getLogger(name).setLevel(level)


class JsonLines(logging.Formatter):
    """One object a line: instant in UTC, level, logger, message, office, node, and what was raised."""

    def __init__(self, office_id: int, node: str) -> None:
        """Every line names both: those of several offices and machines end in one place."""
        super().__init__()
        self._always = {"office": office_id, "node": node}

    def format(self, record: logging.LogRecord) -> str:
        """As a line."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **self._always,
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)
