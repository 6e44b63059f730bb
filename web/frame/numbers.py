"""Numbers of things in addresses: what no database can hold names nothing, and is answered as a page that is not there."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
