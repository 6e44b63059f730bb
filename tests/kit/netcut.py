"""Machines with a network of their own each, at one switch, from which any of them can be cut off."""

from __future__ import annotations

import os
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from kit.patroni import EXAMPLES, Cluster, Machine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: whoever stands beside the three, at the same switch
OUTSIDE: Final = 1
_FIRST: Final = 11


def _run(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True, text=True, timeout=20)


class Switch:
    """A bridge of this machine and a namespace for each of the three."""

    def __init__(self) -> None:
        self.name = f"dbn{os.getpid() % 100000}"
        self.net = f"10.{200 + os.getpid() % 50}.{os.getpid() % 250}"
        self.spaces = [f"{self.name}n{number}" for number in range(len(EXAMPLES))]

    def set_up(self) -> None:
        """Every cable in its place."""
        _run("ip", "link", "add", self.name, "type", "bridge")
        _run("ip", "addr", "add", f"{self.net}.{OUTSIDE}/24", "dev", self.name)
        _run("ip", "link", "set", self.name, "up")
        for number, space in enumerate(self.spaces):
            inner, outer = f"{self.name}i{number}", f"{self.name}o{number}"
            _run("ip", "netns", "add", space)
            _run("ip", "link", "add", outer, "type", "veth", "peer", "name", inner)
            _run("ip", "link", "set", outer, "master", self.name)
            _run("ip", "link", "set", inner, "netns", space)
            _run("ip", "-n", space, "addr", "add", f"{self.net}.{_FIRST + number}/24", "dev", inner)
            for link in (inner, "lo"):
                _run("ip", "-n", space, "link", "set", link, "up")
            _run("ip", "link", "set", outer, "up")

    def take_down(self) -> None:
        """Nothing of it stays."""
        for space in self.spaces:
            subprocess.run(["ip", "netns", "del", space], check=False, capture_output=True)
        for number in range(len(self.spaces)):
            subprocess.run(["ip", "link", "del", f"{self.name}o{number}"], check=False, capture_output=True)
        subprocess.run(["ip", "link", "del", self.name], check=False, capture_output=True)

    def cut(self, machine: Machine) -> None:
        """Pull a machine's cable."""
        _run("ip", "link", "set", f"{self.name}o{machine.number}", "down")

    def heal(self, machine: Machine) -> None:
        """Put it back."""
        _run("ip", "link", "set", f"{self.name}o{machine.number}", "up")

    def machines(self, folder: Path) -> list[Machine]:
        """The three, each with a network of its own."""
        return [
            Machine(number, folder, f"{self.net}.{_FIRST + number}", ("ip", "netns", "exec", space))
            for number, space in enumerate(self.spaces)
        ]


@contextmanager
def apart(folder: Path) -> Iterator[tuple[Cluster, Switch]]:
    """Three machines at a switch, formed; ``PermissionError`` where this machine lets nobody lay cables."""
    switch = Switch()
    try:
        try:
            switch.set_up()
        except (OSError, subprocess.CalledProcessError) as error:
            raise PermissionError(getattr(error, "stderr", "") or str(error)) from error
        with Cluster(folder, switch.machines(folder)) as made:
            yield made, switch
    finally:
        switch.take_down()
