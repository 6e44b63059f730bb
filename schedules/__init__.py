"""When: the rules of reminding and escalating, what is due by them, and the clock that asks."""
