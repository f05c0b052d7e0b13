"""The configuration: the one that ships loads, and what cannot work is named before the start."""

from pathlib import Path

import pytest

from actors.decision.settings import Consensus, Density, Liquidity, Movement, Stages
from actors.fixtures.settlement import Rules
from actors.selections import MarketType, Phase
from actors.settings import (
    AccountSettings,
    Amount,
    Book,
    MarketSettings,
    MetricsSettings,
    Mode,
    RiskSettings,
    Settings,
    load,
)
from runtime.configuration import Seconds
from runtime.errors import ConfigurationError

ROOT = Path(__file__).resolve().parents[2]

GOOD = """
accounts: {ao: {}}
markets: {today: {account: ao, when: today}}
strategies: {value: {use: "actors.strategies.value:Value"}}
"""


def loaded(tmp_path: Path, text: str, environment: dict[str, str] | None = None) -> Settings:
    path = tmp_path / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path, environment or {})


def faults(tmp_path: Path, text: str, environment: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(ConfigurationError) as raised:
        loaded(tmp_path, text, environment)
    return raised.value.faults


def test_the_configuration_that_ships_is_good_and_bets_paper_money_only() -> None:
    settings = load(ROOT / "config.yaml", {})
    assert settings.mode is Mode.PAPER
    assert set(settings.markets) == {"football-today", "football-early"}
    assert settings.markets["football-today"].account in settings.accounts
    assert settings.risk.max_stake == 1_000
    assert settings.risk.selection_cooldown == 3600.0
    assert settings.accounts["ao"].password.reveal() == ""


def test_the_least_configuration_is_filled_in_with_careful_defaults(tmp_path: Path) -> None:
    settings = loaded(tmp_path, GOOD)
    assert settings.mode is Mode.PAPER
    assert settings.risk == RiskSettings()
    assert settings.accounts["ao"] == AccountSettings()
    assert settings.markets["today"] == MarketSettings("ao", Phase.TODAY)


def test_prices_of_a_market_may_age_by_their_type(tmp_path: Path) -> None:
    text = GOOD.replace("when: today", "when: today, max_age: {1x2: 30s, ah: 10s}")
    ages = loaded(tmp_path, text).markets["today"].max_age
    assert ages == {MarketType.ONE_X_TWO: 30.0, MarketType.HANDICAP: 10.0}
    (fault,) = faults(tmp_path, text.replace("10s", "10"))
    assert fault.startswith("markets.today.max_age")
    assert faults(tmp_path, text.replace("ah:", "corners:"))


def test_the_defaults_are_what_the_docs_say() -> None:
    risk, market, account = RiskSettings(), MarketSettings("ao", Phase.TODAY), AccountSettings()
    assert (risk.max_stake, risk.max_exposure, risk.daily_loss) == (1_000, 100_000, 150_000)
    assert (risk.max_event_exposure, risk.max_selection_exposure) == (3_000, 1_000)
    assert (risk.max_open_bets, risk.orders_per_minute) == (100, 60)
    assert (risk.permit_lifetime, risk.max_price_age) == (15.0, 30.0)
    assert (risk.league_blacklist, risk.market_blacklist) == ((), ())
    assert (market.types, market.every, market.strategies) == (tuple(MarketType), 10.0, ("value",))
    assert (account.book, account.couriers) == (Book.ASIANODDS, 2)
    assert account.address == "https://webapi.asianodds88.com/AsianOddsService"
    assert AccountSettings(book=Book.ODDS_API).address == "https://api.the-odds-api.com"
    assert (account.reserve, market.max_age) == (50, {})


PRICES = """
accounts:
  ao: {}
  toa: {book: odds_api, key: hush, regions: [eu], sports: [soccer_epl]}
markets:
  today: {account: ao, when: today}
  others: {account: toa, when: today, strategies: []}
strategies: {value: {use: "actors.strategies.value:Value"}}
"""


def test_a_source_of_prices_is_an_account_at_which_nothing_is_placed(tmp_path: Path) -> None:
    settings = loaded(tmp_path, PRICES)
    assert list(settings.betting_accounts) == ["ao"]
    assert settings.accounts["toa"].key.reveal() == "hush"
    assert "hush" not in repr(settings)


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("key: hush, ", "", "accounts.toa.key"),
        ("regions: [eu]", "regions: []", "accounts.toa.regions"),
        ("regions: [eu]", "regions: [eu, eu]", "accounts.toa.regions"),
        ("sports: [soccer_epl]", "sports: [upcoming]", "accounts.toa.sports"),
        ("sports: [soccer_epl]", "sports: [../x]", "accounts.toa.sports"),
        ("key: hush", "key: hush, username: me", "accounts.toa:"),
        ("key: hush", "key: hush, url: 'http://else'", "accounts.toa.url"),
        ("key: hush", "key: hush, reserve: -1", "accounts.toa.reserve"),
        (", strategies: []", "", "markets.others.strategies"),
        ("ao: {}", "ao: {key: hush}", "accounts.ao.key"),
        ("ao: {}", "ao: {book: odds_api, key: k, regions: [eu], sports: [a]}", "markets.today"),
    ],
)
def test_what_a_source_of_prices_cannot_do_is_a_fault(
    tmp_path: Path, old: str, new: str, place: str
) -> None:
    found = faults(tmp_path, PRICES.replace(old, new, 1))
    assert [fault for fault in found if fault.startswith(place)]
    assert not [fault for fault in found if "hush" in fault]


