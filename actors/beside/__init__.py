"""Prices of other sources beside one's own: asked for, passed on, and never for sale here."""
