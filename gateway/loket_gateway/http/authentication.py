"""Authentication of requests, by a session cookie or an API key. Failed attempts count towards a limit."""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar

import pymongo
from nameko.extensions import DependencyProvider, SharedExtension
from pymongo.errors import PyMongoError
from werkzeug.wrappers import Request, Response

from loket_chassis.messaging.rpc import Unavailable
from loket_chassis.runtime.tokens import hash_of
from loket_chassis.runtime.ttl_cache import TtlCache
from loket_chassis.storage.connection import LONGEST_LOOKUP, MongoConnection
from loket_contracts.errors import Refusal

from ..access.accounts import Accounts
from ..access.audit import AccessLog
from ..access.keys import PREFIX, Key, Keys
from ..access.provider import Provider
from ..access.roles import ANONYMOUS, Caller
from ..access.sessions import Sessions
from .client_address import client_network
from .clock import now
from .rate_limit import Limits

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_HEADER = "X-CSRF-Token"
CSRF_FIELD = "csrf_token"
#: suffix of the name of the cookie of a kiosk or display
DEVICE = "-device"

#: seconds for which keys and sessions are cached: a revocation by another gateway takes effect after this long
KNOWN_TTL = 5.0

T = TypeVar("T")


class Authentication(SharedExtension):
    """Turns a request into a Caller. Owns the stores of accounts, sessions, keys and logins."""

    connection = MongoConnection()
    limits = Limits()

    @cached_property
    def accounts(self) -> Accounts:
        return Accounts(self.connection.database)

    @cached_property
    def sessions(self) -> Sessions:
        return Sessions(self.connection.database)

    @cached_property
    def keys(self) -> Keys:
        return Keys(self.connection.database)

    @cached_property
    def provider(self) -> Provider:
        return Provider(self.connection.database, self.container.config["settings"])

    @cached_property
    def log(self) -> AccessLog:
        return AccessLog(self.connection.database)

    def setup(self) -> None:
        self._known_keys: TtlCache[str, Key | None] = TtlCache(KNOWN_TTL)
        self._known_sessions: TtlCache[str, Caller | None] = TtlCache(KNOWN_TTL)

    def start(self) -> None:
        for store in (self.accounts, self.sessions, self.keys, self.provider, self.log):
            store.create_indexes()

    @property
    def cookie_name(self) -> str:
        """The name of the session cookie. __Host- binds it to this host and https (RFC 6265bis, 4.1.3.2)."""
        return "__Host-loket" if self.is_https else "loket"

    @property
    def is_https(self) -> bool:
        return str(self.container.config["settings"].public_url).startswith("https:")

    def authenticate(self, request: Request) -> Caller:
        """Return the caller of a request. The token of a resident is not checked here: booking stores those.

        Raises Refusal: login-needed for an invalid key, csrf for a form of another site; Unavailable when the database
        cannot be reached.
        """
        given = request.authorization
        if given is not None and given.type == "bearer" and (given.token or "").startswith(PREFIX):
            return self.authenticate_key(request, given.token or "")
        caller = self.session_caller(request)
        if caller.is_known and request.method not in SAFE:
            sent = request.headers.get(CSRF_HEADER) or request.form.get(CSRF_FIELD, "")
            if not hmac.compare_digest(sent.encode(), caller.csrf_token.encode()):
                raise Refusal("csrf")
        return caller

    def authenticate_key(self, request: Request, text: str) -> Caller:
        """Return the caller that a key belongs to. A valid key is accepted after any number of invalid ones.

        Raises Refusal: login-needed for an invalid key, too-many-requests for too many of them; Unavailable.
        """
        key = self._query(lambda: self._known_keys.get(hash_of(text), lambda: self.keys.find(text, now())))
        if key is None:
            known = self._query(lambda: self.keys.id_in(text))
            self.limits.take_for("wrong", f"key {known}" if known else client_network(request.remote_addr))
            raise Refusal("login-needed")
        return Caller(key.name, key.municipality, key.grants, by="key")

    def session_caller(self, request: Request) -> Caller:
        """Return who is logged in at this browser, without checking the CSRF token. Raises Unavailable."""
        secret = request.cookies.get(self.cookie_name)
        if not secret:
            return ANONYMOUS
        return (
            self._query(lambda: self._known_sessions.get(hash_of(secret), lambda: self._load_session(secret)))
            or ANONYMOUS
        )

    def identify(self, request: Request) -> Caller:
        """Return the owner of the key or session of a request, to count it for. Raises what `authenticate_key` raises.

        It does not check the CSRF token; `authenticate` does.
        """
        given = request.authorization
        if given is not None and given.type == "bearer" and (given.token or "").startswith(PREFIX):
            return self.authenticate_key(request, given.token or "")
        return self.session_caller(request)

    def require_own_page(self, request: Request) -> None:
        """Check that a form without a session was sent from one of our pages. Raises Refusal: csrf.

        Browsers state the origin in Sec-Fetch-Site (W3C Fetch Metadata), else in Origin.
        """
        site = request.headers.get("Sec-Fetch-Site")
        origin = request.headers.get("Origin")
        own = str(self.container.config["settings"].public_url).rstrip("/")
        if site not in (None, "same-origin", "none") or (site is None and origin not in (None, own)):
            raise Refusal("csrf")

    def set_cookie(self, response: Response, secret: str, ending: str = "", lasts: dt.timedelta | None = None) -> None:
        response.set_cookie(
            self.cookie_name + ending, secret, secure=self.is_https, httponly=True, samesite="Lax", path="/",
            max_age=lasts,
        )  # fmt: skip

    def set_device_cookie(self, response: Response, key: str, lasts: dt.timedelta) -> None:
        """Store the key of a kiosk or display in its browser. Only requests from our own pages carry it."""
        response.set_cookie(
            self.cookie_name + DEVICE, key, secure=self.is_https, httponly=True, samesite="Strict", path="/",
            max_age=lasts,
        )  # fmt: skip

    def device_caller(self, request: Request) -> Caller:
        """Return the kiosk or display by its key, else who is logged in at the browser. Raises Refusal; Unavailable."""
        key = request.cookies.get(self.cookie_name + DEVICE)
        if not key:
            return self.session_caller(request)
        try:
            return self.authenticate_key(request, key)
        except Refusal as refusal:
            if refusal.code != "login-needed":
                raise
            return ANONYMOUS  # the key was removed: the screen must be paired again

    @property
    def password_login(self) -> bool:
        return bool(self.container.config["settings"].password_login)

    def end_session(self, request: Request) -> None:
        """End the session of this browser, if there is one."""
        if secret := request.cookies.get(self.cookie_name):
            self.sessions.end(secret)
            self.clear_caches()

    def _load_session(self, secret: str) -> Caller | None:
        session = self.sessions.find(secret, now())
        account = self.accounts.get(session.municipality, session.name) if session else None
        if session is None or account is None or not account.active:
            return None
        return Caller(
            account.name, account.municipality, account.grants, "session", session.csrf_token, account.must_change
        )

    def _query(self, question: Callable[[], T]) -> T:
        try:
            with pymongo.timeout(LONGEST_LOOKUP):
                return question()
        except PyMongoError as error:
            raise Unavailable(f"the database of the gateway cannot be reached: {error}") from error

    def clear_caches(self) -> None:
        """Load accounts, keys and sessions again, after one of them changed."""
        self._known_keys.clear()
        self._known_sessions.clear()


class AuthenticationProvider(DependencyProvider):
    """Provides the service class with Authentication."""

    identity = Authentication()

    def get_dependency(self, worker_ctx: Any) -> Authentication:
        return self.identity
