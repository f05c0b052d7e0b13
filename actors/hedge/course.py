"""What a bundle does next. Pure: from its plan, its tries and what the ledger says of them.

One order is on its way at most. Nothing new begins before the last one is surely a bet or surely
none, so that no leg is bet on twice; what may be open stays within the cap whatever becomes of
the next order, because it is looked at both ways before it begins.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from math import ceil

from actors.decision.stages import most_taken
from actors.hedge.bundle import Bundle, Plan, Try
from actors.ledger import Order
from actors.odds.arbitrage import (
    payout,
    price_to_lose,
    stake_to_pay,
    worst_loss,
)
from actors.orders import FINAL, OrderState
from actors.risk.rules import SCOPES, Rules, scope
from actors.selections import Phase, Quote

MOST_TRIES = 5
GIVE_UP_AFTER = 60_000
"""Milliseconds from the beginning on, after which no leg is begun any more."""

TIME_FOR_IT = 30_000
"""Milliseconds that must be left before a match begins: afterwards Risk denies the later legs."""

SURELY = 5_000
"""Milliseconds after a price has become too old for Risk: an order of it can only be denied."""

DENIED_PAUSE = 5_000
"""Milliseconds from an order that Risk denied to the next one of the same leg."""

STOPPED = ("kill_gate", "not_paused", "armed", "not_started")
"""The controls whose no ends a bundle: somebody wants the betting to stop, or it is too late."""

TAKEN = (OrderState.ACCEPTED, OrderState.SETTLED)
REFUSING = (OrderState.REFUSED, OrderState.EXPIRED, OrderState.NOT_SENT)


class Fate(Enum):
    WAITING = "waiting"  # it may be a bet, now or later
    TAKEN = "taken"
    GONE = "gone"  # it is no bet, for certain


@dataclass(frozen=True)
class Known:
    """What is known at a moment. `now` in ms, `longest_age` in seconds.

    `orders` has what the ledger holds, `refused` why an order never got into it.
    """

    now: int
    orders: Mapping[str, Order | None]
    refused: Mapping[str, str]
    killed: bool
    longest_age: float


@dataclass(frozen=True)
class Wait:
    """An order is on its way."""


@dataclass(frozen=True)
class Look:
    """The next leg needs the prices of now."""

    leg: int


@dataclass(frozen=True)
class End:
    """Nothing more is done. `remainder` is what the worst result loses, in minor units."""

    outcome: str
    remainder: int
    reason: str


@dataclass(frozen=True)
class Bet:
    """An order that may be begun: at this quote, not below `floor`, for `stake`."""

    quote: Quote
    floor: int
    stake: int


def why_not_begun(plan: Plan, rules: Rules, held: Sequence[int]) -> str:
    """Return why a plan may not be begun; empty when it may.

    The rules are those in force, `held` is what is open on the selection of each leg: what Risk is
    sure to refuse of a later leg, that leg cannot hedge.
    """
    limits = rules.limits
    bets = [(leg.stake, leg.price) for leg in plan.legs]
    for leg in plan.legs:
        for name in SCOPES:
            paused = scope(name, getattr(leg, name)) if getattr(leg, name) else ""
            if paused in rules.paused:
                return f"{paused} is paused: {rules.paused[paused]}"
    event = plan.legs[0].event
    if event.phase is not Phase.LIVE and event.start - plan.begun_at < TIME_FOR_IT:
        return f"the match begins in {(event.start - plan.begun_at) // 1000} s"
    if any(stake <= 0 for stake, _ in bets):
        return "a leg has no stake"
    open_at_most = sum(stake for stake, _ in bets[:-1])
    if open_at_most > plan.cap:
        return f"{open_at_most} would be open before the last leg, the cap is {plan.cap}"
    loss = worst_loss(bets)
    if loss > plan.most_loss:
        return f"it would lose {loss}, at most {plan.most_loss}"
    if max(stake for stake, _ in bets) > limits.max_stake:
        return f"a leg is above max_stake, {limits.max_stake}"
    most = limits.max_selection_exposure
    for number, (has, (stake, _)) in enumerate(zip(held, bets, strict=True), 1):
        if has + stake > most:
            return (
                f"leg {number} has {has} open and needs {stake}, max_selection_exposure is {most}"
            )
    together = min(limits.max_event_exposure, limits.max_market_exposure)
    if sum(stake for stake, _ in bets) > together:
        return f"all legs are above {together}, the limit of a market or an event"
    return ""


def fate(tried: Try, known: Known) -> Fate:
    """Return what became of one order."""
    order = known.orders.get(tried.order)
    if order is None:
        late = known.now > tried.seen_at + known.longest_age * 1000 + SURELY
        return Fate.GONE if late or tried.order in known.refused else Fate.WAITING
    state = OrderState(order.state)
    if state in TAKEN:
        return Fate.TAKEN
    return Fate.GONE if state in FINAL else Fate.WAITING


def placed(bundle: Bundle, known: Known) -> list[tuple[int, int]]:
    """Return stake and price of the bet that each leg has, stake 0 without one."""
    bets = [(0, leg.price) for leg in bundle.plan.legs]
    for tried in bundle.tries:
        order = known.orders.get(tried.order)
        if order is not None and fate(tried, known) is Fate.TAKEN:
            bets[tried.leg] = (order.stake, order.price)
    return bets


def next_step(bundle: Bundle, known: Known) -> Wait | Look | End:
    """Return what is to be done now."""
    if any(fate(tried, known) is Fate.WAITING for tried in bundle.tries):
        return Wait()
    bets = placed(bundle, known)
    left = [number for number, (stake, _) in enumerate(bets) if not stake]
    loss = worst_loss(bets)
    if not left:
        outcome = "hedged" if loss <= bundle.plan.most_loss else "left"
        return End(outcome, loss, "every side is bet on")
    why = _stop(bundle, left[0], known)
    if why:
        return End("left" if loss else "nothing", loss, why)
    return Wait() if _just_denied(bundle, left[0], known) else Look(left[0])


def _just_denied(bundle: Bundle, leg: int, known: Known) -> bool:
    """A limit of Risk may have room again in a while, and hardly at once."""
    tries = bundle.of_leg(leg)
    if not tries:
        return False
    order = known.orders.get(tries[-1].order)
    denied = order is None or order.state == OrderState.DENIED.value
    return denied and 0 <= known.now - tries[-1].at < DENIED_PAUSE


def _stop(bundle: Bundle, leg: int, known: Known) -> str:
    """Return why no order is begun for a leg any more; empty when one may be."""
    tries = bundle.of_leg(leg)
    last = _reason(tries[-1], known) if tries else ""
    told = f"leg {leg + 1}: {last}" if last else f"leg {leg + 1} was not begun"
    if known.killed:
        return f"{told}; the kill gate is closed"
    if leg == 0 and tries:
        return told
    if last.partition(":")[0] in STOPPED:
        return told
    if len(tries) >= MOST_TRIES:
        return f"{told}; {len(tries)} orders came to nothing"
    if known.now - bundle.plan.begun_at > GIVE_UP_AFTER:
        return f"{told}; it took longer than {GIVE_UP_AFTER // 1000} s"
    return ""


def _reason(tried: Try, known: Known) -> str:
    order = known.orders.get(tried.order)
    if order is not None:
        return order.reason or order.state
    return known.refused.get(tried.order, "nobody answered")


def choose(bundle: Bundle, leg: int, quotes: Iterable[Quote], known: Known) -> Bet | None:
    """Return the best bet that a later leg can have now; None where there is none.

    A book that has refused this leg is not asked again, nor one whose limit is known to be under
    the stake.
    """
    refusing = {
        tried.book
        for tried in bundle.of_leg(leg)
        if (order := known.orders.get(tried.order)) is not None
        and OrderState(order.state) in REFUSING
    }
    bets = placed(bundle, known)
    by_price = sorted(quotes, key=lambda quote: (-quote.price, quote.book))
    for quote in by_price:
        if quote.book in refusing:
            continue
        bet = _fitted(bundle.plan, bets, leg, quote)
        if bet is not None:
            return bet
    return None


def _fitted(plan: Plan, bets: list[tuple[int, int]], leg: int, quote: Quote) -> Bet | None:
    wanted = min(payout(*bet) for bet in bets if bet[0])
    stake = stake_to_pay(wanted, quote.price, plan.step)
    most = most_taken(quote)
    if stake <= 0 or (most is not None and stake > most):
        return None
    missing = [number for number, (staked, _) in enumerate(bets) if not staked and number != leg]
    floor = (
        _floor_before_others(plan, bets, leg, missing, wanted)
        if missing
        else price_to_lose(bets, leg, stake, plan.most_loss)
    )
    if not 0 < floor <= quote.price:
        return None
    after = [*bets[:leg], (stake, floor), *bets[leg + 1 :]]
    if worst_loss(bets) > plan.cap or worst_loss(after) > plan.cap:
        return None
    return Bet(quote, floor, stake)


def _floor_before_others(
    plan: Plan, bets: list[tuple[int, int]], leg: int, missing: list[int], wanted: int
) -> int:
    """Return the lowest price at which the planned prices of the missing legs still lose little.

    With S the sum of the inverse prices, every result loses `wanted` x (S - 1).
    """
    others = sum(
        1000 / (plan.legs[number].price if number in missing else price)
        for number, (_, price) in enumerate(bets)
        if number != leg
    )
    room = 1 + plan.most_loss / wanted - others
    return ceil(1000 / room) if room > 0 else 0
