"""The monthly summary: its words paragraph by paragraph, annexes, charts, workbook, and where each paragraph comes from."""
