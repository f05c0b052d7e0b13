"""Benchmarks: the real actors, measured beside the raw cost of what they must do."""
