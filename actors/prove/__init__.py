"""The proofs: what Tictac promises, shown by counts that were run."""
