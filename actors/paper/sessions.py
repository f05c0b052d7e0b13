"""Login, Register, keep-alive and Logout: one session an account, five idle minutes."""

from enum import Enum
from hashlib import md5
from hmac import compare_digest

import msgspec

from actors.paper.answers import Code, Payload, Refusal, result
from actors.paper.ledger import User
from actors.paper.seeding import digits, hexadecimal

REGISTER_WITHIN_MS = 60_000
IDLE_MS = 300_000

# (account and row) of a selection, with the books whose prices were asked.
Shown = dict[tuple[int, str, str], set[str]]


class Stage(Enum):
    LOGGED_IN = "logged in"
    REGISTERED = "registered"


class Session(msgspec.Struct):
    """One token. `shown` remembers what GetPlacementInfo answered."""

    user: str
    token: str
    key: str
    created_ms: int
    seen_ms: int
    stage: Stage = Stage.LOGGED_IN
    shown: Shown = msgspec.field(default_factory=dict)

    def alive(self, now_ms: int) -> bool:
        """Say whether the token is still good: registered in time and not idle too long."""
        if self.stage is Stage.LOGGED_IN:
            return now_ms - self.created_ms <= REGISTER_WITHIN_MS
        return now_ms - self.seen_ms <= IDLE_MS


class Sessions:
    """Hold the sessions of all accounts; they die with the process, as tokens do."""

    def __init__(self, users: dict[str, User], seed: int, expired_status: int = 200) -> None:
        self._users, self._seed, self._expired_status = users, seed, expired_status
        self._by_user: dict[str, Session] = {}
        self._logins = 0

    def login(self, username: str, password_md5: str, url: str, now_ms: int) -> Payload:
        """Open a session and end the account's earlier one. Raises Refusal."""
        user = self._users.get(username.lower())
        # MD5 is what the API's Login asks for; it protects nothing here.
        wanted = md5((user.password if user else "").encode(), usedforsecurity=False).hexdigest()
        good = compare_digest(wanted.encode(), password_md5.lower().encode())
        if user is None or not good:
            raise Refusal("Wrong user name or password.", SuccessfulLogin=False)
        self._logins += 1
        name = (self._seed, self._logins, now_ms)
        session = Session(
            user=user.name,
            token=digits(28, "token", *name),
            key=hexadecimal(32, "key", *name),
            created_ms=now_ms,
            seen_ms=now_ms,
        )
        self._by_user[user.name.lower()] = session
        return result(
            {
                "SuccessfulLogin": True,
                "Token": session.token,
                "Key": session.key,
                "Url": url,
                "Username": user.name,
                "TextMessage": "Logged in; register within 60 seconds.",
            }
        )

    def register(self, token: str, key: str, username: str, now_ms: int) -> Payload:
        """Make the token good for all calls. Raises Refusal for a late or foreign one."""
        session = self._find(token, now_ms)
        if session.user.lower() != username.lower():
            raise Refusal("The token belongs to another user.", Success=False)
        if session.stage is Stage.LOGGED_IN:
            if not compare_digest(session.key.encode(), key.lower().encode()):
                raise Refusal("AOKey is not valid.", Success=False)
            session.stage = Stage.REGISTERED
        session.seen_ms = now_ms
        return result({"Success": True, "TextMessage": "Successfully Registered."})

    def require(self, token: str, now_ms: int) -> Session:
        """Return the registered session of a token and count the call as activity.

        Raises Refusal: code -4 (and HTTP 401 when so set) for a token that is not good.
        """
        session = self._find(token, now_ms)
        if session.stage is not Stage.REGISTERED:
            raise Refusal("Not registered: call Register within 60 seconds of Login.")
        session.seen_ms = now_ms
        return session

    def is_logged_in(self, token: str, now_ms: int) -> Payload:
        """Answer IsLoggedIn; a good token stays awake, a bad one is code -1."""
        try:
            self.require(token, now_ms)
        except Refusal:
            return result({"CurrentlyLoggedIn": False}, Code.FAILED, "Not logged in.")
        return result({"CurrentlyLoggedIn": True})

    def logout(self, token: str, now_ms: int) -> Payload:
        """End the session; a bad token is code -1 with a plain string."""
        try:
            session = self._find(token, now_ms)
        except Refusal:
            return result("Logout failed: not logged in.", Code.FAILED, "Not logged in.")
        self.end(session.user)
        return result("Logged out.")

    def end(self, user: str) -> None:
        """Drop the account's session."""
        self._by_user.pop(user.lower(), None)

    def _find(self, token: str, now_ms: int) -> Session:
        for session in self._by_user.values():
            if compare_digest(session.token.encode(), token.encode()):
                if session.alive(now_ms):
                    return session
                self.end(session.user)
                break
        raise Refusal(
            "AOToken is not valid.", Code.TOKEN_NOT_VALID, self._expired_status, Success=False
        )
