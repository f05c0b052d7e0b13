"""The Odds API v4: prices only; nothing can be placed there."""
