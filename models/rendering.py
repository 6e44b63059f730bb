"""What a paper becomes: files by kind, with what there is to say about how they were made."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from models.errors import BadInput


class Rendered(dict[str, bytes]):
    """The files of a paper by kind (``docx``, ``pdf``, ``xlsx``).

    ``notes`` says in one line each what could not be made; ``words_sha256`` is the version of the words it is written
    in, ``failed`` why these are not the office's own.
    """

    def __init__(
        self,
        files: dict[str, bytes],
        notes: tuple[str, ...] = (),
        words_sha256: str = "",
        failed: BadInput | None = None,
    ) -> None:
        """Keep the files and what is said of them."""
        super().__init__(files)
        self.notes, self.words_sha256, self.failed = notes, words_sha256, failed
