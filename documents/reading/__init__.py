"""Reading an issued notice: bytes to lines, lines to an outline, the outline to clauses, units and facts."""

from documents.reading.reader import read_notice, read_text

__all__ = ["read_notice", "read_text"]
