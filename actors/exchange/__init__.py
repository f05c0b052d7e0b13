"""A betting exchange, replayed: recorded streams, books, and a simulated home for our orders."""
