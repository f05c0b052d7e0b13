"""Real seasons, played again by the same actors in virtual time."""
