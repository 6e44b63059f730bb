"""Reading an issued notice: bytes to lines, lines to an outline, the outline to clauses, units and facts."""
