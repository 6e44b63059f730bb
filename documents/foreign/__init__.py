"""Files that others made: their bytes to plain text and tables, Word, web pages, PDF and workbooks in a child process."""
