"""A configuration is validated whole, and each fault names its place and its cure."""

import enum
from decimal import Decimal
from typing import Annotated, Any, Literal, NewType

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.configuration import Scalar, Seconds, Secret, seconds, validate
from runtime.errors import ConfigurationError

Amount = NewType("Amount", int)


class Kind(enum.Enum):
    HANDICAP = "handicap"
    TOTALS = "totals"


class Risk(msgspec.Struct, frozen=True):
    max_stake: Amount
    max_open: Annotated[int, msgspec.Meta(ge=1, le=100, description="open bets at once")] = 10
    cooldown: Seconds = Seconds(5.0)
    edge: float = 0.02

    def __post_init__(self) -> None:
        if self.edge > 1:
            raise ValueError("edge is a fraction")


class Market(msgspec.Struct, frozen=True):
    when: Literal["live", "today", "early"]
    kinds: tuple[Kind, ...] = (Kind.HANDICAP,)
    league: str | None = None


class Account(msgspec.Struct, frozen=True):
    user: str
    password: Secret
    url: str | None = None


class Everything(msgspec.Struct, frozen=True):
    risk: Risk
    accounts: dict[str, Account]
    markets: dict[str, Market] = {}
    trading: bool = False
    backup: Account | None = None
    window: tuple[int, int] = (0, 24)
    keys: dict[str, Secret] = {}
    extra: Any = None


SCALARS = {Amount: Scalar(lambda text: int(Decimal(text) * 100), "an amount such as 25.00")}
GOOD: dict[str, Any] = {
    "risk": {"max_stake": "25.00", "cooldown": "250ms"},
    "accounts": {"main": {"user": "ann", "password": "${PASSWORD}"}},
    "markets": {"football": {"when": "live", "kinds": ["totals"]}},
}
ENVIRONMENT = {"PASSWORD": "hunter2-hunter2"}


def faults(**changes: Any) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        validate(Everything, {**GOOD, **changes}, scalars=SCALARS, environment=ENVIRONMENT)
    return caught.value.faults


def test_a_good_tree_becomes_typed_values() -> None:
    everything = validate(Everything, GOOD, scalars=SCALARS, environment=ENVIRONMENT)
    assert everything.risk == Risk(max_stake=Amount(2500), cooldown=Seconds(0.25))
    assert everything.accounts["main"].password.reveal() == "hunter2-hunter2"
    assert everything.markets["football"].kinds == (Kind.TOTALS,)
    assert everything.trading is False


def test_a_wrong_scalar_says_what_it_holds_and_what_is_allowed() -> None:
    assert faults(risk={"max_stake": "abc"}) == [
        'risk.max_stake: holds "abc"; allowed: an amount such as 25.00'
    ]


def test_a_misspelt_choice_is_answered_with_the_word_meant() -> None:
    assert faults(markets={"football": {"when": "tody"}}) == [
        'markets.football.when: holds "tody"; allowed: live, today, early (did you mean today?)'
    ]


def test_a_misspelt_key_is_answered_with_the_key_meant_and_nothing_else() -> None:
    assert faults(risk={"max_stakes": "25.00"}) == [
        "risk.max_stakes: unknown key; did you mean max_stake?"
    ]


def test_a_missing_key_says_what_belongs_there() -> None:
    tree = {key: value for key, value in GOOD.items() if key != "risk"}
    with pytest.raises(ConfigurationError) as caught:
        validate(Everything, tree, scalars=SCALARS, environment=ENVIRONMENT)
    assert caught.value.faults == [
        "risk: missing; allowed: a block with the keys max_stake, max_open, cooldown, edge"
    ]


def test_every_fault_is_collected() -> None:
    found = faults(
        risk={"max_stake": [], "max_open": 0, "cooldown": 5, "edge": float("nan")},
        trading="perhaps",
        markets={"a": {"when": "live", "kinds": ["totals", "corners"]}, "b": 3},
        window=[1],
        nonsense=1,
    )
    assert [fault.split(":")[0] for fault in found] == [
        *("risk.max_stake", "risk.max_open", "risk.cooldown", "risk.edge"),
        *("markets.a.kinds[1]", "markets.b", "trading", "window", "nonsense"),
    ]


def test_limits_and_description_are_part_of_what_is_allowed() -> None:
    wanted = "allowed: a whole number from 1 up to 100 (open bets at once)"
    assert faults(risk={"max_stake": 1, "max_open": 101}) == [f"risk.max_open: holds 101; {wanted}"]
    assert faults(risk={"max_stake": 1, "max_open": "x"}) == [f'risk.max_open: holds "x"; {wanted}']


def test_a_rule_over_a_whole_block_is_a_fault_of_the_block() -> None:
    assert faults(risk={"max_stake": 1, "edge": 2}) == ["risk: edge is a fraction"]


