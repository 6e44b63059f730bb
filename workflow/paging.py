"""Which page of a long list is shown: so many rows on each, and the nearest page that there is."""

from __future__ import annotations

from typing import Final

SIZE: Final = 50


def last_page(total: int, size: int = SIZE) -> int:
    """The number of pages, at least one."""
    return max(1, -(-total // size))


def nearest_page(asked: int, total: int, size: int = SIZE) -> int:
    """The page that is shown where ``asked`` was asked for."""
    return min(max(1, asked), last_page(total, size))


def before_page(asked: int, total: int, size: int = SIZE) -> int:
    """How many rows lie before that page."""
    return (nearest_page(asked, total, size) - 1) * size
