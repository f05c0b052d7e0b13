import threading
from hashlib import md5

import pytest
import requests

from actors.paper import Fault, Faults, PaperServer, PaperSettings, paper_book
from actors.paper.faults import Kind

ORIGIN = 1_700_000_000_000


@pytest.fixture
def served():
    faults = Faults((Fault(Kind.ANSWER_LOST, "getsports", calls=(1,)),))
    settings = PaperSettings(speed=300, reject_permille=0)
    server = PaperServer(paper_book(settings, ORIGIN, faults=faults), clock=lambda: ORIGIN)
    server.start()
    session = requests.Session()
    session.trust_env = False
    session.headers["Accept"] = "application/json"
    session.server = server
    yield session, f"http://127.0.0.1:{server.port}/asianODDSservice"
    session.close()
    server.stop()


def test_the_rounds_it_counts_stand_still_when_the_book_is_stuck(served):
    server = served[0].server
    pause = threading.Event()

    def moves_on(seconds):
        before = server.rounds
        pause.wait(seconds)
        return server.rounds > before

    assert any(moves_on(0.5) for _ in range(20))
    with server._lock:
        moves_on(1.5)  # the one under way
        assert not moves_on(1.5)
    assert any(moves_on(0.5) for _ in range(20))


def test_a_client_logs_in_reads_prices_and_bets_over_http(served, caplog):
    caplog.set_level("DEBUG")
    session, base = served
    secret = md5(b"paper").hexdigest()
    login = session.get(f"{base}/login", params={"UserName": "paper", "password": secret})
    content = login.json()["Result"]
    url = content["Url"]
    session.headers["AOToken"] = content["Token"]
    key = {"AOKey": content["Key"]}
    register = session.get(f"{url}/Register", params={"username": "paper"}, headers=key)
    assert register.json()["Result"]["Success"] is True

    feed = session.get(f"{url}/GetFeeds", params={"marketTypeId": 1, "oddsFormat": "00"})
    assert feed.content.startswith(b"\xef\xbb\xbf")
    feed.encoding = "utf-8-sig"
    game = requests.models.complexjson.loads(feed.text)["Result"]["Sports"][0]["MatchGames"][0]
    body = {"GameId": game["GameId"], "GameType": "X", "OddsName": "DrawOdds", "OddsFormat": "00"}
    info = session.post(f"{url}/GetPlacementInfo", json=body | {"Bookies": "PIN"}).json()
    price = info["Result"]["OddsPlacementData"][0]["Price"]
    wanted = body | {"BookieOdds": f"PIN:{price}", "Amount": 5}
    assert session.post(f"{url}/placebet", json=wanted).json()["Code"] == 0

    with pytest.raises(requests.ConnectionError):
        session.get(f"{url}/GetSports")
    assert session.get(f"{url}/GetSports").json()["Code"] == 0

    assert session.get(f"{url}/Nothing").status_code == 404
    assert session.get(f"{url.removesuffix('Service')}/GetSports").status_code == 404
    assert session.get(f"{url}/GetSports", headers={"Accept": "*/*"}).status_code == 200
    assert session.get(f"{url}/GetSports", headers={"Accept": "text/xml"}).status_code == 406
    assert session.post(f"{url}/PlaceBet", data="{").status_code == 400
    assert session.post(f"{url}/PlaceBet", data="[1]").status_code == 400
    assert session.post(f"{url}/PlaceBet", data="[" * 60_000).status_code == 400
    assert session.post(f"{url}/PlaceBet", data="x" * 70_000).status_code == 413
    put = session.put(f"{url}/PlaceBet", data="{}")
    assert (put.status_code, put.json()["Code"]) == (501, -1)

    told = "\n".join(
        record.getMessage() for record in caplog.records if record.name.startswith("tictac")
    )
    assert "GetFeeds" in told
    assert not any(word in told for word in (secret, content["Token"], content["Key"]))

    session.server.stop()
    with pytest.raises(requests.ConnectionError):
        session.get(f"{url}/GetSports")
