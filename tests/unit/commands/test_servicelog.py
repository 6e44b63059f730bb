"""The log as a system that collects logs reads it: one object a line, each with its office and its machine."""

from __future__ import annotations

import io
import json
import logging

import pytest

from commands.servicelog import JsonLines


@pytest.fixture
def lines() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def log(lines: io.StringIO) -> logging.Logger:
    made = logging.getLogger("test.lines")
    made.propagate = False
    handler = logging.StreamHandler(lines)
    handler.setFormatter(JsonLines(3, "一号机"))
    made.addHandler(handler)
    return made


def test_each_line_is_an_object_that_names_office_and_node(log: logging.Logger, lines: io.StringIO) -> None:
    log.warning("sends are held: %s", "时钟\n不对")
    try:
        1 / 0  # noqa: B018 - for what it raises
    except ZeroDivisionError:
        log.exception("the loop %s failed", "sweep")
    held, failed = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert (held["level"], held["message"], held["office"], held["node"]) == (
        "warning",
        "sends are held: 时钟\n不对",
        3,
        "一号机",
    )
    assert held["at"].endswith("+00:00")
    assert (failed["level"], failed["logger"]) == ("error", "test.lines")
    assert "ZeroDivisionError: division by zero" in failed["error"]
