"""The betting system: supervised actors from a bookmaker's feed to a settled bet."""
