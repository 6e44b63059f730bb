"""What is remembered: tables, words, settings and refusals; imports nothing else of duban."""
