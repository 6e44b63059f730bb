"""What every page stands in: who asks, what was posted, how it is answered and refused."""
