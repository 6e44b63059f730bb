"""The problem ledger 问题台账 as a workbook, written and read back."""
