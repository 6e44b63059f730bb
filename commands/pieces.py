"""Long lists in pages: how many lines at a time, which page, and a word on what is left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from models.language import _

if TYPE_CHECKING:
    from collections.abc import Callable

#: lines of a list, unless more are asked for
LINES: Final = 200


def paged(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options ``limit`` and ``page`` of a list that grows for as long as the office works."""
    limit = click.option(
        "--limit", default=LINES, type=click.IntRange(1, 10_000), show_default=True, help=_("At most so many.")
    )
    page = click.option(
        "--page", default=1, type=click.IntRange(1, 100_000), show_default=True, help=_("Which piece of so many.")
    )
    return limit(page(command))


def say_rest(page: int, limit: int, total: int) -> None:
    """That there is more than this page, and how to see it; beside the answer, so that a script reads rows alone."""
    from workflow.paging import last_page, most_counted, nearest_page

    shown = nearest_page(page, total, limit)
    if last_page(total, limit) == 1:
        return
    many = f"{total - 1}+" if total >= most_counted(page, limit) else str(total)
    said = _("Page {page}, {limit} a page, of {many} in all.").format(page=shown, limit=limit, many=many)
    onward = _("The next ones: --page {page}").format(page=shown + 1) if shown < last_page(total, limit) else ""
    click.echo(f"{said} {onward}".rstrip(), err=True)
