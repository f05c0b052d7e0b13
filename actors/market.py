"""Market: what one polled market offers now, and what its strategies make of it.

Owns: the latest price per selection and book, the strategies and their state, the decision stages;
with several sources also what it knows of the others.
Hears: MarketUpdate from its Poller, QuotesWanted from a Hedge; with several sources EventsWanted
and FixturesFound from Fixtures, PricesWanted and PricesShared from other Markets.
Says: Credit to the Poller, Signal to `executor/<selection>`, HedgeWanted to `hedge/<market key>`,
QuotesTold to a Hedge, FeedReport to Control; with several sources EventsListed and FixturesWanted
to Fixtures, PricesWanted and PricesShared to other Markets.
"""

from collections.abc import Iterable, Mapping

import msgspec

from actors.beside.neighbours import Neighbours, Said
from actors.beside.references import References
from actors.decision.chain import Chain
from actors.decision.history import PriceHistory
from actors.market_view import MarketView
from actors.messages import (
    Credit,
    FeedReport,
    MarketUpdate,
    QuotesTold,
    QuotesWanted,
)
from actors.selections import MarketType, Selection
from actors.settings import MarketSettings, StrategySettings
from actors.signalling import Signalling
from actors.strategies import Bundle, Strategy, load
from actors.strategies.answers import checked
from runtime.actor import Actor
from runtime.codec import Message
from runtime.errors import described

ASK_AGAIN_AFTER = 5.0
ASK_FIRST_AFTER = 0.5
REMIND_EVERY = 5.0
FORGET_EVERY = 60_000
FORGET_AFTER = 6 * 3_600_000
LONGEST_REASON = 300


class _AskAgain(Message, frozen=True):
    """No update came: the credit, or the update, may have been lost on the wire."""


class _LookAgain(Message, frozen=True):
    """A wish may have lasted long enough by now."""

    strategy: str
    event: str


class _RemindOthers(Message, frozen=True):
    """What was said to Fixtures or to another Market may have been lost."""


