"""A desk hands out what the program made: a paper as pictures of its pages, and files to keep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from documents.page_pictures import page_count, page_picture
from web.frame.addresses import no_page
from web.frame.files import MEDIA
from web.frame.kept import Draft

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from web.frame.desk import Desk


@dataclass(frozen=True, slots=True)
class Shown:
    """A paper as a page shows it: pictures of its pages at ``<address>/<number>.png``, its files at ``<address>.<kind>``."""

    address: str
    pages: int
    kinds: tuple[str, ...]


def show_draft(desk: Desk, name: str, files: Mapping[str, bytes]) -> Shown:
    """Keep a draft for whoever is logged in, and say how a page shows it."""
    key = desk.site.drafts.keep(Draft(desk.actor.person_id, name, files))
    return Shown(f"/previews/{key}", page_count(files["pdf"]) if "pdf" in files else 0, tuple(files))


def show_frozen(desk: Desk, address: str, files: Mapping[str, str]) -> Shown:
    """A paper as it was frozen: ``files`` are kind → SHA-256, its pages and files are found below ``address``."""
    pages = page_count(desk.store.get(files["pdf"])) if "pdf" in files else 0
    return Shown(address, pages, tuple(files))


def page_file(desk: Desk, pdf: bytes | None, number: int) -> Response:
    """One page of a paper as a picture; E-H06 where there is none."""
    made = page_picture(pdf, number) if pdf else None
    if made is None:
        raise no_page(desk.request)
    return desk.file(made, f"{number}.png", "image/png", inline=True)


def kind_file(desk: Desk, data: bytes, name: str, kind: str) -> Response:
    """A file to keep, named with its kind."""
    return desk.file(data, f"{name}.{kind}", MEDIA.get(kind, "application/octet-stream"))
