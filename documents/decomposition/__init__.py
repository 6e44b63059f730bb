"""The decomposition table 任务分解表: the workbook that a person corrects and ticks, read back, and the table as a paper."""
