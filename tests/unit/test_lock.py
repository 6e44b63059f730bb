"""The locks: every package of pyproject.toml and of deploy/, pinned and hashed, and nobody's registry in them."""

from __future__ import annotations

import re
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
RUNTIME, DEV = ROOT / "requirements.lock", ROOT / "requirements-dev.lock"
PATRONI = ROOT / "deploy/patroni/requirements.txt"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;]+)(?: ; [^\\]+)? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$")


def pins(lock: Path) -> dict[str, str]:
    found = (PIN.match(line) for line in lock.read_text("utf-8").splitlines())
    return {canonicalize_name(match[1]): match[2] for match in found if match}


@pytest.mark.parametrize("lock", [RUNTIME, DEV, PATRONI], ids=lambda lock: lock.name)
def test_lock_holds_only_pins_and_hashes(lock: Path) -> None:
    lines = lock.read_text("utf-8").splitlines()
    assert [line for line in lines if not PIN.match(line) and not HASH.match(line)] == []
    after = {line for line, following in pairwise(lines) if PIN.match(line) and HASH.match(following)}
    assert {line for line in lines if PIN.match(line)} == after


@pytest.mark.parametrize("lock", [RUNTIME, DEV, PATRONI], ids=lambda lock: lock.name)
def test_lock_names_no_address(lock: Path) -> None:
    assert re.findall(r"[a-z+]+://\S*|--(?:extra-)?index-url\S*|--find-links\S*", lock.read_text("utf-8")) == []


def wanted(*extras: str) -> list[Requirement]:
    texts = [*PROJECT["dependencies"], *(text for extra in extras for text in PROJECT["optional-dependencies"][extra])]
    return [Requirement(text) for text in texts]


@pytest.mark.parametrize(
    ("lock", "extras"),
    [(RUNTIME, ("build", "postgres", "cluster")), (DEV, ("build", "postgres", "cluster", "dev"))],
    ids=["runtime", "dev"],
)
def test_lock_satisfies_every_requirement_of_the_project(lock: Path, extras: tuple[str, ...]) -> None:
    pinned = pins(lock)
    unmet = [
        str(need)
        for need in wanted(*extras)
        if not need.specifier.contains(pinned.get(canonicalize_name(need.name), "0"))
    ]
    assert unmet == []


def test_the_lock_of_patroni_pins_what_is_asked_for() -> None:
    asked = [line for line in PATRONI.with_suffix(".in").read_text("utf-8").splitlines() if not line.startswith("#")]
    pinned = pins(PATRONI)
    assert [need for need in map(Requirement, asked) if not need.specifier.contains(pinned[need.name])] == []


def test_dev_lock_changes_nothing_of_the_runtime_lock() -> None:
    dev = pins(DEV)
    assert {name: dev.get(name) for name in pins(RUNTIME)} == pins(RUNTIME)


def test_no_lock_with_addresses_is_kept_beside_ours() -> None:
    assert [name for name in ("uv.lock", "pylock.toml", "poetry.lock", "Pipfile.lock") if (ROOT / name).exists()] == []
