"""The stages: each passes, or says why not, with its figure.

They are asked in the order of `STAGES`, and only while all before have passed. A stage is on when
its settings are there; freshness always is.
"""

from math import ceil

from actors.decision.proposal import Proposal, Stage
from actors.orders import Verdict
from actors.selections import Quote
from actors.units import money_text, price_text


def freshness(proposal: Proposal) -> Verdict:
    age = (proposal.view.now - proposal.quote.received_at) / 1000
    limit = proposal.longest_age
    return Verdict("freshness", age <= limit, f"{age:.1f} s of at most {limit:g} s")


def liquidity(proposal: Proposal) -> Verdict:
    asked, book = proposal.stages.liquidity, proposal.quote.book
    assert asked is not None
    most = most_taken(proposal.quote)
    if most is None:
        passed = asked.unknown == "pass"
        return Verdict("liquidity", passed, f"{book} does not say what it takes: {asked.unknown}")
    figure = f"{book} takes {money_text(most)}, at least {money_text(asked.least)}"
    return Verdict("liquidity", most >= asked.least, figure)


def movement(proposal: Proposal) -> Verdict:
    asked = proposal.stages.movement
    assert asked is not None
    moved = proposal.view.moved(proposal.quote, asked.window)
    figure = f"{moved:+.2f} % in {asked.window:g} s, at most {asked.most:g} %"
    return Verdict("movement", abs(moved) <= asked.most, figure)


def volatility(proposal: Proposal) -> Verdict:
    asked = proposal.stages.volatility
    assert asked is not None
    found = proposal.view.volatility(proposal.quote, asked.window)
    figure = f"{found:.2f} % in {asked.window:g} s, at most {asked.most:g} %"
    return Verdict("volatility", found <= asked.most, figure)


def density(proposal: Proposal) -> Verdict:
    """Say no to what follows too close; the first reason of three is told."""
    asked, memory, now = proposal.stages.density, proposal.memory, proposal.view.now
    assert asked is not None
    last = memory.last_by_selection.get(proposal.quote.selection.key)
    if last is not None and now - last < asked.again_after * 1000:
        figure = f"signalled {(now - last) / 1000:.0f} s ago, again after {asked.again_after:g} s"
        return Verdict("density", False, figure)
    if memory.last_at is not None and now - memory.last_at < asked.cooldown * 1000:
        ago = (now - memory.last_at) / 1000
        figure = f"event signalled {ago:.0f} s ago, at least {asked.cooldown:g} s"
        return Verdict("density", False, figure)
    most = asked.most_per_event
    if most is None:
        return Verdict("density", True, f"signal {memory.signals + 1} of the event")
    figure = f"signal {memory.signals + 1} of the event, at most {most}"
    return Verdict("density", memory.signals < most, figure)


def consensus(proposal: Proposal) -> Verdict:
    asked, found = proposal.stages.consensus, proposal.consensus
    assert asked is not None
    if found is None or len(found.books) < asked.at_least:
        names = ", ".join(found.books) if found else "none"
        figure = f"{names} of {', '.join(asked.books)} has every side, at least {asked.at_least}"
        return Verdict("consensus", False, figure)
    figure = f"{', '.join(found.books)}: fair {price_text(found.price)}"
    if len(found.books) > 1:
        figure += f", {found.spread:.2f} % apart"
    if asked.spread is None:
        return Verdict("consensus", True, figure)
    return Verdict(
        "consensus", found.spread <= asked.spread, f"{figure}, at most {asked.spread:g} % apart"
    )


def edge(proposal: Proposal) -> Verdict:
    asked, found = proposal.stages.edge, proposal.consensus
    assert asked is not None
    assert found is not None  # its stage has passed
    worth = (proposal.quote.price * found.probability / 1000 - 1) * 100
    return Verdict("edge", worth >= asked, f"{worth:.2f} % of at least {asked:g} %")


def confirmation(proposal: Proposal) -> Verdict:
    asked = proposal.stages.confirmation
    assert asked is not None
    lasted = (proposal.view.now - proposal.since) / 1000
    return Verdict("confirmation", lasted >= asked, f"wanted for {lasted:.1f} s of {asked:g} s")


STAGES: dict[str, Stage] = {
    "freshness": freshness,
    "liquidity": liquidity,
    "movement": movement,
    "volatility": volatility,
    "density": density,
    "consensus": consensus,
    "edge": edge,
    "confirmation": confirmation,
}


def most_taken(quote: Quote) -> int | None:
    """Return the most that the book takes at this price, in minor units; None: it does not say."""
    return quote.max_stake


def lowest_price(proposal: Proposal) -> int:
    """Return the wish's floor, raised to where the edge that was asked for is still there."""
    wish, asked, found = proposal.wish, proposal.stages.edge, proposal.consensus
    if asked is None or found is None:
        return wish.floor
    least = min(wish.quote.price, ceil((1 + asked / 100) / found.probability * 1000))
    return max(wish.floor, least)
