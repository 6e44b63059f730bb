"""Measurements that anyone can repeat; nothing of the program imports them."""
