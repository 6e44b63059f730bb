"""A command on a server that goes away meanwhile: begun anew under its key, given up with the key in its remedy."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from commands.acting import _surely
from models.postgres import Away
from workflow.actions import Command, Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

DONE = Outcome(1, "receive", "assigned", 2)


class Server:
    """Whatever goes wrong, in turn; what was asked of it under which keys."""

    def __init__(self, *wrong: Away, embedded: bool = False) -> None:
        self.wrong, self.keys = list(wrong), list[list[str]]()
        self.desk: Any = SimpleNamespace(database=SimpleNamespace(is_sqlite=embedded))

    def work(self, commands: Sequence[Command]) -> list[Outcome]:
        self.keys.append([command.operation_id for command in commands])
        if self.wrong:
            raise self.wrong.pop(0)
        return [DONE]

    def asked(self, *commands: Command) -> list[Outcome]:
        return _surely(self.desk, commands, self.work)


@pytest.mark.parametrize("unknown", [False, True])
def test_it_is_begun_anew_under_the_key_it_had(unknown: bool) -> None:
    server = Server(Away(unknown=unknown), Away(unknown=not unknown))
    assert server.asked(Command("receive", 1), Command("receive", 2)) == [DONE]
    first, *others = server.keys
    assert others == [first, first]
    assert len(set(first) - {""}) == 2, "each has one of its own"


def test_a_key_that_was_given_stands() -> None:
    server = Server(Away(unknown=True))
    server.asked(Command("receive", 1, operation_id="k"))
    assert server.keys == [["k"], ["k"]]


def test_the_last_refusal_says_how_to_go_on() -> None:
    server = Server(*(Away(unknown=True) for _try in range(3)))
    with pytest.raises(Away) as raised:
        server.asked(Command("receive", 1))
    assert f"--key {server.keys[0][0]}" in raised.value.remedy


def test_the_embedded_database_keeps_no_key_that_nobody_gave() -> None:
    server = Server(embedded=True)
    server.asked(Command("receive", 1))
    assert server.keys == [[""]]
