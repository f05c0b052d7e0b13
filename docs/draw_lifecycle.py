"""Draw docs/order-lifecycle.md from the table that the code obeys.

`.venv/bin/python docs/draw_lifecycle.py` writes the page anew between its two marks;
`tests/docs/test_tables.py` fails when the page and the table differ.
"""

from pathlib import Path

from actors.orders import BEGINNINGS, FINAL, OPEN, TRANSITIONS, OrderState

PAGE = Path(__file__).with_name("order-lifecycle.md")
BEGIN = "<!-- drawn by docs/draw_lifecycle.py: begin -->"
END = "<!-- drawn by docs/draw_lifecycle.py: end -->"

MEANINGS = {
    OrderState.INTENT: "Risk has written down that a strategy wants this bet.",
    OrderState.DENIED: "A control of Risk said no.",
    OrderState.PERMITTED: "Risk said yes. The whole stake is reserved.",
    OrderState.EXPIRED: "The price went, the permit ran out, or the door was shut. Nothing left.",
    OrderState.ABANDONED: "A crash came before SENDING. Nothing left.",
    OrderState.SENDING: "Durable before the first byte of the request.",
    OrderState.NOT_SENT: "The door shut at the last look, or no connection was made. No byte left.",
    OrderState.PENDING: "The book has taken the order and has not confirmed it.",
    OrderState.IN_DOUBT: "It may have been placed. Only evidence leaves this state.",
    OrderState.REFUSED: "The book said no.",
    OrderState.ACCEPTED: "The bet runs.",
    OrderState.SETTLED: "Won, lost, or in between. The profit is the book's figure.",
    OrderState.VOID: "The book cancelled the bet.",
}


def diagram() -> str:
    """Return the transitions as a mermaid state diagram."""
    arrows = [("[*]", _begun(step, state)) for step, state in BEGINNINGS.items()]
    for state, then in TRANSITIONS.items():
        arrows += [(state.name, other.name) for other in OrderState if other in then]
    arrows += [(state.name, "[*]") for state in OrderState if state in FINAL]
    lines = [f"    {now} --> {then}" for now, then in arrows]
    return "\n".join(["```mermaid", "stateDiagram-v2", *lines, "```"])


def _begun(step: str, state: OrderState) -> str:
    return state.name if step == state.value else f"{state.name}: {step}"


def table() -> str:
    """Return one row for each state, with what may come next."""
    rows = ["| state | meaning | counts as exposure | may become |", "|---|---|---|---|"]
    for state, then in TRANSITIONS.items():
        following = ", ".join(other.name for other in OrderState if other in then) or "(final)"
        exposed = "yes" if state in OPEN else "no"
        rows.append(f"| {state.name} | {MEANINGS[state]} | {exposed} | {following} |")
    return "\n".join(rows)


def drawn() -> str:
    """Return the part of the page between the marks, with the marks."""
    return f"{BEGIN}\n\n{table()}\n\n{diagram()}\n\n{END}"


def page_with(part: str) -> str:
    """Return the page with its drawn part replaced."""
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    return before + part + after


if __name__ == "__main__":
    PAGE.write_text(page_with(drawn()), encoding="utf-8")
