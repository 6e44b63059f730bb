"""The people of a simulated year: what each does when their moment comes, from what they see."""
