"""Adapters that speak to bookmakers, one package each; what they answer is never trusted."""
