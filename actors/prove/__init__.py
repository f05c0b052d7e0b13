"""What we promise, tried until it breaks: each proof counts what it ran and what it found."""
