"""`tictac bench replay`: recorded exchange markets, ours beside flumine."""
