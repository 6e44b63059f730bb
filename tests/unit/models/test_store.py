"""Files under their hash: kept once, never overwritten, refused when their bytes were changed."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from kit.world import refused
from models.errors import EnvironmentRefused, NotFound
from models.store import Store

if TYPE_CHECKING:
    from pathlib import Path

DATA = "签字盖章件".encode()


def test_bytes_come_back_under_their_hash(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    sha = store.put(DATA)
    assert (sha, store.get(sha)) == (hashlib.sha256(DATA).hexdigest(), DATA)


def test_same_bytes_again_touch_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path)
    sha = store.put(DATA)
    first = store.path(sha).stat()
    assert store.put(DATA) == sha
    assert store.path(sha).stat() == first
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [sha]


def test_changed_bytes_are_refused(tmp_path: Path) -> None:
    store = Store(tmp_path)
    sha = store.put(DATA)
    store.path(sha).chmod(0o600)
    store.path(sha).write_bytes(DATA + b" ")
    with refused("E-F20", EnvironmentRefused) as caught:
        store.get(sha)
    assert sha[:16] in caught.value.what


def test_absent_file_is_not_found(tmp_path: Path) -> None:
    with refused("E-404", NotFound):
        Store(tmp_path).get("0" * 64)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 62 + "/.", "\u0660" * 64])
def test_name_that_is_no_hash_reaches_no_path(tmp_path: Path, name: str) -> None:
    with refused("E-404", NotFound):
        Store(tmp_path).get(name)


def test_stored_file_is_not_writable(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.path(store.put(DATA)).stat().st_mode & 0o777 == 0o440


def test_folder_that_cannot_be_made_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("a file stands here")
    with refused("E-507", EnvironmentRefused):
        Store(tmp_path / "store").put(DATA)
