"""The archive of a month as folders: one BagIt bag (RFC 8493) an item, readable and provable without the program."""