BESIDE = PRICES.replace(
    "today: {account: ao, when: today}", "today: {BESIDE, account: ao, when: today}"
)


def test_a_market_may_have_markets_of_other_bookmakers_beside_it(tmp_path: Path) -> None:
    settings = loaded(tmp_path, BESIDE.replace("BESIDE", "beside: [others]"))
    assert settings.markets["today"].beside == ("others",)
    assert loaded(tmp_path, PRICES).markets["today"].beside == ()


@pytest.mark.parametrize(
    ("beside", "said"),
    [
        ("[nobody]", '"nobody"; allowed: a market at another bookmaker: others'),
        ("[today]", '"today"; allowed: a market at another bookmaker: others'),
        ("[others, others]", "each once"),
        ("[others], strategies: []", "no strategy of this market would look at them"),
    ],
)
def test_what_cannot_stand_beside_a_market_is_a_fault(
    tmp_path: Path, beside: str, said: str
) -> None:
    (fault,) = faults(tmp_path, BESIDE.replace("BESIDE", f"beside: {beside}"))
    assert fault.startswith("markets.today.beside: ")
    assert said in fault


def test_how_a_bookmaker_settles_can_be_said(tmp_path: Path) -> None:
    assert loaded(tmp_path, PRICES).accounts["ao"].rules == Rules()
    text = "ao: {rules: {settles_on: 90 minutes, void_after: 36h, abandoned: void}}"
    rules = loaded(tmp_path, PRICES.replace("ao: {}", text)).accounts["ao"].rules
    assert rules == Rules("90 minutes", Seconds(36 * 3_600), "void")
    (fault,) = faults(tmp_path, PRICES.replace("ao: {}", text.replace("90 minutes", "full time")))
    assert fault.startswith("accounts.ao.rules.settles_on: ")
    assert "90 minutes, extra time" in fault
    (fault,) = faults(tmp_path, PRICES.replace("ao: {}", text.replace("36h", "36")))
    assert fault.startswith("accounts.ao.rules.void_after: ")


def test_a_market_that_settles_on_another_game_does_not_stand_beside(tmp_path: Path) -> None:
    text = BESIDE.replace("BESIDE", "beside: [others]")
    text = text.replace("book: odds_api", "book: odds_api, rules: {settles_on: extra time}")
    (fault,) = faults(tmp_path, text)
    assert fault == (
        "markets.today.beside: others settles on extra time, today on unknown:"
        " its prices say nothing here"
    )


def test_accounts_at_one_bookmaker_are_one_source_and_have_one_set_of_rules(
    tmp_path: Path,
) -> None:
    text = PRICES.replace("ao: {}", "ao: {}\n  bo: {RULES}").replace(
        "markets:", "markets:\n  more: {account: bo, when: early}"
    )
    settings = loaded(tmp_path, text.replace("RULES", ""))
    assert settings.sources == {"ao": "ao", "bo": "ao", "toa": "toa"}
    (fault,) = faults(tmp_path, text.replace("RULES", "rules: {abandoned: void}"))
    assert fault == "accounts.bo.rules: differ from those of ao, at the same bookmaker"


