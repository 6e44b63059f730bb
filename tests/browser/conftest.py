"""One browser for the tests of a file: while it runs its driver keeps an event loop going, which other tests must not meet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.chromium import chromium

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium without a window."""
    with chromium() as running:
        yield running
