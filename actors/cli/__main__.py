"""`python -m actors.cli` is `tictac`."""

from actors.cli import main

main()
