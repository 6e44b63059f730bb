"""Names that a flow may use: each is a function, entered where it is defined, with the words people know it by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

F = TypeVar("F", bound="Callable[..., Any]")


class Registry(dict[str, F]):
    """The functions of one kind by name; ``words`` are their English msgids."""

    def __init__(self) -> None:
        """Empty; filled by the decorator ``named``."""
        super().__init__()
        self.words: dict[str, str] = {}

    def named(self, words: str) -> Callable[[F], F]:
        """Enter the function below under its own name."""

        def enter(function: F) -> F:
            self[function.__name__] = function
            self.words[function.__name__] = words
            return function

        return enter
