"""What lies between a strategy's wish and a signal: small stages, each passes or says why not."""
