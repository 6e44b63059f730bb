"""Whole deeds: what a command and a page both do, joining rules, papers and messages. Knows neither click nor HTTP."""
