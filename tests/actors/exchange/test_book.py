"""Books: whole numbers, the newest size wins, images replace, doubts are flagged."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from actors.exchange.book import MarketBook, RunnerBook
from tests.actors.exchange.scene import A, B, definition, market_change, runner_change


def book(*changes: Any) -> MarketBook:
    made = MarketBook("1.1")
    for at, change in enumerate(changes, 1):
        made.apply(change, at)
    return made


def runner(made: MarketBook, key: tuple[int, int] = A) -> RunnerBook:
    return made.runners[key]


FIRST = market_change(
    runner_change(atb=[[2.0, 10.5], [1.99, 3]], atl=[[2.02, 1.25]], trd=[[2.0, 7]], ltp=2.0, tv=7),
    marketDefinition=definition(),
)


def test_prices_are_thousandths_and_sizes_minor_units() -> None:
    found = runner(book(FIRST))
    assert found.back == {2000: 1050, 1990: 300}
    assert found.lay == {2020: 125}
    assert found.traded == {2000: 700}
    assert (found.last, found.volume) == (2000, 700)
    assert (found.best_back, found.best_lay) == (2000, 2020)


def test_a_size_of_nothing_takes_the_level_away() -> None:
    found = runner(book(FIRST, market_change(runner_change(atb=[[2.0, 0], [1.5, 0]]))))
    assert found.back == {1990: 300}
    assert found.best_back == 1990


def test_a_size_that_rounds_to_nothing_is_no_level() -> None:
    assert runner(book(FIRST, market_change(runner_change(atb=[[2.0, 0.004]])))).best_back == 1990


def test_an_image_replaces_what_was_known_and_ends_the_doubt() -> None:
    made = book(FIRST)
    made.doubt = "a line is lost"
    made.apply(market_change(runner_change(B, atb=[[3.0, 1]]), img=True), 9)
    assert runner(made).back == runner(made).lay == runner(made).traded == {}
    assert (runner(made).best_back, runner(made).best_lay, runner(made).last) == (0, 0, 0)
    assert runner(made, B).back == {3000: 100}
    assert made.status == "OPEN"
    assert (made.doubt, made.published) == ("", 9)


def test_one_selection_stands_on_several_lines() -> None:
    lines = {(7, -25): {}, (7, 0): {}, (7, 25): {}}
    made = book(
        market_change(
            runner_change((7, -25), atb=[[2.1, 1]]),
            runner_change((7, 0), atb=[[1.9, 2]]),
            marketDefinition=definition(runners=lines),
        )
    )
    assert runner(made, (7, -25)).back == {2100: 100}
    assert runner(made, (7, 0)).back == {1900: 200}
    assert runner(made, (7, 25)).back == {}


def test_the_definition_tells_status_delay_and_what_runs() -> None:
    made = book(
        market_change(
            marketDefinition=definition(
                "SUSPENDED",
                {
                    A: {"status": "REMOVED", "adjustmentFactor": 26.285},
                    B: {"bsp": 3.4, "name": "B"},
                },
                inPlay=True,
                betDelay=5,
            )
        )
    )
    assert (made.status, made.in_play) == ("SUSPENDED", True)
    assert made.definition is not None
    assert made.definition.bet_delay == 5
    assert (runner(made).status, runner(made).adjustment) == ("REMOVED", 26_285)
    assert (runner(made, B).starting, runner(made, B).name) == (3400, "B")


def test_words_for_a_missing_starting_price_are_none() -> None:
    near_and_far = market_change(runner_change(spn=4.5, spf=6))
    words = market_change(runner_change(spn="NaN", spf="Infinity"))
    assert (runner(book(near_and_far)).near, runner(book(near_and_far)).far) == (4500, 6000)
    assert (runner(book(near_and_far, words)).near, runner(book(words)).far) == (0, 0)


def test_nothing_is_open_before_a_definition() -> None:
    assert book(market_change(runner_change(atb=[[2.0, 1]]))).status == ""


def test_ladders_that_meet_are_crossed() -> None:
    made = book(FIRST)
    assert not made.crossed
    made.apply(market_change(runner_change(atb=[[2.02, 1]])), 2)
    assert made.crossed
    assert runner(made).crossed


def test_a_book_has_an_age_and_says_when_changes_were_put_together() -> None:
    made = book(FIRST, market_change(con=True))
    assert made.age(5_002) == 5_000
    assert made.conflated


LEVELS = st.lists(
    st.tuples(st.sampled_from([1.5, 1.99, 2.0, 2.02, 3.0]), st.sampled_from([0, 0.01, 2, 1e6])),
    max_size=4,
)


@given(st.lists(st.tuples(LEVELS, LEVELS, st.booleans()), max_size=12))
def test_ladders_are_what_plain_dicts_would_be(changes: list[Any]) -> None:
    back: dict[float, float] = {}
    lay: dict[float, float] = {}
    made = book(FIRST)
    made.apply(market_change(img=True), 1)
    for atb, atl, image in changes:
        if image:
            back, lay = {}, {}
        back |= dict(atb)
        lay |= dict(atl)
        made.apply(market_change(runner_change(atb=atb, atl=atl), img=image), 2)
        found = runner(made)
        assert found.back == {round(p * 1000): round(s * 100) for p, s in back.items() if s}
        assert found.lay == {round(p * 1000): round(s * 100) for p, s in lay.items() if s}
        assert found.best_back == max(found.back, default=0)
        assert found.best_lay == min(found.lay, default=0)
