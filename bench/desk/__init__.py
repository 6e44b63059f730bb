"""The desk under load: everybody files on the 25th, beside what the bare web framework takes on the same machine."""
