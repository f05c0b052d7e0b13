"""AsianOdds88: a broker that carries many books behind one Web API."""
