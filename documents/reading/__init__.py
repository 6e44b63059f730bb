"""Reading an issued notice: bytes to lines, lines to an outline, the outline to clauses, units and facts."""

from documents.reading.reader import read_notice

__all__ = ["read_notice"]
