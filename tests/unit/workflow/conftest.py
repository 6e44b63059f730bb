"""A world of its own for every test of the engine, copied from one that was made once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.world import World, copy_of, make_world

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def first_world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("first"))


@pytest.fixture
def world(first_world: World, tmp_path: Path) -> Iterator[World]:
    made = copy_of(first_world, tmp_path / "world")
    yield made
    made.database.close()
