"""The proofs of the journal: it keeps what it acknowledged, whatever happens to process or disk."""

from actors.prove.disk import NotRunError
from actors.prove.journal_crashes import crash_points
from actors.prove.journal_power import power_losses

__all__ = ["NotRunError", "crash_points", "power_losses"]
