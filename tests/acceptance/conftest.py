"""The small office that tests type at: made once for a file, copied for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.door import Door

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Door:
    """The small office with everybody logged in, made once."""
    door = Door.of(tmp_path_factory.mktemp("filled") / "home")
    door.world.database.close()
    return door


@pytest.fixture
def door(filled: Door, tmp_path: Path) -> Door:
    """A copy of the office for each test."""
    return filled.copy(tmp_path / "home")
