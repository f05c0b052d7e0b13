"""Bets that belong together: one actor for each market in which some are being placed."""
