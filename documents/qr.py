"""A QR code as a picture for a page."""

from __future__ import annotations

import segno


def svg(text: str) -> str:
    """The code as a ``data:`` address of an SVG, dark on light with its quiet zone: a screen may be dark around it."""
    return str(segno.make_qr(text, error="m").svg_data_uri(scale=4, border=4, light="#fff"))
