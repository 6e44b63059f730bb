"""Papers that come back: what is seen on a scan, and whether a digital signature holds. Looked at in a child process."""
