"""The one public face for users' own code: `from tictac import Strategy`."""

from actors.market_view import EventView, SelectionGroup
from actors.orders import Evidence, Seen
from actors.selections import Event, MarketType, Period, Quote, Selection, Side
from actors.strategies import Strategy, Wish

__all__ = [
    "Event",
    "EventView",
    "Evidence",
    "MarketType",
    "Period",
    "Quote",
    "Seen",
    "Selection",
    "SelectionGroup",
    "Side",
    "Strategy",
    "Wish",
]
