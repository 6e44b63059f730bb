"""Telling people: the outbox, the channels a message leaves by, and the words it is made of (design, section 8)."""
