"""Years of a whole city under a simulated clock: seeded people, seeded faults, observers who trust nobody."""
