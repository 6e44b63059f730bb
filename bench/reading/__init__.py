"""How well notices are read."""
