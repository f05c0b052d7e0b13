"""The whole system in one thread under seeded faults, judged by the book's own log."""