def test_live_needs_no_password_for_a_source_of_prices(tmp_path: Path) -> None:
    text = PRICES.replace("ao: {}", 'ao: {username: me, password: "hush-hush"}') + "mode: live"
    assert loaded(tmp_path, text).mode is Mode.LIVE


def test_amounts_are_minor_units(tmp_path: Path) -> None:
    text = GOOD + "risk: {max_stake: 12.5, max_exposure: '1000', daily_loss: 0}\n"
    risk = loaded(tmp_path, text).risk
    assert (risk.max_stake, risk.max_exposure, risk.daily_loss) == (1_250, 100_000, 0)


@pytest.mark.parametrize("amount", ["-1", "much", "true", "[1]", ".nan", ".inf", "1e30"])
def test_an_amount_that_is_none_is_named_with_what_is_allowed(tmp_path: Path, amount: str) -> None:
    (fault,) = faults(tmp_path, GOOD + f"risk: {{max_stake: {amount}}}\n")
    assert fault.startswith("risk.max_stake: ")
    assert "an amount such as 25.00" in fault


@pytest.mark.parametrize(
    ("text", "place", "allowed"),
    [
        ("mode: alive\n", "mode", "dry, paper, live"),
        ("risk: {max_price_age: 30}\n", "risk.max_price_age", "10s"),
        ("risk: {max_open_bets: -1}\n", "risk.max_open_bets", "0"),
        ("risk: {market_blacklist: [corners]}\n", "risk.market_blacklist[0]", "1x2"),
        ("risk: {max_stakes: 1}\n", "risk.max_stakes", "max_stake"),
        ("paper: {speed: 0}\n", "paper.speed", "1"),
        ("surprise: 1\n", "surprise", "risk"),
    ],
)
def test_a_fault_names_its_place_and_what_is_allowed(
    tmp_path: Path, text: str, place: str, allowed: str
) -> None:
    (fault,) = faults(tmp_path, GOOD + text)
    assert fault.startswith(f"{place}: ")
    assert allowed in fault


def test_a_market_of_an_account_that_is_not_there_is_named(tmp_path: Path) -> None:
    text = GOOD.replace("account: ao", "account: oa")
    assert faults(tmp_path, text) == ['markets.today.account: holds "oa"; allowed: ao']


def test_a_strategy_that_is_not_there_is_named(tmp_path: Path) -> None:
    text = GOOD.replace("when: today", "when: today, strategies: [steam, value]")
    assert faults(tmp_path, text) == ['markets.today.strategies: holds "steam"; allowed: value']


def test_a_strategy_needs_a_name(tmp_path: Path) -> None:
    """A bet without the name of a strategy is one that was adopted."""
    text = GOOD.replace("strategies: {value:", 'strategies: {"": {use: "m:C"}, value:')
    (fault,) = faults(tmp_path, text)
    assert fault.startswith("strategies: one has no name")


STAGED = GOOD.replace('"actors.strategies.value:Value"', '"m:C", stages: {STAGES}')


def test_stages_are_off_until_they_are_named(tmp_path: Path) -> None:
    assert loaded(tmp_path, GOOD).strategies["value"].stages == Stages()
    text = STAGED.replace(
        "STAGES",
        "freshness: 10s, liquidity: {least: 20.00}, movement: {window: 1m, most: 3},"
        " density: {again_after: 10m}, consensus: {books: [PIN]}, edge: 1, confirmation: 3s",
    )
    assert loaded(tmp_path, text).strategies["value"].stages == Stages(
        freshness=Seconds(10.0),
        liquidity=Liquidity(Amount(2_000)),
        movement=Movement(Seconds(60.0), 3.0),
        density=Density(Seconds(600.0)),
        consensus=Consensus(("PIN",)),
        edge=1.0,
        confirmation=Seconds(3.0),
    )


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("freshness: 10", ".freshness", "10s"),
        ("freshness: 0s", ".freshness", "above 0"),
        ("liquidity: {}", ".liquidity.least", "missing; allowed: an amount"),
        ("liquidity: {least: 1, unknown: maybe}", ".liquidity.unknown", "pass, refuse"),
        ("movement: {window: 11m, most: 1}", ".movement.window", "up to 600"),
        ("movement: {window: 1m}", ".movement.most", "missing"),
        ("volatility: {window: 1m, most: -1}", ".volatility.most", "above 0"),
        ("density: {most_per_event: 0}", ".density.most_per_event", "from 1"),
        ("density: {most: 1}", ".density.most", "most_per_event"),
        ("consensus: {books: []}", ".consensus.books", "of length from 1"),
        ("consensus: {books: [A], at_least: 2}", ".consensus", "at_least is 2 and books has 1"),
        ("consensus: {books: [A], method: guess}", ".consensus.method", "shin"),
        ("edge: 1", "", "edge needs consensus"),
        ("edge: -1, consensus: {books: [A]}", ".edge", "from 0"),
        ("confirmation: 1h", ".confirmation", "up to 600"),
        ("freshnes: 10s", ".freshnes", "did you mean freshness?"),
    ],
)
def test_a_fault_in_a_stage_names_its_place(
    tmp_path: Path, text: str, place: str, said: str
) -> None:
    (fault,) = faults(tmp_path, STAGED.replace("STAGES", text))
    assert fault.startswith(f"strategies.value.stages{place}: ")
    assert said in fault