def test_true_is_no_number_and_one_is_not_true() -> None:
    assert len(faults(risk={"max_stake": 1, "max_open": True}, trading=1)) == 2


def test_a_fault_inside_an_optional_block_names_the_inner_place() -> None:
    assert faults(backup={"user": 5, "password": "abc"}) == [
        "backup.user: holds 5; allowed: text (in quotes when it looks like a number)"
    ]


def test_a_missing_variable_names_key_and_variable() -> None:
    assert faults(backup={"user": "${NOBODY}", "password": "abc"}) == [
        "backup.user: the environment has no NOBODY"
    ]


def test_a_doubled_dollar_keeps_the_reference_as_text() -> None:
    account = {"user": "$${NOBODY}", "password": "pa$$word-${PASSWORD}"}
    everything = validate(
        Everything, {**GOOD, "backup": account}, scalars=SCALARS, environment=ENVIRONMENT
    )
    assert everything.backup is not None
    assert everything.backup.user == "${NOBODY}"
    assert everything.backup.password.reveal() == "pa$$word-hunter2-hunter2"


def test_a_number_may_come_from_the_environment() -> None:
    assert validate(dict[str, int], {"port": "${PORT}"}, environment={"PORT": "80"}) == {"port": 80}


@pytest.mark.parametrize("password", [271828, ["271828"], {"a": "271828"}])
def test_a_secret_never_shows_up_in_a_fault(password: Any) -> None:
    found = faults(
        accounts={"main": {"user": "ann", "password": password}},
        keys={"a": password},
        backup={"user": "ann", "passwrd": password},
    )
    assert len(found) == 3
    assert "271828" not in "".join(found)


def test_a_block_of_secrets_that_is_none_is_not_shown() -> None:
    assert "271828" not in "".join(faults(keys="271828"))


def test_a_value_from_the_environment_is_shown_by_its_name_only() -> None:
    assert "hunter2" not in "".join(faults(markets={"a": {"when": "${PASSWORD}"}}))


def test_one_of_several_types_is_taken_by_what_fits() -> None:
    kind: Any = dict[str, int | list[str] | Market]
    tree = {"a": 5, "b": ["x"], "c": {"when": "live"}}
    assert validate(kind, tree) == {"a": 5, "b": ["x"], "c": Market("live")}
    with pytest.raises(ConfigurationError) as caught:
        validate(kind, {"a": "x", "b": ["x", 1], "c": {"when": "now"}})
    places = [fault.split(":")[0] for fault in caught.value.faults]
    assert places == ["a", "b[1]", "c.when"]


def test_keys_that_are_no_text_and_keys_of_a_choice_are_checked() -> None:
    kind: Any = dict[Literal["live", "today"], int]
    assert validate(kind, {"live": 1}) == {"live": 1}
    with pytest.raises(ConfigurationError) as caught:
        validate(kind, {True: 1, "tody": 2})
    assert caught.value.faults == [
        "the configuration: key true; keys are text (put it in quotes)",
        'tody (the key): holds "tody"; allowed: live, today (did you mean today?)',
    ]


def test_where_is_put_before_every_place() -> None:
    with pytest.raises(ConfigurationError) as caught:
        validate(Risk, {}, where="strategies.value", scalars=SCALARS)
    assert caught.value.faults[0].startswith("strategies.value.max_stake: missing")


def test_a_tree_of_the_wrong_kind_is_one_fault() -> None:
    with pytest.raises(ConfigurationError, match="the configuration: holds a list"):
        validate(Everything, [1])


@pytest.mark.parametrize(
    ("text", "expected"),
    [("250ms", 0.25), ("10s", 10.0), ("8h", 28800.0), ("1h30m", 5400.0), ("1.5d", 129600.0)],
)
def test_durations_are_read_with_their_unit(text: str, expected: float) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize("text", ["", "10", "s", "-5s", "10 s x", "1e3s", "٣s", "10S", "inf"])
def test_anything_else_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="duration"):
        seconds(text)


leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["live", "${PASSWORD}", "${X}", "25.00", "10s", "totals"])
    | st.text(max_size=5)
    | st.binary(max_size=3)
    | st.dates()
)
names = st.text(max_size=4) | st.sampled_from(
    [*Everything.__struct_fields__, *Risk.__struct_fields__, *Account.__struct_fields__, "when"]
)
trees = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(names | st.integers() | st.none(), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(list(Everything.__struct_fields__)), trees) | trees)
def test_rubbish_trees_raise_nothing_but_a_configuration_error(tree: object) -> None:
    found = ["none"]
    try:
        validate(Everything, tree, scalars=SCALARS, environment=ENVIRONMENT)
    except ConfigurationError as error:
        found = error.faults
    assert found
    assert "hunter2" not in "".join(found)
