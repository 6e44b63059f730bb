"""Faults that real systems had, planted into the program one at a time: the tests must notice every one.

A fault whose text has gone from the program fails here: it has to be planted anew, where its rule lives now.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.planting import KILLED, Fault, faults, run

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("fault", faults(), ids=lambda fault: fault.name)
def test_planted_fault_is_noticed(fault: Fault, tmp_path: Path, record_property) -> None:
    code, said = run(fault, tmp_path)
    assert code == KILLED, f"{fault.name} ({fault.because}) was not noticed:\n{said}"
    assert fault.says in said, f"{fault.name}: what failed says nothing of it:\n{said}"
    record_property("figure", "mutants=1")


@pytest.mark.long
def test_without_a_fault_the_same_tests_pass(tmp_path: Path) -> None:
    every = dict.fromkeys(test for fault in faults() for test in fault.killed_by)
    code, said = run(Fault("none", "", "cli.py", "", "", tuple(every), ""), tmp_path)
    assert code == 0, said


def test_a_run_without_a_fault_is_no_kill(tmp_path: Path) -> None:
    some = ("tests/unit/models/test_store.py", "tests/unit/schedules/test_select.py::test_most_severe_loses_nothing")
    code, said = run(Fault("none", "", "models/store.py", "", "", some, ""), tmp_path)
    assert code == 0, said


def test_faults_are_told_apart() -> None:
    names = [fault.name for fault in faults()]
    assert len(names) == len(set(names))