def test_without_any_account_the_fault_says_so(tmp_path: Path) -> None:
    text = GOOD.replace("accounts: {ao: {}}", "accounts: {}")
    assert faults(tmp_path, text) == [
        'markets.today.account: holds "ao"; allowed: none is configured'
    ]


@pytest.mark.parametrize("mode", ["dry", "live"])
def test_a_real_book_needs_credentials(tmp_path: Path, mode: str) -> None:
    (fault,) = faults(tmp_path, f"mode: {mode}\n{GOOD}")
    assert fault.startswith("accounts.ao: username and password are needed")
    text = GOOD.replace("{ao: {}}", '{ao: {username: "${U}", password: "${P}"}}')
    settings = loaded(tmp_path, f"mode: {mode}\n{text}", {"U": "me", "P": "hush"})
    assert settings.accounts["ao"].password.reveal() == "hush"
    assert "hush" not in repr(settings)


def test_a_password_never_shows_in_a_fault(tmp_path: Path) -> None:
    text = GOOD.replace("{ao: {}}", '{ao: {username: me, password: ["hush"]}}')
    assert "hush" not in " ".join(faults(tmp_path, text))


def test_a_mode_given_by_hand_overrides_the_files_and_is_checked_with_it(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(GOOD)
    assert load(path, {}, mode="paper").mode is Mode.PAPER
    with pytest.raises(ConfigurationError, match="needed in mode live"):
        load(path, {}, mode="live")
    with pytest.raises(ConfigurationError, match="mode: "):
        load(path, {}, mode="alive")


@pytest.mark.parametrize("name", ["a/b", "a b", "a.b", "..", ""])
def test_a_name_that_could_not_be_an_address_is_refused(tmp_path: Path, name: str) -> None:
    text = GOOD.replace("{ao: {}}", f'{{ao: {{}}, "{name}": {{}}}}')
    assert any("letters, digits" in fault for fault in faults(tmp_path, text))


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    bad = GOOD.replace("when: today", "when: now")
    found = faults(tmp_path, "mode: alive\nrisk: {max_stake: x}\n" + bad)
    places = {fault.partition(":")[0] for fault in found}
    assert places == {"mode", "risk.max_stake", "markets.today.when"}


@pytest.mark.parametrize("text", ["", "[]", "text", "accounts: [", "\x00"])
def test_a_file_that_is_no_configuration_is_a_fault(tmp_path: Path, text: str) -> None:
    assert faults(tmp_path, text) != []


def test_a_file_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError):
        load(tmp_path / "nowhere.yaml", {})


def test_two_nodes_cannot_serve_metrics_at_one_port(tmp_path: Path) -> None:
    assert faults(tmp_path, GOOD + "metrics: {core_port: 9464, feed_port: 9464}") == [
        "metrics.feed_port: holds 9464; allowed: another one than core_port's"
    ]
    settings = loaded(tmp_path, GOOD + "metrics: {core_port: 9464, feed_port: 9465}")
    assert settings.metrics == MetricsSettings(9464, 9465)


def test_metrics_are_served_nowhere_unless_a_port_is_set(tmp_path: Path) -> None:
    assert loaded(tmp_path, GOOD).metrics == MetricsSettings(0, 0)
