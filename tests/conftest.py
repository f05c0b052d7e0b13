"""Settings for every test."""

import os
import warnings

from hypothesis import HealthCheck, settings

# On a fresh checkout the first text drawn takes seconds, while tables of characters are made; and
# how long an example takes says more about the machine's load than about the code.
settings.register_profile(
    "tictac", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
if mutant := os.environ.get("TICTAC_MUTANT"):
    from actors.prove.mutants import MUTANTS

    warnings.warn(f"a bug is planted: {mutant}", stacklevel=1)
    MUTANTS[mutant].plant(setattr)

settings.load_profile("ci" if os.environ.get("CI") else "tictac")
