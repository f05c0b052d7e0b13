"""A bookmaker of our own: real recorded matches and prices behind the AsianOdds Web API.

`PaperBook.handle` is the pure model, `PaperServer` and `serve` put HTTP over it.
"""

from actors.paper.answers import Answer
from actors.paper.book import PaperBook, paper_book
from actors.paper.faults import Fault, Faults
from actors.paper.server import PaperServer, open_server, serve
from actors.paper.settings import PaperSettings
from actors.paper.store import Store

__all__ = [
    "Answer",
    "Fault",
    "Faults",
    "PaperBook",
    "PaperServer",
    "PaperSettings",
    "Store",
    "open_server",
    "paper_book",
    "serve",
]
