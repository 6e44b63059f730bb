"""The pages, one file a noun; each offers its ``router``. A page reads, does one deed, and answers: no rule is made here."""
