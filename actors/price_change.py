"""What one answer of a source of prices changed, whatever the source."""

import msgspec

from actors.selections import Event, Quote

Offer = tuple[str, str]
"""A selection's key and a book."""


def offer_of(quote: Quote) -> Offer:
    """Name what a quote is of."""
    return quote.selection.key, quote.book


class PriceChange(msgspec.Struct, frozen=True):
    """What is new, what was seen again, and what is gone.

    `quotes` are new, or changed in price or in locator. `seen` are locators: everything else that
    was told with one of them was in the answer as it was told. `removed` is no longer offered.
    `faults` say what could not be read, and where. `rows` counts what the answer held,
    `skipped` what of it is of no use here, by what it is.
    """

    events: tuple[Event, ...] = ()
    quotes: tuple[Quote, ...] = ()
    seen: tuple[str, ...] = ()
    removed: tuple[Offer, ...] = ()
    faults: tuple[str, ...] = ()
    rows: int = 0
    skipped: tuple[tuple[str, int], ...] = ()
