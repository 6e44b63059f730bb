"""Between an office and those above and below it: clauses handed down, months reported upward, and what came of them."""
