"""Plain data as one text, for a hash: the same data give the same text, whatever the order of their keys."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final

_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def canonical(data: Any) -> str:
    """JSON with sorted keys, no blanks, and letters as they are (as RFC 8785 has it, but for its numbers)."""
    return _ENCODER.encode(data)


def fingerprint(data: Any) -> str:
    """The SHA-256 of the canonical text, in hexadecimal."""
    return hashlib.sha256(canonical(data).encode()).hexdigest()
