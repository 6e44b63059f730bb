"""A month rehearsed under a simulated clock, through the very code that a real month uses."""
