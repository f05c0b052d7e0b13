"""The one public face for users' own code: `from tictac import Strategy`."""

from actors.exchange.strategy import ExchangeStrategy
from actors.market_view import EventView, SelectionGroup
from actors.orders import Evidence, Seen
from actors.selections import Event, MarketType, Period, Phase, Quote, Reference, Selection, Side
from actors.strategies import Bundle, Strategy, Wish
from actors.strategies.trying import Tryout
from actors.units import Millis

__all__ = [
    "Bundle",
    "Event",
    "EventView",
    "Evidence",
    "ExchangeStrategy",
    "MarketType",
    "Millis",
    "Period",
    "Phase",
    "Quote",
    "Reference",
    "Seen",
    "Selection",
    "SelectionGroup",
    "Side",
    "Strategy",
    "Tryout",
    "Wish",
]
