import pysqlite3.dbapi2 as sqlite
import pytest

from actors.paper import PaperSettings, Store, open_server
from actors.paper.bets import Placement
from actors.paper.store import Mapping


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "paper.sqlite")


def test_bets_and_placements_come_back_as_they_were_written(desk, path, with_market):
    desk.bet(with_market(desk.games()), PlaceBetId="one")
    desk.wait(7).ask("IsLoggedIn")
    store = Store(path)
    store.save(desk.changes)
    # Not closed: what is read by another connection is what a kill would leave.
    found = Store(path)
    assert found.bets() == list(reversed(desk.book.ledger.bets("paper")))
    assert found.placements() == [item for item in desk.changes if isinstance(item, Placement)]


def test_the_first_mapping_written_is_the_one_that_stays(path):
    first, second = Mapping(1, 300, 7, 1000), Mapping(2, 1, 8, 9)
    assert Store(path).mapping(first) == first
    assert Store(path).mapping(second) == first


def test_the_file_is_written_through_to_the_disk(path):
    store = Store(path)
    assert store._file.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert store._file.execute("PRAGMA synchronous").fetchone() == (2,)


def test_a_file_of_another_layout_is_left_alone(path):
    Store(path).close()
    with sqlite.connect(path) as file:
        file.execute("PRAGMA user_version=99")
    with pytest.raises(ValueError, match="layout 99"):
        Store(path)


def test_a_transaction_that_fails_leaves_nothing_behind(desk, path, with_market):
    desk.bet(with_market(desk.games()))
    store = Store(path)
    with pytest.raises(AttributeError):
        store.save([*desk.changes, object()])
    assert (store.bets(), store.placements()) == ([], [])


def test_a_bookmaker_that_was_killed_continues_exactly(desk, path, with_market):
    now = [desk.now]
    settings = PaperSettings(speed=300, state_path=path, balance=1_000_000, reject_permille=0)
    server = open_server(settings, lambda: now[0])
    desk.book = server.book
    desk.login()
    game = with_market(desk.games())
    desk.bet(game, PlaceBetId="kept")
    server._save(tuple(desk.changes))
    # No stop, no close: the process is gone.
    now[0] = game["StartTime"] + 60_000
    again = open_server(PaperSettings(state_path=path, reject_permille=0), lambda: now[0])
    again.tick()
    assert again.book.programme.origin_ms == server.book.programme.origin_ms
    assert again.book.programme.speed == 300
    (bet,) = again.book.ledger.bets("paper")
    assert (bet.reference, bet.final) == ("WA-kept", True)
    assert again.book.ledger.credit("paper") == 1_000_000 + bet.pnl
    assert Store(path).bets() == [bet]
