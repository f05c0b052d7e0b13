"""Odds arithmetic: formats, lines, settlement, margins, edges and stakes, all of it pure."""
