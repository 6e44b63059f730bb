"""The interface for programs, one file a noun. It reads and calls what the pages and commands call; no rule is made here."""
