"""A long list in pages: how many there are, and the nearest to the one that was asked for."""

from __future__ import annotations


def last_page(total: int, size: int) -> int:
    """The number of pages, at least one."""
    return max(1, -(-total // size))


def nearest_page(asked: int, total: int, size: int) -> int:
    """The page that is shown, counted from 1."""
    return min(max(1, asked), last_page(total, size))
