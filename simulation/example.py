"""The example notice that the project ships: its own words, the form and the damage of a real one."""

from __future__ import annotations

from pathlib import Path


def example_notice() -> tuple[bytes, str]:
    """Its bytes and file name."""
    file = Path(__file__).with_name("example_notice.txt")
    return file.read_bytes(), file.name
