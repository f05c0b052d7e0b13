"""Reading a feed, beside what must be done to read it at all."""
