"""The one authority: small controls, the reservations they read, and the actor."""
