"""One file a noun: parse, one call, print."""
