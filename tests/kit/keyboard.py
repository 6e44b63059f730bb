"""A person at a terminal: a pseudo-terminal with the program in it, keys typed, the screen as text."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kit import warm

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_COLOURS: Final = re.compile(r"\x1b\[[0-9;]*m")


class Keyboard:
    """One command in a terminal of its own."""

    def __init__(self, words: Sequence[object], environment: Mapping[str, str]) -> None:
        """Start it; ``environment`` is all that it sees."""
        self._master, slave = pty.openpty()
        with os.fdopen(slave, "wb") as stream:
            kept = {**environment, "TERM": "xterm", "COLUMNS": "160"}
            self._begun = warm.start(words, kept, *[_Same(stream.fileno())] * 3)  # type: ignore[list-item]
        self._text, self._rest = "", b""
        self._read = 0

    def sees(self, wanted: str, patience: float = 60) -> str:
        """Wait for some words; all that came up to and with them since the last ones."""
        end = time.monotonic() + patience
        while (at := self.screen.find(wanted, self._read)) < 0:
            assert time.monotonic() < end, self.screen[self._read :]
            self._take(0.05)
        came, self._read = self.screen[self._read : at + len(wanted)], at + len(wanted)
        return came

    @property
    def screen(self) -> str:
        """Everything on it so far, without colours."""
        return _COLOURS.sub("", self._text).replace("\r\n", "\n")

    @property
    def coloured(self) -> str:
        """Everything on it so far, with the colours' own signs."""
        return self._text

    def types(self, text: str) -> None:
        """Type a line."""
        os.write(self._master, f"{text}\n".encode())

    def presses(self, key: bytes) -> None:
        """Press a key that is no line: ``b"\x04"`` says that nothing more comes."""
        os.write(self._master, key)

    def interrupts(self) -> None:
        """Ctrl-C, once the program waits: a signal between its prompt and its waiting would be seen at the next key."""
        while "State:\tS" not in Path(f"/proc/{self._begun.pid}/status").read_text("ascii"):
            self._take(0.05)
        self._take(0.3)
        self._begun.send_signal(signal.SIGINT)

    def ends(self, patience: float = 60) -> int:
        """Its exit code."""
        end = time.monotonic() + patience
        while (code := self._begun.poll()) is None:
            assert time.monotonic() < end, self.screen
            self._take(0.05)
        self._take(0)
        os.close(self._master)
        return code

    def _take(self, patience: float) -> None:
        while select.select([self._master], [], [], patience)[0]:
            try:
                came = os.read(self._master, 65536)
            except OSError:  # the other side is closed
                return
            if not came:
                return
            self._rest += came
            self._text = self._rest.decode(errors="ignore")
            patience = 0


class _Same:
    """A stream with this number."""

    def __init__(self, number: int) -> None:
        self._number = number

    def fileno(self) -> Any:
        """The number."""
        return self._number
