"""What one answer of a source of prices changed, whatever the source."""

from collections.abc import Iterable

import msgspec

from actors.selections import Event, Quote

Offer = tuple[str, str]
"""A selection's key and a book."""


def offer_of(quote: Quote) -> Offer:
    """Name what a quote is of."""
    return quote.selection.key, quote.book


def offers_of(quotes: Iterable[Quote]) -> list[Offer]:
    """Name what quotes are of; those of one selection that stand together share its key."""
    offers: list[Offer] = []
    selection, key = None, ""
    for quote in quotes:
        if quote.selection is not selection:
            selection = quote.selection
            key = selection.key
        offers.append((key, quote.book))
    return offers


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
