from tests.actors.cli.conftest import tictac

__all__ = ["tictac"]