class Market(Actor):
    """Turn updates into signals."""

    replayable = True

    def __init__(
        self,
        market: str,
        settings: MarketSettings,
        strategies: dict[str, StrategySettings],
        max_age: float,
        source: str = "",
        beside: Mapping[str, str] = {},
        ages: Mapping[str, Mapping[MarketType, float]] = {},
    ) -> None:
        """`source` is empty where there is only one.

        `beside` has sources by Market, `ages` how old prices from there may be, in seconds.
        """
        super().__init__()
        self._market = market
        self._view = MarketView(max_age, settings.max_age)
        self._signalling = Signalling(settings.account, market, self._view)
        self._knows_all = False
        self._number = 0
        self._signals = 0
        self._forget_at = 0
        self.stopped: dict[str, str] = {}
        self._strategies: dict[str, Strategy] = {
            name: load(f"strategies.{name}", strategies[name].use, strategies[name].parameters)
            for name in settings.strategies
        }
        self._stages = {
            name: Chain(name, strategies[name].stages, max_age) for name in self._strategies
        }
        longest = max(
            (
                max(strategy.looks_back(), strategies[name].stages.looks_back)
                for name, strategy in self._strategies.items()
            ),
            default=0.0,
        )
        if longest:
            self._view.history = PriceHistory(longest)
        self._neighbours: Neighbours | None = None
        if source:
            references = References(beside, max_age, ages, longest)
            self._neighbours = Neighbours(market, source, self._view, references)
            self._view.histories = references.histories

    def on_start(self) -> None:
        self._ask()
        if self._neighbours is not None:
            self._say(self._neighbours.begin())
            self.after(REMIND_EVERY, _RemindOthers(), "remind")

    def on_message(self, message: Message, sender: str) -> None:
        match message:
            case MarketUpdate():
                self._update(message)
                self._ask()
            case _AskAgain():
                self._ask()
            case QuotesWanted(selection):
                self._tell_quotes(selection, sender)
            case _LookAgain(strategy, event):
                self._consult(strategy, event, self.clock.now())
            case _RemindOthers() if self._neighbours is not None:
                self._say(self._neighbours.remind())
                self.after(REMIND_EVERY, _RemindOthers(), "remind")
            case _:
                self._hear_others(message, sender)

    def _hear_others(self, message: Message, sender: str) -> None:
        heard = None if self._neighbours is None else self._neighbours.hear(message, sender)
        if heard is None:
            super().on_message(message, sender)
        else:
            self._say(heard.said)
            self._consult_all(heard.touched, self.clock.now())

    def _say(self, said: Iterable[Said]) -> None:
        for to, message in said:
            self.tell(to, message)

    def _ask(self) -> None:
        self.tell(f"poller/{self._market}", Credit(full=not self._knows_all))
        self.after(ASK_AGAIN_AFTER if self._knows_all else ASK_FIRST_AFTER, _AskAgain(), "ask")

    def _update(self, update: MarketUpdate) -> None:
        update = self._complete(update)
        now = self.clock.now()
        gone = self._waiting_for(update.removed)
        touched = self._view.apply(update) | gone
        if self._view.history.seconds:
            self._view.history.follow(update)
        self._consult_all(touched, now)
        if self._neighbours is not None:
            self._say(self._neighbours.follow(update, knows_all=self._knows_all))
        if now >= self._forget_at:
            self._forget_at = now + FORGET_EVERY
            self._forget(now - FORGET_AFTER)
        self.tell("control", self._report(update))

    def _consult_all(self, events: Iterable[str], now: int) -> None:
        for event in sorted(events):
            for name in list(self._strategies):
                self._consult(name, event, now)

    def _waiting_for(self, removed: Iterable[tuple[str, str]]) -> set[str]:
        """Return the events of prices that go while a wish of theirs is still to be confirmed."""
        if not any(stages.confirms for stages in self._stages.values()):
            return set()
        known = self._view.quotes
        events = {known[key].selection.event for key in removed if key in known}
        return {
            event
            for event in events
            if any(stages.waits(event) for stages in self._stages.values())
        }

    def _forget(self, started_before: int) -> None:
        self._view.forget(started_before)
        self._view.history.keep_only(self._view.quotes)
        if self._neighbours is not None:
            self._neighbours.forget()
        for stages in self._stages.values():
            stages.forget(self._view.events)

    def _report(self, update: MarketUpdate) -> FeedReport:
        return FeedReport(
            self._market,
            update.polled_at,
            len(self._view.events),
            len(self._view.quotes),
            update.answers,
            update.faults,
            self._signals,
            tuple(row for stages in self._stages.values() for row in stages.turned_down),
            self.stopped,
            {} if self._neighbours is None else self._neighbours.pairs,
        )

    def _complete(self, update: MarketUpdate) -> MarketUpdate:
        """Return an update as far as it can be believed.

        After one that was lost a price may be an old one, and its row is seen all the same;
        so nothing counts as confirmed before everything was told again.
        """
        lost = update.number not in (0, self._number + 1) and not update.full
        self._number = update.number
        if lost and self._knows_all:
            self.log.warning("an update was lost", before=update.number)
        self._knows_all = update.full or (self._knows_all and not lost)
        return update if self._knows_all else msgspec.structs.replace(update, confirmed=())

    def _consult(self, name: str, event: str, now: int) -> None:
        strategy = self._strategies.get(name)
        view = self._view.event_view(event, now)
        if strategy is None or view is None:
            return
        if self._neighbours is not None:
            self._neighbours.show(view)
        try:
            wanted = checked(strategy.on_update(view), self._view)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - users' code stops alone
            self._give_up_on(name, error)
            return
        stages = self._stages[name]
        if wanted or stages.waits(event):
            bets = [one.legs if isinstance(one, Bundle) else (one,) for one in wanted]
            for one, legs in zip(wanted, stages.decide(view, bets), strict=True):
                if legs is not None:
                    self._signals += 1
                    self.tell(*self._signalling.letter(name, event, one, legs))
            self._look_again(name, event, now)

    def _give_up_on(self, name: str, error: BaseException) -> None:
        self.log.error("strategy stopped", strategy=name, exc_info=error)
        self.stopped[name] = described(error)[:LONGEST_REASON]
        del self._strategies[name]

    def _look_again(self, name: str, event: str, now: int) -> None:
        """A strategy is asked when prices change; a wish may be confirmed by time alone."""
        due = self._stages[name].look_again_at(event, now)
        if due is not None:
            self.after((due - now) / 1000, _LookAgain(name, event), f"look {name} {event}")

    def _tell_quotes(self, selection: Selection, hedge: str) -> None:
        view = self._view.event_view(selection.event, self.clock.now())
        groups = () if view is None else view.groups
        quotes = tuple(
            quote
            for group in groups
            for quote in group.quotes.get(selection.side, {}).values()
            if quote.selection == selection
        )
        self.tell(hedge, QuotesTold(selection.key, quotes))
